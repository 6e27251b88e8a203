//! Several calls strung together: pages, splits, large orders, reading back.

use bytes::Bytes;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{ID, REFERENCE, at, data, enveloped, least_data, number, number_row, order, page};
use crate::carriers::error::CarrierError;
use crate::carriers::order::{CarrierDocumentId, DocumentKind, DocumentUpload, NewOrder};
use crate::carriers::telnyx::{NUMBERS_A_CALL, NumberDefaults};
use crate::carriers::testing::{Answer, Stub, telnyx, telnyx_with};
use crate::domain::carrier::{
    CommentAuthor, FocWindow, LineKind, Messaging, OrderStatus, Portability,
};
use crate::domain::number::E164;

const OTHER: &str = "0b9c3a52-7a54-4d8a-9f0e-5f1f5a1d0002";

fn ok(body: &Value) -> Answer {
    Answer::json(200, body)
}

fn new_order(numbers: Vec<E164>) -> NewOrder {
    NewOrder {
        reference: REFERENCE.into(),
        group_reference: Some("acct_1".into()),
        numbers,
    }
}

#[tokio::test]
async fn portability_of_each_number_that_was_asked_about() {
    let rows = json!([
        { "phone_number": "+15125550100", "portable": true, "fast_portable": true, "not_portable_reason": "" },
        { "phone_number": "+15125550101", "portable": false, "fast_portable": false, "not_portable_reason": "No coverage", "phone_number_type": "mobile", "carrier_name": "Prairie Mobile" },
        { "phone_number": "+15125550102", "portable": null },
        { "phone_number": "+15125550199", "portable": true },
        "junk"
    ]);
    let stub = Stub::answering([Answer::json(201, &enveloped(rows))]).await;
    let asked = [number(100), number(101), number(102)];
    let answers = telnyx(&stub.url)
        .check_portability(&asked)
        .await
        .expect("answers");
    assert_eq!(
        answers,
        [
            Portability {
                number: number(100),
                portable: true,
                fast_portable: true,
                reason: None,
                carrier_name: None,
                kind: None
            },
            Portability {
                number: number(101),
                portable: false,
                fast_portable: false,
                reason: Some("No coverage".into()),
                carrier_name: Some("Prairie Mobile".into()),
                kind: Some(LineKind::Mobile)
            },
        ],
        "what was not answered, or not asked, is left out"
    );
    assert_eq!(stub.lines(), ["POST /v2/portability_checks"]);
}

#[tokio::test]
async fn one_request_may_become_several_orders() {
    let rows = json!([
        order(ID, "draft", &[100, 101]),
        order(OTHER, "draft", &[102])
    ]);
    let stub = Stub::answering([Answer::json(201, &enveloped(rows))]).await;
    let new = new_order(vec![number(102), number(100), number(101), number(100)]);
    let created = telnyx(&stub.url).create_orders(&new).await.expect("orders");
    let read: Vec<_> = created
        .iter()
        .map(|o| (o.external_id.as_str(), o.numbers.len()))
        .collect();
    assert_eq!(read, [(ID, 2), (OTHER, 1)]);
    assert_eq!(
        stub.asked()[0].json(),
        json!({
            "phone_numbers": ["+15125550100", "+15125550101", "+15125550102"],
            "customer_reference": REFERENCE,
            "customer_group_reference": "acct_1"
        }),
        "each number once"
    );
}

#[tokio::test]
async fn a_creation_that_names_no_order_is_looked_up_before_it_is_repeated() {
    let stub = Stub::answering([Answer::json(201, &enveloped(json!([])))]).await;
    let failed = telnyx(&stub.url)
        .create_orders(&new_order(vec![number(100)]))
        .await;
    let error = failed.expect_err("no order");
    assert!(matches!(error, CarrierError::Unreadable { status: 201, .. }) && error.is_ambiguous());
}

