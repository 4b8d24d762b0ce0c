//! A small registry that plays Docker Hub's.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use pullgate_gateway::Peer;

use super::images::Image;
use crate::server::Handler;

/// Serves images to anybody, by tag `latest` and by digest.
#[derive(Clone)]
pub(super) struct Registry(Arc<HashMap<String, Image>>);

impl Registry {
    /// A registry with these images, by path (`library/hello`).
    pub(super) fn new(images: impl IntoIterator<Item = (String, Image)>) -> Self {
        Self(Arc::new(images.into_iter().collect()))
    }

    fn find(&self, path: &str) -> Option<Response<Full<Bytes>>> {
        let rest = path.strip_prefix("/v2/")?;
        if rest.is_empty() {
            return Some(found("application/json", None, Bytes::from_static(b"{}")));
        }
        let (front, last) = rest.rsplit_once('/')?;
        let (name, kind) = front.rsplit_once('/')?;
        let image = self.0.get(name)?;
        match kind {
            "manifests" if last == "latest" || last == image.digest => Some(found(
                image.media_type,
                Some(&image.digest),
                image.manifest.clone(),
            )),
            "blobs" => {
                let blob = image.blobs.get(last)?.clone();
                Some(found("application/octet-stream", Some(last), blob))
            }
            "tags" if last == "list" => {
                let tags = serde_json::json!({"name": name, "tags": ["latest"]});
                Some(found("application/json", None, tags.to_string().into()))
            }
            _ => None,
        }
    }
}

impl Handler for Registry {
    type Body = Full<Bytes>;

    async fn answer(&self, request: Request<Incoming>, _: Peer) -> Response<Full<Bytes>> {
        let mut response = self.find(request.uri().path()).unwrap_or_else(|| {
            let unknown = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not here"}]}"#;
            let mut response = found(
                "application/json",
                None,
                Bytes::from_static(unknown.as_bytes()),
            );
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        });
        if *request.method() == Method::HEAD {
            *response.body_mut() = Full::default();
        }
        response
    }
}

fn found(media_type: &'static str, digest: Option<&str>, body: Bytes) -> Response<Full<Bytes>> {
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_LENGTH, length);
    if let Some(Ok(digest)) = digest.map(HeaderValue::from_str) {
        headers.insert("docker-content-digest", digest);
    }
    response
}
