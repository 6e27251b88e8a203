//! Answers fetched from a real mailbox: Dovecot, another make than ours, which `scripts/dovecot.sh` starts.
//!
//! Without Dovecot this is skipped with a line that says so; `PORTOLAN_REQUIRE_JUDGES` with `imap` in it makes
//! that a failure.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use portolan::app::replies;
use portolan::app::tickets;
use portolan::app::unplaced;
use portolan::domain::ticket::TicketState;
use portolan::ids::PortId;

use super::{desk_of, notes};
use crate::support::app::{MONDAY, Person, TestApp};
use crate::support::database::{TestDb, on_both, on_sqlite};

/// A private server, stopped when the test ends.
struct Dovecot {
    folder: tempfile::TempDir,
    port: u16,
    tls_port: u16,
    user: String,
    password: String,
    certificate: String,
    mail: PathBuf,
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/dovecot.sh")
}

impl Dovecot {
    /// The server, if it is installed.
    fn start() -> Option<Self> {
        let there = [
            "/usr/sbin/dovecot",
            "/usr/local/sbin/dovecot",
            "/usr/bin/dovecot",
        ]
        .iter()
        .any(|path| Path::new(path).exists());
        if !there {
            let required = std::env::var("PORTOLAN_REQUIRE_JUDGES").unwrap_or_default();
            assert!(
                !required.split(',').any(|one| one.trim() == "imap"),
                "imap is required, but Dovecot is not installed"
            );
            eprintln!("skipped: Dovecot is not installed (package dovecot-imapd)");
            return None;
        }
        // A socket's path may not be longer than about a hundred bytes.
        let folder = tempfile::Builder::new()
            .prefix("portolan-dovecot-")
            .tempdir_in("/tmp")
            .expect("a folder");
        let output = Command::new(script())
            .arg("start")
            .arg(folder.path())
            .output()
            .expect("the script runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{said} {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let parts: Vec<&str> = said.split_whitespace().collect();
        let [port, tls_port, user, password, certificate, mail] = parts.as_slice() else {
            panic!("{said}");
        };
        Some(Self {
            port: port.parse().expect("a port"),
            tls_port: tls_port.parse().expect("a port"),
            user: (*user).to_owned(),
            password: (*password).to_owned(),
            certificate: (*certificate).to_owned(),
            mail: PathBuf::from(mail),
            folder,
        })
    }

    /// Settings for it.
    fn settings(&self, how: &str) -> String {
        let (host, port) = match how {
            "tls" => ("localhost", self.tls_port),
            "starttls" => ("localhost", self.port),
            _ => ("127.0.0.1", self.port),
        };
        format!(
            "[mail.replies]\naddress = \"replies@desk.example\"\nhost = \"{host}\"\nport = {port}\ntls = \"{how}\"\n\
             certificates_file = \"{}\"\nuser = \"{}\"\npassword = \"{}\"\nmailbox_done = \"Done\"\nmail_megabytes_max = 1\n",
            self.certificate, self.user, self.password
        )
    }

    /// Delivers a mail on the day on which the tests begin.
    fn deliver(&self, name: &str, raw: &[u8]) {
        self.deliver_at(MONDAY.parse().expect("a literal"), name, raw);
    }

    /// Delivers a mail as a mail server does: into the folder of new ones, at once whole. When it came is its file's time.
    fn deliver_at(&self, at: Timestamp, name: &str, raw: &[u8]) {
        let draft = self.mail.join("tmp").join(name);
        std::fs::write(&draft, raw).expect("written");
        let file = std::fs::File::options().write(true).open(&draft);
        let dated = file.expect("there").set_modified(at.into());
        dated.expect("dated");
        // The server may have been handed to another user.
        let owner = std::fs::metadata(&self.mail).expect("a folder");
        chown(&draft, Some(owner.uid()), Some(owner.gid())).expect("handed over");
        std::fs::rename(draft, self.mail.join("new").join(name)).expect("delivered");
    }

    /// Takes everything away, as somebody does who tidies up.
    fn clear(&self) {
        for folder in ["", ".Done"] {
            for part in ["cur", "new"] {
                let Ok(entries) = std::fs::read_dir(self.mail.join(folder).join(part)) else {
                    continue;
                };
                for entry in entries {
                    std::fs::remove_file(entry.expect("an entry").path()).expect("removed");
                }
            }
        }
    }

    /// The files of a folder of the mailbox: their flags follow the comma.
    fn files(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = ["cur", "new"]
            .iter()
            .filter_map(|part| std::fs::read_dir(self.mail.join(folder).join(part)).ok())
            .flatten()
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let stopped = Command::new(script())
            .arg("stop")
            .arg(self.folder.path())
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!("the private Dovecot could not be stopped");
        }
    }
}

