//! `pullgate explain`: may this image be pulled, and why?
//!
//! Asked here, with the database, for anybody; or asked of a server by who
//! has signed in there, for themselves and for the members of their own
//! organizations.

use std::process::ExitCode;

use clap::Args;
use pullgate_control::Explanation;
use pullgate_identity::{Reach, Subject, Via};
use pullgate_policy::{Badge, Category, Outcome, Username};
use pullgate_reference::Reference;
use pullgate_store::AccountStatus;

use crate::admin::Site;
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::output::{self, Format, Tint, tinted};
use crate::remote;
use crate::server::{Parts, gateway_names};

/// Say whether an image may be pulled, by which rule, and why
///
/// Asks the database if it is here, else the server that pullgate login has
/// signed in to. Asking is no pull and is not recorded.
///
/// Exit status: 0 if the image may be pulled, 1 if it is denied.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate explain bitnami/nginx:1.27 --as mia
  pullgate explain ghcr.io/acme/app --format json")]
pub(crate) struct ExplainCommand {
    /// The image, as it would be pulled
    image: String,
    /// Who would pull it; on a server, without this, whoever has signed in
    #[arg(long = "as", value_name = "USER")]
    person: Option<Username>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

impl ExplainCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let names = gateway_names(config, config.gateway.listen.port());
        let reference = names.read(&self.image).map_err(|error| {
            Failure::usage(format!("{:?} is not an image: {error}", self.image))
        })?;
        let explanation = match (&self.person, Site::is_here(config)) {
            (Some(person), Ok(true)) => self.ask_here(config, &reference, person).await?,
            (person, here) => match remote::saved_login()? {
                Some(login) => remote::explain(&login, &self.image, person.as_ref()).await?,
                None if here? => {
                    return Err(Failure::usage("it has to be said who would pull")
                        .hint("add --as USER; pullgate user list shows who there is"));
                }
                None => return Err(remote::nowhere_to_ask(config)),
            },
        };
        match self.format {
            Format::Json => output::json(&explanation)?,
            Format::Human => print(&explanation, &reference)?,
        }
        Ok(match explanation.outcome {
            Outcome::Allowed | Outcome::Monitored => ExitCode::SUCCESS,
            Outcome::Denied => Exit::No.into(),
        })
    }

    async fn ask_here(
        &self,
        config: &Config,
        reference: &Reference,
        username: &Username,
    ) -> Result<Explanation, Failure> {
        let parts = Parts::open(config).await?;
        let person = Site::over(parts.store.clone(), config)
            .person(username)
            .await?;
        if person.status == AccountStatus::Deactivated {
            output::note(format!(
                "note: the user {username} is disabled and cannot sign in; \
                 pullgate user enable {username} lets them"
            ));
        }
        let subject = Subject::Person {
            id: person.id,
            username: person.username,
            epoch: person.credentials_epoch,
            via: Via::Password,
            reach: Reach::All,
        };
        let decision = parts.door.explain(&subject, &reference.repository()).await;
        let console = config.public_url.as_deref();
        Ok(Explanation::new(&self.image, &subject, &decision, console))
    }
}

fn print(explanation: &Explanation, reference: &Reference) -> Result<(), Failure> {
    let category = explanation.category.to_string().replace('_', " ");
    let unknown =
        explanation.category == Category::Community && explanation.badge == Badge::Unknown;
    let tint = match explanation.outcome {
        Outcome::Allowed => Tint::Good,
        Outcome::Monitored => Tint::Warning,
        Outcome::Denied => Tint::Bad,
    };
    let subject = &explanation.subject;
    let subject = subject.strip_prefix("person:").unwrap_or(subject);
    let mut fields = vec![
        ("image", explanation.image.clone()),
        ("repository", explanation.repository.clone()),
        ("pulls", reference.target().to_string()),
        ("as", subject.to_owned()),
        (
            "category",
            if unknown {
                format!("{category} (unknown: Docker Hub has not answered)")
            } else {
                category
            },
        ),
        ("rule", explanation.rule.to_string().replace('_', " ")),
    ];
    if let Some(organization) = &explanation.organization {
        fields.push(("organization", organization.to_string()));
    }
    if let Some(team) = &explanation.team {
        fields.push(("team", team.to_string()));
    }
    output::fields(&fields)?;
    // Apart from the others, whose values are cleaned of escapes.
    output::say(format!(
        "{:12}  {}",
        "outcome",
        tinted(tint, explanation.outcome.as_str())
    ))?;
    output::say("")?;
    output::paragraph(&explanation.sentence)
}
