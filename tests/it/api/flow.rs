//! A port request's way through the API.

use portolan::db::jobs;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::support::app::{TestApp, complete_form, picture};
use crate::support::database::on_both;

/// R29, R40, R42, R113, R115: draft, letter, signature, proof, review, submitted; each step too early is refused
/// with the way out.
#[tokio::test]
async fn a_port_goes_from_draft_to_the_carrier() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;

        let created = t
            .post("/v1/ports")
            .by(&ana)
            .json(&complete_form(&["(404) 555-0123", "+14045550124"]))
            .send()
            .await;
        let port = created.ok(201);
        let id = port["id"].as_str().unwrap();
        assert_eq!(created.header("location"), format!("/v1/ports/{id}"));
        assert_eq!(created.header("etag"), "\"1\"");
        assert_eq!(port["status"], "draft");
        assert_eq!(port["numbers"][0]["number"], "+14045550123");
        assert_eq!(port["numbers"][0]["national"], "(404) 555-0123");
        assert_eq!(port["account_number"], "•••• 9471");
        assert_eq!(port["pin"], "••••");
        assert_eq!(port["blockers"][0]["code"], "letter_unsigned");
        // There is no carrier here that could be asked about the numbers, and nothing waits for one.
        let mut read = test.db.read().await.unwrap();
        let asked = jobs::of_port(&mut read, id.parse().unwrap(), 10)
            .await
            .unwrap();
        drop(read);
        let kinds: Vec<&str> = asked.iter().map(|job| job.kind.as_str()).collect();
        assert!(kinds.is_empty(), "{kinds:?}");
        let allowed = port["allowed_actions"].as_array().unwrap();
        assert!(allowed.contains(&json!("send_loa")), "{allowed:?}");
        assert!(!allowed.contains(&json!("submit")), "{allowed:?}");

        let too_early = t
            .post(&format!("/v1/ports/{id}/proof"))
            .by(&ana)
            .form(&[("kind", "billing_statement")], ("bill.png", &picture()))
            .send()
            .await;
        let problem = too_early.ok(409);
        assert_eq!(problem["type"], "/problems/letter_unsigned");
        assert_eq!(
            problem["way_out"],
            "The phone bill can be uploaded after the letter is signed."
        );

        let preview = t
            .get(&format!("/v1/ports/{id}/loa/preview"))
            .by(&ana)
            .send()
            .await;
        assert_eq!(preview.status, 200);
        assert!(preview.body.starts_with(b"%PDF-"));
        assert!(
            preview
                .header("content-disposition")
                .starts_with("attachment")
        );

        let bill = t.sign_and_prove(&ana, id).await;
        let port = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(port["status"], "in_review");
        assert_eq!(port["loa"]["state"], "signed");
        assert_eq!(port["blockers"][0]["code"], "proof_unchecked");

        let path = format!("/v1/ports/{id}/submit");
        let not_yours = t.post(&path).by(&ana).send().await.ok(403);
        assert_eq!(not_yours["type"], "/problems/not_yours");
        let blocked = t.post(&path).by(&dana).send().await.ok(409);
        assert_eq!(blocked["type"], "/problems/blocked");
        let accepted = t
            .post(&format!("/v1/ports/{id}/proof/{bill}/accept"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert_eq!(accepted["blockers"], json!([]));
        let submitted = t.post(&path).by(&dana).send().await.ok(200);
        assert_eq!(submitted["status"], "submitted");
        assert_eq!(submitted["waits_for"], "gaining_carrier");
        let list = t.get("/v1/ports").by(&ana).send().await;
        assert_eq!(list.ok(200)["items"][0]["waits_for"], "gaining_carrier");
        assert!(!list.header("x-desk-time").is_empty());

        let events = t
            .get(&format!("/v1/ports/{id}/events?limit=200"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let kinds: Vec<&str> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["type"].as_str().unwrap())
            .collect();
        assert_eq!(
            kinds,
            [
                "begun",
                "edited",
                "numbers_added",
                "agreed",
                "letter_sent",
                "letter_opened",
                "letter_signed",
                "proof_received",
                "proof_accepted",
                "released",
                "text_moved",
            ]
        );
        assert!(events.get("next_cursor").is_none());
    })
    .await;
}

