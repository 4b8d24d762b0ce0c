//! `pullgate doctor`: what enforces on this machine, and what could be walked
//! around.

mod asking;
mod person;
mod pulls;
mod report;
mod routes;
mod server;

use std::process::ExitCode;

use clap::Args;
use pullgate_machine::Owner;
use pullgate_machine::doctor::{Finding, Gateway, Verdict, examine, noted_gateway};
use pullgate_reference::Reference;

use crate::failure::{Exit, Failure};
use crate::machine::MachineArg;
use crate::output::{self, Format};
use report::Report;

/// Say what enforces on this machine, and what could be walked around
///
/// Looks at the sign-in, the Docker Engine and its plugin, who may talk to it,
/// mirrors that fall back, direct ways to registries, configurations that
/// others can change. Asks the Engine and the agent what they do, and the
/// server what the policy is, as whoever has signed in: with sudo, that is who
/// called it. Then tries to pull an image that the policy denies with every
/// client that it finds, and shows what its user would have read; nothing that
/// was pulled is run, and it is removed again. Best run as root, who sees all
/// of the machine.
///
/// Exit status: 0 if nothing can be walked around, 1 if something can, or could
/// not be found out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sudo pullgate doctor
  sudo pullgate doctor --gateway gateway.acme.example:5000 --image evil/miner
  pullgate doctor --root /mnt/image --format json")]
pub(crate) struct DoctorCommand {
    /// The gateway that clients should pull from; without this the one that client-config has
    /// pointed them at
    #[arg(long, value_name = "ADDRESS", value_parser = gateway)]
    gateway: Option<Gateway>,
    /// An image that the policy denies
    #[arg(
        long,
        value_name = "IMAGE",
        default_value = "docker.io/tianon/true:latest"
    )]
    image: Reference,
    /// Try no pulls
    #[arg(long)]
    no_pull: bool,
    /// A registry to which there should be no direct way, instead of the well-known; may be
    /// repeated
    #[arg(long = "registry", value_name = "HOST[:PORT]")]
    registries: Vec<String>,
    #[command(flatten)]
    machine: MachineArg,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

fn gateway(text: &str) -> Result<Gateway, String> {
    Gateway::read(text).ok_or_else(|| "write it as gateway.acme.example:5000".to_owned())
}

impl DoctorCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let root = self.machine.open()?;
        let running = if root.is_this_machine() {
            Some(asking::hear(&root).await?)
        } else {
            None
        };
        let mut findings = examine(&root, Owner::ROOT, self.gateway.as_ref(), running.as_ref())?;
        let mut tried = Vec::new();
        // An image runs nothing and has no network.
        if root.is_this_machine() {
            if !rustix::process::geteuid().is_root() {
                findings.push(not_root());
            }
            let gateway = self.gateway.clone().or_else(|| noted_gateway(&root));
            if let Some(gateway) = &gateway {
                findings.extend(routes::to_gateway(gateway).await);
            }
            let need = routes::need(&findings);
            findings.extend(routes::to_registries(&self.registries, need).await);
            let person = person::who(&root)?;
            let policy = server::ask(person, &pulls::full_name(&self.image)).await?;
            findings.extend(policy.findings);
            if !self.no_pull && policy.is_image_denied {
                tried = pulls::try_all(&self.image, gateway.as_ref()).await;
                findings.extend(tried.iter().map(pulls::Tried::finding));
                if tried.is_empty() {
                    findings.push(Finding::note(
                        "no-client",
                        "PATH",
                        "No container client was found, so no pull was tried.",
                        "",
                    ));
                }
            }
        }
        let report = Report::new(findings, tried);
        match self.format {
            Format::Json => output::json(&report)?,
            Format::Human => report.print()?,
        }
        Ok(match report.worst() {
            Verdict::Holds | Verdict::Note => ExitCode::SUCCESS,
            Verdict::Unknown | Verdict::Open => Exit::No.into(),
        })
    }
}

fn not_root() -> Finding {
    Finding::unknown(
        "not-root",
        "pullgate doctor",
        "Not all of the machine can be seen by who is not root.",
        "Run it again with sudo.",
    )
}
