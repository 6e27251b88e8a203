//! Mails on their way: sent through a mail server of another make and read back by its parser.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use portolan::app::mailing::MailState;
use portolan::clock::Clock;
use portolan::mail::smtp::{Departure, Smtp};
use portolan::mail::{LINK_PLACE, templates};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::simulator::judged::judge;
use crate::support::browser::{Desk, picture};
use crate::support::database::on_sqlite;

/// What the server of another make has been given.
struct Server {
    _child: Child,
    lines: UnboundedReceiver<String>,
    port: u64,
}

impl Server {
    /// `None` where it is not installed.
    async fn start() -> Option<Self> {
        let python = judge("smtp", "tests/smtp/.venv/bin/python")?;
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/serve.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped")).lines();
        // What it says is read as it comes: it stops when the pipe is full.
        let (say, lines) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok(Some(line)) = out.next_line().await {
                let _ = say.send(line);
            }
        });
        let mut server = Self {
            _child: child,
            lines,
            port: 0,
        };
        server.port = server.next().await["port"].as_u64().expect("a port");
        Some(server)
    }

    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(30), self.lines.recv())
            .await
            .expect("a line in time")
            .expect("it goes on");
        serde_json::from_str(&line).expect("JSON")
    }

    /// The next mails, by their Message-ID.
    async fn take(&mut self, count: usize) -> BTreeMap<String, Value> {
        let mut taken = BTreeMap::new();
        for _ in 0..count {
            let mail = self.next().await;
            let id = header(&mail, "message-id");
            assert!(taken.insert(id.clone(), mail).is_none(), "{id} came twice");
        }
        taken
    }
}

/// A header that is there once.
#[track_caller]
fn header(mail: &Value, name: &str) -> String {
    let all = mail["headers"][name]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    assert_eq!(all.len(), 1, "{name} in {}", mail["headers"]);
    all[0].as_str().expect("a text").to_owned()
}

/// A part of the mail as its reader gets it.
#[track_caller]
fn part(mail: &Value, kind: &str) -> String {
    let part = mail["parts"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|part| part["type"] == kind)
        .unwrap_or_else(|| panic!("no {kind} in {}", mail["parts"]));
    assert_eq!(part["charset"], "utf-8");
    part["text"].as_str().expect("a text").replace("\r\n", "\n")
}

/// The secret link in a mail's text, if there is one.
fn link(text: &str) -> Option<&str> {
    text.split_whitespace()
        .find(|word| word.contains("/sign/") || word.contains("/upload/"))
}

/// The mail whose subject begins like this.
#[track_caller]
fn about<'a>(mails: &'a BTreeMap<String, Value>, begins: &str) -> &'a Value {
    mails
        .values()
        .find(|mail| header(mail, "subject").starts_with(begins))
        .unwrap_or_else(|| panic!("no mail {begins}"))
}

/// The file that came with a mail.
fn file(mail: &Value) -> Option<&Value> {
    mail["parts"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|part| part["disposition"] == "attachment")
}

