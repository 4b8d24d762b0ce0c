use pullgate_policy::Badge;
use pullgate_store::{LearntBadge, LearntFrom};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, time};

fn learnt(namespace: &str, badge: Badge, at: &str) -> LearntBadge {
    LearntBadge {
        namespace: namespace.to_owned(),
        badge,
        learnt_at: time(at),
        source: LearntFrom::Asked,
    }
}

#[rstest]
#[tokio::test]
async fn what_was_learnt_last_stays(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let newer = learnt("bitnami", Badge::VerifiedPublisher, "2026-11-02T00:00:00Z");
    let older = LearntBadge {
        source: LearntFrom::Imported,
        ..learnt("bitnami", Badge::None, "2026-11-01T00:00:00Z")
    };
    let other = learnt("evil", Badge::None, "2026-11-01T00:00:00Z");
    let all = [other.clone(), newer.clone(), older.clone()];
    home.store.save_badges(&all).await.unwrap();
    home.store.save_badges(&[older]).await.unwrap();
    assert_eq!(home.store.badges().await.unwrap(), [newer, other]);
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_read_is_not_known(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let badge = learnt("bitnami", Badge::VerifiedPublisher, "2026-11-02T00:00:00Z");
    home.store.save_badges(&[badge]).await.unwrap();
    home.meddle("UPDATE badges SET badge = 'trust me'").await;
    assert_eq!(home.store.badges().await.unwrap(), []);
}
