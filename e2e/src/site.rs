use std::collections::BTreeMap;

use crate::wire::ask;
use crate::{Account, Gateway, Hub, Image, Kind, Manifest, Platform, Registry, Setting, Upstream};

/// Everything that the organization `acme` has: Pullgate with Image Access
/// Management on, an owner, a member, and a registry behind it that plays
/// Docker Hub's and has one image of every category.
///
/// | image | category |
/// |---|---|
/// | `library/base:1` | official |
/// | `library/multi:oci`, `library/multi:list` | official, for two platforms |
/// | `bitnami/tool:1` | verified publisher, restricted |
/// | `sponsored/lib:1` | sponsored OSS; the stories switch it on and off |
/// | `evil/miner:1` | community |
/// | `acme/app:1` | acme's own, and private: only acme's account gets it |
///
/// Official images are allowed, all else is restricted. Each image's label
/// `holds` is its name above, so that a test can tell what it got.
#[derive(Debug)]
pub struct Site {
    /// The gateway, which people pull from.
    pub gateway: Gateway,
    /// What the gateway takes for Docker Hub's registry.
    pub upstream: Upstream,
    /// What the gateway takes for Docker Hub's namespace API.
    pub hub: Hub,
    /// What really holds the images.
    pub registry: Registry,
    /// olivia, who owns acme.
    pub owner: Person,
    /// mia, who is a member of acme.
    pub member: Person,
    /// sam, who has an account and belongs to no organization.
    pub outsider: Person,
    /// acme's account at the registry, which alone is shown acme's images.
    pub robot: Account,
    /// The names of the registries that the gateway pulls from.
    pub registries: Vec<String>,
    images: BTreeMap<&'static str, Image>,
    setting: Setting,
}

/// Somebody with an access token.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name to sign in with.
    pub username: String,
    /// The access token.
    pub secret: String,
    /// The folder's name in which clients keep what this person signed in to.
    pub home: String,
}

impl Site {
    /// Starts everything.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts everything, configured a little differently.
    pub fn start_with(change: impl FnOnce(&mut Setting)) -> Self {
        let registry = Registry::start();
        let images = fill(&registry);
        let upstream = Upstream::start(registry.port());
        let robot = Account {
            organization: "acme".to_owned(),
            registry: "docker.io".to_owned(),
            username: "acme-robot".to_owned(),
            password: "the robot's secret".to_owned(),
        };
        upstream.make_private("acme", &robot);
        let hub = Hub::start();
        let mut setting = Setting {
            hub: hub.url(),
            upstreams: vec![("docker.io".to_owned(), upstream.url())],
            accounts: vec![robot.clone()],
            ..Setting::default()
        };
        change(&mut setting);
        let gateway = Gateway::start(&setting);
        for username in ["olivia", "mia", "sam"] {
            create(&gateway, username);
        }
        for command in [
            "org create acme --owner olivia",
            "member add acme mia",
            "namespace add acme docker.io/acme/**",
            "policy set acme --iam on --official allowed --verified-publisher restricted",
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            gateway.command(&words).expect_success();
        }
        let [owner, member, outsider] =
            ["olivia", "mia", "sam"].map(|username| with_token(&gateway, username));
        Self {
            gateway,
            upstream,
            hub,
            registry,
            owner,
            member,
            outsider,
            robot,
            registries: setting
                .upstreams
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
            images,
            setting,
        }
    }

    /// Starts another server of the same configuration, with ports and a data
    /// folder of its own. They need a database that they can share.
    pub fn replica(&self) -> Gateway {
        assert!(
            self.setting.database.is_some(),
            "replicas share a PostgreSQL database"
        );
        Gateway::start(&self.setting)
    }

    /// The image `library/base`, `bitnami/tool`, `sponsored/lib`,
    /// `evil/miner` or `acme/app`.
    pub fn image(&self, repository: &str) -> &Image {
        &self.images[repository]
    }

    /// Makes an account for somebody new, with an access token.
    pub fn newcomer(&self, username: &str) -> Person {
        create(&self.gateway, username);
        with_token(&self.gateway, username)
    }

    /// A bearer token of the gateway, as a client gets it: by signing in, or
    /// for nobody.
    pub fn bearer(&self, person: Option<&Person>) -> String {
        let mut request = ask("GET", "/token?service=pullgate&scope=repository:any:pull");
        if let Some(person) = person {
            request = request.basic(&person.username, &person.secret);
        }
        let answer = request.to(self.gateway.port());
        match answer.json()["token"].as_str() {
            Some(token) => token.to_owned(),
            None => panic!("{} gives no token: {}", answer.status, answer.text()),
        }
    }

    /// What somebody reads who has not signed in.
    pub fn not_signed_in(path: &str) -> String {
        format!("pull denied: docker.io/{path} can be pulled only by people who have signed in")
    }

    /// What a member of acme reads who pulls a repository of a restricted
    /// category.
    pub fn restricted(&self, path: &str, kind: &str) -> String {
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        format!(
            "pull denied: docker.io/{path} is {article} {kind} image, \
             and {kind} images are restricted by acme. \
             Ask an owner, or request access: {}/request?image={path}",
            self.gateway.public_url()
        )
    }

    /// What a member of acme reads who pulls a community image.
    pub fn community(&self, path: &str) -> String {
        self.restricted(path, "community")
    }

    /// Changes acme's policy, as an owner does.
    pub fn set_policy(&self, arguments: &[&str]) {
        let mut command = vec!["policy", "set", "acme"];
        command.extend_from_slice(arguments);
        self.gateway.command(&command).expect_success();
    }
}

impl Person {
    /// The password to sign in to the console with.
    pub fn password(&self) -> String {
        password_of(&self.username)
    }
}

fn password_of(username: &str) -> String {
    format!("a long passphrase of {username}")
}

fn create(gateway: &Gateway, username: &str) {
    gateway
        .command_with_input(
            &["user", "create", username, "--password-stdin"],
            &format!("{}\n", password_of(username)),
        )
        .expect_success();
}

fn with_token(gateway: &Gateway, username: &str) -> Person {
    let printed = gateway.command(&["token", "create", "--user", username, "--label", "laptop"]);
    let secret = printed
        .expect_success()
        .split_whitespace()
        .find(|word| word.starts_with("pgp_"))
        .unwrap_or_else(|| panic!("no token was printed: {}", printed.text()));
    Person {
        username: username.to_owned(),
        secret: secret.to_owned(),
        home: username.to_owned(),
    }
}

fn fill(registry: &Registry) -> BTreeMap<&'static str, Image> {
    let mut filled = BTreeMap::new();
    for (repository, kind) in [
        ("library/base", Kind::Docker),
        ("bitnami/tool", Kind::Oci),
        ("sponsored/lib", Kind::Docker),
        ("evil/miner", Kind::Docker),
        ("acme/app", Kind::Oci),
    ] {
        let image = Image::new(&format!("{repository}:1"), kind, Platform::Here);
        registry.push(repository, "1", &image);
        filled.insert(repository, image);
    }
    for (tag, kind) in [("oci", Kind::Oci), ("list", Kind::Docker)] {
        let images = [Platform::Elsewhere, Platform::Here].map(|platform| {
            let holds = match platform {
                Platform::Here => format!("library/multi:{tag}"),
                Platform::Elsewhere => format!("library/multi:{tag} for another platform"),
            };
            Image::new(&holds, kind, platform)
        });
        let index = Manifest::index(&images, kind);
        registry.push_index("library/multi", tag, &images, &index);
    }
    filled
}
