//! Installing it, and taking it back.

use std::process::ExitCode;

use pullgate_client_config::{Direct, Service, Site, guide, installation};
use pullgate_machine::changes::{self, Applied, ChangeError, Undone, Wanted};
use pullgate_machine::doctor::{Finding, Gateway, direct_way};
use pullgate_machine::{Owner, Root};

use super::address::GatewayUrl;
use super::{ClientName, print};
use crate::failure::{Exit, Failure};
use crate::output;

pub(super) fn apply(
    name: ClientName,
    gateway: &GatewayUrl,
    site: &Site,
    root: &Root,
) -> Result<ExitCode, Failure> {
    let client = name.client();
    let installation = installation(client, site);
    let files = installation.files.into_iter();
    let wanted: Vec<Wanted> = files.map(|(path, text)| Wanted { path, text }).collect();
    let url = gateway.url();
    let applied =
        changes::apply(root, name.as_str(), &url, &wanted, Owner::ROOT).map_err(|error| {
            let is_merge = matches!(error, ChangeError::Unmergeable(..));
            let failure = Failure::from(error);
            if is_merge {
                failure.hint("nothing was changed; mend the file, and run it again")
            } else {
                failure
            }
        })?;
    if applied.is_empty() {
        output::paragraph(
            "Nothing has to be written for this client: its people name images by the gateway.",
        )?;
    }
    for file in &applied {
        told(root, file)?;
    }
    if applied.iter().any(|file| file.was_written) {
        for restart in installation.restart.into_iter().map(Service::restart) {
            output::say(format!("Restart it: {restart}"))?;
        }
        output::say(format!(
            "Take it back with: pullgate client-config {} --undo",
            name.as_str()
        ))?;
    }
    if let Some(left) = left_open(gateway, site, root)? {
        output::note("");
        output::note_paragraph(&format!(
            "It is not closed: {}: {}",
            left.subject, left.what
        ));
        output::note_paragraph(&format!("  hint: {}", left.mend));
        return Ok(Exit::No.into());
    }
    let guide = guide(client, site);
    print::list("Enforced:", &guide.enforced)?;
    print::list("Still open:", &guide.open)?;
    Ok(ExitCode::SUCCESS)
}

/// What was set before in another place, and leaves dockerd a way that was to
/// be closed: its configuration counts before a drop-in, and a later drop-in
/// before an earlier.
fn left_open(gateway: &GatewayUrl, site: &Site, root: &Root) -> Result<Option<Finding>, Failure> {
    let gateway = Gateway::read(gateway.authority());
    match gateway.filter(|_| site.direct == Direct::Closed) {
        Some(gateway) => Ok(direct_way(root, Owner::ROOT, &gateway)?),
        None => Ok(None),
    }
}

fn told(root: &Root, file: &Applied) -> Result<(), Failure> {
    let path = root.shown(&file.path);
    output::say(match (&file.kept, file.was_written) {
        (_, false) => format!("{path} is as it should be."),
        (None, true) => format!("Wrote {path}."),
        (Some(kept), true) => {
            format!("Changed {path}; as it was before: {}.", root.shown(kept))
        }
    })?;
    for removed in &file.removed {
        output::say(format!("  taken out: {removed}"))?;
    }
    Ok(())
}

pub(super) fn undo(name: &str, root: &Root) -> Result<ExitCode, Failure> {
    let undone = changes::undo(root, name, Owner::ROOT)?;
    if undone.is_empty() {
        output::say(format!(
            "Nothing was written for {name}; nothing was changed."
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut code = ExitCode::SUCCESS;
    for file in undone {
        match file {
            Undone::Restored(path) => {
                output::say(format!("{} is as it was before.", root.shown(&path)))?;
            }
            Undone::Removed(path) => output::say(format!("Removed {}.", root.shown(&path)))?,
            Undone::StillNeeded(path, clients) => output::say(format!(
                "Left {}: {} needs it.",
                root.shown(&path),
                clients.join(", ")
            ))?,
            Undone::Changed(path, kept) => {
                output::note(format!(
                    "{} was changed since by somebody else, and was left.",
                    root.shown(&path)
                ));
                if let Some(kept) = kept {
                    output::note(format!("  as it was before: {}", root.shown(&kept)));
                }
                code = Exit::Failed.into();
            }
        }
    }
    output::say("Restart the client's service, if it has one.")?;
    Ok(code)
}
