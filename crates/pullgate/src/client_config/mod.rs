//! `pullgate client-config`: pointing a container client at the gateway so
//! that nothing walks around it.

mod address;
mod print;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use pullgate_client_config::{Client, Direct, Site};
use pullgate_machine::changes::Ledger;
use pullgate_reference::Registry;

use crate::failure::Failure;
use crate::machine::MachineArg;
use address::GatewayUrl;

/// Print or install a container client's configuration, without a way round
///
/// A registry mirror enforces nothing: what it denies, docker, containerd and
/// podman pull from the registry itself. These configurations have no such way
/// out. Where a client has none of its own, it says what closes the hole.
///
/// --apply writes the files, as root: settings of others in the same files
/// stay, what was there before is kept beside it, and --undo takes all of it
/// back. To do it twice is to do it once.
#[derive(Debug, Args)]
#[command(after_help = "\
Clients: docker, containerd, podman, crio, buildkit, kubernetes

Examples:
  pullgate client-config podman --gateway gateway.acme.example:5000
  sudo pullgate client-config containerd --gateway gateway.acme.example:5000 \\
    --ca acme-ca.pem --registry docker.io --registry ghcr.io --apply
  sudo pullgate client-config docker --gateway gateway.acme.example:5000 \\
    --close-direct --apply
  sudo pullgate client-config containerd --undo")]
pub(crate) struct ClientConfigCommand {
    /// The client; see below
    #[arg(value_enum, hide_possible_values = true)]
    client: ClientName,
    /// The gateway that clients pull from, HOST:PORT or http://HOST:PORT; without this the one
    /// that was applied before
    #[arg(long, value_name = "ADDRESS", value_parser = GatewayUrl::read)]
    gateway: Option<GatewayUrl>,
    /// The certificate of the authority that signed the gateway's, if it is your own; PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// A registry that is pulled through the gateway; may be repeated
    #[arg(
        long = "registry",
        value_name = "HOST",
        default_value = "docker.io",
        value_parser = registry
    )]
    registries: Vec<String>,
    /// The user name that stands in the commands
    #[arg(
        long,
        value_name = "USER",
        default_value = "USER",
        hide_default_value = true
    )]
    username: String,
    /// For docker and buildkit: leave dockerd no way to registries but the gateway
    #[arg(long)]
    close_direct: bool,
    /// Write the files
    #[arg(long, conflicts_with = "undo")]
    apply: bool,
    /// Take back what --apply has written
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    machine: MachineArg,
}

/// A client, as people type it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ClientName {
    Docker,
    Containerd,
    Podman,
    Crio,
    Buildkit,
    Kubernetes,
}

impl ClientName {
    /// Which configuration is its.
    fn client(self) -> Client {
        match self {
            Self::Docker => Client::Docker,
            Self::Containerd => Client::Containerd,
            Self::Podman => Client::Podman,
            Self::Crio => Client::Crio,
            Self::Buildkit => Client::BuildKit,
            Self::Kubernetes => Client::Kubernetes,
        }
    }

    fn as_str(self) -> &'static str {
        self.client().as_str()
    }
}

impl ClientConfigCommand {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        let name = self.client.as_str();
        if self.undo {
            let again = format!("pullgate client-config {name} --undo");
            return write::undo(name, &self.machine.open_to_change(&again)?);
        }
        let (gateway, site) = self.site()?;
        if self.apply {
            let again = format!("pullgate client-config {name} … --apply");
            let root = self.machine.open_to_change(&again)?;
            return write::apply(self.client, &gateway, &site, &root);
        }
        print::show(self.client.client(), &site)
    }

    /// Where the gateway is, and how.
    fn site(&self) -> Result<(GatewayUrl, Site), Failure> {
        let gateway = match &self.gateway {
            Some(gateway) => gateway.clone(),
            None => self.gateway_of_before()?,
        };
        let authority = self.ca.as_deref().map(read_authority).transpose()?;
        let site = Site {
            gateway: gateway.authority().to_owned(),
            transport: gateway.transport(),
            registries: self.registries.clone(),
            username: self.username.clone(),
            authority,
            direct: if self.close_direct {
                Direct::Closed
            } else {
                Direct::Left
            },
        };
        Ok((gateway, site))
    }

    fn gateway_of_before(&self) -> Result<GatewayUrl, Failure> {
        let root = self.machine.open()?;
        let before = Ledger::read(&root)?.gateway;
        GatewayUrl::read(&before).map_err(|_| {
            Failure::usage("which gateway clients pull from has to be said")
                .hint("add --gateway gateway.acme.example:5000")
        })
    }
}

/// The name of a registry, in its one spelling.
fn registry(text: &str) -> Result<String, String> {
    let registry: Registry = text
        .parse()
        .map_err(|error| format!("that is no registry: {error}"))?;
    Ok(registry.to_string())
}

/// A file of certificates, which goes into others' files as it is.
fn read_authority(file: &Path) -> Result<String, Failure> {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject;

    let unusable = |why: String| {
        Failure::usage(format!(
            "the certificate authority {} cannot be used: {why}",
            file.display()
        ))
        .hint("--ca names a file with its certificate in PEM")
    };
    let pem = std::fs::read_to_string(file).map_err(|error| unusable(error.to_string()))?;
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        certificate.map_err(|error| unusable(error.to_string()))?;
        count += 1;
    }
    if count == 0 {
        return Err(unusable("there is no certificate in it".to_owned()));
    }
    if pem.contains("PRIVATE KEY") {
        return Err(unusable(
            "there is a private key in it, which nobody else should read".to_owned(),
        ));
    }
    Ok(pem)
}
