//! A call as an authorization plugin is shown it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::call::Call;
use crate::path::Path;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::routes;

/// A call to the Engine, as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `GET`, `POST` and so on.
    pub method: &'a str,
    /// Path and query, undecoded.
    pub uri: &'a str,
    /// The headers, one value for each.
    pub headers: &'a Headers,
    /// The body as far as it was shown. The Engine shows JSON of known length
    /// up to 1 MiB and nothing else, so an empty one says little by itself.
    pub body: &'a [u8],
}

/// The headers of a call, by the Engine's word: of several values for one
/// name the last.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Headers(BTreeMap<String, String>);

impl Headers {
    /// A header's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut headers = self.0.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let headers = headers.into_iter();
        Self(headers.map(|(n, v)| (n.into(), v.into())).collect())
    }
}

impl<'a> Asked<'a> {
    /// What the call asks for.
    pub fn read(&self) -> Result<Call, Refusal> {
        let (path, query) = self.uri.split_once('?').unwrap_or((self.uri, ""));
        let path = Path::read(path)?;
        routes::read(self, &path, Query::new(query))
    }

    /// The body of a call whose body decides.
    pub(crate) fn shown_body(&self) -> Result<&'a [u8], Refusal> {
        if self.body.is_empty() {
            Err(Refusal::BodyHidden)
        } else {
            Ok(self.body)
        }
    }

    /// Refuses a call whose body the Engine might read as a form that
    /// overrides the query.
    ///
    /// It does so by the first `Content-Type`, and a plugin is told the last.
    /// So there is certainly no form only where there is no `Content-Type`, or
    /// no body, or the body was shown, which is done for JSON alone.
    pub(crate) fn refuse_hidden_form(&self) -> Result<(), Refusal> {
        let no_type = self.headers.get("Content-Type").is_none();
        let no_body = self.headers.get("Content-Length") == Some("0");
        if no_type || no_body || !self.body.is_empty() {
            Ok(())
        } else {
            Err(Refusal::HiddenForm)
        }
    }
}
