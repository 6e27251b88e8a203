//! What becomes of answers by mail, short of the mailbox that they come from.

use bytes::Bytes;
use portolan::app::replies::{self, Outcome};
use portolan::app::unplaced;
use portolan::app::users;
use portolan::domain::port::Role;
use portolan::ids::PortId;

use super::{WITH_REPLIES, Written, desk_of, notes};
use crate::portal::filed;
use crate::support::app::{Person, TestApp, picture};
use crate::support::browser::Desk;
use crate::support::database::{on_both, on_sqlite};

/// An answer as a mail program sends it.
fn message(from: &str, to: &str, id: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "Message-ID: <{id}@harbor.example>\nFrom: {from}\nTo: {to}\nDate: Mon, 23 Nov 2026 11:05:00 -0600\nSubject: Re: New note\n\
         Content-Type: text/plain; charset=utf-8\n{headers}\n{body}\n"
    )
    .replace('\n', "\r\n")
    .into_bytes()
}

const QUOTE: &str =
    "\nOn Mon, Nov 23, 2026 at 11:05 AM Desk <a@b.example> wrote:\n> Which suite?\n";

/// A request with a customer and a desk, and where their answers go.
struct Scene {
    app: TestApp,
    dana: Person,
    port: PortId,
    hers: String,
    desks: String,
}

impl Scene {
    async fn on(test: &crate::support::database::TestDb) -> Self {
        let app = TestApp::with(test, WITH_REPLIES).await;
        let account = app.account("Harbor Dental").await;
        let dana = app.submitter(&account, "Dana Whitfield").await;
        let port: PortId = app
            .complete_port(&dana, &["+14045550123"])
            .await
            .parse()
            .expect("an id");
        let hers = replies::address(&app.app, port, Some(dana.user.id)).expect("an address");
        let desks = replies::address(&app.app, port, None).expect("an address");
        Self {
            app,
            dana,
            port,
            hers,
            desks,
        }
    }

    async fn receive(&self, raw: &[u8]) -> Outcome {
        replies::receive(&self.app.app, raw).await.expect("taken")
    }

