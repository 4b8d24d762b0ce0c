//! An installation with an organization, and a clock that a test moves.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use pullgate_identity::{
    Clock, Directory, Identity, IssuedToken, PasswordSettings, PersonId, Scope, Secret, Settings,
    SignInError, Subject, TokenId, TokenOrder, TokenOwner,
};
use pullgate_policy::{OrganizationName, Role, Switch, TeamName, Username};
use pullgate_store::{Actor, DatabaseUrl, NewPerson, Store, TokenEdit};
use tempfile::TempDir;

/// Everybody's password here.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// The registry that bearer tokens are for.
pub(crate) const SERVICE: &str = "registry.acme.example";
/// From where everybody signs in, unless the story says otherwise.
pub(crate) const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// Somewhere else.
pub(crate) const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

/// `olga` owns `acme`; `mia` is a member of it, in the team `build`.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) identity: Arc<Identity>,
    settings: Settings,
    seconds: Arc<AtomicI64>,
    folder: TempDir,
}

/// Settings with which a password costs little.
pub(crate) fn settings() -> Settings {
    Settings {
        password: PasswordSettings {
            memory_kib: 64,
            passes: 1,
            ..PasswordSettings::default()
        },
        ..Settings::default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("pullgate.db"));
        Self::over(&url, settings, folder).await
    }

    /// On a PostgreSQL database, which other replicas can share.
    pub(crate) async fn on_postgres(address: &str) -> Self {
        let url = DatabaseUrl::parse(address).unwrap();
        Self::over(&url, settings(), tempfile::tempdir().unwrap()).await
    }

    async fn over(url: &DatabaseUrl, settings: Settings, folder: TempDir) -> Self {
        let seconds = Arc::new(AtomicI64::new(1_800_000_000));
        let store = Store::open(url).await.unwrap().with_clock(clock(&seconds));
        let identity = Identity::open(store.clone(), settings.clone(), clock(&seconds))
            .await
            .unwrap();
        let world = Self {
            store,
            identity: Arc::new(identity),
            settings,
            seconds,
            folder,
        };
        world.people().await;
        world
    }

    async fn people(&self) {
        for name in ["olga", "mia"] {
            self.add_person(name).await;
        }
        let (store, system) = (&self.store, &Actor::System);
        store
            .create_organization(&acme(), "Acme", &username("olga"), system)
            .await
            .unwrap();
        store
            .set_member(&acme(), &username("mia"), Role::Member, system)
            .await
            .unwrap();
        store.create_team(&acme(), &team(), system).await.unwrap();
        store
            .add_team_member(&acme(), &team(), &username("mia"), system)
            .await
            .unwrap();
        self.reload().await;
    }

    /// Adds a person who belongs to no organization.
    pub(crate) async fn add_person(&self, name: &str) {
        let password_hash = self.identity.hash_password(&PASSWORD.into_secret()).await;
        let person = NewPerson {
            username: username(name),
            email: format!("{name}@acme.example"),
            password_hash: Some(password_hash.unwrap()),
        };
        self.store
            .create_person(person, &Actor::System)
            .await
            .unwrap();
        self.reload().await;
    }

    /// Another server over the same store.
    pub(crate) async fn another_replica(&self) -> Identity {
        let clock = clock(&self.seconds);
        Identity::open(self.store.clone(), self.settings.clone(), clock)
            .await
            .unwrap()
    }

    /// What the access crate does when it sees that the store has changed.
    pub(crate) async fn reload(&self) {
        let snapshot = self.store.load().await.unwrap();
        self.identity.replace_directory(Directory::build(&snapshot));
    }

    pub(crate) fn let_pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        clock(&self.seconds)()
    }

    pub(crate) async fn sign_in(&self, name: &str, secret: &str) -> Result<Subject, SignInError> {
        self.sign_in_from(name, secret, OFFICE).await
    }

    pub(crate) async fn sign_in_from(
        &self,
        name: &str,
        secret: &str,
        from: IpAddr,
    ) -> Result<Subject, SignInError> {
        self.identity
            .sign_in(name, &secret.into_secret(), from)
            .await
    }

    pub(crate) async fn mia(&self) -> Subject {
        self.sign_in("mia", PASSWORD).await.unwrap()
    }

    pub(crate) fn id_of(&self, name: &str) -> PersonId {
        self.identity.directory().person_named(name).unwrap().id
    }

    pub(crate) async fn personal_token(&self, name: &str, scope: Scope) -> IssuedToken {
        let owner = TokenOwner::Person(self.id_of(name));
        self.issue(owner, scope, None).await
    }

    pub(crate) async fn organization_token(&self) -> IssuedToken {
        let owner = TokenOwner::Organization(acme());
        self.issue(owner, Scope::RepoRead, None).await
    }

    pub(crate) async fn issue(
        &self,
        owner: TokenOwner,
        scope: Scope,
        expires_at: Option<Timestamp>,
    ) -> IssuedToken {
        let order = TokenOrder {
            expires_at,
            ..TokenOrder::new(owner, "ci", &[scope])
        };
        let issued = self.identity.issue_token(order, &Actor::System).await;
        issued.unwrap()
    }

    /// Switches an access token on or off.
    pub(crate) async fn switch(&self, owner: &TokenOwner, id: TokenId, status: Switch) {
        let edit = TokenEdit {
            status: Some(status),
            ..TokenEdit::default()
        };
        let changed = self.identity.change_token(owner, id, edit, &Actor::System);
        changed.await.unwrap();
        self.reload().await;
    }

    pub(crate) fn bearer(&self, subject: &Subject) -> String {
        let bearer = self.identity.issue_bearer(subject, SERVICE, &[]);
        bearer.unwrap().token
    }

    /// All that is on the disk.
    pub(crate) fn stored_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files
            .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .collect()
    }

    /// What somebody belongs to now, as text.
    pub(crate) fn memberships(&self, subject: &Subject) -> Vec<String> {
        let directory = self.identity.directory();
        directory
            .memberships(subject)
            .map(|(organization, role, teams)| format!("{organization} {role:?} {teams:?}"))
            .collect()
    }
}

fn clock(seconds: &Arc<AtomicI64>) -> Clock {
    let seconds = Arc::clone(seconds);
    Arc::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap())
}

pub(crate) fn acme() -> OrganizationName {
    "acme".parse().unwrap()
}

pub(crate) fn team() -> TeamName {
    "build".parse().unwrap()
}

pub(crate) fn username(name: &str) -> Username {
    name.parse().unwrap()
}

pub(crate) fn at_once(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

/// Text as a secret.
pub(crate) trait IntoSecret {
    fn into_secret(self) -> Secret;
}

impl IntoSecret for &str {
    fn into_secret(self) -> Secret {
        Secret::new(self)
    }
}
