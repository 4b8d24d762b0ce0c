//! The API for people and tools: who may ask what, and what bad input gets.

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{Person, Site};
use serde_json::{Value, json};

struct Control {
    site: Site,
    port: u16,
}

impl Control {
    fn start() -> Self {
        let site = Site::start();
        let port = site.gateway.control();
        Self { site, port }
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        ask("POST", path)
            .body("application/json", body.to_string().as_bytes())
            .to(self.port)
    }

    fn session(&self, person: &Person) -> String {
        let login = json!({"username": person.username, "password": person.secret});
        let answer = self.post("/v2/users/login", &login);
        assert_eq!(answer.status, 200, "{}", answer.text());
        match answer.json()["token"].as_str() {
            Some(token) => token.to_owned(),
            None => panic!("no token: {}", answer.text()),
        }
    }

    fn get(&self, session: &str, path: &str) -> Answer {
        ask("GET", path).bearer(session).to(self.port)
    }
}

#[test]
fn people_sign_in_as_docker_hubs_tools_do() {
    let control = Control::start();
    let mia = &control.site.member;
    let by_identifier = control.post(
        "/v2/auth/token",
        &json!({"identifier": mia.username, "secret": mia.secret}),
    );
    let session = by_identifier.json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    // Docker's Terraform provider insists on a JWT with an end.
    assert_eq!(session.split('.').count(), 3);
    for path in ["/v2/user", "/v2/user/"] {
        let user = control.get(&session, path).json();
        assert_eq!(user["username"], "mia");
        assert_eq!(user["organizations"][0]["name"], "acme");
        assert_eq!(user["organizations"][0]["role"], "member");
    }
    let organizations = control.get(&session, "/v2/user/orgs/").json();
    assert_eq!(organizations["count"], 1);
    assert_eq!(organizations["results"][0]["orgname"], "acme");
    let older = ask("GET", "/v2/user/")
        .header("authorization", &format!("JWT {session}"))
        .to(control.port);
    assert_eq!(older.status, 200, "older tools say JWT for Bearer");
}

#[test]
fn a_wrong_sign_in_says_no_more_than_that_it_is_wrong() {
    let control = Control::start();
    let try_it = |username: &str, password: &str| {
        let body = json!({"username": username, "password": password});
        let answer = control.post("/v2/users/login", &body);
        (answer.status, answer.json())
    };
    let wrong_password = try_it("mia", "wrong");
    let unknown_user = try_it("nobody", "wrong");
    assert_eq!(wrong_password.0, 401);
    assert_eq!(wrong_password, unknown_user, "enumeration");
    assert!(wrong_password.1["detail"].as_str().is_some());
}

/// Signs somebody in by user name and secret.
type WayIn<'w> = &'w dyn Fn(&str, &str) -> Answer;

/// Sends wrong secrets until they are refused unheard. Gives that answer, and
/// how many were compared before.
fn guess(what: &str, attempt: impl Fn(&str) -> Answer) -> (Answer, usize) {
    for count in 0..100 {
        let answer = attempt(&format!("guess number {count}"));
        match answer.status {
            401 => assert_eq!(answer.header("retry-after"), None, "{what}"),
            429 => return (answer, count),
            other => panic!("{what}: {other} {}", answer.text()),
        }
    }
    panic!("{what}: a hundred guesses were heard");
}

