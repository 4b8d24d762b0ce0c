//! From a call to an answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use pullgate_control::{EngineQuestion, EngineReport, EngineVerb};
use pullgate_engine::{Asked, Call, Content, ImageName};
use pullgate_policy::{MAX_SENTENCE, OrganizationName, Outcome};
use pullgate_reference::{NameError, Reference};

use crate::agent::Agent;
use crate::demand::Demand;
use crate::images::Meaning;
use crate::server::AskError;
use crate::session::Session;
use crate::settings::Leave;

/// What somebody reads who has to sign in first.
const SIGN_IN: &str = "Sign in required! Run: pullgate login";

/// The most images that the server decides about in one answer.
const AT_ONCE: usize = 32;

/// What is done by a name as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// The Engine takes the image that has it.
    IsLookedUp,
    /// A swarm's nodes pull it, and take the image that has it if they cannot.
    IsPulled,
}

/// What the Engine is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Go on.
    Allow,
    /// Do not; with a sentence for whoever called.
    Deny(String),
}

/// Whether to go on, or what to say instead.
type Leaves = Result<(), String>;

impl Agent {
    /// Decides about a call to the Engine.
    pub(crate) async fn decide(&self, asked: &Asked<'_>) -> Answer {
        match self.leave(asked).await {
            Ok(()) => Answer::Allow,
            Err(why) => {
                let why = one_line(&why);
                let path = one_line(asked.uri.split('?').next().unwrap_or_default());
                tracing::info!(method = asked.method, path, why, "denied");
                Answer::Deny(why)
            }
        }
    }

    async fn leave(&self, asked: &Asked<'_>) -> Leaves {
        let call = asked.read();
        if call == Ok(Call::Harmless) {
            return Ok(());
        }
        let demand = self.demand.now();
        if let Demand::Unusable(why) = &*demand {
            return Err(format!(
                "the list of organizations in {} cannot be used ({why}), so nobody is signed in as it demands; ask whoever looks after this machine",
                self.settings.allowed_orgs.display()
            ));
        }
        let people = self.sessions.counting(&demand, Timestamp::now());
        if people.is_empty() && *demand != Demand::Nothing {
            return Err(SIGN_IN.to_owned());
        }
        let call = call.map_err(|refusal| refusal.to_string())?;
        let (images, action) = match call {
            Call::Harmless | Call::Ordinary => return Ok(()),
            Call::Content(content) => return self.content(content),
            Call::Pull { repository, target } => {
                let mut image = repository.to_string();
                if let Some(target) = target {
                    image.push(if target.digest().is_some() { '@' } else { ':' });
                    image.push_str(target.as_str());
                }
                (vec![image], EngineVerb::Pull)
            }
            Call::Plugin(plugin) => (vec![plugin.to_string()], EngineVerb::Pull),
            Call::Run(ref names) | Call::Service(ref names) => {
                let written = match call {
                    Call::Service(_) => Written::IsPulled,
                    _ => Written::IsLookedUp,
                };
                // Nobody is asked about images for nobody.
                if people.is_empty() {
                    return Err(SIGN_IN.to_owned());
                }
                (self.origins(names, written).await?, EngineVerb::Run)
            }
            // Whoever may not run an image may not hide where it came from.
            Call::Tag { image, name } => {
                // What has the name so far is remembered before it loses it.
                self.meaning(&name).await?;
                match self.meaning(&image).await? {
                    Meaning::From(repositories) => (repositories, EngineVerb::Run),
                    Meaning::MadeHere | Meaning::NotHere => return Ok(()),
                }
            }
            Call::Untag(image) => return self.meaning(&image).await.map(drop),
        };
        if images.is_empty() {
            return Ok(());
        }
        if people.is_empty() {
            return Err(SIGN_IN.to_owned());
        }
        for images in images.chunks(AT_ONCE) {
            let question = EngineQuestion {
                images: images.to_vec(),
                action,
            };
            for person in &people {
                self.ask_for(person, &question, &demand).await?;
            }
        }
        Ok(())
    }

    fn content(&self, content: Content) -> Leaves {
        let what = match content {
            Content::Load => "docker load",
            Content::Import => "docker import",
            Content::Build => "docker build",
            Content::Commit => "docker commit",
            Content::Swarm => "a swarm",
        };
        match self.settings.calls.of(content) {
            Leave::Allowed => Ok(()),
            Leave::Denied => Err(format!(
                "{what} is switched off on this machine, because it brings in content that cannot be checked; ask whoever looks after this machine"
            )),
        }
    }

