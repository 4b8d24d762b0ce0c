use std::process::Command;

use crate::wire::{Answer, ask};
use crate::{Blob, Folder, Image, Manifest, Process, Shelter, free_port, tool};

/// Debian's `docker-registry`, which plays the registry of Docker Hub.
#[derive(Debug)]
pub struct Registry {
    port: u16,
    process: Process,
    _folder: Folder,
}

impl Registry {
    /// Starts an empty one on a free port.
    pub fn start() -> Self {
        let folder = Folder::new("registry");
        let port = free_port();
        let config = folder.write(
            "registry.yml",
            format!(
                "version: 0.1\n\
                 log: {{level: warn, accesslog: {{disabled: true}}}}\n\
                 storage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\n\
                 http: {{addr: '127.0.0.1:{port}'}}\n",
                folder.subfolder("data").display()
            ),
        );
        let process = Process::start(
            "docker-registry",
            Command::new(tool("docker-registry", "docker-registry"))
                .arg("serve")
                .arg(config),
            Shelter::None,
            &folder,
        );
        process.wait_until("listening", || {
            ask("GET", "/v2/")
                .send(port)
                .is_ok_and(|answer| answer.status == 200)
        });
        Self {
            port,
            process,
            _folder: folder,
        }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process, to stop it.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Stores an image under a tag.
    pub fn push(&self, repository: &str, tag: &str, image: &Image) {
        for blob in &image.blobs {
            self.push_blob(repository, blob);
        }
        self.push_manifest(repository, tag, &image.manifest);
    }

    /// Stores several images, and their index under a tag.
    pub fn push_index(&self, repository: &str, tag: &str, images: &[Image], index: &Manifest) {
        for image in images {
            self.push(repository, image.manifest.digest(), image);
        }
        self.push_manifest(repository, tag, index);
    }

    /// Stores a manifest under a tag or its digest.
    pub fn push_manifest(&self, repository: &str, target: &str, manifest: &Manifest) {
        let answer = ask("PUT", &format!("/v2/{repository}/manifests/{target}"))
            .body(manifest.media_type, &manifest.blob.bytes)
            .to(self.port);
        expect_created(&answer);
    }

    /// Stores a blob in a repository.
    pub fn push_blob(&self, repository: &str, blob: &Blob) {
        let started = ask("POST", &format!("/v2/{repository}/blobs/uploads/")).to(self.port);
        let location = started
            .header("location")
            .unwrap_or_else(|| panic!("an upload has a location: {}", started.text()));
        let path = location
            .find("/v2/")
            .map_or(location, |start| &location[start..]);
        let answer = ask("PUT", &format!("{path}&digest={}", blob.digest))
            .body("application/octet-stream", &blob.bytes)
            .to(self.port);
        expect_created(&answer);
    }
}

#[track_caller]
fn expect_created(answer: &Answer) {
    assert_eq!(answer.status, 201, "{}", answer.text());
}
