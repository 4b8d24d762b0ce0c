//! A site without a way out takes what another site has learnt.

use jiff::{SignedDuration, Timestamp};
use pullgate_catalog::{Document, ImportError, ImportReport, Source};
use pullgate_policy::Badge;

use crate::hub::Reply;
use crate::world::{DAY, HOUR, MINUTE, World, bitnami, repository};

fn document(entries: &[(&str, &str, Timestamp)]) -> Document {
    let entries: Vec<_> = entries
        .iter()
        .map(|(namespace, badge, learnt_at)| {
            format!(r#"{{"namespace":"{namespace}","badge":"{badge}","learnt_at":"{learnt_at}"}}"#)
        })
        .collect();
    let text = format!(
        r#"{{"version":1,"exported_at":"2027-01-15T08:00:00Z","namespaces":[{}]}}"#,
        entries.join(",")
    );
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn what_one_site_has_learnt_another_knows() {
    let outside = World::new().await;
    outside.hub.replies(|namespace| match namespace {
        "bitnami" => Reply::Badge("verified_publisher"),
        "sponsored" => Reply::Badge("open_source"),
        _ => Reply::Badge(""),
    });
    let there = outside.catalog().await;
    for name in [
        "sponsored/a",
        "bitnami/redis",
        "evil/miner",
        "nginx",
        "ghcr.io/a/b",
    ] {
        there.learn(&repository(name)).await;
    }
    let text = serde_json::to_string(&there.export()).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"version":1,"exported_at":"2027-01-15T08:00:00Z","namespaces":["#,
            r#"{"namespace":"bitnami","badge":"verified_publisher","learnt_at":"2027-01-15T08:00:00Z"},"#,
            r#"{"namespace":"evil","badge":"none","learnt_at":"2027-01-15T08:00:00Z"},"#,
            r#"{"namespace":"sponsored","badge":"sponsored_oss","learnt_at":"2027-01-15T08:00:00Z"}]}"#,
        )
    );

    let inside = World::new().await;
    inside.pass(HOUR);
    let here = inside.shut_in().await;
    let document: Document = serde_json::from_str(&text).unwrap();
    let report = here.import(&document).await.unwrap();
    let all = ImportReport {
        imported: 3,
        ..ImportReport::default()
    };
    assert_eq!(report, all);
    let known = here.known(&bitnami());
    assert_eq!(known.badge, Badge::VerifiedPublisher);
    assert_eq!(known.source, Source::Imported);
    assert_eq!(known.learnt_at, Some(outside.now()));
    assert_eq!(here.export().entries(), document.entries());

    let again = here.import(&document).await.unwrap();
    assert_eq!(again.already_known, 3);
    assert_eq!(again.imported, 0);
    let restarted = inside.shut_in().await;
    assert_eq!(restarted.known(&bitnami()), known);
}

#[tokio::test]
async fn what_is_imported_ages_from_when_it_was_learnt() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    let five_days_ago = world.now() - SignedDuration::from_hours(5 * 24);
    let report = catalog
        .import(&document(&[(
            "bitnami",
            "verified_publisher",
            five_days_ago,
        )]))
        .await
        .unwrap();
    assert_eq!(report.imported, 1);
    let known = catalog.known(&bitnami());
    assert_eq!(known.badge, Badge::VerifiedPublisher);
    assert!(!catalog.is_fresh(&known));
    world.pass(3 * DAY);
    assert_eq!(catalog.known(&bitnami()).badge, Badge::Unknown);
    world.hub.says(Reply::Badge(""));
    let learnt = catalog.learn(&bitnami()).await;
    assert_eq!((learnt.badge, learnt.source), (Badge::None, Source::Asked));
}

#[tokio::test]
async fn an_older_import_does_not_replace_what_is_known() {
    let world = World::new().await;
    world.hub.says(Reply::Badge(""));
    let catalog = world.catalog().await;
    let hour = SignedDuration::from_hours(1);
    let day = SignedDuration::from_hours(24);
    catalog.learn(&bitnami()).await;
    let report = catalog
        .import(&document(&[
            ("bitnami", "verified_publisher", world.now() - hour),
            ("grafana", "verified_publisher", world.now() - hour),
            ("ancient", "verified_publisher", world.now() - 8 * day),
        ]))
        .await
        .unwrap();
    let expected = ImportReport {
        imported: 1,
        already_known: 1,
        too_old: 1,
    };
    assert_eq!(report, expected);
    assert_eq!(catalog.known(&bitnami()).badge, Badge::None);
    assert_eq!(
        catalog.known(&repository("ancient/a")).source,
        Source::NeverLearnt
    );

    world.pass(HOUR);
    catalog
        .import(&document(&[("bitnami", "verified_publisher", world.now())]))
        .await
        .unwrap();
    assert_eq!(catalog.known(&bitnami()).badge, Badge::VerifiedPublisher);
}

#[tokio::test]
async fn an_import_that_was_made_on_the_command_line_reaches_the_server() {
    let world = World::new().await;
    let server = world.shut_in().await;
    let command = world.another_process().await;
    let document = document(&[("bitnami", "verified_publisher", world.now())]);
    command.import(&document).await.unwrap();
    assert_eq!(server.known(&bitnami()).badge, Badge::Unknown);
    server.reload().await.unwrap();
    let known = server.known(&bitnami());
    assert_eq!(
        (known.badge, known.source),
        (Badge::VerifiedPublisher, Source::Imported)
    );
}