async fn scene(test: &TestDb, settings: &str) -> (TestApp, Person, PortId, String) {
    let app = TestApp::with(test, settings).await;
    let account = app.account("Harbor Dental").await;
    let dana = app.submitter(&account, "Dana Whitfield").await;
    let port: PortId = app
        .complete_port(&dana, &["+14045550123"])
        .await
        .parse()
        .expect("an id");
    let to = replies::address(&app.app, port, Some(dana.user.id)).expect("an address");
    (app, dana, port, to)
}

/// Looks into the mailbox, as the timer does.
async fn look(app: &TestApp) {
    app.clock.advance(SignedDuration::from_mins(2));
    app.run_jobs().await;
}

fn mail(from: &str, to: &str, id: &str, body: &str) -> Vec<u8> {
    format!("Message-ID: <{id}@x.example>\r\nFrom: {from}\r\nTo: {to}\r\nSubject: Re: note\r\n\r\n{body}\r\n").into_bytes()
}

/// Each mail is taken once: it becomes a note, is marked as read and moved; what cannot be placed waits for the
/// desk; what is too large stays in the mailbox. A crash between the note and the mailbox changes nothing.
#[tokio::test]
async fn answers_are_fetched_once_from_a_real_mailbox() {
    let Some(dovecot) = Dovecot::start() else {
        return;
    };
    let dovecot = &dovecot;
    on_both(|test| async move {
        let (app, dana, port, to) = scene(&test, &dovecot.settings("none")).await;
        dovecot.clear();
        // The first look only finds out where the new mails begin.
        look(&app).await;
        let email = &dana.user.email;
        let name = |what: &str| format!("{what}.{:?}", test.engine());
        dovecot.deliver(&name("1"), &mail(email, &to, "one", "Suite 410."));
        dovecot.deliver(
            &name("2"),
            &mail("evil@x.example", &to, "two", "Let me in."),
        );
        dovecot.deliver(
            &name("3"),
            &mail(email, &to, "three", &"too much ".repeat(150_000)),
        );
        dovecot.deliver(&name("4"), &mail(email, &to, "four", "And the fax stays."));
        look(&app).await;
        let texts = async || -> Vec<String> {
            notes(&app.app, port)
                .await
                .into_iter()
                .map(|note| note.text)
                .collect()
        };
        assert_eq!(texts().await, ["Suite 410.", "And the fax stays."]);
        let desk = desk_of(&app.app);
        let waiting = unplaced::list(&app.app, &desk).await.expect("a list");
        let reasons: Vec<&str> = waiting.iter().map(|mail| mail.reason.as_str()).collect();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains("evil@x.example"))
        );
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains("still in the mailbox INBOX"))
        );
        let done = dovecot.files(".Done");
        assert_eq!(done.len(), 3, "{done:?}");
        assert!(
            done.iter().all(|name| name.ends_with('S')),
            "marked as read: {done:?}"
        );
        let left = dovecot.files("");
        let mine: Vec<_> = left
            .iter()
            .filter(|name| name.contains(&format!("{:?}", test.engine())))
            .collect();
        assert_eq!(mine.len(), 1, "{left:?}");
        assert!(!mine[0].ends_with('S'), "what was not fetched is unread");

        // A second look changes nothing; nor does a copy, nor a look that has forgotten how far the last one came.
        look(&app).await;
        dovecot.deliver(&name("5"), &mail(email, &to, "one", "Suite 410."));
        look(&app).await;
        let mailbox = format!("{}@127.0.0.1/INBOX", dovecot.user);
        let (validity, _) = replies::place_in(&app.app, &mailbox)
            .await
            .expect("read")
            .expect("a place");
        replies::set_place_in(&app.app, &mailbox, validity, 0)
            .await
            .expect("set");
        look(&app).await;
        replies::set_place_in(&app.app, &mailbox, validity.wrapping_add(1), 9_999)
            .await
            .expect("set");
        dovecot.deliver(&name("6"), &mail(email, &to, "six", "The last one."));
        look(&app).await;
        assert_eq!(
            texts().await,
            ["Suite 410.", "And the fax stays.", "The last one."]
        );
        assert_eq!(
            unplaced::waiting(&app.app, &desk).await.expect("a count"),
            2
        );

        // R66, R67: a mail that answers none of ours is a ticket.
        dovecot.deliver(
            &name("7"),
            &mail(
                "Priya <priya@brightmoor.example>",
                "support@desk.example",
                "seven",
                "Which bill?",
            ),
        );
        look(&app).await;
        look(&app).await;
        let asked = tickets::list(&app.app, &desk, TicketState::Waiting, "")
            .await
            .expect("a list");
        let asked: Vec<_> = asked
            .tickets
            .iter()
            .map(|one| (one.from_address.as_str(), one.subject.as_str()))
            .collect();
        assert_eq!(asked, [("priya@brightmoor.example", "Re: note")]);
    })
    .await;
}

