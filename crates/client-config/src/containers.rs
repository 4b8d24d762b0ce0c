//! podman, buildah, skopeo and CRI-O read one file. A rewritten location has
//! no fallback; a `[[registry.mirror]]` has.

use crate::guide::{Block, Guide, Place, Step, sentences};
use crate::site::{Site, Transport};

pub(crate) fn podman(site: &Site) -> Guide {
    let Site {
        gateway, username, ..
    } = site;
    Guide {
        steps: vec![
            rewrite(
                site,
                "One entry for each registry, in a file of its own. podman, buildah and skopeo read it at each pull.",
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
        enforced: enforced(),
        open: sentences([
            BY_THEMSELVES,
            "A person can bring a file of their own in their home folder. Where that matters, block egress from the machine to other registries.",
        ]),
        untried: Vec::new(),
    }
}

/// Nobody signs in on a node: CRI-O takes the credentials that kubelet hands to
/// it with a pull, and a file of its own where it is handed none.
pub(crate) fn crio(site: &Site) -> Guide {
    let Site {
        gateway, username, ..
    } = site;
    Guide {
        steps: vec![
            rewrite(
                site,
                "One entry for each registry, in a file of its own. CRI-O reads it when it starts: restart it afterwards.",
            ),
            Step::new(
                "Say who pulls, for the node",
                "CRI-O uses no login of podman's. For pulls that bring no credentials it reads the file that global_auth_file names, by the gateway's address. Use an access token of the organization's rather than a person's; the file is for root alone (0600). Write AUTH as: printf '%s' 'USER:TOKEN' | base64 -w0. Restart CRI-O afterwards.",
                vec![
                    Block {
                        place: Place::Own("/etc/crio/crio.conf.d/50-pullgate.conf"),
                        text: "[crio.image]\nglobal_auth_file = \"/etc/crio/pullgate-auth.json\"\n"
                            .to_owned(),
                    },
                    Block {
                        place: Place::Own("/etc/crio/pullgate-auth.json"),
                        text: format!(
                            "{{\n  \"auths\": {{\n    \"{gateway}\": {{ \"auth\": \"AUTH\" }}\n  }}\n}}\n"
                        ),
                    },
                ],
            ),
            Step::new(
                "Or say it in Kubernetes, for a namespace's pods",
                "kubelet hands the credentials of imagePullSecrets to CRI-O, and those of its own /var/lib/kubelet/config.json, by the name that stands in the pod. Name the secret in the pods' imagePullSecrets, or in their service account.",
                vec![Block::shell(format!(
                    "kubectl create secret docker-registry pullgate \\\n  --docker-server=https://index.docker.io/v1/ \\\n  --docker-username={username} --docker-password=TOKEN\n"
                ))],
            ),
        ],
        enforced: enforced(),
        open: sentences([BY_THEMSELVES]),
        untried: sentences([
            "CRI-O was not tried. That a rewritten location has no fallback was tried with podman, which reads the same file.",
        ]),
    }
}

const BY_THEMSELVES: &str = "Registries without an entry are still asked directly. Give each that nobody should use an entry with blocked = true, or block egress to the rest.";

fn enforced() -> Vec<String> {
    sentences([
        "Every pull from these registries goes through the gateway, by the images' own names.",
        "A denial is final: a rewritten location has no fallback. Its whole sentence stands in the error.",
    ])
}

/// The one file, and the gateway's authority where it is of one's own.
fn rewrite(site: &Site, text: &str) -> Step {
    let gateway = &site.gateway;
    let rewritten = site.nameable().map(|name| entry(site, name));
    let entries: Vec<String> = itself(site).into_iter().chain(rewritten).collect();
    let authority = site.authority.as_ref().map(|pem| {
        let path = format!("/etc/containers/certs.d/{gateway}/ca.crt");
        Block::file(path, pem.clone())
    });
    let file = Block::file(
        "/etc/containers/registries.conf.d/pullgate.conf",
        entries.join("\n"),
    );
    Step::new(
        "Rewrite the registries",
        text,
        authority.into_iter().chain([file]).collect(),
    )
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
