//! Webhooks: signatures against known answers, and both shapes of the body.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{ID, at, shared};
use crate::carriers::hint::HintKind;
use crate::carriers::telnyx::webhook::{
    PublicKey, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOLERANCE, UnreadableHook, WebhookRefused, read,
    verify,
};
use crate::domain::carrier::CommentAuthor;

/// Known answer: key pair of the seed 00 01 .. 1f, signed by an independent implementation
/// (Python's `cryptography`) over `1767225600|{"data":{"id":"e1"}}`.
const KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
const STAMP: &str = "1767225600";
const BODY: &str = r#"{"data":{"id":"e1"}}"#;
const SIGNATURE: &str =
    "X8LTjZngDA4ZW8MuKcEfr/LvmjRrKinYo01G/24HeNAHt/vVX+hfsOVI77EzlNuj85C8Rxi4O7A2ZGXM0IC3Bw==";

fn key() -> PublicKey {
    KEY.parse().expect("a key")
}

fn signed_at() -> Timestamp {
    Timestamp::from_second(1_767_225_600).expect("in range")
}

fn headers(stamp: &str, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, stamp.parse().expect("a header"));
    headers.insert(SIGNATURE_HEADER, signature.parse().expect("a header"));
    headers
}

fn check(stamp: &str, signature: &str, body: &str, now: Timestamp) -> Result<(), WebhookRefused> {
    verify(
        &headers(stamp, signature),
        body.as_bytes(),
        &key(),
        now,
        TOLERANCE,
    )
}

fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

#[test]
fn a_known_signature_is_accepted() {
    assert_eq!(check(STAMP, SIGNATURE, BODY, signed_at()), Ok(()));
}

#[test]
fn anything_else_is_refused() {
    let now = signed_at();
    assert_eq!(
        check(STAMP, SIGNATURE, &BODY.replace("e1", "e2"), now),
        Err(WebhookRefused::Signature)
    );
    assert_eq!(
        check(STAMP, SIGNATURE, &format!("{BODY}\n"), now),
        Err(WebhookRefused::Signature)
    );
    assert_eq!(
        check("1767225601", SIGNATURE, BODY, now),
        Err(WebhookRefused::Signature)
    );
    assert_eq!(
        check("01767225600", SIGNATURE, BODY, now),
        Err(WebhookRefused::Signature)
    );
    let forged = STANDARD.encode(
        SigningKey::from_bytes(&[7; 32])
            .sign(BODY.as_bytes())
            .to_bytes(),
    );
    assert_eq!(
        check(STAMP, &forged, BODY, now),
        Err(WebhookRefused::Signature)
    );
    assert_eq!(
        check(STAMP, &STANDARD.encode([0; 64]), BODY, now),
        Err(WebhookRefused::Signature)
    );
    for bad in [
        "",
        "x",
        "AAAA",
        &STANDARD.encode([0; 63]),
        &STANDARD.encode([0; 65]),
    ] {
        assert_eq!(
            check(STAMP, bad, BODY, now),
            Err(WebhookRefused::Header(SIGNATURE_HEADER)),
            "{bad}"
        );
    }
    for bad in [
        "",
        "soon",
        "1.5",
        "99999999999999999999",
        "9223372036854775807",
    ] {
        assert_eq!(
            check(bad, SIGNATURE, BODY, now),
            Err(WebhookRefused::Header(TIMESTAMP_HEADER)),
            "{bad}"
        );
    }
    let none = verify(&HeaderMap::new(), BODY.as_bytes(), &key(), now, TOLERANCE);
    assert_eq!(none, Err(WebhookRefused::Header(TIMESTAMP_HEADER)));
}

#[test]
fn a_replay_is_refused_five_minutes_later_and_five_minutes_early() {
    let now = signed_at();
    for within in [-300, -1, 1, 300] {
        assert_eq!(
            check(STAMP, SIGNATURE, BODY, now + seconds(within)),
            Ok(()),
            "{within}"
        );
    }
    for beyond in [-301, 301, 86_400] {
        let refused = check(STAMP, SIGNATURE, BODY, now + seconds(beyond));
        assert_eq!(refused, Err(WebhookRefused::Stale), "{beyond}");
    }
    let wide = verify(
        &headers(STAMP, SIGNATURE),
        BODY.as_bytes(),
        &key(),
        now + seconds(400),
        Duration::MAX,
    );
    assert_eq!(wide, Ok(()));
}

#[test]
fn a_text_that_is_no_key_says_where_to_find_one() {
    assert_eq!(format!(" {KEY}\n").parse::<PublicKey>(), Ok(key()));
    for bad in ["", "x", "AAAA", &STANDARD.encode([1; 31])] {
        let error = bad.parse::<PublicKey>().expect_err(bad);
        assert!(error.to_string().contains("portal"));
    }
}

#[test]
fn the_shared_vectors_verify() {
    let Some(path) = shared("specs/signature_vectors.json") else {
        return;
    };
    let vectors: Value =
        serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON");
    let telnyx = &vectors["telnyx"];
    let key: PublicKey = telnyx["public_key_b64"]
        .as_str()
        .expect("a key")
        .parse()
        .expect("a key");
    let cases = telnyx["cases"].as_array().expect("cases");
    assert!(!cases.is_empty());
    for case in cases {
        let text = |name: &str| case[name].as_str().expect("a text");
        let seconds: i64 = text("timestamp").parse().expect("seconds");
        let now = Timestamp::from_second(seconds).expect("in range");
        let headers = headers(text("timestamp"), text("signature"));
        let body = text("payload").as_bytes();
        assert_eq!(
            verify(&headers, body, &key, now, TOLERANCE),
            Ok(()),
            "{}",
            text("name")
        );
        read(body).expect("readable");
    }
}

