//! What each mail says. Context structs hold only texts and lists of texts: dates are written out, account
//! numbers masked, and there is no field for a PIN or a Twilio Account SID.

use askama::Template;

/// How a mail's HTML names the operator's logo, `cid:logo` (RFC 2392): the picture goes with the mail when it leaves.
pub const LOGO_ID: &str = "logo";

/// What every mail about a port has around its own words.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The operator's name for this desk.
    pub product: String,
    /// "+1 312 555 0142 and 2 more".
    pub numbers: String,
    /// The losing provider.
    pub carrier: String,
    /// `port_...`
    pub port_id: String,
    /// The port's page; for people without an account a page that they may see.
    pub url: String,
    /// Who answers questions.
    pub support_name: String,
    /// Their mail address.
    pub email: String,
    /// Their telephone.
    pub phone: String,
    /// Their hours with the zone.
    pub hours: String,
    /// Why the reader gets this mail, one sentence.
    pub why: String,
    /// The operator's accent colour: `#0b6483`.
    pub accent: String,
    /// Whether the operator's logo stands above the mail.
    pub logo: bool,
    /// Where the reader can do without mails like this one; empty for mails that are always sent.
    pub unsubscribe: String,
}

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line, without control characters.
    pub subject: String,
    /// The plain-text part, wrapped at 76 columns; lines with a link stay whole.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// A kind of mail.
pub trait MailTemplate: Sized {
    /// Its name: the folder of its templates, and what the store calls it.
    const NAME: &'static str;
    /// Writes subject, text and HTML.
    ///
    /// # Errors
    /// Only if a template cannot be written, which no data can cause.
    fn render(&self, frame: &Frame) -> Result<Rendered, askama::Error>;
    /// The mail with made-up data.
    fn sample() -> Self;
}

