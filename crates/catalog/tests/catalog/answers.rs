//! What Docker Hub says, and what it means.

use pullgate_catalog::Source;
use pullgate_policy::Badge;

use crate::hub::Reply;
use crate::world::{World, bitnami, repository};

#[tokio::test]
async fn each_answer_means_a_badge() {
    let organization = |badge: &str| Reply::json(format!(r#"{{"orgname":"bitnami"{badge}}}"#));
    for (reply, expected) in [
        (Reply::Badge("verified_publisher"), Badge::VerifiedPublisher),
        (Reply::Badge("open_source"), Badge::SponsoredOss),
        (Reply::Badge(""), Badge::None),
        (organization(""), Badge::None),
        (organization(r#","badge":null"#), Badge::None),
        (
            Reply::json(r#"{"orgname":"BitNami","badge":"open_source"}"#),
            Badge::SponsoredOss,
        ),
        (Reply::redirect(301, "/v2/users/bitnami/"), Badge::None),
        (Reply::redirect(302, "/v2/users/bitnami"), Badge::None),
        (Reply::redirect(307, "../../users/bitnami/"), Badge::None),
        (
            Reply::redirect(308, "https://hub.docker.com/v2/users/bitnami/"),
            Badge::None,
        ),
        (Reply::status(404), Badge::None),
    ] {
        let world = World::new().await;
        let catalog = world.catalog().await;
        world.hub.says(reply.clone());
        let learnt = catalog.learn(&bitnami()).await;
        assert_eq!(learnt.badge, expected, "{reply:?}");
        assert_eq!(learnt.source, Source::Asked, "{reply:?}");
        assert_eq!(learnt.learnt_at, Some(world.now()), "{reply:?}");
        assert!(catalog.is_fresh(&learnt), "{reply:?}");
        assert_eq!(catalog.known(&bitnami()), learnt, "{reply:?}");
        assert_eq!(
            world.hub.seen(),
            ["/v2/orgs/bitnami/"],
            "redirects are not followed"
        );
    }
}

#[tokio::test]
async fn what_is_not_an_answer_is_not_known() {
    let too_large = format!(
        r#"{{"orgname":"bitnami","badge":"verified_publisher","x":"{}"}}"#,
        "x".repeat(256 * 1024)
    );
    for reply in [
        Reply::status(500),
        Reply::status(503),
        Reply::status(401),
        Reply::status(403),
        Reply::status(204),
        Reply::status(304),
        Reply::busy("1"),
        Reply::json("<html>maintenance"),
        Reply::json("{}"),
        Reply::json(""),
        Reply::json(r#"{"orgname":"bitnami-evil","badge":"verified_publisher"}"#),
        Reply::Badge("certified"),
        Reply::json(too_large),
        Reply::redirect(302, "https://login.acme.example/?next=/v2/users/bitnami/"),
        Reply::redirect(302, "/v2/orgs/bitnami-evil/"),
        Reply::redirect(302, "http://[/v2/users/"),
        Reply::status(302),
    ] {
        let world = World::new().await;
        let catalog = world.catalog().await;
        world.hub.says(reply.clone());
        let learnt = catalog.learn(&bitnami()).await;
        assert_eq!(learnt.badge, Badge::Unknown, "{reply:?}");
        assert_eq!(learnt.source, Source::NeverLearnt, "{reply:?}");
        assert_eq!(learnt.learnt_at, None, "{reply:?}");
        assert!(!catalog.is_fresh(&learnt), "{reply:?}");
        assert_eq!(world.hub.asked(), 1, "{reply:?}");
        assert_eq!(world.store.badges().await.unwrap(), [], "{reply:?}");
    }
}

#[tokio::test]
async fn what_the_name_says_is_never_asked() {
    let world = World::new().await;
    world.hub.says(Reply::Badge("verified_publisher"));
    let catalog = world.catalog().await;
    for (name, source) in [
        ("nginx", Source::NameItself),
        ("docker.io/library/nginx", Source::NameItself),
        ("docker.io/library/a/b", Source::NameItself),
        ("ghcr.io/bitnami/redis", Source::NotDockerHub),
        (
            "registry.acme.example:5000/library/nginx",
            Source::NotDockerHub,
        ),
        ("docker.io:5000/bitnami/redis", Source::NotDockerHub),
    ] {
        let repository = repository(name);
        let known = catalog.known(&repository);
        assert_eq!(known.badge, Badge::None, "{name}");
        assert_eq!(known.source, source, "{name}");
        assert!(catalog.is_fresh(&known), "{name}");
        assert_eq!(catalog.learn(&repository).await, known, "{name}");
    }
    assert_eq!(world.hub.asked(), 0);
}

#[tokio::test]
async fn all_of_a_namespaces_repositories_are_one_question() {
    let world = World::new().await;
    world.hub.says(Reply::Badge("open_source"));
    let catalog = world.catalog().await;
    for name in [
        "bitnami/redis",
        "bitnami/a/b",
        "registry-1.docker.io/bitnami/redis",
    ] {
        let learnt = catalog.learn(&repository(name)).await;
        assert_eq!(learnt.badge, Badge::SponsoredOss, "{name}");
    }
    assert_eq!(world.hub.asked(), 1);
    let look_alike = catalog.known(&repository("bitnami-evil/redis"));
    assert_eq!(look_alike.source, Source::NeverLearnt);
}
