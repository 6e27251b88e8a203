//! A mail server that does not take a mail: now, or for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use jiff::SignedDuration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::support::browser::Desk;
use crate::support::database::on_both;

/// A mail server that answers each step with the code that it was told to.
#[derive(Clone)]
struct Server {
    greeting: Arc<AtomicU16>,
    recipient: Arc<AtomicU16>,
}

impl Server {
    async fn start() -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let server = Self {
            greeting: Arc::new(AtomicU16::new(220)),
            recipient: Arc::new(AtomicU16::new(250)),
        };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                // The other side may hang up at any time.
                tokio::spawn(async move { own.talk(stream).await.ok() });
            }
        });
        (server, port)
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut say = format!("{} mx\r\n", self.greeting.load(Ordering::SeqCst));
        let mut is_data = false;
        loop {
            stream.write_all(say.as_bytes()).await?;
            let mut line = String::new();
            loop {
                line.clear();
                if stream.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
                if !is_data || line.trim_end() == "." {
                    break;
                }
            }
            let word = line.split([' ', ':']).next().unwrap_or_default().trim_end();
            say = match word.to_ascii_uppercase().as_str() {
                "RCPT" => format!("{} said\r\n", self.recipient.load(Ordering::SeqCst)),
                "DATA" => {
                    is_data = true;
                    "354 go on\r\n".to_owned()
                }
                "QUIT" => "221 bye\r\n".to_owned(),
                _ => {
                    is_data = false;
                    "250 fine\r\n".to_owned()
                }
            };
        }
    }
}

/// A server that is not ready is tried again; one that does not know the reader is not, until somebody at the desk says so.
#[tokio::test]
async fn a_mail_that_was_given_up_is_sent_again_by_hand() {
    on_both(|test| async move {
        let (server, port) = Server::start().await;
        let settings = format!(
            "[mail]\nmode = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n"
        );
        let desk = Desk::with(&test, &settings).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut agent = desk.agent().await;
        let notes = format!("{}/notes", filed(&mut dana).await);
        let form = agent.open(&notes).await.form(&notes);
        agent.send(form.set("text", "Which suite?")).await;
        let mail = desk.mails().await.pop().expect("a mail");
        let path = format!("/mailbox/{}", mail.id);
        let again = format!("{path}/again");

        // As a server says that cannot serve anybody, or that wants another password.
        server.greeting.store(554, Ordering::SeqCst);
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert!(page.text().contains("Waiting"), "{}", page.text());
        assert!(!page.html().contains(&again));

        server.greeting.store(220, Ordering::SeqCst);
        server.recipient.store(550, Ordering::SeqCst);
        desk.clock.advance(SignedDuration::from_mins(20));
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert!(page.text().contains("Not sent"), "{}", page.text());

        server.recipient.store(250, Ordering::SeqCst);
        desk.clock.advance(SignedDuration::from_mins(20));
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert!(
            page.text().contains("Not sent"),
            "not by itself: {}",
            page.text()
        );
        let form = page.form(&again);
        let mut foreign = dana.open("/settings").await.form("/settings");
        foreign.action.clone_from(&again);
        assert_eq!(dana.send(foreign).await.status, 404);
        let page = agent.send(form.clone()).await;
        assert!(
            page.text().contains("It waits to be sent again."),
            "{}",
            page.text()
        );
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert!(
            page.all(".stat").iter().any(|one| one == "Sent"),
            "{}",
            page.text()
        );
        let page = agent.send(form).await;
        assert!(
            page.text().contains("This mail was not given up."),
            "{}",
            page.text()
        );
    })
    .await;
}

