//! Which decisions are looked for, as an address says it.

use pullgate_admin::DecisionSearch;
use pullgate_policy::Role;
use pullgate_reference::Reference;

use super::period::Period;
use crate::fields::Fields;
use crate::page::{Choice, Typed};
use crate::words;

/// What of an image can be asked for, as the log and a person call it.
const ACTIONS: [(&str, &str); 5] = [
    ("", "Anything"),
    ("manifest", "A manifest: the pull itself"),
    ("blob", "A layer"),
    ("tags", "The list of tags"),
    ("referrers", "Signatures and the like"),
];

/// The form, as it was sent.
pub(super) struct Search {
    pub(super) image: Typed,
    pub(super) person: Typed,
    pub(super) team: Typed,
    pub(super) client: String,
    pub(super) outcomes: Vec<Choice>,
    pub(super) categories: Vec<Choice>,
    pub(super) rules: Vec<Choice>,
    pub(super) actions: Vec<Choice>,
    pub(super) period: Period,
    /// Whether one of those is used that are folded away.
    pub(super) is_detailed: bool,
    /// Whether anything is looked for in particular.
    pub(super) is_filtered: bool,
    /// What the services are asked; none if some of it cannot be used.
    pub(super) wanted: Option<DecisionSearch>,
}

impl Search {
    /// What a query says. A member sees their own decisions, so persons and
    /// teams are no question of theirs; the services would refuse them.
    pub(super) fn read(query: &Fields, role: Role) -> Self {
        let text = |name: &str| query.text(name);
        let (image, repository) = read_image(text("image"));
        let period = Period::read(query);
        let mut wanted = DecisionSearch {
            repository,
            outcome: words::OUTCOMES
                .into_iter()
                .find(|outcome| outcome.as_str() == text("outcome")),
            rule: words::RULES
                .into_iter()
                .find(|rule| rule.as_str() == text("rule")),
            category: words::CATEGORIES
                .into_iter()
                .find(|category| category.as_str() == text("category")),
            client: some(text("client")),
            action: some(text("action")),
            since: period.since,
            until: period.until,
            ..DecisionSearch::default()
        };
        let mut person = Typed::new(text("person"));
        let mut team = Typed::new(text("team"));
        if role == Role::Owner {
            read_person(&mut person, &mut wanted);
            if !team.value.is_empty() {
                match team.value.parse() {
                    Ok(name) => wanted.team = Some(name),
                    Err(_) => "That is the name of no team.".clone_into(&mut team.error),
                }
            }
        }
        let mistakes = [&image, &person, &team];
        let is_sound = period.is_sound() && mistakes.iter().all(|typed| typed.error.is_empty());
        let used = |names: &[&str]| names.iter().any(|name| !query.text(name).is_empty());
        Self {
            image,
            person,
            team,
            client: text("client").to_owned(),
            outcomes: choices(
                "Any outcome",
                words::OUTCOMES.map(|one| (one.as_str(), words::outcome(one).text)),
                text("outcome"),
            ),
            categories: choices(
                "Any category",
                words::CATEGORIES.map(|one| (one.as_str(), words::category(one).text)),
                text("category"),
            ),
            rules: choices(
                "Any rule",
                words::RULES.map(|one| (one.as_str(), words::rule(one))),
                text("rule"),
            ),
            actions: Choice::list(ACTIONS, text("action")),
            period,
            is_detailed: used(&["rule", "team", "client", "action"]),
            is_filtered: used(&[
                "image", "person", "outcome", "category", "from", "to", "rule", "team", "client",
                "action",
            ]),
            wanted: is_sound.then_some(wanted),
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn choices<const N: usize>(
    any: &'static str,
    of: [(&'static str, &'static str); N],
    chosen: &str,
) -> Vec<Choice> {
    Choice::list(std::iter::once(("", any)).chain(of), chosen)
}

fn read_image(typed: &str) -> (Typed, Option<pullgate_reference::Repository>) {
    if typed.is_empty() {
        return (Typed::default(), None);
    }
    match typed.parse::<Reference>() {
        Ok(reference) => (Typed::new(typed), Some(reference.repository().clone())),
        Err(error) => (
            Typed::wrong(typed, crate::failure::sentence(&error.to_string())),
            None,
        ),
    }
}

/// A user name; or, with a colon in it, anybody as the log names them.
fn read_person(typed: &mut Typed, wanted: &mut DecisionSearch) {
    let text = typed.value.as_str();
    if text.contains(':') {
        wanted.subject = Some(text.to_owned());
    } else if !text.is_empty() {
        match text.parse() {
            Ok(name) => wanted.person = Some(name),
            Err(_) => {
                "Write a user name as mia, or a machine as token:acme/ci."
                    .clone_into(&mut typed.error);
            }
        }
    }
}
