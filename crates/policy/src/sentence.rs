//! What a person reads.
//!
//! The line travels in an HTTP status line, where some clients show nothing
//! else: printable ASCII, no line break, and bounded in length whatever a
//! name or a setting holds.

use std::borrow::Cow;

use pullgate_reference::Repository;

use crate::category::Category;
use crate::verdict::{Outcome, Rule, Verdict};

/// A sentence is shorter than this, in bytes.
pub const MAX_SENTENCE: usize = 900;

/// The longest repository name that is shown whole, in bytes.
const MAX_NAME: usize = 255;

/// The longest registry that is shown whole beside a repository, in bytes.
const MAX_REGISTRY: usize = 80;

impl Verdict<'_> {
    /// One line for a person: what was decided, by which rule of which
    /// organization, and what to do next. Printable ASCII, and shorter than
    /// [`MAX_SENTENCE`].
    ///
    /// `console` is the address of the console, on whose page `/request`
    /// access can be requested; none if there is no such page. An address
    /// that does not fit into such a line is left out.
    pub fn sentence(&self, repository: &Repository, console: Option<&str>) -> String {
        let name = shortened(repository.as_str(), MAX_NAME);
        match self.outcome {
            Outcome::Allowed => {
                format!("{name} may be pulled: {}.", self.grounds("it", repository))
            }
            Outcome::Monitored => format!(
                "{name} may be pulled, and would be denied if the policy were enforced: {}.",
                self.grounds("it", repository)
            ),
            Outcome::Denied => {
                let mut line = format!("pull denied: {}. ", self.grounds(&name, repository));
                self.push_next_step(&mut line, repository, console);
                line
            }
        }
    }

    /// The reason, without a full stop.
    fn grounds(&self, image: &str, repository: &Repository) -> String {
        let organization = self.organization.map_or("", |name| name.as_str());
        let whose = self
            .organization
            .map(|name| format!(" of {name}"))
            .unwrap_or_default();
        let by_team = self
            .team
            .map(|team| format!(" for its team {team}"))
            .unwrap_or_default();
        match self.rule {
            Rule::NotSignedIn => {
                format!("{image} can be pulled only by people who have signed in")
            }
            Rule::NoOrganization => format!(
                "your account belongs to no organization, and {image} can be pulled only by members of one"
            ),
            Rule::PolicyUnavailable => {
                format!(
                    "the policy{whose} that decides on {image} cannot be read just now, \
                     and what cannot be decided is denied"
                )
            }
            Rule::TokenResources => {
                format!("{image} is not among the repositories of this access token{whose}")
            }
            Rule::Owner => format!("owners of {organization} may pull any image"),
            Rule::Registry => format!(
                "{image} is in the registry {}, which is not among those that {organization} allows",
                shortened(repository.registry().as_str(), MAX_REGISTRY)
            ),
            Rule::Disabled => format!("Image Access Management is off in {organization}"),
            Rule::OrganizationImage => format!("it is an image of {organization} itself"),
            Rule::Allowlist => format!("it is on the allowlist of {organization}{by_team}"),
            Rule::Exception => format!("{organization} has made an exception{by_team}"),
            Rule::Official | Rule::VerifiedPublisher | Rule::SponsoredOss | Rule::Community => {
                let standing = self.standing(image, repository);
                if self.outcome == Outcome::Allowed {
                    format!("{standing}, and {organization} allows those{by_team}")
                } else {
                    let (_, many) = words(self.category);
                    format!("{standing}, and {many} are restricted by {organization}")
                }
            }
        }
    }

    /// What kind of image it is, and why where that is not plain from Docker
    /// Hub's own pages.
    fn standing(&self, image: &str, repository: &Repository) -> String {
        let (one, _) = words(self.category);
        let elsewhere = !repository.registry().is_docker_hub();
        match self.category {
            Category::Community if self.category_unknown() => format!(
                "Docker Hub could not say who publishes {image}, so its category is unknown and it counts as {one}"
            ),
            Category::Community if elsewhere => {
                format!(
                    "{image} is outside Docker Hub and not listed as trusted, so it counts as {one}"
                )
            }
            Category::VerifiedPublisher if elsewhere => {
                format!("{image} is listed as trusted, so it counts as {one}")
            }
            _ => format!("{image} is {one}"),
        }
    }

    fn push_next_step(
        &self,
        sentence: &mut String,
        repository: &Repository,
        console: Option<&str>,
    ) {
        let (alone, before_link) = match self.rule {
            Rule::NotSignedIn => {
                sentence.push_str("Sign in with docker login or podman login, then pull again.");
                return;
            }
            Rule::NoOrganization => {
                sentence.push_str("Ask an owner of your organization to add you as a member.");
                return;
            }
            Rule::TokenResources => {
                sentence.push_str("Ask an owner to add it to the token, or use another token.");
                return;
            }
            Rule::PolicyUnavailable => {
                sentence.push_str(
                    "Try again in a few minutes; if that does not help, tell whoever runs Pullgate.",
                );
                return;
            }
            // No exception opens a registry, so there is no access to request.
            Rule::Registry => {
                sentence.push_str("Ask an owner to allow the registry.");
                return;
            }
            _ if self.rests_on_badge() => (
                "Try again in a few minutes, or ask an owner.",
                "Try again in a few minutes, ask an owner, or request access: ",
            ),
            _ => ("Ask an owner.", "Ask an owner, or request access: "),
        };
        let room = MAX_SENTENCE.saturating_sub(sentence.len() + before_link.len());
        match console.and_then(|console| request_link(console, repository, room)) {
            Some(link) => {
                sentence.push_str(before_link);
                sentence.push_str(&link);
            }
            None => sentence.push_str(alone),
        }
    }
}

