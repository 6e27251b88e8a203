//! From the form to the desk's submission, through pages alone.

use super::*;
use crate::support::browser::{Desk, picture};
use crate::support::database::{on_both, on_sqlite};

/// R28 to R45, R108 to R119: form, letter, signature, proof, check, submission; the notes and mails of it.
#[tokio::test]
async fn a_port_goes_from_the_form_to_the_carrier() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let (letter, proof) = (format!("{port}/letter"), format!("{port}/proof"));

        // R115: no proof before the signature, on the page and behind it.
        let page = dana.open(&proof).await;
        assert!(page.text().contains("Not yet"));
        assert!(page.attr("form", "action").iter().all(|to| *to != proof));

        // The letter is looked at, then sent (R110 to R113).
        let page = dana.open(&letter).await;
        let preview = page.attr("iframe", "src").remove(0);
        let pdf = dana.open(&preview).await;
        assert_eq!(pdf.headers["content-type"], "application/pdf");
        assert!(pdf.body.starts_with(b"%PDF-"));
        let send = format!("{letter}/send");
        let form = page.form(&send);
        assert_eq!(form.value("signer_name"), "María José O'Kovács");
        let page = dana.send(form.clone().set("signer_email", "nobody")).await;
        refused(&page);
        assert_eq!(page.form(&send).value("signer_email"), "nobody");
        let page = dana.send(form).await;
        assert_eq!(page.path, letter);
        assert!(
            page.text().contains("Sent to maria@harbordental.example"),
            "{}",
            page.text()
        );
        // Not again within the pause, which the page says instead of offering it.
        assert!(
            page.text().contains("You can send it again in"),
            "{}",
            page.text()
        );

        // The owner signs on a page of their own.
        let link = desk.link("sign").await;
        let mut maria = desk.browser();
        let page = maria.open(&link).await;
        assert_eq!(page.status, 200, "{}", page.text());
        // R111: what is signed can be read whole without opening the PDF.
        let statements = page.all(".letter ol li");
        assert_eq!(statements.len(), 6, "{statements:?}");
        for said in [
            "and to keep the number",
            "to act as my agent",
            "local toll calls (intraLATA)",
            "whether a fee applies",
            "of the account",
            "I may withdraw it by telling",
        ] {
            assert!(
                statements.iter().any(|one| one.contains(said)),
                "{said}: {statements:?}"
            );
        }
        let form = page
            .form(&link)
            .add("consent", "yes")
            .set("name", "María José O'Kovács");
        let page = maria.send(form).await;
        assert_eq!(page.status, 200, "{}", page.text());
        desk.run_jobs().await;
        let page = dana.open(&letter).await;
        assert!(page.text().contains("Signed by María José O'Kovács"));

        // R116 to R119: the bill, from the portal.
        let page = dana.open(&proof).await;
        let page = dana.send(page.form(&proof)).await;
        refused(&page);
        assert!(page.error("file").contains("Choose a file"));
        let page = dana
            .send(page.form(&proof).file("file", "bill.exe", b"MZ not a bill"))
            .await;
        refused(&page);
        assert!(
            page.error("file").starts_with("bill.exe: "),
            "{}",
            page.error("file")
        );
        let form = page.form(&proof).choose("kind", "purchase_receipt").file(
            "file",
            "Rechnung März 1.png",
            &picture(),
        );
        let page = dana.send(form).await;
        assert!(
            page.text().contains("Thank you, it has arrived."),
            "{}",
            page.text()
        );
        assert!(page.text().contains("Receipt for the number's purchase"));
        let document = page
            .attr("section[aria-labelledby=sent] a", "href")
            .remove(0);
        let file = dana.open(&document).await;
        assert_eq!(file.headers["content-type"], "image/png");
        assert_eq!(&file.body[..], &picture()[..]);

        // The desk finds it on its list, compares, and submits.
        let mut agent = desk.agent().await;
        let page = agent.open("/desk").await;
        assert!(page.one("table").contains("+1 404 555 0123"));
        let review = page.attr("td a.btn-primary", "href").remove(0);
        let review = review.split('?').next().expect("a path").to_owned();
        let page = agent.open(&review).await;
        assert!(page.text().contains("Harbor Dental & Sons <LLC>"));
        assert!(page.text().contains("•••• 9471"));
        assert_eq!(
            page.all("section[aria-labelledby=submit] button[disabled]")
                .len(),
            1,
            "not before the proof is accepted"
        );
        let actions = page.attr("form", "action");
        let refuse = actions
            .iter()
            .find(|to| to.ends_with("/refuse"))
            .expect("a verdict")
            .clone();
        let page = agent.send(page.form(&refuse).set("reason", "  ")).await;
        refused(&page);
        let page = agent
            .send(page.form(&refuse).set("reason", "The receipt is of June."))
            .await;
        assert!(
            page.text()
                .contains("the customer is asked for another one")
        );
        let page = dana.open(&proof).await;
        assert!(page.text().contains("The receipt is of June."));
        let form = page.form(&proof).file("file", "bill.png", &picture());
        dana.send(form).await;

        let page = agent.open(&review).await;
        let accept = page
            .attr("form", "action")
            .into_iter()
            .find(|to| to.ends_with("/accept"))
            .expect("a verdict");
        let page = agent.send(page.form(&accept)).await;
        assert!(page.text().contains("The proof is accepted."));
        let submit = format!("{review}/submit");
        let stale = page.form(&submit);
        let page = agent
            .send(page.form(&submit).set("date", "2026-11-26"))
            .await;
        assert!(
            page.text().contains("Thanksgiving"),
            "no port on a holiday: {}",
            page.text()
        );
        let page = agent
            .send(page.form(&submit).set("date", "2026-12-08"))
            .await;
        assert!(page.text().contains("Submitted."), "{}", page.text());
        let page = agent.send(stale).await;
        assert_eq!(page.status, 200);
        assert!(
            page.text().contains("Somebody else changed this request"),
            "{}",
            page.text()
        );

        let page = dana.open(&port).await;
        assert_eq!(page.one(".stand .stat"), "Submitted");
        assert!(
            page.text().contains("Do not cancel your old service yet."),
            "R52"
        );
        assert!(!page.text().contains("Edit Letter"), "{}", page.text());

        // R124 to R126, R131: everything is in the notes, and mailed.
        let page = dana.open(&format!("{port}/notes")).await;
        let notes = page.all(".note .pre").join("\n");
        for said in [
            "sent to María José O'Kovács",
            "was signed",
            "Proof of ownership received",
            "not accepted: The receipt is of June.",
            "submits the request to the gaining carrier",
        ] {
            assert!(notes.contains(said), "{said} in {notes}");
        }
        let mails = desk.mails().await;
        assert!(
            mails
                .iter()
                .filter(|mail| mail.to_address == "dana@harbor.example")
                .count()
                >= 3
        );
    })
    .await;
}

