//! The operations, grouped by what they are about.

use serde_json::Value;

use super::markup::Markup;
use super::types::{self, Necessity};
use super::{prose, text};

/// Operations that are about the same.
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) title: &'a str,
    about: &'a str,
    pub(super) operations: Vec<Operation<'a>>,
}

/// One operation.
pub(super) struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    described: &'a Value,
}

impl<'a> Operation<'a> {
    /// Its name, which is also its anchor.
    pub(super) fn id(&self) -> &'a str {
        text(&self.described["operationId"])
    }

    pub(super) fn summary(&self) -> &'a str {
        text(&self.described["summary"])
    }
}

/// The operations of a document, by subject, in the document's order.
pub(super) fn by_subject(document: &Value) -> Vec<Subject<'_>> {
    let tags = document["tags"].as_array().into_iter().flatten();
    let subjects = tags.map(|tag| {
        let name = text(&tag["name"]);
        Subject {
            name,
            title: tag["x-displayName"].as_str().unwrap_or(name),
            about: text(&tag["description"]),
            operations: all(document)
                .filter(|operation| operation.described["tags"][0] == name)
                .collect(),
        }
    });
    subjects
        .filter(|subject| !subject.operations.is_empty())
        .collect()
}

fn all(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        ["get", "post", "put", "patch", "delete"]
            .into_iter()
            .filter_map(move |method| {
                item.get(method).map(|described| Operation {
                    method,
                    path,
                    described,
                })
            })
    })
}

/// Writes what any operation may answer, once for all.
pub(super) fn write_refusals(page: &mut Markup, document: &Value) {
    page.html("<h2 id=\"refusals\">When a request is refused</h2>\n<dl class=answers>\n");
    let mut refusals: Vec<(&str, &str)> = all(document)
        .flat_map(|operation| answers(operation.described))
        .filter_map(|(status, answer)| {
            let refused = resolve(document, answer.get("$ref")?);
            Some((status, text(&refused["description"])))
        })
        .collect();
    refusals.sort_unstable();
    refusals.dedup();
    for (status, description) in refusals {
        page.html("<dt>");
        page.code(status);
        page.html("</dt><dd>");
        prose::write_line(page, description);
        page.html("</dd>\n");
    }
    page.html("</dl>\n<p>The body of each is a <a href=\"#type-Problem\">Problem</a>. ");
    page.html("Every answer says in its headers how many requests may still be made:</p>\n<dl>\n");
    let headers = document["components"]["headers"].as_object();
    for (name, header) in headers.into_iter().flatten() {
        page.html("<dt>");
        page.code(name);
        page.html("</dt><dd>");
        prose::write_line(page, text(&header["description"]));
        if name == "Retry-After" {
            page.html(" With <code>429</code> and <code>503</code>.");
        }
        page.html("</dd>\n");
    }
    page.html("</dl>\n");
}

/// Writes a subject with its operations.
pub(super) fn write(page: &mut Markup, document: &Value, subject: &Subject<'_>) {
    page.html("<h2 id=\"");
    page.text(subject.name);
    page.html("\">");
    page.text(subject.title);
    page.html("</h2>\n");
    prose::write(page, subject.about);
    for operation in &subject.operations {
        write_operation(page, document, operation);
    }
}

fn write_operation(page: &mut Markup, document: &Value, operation: &Operation<'_>) {
    let described = operation.described;
    page.html("<section id=\"");
    page.text(operation.id());
    page.html("\">\n<h3>");
    page.text(operation.summary());
    page.html("</h3>\n<p class=path><a href=\"#");
    page.text(operation.id());
    page.html("\"><b class=");
    page.text(operation.method);
    page.html(">");
    page.text(&operation.method.to_uppercase());
    page.html("</b> ");
    write_path(page, operation.path);
    page.html("</a></p>\n");
    prose::write(page, text(&described["description"]));
    write_parameters(page, described);
    let body = &described["requestBody"];
    for (format, content) in body["content"].as_object().into_iter().flatten() {
        page.html("<h4>Body ");
        write_content(page, document, format, content);
        page.html("\n");
    }
    page.html("<h4>Answers</h4>\n<dl class=answers>\n");
    let mut also = Vec::new();
    for (status, answer) in answers(described) {
        if answer.get("$ref").is_some() {
            also.push(status);
        } else {
            write_answer(page, document, status, answer);
        }
    }
    page.html("</dl>\n<p class=also>");
    if described["security"].is_array() {
        page.html("Needs no session. ");
    }
    page.html("<a href=\"#refusals\">Refused</a> with ");
    page.text(&also.join(", "));
    page.html(".</p>\n</section>\n");
}

/// A path, which may be broken after its slashes.
fn write_path(page: &mut Markup, path: &str) {
    page.html("<code>");
    for part in path.split_inclusive('/') {
        page.text(part);
        page.html("<wbr>");
    }
    page.html("</code>");
}

fn write_parameters(page: &mut Markup, described: &Value) {
    for (place, title) in [
        ("path", "<h4>In the path</h4>\n<dl>\n"),
        ("query", "<h4>In the query</h4>\n<dl>\n"),
        ("header", "<h4>Headers</h4>\n<dl>\n"),
    ] {
        let parameters = described["parameters"].as_array().into_iter().flatten();
        let mut parameters = parameters
            .filter(|parameter| parameter["in"] == place)
            .peekable();
        if parameters.peek().is_none() {
            continue;
        }
        page.html(title);
        for parameter in parameters {
            let mut schema = parameter["schema"].clone();
            schema["description"] = parameter["description"].clone();
            let required = parameter["required"].as_bool() == Some(true);
            let name = text(&parameter["name"]);
            types::write_field(page, name, &schema, Necessity::of(required));
        }
        page.html("</dl>\n");
    }
}

fn write_answer(page: &mut Markup, document: &Value, status: &str, answer: &Value) {
    page.html("<dt>");
    page.code(status);
    page.html("</dt><dd>");
    prose::write_line(page, text(&answer["description"]));
    for (format, content) in answer["content"].as_object().into_iter().flatten() {
        let kind = &content["schema"];
        if format == "application/json" && is_problem(kind) {
            continue;
        }
        page.html("<h4>");
        write_content(page, document, format, content);
    }
    page.html("</dd>\n");
}

/// Writes the rest of a heading and what stands under it.
fn write_content(page: &mut Markup, document: &Value, format: &str, content: &Value) {
    let kind = &content["schema"];
    if !kind.is_null() {
        types::write_kind(page, kind);
        page.html(" ");
    }
    if format != "application/json" {
        page.html("<small>");
        page.text(format);
        page.html("</small>");
    }
    page.html("</h4>\n");
    let kind = kind.get("$ref").map_or(kind, |to| resolve(document, to));
    types::write_fields(page, kind);
}

fn is_problem(schema: &Value) -> bool {
    text(&schema["$ref"]).ends_with("/Problem")
}

fn answers(described: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let answers = described["responses"].as_object().into_iter().flatten();
    answers.map(|(status, answer)| (status.as_str(), answer))
}

/// What a reference within the document leads to.
fn resolve<'a>(document: &'a Value, to: &Value) -> &'a Value {
    let pointer = text(to).trim_start_matches('#');
    document.pointer(pointer).unwrap_or(&Value::Null)
}