/// The senders of the tickets that wait, the longest waiting first.
async fn asked(app: &TestApp) -> Vec<String> {
    let desk = desk_of(&app.app);
    let page = tickets::list(&app.app, &desk, TicketState::Waiting, "").await;
    let found = page.expect("a list").tickets;
    found.into_iter().map(|one| one.from_address).collect()
}

/// A mailbox that was in use before is not answered: neither when it is looked into for the first time, nor when its server
/// numbers its mails anew.
#[tokio::test]
async fn what_is_in_the_mailbox_before_the_first_look_is_left_alone() {
    let Some(dovecot) = Dovecot::start() else {
        return;
    };
    let dovecot = &dovecot;
    on_both(|test| async move {
        let (app, _, _, _) = scene(&test, &dovecot.settings("none")).await;
        dovecot.clear();
        let name = |what: &str| format!("{what}.{:?}", test.engine());
        let support = "support@desk.example";
        let monday: Timestamp = MONDAY.parse().expect("a literal");
        let long_ago = monday - SignedDuration::from_hours(24 * 400);
        dovecot.deliver_at(
            long_ago,
            &name("old"),
            &mail("old@x.example", support, "old", "In 2025."),
        );
        look(&app).await;
        look(&app).await;
        assert!(asked(&app).await.is_empty());
        assert!(app.mails().await.is_empty(), "nobody is written to");
        let left = dovecot.files("");
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(!left[0].ends_with('S'), "unread, as it was: {left:?}");

        dovecot.deliver(
            &name("new"),
            &mail("new@x.example", support, "new", "Which bill?"),
        );
        look(&app).await;
        assert_eq!(asked(&app).await, ["new@x.example"]);

        // Another numbering: what came lately is gone through again, and known if it was taken.
        let mailbox = format!("{}@127.0.0.1/INBOX", dovecot.user);
        let place = replies::place_in(&app.app, &mailbox).await.expect("read");
        let (validity, _) = place.expect("a place");
        let other = validity.wrapping_add(1);
        replies::set_place_in(&app.app, &mailbox, other, 9_999)
            .await
            .expect("set");
        dovecot.deliver(
            &name("copy"),
            &mail("new@x.example", support, "new", "Which bill?"),
        );
        dovecot.deliver(
            &name("next"),
            &mail("next@x.example", support, "next", "And then?"),
        );
        look(&app).await;
        assert_eq!(asked(&app).await, ["new@x.example", "next@x.example"]);
        let left = dovecot.files("");
        assert_eq!(left.len(), 1, "the old one: {left:?}");
    })
    .await;
}

