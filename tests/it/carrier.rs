//! The desk's carrier work, by the real adapter, against the simulator.

use jiff::SignedDuration;
use portolan::ids::Ids;
use portolan::simulator::{Config, Simulator};
use serde_json::{Value, json};

use crate::simulator::rig::{KEY, Receiver, Rig, instant, listen};
use crate::support::app::{Person, TestApp};
use crate::support::database::{TestDb, on_both};

/// A desk whose gaining carrier is a simulator, with a submitter and somebody at the desk.
struct Porting {
    app: TestApp,
    rig: Rig,
    dana: Person,
    ada: Person,
}

impl Porting {
    async fn on(test: &TestDb) -> Self {
        let (listener, origin) = listen().await;
        let settings = format!(
            "[carriers.telnyx]\nenabled = true\nbase_url = \"{origin}/v2\"\napi_key = \"{KEY}\"\n\
             connection_id = \"1293384261075731499\"\nmessaging_profile_id = \"4001767e-ce0f-4cae-9d5f-0d5e636e7809\"\n"
        );
        let app = TestApp::with(test, &settings).await;
        let config = Config {
            api_keys: vec![KEY.into()],
            accept_unknown: true,
            ..Config::default()
        };
        let simulator = Simulator::new(config, app.clock.clone(), Ids::seeded(7));
        let served = simulator.clone();
        tokio::spawn(async move {
            served
                .serve_without_background(listener, std::future::pending())
                .await
        });
        let rig = Rig::around(
            simulator,
            app.clock.clone(),
            Receiver::default(),
            String::new(),
            origin,
        );
        let account = app.account("Harbor Dental").await;
        let dana = app.submitter(&account, "dana").await;
        let ada = app.desk().await;
        Self {
            app,
            rig,
            dana,
            ada,
        }
    }

    /// A request whose papers the desk has accepted.
    async fn in_review(&self, numbers: &[&str]) -> String {
        let port = self.app.complete_port(&self.dana, numbers).await;
        let bill = self.app.sign_and_prove(&self.dana, &port).await;
        self.posts(&self.ada, &format!("/v1/ports/{port}/proof/{bill}/accept"))
            .await;
        self.app.run_jobs().await;
        port
    }

    async fn posts(&self, by: &Person, path: &str) -> Value {
        self.app.post(path).by(by).send().await.ok(200)
    }

    /// Submits and does everything that follows at once.
    async fn submits(&self, port: &str) {
        self.posts(&self.ada, &format!("/v1/ports/{port}/submit"))
            .await;
        self.app.run_jobs().await;
    }

    /// The request as the desk sees it.
    async fn view(&self, port: &str) -> Value {
        let path = format!("/v1/ports/{port}");
        self.app.get(&path).by(&self.ada).send().await.ok(200)
    }

    async fn fault(&self, fault: Value) {
        let (status, answer) = self.rig.control("POST", "/faults", fault).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// What the carrier does with an order by itself.
    async fn carrier(&self, order: &str, action: Value) {
        let path = format!("/orders/{order}/actions");
        let (status, answer) = self.rig.control("POST", &path, action).await;
        assert_eq!(status, 200, "{answer}");
        self.rig.advance(SignedDuration::from_mins(20)).await;
        self.app.run_jobs().await;
    }

    /// The orders at the carrier: (id, status, numbers).
    async fn orders(&self) -> Vec<(String, String, Vec<String>)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut found = Vec::new();
        for order in self
            .rig
            .get("/porting_orders")
            .await
            .as_array()
            .expect("a list")
        {
            let whole = self.rig.order(order["id"].as_str().expect("an id")).await;
            let numbers = whole["phone_numbers"].as_array().expect("a list").iter();
            found.push((
                text(&whole["id"]),
                text(&whole["status"]["value"]),
                numbers.map(|one| text(&one["phone_number"])).collect(),
            ));
        }
        found
    }
}

/// R30: a date that the losing provider does not take is asked for anew; the new wish goes with the corrected order.
#[tokio::test]
async fn a_new_wish_goes_with_the_order_whose_date_was_rejected() {
    on_both(|test| async move {
        let desk = Porting::on(&test).await;
        let port = desk.in_review(&["+14045550123"]).await;
        desk.submits(&port).await;
        let (id, ..) = desk.orders().await.remove(0);
        let first =
            desk.rig.order(&id).await["activation_settings"]["foc_datetime_requested"].clone();
        assert!(!first.is_null());
        desk.carrier(
            &id,
            json!({ "action": "exception", "code": "FOC_REJECTED" }),
        )
        .await;
        assert_eq!(desk.view(&port).await["status"], "rejected");

        desk.app
            .patch(&format!("/v1/ports/{port}"))
            .by(&desk.dana)
            .json(&json!({ "requested_date": "2026-12-15" }))
            .send()
            .await
            .ok(200);
        desk.posts(&desk.dana, &format!("/v1/ports/{port}/resubmit"))
            .await;
        desk.app.run_jobs().await;
        let order = desk.rig.order(&id).await;
        let asked = instant(&order["activation_settings"]["foc_datetime_requested"]);
        assert_eq!(
            asked.strftime("%Y-%m-%d").to_string(),
            "2026-12-15",
            "it was {first} before"
        );
    })
    .await;
}

