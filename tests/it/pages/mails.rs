//! Snapshots of every mail: its HTML part with made-up data, and each kind as it is composed for a port.

use portolan::domain::port::{MailKind, OldService};
use portolan::mail::{LINK_PLACE, MailContext, WindowWords, compose, templates};

/// Every kind. The `match` in [`place`] does not compile while one is missing.
const KINDS: [MailKind; 27] = [
    MailKind::RequestReceived,
    MailKind::LetterToSign,
    MailKind::LetterReminder,
    MailKind::LetterSigned,
    MailKind::LetterDeclined,
    MailKind::LetterExpired,
    MailKind::UploadBill,
    MailKind::ProofReceived,
    MailKind::ProofRefused,
    MailKind::Submitted,
    MailKind::Rejected,
    MailKind::PortDateSet,
    MailKind::PortDateChanged,
    MailKind::Jeopardy,
    MailKind::PortDayNear,
    MailKind::WindowOpened,
    MailKind::NumbersPorted,
    MailKind::NumbersFailed,
    MailKind::TextsEnabled,
    MailKind::Blocked,
    MailKind::Unblocked,
    MailKind::Completed,
    MailKind::Cancelled,
    MailKind::CancelRefused,
    MailKind::NoteAdded,
    MailKind::Update,
    MailKind::DeskWanted,
];

fn place(kind: MailKind) -> usize {
    use MailKind as Kind;
    match kind {
        Kind::RequestReceived => 0,
        Kind::LetterToSign => 1,
        Kind::LetterReminder => 2,
        Kind::LetterSigned => 3,
        Kind::LetterDeclined => 4,
        Kind::LetterExpired => 5,
        Kind::UploadBill => 6,
        Kind::ProofReceived => 7,
        Kind::ProofRefused => 8,
        Kind::Submitted => 9,
        Kind::Rejected => 10,
        Kind::PortDateSet => 11,
        Kind::PortDateChanged => 12,
        Kind::Jeopardy => 13,
        Kind::PortDayNear => 14,
        Kind::WindowOpened => 15,
        Kind::NumbersPorted => 16,
        Kind::NumbersFailed => 17,
        Kind::TextsEnabled => 18,
        Kind::Blocked => 19,
        Kind::Unblocked => 20,
        Kind::Completed => 21,
        Kind::Cancelled => 22,
        Kind::CancelRefused => 23,
        Kind::NoteAdded => 24,
        Kind::Update => 25,
        Kind::DeskWanted => 26,
    }
}

/// A port about which every kind of mail has something to say.
fn context() -> MailContext {
    let window = |day: &str| WindowWords {
        day: day.to_owned(),
        start: "10:00 am CST".to_owned(),
        span: "10:00 am to 11:30 am CST".to_owned(),
    };
    MailContext {
        reader: "Dana Whitfield".to_owned(),
        operator: "Harbor Voice".to_owned(),
        accent: "#0b6483".to_owned(),
        logo: false,
        unsubscribe: String::new(),
        support_name: "Porting support".to_owned(),
        support_phone: "+1 888 555 0116".to_owned(),
        support_email: "support@harborvoice.example".to_owned(),
        support_hours: "Monday to Friday, 7 am to 5 pm Central Time".to_owned(),
        port: "port_019ab3f2c7d87a60b1f3d2a4c5e6f708".to_owned(),
        url: "https://portolan.example/numbers/ports/port_019ab3f2c7d87a60b1f3d2a4c5e6f708".to_owned(),
        losing_provider: "Northline Telephone".to_owned(),
        gaining_carrier: "Telnyx".to_owned(),
        business: "Harbor Dental & Sons <LLC>".to_owned(),
        signer: "Ana Ruiz".to_owned(),
        numbers: vec!["(312) 555-0142".to_owned(), "(312) 555-0143".to_owned()],
        says: "Ana Ruiz <ana@harbor.example> wrote: the side door is open.".to_owned(),
        reason: "The account there is closed.".to_owned(),
        by: "Sam Okafor".to_owned(),
        file: "bill-november.pdf (412 kB)".to_owned(),
        files: vec!["side-door.jpg (310 kB)".to_owned()],
        can_reply: true,
        at: "November 20, 2026, 4:20 pm CST".to_owned(),
        next: "The letter is signed. Send the latest phone bill or another proof of ownership.".to_owned(),
        window: Some(window("Tuesday, December 8, 2026")),
        window_before: Some(window("Thursday, December 3, 2026")),
        earlier: false,
        texts: "They usually work 1 to 2 business days after the port date (Wednesday, December 9 or Thursday, December 10), at the latest by Friday, December 11.".to_owned(),
        missing: vec!["Set a receiving number for (312) 555-0143".to_owned()],
        questions: vec![
            ("The account number does not match".to_owned(), "Type it exactly as on the bill.".to_owned()),
            ("The PIN is missing".to_owned(), "Ask the current carrier for a number transfer PIN.".to_owned()),
        ],
        resign: true,
        others: true,
        moved: vec!["(312) 555-0142".to_owned(), "(312) 555-0143".to_owned()],
        old_service: OldService::MayGo,
        typical: ("Monday, November 30".to_owned(), "Monday, December 14".to_owned()),
        account: "the account Harbor Dental Group".to_owned(),
        receiving_url: "https://portolan.example/settings/receiving".to_owned(),
        blocked: Vec::new(),
        proof_wanted: true,
        link_expires: "December 20, 2026, 4:20 pm CST".to_owned(),
    }
}

