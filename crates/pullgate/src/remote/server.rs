//! A server's API, as a client calls it.

use std::error::Error;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use http::{Method, StatusCode};
use pullgate_identity::Secret;
use reqwest::{Certificate, Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::session::Session;
use crate::failure::Failure;
use crate::output::one_line;

/// How long an answer may take, and how long reaching the server.
const PATIENCE: Duration = Duration::from_secs(30);
const REACH: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;

/// The address of a server in its one spelling, and what makes connections to
/// it, as this program.
pub(crate) fn connections(
    typed: &str,
    ca: Option<&Path>,
    program: &str,
) -> Result<(String, Client), Failure> {
    let (address, local) = read_address(typed)?;
    let mut client = Client::builder()
        .user_agent(program)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(REACH)
        .timeout(PATIENCE);
    if local {
        client = client.no_proxy();
    }
    if let Some(ca) = ca {
        client = client.tls_certs_merge(read_certificates(ca)?);
    }
    let client = client
        .build()
        .map_err(|error| Failure::new(format!("connections cannot be made: {}", reason(&error))))?;
    Ok((address, client))
}

/// A server that can be asked.
pub(super) struct Server {
    address: String,
    client: Client,
}

impl Server {
    /// The server at an address as somebody has typed it. Without a scheme it
    /// is https; http is for this machine alone, for a password would be read
    /// along the way.
    pub(super) fn at(typed: &str, ca: Option<&Path>) -> Result<Self, Failure> {
        let program = concat!("pullgate/", env!("CARGO_PKG_VERSION"));
        let (address, client) = connections(typed, ca, program)?;
        Ok(Self { address, client })
    }

    /// The server where somebody has signed in.
    pub(super) fn of(session: &Session) -> Result<Self, Failure> {
        Self::at(&session.server, session.ca.as_deref())
    }

    /// Its address, without a trailing slash.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a document.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        document: &impl Serialize,
    ) -> Result<T, Failure> {
        let request = self.client.post(format!("{}{path}", self.address));
        self.send(request.json(document)).await
    }

    /// Sends a form, and gives the answer as it is, whatever its status.
    pub(super) async fn form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        let request = self.client.post(format!("{}{path}", self.address));
        self.whatever(request.form(fields)).await
    }

    /// Reads an answer that should be JSON.
    pub(super) fn read_answer<T: DeserializeOwned>(
        &self,
        status: StatusCode,
        body: &[u8],
    ) -> Result<T, Failure> {
        serde_json::from_slice(body).map_err(|_| self.not_pullgate(status))
    }

    /// What an answer says that is no success.
    pub(super) fn refusal(&self, status: StatusCode, body: &[u8]) -> Failure {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => problem.told_by(&self.address, status),
            Err(_) => self.not_pullgate(status),
        }
    }

    /// Sends a document, as who has signed in.
    pub(super) async fn post_as<T: DeserializeOwned>(
        &self,
        path: &str,
        document: &impl Serialize,
        token: &Secret,
    ) -> Result<T, Failure> {
        let request = self.client.post(format!("{}{path}", self.address));
        self.send(request.json(document).bearer_auth(token.expose()))
            .await
    }

    /// Asks for something, as who has signed in.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        token: &Secret,
    ) -> Result<T, Failure> {
        let request = self.client.get(format!("{}{path}", self.address));
        self.send(request.query(query).bearer_auth(token.expose()))
            .await
    }

    /// A request of whoever has signed in there.
    pub(super) fn request(&self, method: Method, path: &str, session: &Session) -> RequestBuilder {
        let request = self
            .client
            .request(method, format!("{}{path}", self.address));
        request.bearer_auth(session.token.expose())
    }

    /// Sends a request, of which the answer is JSON.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, Failure> {
        let (status, body) = self.answer(request).await?;
        self.read_answer(status, &body)
    }

    /// The same for an answer that is a text.
    pub(super) async fn text(&self, request: RequestBuilder) -> Result<String, Failure> {
        let (status, body) = self.answer(request).await?;
        String::from_utf8(body).map_err(|_| self.not_pullgate(status))
    }

    async fn answer(&self, request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Failure> {
        let (status, body) = self.whatever(request).await?;
        if status.is_success() {
            return Ok((status, body));
        }
        Err(self.refusal(status, &body))
    }

    /// The answer as it is, whatever its status.
    async fn whatever(&self, request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Failure> {
        let response = request.send().await.map_err(|error| {
            Failure::new(format!(
                "{} cannot be reached: {}",
                self.address,
                reason(&error)
            ))
            .hint("check the address, and that the server runs")
        })?;
        let status = response.status();
        let body = self.read(response).await?;
        Ok((status, body))
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await.map_err(|error| {
                Failure::new(format!(
                    "the answer of {} broke off: {}",
                    self.address,
                    reason(&error)
                ))
            })?;
            let Some(chunk) = chunk else { return Ok(body) };
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Err(self.not_pullgate(response.status()));
            }
        }
    }

    fn not_pullgate(&self, status: StatusCode) -> Failure {
        Failure::new(format!(
            "{} does not answer as Pullgate does (status {})",
            self.address,
            status.as_u16()
        ))
        .hint(
            "name the address of its control port, 8080 unless configured otherwise, and not the \
             one that container clients use",
        )
    }
}

