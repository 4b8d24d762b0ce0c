//! What every client has to show, told once.
//!
//! [`stories!`](crate::stories!) makes a test of each for one client.

use crate::wire::ask;
use crate::{Client, Configured, Elsewhere, Outcome, Person, Site};

/// Makes a test of each story for one client. Takes a function from a
/// `&'static Site` to the client; the stories of a file share one site.
#[macro_export]
macro_rules! stories {
    ($client:expr) => {
        $crate::stories! { $client;
            a_member_pulls_an_official_image
            a_member_is_denied_a_community_image_and_reads_why
            a_member_is_denied_an_image_whose_category_an_owner_restricted
            a_member_pulls_the_organizations_own_image
            an_owner_pulls_anything
            a_stranger_pulls_nothing
            somebody_of_no_organization_pulls_nothing
            a_wrong_secret_signs_nobody_in
            a_digest_is_decided_as_its_tag_is
            an_index_gives_the_image_of_this_platform
            a_change_of_policy_holds_from_the_next_pull_on
        }
    };
    ($client:expr; $($story:ident)+) => {
        fn site() -> &'static $crate::Site {
            static SITE: std::sync::LazyLock<$crate::Site> =
                std::sync::LazyLock::new($crate::Site::start);
            &SITE
        }

        $(
            #[test]
            fn $story() {
                let client = $client(site());
                $crate::stories::$story(site(), &client);
            }
        )+
    };
}

/// Official images are allowed.
pub fn a_member_pulls_an_official_image(site: &Site, client: &dyn Client) {
    sign_in(site, client, &site.member);
    gets(client, &site.member, "library/base:1");
}

/// The sentence and its link reach the user.
pub fn a_member_is_denied_a_community_image_and_reads_why(site: &Site, client: &dyn Client) {
    sign_in(site, client, &site.member);
    let denied = client.pull(Some(&site.member), "evil/miner:1");
    denies(client, &denied, &site.community("evil/miner"));
}

/// A category of Docker Hub's that the owner's switch restricts.
pub fn a_member_is_denied_an_image_whose_category_an_owner_restricted(
    site: &Site,
    client: &dyn Client,
) {
    sign_in(site, client, &site.member);
    let denied = client.pull(Some(&site.member), "bitnami/tool:1");
    let sentence = site.restricted("bitnami/tool", "verified publisher");
    denies(client, &denied, &sentence);
}

/// A namespace of the organization is allowed, whatever its category.
pub fn a_member_pulls_the_organizations_own_image(site: &Site, client: &dyn Client) {
    sign_in(site, client, &site.member);
    gets(client, &site.member, "acme/app:1");
}

/// Owners are never restricted.
pub fn an_owner_pulls_anything(site: &Site, client: &dyn Client) {
    sign_in(site, client, &site.owner);
    for name in [
        "library/base:1",
        "bitnami/tool:1",
        "evil/miner:1",
        "acme/app:1",
    ] {
        gets(client, &site.owner, name);
    }
}

/// Who has not signed in gets nothing, not even what everybody may have.
pub fn a_stranger_pulls_nothing(_: &Site, client: &dyn Client) {
    for name in [
        "library/base:1",
        "bitnami/tool:1",
        "evil/miner:1",
        "acme/app:1",
    ] {
        let (path, _) = name.split_once(':').unwrap_or((name, ""));
        denies(client, &client.pull(None, name), &Site::not_signed_in(path));
    }
}

/// An account alone is not enough.
pub fn somebody_of_no_organization_pulls_nothing(site: &Site, client: &dyn Client) {
    for name in ["library/base:1", "acme/app:1"] {
        // ctr has no sign-in of its own, so that the pull is what counts.
        if client.credentials(&site.outsider).is_some() {
            sign_in(site, client, &site.outsider);
        }
        let denied = client.pull(Some(&site.outsider), name);
        let sentence = "pull denied: your account belongs to no organization";
        denies(client, &denied, sentence);
    }
}

/// A guess does not sign in, and nothing can be pulled with it.
pub fn a_wrong_secret_signs_nobody_in(site: &Site, client: &dyn Client) {
    let guesser = Person {
        username: site.member.username.clone(),
        secret: "a guess".to_owned(),
        home: "guesser".to_owned(),
    };
    fails(&client.sign_in(&guesser), "sign-in");
    fails(
        &client.pull(Some(&guesser), "library/base:1"),
        "library/base:1",
    );
}

/// Naming an image by its digest is no way around, and no obstacle.
pub fn a_digest_is_decided_as_its_tag_is(site: &Site, client: &dyn Client) {
    sign_in(site, client, &site.member);
    let allowed = digest_of(site, "library/base");
    let name = format!("library/base@{allowed}");
    client.pull(Some(&site.member), &name).expect_success();
    assert_eq!(client.holds(&name), "library/base:1");
    let name = format!("evil/miner@{}", digest_of(site, "evil/miner"));
    let denied = client.pull(Some(&site.member), &name);
    denies(client, &denied, &site.community("evil/miner"));
}

