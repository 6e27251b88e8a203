//! Faults on command, webhook delivery, the control API, and the clock that runs by itself.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use portolan::clock::{Anchor, Clock};
use portolan::ids::Ids;
use portolan::simulator::{Config, Scenario, Simulator};
use serde_json::{Value, json};

use super::rig::{KEY, Receiver, Rig, client, listen};

#[tokio::test]
async fn sent_and_no_answer_leaves_the_order_to_be_found() {
    let rig = Rig::new().await;
    let part = rig.on_file(Scenario::Happy).await;
    let fault = json!({"fault": "drop_after", "method": "POST", "path": "/porting_orders"});
    assert_eq!(rig.control("POST", "/faults", fault).await.0, 200);
    let numbers: Vec<&str> = part
        .typed
        .numbers
        .iter()
        .map(|n| n.number.as_str())
        .collect();
    let body = json!({"phone_numbers": numbers, "customer_reference": "lost-answer"});
    let sent = rig
        .http
        .post(format!("{}/porting_orders", rig.api))
        .bearer_auth(KEY)
        .json(&body)
        .send()
        .await;
    let error = sent.expect_err("the connection closes without an answer");
    assert!(
        !error.is_connect() && !error.is_timeout() && error.status().is_none(),
        "{error:?}"
    );
    assert_eq!(
        rig.simulator
            .counters()
            .creates_by_reference
            .get("lost-answer"),
        Some(&1)
    );
    let found = rig
        .get("/porting_orders?filter[customer_reference]=lost-answer")
        .await;
    assert_eq!(found.as_array().map(Vec::len), Some(1));

    let fault = json!({"fault": "drop_before", "method": "POST", "path": "/porting_orders"});
    rig.control("POST", "/faults", fault).await;
    let sent = rig
        .http
        .post(format!("{}/porting_orders", rig.api))
        .bearer_auth(KEY)
        .json(&body)
        .send()
        .await;
    assert!(sent.is_err());
    assert_eq!(
        rig.simulator
            .counters()
            .creates_by_reference
            .get("lost-answer"),
        Some(&1),
        "not carried out"
    );
    let (_, log) = rig.control("GET", "/requests?method=POST", json!({})).await;
    let statuses: Vec<&Value> = log["requests"]
        .as_array()
        .expect("a log")
        .iter()
        .map(|l| &l["status"])
        .collect();
    assert_eq!(statuses, [0, 0]);
}

