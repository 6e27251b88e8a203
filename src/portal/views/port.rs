//! One port: where it stands, its numbers, documents, timeline and notes.

use askama::Template;

use super::common::*;
use super::ports::{Actions, Tab};
use crate::domain::port::OldService;

/// One port.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/show.html")]
pub struct PortPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// The gaining carrier's name.
    pub gaining: String,
    /// The sentence about where it stands.
    pub head: Head,
    /// Documentation, submission, coordination, port date, completion (R28 to R33).
    pub stages: Vec<Stage>,
    /// What stops it.
    pub blockers: Vec<Blocker>,
    /// The numbers, each with its two tracks; of very many the first ones, those in trouble before others.
    pub numbers: Vec<NumberRow>,
    /// How many more numbers there are.
    pub numbers_more: usize,
    /// The port window, once there is a date (R55, R56, R59).
    pub window: Option<Window>,
    /// The estimate, as long as there is no date (R25 to R27).
    pub estimate: Option<Estimate>,
    /// When texts will work, in dates (R23, R54, R58); empty if no number wants texts.
    pub texts: String,
    /// What was typed; secrets come masked.
    pub details: Vec<Fact>,
    /// Orders at the gaining carrier; only the desk sees them.
    pub orders: Vec<OrderRow>,
    /// The documents.
    pub documents: Vec<Document>,
    /// What happened, newest first.
    pub timeline: Vec<Event>,
    /// The last few notes, newest last.
    pub notes: Vec<Note>,
    /// How many notes there are.
    pub notes_count: usize,
    /// How many of them the reader has not seen.
    pub unread: u32,
    /// What can be done.
    pub actions: Actions,
    /// Whether the reader is of the desk.
    pub desk: bool,
    /// Seconds between refreshes; 0 turns them off.
    pub live_seconds: u32,
}

/// Where a port stands, in words.
#[derive(Clone, Debug)]
pub struct Head {
    /// Where it stands, one sentence.
    pub now: String,
    /// What happens next, one sentence.
    pub next: String,
    /// By when; empty if nobody can say.
    pub by_when: Option<When>,
    /// Who must act.
    pub ball: Ball,
    /// The one thing that the reader should do now.
    pub todo: Option<Link>,
    /// What is to be done about the old service.
    pub old_service: OldService,
}

/// A number of a request.
#[derive(Clone, Debug)]
pub struct NumberRow {
    /// `num_...`
    pub id: String,
    /// The number.
    pub number: String,
    /// "Local, Illinois", "Mobile", "Toll-free".
    pub kind: String,
    /// Where calls go afterwards; empty if nothing is set.
    pub receiving: String,
    /// Where the callers come from; empty if not set.
    pub source: String,
    /// The voice track.
    pub voice: Badge,
    /// The text track.
    pub text: Badge,
    /// More words about either track; may be empty.
    pub remark: String,
    /// Whether receiving number and source can still be changed.
    pub editable: bool,
}

/// The window in which the numbers move.
#[derive(Clone, Debug)]
pub struct Window {
    /// "Tuesday, December 8, 2026".
    pub day: String,
    /// "10:00 am to 11:30 am Central Time".
    pub time: String,
    /// The same in UTC.
    pub utc: String,
    /// Set when the losing provider may miss the date, with its reason.
    pub jeopardy: String,
}

/// How long it usually takes, in dates.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// The earliest usual day (5 business days).
    pub from: String,
    /// The latest usual day (15 business days).
    pub to: String,
    /// Four weeks.
    pub at_most: String,
}

/// An order at the gaining carrier.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// The carrier's name.
    pub carrier: String,
    /// The order's id there.
    pub external_id: String,
    /// Our reading of its status.
    pub status: Badge,
    /// The carrier's own word.
    pub raw_status: String,
    /// How many numbers it covers.
    pub numbers: usize,
    /// The date that was asked for; may be empty.
    pub asked: String,
    /// The date that was confirmed; may be empty.
    pub confirmed: String,
    /// When it was last read.
    pub read: When,
}

