//! The desk's table and what is done to many of its requests.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::port::Named;
use super::words::{BulkOutcomeWords, QueueWords, StatusWords};
use crate::app::bulk::{Line, Outcome, Report};
use crate::app::desk::{Counts, Item};
use crate::app::mailing::Planned;
use crate::domain::port::{self, Queue};

/// Who at the desk has a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Claim {
    /// Who: a user's id.
    #[schema(example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub user: String,
    /// Their name, as it was when they took it.
    #[schema(example = "Ada Moss")]
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

impl From<&port::Claim> for Claim {
    fn from(claim: &port::Claim) -> Self {
        Self {
            user: claim.user.to_string(),
            name: claim.name.clone(),
            since: claim.at,
        }
    }
}

/// A request's place in a queue of the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuePlace {
    /// Which queue.
    #[schema(value_type = QueueWords)]
    pub queue: &'static str,
    /// Since when it stands there.
    pub since: Timestamp,
}

/// A request on the desk's table.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueItem {
    /// The port request.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Its version.
    #[schema(example = 7)]
    pub version: i64,
    /// Whose it is.
    pub account: Named,
    /// The losing provider.
    #[schema(example = "Copper Valley Telephone")]
    pub losing_carrier: String,
    /// Where it stands.
    #[schema(value_type = StatusWords)]
    pub status: String,
    /// The first number, if it has one.
    #[schema(example = "+14045550123")]
    pub first_number: Option<String>,
    /// How many numbers it has.
    #[schema(example = 12)]
    pub number_count: i64,
    /// The queues in which it stands.
    pub queues: Vec<QueuePlace>,
    /// Why it is here.
    #[schema(example = "A latest billing statement came: bill.pdf.")]
    pub why: String,
    /// What to do next.
    #[schema(example = "Compare it with what was typed.")]
    pub todo: &'static str,
    /// Since when it waits.
    pub since: Timestamp,
    /// The same in business days.
    #[schema(example = 2)]
    pub business_days: u32,
    /// Whether that is too long, or something was due by now.
    pub late: bool,
    /// By when something is due, if that is known.
    pub due_at: Option<Timestamp>,
    /// Who has it.
    pub claim: Option<Claim>,
}

impl From<&Item> for QueueItem {
    fn from(item: &Item) -> Self {
        let row = &item.row;
        Self {
            port: row.id.to_string(),
            version: row.version,
            account: Named {
                id: row.account.to_string(),
                name: row.account_name.clone(),
            },
            losing_carrier: row.details.losing_carrier.clone(),
            status: match &row.status {
                Ok(status) => status.name().to_owned(),
                Err(name) => name.clone(),
            },
            first_number: row.first_number.clone(),
            number_count: row.numbers,
            queues: row
                .places
                .iter()
                .map(|(queue, since)| QueuePlace {
                    queue: queue.name(),
                    since: *since,
                })
                .collect(),
            why: item.why.clone(),
            todo: item.todo.text,
            since: item.since,
            business_days: item.days,
            late: item.late,
            due_at: item.due.as_ref().map(|due| due.at),
            claim: row.claim.as_ref().map(Claim::from),
        }
    }
}

/// How many requests stand in a queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueCount {
    /// Which queue.
    #[schema(value_type = QueueWords)]
    pub queue: &'static str,
    /// Its name on screens.
    #[schema(example = "Check documents")]
    pub label: &'static str,
    /// How many requests.
    #[schema(example = 3)]
    pub count: u32,
}

/// A page of a queue of the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuePage {
    /// The requests, the longest waiting first; what a search found, newest first.
    pub items: Vec<QueueItem>,
    /// Pass it as `cursor` to get the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1764000000000000.port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub next_cursor: Option<String>,
    /// How many requests stand in each queue.
    pub counts: Vec<QueueCount>,
}

