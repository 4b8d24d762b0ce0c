//! dockerd knows registry mirrors alone, which fall back to Docker Hub after
//! a denial and swallow its sentence; so images are named by the gateway's
//! name, and the other way is closed elsewhere.

use crate::containerd;
use crate::guide::{Block, Guide, Place, Step, sentences};
use crate::site::{Direct, Site, Transport};

const FALLS_BACK: &str = "A registry mirror in daemon.json does not close that: after a denial, dockerd goes on to Docker Hub and pulls from there, and its user never reads why.";

/// What dockerd is told of registries, a folder for each.
const FOLDER: &str = "/etc/docker/certs.d";

/// What closes dockerd's own way, in a folder that systemd reads.
const DROP_IN: &str = "/etc/systemd/system/docker.service.d/pullgate.conf";

pub(crate) fn engine(site: &Site) -> Guide {
    let mut steps = machine(site);
    steps.push(login(site));
    steps.push(Step::new(
        "Pull by the gateway's name",
        "Put the gateway before the name of the image. A name without a registry is Docker Hub's.",
        vec![Block::shell(pulls(site))],
    ));
    Guide {
        steps,
        enforced: enforced(
            site,
            [
                "Whatever is pulled by the gateway's name is decided by your organization's policy.",
                "Who is denied reads why, and where to request access, in docker's own error.",
            ],
        ),
        open: open(
            site,
            "The same person can still type docker pull nginx, and dockerd asks Docker Hub itself. Close that by blocking egress from the machine to other registries.",
        ),
        untried: Vec::new(),
    }
}

pub(crate) fn buildkit(site: &Site) -> Guide {
    let gateway = &site.gateway;
    let mut steps = machine(site);
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
        enforced: enforced(
            site,
            [
                "Base images that are named by the gateway are decided by your organization's policy.",
                "A build that is denied ends, and its error says why and where to request access.",
            ],
        ),
        open: open(
            site,
            "A Dockerfile that names another registry, or none, is built from there. Close that by blocking egress from the machine to other registries.",
        ),
        untried: Vec::new(),
    }
}

/// What is written on the machine.
fn machine(site: &Site) -> Vec<Step> {
    let mut steps = Vec::new();
    steps.extend(insecure(site));
    steps.extend(authority(site));
    steps.extend(proxy(site));
    steps.extend(hosts(site));
    steps
}

/// What is enforced.
fn enforced(site: &Site, always: [&str; 2]) -> Vec<String> {
    let mut enforced = sentences(always);
    if site.direct == Direct::Closed {
        let closed = "dockerd reaches no other registry, by pulls and by builds: they end with an error that names the proxy.";
        let builds = "With an Engine from 28 on, BuildKit asks the gateway for FROM alpine, too, signed in as whoever builds.";
        enforced.extend(sentences([closed, builds]));
    }
    enforced
}

/// What is not enforced.
fn open(site: &Site, direct: &str) -> Vec<String> {
    match site.direct {
        Direct::Left => sentences([direct, FALLS_BACK]),
        Direct::Closed => sentences([
            "Registries on the machine's own loopback addresses are reached all the same.",
            "Other programs of the machine are not dockerd: give podman and containerd their own configuration, and block egress from the machine to other registries.",
            "Whoever is root on the machine, or may run containers with its folders, can change the files.",
        ]),
    }
}

/// The certificate of an authority of one's own, where dockerd and its
/// BuildKit look for it.
fn authority(site: &Site) -> Option<Step> {
    let pem = site.authority.clone()?;
    let path = authority_file(site);
    Some(Step::new(
        "Trust the gateway's certificate",
        "The certificate authority that signed it. dockerd reads it for each pull; nothing has to be restarted.",
        vec![Block::file(path, pem)],
    ))
}

fn authority_file(site: &Site) -> String {
    format!("{FOLDER}/{}/ca.crt", site.gateway)
}

/// From 28 on, BuildKit and containerd's image store read these files as
/// containerd does. Older Engines, and pulls into the graph driver's store, do
/// not: there the proxy ends what goes elsewhere.
fn hosts(site: &Site) -> Option<Step> {
    if site.direct == Direct::Left {
        return None;
    }
    Some(Step::new(
        "Make the gateway the only server",
        "For an Engine from 28 on; older ones ignore it. BuildKit asks the gateway with your login. docker pull nginx, where the Engine keeps images in containerd's store, asks it without one: go on naming the gateway there.",
        containerd::files(site, FOLDER, &authority_file(site)),
    ))
}

/// A proxy that is not there: whatever dockerd asks of anybody but the gateway
/// ends at once. Port 9 is the discard service's, on which nothing listens.
fn proxy(site: &Site) -> Option<Step> {
    if site.direct == Direct::Left {
        return None;
    }
    // As NO_PROXY names an IPv6 address.
    let host = site.host().trim_matches(['[', ']']);
    Some(Step::new(
        "Close the other way",
        "dockerd gets a proxy that is not there, for all but the gateway: docker pull nginx ends with an error. Restart dockerd afterwards. Containers are not affected.",
        vec![Block::file(
            DROP_IN,
            format!(
                "[Service]\n\
                 Environment=\"HTTP_PROXY=http://127.0.0.1:9\"\n\
                 Environment=\"HTTPS_PROXY=http://127.0.0.1:9\"\n\
                 Environment=\"NO_PROXY={host}\"\n"
            ),
        )],
    ))
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