/// The desk's notices go to the support address, whose mails come into the mailbox, too: they stay there for the desk.
#[tokio::test]
async fn our_own_mails_stay_in_the_mailbox_unread() {
    let Some(dovecot) = Dovecot::start() else {
        return;
    };
    let dovecot = &dovecot;
    on_both(|test| async move {
        let (app, dana, port, _) = scene(&test, &dovecot.settings("none")).await;
        dovecot.clear();
        look(&app).await;
        app.sign_and_prove(&dana, &port.to_string()).await;
        let notices = app.mails().await;
        let notice = notices.iter().find(|mail| mail.reader == "desk").expect("a notice to the desk");
        let support = &app.app.config.operator.support.email;
        let name = |what: &str| format!("{what}.{:?}", test.engine());
        let raw = |from: &str, id: &str, more: &str| {
            format!("Message-ID: <{id}>\r\nFrom: {from}\r\nTo: {support}\r\nSubject: {}\r\n{more}\r\nLook.\r\n", notice.subject).into_bytes()
        };
        let auto = "Auto-Submitted: auto-generated\r\n";
        let ours = &app.app.config.mail.from;
        dovecot.deliver(&name("1"), &raw(ours, &notice.message_id, auto));
        // A server on the way may have changed either.
        dovecot.deliver(&name("2"), &raw(ours, "changed@x.example", auto));
        dovecot.deliver(&name("3"), &raw(ours, &notice.message_id, ""));
        // A program's mail is not ours, and neither is what somebody of the desk's own domain writes.
        dovecot.deliver(&name("4"), &raw("robot@x.example", "r@x.example", auto));
        let domain = notice.message_id.rsplit_once('@').expect("a domain").1.to_owned();
        let person = format!("lee@{domain}");
        dovecot.deliver(&name("5"), &raw(&person, &format!("a1.desk@{domain}"), ""));
        look(&app).await;
        look(&app).await;
        assert_eq!(asked(&app).await, [person]);
        let desk = desk_of(&app.app);
        assert_eq!(unplaced::waiting(&app.app, &desk).await.expect("a count"), 0);
        let left = dovecot.files("");
        let numbers: Vec<&str> = left.iter().map(|name| &name[..1]).collect();
        assert_eq!(numbers, ["1", "2", "3"], "{left:?}");
        assert!(left.iter().all(|name| !name.ends_with('S')), "unread: {left:?}");
        let mailbox = format!("{}@127.0.0.1/INBOX", dovecot.user);
        let place = replies::place_in(&app.app, &mailbox).await.expect("read");
        let done = dovecot.files(".Done");
        assert_eq!(done.len(), 2, "{done:?}");
        assert!(place.expect("a place").1 >= 5, "they are not read again: {place:?}");
    })
    .await;
}

/// Encrypted from the start or after STARTTLS, with the operator's own authority; never with a certificate that
/// nobody vouches for, and never with a wrong password.
#[tokio::test]
async fn the_mailbox_is_opened_safely_or_not_at_all() {
    let Some(dovecot) = Dovecot::start() else {
        return;
    };
    let dovecot = &dovecot;
    for how in ["tls", "starttls"] {
        on_sqlite(|test| async move {
            let (app, dana, port, to) = scene(&test, &dovecot.settings(how)).await;
            look(&app).await;
            dovecot.deliver(how, &mail(&dana.user.email, &to, how, "Safely."));
            look(&app).await;
            assert_eq!(notes(&app.app, port).await.len(), 1, "{how}");
        })
        .await;
        let good = dovecot.settings(how);
        let trust = format!("certificates_file = \"{}\"\n", dovecot.certificate);
        for (bad, says) in [
            (good.replace(&trust, ""), "certificate is not trusted"),
            (
                good.replace(&dovecot.password, "wrong"),
                "name or the password",
            ),
        ] {
            let bad = &bad;
            on_sqlite(|test| async move {
                let (app, _, _, _) = scene(&test, bad).await;
                look(&app).await;
                let error = timer_error(&app).await;
                assert!(error.contains(says), "{error}");
                assert!(!error.contains(&dovecot.password), "{error}");
            })
            .await;
        }
    }
}

/// Why the last look failed.
async fn timer_error(app: &TestApp) -> String {
    let mut read = app.app.db.read().await.expect("begins");
    let timers = portolan::db::reconcilers::list(&mut read)
        .await
        .expect("a list");
    timers
        .into_iter()
        .find(|timer| timer.name == "take_replies")
        .and_then(|timer| timer.last_error)
        .unwrap_or_default()
}
