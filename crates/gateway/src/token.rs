//! `/token`: signing in, as Docker's clients do it.
//!
//! A token says who somebody is. It is granted for whatever repository is
//! asked for, and to strangers too: that a pull is denied, and why, is said on
//! the pull itself, where every client shows it to its user. Here a client
//! would print "403 Forbidden" and nothing else.
//!
//! Source: the distribution project's token authentication specification
//! (`GET`) and its `OAuth2` variant (`POST`).

use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use pullgate_identity::{AccessClaim, Secret, SignInError, Subject};
use serde_json::json;

use crate::authorization::Authorization;
use crate::challenge::SERVICE;
use crate::gateway::{Arrival, Gateway};
use crate::problem::{Code, Problem};
use crate::query::{Query, Repeated};
use crate::reply::{Reply, ReplyBody};

/// The largest form that is read, in bytes.
const MAX_FORM: usize = 64 * 1024;

/// How long a form may take to arrive.
const FORM_TIMEOUT: Duration = Duration::from_secs(30);

/// The most scopes that are granted by one token.
const MAX_SCOPES: usize = 64;

/// The user names under which Docker's clients bring a refresh token.
const NO_NAME: [&str; 2] = ["", "<token>"];

/// How a client has shown who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// Not at all.
    None,
    /// By a password or an access token.
    Credentials,
    /// By a refresh token.
    RefreshToken,
}

/// What a client asks of the token service, however it asks.
struct Asked {
    subject: Subject,
    proof: Proof,
    access: Vec<AccessClaim>,
    /// Whether it wants a refresh token to sign in with later.
    offline: bool,
}

impl Gateway {
    pub(crate) async fn token<B>(&self, arrival: &Arrival<'_>, body: B) -> Result<Reply, Problem>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let asked = match *arrival.method {
            Method::GET | Method::HEAD => self.asked_by_query(arrival).await?,
            Method::POST => {
                let form = read_form(body).await?;
                self.asked_by_form(arrival, Query::new(&form)).await?
            }
            _ => {
                return Err(Problem::new(
                    Code::Unsupported,
                    "the token service answers GET and POST",
                ));
            }
        };
        self.grant(&asked)
    }

    /// The keys that sign tokens (RFC 7517), for whoever wants to verify one.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "one of the routes, and they can fail"
    )]
    pub(crate) fn keys(&self, _: &Arrival<'_>) -> Result<Reply, Problem> {
        Ok(json_reply(&self.identity.jwks()))
    }

    /// `GET`: who asks by Basic authentication, or nobody.
    async fn asked_by_query(&self, arrival: &Arrival<'_>) -> Result<Asked, Problem> {
        let (subject, proof) = match Authorization::of(arrival.headers) {
            // docker keeps a refresh token in place of a password, and BuildKit
            // tries it here, under no name, before it asks with POST.
            Authorization::Basic { username, secret } if NO_NAME.contains(&username.as_str()) => {
                (self.redeem(secret.expose())?, Proof::RefreshToken)
            }
            Authorization::Basic { username, secret } => {
                let subject = self.sign_in(arrival, &username, &secret).await?;
                (subject, Proof::Credentials)
            }
            Authorization::None => (self.nobody(arrival), Proof::None),
            Authorization::Bearer(_) | Authorization::Unreadable => {
                return Err(unauthorized(
                    "the token service reads Basic authentication: a user name and a password or access token",
                ));
            }
        };
        Ok(Asked {
            subject,
            proof,
            access: access(arrival.query.all("scope")),
            offline: once(arrival.query, "offline_token")?.is_some_and(|offline| offline == "true"),
        })
    }

    /// `POST`: who asks by the form.
    async fn asked_by_form(
        &self,
        arrival: &Arrival<'_>,
        form: Query<'_>,
    ) -> Result<Asked, Problem> {
        let field = |name| {
            once(form, name)?.ok_or_else(|| {
                malformed(format!(
                    "the form has no field {name}: see the OAuth2 token specification"
                ))
            })
        };
        let (subject, proof) = match &*field("grant_type")? {
            "password" => {
                let secret = Secret::from(field("password")?.into_owned());
                let subject = self.sign_in(arrival, &field("username")?, &secret).await?;
                (subject, Proof::Credentials)
            }
            "refresh_token" => {
                let subject = self.redeem(&field("refresh_token")?)?;
                (subject, Proof::RefreshToken)
            }
            other => {
                return Err(malformed(format!(
                    "grant_type {other:?} is not supported; use password or refresh_token"
                )));
            }
        };
        Ok(Asked {
            subject,
            proof,
            access: access(form.all("scope")),
            offline: once(form, "access_type")?.is_some_and(|access| access == "offline"),
        })
    }

    fn redeem(&self, refresh_token: &str) -> Result<Subject, Problem> {
        self.identity
            .redeem_refresh(refresh_token)
            .map_err(|error| unauthorized(format!("{error}. Sign in again with docker login")))
    }

    async fn sign_in(
        &self,
        arrival: &Arrival<'_>,
        username: &str,
        secret: &Secret,
    ) -> Result<Subject, Problem> {
        self.identity
            .sign_in(username, secret, arrival.peer.address)
            .await
            .map_err(refused)
    }

    /// Who has not said who they are: somebody from an opened network, or a
    /// stranger.
    pub(crate) fn nobody(&self, arrival: &Arrival<'_>) -> Subject {
        match self.settings.opened_to(arrival.peer.address) {
            Some(organization) => Subject::Anonymous {
                organization: organization.clone(),
            },
            None => Subject::Stranger,
        }
    }

    fn grant(&self, asked: &Asked) -> Result<Reply, Problem> {
        let unavailable = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "a token could not be issued");
            Problem::new(
                Code::Unavailable,
                "no token can be issued just now; try again in a minute",
            )
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
        };
        let bearer = self
            .identity
            .issue_bearer(&asked.subject, SERVICE, &asked.access)
            .map_err(|error| unavailable(&error))?;
        let mut answer = json!({
            // Docker reads `token`, OAuth2 clients `access_token`.
            "token": bearer.token,
            "access_token": bearer.token,
            "expires_in": bearer.expires_in.as_secs(),
            "issued_at": bearer.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "scope": scope_text(&asked.access),
        });
        // A refresh token does not renew itself, or it would never end.
        if asked.offline && asked.proof == Proof::Credentials && asked.subject.username().is_some()
        {
            let refresh = self
                .identity
                .issue_refresh(&asked.subject)
                .map_err(|error| unavailable(&error))?;
            answer["refresh_token"] = json!(refresh.expose());
        }
        Ok(json_reply(&answer))
    }
}

