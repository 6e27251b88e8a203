//! Carriers' webhooks in: only real ones are taken, each once, and answered at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::SignedDuration;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::support::app::{Reply, TestApp};
use crate::support::database::{TestDb, on_both};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

async fn desk(test: &TestDb) -> TestApp {
    let public = STANDARD.encode(key().verifying_key().to_bytes());
    TestApp::with(
        test,
        &format!(
            "[carriers.telnyx]\npublic_key = \"{public}\"\n[limits]\nrequest_kilobytes_max = 20\n"
        ),
    )
    .await
}

fn event(id: &str) -> String {
    json!({ "data": {
        "event_type": "porting_order.status_changed",
        "id": id,
        "occurred_at": "2026-11-23T16:59:00Z",
        "payload": { "id": "f3575e15-32ce-400e-a4c0-dd78800c20b0", "status": { "value": "submitted" } },
    } })
    .to_string()
}

async fn send(t: &TestApp, body: &str, age: SignedDuration, signed_body: &str) -> Reply {
    let at = (t.clock.wall() - age).as_second();
    let signature = key().sign(format!("{at}|{signed_body}").as_bytes());
    t.post("/hooks/telnyx")
        .with("telnyx-timestamp", &at.to_string())
        .with(
            "telnyx-signature-ed25519",
            &STANDARD.encode(signature.to_bytes()),
        )
        .bytes("application/json", body.to_owned())
        .send()
        .await
}

/// How many rows the inbox has in each state.
async fn inbox(test: &TestDb) -> Vec<(String, i64)> {
    let mut read = test.db.read().await.expect("reads");
    read.fetch_all(
        "SELECT state, COUNT(*) AS n FROM inbox GROUP BY state ORDER BY state",
        &[],
    )
    .await
    .expect("reads")
    .iter()
    .map(|row| {
        (
            row.text("state").expect("text"),
            row.int("n").expect("a number"),
        )
    })
    .collect()
}

#[tokio::test]
async fn a_signed_webhook_is_taken_once() {
    on_both(|test| async move {
        let t = desk(&test).await;
        let body = event("e-1");
        for _ in 0..3 {
            let reply = send(&t, &body, SignedDuration::ZERO, &body).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        assert_eq!(inbox(&test).await, [("done".to_owned(), 1)]);
    })
    .await;
}

/// What is not the carrier's, or is a replay of long ago, is refused and not stored.
#[tokio::test]
async fn a_webhook_of_somebody_else_is_not_stored() {
    on_both(|test| async move {
        let t = desk(&test).await;
        let body = event("e-1");
        let changed = event("e-2");
        let forged = send(&t, &changed, SignedDuration::ZERO, &body).await;
        assert_eq!(forged.status, 401);
        for age in [SignedDuration::from_mins(6), SignedDuration::from_mins(-6)] {
            assert_eq!(send(&t, &body, age, &body).await.status, 401);
        }
        let unsigned = t
            .post("/hooks/telnyx")
            .bytes("application/json", body.clone())
            .send()
            .await;
        assert_eq!(unsigned.status, 400);
        let large = "x".repeat(20_001);
        let too_large = send(&t, &large, SignedDuration::ZERO, &large).await;
        assert_eq!(too_large.status, 413);
        assert_eq!(inbox(&test).await, []);
    })
    .await;
}

/// What the carrier signed but we cannot read is stored for the desk and answered with 200: sending it again
/// would not help.
#[tokio::test]
async fn an_unreadable_webhook_is_shown_to_the_desk() {
    on_both(|test| async move {
        let t = desk(&test).await;
        for body in ["{\"data\":{}}", "not json", "{\"data\":{}}"] {
            let reply = send(&t, body, SignedDuration::ZERO, body).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        assert_eq!(inbox(&test).await, [("unreadable".to_owned(), 2)]);
        let dana = t.desk().await;
        let list = t.get("/v1/desk").by(&dana).send().await.ok(200);
        let lines = list["unreadable"].as_array().unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["carrier"], "telnyx");
        assert!(lines[0]["remark"].as_str().unwrap().contains("webhook"));
    })
    .await;
}

#[tokio::test]
async fn without_a_key_no_webhook_is_believed() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let body = event("e-1");
        assert_eq!(
            send(&t, &body, SignedDuration::ZERO, &body).await.status,
            503
        );
        assert_eq!(inbox(&test).await, []);
    })
    .await;
}
