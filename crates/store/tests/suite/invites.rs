use jiff::SignedDuration;
use pullgate_policy::Role;
use pullgate_store::{
    AccountStatus, Action, Actor, Backing, Conflict, Invite, InviteOutcome, Joining, MemberKey,
    NewInvite, Run, StoreError,
};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, open, org, team, user};

const ANN: [u8; 32] = [1; 32];
const MAX: [u8; 32] = [2; 32];

fn invite(home: &Home, invitee: &str, hash: [u8; 32]) -> NewInvite {
    NewInvite {
        invitee: invitee.parse().unwrap(),
        role: Role::Member,
        team: None,
        hash,
        ends_at: home.now() + SignedDuration::from_hours(24),
    }
}

/// Invites somebody into acme, as olivia.
async fn invited(home: &Home, invitee: &str, hash: [u8; 32]) -> Invite {
    let new = invite(home, invitee, hash);
    let made = home
        .store
        .add_invites(&org("acme"), vec![new], Run::Real, &olivia())
        .await
        .unwrap();
    match made.into_iter().next().unwrap() {
        InviteOutcome::Made(invite) => invite,
        other => panic!("{other:?}"),
    }
}

fn newcomer(name: &str) -> Joining {
    Joining::New {
        username: user(name),
        password_hash: "$argon2id$secret".into(),
    }
}

fn is_gone<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::NotFound { what: "invite", .. }))
}

fn is_for_another<T>(result: &Result<T, StoreError>) -> bool {
    matches!(
        result,
        Err(StoreError::Conflict(Conflict::InvitedIsAnother))
    )
}

#[rstest]
#[tokio::test]
async fn who_is_invited_becomes_a_person_and_a_member_once(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, data, store) = (org("acme"), team("data"), &home.store);
    store.create_team(&acme, &data, &olivia()).await.unwrap();
    let new = NewInvite {
        team: Some(data.clone()),
        ..invite(&home, "Ann@example.com", ANN)
    };
    store
        .add_invites(&acme, vec![new], Run::Real, &olivia())
        .await
        .unwrap();
    let found = store.invite_hashed(&ANN).await.unwrap().unwrap();
    assert_eq!(found.invitee.as_str(), "Ann@example.com");
    assert!(found.is_open(home.now()));
    assert_eq!(store.invite_hashed(&MAX).await.unwrap(), None);

    store.accept_invite(&ANN, newcomer("ann")).await.unwrap();

    let key = user("ann");
    let ann = store.member(&acme, MemberKey::Name(&key)).await.unwrap();
    let ann = ann.unwrap();
    assert_eq!(ann.member.email, "Ann@example.com");
    assert_eq!(ann.member.role, Role::Member);
    assert_eq!(ann.teams, [data]);
    // The link is used up: for the same person, and for anybody else.
    assert_eq!(store.invite_hashed(&ANN).await.unwrap(), None);
    assert!(is_gone(&store.accept_invite(&ANN, newcomer("bob")).await));
    let again = Joining::Person(user("mia"));
    assert!(is_gone(&store.accept_invite(&ANN, again).await));
    assert!(is_gone(&store.decline_invite(&ANN).await));
    assert_eq!(store.person(&user("bob")).await.unwrap(), None);

    let changes = store.changes(None, None, 5).await.unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.action, change.actor.to_string(), &*change.subject))
        .collect();
    let by_ann = || "person:ann".to_owned();
    assert_eq!(
        told,
        [
            (Action::InviteAccepted, by_ann(), "Ann@example.com"),
            (Action::TeamMemberAdded, by_ann(), "data"),
            (Action::MemberAdded, by_ann(), "ann"),
            (Action::PersonCreated, by_ann(), "ann"),
            (
                Action::InviteCreated,
                "person:olivia".to_owned(),
                "Ann@example.com"
            ),
        ]
    );
    let generations: Vec<_> = changes.iter().map(|change| change.generation).collect();
    let latest = store.generation().await.unwrap();
    assert!(generations.into_iter().eq((latest - 4..=latest).rev()));
    assert!(!format!("{changes:?}").contains("argon2"));
}

