//! Hosted numbers through the API: R11 to R13, R19, R20.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use jiff::SignedDuration;
use portolan::app::ports::{self, Extras, Scope};
use portolan::app::{Caller, account_mail, people};
use portolan::args;
use portolan::db::migrate::MIGRATIONS;
use portolan::db::{Engine, hosted};
use portolan::domain::carrier::{Activation, Messaging, NumberReading, OrderReading, OrderStatus};
use portolan::domain::port::{Actor, Event};

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

/// Files a port, and brings it to the day on which its numbers' voice moves here.
async fn ported(t: &TestApp, by: &Person, desk: &Person, numbers: &[&str]) -> String {
    let port = t.complete_port(by, numbers).await;
    port_day(t, by, desk, &port).await;
    port
}

/// Brings a port that was filed to the day on which its numbers' voice moves here.
async fn port_day(t: &TestApp, by: &Person, desk: &Person, port: &str) {
    // The mail with the letter is younger than those before.
    t.clock.advance(SignedDuration::from_secs(60));
    let bill = t.sign_and_prove(by, port).await;
    for step in [format!("proof/{bill}/accept"), "submit".to_owned()] {
        let path = format!("/v1/ports/{port}/{step}");
        t.post(&path).by(desk).send().await.ok(200);
    }
    let id = port.parse().expect("an id");
    let stored = ports::get(&t.app, id).await.expect("read").expect("there");
    let numbers = stored.request.numbers.iter().map(|one| NumberReading {
        number: one.number,
        activation: Activation::Active,
        messaging: Messaging::Pending,
    });
    let now = t.clock.now();
    let reading = OrderReading {
        external_id: format!("order-{port}"),
        customer_reference: None,
        support_key: None,
        status: OrderStatus::Ported,
        raw_status: "ported".to_owned(),
        reasons: Vec::new(),
        requested_foc: None,
        confirmed_foc: None,
        requirements_met: Some(true),
        numbers: numbers.collect(),
        updated_at: Some(now),
    };
    let event = Event::ReadOrders {
        carrier: "telnyx".to_owned(),
        orders: vec![(t.app.ids.next(now), reading)],
    };
    let by = Actor::carrier("telnyx");
    ports::handle(&t.app, id, Scope::Any, &by, event, Extras::default())
        .await
        .expect("ported");
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

/// A number that was ported for another account texts there. Who asks for it learns no more than that; the desk learns whose
/// it is before it turns on texts that belong to somebody else.
#[tokio::test]
async fn a_number_that_was_ported_for_another_account_is_not_hosted() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let harbor = t.account("Harbor Dental").await;
        let quarry = t.account("Quarry Lawn").await;
        let ana = t.submitter(&harbor, "Ana Ruiz").await;
        let eve = t.submitter(&quarry, "Eve Mal").await;
        let dana = t.desk().await;
        let number = "+18005550123";
        let path = format!("{NUMBERS}/{number}");

        // While the other port is only under way, the desk sees both and decides.
        let port = t.complete_port(&ana, &[number]).await;
        let hers = asked(&t, &eve, number).await;
        assert_eq!(hers.get("other_port"), None, "{hers}");
        let seen = t.get(&path).by(&dana).send().await.ok(200);
        let other = json!({ "port": port, "account": harbor.id.to_string(), "ported": false });
        assert_eq!(seen["other_port"], other);
        let list = t.get(NUMBERS).by(&dana).send().await.ok(200);
        assert_eq!(list["items"][0]["other_port"], other);
        let list = t.get(NUMBERS).by(&eve).send().await.ok(200);
        assert_eq!(list["items"][0].get("other_port"), None);

        port_day(&t, &ana, &dana, &port).await;
        let hers = t.get(&path).by(&eve).send().await.ok(200);
        assert_eq!(hers["state"], "ended");
        let says = hers["reason"].as_str().expect("a reason");
        assert!(says.contains("in another account"), "{says}");

        let ask = t.post(NUMBERS).by(&eve).json(&new(number));
        let no = ask.send().await.ok(409);
        assert_eq!(no["type"], "/problems/hosted_ported_elsewhere");
        assert_eq!(no["problems"][0]["field"], "number");
        let says = no.to_string();
        assert!(!says.contains("Harbor") && !says.contains(&port), "{says}");
        let mut theirs = new(number);
        theirs["account"] = json!(quarry.id.to_string());
        let no = t.post(NUMBERS).by(&dana).json(&theirs).send().await.ok(409);
        let says = no.to_string();
        assert!(says.contains("Harbor Dental") && says.contains(&port), "{says}");

        // One that was asked for in the moment in which it was ported.
        let mut tx = t.app.db.write().await.expect("begins");
        tx.execute(
            "UPDATE hosted_numbers SET state = 'requested', is_live = TRUE, asked_by = $1, asked_by_name = 'Eve Mal'",
            args![eve.user.id],
        )
        .await
        .expect("asked for");
        tx.commit().await.expect("commits");
        let no = step(&t, &dana, number, "enable").await.ok(409);
        assert_eq!(no["type"], "/problems/hosted_ported_elsewhere");
        let says = no["detail"].as_str().expect("words");
        assert!(says.contains("Harbor Dental") && says.contains(&port), "{says}");
        let seen = t.get(&path).by(&dana).send().await.ok(200);
        assert_eq!(seen["other_port"]["ported"], true);
        let refuse = format!("{path}/refuse");
        let why = json!({ "reason": "It is on another account's bill." });
        t.post(&refuse).by(&dana).json(&why).send().await.ok(200);
    })
    .await;
}

