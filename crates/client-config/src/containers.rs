//! podman, buildah, skopeo and CRI-O read one file. A rewritten location has
//! no fallback; a `[[registry.mirror]]` has.

use crate::guide::{Block, Guide, Step, sentences};
use crate::site::{Site, Transport};

pub(crate) fn guide(site: &Site) -> Guide {
    let Site {
        gateway, username, ..
    } = site;
    let rewritten = site.nameable().map(|name| entry(site, name));
    let entries: Vec<String> = itself(site).into_iter().chain(rewritten).collect();
    let authority = site.authority.as_ref().map(|pem| {
        let path = format!("/etc/containers/certs.d/{gateway}/ca.crt");
        Block::file(path, pem.clone())
    });
    let rewrite = Block::file(
        "/etc/containers/registries.conf.d/pullgate.conf",
        entries.join("\n"),
    );
    Guide {
        steps: vec![
            Step::new(
                "Rewrite the registries",
                "One entry for each registry, in a file of its own. podman, buildah and skopeo read it at each pull.",
                authority.into_iter().chain([rewrite]).collect(),
            ),
            Step::new(
                "Sign in",
                "To the gateway, with an access token of yours as the password.",
                vec![Block::shell(format!(
                    "podman login {gateway} -u {username}\n"
                ))],
            ),
            Step::new(
                "Pull as before",
                "By the image's own name.",
                vec![Block::shell(
                    "podman pull docker.io/library/nginx\n".to_owned(),
                )],
            ),
        ],
        enforced: sentences([
            "Every pull from these registries goes through the gateway, by the images' own names.",
            "A denial is final: a rewritten location has no fallback. Its whole sentence stands in the error.",
        ]),
        open: sentences([
            "Registries without an entry are still asked directly. Give each that nobody should use an entry with blocked = true, or block egress to the rest.",
            "A person can bring a file of their own in their home folder. Where that matters, block egress from the machine to other registries.",
        ]),
        untried: sentences(["CRI-O reads the same file; it was not tried."]),
    }
}

/// Without encryption, podman login has to be told so of the gateway itself.
fn itself(site: &Site) -> Option<String> {
    let gateway = &site.gateway;
    match site.transport {
        Transport::Https => None,
        Transport::Http => Some(format!(
            "[[registry]]\nlocation = \"{gateway}\"\ninsecure = true\n"
        )),
    }
}

fn entry(site: &Site, registry: &str) -> String {
    let gateway = &site.gateway;
    let insecure = match site.transport {
        Transport::Https => "",
        Transport::Http => "insecure = true\n",
    };
    format!(
        "[[registry]]\nprefix = \"{registry}\"\nlocation = \"{gateway}/{registry}\"\n{insecure}"
    )
}
