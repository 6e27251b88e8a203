//! Webhooks: which events, a pause, another secret, a test event, the log and one delivery.

use super::{api, key_of, port_of, post};
use crate::support::browser::Desk;
use crate::support::database::on_both;

#[tokio::test]
async fn an_endpoint_gets_what_it_wants_pauses_and_is_tested() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut boss = desk
            .account_administrator(&account, "boss@harbor.example")
            .await;
        let key = key_of(&desk, "boss@harbor.example").await;
        let new = r#"{"url":"https://10.0.0.5/in","events":["port.begun","port.note_written"]}"#;
        let (status, made) = api(&desk, &key, "POST", "/v1/webhooks", new).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!(made["events"][0], "port.begun");
        let bad = r#"{"url":"https://10.0.0.5/in","events":["port.nonsense"]}"#;
        assert_eq!(api(&desk, &key, "POST", "/v1/webhooks", bad).await.0, 422);
        let id = made["id"].as_str().expect("an id");
        let hook = format!("/settings/webhooks/{id}");
        let log = format!("/v1/webhooks/{id}/deliveries");

        port_of(&desk, &key, &account, "+14045550123").await;
        let events = async || -> Vec<String> {
            let (_, log) = api(&desk, &key, "GET", &log, "").await;
            log["items"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| {
                    format!(
                        "{} {}",
                        one["event"].as_str().unwrap_or(""),
                        one["state"].as_str().unwrap_or("")
                    )
                })
                .collect()
        };
        assert_eq!(
            events().await,
            ["port.begun queued"],
            "numbers were added, too"
        );
        // It is tried, does not arrive, and says when it is tried again.
        desk.run_jobs().await;
        let page = boss.open(&hook).await;
        assert!(
            page.one("tbody tr").contains("Try 1 failed (no answer)"),
            "{}",
            page.text()
        );
        let delivery = page.attr("tbody a.main-link", "href").remove(0);
        let page = boss.open(&delivery).await;
        let text = page.text();
        assert!(
            text.contains("private network") && text.contains("Next try"),
            "{text}"
        );
        assert!(
            text.contains("\"type\":\"port.begun\""),
            "the body as it is sent: {text}"
        );
        assert!(
            text.contains("made with the signing secret") && !text.contains("whsec_"),
            "{text}"
        );
        let page = boss.send(page.form(&format!("{delivery}/replay"))).await;
        assert!(page.text().contains("It is sent again."), "{}", page.text());
        desk.run_jobs().await;
        assert_eq!(
            boss.open(&delivery).await.all("tbody tr").len(),
            2,
            "two tries"
        );

        // A pause loses nothing.
        assert_eq!(
            post(&mut boss, &format!("{hook}/pause"), &[("pause", "yes")]).await,
            303
        );
        // Rows of one millisecond have no order.
        let later = || desk.app.clock.advance(jiff::SignedDuration::from_millis(2));
        later();
        port_of(&desk, &key, &account, "+14045550124").await;
        desk.run_jobs().await;
        let (_, log_now) = api(&desk, &key, "GET", &log, "").await;
        assert_eq!(log_now["items"][0]["attempts"], 0, "{log_now}");
        assert_eq!(
            post(&mut boss, &format!("{hook}/test"), &[]).await,
            422,
            "not during a pause"
        );
        assert_eq!(
            post(&mut boss, &format!("{hook}/pause"), &[("pause", "no")]).await,
            303
        );
        desk.run_jobs().await;
        let (_, log_now) = api(&desk, &key, "GET", &log, "").await;
        assert_eq!(log_now["items"][0]["attempts"], 1, "{log_now}");

        later();
        assert_eq!(
            api(&desk, &key, "POST", &format!("/v1/webhooks/{id}/test"), "")
                .await
                .0,
            202
        );
        assert_eq!(events().await[0], "test.ping queued");
        let page = boss
            .open(&format!("{hook}?state=queued&event=test.ping"))
            .await;
        assert_eq!(page.all("tbody tr").len(), 1, "{}", page.text());
        let (_, some) = api(&desk, &key, "GET", &format!("{log}?limit=1"), "").await;
        let cursor = some["next_cursor"].as_str().expect("another page");
        let (_, rest) = api(
            &desk,
            &key,
            "GET",
            &format!("{log}?limit=1&cursor={cursor}"),
            "",
        )
        .await;
        assert_eq!(rest["items"][0]["event"], "port.begun");

        let page = boss.open(&hook).await;
        let page = boss.send(page.form(&format!("{hook}/secret"))).await;
        assert!(page.one(".secret code").starts_with("whsec_"));
        let page = boss.open(&hook).await;
        let form = page.form(&format!("{hook}/events"));
        assert_eq!(form.values("events"), ["begun", "note_written"]);
        let page = boss
            .send(form.without("events").add("events", "completed"))
            .await;
        assert!(page.text().contains("1 event"), "{}", page.text());
        // Another account's people find none of it.
        let other = desk.account("Lakeshore").await;
        let mut foreign = desk
            .account_administrator(&other, "boss@lake.example")
            .await;
        assert_eq!(foreign.open(&hook).await.status, 404);
        assert_eq!(foreign.open(&delivery).await.status, 404);
    })
    .await;
}
