//! Mailed links whose time is over say why, each in its own words.

use jiff::SignedDuration;

use super::*;
use crate::support::browser::{Desk, picture};
use crate::support::database::on_sqlite;

/// Sends the letter of a port, and gives the link's path.
async fn sent(desk: &Desk, browser: &mut Browser<'_>, port: &str) -> String {
    let letter = format!("{port}/letter");
    let page = browser.open(&letter).await;
    let page = browser.send(page.form(&format!("{letter}/send"))).await;
    assert_eq!(page.path, letter, "{}", page.text());
    desk.run_jobs().await;
    desk.link("sign").await
}

/// R113: what a dead link says depends on what killed it.
#[tokio::test]
async fn a_link_for_signing_says_why_it_is_over() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut maria = desk.browser();
        let port = filed(&mut dana).await;
        let first = sent(&desk, &mut dana, &port).await;

        // What is printed on it was changed.
        let edit = format!("{port}/edit");
        let form = dana.open(&edit).await.form(&edit);
        dana.press(form.set("business", "Harbor Dental Group"), "save")
            .await;
        let page = maria.open(&first).await;
        assert_eq!(page.status, 410);
        assert_eq!(page.one("h1"), "There is a newer link");

        // Nobody signed in time.
        let second = sent(&desk, &mut dana, &port).await;
        desk.clock.advance(SignedDuration::from_hours(24 * 31));
        desk.run_jobs().await;
        let mut dana = desk.signed_in("dana@harbor.example").await;
        let page = maria.open(&second).await;
        assert_eq!(page.one("h1"), "This link has expired");
        let text = dana.open(&format!("{port}/letter")).await.text();
        assert!(text.contains("did not sign in time"), "{text}");

        // It was called off.
        let third = sent(&desk, &mut dana, &port).await;
        let cancel = format!("{port}/cancel");
        let page = dana.open(&cancel).await;
        dana.send(page.form(&cancel)).await;
        let page = maria.open(&third).await;
        assert_eq!(page.status, 410);
        assert_eq!(page.one("h1"), "This port was called off");
        assert!(
            page.attr("form", "action").is_empty(),
            "nothing can be signed"
        );
    })
    .await;
}

/// R116: the link for the bill works while a proof is wanted, and says so afterwards.
#[tokio::test]
async fn a_link_for_the_bill_says_why_it_is_over() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let (mut maria, mut agent) = (desk.browser(), desk.agent().await);
        for ends in ["submitted", "cancelled"] {
            // The newest mail is found by its time.
            desk.clock.advance(SignedDuration::from_mins(1));
            let form = filled(
                dana.open("/numbers/ports/new")
                    .await
                    .form("/numbers/ports/new"),
            );
            let number = if ends == "submitted" {
                "+14045550131"
            } else {
                "+14045550132"
            };
            let port = dana
                .press(form.set("number", number), "continue")
                .await
                .path;
            let port = port.trim_end_matches("/letter").to_owned();
            let link = sent(&desk, &mut dana, &port).await;
            let page = maria.open(&link).await;
            let form = page
                .form(&link)
                .add("consent", "yes")
                .set("name", "María José O'Kovács");
            maria.send(form).await;
            desk.run_jobs().await;
            let upload = desk.link("upload").await;
            let page = maria.open(&upload).await;
            let page = maria
                .send(page.form(&upload).file("file", "bill.png", &picture()))
                .await;
            assert_eq!(page.one("h1"), "Thank you, it has arrived");
            if ends == "submitted" {
                let review = port.replace("/numbers/", "/desk/");
                let page = agent.open(&review).await;
                let accept = page
                    .attr("form", "action")
                    .into_iter()
                    .find(|to| to.ends_with("/accept"))
                    .expect("a verdict");
                let page = agent.send(page.form(&accept)).await;
                let page = agent.send(page.form(&format!("{review}/submit"))).await;
                assert!(page.text().contains("Submitted."), "{}", page.text());
                assert_eq!(
                    maria.open(&upload).await.one("h1"),
                    "We have all that we need"
                );
            } else {
                let cancel = format!("{port}/cancel");
                let page = dana.open(&cancel).await;
                dana.send(page.form(&cancel)).await;
                assert_eq!(
                    maria.open(&upload).await.one("h1"),
                    "This port was called off"
                );
            }
        }
    })
    .await;
}
