use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// A container client, and how it is asked; `IMAGE` stands for the image.
pub(super) struct Trial {
    pub(super) name: &'static str,
    pub(super) program: &'static str,
    /// What succeeds if it can be used here.
    ready: &'static [&'static str],
    /// What succeeds if it has the image already, where that is to stay.
    pub(super) held: Option<&'static [&'static str]>,
    pub(super) pull: &'static [&'static str],
    /// What removes it again; nothing where none is kept.
    pub(super) remove: &'static [&'static str],
    /// Whether its people name images by the gateway.
    pub(super) names_gateway: bool,
}

impl Trial {
    /// Whether the program is here, and what it needs runs.
    pub(super) async fn is_here(&self) -> bool {
        let mut command = Command::new(self.program);
        command
            .args(self.ready)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let done = timeout(Duration::from_secs(20), command.status()).await;
        matches!(done, Ok(Ok(status)) if status.success())
    }
}

/// All clients that are known.
pub(super) static CLIENTS: &[Trial] = &[
    Trial {
        name: "docker",
        program: "docker",
        ready: &["version"],
        held: Some(&["image", "inspect", "IMAGE"]),
        pull: &["pull", "IMAGE"],
        remove: &["image", "rm", "IMAGE"],
        names_gateway: true,
    },
    Trial {
        name: "podman",
        program: "podman",
        ready: &["info"],
        held: Some(&["image", "exists", "IMAGE"]),
        pull: &["pull", "IMAGE"],
        remove: &["rmi", "IMAGE"],
        names_gateway: false,
    },
    Trial {
        name: "buildah",
        program: "buildah",
        ready: &["info"],
        held: Some(&["inspect", "--type", "image", "IMAGE"]),
        pull: &["pull", "--policy", "always", "IMAGE"],
        remove: &["rmi", "IMAGE"],
        names_gateway: false,
    },
    Trial {
        name: "skopeo",
        program: "skopeo",
        ready: &["--version"],
        held: None,
        pull: &["inspect", "docker://IMAGE"],
        remove: &[],
        names_gateway: false,
    },
    // In a namespace of its own, where nobody else's images are.
    Trial {
        name: "ctr",
        program: "ctr",
        ready: &["version"],
        held: None,
        pull: &[
            "--namespace",
            "pullgate-doctor",
            "images",
            "pull",
            "--hosts-dir",
            "/etc/containerd/certs.d",
            "IMAGE",
        ],
        remove: &["--namespace", "pullgate-doctor", "images", "rm", "IMAGE"],
        names_gateway: false,
    },
    Trial {
        name: "nerdctl",
        program: "nerdctl",
        ready: &["info"],
        held: Some(&["image", "inspect", "IMAGE"]),
        pull: &["pull", "IMAGE"],
        remove: &["rmi", "IMAGE"],
        names_gateway: false,
    },
    Trial {
        name: "crictl",
        program: "crictl",
        ready: &["version"],
        held: Some(&["inspecti", "IMAGE"]),
        pull: &["pull", "IMAGE"],
        remove: &["rmi", "IMAGE"],
        names_gateway: false,
    },
];
