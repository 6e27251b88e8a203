//! Which mail says what: a kind and a context in, subject, text and HTML out. Pure.

use super::templates::{
    Blocked, CancelRefused, Cancelled, Completed, DateChanged, DateConfirmed, DayBefore, Frame,
    Jeopardy, LetterDeclined, LetterExpired, LetterReminder, LetterSigned, LetterToSign,
    MailTemplate, NoteAdded, NumberFailed, ProofReceived, ProofRefused, Question, Rendered,
    RequestReceived, Submitted, TextsEnabled, Unblocked, UploadBill, WindowOpen,
};
use crate::domain::port::{MailKind, OldService};

/// Where a mail's secret link stands until it is sent.
pub const LINK_PLACE: &str = "https://link.invalid/put-the-secret-link-here";

/// Everything that a mail may speak of. No PIN, no account number, no link.
#[derive(Clone, Debug, Default)]
pub struct MailContext {
    /// Who reads it.
    pub reader: String,
    /// The operator's name.
    pub operator: String,
    /// The operator's accent colour: `#0b6483`.
    pub accent: String,
    /// Whether the operator has a logo that mails show.
    pub logo: bool,
    /// Where this mail's topic can be switched off; empty for mails that are always sent.
    pub unsubscribe: String,
    /// Who answers questions.
    pub support_name: String,
    /// The operator's support telephone.
    pub support_phone: String,
    /// The operator's support address.
    pub support_email: String,
    /// When somebody answers the telephone.
    pub support_hours: String,
    /// The request's id.
    pub port: String,
    /// The request's page.
    pub url: String,
    /// The losing provider.
    pub losing_provider: String,
    /// The gaining carrier.
    pub gaining_carrier: String,
    /// The business whose numbers port.
    pub business: String,
    /// Who signs.
    pub signer: String,
    /// The numbers that it is about.
    pub numbers: Vec<String>,
    /// The fact in a sentence.
    pub says: String,
    /// The fact's own reason: a signer's, a carrier's, the desk's.
    pub reason: String,
    /// Who caused it.
    pub by: String,
    /// The document that it is about, with its size.
    pub file: String,
    /// What came with a note: names with sizes.
    pub files: Vec<String>,
    /// Whether an answer to this mail becomes a note.
    pub can_reply: bool,
    /// When it happened, in words.
    pub at: String,
    /// What happens next.
    pub next: String,
    /// Between which days a request of today is usually done (R25).
    pub typical: (String, String),
    /// Where a number is a receiving number, such as "the account Harbor Dental"; in the mail that speaks of it.
    pub account: String,
    /// Where the account's receiving numbers are set.
    pub receiving_url: String,
    /// Numbers of the request that are receiving numbers.
    pub blocked: Vec<String>,
    /// The port window: day, start, whole.
    pub window: Option<WindowWords>,
    /// The window before it changed.
    pub window_before: Option<WindowWords>,
    /// Whether the date is earlier than asked, or than before.
    pub earlier: bool,
    /// When texts follow, in a sentence.
    pub texts: String,
    /// What is missing before the day.
    pub missing: Vec<String>,
    /// The questions that a rejection asks: what it is about, and the advice.
    pub questions: Vec<(String, String)>,
    /// Whether the letter has to be signed again when they are answered.
    pub resign: bool,
    /// Whether other numbers of the request go on.
    pub others: bool,
    /// The numbers that have moved.
    pub moved: Vec<String>,
    /// What is to be done about the old service.
    pub old_service: OldService,
    /// Whether a proof of ownership is still wanted.
    pub proof_wanted: bool,
    /// When the link dies.
    pub link_expires: String,
}

/// A port window in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowWords {
    /// "Tuesday, December 8, 2026".
    pub day: String,
    /// "10:00 am CST".
    pub start: String,
    /// "10:00 am to 11:30 am CST".
    pub span: String,
}

