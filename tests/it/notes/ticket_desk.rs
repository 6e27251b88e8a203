//! What the desk does with tickets and with mails that wait (R66 to R68).

use portolan::app::account_mail;
use portolan::app::replies::{self, Outcome};
use portolan::app::tickets;
use portolan::app::unplaced;
use portolan::db::mails::MailState;
use portolan::db::people;
use portolan::domain::port::Role;
use portolan::ids::{InboundId, PortId};

use super::tickets::{later, mail, mails, opened, receive, waiting};
use super::{WITH_REPLIES, desk_of, notes};
use crate::portal::filed;
use crate::support::browser::Desk;
use crate::support::database::on_both;

/// A mail with more headers.
fn with(headers: &str, raw: Vec<u8>) -> Vec<u8> {
    [headers.as_bytes(), &raw].concat()
}

async fn unplaced(desk: &Desk, raw: &[u8]) -> (InboundId, String) {
    match receive(desk, raw).await {
        Outcome::Unplaced { id, reason } => (id, reason),
        other => panic!("{other:?}"),
    }
}

/// A person's mail through a group or a customer database waits for the desk, and their answers are taken as any.
#[tokio::test]
async fn mail_through_a_list_is_neither_dropped_nor_answered_by_a_program() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let to = "support@desk.example";
        for (at, (header, says)) in [
            ("List-Id: <office.harbor.example>\r\n", "mailing list"),
            ("List-Unsubscribe: <mailto:a@b.example>\r\n", "mailing list"),
            ("Precedence: list\r\n", "bulk mail"),
            ("Precedence: bulk\r\n", "bulk mail"),
            ("Precedence: junk\r\n", "bulk mail"),
        ]
        .into_iter()
        .enumerate()
        {
            let raw = mail("dana@harbor.example", to, &format!("l{at}"), "Which bill?");
            let (_, reason) = unplaced(&desk, &with(header, raw)).await;
            assert!(reason.contains(says), "{header}: {reason}");
        }
        assert!(waiting(&desk).await.is_empty());
        assert!(
            mails(&desk).await.is_empty(),
            "nobody on the list gets an acknowledgement"
        );

        let id = opened(&desk, &mail("dana@harbor.example", to, "q", "Which bill?")).await;
        let back = tickets::address(&desk.app, id).expect("an address");
        let group = "List-Id: <office.harbor.example>\r\nPrecedence: list\r\n";
        let raw = mail("dana@harbor.example", &back, "a", "September, then?");
        let taken = receive(&desk, &with(group, raw)).await;
        assert_eq!(
            taken,
            Outcome::Ticketed {
                ticket: id,
                opened: false
            }
        );
        let port = filed(&mut dana).await;
        let on: PortId = port
            .rsplit('/')
            .next()
            .expect("an id")
            .parse()
            .expect("an id");
        let user = desk.user("dana@harbor.example").await;
        let back = replies::address(&desk.app, on, Some(user.id)).expect("an address");
        let raw = mail("dana@harbor.example", &back, "n", "Suite 410.");
        let taken = receive(&desk, &with(group, raw)).await;
        assert!(matches!(taken, Outcome::Noted { .. }), "{taken:?}");
        assert_eq!(notes(&desk.app, on).await.len(), 1);
    })
    .await;
}

/// Whoever closes a ticket has read everything in it.
#[tokio::test]
async fn a_ticket_is_not_closed_over_a_message_that_nobody_read() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let id = opened(
            &desk,
            &mail(
                "priya@brightmoor.example",
                "support@desk.example",
                "q1",
                "Which bill?",
            ),
        )
        .await;
        let mut agent = desk.agent().await;
        let path = format!("/desk/tickets/{id}");
        let close = format!("{path}/close");
        let form = agent.open(&path).await.form(&close);
        let back = tickets::address(&desk.app, id).expect("an address");
        receive(
            &desk,
            &mail(
                "priya@brightmoor.example",
                &back,
                "q2",
                "It is urgent: we move tomorrow.",
            ),
        )
        .await;
        let page = agent.send(form.clone()).await;
        assert_eq!(page.status, 409);
        assert!(
            page.text()
                .contains("Somebody wrote in this ticket meanwhile"),
            "{}",
            page.text()
        );
        assert!(
            page.text().contains("we move tomorrow"),
            "what is new stands there"
        );
        assert_eq!(agent.send(form.without("seen")).await.status, 409);
        assert_eq!(waiting(&desk).await.len(), 1);
        let page = agent.send(page.form(&close)).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(waiting(&desk).await.is_empty());
    })
    .await;
}