/// Docker's manifest list and OCI's index.
pub fn an_index_gives_the_image_of_this_platform(site: &Site, client: &dyn Client) {
    sign_in(site, client, &site.member);
    for name in ["library/multi:oci", "library/multi:list"] {
        gets(client, &site.member, name);
    }
}

/// Denied, allowed and denied again with the same sign-in.
pub fn a_change_of_policy_holds_from_the_next_pull_on(site: &Site, client: &dyn Client) {
    let denied = site.restricted("sponsored/lib", "Docker-Sponsored Open Source");
    sign_in(site, client, &site.member);
    let pull = || client.pull(Some(&site.member), "sponsored/lib:1");
    denies(client, &pull(), &denied);
    site.set_policy(&["--sponsored-oss", "allowed"]);
    gets(client, &site.member, "sponsored/lib:1");
    site.set_policy(&["--sponsored-oss", "restricted"]);
    denies(client, &pull(), &denied);
}

/// Nothing is tried elsewhere: a registry that would serve the image at the
/// address that is its name is not asked by the client, neither after a denial
/// nor before. That an owner gets the image through the gateway shows that the
/// registry is named to the gateway as it should be.
pub fn a_denial_is_the_end<C: Configured>(client: impl FnOnce(&Site) -> C) {
    let elsewhere = Elsewhere::on_an_address();
    let site = Site::start_with(|setting| elsewhere.add_to(setting));
    let client = client(&site);
    let image = format!("{}/org/denied:1", elsewhere.name);
    let asked_by_itself = || elsewhere.front.heard();

    // The detour is open to everybody who takes it.
    let detour = ask("GET", "/v2/org/denied/manifests/1")
        .header("accept", "application/vnd.oci.image.manifest.v1+json")
        .to_address(&format!("{}:80", elsewhere.name));
    assert_eq!(detour.status, 200, "{}", detour.text());
    let detours = asked_by_itself().len();

    let stranger = client.pull_image(None, &image);
    let sentence = format!(
        "pull denied: {}/org/denied can be pulled only by people who have signed in",
        elsewhere.name
    );
    denies(&client, &stranger, &sentence);
    sign_in(&site, &client, &site.member);
    let denied = client.pull_image(Some(&site.member), &image);
    let sentence = format!(
        "pull denied: {}/org/denied is outside Docker Hub and not listed as trusted, so it counts \
         as a community image, and community images are restricted by acme",
        elsewhere.name
    );
    denies(&client, &denied, &sentence);
    assert_eq!(elsewhere.upstream.heard(), [""; 0], "denied, and asked for");

    sign_in(&site, &client, &site.owner);
    client
        .pull_image(Some(&site.owner), &image)
        .expect_success();
    assert_eq!(client.image_holds(&image), "elsewhere/org/denied:1");
    assert!(elsewhere.upstream.heard_with("/v2/org/denied/") > 0);
    let asked = asked_by_itself();
    assert_eq!(asked.len(), detours, "the client went around: {asked:?}");
}

/// Signs in, and sees that the client has stored it for this gateway.
#[track_caller]
fn sign_in(site: &Site, client: &dyn Client, person: &Person) {
    client.sign_in(person).expect_success();
    if let Some(file) = client.credentials(person) {
        let stored = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(
            stored.contains(&site.gateway.address()),
            "the sign-in to {} is not stored in {}: {stored}",
            site.gateway.address(),
            file.display()
        );
    }
}

#[track_caller]
fn gets(client: &dyn Client, person: &Person, name: &str) {
    client.pull(Some(person), name).expect_success();
    assert_eq!(client.holds(name), name);
}

/// The sentence reaches the user, and the client took it for a denial: what
/// it does not understand, podman and buildah try three times more.
#[track_caller]
fn denies(client: &dyn Client, outcome: &Outcome, sentence: &str) {
    outcome.expect_failure(&format!("{}{sentence}", client.understood()));
}

#[track_caller]
fn fails(outcome: &Outcome, what: &str) {
    assert!(
        !outcome.succeeded(),
        "{what} should have failed: {}",
        outcome.text()
    );
}

/// The digest that the registry has for tag 1.
fn digest_of(site: &Site, repository: &str) -> String {
    let accepted = "application/vnd.docker.distribution.manifest.v2+json, \
                    application/vnd.oci.image.manifest.v1+json";
    ask("HEAD", &format!("/v2/{repository}/manifests/1"))
        .header("accept", accepted)
        .to(site.registry.port())
        .header("docker-content-digest")
        .unwrap_or_else(|| panic!("{repository}:1 has no digest"))
        .to_owned()
}
