//! Every operation of the description, asked by everybody who should not get
//! an answer and by everybody who should.
//!
//! Generated from the description: an operation is here when it is there, and
//! fails until `expectations.rs` says for whom it is. What is asked of a
//! refusal:
//!
//! - It has the status that it should, with and without a slash at the end of
//!   the path, and for `HEAD` where there is a `GET`.
//! - It says nothing of the organization to whoever does not belong to it:
//!   the answer is word for word the one for an organization that is not
//!   there, and for an id that is none.
//! - The database holds afterwards exactly what it held before.
//! - An id of one organization's in a path of another's is an id of nothing.

mod actors;
mod database;
mod expectations;
mod furniture;
mod mass_assignment;

use http::Method;
use uuid::Uuid;

use self::actors::Actor;
use self::database::Database;
use self::expectations::Expectation;
use self::furniture::{MARK, Places, acme, another, filled, path_in};
use crate::document::{Operation, operations};
use crate::hub_description::anonymous;
use crate::world::{Answer, World};

/// olivia's password.
const PASSWORD: &str = "a long enough password of olivia's";

/// The operations with what is expected of each.
fn expected() -> Vec<(Operation, Expectation)> {
    let mut expectations = expectations::all();
    let mut missing = Vec::new();
    let mut found = Vec::new();
    for operation in operations() {
        let name = format!("{} {}", operation.method, anonymous(&operation.path));
        let place = expectations.iter().position(|one| one.operation == name);
        match place {
            Some(place) => found.push((operation, expectations.swap_remove(place))),
            None => missing.push(name),
        }
    }
    assert!(
        missing.is_empty(),
        "say in tests/api/matrix/expectations.rs for whom these are:\n  {}",
        missing.join("\n  ")
    );
    let gone: Vec<_> = expectations.iter().map(|one| one.operation).collect();
    assert!(gone.is_empty(), "expected, and not there: {gone:?}");
    found
}

/// An operation, asked in one world.
struct Asked<'a> {
    operation: &'a Operation,
    expectation: &'a Expectation,
    world: &'a World,
}

impl Asked<'_> {
    async fn by(&self, session: Option<&str>, path: &str) -> Answer {
        self.with(self.operation.method.clone(), session, path)
            .await
    }

    async fn with(&self, method: Method, session: Option<&str>, path: &str) -> Answer {
        let path = format!("{path}{}", self.expectation.query);
        let body = self.expectation.body.as_ref();
        self.world.ask_with(method, session, &path, body).await
    }
}