/// What every mail has to be, whatever it says.
#[track_caller]
fn sound(mail: &Value) {
    let about = header(mail, "subject");
    assert_eq!(mail["defects"], serde_json::json!([]), "{about}");
    let with_file = file(mail).is_some();
    assert_eq!(
        mail["type"],
        if with_file {
            "multipart/mixed"
        } else {
            "multipart/alternative"
        },
        "{about}"
    );
    let kinds: Vec<&str> = mail["parts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| part["type"].as_str())
        .collect();
    assert_eq!(
        kinds[..2],
        ["text/plain", "text/html"],
        "the plain part first: {about}"
    );
    assert_eq!(kinds.len(), if with_file { 3 } else { 2 }, "{about}");
    // RFC 5322, 2.1.1.
    assert!(
        mail["longest_line"].as_u64().expect("a number") <= 998,
        "{about}"
    );
    let sent = mail["date"].as_f64().expect("a date");
    let now = Clock::system().wall().as_second() as f64;
    assert!(
        (now - sent).abs() < 300.0,
        "{about}: dated {sent}, now is {now}"
    );
    assert_eq!(mail["from"], "desk@porting.example", "{about}");
    assert_eq!(
        mail["addresses"]["from"],
        serde_json::json!([["Harbor Porting Desk", "desk@porting.example"]]),
        "{about}"
    );
    let answers = mail["addresses"]["reply-to"].as_array().expect("a list");
    assert_eq!(answers.len(), 1, "{about}");
    assert!(
        answers[0][1].as_str().is_some_and(|to| to.contains('@')),
        "{about}"
    );
    for name in [
        "to",
        "mime-version",
        "message-id",
        "in-reply-to",
        "references",
        "date",
    ] {
        assert!(!header(mail, name).is_empty(), "{about}");
    }
    assert!(mail["headers"]["bcc"].is_null(), "{about}");
}

fn settings(server: &Server) -> String {
    format!(
        "[mail]\nmode = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom = \"Harbor Porting Desk <desk@porting.example>\"\n",
        server.port
    )
}

/// R113, R114, R116, R126, R131: the mails of two ports as they arrive. Each port is one thread; a mail's
/// secret link is in the mail alone; nobody's account number or PIN is in any.
#[tokio::test]
async fn a_ports_mails_arrive_whole_and_in_its_own_thread() {
    on_sqlite(|test| async move {
        let Some(mut server) = Server::start().await else {
            return;
        };
        let desk = Desk::with(&test, &settings(&server)).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let form = filled(
            dana.open("/numbers/ports/new")
                .await
                .form("/numbers/ports/new"),
        )
        .set("pin", "PIN-73920518");
        let port = dana.press(form, "continue").await.path;
        let port = port.trim_end_matches("/letter").to_owned();
        let letter = format!("{port}/letter");
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/send"))).await;
        desk.run_jobs().await;
        let mut all = server.take(2).await;
        let first = about(&all, "Please sign").clone();
        assert_eq!(
            first["addresses"]["to"],
            serde_json::json!([["María José O'Kovács", "maria@harbordental.example"]]),
            "a name that is not ASCII"
        );

        // What moves, what happens next, the usual dates, and the warning.
        let receipt = about(&all, "We have your port request");
        assert_eq!(receipt["to"][0], "dana@harbor.example");
        let says = part(receipt, "text/plain").replace('\n', " ");
        let today = desk.clock.now();
        let calendar = portolan::domain::calendar::Calendar::new(
            portolan::domain::calendar::zone("America/New_York").expect("a zone"),
            portolan::domain::calendar::CarrierDays::default(),
        );
        let usual = calendar.typical_port_dates(calendar.date(today));
        for said in [
            "(404) 555-0123 from Copper Valley Telephone".to_owned(),
            "María José O'Kovács signs it by the link in the mail.".to_owned(),
            format!(
                "between {} and {}.",
                usual.from.strftime("%A, %B %-d"),
                usual.to.strftime("%A, %B %-d")
            ),
            "Do not cancel your old service yet.".to_owned(),
        ] {
            assert!(says.contains(&said), "{said} in {says}");
        }

        // The owner has nothing but the mail.
        let text = part(&first, "text/plain");
        let there = link(&text).expect("a link to sign").to_owned();
        assert!(part(&first, "text/html").contains(&there));
        let path = there
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split_once('/'))
            .map(|(_, path)| format!("/{path}"));
        let path = path.expect("an address");
        let mut maria = desk.browser();
        let page = maria.open(&path).await;
        let form = page
            .form(&path)
            .add("consent", "yes")
            .set("name", "María José O'Kovács");
        assert_eq!(maria.send(form).await.status, 200);
        desk.run_jobs().await;
        let signed = server.take(2).await;
        let bill = about(&signed, "Please send the phone bill");
        // R114: the owner keeps what was signed, byte for byte, and the mailbox page has it, too.
        let copy = file(bill).expect("the signed letter");
        assert_eq!(copy["type"], "application/pdf");
        assert_eq!(copy["name"], "letter-of-authorization-1-signed.pdf");
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(copy["bytes"].as_str().expect("base64"))
            .expect("base64");
        assert!(bytes.starts_with(b"%PDF-"));
        let mut agent = desk.agent().await;
        let stored = desk
            .mails()
            .await
            .into_iter()
            .find(|mail| mail.kind == "upload_bill")
            .expect("R116");
        let page = agent.open(&format!("/mailbox/{}", stored.id)).await;
        let href = page
            .attr("a", "href")
            .into_iter()
            .find(|href| href.starts_with("/documents/"))
            .expect("a link to the attachment");
        assert!(page.text().contains("letter-of-authorization-1-signed.pdf"));
        let document = agent.open(&href).await;
        assert_eq!(document.status, 200);
        assert!(
            document.body == bytes,
            "what was mailed is what is stored: {} and {} bytes",
            bytes.len(),
            document.body.len()
        );
        assert!(maria.open(&format!("{path}/letter.pdf")).await.body == bytes);
        assert!(
            all.values()
                .chain(
                    signed
                        .values()
                        .filter(|mail| header(mail, "subject") != header(bill, "subject"))
                )
                .all(|mail| file(mail).is_none()),
            "nobody else gets it by mail"
        );
        assert!(link(&part(bill, "text/plain")).is_some_and(|to| to.contains("/upload/")));
        assert!(
            signed
                .values()
                .any(|mail| mail["to"][0] == "dana@harbor.example"
                    && header(mail, "subject").starts_with("Signed:")),
            "R114"
        );
        all.extend(signed);

        let proof = format!("{port}/proof");
        let page = dana.open(&proof).await;
        dana.send(page.form(&proof).file("file", "bill.png", &picture()))
            .await;
        let notes = format!("{port}/notes");
        let page = dana.open(&notes).await;
        dana.send(page.form(&notes).set(
            "text",
            "Is \u{201c}Tuesday\u{201d} possible?\r\nBcc: all@harbor.example",
        ))
        .await;
        let page = agent.open(&notes).await;
        agent
            .send(page.form(&notes).set(
                "text",
                "We look into it.\n.\nA line with only a full stop above.",
            ))
            .await;
        desk.run_jobs().await;
        let mails = desk.mails().await;
        all.extend(server.take(mails.len() - all.len()).await);

        // A second port has a thread of its own.
        let form = filled(
            dana.open("/numbers/ports/new")
                .await
                .form("/numbers/ports/new"),
        )
        .set("number", "+14045550124");
        let other = dana.press(form, "continue").await.path;
        let page = dana.open(&other).await;
        dana.send(page.form(&format!("{other}/send"))).await;
        desk.run_jobs().await;
        let mails = desk.mails().await;
        all.extend(server.take(mails.len() - all.len()).await);

        assert!(mails.len() >= 6, "{}", mails.len());
        let mut threads: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for stored in &mails {
            assert_eq!(stored.state, MailState::Sent, "{:?}", stored.last_error);
            assert!(
                stored.sealed_link.is_none(),
                "a link that was sent is forgotten"
            );
            let mail = &all[&format!("<{}>", stored.message_id)];
            sound(mail);
            assert_eq!(header(mail, "subject"), stored.subject);
            assert_eq!(mail["to"], serde_json::json!([stored.to_address]));
            assert_eq!(header(mail, "in-reply-to"), header(mail, "references"));
            threads
                .entry(stored.port)
                .or_default()
                .insert(header(mail, "references"));
            for (kind, body) in [
                ("text/plain", &stored.body_text),
                ("text/html", &stored.body_html),
            ] {
                let came = part(mail, kind);
                let came = match link(&part(mail, "text/plain")) {
                    Some(link) => came.replace(link, LINK_PLACE),
                    None => came,
                };
                assert_eq!(
                    came.trim_end(),
                    body.replace("\r\n", "\n").trim_end(),
                    "{}",
                    stored.subject
                );
            }
            let raw = mail["raw"].as_str().expect("a text");
            for place in [
                raw.to_owned(),
                part(mail, "text/plain"),
                part(mail, "text/html"),
            ] {
                for secret in [
                    ACCOUNT_NUMBER,
                    "73920518",
                    crate::support::browser::PASSWORD,
                ] {
                    assert!(!place.contains(secret), "{}", stored.subject);
                }
            }
            let links = part(mail, "text/plain").matches("/sign/").count()
                + part(mail, "text/plain").matches("/upload/").count();
            assert!(
                links <= 1 && (links == 0 || stored.reader == "owner"),
                "{}",
                stored.subject
            );
        }
        assert_eq!(threads.len(), 2);
        assert!(threads.values().all(|ids| ids.len() == 1), "{threads:?}");
        let ids: BTreeSet<_> = threads.values().flatten().collect();
        assert_eq!(ids.len(), 2, "one thread a port");
    })
    .await;
}

