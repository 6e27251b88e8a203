//! What goes wrong is said in one shape.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::app::{Reply, TestApp};
use crate::support::database::{on_both, on_sqlite};

/// The problem, without what differs from run to run.
fn shape(reply: &Reply) -> Value {
    let mut problem = reply.json();
    assert_eq!(problem["operation_id"], reply.header("x-operation-id"));
    assert_eq!(problem["status"], reply.status.as_u16());
    problem["operation_id"] = json!("op_…");
    if let Some(path) = problem["instance"].as_str() {
        let parts: Vec<&str> = path
            .split('/')
            .map(|part| if part.len() > 30 { "…" } else { part })
            .collect();
        problem["instance"] = json!(parts.join("/"));
    }
    for name in ["allow", "retry-after", "www-authenticate"] {
        if !reply.header(name).is_empty() {
            problem[format!("header: {name}")] = json!(reply.header(name));
        }
    }
    problem
}

#[tokio::test]
async fn problems_have_one_shape() {
    on_sqlite(|test| async move {
        let t = TestApp::with(&test, "[limits]\nrequest_kilobytes_max = 20\n").await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}");
        let large = json!({ "title": "x".repeat(21_000) });
        let replies = [
            ("no key", t.get("/v1/me").send().await),
            (
                "no such path",
                t.get("/v1/ports/x/y/z").by(&ana).send().await,
            ),
            (
                "no such port",
                t.get("/v1/ports/port_00000000000000000000000000000000")
                    .by(&ana)
                    .send()
                    .await,
            ),
            ("not an id", t.get("/v1/ports/12").by(&ana).send().await),
            (
                "method not allowed",
                t.request("PUT", &path).by(&ana).send().await,
            ),
            (
                "not JSON",
                t.patch(&path)
                    .by(&ana)
                    .bytes("application/json", "{\"title\": ")
                    .send()
                    .await,
            ),
            (
                "unknown field",
                t.patch(&path)
                    .by(&ana)
                    .json(&json!({ "customer": { "frist_name": "M" } }))
                    .send()
                    .await,
            ),
            (
                "wrong type",
                t.post(&format!("{path}/numbers"))
                    .by(&ana)
                    .json(&json!({ "numbers": [{ "number": 4045550123_u64 }] }))
                    .send()
                    .await,
            ),
            (
                "unknown word",
                t.patch(&path)
                    .by(&ana)
                    .json(&json!({ "scope": { "kind": "half" } }))
                    .send()
                    .await,
            ),
            (
                "missing field",
                t.post(&format!("{path}/cancel"))
                    .by(&ana)
                    .json(&json!({}))
                    .send()
                    .await,
            ),
            (
                "several fields",
                t.post(&format!("{path}/numbers"))
                    .by(&ana)
                    .json(&json!({ "numbers": [{ "number": "12" }, { "number": "+19005550123" }] }))
                    .send()
                    .await,
            ),
            (
                "too large",
                t.patch(&path).by(&ana).json(&large).send().await,
            ),
            (
                "wrong media type",
                t.patch(&path)
                    .by(&ana)
                    .bytes("text/plain", "title=x")
                    .send()
                    .await,
            ),
            (
                "too early",
                t.post(&format!("{path}/resubmit")).by(&ana).send().await,
            ),
            (
                "not yours",
                t.post(&format!("{path}/submit")).by(&ana).send().await,
            ),
            (
                "stale",
                t.patch(&path)
                    .by(&ana)
                    .with("if-match", "\"0\"")
                    .json(&json!({ "title": "x" }))
                    .send()
                    .await,
            ),
        ];
        let shapes: Vec<Value> = replies
            .iter()
            .map(|(what, reply)| json!({ "when": what, "problem": shape(reply) }))
            .collect();
        insta::assert_json_snapshot!(shapes);
    })
    .await;
}

/// A form that lacks something for a letter is refused with each field.
#[tokio::test]
async fn an_incomplete_form_names_each_field() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let port = t
            .post("/v1/ports")
            .by(&ana)
            .json(&json!({ "numbers": [{ "number": "+14045550123" }] }))
            .send()
            .await
            .ok(201);
        let path = format!("/v1/ports/{}/loa/send", port["id"].as_str().unwrap());
        let refused = t.post(&path).by(&ana).send().await;
        refused.ok(422);
        insta::assert_json_snapshot!(shape(&refused));
    })
    .await;
}

#[tokio::test]
async fn who_asks_too_often_is_told_how_long_to_wait() {
    on_sqlite(|test| async move {
        let t = TestApp::with(&test, "[limits]\napi_requests_per_minute = 5\n").await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let ben = t.submitter(&account, "Ben Ode").await;
        for _ in 0..5 {
            t.get("/v1/me").by(&ana).send().await.ok(200);
        }
        let refused = t.get("/v1/me").by(&ana).send().await;
        assert_eq!(refused.ok(429)["type"], "/problems/too_often");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=13).contains(&wait), "{wait}");
        t.get("/v1/me").by(&ben).send().await.ok(200);
    })
    .await;
}

/// When the database is gone, the request says so, and nothing that was acknowledged is lost.
#[tokio::test]
async fn a_database_that_is_gone_is_said_to_be_gone() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        test.db.close().await;
        let refused = t.post("/v1/ports").by(&ana).json(&json!({})).send().await;
        let problem = refused.json();
        assert!(matches!(refused.status.as_u16(), 500 | 503), "{problem}");
        assert!(!refused.text().contains("sqlx"), "no insides: {problem}");
    })
    .await;
}

/// PostgreSQL keeps no NUL: what has one is refused by its field before anything is asked of a database.
#[tokio::test]
async fn control_characters_are_refused_by_their_field() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}/notes");
        for (text, field) in [
            ("Suite\0 410.", "text"),
            ("a\u{7}", "text"),
            ("a\u{9f}", "text"),
        ] {
            let reply = t
                .post(&path)
                .by(&ana)
                .json(&json!({ "text": text }))
                .send()
                .await;
            let problem = reply.ok(422);
            assert_eq!(problem["problems"][0]["field"], field, "{problem}");
        }
        let reply = t.get("/v1/ports?q=%00").by(&ana).send().await;
        assert_eq!(reply.status.as_u16(), 422, "{}", reply.text());
        let text = "Suite 410.\n\tThanks";
        t.post(&path)
            .by(&ana)
            .json(&json!({ "text": text }))
            .send()
            .await
            .ok(201);
    })
    .await;
}
