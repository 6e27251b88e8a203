//! The published description judges us: every body and parameter that we send, and our reading of
//! every word and example that it has.

use bytes::Bytes;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::{ID, REFERENCE, at, data, least_data, number, shared};
use crate::carriers::http::{Body, Method, Request, Response};
use crate::carriers::order::{
    CarrierDocumentId, DocumentKind, DocumentUpload, NewOrder, OrderData, PortScope,
    RemainingNumbers,
};
use crate::carriers::telnyx::request::{self, OrderRef};
use crate::carriers::telnyx::{NumberDefaults, response, words};
use crate::domain::carrier::{Activation, CommentAuthor, LineKind, Messaging, OrderStatus};

fn description() -> Option<Value> {
    let path = shared("specs/telnyx/spec3.porting-subset.json")?;
    Some(serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON"))
}

fn id() -> OrderRef<'static> {
    OrderRef::new(ID).expect("an id")
}

/// Each request that the adapter can send, in its variants, with its path in the description.
fn requests() -> Vec<(Request, &'static str)> {
    let order = |group: Option<&str>| NewOrder {
        reference: REFERENCE.into(),
        group_reference: group.map(str::to_owned),
        numbers: vec![number(100)],
    };
    let partial = |remaining| OrderData {
        scope: PortScope::Partial(remaining),
        ..least_data()
    };
    let keep = |new_billing_number| RemainingNumbers::Keep { new_billing_number };
    let all = NumberDefaults {
        connection_id: Some("1752379429071357070".into()),
        messaging_profile_id: Some("f1486bae-f067-460c-ad43-73a92848f901".into()),
        billing_group_id: Some("f1486bae-f067-460c-ad43-73a92848f902".into()),
    };
    let none = NumberDefaults::default();
    let upload = |reference: Option<&str>| DocumentUpload {
        kind: DocumentKind::Bill,
        filename: "bill.pdf".into(),
        content_type: "application/pdf".into(),
        bytes: Bytes::from_static(b"%PDF-"),
        reference: reference.map(str::to_owned),
    };
    let one_order = "/porting_orders/{id}";
    vec![
        (
            request::portability(&[number(100), number(101)]),
            "/portability_checks",
        ),
        (
            request::create(&order(Some("acct_1")), &[number(100)]),
            "/porting_orders",
        ),
        (
            request::create(&order(None), &[number(100), number(101)]),
            "/porting_orders",
        ),
        (
            request::orders_by_reference(REFERENCE, 1),
            "/porting_orders",
        ),
        (request::order(id()), one_order),
        (request::numbers_of(id(), 2), "/porting_phone_numbers"),
        (request::fill(id(), &data(), &all), one_order),
        (request::fill(id(), &least_data(), &none), one_order),
        (
            request::fill(id(), &partial(RemainingNumbers::Disconnect), &none),
            one_order,
        ),
        (request::fill(id(), &partial(keep(None)), &none), one_order),
        (
            request::fill(id(), &partial(keep(Some(number(150)))), &none),
            one_order,
        ),
        (
            request::confirm(id()),
            "/porting_orders/{id}/actions/confirm",
        ),
        (request::cancel(id()), "/porting_orders/{id}/actions/cancel"),
        (request::delete_draft(id()), one_order),
        (request::comments(id(), 1), "/porting_orders/{id}/comments"),
        (
            request::comment(id(), "Hello"),
            "/porting_orders/{id}/comments",
        ),
        (
            request::foc_windows(id()),
            "/porting_orders/{id}/allowed_foc_windows",
        ),
        (
            request::events(at("2026-11-23T15:00:00Z"), 1),
            "/porting/events",
        ),
        (request::document(upload(Some(REFERENCE))), "/documents"),
        (request::document(upload(None)), "/documents"),
    ]
}

/// Query parameters that we send although the description's parameter list lacks them, because
/// another place of it shows them. `docs/carriers.md` names each.
const KNOWN_GAPS: [(&str, &str); 1] = [("/porting_phone_numbers", "filter[porting_order_id]")];

