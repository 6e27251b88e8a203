//! How an order's answer is read, field by field, and that no bytes can make it panic.

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ID, REFERENCE, at, enveloped, number, order, page};
use crate::carriers::error::CarrierError;
use crate::carriers::http::Response;
use crate::carriers::telnyx::request::OrderRef;
use crate::carriers::telnyx::{response, webhook};
use crate::domain::carrier::{
    Activation, CarrierReason, CodeSystem, Messaging, NumberReading, OrderReading, OrderStatus,
};

fn answer(body: impl ToString) -> Response {
    Response {
        status: 200,
        retry_after: None,
        body: body.to_string().into_bytes(),
        cut: None,
    }
}

fn id() -> OrderRef<'static> {
    OrderRef::new(ID).expect("an id")
}

fn read(order: Value) -> Result<OrderReading, CarrierError> {
    response::order(&answer(enveloped(order)), id()).map(|order| order.reading)
}

/// The sample order with one place changed.
fn with(status: &str, place: &str, value: Value) -> OrderReading {
    let mut order = order(ID, status, &[100, 101]);
    *order.pointer_mut(place).expect("a place in the sample") = value;
    read(order).expect("readable")
}

fn reason(code: &str, text: &str) -> CarrierReason {
    CarrierReason {
        system: CodeSystem::Telnyx,
        code: code.into(),
        text: text.into(),
    }
}

#[test]
fn an_order_in_full() {
    let mut order = order(ID, "foc-date-confirmed", &[100]);
    order["activation_settings"]["foc_datetime_actual"] = json!("2026-12-07T17:30:00.000Z");
    order["phone_numbers"][0]["activation_status"] = json!("Activate RDY");
    assert_eq!(
        read(order).expect("readable"),
        OrderReading {
            external_id: ID.into(),
            customer_reference: Some(REFERENCE.into()),
            support_key: Some("sr_5c1a2b".into()),
            status: OrderStatus::FocConfirmed,
            raw_status: "foc-date-confirmed".into(),
            reasons: vec![],
            requested_foc: Some(at("2026-12-04T16:00:00Z")),
            confirmed_foc: Some(at("2026-12-07T17:30:00Z")),
            requirements_met: Some(true),
            numbers: vec![NumberReading {
                number: number(100),
                activation: Activation::Ready,
                messaging: Messaging::Pending,
            }],
            updated_at: Some(at("2026-11-23T15:00:00.123456Z")),
        }
    );
}

#[test]
fn an_order_of_which_only_the_id_is_there() {
    let reading = read(json!({ "id": ID })).expect("readable");
    assert_eq!(reading.status, OrderStatus::Unknown(String::new()));
    assert_eq!((reading.numbers.len(), reading.requirements_met), (0, None));
    let bare = response::order(&answer(json!({ "id": ID, "status": "draft" })), id());
    let bare = bare.expect("also without an envelope, and with the status as a plain word");
    assert_eq!(bare.reading.status, OrderStatus::Draft);
    assert!(!bare.says_all() && !bare.has_all_numbers());
}

#[test]
fn an_order_without_an_id_is_none() {
    for id in [json!(null), json!(""), json!("../x"), json!({})] {
        let error = read(json!({ "id": id })).expect_err("unreadable");
        assert!(
            matches!(error, CarrierError::Unreadable { .. }),
            "{error:?}"
        );
    }
}

#[test]
fn a_word_that_is_not_known_is_kept_letter_by_letter() {
    let reading = with(
        "on-hold",
        "/phone_numbers/0/activation_status",
        json!("Frozen"),
    );
    assert_eq!(reading.status, OrderStatus::Unknown("on-hold".into()));
    assert_eq!(reading.raw_status, "on-hold");
    assert_eq!(
        reading.numbers[0].activation,
        Activation::Unknown("Frozen".into())
    );
    let reading = with("draft", "/messaging/messaging_port_status", json!("lost"));
    assert_eq!(
        reading.numbers[0].messaging,
        Messaging::Unknown("lost".into())
    );
}

#[test]
fn rejection_codes_are_kept_also_those_that_no_list_has() {
    let details = json!([
        { "code": "ACCOUNT_NUMBER_MISMATCH", "description": "Account number does not match" },
        { "code": "LOA_ILLEGIBLE", "description": "The letter cannot be read" },
        "OTHER", { "description": "only words" }, {}, null
    ]);
    assert_eq!(
        with("exception", "/status/details", details).reasons,
        [
            reason("ACCOUNT_NUMBER_MISMATCH", "Account number does not match"),
            reason("LOA_ILLEGIBLE", "The letter cannot be read"),
            reason("OTHER", ""),
            reason("", "only words"),
        ]
    );
}

