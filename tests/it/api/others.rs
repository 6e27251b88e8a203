//! Accounts, receiving numbers, the desk, mails, webhooks, checks.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::database::{on_both, on_sqlite};

#[tokio::test]
async fn accounts_are_made_by_administrators_and_watched_by_the_desk() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let adam = t.administrator().await;
        let dana = t.desk().await;
        let ask = || {
            t.post("/v1/accounts")
                .by(&adam)
                .with("idempotency-key", "acct")
                .json(&json!({ "name": " Harbor Dental " }))
                .send()
        };
        let (made, again) = (ask().await, ask().await);
        assert_eq!(made.ok(201), again.ok(201));
        let account = made.json();
        assert_eq!(account["name"], "Harbor Dental");
        assert_eq!(account["campaign_approved"], false);
        let path = format!("/v1/accounts/{}", account["id"].as_str().unwrap());
        assert_eq!(made.header("location"), path);
        let nameless = t
            .post("/v1/accounts")
            .by(&adam)
            .json(&json!({ "name": " " }))
            .send()
            .await;
        assert_eq!(nameless.ok(422)["problems"][0]["field"], "name");
        let changed = t
            .patch(&path)
            .by(&dana)
            .json(&json!({ "campaign_approved": true }))
            .send()
            .await
            .ok(200);
        assert_eq!(changed["campaign_approved"], true);
        assert_eq!(t.get(&path).by(&dana).send().await.ok(200), changed);
    })
    .await;
}

/// R121, R122: a number that is a receiving number blocks its port; removing it clears the block by itself.
#[tokio::test]
async fn a_receiving_number_blocks_its_port_until_it_is_removed() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        t.post("/v1/receiving-numbers")
            .by(&ana)
            .json(&json!({ "number": "404.555.0123" }))
            .send()
            .await
            .ok(201);
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}");
        let port = t.get(&path).by(&ana).send().await.ok(200);
        assert_eq!(port["blockers"][0]["code"], "receiving_number");
        assert_eq!(port["blockers"][0]["number"], "+14045550123");
        t.delete("/v1/receiving-numbers/+14045550123")
            .by(&ana)
            .send()
            .await
            .ok(204);
        let port = t.get(&path).by(&ana).send().await.ok(200);
        assert_eq!(port["blockers"][0]["code"], "letter_unsigned");
        t.delete("/v1/receiving-numbers/+14045550123")
            .by(&ana)
            .send()
            .await
            .ok(404);
        let abroad = t
            .post("/v1/receiving-numbers")
            .by(&ana)
            .json(&json!({ "number": "+442071838750" }))
            .send()
            .await;
        assert_eq!(abroad.ok(422)["problems"][0]["field"], "number");
    })
    .await;
}

/// R130: the customer's question is on the desk's list until the desk clears it.
#[tokio::test]
async fn the_desk_sees_what_needs_a_person() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let quiet = t.complete_port(&ana, &["+14045550122"]).await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        t.post(&format!("/v1/ports/{id}/ask-for-update"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let desk = t.get("/v1/desk").by(&dana).send().await.ok(200);
        assert_eq!(desk["items"].as_array().unwrap().len(), 1, "{desk}");
        assert_eq!(desk["items"][0]["port"]["id"], *id);
        assert_eq!(desk["items"][0]["attention"][0]["kind"], "update_asked");
        assert_eq!(desk["counts"], json!({ "draft": 2 }));
        let cleared = t
            .delete(&format!("/v1/ports/{id}/attention/0"))
            .by(&dana)
            .with("if-match", "\"2\"")
            .send()
            .await
            .ok(200);
        assert_eq!(cleared["attention"], json!([]));
        let late = t
            .delete(&format!("/v1/ports/{id}/attention/0"))
            .by(&dana)
            .send()
            .await;
        assert_eq!(late.status, 404);
        let desk = t.get("/v1/desk").by(&dana).send().await.ok(200);
        assert_eq!(desk["items"], json!([]));
        let _ = quiet;
    })
    .await;
}