#[test]
fn every_request_is_one_that_the_description_allows() {
    let Some(description) = description() else {
        return;
    };
    for (request, path) in requests() {
        let method = format!("{:?}", request.method).to_lowercase();
        let name = format!("{method} {path}");
        let operation = &description["paths"][path][&method];
        assert!(operation.is_object(), "{name} is not described");
        assert!(
            matches(&request.path, path),
            "{} is not {path}",
            request.path
        );
        check_query(&description, operation, &request, path);
        check_body(&description, &request, path, &method);
    }
}

fn matches(path: &str, template: &str) -> bool {
    let (mut ours, mut theirs) = (path.split('/'), template.split('/'));
    ours.by_ref()
        .zip(theirs.by_ref())
        .all(|(our, their)| our == their || their.starts_with('{'))
        && path.split('/').count() == template.split('/').count()
}

fn check_query(description: &Value, operation: &Value, request: &Request, path: &str) {
    let parameters: Vec<&Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| resolve(description, parameter))
        .filter(|parameter| parameter["in"] == "query")
        .collect();
    for (key, value) in &request.query {
        // `filter[created_at][gte]` is the parameter `filter` and the properties below it.
        let mut parts = key.split(['[', ']']).filter(|part| !part.is_empty());
        let name = parts.next().expect("a name");
        let parameter = parameters
            .iter()
            .find(|parameter| parameter["name"] == name);
        let parameter = parameter.unwrap_or_else(|| panic!("{path} knows no {name}"));
        let mut schema = resolve(description, &parameter["schema"]);
        for part in parts {
            schema = resolve(description, &schema["properties"][part]);
        }
        if KNOWN_GAPS.contains(&(path, key)) {
            assert!(
                schema.is_null(),
                "{path} knows {key} by now: no gap any more"
            );
            continue;
        }
        assert!(schema.is_object(), "{path} knows no {key}");
        let typed = match schema["type"].as_str() {
            Some("integer") => json!(value.parse::<u64>().expect("an integer")),
            Some("boolean") => json!(value.parse::<bool>().expect("a boolean")),
            _ => json!(value),
        };
        let validator = validator(schema.clone());
        assert!(
            validator.is_valid(&typed),
            "{path} does not allow {key}={value}"
        );
    }
}

fn check_body(description: &Value, request: &Request, path: &str, method: &str) {
    let described = &description["paths"][path][method]["requestBody"]["content"];
    let (media_type, body) = match &request.body {
        Body::None => return assert!(described.is_null(), "{method} {path} wants a body"),
        Body::Json(body) => ("application/json", body.clone()),
        Body::Multipart { fields, file } => {
            let texts = fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)));
            let all = texts.chain([(file.name.to_owned(), json!("bytes"))]);
            ("multipart/form-data", Value::Object(all.collect()))
        }
    };
    let schema = &described[media_type]["schema"];
    assert!(schema.is_object(), "{method} {path} takes no {media_type}");
    check_keys(description, schema, &body, &format!("{method} {path}"));
    // The whole description around the schema, so that its references lead somewhere.
    let pointer = format!("/paths/{}/{method}", path.replace('/', "~1"));
    let pointer = format!(
        "{pointer}/requestBody/content/{}/schema",
        media_type.replace('/', "~1")
    );
    let mut document = description.clone();
    document["$ref"] = json!(format!(
        "#{}",
        pointer.replace('{', "%7B").replace('}', "%7D")
    ));
    let problems: Vec<String> = validator(document)
        .iter_errors(&body)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{method} {path}: {problems:?}");
}

fn validator(schema: Value) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options
        .build(&schema)
        .expect("the description's schema is one")
}

/// The schemas allow unknown keys; we send none.
fn check_keys(description: &Value, schema: &Value, body: &Value, place: &str) {
    let schema = resolve(description, schema);
    if let Some(keys) = body.as_object() {
        for (key, value) in keys {
            let below = property(description, schema, key);
            let below = below.unwrap_or_else(|| panic!("{place} knows no {key}"));
            check_keys(description, below, value, &format!("{place} {key}"));
        }
    }
}