/// A mail, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The subject line.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Writes a mail. A template that cannot be written (no data can cause that) leaves the plain sentence.
pub fn compose(kind: MailKind, c: &MailContext) -> Composed {
    let frame = frame(kind, c);
    match write(kind, c, &frame) {
        Ok(Rendered {
            subject,
            text,
            html,
        }) => Composed {
            subject,
            text,
            html,
        },
        Err(_) => Composed {
            subject: format!("{}: {}", frame.product, frame.numbers),
            text: format!("{}\n\n{}\n", c.says, c.url),
            html: String::new(),
        },
    }
}

fn frame(kind: MailKind, c: &MailContext) -> Frame {
    use MailKind as Kind;
    let why = match kind {
        Kind::LetterToSign | Kind::LetterReminder | Kind::UploadBill => {
            "You get this mail because you were named as the owner of these numbers."
        }
        Kind::DeskWanted => "You get this mail because you work at the porting desk.",
        _ => "You get this mail because you submitted this port.",
    };
    Frame {
        product: c.operator.clone(),
        numbers: first_and_more(&c.numbers),
        carrier: c.losing_provider.clone(),
        port_id: c.port.clone(),
        url: c.url.clone(),
        support_name: c.support_name.clone(),
        accent: c.accent.clone(),
        logo: c.logo,
        unsubscribe: c.unsubscribe.clone(),
        email: c.support_email.clone(),
        phone: c.support_phone.clone(),
        hours: c.support_hours.clone(),
        why: why.to_owned(),
    }
}