#[tokio::test]
async fn very_many_numbers_go_in_batches_and_a_failed_batch_is_told_apart() {
    let numbers: Vec<E164> = (0..NUMBERS_A_CALL as u64 + 1)
        .map(|n| format!("+1512555{n:05}").parse().expect("a number"))
        .collect();
    let first = enveloped(json!([order(ID, "draft", &[100])]));
    let second = enveloped(json!([order(OTHER, "draft", &[101])]));
    let new = new_order(numbers);

    let stub = Stub::answering([Answer::json(201, &first), Answer::json(201, &second)]).await;
    let created = telnyx(&stub.url).create_orders(&new).await.expect("orders");
    assert_eq!(created.len(), 2);
    let sent: Vec<_> = stub
        .asked()
        .iter()
        .map(|asked| {
            asked.json()["phone_numbers"]
                .as_array()
                .expect("numbers")
                .len()
        })
        .collect();
    assert_eq!(sent, [NUMBERS_A_CALL, 1]);

    let stub = Stub::answering([Answer::json(201, &first), Answer::new(422, "")]).await;
    let error = telnyx(&stub.url)
        .create_orders(&new)
        .await
        .expect_err("the second batch");
    assert!(
        matches!(error, CarrierError::HalfDone { .. }) && error.is_ambiguous(),
        "{error:?}"
    );

    let stub = Stub::answering([Answer::new(422, "")]).await;
    let error = telnyx(&stub.url)
        .create_orders(&new)
        .await
        .expect_err("the first batch");
    assert!(
        matches!(error, CarrierError::Refused { .. }),
        "nothing was done: {error:?}"
    );
}

#[tokio::test]
async fn orders_are_found_by_reference_on_all_pages_each_once() {
    let mut loose = order("0b9c3a52-7a54-4d8a-9f0e-5f1f5a1d0003", "draft", &[105]);
    loose["customer_reference"] = json!(format!("{REFERENCE}0"));
    let one = page(vec![order(ID, "draft", &[100]), loose], 1, 2);
    let two = page(
        vec![
            order(ID, "draft", &[100]),
            order(OTHER, "submitted", &[101]),
        ],
        2,
        2,
    );
    let stub = Stub::answering([ok(&one), ok(&two)]).await;
    let found = telnyx(&stub.url)
        .find_orders(REFERENCE)
        .await
        .expect("orders");
    let ids: Vec<_> = found.iter().map(|o| o.external_id.as_str()).collect();
    assert_eq!(
        ids,
        [ID, OTHER],
        "a looser filter and a page that moved change nothing"
    );
    assert_eq!(
        stub.lines(),
        [1, 2].map(|n| format!(
            "GET /v2/porting_orders?page[number]={n}&page[size]=50&filter[customer_reference]={REFERENCE}&include_phone_numbers=true&sort[value]=created_at"
        ))
    );
}

#[tokio::test]
async fn a_list_without_a_count_of_pages_is_read_until_nothing_new_comes() {
    let rows = |rows: Vec<Value>| ok(&enveloped(json!(rows)));
    let stub = Stub::answering([
        rows(vec![order(ID, "draft", &[100])]),
        rows(vec![order(OTHER, "draft", &[101])]),
        rows(vec![]),
    ])
    .await;
    let found = telnyx(&stub.url)
        .find_orders(REFERENCE)
        .await
        .expect("orders");
    assert_eq!((found.len(), stub.asked().len()), (2, 3));

    // A carrier that ignores the page number.
    let same = || rows(vec![order(ID, "draft", &[100])]);
    let stub = Stub::answering([same(), same()]).await;
    assert_eq!(
        telnyx(&stub.url)
            .find_orders(REFERENCE)
            .await
            .expect("orders")
            .len(),
        1
    );
}

