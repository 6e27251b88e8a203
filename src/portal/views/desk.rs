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
    /// Who took it; empty if nobody did.
    pub taken_by: String,
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
    /// Who took it; empty if nobody did.
    pub taken_by: String,
    /// The documents; the first is shown beside the data.
    pub documents: Vec<ReviewDocument>,
    /// Typed data, field by field.
    pub checks: Vec<Check>,
    /// The numbers.
    pub numbers: Vec<ReviewNumber>,
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
    /// Orders that exist already.
    pub orders: Vec<OrderRow>,
    /// Carriers' words or answers that nobody understood yet.
    pub unknown: Vec<BadLine>,
    /// The version that the page was opened with.
    pub version: i64,
    /// The refusal's reason, if one was sent incomplete.
    pub refusal: Field,
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