/// Every kind of mail there is, with made-up data.
#[tokio::test]
async fn every_mail_arrives_as_it_was_written() {
    on_sqlite(|test| async move {
        let Some(mut server) = Server::start().await else {
            return;
        };
        let desk = Desk::with(&test, &settings(&server)).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let letter = format!("{port}/letter");
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/send"))).await;
        desk.run_jobs().await;
        server.take(2).await;
        let one = desk.mails().await.remove(0);

        let config = &desk.app.config;
        let smtp = Smtp::new(&config.mail).expect("settings that can be used");
        let samples = templates::samples().expect("mails");
        for (name, sample) in &samples {
            let mut mail = one.clone();
            mail.message_id = format!("{name}@porting.example");
            mail.subject.clone_from(&sample.subject);
            mail.body_text.clone_from(&sample.text);
            mail.body_html.clone_from(&sample.html);
            smtp.send(
                &mail,
                None,
                Departure {
                    support: &config.operator.support.email,
                    ..Departure::default()
                },
            )
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        let came = server.take(samples.len()).await;
        for (name, sample) in &samples {
            let mail = &came[&format!("<{name}@porting.example>")];
            sound(mail);
            assert_eq!(header(mail, "subject"), sample.subject, "{name}");
            assert_eq!(
                part(mail, "text/plain").trim_end(),
                sample.text.trim_end(),
                "{name}"
            );
            assert_eq!(
                part(mail, "text/html").trim_end(),
                sample.html.trim_end(),
                "{name}"
            );
        }
    })
    .await;
}

/// The operator's logo comes inside each mail, and is shown in it without asking another machine.
#[tokio::test]
async fn the_operators_logo_comes_with_each_mail() {
    on_sqlite(|test| async move {
        let Some(mut server) = Server::start().await else {
            return;
        };
        let desk = Desk::with(&test, &settings(&server)).await;
        desk.person(
            None,
            portolan::domain::port::Role::Administrator,
            "ines@desk.example",
        )
        .await;
        let mut ines = desk.signed_in("ines@desk.example").await;
        let form = ines
            .open("/settings/operator")
            .await
            .form("/settings/operator/logo");
        let page = ines
            .send(form.file("logo_file", "ours.png", &picture()))
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        // Two about a port, one about a person.
        let letter = format!("{}/letter", filed(&mut dana).await);
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/send"))).await;
        let mut stranger = desk.browser();
        let form = stranger.open("/forgot").await.form("/forgot");
        stranger
            .send(form.set("email", "dana@harbor.example"))
            .await;
        desk.run_jobs().await;
        for mail in server.take(3).await.values() {
            let about = header(mail, "subject");
            assert_eq!(mail["defects"], serde_json::json!([]), "{about}");
            assert_eq!(mail["type"], "multipart/alternative", "{about}");
            assert!(
                part(mail, "text/html").contains("<img src=\"cid:logo\""),
                "{about}"
            );
            let parts = mail["parts"].as_array().expect("a list");
            let kinds: Vec<_> = parts
                .iter()
                .filter_map(|part| part["type"].as_str())
                .collect();
            assert_eq!(kinds, ["text/plain", "text/html", "image/png"], "{about}");
            assert_eq!(parts[2]["id"], "<logo>", "{about}");
            assert_eq!(parts[2]["disposition"], "inline", "{about}");
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(parts[2]["bytes"].as_str().expect("bytes"));
            assert_eq!(bytes.expect("base64"), picture(), "{about}");
        }
        // The portal shows a mail with the logo from its own address.
        let frame = ines.open("/settings/mails/completed/html").await;
        let src = frame.attr("img", "src").remove(0);
        assert_eq!(desk.browser().open(&src).await.body, picture());
    })
    .await;
}

/// R68: what the desk answers in a ticket arrives at its sender, in the thread of the mail that asked, with an address
/// of ours that leads back.
#[tokio::test]
async fn a_tickets_mails_arrive_in_their_senders_thread() {
    on_sqlite(|test| async move {
        let Some(mut server) = Server::start().await else {
            return;
        };
        let settings = format!("{}[mail.replies]\naddress = \"replies@desk.example\"\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nuser = \"desk\"\npassword = \"none\"\n", settings(&server));
        let desk = Desk::with(&test, &settings).await;
        let raw = "Message-ID: <ask.1@brightmoor.example>\r\nFrom: Priya N\u{e1}ir <priya@brightmoor.example>\r\nTo: support@desk.example\r\n\
            Subject: Which bill?\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOurs is old.\r\n";
        let taken = portolan::app::replies::receive(&desk.app, raw.as_bytes()).await.expect("taken");
        let portolan::app::replies::Outcome::Ticketed { ticket, .. } = taken else {
            panic!("{taken:?}");
        };
        desk.run_jobs().await;
        let mut agent = desk.agent().await;
        let path = format!("/desk/tickets/{ticket}");
        let page = agent.open(&path).await;
        agent.send(page.form(&path).set("text", "The latest one.")).await;
        desk.run_jobs().await;
        let back = portolan::app::tickets::address(&desk.app, ticket).expect("an address");
        let mails = server.take(2).await;
        for mail in mails.values() {
            sound(mail);
            assert_eq!(mail["to"][0], "priya@brightmoor.example");
            assert_eq!(header(mail, "in-reply-to"), "<ask.1@brightmoor.example>");
            assert_eq!(mail["addresses"]["reply-to"][0][1].as_str(), Some(back.as_str()));
            assert!(header(mail, "auto-submitted").starts_with("auto-"));
        }
        let answer = about(&mails, "Re: Which bill?");
        assert!(part(answer, "text/plain").contains("> The latest one."), "{}", part(answer, "text/plain"));
        assert!(part(answer, "text/html").contains("The latest one."));
    })
    .await;
}
