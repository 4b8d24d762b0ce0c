//! Pulls as the gateway decides them, written to the log.

use std::net::{IpAddr, Ipv4Addr};

use pullgate_access::{Action, Pull};
use pullgate_identity::{Reach, Subject, Via};
use pullgate_reference::{Repository, Target};
use pullgate_store::DecisionFilter;
use uuid::Uuid;

use crate::world::World;

/// A person who has signed in at the gateway.
pub(crate) fn person(world: &World, name: &str) -> Subject {
    let directory = world.identity.directory();
    let person = directory.person_named(name).unwrap();
    Subject::Person {
        id: person.id,
        username: person.username.clone(),
        epoch: person.credentials_epoch,
        via: Via::Password,
        reach: Reach::All,
    }
}

/// Decides as for a pull, and writes it to the log; returns its id.
pub(crate) async fn pulled(world: &World, subject: &Subject, image: &str) -> Uuid {
    let repository: Repository = image.parse().unwrap();
    let target: Target = "1.0".parse().unwrap();
    let pull = Pull {
        repository: &repository,
        action: Action::Manifest,
        target: Some(&target),
        client: "docker/27.3.1 go/go1.22.7",
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    drop(world.door.check(subject, &pull).await);
    world.recorder.flush().await;
    let latest = DecisionFilter {
        repository: Some(repository),
        ..DecisionFilter::default()
    };
    world.store.decisions(&latest).await.unwrap()[0].id
}
