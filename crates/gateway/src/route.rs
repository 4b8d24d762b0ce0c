//! What a request's path asks for.
//!
//! The path is read as it stands, undecoded: nothing that a well-behaved
//! client sends needs percent-encoding, and what is not decoded cannot be
//! decoded twice.

use http::Method;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'p> {
    /// `/v2/`: does this speak the registry API, and is the token good.
    Base,
    /// `/token`: sign in.
    Token,
    /// The keys that sign tokens.
    Keys,
    /// `/v2/_catalog`: a list of all repositories.
    Catalog,
    /// Something of a repository.
    Repository {
        /// The name as it stands in the path.
        name: &'p str,
        /// What of it.
        resource: Resource<'p>,
    },
    /// A push, or anything else that would change something.
    Change,
    /// Nothing that is here.
    Unknown,
}

/// What of a repository is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resource<'p> {
    /// A manifest by tag or digest.
    Manifest(&'p str),
    /// A blob by digest.
    Blob(&'p str),
    /// The list of tags.
    Tags,
    /// What refers to a manifest.
    Referrers(&'p str),
}

impl<'p> Route<'p> {
    /// Reads a path.
    pub(crate) fn of(method: &Method, path: &'p str) -> Self {
        match path {
            "/token" => return Self::Token,
            "/.well-known/jwks.json" => return Self::Keys,
            _ => {}
        }
        let Some(rest) = path
            .strip_prefix("/v2")
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        else {
            return Self::Unknown;
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Self::Change;
        }
        match rest {
            "" | "/" => Self::Base,
            "/_catalog" => Self::Catalog,
            _ => Self::of_repository(&rest[1..]),
        }
    }

    /// Reads what stands after `/v2/`: the name is all before the last two
    /// components, whatever they are called.
    fn of_repository(rest: &'p str) -> Self {
        let Some((front, last)) = rest.rsplit_once('/') else {
            return Self::Unknown;
        };
        let Some((name, kind)) = front.rsplit_once('/') else {
            return Self::Unknown;
        };
        let resource = match (kind, last) {
            ("blobs", "uploads") | ("uploads", _) if is_upload(name, kind) => return Self::Change,
            ("manifests", reference) => Resource::Manifest(reference),
            ("blobs", digest) => Resource::Blob(digest),
            ("tags", "list") => Resource::Tags,
            ("referrers", digest) => Resource::Referrers(digest),
            _ => return Self::Unknown,
        };
        Self::Repository { name, resource }
    }
}

/// `…/blobs/uploads`, `…/blobs/uploads/` and `…/blobs/uploads/ID`.
fn is_upload(name: &str, kind: &str) -> bool {
    kind == "blobs" || name == "blobs" || name.ends_with("/blobs")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Route<'_> {
        Route::of(&Method::GET, path)
    }

    fn repository<'p>(name: &'p str, resource: Resource<'p>) -> Route<'p> {
        Route::Repository { name, resource }
    }

    #[test]
    fn paths_are_read_as_the_specification_has_them() {
        assert_eq!(get("/v2"), Route::Base);
        assert_eq!(get("/v2/"), Route::Base);
        assert_eq!(get("/v2/_catalog"), Route::Catalog);
        assert_eq!(get("/token"), Route::Token);
        assert_eq!(
            get("/v2/library/nginx/manifests/1"),
            repository("library/nginx", Resource::Manifest("1"))
        );
        assert_eq!(
            get("/v2/ghcr.io/org/app/blobs/sha256:ab"),
            repository("ghcr.io/org/app", Resource::Blob("sha256:ab"))
        );
        assert_eq!(get("/v2/a/tags/list"), repository("a", Resource::Tags));
        assert_eq!(
            get("/v2/a/referrers/sha256:ab"),
            repository("a", Resource::Referrers("sha256:ab"))
        );
    }

    #[test]
    fn a_name_may_hold_the_words_of_the_api() {
        assert_eq!(
            get("/v2/manifests/blobs/manifests/tags"),
            repository("manifests/blobs", Resource::Manifest("tags"))
        );
        assert_eq!(
            get("/v2/tags/list/tags/list"),
            repository("tags/list", Resource::Tags)
        );
    }

    #[test]
    fn what_would_change_something_is_told_apart_from_what_is_not_there() {
        assert_eq!(Route::of(&Method::PUT, "/v2/a/manifests/1"), Route::Change);
        assert_eq!(
            Route::of(&Method::POST, "/v2/a/blobs/uploads/"),
            Route::Change
        );
        assert_eq!(get("/v2/a/blobs/uploads/"), Route::Change);
        assert_eq!(get("/v2/a/blobs/uploads/0b5e"), Route::Change);
        for path in [
            "/",
            "/v1/",
            "/v2x",
            "/v2/a",
            "/v2/a/b",
            "/v2/a/tags/other",
            "/V2/",
        ] {
            assert_eq!(get(path), Route::Unknown, "{path}");
        }
    }
}
