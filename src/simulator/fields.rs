//! What a customer may write into a porting order: one table of fields, read by the PATCH handler.
//!
//! The published description says of PATCH: missing attributes keep their value, an explicit null
//! clears. So an order keeps its writable part as a JSON object with every field of the table in it,
//! and a PATCH is a walk over the table.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::errors::{ApiError, Pointed};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Text; null clears it if `nullable`.
    Text { nullable: bool },
    /// An RFC 3339 instant.
    Instant,
    /// A document's id, or null.
    Document,
    /// One of these words; null clears it if `nullable`.
    Word {
        words: &'static [&'static str],
        nullable: bool,
    },
    /// true or false.
    Flag,
    /// A whole number, or null.
    Number,
    /// A list of texts.
    Texts,
    /// An absolute http or https address.
    Url,
}

/// Which part of the story a field belongs to; decides when it may still be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The customer's own bookkeeping: always.
    Own,
    /// What becomes of the numbers here: until the order is over.
    Here,
    /// What the losing provider reads: until it has confirmed a date.
    Losing,
    /// The wished date.
    Date,
    /// Whether texts move too: draft, in-process, exception.
    Texts,
}

struct Field {
    pointer: &'static str,
    kind: Kind,
    part: Part,
}

const fn text(pointer: &'static str, part: Part) -> Field {
    Field {
        pointer,
        kind: Kind::Text { nullable: true },
        part,
    }
}

const FIELDS: &[Field] = &[
    text("/customer_reference", Part::Own),
    text("/customer_group_reference", Part::Own),
    Field {
        pointer: "/webhook_url",
        kind: Kind::Url,
        part: Part::Own,
    },
    text("/user_feedback/user_comment", Part::Own),
    Field {
        pointer: "/user_feedback/user_rating",
        kind: Kind::Number,
        part: Part::Own,
    },
    text("/end_user/admin/entity_name", Part::Losing),
    text("/end_user/admin/auth_person_name", Part::Losing),
    text("/end_user/admin/billing_phone_number", Part::Losing),
    text("/end_user/admin/account_number", Part::Losing),
    text("/end_user/admin/pin_passcode", Part::Losing),
    text("/end_user/admin/tax_identifier", Part::Losing),
    text("/end_user/admin/business_identifier", Part::Losing),
    text("/end_user/location/street_address", Part::Losing),
    text("/end_user/location/extended_address", Part::Losing),
    text("/end_user/location/locality", Part::Losing),
    text("/end_user/location/administrative_area", Part::Losing),
    text("/end_user/location/postal_code", Part::Losing),
    text("/end_user/location/country_code", Part::Losing),
    Field {
        pointer: "/documents/loa",
        kind: Kind::Document,
        part: Part::Losing,
    },
    Field {
        pointer: "/documents/invoice",
        kind: Kind::Document,
        part: Part::Losing,
    },
    Field {
        pointer: "/misc/type",
        kind: Kind::Word {
            words: &["full", "partial"],
            nullable: false,
        },
        part: Part::Losing,
    },
    Field {
        pointer: "/misc/remaining_numbers_action",
        kind: Kind::Word {
            words: &["keep", "disconnect"],
            nullable: true,
        },
        part: Part::Losing,
    },
    text("/misc/new_billing_phone_number", Part::Losing),
    Field {
        pointer: "/activation_settings/foc_datetime_requested",
        kind: Kind::Instant,
        part: Part::Date,
    },
    text("/phone_number_configuration/connection_id", Part::Here),
    text(
        "/phone_number_configuration/messaging_profile_id",
        Part::Here,
    ),
    text("/phone_number_configuration/billing_group_id", Part::Here),
    text(
        "/phone_number_configuration/emergency_address_id",
        Part::Here,
    ),
    Field {
        pointer: "/phone_number_configuration/tags",
        kind: Kind::Texts,
        part: Part::Here,
    },
    Field {
        pointer: "/messaging/enable_messaging",
        kind: Kind::Flag,
        part: Part::Texts,
    },
];

/// The id of the requirement that a signed LOA meets.
pub(super) const LOA_REQUIREMENT: &str = "7d0f7a5e-6a0b-4f53-9d5e-3c1f2b8a4d10";
/// The id of the requirement that the latest invoice meets.
pub(super) const INVOICE_REQUIREMENT: &str = "0b8c2d1e-94f7-4c6a-8a3d-51e6f7c2b920";

