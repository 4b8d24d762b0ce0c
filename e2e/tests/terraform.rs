//! What Docker's Terraform provider sends, resource by resource: create,
//! read, change, read, delete, read, and the data sources beside them.
//!
//! The calls, their order, slashes and bodies are those of the provider's
//! source (docker/terraform-provider-docker). What it does with an answer
//! counts too: Terraform fails when a value that was planned comes back
//! different, and a resource is known to be gone by the words "not found".

use pullgate_e2e::hub_client::{HubClient, number, text};
use pullgate_e2e::{Authority, Folder, Gateway, Setting};
use serde_json::{Value, json};

struct Stage {
    gateway: Gateway,
    authority: Authority,
    _certificate: Folder,
}

impl Stage {
    /// acme with olivia as its owner and mia as a member; newcomer has an
    /// account.
    fn set() -> Self {
        let authority = Authority::new();
        let folder = Folder::new("certificate");
        let (certificate, key) = (folder.join("control.crt"), folder.join("control.key"));
        authority.certify(1, &certificate, &key);
        let mut gateway = Gateway::start(&Setting {
            hub: "http://127.0.0.1:1".to_owned(),
            tables: format!(
                "[control.tls]\ncertificate = '{}'\nkey = '{}'\n",
                certificate.display(),
                key.display()
            ),
            log: Some("debug".to_owned()),
            ..Setting::default()
        });
        gateway.reconfigure("public_url = 'http:", "public_url = 'https:");
        gateway.restart();
        for username in ["olivia", "mia", "newcomer"] {
            let email = format!("{username}@acme.example");
            gateway
                .command_with_input(
                    &[
                        "user",
                        "create",
                        username,
                        "--email",
                        &email,
                        "--password-stdin",
                    ],
                    &format!("{}\n", password(username)),
                )
                .expect_success();
        }
        for command in ["org create acme --owner olivia", "member add acme mia"] {
            let words: Vec<&str> = command.split(' ').collect();
            gateway.command(&words).expect_success();
        }
        Self {
            gateway,
            authority,
            _certificate: folder,
        }
    }

    /// What signing in with an access token is answered with.
    fn sign_in_status(&self, username: &str, secret: &str) -> u16 {
        HubClient::sign_in_status(self.gateway.control(), &self.authority, username, secret)
    }

    /// That nothing that is to be kept secret is in the log, which has all
    /// that can be logged.
    #[track_caller]
    fn the_log_holds_none_of(&self, secrets: &[&str]) {
        let log = self.gateway.process().log();
        assert!(log.contains("DEBUG"), "not all is logged: {log}");
        for secret in secrets {
            assert!(!secret.is_empty());
            assert!(!log.contains(secret), "{secret} is in the log");
        }
    }

    fn client(&self, username: &str) -> HubClient {
        HubClient::sign_in(
            self.gateway.control(),
            &self.authority,
            username,
            &password(username),
        )
    }
}

fn password(username: &str) -> String {
    format!("a long passphrase of {username}")
}

#[test]
fn docker_org_setting_image_access_management() {
    let stage = Stage::set();
    let olivia = stage.client("olivia");
    let settings = |enabled: bool, official: bool, publishers: bool| {
        json!({"restricted_images": {
            "enabled": enabled,
            "allow_official_images": official,
            "allow_verified_publishers": publishers,
        }})
    };
    // Create, update, and delete, which is a PUT too; each reads afterwards.
    for wanted in [
        settings(true, true, false),
        settings(true, false, true),
        settings(false, true, true),
    ] {
        olivia.succeed("PUT", "/orgs/acme/settings", Some(&wanted));
        assert_eq!(olivia.succeed("GET", "/orgs/acme/settings/", None), wanted);
    }
    let refused = stage
        .client("mia")
        .send(
            "PUT",
            "/orgs/acme/settings",
            Some(&settings(true, true, true)),
        )
        .expect_err("mia owns nothing");
    assert!(refused.text.contains("owner"), "{}", refused.text);
    assert!(!refused.is_not_found(), "{}", refused.text);
}

