//! What may stand in the file of a policy.

use pullgate_policy::MAX_REGISTRIES;

use crate::files::{
    Distinct, Entries, Fields, Group, List, MOMENT, NAMESPACE, ORGANIZATION, PATTERN, REGISTRY,
    REPOSITORY, Shape, TEAM, TRUSTED, USER, optional, required,
};

/// The first line of every such file. Raised when a file of an earlier version
/// would mean something else.
pub(crate) const POLICY_VERSION: &str = "policy/v1";

/// The file.
pub(crate) const POLICY: Shape = Shape::Fields(&FILE);

const ON_OFF: Shape = Shape::Word(&["on", "off"]);
const MODE: Shape = Shape::Word(&["enforce", "monitor"]);
const PERMISSION: Shape = Shape::Word(&["allowed", "restricted"]);
const NOTE: Shape = Shape::Text {
    least: 0,
    most: 1_000,
};

static FILE: Fields = Fields {
    about: "The policy of an organization. A section that is there is all there is of it; one that is left out stays as it is.",
    fields: &[
        required(
            "pullgate",
            Shape::Word(&[POLICY_VERSION]),
            "What kind of file this is, and which version.",
        ),
        required(
            "organization",
            Shape::Name(&ORGANIZATION),
            "Whose policy it is.",
        ),
        optional(
            "iam",
            Shape::Fields(&IAM),
            "Image Access Management: which categories of images may be pulled.",
        ),
        optional(
            "ram",
            Shape::Fields(&RAM),
            "Registry Access Management: which registries may be pulled from.",
        ),
        optional(
            "trusted",
            Shape::List(&TRUSTED_LIST),
            "Registries other than Docker Hub, or namespaces on them, whose repositories count as those of verified publishers.",
        ),
        optional(
            "namespaces",
            Shape::List(&NAMESPACES),
            "Which repositories are the organization's own. Only site administrators change them.",
        ),
        optional(
            "allowlist",
            Shape::List(&ALLOWLIST),
            "Repositories that may be pulled whatever their category, while iam.allowlist is on.",
        ),
        optional(
            "teams",
            Shape::Entries(&TEAMS),
            "What the members of teams may pull beyond that. A team that is not here is given nothing; one that does not exist yet is made.",
        ),
        optional(
            "exceptions",
            Shape::List(&EXCEPTIONS),
            "Repositories that may be pulled until a date. Leave the section out where they are made in the console.",
        ),
    ],
    groups: &[],
};

static IAM: Fields = Fields {
    about: "Image Access Management.",
    fields: &[
        required("enabled", ON_OFF, "Whether it is on."),
        required(
            "mode",
            MODE,
            "Whether a denial blocks the pull (enforce) or is only recorded (monitor).",
        ),
        required("official", PERMISSION, "Docker Official Images."),
        required("verified_publisher", PERMISSION, "Verified publishers."),
        required("sponsored_oss", PERMISSION, "Docker-Sponsored Open Source."),
        required(
            "allowlist",
            ON_OFF,
            "Whether the allowlist counts, that of teams included.",
        ),
    ],
    groups: &[],
};

static RAM: Fields = Fields {
    about: "Registry Access Management.",
    fields: &[
        required(
            "enabled",
            ON_OFF,
            "Whether it is on, independent of Image Access Management.",
        ),
        required(
            "mode",
            MODE,
            "Whether a denial blocks the pull (enforce) or is only recorded (monitor).",
        ),
        required(
            "docker_hub",
            PERMISSION,
            "Docker Hub, which is not in the list.",
        ),
        required(
            "registries",
            Shape::List(&REGISTRIES),
            "The registries that may be pulled from.",
        ),
    ],
    groups: &[],
};

const fn names(of: Shape, least: usize, most: usize) -> List {
    List {
        of,
        least,
        most,
        distinct: Distinct::Whole,
    }
}

static REGISTRIES: List = names(Shape::Name(&REGISTRY), 0, MAX_REGISTRIES);
static TRUSTED_LIST: List = names(Shape::Name(&TRUSTED), 0, usize::MAX);
static NAMESPACES: List = names(Shape::Name(&NAMESPACE), 0, usize::MAX);
static TEAM_ALLOWLIST: List = names(Shape::Name(&PATTERN), 1, usize::MAX);
static CATEGORIES: List = names(
    Shape::Word(&["official", "verified_publisher", "sponsored_oss"]),
    1,
    usize::MAX,
);

static ALLOWLIST: List = List {
    of: Shape::Fields(&ENTRY),
    least: 0,
    most: usize::MAX,
    distinct: Distinct::By("pattern"),
};

static ENTRY: Fields = Fields {
    about: "An entry of the allowlist.",
    fields: &[
        required(
            "pattern",
            Shape::Name(&PATTERN),
            "A repository, or with a wildcard at its end what lies below.",
        ),
        optional("note", NOTE, "Why."),
    ],
    groups: &[],
};

static TEAMS: Entries = Entries {
    key: &TEAM,
    of: Shape::Fields(&TEAM_ADDITIONS),
};

static TEAM_ADDITIONS: Fields = Fields {
    about: "What the members of a team may pull beyond the organization's policy.",
    fields: &[
        optional(
            "categories",
            Shape::List(&CATEGORIES),
            "Categories that are Allowed for them although the organization restricts them.",
        ),
        optional(
            "allowlist",
            Shape::List(&TEAM_ALLOWLIST),
            "Repositories that they may pull whatever their category.",
        ),
    ],
    groups: &[Group::AtLeastOne(&["categories", "allowlist"])],
};

static EXCEPTIONS: List = List {
    of: Shape::Fields(&EXCEPTION),
    least: 0,
    most: usize::MAX,
    distinct: Distinct::Whole,
};

static EXCEPTION: Fields = Fields {
    about: "An exception: for a team, for one member, or for everybody in the organization.",
    fields: &[
        required(
            "repository",
            Shape::Name(&REPOSITORY),
            "The repository that may be pulled, all its tags and digests.",
        ),
        optional("team", Shape::Name(&TEAM), "For the members of this team."),
        optional("user", Shape::Name(&USER), "For this member."),
        required(
            "ends",
            Shape::Name(&MOMENT),
            "From when on it counts no more.",
        ),
        required(
            "reason",
            Shape::Text {
                least: 1,
                most: 1_000,
            },
            "Why.",
        ),
    ],
    groups: &[Group::NotBoth("team", "user")],
};
