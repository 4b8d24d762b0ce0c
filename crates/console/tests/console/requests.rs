//! From the link in a denial to what an owner answers.

use pullgate_policy::{Role, Switch};
use pullgate_store::Actor;

use crate::world::{Answer, Browser, World, organization, username};

const BY: &Actor = &Actor::CommandLine;
const QUEUE: &str = "/orgs/acme/requests";
const LINK: &str = "/request?image=evil/miner";

/// acme restricts.
async fn restricted() -> World {
    let world = Box::pin(World::new()).await;
    enforce(&world, "acme").await;
    world
}

async fn enforce(world: &World, of: &str) {
    world
        .store
        .change_settings(&organization(of), BY, |settings| {
            settings.iam.enabled = Switch::On;
        })
        .await
        .unwrap();
    world.catch_up().await;
}

async fn ask(browser: &mut Browser, image: &str, reason: &str) -> Answer {
    let page = format!("/request?image={image}");
    let fields = [("image", image), ("reason", reason)];
    browser.submit(&page, "/request", &fields).await
}

/// The address of the first request in the list.
async fn first(browser: &mut Browser, list: &str) -> String {
    let page = browser.get(list).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let (_, after) = page.text.split_once("<td><a href=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

fn id(address: &str) -> &str {
    address.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn a_denials_link_waits_for_the_sign_in_and_is_prefilled() {
    let world = restricted().await;
    let mut browser = world.browser();
    let answer = browser.get(LINK).await;
    assert_eq!(answer.status, 303);
    let sign_in = answer.leads_to().to_owned();
    assert_eq!(sign_in, "/sign-in?next=/request%3Fimage=evil/miner");
    let page = browser.get(&sign_in).await;
    assert!(page.text.contains("value=\"/request?image=evil/miner\""));
    let password = crate::world::password("mia");
    let fields = [
        ("username", "mia"),
        ("password", &*password),
        ("next", "/request?image=evil/miner"),
    ];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.leads_to(), LINK);
    let page = browser.get(LINK).await;
    assert_eq!(page.status, 200);
    for told in [
        "value=\"evil/miner\"",
        "docker.io/evil/miner",
        "Community image",
        "Ask the owners of acme",
        "name=\"reason\"",
        "pullgate request access docker.io/evil/miner",
    ] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
}

#[tokio::test]
async fn a_member_asks_and_an_owner_approves_until_a_day() {
    let world = restricted().await;
    let (mut mia, mut olivia) = (
        world.signed_in("mia").await,
        world.signed_in("olivia").await,
    );
    assert!(
        !olivia
            .get("/account")
            .await
            .text
            .contains("class=\"count\"")
    );
    let sent = ask(
        &mut mia,
        "evil/miner:1.0",
        "malware analysis\r\nticket 4711",
    )
    .await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    assert!(sent.text.contains("Request sent"), "{}", sent.text);
    // The page says so from now on, and takes more.
    let page = mia.get(LINK).await.text;
    assert!(page.contains("nobody has answered yet"), "{page}");
    let again = ask(&mut mia, "evil/miner:1.0", "malware analysis\nticket 4711").await;
    assert!(again.text.contains("You have asked this already"));
    let more = ask(&mut mia, "evil/miner:1.1", "a new version").await;
    assert!(more.text.contains("Added to your request"));

    let page = olivia.get("/account").await.text;
    let count = "class=\"count\">1<span class=\"unseen\"> open</span>";
    assert!(page.contains(count), "{page}");
    let one = first(&mut olivia, QUEUE).await;
    let page = olivia.get(&one).await.text;
    for told in [
        "ticket 4711",
        "a new version",
        "evil/miner:1.1",
        "Asked by mia",
        "Community image",
        "nobody has asked for it",
        "mia alone",
        "Everybody in acme",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let approve = format!("{QUEUE}/approve");
    for (day, fault) in [
        ("", "Choose a day"),
        ("soon", "Choose a day"),
        ("2020-01-01", "The end has passed"),
    ] {
        let fields = [
            ("request", id(&one)),
            ("covers", "person"),
            ("last_day", day),
        ];
        let answer = olivia.submit(&one, &approve, &fields).await;
        assert_eq!(answer.status, 422, "{day}");
        let at = answer.text.split_once("id=\"last_day-fault\"").unwrap().1;
        assert!(at.contains(fault), "{day}: {}", answer.text);
    }
    assert!(!world.may_pull("mia", "evil/miner").await);
    let fields = [
        ("request", id(&one)),
        ("covers", "person"),
        ("last_day", "2026-12-31"),
        ("answer", "in the sandbox only"),
    ];
    let answer = olivia.submit(&one, &approve, &fields).await;
    assert_eq!(answer.leads_to(), QUEUE, "{}", answer.text);
    let page = olivia.get(QUEUE).await.text;
    assert!(page.contains("may be pulled by mia from the next pull on, until 1 January 2027"));
    assert!(page.contains("Nobody waits for an answer"));
    assert!(world.may_pull("mia", "evil/miner").await);
    // Who asked reads it.
    let mine = mia.get("/requests").await.text;
    assert!(mine.contains("Approved") && mine.contains("in the sandbox only"));
    let page = mia.get(LINK).await.text;
    assert!(page.contains("No request is needed"), "{page}");
    // Of two owners, the other is told.
    let answer = olivia.submit(&one, &approve, &fields).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer
            .text
            .contains("This request was approved already, by olivia")
    );
}

#[tokio::test]
async fn an_owner_declines_and_who_asked_reads_why() {
    let world = restricted().await;
    let (mut mia, mut olivia) = (
        world.signed_in("mia").await,
        world.signed_in("olivia").await,
    );
    ask(&mut mia, "evil/miner", "curiosity").await;
    let one = first(&mut olivia, QUEUE).await;
    let decline = format!("{QUEUE}/decline");
    let fields = [("request", id(&one)), ("reason", "  ")];
    let answer = olivia.submit(&one, &decline, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text.contains("id=\"reason-fault\""),
        "{}",
        answer.text
    );
    let fields = [("request", id(&one)), ("reason", "use acme/scanner")];
    let answer = olivia.submit(&one, &decline, &fields).await;
    assert_eq!(answer.leads_to(), QUEUE, "{}", answer.text);
    let page = mia.get(&one).await.text;
    assert!(page.contains("Declined by olivia") && page.contains("use acme/scanner"));
    assert!(!page.contains("name=\"last_day\""), "no controls");
    let declined = olivia.get("/orgs/acme/requests?state=declined").await.text;
    assert!(declined.contains("evil/miner"));
}

#[tokio::test]
async fn what_no_request_helps_with_is_an_ordinary_answer() {
    let world = restricted().await;
    let mut mia = world.signed_in("mia").await;
    for (image, told) in [
        ("nginx", "acme allows those"),
        ("alpine:3", "No request is needed"),
    ] {
        let page = mia.get(&format!("/request?image={image}")).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(told), "{}", page.text);
        assert!(!page.text.contains("name=\"reason\""), "{image}");
        let answer = ask(&mut mia, image, "a test").await;
        assert_eq!(answer.status, 409, "{image}");
        assert!(answer.text.contains(told), "{}", answer.text);
    }
    let mut sam = world.signed_in("sam").await;
    let page = sam.get(LINK).await.text;
    assert!(page.contains("There is nobody to ask"), "{page}");
    for (image, reason, field) in [
        ("Evil/Miner", "a test", "image"),
        ("evil/miner", " ", "reason"),
    ] {
        let answer = ask(&mut mia, image, reason).await;
        assert_eq!(answer.status, 422);
        let fault = format!("id=\"{field}-fault\"");
        assert!(answer.text.contains(&fault), "{}", answer.text);
    }
    assert_eq!(mia.get("/request").await.status, 200, "without an image");
    world
        .store
        .change_settings(&organization("acme"), BY, |settings| {
            settings.ram.enabled = Switch::On;
        })
        .await
        .unwrap();
    world.catch_up().await;
    let page = mia.get("/request?image=ghcr.io/evil/miner").await.text;
    assert!(
        page.contains("No exception can allow ghcr.io/evil/miner"),
        "{page}"
    );
}

#[tokio::test]
async fn who_belongs_to_several_asks_each_that_denies() {
    let world = restricted().await;
    world
        .store
        .set_member(&organization("other"), &username("mia"), Role::Member, BY)
        .await
        .unwrap();
    enforce(&world, "other").await;
    let mut mia = world.signed_in("mia").await;
    let page = mia.get(LINK).await.text;
    assert!(page.contains("denies it, too"), "{page}");
    let sent = ask(&mut mia, "evil/miner", "a test").await.text;
    let next = "/request?image=docker.io%2Fevil%2Fminer&#38;organization=other";
    assert!(
        sent.contains("other denies it, too") && sent.contains(next),
        "{sent}"
    );
    let page = mia.get(&next.replace("&#38;", "&")).await.text;
    assert!(page.contains("Ask the owners of other"), "{page}");
    let fields = [
        ("image", "evil/miner"),
        ("organization", "other"),
        ("reason", "a test"),
    ];
    let sent = mia.submit(LINK, "/request", &fields).await.text;
    assert!(sent.contains("What the owners of other allow"), "{sent}");
    assert_eq!(
        mia.get("/request?image=evil/miner&organization=strangers")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn members_see_and_withdraw_their_own_alone() {
    let world = restricted().await;
    let (mut mia, mut olivia) = (
        world.signed_in("mia").await,
        world.signed_in("olivia").await,
    );
    ask(&mut mia, "evil/miner", "a test").await;
    let one = first(&mut mia, QUEUE).await;
    let page = mia.get(&one).await.text;
    assert!(
        page.contains("Withdraw") && !page.contains("Approve"),
        "{page}"
    );
    assert!(
        !page.contains("In the last"),
        "how often others pull is for owners"
    );
    let (mut oscar, mut sam) = (world.signed_in("oscar").await, world.signed_in("sam").await);
    for stranger in [&mut oscar, &mut sam] {
        for path in [
            QUEUE,
            &one,
            "/orgs/acme/requests/exceptions",
            "/orgs/acme/lookup",
        ] {
            assert_eq!(stranger.get(path).await.status, 404, "{path}");
        }
    }
    // The same identifier below another organization is nothing.
    let elsewhere = one.replace("/acme/", "/other/");
    assert_eq!(oscar.get(&elsewhere).await.status, 404);
    let withdraw = [("request", id(&one))];
    let path = format!("{QUEUE}/withdraw");
    let answer = olivia.submit(&one, &path, &withdraw).await;
    assert_eq!(answer.status, 403, "an owner declines");
    let answer = mia.submit("/requests", &path, &withdraw).await;
    assert_eq!(answer.leads_to(), "/requests", "{}", answer.text);
    assert!(mia.get("/requests").await.text.contains("Withdrawn"));
}

/// Every form of an owner's, sent with a session of somebody who is none.
#[tokio::test]
async fn nobody_answers_but_an_owner_of_this_organization() {
    let world = restricted().await;
    let mut mia = world.signed_in("mia").await;
    ask(&mut mia, "evil/miner", "a test").await;
    let one = first(&mut mia, QUEUE).await;
    let mut olivia = world.signed_in("olivia").await;
    let made = [
        ("image", "grafana/k6"),
        ("covers", "organization"),
        ("last_day", "2099-12-31"),
        ("reason", "a load test"),
    ];
    let new = "/orgs/acme/requests/exceptions/new";
    olivia.submit(new, new, &made).await;
    let list = mia.get("/orgs/acme/requests/exceptions").await.text;
    assert!(
        list.contains("grafana/k6") && !list.contains("End now"),
        "{list}"
    );
    let page = olivia.get("/orgs/acme/requests/exceptions").await.text;
    let (_, after) = page.split_once("name=\"exception\" value=\"").unwrap();
    let exception = after.split('"').next().unwrap().to_owned();
    let (mut oscar, mut sam) = (world.signed_in("oscar").await, world.signed_in("sam").await);
    let made_2 = [
        ("image", "evil/other"),
        ("covers", "organization"),
        ("last_day", "2099-12-31"),
        ("reason", "a test"),
    ];
    for (who, browser, status) in [
        ("mia", &mut mia, 403),
        ("oscar", &mut oscar, 404),
        ("sam", &mut sam, 404),
    ] {
        let approve = [
            ("request", id(&one)),
            ("covers", "organization"),
            ("last_day", "2099-12-31"),
        ];
        let decline = [("request", id(&one)), ("reason", "no")];
        let end = [("exception", &*exception)];
        for (path, fields) in [
            ("/orgs/acme/requests/approve", &approve[..]),
            ("/orgs/acme/requests/decline", &decline[..]),
            ("/orgs/acme/requests/exceptions/end", &end[..]),
            (new, &made_2[..]),
        ] {
            let answer = browser.submit("/account", path, fields).await;
            assert_eq!(answer.status, status, "{who} {path}: {}", answer.text);
        }
    }
    assert_eq!(mia.get(new).await.status, 403);
    assert!(
        mia.get(&one).await.text.contains("Open"),
        "nothing was done"
    );
    assert!(!world.may_pull("mia", "evil/miner").await);
    assert!(!world.may_pull("mia", "evil/other").await);
    assert!(world.may_pull("mia", "grafana/k6").await);
}

#[tokio::test]
async fn exceptions_are_made_searched_and_ended() {
    let world = restricted().await;
    let (acme, data) = (organization("acme"), "data".parse().unwrap());
    world.store.create_team(&acme, &data, BY).await.unwrap();
    world
        .store
        .add_team_member(&acme, &data, &username("mia"), BY)
        .await
        .unwrap();
    world.catch_up().await;
    let mut olivia = world.signed_in("olivia").await;
    let new = "/orgs/acme/requests/exceptions/new";
    let page = olivia.get(&format!("{new}?image=grafana/k6")).await.text;
    assert!(page.contains("value=\"grafana/k6\""));
    let form = |image, covers, whom, last_day, reason| {
        [
            ("image", image),
            ("covers", covers),
            ("whom", whom),
            ("last_day", last_day),
            ("reason", reason),
        ]
    };
    for (fields, fault) in [
        (
            form("Grafana", "team", "data", "2099-01-01", "why"),
            "image",
        ),
        (form("grafana/k6", "team", "", "2099-01-01", "why"), "whom"),
        (
            form("grafana/k6", "team", "web", "2099-01-01", "why"),
            "whom",
        ),
        (
            form("grafana/k6", "person", "sam", "2099-01-01", "why"),
            "whom",
        ),
        (
            form("grafana/k6", "team", "data", "never", "why"),
            "last_day",
        ),
        (
            form("grafana/k6", "team", "data", "2020-01-01", "why"),
            "last_day",
        ),
        (
            form("grafana/k6", "team", "data", "2099-01-01", ""),
            "reason",
        ),
    ] {
        let answer = olivia.submit(new, new, &fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        let fault = format!("id=\"{fault}-fault\"");
        assert!(answer.text.contains(&fault), "{fault}: {}", answer.text);
    }
    let sound = form(
        "localhost:5000/grafana/k6:1",
        "team",
        "data",
        "2099-01-01",
        "why",
    );
    let answer = olivia.submit(new, new, &sound).await;
    let list = "/orgs/acme/requests/exceptions";
    assert_eq!(answer.leads_to(), list, "{}", answer.text);
    assert!(world.may_pull("mia", "grafana/k6").await);
    let found = olivia.get(&format!("{list}?search=k6")).await.text;
    assert!(found.contains("docker.io/grafana/k6") && found.contains("the team data"));
    let none = olivia.get(&format!("{list}?search=loki")).await.text;
    assert!(none.contains("Nothing found"));
    let (_, after) = found.split_once("name=\"exception\" value=\"").unwrap();
    let exception = after.split('"').next().unwrap();
    let end = format!("{list}/end");
    let answer = olivia.submit(list, &end, &[("exception", exception)]).await;
    assert_eq!(answer.leads_to(), list, "{}", answer.text);
    assert!(!world.may_pull("mia", "grafana/k6").await);
    assert!(olivia.get(list).await.text.contains("No exceptions here"));
    let ended = olivia.get(&format!("{list}?show=ended")).await.text;
    assert!(ended.contains("docker.io/grafana/k6") && !ended.contains("End now"));
}

#[tokio::test]
async fn long_lists_have_pages() {
    let world = restricted().await;
    for number in 0..60 {
        let exception = pullgate_store::NewException {
            repository: format!("docker.io/evil/number-{number}").parse().unwrap(),
            covers: pullgate_policy::Covers::Organization,
            ends_at: "2099-01-01T00:00:00Z".parse().unwrap(),
            reason: "one of many".to_owned(),
        };
        let acme = organization("acme");
        let made = world.store.add_exception(&acme, exception, BY);
        made.await.unwrap();
    }
    let mut olivia = world.signed_in("olivia").await;
    let list = "/orgs/acme/requests/exceptions";
    let page = olivia.get(list).await.text;
    assert!(page.contains("1 to 50 of 60") && page.contains("number-59"));
    assert!(page.contains(&format!("{list}?page=2")));
    let page = olivia.get(&format!("{list}?show=all&page=2")).await.text;
    assert!(page.contains("51 to 60 of 60") && page.contains("number-0<"));
    assert!(page.contains(&format!("{list}?show=all&#38;page=1")));
    let page = olivia.get(&format!("{list}?page=9")).await;
    assert_eq!(page.status, 200);
}