/// R36, R107: what is typed stays as typed; a merge patch changes only what it names.
#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}");
        let patch = json!({
            "customer": { "last_name": "O'Rourke  Jr." },
            "billing_address": { "extended": null },
            "service_address": { "street": "9 Oak St", "city": "Macon", "state": "GA", "postal_code": "31201" },
            "requested_date": "2026-12-09",
            "pin": null,
            "scope": { "kind": "partial", "remaining": "disconnect", "new_btn": "404-555-0199" },
        });
        let port = t.patch(&path).by(&ana).json(&patch).send().await.ok(200);
        assert_eq!(
            port["customer"],
            json!({
                "first_name": "Maria",
                "last_name": "O'Rourke  Jr.",
                "business_name": "Harbor Dental Group, LLC",
            })
        );
        assert_eq!(port["billing_address"]["street"], "1200 Peachtree St NE");
        assert_eq!(port["billing_address"]["extended"], "");
        assert_eq!(port["service_address"]["city"], "Macon");
        assert_eq!(port["requested_date"], "2026-12-09");
        assert_eq!(port["pin"], json!(null));
        assert_eq!(port["account_number"], "•••• 9471");
        assert_eq!(port["scope"]["new_btn"], "+14045550199");
        let port = t
            .patch(&path)
            .by(&ana)
            .json(&json!({ "service_address": null, "requested_date": null, "scope": null }))
            .send()
            .await
            .ok(200);
        assert_eq!(port["service_address"], json!(null));
        assert_eq!(port["requested_date"], json!(null));
        assert_eq!(port["scope"], json!({ "kind": "full" }));
        assert_eq!(port["customer"]["last_name"], "O'Rourke  Jr.");

        let wrong = t
            .patch(&path)
            .by(&ana)
            .json(&json!({
                "billing_address": { "state": "XQ", "postal_code": "3030" },
                "signer": { "email": "maria" },
                "btn": "555-0123",
                "twilio_account_sid": "SK123",
                "losing_carrier": "a\u{202e}b",
            }))
            .send()
            .await
            .ok(422);
        let fields: Vec<&str> = wrong["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["field"].as_str().unwrap())
            .collect();
        assert_eq!(
            fields,
            [
                "losing_carrier",
                "twilio_account_sid",
                "billing_address.state",
                "billing_address.postal_code",
                "btn",
                "signer.email",
            ]
        );
    })
    .await;
}

/// Two people at the same form: whoever saw an older version is told, and nothing is lost.
#[tokio::test]
async fn an_older_version_changes_nothing() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}");
        let seen = t.get(&path).by(&ana).send().await;
        let etag = seen.header("etag").to_owned();
        let first = t
            .patch(&path)
            .by(&ana)
            .with("if-match", &etag)
            .json(&json!({ "title": "First" }))
            .send()
            .await;
        first.ok(200);
        assert_ne!(first.header("etag"), etag);
        for stale in [etag.as_str(), "\"999\"", "W/\"2\"", "nonsense"] {
            let second = t
                .patch(&path)
                .by(&ana)
                .with("if-match", stale)
                .json(&json!({ "title": "Second" }))
                .send()
                .await
                .ok(412);
            assert_eq!(second["type"], "/problems/stale", "{stale}");
        }
        let cancel = t
            .post(&format!("{path}/cancel"))
            .by(&ana)
            .with("if-match", &etag)
            .json(&json!({ "reason": "Too old" }))
            .send()
            .await;
        assert_eq!(cancel.status, 412);
        let now = t.get(&path).by(&ana).send().await.ok(200);
        assert_eq!(now["title"], "First");
        assert_eq!(now["status"], "draft");
        let any = t
            .patch(&path)
            .by(&ana)
            .with("if-match", "*")
            .json(&json!({ "title": "Third" }))
            .send()
            .await
            .ok(200);
        assert_eq!(any["title"], "Third");
    })
    .await;
}

