//! A stand-in for the part of Docker Hub's API that says who a namespace is.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use pullgate_gateway::Peer;
use serde_json::json;

use crate::server::Handler;

/// Answers `GET /v2/orgs/{namespace}/` as Docker Hub's API describes it.
#[derive(Clone, Copy)]
pub(super) struct Hub;

impl Handler for Hub {
    type Body = Full<Bytes>;

    async fn answer(&self, request: Request<Incoming>, _: Peer) -> Response<Full<Bytes>> {
        let path = request.uri().path().trim_end_matches('/');
        let namespace = path.strip_prefix("/v2/orgs/").unwrap_or_default();
        let badge = match namespace {
            "shipyard" => "verified_publisher",
            "lighthouse" => "open_source",
            "acme" => "",
            // A person's namespace is not an organization's.
            "evil" => return person(namespace),
            _ => return answer(StatusCode::NOT_FOUND, &json!({"message": "not found"})),
        };
        let organization = json!({"orgname": namespace, "badge": badge, "type": "Organization"});
        answer(StatusCode::OK, &organization)
    }
}

fn person(namespace: &str) -> Response<Full<Bytes>> {
    let mut response = answer(StatusCode::PERMANENT_REDIRECT, &json!({}));
    if let Ok(location) = HeaderValue::try_from(format!("/v2/users/{namespace}/")) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
