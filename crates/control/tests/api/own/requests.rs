//! From a denial to a request to its answer.

use http::Method;
use pullgate_identity::{Scope, Subject, TokenOrder, Via};
use pullgate_policy::{Mode, Outcome, Permission, Role, Rule, Settings, Switch};
use pullgate_store::{Actor, NewPerson, TokenOwner};
use serde_json::{Value, json};

use crate::world::{Answer, World, organization, username};

const MINE: &str = "/api/v1/requests";
const ACMES: &str = "/api/v1/orgs/acme/requests";
const BY: &Actor = &Actor::CommandLine;
const FAR: &str = "2099-12-31T00:00:00Z";

/// acme restricts, and max is a second member of it.
async fn restricted() -> World {
    let world = World::new().await;
    let person = NewPerson {
        username: username("max"),
        email: String::new(),
        password_hash: None,
    };
    world.store.create_person(person, BY).await.unwrap();
    join(&world, "acme", "max", Role::Member).await;
    set(&world, "acme", |settings| {
        settings.iam.enabled = Switch::On;
    })
    .await;
    world
}

async fn join(world: &World, to: &str, name: &str, role: Role) {
    world
        .store
        .set_member(&organization(to), &username(name), role, BY)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
}

async fn set(world: &World, of: &str, edit: impl FnOnce(&mut Settings) + Send) {
    world
        .store
        .change_settings(&organization(of), BY, edit)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
}

async fn ask(world: &World, who: &str, image: &str) -> Answer {
    let body = json!({"image": image, "reason": "malware analysis"});
    world.post(who, MINE, &body).await
}

/// Asks, and gives the request's path.
async fn asked(world: &World, who: &str, image: &str) -> String {
    let answer = ask(world, who, image).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let request = &answer.body["request"];
    let of = request["organization"].as_str().unwrap();
    format!(
        "/api/v1/orgs/{of}/requests/{}",
        request["id"].as_str().unwrap()
    )
}

async fn approve(world: &World, path: &str, covers: &Value) -> Answer {
    let mut body = json!({"ends_at": FAR});
    body.as_object_mut()
        .unwrap()
        .extend(covers.as_object().unwrap().clone());
    world
        .post("olivia", &format!("{path}/approve"), &body)
        .await
}

fn person(world: &World, name: &str) -> Subject {
    let directory = world.identity.directory();
    let person = directory.person_named(name).unwrap();
    Subject::Person {
        id: person.id,
        username: person.username.clone(),
        epoch: person.credentials_epoch,
        via: Via::Password,
        reach: pullgate_identity::Reach::All,
    }
}

/// What a pull by this person comes to now.
async fn pull(world: &World, who: &str, image: &str) -> (Outcome, Rule) {
    let subject = person(world, who);
    let decision = world.door.explain(&subject, &image.parse().unwrap()).await;
    (decision.outcome, decision.rule)
}

