//! What a person reads, for every rule and every outcome that it can have.

use std::fmt::Write as _;

use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName, Verdict};

use crate::acme::repository;

pub(crate) const CONSOLE: &str = "https://pullgate.acme.example";

pub(crate) const RULES: [Rule; 14] = [
    Rule::NotSignedIn,
    Rule::NoOrganization,
    Rule::PolicyUnavailable,
    Rule::TokenResources,
    Rule::Owner,
    Rule::Registry,
    Rule::Disabled,
    Rule::OrganizationImage,
    Rule::Allowlist,
    Rule::Exception,
    Rule::Official,
    Rule::VerifiedPublisher,
    Rule::SponsoredOss,
    Rule::Community,
];

/// Names that live as long as the verdicts that borrow them.
pub(crate) struct Names {
    organization: OrganizationName,
    team: TeamName,
}

impl Names {
    pub(crate) fn acme() -> Self {
        Self {
            organization: "acme".parse().expect("a name"),
            team: "data".parse().expect("a name"),
        }
    }

    /// acme's verdict, without a team.
    pub(crate) fn verdict(&self, outcome: Outcome, rule: Rule, category: Category) -> Verdict<'_> {
        Verdict {
            outcome,
            rule,
            category,
            badge: Badge::None,
            organization: Some(&self.organization),
            team: None,
        }
    }
}

pub(crate) fn sentence(verdict: &Verdict<'_>, name: &str) -> String {
    verdict.sentence(&repository(name), Some(CONSOLE))
}

#[test]
fn a_community_image_is_denied_in_the_words_of_the_policys_description() {
    let names = Names::acme();
    let denied = names.verdict(Outcome::Denied, Rule::Community, Category::Community);
    assert_eq!(
        sentence(&denied, "evil/miner"),
        "pull denied: docker.io/evil/miner is a community image, and community images are \
         restricted by acme. Ask an owner, or request access: \
         https://pullgate.acme.example/request?image=evil/miner"
    );
}

#[test]
fn denied_by_a_category() {
    let names = Names::acme();
    let denied =
        |rule, category, name| sentence(&names.verdict(Outcome::Denied, rule, category), name);
    insta::assert_snapshot!(
        denied(Rule::Official, Category::Official, "nginx"),
        @"pull denied: docker.io/library/nginx is a Docker Official Image, and Docker Official Images are restricted by acme. Ask an owner, or request access: https://pullgate.acme.example/request?image=nginx"
    );
    insta::assert_snapshot!(
        denied(Rule::VerifiedPublisher, Category::VerifiedPublisher, "bitnami/redis"),
        @"pull denied: docker.io/bitnami/redis is a verified publisher image, and verified publisher images are restricted by acme. Ask an owner, or request access: https://pullgate.acme.example/request?image=bitnami/redis"
    );
    insta::assert_snapshot!(
        denied(Rule::VerifiedPublisher, Category::VerifiedPublisher, "quay.io/partner/tool"),
        @"pull denied: quay.io/partner/tool is listed as trusted, so it counts as a verified publisher image, and verified publisher images are restricted by acme. Ask an owner, or request access: https://pullgate.acme.example/request?image=quay.io/partner/tool"
    );
    insta::assert_snapshot!(
        denied(Rule::SponsoredOss, Category::SponsoredOss, "cilium/cilium"),
        @"pull denied: docker.io/cilium/cilium is a Docker-Sponsored Open Source image, and Docker-Sponsored Open Source images are restricted by acme. Ask an owner, or request access: https://pullgate.acme.example/request?image=cilium/cilium"
    );
    insta::assert_snapshot!(
        denied(Rule::Community, Category::Community, "ghcr.io/evil/miner"),
        @"pull denied: ghcr.io/evil/miner is outside Docker Hub and not listed as trusted, so it counts as a community image, and community images are restricted by acme. Ask an owner, or request access: https://pullgate.acme.example/request?image=ghcr.io/evil/miner"
    );
}

#[test]
fn denied_because_docker_hub_could_not_say() {
    let names = Names::acme();
    let denied = Verdict {
        badge: Badge::Unknown,
        ..names.verdict(Outcome::Denied, Rule::Community, Category::Community)
    };
    insta::assert_snapshot!(
        sentence(&denied, "bitnami/redis"),
        @"pull denied: Docker Hub could not say who publishes docker.io/bitnami/redis, so its category is unknown and it counts as a community image, and community images are restricted by acme. Try again in a few minutes, ask an owner, or request access: https://pullgate.acme.example/request?image=bitnami/redis"
    );
    insta::assert_snapshot!(
        denied.sentence(&repository("bitnami/redis"), None),
        @"pull denied: Docker Hub could not say who publishes docker.io/bitnami/redis, so its category is unknown and it counts as a community image, and community images are restricted by acme. Try again in a few minutes, or ask an owner."
    );
}