/// The notes of a port (R123 to R131).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/notes.html")]
pub struct NotesPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// The entries, newest last.
    pub notes: Vec<Note>,
    /// Everything, or only words between people.
    pub tabs: Vec<Tab>,
    /// How many entries the reader has not seen before now.
    pub new: usize,
    /// What is being written.
    pub text: Field,
    /// Files to attach.
    pub file: Field,
    /// The largest file, in MB.
    pub file_limit: u32,
    /// Whether the reader is of the desk and may write staff notes.
    pub desk: bool,
    /// Whether "only for the desk" is ticked.
    pub staff_only: bool,
    /// Ask for an update (R130).
    pub ask: Act,
    /// "No news for 7 business days."; empty if there was some.
    pub silence: String,
    /// Who gets a mail of each entry (R126).
    pub mailed_to: String,
    /// Whether one can also answer a mail.
    pub can_reply: bool,
    /// Where the entries are asked for again.
    pub live: String,
    /// Seconds between refreshes; 0 turns them off.
    pub live_seconds: u32,
}

/// What a rejection asks of the reader: a plain question and the field to mend.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/fix.html")]
pub struct FixPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// Who asks: the losing provider.
    pub asker: String,
    /// When.
    pub asked: When,
    /// The question in plain words: "The account number does not match."
    pub question: String,
    /// What to do, in plain words.
    pub advice: String,
    /// The carrier's code and words, letter by letter.
    pub raw: String,
    /// The numbers that it is about; empty means all.
    pub numbers: Vec<String>,
    /// What is wrong and stands beside none of the fields, such as that somebody else was faster.
    pub errors: Vec<String>,
    /// The questions with the fields that their answers go into. None: nothing of the form has to change.
    pub questions: Vec<FixQuestion>,
    /// When it was corrected already and only waits to be sent; empty if it was not.
    pub mended: String,
    /// Whether the letter must be signed again if a signed field changes.
    pub resign: bool,
    /// Whether the correction then goes out by itself.
    pub sent_when_signed: bool,
    /// What happens after sending.
    pub after: String,
    /// The version that the form was opened with.
    pub version: i64,
}

/// A question of the repair form.
#[derive(Clone, Debug)]
pub struct FixQuestion {
    /// The question; empty if it is the page's heading already.
    pub ask: String,
    /// Where the answer is found.
    pub help: String,
    /// The fields that it goes into.
    pub fields: Vec<FixField>,
    /// Where else something has to be done, such as another proof.
    pub links: Vec<Link>,
}

/// A field of the repair form.
#[derive(Clone, Debug)]
pub struct FixField {
    /// The field's name in the form.
    pub name: String,
    /// Its label.
    pub label: String,
    /// Below the label.
    pub hint: String,
    /// What the losing provider was sent last time; secrets come masked.
    pub sent: String,
    /// What is typed now.
    pub field: Field,
    /// A longer text, which goes to the desk as a note.
    pub long: bool,
    /// What the input is for the browser: `text` or `date`.
    pub input: String,
    /// Whether it may stay empty.
    pub optional: bool,
}

/// Test calls and texts of the ported numbers (R152 to R154).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/test.html")]
pub struct TestPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// How many ported numbers have no passed call test.
    pub left: usize,
    /// How many numbers have ported.
    pub total: usize,
    /// The ported numbers, those to test first.
    pub rows: Vec<TestRow>,
}

/// A number to test.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// `num_...`
    pub id: String,
    /// The number.
    pub number: String,
    /// The number for the form.
    pub value: String,
    /// Where its calls should ring; empty if nothing is set.
    pub expected: String,
    /// What is typed about the next test.
    pub remark: Field,
    /// The call test.
    pub voice: Badge,
    /// What was remarked on it.
    pub voice_remark: String,
    /// The call out with the number as caller ID.
    pub caller_id: Badge,
    /// What was remarked on it.
    pub caller_id_remark: String,
    /// The text test, if texts can be tested.
    pub texts: Option<Badge>,
}
