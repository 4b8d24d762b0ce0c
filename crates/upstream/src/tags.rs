use http::HeaderMap;
use http::header::LINK;
use pullgate_reference::{Repository, Tag};
use serde::Deserialize;
use url::Url;

use crate::credentials::Credentials;
use crate::error::UpstreamError;
use crate::exchange::Request;
use crate::fetch::MANIFEST_LIMIT;
use crate::upstream::Upstream;

/// A page of a repository's tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPage {
    /// The tags, in the upstream's order. What is not a tag by the grammar is
    /// left out, as nobody could pull it.
    pub tags: Vec<Tag>,
    /// What to give as `last` to get the next page, or `None` after the last
    /// one.
    pub next_last: Option<String>,
}

#[derive(Deserialize)]
struct TagList {
    /// Missing or null for a repository without tags.
    tags: Option<Vec<String>>,
}

/// The longest `last` that is taken from an upstream's answer, in bytes.
const LAST_LIMIT: usize = 1024;

impl Upstream {
    /// Lists tags: at most `n` (the upstream may send fewer), those after
    /// `last`.
    pub async fn tags(
        &self,
        repository: &Repository,
        n: Option<u32>,
        last: Option<&str>,
        credentials: &Credentials,
    ) -> Result<TagPage, UpstreamError> {
        let mut url = self.address(repository, format_args!("tags/list"))?;
        if let Some(n) = n {
            url.query_pairs_mut().append_pair("n", &n.to_string());
        }
        if let Some(last) = last {
            url.query_pairs_mut().append_pair("last", last);
        }
        let request = Request::get(url);
        let answer = self.answer(&request, repository, credentials).await?;
        let next = next_query(&request.url, answer.headers());
        let body = answer.body(MANIFEST_LIMIT).await?;
        let answered: TagList = serde_json::from_slice(&body)
            .map_err(|error| UpstreamError::invalid(format!("its list of tags: {error}")))?;
        let tags: Vec<Tag> = answered
            .tags
            .unwrap_or_default()
            .iter()
            .filter_map(|tag| tag.parse().ok())
            .collect();
        let next_last = next.and_then(|next| {
            let said = next
                .query_pairs()
                .find(|(name, _)| name == "last")
                .map(|(_, value)| value.into_owned())
                .filter(|value| value.len() <= LAST_LIMIT);
            // Some registries page with a mark of their own, and understand
            // `last` all the same.
            said.or_else(|| Some(tags.last()?.as_str().to_owned()))
                .filter(|next| Some(next.as_str()) != last)
        });
        Ok(TagPage { tags, next_last })
    }
}

/// The address of the next page in `Link` (RFC 8288), for its query alone:
/// wherever it leads, only the upstream's own address is asked.
pub(crate) fn next_query(asked: &Url, headers: &HeaderMap) -> Option<Url> {
    for value in headers.get_all(LINK) {
        let Ok(mut rest) = value.to_str() else {
            continue;
        };
        while let Some((_, from)) = rest.split_once('<') {
            let (target, parameters) = from.split_once('>')?;
            // A comma can also stand in a parameter; but then what follows has
            // no address in brackets, and nothing is lost.
            let end = parameters.find('<').unwrap_or(parameters.len());
            if is_next(&parameters[..end]) {
                return asked.join(target).ok();
            }
            rest = &parameters[end..];
        }
    }
    None
}

fn is_next(parameters: &str) -> bool {
    parameters.split([';', ',']).any(|parameter| {
        parameter.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("rel")
                && value
                    .trim()
                    .trim_matches('"')
                    .split(' ')
                    .any(|relation| relation.eq_ignore_ascii_case("next"))
        })
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"</v2/a/tags/list?n=2&last=b>; rel="next""#, Some("last=b"))]
    #[case("</v2/a/tags/list?last=b>;rel=next", Some("last=b"))]
    #[case(r#"<?last=b>; title="x, y"; rel="prev next""#, Some("last=b"))]
    #[case(r#"<?last=a>; rel="prev", <?last=c>; rel="next""#, Some("last=c"))]
    #[case(r#"<?last=a>; rel="prev""#, None)]
    #[case("<?last=a", None)]
    #[case("", None)]
    fn the_next_page_is_found(#[case] link: &str, #[case] expected: Option<&str>) {
        let asked = Url::parse("https://registry.example/v2/a/tags/list").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_str(link).unwrap());
        let next = next_query(&asked, &headers);
        let query = next.as_ref().and_then(Url::query);
        assert_eq!(query.map(|q| q.replace("n=2&", "")).as_deref(), expected);
    }
}
