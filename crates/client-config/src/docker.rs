//! dockerd knows registry mirrors alone, which fall back to Docker Hub after
//! a denial and swallow its sentence; so images are named by the gateway's
//! name, and the other way is closed elsewhere.

use crate::guide::{Block, Guide, Place, Step, sentences};
use crate::site::{Site, Transport};

const FALLS_BACK: &str = "A registry mirror in daemon.json does not close that: after a denial, dockerd goes on to Docker Hub and pulls from there, and its user never reads why.";

pub(crate) fn engine(site: &Site) -> Guide {
    let mut steps = Vec::new();
    steps.extend(insecure(site));
    steps.push(login(site));
    steps.push(Step::new(
        "Pull by the gateway's name",
        "Put the gateway before the name of the image. A name without a registry is Docker Hub's.",
        vec![Block::shell(pulls(site))],
    ));
    Guide {
        steps,
        enforced: sentences([
            "Whatever is pulled by the gateway's name is decided by your organization's policy.",
            "Who is denied reads why, and where to request access, in docker's own error.",
        ]),
        open: sentences([
            "The same person can still type docker pull nginx, and dockerd asks Docker Hub itself. Close that by blocking egress from the machine to other registries.",
            FALLS_BACK,
        ]),
        untried: Vec::new(),
    }
}

pub(crate) fn buildkit(site: &Site) -> Guide {
    let gateway = &site.gateway;
    let mut steps = Vec::new();
    steps.extend(insecure(site));
    steps.push(login(site));
    steps.push(Step::new(
        "Name base images by the gateway",
        "An argument with a default keeps the Dockerfile usable elsewhere. The syntax line, where there is one, names an image, too.",
        vec![Block {
            place: Place::Own("Dockerfile"),
            text: format!(
                "# syntax={gateway}/docker/dockerfile:1\nARG REGISTRY={gateway}\nFROM ${{REGISTRY}}/library/alpine:3\n"
            ),
        }],
    ));
    steps.push(Step::new(
        "Build",
        "With the classic builder and with BuildKit in the same way.",
        vec![Block::shell("docker build -t app .\n".to_owned())],
    ));
    Guide {
        steps,
        enforced: sentences([
            "Base images that are named by the gateway are decided by your organization's policy.",
            "A build that is denied ends, and its error says why and where to request access.",
        ]),
        open: sentences([
            "A Dockerfile that names another registry, or none, is built from there. Close that by blocking egress from the machine to other registries.",
            FALLS_BACK,
        ]),
        untried: Vec::new(),
    }
}

/// Signing in to the gateway.
fn login(site: &Site) -> Step {
    let Site {
        gateway, username, ..
    } = site;
    Step::new(
        "Sign in",
        "With an access token of yours as the password. Your password works as well, but would stand in docker's file.",
        vec![Block::shell(format!(
            "docker login {gateway} -u {username}\n"
        ))],
    )
}

/// What dockerd has to be told of a gateway that is not encrypted.
fn insecure(site: &Site) -> Option<Step> {
    if site.transport == Transport::Https {
        return None;
    }
    let text = format!(
        "{{\n  \"insecure-registries\": [\"{}\"]\n}}\n",
        site.gateway
    );
    Some(Step::new(
        "Say that the gateway is not encrypted",
        "dockerd pulls without encryption only from registries that are listed. Restart it afterwards. Not needed where the gateway is on the same machine.",
        vec![Block::file("/etc/docker/daemon.json", text)],
    ))
}

fn pulls(site: &Site) -> String {
    let gateway = &site.gateway;
    let another = site.another().map_or_else(String::new, |registry| {
        format!("docker pull {gateway}/{registry}/org/app\n")
    });
    format!("docker pull {gateway}/library/nginx\n{another}")
}
