//! What the operations are about: the tags of the description, in the order
//! in which one would want to read.

use serde_json::json;
use utoipa::openapi::Tag;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::tag::TagBuilder;

/// A tag, its title, and what it is about.
const SUBJECTS: &[(&str, &str, &str)] = &[
    (
        "authentication",
        "Signing in",
        "A password or an access token becomes a session, which every other operation asks for.",
    ),
    (
        "users",
        "You",
        "Who has signed in, and to which organizations they belong.",
    ),
    (
        "access-tokens",
        "Personal access tokens",
        "A secret for one machine or script, with the rights of the person it belongs to or fewer.",
    ),
    (
        "org-access-tokens",
        "Access tokens of an organization",
        "A secret for machines that belong to nobody: it pulls by the organization's policy.",
    ),
    (
        "orgs",
        "Organizations and their members",
        "Who belongs to an organization, and in which role.",
    ),
    (
        "groups",
        "Teams",
        "Named groups of an organization's members. The team owners is made of its owners.",
    ),
    (
        "invites",
        "Invites",
        "Inviting people into an organization by a link, and answering such an invite.",
    ),
    (
        "org-settings",
        "Settings of an organization",
        "Docker Hub's switches of Image Access Management and Registry Access Management.",
    ),
    (
        "policy",
        "Policy of an organization",
        "What its members may pull, beyond what Docker Hub has: all settings, the allowlist, \
         namespaces, and what teams are given.",
    ),
    (
        "audit-logs",
        "Audit logs",
        "What was done, by whom, and how it was before and after.",
    ),
    (
        "decisions",
        "Decisions",
        "What was decided about pulls, what would be, and why.",
    ),
    (
        "requests",
        "Requests and exceptions",
        "What members ask their owners to allow, and what is allowed to somebody until a date.",
    ),
    (
        "machines",
        "Machines",
        "What the agent on a developer's machine asks for the person who has signed in there.",
    ),
    (
        "site",
        "The installation",
        "How the server is doing, and what it knows of Docker Hub's namespaces.",
    ),
];

pub(super) fn tags() -> Vec<Tag> {
    SUBJECTS
        .iter()
        .map(|(name, title, about)| {
            let title = ExtensionsBuilder::new().add("x-displayName", json!(title));
            TagBuilder::new()
                .name(*name)
                .description(Some(*about))
                .extensions(Some(title.build()))
                .build()
        })
        .collect()
}
