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
    pub queues: Vec<Queue>,
    /// What the open queue is for.
    pub purpose: String,
    /// What is in it, the most pressing first.
    pub items: Vec<DeskItem>,
    /// Where in the whole queue.
    pub pager: Pager,
    /// Seconds between refreshes; 0 turns them off.
    pub live_seconds: u32,
}

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
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
    /// Why it is here, in a sentence.
    pub why: String,
    /// Since when, such as "2 business hours".
    pub age: String,
    /// Whether it is late.
    pub late: bool,
    /// What to do.
    pub todo: Link,
}

/// The check of a request before it goes to the carrier.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/review.html")]
pub struct ReviewPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// What waits for a person here.
    pub attention: Vec<AttentionLine>,
    /// The documents; the first is shown beside the data.
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
    /// The numbers that could be given up: value and what is shown.
    pub hopeless: Vec<Choice>,
    /// Why they are given up, if that was sent incomplete.
    pub give_up_reason: Field,
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
