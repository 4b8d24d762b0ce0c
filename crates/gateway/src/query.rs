//! A request's query.

use std::borrow::Cow;

use url::form_urlencoded;

/// A query string, or a form that was posted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'q>(&'q str);

/// A parameter that may be given once was given several times: which of them
/// counts is not for us to guess.
#[derive(Debug, thiserror::Error)]
#[error("the parameter {0} is given more than once; give it once")]
pub(crate) struct Repeated(&'static str);

impl<'q> Query<'q> {
    pub(crate) fn new(query: &'q str) -> Self {
        Self(query)
    }

    /// All values of a parameter, in their order.
    pub(crate) fn all(self, key: &'static str) -> impl Iterator<Item = Cow<'q, str>> {
        form_urlencoded::parse(self.0.as_bytes())
            .filter(move |(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The value of a parameter that may be given once.
    pub(crate) fn once(self, key: &'static str) -> Result<Option<Cow<'q, str>>, Repeated> {
        // Most requests have no query, and they are the ones that must be fast.
        if self.0.is_empty() {
            return Ok(None);
        }
        let mut values = self.all(key);
        let first = values.next();
        match values.next() {
            Some(_) => Err(Repeated(key)),
            None => Ok(first),
        }
    }
}
