//! The allowlist and the registries of Org permissions.

use pullgate_policy::{Badge, Switch};
use pullgate_store::{Actor, LearntBadge, LearntFrom};

use crate::permissions::hidden;
use crate::world::{Answer, Browser, World, organization};

const ALLOWLIST: &str = "/orgs/acme/permissions/allowlist";
const REGISTRIES: &str = "/orgs/acme/permissions/registries";

/// Sends one of a tab's forms.
async fn reviewed(browser: &mut Browser, tab: &str, fields: &[(&str, &str)]) -> Answer {
    let version = hidden(&browser.get(tab).await.text, "version");
    let mut all = vec![("version", &*version)];
    all.extend_from_slice(fields);
    browser.submit(tab, &format!("{tab}/review"), &all).await
}

/// Saves what a review shows.
async fn saved(browser: &mut Browser, review: &Answer) -> Answer {
    assert_eq!(review.status, 200, "{}", review.text);
    let (change, version) = (
        hidden(&review.text, "change"),
        hidden(&review.text, "version"),
    );
    let fields = [("change", &*change), ("version", &*version), ("do", "save")];
    browser
        .submit(ALLOWLIST, "/orgs/acme/permissions/change", &fields)
        .await
}

async fn listed(world: &World) -> Vec<(String, String)> {
    let entries = world.store.allowlist(&organization("acme")).await.unwrap();
    let pairs = entries.into_iter();
    pairs
        .map(|entry| (entry.pattern.to_string(), entry.note))
        .collect()
}

#[tokio::test]
async fn entries_come_and_go_one_by_one() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get(ALLOWLIST).await.text;
    assert!(page.contains("Nothing is on the allowlist") && page.contains("The allowlist is off"));

    let fields = [
        ("what", "add"),
        ("pattern", "nginx"),
        ("note", "the <b>proxy"),
    ];
    let review = reviewed(&mut olivia, ALLOWLIST, &fields).await;
    assert!(
        review.text.contains("Docker Official Image"),
        "its category"
    );
    assert!(review.text.contains("takes hold only once it is on"));
    assert!(listed(&world).await.is_empty(), "not yet");
    let done = saved(&mut olivia, &review).await;
    assert_eq!(done.leads_to(), ALLOWLIST);
    let entry = (
        "docker.io/library/nginx".to_owned(),
        "the <b>proxy".to_owned(),
    );
    assert_eq!(listed(&world).await, [entry]);
    let page = olivia.get(ALLOWLIST).await.text;
    assert!(
        page.contains("by olivia") && page.contains("the &#60;b&#62;proxy"),
        "{page}"
    );

    let again = reviewed(&mut olivia, ALLOWLIST, &fields).await;
    assert!(
        again.text.contains("It is like this already"),
        "{}",
        again.text
    );
    let fields = [("remove", "docker.io/library/nginx")];
    let review = reviewed(&mut olivia, ALLOWLIST, &fields).await;
    assert!(review.text.contains("Remove from allowlist"));
    saved(&mut olivia, &review).await;
    assert!(listed(&world).await.is_empty());
    // Somebody was faster.
    let late = saved(&mut olivia, &review).await;
    assert_eq!(late.leads_to(), ALLOWLIST);
    let page = olivia.get(ALLOWLIST).await.text;
    assert!(
        page.contains("does not name docker.io/library/nginx"),
        "{page}"
    );
}

#[tokio::test]
async fn many_are_pasted_and_mistakes_are_told_by_their_lines() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let fields = [("what", "paste"), ("patterns", "nginx\nno/Good\nbitnami/*")];
    let wrong = reviewed(&mut olivia, ALLOWLIST, &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("Line 2:") && wrong.text.contains("no/Good\nbitnami/*"));
    let many: Vec<String> = (0..150)
        .map(|n| format!("acme{n}/app # of team {n}"))
        .collect();
    let many = many.join("\r\n");
    let review = reviewed(
        &mut olivia,
        ALLOWLIST,
        &[("what", "paste"), ("patterns", &many)],
    )
    .await;
    assert!(review.text.contains("and 50 more"), "{}", review.text);
    assert!(review.text.len() < 100_000);
    let done = saved(&mut olivia, &review).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let entries = listed(&world).await;
    assert_eq!(entries.len(), 150);
    assert!(entries.contains(&("docker.io/acme7/app".to_owned(), "of team 7".to_owned())));

    // Paged, and searched in name and note.
    let page = olivia.get(ALLOWLIST).await.text;
    assert_eq!(page.matches("name=\"remove\"").count(), 50);
    assert!(page.contains("1 to 50 of 150"), "{page}");
    let page = olivia.get(&format!("{ALLOWLIST}?page=3")).await.text;
    assert_eq!(page.matches("name=\"remove\"").count(), 50);
    assert!(!page.contains("rel=\"next\""));
    let page = olivia
        .get(&format!("{ALLOWLIST}?search=team+14"))
        .await
        .text;
    assert_eq!(page.matches("name=\"remove\"").count(), 11);
    let page = olivia
        .get(&format!("{ALLOWLIST}?search=%3Cscript%3E"))
        .await
        .text;
    assert!(page.contains("Nothing matches") && !page.contains("<script>"));
    // A page of none is no mistake.
    assert_eq!(
        olivia.get(&format!("{ALLOWLIST}?page=99")).await.status,
        200
    );

    // All of it is one change, and one undo.
    let history = "/orgs/acme/permissions/history";
    let change = hidden(&olivia.get(history).await.text, "change");
    olivia
        .submit(
            history,
            "/orgs/acme/permissions/history/undo",
            &[("change", &change)],
        )
        .await;
    assert!(listed(&world).await.is_empty());
}