#[test]
fn docker_org_setting_registry_access_management() {
    const PATH: &str = "/orgs/acme/settings/registry-access-management";
    let stage = Stage::set();
    let olivia = stage.client("olivia");
    let custom = |address: &str, name: &str, allowed: bool| json!({"address": address, "friendly_name": name, "allowed": allowed});
    let settings = |enabled: bool, hub: bool, custom: Vec<Value>| {
        json!({
            "enabled": enabled,
            "standard_registries": [{"id": "DockerHub", "allowed": hub}],
            "custom_registries": custom,
        })
    };
    for wanted in [
        settings(
            true,
            true,
            vec![
                custom("registry.example.com", "Example Registry", true),
                custom("another-registry.example.com:5000", "Another", false),
            ],
        ),
        settings(true, false, vec![custom("ghcr.io", "GitHub", true)]),
        // Delete.
        settings(false, true, Vec::new()),
    ] {
        olivia.succeed("PUT", PATH, Some(&wanted));
        let read = olivia.succeed("GET", PATH, None);
        assert_eq!(read["enabled"], wanted["enabled"]);
        let hub = read["standard_registries"].as_array().unwrap();
        assert!(
            hub.contains(&wanted["standard_registries"][0]),
            "Terraform looks for Docker Hub among the standard registries: {read}"
        );
        // A set: the order says nothing.
        let sorted = |value: &Value| {
            let mut entries = value.as_array().unwrap().clone();
            entries.sort_by_key(|one| text(&one["address"]));
            entries
        };
        assert_eq!(
            sorted(&read["custom_registries"]),
            sorted(&wanted["custom_registries"])
        );
    }
}

#[test]
fn docker_org_setting_namespace_and_docker_org_setting_image_access_allowlist() {
    const SETTINGS: &str = "/namespaces/acme/settings";
    const ITEMS: &str = "/namespaces/acme/allowlist/items";
    let stage = Stage::set();
    let olivia = stage.client("olivia");
    let settings = |allowlist: bool| {
        json!({
            "disable_public_repositories": false,
            "disable_push_member_namespaces": false,
            "repository_allowlist_enabled": allowlist,
        })
    };
    let names = |names: &[&str]| json!({"repository_names": names});
    let listed = || {
        let mut listed: Vec<String> = olivia
            .pages(ITEMS)
            .iter()
            .map(|item| text(&item["repository_name"]))
            .collect();
        listed.sort();
        listed
    };
    olivia.succeed("PUT", SETTINGS, Some(&settings(true)));
    assert_eq!(olivia.succeed("GET", SETTINGS, None), settings(true));
    olivia.succeed("POST", ITEMS, Some(&names(&["evil/miner", "acme/tool"])));
    assert_eq!(listed(), ["acme/tool", "evil/miner"]);
    // A change adds first, and removes then.
    olivia.succeed("POST", ITEMS, Some(&names(&["bitnami/nginx"])));
    olivia.succeed("DELETE", ITEMS, Some(&names(&["acme/tool"])));
    assert_eq!(listed(), ["bitnami/nginx", "evil/miner"]);
    olivia.succeed(
        "DELETE",
        ITEMS,
        Some(&names(&["bitnami/nginx", "evil/miner"])),
    );
    assert!(listed().is_empty());
    olivia.succeed("PUT", SETTINGS, Some(&settings(false)));
    assert_eq!(olivia.succeed("GET", SETTINGS, None), settings(false));
}

