//! Policies as files, seen by other programs: a validator of JSON schemas and
//! a reader of YAML that are not ours.

use std::path::PathBuf;

use pullgate_e2e::python::python;
use pullgate_e2e::wire::ask;
use pullgate_e2e::{Folder, Gateway, Setting};
use serde_json::{Value, json};

/// What reads YAML 1.2 by its core schema, as editors do: to `PyYAML`, of YAML
/// 1.1, `on` is a truth.
const READER: &str = r"
import json, re, sys, yaml

class Core(yaml.SafeLoader):
    pass

Core.yaml_implicit_resolvers = {}
for tag, regex, first in [
    ('null', r'^(?:~|null|Null|NULL|)$', ['~', 'n', 'N', '']),
    ('bool', r'^(?:true|True|TRUE|false|False|FALSE)$', list('tTfF')),
    ('int', r'^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$', list('-+0123456789')),
    ('float', r'^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$',
     list('-+.0123456789')),
]:
    Core.add_implicit_resolver('tag:yaml.org,2002:' + tag, re.compile(regex), first)

def read(text):
    return yaml.load(text, Loader=Core)
";

/// Says of each file whether its schema accepts it; null where it is no YAML.
const VALIDATOR: &str = r"
import jsonschema_rs

given = json.load(sys.stdin)
for schema in given['schemas'].values():
    jsonschema_rs.meta.validate(schema)
validators = {kind: jsonschema_rs.Draft202012Validator(schema) for kind, schema in given['schemas'].items()}
verdicts = []
for kind, text in given['files']:
    try:
        document = read(text)
    except yaml.YAMLError:
        verdicts.append(None)
        continue
    verdicts.append(validators[kind].is_valid(document))
print(json.dumps(verdicts))
";

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

fn file(path: &str) -> String {
    let path = repository(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A server with acme, its owner olivia and its member mia.
fn gateway() -> Gateway {
    let gateway = Gateway::start(&Setting {
        hub: "http://127.0.0.1:1".to_owned(),
        ..Setting::default()
    });
    for username in ["olivia", "mia"] {
        let line = ["user", "create", username, "--password-stdin"];
        gateway.command_with_input(&line, PASSWORD).expect_success();
    }
    for command in ["org create acme --owner olivia", "member add acme mia"] {
        let words: Vec<&str> = command.split(' ').collect();
        gateway.command(&words).expect_success();
    }
    gateway
}

const PASSWORD: &str = "a long passphrase of theirs\n";

/// Whether the program itself takes a file.
fn is_read(gateway: &Gateway, folder: &Folder, kind: &str, text: &str) -> bool {
    let path = folder.write("file.yaml", text);
    let path = path.display().to_string();
    let done = match kind {
        "cases" => gateway.command(&["policy", "test", "-f", &path]),
        _ => gateway.command(&["apply", "-f", &path, "--dry-run"]),
    };
    let refused = done.text().contains("file.yaml:");
    assert!(refused || !done.text().is_empty(), "{text}");
    // Cases that fail have been read.
    !refused || (kind == "cases" && done.text().contains("as they should be"))
}

#[test]
fn the_schema_accepts_what_is_read_and_refuses_what_is_not() {
    let gateway = gateway();
    let folder = Folder::new("policy-schema");
    let mut files: Vec<(&str, String, String)> = Vec::new();
    for (kind, name) in [("policy", "acme.yaml"), ("cases", "cases.yaml")] {
        let text = file(&format!("docs/examples/policy-as-files/{name}"));
        files.push((kind, format!("the example {name}"), text));
    }
    let smallest = "pullgate: policy/v1\norganization: acme\n";
    files.push(("policy", "the smallest".to_owned(), smallest.to_owned()));
    let good = files.len();
    let bad = file("crates/admin/tests/files/bad.txt");
    for bad in format!("\n{bad}").split("\n--- ").skip(1) {
        let (title, text) = bad.split_once('\n').unwrap_or((bad, ""));
        let kind = if title.starts_with("cases") {
            "cases"
        } else {
            "policy"
        };
        files.push((kind, title.to_owned(), text.to_owned()));
    }
    assert!(files.len() > 50, "{} files", files.len());

    let schema = |kind: &str| gateway.command(&["schema", kind]).expect_json();
    let given = json!({
        "schemas": {"policy": schema("policy"), "cases": schema("cases")},
        "files": files.iter().map(|(kind, _, text)| json!([kind, text])).collect::<Vec<_>>(),
    });
    let verdicts = python(&format!("{READER}{VALIDATOR}"), &given);
    let verdicts = verdicts.as_array().unwrap_or_else(|| panic!("{verdicts}"));
    let mut wrong = Vec::new();
    for (number, ((kind, title, text), verdict)) in files.iter().zip(verdicts).enumerate() {
        let read = is_read(&gateway, &folder, kind, text);
        if read != (number < good) {
            wrong.push(format!("{title}: the program reads it: {read}"));
        }
        let expected = match verdict.as_bool() {
            Some(true) => read || title.contains("beyond the schema"),
            Some(false) => !read && !title.contains("beyond the schema"),
            None => !read,
        };
        if !expected {
            wrong.push(format!("{title}: the schema accepts it: {verdict}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_export_says_the_same_to_others() {
    let gateway = gateway();
    let folder = Folder::new("policy-export");
    let notes = [
        "on",
        "null",
        "12:30:45",
        "0x1F",
        "2026-11-24",
        "a: b",
        "a #b",
        "- a",
        "'",
        "\"",
        "\\",
        "[a]",
        "{a}",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "~",
        " ",
        "two\nlines\tand a tab",
        "Straße 中文 \u{1f600} \u{a0} \u{2028} \u{feff}",
        "=",
        "<<",
        "y",
        "1_000",
        ".5",
    ];
    let entries: Vec<Value> = notes
        .iter()
        .enumerate()
        .map(
            |(number, note)| json!({"pattern": format!("ghcr.io/acme/app-{number}"), "note": note}),
        )
        .collect();
    let policy = json!({
        "pullgate": "policy/v1",
        "organization": "acme",
        "ram": {
            "enabled": "off", "mode": "enforce", "docker_hub": "allowed",
            "registries": ["[::1]:5000", "registry.acme.example:5000"],
        },
        "allowlist": entries,
        "teams": {"123": {"categories": ["official"]}, "on": {"allowlist": ["ghcr.io/x/**"]}},
        "exceptions": [{
            "repository": "evil/miner", "user": "mia", "ends": "2099-12-31", "reason": "yes",
        }],
    });
    let path = folder.write("acme.json", policy.to_string());
    let path = path.display().to_string();
    gateway.command(&["apply", "-f", &path]).expect_success();
    let exported = gateway.command(&["export", "acme", "--with-exceptions"]);
    let exported = exported.expect_success().to_owned();

    let read = "print(json.dumps(read(json.load(sys.stdin))))";
    let theirs = python(&format!("{READER}{read}"), &json!(exported));
    let login = json!({"username": "olivia", "password": PASSWORD.trim()});
    let session = ask("POST", "/v2/users/login")
        .body("application/json", login.to_string().as_bytes())
        .to(gateway.control());
    let session = session.json()["token"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let ours = ask("GET", "/api/v1/orgs/acme/policy?exceptions=included")
        .bearer(&session)
        .to(gateway.control());
    assert_eq!(theirs, ours.json(), "{exported}");
    assert_eq!(
        theirs["allowlist"].as_array().map(Vec::len),
        Some(notes.len())
    );
}
