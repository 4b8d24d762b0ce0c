//! What any operation may answer when it does not answer as asked, and the
//! headers that every answer has.

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{
    Components, Content, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
    ResponseBuilder, SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::ProblemBody;

/// The headers of every answer: Docker Hub's, for how many requests are left.
const COUNTED: [(&str, &str); 3] = [
    (
        "X-RateLimit-Limit",
        "How many requests may be made in a minute.",
    ),
    (
        "X-RateLimit-Remaining",
        "How many of them may still be made.",
    ),
    (
        "X-RateLimit-Reset",
        "When all of them may be made again, in seconds since 1970.",
    ),
];

const RETRY_AFTER: (&str, &str) = ("Retry-After", "How many seconds to wait.");

/// When an answer may come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// The operation takes a body or parameters.
    TakesInput,
    TakesBody,
    /// Its path has a name or an id in it.
    NamesSomething,
    /// It is for people who have signed in.
    SignedIn,
}

/// An answer of many operations.
struct Refusal {
    status: &'static str,
    /// What it is called among the components.
    name: &'static str,
    description: &'static str,
    when: When,
}

const REFUSALS: [Refusal; 8] = [
    Refusal {
        status: "400",
        name: "BadRequest",
        description: "The request cannot be read, or asks for what cannot be.",
        when: When::TakesInput,
    },
    Refusal {
        status: "401",
        name: "Unauthorized",
        description: "Nobody has signed in, or the session has ended.",
        when: When::SignedIn,
    },
    Refusal {
        status: "403",
        name: "Forbidden",
        description: "Whoever has signed in may not do this.",
        when: When::SignedIn,
    },
    Refusal {
        status: "404",
        name: "NotFound",
        description: "There is no such thing, or none that the caller may know of.",
        when: When::NamesSomething,
    },
    Refusal {
        status: "408",
        name: "Timeout",
        description: "The request did not arrive, or was not answered, in time.",
        when: When::Always,
    },
    Refusal {
        status: "413",
        name: "TooLarge",
        description: "The body is too large.",
        when: When::TakesBody,
    },
    Refusal {
        status: "429",
        name: "TooManyRequests",
        description: "Too many requests.",
        when: When::Always,
    },
    Refusal {
        status: "503",
        name: "Unavailable",
        description: "The database cannot be asked just now; nothing was changed.",
        when: When::Always,
    },
];

/// Puts them where operations can refer to them.
pub(super) fn define(components: &mut Components) {
    components
        .schemas
        .insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    for (name, description) in COUNTED.into_iter().chain([RETRY_AFTER]) {
        components
            .headers
            .insert(name.to_owned(), RefOr::T(header(description)));
    }
    for refusal in REFUSALS {
        let body = RefOr::Ref(Ref::from_schema_name(ProblemBody::name()));
        let response = ResponseBuilder::new()
            .description(refusal.description)
            .content("application/json", Content::new(Some(body)));
        let mut response = response.build();
        add_headers(refusal.status, &mut response);
        components
            .responses
            .insert(refusal.name.to_owned(), RefOr::T(response));
    }
}

/// Adds to an operation what it may answer beside what it says itself.
pub(super) fn add(path: &str, operation: &mut Operation) {
    // An operation without a requirement of its own has the document's; an
    // empty one asks for nothing.
    let open = operation.security.as_ref().is_some_and(|security| {
        security
            .iter()
            .all(|one| *one == SecurityRequirement::default())
    });
    let takes_body = operation.request_body.is_some();
    let has_parameters = operation
        .parameters
        .as_ref()
        .is_some_and(|all| !all.is_empty());
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            add_headers(status, response);
        }
    }
    for refusal in REFUSALS {
        let may_come = match refusal.when {
            When::Always => true,
            When::TakesInput => takes_body || has_parameters,
            When::TakesBody => takes_body,
            When::NamesSomething => path.contains('{'),
            When::SignedIn => !open,
        };
        if may_come {
            operation
                .responses
                .responses
                .entry(refusal.status.to_owned())
                .or_insert_with(|| RefOr::Ref(Ref::from_response_name(refusal.name)));
        }
    }
}

fn add_headers(status: &str, response: &mut Response) {
    let wait = matches!(status, "429" | "503").then_some(RETRY_AFTER);
    for (name, _) in COUNTED.into_iter().chain(wait) {
        let header = Ref::new(format!("#/components/headers/{name}"));
        response
            .headers
            .entry(name.to_owned())
            .or_insert(RefOr::Ref(header));
    }
}

fn header(description: &str) -> Header {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0));
    HeaderBuilder::new()
        .schema(Some(number))
        .description(Some(description))
        .build()
}
