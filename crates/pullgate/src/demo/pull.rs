//! Pulling an image over HTTP, as a container client does it.

use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use super::images::sha256;
use super::people::Account;
use crate::failure::Failure;

/// How a pull ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pulled {
    /// All of it arrived and had the digests that it should have.
    Whole,
    /// It was refused, and this is what the person reads.
    Refused(String),
}

/// Pulls an image from a registry: asks, gets a token, fetches the manifest
/// and every blob, and checks their digests.
pub(super) async fn pull(
    registry: &str,
    path: &str,
    account: Option<&Account>,
) -> Result<Pulled, Failure> {
    let client = Client::builder()
        .no_proxy()
        .build()
        .map_err(|error| Failure::new(error.to_string()))?;
    let manifest_url = format!("{registry}/v2/{path}/manifests/latest");
    let challenged = get(&client, &manifest_url, None).await?;
    if challenged.status() != StatusCode::UNAUTHORIZED {
        return Err(Failure::new(format!(
            "{manifest_url} should have asked for a token and answered {}",
            challenged.status()
        )));
    }
    let token = token(&client, registry, path, account).await?;
    let answer = get(&client, &manifest_url, Some(&token)).await?;
    if !answer.status().is_success() {
        return Ok(Pulled::Refused(message(answer).await?));
    }
    let digest = header(&answer, "docker-content-digest")?;
    let manifest = bytes(answer, &digest).await?;
    let manifest: Value = serde_json::from_slice(&manifest)
        .map_err(|error| Failure::new(format!("the manifest is not JSON: {error}")))?;
    let layers = manifest["layers"].as_array().into_iter().flatten();
    for blob in layers.chain([&manifest["config"]]) {
        let digest = blob["digest"].as_str().unwrap_or_default();
        let url = format!("{registry}/v2/{path}/blobs/{digest}");
        let answer = get(&client, &url, Some(&token)).await?;
        if !answer.status().is_success() {
            return Ok(Pulled::Refused(message(answer).await?));
        }
        bytes(answer, digest).await?;
    }
    Ok(Pulled::Whole)
}

async fn token(
    client: &Client,
    registry: &str,
    path: &str,
    account: Option<&Account>,
) -> Result<String, Failure> {
    let mut request = client.get(format!("{registry}/token")).query(&[
        ("service", "pullgate"),
        ("scope", &format!("repository:{path}:pull")),
    ]);
    if let Some(account) = account {
        request = request.basic_auth(account.username, Some(account.password.expose()));
    }
    let answer: Value = request
        .send()
        .await
        .map_err(lost)?
        .json()
        .await
        .map_err(lost)?;
    match answer["token"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => Err(Failure::new(format!("no token was granted: {answer}"))),
    }
}

async fn get(client: &Client, url: &str, token: Option<&str>) -> Result<Response, Failure> {
    let mut request = client.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.map_err(lost)
}

async fn message(answer: Response) -> Result<String, Failure> {
    let body: Value = answer.json().await.map_err(lost)?;
    Ok(body["errors"][0]["message"]
        .as_str()
        .unwrap_or("no reason given")
        .to_owned())
}

async fn bytes(answer: Response, digest: &str) -> Result<bytes::Bytes, Failure> {
    let bytes = answer.bytes().await.map_err(lost)?;
    if sha256(&bytes) == digest {
        Ok(bytes)
    } else {
        Err(Failure::new(format!(
            "what came does not have the digest {digest}"
        )))
    }
}

fn header(answer: &Response, name: &str) -> Result<String, Failure> {
    let value = answer
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok());
    value
        .map(ToOwned::to_owned)
        .ok_or_else(|| Failure::new(format!("the answer has no header {name}")))
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn lost(error: reqwest::Error) -> Failure {
    Failure::new(format!(
        "the gateway did not answer as a registry does: {error}"
    ))
}