/// Answers go where somebody has their mail now, as long as they sign in here.
#[tokio::test]
async fn an_answer_goes_to_the_present_address() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let form = dana.open("/help").await.form("/help/ask");
        dana.send(form.set("subject", "Bills").set("text", "Which one?"))
            .await;
        let user = desk.user("dana@harbor.example").await;
        let mut tx = desk.app.db.write().await.expect("begins");
        people::set_email(&mut tx, user.id, "dana@new.example")
            .await
            .expect("set");
        tx.commit().await.expect("committed");
        let mut agent = desk.agent().await;
        let path = format!("/desk/tickets/{}", waiting(&desk).await[0].id);
        let answers = [
            ("dana@new.example", "The latest."),
            ("dana@harbor.example", "Still there?"),
        ];
        for (to, says) in answers {
            later(&desk);
            let page = agent.open(&path).await;
            let page = agent.send(page.form(&path).set("text", says)).await;
            assert!(
                page.text()
                    .contains(&format!("The answer goes to {to} by mail.")),
                "{}",
                page.text()
            );
            let last = mails(&desk).await.pop().expect("a mail");
            assert_eq!(last.to_address, to);
            // Then she is switched off: whoever has her address now is not known here.
            let mut tx = desk.app.db.write().await.expect("begins");
            people::disable(&mut tx, user.id, desk.clock.now())
                .await
                .expect("switched off");
            tx.commit().await.expect("committed");
        }
    })
    .await;
}

/// What was set aside gets into the ticket that it belongs to, or opens one; once.
#[tokio::test]
async fn mail_that_waits_is_put_into_a_ticket_or_opens_one() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let support = "support@desk.example";
        let id = opened(
            &desk,
            &mail("priya@brightmoor.example", support, "q1", "Which bill?"),
        )
        .await;
        let back = tickets::address(&desk.app, id).expect("an address");
        let (aside, _) = unplaced(
            &desk,
            &mail(
                "Lee <lee@private.example>",
                &back,
                "q2",
                "Priya asked me: September.",
            ),
        )
        .await;
        let before = mails(&desk).await.len();
        let mut agent = desk.agent().await;
        let path = format!("/desk/unplaced-mail/{aside}");
        let put = format!("{path}/ticket");
        let page = agent.open(&path).await;
        let form = page.form(&put);
        assert_eq!(form.value("ticket"), "1001", "what its address names");
        let mut foreign = dana.open("/settings").await.form("/settings");
        foreign.action.clone_from(&put);
        assert_eq!(dana.send(foreign).await.status, 404);
        for (typed, says) in [
            ("", "Type the ticket's number"),
            ("bills", "Type the ticket's number"),
            ("#1999", "There is no ticket #1999"),
        ] {
            let page = agent.send(form.clone().set("ticket", typed)).await;
            assert_eq!(page.status, 422);
            assert!(
                page.error("ticket").contains(says),
                "{typed}: {}",
                page.error("ticket")
            );
        }
        later(&desk);
        let page = agent.send(form.clone().set("ticket", "#1001")).await;
        assert_eq!(page.path, format!("/desk/tickets/{id}"));
        let text = page.text();
        assert!(
            text.contains("Priya asked me: September.")
                && text.contains("Lee (lee@private.example)"),
            "{text}"
        );
        let late = agent.send(form.set("ticket", "1001")).await;
        assert!(
            late.text()
                .contains("Somebody dealt with this mail already"),
            "{}",
            late.text()
        );
        let page = agent.open(&path).await;
        assert!(
            page.text().contains("agent put it into ticket #1001") && !page.html().contains(&put),
            "{}",
            page.text()
        );

        // One that was held back opens a ticket; nobody is written to before the desk answers.
        let raw = with(
            "Precedence: bulk\r\n",
            mail(
                "Dana <dana@harbor.example>",
                support,
                "q3",
                "Through our office software.",
            ),
        );
        let (aside, _) = unplaced(&desk, &raw).await;
        let path = format!("/desk/unplaced-mail/{aside}");
        let page = agent.open(&path).await;
        assert_eq!(page.form(&format!("{path}/ticket")).value("ticket"), "");
        let open = format!("{path}/open");
        let form = page.form(&open);
        later(&desk);
        let page = agent.send(form.clone()).await;
        assert!(page.path.starts_with("/desk/tickets/"), "{}", page.path);
        assert!(
            page.text().contains("#1002") && page.text().contains("Through our office software."),
            "{}",
            page.text()
        );
        assert!(
            agent
                .send(form)
                .await
                .text()
                .contains("Somebody dealt with this mail already")
        );
        assert_eq!(
            waiting(&desk).await.len(),
            2,
            "no number is drawn for nothing"
        );
        assert_eq!(mails(&desk).await.len(), before);
        let (nobody, _) = unplaced(
            &desk,
            &mail("a@x.example, b@x.example", support, "q4", "Both."),
        )
        .await;
        let path = format!("/desk/unplaced-mail/{nobody}");
        let form = agent.open(&path).await.form(&format!("{path}/open"));
        let page = agent.send(form).await;
        assert_eq!(page.status, 422);
        assert!(
            page.error("ticket").contains("nobody could be answered"),
            "{}",
            page.text()
        );
        assert_eq!(
            unplaced::waiting(&desk.app, &desk_of(&desk.app))
                .await
                .expect("a count"),
            1
        );

        // A large one of which only the headers were fetched names its ticket, too.
        let large = replies::receive_headers(
            &desk.app,
            &mail("priya@brightmoor.example", &back, "q5", ""),
            40_000_000,
            "INBOX",
        )
        .await;
        let Ok(Outcome::Unplaced { id: large, reason }) = large else {
            panic!("{large:?}");
        };
        assert!(
            reason.contains("It is an answer in ticket #1001.")
                && reason.contains("still in the mailbox INBOX"),
            "{reason}"
        );
        let path = format!("/desk/unplaced-mail/{large}");
        let form = agent.open(&path).await.form(&format!("{path}/ticket"));
        assert_eq!(form.value("ticket"), "1001");
        let page = agent.send(form).await;
        assert!(
            page.text().contains("still in the mailbox INBOX"),
            "where it is is said: {}",
            page.text()
        );
    })
    .await;
}