/// One change that a PATCH asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub pointer: &'static str,
    pub value: Value,
    pub part: Part,
}

/// A PATCH that was understood.
#[derive(Clone, Debug, Default)]
pub(super) struct Patch {
    pub changes: Vec<Change>,
    /// Attributes that the description does not know. They are ignored, and named in the request log.
    pub unknown: Vec<String>,
}

/// The writable part of a new order.
pub(super) fn blank() -> Value {
    let mut data = json!({});
    for field in FIELDS {
        let value = match field.kind {
            Kind::Texts => json!([]),
            Kind::Flag => json!(false),
            _ => Value::Null,
        };
        // `misc` stays null as a whole until somebody writes into it.
        if !field.pointer.starts_with("/misc/") {
            set(&mut data, field.pointer, value);
        }
    }
    set(&mut data, "/misc", Value::Null);
    data
}

/// A text of the order, empty if there is none.
pub(super) fn text_at<'a>(data: &'a Value, pointer: &str) -> &'a str {
    data.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Writes a value at a pointer, making the objects on the way.
pub(super) fn set(data: &mut Value, pointer: &str, value: Value) {
    let mut here = data;
    let mut keys = pointer.split('/').skip(1).peekable();
    while let Some(key) = keys.next() {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Some(object) = here.as_object_mut() else {
            return;
        };
        let slot = object.entry(key).or_insert(Value::Null);
        if keys.peek().is_none() {
            *slot = value;
            return;
        }
        here = slot;
    }
}

/// Writes a change into an order's data. The first word in `misc` gives it its other fields.
pub(super) fn apply(data: &mut Value, change: &Change) {
    if change.pointer.starts_with("/misc/") && data.pointer("/misc").is_none_or(Value::is_null) {
        set(
            data,
            "/misc",
            json!({"type": "full", "remaining_numbers_action": null, "new_billing_phone_number": null}),
        );
    }
    set(data, change.pointer, change.value.clone());
}

/// Reads the body of a PATCH.
///
/// # Errors
/// 422 with one entry for each field whose value does not fit, each with its JSON pointer.
pub(super) fn read(body: &Value) -> Result<Patch, ApiError> {
    let Some(object) = body.as_object() else {
        return Err(ApiError::body_not_json());
    };
    let mut patch = Patch::default();
    let mut bad = Vec::new();
    for (key, value) in object {
        match key.as_str() {
            "requirements" => requirements(value, &mut patch, &mut bad),
            // A group stands for documents that were checked elsewhere; there are none here.
            "requirement_group_id" => {}
            _ => walk(&format!("/{key}"), value, &mut patch, &mut bad),
        }
    }
    if bad.is_empty() {
        Ok(patch)
    } else {
        Err(ApiError::invalid(bad))
    }
}

fn walk(pointer: &str, value: &Value, patch: &mut Patch, bad: &mut Vec<Pointed>) {
    if let Some(field) = FIELDS.iter().find(|f| f.pointer == pointer) {
        match fits(field.kind, value) {
            Ok(value) => patch.changes.push(Change {
                pointer: field.pointer,
                value,
                part: field.part,
            }),
            Err(why) => bad.push(Pointed::new(pointer, why)),
        }
        return;
    }
    let inside = format!("{pointer}/");
    if !FIELDS.iter().any(|f| f.pointer.starts_with(&inside)) {
        patch.unknown.push(pointer.to_owned());
        return;
    }
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                walk(&format!("{pointer}/{key}"), value, patch, bad);
            }
        }
        // The description lets `misc` alone be null as a whole.
        Value::Null if pointer == "/misc" => patch.changes.push(Change {
            pointer: "/misc",
            value: Value::Null,
            part: Part::Losing,
        }),
        _ => bad.push(Pointed::new(pointer, "must be an object")),
    }
}

fn requirements(value: &Value, patch: &mut Patch, bad: &mut Vec<Pointed>) {
    let Some(list) = value.as_array() else {
        bad.push(Pointed::new("/requirements", "must be a list"));
        return;
    };
    for (index, item) in list.iter().enumerate() {
        let here = format!("/requirements/{index}");
        let pointer = match item.get("requirement_type_id").and_then(Value::as_str) {
            Some(LOA_REQUIREMENT) => "/documents/loa",
            Some(INVOICE_REQUIREMENT) => "/documents/invoice",
            _ => {
                bad.push(Pointed::new(
                    &format!("{here}/requirement_type_id"),
                    "is not a requirement of this order",
                ));
                continue;
            }
        };
        match item
            .get("field_value")
            .map(|value| fits(Kind::Document, value))
        {
            Some(Ok(value)) if !value.is_null() => patch.changes.push(Change {
                pointer,
                value,
                part: Part::Losing,
            }),
            _ => bad.push(Pointed::new(
                &format!("{here}/field_value"),
                "must be the id of a document",
            )),
        }
    }
}

