//! Those for whom no policy speaks.

use pullgate_policy::{
    Badge, Category, Outcome, Rule, Verdict, decide, refuse_stranger, refuse_unlisted,
    refuse_unreadable,
};

use crate::acme::{Organization, pull};

fn assert_denied(verdict: &Verdict<'_>, rule: Rule) {
    assert_eq!((verdict.outcome, verdict.rule), (Outcome::Denied, rule));
    assert!(!verdict.permits());
    assert!(
        !verdict.rests_on_badge(),
        "Docker Hub is not asked for them"
    );
    assert_eq!(verdict.team, None);
}

#[test]
fn a_stranger_pulls_nothing() {
    for name in ["nginx", "acme/app", "evil/miner", "ghcr.io/a/b"] {
        for badge in [Badge::VerifiedPublisher, Badge::Unknown] {
            let pull = pull(name).badge(badge).by_nobody();
            let verdict = refuse_stranger(&pull.question());
            assert_denied(&verdict, Rule::NotSignedIn);
            assert_eq!(verdict.organization, None);
        }
    }
}

#[test]
fn who_belongs_to_no_organization_pulls_nothing() {
    let pull = pull("nginx");
    let verdict = decide(&pull.question(), []);
    assert_denied(&verdict, Rule::NoOrganization);
    assert_eq!(verdict.organization, None);
    assert_eq!(verdict.category, Category::Official);
}

#[test]
fn fails_open_never_what_cannot_be_decided_is_denied() {
    let acme = Organization::acme();
    let pull = pull("nginx");
    let verdict = refuse_unreadable(&pull.question(), Some(&acme.0.organization));
    assert_denied(&verdict, Rule::PolicyUnavailable);
    assert_eq!(verdict.organization, Some(&acme.0.organization));

    let verdict = refuse_unreadable(&pull.question(), None);
    assert_denied(&verdict, Rule::PolicyUnavailable);
    assert_eq!(verdict.organization, None);
}

#[test]
fn a_token_that_is_bounded_to_other_repositories_pulls_nothing_else() {
    let acme = Organization::acme();
    let pull = pull("nginx");
    for organization in [Some(&acme.0.organization), None] {
        let verdict = refuse_unlisted(&pull.question(), organization);
        assert_denied(&verdict, Rule::TokenResources);
        assert_eq!(verdict.organization, organization);
    }
}
