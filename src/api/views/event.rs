//! What happened to a port request.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use super::number::{Reason, Window, kind_name};
use super::words::{RoleWords, TestKindWords};
use crate::app::ports::StoredFact;
use crate::domain::number::E164;
use crate::domain::port::{Fact, NumberChange, TestKind, words};

/// Something that happened to a port request. History is only ever added to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// Its id.
    #[schema(example = "fact_019ab3f2c7d87a60b1f3d2a4c5e6f70d")]
    pub id: String,
    /// First, second, third of its request. What only the desk sees leaves gaps for others.
    #[schema(example = 12)]
    pub seq: i64,
    /// What happened; `port.` and this is the type of the webhook that tells of it.
    #[serde(rename = "type")]
    #[schema(example = "port_date_set")]
    pub kind: &'static str,
    /// When it happened.
    pub at: Timestamp,
    /// Who or what caused it.
    pub by: By,
    /// What happened, in a sentence.
    #[schema(example = "The Letter of Authorization was signed (typed).")]
    pub says: String,
    /// Whether only the desk sees it.
    pub staff_only: bool,
    /// What it was about.
    pub data: EventData,
}

/// Who or what caused an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct By {
    /// In which part.
    #[schema(value_type = RoleWords)]
    pub role: String,
    /// Their name.
    #[schema(example = "Ana Ruiz")]
    pub name: String,
    /// The user, where one was signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub user: Option<String>,
}

/// What an event was about. Fields that do not belong to the event are left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct EventData {
    /// The numbers; the first 200 of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<String>,
    /// The form's fields that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["customer", "billing_address"]))]
    pub fields: Vec<&'static str>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why, in the carriers' codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The port window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The port window before it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_before: Option<Window>,
    /// A moment by which something is to happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// A document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// A carrier order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The state that texts reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'static str>,
    /// A test of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<EventTest>,
    /// A note's or a comment's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Documents that are attached to a note.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
}

/// A test call or text.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventTest {
    /// A call or a text.
    #[schema(value_type = TestKindWords)]
    pub kind: &'static str,
    /// Whether it reached where it should.
    pub passed: bool,
}

/// A page of a request's history, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// The events.
    pub items: Vec<Event>,
    /// Pass it as `cursor` to get what happened after this page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "50")]
    pub next_cursor: Option<String>,
}

fn texts(numbers: &[E164]) -> Vec<String> {
    numbers.iter().take(200).map(ToString::to_string).collect()
}

