use pullgate_policy::{Covers, Exception, PublisherCategory, TeamAdditions};
use pullgate_store::{
    Action, Conflict, NewException, NewInvite, Run, StoreError, TeamEdit, TeamSummary,
};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, repository, team, user};

async fn summary(home: &Home, name: &str) -> TeamSummary {
    let found = home.store.team(&org("acme"), &team(name)).await.unwrap();
    found.unwrap()
}

fn renamed(name: &str) -> TeamEdit {
    TeamEdit {
        name: Some(team(name)),
        description: None,
    }
}

#[rstest]
#[tokio::test]
async fn a_renamed_team_keeps_all_that_it_has(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, data, store) = (org("acme"), team("data"), &home.store);
    store
        .create_described_team(&acme, &data, "Who crunches numbers", &olivia())
        .await
        .unwrap();
    store
        .add_team_member(&acme, &data, &user("mia"), &olivia())
        .await
        .unwrap();
    let additions = TeamAdditions {
        categories: vec![PublisherCategory::SponsoredOss],
        ..TeamAdditions::default()
    };
    store
        .set_team_additions(&acme, &data, &additions, &olivia())
        .await
        .unwrap();
    let exception = NewException {
        repository: repository("evil/miner"),
        covers: Covers::Team(data.clone()),
        ends_at: home.now() + jiff::SignedDuration::from_hours(24),
        reason: "needed".to_owned(),
    };
    store
        .add_exception(&acme, exception, &olivia())
        .await
        .unwrap();
    let invite = NewInvite {
        invitee: "ann@example.com".parse().unwrap(),
        role: pullgate_policy::Role::Member,
        team: Some(data.clone()),
        hash: [1; 32],
        ends_at: home.now(),
    };
    store
        .add_invites(&acme, vec![invite], Run::Real, &olivia())
        .await
        .unwrap();
    let before = summary(&home, "data").await;
    assert_eq!(before.description, "Who crunches numbers");

    store
        .change_team(&acme, &data, renamed("science"), &olivia())
        .await
        .unwrap();

    let science = team("science");
    assert_eq!(store.team(&acme, &data).await.unwrap(), None);
    let after = summary(&home, "science").await;
    assert_eq!(after.id(), before.id());
    assert_eq!(
        after,
        TeamSummary {
            name: science.clone(),
            ..before
        }
    );
    let teams = store.teams(&acme).await.unwrap();
    assert_eq!(teams.len(), 1);
    assert_eq!(teams[0].members, [user("mia")]);
    assert_eq!(teams[0].additions, additions);
    // What is decided by has moved, too.
    let snapshot = store.load().await.unwrap();
    let policy = snapshot.organizations[0].policy.as_ref().unwrap();
    assert_eq!(policy.teams, [(science.clone(), additions)]);
    let covered: Vec<&Exception> = policy.exceptions.iter().collect();
    assert_eq!(covered[0].covers, Covers::Team(science.clone()));
    assert_eq!(snapshot.organizations[0].team_members[0].0, science);
    let invites = store.invites(&acme).await.unwrap();
    assert_eq!(invites[0].team, Some(science));
    let change = &store.changes(Some(&acme), None, 1).await.unwrap()[0];
    assert_eq!(change.action, Action::TeamChanged);
    assert_eq!(change.before.as_ref().unwrap()["name"], "data");
    assert_eq!(change.after.as_ref().unwrap()["name"], "science");
}

#[rstest]
#[tokio::test]
async fn a_team_takes_no_name_that_is_taken(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    for name in ["data", "apps"] {
        store
            .create_team(&acme, &team(name), &olivia())
            .await
            .unwrap();
    }
    let generation = store.generation().await.unwrap();
    let rename = |from: &str, to: &str| {
        let (acme, from, edit) = (acme.clone(), team(from), renamed(to));
        async move { store.change_team(&acme, &from, edit, &olivia()).await }
    };
    assert!(matches!(
        rename("data", "apps").await,
        Err(StoreError::Conflict(Conflict::AlreadyExists { .. }))
    ));
    for (from, to) in [("data", "owners"), ("owners", "data")] {
        assert!(matches!(
            rename(from, to).await,
            Err(StoreError::Conflict(Conflict::OwnersTeam))
        ));
    }
    assert!(matches!(
        rename("nobody", "somebody").await,
        Err(StoreError::NotFound { what: "team", .. })
    ));
    // A change of nothing is none.
    rename("data", "data").await.unwrap();
    assert_eq!(store.generation().await.unwrap(), generation);
    assert_eq!(store.teams(&acme).await.unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn a_number_is_given_once(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, data, store) = (org("acme"), team("data"), &home.store);
    let mut seen = vec![store.organization(&acme).await.unwrap().unwrap().number];
    for _ in 0..3 {
        store.create_team(&acme, &data, &olivia()).await.unwrap();
        seen.push(summary(&home, "data").await.number);
        store.delete_team(&acme, &data, &olivia()).await.unwrap();
    }
    let mut different = seen.clone();
    different.dedup();
    assert_eq!((different.len(), &seen), (4, &different));
    assert!(seen.is_sorted());
}
