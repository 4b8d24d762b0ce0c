//! THREATS.md, "rights that outlive their cause": each holds from the next
//! request on, with tokens already out.

use jiff::SignedDuration;
use pullgate_identity::{
    AccountStatus, BearerError, IssueError, Scope, Secret, Subject, TokenOwner,
};
use pullgate_policy::{Role, Switch};
use pullgate_store::Actor;

use crate::world::{IntoSecret, PASSWORD, SERVICE, World, acme, team, username};

const ADMIN: Actor = Actor::CommandLine;

/// All that can be out in somebody's name.
struct Out {
    bearer: String,
    session: String,
    refresh: Option<Secret>,
}

impl Out {
    fn of(world: &World, subject: &Subject) -> Self {
        Self {
            bearer: world.bearer(subject),
            session: world.identity.issue_session(subject).unwrap().token,
            refresh: world.identity.issue_refresh(subject).ok(),
        }
    }

    /// What comes of bringing each. Twice, since the second time a signature
    /// is remembered.
    fn brought(&self, world: &World) -> Vec<Result<Subject, BearerError>> {
        let identity = &world.identity;
        let mut all = Vec::new();
        for _ in 0..2 {
            all.push(identity.verify_bearer(&self.bearer, SERVICE));
            all.push(identity.verify_session(&self.session));
            if let Some(refresh) = &self.refresh {
                all.push(identity.redeem_refresh(refresh.expose()));
            }
        }
        all
    }

    fn assert_good(&self, world: &World, subject: &Subject) {
        for brought in self.brought(world) {
            assert_eq!(brought.as_ref(), Ok(subject));
        }
    }

    fn assert_revoked(&self, world: &World) {
        for brought in self.brought(world) {
            assert_eq!(brought, Err(BearerError::Revoked));
        }
    }
}

