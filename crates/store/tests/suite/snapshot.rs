use pullgate_policy::{Covers, Outcome, Role, TeamAdditions};
use pullgate_store::{AccountStatus, Actor, NewException, NewToken, TokenOwner};
use rstest::rstest;

use crate::decisions::decision;
use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, pattern, repository, team, time, user};

#[rstest]
#[tokio::test]
async fn it_holds_all_that_deciding_needs(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, data, store) = (org("acme"), team("data"), &home.store);
    let allowed = [pattern("docker.io/bitnami/*")];
    let entries = allowed.clone().map(|pattern| (pattern, String::new()));
    store
        .add_namespace(&acme, &pattern("acme/*"), &olivia())
        .await
        .unwrap();
    store
        .add_to_allowlist(&acme, &entries.into(), &olivia())
        .await
        .unwrap();
    store.create_team(&acme, &data, &olivia()).await.unwrap();
    let additions = TeamAdditions {
        allowlist: vec![pattern("ghcr.io/x/**")],
        categories: Vec::new(),
    };
    store
        .set_team_additions(&acme, &data, &additions, &olivia())
        .await
        .unwrap();
    store
        .add_team_member(&acme, &data, &user("mia"), &olivia())
        .await
        .unwrap();
    store
        .set_active(&user("mia"), AccountStatus::Deactivated, &olivia())
        .await
        .unwrap();
    home.found("umbrella", "mia").await;

    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot.generation, store.generation().await.unwrap());
    assert_eq!(snapshot.people.len(), 2);
    let id = |name: &str| {
        let mut people = snapshot.people.iter();
        people.find(|it| it.username == user(name)).unwrap().id
    };
    let (olivias, mias) = (id("olivia"), id("mia"));
    let names: Vec<_> = snapshot.organizations.iter().map(|it| &it.name).collect();
    assert_eq!(names, [&acme, &org("umbrella")]);
    let row = &snapshot.organizations[0];
    let mut members = row.members.clone();
    members.sort_unstable_by_key(|member| member.1);
    assert_eq!(members, [(olivias, Role::Owner), (mias, Role::Member)]);
    assert_eq!(row.team_members, [(data.clone(), mias)]);
    let policy = row.policy.as_ref().unwrap();
    assert_eq!(policy.organization, acme);
    assert_eq!(policy.namespaces, [pattern("acme/*")]);
    assert_eq!(policy.allowlist, allowed);
    assert_eq!(policy.teams, [(data, additions)]);
    assert_eq!(snapshot.organizations[1].members, [(mias, Role::Owner)]);
}

#[rstest]
#[tokio::test]
async fn exceptions_that_have_ended_are_left_out(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let exception = NewException {
        repository: repository("docker.io/evil/miner"),
        covers: Covers::Organization,
        ends_at: home.now() + jiff::SignedDuration::from_secs(60),
        reason: String::new(),
    };
    home.store
        .add_exception(&org("acme"), exception, &olivia())
        .await
        .unwrap();
    let count = async || {
        let snapshot = home.store.load().await.unwrap();
        let policy = snapshot.organizations[0].policy.as_ref().unwrap();
        policy.exceptions.len()
    };
    assert_eq!(count().await, 1);
    home.wait(60);
    assert_eq!(count().await, 0);
}

#[rstest]
#[tokio::test]
async fn the_generation_moves_with_changes_and_with_nothing_else(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let store = &home.store;
    let first = store.generation().await.unwrap();
    let owner = TokenOwner::Organization(org("acme"));
    let token = NewToken::new(owner, "ci", [1; 32]);
    let token = store.add_token(token, &Actor::System).await.unwrap();
    assert_eq!(store.generation().await.unwrap(), first + 1);
    let used = [(token.id, time("2026-11-01T13:00:00Z"))];
    store.touch_tokens(&used).await.unwrap();
    let denied = decision("evil/miner", Outcome::Denied);
    store.record_decisions(&[denied]).await.unwrap();
    assert_eq!(store.generation().await.unwrap(), first + 1);
}

/// Fails open: a policy that cannot be read must not look like none.
#[rstest]
#[case::settings("UPDATE policies SET settings = 'rubbish' WHERE organization = 'acme'")]
#[case::no_settings("DELETE FROM policies WHERE organization = 'acme'")]
#[case::namespace("INSERT INTO namespaces VALUES ('A B', 'acme', 0)")]
#[case::allowlist("INSERT INTO allowlist VALUES ('acme', '**', '', 'system', 0)")]
#[case::team("INSERT INTO teams VALUES ('acme', 'data', '[1', 0, 9, '')")]
#[tokio::test]
async fn a_policy_that_cannot_be_read_is_marked_and_the_others_load(
    #[values(Sqlite, Postgres)] on: Backend,
    #[case] meddling: &str,
) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    home.meddle(meddling).await;
    let snapshot = home.store.load().await.unwrap();
    let [acme, umbrella] = &snapshot.organizations[..] else {
        panic!("{snapshot:?}")
    };
    assert!(acme.policy.as_ref().unwrap_err().contains("acme"));
    assert_eq!(acme.members.len(), 2);
    assert!(umbrella.policy.is_ok());
}

#[rstest]
#[tokio::test]
async fn a_person_or_token_that_cannot_be_read_is_nobody(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let token = NewToken::new(TokenOwner::Organization(org("acme")), "ci", [1; 32]);
    home.store.add_token(token, &Actor::System).await.unwrap();
    home.meddle("UPDATE access_tokens SET scopes = ''").await;
    home.meddle("UPDATE people SET username = 'M I A' WHERE username = 'mia'")
        .await;
    let snapshot = home.store.load().await.unwrap();
    assert_eq!(snapshot.people.len(), 1);
    assert!(snapshot.tokens.is_empty());
}
