//! Settings as they are stored and shown.

use pullgate_policy::{
    MAX_REGISTRIES, Mode, Permission, Settings, SettingsError, Switch, TeamAdditions,
};
use pullgate_reference::Registry;

use crate::acme::patterns;

fn read(document: &str) -> Result<Settings, serde_json::Error> {
    serde_json::from_str(document)
}

#[test]
fn an_empty_document_is_what_an_organization_begins_with() {
    let settings = read("{}").expect("settings");
    assert_eq!(settings, Settings::default());
    assert_eq!(read(r#"{"iam":{},"ram":{}}"#).expect("settings"), settings);
    insta::assert_snapshot!(serde_json::to_string_pretty(&settings).expect("JSON"), @r#"
    {
      "iam": {
        "enabled": "off",
        "mode": "enforce",
        "official": "allowed",
        "verified_publisher": "allowed",
        "sponsored_oss": "restricted",
        "allowlist": "off"
      },
      "ram": {
        "enabled": "off",
        "mode": "enforce",
        "docker_hub": "allowed",
        "registries": []
      },
      "trusted": []
    }
    "#);
}

#[test]
fn what_is_written_is_read_back() {
    let mut settings = Settings::default();
    settings.iam.enabled = Switch::On;
    settings.iam.mode = Mode::Monitor;
    settings.iam.official = Permission::Restricted;
    settings.iam.verified_publisher = Permission::Restricted;
    settings.iam.sponsored_oss = Permission::Allowed;
    settings.iam.allowlist = Switch::On;
    settings.ram.enabled = Switch::On;
    settings.ram.mode = Mode::Monitor;
    settings.ram.docker_hub = Permission::Restricted;
    settings.ram.registries = [
        "ghcr.io",
        "registry.acme.example:5000",
        "[2001:db8::1]:5000",
    ]
    .map(|host| Registry::parse(host).expect("a registry"))
    .to_vec();
    settings.trusted = patterns(&["quay.io/**", "ghcr.io/partner/*"]);
    let document = serde_json::to_string(&settings).expect("JSON");
    assert_eq!(read(&document).expect("settings"), settings);

    let additions = TeamAdditions {
        allowlist: patterns(&["nginx", "bitnami/*"]),
        categories: pullgate_policy::PublisherCategory::ALL.to_vec(),
    };
    let document = serde_json::to_string(&additions).expect("JSON");
    insta::assert_snapshot!(document, @r#"{"allowlist":["docker.io/library/nginx","docker.io/bitnami/*"],"categories":["official","verified_publisher","sponsored_oss"]}"#);
    let back: TeamAdditions = serde_json::from_str(&document).expect("additions");
    assert_eq!(back, additions);
    let none: TeamAdditions = serde_json::from_str("{}").expect("additions");
    assert_eq!(none, TeamAdditions::default());
}

#[test]
fn names_are_read_in_their_canonical_form() {
    let settings = read(r#"{"ram":{"registries":["GHCR.io:443"]},"trusted":["GHCR.io/acme/**"]}"#)
        .expect("settings");
    assert_eq!(settings.ram.registries[0].as_str(), "ghcr.io");
    assert_eq!(settings.trusted, patterns(&["ghcr.io/acme/**"]));
}

#[test]
fn what_is_not_understood_is_refused() {
    for document in [
        r#"{"iam":{"enabld":"on"}}"#,
        r#"{"ima":{}}"#,
        r#"{"ram":{"allowed":[]}}"#,
        r#"{"iam":{"community":"allowed"}}"#,
        r#"{"iam":{"enabled":true}}"#,
        r#"{"iam":{"enabled":"On"}}"#,
        r#"{"iam":{"official":"denied"}}"#,
        r#"{"iam":{"mode":"off"}}"#,
        r#"{"iam":null}"#,
        r#"{"iam":{"enabled":"on","enabled":"off"}}"#,
        r#"{"ram":{"registries":["https://ghcr.io"]}}"#,
        r#"{"ram":{"registries":["ghcr.io/acme"]}}"#,
        r#"{"ram":{"registries":["*.acme.example"]}}"#,
        r#"{"ram":{"registries":[""]}}"#,
        r#"{"ram":{"registries":"ghcr.io"}}"#,
        r#"{"trusted":["ghcr.io/*/app"]}"#,
        r#"{"trusted":["ghcr.io/acme:latest"]}"#,
        r#"{"trusted":["*"]}"#,
        r#"{"trusted":[7]}"#,
        "null",
    ] {
        assert!(read(document).is_err(), "{document}");
    }
    for document in [r#"{"allowlists":[]}"#, r#"{"categories":["all"]}"#] {
        let additions = serde_json::from_str::<TeamAdditions>(document);
        assert!(additions.is_err(), "{document}");
    }
}

#[test]
fn the_list_of_registries_holds_a_hundred() {
    let mut settings = Settings::default();
    let registry = |number: usize| {
        Registry::parse(&format!("registry{number}.acme.example")).expect("a registry")
    };
    settings.ram.registries = (0..MAX_REGISTRIES).map(registry).collect();
    assert_eq!(settings.check(), Ok(()));
    settings.ram.registries.push(registry(MAX_REGISTRIES));
    let error = settings.check().expect_err("one too many");
    assert_eq!(error, SettingsError::TooManyRegistries { given: 101 });
    insta::assert_snapshot!(error, @"101 registries are too many: Registry Access Management lists at most 100; remove some");
}

#[test]
fn docker_hub_is_refused_in_the_list_under_each_of_its_names() {
    for name in ["docker.io", "registry-1.docker.io", "Hub.Docker.com:443"] {
        let mut settings = Settings::default();
        settings.ram.registries = vec![Registry::parse(name).expect("a registry")];
        assert_eq!(settings.check(), Err(SettingsError::DockerHubListed));
    }
    insta::assert_snapshot!(SettingsError::DockerHubListed, @"docker.io does not belong in the list of registries, because it has a switch of its own: set Docker Hub to allowed or restricted instead");
}

#[test]
fn docker_hub_is_refused_among_what_is_trusted() {
    for text in ["evil/**", "nginx", "index.docker.io/evil/*"] {
        let settings = Settings {
            trusted: patterns(&["ghcr.io/**", text]),
            ..Settings::default()
        };
        let error = settings.check().expect_err("on Docker Hub");
        assert_eq!(
            error,
            SettingsError::TrustedOnDockerHub {
                pattern: text.parse().expect("a pattern")
            }
        );
    }
    let error = SettingsError::TrustedOnDockerHub {
        pattern: "evil/**".parse().expect("a pattern"),
    };
    insta::assert_snapshot!(error, @"docker.io/evil/** cannot be listed as trusted, because on Docker Hub the badge says who is a verified publisher: put it on the allowlist instead");
    let elsewhere = Settings {
        trusted: patterns(&["ghcr.io/**"]),
        ..Settings::default()
    };
    assert_eq!(elsewhere.check(), Ok(()));
}
