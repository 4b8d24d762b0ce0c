//! What the demo shows.

use std::io::{self, IsTerminal, Write};

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};

use super::people::Actor;
use super::pull::Pulled;
use super::stage::{Scene, Stage};

/// Who pulled what, how it ended and why.
pub(super) fn print_table(stage: &Stage, scenes: &[Scene<'_>]) -> io::Result<()> {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["image", "who", "outcome", "why"]);
    if table.width().is_none() {
        table.set_width(100);
    }
    let mut last = "";
    for scene in scenes {
        let image = if last == scene.exhibit.path {
            String::new()
        } else {
            format!("{}\n{}", scene.exhibit.path, scene.exhibit.about)
        };
        last = scene.exhibit.path;
        table.add_row([
            Cell::new(image),
            Cell::new(scene.actor.role),
            outcome(scene),
            Cell::new(&scene.reason),
        ]);
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "Pullgate at {} stands in front of a registry that plays Docker Hub.\n\
         The organization acme has Image Access Management on: official images and\n\
         verified publishers are Allowed. Everything below went over HTTP.\n\n{table}\n",
        stage.running.gateway_url
    )?;
    let surprises = scenes.iter().filter(|scene| !scene.is_as_expected()).count();
    if surprises == 0 {
        writeln!(out, "All {} outcomes are as the policy says.", scenes.len())
    } else {
        writeln!(out, "{surprises} of {} outcomes are NOT as the policy says.", scenes.len())
    }
}

fn outcome(scene: &Scene<'_>) -> Cell {
    let (word, color) = match scene.pulled {
        Pulled::Whole => ("allowed", Color::Green),
        Pulled::Refused(_) => ("denied", Color::Red),
    };
    let cell = Cell::new(word);
    let plain = !io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    match (scene.is_as_expected(), plain) {
        (false, _) => Cell::new(format!("{word} (!)")),
        (true, true) => cell,
        (true, false) => cell.fg(color).add_attribute(Attribute::Bold),
    }
}

/// How to go on by hand.
pub(super) fn print_how_to_try(stage: &Stage) -> io::Result<()> {
    let host = stage.running.gateway_address;
    let mut out = io::stdout().lock();
    writeln!(out, "\nTry it by hand. These passwords are good until you press Ctrl-C:\n")?;
    for Actor { role, account } in &stage.actors {
        if let Some(account) = account {
            writeln!(out, "  {role:<8} {:<8} {}", account.username, account.password.expose())?;
        }
    }
    writeln!(
        out,
        "\n  docker login {host} -u mia\n  \
           docker pull {host}/library/hello\n  \
           docker pull {host}/evil/miner\n\n  \
           podman login --tls-verify=false {host} -u mia\n  \
           podman pull --tls-verify=false {host}/evil/miner\n\n  \
           skopeo inspect --tls-verify=false --creds mia:PASSWORD docker://{host}/acme/app\n\n\
         Health and metrics: {}/metrics\n\
         Ctrl-C ends the demo and removes what it made.",
        stage.running.operations_url
    )
}