#[tokio::test]
async fn a_category_is_told_as_far_as_it_is_known() {
    let world = World::new().await;
    let learnt = LearntBadge {
        namespace: "bitnami".to_owned(),
        badge: Badge::VerifiedPublisher,
        learnt_at: "2026-11-25T11:00:00Z".parse().unwrap(),
        source: LearntFrom::Imported,
    };
    world.store.save_badges(&[learnt]).await.unwrap();
    let world = world.another_replica().await;
    let mut olivia = world.signed_in("olivia").await;
    let fields = [
        ("what", "paste"),
        (
            "patterns",
            "bitnami/*\nsomebody/else\ndocker.io/**\nquay.io/x/y",
        ),
    ];
    let review = reviewed(&mut olivia, ALLOWLIST, &fields).await;
    for told in [
        "Verified publisher",
        "Not known yet",
        "Several categories",
        "Community image",
    ] {
        assert!(review.text.contains(told), "{told} {}", review.text);
    }
}

#[tokio::test]
async fn the_allowlist_is_switched_on_where_it_is_missed() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let review = reviewed(&mut olivia, ALLOWLIST, &[("what", "switch")]).await;
    let done = saved(&mut olivia, &review).await;
    assert_eq!(done.leads_to(), ALLOWLIST);
    let stored = world.store.settings(&organization("acme")).await.unwrap();
    assert_eq!(stored.unwrap().settings.iam.allowlist, Switch::On);
    assert!(
        !olivia
            .get(ALLOWLIST)
            .await
            .text
            .contains("The allowlist is off")
    );
}

#[tokio::test]
async fn registries_are_listed_and_trusted() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    for (what, name, value) in [
        ("list", "registry", "quay.io"),
        ("list", "registry", "Registry.Acme.Example:5000"),
        ("trust", "trusted", "ghcr.io/acme/**"),
    ] {
        let review = reviewed(&mut olivia, REGISTRIES, &[("what", what), (name, value)]).await;
        let done = saved(&mut olivia, &review).await;
        assert_eq!(done.leads_to(), REGISTRIES);
    }
    let page = olivia.get(REGISTRIES).await.text;
    assert!(
        page.contains("<code>registry.acme.example:5000</code>"),
        "{page}"
    );
    assert!(page.contains("<code>ghcr.io/acme/**</code>"));
    for (what, name, value, told) in [
        ("list", "registry", "docker.io", "has a switch of its own"),
        ("list", "registry", "no registry", "registry-fault"),
        (
            "trust",
            "trusted",
            "bitnami/*",
            "put it on the allowlist instead",
        ),
        ("trust", "trusted", "", "trusted-fault"),
    ] {
        let wrong = reviewed(&mut olivia, REGISTRIES, &[("what", what), (name, value)]).await;
        assert_eq!(wrong.status, 422, "{value}");
        assert!(wrong.text.contains(told), "{value}: {}", wrong.text);
    }
    let review = reviewed(&mut olivia, REGISTRIES, &[("unlist", "quay.io")]).await;
    saved(&mut olivia, &review).await;
    let was = hidden(&olivia.get(REGISTRIES).await.text, "was");
    let fields = [
        ("what", "switches"),
        ("was", &*was),
        ("registry_access", "on"),
        ("registry_mode", "monitor"),
        ("docker_hub", "restricted"),
    ];
    let review = reviewed(&mut olivia, REGISTRIES, &fields).await;
    saved(&mut olivia, &review).await;
    let stored = world.store.settings(&organization("acme")).await.unwrap();
    let settings = stored.unwrap().settings;
    let ram = in_one_line(&settings);
    assert_eq!(
        ram,
        "on monitor restricted registry.acme.example:5000 ghcr.io/acme/**"
    );
    assert!(olivia.get(REGISTRIES).await.text.contains("checked"));
}

/// Registries in one line.
fn in_one_line(settings: &pullgate_policy::Settings) -> String {
    let ram = &settings.ram;
    let mode = match ram.mode {
        pullgate_policy::Mode::Enforce => "enforce",
        pullgate_policy::Mode::Monitor => "monitor",
    };
    let mut words = vec![
        ram.enabled.as_str().to_owned(),
        mode.to_owned(),
        ram.docker_hub.as_str().to_owned(),
    ];
    words.extend(ram.registries.iter().map(ToString::to_string));
    words.extend(settings.trusted.iter().map(ToString::to_string));
    words.join(" ")
}

#[tokio::test]
async fn a_page_with_the_longest_lists_stays_light() {
    let world = World::new().await;
    let by = Actor::CommandLine;
    world
        .store
        .change_settings(&organization("acme"), &by, |settings| {
            for number in 0..100 {
                let name = format!("registry-{number}.acme.example:5000");
                settings.ram.registries.push(name.parse().unwrap());
            }
        })
        .await
        .unwrap();
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get(REGISTRIES).await.text;
    assert!(page.contains("registry-99.acme.example"));
    assert!(page.len() < 70_000, "{} bytes", page.len());
    let one_more = [("what", "list"), ("registry", "quay.io")];
    let refused = reviewed(&mut olivia, REGISTRIES, &one_more).await;
    assert!(refused.text.contains("at most 100"), "{}", refused.text);
}
