//! Org permissions: an owner changes them after seeing what it would do, a
//! member reads them, and nobody else knows that they are there.

use jiff::Timestamp;
use pullgate_policy::{Badge, Category, Mode, Outcome, Permission, Rule, Settings, Switch};
use pullgate_store::{Actor, DecisionRecord};
use uuid::Uuid;

use crate::world::{Answer, Browser, World, organization, username};

const PAGE: &str = "/orgs/acme/permissions";

/// The value of a hidden field, as the browser would send it.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, after) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("no field {name} in {page}"));
    let value = after.split('"').next().unwrap();
    let plain = [
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    plain
        .iter()
        .fold(value.to_owned(), |text, (entity, letter)| {
            text.replace(entity, letter)
        })
}

async fn settings(world: &World) -> Settings {
    let stored = world.store.settings(&organization("acme")).await.unwrap();
    stored.unwrap().settings
}

/// Changes acme's settings, as somebody else does in the meantime.
async fn meanwhile(world: &World, edit: impl FnOnce(&mut Settings) + Send) {
    let by = Actor::Person(username("oscar"));
    world
        .store
        .change_settings(&organization("acme"), &by, edit)
        .await
        .unwrap();
}

/// mia has pulled an image a minute ago, and it was allowed.
pub(crate) async fn pulled(world: &World, repository: &str, category: Category) {
    let mia = world.store.person(&username("mia")).await.unwrap().unwrap();
    let decision = DecisionRecord {
        id: Uuid::now_v7(),
        at: "2026-11-25T11:59:00Z".parse::<Timestamp>().unwrap(),
        count: 3,
        subject: "person:mia".to_owned(),
        person: Some(mia.id),
        organization: Some(organization("acme")),
        client: "docker/27".to_owned(),
        address: "10.0.0.1".to_owned(),
        action: "manifest".to_owned(),
        repository: repository.parse().unwrap(),
        reference: Some("latest".to_owned()),
        digest: None,
        category,
        badge: Badge::None,
        rule: Rule::Disabled,
        outcome: Outcome::Allowed,
        team: None,
    };
    world.store.record_decisions(&[decision]).await.unwrap();
}

/// What the form of the tab says when nothing in it is touched but this.
fn form<'f>(
    was: &'f str,
    version: &'f str,
    touched: &[(&'f str, &'f str)],
) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![("was", was), ("version", version)];
    let untouched = [
        ("image_mode", "enforce"),
        ("official", "allowed"),
        ("verified_publisher", "allowed"),
        ("sponsored_oss", "restricted"),
    ];
    fields.extend(
        untouched
            .iter()
            .filter(|(name, _)| touched.iter().all(|(other, _)| other != name)),
    );
    fields.extend_from_slice(touched);
    fields
}

/// Opens the tab, changes that and asks for the review.
async fn reviewed(browser: &mut Browser, touched: &[(&str, &str)]) -> Answer {
    let page = browser.get(PAGE).await.text;
    let (was, version) = (hidden(&page, "was"), hidden(&page, "version"));
    browser
        .submit(
            PAGE,
            "/orgs/acme/permissions/review",
            &form(&was, &version, touched),
        )
        .await
}

/// Saves what a review shows.
async fn saved(browser: &mut Browser, review: &str) -> Answer {
    let (change, version) = (hidden(review, "change"), hidden(review, "version"));
    let fields = [("change", &*change), ("version", &*version), ("do", "save")];
    browser
        .submit(PAGE, "/orgs/acme/permissions/change", &fields)
        .await
}

#[tokio::test]
async fn an_owner_sees_whom_a_change_touches_and_then_saves_it() {
    let world = World::new().await;
    pulled(&world, "docker.io/library/nginx", Category::Official).await;
    pulled(&world, "docker.io/evil/miner", Category::Community).await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get(PAGE).await;
    assert_eq!(page.status, 200);
    for told in [
        "Always allowed",
        "Always restricted",
        "Docker Official Images",
        "Verified Publisher Images",
        "Docker-Sponsored Open Source",
        "Review changes",
        "badge \">Off",
    ] {
        assert!(page.text.contains(told), "{told}");
    }

    let touched = [("image_access", "on"), ("official", "restricted")];
    let review = reviewed(&mut olivia, &touched).await;
    assert_eq!(review.status, 200, "{}", review.text);
    assert!(review.text.contains("Newly denied") && review.text.contains("2 images"));
    assert!(review.text.contains("<code>docker.io/library/nginx</code>"));
    assert!(review.text.contains("<code>docker.io/evil/miner</code>"));
    assert!(review.text.contains("<span class=\"name\">mia</span>"));
    assert!(review.text.contains("1 person or machine, 6 requests"));
    assert_eq!(settings(&world).await, Settings::default(), "not yet");

    let done = saved(&mut olivia, &review.text).await;
    assert_eq!(done.leads_to(), PAGE, "{}", done.text);
    let page = olivia.get(PAGE).await.text;
    assert!(page.contains("holds from the next pull on") && page.contains("Enforcing"));
    let now = settings(&world).await.iam;
    assert_eq!(
        (now.enabled, now.official),
        (Switch::On, Permission::Restricted)
    );
    assert_eq!(now.verified_publisher, Permission::Allowed, "untouched");
}