/// Who wrote a mail is only what the mail says; who was signed in is known.
#[tokio::test]
async fn a_mails_sender_is_not_taken_for_somebody_who_is_signed_in() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mailed = opened(
            &desk,
            &mail(
                "dana@harbor.example",
                "support@desk.example",
                "q1",
                "Send me the PIN.",
            ),
        )
        .await;
        later(&desk);
        let form = dana.open("/help").await.form("/help/ask");
        dana.send(form.set("subject", "Bills").set("text", "Which one?"))
            .await;
        let asked = waiting(&desk).await.pop().expect("a ticket").id;
        let mut agent = desk.agent().await;
        let page = agent.open(&format!("/desk/tickets/{mailed}")).await;
        assert!(
            page.one(".facts").contains("The From line names"),
            "{}",
            page.one(".facts")
        );
        assert!(
            page.one(".facts").contains("can be forged") && !page.text().contains("Signs in as")
        );
        let page = agent.open(&format!("/desk/tickets/{asked}")).await;
        assert!(
            page.one(".facts").contains("Signs in as") && !page.text().contains("forged"),
            "{}",
            page.text()
        );
    })
    .await;
}

/// Forged senders have us write to so many strangers an hour and no more; and however many tickets there are, each is
/// found.
#[tokio::test]
async fn a_flood_from_many_senders_is_not_answered_and_its_tickets_are_found() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        for at in 0..70 {
            let from = format!("n{at}@x.example");
            opened(
                &desk,
                &mail(&from, "support@desk.example", &format!("n{at}"), "Hello?"),
            )
            .await;
        }
        assert_eq!(mails(&desk).await.len(), 60);
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let form = dana.open("/help").await.form("/help/ask");
        dana.send(form.set("subject", "100%_sure").set("text", "Which one?"))
            .await;
        assert_eq!(
            mails(&desk).await.len(),
            61,
            "whoever is signed in forged nothing"
        );
        desk.clock.advance(jiff::SignedDuration::from_mins(61));
        opened(
            &desk,
            &mail("late@x.example", "support@desk.example", "late", "Hello?"),
        )
        .await;
        assert_eq!(mails(&desk).await.len(), 62, "another hour");

        let mut agent = desk.agent().await;
        let numbers = |page: &crate::support::browser::Page| -> Vec<String> {
            let all = page.all("td .meta");
            all.iter()
                .map(|meta| meta.split(',').next().unwrap_or_default().to_owned())
                .collect()
        };
        let expected =
            |from: i64, to: i64| (from..=to).map(|one| format!("#{one}")).collect::<Vec<_>>();
        let first = agent.open("/desk/tickets").await;
        assert_eq!(numbers(&first), expected(1001, 1050));
        let next = first.attr(".pager a[rel=next]", "href").remove(0);
        assert!(next.contains("before="), "{next}");
        // What is answered meanwhile moves nothing.
        let form = agent
            .open(&first.attr("td .main-link", "href").remove(0))
            .await;
        let path = form.path.clone();
        agent.send(form.form(&path).set("text", "Yes.")).await;
        let second = agent.open(&next).await;
        assert_eq!(numbers(&second), expected(1051, 1072));
        assert!(second.attr(".pager a[rel=next]", "href").is_empty());
        assert_eq!(second.attr(".pager a", "href"), ["/desk/tickets"]);

        for (typed, found) in [
            ("%231042", vec!["#1042"]),
            ("1001", vec!["#1001"]),
            ("N41%40X.example", vec!["#1042"]),
            ("100%25_s", vec!["#1071"]),
            ("late", vec!["#1072"]),
            ("nobody", vec![]),
        ] {
            let page = agent.open(&format!("/desk/tickets?q={typed}")).await;
            assert_eq!(numbers(&page), found, "{typed}");
        }
        let page = agent.open("/desk/tickets?q=1001").await;
        assert!(
            page.one("td.lead-cell").contains("Answered"),
            "{}",
            page.text()
        );
        let page = agent.open("/desk/tickets?q=x.example").await;
        assert_eq!(numbers(&page).len(), 50);
        let page = agent
            .open(&page.attr(".pager a[rel=next]", "href").remove(0))
            .await;
        assert_eq!(numbers(&page).len(), 21);
        assert_eq!(
            agent.open("/desk/tickets?before=nonsense").await.status,
            200
        );
    })
    .await;
}

