//! Tickets: what people ask support by mail or on the help page, and what the desk answers (R66 to R68).

use bytes::Bytes;
use portolan::app::account_mail::{self, AccountMail};
use portolan::app::replies::{self, Outcome};
use portolan::app::tickets::{self, Ticket};
use portolan::domain::ticket::TicketState;
use portolan::ids::{PortId, TicketId};

use super::{WITH_REPLIES, desk_of, notes};
use crate::portal::filed;
use crate::support::browser::Desk;
use crate::support::database::{on_both, on_sqlite};

/// A mail to support as a mail program sends it.
pub(super) fn mail(from: &str, to: &str, id: &str, body: &str) -> Vec<u8> {
    format!(
        "Message-ID: <{id}@brightmoor.example>\nFrom: {from}\nTo: {to}\nDate: Mon, 23 Nov 2026 11:05:00 -0600\nSubject: Which bill?\n\
         Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    )
    .replace('\n', "\r\n")
    .into_bytes()
}

pub(super) async fn receive(desk: &Desk, raw: &[u8]) -> Outcome {
    later(desk);
    replies::receive(&desk.app, raw).await.expect("taken")
}

/// Some time passes: what is written now is newer than what was written before.
pub(super) fn later(desk: &Desk) {
    desk.clock.advance(jiff::SignedDuration::from_secs(1));
}

pub(super) async fn opened(desk: &Desk, raw: &[u8]) -> TicketId {
    match receive(desk, raw).await {
        Outcome::Ticketed {
            ticket,
            opened: true,
        } => ticket,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn waiting(desk: &Desk) -> Vec<Ticket> {
    tickets::list(&desk.app, &desk_of(&desk.app), TicketState::Waiting, "")
        .await
        .expect("a list")
        .tickets
}

/// The mails that are about no port, oldest first.
pub(super) async fn mails(desk: &Desk) -> Vec<AccountMail> {
    let mut all = account_mail::list(&desk.app, &desk_of(&desk.app), None, 100)
        .await
        .expect("a list");
    all.reverse();
    all
}

/// R66, R67, R68: a mail to support opens a ticket by itself, its sender gets the number at once and the desk's answer
/// by mail, and writes back into the same ticket. Nobody else does.
#[tokio::test]
async fn r66_r67_r68_a_mail_to_support_is_a_ticket_and_its_answer_reaches_the_sender() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut agent = desk.agent().await;
        let priya = "Priya Nair <Priya@Brightmoor.example>";
        let question = mail(priya, "support@desk.example", "q1", "Which <b>bill</b>?\n\nOurs is old.");
        let id = opened(&desk, &question).await;
        assert_eq!(receive(&desk, &question).await, Outcome::Known, "a second copy");
        assert_eq!(waiting(&desk).await.len(), 1);

        // It is acknowledged at once, with nothing in it that the sender wrote.
        let sent = mails(&desk).await;
        assert_eq!(sent.len(), 1);
        let first = &sent[0];
        assert_eq!((first.to_address.as_str(), first.to_name.as_str()), ("priya@brightmoor.example", ""));
        assert_eq!(first.subject, "We have your question: ticket #1001");
        assert_eq!(first.in_reply_to.as_deref(), Some("q1@brightmoor.example"));
        assert!(!first.body_text.contains("bill") && !first.body_html.contains("Priya"), "{}", first.body_text);

        // The desk sees that somebody waits; customers do not.
        let path = format!("/desk/tickets/{id}");
        assert_eq!(dana.open("/desk/tickets").await.status, 404);
        assert_eq!(dana.open(&path).await.status, 404);
        assert!(!dana.open("/help").await.html().contains("/desk/tickets"));
        let page = agent.open("/desk").await;
        assert!(page.one(".menu a[href='/desk/tickets']").contains('1'));
        let page = agent.open("/desk/tickets").await;
        assert_eq!(page.attr("td .main-link", "href"), std::slice::from_ref(&path));
        assert!(page.text().contains("Which bill?") && page.text().contains("#1001"), "{}", page.text());
        let page = agent.open(&path).await;
        assert!(page.text().contains("Which <b>bill</b>?"), "shown as words, not as a page: {}", page.text());
        let form = page.form(&path);
        let empty = agent.send(form.clone()).await;
        assert_eq!(empty.status, 422);
        assert_eq!(empty.error("text"), "Write the answer.");

        later(&desk);
        let page = agent.send(form.clone().set("text", "The latest one.\n\nNot older than 30 days.")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Nobody waits for an answer"), "{}", page.text());
        let sent = mails(&desk).await;
        let answer = sent.last().expect("a mail");
        assert_eq!(answer.to_address, "priya@brightmoor.example");
        assert_eq!(answer.subject, "Re: Which bill? (ticket #1001)");
        assert_eq!(answer.in_reply_to.as_deref(), Some("q1@brightmoor.example"));
        for part in [&answer.body_text, &answer.body_html] {
            assert!(part.contains("The latest one.") && part.contains("Not older than 30 days."), "{part}");
        }
        // Whoever read the ticket before that sends no second answer without knowing.
        let late = agent.send(form.set("text", "Any bill.")).await;
        assert_eq!(late.status, 409);
        assert!(late.text().contains("Somebody wrote in this ticket meanwhile"), "{}", late.text());
        assert_eq!(late.form(&path).value("text"), "Any bill.", "nothing typed is lost");
        assert_eq!(mails(&desk).await.len(), sent.len());

        // The sender writes back into the ticket; nobody else does.
        let back = tickets::address(&desk.app, id).expect("an address");
        let quoted = "September, then?\n\nOn Mon, Nov 23, 2026 at 11:05 AM Desk <a@b.example> wrote:\n> The latest one.";
        let again = Outcome::Ticketed { ticket: id, opened: false };
        assert_eq!(receive(&desk, &mail("priya@brightmoor.example", &back, "q2", quoted)).await, again);
        assert_eq!(receive(&desk, &mail("priya@brightmoor.example", &back, "q2", quoted)).await, Outcome::Known);
        let unplaced = async |raw: Vec<u8>| match receive(&desk, &raw).await {
            Outcome::Unplaced { reason, .. } => reason,
            other => panic!("{other:?}"),
        };
        let foreign = unplaced(mail("evil@x.example", &back, "q3", "Me, too.")).await;
        assert!(foreign.contains("came from evil@x.example") && foreign.contains("#1001"), "{foreign}");
        let mut forged = back.clone();
        let at = back.find('@').expect("an address") - 3;
        let other = if back.get(at..=at) == Some("7") { "8" } else { "7" };
        forged.replace_range(at..=at, other);
        let reason = unplaced(mail("priya@brightmoor.example", &forged, "q4", "Forged.")).await;
        assert!(reason.contains("not one that we gave"), "{reason}");

        let page = agent.open(&path).await;
        assert_eq!(page.all(".note").len(), 3, "{}", page.text());
        assert!(page.text().contains("September, then?") && page.text().contains("Waiting for us"));
        assert_eq!(page.all(".note")[2].matches("The latest one").count(), 0, "the quote is left out");
        later(&desk);
        let page = agent.send(page.form(&path).set("text", "Yes.").add("closing", "yes")).await;
        assert_eq!(page.status, 200);
        let last = mails(&desk).await.pop().expect("a mail");
        assert!(last.body_text.contains("closed the ticket"), "{}", last.body_text);
        assert_eq!(last.in_reply_to.as_deref(), Some("q2@brightmoor.example"));
        let page = agent.open(&path).await;
        let open = format!("{path}/open");
        let page = agent.send(page.form(&open)).await;
        assert!(page.text().contains("Waiting for us"), "{}", page.text());
        let close = format!("{path}/close");
        let form = page.form(&close);
        assert_eq!(agent.send(form.clone()).await.status, 200);
        assert!(agent.send(form).await.text().contains("closed already"));
        // It opens again when its sender writes.
        assert_eq!(receive(&desk, &mail("priya@brightmoor.example", &back, "q5", "One more.")).await, again);
        assert_eq!(waiting(&desk).await.len(), 1);
    })
    .await;
}

/// What is about a port after all becomes a note on it; files stay in the mail as it came.
#[tokio::test]
async fn a_ticket_that_is_about_a_port_becomes_a_note() {
    on_sqlite(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let on: PortId = port.rsplit('/').next().expect("an id").parse().expect("an id");
        let raw = "Message-ID: <f1@x.example>\nFrom: Dana W <dana@harbor.example>\nTo: replies@desk.example\nSubject: Suite\nMIME-Version: 1.0\n\
            Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe suite is 410.\n--b\nContent-Type: application/pdf; name=bill.pdf\n\
            Content-Disposition: attachment; filename=bill.pdf\n\n%PDF-1.4\n--b--\n"
            .replace('\n', "\r\n");
        let id = opened(&desk, raw.as_bytes()).await;
        let mut agent = desk.agent().await;
        let page = agent.open(&format!("/desk/tickets/{id}")).await;
        assert!(page.text().contains("dana, Porting user of Harbor Dental"), "{}", page.text());
        assert!(page.text().contains("bill.pdf (8 bytes), in the mail as it came"), "{}", page.text());
        let links = page.attr("a[href^='/desk/unplaced-mail/in_']", "href");
        let message = links.iter().find(|href| href.ends_with("/message")).expect("a link");
        assert_eq!(agent.open(message).await.body, raw.as_bytes());
        let place = links.iter().find(|href| !href.ends_with("/message")).expect("a link");
        let page = agent.open(place).await;
        assert!(page.text().contains("It opened ticket #1001.") && !page.html().contains("/discard"), "{}", page.text());
        let form = page.form(&format!("{place}/place")).set("port", "(404) 555-0123").without("staff_only");
        assert_eq!(agent.send(form).await.status, 200);
        let found = notes(&desk.app, on).await;
        assert!(found[0].text.contains("\n\nThe suite is 410.\n\n"), "{found:?}");
        assert!(found[0].text.contains("[Not attached: bill.pdf: This PDF is damaged"), "{found:?}");
    })
    .await;
}