#[tokio::test]
async fn a_change_is_tried_out_on_the_period_that_is_chosen() {
    let world = World::new().await;
    pulled(&world, "docker.io/evil/miner", Category::Community).await;
    world.wait(60 * 24 * 10);
    let mut olivia = world.signed_in("olivia").await;
    let review = reviewed(&mut olivia, &[("image_access", "on")]).await.text;
    assert!(
        review.contains("of the last 30 days") && review.contains("evil/miner"),
        "{review}"
    );
    let (change, version) = (hidden(&review, "change"), hidden(&review, "version"));
    let fields = [("change", &*change), ("version", &*version), ("days", "7")];
    let week = olivia
        .submit(PAGE, "/orgs/acme/permissions/change", &fields)
        .await;
    assert!(week.text.contains("in the last 7 days") && !week.text.contains("evil/miner"));
    assert_eq!(
        settings(&world).await,
        Settings::default(),
        "only looked at"
    );
}

#[tokio::test]
async fn a_change_in_between_is_neither_lost_nor_written_over() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let review = reviewed(&mut olivia, &[("official", "restricted")])
        .await
        .text;
    meanwhile(&world, |settings| {
        settings.iam.enabled = Switch::On;
        settings.iam.mode = Mode::Monitor;
    })
    .await;
    let refused = saved(&mut olivia, &review).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("was not saved") && refused.text.contains("Changed meanwhile"));
    assert!(
        refused.text.contains("oscar")
            && refused.text.contains("Image Access Management: off → on")
    );
    assert_eq!(settings(&world).await.iam.official, Permission::Allowed);

    // The same, again, on top of what is there now.
    let done = saved(&mut olivia, &refused.text).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let now = settings(&world).await.iam;
    assert_eq!(
        (now.enabled, now.mode, now.official),
        (Switch::On, Mode::Monitor, Permission::Restricted)
    );
}

#[tokio::test]
async fn a_form_that_was_left_open_changes_only_what_was_touched() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get(PAGE).await.text;
    let (was, version) = (hidden(&page, "was"), hidden(&page, "version"));
    meanwhile(&world, |settings| {
        settings.iam.sponsored_oss = Permission::Allowed;
    })
    .await;
    let fields = form(&was, &version, &[("official", "restricted")]);
    let review = olivia
        .submit(PAGE, "/orgs/acme/permissions/review", &fields)
        .await;
    assert!(review.text.contains("Changed meanwhile"), "{}", review.text);
    saved(&mut olivia, &review.text).await;
    let now = settings(&world).await.iam;
    assert_eq!(
        (now.official, now.sponsored_oss),
        (Permission::Restricted, Permission::Allowed)
    );
}

#[tokio::test]
async fn what_changes_nothing_says_so() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let untouched = reviewed(&mut olivia, &[]).await;
    assert_eq!(untouched.leads_to(), PAGE);
    assert!(
        olivia
            .get(PAGE)
            .await
            .text
            .contains("You have changed nothing yet")
    );
    let page = olivia.get(PAGE).await.text;
    let (was, version) = (hidden(&page, "was"), hidden(&page, "version"));
    meanwhile(&world, |settings| {
        settings.iam.official = Permission::Restricted;
    })
    .await;
    let fields = form(&was, &version, &[("official", "restricted")]);
    let same = olivia
        .submit(PAGE, "/orgs/acme/permissions/review", &fields)
        .await;
    assert!(
        same.text.contains("It is like this already"),
        "{}",
        same.text
    );
}