/// Parts of one address that two people change at the same time are both kept.
#[tokio::test]
async fn patches_at_the_same_time_do_not_undo_each_other() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}");
        let (street, city, last) = tokio::join!(
            t.patch(&path)
                .by(&ana)
                .json(&json!({ "billing_address": { "street": "1 New St" } }))
                .send(),
            t.patch(&path)
                .by(&ana)
                .json(&json!({ "billing_address": { "city": "Decatur" } }))
                .send(),
            t.patch(&path)
                .by(&ana)
                .json(&json!({ "customer": { "last_name": "Kovacs-Lee" } }))
                .send(),
        );
        for reply in [street, city, last] {
            reply.ok(200);
        }
        let port = t.get(&path).by(&ana).send().await.ok(200);
        assert_eq!(port["billing_address"]["street"], "1 New St");
        assert_eq!(port["billing_address"]["city"], "Decatur");
        assert_eq!(port["billing_address"]["postal_code"], "30309");
        assert_eq!(port["customer"]["last_name"], "Kovacs-Lee");
    })
    .await;
}

/// R86, R87: numbers join, change and leave; everything that is wrong with a list is said at once.
#[tokio::test]
async fn numbers_join_change_and_leave() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}/numbers");
        let wrong = t
            .post(&path)
            .by(&ana)
            .json(&json!({ "numbers": [
                { "number": "404555012" },
                { "number": "+14045550130", "receiving": "+14045550131" },
                { "number": "+14045550131" },
                { "number": "404-555-0130" },
                { "number": "+442071838750" },
                { "number": "+14045550132", "receiving": "1.4045E+10" },
            ] }))
            .send()
            .await
            .ok(422);
        let fields: Vec<&str> = wrong["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["field"].as_str().unwrap())
            .collect();
        assert_eq!(
            fields,
            [
                "numbers[0].number",
                "numbers[3].number",
                "numbers[4].number",
                "numbers[5].receiving",
                "numbers[1].receiving",
            ]
        );
        let twice = t
            .post(&path)
            .by(&ana)
            .json(&json!({ "numbers": [{ "number": "4045550123" }] }))
            .send()
            .await
            .ok(422);
        assert_eq!(twice["type"], "/problems/number_twice");
        let port = t
            .post(&path)
            .by(&ana)
            .json(&json!({ "numbers": [{ "number": "4045550124", "wants_text": false, "kind": "mobile" }] }))
            .send()
            .await
            .ok(200);
        assert_eq!(port["number_count"], 2);
        assert_eq!(port["numbers"][1]["kind"], "mobile");
        assert_eq!(port["numbers"][1]["text"]["state"], "not_wanted");

        let one = format!("{path}/+14045550124");
        let port = t
            .patch(&one)
            .by(&ana)
            .json(&json!({ "receiving": "(404) 555-0101", "description": "Front desk", "wants_text": true }))
            .send()
            .await
            .ok(200);
        assert_eq!(port["numbers"][1]["receiving"], "+14045550101");
        assert_eq!(port["numbers"][1]["description"], "Front desk");
        let itself = t
            .patch(&one)
            .by(&ana)
            .json(&json!({ "description": "Lost", "receiving": "+14045550123" }))
            .send()
            .await;
        assert_eq!(itself.ok(422)["type"], "/problems/receiving_is_porting");
        let port = t.get(&format!("/v1/ports/{id}")).by(&ana).send().await.ok(200);
        assert_eq!(
            port["numbers"][1]["description"], "Front desk",
            "all of a patch happens, or nothing"
        );
        t.delete(&one).by(&ana).send().await.ok(200);
        let gone = t.delete(&one).by(&ana).send().await.ok(404);
        assert_eq!(gone["type"], "/problems/no_such_number");
        let nobody = t.delete(&format!("{path}/hello")).by(&ana).send().await;
        assert_eq!(nobody.status, 404);
    })
    .await;
}