#[test]
fn guessing_is_throttled_on_both_ways_in_and_a_right_access_token_is_not() {
    let control = Control::start();
    let gateway = control.site.gateway.port();
    let token = |username: &str, secret: &str| {
        ask("GET", "/token?service=pullgate")
            .basic(username, secret)
            .to(gateway)
    };
    let form = |username: &str, secret: &str| {
        let form = format!(
            "grant_type=password&service=pullgate&username={username}&password={}",
            secret.replace(' ', "+")
        );
        ask("POST", "/token")
            .body("application/x-www-form-urlencoded", form.as_bytes())
            .to(gateway)
    };
    let login = |username: &str, secret: &str| {
        let body = json!({"username": username, "password": secret});
        control.post("/v2/users/login", &body)
    };
    let identifier = |username: &str, secret: &str| {
        let body = json!({"identifier": username, "secret": secret});
        control.post("/v2/auth/token", &body)
    };
    let ways: [(&str, WayIn<'_>); 4] = [
        ("GET /token", &token),
        ("POST /token", &form),
        ("/v2/users/login", &login),
        ("/v2/auth/token", &identifier),
    ];
    for ((what, way), person) in [
        (ways[0], &control.site.member),
        (ways[2], &control.site.outsider),
    ] {
        let name = person.username.as_str();
        let (refused, heard) = guess(what, |secret| way(name, secret));
        assert!(heard >= 3, "{what}: nobody may mistype even {heard} times");
        let wait = refused.header("retry-after").unwrap_or_default();
        assert!(
            wait.parse().is_ok_and(|wait: u64| wait > 0),
            "{what}: Retry-After is {wait:?}"
        );
        let right = format!("a long passphrase of {name}");
        for (other, way) in ways {
            // Or else the refusal would tell that a guess was right, and
            // guessing would go on by the other way in.
            let answer = way(name, &right);
            assert_eq!(answer.status, 429, "{what}, then {other}");
            assert!(answer.header("retry-after").is_some(), "{other}");
            let answer = way(name, &person.secret);
            assert_eq!(answer.status, 200, "{what}, then {other}: an access token");
            // Nor does it lock out anybody else.
            let answer = way("olivia", "a long passphrase of olivia");
            assert_eq!(answer.status, 200, "{what}, then {other}: olivia");
        }
    }
    let refused = token("mia", "wrong").json();
    assert_eq!(refused["errors"][0]["code"], "TOOMANYREQUESTS");
    let refused = login("mia", "wrong").json();
    let message = refused["message"].as_str().unwrap_or_default();
    assert!(message.contains("try again in"), "{message}");
}

#[test]
fn one_may_ask_for_oneself_and_owners_for_their_members() {
    let control = Control::start();
    let [owner, member, outsider] = [
        &control.site.owner,
        &control.site.member,
        &control.site.outsider,
    ]
    .map(|person| control.session(person));
    let explain = |session: &str, query: &str| {
        let answer = control.get(session, &format!("/api/v1/explain?{query}"));
        (answer.status, answer.json())
    };
    let (status, own) = explain(&member, "image=evil/miner");
    assert_eq!((status, &own["outcome"]), (200, &json!("denied")));
    assert_eq!(own["sentence"], control.site.community("evil/miner"));
    let (status, of_mia) = explain(&owner, "image=evil/miner&as=mia");
    assert_eq!((status, &of_mia["rule"]), (200, &json!("community")));
    assert_eq!(explain(&owner, "image=evil/miner").1["rule"], "owner");
    for (session, query) in [
        (&member, "image=evil/miner&as=olivia"),
        (&outsider, "image=evil/miner&as=mia"),
        (&owner, "image=evil/miner&as=sam"),
        (&owner, "image=evil/miner&as=nobody"),
    ] {
        assert_eq!(explain(session, query).0, 403, "{query}");
    }
    let log = control
        .site
        .gateway
        .command(&["decisions", "acme", "--format", "json"]);
    let decisions: Value = serde_json::from_str(log.expect_success()).unwrap();
    assert_eq!(decisions.as_array().unwrap().len(), 0, "asking is no pull");
}

#[test]
fn a_session_is_no_registry_token_and_the_other_way_round() {
    let control = Control::start();
    let session = control.session(&control.site.member);
    let bearer = control.site.bearer(Some(&control.site.member));
    assert_eq!(control.get(&bearer, "/v2/user/").status, 401);
    let pull = ask("GET", "/v2/library/base/manifests/1")
        .bearer(&session)
        .to(control.site.gateway.port());
    assert_eq!(pull.status, 401);
}

#[test]
fn a_session_ends_with_the_account() {
    let control = Control::start();
    let session = control.session(&control.site.member);
    control
        .site
        .gateway
        .command(&["user", "disable", "mia"])
        .expect_success();
    assert_eq!(control.get(&session, "/v2/user/").status, 401);
}

#[test]
fn bad_input_gets_a_clear_error() {
    let control = Control::start();
    let session = control.session(&control.site.member);
    let form = ask("POST", "/v2/users/login")
        .body("application/x-www-form-urlencoded", b"username=mia")
        .to(control.port);
    let huge = "a".repeat(1 << 20);
    for (what, answer, status) in [
        ("a form", form, 400..=415),
        (
            "half a body",
            control.post("/v2/users/login", &json!({"username": "mia"})),
            400..=422,
        ),
        (
            "a huge body",
            control.post(
                "/v2/users/login",
                &json!({"username": "mia", "password": huge}),
            ),
            400..=413,
        ),
        (
            "no image",
            control.get(&session, "/api/v1/explain"),
            400..=400,
        ),
        (
            "no image's name",
            control.get(&session, "/api/v1/explain?image=library/UPPER"),
            400..=400,
        ),
        (
            "an unknown parameter",
            control.get(&session, "/api/v1/explain?image=a&for=mia"),
            400..=400,
        ),
        (
            "another method",
            ask("DELETE", "/v2/user/").to(control.port),
            405..=405,
        ),
        (
            "nothing there",
            ask("GET", "/v2/nowhere").to(control.port),
            404..=404,
        ),
        (
            "nobody",
            ask("GET", "/v2/user/").to(control.port),
            401..=401,
        ),
    ] {
        assert!(status.contains(&answer.status), "{what}: {}", answer.status);
        let message = answer.json()["message"].as_str().map(str::to_owned);
        assert!(
            message.is_some_and(|message| !message.is_empty()),
            "{what}: {}",
            answer.text()
        );
    }
}

#[test]
fn the_page_that_a_denial_links_to_asks_to_sign_in_and_repeats_nothing_hostile() {
    let control = Control::start();
    let page = ask("GET", "/request?image=evil/miner").to(control.port);
    assert_eq!(page.status, 303);
    let next = "/sign-in?next=/request%3Fimage=evil/miner";
    assert_eq!(page.header("location"), Some(next));
    for hostile in [
        "/request?image=%3Cscript%3Ealert(1)%3C/script%3E",
        "/request?image=a%22onload=x",
        "/request",
    ] {
        let page = ask("GET", hostile).to(control.port);
        assert_eq!(page.status, 303, "{hostile}");
        let next = page.header("location").unwrap_or_default().to_owned();
        let page = ask("GET", &next).to(control.port);
        assert_eq!(page.status, 200, "{hostile}");
        assert!(!page.text().contains("<script>alert"), "{hostile}");
        assert!(!page.text().contains("\"onload"), "{hostile}");
    }
}
