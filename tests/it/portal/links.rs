//! Mailed links whose time is over say why, each in its own words.

use jiff::SignedDuration;

use super::*;
use crate::support::browser::{Desk, picture};
use crate::support::database::{on_both, on_sqlite};

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

/// R113: a reminder is one more way to the same letter. Who is just reading it signs by the link that they have.
/// A second press of the same button sends nothing: the first letter's link would die.
#[tokio::test]
async fn a_letter_is_sent_once_however_often_the_button_is_pressed() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let letter = format!("{port}/letter");
        let form = dana.open(&letter).await.form(&format!("{letter}/send"));
        let page = dana.send(form.clone()).await;
        assert!(page.text().contains("Sent to"), "{}", page.text());
        desk.run_jobs().await;
        let link = desk.link("sign").await;
        let page = dana.send(form).await;
        assert!(
            page.text().contains("Nothing was sent just now"),
            "{}",
            page.text()
        );
        desk.run_jobs().await;
        let letters = desk.mails().await;
        let letters = letters.iter().filter(|mail| mail.kind == "letter_to_sign");
        assert_eq!(letters.count(), 1);
        // That the signer opens it is no reason not to send it to somebody else.
        let open = dana.open(&letter).await;
        let page = desk.browser().open(&link).await;
        assert_eq!(page.one("h1"), "Please read and sign this letter");
        let form = open
            .form(&format!("{letter}/signer"))
            .set("signer_name", "Helen Park")
            .set("signer_email", "helen@park.example");
        let page = dana.send(form).await;
        assert!(
            page.text().contains("Sent to helen@park.example"),
            "{}",
            page.text()
        );
    })
    .await;
}

#[tokio::test]
async fn a_reminder_leaves_the_earlier_link_alive_until_the_letter_is_signed() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let (mut maria, mut other) = (desk.browser(), desk.browser());
        let port = filed(&mut dana).await;
        let first = sent(&desk, &mut dana, &port).await;
        let reading = maria.open(&first).await;

        desk.clock.advance(SignedDuration::from_mins(5));
        let letter = format!("{port}/letter");
        let page = dana.open(&letter).await;
        let page = dana.send(page.form(&format!("{letter}/resend"))).await;
        assert!(
            page.text()
                .contains("The link that was sent before still works, too.")
        );
        desk.run_jobs().await;
        let second = desk.link("sign").await;
        assert_ne!(first, second);
        let both = other.open(&second).await;
        assert_eq!(both.one("h1"), "Please read and sign this letter");
        assert_eq!(
            other.open(&first).await.one("h1"),
            "Please read and sign this letter"
        );

        let sign = |page: &Page, path: &str| {
            page.form(path)
                .add("consent", "yes")
                .set("name", "María José O'Kovács")
        };
        let page = maria.send(sign(&reading, &first)).await;
        assert_eq!(page.one("h1"), "Signed", "{}", page.text());
        for link in [&first, &second] {
            let page = other.open(link).await;
            assert_eq!(page.one("h1"), "This letter is signed", "{link}");
            let pdf = other.open(&format!("{link}/letter.pdf")).await;
            assert!(
                pdf.status == 200 && pdf.body.starts_with(b"%PDF-"),
                "{link}"
            );
        }
        // Who had the page open by the second link cannot sign it twice.
        let page = other.send(sign(&both, &second)).await;
        assert_eq!(page.one("h1"), "This letter is signed");

        // Another signer's letter is another letter: no earlier link works.
        let edit = format!("{port}/edit");
        let form = dana.open(&edit).await.form(&edit);
        dana.press(form.set("business", "Harbor Dental Group"), "save")
            .await;
        desk.clock.advance(SignedDuration::from_mins(5));
        let third = sent(&desk, &mut dana, &port).await;
        desk.clock.advance(SignedDuration::from_mins(5));
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/resend"))).await;
        desk.run_jobs().await;
        let fourth = desk.link("sign").await;
        desk.clock.advance(SignedDuration::from_mins(5));
        let page = dana.open(&letter).await;
        let form = page
            .form(&format!("{letter}/signer"))
            .set("signer_name", "Kim Lowell")
            .set("signer_email", "kim@harbordental.example");
        dana.send(form).await;
        desk.run_jobs().await;
        let fifth = desk.link("sign").await;
        for link in [&third, &fourth] {
            assert_eq!(other.open(link).await.one("h1"), "There is a newer link");
        }
        // Who declines, declines for all links.
        desk.clock.advance(SignedDuration::from_mins(5));
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/resend"))).await;
        desk.run_jobs().await;
        let sixth = desk.link("sign").await;
        assert_ne!(fifth, sixth);
        let page = other.open(&fifth).await;
        let decline = format!("{fifth}/decline");
        other
            .send(page.form(&decline).set("reason", "I sold it."))
            .await;
        for link in [&fifth, &sixth] {
            assert_eq!(other.open(link).await.one("h1"), "You declined this letter");
        }
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