/// What the gaining carrier itself will not take comes back to the desk with its words, and goes out again when it is
/// mended: with one order a number, and nothing left over of the first attempt.
#[tokio::test]
async fn what_the_carrier_refuses_comes_back_is_mended_and_goes_out_again() {
    on_both(|test| async move {
        let desk = Porting::on(&test).await;
        let port = desk.in_review(&["+14045550123", "+14045550124"]).await;
        desk.fault(json!({ "fault": "status", "status": 422, "method": "PATCH", "path": "/porting_orders/*" }))
            .await;
        desk.submits(&port).await;
        let view = desk.view(&port).await;
        assert_eq!(view["status"], "in_review", "{view}");
        let says = view["attention"][0]["says"].as_str().expect("a line");
        assert!(
            says.starts_with("we could not fill the order in at the gaining carrier: "),
            "{says}"
        );
        let drafts = desk.orders().await;
        assert_eq!(drafts.len(), 1);
        assert_eq!(drafts[0].1, "draft");

        // One of the numbers turns out not to be theirs. The letter names the numbers, so it is signed again.
        desk.app
            .delete(&format!("/v1/ports/{port}/numbers/%2B14045550124"))
            .by(&desk.dana)
            .send()
            .await
            .ok(200);
        desk.posts(&desk.dana, &format!("/v1/ports/{port}/loa/send")).await;
        desk.app.run_jobs().await;
        desk.app.sign().await;
        desk.submits(&port).await;
        let view = desk.view(&port).await;
        assert_eq!(view["status"], "submitted", "{view}");
        assert_eq!(view["attention"], json!([]));
        let orders = desk.orders().await;
        assert_eq!(orders.len(), 1, "the draft with the other number is gone: {orders:?}");
        assert_ne!(orders[0].0, drafts[0].0);
        assert_eq!(orders[0].2, ["+14045550123"]);
        assert_ne!(orders[0].1, "draft");
    })
    .await;
}

/// An order that went through although its answer was lost does not come back.
#[tokio::test]
async fn a_refusal_after_a_lost_answer_brings_nothing_back() {
    on_both(|test| async move {
        let desk = Porting::on(&test).await;
        let port = desk.in_review(&["+14045550123"]).await;
        let confirm = "/porting_orders/*/actions/confirm";
        desk.fault(json!({ "fault": "drop_after", "method": "POST", "path": confirm }))
            .await;
        desk.submits(&port).await;
        desk.fault(json!({ "fault": "status", "status": 422, "method": "POST", "path": confirm }))
            .await;
        desk.rig.advance(SignedDuration::from_mins(20)).await;
        desk.app.run_jobs().await;
        let view = desk.view(&port).await;
        assert_eq!(view["status"], "submitted", "{view}");
        assert_eq!(desk.orders().await.len(), 1);
    })
    .await;
}

/// A correction that the carrier will not take leaves the request rejected; the next one goes through.
#[tokio::test]
async fn a_refused_correction_can_be_sent_once_more() {
    on_both(|test| async move {
        let desk = Porting::on(&test).await;
        let port = desk.in_review(&["+14045550123"]).await;
        desk.submits(&port).await;
        let (id, ..) = desk.orders().await.remove(0);
        desk.carrier(&id, json!({ "action": "exception", "code": "FOC_REJECTED" }))
            .await;
        let resubmit = format!("/v1/ports/{port}/resubmit");
        desk.fault(json!({ "fault": "status", "status": 422, "method": "PATCH", "path": "/porting_orders/*" }))
            .await;
        desk.posts(&desk.dana, &resubmit).await;
        desk.app.run_jobs().await;
        let view = desk.view(&port).await;
        assert_eq!(view["status"], "rejected", "{view}");
        assert_eq!(view["attention"][0]["kind"], "carrier_refused", "{view}");
        desk.posts(&desk.ada, &resubmit).await;
        desk.app.run_jobs().await;
        let view = desk.view(&port).await;
        assert_eq!(view["status"], "submitted", "{view}");
        assert_eq!(view["attention"], json!([]));
    })
    .await;
}

/// A key that was mended need not wait for the next hourly attempt: asking the carrier sends the request.
#[tokio::test]
async fn asking_the_carrier_sends_what_did_not_get_through() {
    on_both(|test| async move {
        let desk = Porting::on(&test).await;
        let port = desk.in_review(&["+14045550123"]).await;
        desk.fault(json!({ "fault": "status", "status": 401, "method": "POST", "path": "/porting_orders" }))
            .await;
        desk.submits(&port).await;
        let view = desk.view(&port).await;
        assert_eq!(view["status"], "submitted", "it is tried again: {view}");
        assert_eq!(view["attention"][0]["kind"], "carrier_refused", "{view}");
        assert!(desk.orders().await.is_empty());
        let asked = json!({
            "dry_run": false,
            "action": "ask_carrier",
            "ports": [{ "id": port, "version": view["version"] }],
        });
        let bulk = desk.app.post("/v1/desk/bulk").by(&desk.ada).json(&asked);
        bulk.send().await.ok(200);
        desk.app.run_jobs().await;
        assert_eq!(desk.orders().await.len(), 1);
    })
    .await;
}