fn message(answer: &Answer) -> &str {
    answer.body["message"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_member_asks_an_owner_approves_and_the_next_pull_works() {
    let world = restricted().await;
    assert_eq!(pull(&world, "mia", "evil/miner").await.0, Outcome::Denied);
    let answer = ask(&world, "mia", "evil/miner:1.0").await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.body["also_denied"], json!([]));
    let request = &answer.body["request"];
    for (field, expected) in [
        ("organization", json!("acme")),
        ("username", json!("mia")),
        ("repository", json!("docker.io/evil/miner")),
        ("state", json!("open")),
        ("closed", Value::Null),
    ] {
        assert_eq!(request[field], expected, "{field}");
    }
    assert_eq!(request["asked"][0]["image"], "evil/miner:1.0");
    assert_eq!(request["asked"][0]["reason"], "malware analysis");
    // Asking alone allows nothing.
    assert_eq!(pull(&world, "mia", "evil/miner").await.0, Outcome::Denied);

    let open = world.get("olivia", "/api/v1/requests/open").await.body;
    assert_eq!(
        open,
        json!({"mine": 0, "to_answer": [{"organization": "acme", "count": 1}]})
    );
    let open = world.get("mia", "/api/v1/requests/open").await.body;
    assert_eq!(open, json!({"mine": 1, "to_answer": []}));
    let queue = world
        .get("olivia", &format!("{ACMES}?state=open"))
        .await
        .body;
    assert_eq!(
        (&queue["count"], &queue["results"][0]),
        (&json!(1), request)
    );

    let path = format!("{ACMES}/{}", request["id"].as_str().unwrap());
    let answer = approve(
        &world,
        &path,
        &json!({"covers": "person", "reason": "until new year"}),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["state"], "approved");
    let closed = &answer.body["closed"];
    assert_eq!(closed["by"], "person:olivia");
    assert_eq!(closed["reason"], "until new year");
    let granted = &closed["exception"];
    assert_eq!(granted["covers"], "person");
    assert_eq!(
        (&granted["person"], &granted["team"]),
        (&json!("mia"), &Value::Null)
    );
    assert_eq!(granted["ends_at"], FAR);
    assert_eq!(
        pull(&world, "mia", "evil/miner").await,
        (Outcome::Allowed, Rule::Exception)
    );
    assert_eq!(pull(&world, "max", "evil/miner").await.0, Outcome::Denied);
    assert_eq!(pull(&world, "mia", "evil/other").await.0, Outcome::Denied);
    assert_eq!(world.get("mia", &path).await.body, answer.body);

    // And it is over when its exception is.
    let exception = format!(
        "/api/v1/orgs/acme/exceptions/{}",
        granted["id"].as_str().unwrap()
    );
    assert_eq!(world.delete("olivia", &exception).await.status, 200);
    assert_eq!(pull(&world, "mia", "evil/miner").await.0, Outcome::Denied);
    // What was asked once can be asked again.
    assert_eq!(ask(&world, "mia", "evil/miner").await.status, 201);
}

#[tokio::test]
async fn an_owner_declines_and_says_why() {
    let world = restricted().await;
    let path = asked(&world, "mia", "evil/miner").await;
    let decline = format!("{path}/decline");
    for reason in ["", " \n"] {
        let answer = world
            .post("olivia", &decline, &json!({"reason": reason}))
            .await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    let body = json!({"reason": "use acme/scanner"});
    let answer = world.post("olivia", &decline, &body).await;
    assert_eq!(
        (answer.status, &answer.body["state"]),
        (200, &json!("declined"))
    );
    let seen = world.get("mia", MINE).await.body;
    assert_eq!(seen["results"][0]["closed"]["reason"], "use acme/scanner");
    assert_eq!(seen["results"][0]["closed"]["exception"], Value::Null);
    assert_eq!(pull(&world, "mia", "evil/miner").await.0, Outcome::Denied);
    for (verb, body) in [
        ("approve", json!({"covers": "person", "ends_at": FAR})),
        ("decline", json!({"reason": "again"})),
    ] {
        let late = world.post("olivia", &format!("{path}/{verb}"), &body).await;
        assert_eq!(late.status, 409, "{}", late.text);
        assert_eq!(
            message(&late),
            "this request was declined already, by olivia; nothing was changed"
        );
    }
}

#[tokio::test]
async fn members_see_and_withdraw_their_own_and_nobody_elses() {
    let world = restricted().await;
    let path = asked(&world, "mia", "evil/miner").await;
    asked(&world, "max", "evil/other").await;
    for list in [MINE, ACMES] {
        let mias = world.get("mia", list).await.body;
        assert_eq!(mias["count"], 1, "{list}");
        assert_eq!(mias["results"][0]["repository"], "docker.io/evil/miner");
    }
    assert_eq!(world.get("olivia", ACMES).await.body["count"], 2);
    assert_eq!(world.get("olivia", MINE).await.body["count"], 0);
    let withdraw = format!("{path}/withdraw");
    for (who, status) in [
        ("max", 404),
        ("olivia", 403),
        ("oscar", 404),
        ("sam", 404),
        ("", 401),
    ] {
        assert_eq!(
            world.post(who, &withdraw, &json!({})).await.status,
            status,
            "{who}"
        );
    }
    for (who, status) in [("max", 404), ("oscar", 404), ("sam", 404), ("", 401)] {
        assert_eq!(world.get(who, &path).await.status, status, "{who}");
    }
    let answer = world.ask(Method::POST, "mia", &withdraw, None).await;
    assert_eq!(
        (answer.status, &answer.body["state"]),
        (200, &json!("withdrawn"))
    );
    assert_eq!(world.post("mia", &withdraw, &json!({})).await.status, 409);
    let late = approve(&world, &path, &json!({"covers": "organization"})).await;
    assert_eq!(late.status, 409, "{}", late.text);
    assert_eq!(pull(&world, "mia", "evil/miner").await.0, Outcome::Denied);
}

#[tokio::test]
async fn only_owners_of_this_organization_answer() {
    let world = restricted().await;
    let path = asked(&world, "mia", "evil/miner").await;
    let id = path.rsplit('/').next().unwrap();
    let elsewhere = format!("/api/v1/orgs/other/requests/{id}");
    let yes = json!({"covers": "person", "ends_at": FAR});
    let no = json!({"reason": "no"});
    for (verb, body) in [("approve", &yes), ("decline", &no)] {
        for (who, status) in [
            ("mia", 403),
            ("max", 403),
            ("oscar", 404),
            ("sam", 404),
            ("", 401),
        ] {
            let answer = world.post(who, &format!("{path}/{verb}"), body).await;
            assert_eq!(answer.status, status, "{who} {verb}: {}", answer.text);
        }
        for who in ["oscar", "olivia"] {
            let answer = world.post(who, &format!("{elsewhere}/{verb}"), body).await;
            assert_eq!(answer.status, 404, "{who} {verb}: {}", answer.text);
        }
    }
    assert_eq!(world.get("oscar", &elsewhere).await.status, 404);
    assert_eq!(world.get("olivia", &path).await.body["state"], "open");
    // An owner of one and member of the other sees each with the right of it.
    join(&world, "acme", "oscar", Role::Member).await;
    assert_eq!(world.get("oscar", &path).await.status, 404);
    assert_eq!(
        world
            .post("oscar", &format!("{path}/approve"), &yes)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn machines_and_tokens_that_only_read_ask_for_nothing() {
    let world = restricted().await;
    let owner = TokenOwner::Organization(organization("acme"));
    let by_machine = session_of(&world, "acme", owner).await;
    let mia = TokenOwner::Person(world.identity.directory().person_named("mia").unwrap().id);
    let by_reader = session_of(&world, "mia", mia).await;
    let body = json!({"image": "evil/miner", "reason": "a test"});
    for session in [&by_machine, &by_reader] {
        let answer = world
            .ask_with(Method::POST, Some(session), MINE, Some(&body))
            .await;
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    for path in [MINE, ACMES, "/api/v1/requests/open"] {
        let answer = world
            .ask_with(Method::GET, Some(&by_machine), path, None)
            .await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        let answer = world
            .ask_with(Method::GET, Some(&by_reader), path, None)
            .await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
    assert_eq!(world.get("olivia", ACMES).await.body["count"], 0);
}

async fn session_of(world: &World, name: &str, owner: TokenOwner) -> String {
    let identity = &world.identity;
    let order = TokenOrder::new(owner, "a token", &[Scope::RepoRead]);
    let issued = identity.issue_token(order, BY).await.unwrap();
    let from = std::net::Ipv4Addr::LOCALHOST.into();
    let subject = identity.sign_in(name, &issued.secret, from).await.unwrap();
    identity.issue_session(&subject).unwrap().token
}

#[tokio::test]
async fn nobody_is_asked_for_what_is_not_denied() {
    let world = restricted().await;
    for (who, image, why) in [
        ("mia", "alpine", "acme allows those"),
        ("olivia", "evil/miner", "owners of acme may pull any image"),
        ("oscar", "evil/miner", "owners of other may pull any image"),
        ("sam", "evil/miner", "belongs to no organization"),
    ] {
        let answer = ask(&world, who, image).await;
        assert_eq!(answer.status, 409, "{who} {image}: {}", answer.text);
        assert!(message(&answer).contains(why), "{}", answer.text);
    }
    for bad in [
        json!({"image": "evil/miner"}),
        json!({"image": "evil/miner", "reason": "  "}),
        json!({"image": "Evil/Miner", "reason": "a test"}),
        json!({"image": "evil/miner", "reason": "a test", "username": "max"}),
        json!({"image": "evil/miner", "reason": "a\u{1b}[2J"}),
    ] {
        assert_eq!(world.post("mia", MINE, &bad).await.status, 400, "{bad}");
    }
    set(&world, "acme", |settings| settings.iam.mode = Mode::Monitor).await;
    let answer = ask(&world, "mia", "evil/miner").await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert!(
        message(&answer).starts_with("no request is needed: "),
        "{}",
        answer.text
    );
    assert_eq!(world.get("olivia", ACMES).await.body["count"], 0);
}

/// What docker prints begins with the gateway: whoever copies that is asked
/// nothing about another registry.
#[tokio::test]
async fn an_image_that_is_named_through_the_gateway_is_what_the_gateway_serves() {
    let world = restricted().await;
    for (typed, means) in [
        ("registry.acme.example/evil/miner:1", "docker.io/evil/miner"),
        (
            "registry.acme.example/ghcr.io/evil/tool",
            "ghcr.io/evil/tool",
        ),
    ] {
        let explained = world
            .get("mia", &format!("/api/v1/explain?image={typed}"))
            .await
            .body;
        assert_eq!(explained["repository"], means, "{explained}");
        let asked = ask(&world, "mia", typed).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        assert_eq!(asked.body["request"]["repository"], means, "{}", asked.text);
        let told = &asked.body["request"]["asked"][0]["image"];
        assert_eq!(told, typed, "as it was typed");
        let exception = json!({"image": typed, "covers": "organization",
            "ends_at": "2099-12-31T00:00:00Z", "reason": "a test"});
        let made = world.post("olivia", "/api/v1/orgs/acme/exceptions", &exception);
        let made = made.await;
        assert_eq!(made.body["repository"], means, "{}", made.text);
        assert_eq!(pull(&world, "mia", means).await.0, Outcome::Allowed);
    }
    // Another port is another server.
    let other = "/api/v1/explain?image=registry.acme.example:5000/evil/miner";
    let explained = world.get("mia", other).await.body;
    assert_eq!(
        explained["repository"],
        "registry.acme.example:5000/evil/miner"
    );
}

#[tokio::test]
async fn an_owner_asks_what_holds_for_members_and_nobody_else_does() {
    let world = restricted().await;
    let explain = |who: &'static str| format!("/api/v1/explain?image=evil/miner&as={who}");
    let mias = world.get("olivia", &explain("mia")).await;
    assert_eq!(mias.body["outcome"], "denied", "{}", mias.text);
    assert_eq!(mias.body["subject"], "person:mia");
    for (who, about) in [("mia", "olivia"), ("oscar", "mia"), ("olivia", "nobody")] {
        let refused = world.get(who, &explain(about)).await;
        assert_eq!(refused.status, 403, "{who} {about}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_closed_registry_is_told_of_instead_of_an_exception_that_does_nothing() {
    let world = restricted().await;
    let path = asked(&world, "mia", "ghcr.io/evil/miner").await;
    let close = |settings: &mut Settings| settings.ram.enabled = Switch::On;
    set(&world, "acme", close).await;
    assert_eq!(
        pull(&world, "mia", "ghcr.io/evil/miner").await,
        (Outcome::Denied, Rule::Registry)
    );
    let exception = json!({
        "image": "ghcr.io/evil/miner", "covers": "organization", "ends_at": FAR, "reason": "a test",
    });
    for answer in [
        ask(&world, "mia", "ghcr.io/evil/tool").await,
        approve(&world, &path, &json!({"covers": "person"})).await,
        world
            .post("olivia", "/api/v1/orgs/acme/exceptions", &exception)
            .await,
    ] {
        assert_eq!(answer.status, 409, "{}", answer.text);
        assert!(
            message(&answer)
                .contains("Registry Access Management of acme does not allow the registry ghcr.io"),
            "{}",
            answer.text
        );
    }
    assert_eq!(world.get("olivia", &path).await.body["state"], "open");
    let exceptions = world
        .get("olivia", "/api/v1/orgs/acme/exceptions?show=all")
        .await;
    assert_eq!(exceptions.body["count"], 0);

    // Only monitored, it stands in nobody's way.
    set(&world, "acme", |settings| settings.ram.mode = Mode::Monitor).await;
    let answer = approve(&world, &path, &json!({"covers": "person"})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        pull(&world, "mia", "ghcr.io/evil/miner").await.0,
        Outcome::Monitored
    );
    // Docker Hub has a switch of its own.
    let path = asked(&world, "mia", "evil/miner").await;
    set(&world, "acme", |settings| {
        settings.ram.mode = Mode::Enforce;
        settings.ram.docker_hub = Permission::Restricted;
    })
    .await;
    let answer = approve(&world, &path, &json!({"covers": "person"})).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    set(&world, "acme", |settings| {
        settings.ram.docker_hub = Permission::Allowed;
    })
    .await;
    let answer = approve(&world, &path, &json!({"covers": "person"})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(pull(&world, "mia", "evil/miner").await.0, Outcome::Allowed);
}

#[tokio::test]
async fn who_belongs_to_several_asks_the_one_that_denies_and_is_told_of_the_others() {
    let world = restricted().await;
    join(&world, "other", "mia", Role::Member).await;
    // other has Image Access Management off.
    let answer = ask(&world, "mia", "evil/miner").await;
    assert_eq!(answer.body["request"]["organization"], "acme");
    assert_eq!(answer.body["also_denied"], json!([]));
    set(&world, "other", |settings| {
        settings.iam.enabled = Switch::On;
    })
    .await;
    let answer = ask(&world, "mia", "evil/tool").await;
    let first = answer.body["request"]["organization"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = answer.body["also_denied"][0]["organization"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(answer.body["also_denied"][0]["rule"], "community");
    let mut both = [first.as_str(), second.as_str()];
    both.sort_unstable();
    assert_eq!(both, ["acme", "other"]);
    let body = json!({"image": "evil/tool", "reason": "a test", "organization": second});
    let answer = world.post("mia", MINE, &body).await;
    assert_eq!(
        (answer.status, &answer.body["request"]["organization"]),
        (201, &json!(second))
    );
    assert_eq!(answer.body["also_denied"][0]["organization"], first);
    // Both have to agree.
    for (owner, of) in [("olivia", "acme"), ("oscar", "other")] {
        assert_eq!(
            pull(&world, "mia", "evil/tool").await.0,
            Outcome::Denied,
            "{of}"
        );
        let list = format!("/api/v1/orgs/{of}/requests?state=open");
        let queue = world.get(owner, &list).await.body;
        let request = queue["results"].as_array().unwrap().iter();
        let mut request = request.filter(|it| it["repository"] == "docker.io/evil/tool");
        let id = request.next().unwrap()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/orgs/{of}/requests/{id}/approve");
        let body = json!({"covers": "person", "ends_at": FAR});
        assert_eq!(world.post(owner, &path, &body).await.status, 200);
    }
    assert_eq!(pull(&world, "mia", "evil/tool").await.0, Outcome::Allowed);
    let body = json!({"image": "evil/more", "reason": "a test", "organization": "other"});
    assert_eq!(
        world.post("max", MINE, &body).await.status,
        404,
        "not max's"
    );
}

#[tokio::test]
async fn an_approval_covers_the_person_a_team_or_all_until_a_moment_to_come() {
    let world = restricted().await;
    let acme = organization("acme");
    let data = "data".parse().unwrap();
    world.store.create_team(&acme, &data, BY).await.unwrap();
    let path = asked(&world, "mia", "evil/miner").await;
    for (body, status) in [
        (json!({"covers": "person"}), 400),
        (
            json!({"covers": "person", "ends_at": "2020-01-01T00:00:00Z"}),
            400,
        ),
        (json!({"covers": "person", "ends_at": "soon"}), 400),
        (
            json!({"covers": "person", "team": "data", "ends_at": FAR}),
            400,
        ),
        (json!({"covers": "team", "ends_at": FAR}), 400),
        (json!({"covers": "everybody", "ends_at": FAR}), 400),
        (
            json!({"covers": "person", "person": "max", "ends_at": FAR}),
            400,
        ),
        (
            json!({"covers": "team", "team": "none", "ends_at": FAR}),
            404,
        ),
        // mia is not in it, and would wait for nothing.
        (
            json!({"covers": "team", "team": "data", "ends_at": FAR}),
            409,
        ),
    ] {
        let answer = world
            .post("olivia", &format!("{path}/approve"), &body)
            .await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
    assert_eq!(world.get("olivia", &path).await.body["state"], "open");
    world
        .store
        .add_team_member(&acme, &data, &username("mia"), BY)
        .await
        .unwrap();
    let answer = approve(&world, &path, &json!({"covers": "team", "team": "data"})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["closed"]["exception"]["team"], "data");
    assert_eq!(pull(&world, "mia", "evil/miner").await.0, Outcome::Allowed);
    assert_eq!(pull(&world, "max", "evil/miner").await.0, Outcome::Denied);

    let mias = asked(&world, "mia", "evil/other").await;
    let maxs = asked(&world, "max", "evil/other").await;
    let answer = approve(&world, &mias, &json!({"covers": "organization"})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(world.get("max", &maxs).await.body["state"], "approved");
    assert_eq!(pull(&world, "max", "evil/other").await.0, Outcome::Allowed);
}

#[tokio::test]
async fn asking_again_adds_to_what_is_open() {
    let world = restricted().await;
    let first = ask(&world, "mia", "evil/miner:1").await;
    assert_eq!(first.status, 201);
    // As a browser sends the lines of a form.
    let body = json!({"image": "evil/miner:2", "reason": "urgent:\r\nthe <b>shop</b> is down"});
    let again = world.post("mia", MINE, &body).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.body["request"]["id"], first.body["request"]["id"]);
    let asked = again.body["request"]["asked"].as_array().unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1]["reason"], "urgent:\nthe <b>shop</b> is down");
    assert_eq!(world.get("olivia", ACMES).await.body["count"], 1);
    for number in 0..19 {
        assert_eq!(
            ask(&world, "mia", &format!("evil/number-{number}"))
                .await
                .status,
            201
        );
    }
    let too_many = ask(&world, "mia", "evil/more").await;
    assert_eq!(too_many.status, 409, "{}", too_many.text);
    assert!(
        message(&too_many).contains("20 open requests"),
        "{}",
        too_many.text
    );
    let page = world
        .get("olivia", &format!("{ACMES}?page=2&page_size=8"))
        .await
        .body;
    assert_eq!(
        (&page["count"], page["results"].as_array().unwrap().len()),
        (&json!(20), 8)
    );
    assert!(
        page["next"]
            .as_str()
            .unwrap()
            .ends_with("/requests?page=3&page_size=8")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_owners_at_the_same_moment_one_is_told_that_the_other_was_faster() {
    let world = restricted().await;
    join(&world, "acme", "oscar", Role::Owner).await;
    for round in 0..5 {
        let path = asked(&world, "mia", &format!("evil/round-{round}")).await;
        let (approve, decline) = (format!("{path}/approve"), format!("{path}/decline"));
        let yes = json!({"covers": "person", "ends_at": FAR});
        let no = json!({"reason": "no"});
        let (one, two) = tokio::join!(
            world.post("olivia", &approve, &yes),
            world.post("oscar", &decline, &no)
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.text, two.text);
        let expected = if one.status == 200 {
            ("approved", Outcome::Allowed)
        } else {
            ("declined", Outcome::Denied)
        };
        assert_eq!(world.get("mia", &path).await.body["state"], expected.0);
        let image = format!("evil/round-{round}");
        assert_eq!(pull(&world, "mia", &image).await.0, expected.1);
    }
}