#[tokio::test]
async fn whoever_may_not_is_refused_learns_nothing_and_changes_nothing() {
    let (world, places) = acme(PASSWORD).await;
    let mut sessions = Vec::new();
    for actor in Actor::ALL {
        sessions.push((actor, actor.session(&world).await));
    }
    let database = Database::of(&world.database()).await;
    let mut before = database.now().await;
    let mut wrong = Vec::new();
    let mut refusals = 0;
    for (operation, expectation) in &expected() {
        let asked = Asked {
            operation,
            expectation,
            world: &world,
        };
        for (actor, session) in &sessions {
            let Some(status) = expectation.refused(*actor) else {
                continue;
            };
            refusals += 1;
            for what in refusal(&asked, &places, *actor, session.as_deref(), status).await {
                wrong.push(format!("{}, {actor:?}: {what}", operation.name()));
            }
            let now = database.now().await;
            if now != before {
                wrong.push(format!(
                    "{}, {actor:?}: changed something",
                    operation.name()
                ));
                before = now;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refusals >= 20, "only {refusals} refusals were tried");
}

/// What is wrong with a refusal.
async fn refusal(
    asked: &Asked<'_>,
    places: &Places,
    actor: Actor,
    session: Option<&str>,
    status: u16,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let path = path_in(places, &asked.operation.path);
    let answer = asked.by(session, &path).await;
    if answer.status != status {
        wrong.push(format!(
            "{} instead of {status}: {}",
            answer.status, answer.text
        ));
    }
    // OAuth's answers have their sentence where RFC 6749, section 5.2, says.
    let sentences = ["detail", "error_description"].map(|field| answer.body[field].as_str());
    if sentences.into_iter().flatten().all(str::is_empty) {
        wrong.push(format!("no sentence: {}", answer.text));
    }
    if answer.text.contains(MARK) {
        wrong.push(format!("tells of what is inside: {}", answer.text));
    }
    let slashed = asked.by(session, &format!("{path}/")).await;
    if (slashed.status, &slashed.text) != (answer.status, &answer.text) {
        wrong.push(format!("with a slash: {} {}", slashed.status, slashed.text));
    }
    if asked.operation.method == Method::GET {
        let head = asked.with(Method::HEAD, session, &path).await;
        if head.status != answer.status {
            wrong.push(format!("HEAD: {}", head.status));
        }
    }
    // Owners and members may know what there is. Nobody else is to tell what is from
    // what is not.
    if !matches!(
        actor,
        Actor::Member | Actor::Owner | Actor::OwnersReadToken | Actor::OwnersAdminToken
    ) {
        for nothing in paths_to_nothing(places, &asked.operation.path) {
            let other = asked.by(session, &nothing.path).await;
            let same = nothing.told_as(&other.text);
            if (other.status, same.as_str()) != (answer.status, answer.text.as_str()) {
                wrong.push(format!(
                    "tells that there is something: {} {} is not {} {} of {}",
                    answer.status, answer.text, other.status, other.text, nothing.path
                ));
            }
        }
    }
    wrong
}

/// A path that leads nowhere, beside one that leads somewhere.
struct Nowhere {
    path: String,
    /// What stands in it instead of what.
    instead: Vec<(String, String)>,
}

impl Nowhere {
    /// The answer as it would be if the path were the one that leads
    /// somewhere.
    fn told_as(&self, text: &str) -> String {
        let swap = |text: String, (nothing, real): &(String, String)| text.replace(nothing, real);
        self.instead.iter().fold(text.to_owned(), swap)
    }
}

/// The same path with a name of nothing in each of its places, one at a time.
fn paths_to_nothing(places: &Places, template: &str) -> Vec<Nowhere> {
    let template = anonymous(template);
    let ends: Vec<String> = template
        .match_indices("{}")
        .map(|(at, _)| template[..at + 2].to_owned())
        .collect();
    ends.iter()
        .map(|end| {
            let real = places[end.as_str()].clone();
            let nothing = match real.parse::<Uuid>() {
                Ok(_) => Uuid::now_v7().to_string(),
                Err(_) => "nothing-here".to_owned(),
            };
            let path = filled(&template, |place| {
                if place == *end {
                    nothing.clone()
                } else {
                    places[place.as_str()].clone()
                }
            });
            Nowhere {
                path,
                instead: vec![(nothing, real)],
            }
        })
        .collect()
}

#[tokio::test]
async fn whoever_may_gets_what_the_description_says() {
    let (world, places) = acme(PASSWORD).await;
    let database = Database::of(&world.database()).await;
    let mut wrong = Vec::new();
    for (operation, expectation) in &expected() {
        for actor in Actor::ALL {
            if expectation.refused(actor).is_some() {
                continue;
            }
            // What one deletes the next would miss; what only reads can share.
            let alone = if operation.method == Method::GET {
                None
            } else {
                Some(another(&database).await)
            };
            let world = alone.as_ref().unwrap_or(&world);
            let session = actor.session(world).await;
            let asked = Asked {
                operation,
                expectation,
                world,
            };
            let path = path_in(&places, &operation.path);
            let answer = asked.by(session.as_deref(), &path).await;
            let described = operation.described["responses"].as_object().unwrap();
            let described = described.contains_key(&answer.status.to_string());
            if !(200..300).contains(&answer.status) || !described {
                wrong.push(format!(
                    "{}, {actor:?}: {} {}",
                    operation.name(),
                    answer.status,
                    answer.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn an_id_of_one_organizations_is_an_id_of_nothing_in_anothers() {
    let (world, places) = acme(PASSWORD).await;
    let oscar = world.session("oscar");
    let database = Database::of(&world.database()).await;
    let before = database.now().await;
    let mut wrong = Vec::new();
    for (operation, expectation) in &expected() {
        let template = anonymous(&operation.path);
        let Some((_, rest)) = template.split_once("/orgs/{}") else {
            continue;
        };
        if !rest.contains("{}") {
            continue;
        }
        let asked = Asked {
            operation,
            expectation,
            world: &world,
        };
        let path = filled(&template, |place| {
            if place.ends_with("/orgs/{}") {
                "other".to_owned()
            } else {
                places[place.as_str()].clone()
            }
        });
        let answer = asked.by(Some(&oscar), &path).await;
        if answer.status != 404 || answer.text.contains(MARK) {
            wrong.push(format!(
                "{} {path}: {} {}",
                operation.method, answer.status, answer.text
            ));
        }
        if database.now().await != before {
            wrong.push(format!("{} {path}: changed something", operation.method));
            break;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
