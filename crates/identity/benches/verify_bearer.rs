//! The hot path: a bearer token that was brought before.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at the first surprise"
)]

use pullgate_identity::{Identity, PasswordSettings, Secret, Settings, Subject, system_clock};
use pullgate_store::{Actor, DatabaseUrl, NewPerson, Store};

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

const SERVICE: &str = "registry.acme.example";

fn main() {
    divan::main();
}

/// Warm: its signature is remembered, its holder is looked up.
#[divan::bench(threads = [1, 2])]
fn warm(bencher: divan::Bencher<'_, '_>) {
    let (identity, bearer, _folder) = installation();
    identity.verify_bearer(&bearer, SERVICE).unwrap();
    bencher.bench(|| identity.verify_bearer(divan::black_box(&bearer), SERVICE));
}

/// For comparison: issued, and brought for the first time.
#[divan::bench]
fn cold(bencher: divan::Bencher<'_, '_>) {
    let (identity, _, _folder) = installation();
    bencher
        .with_inputs(|| {
            let bearer = identity.issue_bearer(&Subject::Stranger, SERVICE, &[]);
            bearer.unwrap().token
        })
        .bench_refs(|bearer| identity.verify_bearer(bearer, SERVICE));
}

fn installation() -> (Identity, String, tempfile::TempDir) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("pullgate.db"));
        let store = Store::open(&url).await.unwrap();
        let settings = Settings {
            password: PasswordSettings {
                memory_kib: 64,
                passes: 1,
                ..PasswordSettings::default()
            },
            ..Settings::default()
        };
        let identity = Identity::open(store.clone(), settings, system_clock());
        let identity = identity.await.unwrap();
        let password = Secret::new("correct horse battery staple");
        let person = NewPerson {
            username: "mia".parse().unwrap(),
            email: String::new(),
            password_hash: Some(identity.hash_password(&password).await.unwrap()),
        };
        store.create_person(person, &Actor::System).await.unwrap();
        identity.reload_directory().await.unwrap();
        let from = [192, 0, 2, 1].into();
        let mia = identity.sign_in("mia", &password, from).await.unwrap();
        let bearer = identity.issue_bearer(&mia, SERVICE, &[]).unwrap();
        (identity, bearer.token, folder)
    })
}
