//! The gateway with certificates from files.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use pullgate_e2e::wire::ask;
use pullgate_e2e::{Authority, Folder, Site, run, tool};

/// What `openssl s_client` says about a connection to a port.
fn connection(port: u16) -> String {
    let mut command = Command::new(tool("openssl", "openssl"));
    command
        .args(["s_client", "-alpn", "h2,http/1.1", "-connect"])
        .arg(format!("127.0.0.1:{port}"));
    run(&command).text().to_owned()
}

/// The serial number of the certificate that a port shows.
fn serial(port: u16) -> String {
    let folder = Folder::new("serial");
    let shown = folder.write("connection", connection(port));
    let mut command = Command::new(tool("openssl", "openssl"));
    command
        .args(["x509", "-noout", "-serial", "-in"])
        .arg(shown);
    run(&command).text().trim().to_owned()
}

#[test]
fn clients_that_trust_the_authority_pull_and_renewed_certificates_are_taken_up() {
    let authority = Authority::new();
    let folder = Folder::new("certificate");
    let (certificate, key) = (folder.join("gateway.crt"), folder.join("gateway.key"));
    authority.certify(1, &certificate, &key);
    let site = Site::start_with(|setting| {
        setting.gateway = format!(
            "tls = {{ certificate = '{}', key = '{}' }}\n",
            certificate.display(),
            key.display()
        );
    });
    // HTTP/2 has no reason phrase, so it is not offered.
    assert!(
        connection(site.gateway.port()).contains("ALPN protocol: http/1.1"),
        "{}",
        connection(site.gateway.port())
    );

    let pull = |path: &str, trust: Option<&Authority>| {
        let mut command = Command::new(tool("skopeo", "skopeo"));
        command
            .args(["inspect", "--creds"])
            .arg(format!("{}:{}", site.member.username, site.member.secret));
        if let Some(authority) = trust {
            command.arg("--cert-dir").arg(authority.trusted());
        }
        command.arg(format!("docker://{}/{path}:1", site.gateway.address()));
        run(&command)
    };
    pull("library/base", Some(&authority)).expect_success();
    pull("evil/miner", Some(&authority)).expect_failure(&site.community("evil/miner"));
    pull("library/base", None).expect_failure("certificate");

    let port = site.gateway.port();
    assert_eq!(serial(port), "serial=01");
    authority.certify(2, &certificate, &key);
    renewed(port, "serial=02");
    pull("library/base", Some(&authority)).expect_success();

    // What goes wrong in a renewal leaves the one before in use.
    let refusals = || {
        let log = site.gateway.process().log();
        log.matches("the certificate has changed and cannot be used")
            .count()
    };
    let good = fs::read(&key).expect("the key can be read");
    let broken: [(&str, &dyn Fn()); 3] = [
        ("a key of garbage", &|| {
            fs::write(&key, "garbage").expect("the file can be written");
        }),
        ("no key", &|| {
            fs::remove_file(&key).expect("the file can be removed");
        }),
        ("another certificate's key", &|| {
            let other = folder.join("other.crt");
            authority.certify(3, &other, &key);
        }),
    ];
    for (what, breaks) in broken {
        let before = refusals();
        breaks();
        let deadline = Instant::now() + Duration::from_mins(2);
        while refusals() == before {
            assert!(Instant::now() < deadline, "{what} is not noticed");
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(serial(port), "serial=02", "{what}");
        pull("library/base", Some(&authority)).expect_success();
    }
    fs::write(&key, good).expect("the file can be written");
    authority.certify(4, &certificate, &key);
    renewed(port, "serial=04");
    pull("library/base", Some(&authority)).expect_success();
}

#[track_caller]
fn renewed(port: u16, expected: &str) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while serial(port) != expected {
        assert!(
            Instant::now() < deadline,
            "the renewed certificate is not taken up"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn people_and_tools_reach_the_control_address_encrypted() {
    let authority = Authority::new();
    let folder = Folder::new("certificate");
    let (certificate, key) = (folder.join("control.crt"), folder.join("control.key"));
    authority.certify(1, &certificate, &key);
    let site = Site::start_with(|setting| {
        setting.tables = format!(
            "[control.tls]\ncertificate = '{}'\nkey = '{}'\n",
            certificate.display(),
            key.display()
        );
    });
    let port = site.gateway.control();
    let login = |options: &[&std::ffi::OsStr]| {
        let body = format!(
            r#"{{"username":"{}","password":"{}"}}"#,
            site.member.username, site.member.secret
        );
        let mut command = Command::new(tool("curl", "curl"));
        command
            .args(["--silent", "--show-error", "--fail"])
            .args(["--header", "content-type: application/json"])
            .args(["--data", &body])
            .args(options)
            .arg(format!("https://127.0.0.1:{port}/v2/users/login"));
        run(&command)
    };
    let trusted = authority.trusted().join("ca.crt");
    let answer = login(&["--cacert".as_ref(), trusted.as_os_str()]).expect_json();
    assert!(answer["token"].as_str().is_some(), "{answer}");
    login(&[]).expect_failure("certificate");
    // There is no way in beside it that is not encrypted.
    let plain = ask("GET", "/request?image=evil/miner").send(port);
    assert!(
        plain.is_err(),
        "answered without encryption: {:?}",
        plain.map(|answer| answer.status)
    );

    assert_eq!(serial(port), "serial=01");
    authority.certify(2, &certificate, &key);
    renewed(port, "serial=02");
}
