//! Tags, and what refers to an image. Neither is kept in the cache: both are
//! asked rarely, and an old answer would be a wrong one.

use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_TYPE, LINK};
use pullgate_access::Action;
use pullgate_identity::Subject;
use pullgate_reference::{Digest, Repository, Tag, Target};
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
