//! What may stand in the file of cases.

use crate::files::{
    Distinct, Field, Fields, Group, IMAGE, List, ORGANIZATION, Shape, TEAM, USER, optional,
    required,
};
use crate::policy_file::POLICY;

/// The first line of every such file.
pub(super) const CASES_VERSION: &str = "cases/v1";

/// The most cases of a file: each may be a question to Docker Hub.
pub(super) const MOST_CASES: usize = 1_000;

/// The file.
pub(crate) const CASES: Shape = Shape::Fields(&FILE);

/// Cases and, perhaps, the policy they are for.
pub(crate) const DRAFT_TEST: Shape = Shape::Fields(&TEST);

static FILE: Fields = Fields {
    about: "What an organization's policy should decide.",
    fields: &[
        required(
            "pullgate",
            Shape::Word(&[CASES_VERSION]),
            "What kind of file this is, and which version.",
        ),
        required(
            "organization",
            Shape::Name(&ORGANIZATION),
            "Whose policy is tested.",
        ),
        LISTED,
    ],
    groups: &[],
};

static TEST: Fields = Fields {
    about: "A test of an organization's policy.",
    fields: &[
        LISTED,
        optional(
            "policy",
            POLICY,
            "A policy that has not been applied; without one the policy as it is.",
        ),
    ],
    groups: &[],
};

const LISTED: Field = required(
    "cases",
    Shape::List(&LIST),
    "The cases: each an image, who pulls it, and what should be decided.",
);

static LIST: List = List {
    of: Shape::Fields(&CASE),
    least: 1,
    most: MOST_CASES,
    distinct: Distinct::No,
};

static CASE: Fields = Fields {
    about: "A case; exactly one of user, team and role says who pulls.",
    fields: &[
        required(
            "image",
            Shape::Name(&IMAGE),
            "The image, as one would type it.",
        ),
        optional(
            "user",
            Shape::Name(&USER),
            "Who pulls: this person, with their role and teams of now.",
        ),
        optional(
            "team",
            Shape::Name(&TEAM),
            "Who pulls: a member who is in this team and no other.",
        ),
        optional(
            "role",
            Shape::Word(&["owner", "member"]),
            "Who pulls: somebody with this role who is in no team.",
        ),
        required(
            "outcome",
            Shape::Word(&["allowed", "monitored", "denied"]),
            "How the decision should end; monitored is allowed, and would be denied if enforced.",
        ),
        optional(
            "rule",
            Shape::Word(RULES),
            "Which rule should decide; any if it is left out.",
        ),
        optional(
            "category",
            Shape::Word(&[
                "organization",
                "official",
                "verified_publisher",
                "sponsored_oss",
                "community",
            ]),
            "Which category the image should have; any if it is left out.",
        ),
        optional(
            "why",
            Shape::Text {
                least: 0,
                most: 1_000,
            },
            "Why it matters, for whoever sees it fail.",
        ),
    ],
    groups: &[Group::ExactlyOne(&["user", "team", "role"])],
};

/// The rules that can decide for who belongs to the organization.
const RULES: &[&str] = &[
    "owner",
    "registry",
    "disabled",
    "organization_image",
    "allowlist",
    "exception",
    "official",
    "verified_publisher",
    "sponsored_oss",
    "community",
];