/// The access that is asked for, as the token will repeat it to clients that
/// read their own tokens: pulls alone, and what cannot be read is left out.
/// It allows nothing by itself.
fn access<'q>(scopes: impl Iterator<Item = std::borrow::Cow<'q, str>>) -> Vec<AccessClaim> {
    scopes
        .flat_map(|scopes| scopes.split(' ').filter_map(scope).collect::<Vec<_>>())
        .take(MAX_SCOPES)
        .collect()
}

/// `repository:NAME:ACTIONS`. A name may hold a port, so it ends at the last
/// colon and not at the second.
fn scope(scope: &str) -> Option<AccessClaim> {
    let (name, actions) = scope.strip_prefix("repository:")?.rsplit_once(':')?;
    let pull = actions
        .split(',')
        .any(|action| action == "pull" || action == "*");
    (pull && !name.is_empty() && name.len() <= 512).then(|| AccessClaim {
        kind: "repository".to_owned(),
        name: name.to_owned(),
        actions: vec!["pull".to_owned()],
    })
}

fn scope_text(access: &[AccessClaim]) -> String {
    let scopes: Vec<String> = access
        .iter()
        .map(|claim| format!("{}:{}:{}", claim.kind, claim.name, claim.actions.join(",")))
        .collect();
    scopes.join(" ")
}

fn refused(error: SignInError) -> Problem {
    match error {
        SignInError::Throttled { retry_after } => Problem::new(
            Code::TooManyRequests,
            format!(
                "too many failed sign-ins; try again in {} seconds",
                retry_after.as_secs().max(1)
            ),
        )
        .retry_after(Some(retry_after)),
        SignInError::Busy => Problem::new(
            Code::Unavailable,
            "too many people are signing in at this moment; try again in a few seconds",
        )
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
        .retry_after(Some(Duration::from_secs(2))),
        SignInError::Failed(reason) => {
            tracing::error!(reason, "a sign-in failed on the server");
            Problem::new(
                Code::Unavailable,
                "signing in failed on the server; try again in a minute",
            )
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
        }
        error @ (SignInError::Wrong
        | SignInError::Disabled
        | SignInError::SwitchedOff
        | SignInError::Expired) => unauthorized(error.to_string()),
    }
}

fn unauthorized(message: impl Into<String>) -> Problem {
    // No challenge here: this is where a challenge sends people.
    Problem::new(Code::Unauthorized, message)
}

fn malformed(message: impl Into<String>) -> Problem {
    Problem::new(Code::Unsupported, message).with_status(StatusCode::BAD_REQUEST)
}

fn once<'q>(
    query: Query<'q>,
    key: &'static str,
) -> Result<Option<std::borrow::Cow<'q, str>>, Problem> {
    query
        .once(key)
        .map_err(|error: Repeated| malformed(error.to_string()))
}

async fn read_form<B>(body: B) -> Result<String, Problem>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let collected = tokio::time::timeout(FORM_TIMEOUT, Limited::new(body, MAX_FORM).collect())
        .await
        .map_err(|_| malformed("the form did not arrive in time"))?
        .map_err(|_| {
            malformed(format!(
                "the form could not be read, or is larger than {MAX_FORM} bytes"
            ))
        })?;
    String::from_utf8(collected.to_bytes().to_vec()).map_err(|_| malformed("the form is not UTF-8"))
}

fn json_reply(value: &serde_json::Value) -> Reply {
    let mut reply = Reply::new(ReplyBody::from(Bytes::from(value.to_string())));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_with_ports_in_names() {
        let read = |text: &str| scope(text).map(|claim| claim.name);
        assert_eq!(
            read("repository:library/nginx:pull").as_deref(),
            Some("library/nginx")
        );
        assert_eq!(
            read("repository:registry.acme.example:5000/app:pull,push").as_deref(),
            Some("registry.acme.example:5000/app")
        );
        for nothing in [
            "",
            "repository:a",
            "repository:a:push",
            "registry:catalog:*",
            "repository::pull",
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