/// What the server says when it does not do what it was asked.
#[derive(Deserialize)]
struct Problem {
    message: String,
}

impl Problem {
    fn told_by(self, address: &str, status: StatusCode) -> Failure {
        let message: String = one_line(&self.message).chars().take(1000).collect();
        let failure = Failure::new(format!("{address}: {message}"));
        match status {
            StatusCode::UNAUTHORIZED => {
                failure.hint(format!("sign in with: pullgate login {address}"))
            }
            _ => failure,
        }
    }
}

/// The address in its one spelling, and whether it is this machine.
fn read_address(typed: &str) -> Result<(String, bool), Failure> {
    let wrong = |why: &str| {
        Failure::usage(format!("{typed:?} is not a server's address: {why}"))
            .hint("write it as https://pullgate.acme.example")
    };
    let full = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    let url = Url::parse(&full).map_err(|error| wrong(&error.to_string()))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => return Err(wrong("it has no host")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            Failure::usage("an address holds no user name and no password")
                .hint("name the user with --username; the password is asked for"),
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("leave out all from the ? or #"));
    }
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        "http" => {
            return Err(Failure::usage(format!(
                "http would show the password to everybody between here and {typed}"
            ))
            .hint("use https; with --ca FILE if its certificate is of your own authority"));
        }
        _ => return Err(wrong("it begins with neither https:// nor http://")),
    }
    Ok((url.as_str().trim_end_matches('/').to_owned(), local))
}

fn read_certificates(file: &Path) -> Result<Vec<Certificate>, Failure> {
    let unusable = |why: String| {
        Failure::usage(format!(
            "the certificate authority {} cannot be used: {why}",
            file.display()
        ))
        .hint("--ca names a file with its certificate in PEM")
    };
    let pem = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let certificates =
        Certificate::from_pem_bundle(&pem).map_err(|error| unusable(reason(&error)))?;
    if certificates.is_empty() {
        return Err(unusable("there is no certificate in it".to_owned()));
    }
    Ok(certificates)
}

/// The innermost cause, which says most; without the address, which could
/// hold what was asked.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_but_on_this_machine() {
        for (typed, address) in [
            ("pullgate.acme.example", "https://pullgate.acme.example"),
            (
                "https://Pullgate.acme.example/",
                "https://pullgate.acme.example",
            ),
            (
                "pullgate.acme.example:8443/hub/",
                "https://pullgate.acme.example:8443/hub",
            ),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(read_address(typed).unwrap().0, address, "{typed}");
        }
        for (typed, part) in [
            ("http://pullgate.acme.example", "http would show"),
            ("http://127.0.0.1.evil.example", "http would show"),
            ("http://localhost.evil.example", "http would show"),
            ("ftp://pullgate.acme.example", "neither"),
            ("https://", "empty host"),
            ("https://mia:hunter2@pullgate.acme.example", "no password"),
            ("https://pullgate.acme.example/?a", "leave out"),
        ] {
            let error = read_address(typed).unwrap_err().to_string();
            assert!(error.contains(part), "{typed}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
