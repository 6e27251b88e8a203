//! Hosted numbers through the API: R11 to R13, R19, R20.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use portolan::app::people;
use portolan::app::{Caller, account_mail};
use portolan::args;

use crate::support::app::{Person, TestApp};
use crate::support::database::on_both;

const NUMBERS: &str = "/v1/hosted-numbers";

fn new(number: &str) -> Value {
    json!({ "number": number, "voice_provider": "Copper Valley Telephone", "description": "Front desk" })
}

async fn asked(t: &TestApp, by: &Person, number: &str) -> Value {
    let ask = t.post(NUMBERS).by(by).json(&new(number));
    ask.send().await.ok(201)
}

/// A step of a number, without a body.
async fn step(t: &TestApp, by: &Person, number: &str, step: &str) -> crate::support::app::Reply {
    let path = format!("{NUMBERS}/{number}/{step}");
    t.post(&path).by(by).send().await
}

async fn mails_to(t: &TestApp, desk: &Person, to: &str) -> Vec<(String, String)> {
    let caller = Caller::of(&desk.user);
    let mails = account_mail::list(&t.app, &caller, None, 100).await;
    let mails = mails.expect("mails").into_iter();
    mails
        .filter(|mail| mail.to_address == to)
        .map(|mail| (mail.kind, mail.body_text))
        .collect()
}

/// R12: whatever becomes of a hosted number, its calls are not routed here, and the answer says with whom they stay.
#[tokio::test]
async fn r12_the_voice_route_of_a_hosted_number_is_refused() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let one = asked(&t, &ana, "(800) 555-0123").await;
        assert_eq!(one["state"], "requested");
        assert_eq!(one["requested_by"], "Ana Ruiz");
        assert_eq!(one["number"], "+18005550123");
        let id = one["id"].as_str().expect("an id").to_owned();

        let route = json!({ "receiving": "+14045550100" });
        for by in [&ana, &dana] {
            for named in ["+18005550123", id.as_str()] {
                let path = format!("{NUMBERS}/{named}/voice-route");
                let no = t.request("PUT", &path).by(by).json(&route).send().await;
                let no = no.ok(409);
                assert_eq!(no["type"], "/problems/hosted_voice_stays");
                assert_eq!(
                    no["detail"],
                    "Calls to +1 800 555 0123 stay with Copper Valley Telephone: it is a hosted number, which only texts here."
                );
                assert_eq!(no["way_out"], "Port the number to route its calls here.");
            }
            let path = format!("{NUMBERS}/{id}");
            let now = t.get(&path).by(&ana).send().await.ok(200);
            let on = step(&t, &dana, &id, "enable").await;
            if now["state"] == "requested" {
                assert_eq!(on.ok(200)["state"], "enabled");
            } else {
                assert_eq!(on.ok(409)["type"], "/problems/hosted_not_waiting");
            }
        }
        let path = format!("{NUMBERS}/{id}/voice-route");
        let empty = json!({ "receiving": " " });
        let no = t.request("PUT", &path).by(&ana).json(&empty).send().await;
        assert_eq!(no.ok(422)["problems"][0]["field"], "receiving");

        // Its port is no way around it before the voice has moved, and none is blocked by the hosting.
        let port = t.complete_port(&ana, &["+18005550123"]).await;
        let blockers = t.get(&format!("/v1/ports/{port}")).by(&ana).send().await.ok(200);
        let blockers = blockers["blockers"].to_string();
        assert!(!blockers.contains("hosted"), "{blockers}");
        let no = t.request("PUT", &path).by(&ana).json(&route).send().await.ok(409);
        assert_eq!(no["type"], "/problems/hosted_voice_stays");
        assert!(no["way_out"].as_str().is_some_and(|says| says.contains("on the port")), "{no}");
        let seen = t.get(&format!("{NUMBERS}/{id}")).by(&ana).send().await.ok(200);
        assert_eq!(seen["port"], port.as_str());

        let mut tx = t.app.db.write().await.expect("begins");
        tx.execute("UPDATE port_numbers SET voice = 'ported', is_open = FALSE", args![]).await.expect("ports it");
        tx.commit().await.expect("commits");
        let no = t.request("PUT", &path).by(&ana).json(&route).send().await.ok(409);
        assert_eq!(no["type"], "/problems/hosted_ported");
    })
    .await;
}

