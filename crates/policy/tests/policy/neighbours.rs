//! Where two rules match, the earlier decides.

use pullgate_policy::{Badge, Covers, Permission, Role, Rule, Switch};

use crate::acme::{Organization, Pull, pull, repository};

/// Everything a decision depends on, so far without any rule but the last.
struct Case {
    acme: Organization,
    role: Role,
    pull: Pull,
}

impl Case {
    fn new() -> Self {
        Self {
            acme: Organization::new("acme").set(|settings| settings.iam.enabled = Switch::On),
            role: Role::Member,
            pull: pull("evil/miner"),
        }
    }

    fn with(mut self, fact: Fact) -> Self {
        fact(&mut self);
        self
    }

    fn rule(&self) -> Rule {
        let seat = self.acme.seat(self.role, &[]);
        self.pull.decided(&[&seat]).rule
    }

    fn change(&mut self, change: impl FnOnce(Organization) -> Organization) {
        self.acme = change(self.acme.clone());
    }
}

fn owner(case: &mut Case) {
    case.role = Role::Owner;
}

fn registry(case: &mut Case) {
    case.change(|acme| {
        acme.set(|settings| {
            settings.ram.enabled = Switch::On;
            settings.ram.docker_hub = Permission::Restricted;
        })
    });
}

fn disabled(case: &mut Case) {
    case.change(|acme| acme.set(|settings| settings.iam.enabled = Switch::Off));
}

/// The three that name a repository name every one that a case may hold.
const ALL: [&str; 2] = ["evil/miner", "nginx"];

fn organization_image(case: &mut Case) {
    case.change(|acme| acme.namespaces(&ALL));
}

fn allowlist(case: &mut Case) {
    case.change(|acme| acme.allowlist(&ALL));
}

fn exception(case: &mut Case) {
    for name in ALL {
        case.change(|acme| acme.exception(name, Covers::Organization, "2027-01-01T00:00:00Z"));
    }
}

fn official(case: &mut Case) {
    case.pull.repository = repository("nginx");
}

fn verified_publisher(case: &mut Case) {
    case.pull.badge = Badge::VerifiedPublisher;
}

fn sponsored_oss(case: &mut Case) {
    case.pull.badge = Badge::SponsoredOss;
}

/// Matches always: it is what remains.
fn community(_: &mut Case) {}

/// Makes a rule match.
type Fact = fn(&mut Case);

const RULES: [(Rule, Fact); 10] = [
    (Rule::Owner, owner),
    (Rule::Registry, registry),
    (Rule::Disabled, disabled),
    (Rule::OrganizationImage, organization_image),
    (Rule::Allowlist, allowlist),
    (Rule::Exception, exception),
    (Rule::Official, official),
    (Rule::VerifiedPublisher, verified_publisher),
    (Rule::SponsoredOss, sponsored_oss),
    (Rule::Community, community),
];

#[test]
fn each_rule_decides_where_it_alone_matches() {
    for (rule, matches) in RULES {
        assert_eq!(Case::new().with(matches).rule(), rule);
    }
}

#[test]
fn of_two_rules_that_match_the_earlier_decides() {
    let mut pairs = 0;
    for (index, (earlier, first)) in RULES.iter().enumerate() {
        for (later, second) in &RULES[index + 1..] {
            // A namespace has one badge; see the next test.
            if (*earlier, *later) == (Rule::VerifiedPublisher, Rule::SponsoredOss) {
                continue;
            }
            let rule = Case::new().with(*second).with(*first).rule();
            assert_eq!(rule, *earlier, "where {earlier} and {later} match");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 44);
}

#[test]
fn what_an_owner_trusts_is_of_a_verified_publisher_whatever_badge_is_claimed() {
    let acme = Organization::acme()
        .set(|settings| settings.trusted = crate::acme::patterns(&["ghcr.io/partner/**"]));
    let member = acme.member();
    let verdict = pull("ghcr.io/partner/tool")
        .badge(Badge::SponsoredOss)
        .decided(&[&member]);
    assert_eq!(verdict.rule, Rule::VerifiedPublisher);
}
