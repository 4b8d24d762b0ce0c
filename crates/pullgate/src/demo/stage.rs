//! What the demo needs to run: two stand-ins, and Pullgate in front of them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use pullgate_identity::{PasswordHash, Secret};
use pullgate_policy::{OrganizationName, Permission, Role, Switch, Username};
use pullgate_reference::{Pattern, Repository};
use pullgate_store::{Actor as StoreActor, NewPerson};
use pullgate_upstream::UpstreamConfig;
use tempfile::TempDir;

use super::hub::Hub;
use super::images::Image;
use super::people::{Account, Actor, EXHIBITS, Exhibit};
use super::pull::{Pulled, pull};
use super::registry::Registry;
use crate::config::Config;
use crate::failure::Failure;
use crate::server::{End, Handler, Listener, Phase, Running, start};

const OWNER: &str = "olivia";
const MEMBER: &str = "mia";
const ORGANIZATION: &str = "acme";

/// Everything that runs for the demo.
pub(super) struct Stage {
    pub(super) running: Running,
    pub(super) actors: [Actor; 3],
    stand_ins: End,
    folder: TempDir,
}

/// One actor pulled one exhibit.
pub(super) struct Scene<'s> {
    pub(super) exhibit: Exhibit,
    pub(super) actor: &'s Actor,
    pub(super) pulled: Pulled,
    /// Why, in a sentence.
    pub(super) reason: String,
}

impl Scene<'_> {
    /// Whether it ended as the policy says.
    pub(super) fn is_as_expected(&self) -> bool {
        self.exhibit.may_be_pulled_by(self.actor) == (self.pulled == Pulled::Whole)
    }
}

impl Stage {
    /// Starts everything and sets the organization up.
    pub(super) async fn set(gateway: Option<SocketAddr>) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("pullgate-demo-")
            .tempdir()?;
        let (stand_ins, _) = End::new();
        let registry_url = stand_in(Registry::new(images()?), &stand_ins).await?;
        let hub_url = stand_in(Hub, &stand_ins).await?;
        let mut upstream = UpstreamConfig::docker_hub();
        upstream.url = Some(
            registry_url
                .parse()
                .map_err(|error: pullgate_upstream::ConfigError| Failure::new(error.to_string()))?,
        );
        let mut config = Config {
            data: folder.path().join("data"),
            upstreams: vec![upstream],
            ..Config::default()
        };
        config.hub.url = hub_url;
        config.gateway.listen = gateway.unwrap_or_else(preferred_address);
        config.operations.listen = loopback(0);
        config.control.listen = free_address()?;
        config.public_url = Some(format!("http://{}", config.control.listen));
        let running = start(&config).await?;
        let actors = people()?;
        let stage = Self {
            running,
            actors,
            stand_ins,
            folder,
        };
        stage.set_up_organization().await?;
        Ok(stage)
    }

    async fn set_up_organization(&self) -> Result<(), Failure> {
        let parts = &self.running.parts;
        let (store, by) = (&parts.store, &StoreActor::CommandLine);
        for account in self
            .actors
            .iter()
            .filter_map(|actor| actor.account.as_ref())
        {
            let person = NewPerson {
                username: name(account.username)?,
                email: format!("{}@acme.example", account.username),
                password_hash: Some(self.hash(&account.password).await?),
            };
            store.create_person(person, by).await?;
        }
        let acme: OrganizationName = name(ORGANIZATION)?;
        store
            .create_organization(&acme, "Acme", &name(OWNER)?, by)
            .await?;
        store
            .set_member(&acme, &name::<Username>(MEMBER)?, Role::Member, by)
            .await?;
        store
            .add_namespace(&acme, &name::<Pattern>("docker.io/acme/**")?, by)
            .await?;
        store
            .change_settings(&acme, by, |settings| {
                settings.iam.enabled = Switch::On;
                settings.iam.official = Permission::Allowed;
                settings.iam.verified_publisher = Permission::Allowed;
            })
            .await?;
        parts.door.reload().await?;
        Ok(())
    }

    async fn hash(&self, password: &Secret) -> Result<PasswordHash, Failure> {
        let identity = &self.running.parts.identity;
        identity
            .hash_password(password)
            .await
            .map_err(|error| Failure::new(error.to_string()))
    }

    /// Lets everybody pull everything.
    pub(super) async fn play(&self) -> Result<Vec<Scene<'_>>, Failure> {
        let mut scenes = Vec::new();
        for exhibit in EXHIBITS {
            for actor in &self.actors {
                let account = actor.account.as_ref();
                let pulled = pull(&self.running.gateway_url, exhibit.path, account).await?;
                let reason = match &pulled {
                    Pulled::Refused(message) => message.clone(),
                    Pulled::Whole => self.reason(exhibit, actor).await?,
                };
                scenes.push(Scene {
                    exhibit,
                    actor,
                    pulled,
                    reason,
                });
            }
        }
        Ok(scenes)
    }

    /// Why a pull was allowed. A client is not told, so the door is asked.
    async fn reason(&self, exhibit: Exhibit, actor: &Actor) -> Result<String, Failure> {
        let Some(account) = &actor.account else {
            return Ok("a stranger was let in".to_owned());
        };
        let parts = &self.running.parts;
        let subject = parts
            .identity
            .sign_in(
                account.username,
                &account.password,
                Ipv4Addr::LOCALHOST.into(),
            )
            .await
            .map_err(|error| Failure::new(error.to_string()))?;
        let repository: Repository = name(exhibit.path)?;
        let decision = parts.door.explain(&subject, &repository).await;
        Ok(decision
            .sentence(None)
            .split_once("may be pulled: ")
            .map_or_else(|| decision.sentence(None), |(_, why)| why.to_owned()))
    }

    /// Ends everything and removes what it left.
    pub(super) async fn clear(self) {
        // Whoever plays with it has asked for its end.
        self.running.stop(std::future::ready(())).await;
        self.stand_ins.enter(Phase::Cut);
        if let Err(error) = self.folder.close() {
            tracing::warn!(%error, "the demo's folder could not be removed");
        }
    }
}