#[test]
fn denied_by_the_registry() {
    let names = Names::acme();
    let denied = names.verdict(Outcome::Denied, Rule::Registry, Category::Community);
    insta::assert_snapshot!(
        sentence(&denied, "ghcr.io/evil/miner"),
        @"pull denied: ghcr.io/evil/miner is in the registry ghcr.io, which is not among those that acme allows. Ask an owner to allow the registry."
    );
    let unknown = Verdict {
        badge: Badge::Unknown,
        ..denied
    };
    insta::assert_snapshot!(
        sentence(&unknown, "evil/miner"),
        @"pull denied: docker.io/evil/miner is in the registry docker.io, which is not among those that acme allows. Ask an owner to allow the registry."
    );
}

#[test]
fn denied_where_no_policy_speaks() {
    let names = Names::acme();
    let denied = |rule| Verdict {
        organization: None,
        ..names.verdict(Outcome::Denied, rule, Category::Official)
    };
    insta::assert_snapshot!(
        sentence(&denied(Rule::NotSignedIn), "nginx"),
        @"pull denied: docker.io/library/nginx can be pulled only by people who have signed in. Sign in with docker login or podman login, then pull again."
    );
    insta::assert_snapshot!(
        sentence(&denied(Rule::NoOrganization), "nginx"),
        @"pull denied: your account belongs to no organization, and docker.io/library/nginx can be pulled only by members of one. Ask an owner of your organization to add you as a member."
    );
    insta::assert_snapshot!(
        sentence(&denied(Rule::PolicyUnavailable), "nginx"),
        @"pull denied: the policy that decides on docker.io/library/nginx cannot be read just now, and what cannot be decided is denied. Try again in a few minutes; if that does not help, tell whoever runs Pullgate."
    );
    insta::assert_snapshot!(
        sentence(
            &names.verdict(Outcome::Denied, Rule::PolicyUnavailable, Category::Official),
            "nginx"
        ),
        @"pull denied: the policy of acme that decides on docker.io/library/nginx cannot be read just now, and what cannot be decided is denied. Try again in a few minutes; if that does not help, tell whoever runs Pullgate."
    );
    insta::assert_snapshot!(
        sentence(
            &names.verdict(Outcome::Denied, Rule::TokenResources, Category::Official),
            "nginx"
        ),
        @"pull denied: docker.io/library/nginx is not among the repositories of this access token of acme. Ask an owner to add it to the token, or use another token."
    );
}