#[test]
fn docker_org_team_and_docker_org_team_member() {
    let stage = Stage::set();
    let olivia = stage.client("olivia");
    // The provider's own type, sent whole: what it does not know is empty.
    let team = |name: &str, description: &str| json!({"id": 0, "uuid": "", "name": name, "description": description, "member_count": 0});
    let created = olivia.succeed(
        "POST",
        "/orgs/acme/groups/",
        Some(&team("dev-team", "Builds")),
    );
    let id = number(&created["id"]);
    assert_ne!(id, 0, "Terraform keeps the number: {created}");
    assert_eq!(text(&created["name"]), "dev-team");
    assert_eq!(text(&created["description"]), "Builds");
    let read = olivia.succeed("GET", "/orgs/acme/groups/dev-team/", None);
    assert_eq!(number(&read["id"]), id);
    assert_eq!(text(&read["description"]), "Builds");
    assert_eq!(number(&read["member_count"]), 0);

    // docker_org_team_member, and the same as an association of several.
    let member = json!({"member": "mia"});
    olivia.succeed("POST", "/orgs/acme/groups/dev-team/members/", Some(&member));
    let members = olivia.pages("/orgs/acme/groups/dev-team/members/");
    assert_eq!(members.len(), 1);
    for name in [
        "id",
        "uuid",
        "username",
        "full_name",
        "location",
        "company",
        "profile_url",
        "date_joined",
        "gravatar_url",
        "gravatar_email",
        "type",
        "email",
        "role",
        "primary_email",
    ] {
        text(&members[0][name]);
    }
    assert_eq!(text(&members[0]["username"]), "mia");
    // As the data source reads it.
    let read = olivia.succeed("GET", "/orgs/acme/groups/dev-team/", None);
    assert_eq!(number(&read["member_count"]), 1);

    // Another name: the old one in the path, the new one in the body.
    let renamed = olivia.succeed(
        "PATCH",
        "/orgs/acme/groups/dev-team/",
        Some(&team("platform", "Builds and runs")),
    );
    assert_eq!(number(&renamed["id"]), id, "the number stays");
    assert_eq!(text(&renamed["name"]), "platform");
    assert_eq!(text(&renamed["description"]), "Builds and runs");
    let gone = olivia
        .send("GET", "/orgs/acme/groups/dev-team/", None)
        .expect_err("it has another name");
    assert!(gone.is_not_found(), "{}", gone.text);
    let members = olivia.pages("/orgs/acme/groups/platform/members/");
    assert_eq!(members.len(), 1, "members stay");

    olivia.succeed("DELETE", "/orgs/acme/groups/platform/members/mia", None);
    assert!(
        olivia
            .pages("/orgs/acme/groups/platform/members/")
            .is_empty()
    );
    olivia.succeed("DELETE", "/orgs/acme/groups/platform/", None);
    for method in ["GET", "DELETE"] {
        let gone = olivia
            .send(method, "/orgs/acme/groups/platform/", None)
            .expect_err("it is deleted");
        assert!(gone.is_not_found(), "{}", gone.text);
    }
}