/// Programs open no tickets, nobody's mail waits, and what one address sends without end is not answered without end.
#[tokio::test]
async fn loops_and_floods_end() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let to = "replies@desk.example";
        let away = String::from_utf8(mail("a@x.example", to, "a", "Away.")).expect("text");
        let away = away.replace("Subject:", "Auto-Submitted: auto-replied\r\nSubject:");
        assert!(matches!(receive(&desk, away.as_bytes()).await, Outcome::Automatic { .. }));
        let two = receive(&desk, &mail("a@x.example, b@x.example", to, "b", "Both.")).await;
        assert!(matches!(&two, Outcome::Unplaced { reason, .. } if reason.contains("who sent it")), "{two:?}");
        let empty = b"Message-ID: <e@x.example>\r\nFrom: a@x.example\r\n\r\n".to_vec();
        assert!(matches!(receive(&desk, &empty).await, Outcome::Unplaced { reason, .. } if reason.contains("empty")));
        for at in 0..30 {
            opened(&desk, &mail("a@x.example", to, &format!("n{at}"), "Hello?")).await;
        }
        let more = receive(&desk, &mail("a@x.example", to, "n30", "Hello?")).await;
        assert!(matches!(&more, Outcome::Unplaced { reason, .. } if reason.contains("30 tickets")), "{more:?}");
        assert_eq!(mails(&desk).await.len(), 5, "no loop");
        let numbers: Vec<i64> = waiting(&desk).await.iter().map(|one| one.number).collect();
        assert_eq!(numbers, (1001..=1030).collect::<Vec<_>>(), "the longest waiting first");
        // Tomorrow is another day.
        desk.clock.advance(jiff::SignedDuration::from_hours(25));
        opened(&desk, &mail("a@x.example", to, "n31", "Hello?")).await;
        assert_eq!(mails(&desk).await.len(), 6);
    })
    .await;
}

