//! Accounts never see each other's data, and nobody sees a secret.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::support::app::{ACCOUNT_NUMBER, PIN, TestApp, complete_form};
use crate::support::database::on_both;

/// A second port of a number says which port holds it, to those who may know.
#[tokio::test]
async fn who_may_know_learns_which_port_holds_a_number() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let harbor = t.account("Harbor Dental").await;
        let quarry = t.account("Quarry Lawn").await;
        let ana = t.submitter(&harbor, "Ana Ruiz").await;
        let ben = t.submitter(&harbor, "Ben Ode").await;
        let eve = t.submitter(&quarry, "Eve Mal").await;
        let dana = t.desk().await;
        let id = t
            .complete_port(&ana, &["+14045550122", "+14045550123"])
            .await;
        let form =
            json!({ "numbers": [{ "number": "+14045550150" }, { "number": "404-555-0123" }] });
        let own = t
            .post("/v1/ports")
            .by(&ben)
            .json(&form)
            .send()
            .await
            .ok(409);
        assert_eq!(own["type"], "/problems/number_held");
        assert_eq!(own["problems"][0]["field"], "numbers[1].number");
        assert!(own["detail"].as_str().unwrap().contains(&id), "{own}");
        let foreign = t
            .post("/v1/ports")
            .by(&eve)
            .json(&form)
            .send()
            .await
            .ok(409);
        assert_eq!(foreign["type"], "/problems/number_held");
        assert!(!foreign.to_string().contains(&id), "{foreign}");
        assert!(!foreign.to_string().contains("Harbor"), "{foreign}");
        let mut for_quarry = form.clone();
        for_quarry["account"] = json!(quarry.id.to_string());
        let desk = t
            .post("/v1/ports")
            .by(&dana)
            .json(&for_quarry)
            .send()
            .await
            .ok(409);
        assert!(desk["detail"].as_str().unwrap().contains(&id), "{desk}");
        let list = t.get("/v1/ports").by(&eve).send().await.ok(200);
        assert_eq!(
            list["items"],
            json!([]),
            "what was refused left nothing behind"
        );

        t.post(&format!("/v1/ports/{id}/cancel"))
            .by(&ana)
            .json(&json!({ "reason": "Quarry has it" }))
            .send()
            .await
            .ok(200);
        t.post("/v1/ports")
            .by(&eve)
            .json(&form)
            .send()
            .await
            .ok(201);
    })
    .await;
}

#[tokio::test]
async fn lists_show_only_what_belongs_to_the_account() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let harbor = t.account("Harbor Dental").await;
        let quarry = t.account("Quarry Lawn").await;
        let ana = t.submitter(&harbor, "Ana Ruiz").await;
        let eve = t.submitter(&quarry, "Eve Mal").await;
        let dana = t.desk().await;
        t.complete_port(&ana, &["+14045550123"]).await;
        let spy = format!("/v1/ports?account={}", harbor.id);
        for path in ["/v1/ports", "/v1/ports?q=Head", &spy] {
            let list = t.get(path).by(&eve).send().await.ok(200);
            assert_eq!(list["items"], json!([]), "{path}");
        }
        assert_eq!(
            t.get(&spy).by(&dana).send().await.ok(200)["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let accounts = t.get("/v1/accounts").by(&eve).send().await;
        assert_eq!(accounts.ok(200)["items"].as_array().unwrap().len(), 1);
        assert!(!accounts.text().contains("Harbor"));
        let filed = t
            .post("/v1/ports")
            .by(&eve)
            .json(&json!({ "account": harbor.id.to_string() }))
            .send()
            .await;
        assert_eq!(filed.status, 404);
        let nowhere = t
            .post("/v1/ports")
            .by(&dana)
            .json(&json!({}))
            .send()
            .await
            .ok(422);
        assert_eq!(nowhere["problems"][0]["field"], "account");
        let spied = t
            .get(&format!("/v1/receiving-numbers?account={}", harbor.id))
            .by(&eve)
            .send()
            .await;
        assert_eq!(spied.status, 404);
        let own = t.get("/v1/receiving-numbers").by(&ana).send().await.ok(200);
        assert_eq!(own["items"][0]["number"], "+14045550100");
    })
    .await;
}