/// The commit that moves a number's voice here ends its hosting: nothing is left that somebody would have to decide.
#[tokio::test]
async fn the_hosting_of_a_number_ends_when_it_is_ported() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let (on, waits, stays) = ("+18005550123", "+18005550124", "+18005550125");
        for number in [on, waits, stays] {
            asked(&t, &ana, number).await;
        }
        step(&t, &dana, on, "enable").await.ok(200);
        let port = ported(&t, &ana, &dana, &[on, waits]).await;
        for number in [on, waits] {
            let path = format!("{NUMBERS}/{number}");
            let one = t.get(&path).by(&ana).send().await.ok(200);
            assert_eq!(one["state"], "ended", "{one}");
            assert_eq!(
                one["reason"],
                "It was ported: its texts come with its port."
            );
            assert_eq!(one["requested_by"], Value::Null);
            assert_eq!(one["port"], port.as_str());
        }
        let mut read = t.app.db.read().await.expect("begins");
        assert_eq!(hosted::waiting(&mut read).await.expect("counted"), 1);
        drop(read);
        let one = t.get(&format!("{NUMBERS}/{stays}")).by(&ana).send().await;
        assert_eq!(one.ok(200)["state"], "requested");

        // The same by the step of the schema, for those that were left from before.
        let step = MIGRATIONS.iter();
        let mut step = step.filter(|one| one.name.ends_with("_hosted_waiting"));
        let step = step.next().expect("the step");
        let sql = match test.engine() {
            Engine::Sqlite => step.sqlite,
            Engine::Postgres => step.postgres,
        };
        let ends = &sql[sql.find("UPDATE hosted_numbers").expect("it ends them")..];
        let mut tx = t.app.db.write().await.expect("begins");
        tx.execute(
            "UPDATE hosted_numbers SET state = 'enabled', is_live = TRUE, reason = NULL WHERE number = $1",
            args![on],
        )
        .await
        .expect("as it was before");
        tx.execute(ends, args![]).await.expect("ended");
        tx.commit().await.expect("commits");
        for (number, state) in [(on, "ended"), (waits, "ended"), (stays, "requested")] {
            let one = t.get(&format!("{NUMBERS}/{number}")).by(&ana).send().await;
            let one = one.ok(200);
            assert_eq!(one["state"], state, "{one}");
            if state == "ended" {
                assert_eq!(one["reason"], "It was ported: its texts come with its port.");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let number = |line: u32| format!("+1800555012{line}");
        for line in [3, 0, 4, 1, 2, 5] {
            asked(&t, &ana, &number(line)).await;
        }
        step(&t, &dana, &number(0), "enable").await.ok(200);
        step(&t, &ana, &number(1), "withdraw").await.ok(200);
        let order = [2, 3, 4, 5, 0, 1].map(number);

        let page = async |query: &str| {
            let path = format!("{NUMBERS}?{query}");
            let page = t.get(&path).by(&dana).send().await.ok(200);
            let numbers: Vec<String> = page["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|one| one["number"].as_str().expect("a number").to_owned())
                .collect();
            let next = page["next_cursor"].as_str().map(str::to_owned);
            (numbers, next)
        };
        assert_eq!(page("limit=6").await, (order.to_vec(), None));
        let (first, next) = page("limit=2").await;
        assert_eq!(first, order[..2]);
        // What leaves its place between two pages takes none of the others with it.
        step(&t, &dana, &order[1], "enable").await.ok(200);
        let (second, next) = page(&format!("limit=2&cursor={}", next.expect("more"))).await;
        assert_eq!(second, order[2..4]);
        let rest = page(&format!("limit=3&cursor={}", next.expect("more"))).await;
        assert_eq!(rest, ([0, 3, 1].map(number).to_vec(), None));
        let narrowed = page("state=requested&limit=2").await;
        assert_eq!(narrowed.0, [2, 4].map(number));
        assert!(narrowed.1.is_some());

        let bad = format!("{NUMBERS}?cursor=0.1800&limit=0&state=dead");
        let no = t.get(&bad).by(&dana).send().await.ok(422);
        let fields: Vec<&Value> = no["problems"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| &one["field"])
            .collect();
        assert_eq!(fields, ["state", "limit", "cursor"]);
    })
    .await;
}

/// The count stands in the menu of each of the desk's pages: it must not walk all hosted numbers.
#[tokio::test]
async fn those_that_wait_are_counted_by_an_index_of_their_own() {
    on_both(|test| async move {
        let mut tx = test.db.write().await.expect("begins");
        let (explain, column) = match test.engine() {
            Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
            Engine::Postgres => {
                // An empty table is read whole otherwise.
                tx.execute("SET LOCAL enable_seqscan = off", args![])
                    .await
                    .expect("set");
                ("EXPLAIN", "QUERY PLAN")
            }
        };
        let plan = format!("{explain} {}", hosted::WAITING);
        let rows = tx.fetch_all(plan, args![]).await.expect("planned");
        let plan: Vec<String> = rows
            .iter()
            .map(|row| row.text(column).expect("text"))
            .collect();
        let plan = plan.join(" ");
        assert!(plan.contains("hosted_numbers_waiting"), "{plan}");
    })
    .await;
}