#[tokio::test]
async fn the_desk_reads_the_mailbox() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        t.post(&format!("/v1/ports/{id}/loa/send"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let page = t
            .get(&format!(
                "/v1/mails?port={id}&to=maria@harbordental.example"
            ))
            .by(&dana)
            .send()
            .await
            .ok(200);
        let lines = page["items"].as_array().unwrap();
        let letter = lines
            .iter()
            .find(|one| one["kind"] == "letter_to_sign")
            .expect("the letter");
        assert_eq!(letter["state"], "queued");
        let path = format!("/v1/mails/{}", letter["id"].as_str().unwrap());
        let mail = t.get(&path).by(&dana).send().await.ok(200);
        assert!(mail["text"].as_str().unwrap().contains("/sign/"), "{mail}");
        t.run_jobs().await;
        let mail = t.get(&path).by(&dana).send().await.ok(200);
        assert_eq!(mail["state"], "sent");
        let too_soon = t
            .post(&format!("/v1/ports/{id}/loa/resend"))
            .by(&ana)
            .send()
            .await;
        assert_eq!(too_soon.ok(429)["type"], "/problems/too_often");
        assert_eq!(too_soon.header("retry-after"), "60");
        t.clock.advance(jiff::SignedDuration::from_secs(61));
        let resent = t
            .post(&format!("/v1/ports/{id}/loa/resend"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(resent["loa"]["reminders"], 1);
        let one = t.get("/v1/mails?limit=1").by(&dana).send().await.ok(200);
        let cursor = one["next_cursor"].as_str().unwrap();
        let rest = t
            .get(&format!("/v1/mails?cursor={cursor}"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert!(rest.get("next_cursor").is_none());
    })
    .await;
}

#[tokio::test]
async fn each_event_becomes_a_webhook_that_can_be_sent_again() {
    on_both(|test| async move {
        let t = TestApp::with(&test, "[webhooks_out]\nallow_private_addresses = true\n").await;
        let account = t.account("Harbor Dental").await;
        let ana = t.account_administrator(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let refused = t
            .post("/v1/webhooks")
            .by(&ana)
            .json(&json!({ "url": "ftp://example.com" }))
            .send()
            .await;
        assert_eq!(refused.ok(422)["problems"][0]["field"], "url");
        let endpoint = t
            .post("/v1/webhooks")
            .by(&ana)
            .json(&json!({ "url": "http://127.0.0.1:1/hook" }))
            .send()
            .await
            .ok(201);
        assert!(endpoint["secret"].as_str().unwrap().starts_with("whsec_"));
        let list = t.get("/v1/webhooks").by(&ana).send().await;
        assert_eq!(list.ok(200)["items"].as_array().unwrap().len(), 1);
        assert!(!list.text().contains("whsec_"));
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        t.post(&format!("/v1/ports/{id}/notes"))
            .by(&dana)
            .json(&json!({ "text": "Between us", "staff_only": true }))
            .send()
            .await
            .ok(201);
        let path = format!("/v1/webhooks/{}", endpoint["id"].as_str().unwrap());
        let deliveries = t
            .get(&format!("{path}/deliveries"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let mut events: Vec<&str> = deliveries["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["event"].as_str().unwrap())
            .collect();
        events.sort_unstable();
        assert_eq!(
            events,
            [
                "port.agreed",
                "port.begun",
                "port.edited",
                "port.numbers_added"
            ],
            "not what is only for the desk"
        );
        let replay = format!(
            "/v1/deliveries/{}/replay",
            deliveries["items"][0]["id"].as_str().unwrap()
        );
        t.post(&replay).by(&ana).send().await.ok(202);
        t.delete(&path).by(&ana).send().await.ok(204);
        t.delete(&path).by(&ana).send().await.ok(404);
    })
    .await;
}

#[tokio::test]
async fn numbers_are_read_without_asking_anybody() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let asked = json!({ "numbers": ["(404) 555-0123", "+18005550199", "911", "+442071838750", "+18765550123"] });
        let read = t.post("/v1/number-checks").by(&ana).json(&asked).send().await.ok(200);
        let items = read["items"].as_array().unwrap();
        assert_eq!(items[0]["number"], "+14045550123");
        assert_eq!(items[0]["region"], "US");
        assert_eq!(items[0]["place"], "Georgia");
        assert_eq!(items[0]["kind"], "unknown");
        assert_eq!(items[0]["portable"], true);
        assert_eq!(items[1]["kind"], "toll_free");
        assert_eq!(items[2]["portable"], false);
        assert!(items[2]["says"].as_str().unwrap().contains("too short"), "{}", items[2]);
        assert_eq!((&items[3]["portable"], &items[3]["region"]), (&json!(false), &json!("GB")));
        assert_eq!((&items[4]["portable"], &items[4]["region"]), (&json!(false), &json!("JM")));
        let none = t.post("/v1/number-checks").by(&ana).json(&json!({ "numbers": [] })).send().await;
        assert_eq!(none.ok(422)["problems"][0]["field"], "numbers");
        let nobody = t
            .post("/v1/portability-checks")
            .by(&ana)
            .json(&json!({ "numbers": ["+14045550123"] }))
            .send()
            .await;
        assert_eq!(nobody.ok(503)["type"], "/problems/unavailable");
        let wrong = t
            .post("/v1/portability-checks")
            .by(&ana)
            .json(&json!({ "numbers": ["+14045550123", "12"] }))
            .send()
            .await;
        assert_eq!(wrong.ok(422)["problems"][0]["field"], "numbers[1]");
    })
    .await;
}

/// R43-R45: what is not the file that it claims to be is refused by its content; what comes back is what was sent.
#[tokio::test]
async fn documents_come_back_as_attachments() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let bill = t.sign_and_prove(&ana, &id).await;
        let got = t
            .get(&format!("/v1/documents/{bill}"))
            .by(&ana)
            .send()
            .await;
        assert_eq!(got.status, 200);
        assert_eq!(got.header("content-type"), "image/png");
        assert_eq!(
            got.header("content-disposition"),
            "attachment; filename=\"bill.png\"; filename*=UTF-8''bill.png"
        );
        assert_eq!(got.body, crate::support::app::picture());
        let path = format!("/v1/ports/{id}/proof");
        for (kind, name, bytes, field) in [
            (
                "billing_statement",
                "bill.pdf",
                &b"<html>not a bill</html>"[..],
                "file",
            ),
            ("billing_statement", "bill.pdf", b"", "file"),
            ("shoe_size", "bill.png", b"x", "kind"),
        ] {
            let refused = t
                .post(&path)
                .by(&ana)
                .form(&[("kind", kind)], (name, bytes))
                .send()
                .await;
            assert_eq!(refused.ok(422)["problems"][0]["field"], field, "{name}");
        }
        let no_form = t.post(&path).by(&ana).json(&json!({})).send().await;
        assert_eq!(no_form.status, 415);
        let refused = t
            .post(&format!("{path}/{bill}/refuse"))
            .by(&dana)
            .json(&json!({ "reason": "It is too old." }))
            .send()
            .await
            .ok(200);
        assert_eq!(refused["proof"][0]["verdict"], "refused");
        assert_eq!(refused["proof"][0]["reason"], "It is too old.");
        assert_eq!(refused["status"], "awaiting_proof");
        let documents = t
            .get(&format!("/v1/ports/{id}/documents"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let mut kinds: Vec<&str> = documents["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["kind"].as_str().unwrap())
            .collect();
        // All of the same moment, as the clock stands still: by chance, then.
        kinds.sort_unstable();
        assert_eq!(kinds, ["letter", "proof", "signed_letter"]);
    })
    .await;
}
