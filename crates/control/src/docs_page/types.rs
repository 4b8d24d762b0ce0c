//! What is sent and answered, field by field.

use serde_json::Value;

use super::markup::Markup;
use super::{prose, text};

/// Writes all types that have a name.
pub(super) fn write_all(page: &mut Markup, document: &Value) {
    page.html("<h2 id=\"types\">Types</h2>\n");
    let Some(schemas) = document["components"]["schemas"].as_object() else {
        return;
    };
    for (name, schema) in schemas {
        page.html("<section class=type id=\"type-");
        page.text(name);
        page.html("\">\n<h3>");
        page.text(name);
        page.html("</h3>\n");
        prose::write(page, text(&schema["description"]));
        if !write_fields(page, schema) {
            page.html("<p class=kind>");
            write_kind(page, schema);
            page.html("</p>\n");
        }
        page.html("</section>\n");
    }
}

/// Writes the fields of a schema; says whether it has any.
pub(super) fn write_fields(page: &mut Markup, schema: &Value) -> bool {
    let fields = fields(schema);
    if fields.is_empty() {
        return false;
    }
    page.html("<dl>\n");
    for (name, field, necessity) in fields {
        write_field(page, name, field, necessity);
    }
    page.html("</dl>\n");
    true
}

/// Writes one field, parameter or header.
pub(super) fn write_field(page: &mut Markup, name: &str, schema: &Value, necessity: Necessity) {
    page.html("<dt>");
    page.code(name);
    if necessity == Necessity::Optional {
        page.html(" <small>optional</small>");
    }
    page.html("</dt><dd><span class=kind>");
    write_kind(page, schema);
    page.html("</span>");
    if let Some(description) = schema["description"].as_str() {
        page.html(" ");
        prose::write_line(page, description);
    }
    page.html("</dd>\n");
}

/// Whether a field has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Necessity {
    Required,
    Optional,
}

impl Necessity {
    pub(super) fn of(required: bool) -> Self {
        if required {
            Self::Required
        } else {
            Self::Optional
        }
    }
}

/// The fields of an object, also of one that is put together from several.
fn fields(schema: &Value) -> Vec<(&str, &Value, Necessity)> {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let own = schema["properties"].as_object().into_iter().flatten();
    let own = own.map(|(name, field)| {
        let necessity = Necessity::of(required.contains(&name.as_str()));
        (name.as_str(), field, necessity)
    });
    let parts = schema["allOf"].as_array().into_iter().flatten();
    own.chain(parts.flat_map(fields)).collect()
}

/// Writes in a few words what a value is.
pub(super) fn write_kind(page: &mut Markup, schema: &Value) {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        page.html("<a href=\"#type-");
        page.text(name);
        page.html("\">");
        page.text(name);
        page.html("</a>");
        return;
    }
    for (keyword, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " with ")] {
        if let Some(parts) = schema[keyword].as_array() {
            for (number, part) in parts.iter().enumerate() {
                if number > 0 {
                    page.html(between);
                }
                write_kind(page, part);
            }
            return;
        }
    }
    let only = schema.get("const").map(std::slice::from_ref);
    if let Some(values) = schema["enum"].as_array().map(Vec::as_slice).or(only) {
        for (number, value) in values.iter().enumerate() {
            if number > 0 {
                page.html(" or ");
            }
            match value {
                Value::String(text) => page.code(text),
                other => page.text(&other.to_string()),
            }
        }
        return;
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    if kinds.is_empty() {
        page.html("any JSON");
    }
    for (number, kind) in kinds.iter().enumerate() {
        if number > 0 {
            page.html(" or ");
        }
        match text(kind) {
            "array" => {
                page.html("list of ");
                write_kind(page, &schema["items"]);
            }
            "object" => write_object(page, schema),
            "string" => match text(&schema["format"]) {
                "date-time" => page.html("time"),
                "date" => page.html("date"),
                "uuid" => page.html("UUID"),
                _ => page.html("text"),
            },
            "integer" | "number" => page.html("number"),
            "boolean" => page.html("true or false"),
            other => page.text(other),
        }
    }
    write_bounds(page, schema);
}

fn write_object(page: &mut Markup, schema: &Value) {
    if schema["additionalProperties"].is_object() {
        page.html("map of ");
        write_kind(page, &schema["additionalProperties"]);
        return;
    }
    let fields = fields(schema);
    if fields.is_empty() {
        page.html("object");
        return;
    }
    page.html("{ ");
    for (number, (name, field, _)) in fields.into_iter().enumerate() {
        if number > 0 {
            page.html(", ");
        }
        page.code(name);
        page.html(": ");
        write_kind(page, field);
    }
    page.html(" }");
}

fn write_bounds(page: &mut Markup, schema: &Value) {
    let (least, most, unit) = if schema["maxLength"].is_number() {
        (&schema["minLength"], &schema["maxLength"], " characters")
    } else if schema["maxItems"].is_number() {
        (&schema["minItems"], &schema["maxItems"], " entries")
    } else if schema["maximum"].is_number() {
        (&schema["minimum"], &schema["maximum"], "")
    } else {
        return;
    };
    page.html(", ");
    if least.is_number() {
        page.text(&least.to_string());
        page.html(" to ");
    } else {
        page.html("at most ");
    }
    page.text(&most.to_string());
    page.html(unit);
}