/// R125, R129, R130; what the desk writes for itself stays there.
#[tokio::test]
async fn notes_carry_words_both_ways() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut agent = desk.agent().await;
        let port = filed(&mut dana).await;
        let notes = format!("{port}/notes");

        let page = dana.open(&notes).await;
        let page = dana.send(page.form(&notes).set("text", "   ")).await;
        refused(&page);
        let long = "x".repeat(5_001);
        let page = dana.send(page.form(&notes).set("text", &long)).await;
        refused(&page);
        assert_eq!(
            page.form(&notes).value("text"),
            long,
            "nothing typed is lost"
        );
        let page = dana
            .send(page.form(&notes).set("text", "<b>Hello</b> desk"))
            .await;
        assert!(
            page.all(".note .pre")
                .iter()
                .any(|text| text == "<b>Hello</b> desk")
        );

        let page = agent.open(&notes).await;
        let secret = page
            .form(&notes)
            .set("text", "The customer sounds unsure.")
            .add("staff_only", "yes");
        let page = agent.send(secret).await;
        assert!(page.text().contains("sounds unsure"));
        agent
            .send(page.form(&notes).set("text", "We look into it."))
            .await;
        let page = dana.open(&notes).await;
        assert!(page.text().contains("We look into it."));
        assert!(!page.html().contains("sounds unsure"), "for the desk alone");
        assert!(!dana.open(&port).await.html().contains("sounds unsure"));

        let ask = format!("{port}/ask-for-update");
        let page = dana.send(page.form(&ask)).await;
        assert!(
            page.text().contains("The customer asked for an update."),
            "R130"
        );
        assert!(
            page.attr("form", "action").iter().all(|to| *to != ask),
            "asked once is enough"
        );
        let page = agent.open("/desk/customers").await;
        assert!(page.one("table").contains("asked for an update"));
        let answer = page.attr("td a.btn-primary", "href").remove(0);
        assert_eq!(answer, notes, "it is answered with a note");
        let review = page.attr("td a[data-open]", "href").remove(0);
        let review = review.split('?').next().expect("a path").to_owned();
        let page = agent.open(&review).await;
        let page = agent.send(page.form(&format!("{review}/clear"))).await;
        assert!(page.text().contains("Done."));
        assert!(
            agent
                .open("/desk/customers")
                .await
                .text()
                .contains("Nothing waits here")
        );
    })
    .await;
}