#[test]
fn each_kind_of_mail_is_composed_as_it_was() {
    for (at, kind) in KINDS.into_iter().enumerate() {
        assert_eq!(place(kind), at);
        let mut context = context();
        if kind.topic().is_some() {
            context.unsubscribe = "https://portolan.example/unsubscribe/made-up".to_owned();
        }
        let mail = compose(kind, &context);
        assert!(!mail.html.is_empty(), "{kind:?} has both parts");
        let asks = matches!(
            kind,
            MailKind::LetterToSign | MailKind::LetterReminder | MailKind::UploadBill
        );
        assert_eq!(
            mail.text.contains(LINK_PLACE),
            asks,
            "{kind:?}: a secret link only where one is needed"
        );
        assert_eq!(mail.html.contains(LINK_PLACE), asks, "{kind:?}");
        assert!(
            !mail.html.contains("<LLC>") && !mail.html.contains("<ana@"),
            "{kind:?}: names are no markup"
        );
        insta::assert_snapshot!(
            format!(
                "composed-{}",
                serde_json::to_value(kind)
                    .expect("a name")
                    .as_str()
                    .expect("a text")
            ),
            format!("Subject: {}\n\n{}", mail.subject, mail.text)
        );
    }
}

/// R52: what did not move, and what was never to move, still needs the old service.
#[test]
fn r52_the_last_mail_says_what_still_needs_the_old_service() {
    let with = |old_service| {
        let context = MailContext {
            moved: vec!["(312) 555-0142".to_owned()],
            old_service,
            ..context()
        };
        compose(MailKind::Completed, &context)
    };
    let may_go = "You can now cancel your old service";
    assert!(with(OldService::MayGo).text.contains(may_go));
    let left = "+13125550143".parse().expect("a number");
    for mail in [
        with(OldService::KeepForNumbers(vec![left])),
        with(OldService::KeepForOthers),
    ] {
        assert!(!mail.text.contains(may_go), "{}", mail.text);
        assert!(!mail.html.contains(may_go), "{}", mail.html);
    }
    let some = with(OldService::KeepForNumbers(vec![left]));
    let (moved, stays) = some.text.split_once("Do not cancel").expect("a warning");
    assert!(moved.contains("(312) 555-0142") && !moved.contains("(312) 555-0143"));
    assert!(stays.contains("(312) 555-0143"), "{stays}");
}

/// A letter that is signed anew while a proof stands asks for nothing; a number of several that block is named.
#[test]
fn some_mails_say_less_when_less_is_to_be_done() {
    let signed = compose(
        MailKind::UploadBill,
        &MailContext {
            proof_wanted: false,
            ..context()
        },
    );
    assert!(!signed.text.contains(LINK_PLACE) && !signed.html.contains(LINK_PLACE));
    let one = MailContext {
        numbers: vec!["(312) 555-0142".to_owned()],
        ..context()
    };
    let still = MailContext {
        blocked: vec!["(312) 555-0143".to_owned()],
        ..one.clone()
    };
    for (name, mail) in [
        ("signed-anew", signed),
        ("blocked-one", compose(MailKind::Blocked, &one)),
        ("unblocked-one", compose(MailKind::Unblocked, &one)),
        ("unblocked-still", compose(MailKind::Unblocked, &still)),
    ] {
        insta::assert_snapshot!(
            format!("composed-{name}"),
            format!("Subject: {}\n\n{}", mail.subject, mail.text)
        );
    }
}

#[test]
fn the_html_of_each_mail_is_as_it_was() {
    for (name, mail) in templates::samples().expect("mails") {
        insta::assert_snapshot!(format!("mail-html-{name}"), mail.html);
    }
}
