//! Messages as mail programs write them.

use super::*;
use crate::ids::{Ids, PortId};
use jiff::Timestamp;

fn address() -> ReplyAddress {
    "replies@desk.example".parse().unwrap()
}

fn a_token() -> String {
    let port: PortId = Ids::seeded(4).next(Timestamp::UNIX_EPOCH);
    super::token(port, &[7; 32])
}

fn mail(headers: &str, body: &str) -> Incoming {
    let to = address().with(&a_token());
    let raw = format!(
        "Message-ID: <a1@harbor.example>\nFrom: \"Whitfield, Dana\" <Dana@Harbor.example>\nTo: {to}\nDate: Mon, 23 Nov 2026 11:05:00 -0600\n\
         Subject: =?utf-8?q?Re=3A_Gr=C3=BC=C3=9Fe?=\n{headers}\n{body}"
    );
    read(raw.replace('\n', "\r\n").as_bytes(), Some(&address())).unwrap()
}

fn plain(body: &str) -> Incoming {
    mail("Content-Type: text/plain; charset=utf-8\n", body)
}

#[test]
fn a_plain_answer_is_read() {
    let read = plain("Suite 410.\n\nOn Mon, Nov 23, 2026 Desk wrote:\n> Which suite?\n");
    assert_eq!(read.message_id, "a1@harbor.example");
    assert_eq!(read.from_address, "dana@harbor.example");
    assert_eq!(read.from_name, "Whitfield, Dana");
    assert_eq!(read.subject, "Re: Grüße");
    assert_eq!(read.tokens, [a_token()]);
    assert_eq!(read.own_words, "Suite 410.");
    assert_eq!(read.automatic, None);
    assert!(read.files.is_empty());
}

#[test]
fn an_html_only_answer_becomes_text() {
    let read = mail(
        "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
        "<html><body><div dir=3D\"ltr\">Suite <b>410</b>, please.</div><br><div class=3D\"gmail_quote\"><div>On Mon, Nov 23, 2026 at =\n11:05 AM Desk &lt;a@b.example&gt; wrote:</div><blockquote>Which suite?</blockquote></div></body></html>",
    );
    assert_eq!(read.own_words, "Suite 410, please.");
}

#[test]
fn files_are_read_with_their_names() {
    let read = mail(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n",
        "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nTwo files.\n--c\nContent-Type: text/html\n\n<p>Two files.</p>\n--c--\n\
         --b\nContent-Type: image/png; name=\"logo.png\"\nContent-ID: <logo>\nContent-Disposition: inline; filename=\"logo.png\"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n\
         --b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=UTF-8''bill%20M%C3%A4rz.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--b--\n",
    );
    assert_eq!(read.own_words, "Two files.");
    let files: Vec<_> = read
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.bytes.as_slice(), file.inline))
        .collect();
    assert_eq!(
        files,
        [
            ("logo.png", &b"\x89PNG\r\n\x1a\n"[..], true),
            ("bill März.pdf", &b"%PDF-"[..], false)
        ]
    );
}

#[test]
fn what_a_program_sent_is_told_from_what_a_person_sent() {
    let automatic = |header: &str| mail(header, "I am away.").automatic.is_some();
    for header in [
        "Auto-Submitted: auto-replied\n",
        "auto-submitted: auto-generated; x=y\n",
        "Precedence: auto_reply\n",
        "X-Autoreply: yes\n",
        "X-Autorespond: away\n",
        "Return-Path: <>\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
    ] {
        assert!(automatic(header), "{header}");
    }
    for header in [
        "",
        "Auto-Submitted: no\n",
        "Precedence: first-class\n",
        "Return-Path: <dana@harbor.example>\n",
        "X-Priority: 1\n",
        "Precedence: bulk\n",
        "List-Id: <news.example>\n",
    ] {
        assert!(!automatic(header), "{header}");
    }
    assert!(mail("Auto-Submitted: auto-generated\n", "").auto_submitted);
    assert!(!mail("Auto-Submitted: no\n", "").auto_submitted);
}

/// A person's mail through a group or a customer database has these marks, too: it is not a program's.
#[test]
fn what_went_to_many_is_marked_and_not_taken_for_a_programs() {
    let to_many = |header: &str| mail(header, "Which bill?").to_many.is_some();
    for header in [
        "Precedence: bulk\n",
        "Precedence: List\n",
        "precedence: junk\n",
        "List-Id: <office.harbor.example>\n",
        "List-Unsubscribe: <mailto:a@b.example>\n",
    ] {
        assert!(to_many(header), "{header}");
        assert_eq!(mail(header, "Which bill?").automatic, None, "{header}");
    }
    for header in ["", "Precedence: first-class\n", "X-List: a\n"] {
        assert!(!to_many(header), "{header}");
    }
}

#[test]
fn a_mail_is_the_same_whichever_way_it_came() {
    let digest = |headers: &str, body: &str| mail(headers, body).digest;
    let first = digest("Received: from a\n", "Yes.");
    assert_eq!(
        first,
        digest("Delivered-To: x@desk.example\nReceived: from b\n", "Yes.")
    );
    assert_ne!(
        first,
        digest("Received: from a\n", "No."),
        "the same id with other words is another mail"
    );
}

#[test]
fn a_mail_from_several_or_nobody_has_no_sender() {
    let from = |header: &str| {
        let raw = format!("{header}\r\nTo: a@b.example\r\n\r\nHi\r\n");
        read(raw.as_bytes(), Some(&address())).unwrap().from_address
    };
    assert_eq!(from("From: a@b.example, c@d.example"), "");
    assert_eq!(from("Subject: x"), "");
    assert_eq!(from("From: A@B.example"), "a@b.example");
}

#[test]
fn tokens_of_blind_copies_and_of_several_requests_are_seen() {
    let read = mail(
        "Delivered-To: replies+zzz@desk.example\nCc: replies+yyy@desk.example\nX-Other: replies+xxx@desk.example\n",
        "Hi",
    );
    assert_eq!(read.tokens.len(), 3, "{:?}", read.tokens);
    assert!(!read.tokens.contains(&"xxx".to_owned()));
}

#[test]
fn what_cannot_be_stored_or_seen_is_left_out_of_texts() {
    let read = plain("One\u{200b}\u{0} two\u{7}\u{a0}three\nfour");
    assert_eq!(read.text.trim(), "One two three\nfour");
}

#[test]
fn hostile_messages_are_read_or_not_but_never_end_the_program() {
    for raw in [
        &b""[..],
        b"\0\0\0",
        b"From: <\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n----\r\n",
        b"Content-Type: text/html\r\n\r\n<\xff<a &#99999999; &#x;>",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nFrom: x",
    ] {
        let _ = read(raw, Some(&address()));
    }
}
