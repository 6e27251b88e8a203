//! Each operation is tried by those who may not do it. An operation that is not in the table fails the test.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::app::{Person, TestApp};
use crate::support::contract::description;
use crate::support::database::on_sqlite;

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq)]
enum For {
    /// Whoever has a key; it concerns only them, or nobody.
    Everybody,
    /// Those of the account whose it is; for others it is not there.
    Account,
    /// The desk; it is not there for other accounts, and forbidden to its own.
    DeskOfAccount,
    /// The desk.
    Desk,
    /// Administrators.
    Administrator,
}

/// Every operation: who may, and a body that is good enough to get to that question.
fn table() -> Vec<(&'static str, For, Value)> {
    use For::{Account, Administrator, Desk, DeskOfAccount, Everybody};
    let none = Value::Null;
    let number = json!({ "numbers": ["+14045550123"] });
    let reason = json!({ "reason": "A test." });
    vec![
        ("GET /v1/me", Everybody, none.clone()),
        ("GET /v1/api-keys", Everybody, none.clone()),
        ("POST /v1/api-keys", Everybody, json!({ "name": "x" })),
        ("DELETE /v1/api-keys/{key}", Account, none.clone()),
        ("GET /v1/accounts", Everybody, none.clone()),
        ("POST /v1/accounts", Administrator, json!({ "name": "New" })),
        ("GET /v1/accounts/{account}", Account, none.clone()),
        (
            "PATCH /v1/accounts/{account}",
            DeskOfAccount,
            json!({ "campaign_approved": true }),
        ),
        (
            "GET /v1/receiving-numbers?account={account}",
            Account,
            none.clone(),
        ),
        (
            "POST /v1/receiving-numbers",
            Account,
            json!({ "number": "+14045550177", "account": "{account}" }),
        ),
        (
            "DELETE /v1/receiving-numbers/+14045550100?account={account}",
            Account,
            none.clone(),
        ),
        ("GET /v1/hosted-numbers", Everybody, none.clone()),
        (
            "POST /v1/hosted-numbers",
            Account,
            json!({ "number": "+18005550177", "voice_provider": "x", "account": "{account}" }),
        ),
        ("GET /v1/hosted-numbers/{hosted}", Account, none.clone()),
        (
            "POST /v1/hosted-numbers/{hosted}/withdraw",
            Account,
            none.clone(),
        ),
        (
            "POST /v1/hosted-numbers/{hosted}/enable",
            DeskOfAccount,
            none.clone(),
        ),
        (
            "POST /v1/hosted-numbers/{hosted}/refuse",
            DeskOfAccount,
            reason.clone(),
        ),
        (
            "POST /v1/hosted-numbers/{hosted}/end",
            DeskOfAccount,
            reason.clone(),
        ),
        (
            "PUT /v1/hosted-numbers/{hosted}/voice-route",
            Account,
            json!({ "receiving": "+14045550100" }),
        ),
        ("GET /v1/ports", Everybody, none.clone()),
        ("POST /v1/ports", Account, json!({ "account": "{account}" })),
        ("GET /v1/ports/{port}", Account, none.clone()),
        (
            "PATCH /v1/ports/{port}",
            Account,
            json!({ "title": "Mine" }),
        ),
        ("GET /v1/ports/{port}/numbers", Account, none.clone()),
        (
            "POST /v1/ports/{port}/numbers",
            Account,
            json!({ "numbers": [{ "number": "+14045550178" }] }),
        ),
        (
            "POST /v1/ports/{port}/numbers/import",
            Account,
            json!("number,receiving\n+14045550179,+14045550100\n"),
        ),
        (
            "PATCH /v1/ports/{port}/numbers/+14045550123",
            Account,
            json!({ "description": "Mine" }),
        ),
        (
            "DELETE /v1/ports/{port}/numbers/+14045550123",
            Account,
            none.clone(),
        ),
        ("GET /v1/agreement", Everybody, none.clone()),
        (
            "POST /v1/ports/{port}/agreement",
            Account,
            json!({
                "version": portolan::domain::agreement::VERSION,
                "accepted": portolan::domain::agreement::STATEMENTS.map(|(name, _)| name),
            }),
        ),
        ("GET /v1/ports/{port}/loa/preview", Account, none.clone()),
        ("POST /v1/ports/{port}/loa/send", Account, none.clone()),
        ("POST /v1/ports/{port}/loa/resend", Account, none.clone()),
        ("POST /v1/ports/{port}/proof", Account, none.clone()),
        (
            "POST /v1/ports/{port}/proof/{document}/accept",
            DeskOfAccount,
            none.clone(),
        ),
        (
            "POST /v1/ports/{port}/proof/{document}/refuse",
            DeskOfAccount,
            reason.clone(),
        ),
        ("GET /v1/ports/{port}/documents", Account, none.clone()),
        ("GET /v1/documents/{document}", Account, none.clone()),
        ("POST /v1/ports/{port}/submit", DeskOfAccount, none.clone()),
        ("POST /v1/ports/{port}/resubmit", Account, none.clone()),
        ("POST /v1/ports/{port}/cancel", Account, reason.clone()),
        (
            "POST /v1/ports/{port}/snapback",
            DeskOfAccount,
            json!({ "reason": "A test.", "deadline": "2026-12-09T16:00:00Z" }),
        ),
        (
            "POST /v1/ports/{port}/snapback/confirm",
            DeskOfAccount,
            none.clone(),
        ),
        (
            "POST /v1/ports/{port}/snapback/refuse",
            DeskOfAccount,
            reason,
        ),
        (
            "POST /v1/ports/{port}/give-up",
            DeskOfAccount,
            json!({ "numbers": ["+14045550123"], "reason": "A test." }),
        ),
        (
            "POST /v1/ports/{port}/accept-date",
            Account,
            json!({ "order": "ord_019ab3f2c7d87a60b1f3d2a4c5e6f70a" }),
        ),
        (
            "POST /v1/ports/{port}/tests",
            Account,
            json!({ "number": "+14045550123", "kind": "voice", "passed": true }),
        ),
        (
            "POST /v1/ports/{port}/ask-for-update",
            Account,
            none.clone(),
        ),
        (
            "DELETE /v1/ports/{port}/attention/0",
            DeskOfAccount,
            none.clone(),
        ),
        ("GET /v1/ports/{port}/events", Account, none.clone()),
        ("GET /v1/ports/{port}/notes", Account, none.clone()),
        (
            "POST /v1/ports/{port}/notes",
            Account,
            json!({ "text": "Mine" }),
        ),
        ("GET /v1/desk", Desk, none.clone()),
        ("GET /v1/desk/queues/all", Desk, none.clone()),
        (
            "POST /v1/desk/bulk",
            Desk,
            json!({ "dry_run": false, "action": "claim", "ports": [{ "id": "{port}", "version": 1 }] }),
        ),
        ("POST /v1/ports/{port}/claim", DeskOfAccount, none.clone()),
        ("POST /v1/ports/{port}/release", DeskOfAccount, none.clone()),
        (
            "POST /v1/ports/{port}/assign",
            DeskOfAccount,
            json!({ "to": "user_019ab3f2c7d87a60b1f3d2a4c5e6f702" }),
        ),
        ("GET /v1/mails", Desk, none.clone()),
        ("GET /v1/mails/{mail}", Desk, none.clone()),
        ("POST /v1/number-checks", Everybody, number.clone()),
        ("POST /v1/portability-checks", Everybody, number),
        ("GET /v1/webhooks?account={account}", Account, none.clone()),
        (
            "POST /v1/webhooks",
            Account,
            json!({ "url": "http://127.0.0.1:9/x", "account": "{account}" }),
        ),
        ("DELETE /v1/webhooks/{endpoint}", Account, none.clone()),
        (
            "PATCH /v1/webhooks/{endpoint}",
            Account,
            json!({ "paused": true }),
        ),
        ("POST /v1/webhooks/{endpoint}/test", Account, none.clone()),
        (
            "GET /v1/webhooks/{endpoint}/deliveries",
            Account,
            none.clone(),
        ),
        ("POST /v1/deliveries/{delivery}/replay", Account, none),
    ]
}