fn property<'a>(description: &'a Value, schema: &'a Value, key: &str) -> Option<&'a Value> {
    let schema = resolve(description, schema);
    let own = schema["properties"].get(key);
    let branches = ["anyOf", "oneOf", "allOf"];
    own.or_else(|| {
        let mut parts = branches
            .iter()
            .filter_map(|name| schema[*name].as_array())
            .flatten();
        parts.find_map(|part| property(description, part, key))
    })
}

fn resolve<'a>(description: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
    {
        Some(pointer) => resolve(
            description,
            description.pointer(pointer).expect("no dangling $ref"),
        ),
        None => value,
    }
}

#[test]
fn a_key_that_the_description_does_not_know_would_be_noticed() {
    let Some(description) = description() else {
        return;
    };
    let schema = &description["paths"]["/porting_orders"]["post"]["requestBody"]["content"]["application/json"]
        ["schema"];
    let wrong = json!({ "phone_numbers": [], "webhook_url": "https://x" });
    let caught = std::panic::catch_unwind(|| check_keys(&description, schema, &wrong, "create"));
    assert!(caught.is_err());
    let loa = Some(CarrierDocumentId("no uuid".into()));
    let no_uuid = request::fill(
        id(),
        &OrderData { loa, ..data() },
        &NumberDefaults::default(),
    );
    let caught = std::panic::catch_unwind(|| {
        check_body(&description, &no_uuid, "/porting_orders/{id}", "patch");
    });
    assert!(caught.is_err(), "formats are looked at");
}

/// All words of the enumerations below `schema` whose property is called `name`.
fn enumerated(value: &Value, name: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, below) in map {
                if key == name {
                    let direct = below["enum"].as_array();
                    let either = below["anyOf"].as_array().into_iter().flatten();
                    let nested = either.filter_map(|part| part["enum"].as_array());
                    let words = direct.into_iter().chain(nested).flatten();
                    into.extend(words.filter_map(Value::as_str).map(str::to_owned));
                }
                enumerated(below, name, into);
            }
        }
        Value::Array(rows) => rows.iter().for_each(|row| enumerated(row, name, into)),
        _ => {}
    }
}

#[test]
fn every_word_of_the_description_has_a_translation() {
    let Some(description) = description() else {
        return;
    };
    let schemas = &description["components"]["schemas"];
    let words_of = |name: &str| {
        let mut found = Vec::new();
        enumerated(schemas, name, &mut found);
        found.sort();
        found.dedup();
        assert!(!found.is_empty(), "{name} is not an enumeration any more");
        found
    };
    let status = &schemas["PortingOrderStatus"]["properties"]["value"]["enum"];
    let statuses: Vec<&str> = match status.as_array() {
        Some(words) => words.iter().filter_map(Value::as_str).collect(),
        None => panic!("the statuses have moved"),
    };
    assert_eq!(statuses.len(), 8);
    for word in statuses {
        assert!(
            !matches!(words::order_status(word), OrderStatus::Unknown(_)),
            "{word}"
        );
    }
    for word in words_of("messaging_port_status") {
        assert!(
            !matches!(words::messaging(&word), Messaging::Unknown(_)),
            "{word}"
        );
    }
    // A number that has left again has no place in a port.
    let after_life = ["Old", "Disconnect Pending"];
    let activations = schemas["PortingOrderActivationStatus"]["enum"].as_array();
    for word in activations
        .expect("the activation words")
        .iter()
        .filter_map(Value::as_str)
    {
        let unknown = matches!(words::activation(word), Activation::Unknown(_));
        assert_eq!(unknown, after_life.contains(&word), "{word}");
    }
    for word in ["admin", "user", "system"] {
        assert!(
            words_of("user_type").iter().any(|known| known == word),
            "{word}"
        );
        assert!(
            !matches!(words::author(word), CommentAuthor::Unknown(_)),
            "{word}"
        );
    }
    assert_eq!(
        words::line_kind("shared_cost"),
        LineKind::Other("shared_cost".into())
    );
}

