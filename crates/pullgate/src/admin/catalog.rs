//! `pullgate catalog`: what is known of Docker Hub's namespaces.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use pullgate_catalog::{Document, ImportError, Namespace, Source};
use pullgate_policy::Badge;
use pullgate_reference::{Registry, Repository};

use super::site::Site;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, date};

/// The longest document that is read, in bytes.
const LONGEST: u64 = 256 * 1024 * 1024;

/// The catalog: who on Docker Hub is a verified publisher or sponsored
///
/// It is learnt from Docker Hub by itself. A site without a way out imports
/// what another has exported.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate catalog export catalog.json
  pullgate catalog import catalog.json
  pullgate catalog show bitnami")]
pub(crate) enum CatalogCommand {
    /// Write what is known, as JSON
    Export {
        /// The file to write; without this, standard output
        file: Option<PathBuf>,
    },
    /// Take over what another site has exported, where it is more recent
    Import {
        /// The file to read; `-` is standard input
        file: PathBuf,
    },
    /// Show what is known of a namespace, without asking Docker Hub
    Show {
        /// The namespace, such as bitnami
        namespace: Namespace,
    },
}

impl CatalogCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        match self {
            Self::Export { file } => export(&Site::open(config).await?, file.as_deref()).await,
            // A new site can begin with what another knows.
            Self::Import { file } => import(&Site::open_or_make(config).await?, &file).await,
            Self::Show { namespace } => show(&Site::open(config).await?, &namespace).await,
        }
    }
}

async fn export(site: &Site<'_>, file: Option<&Path>) -> Result<ExitCode, Failure> {
    let document = site.catalog().await?.export();
    let Some(file) = file else {
        output::json(&document)?;
        return Ok(ExitCode::SUCCESS);
    };
    write(file, &document)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", file.display())))?;
    output::say(format!(
        "Wrote what is known of {} to {}.",
        namespaces(document.entries().len()),
        file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// All of it or nothing: a file that was there stays until the new one is
/// whole.
fn write(file: &Path, document: &Document) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut temporary = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)?;
    serde_json::to_writer_pretty(&mut temporary, document)?;
    temporary.write_all(b"\n")?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

async fn import(site: &Site<'_>, file: &Path) -> Result<ExitCode, Failure> {
    let name = if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    };
    let text =
        read(file).map_err(|error| Failure::new(format!("{name} cannot be read: {error}")))?;
    let document: Document = serde_json::from_slice(&text).map_err(|error| {
        Failure::usage(format!("{name} is not a catalog: {error}"))
            .hint("pullgate catalog export writes one")
    })?;
    let report = site.catalog().await?.import(&document).await;
    let report = report.map_err(|error| match error {
        ImportError::Store(error) => error.into(),
        other => Failure::usage(format!("{name} cannot be imported: {other}")),
    })?;
    site.changed(format!(
        "Imported {}; passed over {} that were known as recently, and {} that were too old.",
        namespaces(report.imported),
        report.already_known,
        report.too_old
    ))
    .await
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().take(LONGEST).read_to_end(&mut text)?;
    } else {
        std::fs::File::open(file)?
            .take(LONGEST)
            .read_to_end(&mut text)?;
    }
    Ok(text)
}

async fn show(site: &Site<'_>, namespace: &Namespace) -> Result<ExitCode, Failure> {
    let any = Repository::new(&Registry::docker_hub(), &format!("{namespace}/any"))
        .map_err(|error| Failure::usage(error.to_string()))?;
    let known = site.catalog().await?.known(&any);
    let badge = match known.badge {
        Badge::VerifiedPublisher => "verified publisher",
        Badge::SponsoredOss => "sponsored OSS",
        Badge::None => "none: its images are community images",
        Badge::Unknown => "unknown: its images are decided as community images",
    };
    let source = match known.source {
        Source::Asked => "Docker Hub was asked",
        Source::Imported => "imported",
        Source::TooOld => "too old to be used",
        Source::NeverLearnt | Source::NameItself | Source::NotDockerHub => "never learnt",
    };
    output::fields(&[
        ("namespace", format!("docker.io/{namespace}")),
        ("badge", badge.to_owned()),
        ("source", source.to_owned()),
        ("learnt", known.learnt_at.map_or("never".to_owned(), date)),
    ])?;
    Ok(ExitCode::SUCCESS)
}

fn namespaces(count: usize) -> String {
    match count {
        1 => "1 namespace".to_owned(),
        count => format!("{count} namespaces"),
    }
}
