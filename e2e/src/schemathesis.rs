//! The served API, tried by schemathesis against its description.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use serde_json::Value;

use crate::outcome::run;
use crate::python::program;
use crate::wire::ask;
use crate::{Folder, Gateway};

/// What is checked of every answer. That whatever fits a schema is taken is
/// not: what makes a name of an image, no schema can say.
const CHECKS: [&str; 11] = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
];

/// Schemathesis, which reads a description, makes requests from it, and
/// compares the answers with what the description says.
#[derive(Debug)]
pub struct Schemathesis<'a> {
    gateway: &'a Gateway,
    session: Option<&'a str>,
    /// Names and ids that there are, by the path that ends in their place.
    places: BTreeMap<&'a str, Vec<String>>,
    /// The same for fields, by `body.invitees[*]` and `query.image`.
    fields: BTreeMap<&'a str, Vec<String>>,
}

/// What came out.
#[derive(Debug)]
pub struct Tried {
    /// How many requests were made.
    pub requests: u64,
    /// How many operations were tried.
    pub operations: usize,
    /// The operations that never did what was asked of them.
    pub never_succeeded: Vec<String>,
}

impl<'a> Schemathesis<'a> {
    /// For the API of this server, as somebody or nobody.
    pub fn new(gateway: &'a Gateway, session: Option<&'a str>) -> Self {
        Self {
            gateway,
            session,
            places: BTreeMap::new(),
            fields: BTreeMap::new(),
        }
    }

    /// Says what may stand in a place of a path, so that not every request is
    /// for something that is not there: `/v2/orgs/{}` → `acme`.
    #[must_use]
    pub fn place(mut self, place: &'a str, values: &[impl ToString]) -> Self {
        let values = values.iter().map(ToString::to_string).collect();
        self.places.insert(place, values);
        self
    }

    /// The same for a field of bodies or of the query: `body.member`,
    /// `query.image`.
    #[must_use]
    pub fn field(mut self, field: &'a str, values: &[impl ToString]) -> Self {
        let values = values.iter().map(ToString::to_string).collect();
        self.fields.insert(field, values);
        self
    }

    /// Tries the whole API for that many seconds. Fails with what does not
    /// fit the description.
    #[track_caller]
    pub fn run(&self, seconds: u32) -> Tried {
        let folder = Folder::new("schemathesis");
        let report = folder.join("report.json");
        let described = ask("GET", "/openapi.json")
            .to(self.gateway.control())
            .json();
        let configuration = folder.write("schemathesis.toml", self.configuration(&described));
        let mut command = Command::new(program("st"));
        command
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .arg("--config-file")
            .arg(configuration)
            .arg("run")
            .arg(format!(
                "http://127.0.0.1:{}/openapi.json",
                self.gateway.control()
            ))
            .args(["--max-time", &seconds.to_string()])
            // The same requests each time: what one change brings is not to be
            // found in the next.
            .args(["--seed", "1"])
            .args(["--checks", &CHECKS.join(",")])
            .args(["--warnings", "off", "--continue-on-failure"])
            .args(["--report", "json", "--report-json-path"])
            .arg(&report);
        if let Some(session) = self.session {
            command.args(["--header", &format!("Authorization: Bearer {session}")]);
        }
        let outcome = run(&command);
        outcome.expect_success();
        let report = std::fs::read(report).expect("the report can be read");
        let report = serde_json::from_slice(&report).expect("the report is JSON");
        tried(&report, &described)
    }

    fn configuration(&self, described: &Value) -> String {
        let mut text = String::new();
        let mut lines = Lines(&mut text);
        for (index, values) in self.places.values().chain(self.fields.values()).enumerate() {
            lines.add(&format!("[dictionaries.d{index}]\nvalues = {values:?}\n"));
        }
        // An operation that takes a name and a password is not the way to an
        // account here: an invite is.
        lines.add("[auth]\nauto-signup = false\n");
        lines.add("[parameters]");
        for (index, field) in self.fields.keys().enumerate() {
            let dictionary = self.places.len() + index;
            lines.bind(field, dictionary);
        }
        for path in described["paths"].as_object().into_iter().flatten() {
            let (path, _) = path;
            let mut found = Vec::new();
            for (name, place) in places(path) {
                let dictionary = self.places.keys().position(|known| *known == place);
                found.extend(dictionary.map(|dictionary| (format!("path.{name}"), dictionary)));
            }
            if found.is_empty() {
                continue;
            }
            lines.add(&format!(
                "\n[[operations]]\ninclude-path = '{path}'\n[operations.parameters]"
            ));
            for (name, dictionary) in found {
                lines.bind(&name, dictionary);
            }
        }
        text
    }
}

struct Lines<'a>(&'a mut String);

impl Lines<'_> {
    fn add(&mut self, line: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    /// Nine times of ten, what there is.
    fn bind(&mut self, name: &str, dictionary: usize) {
        self.add(&format!(
            "'{name}' = {{ dictionary = 'd{dictionary}', probability = 0.9 }}"
        ));
    }
}

/// The names of the places in a path, each with the path that ends there:
/// `name` at `/v2/orgs/{}`.
fn places(path: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut so_far = String::new();
    for part in path.split('/').skip(1) {
        let name = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        so_far.push('/');
        so_far.push_str(if name.is_some() { "{}" } else { part });
        found.extend(name.map(|name| (name, so_far.clone())));
    }
    found
}

fn tried(report: &Value, described: &Value) -> Tried {
    let succeeded = |name: &str| {
        let phases = report["valid_rates"][name].as_object();
        let accepted = |(_, phase): (_, &Value)| phase["accepted"].as_u64();
        phases
            .into_iter()
            .flatten()
            .filter_map(accepted)
            .sum::<u64>()
            > 0
    };
    let operations = operations(described);
    Tried {
        requests: report["test_cases"]["generated"].as_u64().unwrap_or(0),
        operations: operations.len(),
        never_succeeded: operations
            .into_iter()
            .filter(|name| !succeeded(name))
            .collect(),
    }
}

/// `GET /v2/orgs/{name}/settings`
fn operations(described: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (path, item) in described["paths"].as_object().into_iter().flatten() {
        for method in ["get", "put", "post", "patch", "delete"] {
            if item[method].is_object() {
                names.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    names
}
