//! Several replicas over one PostgreSQL database.

use std::net::IpAddr;
use std::time::Duration;

use pullgate_identity::{Identity, Scope, SignInError, Subject, system_clock};
use pullgate_store::{DatabaseUrl, Store};
use pullgate_testpg::Server;
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::world::{ELSEWHERE, IntoSecret, OFFICE, PASSWORD, SERVICE, World, settings};

const WRONG: &str = "not this, certainly";

async fn world() -> World {
    World::on_postgres(&Server::shared().create_database()).await
}

async fn sign_in(
    replica: &Identity,
    name: &str,
    secret: &str,
    from: IpAddr,
) -> Result<Subject, SignInError> {
    replica.sign_in(name, &secret.into_secret(), from).await
}

async fn outcome(replica: &Identity, name: &str, secret: &str) -> Result<(), SignInError> {
    sign_in(replica, name, secret, OFFICE).await.map(drop)
}

fn throttled(seconds: u64) -> Result<(), SignInError> {
    Err(SignInError::Throttled {
        retry_after: Duration::from_secs(seconds),
    })
}

#[tokio::test]
async fn brute_force_on_several_replicas_is_throttled_as_on_one() {
    let world = world().await;
    let (one, other) = (&world.identity, world.another_replica().await);
    for round in 0..10 {
        let replica = if round % 2 == 0 { one } else { &other };
        let guess = outcome(replica, "mia", WRONG).await;
        assert_eq!(guess, Err(SignInError::Wrong), "guess {round}");
    }
    for replica in [one, &other] {
        assert_eq!(outcome(replica, "mia", WRONG).await, throttled(90));
        assert_eq!(outcome(replica, "mia", PASSWORD).await, throttled(90));
        sign_in(replica, "mia", PASSWORD, ELSEWHERE).await.unwrap();
    }
    world.let_pass(90);
    assert_eq!(outcome(&other, "mia", WRONG).await, Err(SignInError::Wrong));
    assert_eq!(outcome(one, "mia", WRONG).await, throttled(90));
}

