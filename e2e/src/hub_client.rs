//! Docker Hub's API as Docker's Terraform provider speaks it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::outcome::run_with_input;
use crate::{Authority, tool};

/// The client of Docker Hub's API in Docker's Terraform provider, as its
/// source has it: `https://HOST/v2` before every path, `Content-Type` and
/// `Accept` on every request, signed in by password, and any answer from 200
/// to 399 a success.
#[derive(Debug)]
pub struct HubClient {
    base: String,
    authority: PathBuf,
    token: String,
}

/// What the provider makes of an answer that is no success: an error whose
/// text is the answer's.
#[derive(Debug)]
pub struct HubError {
    /// `server response URL: BODY`
    pub text: String,
}

impl HubError {
    /// Whether the provider takes it that the thing is gone.
    pub fn is_not_found(&self) -> bool {
        self.text.to_lowercase().contains("not found")
    }
}

impl HubClient {
    /// Signs in at `127.0.0.1:PORT`, whose certificate is of this authority.
    pub fn sign_in(port: u16, authority: &Authority, username: &str, password: &str) -> Self {
        let mut client = Self::new(port, authority);
        let login = json!({"username": username, "password": password});
        // Older versions of the provider have a slash at the end.
        for path in ["/users/login/", "/users/login"] {
            let answer = client.succeed("POST", path, Some(&login));
            answer["token"]
                .as_str()
                .unwrap_or_else(|| panic!("{path} gives no token: {answer}"))
                .clone_into(&mut client.token);
            let ends = claims(&client.token)["exp"].as_f64();
            assert!(ends.is_some(), "the token's end cannot be read");
        }
        client
    }

    /// The status that signing in is answered with.
    pub fn sign_in_status(port: u16, authority: &Authority, username: &str, secret: &str) -> u16 {
        let login = json!({"username": username, "password": secret});
        let client = Self::new(port, authority);
        client.ask("POST", "/users/login", Some(&login)).0
    }

    /// The session's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    fn new(port: u16, authority: &Authority) -> Self {
        Self {
            base: format!("https://127.0.0.1:{port}/v2"),
            authority: authority.trusted().join("ca.crt"),
            token: String::new(),
        }
    }

    /// Sends a request that has to succeed; null if there is no body.
    #[track_caller]
    pub fn succeed(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        match self.send(method, path, body) {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: {}", error.text),
        }
    }

    /// Sends a request.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, HubError> {
        match self.ask(method, path, body) {
            (200..=399, text) if text.is_empty() => Ok(Value::Null),
            (200..=399, text) => {
                Ok(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
            }
            (_, text) => Err(HubError {
                text: format!("server response {}{path}: {text}", self.base),
            }),
        }
    }

    /// The status and the body of an answer.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let mut command = Command::new(tool("curl", "curl"));
        command
            .args(["--silent", "--show-error", "--request", method, "--cacert"])
            .arg(&self.authority)
            .args(["--user-agent", "terraform-provider-docker/dev"])
            .args(["--header", "Content-Type: application/json"])
            .args(["--header", "Accept: application/json"])
            .args(["--write-out", "\n%{http_code}"]);
        if !self.token.is_empty() {
            let authorization = format!("Authorization: Bearer {}", self.token);
            command.args(["--header", &authorization]);
        }
        let body = body.map(Value::to_string);
        if body.is_some() {
            command.args(["--data-binary", "@-"]);
        }
        command.arg(format!("{}{path}", self.base));
        let outcome = run_with_input(&command, body.as_deref().unwrap_or_default());
        let (text, status) = outcome
            .expect_success()
            .rsplit_once('\n')
            .unwrap_or_default();
        let status = status.parse().expect("curl prints the status last");
        (status, text.to_owned())
    }

    /// All entries of a list, page by page, as the provider follows `next`:
    /// it takes its own base address off, and asks for what is left.
    #[track_caller]
    pub fn pages(&self, path: &str) -> Vec<Value> {
        let mut entries = Vec::new();
        let mut next = path.to_owned();
        while !next.is_empty() {
            let page = self.succeed("GET", &next, None);
            let results = page["results"].as_array();
            entries.extend(results.expect("a page has results").iter().cloned());
            let url = text(&page["next"]);
            next = match url.strip_prefix(&self.base) {
                Some(rest) => rest.to_owned(),
                None => url.clone(),
            };
            assert!(
                next.is_empty() || next.starts_with('/'),
                "the next page is at another address than the provider's: {url}"
            );
        }
        entries
    }
}

/// A field as Go reads it into a string: nothing and null are empty, and
/// anything else than text is an error.
#[track_caller]
pub fn text(field: &Value) -> String {
    match field {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => panic!("the provider cannot read {other} as text"),
    }
}

/// As [`text`], for a whole number.
#[track_caller]
pub fn number(field: &Value) -> i64 {
    match field {
        Value::Null => 0,
        field => field
            .as_i64()
            .unwrap_or_else(|| panic!("the provider cannot read {field} as a number")),
    }
}

fn claims(token: &str) -> Value {
    use base64::Engine;
    let middle = token.split('.').nth(1).expect("a JWT has three parts");
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(middle)
        .expect("its middle is base64");
    serde_json::from_slice(&claims).expect("its claims are JSON")
}