    /// Takes a mail that cannot be placed; gives why.
    async fn unplaced(&self, raw: &[u8]) -> String {
        match self.receive(raw).await {
            Outcome::Unplaced { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    async fn notes(&self) -> Vec<Written> {
        notes(&self.app.app, self.port).await
    }
}

/// Every mail about a port to the submitter and the desk has an address of its own; the owner's have none.
#[tokio::test]
async fn mails_to_people_of_the_system_can_be_answered() {
    on_both(|test| async move {
        let scene = Scene::on(&test).await;
        let app = &scene.app;
        app.sign_and_prove(&scene.dana, &scene.port.to_string())
            .await;
        let mut seen = std::collections::BTreeSet::new();
        for mail in app.mails().await {
            let address = replies::address_of(&app.app, &mail).await.expect("known");
            let wanted = match mail.reader.as_str() {
                "submitter" => Some(scene.hers.clone()),
                "desk" => Some(scene.desks.clone()),
                _ => None,
            };
            assert_eq!(address, wanted, "{} to {}", mail.kind, mail.reader);
            seen.insert(mail.reader);
        }
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert_ne!(scene.hers, scene.desks);
        assert!(scene.hers.split('@').next().expect("a local part").len() <= 64);
        // Without the setting there are none.
        let off = TestApp::on(&test).await;
        assert_eq!(replies::address(&off.app, scene.port, None), None);
    })
    .await;
}

/// The answer of each becomes their note, once, however often and in whichever case it comes.
#[tokio::test]
async fn an_answer_becomes_its_writers_note() {
    on_both(|test| async move {
        let scene = Scene::on(&test).await;
        let email = &scene.dana.user.email;
        let body = format!("Suite 410.\n\nThanks\n-- \nDana\n{QUOTE}");
        let raw = message(
            &format!("Dana W <{}>", email.to_uppercase()),
            &scene.hers.to_uppercase(),
            "a",
            "",
            &body,
        );
        assert!(
            matches!(scene.receive(&raw).await, Outcome::Noted { port, .. } if port == scene.port)
        );
        assert_eq!(scene.receive(&raw).await, Outcome::Known);
        let by_another_way = [
            b"Received: from b\r\nDelivered-To: x@y.example\r\n".to_vec(),
            raw,
        ]
        .concat();
        assert_eq!(scene.receive(&by_another_way).await, Outcome::Known);

        // The desk's shared mailbox, and an agent from their own.
        let agent = scene.app.desk().await;
        let support = scene.app.app.config.operator.support.email.clone();
        for (from, id) in [(support.as_str(), "b"), (agent.user.email.as_str(), "c")] {
            let raw = message(
                from,
                &scene.desks,
                id,
                "",
                &format!("From the desk.{QUOTE}"),
            );
            let outcome = scene.receive(&raw).await;
            assert!(
                matches!(outcome, Outcome::Noted { .. }),
                "{from}: {outcome:?}"
            );
        }
        let found = scene.notes().await;
        let who: Vec<_> = found
            .iter()
            .map(|note| (note.by.as_str(), note.role, note.text.as_str()))
            .collect();
        let operator = scene.app.app.config.operator.name.clone();
        assert_eq!(
            who,
            [
                ("Dana Whitfield", Role::Submitter, "Suite 410.\n\nThanks"),
                (operator.as_str(), Role::Desk, "From the desk."),
                ("Dana Desk", Role::Desk, "From the desk."),
            ]
        );
        // It went through the one door: the other side is mailed.
        let mails = scene.app.mails().await;
        assert!(
            mails
                .iter()
                .any(|mail| mail.reader == "desk" && mail.body_text.contains("> Suite 410."))
        );
        assert!(
            mails
                .iter()
                .any(|mail| mail.reader == "submitter"
                    && mail.body_text.contains("> From the desk."))
        );
    })
    .await;
}

/// Files of permitted types are attached; others are named. A logo that is there already is not attached again.
#[tokio::test]
async fn files_of_an_answer_are_attached() {
    on_sqlite(|test| async move {
        let scene = Scene::on(&test).await;
        let mail = |id: &str| {
            let logo = base64(&picture());
            let raw = format!(
                "Message-ID: <{id}@x.example>\nFrom: {}\nTo: {}\nSubject: bill\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
                 --b\nContent-Type: text/plain\n\nThe bill ({id}).\n--b\nContent-Type: image/png\nContent-ID: <l>\nContent-Disposition: inline; filename=logo.png\nContent-Transfer-Encoding: base64\n\n{logo}\n\
                 --b\nContent-Type: application/zip\nContent-Disposition: attachment; filename=all.zip\nContent-Transfer-Encoding: base64\n\n{}\n\
                 --b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=numbers.csv\n\nnumber\n+14045550123\n--b--\n",
                scene.dana.user.email,
                scene.hers,
                base64(b"PK\x03\x04 not really a zip \x00\x01"),
            );
            raw.replace('\n', "\r\n").into_bytes()
        };
        assert!(matches!(scene.receive(&mail("one")).await, Outcome::Noted { .. }));
        assert!(matches!(scene.receive(&mail("two")).await, Outcome::Noted { .. }));
        let found = scene.notes().await;
        assert_eq!(found[0].files, ["logo.png", "numbers.csv"]);
        assert_eq!(found[1].files, ["numbers.csv"], "the logo is there already");
        assert!(
            found[0].text.starts_with("The bill (one).\n\n[Not attached: all.zip: This is a"),
            "{}",
            found[0].text
        );
    })
    .await;
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// What is longer than a note is attached whole.
#[tokio::test]
async fn a_very_long_answer_is_kept_whole() {
    on_sqlite(|test| async move {
        let scene = Scene::on(&test).await;
        let long = "All of it is of importance. ".repeat(400);
        let raw = message(&scene.dana.user.email, &scene.hers, "long", "", &long);
        assert!(matches!(scene.receive(&raw).await, Outcome::Noted { .. }));
        let found = scene.notes().await;
        assert_eq!(found[0].files, ["mail.txt"]);
        assert!(found[0].text.ends_with("[The whole text is attached.]"));
        assert!(found[0].text.chars().count() <= 5_000);
    })
    .await;
}

/// Foreign senders, forged and unknown tokens, people who left, empty answers: kept for the desk, each with its
/// reason, and no note.
#[tokio::test]
async fn what_cannot_be_placed_waits_for_the_desk() {
    on_both(|test| async move {
        let scene = Scene::on(&test).await;
        let email = scene.dana.user.email.clone();
        let say = |from: &str, to: &str, id: &str, body: &str| message(from, to, id, "", body);
        let foreign = scene.unplaced(&say("evil@x.example", &scene.hers, "1", "Let me in.")).await;
        assert_eq!(
            foreign,
            format!("It came from evil@x.example, but its answer address was given to Dana Whitfield ({email}).")
        );
        let others = scene.unplaced(&say(&email, &scene.desks, "2", "As the desk?")).await;
        assert!(others.contains("was given to the porting desk"), "{others}");
        let two = format!("{email}, other@x.example");
        assert!(scene.unplaced(&say(&two, &scene.hers, "3", "Both.")).await.contains("nobody in particular"));
        // Each digit of the token counts.
        let at = scene.hers.find('@').expect("an address") - 3;
        let mut forged = scene.hers.clone();
        let other = if forged.get(at..=at) == Some("7") { "8" } else { "7" };
        forged.replace_range(at..=at, other);
        let reason = scene.unplaced(&say(&email, &forged, "4", "Forged.")).await;
        assert!(reason.contains("not one that we gave"), "{reason}");
        let nobody = scene.unplaced(&say("", "replies@desk.example", "5", "No token.")).await;
        assert!(nobody.contains("who sent it"), "{nobody}");
        let both = format!("{}, {}", scene.hers, scene.desks);
        assert!(scene.unplaced(&say(&email, &both, "6", "Two.")).await.contains("several"));
        let empty = scene.unplaced(&say(&email, &scene.hers, "7", QUOTE)).await;
        assert!(empty.contains("Nothing is left of it"), "{empty}");
        assert!(scene.unplaced(b"\0\0").await.contains("It"), "not even a mail");
        let large = replies::receive_headers(
            &scene.app.app,
            &say(&email, &scene.hers, "8", ""),
            40_000_000,
            "INBOX",
        )
        .await
        .expect("taken");
        assert!(matches!(&large, Outcome::Unplaced { reason, .. } if reason.contains("still in the mailbox INBOX")), "{large:?}");

        // Somebody who was let go.
        let admin = scene.app.administrator().await;
        let admin = portolan::app::Caller::of(&admin.user);
        users::disable_user(&scene.app.app, &admin, scene.dana.user.id).await.expect("switched off");
        let gone = scene.unplaced(&say(&email, &scene.hers, "9", "I am back.")).await;
        assert!(gone.contains("may not sign in any more"), "{gone}");

        assert!(scene.notes().await.is_empty(), "nothing is guessed");
        let desk = desk_of(&scene.app.app);
        let waiting = unplaced::list(&scene.app.app, &desk).await.expect("a list");
        assert_eq!(waiting.len(), 10);
        assert!(unplaced::list(&scene.app.app, &portolan::app::Caller::of(&scene.dana.user)).await.is_err());
        // A second copy does not wait twice.
        assert_eq!(scene.receive(&say("evil@x.example", &scene.hers, "1", "Let me in.")).await, Outcome::Known);
        // It is kept as it came.
        let first = waiting.iter().find(|mail| mail.reason == foreign).expect("it waits");
        let raw = unplaced::raw(&scene.app.app, &desk, first.id).await.expect("kept");
        assert_eq!(raw, say("evil@x.example", &scene.hers, "1", "Let me in."));
    })
    .await;
}

/// Programs' answers are left out, and a closed port takes notes as ever.
#[tokio::test]
async fn automatic_answers_are_left_out_and_closed_ports_take_notes() {
    on_sqlite(|test| async move {
        let scene = Scene::on(&test).await;
        let email = &scene.dana.user.email;
        let away = message(
            email,
            &scene.hers,
            "a",
            "Auto-Submitted: auto-replied\n",
            "I am away.",
        );
        assert!(matches!(
            scene.receive(&away).await,
            Outcome::Automatic { .. }
        ));
        let bounce = message(
            "MAILER-DAEMON@x.example",
            &scene.hers,
            "b",
            "Return-Path: <>\n",
            "Failed.",
        );
        assert!(matches!(
            scene.receive(&bounce).await,
            Outcome::Automatic { .. }
        ));
        let desk = desk_of(&scene.app.app);
        assert_eq!(
            unplaced::waiting(&scene.app.app, &desk)
                .await
                .expect("a count"),
            0
        );
        scene
            .app
            .post(&format!("/v1/ports/{}/cancel", scene.port))
            .by(&scene.dana)
            .json(&serde_json::json!({ "reason": "Changed my mind." }))
            .send()
            .await
            .ok(200);
        let raw = message(email, &scene.hers, "c", "", "Thanks all the same.");
        assert!(matches!(scene.receive(&raw).await, Outcome::Noted { .. }));
        assert_eq!(
            scene.notes().await.last().expect("a note").text,
            "Thanks all the same."
        );
    })
    .await;
}

/// The desk's page: a mail is filed on a port by number or id, in the agent's name, or put away.
#[tokio::test]
async fn the_desk_files_what_could_not_be_placed() {
    on_both(|test| async move {
        let desk = Desk::with(&test, WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let id: PortId = port.rsplit('/').next().expect("an id").parse().expect("an id");
        let to = replies::address(&desk.app, id, None).expect("an address");
        let take = async |raw: Vec<u8>| replies::receive(&desk.app, &raw).await.expect("taken");
        take(message("Dana Private <dana@private.example>", &to, "1", "", "<b>Suite</b> 410.")).await;
        desk.clock.advance(jiff::SignedDuration::from_secs(1));
        take(message("offers@sale.example", &to, "2", "", "Cheap phones")).await;

        let list = "/desk/unplaced-mail";
        assert_eq!(dana.open(list).await.status, 404, "the desk's alone");
        assert!(!dana.open("/numbers/ports").await.html().contains("unplaced-mail"));
        let mut agent = desk.agent().await;
        let page = agent.open("/desk").await;
        assert!(page.one(".menu a[href='/desk/unplaced-mail']").contains('2'));
        let page = agent.open(list).await;
        let mails = page.attr("td .main-link", "href");
        assert_eq!(mails.len(), 2, "{}", page.text());
        assert_eq!(dana.open(&mails[0]).await.status, 404);
        assert_eq!(dana.open(&format!("{}/message", mails[0])).await.status, 404);
        let page = agent.open(&mails[0]).await;
        assert!(page.text().contains("<b>Suite</b> 410."), "shown as words, not as a page");
        let place = format!("{}/place", mails[0]);
        let form = page.form(&place);
        assert_eq!(form.value("port"), id.to_string(), "what its address names");
        for (typed, says) in [
            ("", "Type a number"),
            ("404 555 0199", "No port has this number"),
            ("port_00000000000000000000000000000000", "There is no such port"),
        ] {
            let page = agent.send(form.clone().set("port", typed)).await;
            assert_eq!(page.status, 422);
            assert!(page.error("port").contains(says), "{typed}: {}", page.error("port"));
        }
        let saved = agent.open(&format!("{}/message", mails[0])).await;
        assert!(saved.headers["content-disposition"].to_str().expect("plain").contains("mail.eml"));
        let page = agent
            .send(form.set("port", "(404) 555-0123").without("staff_only"))
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        let found = notes(&desk.app, id).await;
        assert_eq!(
            found[0],
            Written {
                by: "agent".to_owned(),
                role: Role::Desk,
                text: "By mail from Dana Private (dana@private.example), about \"Re: New note\":\n\n<b>Suite</b> 410.".to_owned(),
                staff_only: false,
                files: vec![],
            }
        );
        // Twice is once: the page is out of date then.
        let again = agent.open(&mails[1]).await;
        let discard = format!("{}/discard", mails[1]);
        let form = again.form(&discard);
        let page = agent.send(form.clone()).await;
        assert!(page.text().contains("Nothing waits here"), "{}", page.text());
        assert_eq!(agent.send(form).await.status, 404);
        assert_eq!(notes(&desk.app, id).await.len(), 1);
    })
    .await;
}

/// The built-in mailbox: an answer there is a whole mail that takes the way of all others.
#[tokio::test]
async fn a_mail_is_answered_on_the_mailbox_page() {
    on_both(|test| async move {
        let small = "[limits]\nupload_megabytes_max = 1\nimport_megabytes_max = 1\n";
        let desk = Desk::with(&test, &format!("{WITH_REPLIES}{small}")).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let id: PortId = port
            .rsplit('/')
            .next()
            .expect("an id")
            .parse()
            .expect("an id");
        let mut agent = desk.agent().await;
        let path = format!("{port}/notes");
        let form = agent
            .open(&path)
            .await
            .form(&path)
            .set("text", "Which suite?");
        agent.send(form).await;
        let mail = desk.mails().await.pop().expect("a mail");
        assert_eq!(mail.reader, "submitter");
        assert!(
            mail.body_text.contains("You can also answer this mail"),
            "{}",
            mail.body_text
        );
        let page = agent.open(&format!("/mailbox/{}", mail.id)).await;
        let reply = format!("/mailbox/{}/reply", mail.id);
        let empty = agent.send(page.form(&reply)).await;
        assert_eq!(empty.status, 422);
        // Nothing is left out without a word.
        let large = vec![b'x'; 900_000];
        let mut form = page.form(&reply).set("text", "Six files");
        for at in 0..6 {
            form = form.file("file", &format!("{at}.png"), &large);
        }
        let refused = agent.send(form).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(
            refused.error("file").contains("5.png: together"),
            "{}",
            refused.error("file")
        );
        assert_eq!(refused.form(&reply).value("text"), "Six files");
        let form = page
            .form(&reply)
            .set("text", "Suite 410, Grüße.\n\n-- \nDana")
            .file("file", "bill.png", &picture());
        let page = agent.send(form).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.path.starts_with(&path), "{}", page.path);
        let found = notes(&desk.app, id).await;
        assert_eq!(
            found[1],
            Written {
                by: "dana".to_owned(),
                role: Role::Submitter,
                text: "Suite 410, Grüße.".to_owned(),
                staff_only: false,
                files: vec!["bill.png".to_owned()],
            },
            "the quoted mail is left out"
        );
        let form = foreign_form(&mut dana, &reply).await;
        assert_eq!(dana.send(form).await.status, 404, "not for customers");
        // The owner's mails cannot be answered, and without the setting none can.
        let off = Desk::on(&test).await;
        let mut agent = off.signed_in("agent@desk.example").await;
        let page = agent.open(&format!("/mailbox/{}", mail.id)).await;
        assert!(!page.html().contains("/reply"));
        let wanted = replies::answer(
            &off.app,
            &desk_of(&off.app),
            mail.id,
            "x",
            Vec::<(String, Bytes)>::new(),
        )
        .await;
        assert!(wanted.is_err());
    })
    .await;
}

/// A form of a page of hers, sent to somewhere else.
async fn foreign_form(
    browser: &mut crate::support::browser::Browser<'_>,
    to: &str,
) -> crate::support::browser::Form {
    let mut form = browser.open("/settings").await.form("/settings");
    form.action = to.to_owned();
    form
}
