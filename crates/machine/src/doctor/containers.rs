//! podman, buildah, skopeo and CRI-O, which read the same files.

use super::check::{Findings, Machine};
use super::finding::Finding;
use super::registries_conf::{Entry, read};
use super::units::is_conf;

const FILE: &str = "/etc/containers/registries.conf";
const FOLDER: &str = "/etc/containers/registries.conf.d";
const HUB: &str = "docker.io";

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let is_there = machine.has_any(&[
        "/usr/bin/podman",
        "/usr/bin/buildah",
        "/usr/bin/skopeo",
        "/usr/bin/crio",
        FILE,
        FOLDER,
    ])?;
    if !is_there {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    let mut files = vec![FILE.to_owned()];
    let names = machine.root.list(FOLDER)?.into_iter();
    files.extend(
        names
            .filter(|name| is_conf(name))
            .map(|name| format!("{FOLDER}/{name}")),
    );
    for file in files {
        let Some(text) = machine.root.text(&file)? else {
            continue;
        };
        match read(&file, &text) {
            // An entry of a later file takes the place of an earlier.
            Ok(more) => {
                entries.retain(|entry| more.iter().all(|each| each.prefix != entry.prefix));
                entries.extend(more);
            }
            Err(why) => findings.push(Finding::unknown(
                "registries-conf-unreadable",
                file,
                format!("It is not TOML: {why}."),
                "Mend the file.",
            )),
        }
    }
    findings.extend(entries.iter().map(|entry| of_entry(machine, entry)));
    if !entries.iter().any(|entry| entry.prefix == HUB) {
        findings.push(Finding::open(
            "containers-direct",
            FOLDER,
            "podman, buildah and CRI-O go to Docker Hub by themselves: no entry rewrites docker.io.",
            again(machine),
        ));
    }
    Ok(findings)
}

fn of_entry(machine: &Machine<'_>, entry: &Entry) -> Finding {
    let (prefix, file) = (&entry.prefix, entry.file.clone());
    if entry.is_blocked {
        let what = format!("Nothing is pulled from {prefix}: it is blocked.");
        return Finding::holds("registries-conf", file, what);
    }
    if let Some(mirror) = entry.mirrors.first() {
        let what = format!(
            "For {prefix} the mirror {mirror} is asked first. What it denies is pulled from {} \
             instead.",
            entry.location
        );
        return Finding::open("registries-conf-mirror", file, what, again(machine));
    }
    if !machine.is_gateway(&entry.location) {
        let what = format!(
            "Images of {prefix} are pulled from {} directly.",
            entry.location
        );
        return Finding::open("containers-direct", file, what, again(machine));
    }
    let what = format!("Images of {prefix} are pulled through {}.", entry.location);
    Finding::holds("registries-conf", file, what)
}

fn again(machine: &Machine<'_>) -> String {
    format!(
        "Run: pullgate client-config podman --gateway {} --apply",
        machine.gateway_name()
    )
}
