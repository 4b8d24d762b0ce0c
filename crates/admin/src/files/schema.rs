//! A shape as a JSON schema, for editors and other programs.
//!
//! Source: JSON Schema, draft 2020-12. A schema says what a shape says but for
//! what only a parser knows: names are told by a regular expression that some
//! match which are none, and two spellings of one name are not seen to be the
//! same.

use serde_json::{Map, Value as Json, json};

use super::shape::{Distinct, Fields, Group, Need, Shape};

/// The schema of a file, as a document of its own.
pub(crate) fn document(id: &str, title: &str, shape: &Shape) -> Json {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": title,
    });
    if let (Json::Object(head), Json::Object(rest)) = (&mut schema, self::schema(shape)) {
        head.extend(rest);
    }
    schema
}

/// The schema of a shape.
pub(crate) fn schema(shape: &Shape) -> Json {
    match shape {
        Shape::Word(words) => json!({"type": "string", "enum": words}),
        Shape::Text { least, most } => {
            let mut schema = json!({"type": "string", "maxLength": most});
            schema["pattern"] = json!(if *least == 0 { PRINTABLE } else { NOT_BLANK });
            schema
        }
        Shape::Name(name) => json!({
            "type": "string",
            "pattern": name.regex,
            "examples": name.examples,
        }),
        Shape::List(list) => {
            let mut schema = json!({"type": "array", "items": self::schema(&list.of)});
            if list.least > 0 {
                schema["minItems"] = json!(list.least);
            }
            if list.most < usize::MAX {
                schema["maxItems"] = json!(list.most);
            }
            if !matches!(list.distinct, Distinct::No) {
                schema["uniqueItems"] = json!(true);
            }
            schema
        }
        Shape::Fields(fields) => fields_schema(fields),
        Shape::Entries(entries) => json!({
            "type": "object",
            "propertyNames": {"type": "string", "pattern": entries.key.regex},
            "additionalProperties": self::schema(&entries.of),
        }),
    }
}

/// Any text without control characters but line breaks and tabs.
const PRINTABLE: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$";

/// The same with something to be seen in it.
const NOT_BLANK: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$";

fn fields_schema(fields: &Fields) -> Json {
    let mut properties = Map::new();
    for field in fields.fields {
        let mut schema = schema(&field.shape);
        schema["description"] = json!(field.about);
        properties.insert(field.name.to_owned(), schema);
    }
    let required = fields
        .fields
        .iter()
        .filter(|field| field.need == Need::Required);
    let required: Vec<&str> = required.map(|field| field.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": fields.about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    for group in fields.groups {
        let one = |name: &&str| json!({"required": [name]});
        match group {
            Group::ExactlyOne(names) => {
                schema["oneOf"] = names.iter().map(one).collect();
            }
            Group::NotBoth(first, second) => {
                schema["not"] = json!({"required": [first, second]});
            }
            Group::AtLeastOne(names) => {
                schema["anyOf"] = names.iter().map(one).collect();
            }
        }
    }
    schema
}
