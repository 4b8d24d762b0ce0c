//! The Engine's calls, one by one.

use pullgate_reference::{NameError, Reference, Target};

use crate::asked::Asked;
use crate::call::{Call, Content};
use crate::image_name::ImageName;
use crate::json::Value;
use crate::path::Path;
use crate::query::Query;
use crate::refusal::Refusal;

/// What can be done with a container by a call of its own that brings no image
/// in. Stopping is not among them: it is harmless.
const OF_A_CONTAINER: [&str; 12] = [
    "attach",
    "checkpoints",
    "copy",
    "exec",
    "pause",
    "rename",
    "resize",
    "restart",
    "start",
    "unpause",
    "update",
    "wait",
];

/// Kinds of things that can be looked at.
const KINDS: [&str; 13] = [
    "configs",
    "containers",
    "distribution",
    "exec",
    "images",
    "networks",
    "nodes",
    "plugins",
    "secrets",
    "services",
    "swarm",
    "tasks",
    "volumes",
];

/// The agent's name, as an image's.
const OWN_NAME: &str = "docker.io/library/pullgate";

/// What can be read in one go, as `docker ps` and the like do: the Engine
/// itself, and lists.
const LISTS: [&str; 11] = [
    "_ping", "version", "info", "networks", "volumes", "services", "nodes", "tasks", "secrets",
    "configs", "plugins",
];

/// What the call asks for.
pub(crate) fn read(asked: &Asked<'_>, path: &Path, query: Query<'_>) -> Result<Call, Refusal> {
    let known = match asked.method {
        "GET" | "HEAD" => look(path, query)?,
        "POST" => post(asked, path, query)?,
        "PUT" => put(path),
        "DELETE" => delete(path)?,
        _ => None,
    };
    known.ok_or_else(|| Refusal::unknown(asked.method, &path.shown()))
}

/// Looking changes nothing. What of it is done before anybody has signed in is
/// what `docker ps` and the like need.
fn look(path: &Path, query: Query<'_>) -> Result<Option<Call>, Refusal> {
    let (kind, between, last) = path.ends();
    let call = match (kind, between.len(), last) {
        (kind, 0, None) if LISTS.contains(&kind) => Call::Harmless,
        ("containers" | "images", 0, Some("json")) => Call::Harmless,
        ("plugins", 0, Some("privileges")) => Call::Plugin(remote(query)?),
        ("events", 0, None) | ("system", 0, Some("df")) | ("debug", _, _) => Call::Ordinary,
        (kind, _, _) if KINDS.contains(&kind) => Call::Ordinary,
        _ => return Ok(None),
    };
    Ok(Some(call))
}

fn post(asked: &Asked<'_>, path: &Path, query: Query<'_>) -> Result<Option<Call>, Refusal> {
    let (kind, between, last) = path.ends();
    let Some(last) = last else {
        return Ok(match kind {
            "auth" => Some(Call::Ordinary),
            "build" | "session" | "grpc" => Some(Call::Content(Content::Build)),
            "commit" => Some(Call::Content(Content::Commit)),
            _ => None,
        });
    };
    let call = match (kind, between.len(), last) {
        ("images", 0, "create") => pull(asked, query)?,
        ("images", 0, "load") => Call::Content(Content::Load),
        ("containers", 0, "create") => run(asked)?,
        ("services", 0, "create") => service(asked)?,
        ("services", 1, "update") => {
            refuse_rollback(query)?;
            service(asked)?
        }
        ("images", 1.., "tag") => tag(asked, &between.name(), query)?,
        ("plugins", 0, "pull") | ("plugins", 1.., "upgrade") => {
            asked.refuse_hidden_form()?;
            plugin(&between.name(), query)?
        }
        ("plugins", 0, "create") => {
            refuse_own_name(&query.value("name")?)?;
            Call::Content(Content::Import)
        }
        ("plugins", 1.., "enable") => {
            refuse_own_name(&between.name())?;
            Call::Ordinary
        }
        ("swarm", 0, "init" | "join") => Call::Content(Content::Swarm),
        ("containers", 1.., "stop" | "kill") => Call::Harmless,
        ("containers", 1.., of) if OF_A_CONTAINER.contains(&of) => Call::Ordinary,
        ("build", 0, "prune" | "cancel")
        | ("containers" | "images" | "networks" | "volumes", 0, "prune")
        | ("exec", 1, "start" | "resize")
        | ("images", 1.., "push")
        | ("networks" | "volumes" | "secrets" | "configs", 0, "create")
        | ("networks", 1, "connect" | "disconnect")
        | ("nodes" | "secrets" | "configs", 1, "update")
        | ("plugins", 1.., "disable" | "push" | "set")
        | ("swarm", 0, "leave" | "update" | "unlock") => Call::Ordinary,
        _ => return Ok(None),
    };
    Ok(Some(call))
}

fn put(path: &Path) -> Option<Call> {
    match path.ends() {
        ("containers", between, Some("archive")) if between.len() > 0 => Some(Call::Ordinary),
        ("volumes", between, Some(_)) if between.len() == 0 => Some(Call::Ordinary),
        _ => None,
    }
}