#[tokio::test]
async fn wrong_answers_on_command() {
    let rig = Rig::new().await;
    let part = rig.on_file(Scenario::Happy).await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    let path = format!("/porting_orders/{id}");
    let faults = json!([
        {"fault": "malformed", "method": "GET"},
        {"fault": "unknown_status", "method": "GET", "word": "port-in-review"},
        {"fault": "too_many_requests", "retry_after": 3},
        {"fault": "status", "status": 500, "times": 2},
        {"fault": "slow", "millis": 150},
    ]);
    assert_eq!(rig.control("POST", "/faults", faults).await.0, 200);

    let text = rig
        .raw("GET", &path, |r| r)
        .await
        .text()
        .await
        .expect("a body");
    assert!(
        text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err(),
        "cut off: {text}"
    );
    assert_eq!(rig.order(&id).await["status"]["value"], "port-in-review");
    let response = rig.raw("GET", &path, |r| r).await;
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (429, &"3".parse().expect("a value"))
    );
    for _ in 0..2 {
        assert_eq!(rig.call("GET", &path, None).await.0, 500);
    }
    let begun = Instant::now();
    assert_eq!(rig.order(&id).await["status"]["value"], "draft");
    assert!(begun.elapsed() >= Duration::from_millis(150));
    let (_, left) = rig.control("GET", "/faults", json!({})).await;
    assert_eq!(left["faults"], json!([]));
    assert_eq!(
        rig.control("POST", "/faults", json!({"fault": "earthquake"}))
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn a_webhook_is_tried_again_until_it_is_taken_and_signed_anew() {
    let rig = Rig::new().await;
    let part = rig.on_file(Scenario::Happy).await;
    // Refused, sent elsewhere, taken.
    *rig.receiver.answers.lock().expect("unpoisoned") = vec![200, 307, 500];
    let (id, _) = rig.file(&part.typed, "r").await;
    assert_eq!(rig.hooks(&id).len(), 1);
    rig.advance(SignedDuration::from_secs(1)).await;
    rig.advance(SignedDuration::from_secs(5)).await;
    rig.advance(SignedDuration::from_secs(300)).await;
    let hooks = rig.hooks(&id);
    let attempts: Vec<&Value> = hooks.iter().map(|h| &h.body["meta"]["attempt"]).collect();
    assert_eq!(attempts, [1, 2, 3]);
    assert!(hooks.iter().all(|h| h.signed && h.id == hooks[0].id));
    assert_eq!(hooks[0].body["meta"]["delivered_to"], json!(rig.hook_url));
    let counters = rig.simulator.counters();
    assert_eq!(
        (
            counters.webhooks_delivered,
            counters.webhook_attempts_failed
        ),
        (1, 2)
    );

    // Nobody takes the next one: five attempts, then it is given up.
    *rig.receiver.answers.lock().expect("unpoisoned") = vec![500; 5];
    rig.until_status(&id, "submitted").await;
    for _ in 0..4 {
        let next = rig.simulator.next_due().expect("another attempt");
        rig.advance_to(next).await;
    }
    assert_eq!(rig.hooks(&id).len(), 3 + 5);
    assert_eq!(rig.simulator.counters().webhooks_given_up, 1);
    let (_, log) = rig
        .control("GET", &format!("/webhooks?order={id}"), json!({}))
        .await;
    let last = &log["webhooks"][1]["deliveries"][0];
    assert_eq!(
        (&last["given_up"], last["attempts"].as_array().map(Vec::len)),
        (&json!(true), Some(5))
    );
}

#[tokio::test]
async fn webhooks_go_wrong_on_command() {
    let rig = Rig::new().await;
    let part = rig.on_file(Scenario::Happy).await;
    let faults = json!({"duplicate": 1, "bad_signature": 1, "drop": 1});
    assert_eq!(rig.control("POST", "/faults/webhooks", faults).await.0, 200);
    let (id, _) = rig.file(&part.typed, "r").await;
    // The first copy is lost (and was the badly signed one), the second arrives.
    assert_eq!(rig.hooks(&id).len(), 1);
    rig.advance(SignedDuration::from_secs(5)).await;
    let hooks = rig.hooks(&id);
    assert_eq!(hooks.len(), 2, "the lost copy is tried again");
    assert_eq!(hooks[0].id, hooks[1].id);

    rig.control("POST", "/faults/webhooks", json!({"bad_signature": 1}))
        .await;
    rig.until_status(&id, "submitted").await;
    assert!(!rig.hooks(&id).last().expect("a webhook").signed);
}

#[tokio::test]
async fn an_orders_own_address_comes_before_the_default() {
    let rig = Rig::new().await;
    let part = rig.on_file(Scenario::Happy).await;
    let other = Receiver::default();
    let url = other.start().await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    rig.patch(&id, json!({"webhook_url": url})).await;
    rig.fill(&id, &part.typed).await;
    rig.action(&id, "confirm").await;
    assert_eq!(rig.hooks(&id).len(), 0);
    assert_eq!(
        other.hooks.lock().expect("unpoisoned")[0].payload["webhook_url"],
        json!(url)
    );
}

#[tokio::test]
async fn the_control_api_sets_the_stage_and_looks_behind_it() {
    let rig = Rig::new().await;
    let (_, key) = rig.control("GET", "/public_key", json!({})).await;
    assert_eq!(key["public_key"], json!(rig.simulator.public_key()));
    let (_, names) = rig.control("GET", "/scenarios", json!({})).await;
    assert_eq!(names["scenarios"].as_array().map(Vec::len), Some(15));

    let record = json!({"account_number": "A-1", "pin": "4711", "billing_name": "Quill Press", "authorized_person": "Ada Quill",
        "service_address": {"street": "1 Mill Road", "city": "Austin", "state": "TX", "zip": "78701"}, "locked": true});
    let customer = json!({"id": "quill", "provider": "meridian", "record": record, "numbers": [{"phone_number": "+15125550150"}]});
    assert_eq!(
        rig.control("POST", "/customers", json!([customer])).await.0,
        201
    );
    let (status, answer) = rig.control("POST", "/customers", customer.clone()).await;
    assert_eq!(
        (status, answer["error"].as_str()),
        (422, Some("+15125550150 is already on a customer's account"))
    );
    let mut strange = customer.clone();
    strange["provider"] = json!("nobody");
    assert_eq!(rig.control("POST", "/customers", strange).await.0, 422);
    let mut misspelt = customer.clone();
    misspelt["scenarios"] = json!("happy");
    let (status, answer) = rig.control("POST", "/customers", misspelt).await;
    assert!(
        status == 422
            && answer["error"]
                .as_str()
                .is_some_and(|e| e.contains("scenarios")),
        "{answer}"
    );
    let (_, list) = rig.control("GET", "/customers", json!({})).await;
    assert!(!list.to_string().contains("4711") && list["customers"][0]["has_pin"] == true);

    // A locked line: the owner unlocks it, the customer says so, and it goes on.
    let mut typed = rig.on_file(Scenario::Happy).await.typed;
    typed.numbers.truncate(1);
    typed.numbers[0].number = "+15125550150".into();
    (typed.account_number, typed.pin, typed.zip) = ("A-1", Some("4711"), "78701");
    let (id, _) = rig.file(&typed, "quill").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(
        super::rig::codes(&order),
        ["PHONE_NUMBER_HAS_SPECIAL_FEATURE"]
    );
    assert_eq!(
        rig.control("PATCH", "/customers/quill", json!({"locked": false}))
            .await
            .0,
        200
    );
    rig.post(
        &format!("/porting_orders/{id}/comments"),
        json!({"body": "The lock is off now"}),
    )
    .await;
    let order = rig.until_status(&id, "foc-date-confirmed").await;

    let act = async |body: Value| {
        rig.control("POST", &format!("/orders/{id}/actions"), body)
            .await
    };
    let moved = super::rig::instant(&order["activation_settings"]["foc_datetime_actual"])
        + SignedDuration::from_hours(24);
    assert_eq!(
        act(json!({"action": "move_date", "to": moved})).await.0,
        200
    );
    assert_eq!(
        act(json!({"action": "comment", "body": "Hello"})).await.0,
        200
    );
    let (status, inner) = act(json!({"action": "exception", "code": "LOA_ILLEGIBLE"})).await;
    assert_eq!(
        (status, &inner["status"], &inner["scenario"]),
        (200, &json!("exception"), &json!("happy"))
    );
    assert!(
        !inner.to_string().contains("4711")
            && inner["history"].as_array().is_some_and(|h| h.len() > 5)
    );
    assert_eq!(
        super::rig::codes(&rig.order(&id).await),
        ["LOA_ILLEGIBLE"],
        "a code that the description does not know"
    );
    assert_eq!(
        act(json!({"action": "conflict"})).await.0,
        422,
        "no confirmed date"
    );
    let (_, list) = rig
        .control("GET", "/orders?customer_reference=quill", json!({}))
        .await;
    assert_eq!(list["orders"].as_array().map(Vec::len), Some(1));

    let (status, outage) = rig.control("POST", "/outage", json!({"hours": 2})).await;
    assert_eq!(
        (status, rig.call("GET", "/porting_orders", None).await.0),
        (200, 503),
        "{outage}"
    );
    rig.control("DELETE", "/outage", json!({})).await;
    assert_eq!(rig.call("GET", "/porting_orders", None).await.0, 200);
    let (_, clock) = rig
        .control("POST", "/clock/advance", json!({"seconds": 3600}))
        .await;
    assert_eq!(clock["desk"], json!(rig.clock.now()));

    rig.control("POST", "/reset", json!({"customers": true}))
        .await;
    assert_eq!(rig.get("/porting_orders").await, json!([]));
    assert_eq!(
        rig.control("GET", "/customers", json!({})).await.1["customers"],
        json!([])
    );
    assert_eq!(rig.simulator.next_due(), None);
}

#[tokio::test]
async fn the_control_api_can_be_locked() {
    let (listener, origin) = listen().await;
    let config = Config {
        control_key: Some("secret".into()),
        ..Config::default()
    };
    let simulator = Simulator::new(config, Clock::system(), Ids::seeded(1));
    tokio::spawn(async move {
        simulator
            .serve_without_background(listener, std::future::pending())
            .await
    });
    let get = |key: &'static str| {
        client()
            .get(format!("{origin}/control/orders"))
            .bearer_auth(key)
            .send()
    };
    assert_eq!(get("wrong").await.expect("an answer").status(), 401);
    assert_eq!(get("secret").await.expect("an answer").status(), 200);
}

