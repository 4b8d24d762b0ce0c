//! The tab of registries: Registry Access Management, and what is trusted.

use std::fmt::Display;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_admin::{PolicyChange, SettingsEdit};
use pullgate_policy::{MAX_REGISTRIES, Permission, Switch};

use super::review::Begun;
use super::{Frame, PERMISSIONS, Tab, open, review, typed};
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::page::{Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

#[derive(Template)]
#[template(path = "permissions_registries.html")]
struct RegistriesPage {
    shell: Shell,
    frame: Frame,
    was: String,
    is_on: bool,
    standing: Word,
    mode: &'static str,
    mode_word: Word,
    docker_hub: &'static str,
    docker_hub_word: Word,
    registries: Vec<RegistryRow>,
    most: usize,
    trusted: Vec<String>,
    /// A registry that is being added.
    typed: Typed,
    /// Something to trust that is being added.
    typed_trusted: Typed,
}

/// A registry of the list.
struct RegistryRow {
    registry: String,
    /// What people call it; empty if that is no other name.
    name: String,
    is_allowed: bool,
    word: Word,
}

/// `GET /orgs/{organization}/permissions/registries`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let shown = list(&visit, &name, Typed::default(), Typed::default()).await?;
    Ok(page(&shown))
}

async fn list(
    visit: &Visit,
    name: &str,
    typed: Typed,
    typed_trusted: Typed,
) -> Result<RegistriesPage, Failure> {
    let (frame, stored) = open(visit, name, Tab::Registries).await?;
    let admin = &visit.services.admin;
    let access = admin
        .registry_access(&visit.caller(), &frame.organization)
        .await?;
    let ram = &stored.settings.ram;
    let row = |listed: pullgate_store::ListedRegistry| RegistryRow {
        name: if listed.friendly_name == listed.registry.as_str() {
            String::new()
        } else {
            listed.friendly_name
        },
        registry: listed.registry.to_string(),
        is_allowed: listed.permission == Permission::Allowed,
        word: words::permission(listed.permission),
    };
    Ok(RegistriesPage {
        was: typed::was(&stored.settings),
        is_on: ram.enabled == Switch::On,
        standing: words::registry_access(ram),
        mode: typed::mode_word(ram.mode),
        mode_word: words::mode(ram.mode),
        docker_hub: ram.docker_hub.as_str(),
        docker_hub_word: words::permission(ram.docker_hub),
        registries: access.registries.into_iter().map(row).collect(),
        most: MAX_REGISTRIES,
        trusted: stored
            .settings
            .trusted
            .iter()
            .map(ToString::to_string)
            .collect(),
        typed,
        typed_trusted,
        frame,
        shell: visit.shell("Registries"),
    })
}

/// `POST /orgs/{organization}/permissions/registries/review`: what one of the
/// forms would change. `what` says which, or the name of a row's button.
pub(super) async fn review(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let row = ["unlist", "allow", "distrust"]
        .into_iter()
        .find(|button| fields.has(button));
    let what = row.unwrap_or_else(|| fields.text("what"));
    let named = match what {
        "list" => "registry",
        "trust" => "trusted",
        row => row,
    };
    let value = fields.text(named);
    let mut edit = SettingsEdit::default();
    let mistake = match what {
        "list" | "allow" => read(value, &mut edit.list),
        "unlist" => read(value, &mut edit.unlist),
        "trust" => read(value, &mut edit.trust),
        "distrust" => read(value, &mut edit.distrust),
        _ => {
            edit.registry_access = Some(typed::switch(&fields, "registry_access"));
            edit.registry_mode = typed::mode(&fields, "registry_mode");
            edit.docker_hub = typed::permission(&fields, "docker_hub");
            edit = typed::different(&fields, edit)?;
            Ok(())
        }
    };
    let begun = Begun::with(PolicyChange::Settings(edit), &fields);
    let refused = match mistake {
        Err(mistake) => mistake,
        Ok(()) => match review::show(&visit, &organization, begun).await {
            // What the settings do not take, told at the field.
            Err(Failure::Refused(why)) => why,
            other => return other,
        },
    };
    let mistyped = Typed {
        value: value.to_owned(),
        error: refused,
    };
    let shown = match what {
        "trust" | "distrust" => list(&visit, &name, Typed::default(), mistyped).await?,
        _ => list(&visit, &name, mistyped, Typed::default()).await?,
    };
    if !shown.frame.is_owner {
        return Err(Failure::Forbidden(
            "Only an owner may change that; ask one.".to_owned(),
        ));
    }
    Ok(form_again(&shown))
}

/// Reads a name into a list of what is to be changed.
fn read<T: std::str::FromStr<Err: Display>>(text: &str, into: &mut Vec<T>) -> Result<(), String> {
    let name = text
        .parse()
        .map_err(|error: T::Err| sentence(&error.to_string()))?;
    into.push(name);
    Ok(())
}
