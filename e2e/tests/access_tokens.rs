//! Access tokens that are made by the API: they pull by the policy, and stop
//! when they are switched off.

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{Client as _, Person, Site, Skopeo};
use serde_json::{Value, json};

struct World {
    site: Site,
    /// olivia's session, as after signing in with her password.
    owner: String,
}

impl World {
    fn start() -> Self {
        let site = Site::start();
        let login = json!({"username": "olivia", "password": "a long passphrase of olivia"});
        let answer = ask("POST", "/v2/users/login")
            .body("application/json", login.to_string().as_bytes())
            .to(site.gateway.control());
        let owner = text(&answer.json()["token"]);
        Self { site, owner }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let mut request = ask(method, path).bearer(&self.owner);
        if !body.is_null() {
            request = request.body("application/json", body.to_string().as_bytes());
        }
        request.to(self.site.gateway.control())
    }

    /// Makes a token for acme's machines; gives where it is, and the machine.
    fn machine(&self, order: &Value) -> (String, Person) {
        let made = self.ask("POST", "/v2/orgs/acme/access-tokens", order);
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        let machine = Person {
            username: "acme".to_owned(),
            secret: text(&made["token"]),
            home: text(&made["id"]),
        };
        (
            format!("/v2/orgs/acme/access-tokens/{}", machine.home),
            machine,
        )
    }

    fn pull(&self, bearer: &str, path: &str) -> Answer {
        ask("GET", &format!("/v2/{path}/manifests/1"))
            .bearer(bearer)
            .header("accept", self.site.image(path).manifest.media_type)
            .to(self.site.gateway.port())
    }

    fn stored(&self) -> String {
        let history = self.site.gateway.command(&["policy", "history", "acme"]);
        let tokens = self
            .site
            .gateway
            .command(&["token", "list", "--org", "acme"]);
        format!(
            "{}{}{}",
            history.text(),
            tokens.text(),
            self.site.gateway.process().log()
        )
    }
}

fn text(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => panic!("not a text: {value}"),
    }
}

/// On Docker Hub such tokens do not work with Image Access Management.
#[test]
fn an_organizations_token_pulls_by_the_organizations_policy() {
    let world = World::start();
    let (_, machine) = world.machine(&json!({"label": "ci"}));
    let bearer = world.site.bearer(Some(&machine));
    for (path, status) in [
        ("library/base", 200),
        ("acme/app", 200),
        ("bitnami/tool", 403),
        ("evil/miner", 403),
    ] {
        assert_eq!(world.pull(&bearer, path).status, status, "{path}");
    }
    assert_eq!(
        world.pull(&bearer, "evil/miner").reason,
        world.site.community("evil/miner")
    );
    world.site.set_policy(&["--official", "restricted"]);
    assert_eq!(
        world.pull(&bearer, "library/base").status,
        403,
        "by the policy of now"
    );
    world.site.set_policy(&["--official", "allowed"]);

    let client = Skopeo::new(&world.site);
    client.sign_in(&machine).expect_success();
    client
        .pull(Some(&machine), "library/base:1")
        .expect_success();
    assert_eq!(client.holds("library/base:1"), "library/base:1");
    let denied = client.pull(Some(&machine), "evil/miner:1");
    assert!(
        denied.text().contains(&world.site.community("evil/miner")),
        "{}",
        denied.text()
    );
    assert!(!world.stored().contains(&machine.secret[..30]));
}

#[test]
fn a_token_that_is_switched_off_or_deleted_stops_what_is_out() {
    let world = World::start();
    let (path, machine) = world.machine(&json!({"label": "ci"}));
    let bearer = world.site.bearer(Some(&machine));
    let status = || world.pull(&bearer, "library/base").status;
    let switch = |on: bool| {
        let answer = world.ask("PATCH", &path, &json!({"is_active": on}));
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    let sign_in = || {
        ask("GET", "/token?service=pullgate")
            .basic(&machine.username, &machine.secret)
            .to(world.site.gateway.port())
    };
    assert_eq!((status(), sign_in().status), (200, 200));
    switch(false);
    assert_eq!((status(), sign_in().status), (401, 401));
    assert!(
        sign_in().text().contains("switched off"),
        "{}",
        sign_in().text()
    );
    switch(true);
    assert_eq!((status(), sign_in().status), (200, 200));
    assert_eq!(world.ask("DELETE", &path, &Value::Null).status, 204);
    assert_eq!((status(), sign_in().status), (401, 401));
}

/// A private image is served with the organization's account to nobody whose
/// token does not name it.
#[test]
fn a_tokens_resources_bound_what_it_pulls() {
    let world = World::start();
    let repo = |path: &str| json!({"type": "TYPE_REPO", "path": path, "scopes": ["repo-pull"]});
    for (resources, app, base) in [
        (json!([repo("acme/app")]), 200, 403),
        (json!([repo("*/*/public")]), 404, 200),
        (json!([repo("*/*/public"), repo("acme/*")]), 200, 200),
        (json!([repo("acme/other")]), 403, 403),
        (json!([]), 403, 403),
    ] {
        let (_, machine) = world.machine(&json!({"label": "ci", "resources": resources}));
        let bearer = world.site.bearer(Some(&machine));
        for (path, status) in [("acme/app", app), ("library/base", base)] {
            let answer = world.pull(&bearer, path);
            assert_eq!(
                answer.status,
                status,
                "{resources} {path}: {}",
                answer.text()
            );
            if status == 403 {
                let sentence = format!(
                    "pull denied: docker.io/{path} is not among the repositories of this access token of acme. \
                     Ask an owner to add it to the token, or use another token."
                );
                assert_eq!(answer.reason, sentence);
            }
        }
    }
}
