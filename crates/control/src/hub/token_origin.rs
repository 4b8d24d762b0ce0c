//! From where and with what an access token is made.

use http::HeaderMap;
use http::header::USER_AGENT;
use pullgate_identity::TokenOrigin;

use crate::api::Client;

pub(super) fn origin(client: Client, headers: &HeaderMap) -> TokenOrigin {
    let agent = headers.get(USER_AGENT);
    TokenOrigin {
        address: client.address.to_canonical().to_string(),
        agent: agent
            .map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned())
            .unwrap_or_default(),
    }
}
