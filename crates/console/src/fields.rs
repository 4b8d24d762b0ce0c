//! What a form says.

use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;
use pullgate_identity::Secret;
use url::form_urlencoded;

use crate::failure::Failure;

/// The fields of a form, or of a query, in their order.
///
/// A handler of a POST takes this and never the body: the guard has read the
/// body and checked that it comes from a form of this session's (see
/// [`crate::guard`]).
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The fields of a query.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        Self::parse(query.unwrap_or_default().as_bytes())
    }

    /// A field as it was typed, without space around it; empty if there is
    /// none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.first(name).trim()
    }

    /// A password, exactly as it was typed.
    pub(crate) fn secret(&self, name: &str) -> Secret {
        Secret::new(self.first(name))
    }

    fn first(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field, as of boxes that were ticked.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let named = self.0.iter().filter(move |(found, _)| found == name);
        named.map(|(_, value)| value.as_str())
    }

    /// All fields, in their order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is such a field at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }
}

/// Without what was typed: it may be a password.
impl fmt::Debug for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

/// The fields of the form that was sent.
impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Failure::Forged)
    }
}

/// The fields of the query.
#[derive(Clone, Debug)]
pub(crate) struct Query(pub(crate) Fields);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Fields::of_query(parts.uri.query())))
    }
}
