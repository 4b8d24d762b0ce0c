//! What every page says to the browser, and what stands around it.

use http::Method;

use crate::world::World;

#[tokio::test]
async fn every_answer_is_held_to_a_strict_policy() {
    let world = World::new().await;
    let mut stranger = world.browser();
    let mut mia = world.signed_in("mia").await;
    let style = style_of(&stranger.get("/sign-in").await.text);
    for answer in [
        stranger.get("/sign-in").await,
        stranger.get("/nothing").await,
        stranger.get("/account").await,
        stranger.get(&style).await,
        stranger.get("/assets/nothing.css").await,
        mia.get("/account").await,
        mia.get("/nothing").await,
        mia.send(Method::POST, "/account/password", Some(&[]), &[])
            .await,
    ] {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        let caching = answer.header("cache-control");
        assert_eq!(
            caching.contains("immutable"),
            answer.status == 200 && answer.text.contains("color-scheme: light dark;")
        );
        assert!(
            caching == "no-store" || caching.contains("immutable"),
            "{caching}"
        );
    }
}

fn style_of(page: &str) -> String {
    let (_, after) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_is_kept_by_its_contents_name() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get("/sign-in").await.text;
    let style = style_of(&page);
    let file = browser.get(&style).await;
    assert_eq!(file.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(
        file.header("cache-control"),
        "public, max-age=15552000, immutable"
    );
    let other = style.replace("console-", "console-0");
    assert_eq!(browser.get(&other).await.status, 404);
    // What a browser fetches for a page: well below a hundred kilobytes.
    assert!(page.len() + file.text.len() < 50_000);
}

#[tokio::test]
async fn no_page_has_a_script_or_a_style_in_itself() {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    for file in std::fs::read_dir(templates).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for inline in [
            " style=",
            "<style",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "|safe",
        ] {
            assert!(!text.contains(inline), "{}: {inline}", path.display());
        }
        for script in text.split("<script").skip(1) {
            assert!(
                script.trim_start().starts_with("src="),
                "{}",
                path.display()
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_there_says_what_to_do_next() {
    let world = World::new().await;
    let outside = world.browser().get("/nothing").await;
    assert_eq!(outside.status, 404);
    assert!(outside.text.contains("There is nothing here"));
    assert!(!outside.text.contains("Sign out"));
    let inside = world.signed_in("mia").await.get("/nothing").await;
    assert_eq!(inside.status, 404);
    assert!(inside.text.contains("Sign out") && inside.text.contains("Go to the start page"));
}

#[tokio::test]
async fn the_frame_shows_ones_own_organizations_and_no_other() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get("/account").await;
    assert!(page.text.contains("acme") && !page.text.contains("other"));
    assert_eq!(olivia.get("/orgs/other").await.status, 404);
    let mut sam = world.signed_in("sam").await;
    let page = sam.get("/account").await;
    assert!(page.text.contains("none yet"), "sam belongs to none");
    assert!(!page.text.contains("acme"));
}

#[tokio::test]
async fn who_belongs_to_several_switches_between_them() {
    use pullgate_policy::Role;
    use pullgate_store::Actor;

    use crate::world::{organization, username};

    let world = World::new().await;
    let member = Role::Member;
    world
        .store
        .set_member(
            &organization("other"),
            &username("olivia"),
            member,
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    let mut olivia = world.signed_in("olivia").await;
    let here = |page: &str| {
        let (_, after) = page.split_once("Organization:</span>").unwrap();
        let (_, name) = after.split_once("<strong>").unwrap();
        name.split('<').next().unwrap().to_owned()
    };
    assert_eq!(here(&olivia.get("/account").await.text), "acme");
    assert_eq!(olivia.get("/orgs/other").await.status, 200);
    assert_eq!(here(&olivia.get("/account").await.text), "other");
    // A name of an organization of others, remembered by whoever, is none.
    olivia.cookies.retain(|(name, _)| name != "pullgate-org");
    olivia
        .cookies
        .push(("pullgate-org".to_owned(), "evil".to_owned()));
    assert_eq!(here(&olivia.get("/account").await.text), "acme");
}