async fn status(t: &TestApp, operation: &str, body: &Value, by: Option<&str>) -> u16 {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    let mut ask = t.request(method, path);
    if let Some(key) = by {
        ask = ask.with("authorization", &format!("Bearer {key}"));
    }
    ask = match body {
        Value::Null => ask,
        Value::String(csv) => ask.bytes("text/csv", csv.clone()),
        body => ask.json(body),
    };
    ask.send().await.status.as_u16()
}

/// As the description writes it: `GET /v1/ports/{id}`.
fn described(t: &TestApp, operation: &str) -> String {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    let (template, _) = crate::support::contract::operation(description(&t.app), method, path)
        .unwrap_or_else(|| panic!("{operation} is not described"));
    format!("{method} {template}")
}

#[tokio::test]
async fn nobody_does_what_is_not_theirs() {
    on_sqlite(|test| async move {
        let t = TestApp::with(&test, "[webhooks_out]\nallow_private_addresses = true\n").await;
        let harbor = t.account("Harbor Dental").await;
        let quarry = t.account("Quarry Lawn").await;
        let ana = t.account_administrator(&harbor, "Ana Ruiz").await;
        let eve = t.account_administrator(&quarry, "Eve Mal").await;
        let dana = t.desk().await;
        let adam = t.administrator().await;

        let endpoint = t
            .post("/v1/webhooks")
            .by(&ana)
            .json(&json!({ "url": "http://127.0.0.1:9/hook" }))
            .send()
            .await
            .ok(201)["id"]
            .clone();
        let port = t.complete_port(&ana, &["+14045550123"]).await;
        let document = t.sign_and_prove(&ana, &port).await;
        t.post(&format!("/v1/ports/{port}/ask-for-update"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let hosted = t
            .post("/v1/hosted-numbers")
            .by(&ana)
            .json(&json!({ "number": "+18005550176", "voice_provider": "Copper Valley" }))
            .send()
            .await
            .ok(201)["id"]
            .clone();
        let endpoint = endpoint.as_str().expect("an id").to_owned();
        let delivery = t
            .get(&format!("/v1/webhooks/{endpoint}/deliveries"))
            .by(&ana)
            .send()
            .await
            .ok(200)["items"][0]["id"]
            .clone();
        let key = t.get("/v1/api-keys").by(&ana).send().await.ok(200)["items"][0]["id"].clone();
        let mail = t.get("/v1/mails").by(&dana).send().await.ok(200)["items"][0]["id"].clone();
        let places = [
            ("{port}", port),
            ("{document}", document),
            ("{hosted}", hosted.as_str().expect("an id").to_owned()),
            ("{endpoint}", endpoint),
            ("{delivery}", delivery.as_str().expect("an id").to_owned()),
            ("{key}", key.as_str().expect("an id").to_owned()),
            ("{mail}", mail.as_str().expect("an id").to_owned()),
            ("{account}", harbor.id.to_string()),
        ];
        let filled = |text: &str| {
            places
                .iter()
                .fold(text.to_owned(), |text, (place, id)| text.replace(place, id))
        };
        let before = t
            .get(&filled("/v1/ports/{port}"))
            .by(&dana)
            .send()
            .await
            .ok(200);

        let mut tried = BTreeSet::new();
        for (operation, may, body) in table() {
            let operation = filled(operation);
            let body: Value = serde_json::from_str(&filled(&body.to_string())).expect("JSON");
            tried.insert(described(&t, &operation));
            assert_eq!(
                status(&t, &operation, &body, None).await,
                401,
                "{operation} without a key"
            );
            let unknown = format!("portolan_{}", "A".repeat(43));
            for wrong in [unknown.as_str(), "portolan_", "x", ana.user.email.as_str()] {
                assert_eq!(
                    status(&t, &operation, &body, Some(wrong)).await,
                    401,
                    "{operation} with a wrong key"
                );
            }
            let as_person = |person: &Person| {
                let key = person.key.clone();
                let (t, operation, body) = (&t, operation.clone(), body.clone());
                async move { status(t, &operation, &body, Some(&key)).await }
            };
            let expected: &[(&Person, u16)] = match may {
                For::Everybody => &[],
                For::Account => &[(&eve, 404)],
                For::DeskOfAccount => &[(&eve, 404), (&ana, 403)],
                For::Desk => &[(&eve, 403), (&ana, 403)],
                For::Administrator => &[(&eve, 403), (&ana, 403), (&dana, 403)],
            };
            for (person, status) in expected {
                let got = as_person(person).await;
                // What no submitter may do need not tell whose it would be.
                let hidden = may == For::DeskOfAccount && got == 403 && *status == 404;
                assert!(
                    got == *status || hidden,
                    "{operation} by {}: {got} instead of {status}",
                    person.user.name
                );
            }
        }
        let described: BTreeSet<String> = description(&t.app)["paths"]
            .as_object()
            .expect("paths")
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .expect("operations")
                    .keys()
                    .map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        assert_eq!(described, tried, "each operation is in the table");
        let after = t
            .get(&filled("/v1/ports/{port}"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert_eq!(before, after, "nothing happened");
        let _ = adam;
    })
    .await;
}

/// A key that was revoked, or whose user was let go, opens nothing.
#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let harbor = t.account("Harbor Dental").await;
        let ana = t.account_administrator(&harbor, "Ana Ruiz").await;
        let made = t
            .post("/v1/api-keys")
            .by(&ana)
            .json(&json!({ "name": "Second" }))
            .send()
            .await
            .ok(201);
        let second = Person {
            user: ana.user.clone(),
            key: made["secret"].as_str().expect("a key").to_owned(),
        };
        let me = t.get("/v1/me").by(&second).send().await.ok(200);
        assert_eq!(me["name"], "Ana Ruiz");
        assert_eq!(me["role"], "account_administrator");
        let path = format!("/v1/api-keys/{}", made["id"].as_str().expect("an id"));
        t.delete(&path).by(&second).send().await.ok(204);
        t.get("/v1/me").by(&second).send().await.ok(401);
        t.delete(&path).by(&ana).send().await.ok(404);
    })
    .await;
}
