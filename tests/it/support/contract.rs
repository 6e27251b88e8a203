//! Holds every answer of the API against its description, in whichever test it is given.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use axum::http::{HeaderMap, Method, StatusCode};
use jsonschema::Validator;
use portolan::app::App;
use serde_json::{Value, json};

/// The description, as it is served.
pub fn description(app: &App) -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        serde_json::to_value(portolan::api::document(app)).expect("the document is JSON")
    })
}

/// The operation that a request is for: its path as described, and what is said of it.
pub fn operation<'a>(
    description: &'a Value,
    method: &str,
    path: &str,
) -> Option<(&'a str, &'a Value)> {
    let asked: Vec<&str> = path.split('?').next()?.split('/').collect();
    let paths = description["paths"].as_object()?;
    let matches = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == asked.len()
            && parts
                .iter()
                .zip(&asked)
                .all(|(part, asked)| part.starts_with('{') || part == asked)
    };
    // A path without placeholders wins.
    let (template, item) = paths
        .iter()
        .filter(|(template, _)| matches(template))
        .min_by_key(|(template, _)| template.matches('{').count())?;
    let found = item.get(method.to_lowercase())?;
    Some((template, found))
}

/// Panics when an answer is not as described.
pub fn check(
    app: &App,
    method: &Method,
    path: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) {
    if !path.starts_with("/v1/") {
        return;
    }
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        header("x-operation-id").starts_with("op_"),
        "{method} {path}: no operation id"
    );
    assert_eq!(
        header("x-content-type-options"),
        "nosniff",
        "{method} {path}"
    );
    let content_type = header("content-type");
    if status.is_client_error() || status.is_server_error() {
        assert_eq!(
            content_type, "application/problem+json",
            "{method} {path}: {status}"
        );
    }
    let description = description(app);
    let Some((template, operation)) = operation(description, method.as_str(), path) else {
        return;
    };
    let place = format!("{method} {template}: {status}");
    let response = &operation["responses"][status.as_str()];
    assert!(
        response.is_object(),
        "{place} is not described: {}",
        String::from_utf8_lossy(body)
    );
    let Some(described) = response["content"].as_object() else {
        assert!(body.is_empty(), "{place}: has a body that is not described");
        return;
    };
    let Some(content) = described.get(&content_type) else {
        // Documents come in the type that was found out from their content.
        assert!(
            described.contains_key("application/octet-stream"),
            "{place}: {content_type} is not described"
        );
        return;
    };
    if !content_type.ends_with("json") {
        return;
    }
    let value: Value = serde_json::from_slice(body).expect("JSON");
    with_validator(description, &place, &content["schema"], |validator| {
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{place}: {errors:#?}\n{value:#}");
    });
}

fn with_validator(
    description: &Value,
    place: &str,
    schema: &Value,
    judge: impl FnOnce(&Validator),
) {
    static VALIDATORS: OnceLock<Mutex<HashMap<String, Validator>>> = OnceLock::new();
    let mut validators = VALIDATORS
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let validator = validators.entry(place.to_owned()).or_insert_with(|| {
        let mut components = description["components"].clone();
        close(&mut components);
        let mut whole = json!({ "allOf": [schema], "components": components });
        close(&mut whole["allOf"]);
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .build(&whole)
            .unwrap_or_else(|e| panic!("{place}: {e}"))
    });
    judge(validator);
}

/// What is not described must not be there either.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("unevaluatedProperties".to_owned(), json!(false));
            }
            if let Some(parts) = fields.get_mut("allOf") {
                // The parts of one object know nothing of each other; the whole is closed.
                open_parts(parts);
                fields.insert("unevaluatedProperties".to_owned(), json!(false));
            } else {
                fields.values_mut().for_each(close);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn open_parts(parts: &mut Value) {
    for part in parts.as_array_mut().into_iter().flatten() {
        if let Some(properties) = part.get_mut("properties") {
            close(properties);
        }
    }
}
