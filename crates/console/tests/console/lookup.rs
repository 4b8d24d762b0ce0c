//! Image lookup.

use pullgate_policy::{Covers, PublisherCategory, Switch, TeamAdditions};
use pullgate_store::{Actor, NewException};

use crate::world::{World, organization, username};

const BY: &Actor = &Actor::CommandLine;

/// acme restricts all; its team data may pull official images and has an
/// exception; so has olivia's guest list, the team web, one that has ended.
async fn of_acme() -> World {
    let world = Box::pin(World::new()).await;
    let acme = organization("acme");
    world
        .store
        .change_settings(&acme, BY, |settings| {
            settings.iam.enabled = Switch::On;
            settings.iam.official = pullgate_policy::Permission::Restricted;
        })
        .await
        .unwrap();
    for team in ["data", "web"] {
        let team = team.parse().unwrap();
        world.store.create_team(&acme, &team, BY).await.unwrap();
    }
    let additions = TeamAdditions {
        allowlist: Vec::new(),
        categories: vec![PublisherCategory::Official],
    };
    let data = "data".parse().unwrap();
    world
        .store
        .set_team_additions(&acme, &data, &additions, BY)
        .await
        .unwrap();
    let exception = NewException {
        repository: "docker.io/evil/miner".parse().unwrap(),
        covers: Covers::Team("web".parse().unwrap()),
        ends_at: "2099-01-01T00:00:00Z".parse().unwrap(),
        reason: "a test".to_owned(),
    };
    let made = world.store.add_exception(&acme, exception, BY);
    made.await.unwrap();
    world.catch_up().await;
    world
}

fn row(page: &str, who: &str) -> String {
    let start = format!("<td class=\"who\"><strong>{who}</strong></td>");
    let (_, after) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {who} in {page}"));
    after.split("</tr>").next().unwrap().to_owned()
}

#[tokio::test]
async fn an_owner_sees_what_each_role_and_team_would_get_and_why() {
    let world = of_acme().await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get("/orgs/acme/lookup").await;
    assert_eq!(page.status, 200);
    let page = olivia.get("/orgs/acme/lookup?image=nginx:1.27").await.text;
    for told in [
        "library/nginx",
        "docker.io/library/nginx",
        ">1.27<",
        "Docker Official Image",
        "Its name says so",
        "docker pull localhost:5000/library/nginx:1.27",
        "nobody has asked for it",
        "/orgs/acme/permissions/allowlist",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for (who, outcome, why) in [
        ("You", "Allowed", "owners of acme may pull any image"),
        ("Owners", "Allowed", "owners of acme may pull any image"),
        ("Members", "Denied", "are restricted by acme"),
        (
            "Team data",
            "Allowed",
            "acme allows those for its team data",
        ),
    ] {
        let row = row(&page, who);
        assert!(row.contains(outcome) && row.contains(why), "{who}: {row}");
    }
    assert!(!page.contains("Team web"), "as for all members");
    let page = olivia.get("/orgs/acme/lookup?image=evil/miner").await.text;
    assert!(row(&page, "Team web").contains("acme has made an exception"));
    assert!(page.contains("its category is unknown") || page.contains("category is unknown"));
    let page = olivia
        .get("/orgs/acme/lookup?image=evil/miner&as=mia")
        .await
        .text;
    assert!(row(&page, "mia").contains("Denied"));
    for nobody in ["oscar", "nobody", "%3Cb%3E"] {
        let path = format!("/orgs/acme/lookup?image=evil/miner&as={nobody}");
        let answer = olivia.get(&path).await;
        assert_eq!(answer.status, 422, "{nobody}");
        assert!(answer.text.contains("id=\"as-fault\""), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_member_sees_what_they_would_get_and_nothing_of_others() {
    let world = of_acme().await;
    let acme = organization("acme");
    world
        .store
        .add_team_member(&acme, &"web".parse().unwrap(), &username("mia"), BY)
        .await
        .unwrap();
    world.catch_up().await;
    let mut mia = world.signed_in("mia").await;
    let page = mia.get("/orgs/acme/lookup?image=evil/miner").await.text;
    assert!(row(&page, "You").contains("for its team web"), "{page}");
    for owners in [
        "<strong>Owners",
        "<strong>Members",
        "Team data",
        "In the last",
        "Add an exception",
        "name=\"as\"",
    ] {
        assert!(!page.contains(owners), "{owners}: {page}");
    }
    let page = mia.get("/orgs/acme/lookup?image=nginx").await.text;
    assert!(row(&page, "You").contains("Denied"));
    let request = "/request?image=docker.io%2Flibrary%2Fnginx";
    assert!(page.contains(request), "{page}");
    let answer = mia
        .get("/orgs/acme/lookup?image=evil/miner&as=olivia")
        .await;
    assert_eq!(answer.status, 422);
    assert!(!answer.text.contains("owners of acme may pull any image"));
}

#[tokio::test]
async fn a_name_is_read_in_two_steps_and_the_gateways_own_as_what_it_serves() {
    let world = of_acme().await;
    let mut mia = world.signed_in("mia").await;
    for (typed, means, why) in [
        (
            "registry-1.docker.io/nginx",
            "docker.io/library/nginx",
            "another name of the same registry",
        ),
        (
            "localhost:5000/ghcr.io/org/app:2",
            "ghcr.io/org/app",
            "what the gateway serves",
        ),
        (
            "localhost:5000/nginx",
            "docker.io/library/nginx",
            "this gateway",
        ),
    ] {
        let page = mia.get(&format!("/orgs/acme/lookup?image={typed}")).await;
        let means = format!("<span class=\"mono\">{means}</span>");
        assert!(page.text.contains(&means), "{typed}: {}", page.text);
        assert!(page.text.contains(why), "{typed}: {}", page.text);
    }
    let page = mia
        .get("/orgs/acme/lookup?image=ghcr.io/org/app@sha256:0000000000000000000000000000000000000000000000000000000000000000")
        .await
        .text;
    let command = "docker pull localhost:5000/ghcr.io/org/app@sha256:0000";
    assert!(page.contains(command), "{page}");
    for bad in ["Evil/Miner", "a%20b", "https://x/y", "%3Cscript%3E"] {
        let answer = mia.get(&format!("/orgs/acme/lookup?image={bad}")).await;
        assert_eq!(answer.status, 422, "{bad}");
        assert!(
            answer.text.contains("id=\"image-fault\""),
            "{}",
            answer.text
        );
    }
}