/// Taking away brings nothing in; an image's name may be all that says where it
/// came from.
fn delete(path: &Path) -> Result<Option<Call>, Refusal> {
    let (kind, between, last) = path.ends();
    let known = KINDS.contains(&kind) && kind != "distribution" && kind != "exec";
    let Some(last) = last.filter(|_| known) else {
        return Ok(None);
    };
    if kind != "images" {
        return Ok(Some(Call::Ordinary));
    }
    let mut name = between.name();
    if !name.is_empty() {
        name.push('/');
    }
    name.push_str(last);
    Ok(Some(Call::Untag(ImageName::read(&name)?)))
}

/// `images/{name}/tag`.
fn tag(asked: &Asked<'_>, image: &str, query: Query<'_>) -> Result<Call, Refusal> {
    asked.refuse_hidden_form()?;
    let mut name = query.value("repo")?;
    let tag = query.value("tag")?;
    if !tag.is_empty() {
        name.push(':');
        name.push_str(&tag);
    }
    Ok(Call::Tag {
        image: ImageName::read(image)?,
        name: ImageName::read(&name)?,
    })
}

/// `plugins/pull`, and `upgrade` of one that has that name.
fn plugin(upgraded: &str, query: Query<'_>) -> Result<Call, Refusal> {
    let remote = remote(query)?;
    refuse_own_name(upgraded)?;
    match query.value("name")?.as_str() {
        "" => refuse_own_name(&remote.to_string())?,
        name => refuse_own_name(name)?,
    }
    Ok(Call::Plugin(remote))
}

/// The Engine looks for an authorization plugin among those that it manages
/// before it looks for the agent's socket: one of the agent's name would be
/// asked in its place.
fn refuse_own_name(name: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return Ok(());
    }
    let own = reference(name)?.read.repository().as_str() == OWN_NAME;
    if own {
        Err(Refusal::OwnName(name.to_owned()))
    } else {
        Ok(())
    }
}

/// `images/create`: a pull, or an import if no image is named to pull.
fn pull(asked: &Asked<'_>, query: Query<'_>) -> Result<Call, Refusal> {
    let image = query.value("fromImage")?;
    if image.is_empty() {
        // Its body is the content itself, so nothing can be asked of it. One
        // that were a form would be a pull: where importing is allowed,
        // anything can be brought in already.
        return Ok(Call::Content(Content::Import));
    }
    asked.refuse_hidden_form()?;
    let tag = query.value("tag")?;
    let reference = reference(&image)?;
    let target = if tag.is_empty() {
        reference.is_exact.then(|| reference.read.target())
    } else {
        let target = Target::parse(&tag);
        Some(target.map_err(|why| Refusal::not_an_image(&format!("{image}:{tag}"), &why))?)
    };
    Ok(Call::Pull {
        repository: reference.read.repository(),
        target,
    })
}

/// A reference, and whether it names one image by itself.
struct Named {
    read: Reference,
    is_exact: bool,
}

fn reference(name: &str) -> Result<Named, Refusal> {
    let read: Reference = name
        .parse()
        .map_err(|why: NameError| Refusal::not_an_image(name, &why))?;
    let after_path = name.rsplit('/').next().unwrap_or_default();
    Ok(Named {
        is_exact: after_path.contains([':', '@']),
        read,
    })
}

fn remote(query: Query<'_>) -> Result<Reference, Refusal> {
    let remote = query.value("remote")?;
    if remote.is_empty() {
        return Err(Refusal::NoImage);
    }
    Ok(reference(&remote)?.read)
}

/// `containers/create`. Images can be mounted, too; the host's part of the
/// configuration stands in an object of its own or, in an older form, beside
/// the rest.
fn run(asked: &Asked<'_>) -> Result<Call, Refusal> {
    let body = Value::body(asked.shown_body()?)?;
    let mut images = vec![ImageName::read(body.text("Image")?)?];
    mounted(&body, &mut images)?;
    if let Some(host) = body.field("HostConfig")? {
        mounted(host, &mut images)?;
    }
    Ok(Call::Run(images))
}

/// `services/create` and `services/{id}/update`: of a container, or of an
/// Engine plugin that every node installs.
fn service(asked: &Asked<'_>) -> Result<Call, Refusal> {
    let body = Value::body(asked.shown_body()?)?;
    let task = body.field("TaskTemplate")?.ok_or(Refusal::NoImage)?;
    let mut images = Vec::new();
    if let Some(container) = task.field("ContainerSpec")? {
        images.push(ImageName::read(container.text("Image")?)?);
        mounted(container, &mut images)?;
    }
    if let Some(plugin) = task.field("PluginSpec")? {
        let remote = plugin.text("Remote")?;
        images.push(ImageName::read(remote)?);
        match plugin.text("Name")? {
            "" => refuse_own_name(remote)?,
            name => refuse_own_name(name)?,
        }
    }
    if images.is_empty() {
        return Err(Refusal::NoImage);
    }
    Ok(Call::Service(images))
}

/// With `rollback`, what the body says is not what runs.
fn refuse_rollback(query: Query<'_>) -> Result<(), Refusal> {
    match query.value("rollback")?.as_str() {
        "" | "none" => Ok(()),
        _ => Err(Refusal::Rollback),
    }
}

/// The images among the mounts of a configuration.
fn mounted(configuration: &Value, images: &mut Vec<ImageName>) -> Result<(), Refusal> {
    for mount in configuration.list("Mounts")? {
        if mount.text("Type")?.eq_ignore_ascii_case("image") {
            images.push(ImageName::read(mount.text("Source")?)?);
        }
    }
    Ok(())
}