#[tokio::test]
async fn rights_that_outlive_a_membership_a_role_and_a_team() {
    let world = World::new().await;
    let mia = world.mia().await;
    let out = Out::of(&world, &mia);
    let belongs = || {
        let brought = world.identity.verify_bearer(&out.bearer, SERVICE).unwrap();
        world.memberships(&brought)
    };
    let (store, mia) = (&world.store, username("mia"));
    assert_eq!(belongs(), [r#"acme Member ["build"]"#]);

    store
        .set_member(&acme(), &mia, Role::Owner, &ADMIN)
        .await
        .unwrap();
    world.reload().await;
    assert_eq!(belongs(), [r#"acme Owner ["build"]"#]);

    store
        .set_member(&acme(), &mia, Role::Member, &ADMIN)
        .await
        .unwrap();
    store
        .remove_team_member(&acme(), &team(), &mia, &ADMIN)
        .await
        .unwrap();
    world.reload().await;
    assert_eq!(belongs(), ["acme Member []"]);

    store.remove_member(&acme(), &mia, &ADMIN).await.unwrap();
    world.reload().await;
    assert!(belongs().is_empty());
}

#[tokio::test]
async fn rights_that_outlive_a_password() {
    let world = World::new().await;
    let mia = world.mia().await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    let by_token = world.sign_in("mia", token.secret.expose()).await.unwrap();
    let (out, out_by_token) = (Out::of(&world, &mia), Out::of(&world, &by_token));
    out.assert_good(&world, &mia);
    out_by_token.assert_good(&world, &by_token);

    let hash = world
        .identity
        .hash_password(&"another horse, another staple".into_secret())
        .await
        .unwrap();
    world
        .store
        .set_password_hash(&username("mia"), &hash, &ADMIN)
        .await
        .unwrap();
    world.reload().await;
    out.assert_revoked(&world);
    out_by_token.assert_revoked(&world);
    Out::of(&world, &mia).assert_revoked(&world);
    world.sign_in("mia", token.secret.expose()).await.unwrap();
}

#[tokio::test]
async fn rights_that_outlive_an_account() {
    let world = World::new().await;
    let mia = world.mia().await;
    let out = Out::of(&world, &mia);
    for status in [AccountStatus::Deactivated, AccountStatus::Active] {
        world
            .store
            .set_active(&username("mia"), status, &ADMIN)
            .await
            .unwrap();
        world.reload().await;
        out.assert_revoked(&world);
        let belongs = world.memberships(&mia).len();
        assert_eq!(belongs, usize::from(status == AccountStatus::Active));
    }
    assert!(world.sign_in("mia", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn rights_that_outlive_an_access_token() {
    let world = World::new().await;
    for owner in [
        TokenOwner::Person(world.id_of("mia")),
        TokenOwner::Organization(acme()),
    ] {
        let name = match owner {
            TokenOwner::Person(_) => "mia",
            TokenOwner::Organization(_) => "acme",
        };
        let token = world.issue(owner.clone(), Scope::RepoRead, None).await;
        let subject = world.sign_in(name, token.secret.expose()).await.unwrap();
        let out = Out::of(&world, &subject);
        out.assert_good(&world, &subject);
        world
            .identity
            .revoke_token(&owner, token.id, &ADMIN)
            .await
            .unwrap();
        out.assert_revoked(&world);

        let token = world.issue(owner.clone(), Scope::RepoRead, None).await;
        let subject = world.sign_in(name, token.secret.expose()).await.unwrap();
        let out = Out::of(&world, &subject);
        out.assert_good(&world, &subject);
        world.switch(&owner, token.id, Switch::Off).await;
        out.assert_revoked(&world);
        world.switch(&owner, token.id, Switch::On).await;
        out.assert_good(&world, &subject);

        let end = world.now() + SignedDuration::from_secs(10);
        let token = world.issue(owner, Scope::RepoRead, Some(end)).await;
        let subject = world.sign_in(name, token.secret.expose()).await.unwrap();
        let out = Out::of(&world, &subject);
        out.assert_good(&world, &subject);
        world.let_pass(10);
        out.assert_revoked(&world);
    }
}

#[tokio::test]
async fn an_opened_networks_token_is_a_strangers_elsewhere() {
    let world = World::new().await;
    let anonymous = Subject::Anonymous {
        organization: acme(),
    };
    for subject in [anonymous, Subject::Stranger] {
        let bearer = world.bearer(&subject);
        let brought = world.identity.verify_bearer(&bearer, SERVICE);
        assert_eq!(brought, Ok(Subject::Stranger));
        let session = world.identity.issue_session(&subject).map(drop);
        assert_eq!(session, Err(IssueError::NotForThisSubject));
        let refresh = world.identity.issue_refresh(&subject).map(drop);
        assert_eq!(refresh, Err(IssueError::NotForThisSubject));
    }
}

#[tokio::test]
async fn a_machine_gets_no_refresh_token() {
    let world = World::new().await;
    let token = world.organization_token().await;
    let machine = world.sign_in("acme", token.secret.expose()).await.unwrap();
    let refresh = world.identity.issue_refresh(&machine).map(drop);
    assert_eq!(refresh, Err(IssueError::NotForThisSubject));
}

#[tokio::test]
async fn an_older_picture_of_the_store_does_not_bring_back_what_is_gone() {
    let world = World::new().await;
    let older = world.store.load().await.unwrap();
    let mia = world.mia().await;
    let out = Out::of(&world, &mia);
    world
        .store
        .set_active(&username("mia"), AccountStatus::Deactivated, &ADMIN)
        .await
        .unwrap();
    world.reload().await;
    let older = pullgate_identity::Directory::build(&older);
    world.identity.replace_directory(older);
    out.assert_revoked(&world);
}

/// A database that was restored from a backup counts from a lower generation
/// on. What it says counts, and not what was true before.
#[tokio::test]
async fn rights_that_outlive_a_restored_database_do_not() {
    let world = World::new().await;
    let before = world.store.load().await.unwrap();
    let mia = world.mia().await;
    let out = Out::of(&world, &mia);
    world
        .store
        .set_active(&username("mia"), AccountStatus::Deactivated, &ADMIN)
        .await
        .unwrap();
    world.reload().await;
    out.assert_revoked(&world);

    let mut restored = before;
    restored.generation = 0;
    restored
        .people
        .retain(|person| person.username != username("mia"));
    let restored = pullgate_identity::Directory::build(&restored);
    world.identity.restore_directory(restored);
    out.assert_revoked(&world);
    assert_eq!(world.identity.directory().generation(), 0);
}
