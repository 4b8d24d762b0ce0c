//! Connect a client: its configuration without a way round, filled in.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use pullgate_client_config::{Client, Direct, Guide, Place, Site, Step, Transport, guide};

use super::Routes;
use crate::console::Services;
use crate::failure::Failure;
use crate::page::page;
use crate::settings::GatewayAddress;
use crate::shell::Shell;
use crate::visit::{Context, Visit};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/connect", get(first))
        .route("/connect/{client}", get(show))
}

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage {
    shell: Shell,
    /// Each client's word and name, and whether it is the one shown.
    clients: Vec<(&'static str, &'static str, bool)>,
    is_encrypted: bool,
    guide: Guide,
}

impl ConnectPage {
    /// Where a text belongs, as its heading says it.
    fn heading(place: &Place) -> String {
        match place {
            Place::File(path) => path.clone(),
            Place::Own(name) => (*name).to_owned(),
            Place::Shell => "In a shell".to_owned(),
        }
    }

    /// Who writes it.
    fn aside(place: &Place) -> &'static str {
        match place {
            Place::File(_) => "as root, 0644",
            Place::Own(_) | Place::Shell => "",
        }
    }

    /// A name for a block in the page.
    fn id(step: &Step, number: impl std::fmt::Display) -> String {
        let letters = step.title.chars().filter(char::is_ascii_alphanumeric);
        format!("{}-{number}", letters.collect::<String>().to_lowercase())
    }
}

async fn first() -> Redirect {
    Redirect::to("/connect/docker")
}

async fn show(
    visit: Visit,
    axum::extract::Path(client): axum::extract::Path<String>,
) -> Result<Response, Failure> {
    let client: Client = client.parse().map_err(|_| Failure::NotFound(None))?;
    let site = site(&visit);
    Ok(page(&ConnectPage {
        clients: Client::ALL
            .map(|each| (each.as_str(), each.name(), each == client))
            .to_vec(),
        guide: guide(client, &site),
        is_encrypted: site.transport == Transport::Https,
        shell: visit.shell("Connect a client"),
    })
    .into_response())
}

fn site(visit: &Visit) -> Site {
    let services: &Arc<Services> = &visit.services;
    let (gateway, transport) = gateway_address(&services.settings.gateway, &visit.context);
    Site {
        gateway,
        transport,
        registries: services.settings.registries.clone(),
        username: visit.me.username.to_string(),
        authority: None,
        direct: Direct::Left,
    }
}

/// The gateway as clients reach it: its own address, or else the name by
/// which the console is reached, with the gateway's port.
pub(super) fn gateway_address(gateway: &GatewayAddress, context: &Context) -> (String, Transport) {
    let set = gateway.public_url.as_deref();
    if let Some(host) = set.and_then(|url| url.strip_prefix("https://")) {
        return (host.to_owned(), Transport::Https);
    }
    if let Some(host) = set.and_then(|url| url.strip_prefix("http://")) {
        return (host.to_owned(), Transport::Http);
    }
    let name = match context.host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => &context.host,
    };
    let name = if name.is_empty() { "localhost" } else { name };
    let transport = if gateway.encrypted {
        Transport::Https
    } else {
        Transport::Http
    };
    (format!("{name}:{}", gateway.port), transport)
}