/// R19, R20: hosted or ported, a US local number texts with an approved campaign only.
#[tokio::test]
async fn a_us_local_number_is_hosted_with_an_approved_campaign_only() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let one = asked(&t, &ana, "+14045550123").await;
        assert_eq!(one["lacks_campaign"], true);
        let no = step(&t, &dana, "+14045550123", "enable").await.ok(409);
        assert_eq!(no["type"], "/problems/hosted_needs_campaign");
        people::set_campaign(&t.app, &Caller::of(&dana.user), account.id, true)
            .await
            .expect("approved");
        let on = step(&t, &dana, "+14045550123", "enable").await.ok(200);
        assert_eq!(
            (&on["state"], &on["lacks_campaign"]),
            (&json!("enabled"), &json!(false))
        );
        let mails = mails_to(&t, &dana, &ana.user.email).await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].0, "hosted_enabled");
        assert!(
            mails[0].1.contains("stay with Copper Valley Telephone"),
            "{}",
            mails[0].1
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_is_told_and_may_be_asked_for_again() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let number = "+18005550123";
        let first = asked(&t, &ana, number).await;
        let twice = t
            .post(NUMBERS)
            .by(&ana)
            .json(&new(number))
            .send()
            .await
            .ok(409);
        assert_eq!(twice["type"], "/problems/hosted_requested");
        assert_eq!(twice["problems"][0]["field"], "number");
        let path = format!("{NUMBERS}/{number}/refuse");
        let none = t
            .post(&path)
            .by(&dana)
            .json(&json!({ "reason": " " }))
            .send()
            .await;
        assert_eq!(none.ok(422)["problems"][0]["field"], "reason");
        let why = json!({ "reason": "It texts elsewhere." });
        // Asked twice with one key, it happens once and is mailed once.
        for _ in 0..2 {
            let ask = t
                .post(&path)
                .by(&dana)
                .with("idempotency-key", "no")
                .json(&why);
            let no = ask.send().await.ok(200);
            assert_eq!(
                (&no["state"], &no["reason"]),
                (&json!("refused"), &json!("It texts elsewhere."))
            );
        }
        let mails = mails_to(&t, &dana, &ana.user.email).await;
        assert_eq!(mails.len(), 1);
        assert!(
            mails[0].1.contains("> It texts elsewhere."),
            "{}",
            mails[0].1
        );

        let again = asked(&t, &ana, number).await;
        assert_eq!(again["id"], first["id"], "it is the same number");
        assert_eq!(again["reason"], Value::Null);
        let back = step(&t, &ana, number, "withdraw").await.ok(200);
        assert_eq!(back["state"], "ended");
        assert_eq!(back["reason"], "Withdrawn by Ana Ruiz.");
        assert_eq!(
            step(&t, &ana, number, "withdraw").await.ok(409)["type"],
            "/problems/hosted_not_waiting"
        );

        asked(&t, &ana, number).await;
        step(&t, &dana, number, "enable").await.ok(200);
        let end = json!({ "reason": "The account was closed." });
        let path = format!("{NUMBERS}/{number}/end");
        assert_eq!(t.post(&path).by(&ana).json(&end).send().await.status, 403);
        let ended = t.post(&path).by(&dana).json(&end).send().await.ok(200);
        assert_eq!(ended["state"], "ended");
        let list = t
            .get(&format!("{NUMBERS}?state=ended"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert_eq!(list["items"], json!([ended]));
        let list = t
            .get(&format!("{NUMBERS}?state=enabled"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert_eq!(list["items"], json!([]));
        assert_eq!(
            t.get(&format!("{NUMBERS}?state=dead"))
                .by(&dana)
                .send()
                .await
                .ok(422)["problems"][0]["field"],
            "state"
        );
    })
    .await;
}

#[tokio::test]
async fn a_number_is_hosted_in_one_account_at_a_time_and_no_other_account_learns_of_it() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let harbor = t.account("Harbor Dental").await;
        let quarry = t.account("Quarry Lawn").await;
        let ana = t.submitter(&harbor, "Ana Ruiz").await;
        let eve = t.submitter(&quarry, "Eve Mal").await;
        let dana = t.desk().await;
        let number = "+18005550123";
        let one = asked(&t, &ana, number).await;
        let id = one["id"].as_str().expect("an id");
        let no = t
            .post(NUMBERS)
            .by(&eve)
            .json(&new(number))
            .send()
            .await
            .ok(409);
        assert_eq!(no["type"], "/problems/hosted_elsewhere");
        assert!(!no.to_string().contains("Harbor"), "{no}");
        for named in [number, id] {
            t.get(&format!("{NUMBERS}/{named}"))
                .by(&eve)
                .send()
                .await
                .ok(404);
        }
        assert_eq!(
            t.get(NUMBERS).by(&eve).send().await.ok(200)["items"],
            json!([])
        );
        assert_eq!(
            t.get(NUMBERS).by(&dana).send().await.ok(200)["items"],
            json!([one])
        );
        t.get(&format!("{NUMBERS}?account={}", harbor.id))
            .by(&eve)
            .send()
            .await
            .ok(404);

        // When it is over there, it may be asked for here; each account has a row of its own.
        step(&t, &ana, number, "withdraw").await.ok(200);
        let hers = asked(&t, &eve, number).await;
        assert_eq!(hers["account"], quarry.id.to_string());
        let live = t
            .get(&format!("{NUMBERS}/{number}"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert_eq!(live["id"], hers["id"], "the desk means the live one");
        let old = t
            .get(&format!("{NUMBERS}/{number}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(old["id"], one["id"]);
    })
    .await;
}

#[tokio::test]
async fn only_landlines_and_toll_free_numbers_of_the_us_and_canada_are_hosted() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        for bad in ["+442071838750", "+19005550123", "555", ""] {
            let no = t
                .post(NUMBERS)
                .by(&ana)
                .json(&new(bad))
                .send()
                .await
                .ok(422);
            assert_eq!(no["problems"][0]["field"], "number", "{bad}");
        }
        let mut mobile = new("+14045550124");
        mobile["kind"] = json!("mobile");
        let no = t.post(NUMBERS).by(&ana).json(&mobile).send().await.ok(422);
        assert_eq!(no["problems"][0]["field"], "kind");
        let bare = json!({ "number": "1", "voice_provider": " " });
        let no = t.post(NUMBERS).by(&ana).json(&bare).send().await.ok(422);
        let fields: Vec<&Value> = no["problems"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| &one["field"])
            .collect();
        assert_eq!(fields, ["number", "voice_provider"]);
        let whose = t
            .post(NUMBERS)
            .by(&dana)
            .json(&new("+18005550123"))
            .send()
            .await
            .ok(422);
        assert_eq!(whose["problems"][0]["field"], "account");
        // A number that was ported here texts with its port.
        t.complete_port(&ana, &["+14045550124"]).await;
        asked(&t, &ana, "+14045550124").await;
        step(&t, &ana, "+14045550124", "withdraw").await.ok(200);
        let mut tx = t.app.db.write().await.expect("begins");
        tx.execute(
            "UPDATE port_numbers SET voice = 'ported', is_open = FALSE",
            args![],
        )
        .await
        .expect("ports it");
        tx.commit().await.expect("commits");
        let no = t
            .post(NUMBERS)
            .by(&ana)
            .json(&new("+14045550124"))
            .send()
            .await
            .ok(409);
        assert_eq!(no["type"], "/problems/hosted_ported");
    })
    .await;
}
