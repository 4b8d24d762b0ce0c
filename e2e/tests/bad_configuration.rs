//! Bad configurations and arguments get a clear error, at once, and never a
//! panic.

use std::net::TcpListener;

use pullgate_e2e::{Folder, Outcome, pullgate, run};

#[track_caller]
fn refused(outcome: &Outcome, named: &str) {
    outcome.expect_failure(named);
    assert!(!outcome.text().contains("panicked"), "{}", outcome.text());
}

fn serve(config: impl AsRef<[u8]>) -> Outcome {
    let folder = Folder::new("bad");
    let file = folder.write("pullgate.toml", config);
    run(pullgate()
        .arg("serve")
        .arg("--config")
        .arg(file)
        .current_dir(folder.path()))
}

#[test]
fn a_configuration_that_is_not_one_names_what_is_wrong() {
    let data = Folder::new("data");
    let with = |more: &str| format!("data = '{}'\n{more}\n", data.path().display());
    for (config, named) in [
        (with("datta = '/x'"), "datta"),
        (with("[gateway]\nlisten = 'everywhere'"), "listen"),
        (with("[gateway]\nlisten = 5000"), "listen"),
        (
            with("[[upstreams]]\nregistry = 'docker.io'\nurl = 'gopher://x'"),
            "url",
        ),
        (
            with("[[upstreams]]\nregistry = 'not a registry'"),
            "not a registry",
        ),
        (with("[hub]\nurl = 7"), "url"),
        (with("database = 'mysql://x'"), "database"),
        (with("= 7"), "pullgate.toml"),
    ] {
        refused(&serve(&config), named);
    }
    refused(&serve(b"data = '\xff\xfe'"), "pullgate.toml");
    refused(
        &run(pullgate().args(["serve", "--config", "/nowhere/pullgate.toml"])),
        "/nowhere/pullgate.toml",
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let data = Folder::new("data");
    let config = format!(
        "data = '{}'\n\
         [gateway]\nlisten = '{address}'\n\
         [control]\nlisten = '127.0.0.1:0'\n\
         [operations]\nlisten = '127.0.0.1:0'\n",
        data.path().display()
    );
    refused(&serve(config), &address.to_string());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    refused(&serve("data = '/proc/pullgate'\n"), "/proc/pullgate");
}

#[test]
fn arguments_that_make_no_sense_are_explained() {
    for arguments in [
        vec!["--no-such-flag"],
        vec!["no-such-command"],
        vec!["serve", "--config"],
        vec!["reference", "--format", "xml", "nginx"],
    ] {
        refused(&run(pullgate().args(&arguments)), "--help");
    }
    let long = "a".repeat(100_000);
    refused(&run(pullgate().args(["reference", long.as_str()])), "");
}