/// R120 to R122.
#[tokio::test]
async fn a_receiving_number_blocks_its_port_until_it_is_removed() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let receiving = "/settings/receiving";
        let page = dana.open(receiving).await;
        let page = dana.send(page.form(receiving).set("number", "404")).await;
        refused(&page);
        let page = dana
            .send(page.form(receiving).set("number", "(404) 555-0123"))
            .await;
        assert!(
            page.text().contains("+1 404 555 0123 was added."),
            "{}",
            page.text()
        );

        let port = filed(&mut dana).await;
        let page = dana.open("/numbers/ports").await;
        let blocked = page.one("td[data-label=Account] .blocked");
        assert!(
            blocked.contains("+14045550123 is already set up as a receiving number"),
            "{blocked}"
        );
        let page = dana.open(&port).await;
        assert!(page.text().contains("already set up as a receiving number"));

        let page = dana.open(receiving).await;
        let remove = page
            .form("/settings/receiving/remove")
            .set("number", "+14045550123");
        let page = dana.send(remove).await;
        assert!(
            page.text().contains("is no longer a receiving number"),
            "{}",
            page.text()
        );
        let page = dana.open(&port).await;
        assert!(!page.text().contains("already set up as a receiving number"));
        assert!(
            desk.mails()
                .await
                .iter()
                .all(|mail| !mail.kind.contains("blocked")),
            "R126: nobody is mailed what they did themselves"
        );
    })
    .await;
}

/// R120 to R122, R126: somebody else's receiving number blocks a port, and its submitter hears of it, and of the end.
#[tokio::test]
async fn a_submitter_hears_that_somebody_else_blocked_their_port() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut kim = desk.submitter(&account, "kim@harbor.example").await;
        let port = filed(&mut dana).await;
        let about_blocks = async |desk: &Desk| {
            let mut mails = desk.mails().await;
            mails.retain(|mail| mail.kind.contains("blocked"));
            mails
        };

        // Kim lets calls ring at the number that Dana is porting.
        let page = kim.open("/numbers/ports/new").await;
        let form = filled(page.form("/numbers/ports/new"))
            .set("number", "+14045550177")
            .set("receiving", "+14045550123");
        let page = kim.press(form, "continue").await;
        assert!(page.path.ends_with("/letter"), "{}", page.text());
        let mails = about_blocks(&desk).await;
        assert_eq!(mails.len(), 1);
        let (mail, text) = (&mails[0], mails[0].body_text.replace('\n', " "));
        assert_eq!(
            (mail.kind.as_str(), mail.to_address.as_str()),
            ("blocked", "dana@harbor.example")
        );
        assert_eq!(
            mail.subject,
            "Blocked: (404) 555-0123 is in use as a receiving number"
        );
        assert!(
            text.contains("in the account Harbor Dental") && text.contains("/settings/receiving"),
            "{text}"
        );
        assert!(port.ends_with(&mail.port.to_string()));
        let notes = dana.open(&format!("{port}/notes")).await;
        assert!(
            notes
                .text()
                .contains("The port waits: +1 404 555 0123 is set up")
        );

        // It is removed: the port goes on by itself, and says so once.
        desk.clock.advance(jiff::SignedDuration::from_mins(5));
        let page = kim.open("/settings/receiving").await;
        let form = page
            .form("/settings/receiving/remove")
            .set("number", "+14045550123");
        kim.send(form).await;
        let mails = about_blocks(&desk).await;
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[1].subject, "No longer blocked: (404) 555-0123");
        assert_eq!(mails[1].to_address, "dana@harbor.example");
        let page = dana.open(&port).await;
        assert!(!page.text().contains("already set up as a receiving number"));

        // Another account's receiving numbers are nothing to it.
        let other = desk.account("Another Practice").await;
        let mut eve = desk.submitter(&other, "eve@another.example").await;
        let page = eve.open("/settings/receiving").await;
        let form = page
            .form("/settings/receiving")
            .set("number", "(404) 555-0123");
        eve.send(form).await;
        assert_eq!(about_blocks(&desk).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_port_is_called_off_and_one_number_is_changed() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let page = dana.open(&port).await;
        let number = page
            .attr("table a", "href")
            .into_iter()
            .find(|href| href.contains("/numbers/num_"))
            .expect("a number to change");
        let page = dana.open(&number).await;
        let form = page.form(&number);
        assert_eq!(form.value("receiving"), "+14045550100");
        let page = dana
            .send(form.clone().set("receiving", "+44 20 7946 0018"))
            .await;
        refused(&page);
        assert_eq!(page.form(&number).value("receiving"), "+44 20 7946 0018");
        let page = dana
            .send(form.set("receiving", "").set("description", "Front desk"))
            .await;
        assert!(page.text().contains("Nowhere yet"), "R87: {}", page.text());
        assert!(page.text().contains("Front desk"));

        let cancel = format!("{port}/cancel");
        let page = dana.open(&cancel).await;
        let page = dana
            .send(page.form(&cancel).set("reason", "We stay where we are."))
            .await;
        assert_eq!(page.one(".stand .stat"), "Cancelled");
        let page = dana.open(&cancel).await;
        assert!(page.text().contains("It can no longer be cancelled."));
    })
    .await;
}
