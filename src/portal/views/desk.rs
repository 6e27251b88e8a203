//! The desk: what needs a person, and the check of one request.

use askama::Template;

use super::common::*;
use super::form::BadLine;
use super::port::OrderRow;

/// The desk's queues, one of them open.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/queues.html")]
pub struct DeskPage {
    /// The shell.
    pub shell: Shell,
    /// The queues with their counts.
    pub queues: Vec<QueueLine>,
    /// The open queue's name in addresses.
    pub slug: String,
    /// Its name, or what was looked for.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// What was looked for; empty shows the queue.
    pub search: String,
    /// This page with every box ticked, for those without scripts.
    pub tick_all: String,
    /// Whether every box is ticked.
    pub ticked: bool,
    /// What can be done to many.
    pub actions: Vec<Choice>,
    /// What is in it, the longest waiting first.
    pub items: Vec<DeskItem>,
    /// Where in the whole queue.
    pub pager: Pager,
    /// Seconds between refreshes; 0 turns them off.
    pub live_seconds: u32,
}

/// A queue.
#[derive(Clone, Debug)]
pub struct QueueLine {
    /// Its name in the path.
    pub slug: String,
    /// Its name in words.
    pub name: String,
    /// How many wait in it.
    pub count: u32,
    /// Whether it is the open one.
    pub here: bool,
    /// Its shape.
    pub tone: Tone,
}

/// One thing that needs a person.
#[derive(Clone, Debug)]
pub struct DeskItem {
    /// Which request.
    pub port: PortRef,
    /// Its check, from where the queue goes on.
    pub href: String,
    /// Why it is here, in sentences.
    pub why: String,
    /// Since when.
    pub since: When,
    /// How long that is, such as "2 business days"; empty on the first day.
    pub age: String,
    /// Whether it is late.
    pub late: bool,
    /// By when something is due.
    pub due: Option<DueLine>,
    /// Who has it.
    pub claim: Option<ClaimLine>,
    /// Where to do what is to be done.
    pub todo: Link,
    /// What is to be done, in a sentence.
    pub todo_text: String,
    /// Whether it can still be worked on.
    pub open: bool,
}

/// When something is due.
#[derive(Clone, Debug)]
pub struct DueLine {
    /// What, such as "Submit by".
    pub what: String,
    /// When.
    pub at: When,
    /// Whether only the day counts.
    pub day: bool,
}

/// Who has a request.
#[derive(Clone, Debug)]
pub struct ClaimLine {
    /// Whether it is the reader.
    pub mine: bool,
    /// Their name.
    pub name: String,
    /// Since when, the shortest way: "10:40 am".
    pub since: String,
    /// The same in full.
    pub at: When,
}

/// Whether to take over what somebody else has.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/take.html")]
pub struct TakePage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// Who has it.
    pub claim: ClaimLine,
    /// The id of who has it: only if it still is them it is taken over.
    pub over: String,
    /// To whom it is to be handed, if not to the reader.
    pub to: Option<Choice>,
    /// Where to go afterwards.
    pub back: String,
}

/// One action for many ports.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/bulk.html")]
pub struct BulkPage {
    /// The shell.
    pub shell: Shell,
    /// What is done, as a heading.
    pub heading: String,
    /// The action's name.
    pub action: String,
    /// The queue that they were ticked in.
    pub queue: String,
    /// Its name in words.
    pub queue_name: String,
    /// How far it is.
    pub step: BulkStep,
    /// How many change, and who is mailed.
    pub summary: String,
    /// Whether the details were changed after the last look.
    pub changed: bool,
    /// The details that this page is a look at.
    pub looked: String,
    /// What was ticked.
    pub ports: Vec<String>,
    /// What would change, with the versions that were seen.
    pub seen: Vec<String>,
    /// How many those are.
    pub changes: usize,
    /// Each port with what comes of it.
    pub rows: Vec<BulkRow>,
    /// The gaining carriers.
    pub carriers: Vec<Choice>,
    /// Which date is asked for.
    pub dates: Vec<Choice>,
    /// The note, the question or the reason.
    pub text: Field,
    /// Who sees the note.
    pub sees: Vec<Choice>,
    /// To whom they can be handed.
    pub agents: Vec<Choice>,
    /// What is wrong with whom they are handed to.
    pub to_error: String,
    /// Whether those that somebody else has are meant, too.
    pub over: bool,
}

/// How far an action for many ports is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkStep {
    /// Something has to be filled in before it can be looked at.
    Ask,
    /// What would change.
    Look,
    /// What changed.
    Done,
}

/// What comes of it for one port.
#[derive(Clone, Debug)]
pub struct BulkRow {
    /// Its check.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// The account's name.
    pub account: String,
    /// Its status before; missing for what is not there.
    pub from: Option<Badge>,
    /// Its status afterwards, if that is another.
    pub to: Option<Badge>,
    /// In a word or two.
    pub outcome: Badge,
    /// What happens, or why it does not, in sentences.
    pub says: Vec<String>,
    /// Who is mailed what: address and subject.
    pub mails: Vec<String>,
}