#[test]
fn an_enveloped_webhook_names_its_order() {
    let body = json!({
        "data": {
            "event_type": "porting_order.status_changed",
            "id": "8179f546-d479-42be-822b-8c78e1e89a59",
            "occurred_at": "2026-11-23T15:00:00.804886Z",
            "payload": { "id": ID, "status": { "value": "ported", "details": [] } },
            "record_type": "event"
        },
        "meta": { "attempt": 2, "delivered_to": "https://desk.example.com/hooks/telnyx" }
    });
    let hint = read(body.to_string().as_bytes()).expect("readable");
    assert_eq!(hint.event_id, "8179f546-d479-42be-822b-8c78e1e89a59");
    assert_eq!(
        (hint.kind, hint.order_ids),
        (HintKind::StatusChanged, vec![ID.to_owned()])
    );
    assert_eq!(hint.occurred_at, Some(at("2026-11-23T15:00:00.804886Z")));
    assert_eq!(hint.comment, None);
}

#[test]
fn a_bare_webhook_is_read_the_same() {
    let body = json!({
        "id": "e7", "event_type": "porting_order.messaging_changed", "format": "v2",
        "occurred_at": "2026-11-23T15:00:00Z",
        "payload": { "id": ID, "messaging": { "messaging_port_status": "ported" } }
    });
    let hint = read(body.to_string().as_bytes()).expect("readable");
    assert_eq!(
        (hint.kind, hint.order_ids),
        (HintKind::MessagingChanged, vec![ID.to_owned()])
    );
}

#[test]
fn a_message_from_the_carrier_comes_with_its_text() {
    let body = json!({ "data": {
        "id": "e8", "event_type": "porting_order.new_comment",
        "payload": {
            "porting_order_id": ID,
            "comment": { "id": "c1", "body": "Is it a hunt group?", "inserted_at": "2026-11-23T15:00:00Z", "user_type": "admin" }
        }
    }});
    let hint = read(body.to_string().as_bytes()).expect("readable");
    assert_eq!(hint.order_ids, [ID]);
    let comment = hint.comment.expect("a comment");
    assert_eq!(
        (comment.id.as_str(), comment.body.as_str()),
        ("c1", "Is it a hunt group?")
    );
    assert_eq!(
        (comment.by, comment.at),
        (CommentAuthor::Carrier, Some(at("2026-11-23T15:00:00Z")))
    );
}

#[test]
fn a_split_names_both_orders() {
    let other = "0b9c3a52-7a54-4d8a-9f0e-5f1f5a1d0002";
    let body = json!({ "data": {
        "id": "e9", "event_type": "porting_order.split",
        "payload": { "from": { "id": other }, "to": { "id": ID }, "porting_phone_numbers": [{ "id": "n1" }] }
    }});
    let hint = read(body.to_string().as_bytes()).expect("readable");
    assert_eq!(
        (hint.kind, hint.order_ids),
        (HintKind::Split, vec![ID.to_owned(), other.to_owned()])
    );
}

#[test]
fn what_is_not_about_an_order_of_ours_names_none() {
    let body = json!({ "data": { "id": "e1", "event_type": "portout.status_changed", "payload": { "id": ID } } });
    let hint = read(body.to_string().as_bytes()).expect("readable");
    assert_eq!((hint.kind, hint.order_ids), (HintKind::Other, vec![]));
    let hostile = json!({ "data": {
        "id": "e2", "event_type": "porting_order.status_changed", "payload": { "id": "../documents" }
    }});
    assert_eq!(
        read(hostile.to_string().as_bytes())
            .expect("readable")
            .order_ids,
        Vec::<String>::new()
    );
}

#[test]
fn an_event_without_an_id_has_the_same_key_each_time() {
    let body = br#"{"data":{"event_type":"messaging_hosted_numbers_orders.updated"}}"#;
    let spaced = br#"{ "data": { "event_type": "messaging_hosted_numbers_orders.updated" } }"#;
    let (one, two) = (
        read(body).expect("readable"),
        read(spaced).expect("readable"),
    );
    assert!(one.event_id.starts_with("sha256:"));
    assert_eq!(one.event_id, two.event_id);
}

#[test]
fn what_is_no_event_is_refused() {
    assert_eq!(read(b""), Err(UnreadableHook::NotJson));
    assert_eq!(read(b"event_type=x"), Err(UnreadableHook::NotJson));
    for body in [
        "{}",
        "[]",
        "null",
        r#"{"data":[]}"#,
        r#"{"data":{"event_type":7e999}}"#,
    ] {
        assert!(read(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn every_published_sample_is_read() {
    let Some(folder) = shared("specs/telnyx/webhook_samples") else {
        return;
    };
    let (mut porting, mut all) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("an entry").path();
        let name = path.display().to_string();
        let Ok(hint) = read(&std::fs::read(&path).expect("readable")) else {
            // Messages of Telnyx's registry for text campaigns have a shape of their own.
            assert!(!name.contains("porting_order"), "{name}");
            continue;
        };
        all += 1;
        if hint.event_type.starts_with("porting_order.") {
            porting += 1;
            assert_eq!(hint.order_ids.len(), 1, "{name}");
            assert_ne!(hint.kind, HintKind::Other, "{name}");
            assert!(hint.occurred_at.is_some(), "{name}");
            assert_eq!(
                hint.comment.is_some(),
                hint.kind == HintKind::NewComment,
                "{name}"
            );
        } else {
            assert!(hint.order_ids.is_empty(), "{name}");
        }
    }
    assert!(
        porting >= 8,
        "only {porting} of {all} samples are about porting"
    );
}