/// Account number, PIN and SID are taken and never given back: not in an answer, not in history, not in a mail, not
/// in the database.
#[tokio::test]
async fn secrets_are_never_seen_again() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let sid = format!("AC{}", "7d".repeat(16));
        let mut form = complete_form(&["+14045550123"]);
        form["twilio_account_sid"] = json!(sid);
        let created = t
            .post("/v1/ports")
            .by(&ana)
            .with("idempotency-key", "secret")
            .json(&form)
            .send()
            .await;
        let id = created.ok(201)["id"].as_str().unwrap().to_owned();
        let bill = t.sign_and_prove(&ana, &id).await;
        let new_pin = "ZZ-99441177";
        let patched = t
            .patch(&format!("/v1/ports/{id}"))
            .by(&ana)
            .json(&json!({ "pin": new_pin }))
            .send()
            .await;
        patched.ok(200);
        t.post(&format!("/v1/ports/{id}/proof/{bill}/accept"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        // A wrong secret is not repeated in the remark on it.
        let wrong = t
            .patch(&format!("/v1/ports/{id}"))
            .by(&ana)
            .json(&json!({ "twilio_account_sid": "SK12341234", "account_number": 48213577 }))
            .send()
            .await;
        assert_eq!(wrong.status, 422);
        let wrong_too = t
            .patch(&format!("/v1/ports/{id}"))
            .by(&ana)
            .json(&json!({ "twilio_account_sid": "SK12341234" }))
            .send()
            .await;
        assert_eq!(wrong_too.status, 422);
        t.run_jobs().await;

        let mut seen = vec![
            created.text(),
            patched.text(),
            wrong.text(),
            wrong_too.text(),
        ];
        for (person, path) in [
            (&ana, format!("/v1/ports/{id}")),
            (&dana, format!("/v1/ports/{id}")),
            (&dana, format!("/v1/ports/{id}/events?limit=200")),
            (&dana, "/v1/ports".to_owned()),
            (&dana, "/v1/desk".to_owned()),
            (&dana, "/v1/mails".to_owned()),
        ] {
            seen.push(t.get(&path).by(person).send().await.text());
        }
        for mail in t.mails().await {
            seen.push(format!(
                "{}\n{}\n{}",
                mail.subject, mail.body_text, mail.body_html
            ));
        }
        let mut read = test.db.read().await.expect("reads");
        for (table, column) in [
            ("facts", "body"),
            ("ports", "body"),
            ("idempotency", "body"),
            ("jobs", "payload"),
            ("deliveries", "body"),
        ] {
            let rows = read
                .fetch_all(format!("SELECT {column} AS text FROM {table}"), &[])
                .await
                .expect("reads");
            for row in rows {
                seen.push(row.text("text").expect("text"));
            }
        }
        for text in seen {
            for secret in [
                ACCOUNT_NUMBER,
                PIN,
                sid.as_str(),
                new_pin,
                "SK12341234",
                "48213577",
            ] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
        // They are there all the same, for the carrier.
        let stored = portolan::app::ports::get(&t.app, id.parse().unwrap())
            .await
            .expect("reads")
            .expect("is there");
        let secrets = portolan::app::inbox::secrets(&t.app, &stored.request)
            .await
            .expect("open");
        use secrecy::ExposeSecret as _;
        assert_eq!(secrets.account_number.expose_secret(), ACCOUNT_NUMBER);
        assert_eq!(
            secrets.pin.as_ref().map(|pin| pin.expose_secret()),
            Some(new_pin)
        );
    })
    .await;
}