/// A clock twenty times as fast as the demo's: a day in a tenth of a second. Nobody calls `settle`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_fast_clock_a_port_runs_by_itself() {
    let (listener, origin) = listen().await;
    let clock = Clock::fast(Anchor {
        wall: Clock::system().now(),
        desk: super::rig::START.parse().expect("an instant"),
        speed: 864_000.0,
    });
    let receiver = Receiver::default();
    let hook_url = receiver.start().await;
    let config = Config {
        webhook_url: Some(hook_url.clone()),
        ..Config::default()
    };
    let simulator = Simulator::new(config, clock.clone(), Ids::random());
    receiver.trust(&simulator.public_key());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = simulator.clone();
    let server =
        tokio::spawn(async move { served.serve(listener, async { drop(stopped.await) }).await });
    let rig = Rig::around(simulator, clock, receiver, hook_url, origin);

    let part = rig.on_file(Scenario::Happy).await;
    let ids = rig.create(&part.typed, "fast").await;
    rig.fill(&ids[0], &part.typed).await;
    assert_eq!(rig.action(&ids[0], "confirm").await.0, 200);
    let ported = async {
        while rig.told(&ids[0]).last().map(String::as_str) != Some("ported") {
            rig.receiver.arrived.notified().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ported)
        .await
        .expect("ported after about a second");
    assert_eq!(
        rig.told(&ids[0]),
        ["in-process", "submitted", "foc-date-confirmed", "ported"]
    );
    assert!(
        rig.hooks(&ids[0]).iter().all(|h| h.signed),
        "signed with wire time"
    );
    drop(stop);
    server.await.expect("no panic").expect("a clean end");
}