/// Issue scenario `jeopardy`: the date stands, and something speaks against it.
#[test]
fn a_confirmed_order_in_trouble_says_why() {
    let details = json!([{ "code": "FOC_REJECTED", "description": "Facilities" }]);
    let reading = with("foc-date-confirmed", "/status/details", details);
    assert_eq!(reading.reasons, [reason("FOC_REJECTED", "Facilities")]);

    let conflict = reason(
        "SV_CONFLICT",
        "The number registry has the port in conflict.",
    );
    let reading = with(
        "foc-date-confirmed",
        "/phone_numbers/1/activation_status",
        json!("Conflict"),
    );
    assert_eq!(reading.reasons, std::slice::from_ref(&conflict));
    assert_eq!(
        reading.numbers[0].activation,
        Activation::Pending,
        "the other one is well"
    );
    assert_eq!(reading.numbers[1].activation, Activation::Conflict);

    let whole = "/activation_settings/activation_status";
    let reading = with("foc-date-confirmed", whole, json!("Conflict"));
    assert_eq!(reading.reasons, [conflict]);
    assert_eq!(
        with("in-process", whole, json!("Conflict")).reasons,
        [],
        "no date, no jeopardy"
    );
}

#[test]
fn texts_are_told_apart_from_voice() {
    for (word, expected) in [
        ("not_applicable", Messaging::NotApplicable),
        ("pending", Messaging::Pending),
        ("activating", Messaging::Activating),
        ("partial_port_complete", Messaging::Activating),
        ("ported", Messaging::Ported),
        ("exception", Messaging::Exception),
        ("canceled", Messaging::Cancelled),
    ] {
        let reading = with("ported", "/messaging/messaging_port_status", json!(word));
        assert!(
            reading.numbers.iter().all(|n| n.messaging == expected),
            "{word}"
        );
    }
    for (switches, expected) in [
        (
            json!({ "enable_messaging": false }),
            Messaging::NotApplicable,
        ),
        (
            json!({ "messaging_port_completed": true }),
            Messaging::Ported,
        ),
        (json!({ "enable_messaging": true }), Messaging::Pending),
        (json!(null), Messaging::Pending),
    ] {
        assert_eq!(
            with("ported", "/messaging", switches).numbers[0].messaging,
            expected
        );
    }
}

#[test]
fn a_number_that_says_nothing_goes_by_its_order() {
    let silent = |status: &str, of_order: Value| {
        let mut order = order(ID, status, &[100]);
        order["phone_numbers"][0]["activation_status"] = json!(null);
        order["activation_settings"]["activation_status"] = of_order;
        read(order).expect("readable").numbers.remove(0).activation
    };
    assert_eq!(silent("ported", json!(null)), Activation::Active);
    assert_eq!(silent("cancelled", json!(null)), Activation::Cancelled);
    assert_eq!(silent("submitted", json!(null)), Activation::Pending);
    assert_eq!(
        silent("foc-date-confirmed", json!("Activate RDY")),
        Activation::Ready
    );
}

#[test]
fn a_confirmed_date_that_cannot_be_read_is_not_taken_for_none() {
    for date in ["2026-12-07", "12/07/2026", "2026-12-07T17:30:00", "soon"] {
        let mut order = order(ID, "foc-date-confirmed", &[100]);
        order["activation_settings"]["foc_datetime_actual"] = json!(date);
        let error = read(order).expect_err(date);
        assert!(error.to_string().contains("foc_datetime_actual"), "{error}");
    }
    let requested = "/activation_settings/foc_datetime_requested";
    assert_eq!(
        with("draft", requested, json!("soon")).requested_foc,
        None,
        "only our own wish"
    );
    let offset = "/activation_settings/foc_datetime_actual";
    let reading = with("ported", offset, json!("2026-12-07T11:30:00-06:00"));
    assert_eq!(reading.confirmed_foc, Some(at("2026-12-07T17:30:00Z")));
}