#[test]
fn docker_org_member() {
    let stage = Stage::set();
    let olivia = stage.client("olivia");
    let member_named = |name: &str| {
        let members = olivia.pages("/orgs/acme/members");
        members
            .into_iter()
            .find(|one| text(&one["username"]) == name || text(&one["email"]) == name)
    };
    let invited_as = |name: &str| {
        let invites = olivia.succeed("GET", "/orgs/acme/invites", None);
        let invites = invites["data"].as_array().unwrap().clone();
        invites
            .into_iter()
            .find(|one| text(&one["invitee"]) == name)
    };
    let invite = |invitee: &str, role: &str| {
        // First it looks whether they are there already.
        assert!(member_named(invitee).is_none());
        assert!(invited_as(invitee).is_none());
        let wanted = json!({
            "org": "acme", "team": "", "invitees": [invitee], "role": role, "dry_run": false,
        });
        let answer = olivia.succeed("POST", "/invites/bulk", Some(&wanted));
        let invitees = answer["invitees"].as_array().unwrap();
        assert_eq!(invitees.len(), 1, "{answer}");
        assert_eq!(text(&invitees[0]["invitee"]), invitee);
        let id = text(&invitees[0]["invite"]["id"]);
        assert!(!id.is_empty(), "{answer}");
        id
    };

    // By e-mail, and taken back.
    let id = invite("guest@elsewhere.example", "member");
    let found = invited_as("guest@elsewhere.example").expect("the invite is listed");
    assert_eq!(text(&found["id"]), id);
    olivia.succeed("DELETE", &format!("/invites/{id}"), None);
    assert!(invited_as("guest@elsewhere.example").is_none());

    // By user name.
    let id = invite("newcomer", "member");
    assert_eq!(text(&invited_as("newcomer").expect("listed")["id"]), id);
    olivia.succeed("DELETE", &format!("/invites/{id}"), None);

    // Somebody who is there already is taken as they are.
    let mia = member_named("mia@acme.example").expect("mia is a member");
    assert_eq!(text(&mia["role"]).to_lowercase(), "member");
    for role in ["owner", "member"] {
        let body = json!({"role": role});
        olivia.succeed("PUT", "/orgs/acme/members/mia/", Some(&body));
        let mia = member_named("mia").expect("mia is a member");
        assert_eq!(text(&mia["role"]).to_lowercase(), role);
    }
    // The invite that it knows of is gone, so it removes the member instead.
    let gone = olivia.send("DELETE", &format!("/invites/{id}"), None);
    assert!(gone.is_err());
    olivia.succeed("DELETE", "/orgs/acme/members/mia/", None);
    assert!(member_named("mia").is_none());
}

#[test]
fn docker_access_token() {
    let stage = Stage::set();
    let mia = stage.client("mia");
    // Terraform fails if the scopes come back in another order.
    let scopes = json!(["repo:read", "repo:public_read"]);
    let wanted = json!({"token_label": "laptop", "scopes": scopes});
    let created = mia.succeed("POST", "/access-tokens", Some(&wanted));
    let uuid = text(&created["uuid"]);
    let secret = text(&created["token"]);
    assert!(!uuid.is_empty() && !secret.is_empty(), "{created}");
    assert_eq!(created["is_active"], true);
    assert_eq!(created["token_label"], "laptop");
    assert_eq!(created["scopes"], scopes);
    let path = format!("/access-tokens/{uuid}");
    let read = |label: &str, active: bool| {
        let read = mia.succeed("GET", &path, None);
        assert_eq!(text(&read["token"]), "", "it is shown once");
        assert_eq!(read["token_label"], label);
        assert_eq!(read["is_active"], active);
        assert_eq!(read["scopes"], scopes);
        for name in [
            "client_id",
            "creator_ip",
            "creator_ua",
            "created_at",
            "last_used",
            "generated_by",
        ] {
            text(&read[name]);
        }
    };
    read("laptop", true);
    for (label, active) in [("desk", true), ("desk", false), ("desk", true)] {
        let change = json!({"token_label": label, "is_active": active});
        let changed = mia.succeed("PATCH", &path, Some(&change));
        assert_eq!(changed["scopes"], scopes);
        read(label, active);
        let signed_in = stage.sign_in_status("mia", &secret);
        assert_eq!(signed_in, if active { 200 } else { 401 });
    }
    // The data source docker_access_tokens.
    let all = mia.pages("/access-tokens");
    assert_eq!(all.len(), 1);
    assert_eq!(text(&all[0]["uuid"]), uuid);

    mia.succeed("DELETE", &path, None);
    assert_eq!(stage.sign_in_status("mia", &secret), 401);
    for method in ["GET", "DELETE"] {
        let gone = mia.send(method, &path, None).expect_err("it is deleted");
        assert!(gone.is_not_found(), "{}", gone.text);
    }
    stage.the_log_holds_none_of(&[&secret, &password("mia"), mia.token()]);
}

