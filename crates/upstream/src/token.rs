use std::time::Duration;

use http::StatusCode;
use http::header::AUTHORIZATION;
use pullgate_reference::Repository;
use serde::Deserialize;
use url::Url;

use crate::Secret;
use crate::answer::{Answer, From, Setting, unanswered};
use crate::credentials::{Credentials, sensitive};
use crate::error::UpstreamError;
use crate::exchange::SMALL_ANSWER;
use crate::grants::Grant;
use crate::realm::permit;
use crate::upstream::Upstream;

/// The most that a token service may answer, in bytes.
const LIMIT: usize = 64 * 1024;

/// How long before its end a token is not used any more: for the way it travels
/// and for clocks that differ.
const MARGIN: Duration = Duration::from_secs(10);

/// How long a token holds that does not say so (distribution specification of
/// the token service: 60 seconds).
const UNSAID: u64 = 60;

/// A day; no token is kept as long as that anyway.
const LONGEST: u64 = 24 * 3600;

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<Secret>,
    access_token: Option<Secret>,
    expires_in: Option<u64>,
}

impl Upstream {
    /// Asks the token service for a token to pull from `repository`. Which
    /// scope that is, is said here and not by the challenge.
    pub(crate) async fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        repository: &Repository,
        credentials: &Credentials,
    ) -> Result<Grant, UpstreamError> {
        let realm = Url::parse(realm)
            .map_err(|_| UpstreamError::invalid("the realm in its challenge is not an address"))?;
        permit(&realm, &self.base, &self.realms)
            .map_err(|error| UpstreamError::refused(error.to_string()))?;
        let is_configured = realm.origin() == self.base.origin()
            || self.realms.iter().any(|entry| entry.matches(&realm));
        let client = if is_configured {
            &self.clients.trusted
        } else {
            self.guarded_client(&realm, Setting::Realms)?
        };
        let mut sending = client
            .get(question(&realm, service, repository))
            .timeout(SMALL_ANSWER);
        if let Credentials::Login(login) = credentials {
            let basic = login.basic().ok_or(UpstreamError::Denied)?;
            sending = sending.header(AUTHORIZATION, basic);
        }
        let response = sending
            .send()
            .await
            .map_err(|error| unanswered(error, &realm, Setting::Realms))?;
        match response.status() {
            status if status.is_redirection() => {
                return Err(UpstreamError::refused(
                    "its token service redirects to another place, and credentials are not \
                     sent along a redirect; no setting permits that",
                ));
            }
            StatusCode::NOT_FOUND => {
                return Err(UpstreamError::invalid("its token service answered 404"));
            }
            _ => {}
        }
        let answer = Answer::new(response, From::Upstream).checked(self.now())?;
        self.read_token(&answer.body(LIMIT).await?)
    }

    fn read_token(&self, body: &[u8]) -> Result<Grant, UpstreamError> {
        // The cause would quote what it can not read, and that may be a token.
        let answer: TokenAnswer = serde_json::from_slice(body)
            .map_err(|_| UpstreamError::invalid("its token service's answer can not be read"))?;
        let token = [answer.token, answer.access_token]
            .into_iter()
            .flatten()
            .find(|token| !token.reveal().is_empty())
            .ok_or_else(|| UpstreamError::invalid("its token service gave no token"))?;
        let header = sensitive(&format!("Bearer {}", token.reveal()))
            .ok_or_else(|| UpstreamError::invalid("its token service's token can not be sent"))?;
        let lifetime = Duration::from_secs(answer.expires_in.unwrap_or(UNSAID).min(LONGEST));
        let now = self.now();
        let until = now
            .checked_add(lifetime.saturating_sub(MARGIN))
            .unwrap_or(now);
        Ok(Grant::Bearer { header, until })
    }
}

/// The realm with our own question in place of whatever it asked itself.
fn question(realm: &Url, service: Option<&str>, repository: &Repository) -> Url {
    const OURS: [&str; 5] = ["service", "scope", "client_id", "account", "offline_token"];
    let others: Vec<(String, String)> = realm
        .query_pairs()
        .filter(|(name, _)| !OURS.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut url = realm.clone();
    url.set_fragment(None);
    {
        let mut query = url.query_pairs_mut();
        query.clear().extend_pairs(others);
        if let Some(service) = service {
            query.append_pair("service", service);
        }
        query.append_pair("scope", &format!("repository:{}:pull", repository.path()));
        query.append_pair("client_id", "pullgate");
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_is_ours_and_not_the_realms() {
        let realm =
            Url::parse("https://auth.docker.io/token?scope=repository:x:push&tenant=a#b").unwrap();
        let repository = Repository::parse("nginx").unwrap();
        let url = question(&realm, Some("registry.docker.io&scope=x"), &repository);
        assert_eq!(
            url.as_str(),
            "https://auth.docker.io/token?tenant=a&service=registry.docker.io%26scope%3Dx\
             &scope=repository%3Alibrary%2Fnginx%3Apull&client_id=pullgate"
        );
    }
}
