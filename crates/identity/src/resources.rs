//! The repositories that an organization's access token is bounded to.
//!
//! Docker Hub writes them as resources: `acme/app` and `acme/*` are
//! repositories on Docker Hub, and `*/*/public` is whatever anybody may see.
//! Here a path can name any registry, as in `ghcr.io/acme/**`, and `*/*` is
//! everything. A resource never gives what the organization's policy does not:
//! it takes away.

use pullgate_reference::{NameError, Pattern, PatternSet, Repository};
use pullgate_store::{ResourceKind, Token, TokenResource};

use crate::scope::{Scope, reach_of};
use crate::subject::Reach;

/// Everything, in as far as anybody may see it.
const PUBLIC: &str = "*/*/public";
/// Everything.
const EVERYTHING: &str = "*/*";
/// The scopes that let a token pull; the first is what is written.
const PULL: [&str; 2] = ["repo-pull", "scope-image-pull"];
/// The most resources of one token.
pub(crate) const MOST: usize = 100;
/// The most scopes of one resource.
const MOST_SCOPES: usize = 20;

/// The repositories that an access token is bounded to.
#[derive(Clone, Debug)]
pub struct Repositories {
    listed: PatternSet,
    /// What of the others is reached; none if nothing is.
    others: Option<Reach>,
}

/// Why a resource cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongResource {
    /// The path names no repositories.
    #[error(
        "{path:?} names no repositories: {why}; write acme/app, acme/*, ghcr.io/acme/**, */*/public for what anybody may see, or */* for everything"
    )]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: NameError,
    },
    /// There are too many.
    #[error("a token has at most {MOST} resources with at most {MOST_SCOPES} scopes each")]
    TooMany,
}

impl Repositories {
    /// Those of a token whose owner has said nothing: all that the
    /// organization's policy allows.
    pub fn all() -> Self {
        Self {
            listed: PatternSet::new(),
            others: Some(Reach::All),
        }
    }

    /// Those that resources name; all if there is no list.
    pub(crate) fn of(resources: Option<&[TokenResource]>) -> Self {
        let Some(resources) = resources else {
            return Self::all();
        };
        let mut repositories = Self {
            listed: PatternSet::new(),
            others: None,
        };
        for resource in resources.iter().filter(|resource| pulls(resource)) {
            match resource.path.as_str() {
                EVERYTHING => repositories.others = Some(Reach::All),
                PUBLIC => {
                    repositories.others.get_or_insert(Reach::PublicOnly);
                }
                // What cannot be read was refused when it was written; here it
                // adds nothing.
                path => {
                    if let Ok(pattern) = Pattern::parse(path) {
                        repositories.listed.insert(pattern);
                    }
                }
            }
        }
        repositories
    }

    /// What of a repository is reached; none if it is not among them.
    pub(crate) fn reach(&self, repository: &Repository) -> Option<Reach> {
        match self.listed.find(repository) {
            Some(_) => Some(Reach::All),
            None => self.others,
        }
    }
}

/// What an organization's token is for, in the words of its resources: those
/// that it has, or what they would be for one that is bounded by its scopes
/// alone.
pub fn granted(token: &Token) -> Vec<TokenResource> {
    if let Some(resources) = &token.resources {
        return resources.clone();
    }
    let scopes: Vec<Scope> = token.scopes.iter().filter_map(|s| s.parse().ok()).collect();
    let path = match reach_of(&scopes) {
        Reach::All => EVERYTHING,
        Reach::PublicOnly => PUBLIC,
    };
    vec![TokenResource {
        kind: ResourceKind::Repositories,
        path: path.to_owned(),
        scopes: vec![PULL[0].to_owned()],
    }]
}

/// Refuses resources that mean nothing.
pub(crate) fn check(resources: &[TokenResource]) -> Result<(), WrongResource> {
    if resources.len() > MOST {
        return Err(WrongResource::TooMany);
    }
    for resource in resources {
        if resource.scopes.len() > MOST_SCOPES {
            return Err(WrongResource::TooMany);
        }
        let path = resource.path.as_str();
        if resource.kind == ResourceKind::Organization || [EVERYTHING, PUBLIC].contains(&path) {
            continue;
        }
        Pattern::parse(path).map_err(|why| WrongResource::Path {
            path: path.chars().take(100).collect(),
            why,
        })?;
    }
    Ok(())
}

fn pulls(resource: &TokenResource) -> bool {
    let scopes = &resource.scopes;
    resource.kind == ResourceKind::Repositories
        && scopes.iter().any(|scope| PULL.contains(&scope.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(path: &str, scope: &str) -> TokenResource {
        TokenResource {
            kind: ResourceKind::Repositories,
            path: path.to_owned(),
            scopes: vec![scope.to_owned()],
        }
    }

    fn reach(resources: &[TokenResource], repository: &str) -> Option<Reach> {
        Repositories::of(Some(resources)).reach(&repository.parse().unwrap())
    }

    #[test]
    fn a_token_reaches_what_its_resources_name() {
        let pull = |path| [resource(path, "repo-pull")];
        for (path, repository, expected) in [
            ("acme/app", "acme/app", Some(Reach::All)),
            ("acme/app", "docker.io/acme/app", Some(Reach::All)),
            ("acme/app", "acme/app2", None),
            ("acme/app", "ghcr.io/acme/app", None),
            ("acme/*", "acme/app", Some(Reach::All)),
            ("acme/*", "acme-evil/app", None),
            ("ghcr.io/acme/**", "ghcr.io/acme/a/b", Some(Reach::All)),
            ("*/*/public", "evil/miner", Some(Reach::PublicOnly)),
            ("*/*", "quay.io/any/thing", Some(Reach::All)),
        ] {
            assert_eq!(
                reach(&pull(path), repository),
                expected,
                "{path} {repository}"
            );
        }
    }

    #[test]
    fn what_is_private_is_reached_only_where_it_is_named() {
        let both = [
            resource("*/*/public", "repo-pull"),
            resource("acme/app", "scope-image-pull"),
        ];
        assert_eq!(reach(&both, "acme/app"), Some(Reach::All));
        assert_eq!(reach(&both, "acme/other"), Some(Reach::PublicOnly));
    }

    #[test]
    fn what_does_not_say_pull_reaches_nothing() {
        for scope in ["repo-push", "repo-pul", ""] {
            assert_eq!(reach(&[resource("*/*", scope)], "nginx"), None, "{scope}");
        }
        let organization = TokenResource {
            kind: ResourceKind::Organization,
            ..resource("*/*", "repo-pull")
        };
        assert_eq!(reach(&[organization], "nginx"), None);
        assert_eq!(reach(&[], "nginx"), None, "an empty list names nothing");
        let all = Repositories::of(None);
        assert_eq!(all.reach(&"nginx".parse().unwrap()), Some(Reach::All));
    }

    #[test]
    fn a_path_that_names_nothing_is_refused() {
        for path in [
            "",
            "*",
            "acme/*/x",
            "*/*/private",
            "UPPER/app/",
            "https://x/y",
        ] {
            let refused = check(&[resource(path, "repo-pull")]);
            assert!(
                matches!(refused, Err(WrongResource::Path { .. })),
                "{path:?}"
            );
        }
        let many = vec![resource("*/*", "repo-pull"); MOST + 1];
        assert_eq!(check(&many), Err(WrongResource::TooMany));
        assert_eq!(check(&many[1..]), Ok(()));
    }
}