#[tokio::test]
async fn brute_force_from_many_addresses_is_throttled_on_a_replica_that_saw_none_of_it() {
    let world = world().await;
    let other = world.another_replica().await;
    for number in 0..50 {
        let from = [203, 0, 113, number].into();
        let guess = sign_in(&world.identity, "mia", WRONG, from).await;
        assert_eq!(guess, Err(SignInError::Wrong));
    }
    assert_eq!(outcome(&other, "mia", PASSWORD).await, throttled(18));
    outcome(&other, "olga", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn who_signs_in_on_one_replica_is_forgiven_on_all() {
    let world = world().await;
    let (one, other) = (&world.identity, world.another_replica().await);
    for _ in 0..9 {
        outcome(&other, "mia", WRONG).await.unwrap_err();
    }
    outcome(one, "mia", PASSWORD).await.unwrap();
    for _ in 0..10 {
        let error = outcome(&other, "mia", WRONG).await;
        assert_eq!(error, Err(SignInError::Wrong));
    }
    assert_eq!(outcome(one, "mia", WRONG).await, throttled(90));
}

#[tokio::test]
async fn only_a_failure_writes() {
    let address = Server::shared().create_database();
    let world = World::on_postgres(&address).await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    let mut database = PgConnection::connect(&address).await.unwrap();
    // Who would write has to wait for this.
    let mut watched = database.begin().await.unwrap();
    watched
        .execute("LOCK TABLE failed_sign_ins IN EXCLUSIVE MODE")
        .await
        .unwrap();
    for _ in 0..3 {
        outcome(&world.identity, "mia", PASSWORD).await.unwrap();
        let secret = token.secret.expose();
        outcome(&world.identity, "mia", secret).await.unwrap();
        world.let_pass(61);
    }
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    let count = async |connection: &mut PgConnection| -> i64 {
        let row = connection.fetch_one(waiting).await.unwrap();
        row.get(0)
    };
    assert_eq!(count(&mut watched).await, 0);
    let wrong = outcome(&world.identity, "mia", WRONG);
    let (wrong, ()) = tokio::join!(wrong, async {
        while count(&mut watched).await == 0 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(wrong, Err(SignInError::Wrong), "and waits no longer for it");
}

#[tokio::test]
async fn wrong_access_tokens_are_throttled_by_address_on_all_replicas() {
    let world = world().await;
    let (one, other) = (&world.identity, world.another_replica().await);
    for _ in 0..100 {
        let wrong = outcome(one, "mia", "pgp_revoked").await;
        assert_eq!(wrong, Err(SignInError::Wrong));
    }
    // The first there is counted, too, and so is one too many.
    assert_eq!(outcome(&other, "mia", "pgp_revoked").await, throttled(9));
    for _ in 0..3 {
        assert_eq!(outcome(&other, "mia", "pgp_revoked").await, throttled(18));
    }
    outcome(&other, "mia", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn while_the_database_is_away_each_replica_throttles_by_itself() {
    let server = Server::start();
    let world = World::on_postgres(&server.create_database()).await;
    let other = world.another_replica().await;
    for _ in 0..4 {
        outcome(&world.identity, "mia", WRONG).await.unwrap_err();
    }
    server.stop();
    outcome(&world.identity, "olga", PASSWORD).await.unwrap();
    // What others have counted before is known where it was asked for.
    for _ in 0..6 {
        let guess = outcome(&world.identity, "mia", WRONG).await;
        assert_eq!(guess, Err(SignInError::Wrong));
    }
    assert_eq!(outcome(&world.identity, "mia", WRONG).await, throttled(90));
    for _ in 0..10 {
        let guess = outcome(&other, "mia", WRONG).await;
        assert_eq!(guess, Err(SignInError::Wrong));
    }
    assert_eq!(outcome(&other, "mia", WRONG).await, throttled(90));
}

#[tokio::test]
async fn a_token_of_one_replica_is_verified_by_another_at_once_at_the_first_start_of_both() {
    for _ in 0..5 {
        let address = Server::shared().create_database();
        let (one, other) = tokio::join!(bare(&address), bare(&address));
        let [mine, theirs] = [&one, &other].map(|replica| {
            let bearer = replica.issue_bearer(&Subject::Stranger, SERVICE, &[]);
            bearer.unwrap().token
        });
        for replica in [&one, &other] {
            for token in [&mine, &theirs] {
                let verified = replica.verify_bearer(token, SERVICE);
                assert_eq!(verified, Ok(Subject::Stranger));
            }
        }
    }
}

#[tokio::test]
async fn of_replicas_that_find_a_key_too_old_at_once_one_adds_its_successor() {
    let world = world().await;
    let other = world.another_replica().await;
    world.let_pass(31 * 24 * 60 * 60);
    let (one, two) = tokio::join!(world.identity.tend_keys(), other.tend_keys());
    one.and(two).unwrap();
    assert_eq!(world.store.signing_keys().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_new_key_is_known_with_the_change_that_added_it_and_before_it_signs() {
    let world = world().await;
    let other = world.another_replica().await;
    world.let_pass(200);
    world.identity.rotate().await.unwrap();
    // What a replica loads when it is told of a change.
    other.replace_keys(&world.store.load().await.unwrap().signing_keys);
    world.let_pass(60);
    let mia = world.mia().await;
    let bearer = world.bearer(&mia);
    assert_eq!(other.verify_bearer(&bearer, SERVICE), Ok(mia));
}

/// A replica over a database, which may be empty.
async fn bare(address: &str) -> Identity {
    let store = Store::open(&DatabaseUrl::parse(address).unwrap()).await;
    Identity::open(store.unwrap(), settings(), system_clock())
        .await
        .unwrap()
}
