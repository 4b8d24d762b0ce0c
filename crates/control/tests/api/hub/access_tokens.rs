//! Personal access tokens: their person's alone, shown once, worth nothing the
//! moment they are switched off or deleted.

use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{Answer, World};

const TOKENS: &str = "/v2/access-tokens";

/// What mia asks for.
fn wanted(scope: &str) -> Value {
    json!({"token_label": "laptop", "scopes": [scope]})
}

fn secret(created: &Answer) -> String {
    assert_eq!(created.status, 201, "{}", created.text);
    created.body["token"].as_str().unwrap().to_owned()
}

fn path(created: &Answer) -> String {
    format!("{TOKENS}/{}", created.body["uuid"].as_str().unwrap())
}

#[tokio::test]
async fn a_token_is_made_listed_renamed_and_deleted() {
    let world = World::new().await;
    let created = world.post("mia", TOKENS, &wanted("repo:read")).await;
    assert!(secret(&created).starts_with("pgp_"));
    let path = path(&created);
    for (field, value) in [
        ("token_label", json!("laptop")),
        ("scopes", json!(["repo:read"])),
        ("is_active", json!(true)),
        ("creator_ip", json!("127.0.0.1")),
        ("generated_by", json!("manual")),
        ("last_used", Value::Null),
    ] {
        assert_eq!(created.body[field], value, "{field}");
    }
    assert!(created.body["created_at"].is_string());
    assert!(created.body.get("expires_at").is_none());

    let mut shown = created.body.clone();
    shown["token"] = json!("");
    for path in [path.clone(), format!("{path}/")] {
        let read = world.get("mia", &path).await;
        assert_eq!((read.status, read.body), (200, shown.clone()));
    }
    let listed = world.get("mia", TOKENS).await;
    let expected = json!({
        "count": 1, "active_count": 1, "next": null, "previous": null, "results": [shown],
    });
    assert_eq!((listed.status, listed.body), (200, expected));

    let renamed = world
        .patch("mia", &path, &json!({"token_label": "phone"}))
        .await;
    assert_eq!(renamed.status, 200);
    assert_eq!(renamed.body["token_label"], "phone");
    assert_eq!(
        (&renamed.body["token"], &renamed.body["is_active"]),
        (&json!(""), &json!(true))
    );
    let off = world
        .patch("mia", &path, &json!({"is_active": false}))
        .await;
    assert_eq!(
        (&off.body["token_label"], &off.body["is_active"]),
        (&json!("phone"), &json!(false))
    );
    let listed = world.get("mia", TOKENS).await.body;
    assert_eq!(
        (&listed["count"], &listed["active_count"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(world.patch("mia", &path, &json!({})).await.body, off.body);

    let deleted = world.delete("mia", &path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for answer in [
        world.get("mia", &path).await,
        world.patch("mia", &path, &json!({"is_active": true})).await,
        world.delete("mia", &path).await,
    ] {
        assert_eq!(answer.status, 404, "{}", answer.text);
    }
    assert_eq!(world.get("mia", TOKENS).await.body["count"], 0);
}

/// THREATS.md, "rights that outlive their cause".
#[tokio::test]
async fn what_a_token_has_signed_in_ends_with_it_at_once() {
    let world = World::new().await;
    let created = world.post("mia", TOKENS, &wanted("repo:read")).await;
    let (secret, path) = (secret(&created), path(&created));
    let session = world.sign_in("mia", &secret).await;
    let works = async || {
        let user = world.ask_with(Method::GET, Some(&session), "/v2/user", None);
        let login = json!({"identifier": "mia", "secret": secret});
        let login = world.post("", "/v2/auth/token", &login);
        (user.await.status, login.await.status)
    };
    assert_eq!(works().await, (200, 200));
    let switch = async |on: bool| {
        let answer = world.patch("mia", &path, &json!({"is_active": on})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    switch(false).await;
    assert_eq!(works().await, (401, 401), "switched off");
    let login = json!({"username": "mia", "password": secret});
    let refused = world.post("", "/v2/users/login", &login).await;
    assert!(refused.text.contains("switched off"), "{}", refused.text);
    switch(true).await;
    assert_eq!(works().await, (200, 200), "and on again");
    world.delete("mia", &path).await;
    assert_eq!(works().await, (401, 401), "deleted");
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let world = World::new().await;
    let end = Timestamp::now() + SignedDuration::from_millis(1_500);
    let order = json!({
        "token_label": "errand", "scopes": ["repo:read"], "expires_at": end.to_string(),
    });
    let created = world.post("mia", TOKENS, &order).await;
    let session = world.sign_in("mia", &secret(&created)).await;
    let shown = created.body["expires_at"].as_str().unwrap();
    let shown: Timestamp = shown.parse().unwrap();
    assert_eq!(shown.as_millisecond(), end.as_millisecond());
    loop {
        let answer = world.ask_with(Method::GET, Some(&session), "/v2/user", None);
        if answer.await.status == 401 {
            assert!(Timestamp::now() >= end);
            break;
        }
        assert!(Timestamp::now() < end + SignedDuration::from_secs(20));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn nobody_sees_or_changes_what_is_another_persons() {
    let world = World::new().await;
    let created = world.post("mia", TOKENS, &wanted("repo:read")).await;
    let (secret, path) = (secret(&created), path(&created));
    // olivia owns the organization that mia belongs to.
    for who in ["olivia", "oscar", "sam"] {
        for (method, body) in [
            (Method::GET, None),
            (Method::PATCH, Some(json!({"is_active": false}))),
            (Method::DELETE, None),
        ] {
            let answer = world.ask(method, who, &path, body.as_ref()).await;
            assert_eq!(answer.status, 404, "{who}: {}", answer.text);
        }
        assert_eq!(world.get(who, TOKENS).await.body["count"], 0, "{who}");
    }
    for (method, path) in [
        (Method::GET, path.as_str()),
        (Method::DELETE, path.as_str()),
        (Method::GET, TOKENS),
    ] {
        assert_eq!(world.ask(method, "", path, None).await.status, 401);
    }
    world.sign_in("mia", &secret).await;
}

/// Or else a token that has leaked could make itself a successor.
#[tokio::test]
async fn no_access_token_looks_after_access_tokens() {
    let world = World::new().await;
    for scope in ["repo:admin", "repo:read"] {
        let created = world.post("mia", TOKENS, &wanted(scope)).await;
        let (secret, path) = (secret(&created), path(&created));
        let session = world.sign_in("mia", &secret).await;
        for (method, path, body) in [
            (Method::POST, TOKENS, Some(wanted("repo:read"))),
            (Method::GET, TOKENS, None),
            (Method::GET, &path, None),
            (Method::PATCH, &path, Some(json!({"is_active": true}))),
            (Method::DELETE, &path, None),
        ] {
            let answer = world.ask_with(method.clone(), Some(&session), path, body.as_ref());
            let answer = answer.await;
            assert_eq!(answer.status, 403, "{scope} {method}: {}", answer.text);
            assert!(answer.text.contains("sign in with your password"));
        }
        assert_eq!(
            world.get("mia", &path).await.status,
            200,
            "nothing happened"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_made_gets_a_clear_error_and_makes_nothing() {
    let world = World::new().await;
    let long = "x".repeat(101);
    let many = "x".repeat(70_000);
    for (body, status) in [
        (json!({}), 400),
        (json!({"token_label": "x"}), 400),
        (json!({"scopes": ["repo:read"]}), 400),
        (json!({"token_label": "", "scopes": ["repo:read"]}), 400),
        (json!({"token_label": long, "scopes": ["repo:read"]}), 400),
        (json!({"token_label": many, "scopes": ["repo:read"]}), 413),
        (json!({"token_label": "a\nb", "scopes": ["repo:read"]}), 400),
        (json!({"token_label": "x", "scopes": []}), 400),
        (json!({"token_label": "x", "scopes": ["repo:own"]}), 400),
        (json!({"token_label": "x", "scopes": "repo:read"}), 400),
        (
            json!({"token_label": "x", "scopes": ["repo:read"], "expires_at": "soon"}),
            400,
        ),
        (
            json!({"token_label": "x", "scopes": ["repo:read"], "expires_at": "2020-01-01T00:00:00Z"}),
            400,
        ),
    ] {
        let answer = world.post("mia", TOKENS, &body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.body["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(world.get("mia", TOKENS).await.body["count"], 0);
    let created = world.post("mia", TOKENS, &wanted("repo:read")).await;
    let path = path(&created);
    for body in [json!({"token_label": ""}), json!({"token_label": long})] {
        assert_eq!(world.patch("mia", &path, &body).await.status, 400);
    }
    for path in [
        "/v2/access-tokens/not-an-id",
        "/v2/access-tokens/01234567-89ab-7def-8123-456789abcdef",
    ] {
        assert_eq!(world.get("mia", path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_list_comes_in_pages_newest_first() {
    let world = World::new().await;
    for number in 0..12 {
        let body = json!({"token_label": format!("number {number}"), "scopes": ["repo:read"]});
        assert_eq!(world.post("mia", TOKENS, &body).await.status, 201);
    }
    let first = world.get("mia", TOKENS).await.body;
    assert_eq!(first["results"].as_array().unwrap().len(), 10);
    assert_eq!(first["results"][0]["token_label"], "number 11");
    assert_eq!(
        (&first["count"], &first["active_count"]),
        (&json!(12), &json!(12))
    );
    assert_eq!(first["previous"], Value::Null);
    let next = first["next"].as_str().unwrap();
    let next = next.strip_prefix("https://pullgate.example.com").unwrap();
    let second = world.get("mia", next).await.body;
    assert_eq!(second["results"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&second["next"], second["previous"].is_string()),
        (&Value::Null, true)
    );
    for bad in ["page=0", "page_size=0", "page_size=101", "page=x"] {
        let answer = world.get("mia", &format!("{TOKENS}?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

/// Docker's older command line client looks elsewhere, and sends `is_active`
/// when it creates one.
#[tokio::test]
async fn dockers_older_client_finds_them_where_it_looks() {
    let world = World::new().await;
    let body = json!({"token_label": "hub-tool", "scopes": ["repo:admin"], "is_active": false});
    let created = world.post("mia", "/v2/api_tokens", &body).await;
    secret(&created);
    let path = format!("/v2/api_tokens/{}", created.body["uuid"].as_str().unwrap());
    let listed = world
        .get("mia", "/v2/api_tokens?page_size=100&page=1")
        .await;
    assert_eq!(listed.body["results"][0]["uuid"], created.body["uuid"]);
    let off = world
        .patch("mia", &path, &json!({"is_active": false}))
        .await;
    assert_eq!((off.status, &off.body["is_active"]), (200, &json!(false)));
    assert_eq!(world.delete("mia", &path).await.status, 204);
    assert_eq!(world.get("mia", &path).await.status, 404);
}
