use http::Method;

use crate::world::{ADDRESS, World, password};

/// Every address that does something, for somebody who is signed in. The
/// test beside it reads the templates, so that none is forgotten.
const FORMS: &[&str] = &[
    "/sign-out",
    "/sign-out/everywhere",
    "/account/password",
    "/account/sessions/end",
    "/account/tokens",
    "/account/tokens/delete",
    "/orgs/acme/permissions/review",
    "/orgs/acme/permissions/allowlist/review",
    "/orgs/acme/permissions/registries/review",
    "/orgs/acme/permissions/change",
    "/orgs/acme/permissions/history/undo",
    "/invite/x/account",
    "/invite/x/decline",
    "/invite/x/join",
    "/orgs/acme/members/invites",
    "/orgs/acme/members/invites/cancel",
    "/orgs/acme/members/invites/resend",
    "/orgs/acme/members/remove",
    "/orgs/acme/members/role",
    "/orgs/acme/namespaces",
    "/orgs/acme/namespaces/remove",
    "/orgs/acme/teams",
    "/orgs/acme/teams/builders/additions/categories",
    "/orgs/acme/teams/builders/additions/entries",
    "/orgs/acme/teams/builders/additions/entries/remove",
    "/orgs/acme/teams/builders/delete",
    "/orgs/acme/teams/builders/members",
    "/orgs/acme/teams/builders/members/remove",
    "/orgs/acme/teams/builders/settings",
    "/orgs/acme/tokens",
    "/orgs/acme/tokens/x",
    "/orgs/acme/tokens/x/delete",
    "/orgs/acme/tokens/x/switch",
    "/device",
    "/device/answer",
    "/orgs/acme/requests/approve",
    "/orgs/acme/requests/decline",
    "/orgs/acme/requests/exceptions/end",
    "/orgs/acme/requests/exceptions/new",
    "/orgs/acme/requests/withdraw",
    "/request",
];

/// What stands in the addresses of the templates, and what for it in the list.
const NAMES: [(&str, &str); 6] = [
    ("{{ frame.organization }}", "acme"),
    ("{{ organization }}", "acme"),
    ("{{ team }}", "builders"),
    ("{{ id }}", "x"),
    ("{{ secret }}", "x"),
    ("{{ each.organization }}", "acme"),
];

#[tokio::test]
async fn another_sites_form_is_refused_whatever_else_it_knows() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    let token = browser.get("/account").await.token();
    let fields = [("csrf", token.as_str())];
    for &path in FORMS {
        for header in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let answer = browser
                .send(Method::POST, path, Some(&fields), &[header])
                .await;
            assert_eq!(answer.status, 403, "{path} {header:?}");
            assert!(answer.text.contains("This form cannot be taken"));
        }
        let silent = browser.send(Method::POST, path, Some(&fields), &[]).await;
        assert_eq!(silent.status, 403, "{path}");
    }
    assert!(browser.is_signed_in().await, "nothing was done");
}

#[tokio::test]
async fn a_form_without_this_sessions_token_is_refused() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let others = olivia.get("/account").await.token();
    let mut browser = world.signed_in("mia").await;
    let mine = browser.get("/account").await.token();
    let mut elsewhere = world.signed_in("mia").await;
    for &path in FORMS {
        for token in ["", "x", &*others] {
            let answer = browser.post(path, &[("csrf", token)]).await;
            assert_eq!(answer.status, 403, "{path} {token}");
        }
        let without = browser.post(path, &[]).await;
        assert_eq!(without.status, 403, "{path}");
        let other_session = elsewhere.post(path, &[("csrf", &mine)]).await;
        assert_eq!(other_session.status, 403, "{path}");
    }
    assert!(browser.is_signed_in().await && elsewhere.is_signed_in().await);
}

#[tokio::test]
async fn another_site_cannot_sign_somebody_in() {
    let world = World::new().await;
    let mut browser = world.browser();
    let (name, password) = ("mia", password("mia"));
    let fields = [("username", name), ("password", &*password)];
    let from = [("origin", "https://evil.example")];
    let answer = browser
        .send(Method::POST, "/sign-in", Some(&fields), &from)
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.cookie("pullgate"), None);
}

#[tokio::test]
async fn other_methods_are_held_to_the_same() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = browser.send(method.clone(), "/account", None, &[]).await;
        assert_eq!(answer.status, 403, "{method}");
        let from = [("origin", ADDRESS)];
        let answer = browser.send(method.clone(), "/account", None, &from).await;
        assert_eq!(answer.status, 403, "{method} without a token");
    }
}

/// An address as a template has it, for acme.
fn of_acme(action: &str) -> String {
    let named = NAMES.iter();
    named.fold(action.to_owned(), |action, (named, name)| {
        action.replace(named, name)
    })
}

/// The addresses of all forms that are sent, as the templates have them.
#[test]
fn no_form_is_forgotten_in_these_tests() {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut found: Vec<String> = Vec::new();
    for file in std::fs::read_dir(templates).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once("<form") {
            let (tag, inside) = after.split_once('>').unwrap();
            let (form, _) = inside.split_once("</form>").unwrap();
            let post = tag.contains("method=\"post\"");
            let action = tag
                .split_once("action=\"")
                .map(|(_, rest)| rest.split('"').next());
            let action = of_acme(action.flatten().unwrap());
            if post && !matches!(&*action, "/sign-in" | "/setup") {
                assert!(
                    form.contains("ui::token(") || form.contains("name=\"csrf\""),
                    "the form of {action} carries no token"
                );
                found.push(action);
            }
            rest = inside;
        }
    }
    found.sort();
    found.dedup();
    let mut known: Vec<String> = FORMS.iter().map(|path| (*path).to_owned()).collect();
    known.sort();
    assert_eq!(found, known);
}
