//! Enforcement that is silently off: a toggle wired to nothing.
//!
//! Every setting that an owner has is turned here, and turning it changes an
//! answer.

use pullgate_policy::{
    Badge, Iam, Mode, Outcome, Permission, PublisherCategory, Ram, Rule, Settings, Switch,
};

use crate::acme::{Organization, Pull, patterns, pull};

/// Turning one setting, and the pull whose verdict it changes.
struct Turn {
    name: &'static str,
    before: Organization,
    change: fn(&mut Settings),
    pull: Pull,
    from: (Outcome, Rule),
    to: (Outcome, Rule),
}

fn turns() -> Vec<Turn> {
    use Outcome::{Allowed, Denied, Monitored};
    vec![
        Turn {
            name: "iam.enabled",
            before: Organization::new("acme"),
            change: |settings| settings.iam.enabled = Switch::On,
            pull: pull("evil/miner"),
            from: (Allowed, Rule::Disabled),
            to: (Denied, Rule::Community),
        },
        Turn {
            name: "iam.mode",
            before: Organization::acme(),
            change: |settings| settings.iam.mode = Mode::Monitor,
            pull: pull("evil/miner"),
            from: (Denied, Rule::Community),
            to: (Monitored, Rule::Community),
        },
        Turn {
            name: "iam.official",
            before: Organization::acme(),
            change: |settings| settings.iam.official = Permission::Restricted,
            pull: pull("nginx"),
            from: (Allowed, Rule::Official),
            to: (Denied, Rule::Official),
        },
        Turn {
            name: "iam.verified_publisher",
            before: Organization::acme(),
            change: |settings| settings.iam.verified_publisher = Permission::Restricted,
            pull: pull("bitnami/redis").badge(Badge::VerifiedPublisher),
            from: (Allowed, Rule::VerifiedPublisher),
            to: (Denied, Rule::VerifiedPublisher),
        },
        Turn {
            name: "iam.sponsored_oss",
            before: Organization::acme(),
            change: |settings| settings.iam.sponsored_oss = Permission::Allowed,
            pull: pull("cilium/cilium").badge(Badge::SponsoredOss),
            from: (Denied, Rule::SponsoredOss),
            to: (Allowed, Rule::SponsoredOss),
        },
        Turn {
            name: "iam.allowlist",
            before: Organization::acme()
                .allowlist(&["evil/miner"])
                .set(|settings| settings.iam.allowlist = Switch::Off),
            change: |settings| settings.iam.allowlist = Switch::On,
            pull: pull("evil/miner"),
            from: (Denied, Rule::Community),
            to: (Allowed, Rule::Allowlist),
        },
        Turn {
            name: "ram.enabled",
            before: Organization::new("acme"),
            change: |settings| settings.ram.enabled = Switch::On,
            pull: pull("quay.io/a/b"),
            from: (Allowed, Rule::Disabled),
            to: (Denied, Rule::Registry),
        },
        Turn {
            name: "ram.mode",
            before: Organization::new("acme").set(|settings| settings.ram.enabled = Switch::On),
            change: |settings| settings.ram.mode = Mode::Monitor,
            pull: pull("quay.io/a/b"),
            from: (Denied, Rule::Registry),
            to: (Monitored, Rule::Registry),
        },
        Turn {
            name: "ram.docker_hub",
            before: Organization::new("acme").set(|settings| settings.ram.enabled = Switch::On),
            change: |settings| settings.ram.docker_hub = Permission::Restricted,
            pull: pull("nginx"),
            from: (Allowed, Rule::Disabled),
            to: (Denied, Rule::Registry),
        },
        Turn {
            name: "ram.registries",
            before: Organization::new("acme").set(|settings| settings.ram.enabled = Switch::On),
            change: |settings| {
                settings.ram.registries = vec!["quay.io".parse().expect("a registry")];
            },
            pull: pull("quay.io/a/b"),
            from: (Denied, Rule::Registry),
            to: (Allowed, Rule::Disabled),
        },
        Turn {
            name: "trusted",
            before: Organization::acme(),
            change: |settings| settings.trusted = patterns(&["quay.io/**"]),
            pull: pull("quay.io/a/b"),
            from: (Denied, Rule::Community),
            to: (Allowed, Rule::VerifiedPublisher),
        },
    ]
}

#[test]
fn enforcement_silently_off_no_toggle_is_wired_to_nothing() {
    for turn in turns() {
        let Turn { name, pull, .. } = &turn;
        assert_eq!(pull.as_member_of(&turn.before), turn.from, "before {name}");
        let after = turn.before.clone().set(turn.change);
        assert_eq!(pull.as_member_of(&after), turn.to, "after {name}");
        let back = after.set(|settings| *settings = turn.before.0.settings.clone());
        assert_eq!(pull.as_member_of(&back), turn.from, "{name} turned back");
    }
}

#[test]
fn no_setting_is_missing_from_the_turns_above() {
    // A setting that is added makes this fail to compile, or to match.
    let Settings { iam, ram, trusted } = Settings::default();
    let Iam {
        enabled: _,
        mode: _,
        official: _,
        verified_publisher: _,
        sponsored_oss: _,
        allowlist: _,
    } = iam;
    let Ram {
        enabled: _,
        mode: _,
        docker_hub: _,
        registries: _,
    } = ram;
    drop(trusted);
    assert_eq!(turns().len(), 6 + 4 + 1);
}

#[test]
fn the_switch_of_a_category_is_the_one_that_the_category_is_asked_by() {
    for category in PublisherCategory::ALL {
        let mut iam = Iam {
            official: Permission::Restricted,
            verified_publisher: Permission::Restricted,
            sponsored_oss: Permission::Restricted,
            ..Iam::default()
        };
        let switch = match category {
            PublisherCategory::Official => &mut iam.official,
            PublisherCategory::VerifiedPublisher => &mut iam.verified_publisher,
            PublisherCategory::SponsoredOss => &mut iam.sponsored_oss,
        };
        *switch = Permission::Allowed;
        for asked in PublisherCategory::ALL {
            assert_eq!(
                iam.permission(asked) == Permission::Allowed,
                asked == category
            );
        }
    }
}