/// The queue that somebody works through.
#[derive(Clone, Debug)]
pub struct WorkLine {
    /// Its name in addresses.
    pub slug: String,
    /// Its name in words.
    pub name: String,
    /// How many are left in it.
    pub left: u32,
    /// The next one, if there is one that nobody else has.
    pub next: Option<String>,
}

/// The check of a request before it goes to the carrier.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/review.html")]
pub struct ReviewPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// The queue that is worked through, if somebody came from one.
    pub work: Option<WorkLine>,
    /// The queue's name for the forms, so that the work goes on there; may be empty.
    pub queue: String,
    /// Who has it.
    pub claim: Option<ClaimLine>,
    /// Whether it can still be taken.
    pub open: bool,
    /// To whom it can be handed.
    pub agents: Vec<Choice>,
    /// What waits for a person here.
    pub attention: Vec<AttentionLine>,
    /// The documents; one of them is shown beside the data.
    pub documents: Vec<ReviewDocument>,
    /// Typed data, field by field.
    pub checks: Vec<Check>,
    /// Whether a document was read by machine, so that there is something to compare with.
    pub compared: bool,
    /// The numbers; of very many the first ones.
    pub numbers: Vec<ReviewNumber>,
    /// How many more there are.
    pub numbers_more: usize,
    /// What stops it.
    pub blockers: Vec<Blocker>,
    /// Submit to the carrier.
    pub submit: Act,
    /// Where it would be submitted to.
    pub carriers: Vec<Choice>,
    /// The date that the customer wishes; may be empty.
    pub wish: String,
    /// The earliest date that can be asked for.
    pub earliest: String,
    /// Send the mended request to the carrier again.
    pub resubmit: Act,
    /// Give up numbers that will not port; the others go on.
    pub give_up: Act,
    /// Ask the gaining carrier where the orders stand.
    pub ask: Act,
    /// Ask the providers to undo the port.
    pub ask_snapback: Act,
    /// Say what came of that.
    pub end_snapback: Act,
    /// Why the port is to be undone, or is not, if that was sent incomplete.
    pub snapback_reason: Field,
    /// Until when it can be undone: a day.
    pub snapback_until: Field,
    /// The numbers that could be given up: value and what is shown.
    pub hopeless: Vec<Choice>,
    /// Why they are given up, if that was sent incomplete.
    pub give_up_reason: Field,
    /// What the carrier's staff is to read.
    pub question: Field,
    /// Orders that exist already.
    pub orders: Vec<OrderRow>,
    /// Carriers' words or answers that nobody understood yet.
    pub unknown: Vec<BadLine>,
    /// The version that the page was opened with.
    pub version: i64,
    /// The refusal's reason, if one was sent incomplete.
    pub refusal: Field,
}

/// One thing that only a person can decide.
#[derive(Clone, Debug)]
pub struct AttentionLine {
    /// Its place in the list, for ticking it off.
    pub index: usize,
    /// What it is, in a sentence.
    pub text: String,
    /// The order whose date can be taken with one button; empty if that is not what it is about.
    pub accept_date: String,
}

/// A document to check.
#[derive(Clone, Debug)]
pub struct ReviewDocument {
    /// `doc_...`
    pub id: String,
    /// The document.
    pub document: Document,
    /// The page with this one shown.
    pub href: String,
    /// Whether it is the one that is shown.
    pub here: bool,
    /// Shown as a picture (an image) or embedded (a PDF).
    pub image: bool,
    /// Accept or refuse: open while nobody decided.
    pub decide: Act,
}

/// One typed field beside what the document says.
#[derive(Clone, Debug)]
pub struct Check {
    /// The field.
    pub label: String,
    /// What was typed; secrets come masked.
    pub typed: String,
    /// What the document says, if it could be read.
    pub read: String,
    /// The verdict.
    pub verdict: Badge,
    /// The rejection that a difference would cause; may be empty.
    pub risk: String,
}

/// A number to check.
#[derive(Clone, Debug)]
pub struct ReviewNumber {
    /// The number.
    pub number: String,
    /// Its kind.
    pub kind: String,
    /// Whether it can be ported, by the gaining carrier's word.
    pub portable: Badge,
    /// Whether it stands on the bill.
    pub on_bill: Badge,
}

/// The keys of the queues' page.
pub fn list_keys() -> Vec<Fact> {
    vec![
        Fact::new("j", "next port"),
        Fact::new("k", "port before"),
        Fact::new("Enter", "open it"),
        Fact::new("c", "claim it, or give it back"),
        Fact::new("x", "tick it"),
        Fact::new("/", "find a port"),
        Fact::new("?", "this list"),
    ]
}

/// The keys of the check.
pub fn review_keys() -> Vec<Fact> {
    vec![
        Fact::new("a", "accept the document"),
        Fact::new("r", "refuse it: write why"),
        Fact::new("s", "to the submit button"),
        Fact::new("c", "claim it, or give it back"),
        Fact::new("n", "next in this queue"),
        Fact::new("?", "this list"),
    ]
}