/// What an event was about. What is not taken over here is not shown.
fn data_of(fact: &Fact) -> EventData {
    let none = EventData::default();
    let numbers = |list: &[E164]| EventData {
        numbers: texts(list),
        ..EventData::default()
    };
    let because = |reason: &str| EventData {
        reason: Some(reason.to_owned()),
        ..EventData::default()
    };
    let document = |id: &crate::ids::DocumentId| EventData {
        document: Some(id.to_string()),
        ..EventData::default()
    };
    match fact {
        Fact::Edited { changes } => EventData {
            fields: changes.iter().map(|one| one.field()).collect(),
            ..none
        },
        Fact::NumbersAdded { numbers: list } => {
            let list: Vec<E164> = list.iter().take(200).map(|one| one.number).collect();
            numbers(&list)
        }
        Fact::NumbersRemoved { numbers: list }
        | Fact::WindowOpened { numbers: list }
        | Fact::NumbersCancelled { numbers: list }
        | Fact::CarrierTextSeen { numbers: list, .. } => numbers(list),
        Fact::NumberChanged { number, change } => EventData {
            fields: vec![change_name(change)],
            reason: match change {
                NumberChange::Kind(kind) => Some(kind_name(*kind).to_owned()),
                _ => None,
            },
            ..numbers(&[*number])
        },
        Fact::PortabilityChecked { results } => {
            let list: Vec<E164> = results.iter().map(|one| one.number).collect();
            numbers(&list)
        }
        Fact::LetterSent {
            letter, expires_at, ..
        } => EventData {
            until: Some(*expires_at),
            ..document(&letter.document)
        },
        Fact::LetterSigned { document: id, .. } | Fact::ProofAccepted { document: id } => {
            document(id)
        }
        Fact::ProofReceived { proof } => document(&proof.document),
        Fact::ProofRefused {
            document: id,
            reason,
        } => EventData {
            reason: Some(reason.clone()),
            ..document(id)
        },
        Fact::LetterDeclined { reason }
        | Fact::LetterVoided { because: reason }
        | Fact::CancelAsked { reason }
        | Fact::CancelRefused { says: reason }
        | Fact::Cancelled { reason } => because(reason),
        Fact::OrderOpened {
            order,
            numbers: list,
        } => EventData {
            order: Some(order.id.to_string()),
            ..numbers(list)
        },
        Fact::OrderChanged { order, reasons, .. } | Fact::Jeopardy { order, reasons } => {
            EventData {
                order: Some(order.to_string()),
                reasons: reasons.iter().map(Reason::from).collect(),
                ..none
            }
        }
        Fact::OrderSplit {
            to, numbers: list, ..
        } => EventData {
            order: Some(to.to_string()),
            ..numbers(list)
        },
        Fact::NumbersSubmitted {
            order,
            numbers: list,
        }
        | Fact::NumbersPorted {
            order,
            numbers: list,
        } => EventData {
            order: Some(order.to_string()),
            ..numbers(list)
        },
        Fact::NumbersRejected {
            order,
            numbers: list,
            reasons,
        } => EventData {
            order: Some(order.to_string()),
            reasons: reasons.iter().map(Reason::from).collect(),
            ..numbers(list)
        },
        Fact::PortDateSet {
            order,
            numbers: list,
            window,
            ..
        } => EventData {
            order: Some(order.to_string()),
            window: Some((*window).into()),
            ..numbers(list)
        },
        Fact::PortDateChanged {
            order,
            numbers: list,
            from,
            window,
        } => EventData {
            order: Some(order.to_string()),
            window: Some((*window).into()),
            window_before: Some((*from).into()),
            ..numbers(list)
        },
        Fact::JeopardyOver { order } | Fact::SupplementSent { order, .. } => EventData {
            order: Some(order.to_string()),
            ..none
        },
        Fact::PortDayNear { window } => EventData {
            window: Some((*window).into()),
            ..none
        },
        Fact::Blocked { numbers: list } | Fact::Unblocked { numbers: list } => numbers(list),
        Fact::NumbersFailed {
            numbers: list,
            reason,
        } => EventData {
            reason: Some(reason.clone()),
            ..numbers(list)
        },
        Fact::TextMoved {
            numbers: list,
            text,
        } => EventData {
            text: Some(text.name()),
            ..numbers(list)
        },
        Fact::TestRecorded { number, kind, test } => EventData {
            test: Some(EventTest {
                kind: match kind {
                    TestKind::Voice => "voice",
                    TestKind::CallerId => "caller_id",
                    TestKind::Text => "text",
                },
                passed: test.passed,
            }),
            ..numbers(&[*number])
        },
        Fact::CarrierSpoke { order, comment, .. } => EventData {
            order: Some(order.to_string()),
            note: Some(comment.clone()),
            ..none
        },
        Fact::NoteWritten {
            note, attachments, ..
        } => EventData {
            note: Some(note.to_string()),
            attachments: attachments.iter().map(ToString::to_string).collect(),
            ..none
        },
        Fact::SnapbackRefused { reason } => because(reason),
        Fact::SnapbackAsked { reason, deadline } => EventData {
            until: Some(*deadline),
            ..because(reason)
        },
        Fact::Begun { .. }
        | Fact::Agreed { .. }
        | Fact::SignerReminded { .. }
        | Fact::LetterOpened
        | Fact::LetterExpired
        | Fact::Released
        | Fact::Resubmitted { .. }
        | Fact::SubmissionRefused
        | Fact::SupplementsRefused { .. }
        | Fact::AttentionRaised { .. }
        | Fact::AttentionCleared { .. }
        | Fact::UpdateAsked
        | Fact::SilenceNoticed { .. }
        | Fact::Claimed { .. }
        | Fact::Unclaimed { .. }
        | Fact::CarrierAsked { .. }
        | Fact::Completed
        | Fact::SnappedBack => none,
    }
}

fn change_name(change: &NumberChange) -> &'static str {
    match change {
        NumberChange::Receiving(_) => "receiving",
        NumberChange::Source(_) => "source",
        NumberChange::Description(_) => "description",
        NumberChange::WantsText(_) => "wants_text",
        NumberChange::Kind(_) => "kind",
    }
}

impl Event {
    /// The event, its moments said in this zone.
    pub fn of(stored: &StoredFact, zone: &TimeZone) -> Self {
        Self {
            id: stored.id.to_string(),
            seq: stored.seq,
            kind: stored.fact.name(),
            at: stored.at,
            by: By {
                role: stored.actor.role.name().to_owned(),
                name: stored.actor.name.clone(),
                user: stored.actor.user.map(|id| id.to_string()),
            },
            says: words::say(&stored.fact, zone),
            staff_only: stored.fact.is_staff_only(),
            data: data_of(&stored.fact),
        }
    }
}