#[tokio::test]
async fn a_large_import_is_not_asked_about_all_over_again() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    catalog
        .import(&document(&[
            ("bitnami", "verified_publisher", world.now()),
            ("grafana", "verified_publisher", world.now()),
        ]))
        .await
        .unwrap();
    world.pass(HOUR);
    catalog.known(&bitnami());
    world.pass(DAY);
    catalog.refresh().await;
    assert_eq!(world.hub.seen(), ["/v2/orgs/bitnami/"]);
    // Nor is it forgotten: it can be said how old it is.
    world.pass(30 * DAY);
    assert_eq!(catalog.refresh().await.forgotten, 1);
    assert_eq!(
        catalog.known(&repository("grafana/a")).source,
        Source::TooOld
    );
}

#[tokio::test]
async fn a_document_with_one_bad_entry_changes_nothing() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    let good = ("bitnami", "verified_publisher", world.now());
    let tomorrow = world.now() + SignedDuration::from_hours(24);
    for (bad, part) in [
        (
            ("grafana", "none", tomorrow),
            "entry 2 (grafana): it was learnt at 2027-01-16",
        ),
        (
            ("bitnami", "none", world.now()),
            "entry 2 (bitnami): entry 1 is about the same",
        ),
        (("grafana", "none", Timestamp::MAX), "in the future"),
    ] {
        let error = catalog.import(&document(&[good, bad])).await.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(catalog.known(&bitnami()).badge, Badge::Unknown);
        assert_eq!(world.store.badges().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_clock_that_is_a_little_ahead_is_put_right() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    let soon = world.now() + SignedDuration::from_mins(4);
    catalog
        .import(&document(&[("bitnami", "verified_publisher", soon)]))
        .await
        .unwrap();
    assert_eq!(catalog.known(&bitnami()).learnt_at, Some(world.now()));
    world.pass(MINUTE);
    assert_eq!(catalog.known(&bitnami()).badge, Badge::VerifiedPublisher);
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_imported() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    let document = document(&[("bitnami", "verified_publisher", world.now())]);
    world.store.close().await;
    let error = catalog.import(&document).await.unwrap_err();
    assert!(matches!(error, ImportError::Store(_)), "{error}");
    assert_eq!(catalog.known(&bitnami()).badge, Badge::Unknown);
}

#[test]
fn a_hostile_document_is_refused_and_says_where() {
    let good = r#"{"namespace":"a1","badge":"none","learnt_at":"2027-01-15T08:00:00Z"}"#;
    let with = |entry: &str| {
        format!(
            "{{\"version\":1,\"exported_at\":\"2027-01-15T08:00:00Z\",\"namespaces\":[\n{good},\n{entry}\n]}}"
        )
    };
    let entry = |namespace: &str, badge: &str, learnt_at: &str| {
        with(&format!(
            r#"{{"namespace":{namespace},"badge":{badge},"learnt_at":{learnt_at}}}"#
        ))
    };
    let at = r#""2027-01-15T08:00:00Z""#;
    let none = r#""none""#;
    for (text, part) in [
        (entry(r#""Evil""#, none, at), "entry 2: namespace: "),
        (entry(r#""a/b""#, none, at), "without a slash"),
        (entry(r#""..""#, none, at), "entry 2: namespace: "),
        (entry(r#""a%2fb""#, none, at), "entry 2: namespace: "),
        (entry(r#""bitnamı""#, none, at), "entry 2: namespace: "),
        (entry(r#""a\u0000""#, none, at), "entry 2: namespace: "),
        (entry(r#""""#, none, at), "entry 2: namespace: "),
        (entry(r#""a:1""#, none, at), "entry 2: namespace: "),
        (
            entry(&format!("\"{}\"", "a".repeat(300)), none, at),
            "entry 2: namespace: ",
        ),
        (entry(r#""library""#, none, at), "official images"),
        (entry("7", none, at), "entry 2: invalid type"),
        (
            entry(r#""b""#, r#""official""#, at),
            "entry 2: badge: \"official\" is not one of",
        ),
        (
            entry(r#""b""#, r#""unknown""#, at),
            "entry 2: badge: \"unknown\" is not one of",
        ),
        (entry(r#""b""#, "null", at), "entry 2: invalid type"),
        (entry(r#""b""#, none, r#""yesterday""#), "entry 2: "),
        (entry(r#""b""#, none, r#""2027-01-15""#), "entry 2: "),
        (entry(r#""b""#, none, "0"), "entry 2: "),
        (with("null"), "entry 2: "),
        (
            with(r#"{"namespace":"b","badge":"none"}"#),
            "entry 2: missing field `learnt_at`",
        ),
        (
            with(&good.replace('}', r#","x":1}"#)),
            "entry 2: unknown field `x`",
        ),
        (
            with(&good.replace('}', r#","badge":"none"}"#)),
            "entry 2: duplicate field `badge`",
        ),
        (with("{"), "entry 2: "),
        (
            with(good).replace("\"version\":1", "\"version\":2"),
            "the document is of version 2",
        ),
        (
            with(good).replace("\"version\":1,", ""),
            "missing field `version`",
        ),
        (
            with(good).replace("\"version\":1", "\"version\":1,\"sealed\":true"),
            "unknown field `sealed`",
        ),
        (
            with(good).replace("\"exported_at\":", "\"at\":"),
            "unknown field `at`",
        ),
        (format!("{} []", with(good)), "trailing characters"),
        ("[]".to_owned(), "invalid"),
        (String::new(), "EOF"),
        (
            r#"{"version":1,"exported_at":"2027-01-15T08:00:00Z","namespaces":{}}"#.to_owned(),
            "a list of namespaces",
        ),
        (
            r#"{"version":1,"exported_at":"2027-01-15T08:00:00Z"}"#.to_owned(),
            "missing field `namespaces`",
        ),
    ] {
        let error = serde_json::from_str::<Document>(&text).unwrap_err();
        assert!(error.to_string().contains(part), "{text}\n{error}");
        if part.starts_with("entry 2") {
            assert!(error.line() >= 3, "{error}");
        }
    }
}
