//! Tags, and what refers to an image. Neither is kept in the cache: both are
//! asked rarely, and an old answer would be a wrong one.

use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_TYPE, LINK};
use pullgate_access::Action;
use pullgate_identity::Subject;
use pullgate_reference::{Digest, Repository, Tag, Target};
use pullgate_upstream::TagPage;
use serde_json::json;
use url::form_urlencoded;

use crate::gateway::{Arrival, Gateway};
use crate::manifests::missing;
use crate::problem::{Code, Problem};
use crate::reply::{Reply, ReplyBody};

/// The most tags in one page.
const MAX_TAGS: u32 = 1_000;

impl Gateway {
    pub(crate) async fn tags(
        &self,
        arrival: &Arrival<'_>,
        subject: &Subject,
        repository: &Repository,
        name: &str,
    ) -> Result<Reply, Problem> {
        let permitted = self
            .permit(arrival, subject, repository, Action::Tags, None)
            .await?;
        let count = count(arrival)?;
        let last = parameter(arrival, "last")?;
        let place = &permitted.place;
        let page = place
            .upstream
            .tags(repository, Some(count), last.as_deref(), &place.credentials)
            .await
            .map_err(|error| {
                let what = format!("{repository} is not known to its registry");
                missing(Code::NameUnknown, what, repository, &error.into())
            })?;
        let page = held_to(page, count as usize, last.as_deref());
        let body =
            json!({"name": name, "tags": page.tags.iter().map(Tag::as_str).collect::<Vec<_>>()});
        let mut reply = json_reply("application/json", Bytes::from(body.to_string()));
        if let Some(link) = page
            .next_last
            .and_then(|last| next_page(arrival, name, count, &last))
        {
            reply.headers_mut().insert(LINK, link);
        }
        Ok(reply)
    }

    pub(crate) async fn referrers(
        &self,
        arrival: &Arrival<'_>,
        subject: &Subject,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Reply, Problem> {
        let target = Target::Digest(digest.clone());
        let permitted = self
            .permit(
                arrival,
                subject,
                repository,
                Action::Referrers,
                Some(&target),
            )
            .await?;
        let artifact_type = parameter(arrival, "artifactType")?;
        let place = &permitted.place;
        let found = place
            .upstream
            .referrers(
                repository,
                digest,
                artifact_type.as_deref(),
                &place.credentials,
            )
            .await
            .map_err(|error| {
                let what = format!("{repository} is not known to its registry");
                missing(Code::NameUnknown, what, repository, &error.into())
            })?;
        let mut reply = json_reply("application/vnd.oci.image.index.v1+json", found.index);
        if artifact_type.is_some() {
            reply.headers_mut().insert(
                "oci-filters-applied",
                HeaderValue::from_static("artifactType"),
            );
        }
        Ok(reply)
    }
}

/// How many tags are asked for: bounded, so that one request cannot ask for
/// everything (CVE-2023-2253).
fn count(arrival: &Arrival<'_>) -> Result<u32, Problem> {
    let Some(count) = parameter(arrival, "n")? else {
        return Ok(MAX_TAGS);
    };
    match count.parse::<u32>() {
        Ok(count) if count > 0 => Ok(count.min(MAX_TAGS)),
        _ => Err(Problem::new(
            Code::PaginationNumberInvalid,
            format!("n must be a number from 1 to {MAX_TAGS}"),
        )),
    }
}

/// Holds a page to what was asked for. Registries that know no pages, such as
/// the distribution project's before version 3, send all tags every time:
/// more than were asked for, or again the one that the page begins after.
fn held_to(page: TagPage, count: usize, last: Option<&str>) -> TagPage {
    let again = |last| page.tags.iter().any(|tag| tag.as_str() == last);
    if page.tags.len() <= count && !last.is_some_and(again) {
        return page;
    }
    let mut tags = page.tags;
    tags.retain(|tag| last.is_none_or(|last| tag.as_str() > last));
    tags.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    let next_last = if tags.len() > count {
        tags.truncate(count);
        tags.last().map(|tag| tag.as_str().to_owned())
    } else {
        page.next_last
    };
    TagPage { tags, next_last }
}

fn parameter<'r>(
    arrival: &Arrival<'r>,
    key: &'static str,
) -> Result<Option<std::borrow::Cow<'r, str>>, Problem> {
    arrival
        .query
        .once(key)
        .map_err(|error| Problem::new(Code::NameInvalid, error.to_string()))
}

/// The address of the next page, which names the registry as this one did.
fn next_page(arrival: &Arrival<'_>, name: &str, count: u32, last: &str) -> Option<HeaderValue> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("n", &count.to_string())
        .append_pair("last", last);
    if let Some(ns) = arrival.query.all("ns").next() {
        query.append_pair("ns", &ns);
    }
    let link = format!("</v2/{name}/tags/list?{}>; rel=\"next\"", query.finish());
    HeaderValue::try_from(link).ok()
}

fn json_reply(media_type: &'static str, body: Bytes) -> Reply {
    let mut reply = Reply::new(ReplyBody::from(body));
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(tags: &[&str], next: Option<&str>) -> TagPage {
        TagPage {
            tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
            next_last: next.map(str::to_owned),
        }
    }

    #[test]
    fn a_page_of_a_registry_that_pages_is_left_as_it_is() {
        for (whole, last) in [
            (page(&[], None), None),
            (page(&["b", "a"], None), None),
            (page(&["b", "a"], Some("a")), Some("z")),
        ] {
            assert_eq!(held_to(whole.clone(), 2, last), whole);
        }
    }

    #[test]
    fn all_tags_at_once_are_cut_into_pages() {
        let all = || page(&["c", "a", "d", "b"], None);
        assert_eq!(held_to(all(), 2, None), page(&["a", "b"], Some("b")));
        assert_eq!(held_to(all(), 2, Some("b")), page(&["c", "d"], None));
        assert_eq!(held_to(all(), 3, Some("c")), page(&["d"], None));
        assert_eq!(held_to(all(), 9, Some("d")), page(&[], None));
    }
}