#[tokio::test]
async fn lists_are_paged_by_cursors_and_narrowed() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let mut ids = Vec::new();
        for line in 0..7 {
            let number = format!("+1404555010{line}");
            let port = t
                .post("/v1/ports")
                .by(&ana)
                .json(
                    &json!({ "title": format!("Port {line}"), "numbers": [{ "number": number }] }),
                )
                .send()
                .await
                .ok(201);
            ids.push(port["id"].as_str().unwrap().to_owned());
            t.clock.advance(jiff::SignedDuration::from_secs(1));
        }
        ids.reverse();
        let mut seen = Vec::new();
        let mut path = "/v1/ports?limit=3".to_owned();
        let mut pages = 0;
        loop {
            let page = t.get(&path).by(&ana).send().await.ok(200);
            pages += 1;
            for item in page["items"].as_array().unwrap() {
                seen.push(item["id"].as_str().unwrap().to_owned());
            }
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("/v1/ports?limit=3&cursor={cursor}");
        }
        assert_eq!((seen, pages), (ids.clone(), 3));

        t.post(&format!("/v1/ports/{}/cancel", ids[2]))
            .by(&ana)
            .json(&json!({ "reason": "Not needed" }))
            .send()
            .await
            .ok(200);
        let cancelled = t
            .get("/v1/ports?status=cancelled,completed")
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(cancelled["items"].as_array().unwrap().len(), 1);
        let found = t.get("/v1/ports?q=555-0103").by(&ana).send().await.ok(200);
        assert_eq!(found["items"][0]["title"], "Port 3");
        for bad in [
            "limit=0",
            "limit=100000",
            "limit=x",
            "cursor=abc",
            "status=lost",
            "sort=asc",
        ] {
            let refused = t
                .get(&format!("/v1/ports?{bad}"))
                .by(&ana)
                .send()
                .await
                .ok(422);
            assert_eq!(
                refused["problems"][0]["field"],
                bad.split('=').next().unwrap(),
                "{refused}"
            );
        }

        let id = &ids[0];
        let numbers = t
            .get(&format!("/v1/ports/{id}/numbers?limit=1"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(numbers["items"].as_array().unwrap().len(), 1);
        assert!(numbers.get("next_cursor").is_none());
    })
    .await;
}

/// What only the desk sees does not make a customer's page of history shorter.
#[tokio::test]
async fn history_is_paged_without_what_is_not_for_the_reader() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{id}/notes");
        for n in 0..6 {
            let note = json!({ "text": format!("note {n}"), "staff_only": n % 2 == 0 });
            t.post(&path).by(&dana).json(&note).send().await.ok(201);
        }
        let refused = t
            .post(&path)
            .by(&ana)
            .json(&json!({ "text": "secret", "staff_only": true }))
            .send()
            .await;
        assert_eq!(refused.ok(403)["type"], "/problems/staff_only");
        let texts = |page: &serde_json::Value| -> Vec<String> {
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["says"].as_str().unwrap().to_owned())
                .collect()
        };
        let first = t
            .get(&format!("{path}?limit=2"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(texts(&first), ["note 1", "note 3"]);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = t
            .get(&format!("{path}?limit=2&cursor={cursor}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(texts(&second), ["note 5"]);
        assert!(second.get("next_cursor").is_none());
        let all = t
            .get(&format!("{path}?limit=50"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert_eq!(texts(&all).len(), 6);
        let events = t
            .get(&format!("/v1/ports/{id}/events?limit=200"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert!(!events.to_string().contains("note 0"));
    })
    .await;
}