/// A category's images in the words of a sentence: one of them, and all.
fn words(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::Organization => ("an organization image", "organization images"),
        Category::Official => ("a Docker Official Image", "Docker Official Images"),
        Category::VerifiedPublisher => ("a verified publisher image", "verified publisher images"),
        Category::SponsoredOss => (
            "a Docker-Sponsored Open Source image",
            "Docker-Sponsored Open Source images",
        ),
        Category::Community => ("a community image", "community images"),
    }
}

/// A name cut in its middle to at most that many bytes. Names are ASCII.
fn shortened(name: &str, most: usize) -> Cow<'_, str> {
    if name.len() <= most {
        return Cow::Borrowed(name);
    }
    let kept = most.saturating_sub("...".len());
    let head = name.get(..kept - kept / 2).unwrap_or_default();
    let tail = name.get(name.len() - kept / 2..).unwrap_or_default();
    Cow::Owned(format!("{head}...{tail}"))
}

/// The page on which access to the repository can be requested, if its
/// address takes less than `room` bytes. Where only the name is too long for
/// that, the page without it.
fn request_link(console: &str, repository: &Repository, room: usize) -> Option<String> {
    let console = console.trim_end_matches('/');
    if console.is_empty() || !console.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let page = format!("{console}/request");
    let image = shortest(repository).map(|name| {
        // A name's grammar leaves nothing to escape but an IPv6 host's brackets.
        let name = name.replace('[', "%5B").replace(']', "%5D");
        format!("{page}?image={name}")
    });
    image
        .filter(|link| link.len() < room)
        .or_else(|| Some(page).filter(|link| link.len() < room))
}

/// The shortest name that a person can type for the repository. A spelling
/// that would be read as another repository is none: access would be asked
/// for, and given, to that one.
fn shortest(repository: &Repository) -> Option<&str> {
    let last = repository.components().last().unwrap_or_default();
    [last, repository.path(), repository.as_str()]
        .into_iter()
        .find(|name| Repository::parse(name).is_ok_and(|parsed| parsed == *repository))
}
