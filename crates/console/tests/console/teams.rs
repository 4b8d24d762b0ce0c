use pullgate_policy::Role;

use crate::world::{Answer, Browser, World};

const TEAMS: &str = "/orgs/acme/teams";
const BUILDERS: &str = "/orgs/acme/teams/builders";

async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    browser.submit(TEAMS, path, fields).await
}

async fn with_builders() -> (World, Browser) {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let fields = [("name", "builders"), ("description", "Who builds images")];
    let made = send(&mut olivia, TEAMS, &fields).await;
    assert_eq!(made.leads_to(), BUILDERS, "{}", made.text);
    (world, olivia)
}

#[tokio::test]
async fn a_team_is_made_filled_renamed_and_deleted() {
    let (world, mut olivia) = Box::pin(with_builders()).await;
    let members = format!("{BUILDERS}/members");
    let added = send(&mut olivia, &members, &[("member", "mia@example.com")]).await;
    assert_eq!(added.leads_to(), BUILDERS);
    let page = olivia.get(BUILDERS).await.text;
    assert!(page.contains("person/mia") && page.contains("Who builds images"));
    let mut mia = world.signed_in("mia").await;
    let page = mia.get(BUILDERS).await.text;
    assert!(page.contains("person/mia"));
    for hidden in ["Take out", "Add to team", "Settings", "@example.com"] {
        assert!(!page.contains(hidden), "{hidden}");
    }

    let stranger = send(&mut olivia, &members, &[("member", "sam")]).await;
    assert_eq!(stranger.status, 422);
    assert!(
        stranger.text.contains("There is no member sam of acme"),
        "{}",
        stranger.text
    );
    let fields = [("name", "bakers"), ("description", "They bake")];
    let renamed = send(&mut olivia, &format!("{BUILDERS}/settings"), &fields).await;
    assert_eq!(renamed.leads_to(), "/orgs/acme/teams/bakers");
    assert!(
        mia.get("/orgs/acme/teams/bakers")
            .await
            .text
            .contains("person/mia")
    );
    assert_eq!(olivia.get(BUILDERS).await.status, 404);
    let out = "/orgs/acme/teams/bakers/members/remove";
    let out = send(&mut olivia, out, &[("member", "mia")]).await;
    assert_eq!(out.status, 303);
    let page = olivia.get("/orgs/acme/teams/bakers").await.text;
    assert!(page.contains("Nobody is in this team yet"));
    let gone = send(&mut olivia, "/orgs/acme/teams/bakers/delete", &[]).await;
    assert_eq!(gone.leads_to(), TEAMS);
    assert_eq!(olivia.get("/orgs/acme/teams/bakers").await.status, 404);
}

#[tokio::test]
async fn a_name_that_cannot_be_is_told_at_its_field() {
    let (_world, mut olivia) = Box::pin(with_builders()).await;
    for name in ["", "Builders", "a b", "<script>", "builders", "owners"] {
        let refused = send(&mut olivia, TEAMS, &[("name", name)]).await;
        assert_eq!(refused.status, 422, "{name}");
        assert!(refused.text.contains("id=\"name-fault\""), "{name}");
        assert!(!refused.text.contains("<script>"), "as text");
    }
    let fields = [("name", "owners"), ("description", "")];
    let refused = send(&mut olivia, &format!("{BUILDERS}/settings"), &fields).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn the_owners_team_is_made_of_owners() {
    let (world, mut olivia) = Box::pin(with_builders()).await;
    let owners = "/orgs/acme/teams/owners";
    let page = olivia.get(owners).await.text;
    assert!(page.contains("person/olivia") && page.contains("made of the organization"));
    let last = send(
        &mut olivia,
        &format!("{owners}/members/remove"),
        &[("member", "olivia")],
    )
    .await;
    assert_eq!(last.status, 422);
    assert!(last.text.contains("is the last owner of acme"));
    let added = send(
        &mut olivia,
        &format!("{owners}/members"),
        &[("member", "mia")],
    )
    .await;
    assert_eq!(added.status, 303);
    let mut mia = world.signed_in("mia").await;
    assert!(mia.get("/account").await.text.contains("(owner)"));
    assert_eq!(
        send(&mut olivia, &format!("{owners}/delete"), &[])
            .await
            .status,
        403
    );
    for page in ["additions", "settings"] {
        assert_eq!(olivia.get(&format!("{owners}/{page}")).await.status, 404);
    }
}

#[tokio::test]
async fn what_a_team_may_pull_in_addition_is_given_and_taken() {
    let (world, mut olivia) = Box::pin(with_builders()).await;
    let additions = format!("{BUILDERS}/additions");
    let fields = [("category", "official"), ("category", "sponsored_oss")];
    let set = send(&mut olivia, &format!("{additions}/categories"), &fields).await;
    assert_eq!(set.leads_to(), additions);
    let entries = format!("{additions}/entries");
    let pasted = "redis\r\nghcr.io/acme/*, bitnami/redis";
    let added = send(&mut olivia, &entries, &[("entries", pasted)]).await;
    assert_eq!(added.status, 303, "{}", added.text);
    let page = olivia.get(&additions).await;
    for entry in [
        "docker.io/library/redis",
        "ghcr.io/acme/*",
        "docker.io/bitnami/redis",
    ] {
        assert!(page.text.contains(entry), "{entry}");
    }
    let ticked = |word: &str| page.text.contains(&format!("value=\"{word}\" checked"));
    assert!(ticked("official") && ticked("sponsored_oss") && !ticked("verified_publisher"));

    let wrong = send(&mut olivia, &entries, &[("entries", "redis BAD//name")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("id=\"entries-fault\"") && wrong.text.contains("BAD//name"));
    let taken = format!("{entries}/remove");
    let taken = send(&mut olivia, &taken, &[("entry", "ghcr.io/acme/*")]).await;
    assert_eq!(taken.status, 303);
    send(&mut olivia, &format!("{additions}/categories"), &[]).await;
    let mut mia = world.signed_in("mia").await;
    let page = mia.get(&additions).await.text;
    assert!(page.contains("docker.io/bitnami/redis") && !page.contains("ghcr.io/acme"));
    assert!(!page.contains("Allowed in addition") && !page.contains("Save categories"));
    // Community as a whole is none of those that can be given.
    send(
        &mut olivia,
        &format!("{additions}/categories"),
        &[("category", "community")],
    )
    .await;
    assert!(
        !mia.get(&additions)
            .await
            .text
            .contains("Allowed in addition")
    );
}

#[tokio::test]
async fn teams_are_searched_and_on_pages() {
    let (world, mut olivia) = Box::pin(with_builders()).await;
    let by = &pullgate_store::Actor::CommandLine;
    for number in 0..60 {
        let team = format!("team{number:02}").parse().unwrap();
        let acme = crate::world::organization("acme");
        world.store.create_team(&acme, &team, by).await.unwrap();
    }
    let page = olivia.get(TEAMS).await.text;
    assert!(
        page.contains("1 to 50 of 62"),
        "the owners are one, too: {page}"
    );
    let found = olivia.get("/orgs/acme/teams?search=team5").await.text;
    assert!(found.contains("10 teams found"));
    world.member("otto", Role::Member).await;
}