/// Calls in any order at any time: nothing breaks, and what is over stays over.
#[tokio::test]
async fn whatever_is_called_the_state_stays_sound() {
    let rig = Rig::new().await;
    let ids = Ids::seeded(20_261_102);
    let pick = |below: usize| {
        let mut byte = [0];
        ids.fill(&mut byte);
        usize::from(byte[0]) % below
    };
    let mut parts = Vec::new();
    for scenario in Scenario::ALL
        .into_iter()
        .filter(|s| *s != Scenario::CarrierDownForADay)
    {
        parts.push(rig.on_file(scenario).await);
    }
    let mut orders: Vec<(String, usize)> = Vec::new();
    let mut over: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for turn in 0..160 {
        let part = pick(parts.len());
        match orders.get(pick(orders.len().max(1))).cloned() {
            None => {}
            Some((id, of)) => {
                let path = format!("/porting_orders/{id}");
                let typed = parts[of].mended.as_ref().unwrap_or(&parts[of].typed);
                let action = |name: &str| format!("{path}/actions/{name}");
                let (method, path, body) = match pick(8) {
                    0 => (
                        "PATCH",
                        path,
                        Some(json!({"end_user": Rig::end_user(typed)})),
                    ),
                    1 => (
                        "PATCH",
                        path,
                        Some(
                            json!({"documents": {"loa": rig.upload("a").await, "invoice": rig.upload("b").await}}),
                        ),
                    ),
                    2 => ("POST", action("confirm"), None),
                    3 if pick(4) == 0 => ("POST", action("cancel"), None),
                    4 => (
                        "POST",
                        format!("{path}/comments"),
                        Some(json!({"body": "well?"})),
                    ),
                    5 if pick(4) == 0 => ("DELETE", path, None),
                    6 => (
                        "PATCH",
                        path,
                        Some(json!({"end_user": {"admin": {"account_number": "0"}}})),
                    ),
                    _ => ("POST", action("confirm"), None),
                };
                let (status, answer) = rig.call(method, &path, body).await;
                assert!(
                    [200, 201, 204, 404, 422].contains(&status),
                    "{method} {path}: {status} {answer}"
                );
            }
        }
        if turn % 7 == 0 {
            for id in rig.create(&parts[part].typed, "random").await {
                let mended = parts[part].mended.as_ref().unwrap_or(&parts[part].typed);
                rig.fill(
                    &id,
                    if pick(2) == 0 {
                        mended
                    } else {
                        &parts[part].typed
                    },
                )
                .await;
                orders.push((id, part));
            }
        }
        if pick(3) == 0 {
            rig.advance(SignedDuration::from_hours(
                i64::try_from(pick(60)).expect("small"),
            ))
            .await;
        }
        let (_, page) = rig
            .call("GET", "/porting_orders?page[size]=250", None)
            .await;
        for order in page["data"].as_array().expect("a list") {
            let id = order["id"].as_str().expect("an id").to_owned();
            let status = order["status"]["value"]
                .as_str()
                .expect("a status")
                .to_owned();
            let draft = status == "draft";
            assert_eq!(order["support_key"].is_null(), draft, "{order}");
            let date = order["activation_settings"]["foc_datetime_actual"].is_string();
            assert!(
                !date
                    || ["foc-date-confirmed", "ported", "cancel-pending"]
                        .contains(&status.as_str()),
                "{order}"
            );
            let reasons = !super::rig::codes(order).is_empty();
            assert!(status != "exception" || reasons, "{order}");
            assert!(
                !reasons
                    || ["exception", "foc-date-confirmed", "cancel-pending"]
                        .contains(&status.as_str()),
                "{order}"
            );
            if ["ported", "cancelled"].contains(&status.as_str()) {
                assert_eq!(over.entry(id).or_insert_with(|| status.clone()), &status);
            }
        }
    }
    let counters = rig.simulator.counters();
    assert!(
        over.len() >= 5 && counters.confirms_accepted >= 15,
        "{over:?} {counters:?}"
    );
    assert!(
        over.values().any(|s| s == "ported") && over.values().any(|s| s == "cancelled"),
        "{over:?}"
    );
}