#[test]
fn requirements_by_the_description_and_by_the_guide() {
    let by = |name: &str, value: Value| read(json!({ "id": ID, name: value })).expect("readable");
    for (name, value, met) in [
        ("requirements_met", json!(false), Some(false)),
        ("requirements_status", json!(true), Some(true)),
        ("requirements_status", json!("approved"), Some(true)),
        (
            "requirements_status",
            json!("requirement-info-pending"),
            Some(false),
        ),
        ("requirements_status", json!("whatever"), None),
        ("requirements_met", json!(null), None),
    ] {
        assert_eq!(
            by(name, value.clone()).requirements_met,
            met,
            "{name} {value}"
        );
    }
}

#[test]
fn numbers_come_with_and_without_the_plus() {
    let reading = with(
        "draft",
        "/phone_numbers/0/phone_number",
        json!("15125550100"),
    );
    assert_eq!(reading.numbers[0].number, number(100));
    let reading = with(
        "draft",
        "/phone_numbers/0/phone_number",
        json!(15125550100_u64),
    );
    assert_eq!(reading.numbers[0].number, number(100));
    let reading = with(
        "draft",
        "/phone_numbers/0/phone_number",
        json!("{e.164 TN}"),
    );
    assert_eq!(reading.numbers.len(), 1, "a placeholder is no number");
}

#[test]
fn no_reading_holds_the_owners_secrets() {
    let reading = format!("{:?}", read(order(ID, "draft", &[100])).expect("readable"));
    assert!(
        !reading.contains("4711") && !reading.contains("AC-55018"),
        "{reading}"
    );
}

/// Whatever the bytes: an answer or a failure, never a panic.
fn read_all(bytes: &[u8]) {
    let mut answer = Response {
        status: 200,
        retry_after: None,
        body: bytes.to_vec(),
        cut: None,
    };
    let _order = response::order(&answer, id());
    let _created = response::created(&answer);
    let _portability = response::portability(&answer);
    let _comments = response::comments(&answer, 1);
    let _comment = response::comment(&answer);
    let _windows = response::foc_windows(&answer);
    let _events = response::events(&answer, 1);
    let _document = response::document(&answer);
    if let Ok(page) = response::orders(&answer, 1)
        && let Some(order) = page.items.first()
    {
        let _numbers = response::numbers(&answer, 1, id(), &order.rest);
    }
    for status in [204, 301, 404, 422, 500] {
        answer.status = status;
        let accepted = response::accepted(&answer, response::About::Order);
        assert_eq!(accepted.is_ok(), status == 204);
    }
    let _hint = webhook::read(bytes);
}

fn samples() -> Vec<Vec<u8>> {
    let hook = json!({ "data": {
        "event_type": "porting_order.new_comment", "id": "e1", "occurred_at": "2026-11-23T15:00:00Z",
        "payload": { "porting_order_id": ID, "comment": { "id": "c1", "body": "x", "user_type": "admin" } }
    }});
    let window =
        json!([{ "started_at": "2026-12-01T14:00:00Z", "ended_at": "2026-12-01T20:00:00Z" }]);
    let refusal =
        json!({ "errors": [{ "code": "1", "title": "t", "source": { "pointer": "/x" } }] });
    [
        enveloped(order(ID, "exception", &[100, 101])),
        page(vec![order(ID, "draft", &[100])], 1, 1),
        hook,
        enveloped(window),
        refusal,
    ]
    .iter()
    .map(|sample| sample.to_string().into_bytes())
    .collect()
}

fn junk() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[{ "id": [] }]])),
        Just(json!("9999-99-99T99:99:99Z")),
        Just(json!(u64::MAX)),
    ]
}

/// All places in a document, as JSON pointers.
fn places(value: &Value, here: String, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter()
                .for_each(|(key, value)| places(value, format!("{here}/{key}"), into));
        }
        Value::Array(rows) => {
            rows.iter()
                .enumerate()
                .for_each(|(i, v)| places(v, format!("{here}/{i}"), into));
        }
        _ => {}
    }
    into.push(here);
}

proptest! {
    #[test]
    fn any_bytes_can_come(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn samples_with_broken_bytes_can_come(
        which in 0_usize..5,
        cut in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cuts in any::<bool>(),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_all(&bytes);
    }

    #[test]
    fn samples_with_other_values_can_come(
        which in 0_usize..5,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), junk()), 1..5),
    ) {
        let mut sample: Value = serde_json::from_slice(&samples().swap_remove(which)).expect("JSON");
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&sample, String::new(), &mut all);
            let place = &all[place.index(all.len())];
            *sample.pointer_mut(place).expect("it is there") = value;
        }
        read_all(sample.to_string().as_bytes());
    }
}