/// "(404) 555-0123 and 2 more".
fn first_and_more(numbers: &[String]) -> String {
    match numbers {
        [] => "your numbers".to_owned(),
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

#[expect(clippy::too_many_lines, reason = "one arm a mail")]
fn write(kind: MailKind, c: &MailContext, frame: &Frame) -> Result<Rendered, askama::Error> {
    use MailKind as Kind;
    let name = c.reader.clone();
    let window = c.window.clone().unwrap_or_default();
    let before = c.window_before.clone().unwrap_or_default();
    let link = LINK_PLACE.to_owned();
    match kind {
        Kind::RequestReceived => RequestReceived {
            name,
            next: c.next.clone(),
            from: c.typical.0.clone(),
            to: c.typical.1.clone(),
        }
        .render(frame),
        Kind::LetterToSign => LetterToSign {
            owner: name,
            asker: c.operator.clone(),
            gaining: c.gaining_carrier.clone(),
            numbers: c.numbers.clone(),
            link,
            expires: c.link_expires.clone(),
        }
        .render(frame),
        Kind::LetterReminder => LetterReminder {
            owner: name,
            asker: c.operator.clone(),
            link,
            sent_on: c.at.clone(),
            expires: c.link_expires.clone(),
        }
        .render(frame),
        Kind::LetterSigned => LetterSigned {
            name,
            owner: c.signer.clone(),
            signed_at: c.at.clone(),
            next: c.next.clone(),
        }
        .render(frame),
        Kind::LetterDeclined => LetterDeclined {
            name,
            owner: c.signer.clone(),
            reason: c.reason.clone(),
            link: c.url.clone(),
        }
        .render(frame),
        Kind::LetterExpired => LetterExpired {
            name,
            owner: c.signer.clone(),
            expired_on: c.at.clone(),
            link: c.url.clone(),
        }
        .render(frame),
        Kind::UploadBill => UploadBill {
            name,
            kinds: [
                "the latest billing statement that shows the phone number",
                "a receipt for the purchase of the number",
                "a screenshot of your provider's portal that shows the number",
            ]
            .map(str::to_owned)
            .to_vec(),
            wanted: c.proof_wanted,
            link,
            expires: c.link_expires.clone(),
        }
        .render(frame),
        Kind::ProofReceived => ProofReceived {
            name,
            by: c.by.clone(),
            files: vec![c.file.clone()],
        }
        .render(frame),
        Kind::ProofRefused => ProofRefused {
            name,
            file: c.file.clone(),
            reason: c.reason.clone(),
            link: c.url.clone(),
        }
        .render(frame),
        Kind::Submitted => Submitted {
            name,
            gaining: c.gaining_carrier.clone(),
            usual: "5 to 15 business days".to_owned(),
        }
        .render(frame),
        Kind::Rejected => {
            let (question, advice) = c.questions.first().cloned().unwrap_or_else(|| {
                (
                    "The losing provider rejected the request".to_owned(),
                    c.says.clone(),
                )
            });
            let advice = c
                .questions
                .iter()
                .skip(1)
                .fold(advice, |all, (_, more)| format!("{all}\n\n{more}"));
            Question {
                name,
                question,
                advice,
                numbers: c.numbers.clone(),
                link: c.url.clone(),
                resign: c.resign,
            }
            .render(frame)
        }
        Kind::PortDateSet => DateConfirmed {
            name,
            numbers: c.numbers.clone(),
            day: window.day,
            start: window.start,
            window: window.span,
            routing_url: c.url.clone(),
            texts: c.texts.clone(),
        }
        .render(frame),
        Kind::PortDateChanged => DateChanged {
            name,
            direction: if c.earlier { "earlier" } else { "later" }.to_owned(),
            earlier: c.earlier,
            new_day: window.day,
            new_start: window.start,
            new_window: window.span,
            old: format!("{}, {}", before.day, before.span),
            reason: c.reason.clone(),
            routing_url: c.url.clone(),
            texts: c.texts.clone(),
        }
        .render(frame),
        Kind::Jeopardy => Jeopardy {
            name,
            day: window.day,
            reason: c.reason.clone(),
        }
        .render(frame),
        Kind::PortDayNear => DayBefore {
            name,
            day: window.day,
            start: window.start,
            window: window.span,
            missing: c.missing.clone(),
            routing_url: c.url.clone(),
        }
        .render(frame),
        Kind::WindowOpened => WindowOpen {
            name,
            until: window.span,
        }
        .render(frame),
        Kind::Completed => Completed {
            name,
            numbers: c.moved.clone(),
            left: match &c.old_service {
                OldService::KeepForNumbers(left) => left.iter().map(|one| one.national()).collect(),
                _ => Vec::new(),
            },
            others: c.old_service == OldService::KeepForOthers,
        }
        .render(frame),
        Kind::NumbersFailed => NumberFailed {
            name,
            first: first_and_more(&c.numbers),
            numbers: c.numbers.clone(),
            reason: c.reason.clone(),
            way_out: "Keep it with the present provider, or ask us what can be done.".to_owned(),
            others: c.others,
        }
        .render(frame),
        Kind::TextsEnabled => TextsEnabled {
            name,
            first: first_and_more(&c.numbers),
            numbers: c.numbers.clone(),
        }
        .render(frame),
        Kind::Blocked => Blocked {
            name,
            first: first_and_more(&c.numbers),
            several: c.numbers.len() > 1,
            account: c.account.clone(),
            link: c.receiving_url.clone(),
        }
        .render(frame),
        Kind::Unblocked => Unblocked {
            name,
            first: first_and_more(&c.numbers),
            several: c.numbers.len() > 1,
            still: c.blocked.clone(),
            next: c.next.clone(),
        }
        .render(frame),
        Kind::Cancelled => Cancelled {
            name,
            by: c.by.clone(),
            reason: c.reason.clone(),
        }
        .render(frame),
        Kind::CancelRefused => CancelRefused {
            name,
            reason: c.reason.clone(),
            means: c.next.clone(),
        }
        .render(frame),
        Kind::NumbersPorted | Kind::NoteAdded | Kind::Update | Kind::DeskWanted => NoteAdded {
            name,
            author: c.by.clone(),
            text: c.says.clone(),
            files: c.files.clone(),
            can_reply: c.can_reply,
            link: c.url.clone(),
        }
        .render(frame),
    }
}