#[tokio::test]
async fn one_unreadable_order_spoils_the_search() {
    let mut broken = order(OTHER, "draft", &[101]);
    broken["id"] = json!(null);
    let body = page(vec![order(ID, "draft", &[100]), broken], 1, 1);
    let stub = Stub::answering([ok(&body)]).await;
    let error = telnyx(&stub.url)
        .find_orders(REFERENCE)
        .await
        .expect_err("unreadable");
    assert!(
        matches!(error, CarrierError::Unreadable { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_order_of_more_than_fifty_numbers_is_completed_page_by_page() {
    let first: Vec<u32> = (100..150).collect();
    let mut large = order(ID, "foc-date-confirmed", &first);
    large["porting_phone_numbers_count"] = json!(80);
    let mut row = |line: u32| {
        let mut row = number_row(ID, line);
        row["activation_status"] = json!(if line == 179 {
            "Conflict"
        } else {
            "Activate RDY"
        });
        row
    };
    let mut one: Vec<Value> = (100..170).map(&mut row).collect();
    one.push(number_row(OTHER, 199));
    let two: Vec<Value> = (170..180).map(&mut row).collect();
    let answers = [
        ok(&enveloped(large)),
        ok(&page(one, 1, 2)),
        ok(&page(two, 2, 2)),
    ];
    let stub = Stub::answering(answers).await;
    let reading = telnyx(&stub.url).get_order(ID).await.expect("an order");
    let numbers: Vec<E164> = reading.numbers.iter().map(|n| n.number).collect();
    assert_eq!(
        numbers,
        (100..180).map(number).collect::<Vec<_>>(),
        "a foreign row is left out"
    );
    assert!(
        reading
            .numbers
            .iter()
            .all(|n| n.messaging == Messaging::Pending)
    );
    assert_eq!(
        reading.reasons.len(),
        1,
        "the conflict beyond the first fifty: {:?}",
        reading.reasons
    );
    assert_eq!(
        stub.lines()[1],
        format!(
            "GET /v2/porting_phone_numbers?page[number]=1&page[size]=250&filter[porting_order_id]={ID}"
        )
    );
}

#[tokio::test]
async fn an_actions_answer_without_numbers_is_read_back() {
    let mut bare = order(ID, "in-process", &[]);
    bare["porting_phone_numbers_count"] = json!(1);
    bare.as_object_mut()
        .expect("an object")
        .remove("phone_numbers");
    let whole = enveloped(order(ID, "in-process", &[100]));
    let stub = Stub::answering([ok(&enveloped(bare.clone())), ok(&whole)]).await;
    let reading = telnyx(&stub.url).confirm(ID).await.expect("an order");
    assert_eq!(
        (reading.status, reading.numbers.len()),
        (OrderStatus::InProcess, 1)
    );
    assert_eq!(
        stub.lines(),
        [
            format!("POST /v2/porting_orders/{ID}/actions/confirm"),
            format!("GET /v2/porting_orders/{ID}?include_phone_numbers=true")
        ]
    );
    assert!(
        stub.asked()[0].body.is_empty(),
        "the description knows no body"
    );

    // It was confirmed; only the reading back failed. Confirming again would be refused.
    for second in [
        Answer::new(429, ""),
        Answer::new(401, ""),
        Answer::new(422, ""),
    ] {
        let stub = Stub::answering([ok(&enveloped(bare.clone())), second]).await;
        let error = telnyx(&stub.url).confirm(ID).await.expect_err("a failure");
        assert!(matches!(error, CarrierError::HalfDone { .. }), "{error:?}");
        assert!(error.is_ambiguous() && error.is_retryable());
    }
}

#[tokio::test]
async fn filling_in_replaces_what_was_there() {
    let answer = || ok(&enveloped(order(ID, "draft", &[100])));
    let stub = Stub::answering([answer(), answer()]).await;
    let defaults = NumberDefaults {
        connection_id: Some("1752379429071357070".into()),
        messaging_profile_id: Some("f1486bae-f067-460c-ad43-73a92848f901".into()),
        billing_group_id: None,
    };
    let carrier = telnyx_with(&stub.url, defaults, |_| {});
    carrier.fill_order(ID, &data()).await.expect("filled");
    telnyx(&stub.url)
        .fill_order(ID, &least_data())
        .await
        .expect("filled");
    let asked = stub.asked();
    assert_eq!(asked[0].line, format!("PATCH /v2/porting_orders/{ID}"));
    assert_eq!(
        asked[0].json(),
        json!({
            "end_user": {
                "admin": {
                    "entity_name": "Rosewater Dental",
                    "auth_person_name": "Ada Rosewater",
                    "billing_phone_number": "+15125550100",
                    "account_number": "AC-55018",
                    "pin_passcode": "4711",
                    "tax_identifier": "74-5550100"
                },
                "location": {
                    "street_address": "600 Example Avenue",
                    "extended_address": "Floor 3",
                    "locality": "Austin",
                    "administrative_area": "TX",
                    "postal_code": "78701",
                    "country_code": "US"
                }
            },
            "documents": {
                "loa": "6a09cdc3-8948-47f0-aa62-74ac943d6c58",
                "invoice": "6a09cdc3-8948-47f0-aa62-74ac943d6c59"
            },
            "misc": {
                "type": "partial",
                "remaining_numbers_action": "keep",
                "new_billing_phone_number": "+15125550150"
            },
            "activation_settings": { "foc_datetime_requested": "2026-12-04T16:00:00Z" },
            "messaging": { "enable_messaging": true },
            "phone_number_configuration": {
                "connection_id": "1752379429071357070",
                "messaging_profile_id": "f1486bae-f067-460c-ad43-73a92848f901"
            },
            "webhook_url": "https://desk.example.com/hooks/telnyx"
        })
    );
    let least = asked[1].json();
    assert_eq!(
        least["end_user"]["admin"]["pin_passcode"],
        Value::Null,
        "a PIN that was taken back"
    );
    assert_eq!(
        least["misc"],
        json!({ "type": "full" }),
        "and nothing beside it"
    );
    let keys: Vec<_> = least
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        keys,
        ["end_user", "messaging", "misc"],
        "what is not set is not touched"
    );
}

#[tokio::test]
async fn cancelling_takes_the_way_that_the_orders_state_asks_for() {
    let get = format!("GET /v2/porting_orders/{ID}?include_phone_numbers=true");
    let order = |status: &str| ok(&enveloped(order(ID, status, &[100])));

    let stub = Stub::answering([order("draft"), Answer::new(204, "")]).await;
    let reading = telnyx(&stub.url).cancel(ID).await.expect("deleted");
    assert_eq!(
        (reading.status, reading.raw_status.as_str()),
        (OrderStatus::Cancelled, "deleted")
    );
    assert_eq!(
        stub.lines(),
        [get.clone(), format!("DELETE /v2/porting_orders/{ID}")]
    );

    let stub = Stub::answering([order("submitted"), order("cancel-pending")]).await;
    let reading = telnyx(&stub.url).cancel(ID).await.expect("asked");
    assert_eq!(reading.status, OrderStatus::CancelPending);
    assert_eq!(
        stub.lines(),
        [
            get.clone(),
            format!("POST /v2/porting_orders/{ID}/actions/cancel")
        ]
    );

    for over in ["cancel-pending", "cancelled"] {
        let stub = Stub::answering([order(over)]).await;
        let reading = telnyx(&stub.url).cancel(ID).await.expect("as it is");
        assert_eq!(
            (reading.raw_status.as_str(), stub.lines()),
            (over, vec![get.clone()])
        );
    }

    let late = json!({ "errors": [{ "code": "10015", "title": "Too close to the FOC date" }] });
    let stub = Stub::answering([order("foc-date-confirmed"), Answer::json(422, &late)]).await;
    let error = telnyx(&stub.url).cancel(ID).await.expect_err("too late");
    assert!(matches!(error, CarrierError::Refused { .. }), "{error:?}");
}

#[tokio::test]
async fn a_document_goes_as_a_form() {
    let stored = json!({ "id": "6a09cdc3-8948-47f0-aa62-74ac943d6c58", "status": "pending" });
    let stub = Stub::answering([ok(&enveloped(stored.clone())), ok(&enveloped(stored))]).await;
    let upload = |content_type: &str| DocumentUpload {
        kind: DocumentKind::Loa,
        filename: "letter \"signed\".pdf".into(),
        content_type: content_type.into(),
        bytes: Bytes::from_static(b"%PDF-1.7 test"),
        reference: Some(REFERENCE.into()),
    };
    let carrier = telnyx(&stub.url);
    let id = carrier
        .upload_document(upload("application/pdf"))
        .await
        .expect("stored");
    assert_eq!(
        id,
        CarrierDocumentId("6a09cdc3-8948-47f0-aa62-74ac943d6c58".into())
    );
    carrier
        .upload_document(upload("no type\r\n"))
        .await
        .expect("stored all the same");
    let asked = stub.asked().remove(0);
    assert_eq!(asked.line, "POST /v2/documents");
    let form = String::from_utf8(asked.body).expect("text");
    for part in [
        "name=\"file\"; filename=\"letter \\\"signed\\\".pdf\"",
        "Content-Type: application/pdf\r\n",
        "\r\n\r\n%PDF-1.7 test\r\n",
        "name=\"customer_reference\"\r\n\r\nport_",
    ] {
        assert!(form.contains(part), "{part} in {form}");
    }
    let content_type = asked.headers["content-type"].to_str().expect("text");
    assert!(
        content_type.starts_with("multipart/form-data; boundary="),
        "{content_type}"
    );
}

#[tokio::test]
async fn messages_are_listed_and_written() {
    let row = |id: &str, by: Value, at: &str| json!({ "id": id, "body": " two\nlines ", "user_type": by, "created_at": at });
    let one = page(
        vec![row("c1", json!("admin"), "2026-11-23T10:00:00Z")],
        1,
        2,
    );
    let two = page(
        vec![
            row("c1", json!("admin"), "2026-11-23T10:00:00Z"),
            row("c2", json!("robot"), "soon"),
            json!({}),
        ],
        2,
        2,
    );
    let written = enveloped(row("c3", json!("user"), "2026-11-23T11:00:00Z"));
    let stub = Stub::answering([ok(&one), ok(&two), Answer::json(201, &written)]).await;
    let carrier = telnyx(&stub.url);
    let comments = carrier.comments(ID).await.expect("comments");
    let read: Vec<_> = comments
        .iter()
        .map(|c| (c.id.as_str(), &c.by, c.at))
        .collect();
    assert_eq!(
        read,
        [
            (
                "c1",
                &CommentAuthor::Carrier,
                Some(at("2026-11-23T10:00:00Z"))
            ),
            ("c2", &CommentAuthor::Unknown("robot".into()), None),
        ]
    );
    assert_eq!(
        comments[0].body, " two\nlines ",
        "a message is left as it is"
    );
    let mine = carrier
        .post_comment(ID, "Please look at it.")
        .await
        .expect("written");
    assert_eq!((mine.id.as_str(), mine.by), ("c3", CommentAuthor::Us));
    assert_eq!(
        stub.asked()[2].json(),
        json!({ "body": "Please look at it." })
    );
    assert_eq!(
        stub.lines()[2],
        format!("POST /v2/porting_orders/{ID}/comments")
    );
}

#[tokio::test]
async fn windows_are_read_by_the_description_and_by_the_guide() {
    let rows = json!([
        { "started_at": "2026-12-01T14:00:00Z", "ended_at": "2026-12-01T20:00:00Z" },
        { "start_time": "2026-12-02T14:00:00Z", "end_time": "2026-12-02T20:00:00Z" },
        { "started_at": "2026-12-03T14:00:00Z" },
        { "started_at": "2026-12-04T20:00:00Z", "ended_at": "2026-12-04T14:00:00Z" }
    ]);
    let stub = Stub::answering([
        ok(&enveloped(rows)),
        ok(&enveloped(json!([]))),
        ok(&enveloped(json!([{ "from": "2026-12-01" }]))),
    ])
    .await;
    let carrier = telnyx(&stub.url);
    let window = |day: &str| FocWindow {
        starts_at: at(&format!("2026-12-{day}T14:00:00Z")),
        ends_at: at(&format!("2026-12-{day}T20:00:00Z")),
    };
    let windows = carrier.allowed_foc_windows(ID).await.expect("windows");
    assert_eq!(windows, [window("01"), window("02")]);
    assert_eq!(carrier.allowed_foc_windows(ID).await.expect("none"), []);
    carrier
        .allowed_foc_windows(ID)
        .await
        .expect_err("rows, and none of them a window");
}

#[tokio::test]
async fn events_are_the_way_around_lost_webhooks() {
    let row = |id: &str| {
        json!({
            "id": id, "event_type": "porting_order.status_changed", "porting_order_id": ID,
            "created_at": "2026-11-23T14:00:00Z", "payload_status": "completed",
            "payload": { "id": ID, "status": { "value": "submitted", "details": [] } }
        })
    };
    let silent = json!({
        "id": "e3", "event_type": "porting_order.loa_updated", "porting_order_id": OTHER, "payload": null
    });
    let one = page(vec![row("e1"), row("e2"), json!({ "id": "e0" })], 1, 2);
    let two = page(vec![row("e2"), silent], 2, 2);
    let stub = Stub::answering([ok(&one), ok(&two)]).await;
    let events = telnyx(&stub.url)
        .events_since(at("2026-11-23T13:00:00Z"))
        .await
        .expect("events");
    let read: Vec<_> = events
        .hints
        .iter()
        .map(|h| (h.event_id.as_str(), h.order_ids.clone()))
        .collect();
    assert_eq!(
        read,
        [
            ("e1", vec![ID.to_owned()]),
            ("e2", vec![ID.into()]),
            ("e3", vec![OTHER.into()])
        ]
    );
    assert!(events.complete);
    assert_eq!(
        stub.lines()[0],
        "GET /v2/porting/events?page[number]=1&page[size]=250&filter[created_at][gte]=2026-11-23T13:00:00Z"
    );
}

#[tokio::test]
async fn events_without_end_are_cut_off_and_say_so() {
    let answers = (1..=40).map(|n| {
        let row = json!({ "id": format!("e{n}"), "event_type": "porting_order.split" });
        ok(&page(vec![row], n, 1000))
    });
    let stub = Stub::answering(answers).await;
    let events = telnyx(&stub.url)
        .events_since(at("2026-11-23T13:00:00Z"))
        .await
        .expect("events");
    assert_eq!((events.hints.len(), events.complete), (40, false));
}
