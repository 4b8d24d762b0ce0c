//! The gateway with certificates from files.

use std::process::Command;
use std::time::{Duration, Instant};

use pullgate_e2e::{Authority, Folder, Site, run, tool};

/// What `openssl s_client` says about a connection.
fn connection(site: &Site) -> String {
    let mut command = Command::new(tool("openssl", "openssl"));
    command
        .args(["s_client", "-alpn", "h2,http/1.1", "-connect"])
        .arg(site.gateway.address());
    run(&command).text().to_owned()
}

fn serial(site: &Site) -> String {
    let folder = Folder::new("serial");
    let shown = folder.write("connection", connection(site));
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
        connection(&site).contains("ALPN protocol: http/1.1"),
        "{}",
        connection(&site)
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

    assert_eq!(serial(&site), "serial=01");
    authority.certify(2, &certificate, &key);
    let deadline = Instant::now() + Duration::from_mins(2);
    while serial(&site) != "serial=02" {
        assert!(
            Instant::now() < deadline,
            "the renewed certificate is not taken up"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    pull("library/base", Some(&authority)).expect_success();
}