#[tokio::test]
async fn a_member_reads_all_and_changes_nothing_with_the_owners_requests() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let review = reviewed(&mut olivia, &[("image_access", "on")]).await.text;
    let change = hidden(&review, "change");
    saved(&mut olivia, &review).await;
    let undone = hidden(
        &olivia.get("/orgs/acme/permissions/history").await.text,
        "change",
    );
    let before = settings(&world).await;

    let mut mia = world.signed_in("mia").await;
    for tab in ["", "/allowlist", "/registries"] {
        let page = mia.get(&format!("{PAGE}{tab}")).await;
        assert_eq!(page.status, 200, "{tab}");
        assert!(page.text.contains("You are a member"), "{tab}");
        let (_, main) = page.text.split_once("<main").unwrap();
        for control in [
            "method=\"post\"",
            "type=\"radio\"",
            "type=\"checkbox\"",
            "History",
        ] {
            assert!(!main.contains(control), "{tab} {control}");
        }
    }
    assert!(mia.get(PAGE).await.text.contains("Enforcing"));
    let version = "2";
    let was = r#"{"settings":{"official":"allowed"}}"#;
    let save = [("change", &*change), ("version", version), ("do", "save")];
    let requests: [(&str, Vec<(&str, &str)>); 9] = [
        ("review", form(was, version, &[("official", "restricted")])),
        ("change", save.to_vec()),
        ("change", vec![("change", &*change), ("version", version)]),
        (
            "allowlist/review",
            vec![("what", "add"), ("pattern", "evil/miner")],
        ),
        ("allowlist/review", vec![("what", "add"), ("pattern", "*")]),
        (
            "allowlist/review",
            vec![("what", "paste"), ("patterns", "evil/miner")],
        ),
        (
            "registries/review",
            vec![("what", "list"), ("registry", "quay.io")],
        ),
        (
            "registries/review",
            vec![("what", "list"), ("registry", "?")],
        ),
        ("history/undo", vec![("change", &*undone)]),
    ];
    for (path, fields) in &requests {
        let path = format!("{PAGE}/{path}");
        let answer = mia.submit("/account", &path, fields).await;
        assert_eq!(answer.status, 403, "{path} {fields:?}");
        assert!(answer.text.contains("nly an owner"), "{path}");
    }
    assert_eq!(mia.get("/orgs/acme/permissions/history").await.status, 403);
    assert_eq!(settings(&world).await, before);
    let listed = world.store.allowlist(&organization("acme")).await.unwrap();
    assert!(listed.is_empty());

    // To the owner of another organization and to a stranger there is nothing.
    for name in ["oscar", "sam"] {
        let mut stranger = world.signed_in(name).await;
        for tab in ["", "/allowlist", "/registries", "/history"] {
            let page = stranger.get(&format!("{PAGE}{tab}")).await;
            assert_eq!(page.status, 404, "{name} {tab}");
            assert!(!page.text.contains("Enforcing"));
        }
        for (path, fields) in &requests {
            let path = format!("{PAGE}/{path}");
            let answer = stranger.submit("/account", &path, fields).await;
            assert_eq!(answer.status, 404, "{name} {path}");
        }
    }
    assert_eq!(settings(&world).await, before);
}

#[tokio::test]
async fn a_past_change_is_undone_unless_it_was_changed_again() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    for touched in [("image_access", "on"), ("official", "restricted")] {
        // What is on already stays on in the form.
        let review = match settings(&world).await.iam.enabled {
            Switch::On => reviewed(&mut olivia, &[("image_access", "on"), touched]).await,
            Switch::Off => reviewed(&mut olivia, &[touched]).await,
        };
        saved(&mut olivia, &review.text).await;
    }
    let history = "/orgs/acme/permissions/history";
    let page = olivia.get(history).await.text;
    assert!(page.contains("official: allowed → restricted"), "{page}");
    assert!(page.contains("Image Access Management: off → on"));
    let latest = hidden(&page, "change");
    let undo = "/orgs/acme/permissions/history/undo";
    let undone = olivia.submit(history, undo, &[("change", &latest)]).await;
    assert_eq!(undone.leads_to(), history, "{}", undone.text);
    let now = settings(&world).await.iam;
    assert_eq!(
        (now.official, now.enabled),
        (Permission::Allowed, Switch::On)
    );
    let page = olivia.get(history).await.text;
    assert!(page.contains("Undone: what olivia changed"), "{page}");
    assert!(
        page.contains("undid <a href=\"#change-"),
        "it is audited itself"
    );

    // Again it cannot be undone: it is so no more.
    let again = olivia.submit(history, undo, &[("change", &latest)]).await;
    assert_eq!(again.leads_to(), history);
    let page = olivia.get(history).await.text;
    assert!(page.contains("official was changed again since"), "{page}");
    assert!(page.contains("Cannot be undone"));
    // The undoing can.
    let undoing = hidden(&page, "change");
    olivia.submit(history, undo, &[("change", &undoing)]).await;
    assert_eq!(settings(&world).await.iam.official, Permission::Restricted);
    for nothing in ["0", "-1", "9999", "x", "9223372036854775807"] {
        let answer = olivia.submit(history, undo, &[("change", nothing)]).await;
        assert_eq!(answer.status, 404, "{nothing}");
    }
}

#[tokio::test]
async fn the_history_goes_back_page_by_page() {
    let world = World::new().await;
    for number in 0..45 {
        meanwhile(&world, |settings| {
            let registry = format!("r{number}.example").parse().unwrap();
            settings.ram.registries.push(registry);
        })
        .await;
    }
    let mut olivia = world.signed_in("olivia").await;
    let mut address = "/orgs/acme/permissions/history".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = olivia.get(&address).await.text;
        seen.push(page.matches("registries: added r").count());
        let Some((before, _)) = page.split_once("\" rel=\"next\"") else {
            break;
        };
        address = before.rsplit_once("href=\"").unwrap().1.to_owned();
    }
    assert_eq!(seen, [20, 20, 5]);
}