#[test]
fn allowed() {
    let names = Names::acme();
    let mut lines = String::new();
    for (rule, category, name) in [
        (Rule::Owner, Category::Community, "evil/miner"),
        (Rule::Disabled, Category::Community, "evil/miner"),
        (Rule::OrganizationImage, Category::Organization, "acme/app"),
        (Rule::Allowlist, Category::Community, "evil/miner"),
        (Rule::Exception, Category::Community, "evil/miner"),
        (Rule::Official, Category::Official, "nginx"),
        (
            Rule::VerifiedPublisher,
            Category::VerifiedPublisher,
            "bitnami/redis",
        ),
        (
            Rule::VerifiedPublisher,
            Category::VerifiedPublisher,
            "quay.io/partner/tool",
        ),
        (Rule::SponsoredOss, Category::SponsoredOss, "cilium/cilium"),
    ] {
        let verdict = names.verdict(Outcome::Allowed, rule, category);
        writeln!(lines, "{}", sentence(&verdict, name)).expect("written");
    }
    insta::assert_snapshot!(lines, @r"
    docker.io/evil/miner may be pulled: owners of acme may pull any image.
    docker.io/evil/miner may be pulled: Image Access Management is off in acme.
    docker.io/acme/app may be pulled: it is an image of acme itself.
    docker.io/evil/miner may be pulled: it is on the allowlist of acme.
    docker.io/evil/miner may be pulled: acme has made an exception.
    docker.io/library/nginx may be pulled: it is a Docker Official Image, and acme allows those.
    docker.io/bitnami/redis may be pulled: it is a verified publisher image, and acme allows those.
    quay.io/partner/tool may be pulled: it is listed as trusted, so it counts as a verified publisher image, and acme allows those.
    docker.io/cilium/cilium may be pulled: it is a Docker-Sponsored Open Source image, and acme allows those.
    ");
}

#[test]
fn allowed_by_a_teams_addition_or_exception() {
    let names = Names::acme();
    let mut lines = String::new();
    for (rule, category, name) in [
        (Rule::Allowlist, Category::Community, "evil/miner"),
        (Rule::Exception, Category::Community, "evil/miner"),
        (Rule::Official, Category::Official, "nginx"),
        (
            Rule::VerifiedPublisher,
            Category::VerifiedPublisher,
            "bitnami/redis",
        ),
        (Rule::SponsoredOss, Category::SponsoredOss, "cilium/cilium"),
    ] {
        let verdict = Verdict {
            team: Some(&names.team),
            ..names.verdict(Outcome::Allowed, rule, category)
        };
        writeln!(lines, "{}", sentence(&verdict, name)).expect("written");
    }
    insta::assert_snapshot!(lines, @r"
    docker.io/evil/miner may be pulled: it is on the allowlist of acme for its team data.
    docker.io/evil/miner may be pulled: acme has made an exception for its team data.
    docker.io/library/nginx may be pulled: it is a Docker Official Image, and acme allows those for its team data.
    docker.io/bitnami/redis may be pulled: it is a verified publisher image, and acme allows those for its team data.
    docker.io/cilium/cilium may be pulled: it is a Docker-Sponsored Open Source image, and acme allows those for its team data.
    ");
}

#[test]
fn monitored() {
    let names = Names::acme();
    let mut lines = String::new();
    for (rule, category, badge, name) in [
        (
            Rule::Registry,
            Category::Community,
            Badge::None,
            "ghcr.io/evil/miner",
        ),
        (Rule::Official, Category::Official, Badge::None, "nginx"),
        (
            Rule::VerifiedPublisher,
            Category::VerifiedPublisher,
            Badge::VerifiedPublisher,
            "bitnami/redis",
        ),
        (
            Rule::SponsoredOss,
            Category::SponsoredOss,
            Badge::SponsoredOss,
            "cilium/cilium",
        ),
        (
            Rule::Community,
            Category::Community,
            Badge::None,
            "evil/miner",
        ),
        (
            Rule::Community,
            Category::Community,
            Badge::Unknown,
            "evil/miner",
        ),
        (
            Rule::Community,
            Category::Community,
            Badge::None,
            "ghcr.io/evil/miner",
        ),
    ] {
        let verdict = Verdict {
            badge,
            ..names.verdict(Outcome::Monitored, rule, category)
        };
        writeln!(lines, "{}", sentence(&verdict, name)).expect("written");
    }
    insta::assert_snapshot!(lines, @r"
    ghcr.io/evil/miner may be pulled, and would be denied if the policy were enforced: it is in the registry ghcr.io, which is not among those that acme allows.
    docker.io/library/nginx may be pulled, and would be denied if the policy were enforced: it is a Docker Official Image, and Docker Official Images are restricted by acme.
    docker.io/bitnami/redis may be pulled, and would be denied if the policy were enforced: it is a verified publisher image, and verified publisher images are restricted by acme.
    docker.io/cilium/cilium may be pulled, and would be denied if the policy were enforced: it is a Docker-Sponsored Open Source image, and Docker-Sponsored Open Source images are restricted by acme.
    docker.io/evil/miner may be pulled, and would be denied if the policy were enforced: it is a community image, and community images are restricted by acme.
    docker.io/evil/miner may be pulled, and would be denied if the policy were enforced: Docker Hub could not say who publishes it, so its category is unknown and it counts as a community image, and community images are restricted by acme.
    ghcr.io/evil/miner may be pulled, and would be denied if the policy were enforced: it is outside Docker Hub and not listed as trusted, so it counts as a community image, and community images are restricted by acme.
    ");
}

#[test]
fn without_a_console_it_ends_with_the_owner() {
    let names = Names::acme();
    let denied = names.verdict(Outcome::Denied, Rule::Community, Category::Community);
    insta::assert_snapshot!(
        denied.sentence(&repository("evil/miner"), None),
        @"pull denied: docker.io/evil/miner is a community image, and community images are restricted by acme. Ask an owner."
    );
    let denied = names.verdict(Outcome::Denied, Rule::Registry, Category::Community);
    insta::assert_snapshot!(
        denied.sentence(&repository("evil/miner"), None),
        @"pull denied: docker.io/evil/miner is in the registry docker.io, which is not among those that acme allows. Ask an owner to allow the registry."
    );
}
