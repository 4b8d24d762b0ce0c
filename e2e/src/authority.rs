use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::run;
use crate::{Folder, tool};

/// A certificate authority of its own, which nobody trusts but who is told to.
#[derive(Debug)]
pub struct Authority {
    folder: Folder,
}

impl Authority {
    /// Makes its key and certificate (`ca.crt`).
    pub fn new() -> Self {
        let folder = Folder::new("authority");
        let authority = Self { folder };
        run(authority
            .openssl("req")
            .args([
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args([
                "-noenc",
                "-days",
                "2",
                "-subj",
                "/CN=pullgate-e2e authority",
            ])
            .args(["-keyout", "ca.key", "-out", "ca.crt"]))
        .expect_success();
        authority
    }

    /// A folder as docker, podman and skopeo want it, that holds `ca.crt`.
    pub fn trusted(&self) -> PathBuf {
        let folder = self.folder.subfolder("trusted");
        std::fs::copy(self.folder.join("ca.crt"), folder.join("ca.crt"))
            .expect("the certificate can be copied");
        folder
    }

    /// Writes a certificate for 127.0.0.1 and its key to these files, one
    /// after the other, as administrators do when they renew it.
    pub fn certify(&self, serial: u32, certificate: &Path, key: &Path) {
        self.folder
            .write("names", "subjectAltName = IP:127.0.0.1, DNS:localhost\n");
        run(self
            .openssl("req")
            .args([
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args(["-noenc", "-subj", "/CN=127.0.0.1", "-out", "server.csr"])
            .arg("-keyout")
            .arg(key))
        .expect_success();
        run(self
            .openssl("x509")
            .args([
                "-req",
                "-in",
                "server.csr",
                "-CA",
                "ca.crt",
                "-CAkey",
                "ca.key",
            ])
            .args(["-days", "1", "-extfile", "names"])
            .args(["-set_serial", &serial.to_string()])
            .arg("-out")
            .arg(certificate))
        .expect_success();
    }

    fn openssl(&self, command: &str) -> Command {
        let mut openssl = Command::new(tool("openssl", "openssl"));
        openssl.arg(command).current_dir(self.folder.path());
        openssl
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