fn fits(kind: Kind, value: &Value) -> Result<Value, &'static str> {
    let as_is = || Ok(value.clone());
    match (kind, value) {
        (
            Kind::Text { nullable: true }
            | Kind::Word { nullable: true, .. }
            | Kind::Document
            | Kind::Number,
            Value::Null,
        ) => as_is(),
        (Kind::Text { .. }, Value::String(text)) if text.len() <= 1_000 => as_is(),
        (Kind::Text { .. }, Value::String(_)) => Err("is too long"),
        (Kind::Text { .. }, _) => Err("must be a text"),
        (Kind::Instant, Value::String(text)) => match text.parse::<Timestamp>() {
            Ok(at) => Ok(json!(at.to_string())),
            Err(_) => Err("must be an ISO 8601 date and time with its offset"),
        },
        (Kind::Instant, _) => Err("must be an ISO 8601 date and time with its offset"),
        (Kind::Document, Value::String(text)) if Uuid::try_parse(text).is_ok() => as_is(),
        (Kind::Document, _) => Err("must be the id of a document"),
        (Kind::Word { words, .. }, Value::String(text)) if words.contains(&text.as_str()) => {
            as_is()
        }
        (Kind::Word { .. }, _) => Err("is not one of the allowed words"),
        (Kind::Flag, Value::Bool(_)) => as_is(),
        (Kind::Flag, _) => Err("must be true or false"),
        (Kind::Number, Value::Number(number)) if number.is_i64() => as_is(),
        (Kind::Number, _) => Err("must be a whole number"),
        (Kind::Texts, Value::Array(list)) if list.iter().all(Value::is_string) => as_is(),
        (Kind::Texts, _) => Err("must be a list of texts"),
        (Kind::Url, Value::String(text)) if is_web_address(text) => as_is(),
        (Kind::Url, _) => Err("must be an http or https address"),
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(data: &Value, body: &Value) -> Value {
        let mut data = data.clone();
        for change in read(body).expect("a good patch").changes {
            apply(&mut data, &change);
        }
        data
    }

    #[test]
    fn a_patch_merges_deeply_and_null_clears() {
        let data = patched(
            &blank(),
            &json!({"end_user": {"admin": {"entity_name": "Alder", "pin_passcode": "1"}}}),
        );
        let data = patched(
            &data,
            &json!({"end_user": {"admin": {"pin_passcode": null}, "location": {"locality": "Albany"}}}),
        );
        assert_eq!(text_at(&data, "/end_user/admin/entity_name"), "Alder");
        assert_eq!(
            data.pointer("/end_user/admin/pin_passcode"),
            Some(&Value::Null)
        );
        assert_eq!(text_at(&data, "/end_user/location/locality"), "Albany");
    }

    #[test]
    fn misc_is_null_until_written_and_can_be_null_again() {
        assert_eq!(blank().pointer("/misc"), Some(&Value::Null));
        let data = patched(&blank(), &json!({"misc": {"type": "partial"}}));
        assert_eq!(
            data["misc"],
            json!({"type": "partial", "remaining_numbers_action": null, "new_billing_phone_number": null})
        );
        assert_eq!(
            patched(&data, &json!({"misc": null})).pointer("/misc"),
            Some(&Value::Null)
        );
    }

    #[test]
    fn each_bad_value_is_named_by_its_pointer_and_unknown_attributes_are_listed() {
        let body = json!({"misc": {"type": "whole"}, "end_user": {"admin": {"account_number": 7}}, "documents": {"loa": "x"}});
        let error = read(&body).expect_err("three bad values");
        let mut pointers: Vec<_> = error.pointers().collect();
        pointers.sort_unstable();
        assert_eq!(
            pointers,
            [
                "/documents/loa",
                "/end_user/admin/account_number",
                "/misc/type"
            ]
        );
        let patch =
            read(&json!({"activation_settings": {"activation_type": "on-demand"}, "colour": 1}))
                .expect("nothing wrong");
        assert_eq!(
            patch.unknown,
            ["/activation_settings/activation_type", "/colour"]
        );
    }
}