#[test]
fn docker_org_access_token() {
    let stage = Stage::set();
    let olivia = stage.client("olivia");
    let resource =
        |path: &str| json!({"type": "TYPE_REPO", "path": path, "scopes": ["scope-image-pull"]});
    let wanted = json!({
        "label": "ci-token",
        "description": "Token for CI pulls",
        "resources": [resource("acme/*"), resource("*/*/public")],
        "expires_at": "2097-12-31T23:59:59Z",
    });
    let created = olivia.succeed("POST", "/orgs/acme/access-tokens", Some(&wanted));
    let id = text(&created["id"]);
    let secret = text(&created["token"]);
    assert!(!id.is_empty() && !secret.is_empty(), "{created}");
    let planned = |answer: &Value, wanted: &Value| {
        for name in ["label", "description", "resources"] {
            assert_eq!(
                answer[name], wanted[name],
                "Terraform planned another {name}"
            );
        }
        assert_eq!(answer["expires_at"], "2097-12-31T23:59:59Z");
        assert_eq!(text(&answer["created_by"]), "olivia");
        assert!(!text(&answer["created_at"]).is_empty());
    };
    planned(&created, &wanted);
    let path = format!("/orgs/acme/access-tokens/{id}");
    let read = olivia.succeed("GET", &path, None);
    planned(&read, &wanted);
    assert_eq!(text(&read["token"]), "", "it is shown once");
    text(&read["last_used_at"]);

    let change = json!({
        "label": "ci",
        "description": "",
        "resources": [resource("acme/*")],
    });
    let changed = olivia.succeed("PATCH", &path, Some(&change));
    planned(&changed, &change);
    planned(&olivia.succeed("GET", &path, None), &change);
    assert_eq!(stage.sign_in_status("acme", &secret), 200);

    olivia.succeed("DELETE", &path, None);
    assert_eq!(stage.sign_in_status("acme", &secret), 401);
    for method in ["GET", "DELETE"] {
        let gone = olivia.send(method, &path, None).expect_err("it is deleted");
        assert!(gone.is_not_found(), "{}", gone.text);
    }
    // Without what may be left out, as Terraform leaves it out.
    let plain = json!({"label": "plain", "description": "", "resources": [resource("acme/*")]});
    let created = olivia.succeed("POST", "/orgs/acme/access-tokens", Some(&plain));
    assert_eq!(text(&created["expires_at"]), "");
    let other = text(&created["token"]);
    stage.the_log_holds_none_of(&[&secret, &other, &password("olivia"), olivia.token()]);
}

#[test]
fn docker_org_and_docker_org_members_as_data_sources() {
    let stage = Stage::set();
    let olivia = stage.client("olivia");
    let org = olivia.succeed("GET", "/orgs/acme/", None);
    for name in [
        "id",
        "orgname",
        "full_name",
        "location",
        "company",
        "date_joined",
    ] {
        text(&org[name]);
    }
    assert_eq!(text(&org["orgname"]), "acme");
    for number in 0..120 {
        let username = format!("person-{number:03}");
        stage
            .gateway
            .command_with_input(
                &["user", "create", &username, "--password-stdin"],
                "a long passphrase\n",
            )
            .expect_success();
        stage
            .gateway
            .command(&["member", "add", "acme", &username])
            .expect_success();
    }
    // More than a page: the provider has to find its way to the next.
    let members = olivia.pages("/orgs/acme/members");
    let mut names: Vec<String> = members.iter().map(|one| text(&one["username"])).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 122, "each member once");
    for member in &members {
        for name in [
            "email",
            "role",
            "id",
            "full_name",
            "type",
            "username",
            "date_joined",
        ] {
            text(&member[name]);
        }
        assert!(
            member["groups"].is_array() && member["is_guest"].is_boolean(),
            "{member}"
        );
    }
    let nowhere = olivia
        .send("GET", "/orgs/elsewhere/", None)
        .expect_err("there is none");
    assert!(nowhere.is_not_found(), "{}", nowhere.text);
}