    /// From where the images came that these names mean. Of one that was made
    /// here there is no such place: that is a matter of the settings.
    async fn origins(&self, names: &[ImageName], written: Written) -> Result<Vec<String>, String> {
        let mut origins = BTreeSet::new();
        for name in names {
            if written == Written::IsPulled {
                origins.extend(name.reference().map(ToString::to_string));
            }
            match self.meaning(name).await? {
                Meaning::From(repositories) => origins.extend(repositories),
                Meaning::MadeHere if self.settings.calls.made_here == Leave::Allowed => {}
                Meaning::MadeHere => {
                    return Err(format!(
                        "{} came from no registry, and images that were made on this machine may not be run here; ask whoever looks after this machine",
                        name.as_str()
                    ));
                }
                Meaning::NotHere => match name.reference() {
                    Some(reference) => {
                        origins.insert(reference.to_string());
                    }
                    None => return Err(format!("there is no image {} here", name.as_str())),
                },
            }
        }
        Ok(origins.into_iter().collect())
    }

    async fn meaning(&self, name: &ImageName) -> Result<Meaning, String> {
        let meaning = self.images.meaning(name).await;
        meaning.map_err(|error| format!("{error}; what cannot be decided is denied"))
    }

    /// Asks the server for one person, or their bundle if it is away.
    async fn ask_for(
        &self,
        person: &Arc<Session>,
        question: &EngineQuestion,
        demand: &Demand,
    ) -> Leaves {
        match self.server.decide(question, &person.token).await {
            Ok(answer) => {
                if !demand.is_met_by(&answer.organizations) {
                    let why = "they belong to none of the demanded organizations any more";
                    self.sessions.drop_ended(person, why);
                    return Err(SIGN_IN.to_owned());
                }
                self.note_change(person, &answer.organizations).await;
                if answer.decisions.len() != question.images.len() {
                    return Err("the server has not decided about each image; what cannot be decided is denied".to_owned());
                }
                let mut decisions = answer.decisions.into_iter();
                match decisions.find(|decision| decision.outcome == Outcome::Denied) {
                    Some(denied) => Err(denied.sentence),
                    None => Ok(()),
                }
            }
            Err(AskError::SignedOut(why)) => {
                self.sessions.drop_ended(person, &why);
                Err(SIGN_IN.to_owned())
            }
            Err(AskError::Refused(why)) => Err(why),
            Err(AskError::Unreachable(why) | AskError::Away(why)) => {
                self.decide_away(person, question, &why).await
            }
        }
    }

    /// Somebody's organizations are others than before: the bundle has to be,
    /// too.
    async fn note_change(&self, person: &Arc<Session>, organizations: &[OrganizationName]) {
        let before: BTreeSet<_> = person.organizations().collect();
        if before != organizations.iter().collect() {
            self.refresh(person).await;
        }
    }

    async fn decide_away(&self, person: &Session, question: &EngineQuestion, why: &str) -> Leaves {
        let at = Timestamp::now();
        let Some(bundle) = person.bundle(at, self.hold()) else {
            return Err(format!(
                "{} cannot be asked ({why}), and has not been for longer than may be decided without it; what cannot be decided is denied",
                self.server.address()
            ));
        };
        let mut denied = None;
        for image in &question.images {
            let unreadable =
                |error: NameError| format!("{image:?} does not name an image: {error}");
            let reference: Reference = image.parse().map_err(unreadable)?;
            let repository = bundle
                .gateway()
                .repository(&reference)
                .map_err(unreadable)?;
            let verdict = bundle.decide(&repository, at);
            let report = EngineReport {
                at,
                image: image.clone(),
                action: question.action,
                outcome: verdict.outcome,
                rule: verdict.rule,
                organization: verdict.organization.cloned(),
                team: verdict.team.cloned(),
            };
            self.spool.add(person.person(), &report).await;
            if denied.is_none() && !verdict.permits() {
                denied = Some(verdict.sentence(&repository, bundle.console()));
            }
        }
        denied.map_or(Ok(()), Err)
    }
}

/// One line of bounded length, whatever a name or a server says.
fn one_line(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().take(MAX_SENTENCE).map(plain).collect()
}
