//! With the gateway as `server`, and not as a host above it, containerd has
//! nowhere else to go: a denial is final.

use crate::guide::{Block, Guide, Step, sentences};
use crate::site::Site;

/// Where the certificate authority's certificate is put.
const AUTHORITY: &str = "/etc/containerd/pullgate-ca.crt";

pub(crate) fn guide(site: &Site) -> Guide {
    let username = &site.username;
    Guide {
        steps: vec![
            hosts(site),
            Step::new(
                "Pull as yourself",
                "By the image's own name, signed in with an access token of yours. nerdctl reads the folder by itself.",
                vec![Block::shell(format!(
                    "ctr images pull --hosts-dir /etc/containerd/certs.d \\\n  --user {username} docker.io/library/nginx:latest\n"
                ))],
            ),
        ],
        enforced: enforced(),
        open: open(),
        untried: sentences(["nerdctl was not tried."]),
    }
}

pub(crate) fn enforced() -> Vec<String> {
    sentences([
        "Every pull from these registries goes through the gateway, by the images' own names.",
        "A denial is final: there is no other place to go to. Its whole sentence stands in the error.",
    ])
}

pub(crate) fn open() -> Vec<String> {
    sentences([
        "Registries without a file are still asked directly. Write one for each registry that the machine may use, and block egress to the rest.",
        "Whoever is root on the machine can change the files.",
    ])
}

/// The file for each registry. The empty table is needed: without it
/// containerd 1.6 takes the file for invalid, and pulls from Docker Hub.
pub(crate) fn hosts(site: &Site) -> Step {
    let authority = site.authority.clone();
    let authority = authority.map(|pem| Block::file(AUTHORITY, pem));
    let files = files(site, "/etc/containerd/certs.d", AUTHORITY);
    Step::new(
        "Make the gateway the only server",
        "One file for each registry. Keep the empty [host] table: without it containerd 1.6 ignores the file.",
        authority.into_iter().chain(files).collect(),
    )
}

/// A file for each registry in this folder, with the gateway as its only
/// server; the certificate of an authority of one's own is at that path.
pub(crate) fn files(site: &Site, folder: &str, authority: &str) -> Vec<Block> {
    let trust = match &site.authority {
        Some(_) => format!("ca = \"{authority}\"\n"),
        None => String::new(),
    };
    let text = format!("server = \"{}\"\n{trust}\n[host]\n", site.url());
    let files = site.registries.iter().map(|registry| {
        let path = format!("{folder}/{registry}/hosts.toml");
        Block::file(path, text.clone())
    });
    files.collect()
}
