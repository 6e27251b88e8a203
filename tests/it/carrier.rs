//! The desk's carrier work, by the real adapter, against the simulator.

use jiff::SignedDuration;
use portolan::ids::Ids;
use portolan::simulator::{Config, Simulator};
use serde_json::json;

use crate::simulator::rig::{KEY, Receiver, Rig, instant, listen};
use crate::support::app::TestApp;
use crate::support::database::on_both;

/// R30: a date that the losing provider does not take is asked for anew; the new wish goes with the corrected order.
#[tokio::test]
async fn a_new_wish_goes_with_the_order_whose_date_was_rejected() {
    on_both(|test| async move {
        let (listener, origin) = listen().await;
        let settings = format!(
            "[carriers.telnyx]\nenabled = true\nbase_url = \"{origin}/v2\"\napi_key = \"{KEY}\"\n\
             connection_id = \"1293384261075731499\"\nmessaging_profile_id = \"4001767e-ce0f-4cae-9d5f-0d5e636e7809\"\n"
        );
        let app = TestApp::with(&test, &settings).await;
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
        let port = app.complete_port(&dana, &["+14045550123"]).await;
        let bill = app.sign_and_prove(&dana, &port).await;
        let of_port = |path: &str| format!("/v1/ports/{port}{path}");
        app.post(&of_port(&format!("/proof/{bill}/accept")))
            .by(&ada)
            .send()
            .await
            .ok(200);
        app.post(&of_port("/submit")).by(&ada).send().await.ok(200);
        app.run_jobs().await;
        let orders = rig.get("/porting_orders").await;
        let id = orders[0]["id"].as_str().expect("an order").to_owned();
        let first = rig.order(&id).await["activation_settings"]["foc_datetime_requested"].clone();
        assert!(!first.is_null(), "{orders}");

        let rejected = json!({ "action": "exception", "code": "FOC_REJECTED" });
        let path = format!("/orders/{id}/actions");
        let (status, answer) = rig.control("POST", &path, rejected).await;
        assert_eq!(status, 200, "{answer}");
        rig.advance(SignedDuration::from_mins(20)).await;
        app.run_jobs().await;
        let view = app.get(&of_port("")).by(&dana).send().await.ok(200);
        assert_eq!(view["status"], "rejected", "{view}");

        app.patch(&of_port(""))
            .by(&dana)
            .json(&json!({ "requested_date": "2026-12-15" }))
            .send()
            .await
            .ok(200);
        app.post(&of_port("/resubmit")).by(&dana).send().await.ok(200);
        app.run_jobs().await;
        let order = rig.order(&id).await;
        let asked = instant(&order["activation_settings"]["foc_datetime_requested"]);
        assert_eq!(
            asked.strftime("%Y-%m-%d").to_string(),
            "2026-12-15",
            "it was {first} before"
        );
    })
    .await;
}
