//! Access tokens: issued, used, mistyped, expired, revoked.

use jiff::SignedDuration;
use pullgate_identity::{
    IssueTokenError, Reach, ResourceKind, Scope, SignInError, Subject, TokenOrder, TokenOwner,
    TokenResource, Via,
};
use pullgate_policy::{Role, Switch};
use pullgate_store::{AccountStatus, Actor};

use crate::world::{PASSWORD, World, acme, username};

#[tokio::test]
async fn a_member_signs_in_with_a_personal_token() {
    let world = World::new().await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    let mia = world.sign_in("mia", token.secret.expose()).await.unwrap();
    assert_eq!(mia.to_string(), "person:mia");
    assert_eq!(mia.token_id(), Some(token.id));
    assert_eq!(mia.reach(), Reach::All);
    assert!(matches!(
        mia,
        Subject::Person {
            via: Via::Token(_),
            ..
        }
    ));
    assert_eq!(world.memberships(&mia), [r#"acme Member ["build"]"#]);
}

#[tokio::test]
async fn a_machine_is_a_member_of_its_organization_and_of_no_team() {
    let world = World::new().await;
    let token = world.organization_token().await;
    let machine = world.sign_in("acme", token.secret.expose()).await.unwrap();
    assert_eq!(machine.token_id(), Some(token.id));
    assert_eq!(machine.username(), None);
    assert_eq!(world.memberships(&machine), ["acme Member []"]);
}

#[tokio::test]
async fn who_has_not_signed_in_belongs_to_what_their_network_was_opened_for() {
    let world = World::new().await;
    let anonymous = Subject::Anonymous {
        organization: acme(),
    };
    assert_eq!(world.memberships(&anonymous), ["acme Member []"]);
    assert_eq!(anonymous.to_string(), "anonymous:acme");
    assert!(world.memberships(&Subject::Stranger).is_empty());
    assert_eq!(Subject::Stranger.to_string(), "stranger");
}

#[tokio::test]
async fn the_scope_public_read_reaches_only_what_is_public() {
    let world = World::new().await;
    for (scope, reach) in [
        (Scope::RepoAdmin, Reach::All),
        (Scope::RepoWrite, Reach::All),
        (Scope::RepoRead, Reach::All),
        (Scope::RepoPublicRead, Reach::PublicOnly),
    ] {
        let token = world.personal_token("mia", scope).await;
        let mia = world.sign_in("mia", token.secret.expose()).await.unwrap();
        assert_eq!(mia.reach(), reach);
        let brought = world
            .identity
            .verify_bearer(&world.bearer(&mia), crate::world::SERVICE);
        assert_eq!(brought.unwrap(), mia, "also by a bearer token");
    }
}

#[tokio::test]
async fn a_token_works_for_its_owners_name_alone() {
    let world = World::new().await;
    let personal = world.personal_token("mia", Scope::RepoRead).await;
    let machine = world.organization_token().await;
    for (name, token) in [
        ("olga", &personal),
        ("acme", &personal),
        ("", &personal),
        ("token", &personal),
        ("MIA", &personal),
        ("mia", &machine),
        ("", &machine),
    ] {
        let refused = world.sign_in(name, token.secret.expose()).await;
        assert_eq!(refused, Err(SignInError::Wrong), "as {name:?}");
    }
}

/// THREATS.md, "slow hashes on the hot path": access tokens are looked up.
#[tokio::test]
async fn slow_hashes_an_access_token_right_or_wrong_costs_no_password_hash() {
    let world = World::new().await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    let right = token.secret.expose();
    let (body, last) = right.split_at(right.len() - 1);
    let mistyped = format!("{body}{}", if last == "x" { "y" } else { "x" });
    let before = world.identity.counters();
    world.sign_in("mia", right).await.unwrap();
    for wrong in [&mistyped, "pgp_", "pgo_", &format!("pgo_{}", &right[4..])] {
        let refused = world.sign_in("mia", wrong).await;
        assert_eq!(refused, Err(SignInError::Wrong));
    }
    assert_eq!(world.identity.counters(), before);
}

#[tokio::test]
async fn an_expired_token_says_so_and_a_revoked_one_is_wrong() {
    let world = World::new().await;
    let end = world.now() + SignedDuration::from_secs(60);
    let owner = TokenOwner::Person(world.id_of("mia"));
    let token = world.issue(owner.clone(), Scope::RepoRead, Some(end)).await;
    let secret = token.secret.expose();
    world.let_pass(59);
    world.sign_in("mia", secret).await.unwrap();
    world.let_pass(1);
    let expired = world.sign_in("mia", secret).await;
    assert_eq!(expired, Err(SignInError::Expired));
    let stranger = world.sign_in("olga", secret).await;
    assert_eq!(stranger, Err(SignInError::Wrong), "to nobody else");

    let token = world.issue(owner.clone(), Scope::RepoRead, None).await;
    world
        .identity
        .revoke_token(&owner, token.id, &Actor::System)
        .await
        .unwrap();
    let revoked = world.sign_in("mia", token.secret.expose()).await;
    assert_eq!(revoked, Err(SignInError::Wrong));
}

#[tokio::test]
async fn a_deactivated_persons_token_works_no_more() {
    let world = World::new().await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    world
        .store
        .set_active(
            &username("mia"),
            AccountStatus::Deactivated,
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    world.reload().await;
    let refused = world.sign_in("mia", token.secret.expose()).await;
    assert_eq!(refused, Err(SignInError::Disabled));
}

#[tokio::test]
async fn what_cannot_be_issued_is_refused_with_the_reason() {
    let world = World::new().await;
    let owner = TokenOwner::Organization(acme());
    let order = |label: &str| TokenOrder::new(owner.clone(), label, &[Scope::RepoRead]);
    let issue = async |order| world.identity.issue_token(order, &Actor::System).await;
    let long = "x".repeat(101);
    for label in ["", "   ", "two\nlines", long.as_str()] {
        let refused = issue(order(label)).await;
        assert!(matches!(refused, Err(IssueTokenError::Label)), "{label:?}");
    }
    let refused = issue(TokenOrder {
        scopes: Vec::new(),
        ..order("ci")
    });
    assert!(matches!(refused.await, Err(IssueTokenError::NoScope)));
    let refused = issue(TokenOrder {
        expires_at: Some(world.now()),
        ..order("ci")
    });
    assert!(matches!(refused.await, Err(IssueTokenError::Ended)));
    let refused = issue(TokenOrder {
        description: "x".repeat(1_001),
        ..order("ci")
    });
    assert!(matches!(refused.await, Err(IssueTokenError::Description)));
    let nothing = TokenResource {
        kind: ResourceKind::Repositories,
        path: "acme/*/app".to_owned(),
        scopes: vec!["repo-pull".to_owned()],
    };
    let refused = issue(TokenOrder {
        resources: Some(vec![nothing]),
        ..order("ci")
    });
    assert!(matches!(refused.await, Err(IssueTokenError::Resource(_))));
    let refused = issue(TokenOrder {
        owner: TokenOwner::Organization("nowhere".parse().unwrap()),
        ..order("ci")
    });
    assert!(matches!(refused.await, Err(IssueTokenError::Store(_))));
    issue(order(&long[1..])).await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_switched_off_says_so_to_its_owner_alone() {
    let world = World::new().await;
    let owner = TokenOwner::Person(world.id_of("mia"));
    let token = world.issue(owner.clone(), Scope::RepoAdmin, None).await;
    let secret = token.secret.expose();
    let mia = world.sign_in("mia", secret).await.unwrap();
    world.switch(&owner, token.id, Switch::Off).await;
    let refused = world.sign_in("mia", secret).await;
    assert_eq!(refused, Err(SignInError::SwitchedOff));
    let stranger = world.sign_in("olga", secret).await;
    assert_eq!(stranger, Err(SignInError::Wrong));
    world.switch(&owner, token.id, Switch::On).await;
    assert_eq!(world.sign_in("mia", secret).await, Ok(mia));
}

#[tokio::test]
async fn the_last_use_is_written_in_batches() {
    let world = World::new().await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    let secret = token.secret.expose();
    let last_use = async || {
        world
            .store
            .token(token.id)
            .await
            .unwrap()
            .unwrap()
            .last_used_at
    };
    world.let_pass(10);
    let used = world.now();
    world.sign_in("mia", secret).await.unwrap();
    assert_eq!(last_use().await, None, "a sign-in writes nothing");
    world.identity.flush_uses().await.unwrap();
    assert_eq!(last_use().await, Some(used));
    world.let_pass(10);
    world.identity.flush_uses().await.unwrap();
    assert_eq!(last_use().await, Some(used), "nothing new to write");
}

#[tokio::test]
async fn a_person_of_two_organizations_belongs_to_both() {
    let world = World::new().await;
    let other = "initech".parse().unwrap();
    world
        .store
        .create_organization(&other, "Initech", &username("olga"), &Actor::System)
        .await
        .unwrap();
    world
        .store
        .set_member(&other, &username("mia"), Role::Member, &Actor::System)
        .await
        .unwrap();
    world.reload().await;
    let mia = world.sign_in("mia", PASSWORD).await.unwrap();
    let mut memberships = world.memberships(&mia);
    memberships.sort();
    assert_eq!(
        memberships,
        [r#"acme Member ["build"]"#, "initech Member []"]
    );
}