/// R68: an answer that the sender's server refuses did not answer anybody. The ticket waits for the desk again and says why,
/// once for each time, and leads to where it is sent again.
#[tokio::test]
async fn r68_an_answer_that_is_not_delivered_waits_for_the_desk_again() {
    on_both(|test| async move {
        let (server, port) = Server::start().await;
        let settings = format!(
            "[mail]\nmode = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
             [mail.replies]\naddress = \"replies@desk.example\"\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nuser = \"desk\"\npassword = \"none\"\n"
        );
        let desk = Desk::with(&test, &settings).await;
        let raw = b"Message-ID: <q@x.example>\r\nFrom: priya@brightmoor.example\r\nSubject: Which bill?\r\n\r\nOurs is old.\r\n";
        let taken = portolan::app::replies::receive(&desk.app, raw).await;
        assert!(taken.is_ok(), "{taken:?}");
        desk.run_jobs().await;
        let mut agent = desk.agent().await;
        let path = agent.open("/desk/tickets").await.attr("td .main-link", "href").remove(0);
        let answer = async |agent: &mut Browser<'_>, text: &str| {
            desk.clock.advance(SignedDuration::from_secs(1));
            let page = agent.open(&path).await;
            let page = agent.send(page.form(&path).set("text", text).add("closing", "yes")).await;
            assert_eq!(page.status, 200, "{}", page.text());
        };
        // Put off is not given up.
        server.recipient.store(450, Ordering::SeqCst);
        answer(&mut agent, "The latest one.").await;
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert!(page.text().contains("Closed") && !page.text().contains("delivered"), "{}", page.text());

        let stale = page.form(&format!("{path}/open"));
        server.recipient.store(550, Ordering::SeqCst);
        desk.clock.advance(SignedDuration::from_mins(20));
        desk.run_jobs().await;
        let page = agent.open("/desk/tickets").await;
        assert_eq!(page.attr("td .main-link", "href"), std::slice::from_ref(&path), "it waits again");
        let page = agent.open(&path).await;
        let says = "The answer could not be delivered to priya@brightmoor.example.";
        let lines = page.all(".note-event .pre");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains(says) && lines[0].contains("550"), "{lines:?}");
        assert!(!lines[0].contains("latest one"), "not what was written: {lines:?}");
        assert!(agent.send(stale).await.text().contains("open already"));
        let mailed = page.attr(".says-stop a[href^='/mailbox/']", "href");
        assert_eq!(mailed.len(), 1, "{}", page.html());

        // It is sent again, refused again, and said again.
        let again = format!("{}/again", mailed[0]);
        let form = agent.open(&mailed[0]).await.form(&again);
        agent.send(form.clone()).await;
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert_eq!(page.all(".note-event .pre").len(), 2, "{}", page.text());
        server.recipient.store(250, Ordering::SeqCst);
        agent.send(form).await;
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert!(page.attr(".says-stop a[href^='/mailbox/']", "href").is_empty(), "{}", page.html());
        assert_eq!(page.all(".note-event .pre").len(), 2, "what happened stays");
        answer(&mut agent, "Did you get it?").await;
        desk.run_jobs().await;
        assert!(agent.open(&path).await.text().contains("Closed"));
    })
    .await;
}

/// An acknowledgement that is refused opens no ticket again that the desk closed, such as one with a forged sender.
#[tokio::test]
async fn an_acknowledgement_that_is_not_delivered_opens_no_closed_ticket() {
    on_both(|test| async move {
        let (server, port) = Server::start().await;
        let settings = format!(
            "[mail]\nmode = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
             [mail.replies]\naddress = \"replies@desk.example\"\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nuser = \"desk\"\npassword = \"none\"\n"
        );
        let desk = Desk::with(&test, &settings).await;
        let raw = b"Message-ID: <q@x.example>\r\nFrom: forged@x.example\r\nSubject: Cheap phones\r\n\r\nBuy.\r\n";
        let taken = portolan::app::replies::receive(&desk.app, raw).await;
        assert!(taken.is_ok(), "{taken:?}");
        let mut agent = desk.agent().await;
        let path = agent.open("/desk/tickets").await.attr("td .main-link", "href").remove(0);
        let form = agent.open(&path).await.form(&format!("{path}/close"));
        assert_eq!(agent.send(form).await.status, 200);
        server.recipient.store(550, Ordering::SeqCst);
        desk.run_jobs().await;
        let page = agent.open(&path).await;
        assert!(page.text().contains("The mail with the ticket's number could not be delivered"), "{}", page.text());
        assert!(page.text().contains("Closed"), "{}", page.text());
        assert!(agent.open("/desk/tickets").await.attr("td .main-link", "href").is_empty());
    })
    .await;
}