fn people() -> Result<[Actor; 3], Failure> {
    let account = |username| {
        let password = one_time_password()?;
        Ok::<_, Failure>(Some(Account { username, password }))
    };
    Ok([
        Actor {
            role: "owner",
            account: account(OWNER)?,
        },
        Actor {
            role: "member",
            account: account(MEMBER)?,
        },
        Actor {
            role: "stranger",
            account: None,
        },
    ])
}

/// A password for this run alone. There is no default one.
fn one_time_password() -> Result<Secret, Failure> {
    let mut random = [0; 9];
    aws_lc_rs::rand::fill(&mut random)
        .map_err(|_| Failure::new("this machine gives no random numbers"))?;
    let groups = random.chunks(3).map(|chunk| {
        chunk
            .iter()
            .map(|byte| char::from(b'a' + byte % 26))
            .chain([char::from(b'0' + chunk[0] % 10)])
            .collect::<String>()
    });
    Ok(Secret::from(groups.collect::<Vec<_>>().join("-")))
}

fn images() -> io::Result<Vec<(String, Image)>> {
    EXHIBITS
        .iter()
        .map(|exhibit| {
            let text = format!("This is {}, {}.\n", exhibit.path, exhibit.about);
            Ok((exhibit.path.to_owned(), Image::with_text(&text)?))
        })
        .collect()
}

/// Starts a stand-in and returns its address.
async fn stand_in(handler: impl Handler, end: &End) -> Result<String, Failure> {
    let listener = Listener::bind("stand-in", loopback(0), None).await?;
    let url = listener.url()?;
    tokio::spawn(listener.run(handler, end.subscribe()));
    Ok(url)
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Port 5000, as a registry's address usually ends, unless it is taken.
fn preferred_address() -> SocketAddr {
    match std::net::TcpListener::bind(loopback(5000)) {
        Ok(_) => loopback(5000),
        Err(_) => loopback(0),
    }
}

/// An address that is free now. The denial's link must name it before it is
/// listened on.
fn free_address() -> io::Result<SocketAddr> {
    std::net::TcpListener::bind(loopback(0))?.local_addr()
}

/// Reads a name that stands in this program.
fn name<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Failure> {
    text.parse()
        .map_err(|error: T::Err| Failure::new(error.to_string()))
}
