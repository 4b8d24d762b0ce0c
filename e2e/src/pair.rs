use serde_json::json;

use crate::wire::{Answer, Ask, ask};
use crate::{Gateway, Postgres, Setting, Site};

/// A site with a second server beside its own, on one PostgreSQL database.
#[derive(Debug)]
pub struct Pair {
    /// The second server.
    pub other: Gateway,
    /// The site, with the first one.
    pub site: Site,
    /// Last, so that it is still there while the servers end.
    pub postgres: Postgres,
}

impl Pair {
    /// Starts everything.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts everything, both servers configured a little differently.
    pub fn start_with(change: impl FnOnce(&mut Setting)) -> Self {
        let postgres = Postgres::start();
        let site = Site::start_with(|setting| {
            setting.database = Some(postgres.url());
            change(setting);
        });
        let other = site.replica();
        Self {
            other,
            site,
            postgres,
        }
    }

    /// Both servers.
    pub fn both(&self) -> [&Gateway; 2] {
        [&self.site.gateway, &self.other]
    }

    /// Their ports for container clients.
    pub fn ports(&self) -> [u16; 2] {
        self.both().map(Gateway::port)
    }

    /// A request for an image of the site's.
    pub fn manifest(&self, token: &str, path: &str) -> Ask {
        ask("GET", &format!("/v2/{path}/manifests/1"))
            .bearer(token)
            .header("accept", self.site.image(path).manifest.media_type)
    }

    /// Signs in to a server's API.
    pub fn sign_in(gateway: &Gateway, username: &str, secret: &str) -> Answer {
        let login = json!({"username": username, "password": secret});
        ask("POST", "/v2/users/login")
            .body("application/json", login.to_string().as_bytes())
            .to(gateway.control())
    }

    /// A session of somebody at a server's API, by their password.
    pub fn session(gateway: &Gateway, username: &str) -> String {
        let passphrase = format!("a long passphrase of {username}");
        let answer = Self::sign_in(gateway, username, &passphrase);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["token"]
            .as_str()
            .expect("a session")
            .to_owned()
    }

    /// A request that allows or restricts official images, as an owner sends
    /// it to the API.
    pub fn official(session: &str, allowed: bool) -> Ask {
        let settings = json!({"restricted_images": {
            "enabled": true,
            "allow_official_images": allowed,
            "allow_verified_publishers": false,
        }});
        ask("PUT", "/v2/orgs/acme/settings")
            .bearer(session)
            .body("application/json", settings.to_string().as_bytes())
    }
}
