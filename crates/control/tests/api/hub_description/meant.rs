//! The differences from Docker Hub's API that are meant, each with its reason.

/// A difference that is meant.
pub(super) struct Meant {
    /// `PUT /v2/orgs/{}/settings`, or a beginning that ends in `*`.
    pub(super) operation: &'static str,
    /// As the test words it, or a beginning that ends in `*`.
    pub(super) difference: &'static str,
    pub(super) reason: &'static str,
}

const fn meant(operation: &'static str, difference: &'static str, reason: &'static str) -> Meant {
    Meant {
        operation,
        difference,
        reason,
    }
}

/// Operations that are not here.
pub(super) const ABSENT: &[(&str, &str)] = &[
    ("* /v2/namespaces/*", NO_REPOSITORIES),
    ("* /v2/repositories/*", NO_REPOSITORIES),
    (
        "* /v2/scim/2.0/*",
        "provisioning by an identity provider comes later",
    ),
];

const NO_REPOSITORIES: &str = "Pullgate keeps no repositories";
const PAGE_IS_NO_LIST: &str = "its tools read one page, and no list of pages";
const CSV_IS_TEXT: &str = "a schema cannot describe the rows of text/csv";
const ONLY_WITH_INSIGHTS: &str = "the Hub shows it only where insights are bought";
const INVITEES_ARE_A_LIST: &str = "its example and its tools have the list itself there";

/// Differences of operations that are here.
pub(super) const MEANT: &[Meant] = &[
    meant(
        "*",
        "also answers 400",
        "what cannot be read is said to be so",
    ),
    meant(
        "*",
        "also answers 401",
        "nobody who has not signed in gets further",
    ),
    meant(
        "*",
        "also answers 403",
        "rights are looked up for each request",
    ),
    meant(
        "*",
        "also answers 404",
        "an organization of others looks like none",
    ),
    meant(
        "*",
        "also answers 408",
        "a request that never ends holds nothing up",
    ),
    meant("*", "also answers 413", "a body has a largest size"),
    meant("*", "also answers 429", "requests are counted everywhere"),
    meant(
        "*",
        "also answers 503",
        "a database that is away is not the client's mistake",
    ),
    meant(
        "*",
        "200: previous may be null",
        "nothing is before the first page",
    ),
    meant(
        "*",
        "never answers 500",
        "what fails is foreseen, and is a 503",
    ),
    meant(
        "*",
        "*: errinfo is not there",
        "nothing says what it would hold",
    ),
    meant(
        "*",
        "400: fields is not there",
        "what is wrong, and where, is said in one sentence",
    ),
    meant(
        "*",
        "400: text is not there",
        "the sentence is in detail and message, as for every other status",
    ),
    meant(
        "*",
        "parameter query page*: integer instead of number",
        "there is no page 1.5",
    ),
    meant("*", "200: next may be null", "so is the Hub's example"),
    meant(
        "GET /v2/orgs/{}/members",
        "parameter query search: string instead of integer",
        "names and addresses are searched, and no numbers",
    ),
    meant(
        "GET /v2/orgs/{}/members",
        "200:  is object instead of array",
        PAGE_IS_NO_LIST,
    ),
    meant(
        "GET /v2/orgs/{}/members",
        "200: [] is not there",
        PAGE_IS_NO_LIST,
    ),
    meant(
        "GET /v2/orgs/{}/members/export",
        "200:  is string instead of array",
        CSV_IS_TEXT,
    ),
    meant(
        "GET /v2/orgs/{}/members/export",
        "200: [] is not there",
        CSV_IS_TEXT,
    ),
    meant(
        "PUT /v2/orgs/{}/members/{}",
        "200: last_desktop_version is not there",
        ONLY_WITH_INSIGHTS,
    ),
    meant(
        "PUT /v2/orgs/{}/members/{}",
        "200: last_logged_in_at is not there",
        ONLY_WITH_INSIGHTS,
    ),
    meant(
        "PUT /v2/orgs/{}/members/{}",
        "200: last_seen_at is not there",
        ONLY_WITH_INSIGHTS,
    ),
    meant(
        "POST /v2/orgs/{}/groups/{}/members",
        "200: a body",
        "who was added is told, and no client of the Hub's reads it",
    ),
    meant(
        "POST /v2/invites/bulk",
        "never answers 409",
        "who is there already is told of each invitee, and keeps nobody else from being invited",
    ),
    meant(
        "POST /v2/invites/bulk",
        "202: invitees is array instead of object",
        INVITEES_ARE_A_LIST,
    ),
    meant(
        "POST /v2/invites/bulk",
        "202: invitees.invitees is not there",
        INVITEES_ARE_A_LIST,
    ),
    meant(
        "POST /v2/users/login",
        "401: login_2fa_token is not there",
        "a second factor comes later",
    ),
];

/// Whether a pattern with `*` for any text names this.
pub(super) fn names(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}