macro_rules! mails {
    ($( $(#[$doc:meta])* $name:ident $folder:literal [$subject:literal $text:literal $html:literal] { $( $(#[$fdoc:meta])* $field:ident : $type:ty = $sample:expr, )* } )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug)]
            pub struct $name { $( $(#[$fdoc])* pub $field: $type, )* }
            impl MailTemplate for $name {
                const NAME: &'static str = $folder;
                fn render(&self, frame: &Frame) -> Result<Rendered, askama::Error> {
                    #[derive(Template)]
                    #[template(path = $subject, whitespace = "preserve")]
                    struct Subject<'a> { m: &'a $name, f: &'a Frame }
                    #[derive(Template)]
                    #[template(path = $text, whitespace = "preserve")]
                    struct Text<'a> { m: &'a $name, f: &'a Frame }
                    #[derive(Template)]
                    #[template(path = $html)]
                    struct Html<'a> { m: &'a $name, f: &'a Frame, subject: &'a str }
                    let subject = Subject { m: self, f: frame };
                    // Few subjects need both.
                    let _ = (subject.m, subject.f);
                    let subject = one_line(&subject.render()?);
                    let text = tidy(&Text { m: self, f: frame }.render()?);
                    let html = Html { m: self, f: frame, subject: &subject }.render()?;
                    Ok(Rendered { subject, text, html })
                }
                fn sample() -> Self {
                    Self { $( $field: $sample.into(), )* }
                }
            }
        )*
        /// Every mail with made-up data, by its name.
        ///
        /// # Errors
        /// See [`MailTemplate::render`].
        pub fn samples() -> Result<Vec<(&'static str, Rendered)>, askama::Error> {
            samples_in(&Frame::sample())
        }

        /// Every mail with made-up data in this frame, by its name.
        ///
        /// # Errors
        /// See [`MailTemplate::render`].
        pub fn samples_in(frame: &Frame) -> Result<Vec<(&'static str, Rendered)>, askama::Error> {
            Ok(vec![ $( ($folder, $name::sample().render(&frame.of($folder))?), )* ])
        }
    };
}

mails! {
    /// Somebody is invited to sign in.
    Invitation "invitation" ["mail/invitation/subject.txt" "mail/invitation/body.txt" "mail/invitation/body.html"] {
        /// Who reads it.
        name: String = "Lee Park",
        /// Who invited them.
        by: String = "Dana Whitfield",
        /// To which account, or to the desk.
        account: String = "Harbor Dental Group",
        /// What they may do there.
        role: String = "Porting user",
        /// The secret link.
        link: String = "https://portolan.example/welcome/k7Qp2vXexample",
        /// Until when it works.
        expires: String = "December 4, 2026",
    }
    /// A ticket was opened.
    TicketOpened "ticket_opened" ["mail/ticket_opened/subject.txt" "mail/ticket_opened/body.txt" "mail/ticket_opened/body.html"] {
        /// Who asked; may be empty.
        name: String = "Dana Whitfield",
        /// What people call it: "1043".
        number: String = "1043",
    }
    /// The desk answered in a ticket.
    TicketAnswer "ticket_answer" ["mail/ticket_answer/subject.txt" "mail/ticket_answer/body.txt" "mail/ticket_answer/body.html"] {
        /// Who asked; may be empty.
        name: String = "Dana Whitfield",
        /// What people call it: "1043".
        number: String = "1043",
        /// What it is about.
        subject: String = "Which bill do you need?",
        /// Who answers.
        by: String = "Sam Okafor",
        /// The answer.
        text: String = "The latest one that shows the number, not older than 30 days.\n\nA screenshot of your provider's portal works, too.",
        /// Whether the desk thinks that this is all.
        closed: bool = false,
        /// Whether an answer to this mail comes back into the ticket.
        can_reply: bool = true,
    }
    /// The way to a new password.
    PasswordLink "password_link" ["mail/password_link/subject.txt" "mail/password_link/body.txt" "mail/password_link/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The secret link.
        link: String = "https://portolan.example/welcome/k7Qp2vXexample",
        /// How long it works: "60 minutes".
        lasts: String = "60 minutes",
    }
    /// A new address is to be confirmed.
    AddressLink "address_link" ["mail/address_link/subject.txt" "mail/address_link/body.txt" "mail/address_link/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The address so far.
        old: String = "dana@harbordental.example",
        /// The secret link.
        link: String = "https://portolan.example/welcome/k7Qp2vXexample",
        /// How long it works: "60 minutes".
        lasts: String = "60 minutes",
    }
    /// The address was changed, to the old one.
    AddressChanged "address_changed" ["mail/address_changed/subject.txt" "mail/address_changed/body.txt" "mail/address_changed/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The new address.
        new: String = "d.whitfield@harbordental.example",
    }
    /// A hosted number's texts are on (to who asked for it, R11, R12).
    HostedEnabled "hosted_enabled" ["mail/hosted_enabled/subject.txt" "mail/hosted_enabled/body.txt" "mail/hosted_enabled/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The number.
        number: String = "+1 312 555 0142",
        /// Who provides its calls, now as before.
        provider: String = "Northline Telecom",
    }
    /// A number is not hosted (to who asked for it).
    HostedRefused "hosted_refused" ["mail/hosted_refused/subject.txt" "mail/hosted_refused/body.txt" "mail/hosted_refused/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The number.
        number: String = "+1 312 555 0142",
        /// The desk's words.
        reason: String = "The number texts with another service today. End that first, then ask again.",
        /// Who provides its calls, now as before.
        provider: String = "Northline Telecom",
    }
    /// The request was filed (to the submitter).
    RequestReceived "request_received" ["mail/request_received/subject.txt" "mail/request_received/body.txt" "mail/request_received/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// What happens next, one sentence.
        next: String = "As soon as the Letter of Authorization is signed, we ask you for the phone bill.",
        /// The earliest usual day.
        from: String = "Tuesday, December 1",
        /// The latest usual day.
        to: String = "Tuesday, December 15",
    }
    /// The letter, to the owner.
    LetterToSign "letter_to_sign" ["mail/letter_to_sign/subject.txt" "mail/letter_to_sign/body.txt" "mail/letter_to_sign/body.html"] {
        /// The signer's name.
        owner: String = "Ana Ruiz",
        /// Who asks: "Dana Whitfield of Harbor Dental".
        asker: String = "Dana Whitfield of Harbor Dental",
        /// The gaining carrier.
        gaining: String = "Meridian Carrier Services",
        /// The numbers.
        numbers: Vec<String> = strings(&["+1 312 555 0142", "+1 312 555 0143"]),
        /// The secret link.
        link: String = "https://portolan.example/s/k7Qp2vXexample",
        /// Until when it works.
        expires: String = "December 20, 2026",
    }
    /// The letter again, to the owner.
    LetterReminder "letter_reminder" ["mail/letter_reminder/subject.txt" "mail/letter_reminder/body.txt" "mail/letter_reminder/body.html"] {
        /// The signer's name.
        owner: String = "Ana Ruiz",
        /// Who asks.
        asker: String = "Dana Whitfield of Harbor Dental",
        /// The secret link.
        link: String = "https://portolan.example/s/k7Qp2vXexample",
        /// When it was sent first.
        sent_on: String = "November 20",
        /// Until when the link works.
        expires: String = "December 20, 2026",
    }
    /// The letter was signed (to the submitter, R114).
    LetterSigned "letter_signed" ["mail/letter_signed/subject.txt" "mail/letter_signed/body.txt" "mail/letter_signed/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// Who signed.
        owner: String = "Ana Ruiz",
        /// When.
        signed_at: String = "November 20, 2026, 4:20 pm Central Time",
        /// What happens next.
        next: String = "Please send the latest phone bill. The link is in our next mail.",
    }
    /// The way to the upload (R116), with the signed letter attached (R114).
    UploadBill "upload_bill" ["mail/upload_bill/subject.txt" "mail/upload_bill/body.txt" "mail/upload_bill/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// Whether a proof is wanted; it is not when one stands already, as after a rejection.
        wanted: bool = true,
        /// The kinds of proof.
        kinds: Vec<String> = strings(&["the latest billing statement that shows the phone number", "a receipt for the purchase of the number", "a screenshot of your provider's portal that shows the number"]),
        /// The secret link.
        link: String = "https://portolan.example/u/k7Qp2vXexample",
        /// Until when it works.
        expires: String = "December 20, 2026",
    }
    /// The proof arrived.
    ProofReceived "proof_received" ["mail/proof_received/subject.txt" "mail/proof_received/body.txt" "mail/proof_received/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// Who sent it.
        by: String = "Ana Ruiz",
        /// Names and sizes.
        files: Vec<String> = strings(&["bill-november.pdf (412 kB)"]),
    }
    /// The proof was refused.
    ProofRefused "proof_refused" ["mail/proof_refused/subject.txt" "mail/proof_refused/body.txt" "mail/proof_refused/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The file's name.
        file: String = "june.pdf",
        /// Why, in the desk's words.
        reason: String = "The bill is from June. Please send the latest one.",
        /// Where to send another.
        link: String = "https://portolan.example/u/k7Qp2vXexample",
    }
    /// It was submitted to the gaining carrier.
    Submitted "submitted" ["mail/submitted/subject.txt" "mail/submitted/body.txt" "mail/submitted/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The gaining carrier.
        gaining: String = "Meridian Carrier Services",
        /// How long an answer usually takes: "3 business days".
        usual: String = "3 business days",
    }
    /// Somebody wrote a note (R126).
    NoteAdded "note_added" ["mail/note_added/subject.txt" "mail/note_added/body.txt" "mail/note_added/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// Who wrote.
        author: String = "Sam Okafor",
        /// The note.
        text: String = "Everything matches. I submitted it just now.\n\nNorthline usually answers within three business days.",
        /// Names of its files.
        files: Vec<String> = strings(&["bill-november.pdf (412 kB)"]),
        /// Whether an answer to this mail becomes a note.
        can_reply: bool = true,
        /// The notes' page.
        link: String = "https://portolan.example/numbers/ports/port_01jd6m3v8xk2",
    }
    /// A rejection, as a question with the way out.
    Question "question" ["mail/question/subject.txt" "mail/question/body.txt" "mail/question/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The question without a full stop: "The account number does not match".
        question: String = "The account number does not match",
        /// What to do.
        advice: String = "Look for \"Account number\" on the latest bill and type it exactly, with leading zeros.",
        /// The numbers that it is about; empty means all.
        numbers: Vec<String> = strings(&["+1 312 555 0142", "+1 312 555 0143"]),
        /// The page to correct it.
        link: String = "https://portolan.example/numbers/ports/port_01jd6m3v8xk2",
        /// Whether the letter has to be signed again.
        resign: bool = false,
    }
    /// The port date (R134).
    DateConfirmed "date_confirmed" ["mail/date_confirmed/subject.txt" "mail/date_confirmed/body.txt" "mail/date_confirmed/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The numbers that move.
        numbers: Vec<String> = strings(&["+1 312 555 0142", "+1 312 555 0143"]),
        /// "Tuesday, December 8, 2026".
        day: String = "Tuesday, December 8, 2026",
        /// "10:00 am Central Time".
        start: String = "10:00 am Central Time",
        /// "10:00 am to 11:30 am Central Time".
        window: String = "10:00 am to 11:30 am Central Time",
        /// Where the routing is set.
        routing_url: String = "https://portolan.example/numbers/ports/port_01jd6m3v8xk2",
        /// When texts will work; empty if none are wanted.
        texts: String = "They usually work 1 to 2 business days after the port date (December 9 or 10), at the latest by Friday, December 11.",
    }
    /// The port date moved.
    DateChanged "date_changed" ["mail/date_changed/subject.txt" "mail/date_changed/body.txt" "mail/date_changed/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// "later" or "earlier".
        direction: String = "later",
        /// Whether it is earlier.
        earlier: bool = false,
        /// The new day.
        new_day: String = "Thursday, December 10, 2026",
        /// The new begin.
        new_start: String = "10:00 am Central Time",
        /// The new window.
        new_window: String = "10:00 am to 11:30 am Central Time",
        /// The old day and window.
        old: String = "Tuesday, December 8, 10:00 am to 11:30 am",
        /// The carrier's reason; may be empty.
        reason: String = "A technician is not available on the first date.",
        /// Where the routing is set.
        routing_url: String = "https://portolan.example/numbers/ports/port_01jd6m3v8xk2",
        /// When texts will work; may be empty.
        texts: String = "They usually work 1 to 2 business days after the port date (December 9 or 10), at the latest by Friday, December 11.",
    }
    /// The port date may slip.
    Jeopardy "jeopardy" ["mail/jeopardy/subject.txt" "mail/jeopardy/body.txt" "mail/jeopardy/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The date so far.
        day: String = "Tuesday, December 8, 2026",
        /// Why.
        reason: String = "their records of two numbers are still open.",
    }
    /// One day before.
    DayBefore "day_before" ["mail/day_before/subject.txt" "mail/day_before/body.txt" "mail/day_before/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The day.
        day: String = "Tuesday, December 8, 2026",
        /// The begin.
        start: String = "10:00 am Central Time",
        /// The window.
        window: String = "10:00 am to 11:30 am Central Time",
        /// What is still to be done.
        missing: Vec<String> = strings(&["Set a receiving number for +1 312 555 0150"]),
        /// Where the routing is set.
        routing_url: String = "https://portolan.example/numbers/ports/port_01jd6m3v8xk2",
    }
    /// The port window opened.
    WindowOpen "window_open" ["mail/window_open/subject.txt" "mail/window_open/body.txt" "mail/window_open/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// Its end.
        until: String = "11:30 am Central Time",
    }
    /// It is done.
    Completed "completed" ["mail/completed/subject.txt" "mail/completed/body.txt" "mail/completed/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The numbers that moved.
        numbers: Vec<String> = strings(&["+1 312 555 0142", "+1 312 555 0143"]),
        /// Numbers of the request that did not move and still need the old service.
        left: Vec<String> = Vec::new(),
        /// Whether numbers that were not to move stay there.
        others: bool = false,
    }
    /// Some numbers cannot be ported (R128).
    NumberFailed "number_failed" ["mail/number_failed/subject.txt" "mail/number_failed/body.txt" "mail/number_failed/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The first of them, with how many more.
        first: String = "+1 312 555 0142 and 1 more",
        /// The numbers.
        numbers: Vec<String> = strings(&["+1 312 555 0142", "+1 312 555 0143"]),
        /// Why, in plain words.
        reason: String = "The number belongs to a special service of the current provider that cannot leave it.",
        /// What can be done.
        way_out: String = "Keep it with Northline Telecom and forward its calls, or ask us about a new number.",
        /// Whether other numbers of the request go on.
        others: bool = false,
    }
    /// Texts work.
    TextsEnabled "texts_enabled" ["mail/texts_enabled/subject.txt" "mail/texts_enabled/body.txt" "mail/texts_enabled/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The first number, with how many more.
        first: String = "+1 312 555 0142 and 1 more",
        /// The numbers.
        numbers: Vec<String> = strings(&["+1 312 555 0142", "+1 312 555 0143"]),
    }
    /// A number is a receiving number (R121).
    Blocked "blocked" ["mail/blocked/subject.txt" "mail/blocked/body.txt" "mail/blocked/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The first number, with how many more.
        first: String = "+1 312 555 0150",
        /// Whether there are more.
        several: bool = false,
        /// Where it is one: "the account Harbor Dental Group".
        account: String = "the account Harbor Dental Group",
        /// Where it can be removed.
        link: String = "https://portolan.example/settings/receiving",
    }
    /// It is not one any more (R122).
    Unblocked "unblocked" ["mail/unblocked/subject.txt" "mail/unblocked/body.txt" "mail/unblocked/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The first number, with how many more.
        first: String = "+1 312 555 0150",
        /// Whether there are more.
        several: bool = false,
        /// Numbers of the port that still are receiving numbers.
        still: Vec<String> = Vec::<String>::new(),
        /// What happens next.
        next: String = "We check the documents and submit the port.",
    }
    /// Nobody signed in time.
    LetterExpired "letter_expired" ["mail/letter_expired/subject.txt" "mail/letter_expired/body.txt" "mail/letter_expired/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The signer.
        owner: String = "Ana Ruiz",
        /// When the link ended.
        expired_on: String = "December 20, 2026",
        /// Where to send it again.
        link: String = "https://portolan.example/numbers/ports/port_01jd6m3v8xk2",
    }
    /// The owner declined.
    LetterDeclined "letter_declined" ["mail/letter_declined/subject.txt" "mail/letter_declined/body.txt" "mail/letter_declined/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// The signer.
        owner: String = "Ana Ruiz",
        /// The owner's reason.
        reason: String = "I sold the company in June. Please ask Kim Lowell.",
        /// Where to change the signer.
        link: String = "https://portolan.example/numbers/ports/port_01jd6m3v8xk2",
    }
    /// The port was called off.
    Cancelled "cancelled" ["mail/cancelled/subject.txt" "mail/cancelled/body.txt" "mail/cancelled/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// Who did it.
        by: String = "Dana Whitfield",
        /// Why; may be empty.
        reason: String = "We stay with our provider for another year.",
    }
    /// It was too late to call it off.
    CancelRefused "cancel_refused" ["mail/cancel_refused/subject.txt" "mail/cancel_refused/body.txt" "mail/cancel_refused/body.html"] {
        /// Who reads it.
        name: String = "Dana Whitfield",
        /// Why not, one sentence.
        reason: String = "The carrier did not accept it, because the port window opens in less than a day.",
        /// What follows.
        means: String = "The numbers move on December 8. If they have to go back, we can ask for that within 24 hours after the port.",
    }
}

/// The mails about somebody's own account: no port is theirs.
const OF_ACCOUNT: [&str; 4] = [
    "invitation",
    "password_link",
    "address_link",
    "address_changed",
];
/// The mails in tickets: no port is theirs, either.
const OF_TICKETS: [&str; 2] = ["ticket_opened", "ticket_answer"];
/// The mails about a hosted number: neither is a port theirs.
const OF_HOSTED: [&str; 2] = ["hosted_enabled", "hosted_refused"];
/// The mails that their reader may do without, for the samples.
const OPTIONAL: [&str; 7] = [
    "note_added",
    "request_received",
    "window_open",
    "submitted",
    "proof_received",
    "day_before",
    "texts_enabled",
];

impl Frame {
    /// This frame for the mail of this name: without a port where it is about none.
    fn of(&self, name: &str) -> Self {
        let mut frame = self.clone();
        if OF_ACCOUNT.contains(&name) {
            frame.port_id = String::new();
            frame.why = format!(
                "You get this mail because somebody entered this address at {}.",
                self.product
            );
        }
        if OF_TICKETS.contains(&name) {
            frame.port_id = String::new();
            frame.why = format!(
                "You get this mail because you wrote to {}.",
                self.support_name
            );
        }
        if OF_HOSTED.contains(&name) {
            frame.port_id = String::new();
            frame.url = "https://portolan.example/numbers/hosted/hosted_01jd6m3v8xk2".into();
            frame.why = format!(
                "You get this mail because you asked for a hosted number at {}.",
                self.product
            );
        }
        if OPTIONAL.contains(&name) {
            frame.unsubscribe = "https://portolan.example/unsubscribe/k7Qp2vXexample".into();
        }
        frame
    }

    /// A made-up frame.
    pub fn sample() -> Self {
        Self {
            product: "Portolan".into(),
            numbers: "+1 312 555 0142 and 2 more".into(),
            carrier: "Northline Telecom".into(),
            port_id: "port_01jd6m3v8xk2".into(),
            url: "https://portolan.example/numbers/ports/port_01jd6m3v8xk2".into(),
            support_name: "Harbor Voice support".into(),
            email: "support@harborvoice.example".into(),
            phone: "+1 888 555 0116".into(),
            hours: "Monday to Friday, 7 am to 5 pm Central Time".into(),
            why: "You get this mail because you submitted this port.".into(),
            accent: "#0b6483".into(),
            logo: false,
            unsubscribe: String::new(),
        }
    }
}

fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// A subject is one line: whatever a name or a carrier's text holds, it cannot begin another header.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Wraps at 76 columns, keeps lines with a link whole, and leaves at most one empty line.
fn tidy(text: &str) -> String {
    const WIDTH: usize = 76;
    let mut out = String::with_capacity(text.len() + 64);
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
            if empty > 0 {
                out.push('\n');
            }
        }
        empty = 0;
        if line.chars().count() <= WIDTH || line.contains("://") {
            out.push_str(line);
            continue;
        }
        let hang = match line.get(..2) {
            Some("- " | "! ") => "  ",
            Some("> ") => "> ",
            _ => "",
        };
        let mut width = 0;
        for (i, word) in line.split(' ').enumerate() {
            let len = word.chars().count();
            if i > 0 && width + 1 + len > WIDTH {
                out.push('\n');
                out.push_str(hang);
                width = hang.len();
            } else if i > 0 {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += len;
        }
    }
    out.push('\n');
    out
}