/// A try that ends after another one sent the mail changes nothing of that.
#[tokio::test]
async fn a_late_failure_does_not_undo_that_a_mail_was_sent() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let id = opened(
            &desk,
            &mail(
                "priya@brightmoor.example",
                "support@desk.example",
                "q1",
                "Which bill?",
            ),
        )
        .await;
        let mail = mails(&desk).await.pop().expect("the acknowledgement").id;
        account_mail::sent(&desk.app, mail).await.expect("noted");
        let caller = desk_of(&desk.app);
        for given_up in [false, true] {
            account_mail::not_sent(&desk.app, mail, "too late", given_up)
                .await
                .expect("noted");
            let now = account_mail::read(&desk.app, &caller, mail)
                .await
                .expect("a mail");
            assert_eq!(
                (now.state, now.last_error),
                (MailState::Sent, None),
                "{given_up}"
            );
        }
        let talk = tickets::look(&desk.app, &caller, id)
            .await
            .expect("a ticket");
        assert_eq!(talk.messages.len(), 1);
    })
    .await;
}

/// Somebody who may only read asks support, and keeps views of their own.
#[tokio::test]
async fn a_read_only_user_asks_support_and_keeps_views() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        filed(&mut dana).await;
        desk.person(Some(&account), Role::ReadOnly, "reader@harbor.example")
            .await;
        let mut reader = desk.signed_in("reader@harbor.example").await;
        let page = reader.open("/help").await;
        assert!(
            page.all("form[action='/help/ask'] fieldset[disabled]")
                .is_empty(),
            "{}",
            page.html()
        );
        let form = page
            .form("/help/ask")
            .set("subject", "Bills")
            .set("text", "Which one?");
        let page = reader.send(form).await;
        assert!(page.text().contains("ticket #1001"), "{}", page.text());
        let page = reader.open("/numbers/ports?q=404").await;
        let save = "/numbers/ports/views";
        assert!(
            page.all(&format!("form[action^='{save}'] fieldset[disabled]"))
                .is_empty()
        );
        let page = reader.send(page.form(save).set("name", "Atlanta")).await;
        assert!(
            page.text().contains("Saved as \u{201c}Atlanta\u{201d}"),
            "{}",
            page.text()
        );
        assert!(
            page.all(&format!("form[action^='{save}'] fieldset[disabled]"))
                .is_empty()
        );
    })
    .await;
}

/// What no keyboard types is left out, on either database: PostgreSQL keeps no NUL.
#[tokio::test]
async fn control_characters_are_left_out_of_what_is_typed() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let on: PortId = port
            .rsplit('/')
            .next()
            .expect("an id")
            .parse()
            .expect("an id");
        let path = format!("{port}/notes");
        let form = dana.open(&path).await.form(&path);
        let page = dana
            .send(form.set("text", "Suite\0 410.\u{7}\r\n\tThanks\u{85}"))
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(notes(&desk.app, on).await[0].text, "Suite 410.\n\tThanks");
        let form = dana.open("/help").await.form("/help/ask");
        let page = dana
            .send(form.set("subject", "B\0ills").set("text", "Which\0 one?"))
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(waiting(&desk).await[0].subject, "Bills");
        for address in ["/numbers/ports?q=%00", "/numbers/ports?q=40%004"] {
            assert_eq!(dana.open(address).await.status, 200, "{address}");
        }
        let mut agent = desk.agent().await;
        assert_eq!(agent.open("/desk/tickets?q=Bi%00lls").await.status, 200);

        // The signer's page.
        let letter = format!("{port}/letter");
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/send"))).await;
        let link = desk.link("sign").await;
        let mut owner = desk.browser();
        let decline = format!("{link}/decline");
        let form = owner.open(&link).await.form(&decline);
        let page = owner.send(form.set("reason", "Not\0 mine.")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(dana.open(&letter).await.text().contains("Not mine."));
    })
    .await;
}