/// A value made of the schema's own examples.
fn example(description: &Value, schema: &Value) -> Value {
    let schema = resolve(description, schema);
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = serde_json::Map::new();
        for part in parts {
            if let Value::Object(part) = example(description, part) {
                whole.extend(part);
            }
        }
        return Value::Object(whole);
    }
    let branch = schema["anyOf"]
        .as_array()
        .or_else(|| schema["oneOf"].as_array());
    if let Some(first) = branch.and_then(|parts| parts.first()) {
        return example(description, first);
    }
    if let Some(properties) = schema["properties"].as_object() {
        let made = properties
            .iter()
            .map(|(key, below)| (key.clone(), example(description, below)));
        return Value::Object(made.collect());
    }
    match schema["items"].is_object() {
        true => json!([example(description, &schema["items"])]),
        false => Value::Null,
    }
}

#[test]
fn the_descriptions_own_examples_are_read() {
    let Some(description) = description() else {
        return;
    };
    let answer = |method: &str, path: &str, status: &str| {
        let found = resolve(
            &description,
            &description["paths"][path][method]["responses"][status],
        );
        let content = &found["content"]["application/json"];
        let body = match &content["example"] {
            Value::Null => example(&description, &content["schema"]),
            body => body.clone(),
        };
        assert!(
            body["data"].is_object() || body["data"].is_array(),
            "{method} {path}: {body}"
        );
        let status = status.parse().expect("a status");
        Response {
            status,
            retry_after: None,
            body: body.to_string().into_bytes(),
            cut: None,
        }
    };
    let created = response::created(&answer("post", "/porting_orders", "201")).expect("created");
    assert_eq!(created[0].reading.status, OrderStatus::Draft);
    let listed = response::orders(&answer("get", "/porting_orders", "200"), 1).expect("orders");
    assert_eq!(listed.items.len(), 1);
    for (method, path) in [
        ("get", "/porting_orders/{id}"),
        ("patch", "/porting_orders/{id}"),
        ("post", "/porting_orders/{id}/actions/confirm"),
        ("post", "/porting_orders/{id}/actions/cancel"),
    ] {
        let answer = answer(method, path, "200");
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let id = body["data"]["id"].as_str().expect("an id");
        let order = response::order(&answer, OrderRef::new(id).expect("an id"));
        let order = order.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        assert!(
            !matches!(order.reading.status, OrderStatus::Unknown(_)),
            "{method} {path}"
        );
        assert!(order.reading.updated_at.is_some(), "{method} {path}");
    }
    let checked = answer("post", "/portability_checks", "201");
    assert_eq!(response::portability(&checked).expect("answers").len(), 1);
    let comments = answer("get", "/porting_orders/{id}/comments", "200");
    assert!(response::comments(&comments, 1).expect("comments").items[0].is_some());
    response::comment(&answer("post", "/porting_orders/{id}/comments", "201")).expect("a comment");
    let windows = answer("get", "/porting_orders/{id}/allowed_foc_windows", "200");
    assert!(!response::foc_windows(&windows).expect("windows").is_empty());
    let events = response::events(&answer("get", "/porting/events", "200"), 1).expect("events");
    assert!(
        !events.items[0]
            .as_ref()
            .expect("an event")
            .order_ids
            .is_empty()
    );
    response::document(&answer("post", "/documents", "200")).expect("a document");
}

#[test]
fn methods_are_those_of_the_description() {
    let used: Vec<Method> = requests()
        .into_iter()
        .map(|(request, _)| request.method)
        .collect();
    for method in [Method::Get, Method::Post, Method::Patch, Method::Delete] {
        assert!(used.contains(&method), "{method:?} is never checked");
    }
}