impl QueuePage {
    /// The counts of all queues, in their order.
    pub fn counts(counts: &Counts) -> Vec<QueueCount> {
        let of = |queue, label, count| QueueCount {
            queue,
            label,
            count,
        };
        std::iter::once(of("all", "Everything", counts.all))
            .chain(Queue::ALL.map(|queue| {
                let count = counts.queues.get(&queue).copied().unwrap_or(0);
                of(queue.name(), queue.words(), count)
            }))
            .chain([of("mine", "Mine", counts.mine)])
            .collect()
    }
}

/// A mail that something causes.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedMail {
    /// Which mail.
    #[schema(example = "submitted")]
    pub kind: String,
    /// Who reads it: `submitter`, `owner` or `desk`.
    #[schema(example = "submitter")]
    pub reader: &'static str,
    /// Their name.
    #[schema(example = "Ana Ruiz")]
    pub name: String,
    /// Their address.
    #[schema(example = "ana@harbordental.example")]
    pub to: String,
    /// Its subject.
    pub subject: String,
}

impl From<&Planned> for PlannedMail {
    fn from(mail: &Planned) -> Self {
        Self {
            kind: mail.kind.clone(),
            reader: mail.reader,
            name: mail.to_name.clone(),
            to: mail.to_address.clone(),
            subject: mail.subject.clone(),
        }
    }
}

/// What comes of a bulk action for one request.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkItem {
    /// The port request.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Its version: as it was looked at, or after it was done. Send it with the deed, so that what changed meanwhile is
    /// left alone.
    #[schema(example = 7)]
    pub version: i64,
    /// What it is called.
    #[schema(example = "+1 404 555 0123 and 2 more")]
    pub title: String,
    /// Where it stood before.
    #[schema(value_type = Option<StatusWords>)]
    pub status_before: Option<&'static str>,
    /// Where it stands then, if it changes.
    #[schema(value_type = Option<StatusWords>)]
    pub status_after: Option<&'static str>,
    /// What comes of it.
    #[schema(value_type = BulkOutcomeWords)]
    pub outcome: &'static str,
    /// The names of what happens, as in its history.
    #[schema(example = json!(["released"]))]
    pub events: Vec<&'static str>,
    /// What happens, or why it does not, in sentences.
    pub says: Vec<String>,
    /// Who is mailed what.
    pub mails: Vec<PlannedMail>,
}

/// What a bulk action does, or did.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReport {
    /// Whether nothing was done yet.
    pub dry_run: bool,
    /// Each request, in the order in which they were named.
    pub items: Vec<BulkItem>,
}

impl BulkReport {
    /// The report as programs read it.
    pub fn of(report: &Report, dry_run: bool) -> Self {
        Self {
            dry_run,
            items: report.lines.iter().map(item).collect(),
        }
    }
}

fn item(line: &Line) -> BulkItem {
    let mut item = BulkItem {
        port: line.port.to_string(),
        version: line.version,
        title: line.title.clone(),
        status_before: line.from.map(port::Status::name),
        status_after: None,
        outcome: "changed",
        events: Vec::new(),
        says: Vec::new(),
        mails: Vec::new(),
    };
    match &line.outcome {
        Outcome::Change(change) => {
            item.status_after = Some(change.to.name());
            item.events.clone_from(&change.facts);
            item.says.clone_from(&change.says);
            item.says
                .extend(change.work.iter().map(|text| (*text).to_owned()));
            item.mails = change.mails.iter().map(PlannedMail::from).collect();
        }
        Outcome::Nothing => item.outcome = "nothing",
        Outcome::Refused(refusal) => {
            item.outcome = "refused";
            item.says.push(refusal.to_string().trim().to_owned());
        }
        Outcome::Stale => {
            item.outcome = "stale";
            item.says
                .push("Somebody else changed it after you looked.".to_owned());
        }
        Outcome::NotFound => {
            item.outcome = "not_found";
            item.says.push("There is no such port request.".to_owned());
        }
        Outcome::Failed(says) => {
            item.outcome = "failed";
            item.says.push(says.clone());
        }
    }
    item
}