#[rstest]
#[tokio::test]
async fn who_has_an_account_joins_with_it(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.person("sam").await;
    home.person("ann").await;
    let (acme, store) = (org("acme"), &home.store);
    invited(&home, "ann", ANN).await;
    invited(&home, "ANN@example.com", MAX).await;
    // It is ann's: by name, and by the address that is ann's.
    for hash in [ANN, MAX] {
        let sam = Joining::Person(user("sam"));
        assert!(is_for_another(&store.accept_invite(&hash, sam).await));
    }
    let other = store.accept_invite(&ANN, newcomer("zoe")).await;
    assert!(is_for_another(&other));
    let taken = store.accept_invite(&ANN, newcomer("ann")).await;
    assert!(matches!(
        taken,
        Err(StoreError::Conflict(Conflict::AlreadyExists { .. }))
    ));
    let taken = store.accept_invite(&MAX, newcomer("zoe")).await;
    assert!(matches!(
        taken,
        Err(StoreError::Conflict(Conflict::EmailTaken { .. }))
    ));
    store
        .accept_invite(&MAX, Joining::Person(user("ann")))
        .await
        .unwrap();
    // And then the other one is for somebody who is there already.
    let again = store
        .accept_invite(&ANN, Joining::Person(user("ann")))
        .await;
    assert!(matches!(
        again,
        Err(StoreError::Conflict(Conflict::AlreadyMember { .. }))
    ));
    // An address that is nobody's is for whoever has the link.
    let free = [3; 32];
    invited(&home, "sam@home.example", free).await;
    store
        .accept_invite(&free, Joining::Person(user("sam")))
        .await
        .unwrap();
    assert_eq!(store.members(&acme).await.unwrap().len(), 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_use_a_link_at_once_one_succeeds(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let other = open(&home.address).await;
    for round in 0..10 {
        invited(&home, "ann@example.com", ANN).await;
        let (one, two) = (format!("ann-{round}"), format!("eve-{round}"));
        let (first, second) = tokio::join!(
            home.store.accept_invite(&ANN, newcomer(&one)),
            other.accept_invite(&ANN, newcomer(&two)),
        );
        assert!(is_gone(&first) != is_gone(&second), "{first:?} {second:?}");
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let members = home.store.members(&org("acme")).await.unwrap();
        assert_eq!(members.len(), 3);
        for name in [one, two] {
            let name = user(&name);
            let there = home.store.person(&name).await.unwrap();
            assert_eq!(
                there.is_some(),
                members.iter().any(|member| member.username == name)
            );
            if there.is_some() {
                home.store
                    .remove_member(&org("acme"), &name, &olivia())
                    .await
                    .unwrap();
                home.meddle("UPDATE people SET email = '' WHERE email = 'ann@example.com'")
                    .await;
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_link_ends_with_its_time_its_withdrawal_and_its_renewal(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let made = invited(&home, "ann@example.com", ANN).await;
    home.wait(24 * 3600);
    assert!(is_gone(&store.accept_invite(&ANN, newcomer("ann")).await));
    assert!(is_gone(&store.decline_invite(&ANN).await));
    // It is still there to be seen and renewed.
    let seen = store.invites(&acme).await.unwrap();
    assert_eq!(seen, std::slice::from_ref(&made));
    let end = home.now() + SignedDuration::from_hours(1);
    let renewed = store
        .renew_invite(&acme, made.id, &MAX, end, &olivia())
        .await
        .unwrap();
    assert_eq!((renewed.id, renewed.ends_at), (made.id, end));
    assert_eq!(store.invite_hashed(&ANN).await.unwrap(), None);
    store.accept_invite(&MAX, newcomer("ann")).await.unwrap();

    let made = invited(&home, "max@example.com", ANN).await;
    store
        .revoke_invite(&acme, made.id, &olivia())
        .await
        .unwrap();
    assert!(is_gone(&store.accept_invite(&ANN, newcomer("max")).await));
    assert!(is_gone(
        &store.revoke_invite(&acme, made.id, &olivia()).await
    ));
    let by = olivia();
    let renewed = store.renew_invite(&acme, made.id, &ANN, end, &by);
    assert!(is_gone(&renewed.await));
    let changes = store.changes(Some(&acme), None, 1).await.unwrap();
    assert_eq!(changes[0].action, Action::InviteRevoked);
}

#[rstest]
#[tokio::test]
async fn an_invite_of_one_organization_is_none_of_another(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    let (umbrella, store) = (org("umbrella"), &home.store);
    let made = invited(&home, "ann@example.com", ANN).await;
    let by_mia = Actor::Person(user("mia"));
    assert!(is_gone(
        &store.revoke_invite(&umbrella, made.id, &by_mia).await
    ));
    let renewed = store.renew_invite(&umbrella, made.id, &MAX, home.now(), &by_mia);
    assert!(is_gone(&renewed.await));
    assert!(store.invites(&umbrella).await.unwrap().is_empty());
    assert_eq!(store.invite(made.id).await.unwrap(), Some(made));
}

/// Rights that outlive their cause: a link is no way back in.
#[rstest]
#[tokio::test]
async fn an_invite_counts_while_who_made_it_is_an_owner(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, mia, store) = (org("acme"), user("mia"), &home.store);
    store
        .set_role(&acme, &mia, Role::Owner, &olivia())
        .await
        .unwrap();
    let by_mia = Actor::Person(mia.clone());
    let new = NewInvite {
        role: Role::Owner,
        ..invite(&home, "mia@home.example", ANN)
    };
    store
        .add_invites(&acme, vec![new], Run::Real, &by_mia)
        .await
        .unwrap();
    store
        .set_role(&acme, &mia, Role::Member, &olivia())
        .await
        .unwrap();
    let found = store.invite_hashed(&ANN).await.unwrap().unwrap();
    assert_eq!(found.backing, Backing::Lost);
    assert!(!found.is_open(home.now()));
    assert!(is_gone(&store.accept_invite(&ANN, newcomer("mole")).await));
    store.remove_member(&acme, &mia, &olivia()).await.unwrap();
    assert!(is_gone(&store.accept_invite(&ANN, newcomer("mole")).await));
    // Nor does it help to be an owner who cannot sign in.
    store
        .set_member(&acme, &mia, Role::Owner, &olivia())
        .await
        .unwrap();
    store
        .set_active(&mia, AccountStatus::Deactivated, &Actor::CommandLine)
        .await
        .unwrap();
    assert!(is_gone(&store.accept_invite(&ANN, newcomer("mole")).await));
    // Whoever resends it stands for it from then on.
    let end = home.now() + SignedDuration::from_hours(1);
    let renewed = store
        .renew_invite(&acme, found.id, &MAX, end, &olivia())
        .await
        .unwrap();
    assert_eq!(renewed.backing, Backing::Stands);
    store.accept_invite(&MAX, newcomer("mole")).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn many_are_invited_together_or_none(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let list = || {
        [
            "ann@example.com",
            "mia",
            "OLIVIA@example.com",
            "ANN@example.com",
            "zoe",
        ]
        .iter()
        .zip(1..)
        .map(|(invitee, number)| invite(&home, invitee, [number; 32]))
        .collect::<Vec<_>>()
    };
    let words = |outcomes: &[InviteOutcome]| -> Vec<&str> {
        let word = |outcome: &InviteOutcome| match outcome {
            InviteOutcome::Made(_) => "made",
            InviteOutcome::There(_) => "there",
            InviteOutcome::Member => "member",
        };
        outcomes.iter().map(word).collect()
    };
    let expected = ["made", "member", "member", "there", "made"];
    let generation = store.generation().await.unwrap();
    let tried = store.add_invites(&acme, list(), Run::Dry, &olivia()).await;
    assert_eq!(words(&tried.unwrap()), expected);
    assert!(store.invites(&acme).await.unwrap().is_empty());
    assert_eq!(store.generation().await.unwrap(), generation);
    let done = store.add_invites(&acme, list(), Run::Real, &olivia()).await;
    assert_eq!(words(&done.unwrap()), expected);
    assert_eq!(store.generation().await.unwrap(), generation + 2);
    let changes = store.changes(Some(&acme), None, 2).await.unwrap();
    let told: Vec<_> = changes.iter().map(|change| &*change.subject).collect();
    assert_eq!(told, ["zoe", "ann@example.com"]);
    // One that cannot be made undoes the others.
    let mut bad = vec![invite(&home, "max@example.com", [9; 32])];
    bad.push(NewInvite {
        team: Some(team("nowhere")),
        ..invite(&home, "eve@example.com", [10; 32])
    });
    let refused = store.add_invites(&acme, bad, Run::Real, &olivia()).await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound { what: "team", .. })
    ));
    assert_eq!(store.invites(&acme).await.unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn who_declines_is_no_member_and_leaves_a_trace(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    invited(&home, "ann@example.com", ANN).await;
    store.decline_invite(&ANN).await.unwrap();
    assert!(store.invites(&acme).await.unwrap().is_empty());
    assert_eq!(store.members(&acme).await.unwrap().len(), 2);
    let change = &store.changes(Some(&acme), None, 1).await.unwrap()[0];
    assert_eq!(
        (change.action, &change.actor),
        (Action::InviteDeclined, &Actor::Invitee)
    );
}

#[rstest]
#[tokio::test]
async fn an_invite_outlives_its_team(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, data, store) = (org("acme"), team("data"), &home.store);
    store.create_team(&acme, &data, &olivia()).await.unwrap();
    let new = NewInvite {
        team: Some(data.clone()),
        ..invite(&home, "ann", ANN)
    };
    store
        .add_invites(&acme, vec![new], Run::Real, &olivia())
        .await
        .unwrap();
    store.delete_team(&acme, &data, &olivia()).await.unwrap();
    // Another team of the name is another team.
    store.create_team(&acme, &data, &olivia()).await.unwrap();
    let joined = store.accept_invite(&ANN, newcomer("ann")).await.unwrap();
    assert_eq!(joined.team, None);
    assert!(store.teams(&acme).await.unwrap()[0].members.is_empty());
}
