use pullgate_policy::{Covers, PublisherCategory, Switch, TeamAdditions};
use pullgate_store::{Action, Conflict, Effect, NewException, PolicyEdit, StoreError, WholePolicy};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, pattern, repository, team, time, user};

async fn apply(home: &Home, edit: PolicyEdit) -> Result<(), StoreError> {
    with(home, Effect::Kept, edit).await
}

async fn with(home: &Home, effect: Effect, edit: PolicyEdit) -> Result<(), StoreError> {
    let plan = |_: &WholePolicy| Ok((edit, ()));
    let store = &home.store;
    store
        .edit_policy(&org("acme"), &olivia(), effect, plan)
        .await
}

async fn whole(home: &Home) -> WholePolicy {
    home.store.whole_policy(&org("acme")).await.unwrap()
}

fn exception(covers: Covers) -> NewException {
    NewException {
        repository: repository("docker.io/evil/miner"),
        covers,
        ends_at: time("2027-01-01T00:00:00Z"),
        reason: "an investigation".to_owned(),
    }
}

/// A change of everything.
async fn everything(home: &Home) -> PolicyEdit {
    let mut settings = whole(home).await.settings;
    settings.iam.enabled = Switch::On;
    let additions = TeamAdditions {
        allowlist: vec![pattern("docker.io/data/*")],
        categories: vec![PublisherCategory::Official],
    };
    PolicyEdit {
        settings: Some(settings),
        add_namespaces: vec![pattern("docker.io/acme/**")],
        put_allowlist: [(pattern("docker.io/bitnami/*"), "charts".to_owned())].into(),
        put_teams: [(team("data"), additions)].into(),
        add_exceptions: vec![
            exception(Covers::Team(team("data"))),
            exception(Covers::Person(user("mia"))),
        ],
        ..PolicyEdit::default()
    }
}

#[rstest]
#[tokio::test]
async fn everything_changes_as_one(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let generation = home.store.generation().await.unwrap();
    apply(&home, everything(&home).await).await.unwrap();
    let now = whole(&home).await;
    assert_eq!(now.settings.iam.enabled, Switch::On);
    assert_eq!(now.version, 2);
    assert_eq!(now.namespaces, [pattern("docker.io/acme/**")]);
    assert_eq!(now.allowlist[&pattern("docker.io/bitnami/*")], "charts");
    assert_eq!(
        now.teams[&team("data")].categories,
        [PublisherCategory::Official]
    );
    assert_eq!(now.exceptions.len(), 2);
    assert_eq!(home.store.generation().await.unwrap(), generation + 1);

    let changes = home.store.changes(Some(&org("acme")), None, 1).await;
    let change = changes.unwrap().remove(0);
    assert_eq!(change.action, Action::PolicyApplied);
    assert_eq!(change.actor, olivia());
    let (before, after) = (change.before.unwrap(), change.after.unwrap());
    assert_eq!(before["settings"]["iam"]["enabled"], "off");
    assert_eq!(after["settings"]["iam"]["enabled"], "on");
    assert_eq!(after["allowlist"]["docker.io/bitnami/*"], "charts");
    assert_eq!(after["exceptions"][0]["repository"], "docker.io/evil/miner");

    // And back.
    let back = PolicyEdit {
        remove_namespaces: now.namespaces.clone(),
        remove_allowlist: now.allowlist.keys().cloned().collect(),
        put_teams: [(team("data"), TeamAdditions::default())].into(),
        end_exceptions: now.exceptions.iter().map(|record| record.id).collect(),
        ..PolicyEdit::default()
    };
    apply(&home, back).await.unwrap();
    let now = whole(&home).await;
    assert!(now.namespaces.is_empty() && now.allowlist.is_empty() && now.exceptions.is_empty());
    assert_eq!(now.teams[&team("data")], TeamAdditions::default());
    assert_eq!(now.version, 2, "the settings stayed");
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_done_whole_is_not_done_at_all(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.person("oscar").await;
    home.found("other", "oscar").await;
    let theirs = pattern("ghcr.io/other/**");
    home.store
        .add_namespace(&org("other"), &theirs, &olivia())
        .await
        .unwrap();
    let (before, generation) = (whole(&home).await, home.store.generation().await.unwrap());

    let good = everything(&home).await;
    let mut taken = good.clone();
    taken.add_namespaces.push(pattern("ghcr.io/other/app"));
    let mut nobody = good.clone();
    nobody
        .add_exceptions
        .push(exception(Covers::Person(user("oscar"))));
    let mut owners = good.clone();
    owners
        .put_teams
        .insert(team("owners"), TeamAdditions::default());
    let mut note = good.clone();
    note.put_allowlist.insert(theirs, "\0".to_owned());
    let mut settings = good.clone();
    settings.settings.as_mut().unwrap().trusted = vec![pattern("docker.io/a/*")];
    for (edit, expected) in [
        (taken, "belongs to another organization"),
        (nobody, "oscar"),
        (owners, "the team owners"),
        (note, "control characters"),
        (settings, "cannot be listed as trusted"),
    ] {
        for effect in [Effect::Tried, Effect::Kept] {
            let error = with(&home, effect, edit.clone()).await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(whole(&home).await, before);
        }
    }
    let plan = |_: &WholePolicy| Err::<(PolicyEdit, ()), _>(Conflict::OwnersTeam.into());
    let store = &home.store;
    let refused: Result<(), StoreError> = store
        .edit_policy(&org("acme"), &olivia(), Effect::Kept, plan)
        .await;
    assert!(refused.is_err());
    apply(&home, PolicyEdit::default()).await.unwrap();
    assert_eq!(home.store.generation().await.unwrap(), generation);
    let nowhere = home.store.whole_policy(&org("nowhere")).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound { .. })));
}

#[rstest]
#[tokio::test]
async fn what_has_ended_is_no_part_of_it(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    apply(&home, everything(&home).await).await.unwrap();
    home.wait(365 * 24 * 3_600);
    assert_eq!(whole(&home).await.exceptions, []);
}

#[rstest]
#[tokio::test]
async fn what_is_only_tried_is_taken_back(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (before, generation) = (whole(&home).await, home.store.generation().await.unwrap());
    let edit = everything(&home).await;
    with(&home, Effect::Tried, edit.clone()).await.unwrap();
    assert_eq!(whole(&home).await, before);
    assert_eq!(home.store.generation().await.unwrap(), generation);
    let latest = home.store.changes(Some(&org("acme")), None, 1).await;
    assert_ne!(latest.unwrap()[0].action, Action::PolicyApplied);
    // The next one finds the database free.
    apply(&home, edit).await.unwrap();
    assert_ne!(whole(&home).await, before);
}