/// R60, R68: somebody asks on the help page, and answers the answer from their mailbox.
#[tokio::test]
async fn a_question_on_the_help_page_is_a_ticket() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut agent = desk.agent().await;
        assert!(
            !agent.open("/help").await.html().contains("/help/ask"),
            "the desk does not ask itself"
        );
        let form = dana.open("/help").await.form("/help/ask");
        let page = dana.send(form.clone().set("subject", "Bills")).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.error("text"), "Write your question.");
        assert_eq!(
            page.form("/help/ask").value("subject"),
            "Bills",
            "nothing typed is lost"
        );
        let page = dana
            .send(form.set("subject", "Bills").set("text", "Which one?"))
            .await;
        assert!(page.text().contains("ticket #1001"), "{}", page.text());
        let id = waiting(&desk).await[0].id;
        later(&desk);
        let path = format!("/desk/tickets/{id}");
        let page = agent.open(&path).await;
        agent
            .send(page.form(&path).set("text", "The latest."))
            .await;
        let answer = mails(&desk).await.pop().expect("a mail");
        assert_eq!(
            (answer.to_address.as_str(), answer.in_reply_to),
            ("dana@harbor.example", None)
        );
        // The built-in mailbox: her answer is a whole mail that takes the way of all others.
        let shown = agent.open(&format!("/mailbox/{}", answer.id)).await;
        let reply = format!("/mailbox/{}/reply", answer.id);
        assert_eq!(agent.send(shown.form(&reply)).await.status, 422);
        let page = agent
            .send(shown.form(&reply).set("text", "Thank you."))
            .await;
        assert_eq!(page.path, path);
        assert!(
            page.text().contains("Thank you.") && !page.text().contains("> The latest."),
            "{}",
            page.text()
        );
        let none = replies::answer(
            &desk.app,
            &desk_of(&desk.app),
            answer.id,
            "x",
            Vec::<(String, Bytes)>::new(),
        )
        .await;
        assert!(matches!(none, Ok(Outcome::Ticketed { .. })), "{none:?}");

        // Where no mail is read, nothing is promised.
        let off = Desk::on(&test).await;
        let mut dana = off.signed_in("dana@harbor.example").await;
        assert!(!dana.open("/help").await.html().contains("/help/ask"));
    })
    .await;
}
