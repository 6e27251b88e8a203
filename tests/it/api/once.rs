//! What is to happen once happens once, also when it is asked for twenty times.

use std::collections::HashSet;

use futures::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::support::app::{TestApp, complete_form, picture};
use crate::support::database::on_both;

#[tokio::test]
async fn a_repetition_gets_the_same_answer() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let form = complete_form(&["+14045550123"]);
        let ask = || t.post("/v1/ports").by(&ana).with("idempotency-key", "one");
        let first = ask().json(&form).send().await;
        first.ok(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        let id = first.json()["id"].as_str().unwrap().to_owned();
        // The request goes on; the answer that was given does not change.
        t.patch(&format!("/v1/ports/{id}"))
            .by(&ana)
            .json(&json!({ "title": "Renamed" }))
            .send()
            .await
            .ok(200);
        let again = ask().json(&form).send().await;
        assert_eq!(again.status, 201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.body, first.body);
        assert_eq!(again.header("etag"), first.header("etag"));
        assert_eq!(again.header("location"), first.header("location"));

        let other = ask()
            .json(&json!({ "title": "Another" }))
            .send()
            .await
            .ok(422);
        assert_eq!(other["type"], "/problems/idempotency_key_reused");
        let elsewhere = t
            .post(&format!("/v1/ports/{id}/notes"))
            .by(&ana)
            .with("idempotency-key", "one")
            .json(&form)
            .send()
            .await;
        assert_eq!(elsewhere.status, 422, "the same key for another address");

        let ben = t.submitter(&account, "Ben Ode").await;
        let of_ben = t
            .post("/v1/ports")
            .by(&ben)
            .with("idempotency-key", "one")
            .json(&json!({ "title": "Ben's" }))
            .send()
            .await;
        assert_eq!(
            of_ben.ok(201)["title"],
            "Ben's",
            "each user has keys of their own"
        );
        for bad in ["", "é", &"x".repeat(201)] {
            let refused = t
                .post("/v1/ports")
                .by(&ana)
                .with("idempotency-key", bad)
                .json(&json!({}))
                .send()
                .await;
            assert_eq!(refused.ok(400)["type"], "/problems/bad_idempotency_key");
        }
        let list = t.get("/v1/ports").by(&ana).send().await.ok(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
    })
    .await;
}

/// Nothing is acknowledged twice and nothing happens twice, however many ask at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_equal_requests_at_once_create_one_port() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        for form in [
            complete_form(&["+14045550123"]),
            json!({ "title": "No numbers" }),
        ] {
            let key = form["title"].as_str().unwrap();
            let replies = join_all((0..20).map(|_| {
                t.post("/v1/ports")
                    .by(&ana)
                    .with("idempotency-key", key)
                    .json(&form)
                    .send()
            }))
            .await;
            let bodies: HashSet<String> = replies
                .iter()
                .map(|reply| {
                    reply.ok(201);
                    reply.text()
                })
                .collect();
            assert_eq!(bodies.len(), 1, "all got one answer");
            let fresh = replies
                .iter()
                .filter(|reply| reply.header("idempotency-replayed").is_empty())
                .count();
            assert_eq!(fresh, 1, "one did it, the others were told");
        }
        let list = t.get("/v1/ports").by(&ana).send().await.ok(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_happens_to_a_port_happens_once_too() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let replies = join_all((0..10).map(|_| {
            t.post(&format!("/v1/ports/{id}/notes"))
                .by(&ana)
                .with("idempotency-key", "note")
                .json(&json!({ "text": "Please call first." }))
                .send()
        }))
        .await;
        for reply in &replies {
            reply.ok(201);
        }
        let notes = t
            .get(&format!("/v1/ports/{id}/notes"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(notes["items"].as_array().unwrap().len(), 1);

        let send = || {
            t.post(&format!("/v1/ports/{id}/loa/send"))
                .by(&ana)
                .with("idempotency-key", "letter")
                .send()
        };
        let (first, again) = (send().await, send().await);
        assert_eq!(first.ok(200), again.ok(200));
        t.sign().await;
        let proof = || {
            t.post(&format!("/v1/ports/{id}/proof"))
                .by(&ana)
                .with("idempotency-key", "proof")
                .form(&[("kind", "billing_statement")], ("bill.png", &picture()))
                .send()
        };
        let (first, again) = (proof().await, proof().await);
        assert_eq!(first.ok(201), again.ok(201));
        assert_eq!(again.header("idempotency-replayed"), "true");
        let port = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(port["proof"].as_array().unwrap().len(), 1);
        let mails = t.mails().await;
        let letters = mails
            .iter()
            .filter(|mail| mail.kind == "letter_to_sign")
            .count();
        assert_eq!(letters, 1, "one letter, one mail");
    })
    .await;
}

/// A new key or signing secret is in its answer only: the answer that is remembered is sealed.
#[tokio::test]
async fn a_secret_that_is_shown_once_is_stored_sealed() {
    on_both(|test| async move {
        let t = TestApp::with(&test, "[webhooks_out]\nallow_private_addresses = true\n").await;
        let account = t.account("Harbor Dental").await;
        let ana = t.account_administrator(&account, "Ana Ruiz").await;
        for (path, body) in [
            ("/v1/api-keys", json!({ "name": "Nightly" })),
            ("/v1/webhooks", json!({ "url": "http://127.0.0.1:9/hook" })),
        ] {
            let ask = || {
                t.post(path)
                    .by(&ana)
                    .with("idempotency-key", path)
                    .json(&body)
                    .send()
            };
            let (first, again) = (ask().await, ask().await);
            assert_eq!(first.ok(201), again.ok(201));
            let secret = first.json()["secret"].as_str().unwrap().to_owned();
            assert!(secret.len() > 40);
            let kept = portolan::app::answers::recall(&t.app, &ana.user.id.to_string(), path)
                .await
                .expect("reads")
                .expect("is kept");
            assert!(kept.body.contains(&secret), "the vault opens it");
            let mut read = test.db.read().await.expect("reads");
            let rows = read
                .fetch_all("SELECT body FROM idempotency", &[])
                .await
                .expect("reads");
            for row in rows {
                assert!(!row.text("body").expect("text").contains(&secret));
            }
        }
        let keys = t.get("/v1/api-keys").by(&ana).send().await;
        assert_eq!(keys.ok(200)["items"].as_array().unwrap().len(), 2);
        assert!(!keys.text().contains("portolan_"));
    })
    .await;
}
