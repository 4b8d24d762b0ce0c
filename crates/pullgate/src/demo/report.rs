//! What the demo shows.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};

use super::people::{Actor, Exhibit};
use super::pull::Pulled;
use super::stage::{Scene, Stage};
use crate::output::{Tint, terminal_width, tinted};

/// How wide the tables are where the terminal is not narrower, in characters.
const WIDTH: u16 = 80;

/// Who pulled what, how it ended and why.
pub(super) fn print_table(stage: &Stage, scenes: &[Scene<'_>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "Pullgate at {} stands in front of a registry that plays\n\
         Docker Hub. The organization acme has Image Access Management on, and allows\n\
         official images and verified publishers. Everything below went over HTTP.",
        stage.running.gateway_url
    )?;
    for of_one_image in scenes.chunk_by(|one, next| one.exhibit.path == next.exhibit.path) {
        let Exhibit { path, about, .. } = of_one_image[0].exhibit;
        writeln!(
            out,
            "\n{}",
            tinted(Tint::Strong, &format!("{path}, {about}"))
        )?;
        writeln!(out, "{}", table(of_one_image))?;
    }
    writeln!(out)?;
    let surprises = scenes
        .iter()
        .filter(|scene| !scene.is_as_expected())
        .count();
    if surprises == 0 {
        writeln!(out, "All {} outcomes are as the policy says.", scenes.len())
    } else {
        writeln!(
            out,
            "{surprises} of {} outcomes are NOT as the policy says.",
            scenes.len()
        )
    }
}

/// Who pulled one image, how it ended and why.
fn table(scenes: &[Scene<'_>]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(terminal_width().unwrap_or(WIDTH).min(WIDTH));
    for scene in scenes {
        let indented = format!("  {}", scene.actor.role);
        table.add_row([&indented, outcome(scene), &scene.reason]);
    }
    table.trim_fmt()
}

fn outcome(scene: &Scene<'_>) -> &'static str {
    match (&scene.pulled, scene.is_as_expected()) {
        (Pulled::Whole, true) => "allowed",
        (Pulled::Whole, false) => "allowed (!)",
        (Pulled::Refused(_), true) => "denied",
        (Pulled::Refused(_), false) => "denied (!)",
    }
}

/// How to go on by hand.
pub(super) fn print_how_to_try(stage: &Stage) -> io::Result<()> {
    let host = stage.running.gateway_address;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "\nTry it by hand. These passwords are good until you press Ctrl-C:\n"
    )?;
    for Actor { role, account } in &stage.actors {
        if let Some(account) = account {
            writeln!(
                out,
                "  {role:<8} {:<8} {}",
                account.username,
                account.password.expose()
            )?;
        }
    }
    writeln!(
        out,
        "\n  docker login {host} -u mia\n  \
           docker pull {host}/library/hello\n  \
           docker pull {host}/evil/miner\n\n  \
           podman login --tls-verify=false {host} -u mia\n  \
           podman pull --tls-verify=false {host}/evil/miner\n\n  \
           skopeo inspect --tls-verify=false --creds mia:PASSWORD \\\n    \
           docker://{host}/acme/app\n\n\
         Health and metrics: {}/metrics\n\
         Ctrl-C ends the demo and removes what it made.",
        stage.running.operations_url
    )
}
