//! Parts of a port's page that other pages show too: what was filed, orders, documents, the timeline.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::ports::{Document, DocumentKind, StoredFact, View};
use crate::app::{App, letters};
use crate::domain::carrier::OrderStatus;
use crate::domain::port::{Fact, Loa, PortRequest, Scope, Text, Verdict, words};
use crate::portal::tell;
use crate::portal::views::port::OrderRow;
use crate::portal::views::{Badge, Document as DocumentView, Event, Fact as Line, Tone};

/// What was filed; secrets come masked.
pub(in crate::portal) fn details(app: &App, view: &View) -> Vec<Line> {
    let request = &view.request;
    let details = &request.details;
    let mut lines = Vec::new();
    let mut add = |key: &str, value: String| {
        if !value.trim().is_empty() {
            lines.push(Line::new(key, value));
        }
    };
    add("Name", details.title.clone());
    add("Business name", details.customer.business_name.clone());
    add("Authorized person", details.customer.person());
    if !details.billing.is_empty() {
        add("Billing address", details.billing.one_line());
    }
    add(
        "Service address",
        match &details.service {
            Some(service) => service.one_line(),
            None if details.billing.is_empty() => String::new(),
            None => "The same".to_owned(),
        },
    );
    for (key, mask) in [
        ("Account number", &details.account_number),
        ("PIN", &details.pin),
        ("Twilio Account SID", &details.twilio_account_sid),
    ] {
        if let Some(mask) = mask {
            add(key, mask.0.clone());
        }
    }
    if let Some(btn) = request.btn() {
        add("Billing telephone number (BTN)", tell::number(btn));
    }
    add(
        "What moves",
        match details.scope {
            Scope::Full => "The whole account".to_owned(),
            Scope::Partial { .. } => "Some numbers of the account".to_owned(),
        },
    );
    if let Some(date) = details.requested_date {
        add("Preferred port date", tell::long_day(date));
    }
    if let Some(signer) = &details.signer {
        add("Signer", format!("{}, {}", signer.name, signer.email));
    }
    add("Losing provider (LCP)", details.losing_carrier.clone());
    add(
        "Gaining carrier (GCP)",
        letters::gaining_carrier(app).to_owned(),
    );
    add(
        "Filed by",
        format!("{}, {}", view.submitter, view.account_name),
    );
    add("Port id", request.id.to_string());
    lines
}

pub(in crate::portal) fn orders(
    request: &PortRequest,
    zone: &TimeZone,
    now: Timestamp,
) -> Vec<OrderRow> {
    request
        .orders
        .iter()
        .map(|order| {
            let at = |instant: Option<Timestamp>| {
                instant.map_or_else(String::new, |at| tell::when(at, zone, now).text)
            };
            let (tone, text) = match &order.status {
                OrderStatus::Draft => (Tone::Draft, "Being prepared".to_owned()),
                OrderStatus::InProcess => (Tone::Go, "Being looked at".to_owned()),
                OrderStatus::Submitted => (Tone::Go, "With the losing provider".to_owned()),
                OrderStatus::Exception => (Tone::Act, "Rejected".to_owned()),
                OrderStatus::FocConfirmed => (Tone::Go, "Date confirmed".to_owned()),
                OrderStatus::CancelPending => (Tone::Wait, "Cancelling".to_owned()),
                OrderStatus::Ported => (Tone::Done, "Ported".to_owned()),
                OrderStatus::Cancelled => (Tone::Stop, "Cancelled".to_owned()),
                OrderStatus::Unknown(_) => (Tone::Act, "Not understood".to_owned()),
            };
            let changed = order.updated_at.unwrap_or(request.last_movement);
            OrderRow {
                carrier: order.carrier.clone(),
                external_id: order
                    .support_key
                    .clone()
                    .unwrap_or_else(|| order.external_id.clone()),
                status: Badge::new(tone, text),
                raw_status: order.raw_status.clone(),
                numbers: request
                    .numbers
                    .iter()
                    .filter(|one| one.order == Some(order.id))
                    .count(),
                asked: at(order.requested_foc),
                confirmed: at(order.confirmed_foc),
                read: tell::when(changed, zone, now),
            }
        })
        .collect()
}

/// The documents, newest first. A letter that was replaced says so.
pub(in crate::portal) fn documents(
    view: &View,
    history: &[StoredFact],
    zone: &TimeZone,
    now: Timestamp,
) -> Vec<DocumentView> {
    let request = &view.request;
    let brought = |document: &Document| {
        history
            .iter()
            .find(|one| match &one.fact {
                Fact::ProofReceived { proof } => proof.document == document.id,
                Fact::LetterSigned { document: id, .. } => *id == document.id,
                Fact::LetterSent { letter, .. } => letter.document == document.id,
                Fact::NoteWritten { attachments, .. } => attachments.contains(&document.id),
                _ => false,
            })
            .map_or_else(String::new, |one| one.actor.name.clone())
    };
    view.documents
        .iter()
        .rev()
        .map(|document| {
            let (kind, status) = kind_and_status(request, document);
            DocumentView {
                href: format!("/documents/{}", document.id),
                name: document.name.clone(),
                kind,
                size: words::size(document.size),
                at: tell::when(document.created_at, zone, now),
                by: brought(document),
                status,
            }
        })
        .collect()
}

fn kind_and_status(request: &PortRequest, document: &Document) -> (String, Badge) {
    let replaced = || Badge::new(Tone::Stop, "Replaced");
    match document.kind {
        DocumentKind::Letter => {
            let status = match &request.loa {
                Loa::Sent { letter, .. } if letter.document == document.id => {
                    Badge::new(Tone::Wait, "Sent")
                }
                Loa::Signed { letter, .. } if letter.document == document.id => {
                    Badge::new(Tone::Done, "As it was shown")
                }
                _ => replaced(),
            };
            ("Letter of Authorization, as sent".to_owned(), status)
        }
        DocumentKind::SignedLetter => {
            let status = match &request.loa {
                Loa::Signed { document: id, .. } if *id == document.id => {
                    Badge::new(Tone::Done, "Signed")
                }
                _ => replaced(),
            };
            ("Letter of Authorization, signed".to_owned(), status)
        }
        DocumentKind::Proof => {
            let proof = request.proof.iter().find(|one| one.document == document.id);
            let kind = proof.map_or("proof of ownership", |one| one.kind.words());
            let status = match proof.map(|one| &one.verdict) {
                Some(Verdict::Accepted) => Badge::new(Tone::Done, "Accepted"),
                Some(Verdict::Refused { .. }) => Badge::new(Tone::Stop, "Not accepted"),
                _ => Badge::new(Tone::Wait, "Being checked"),
            };
            (words::capital(kind), status)
        }
        DocumentKind::Attachment if document.staff_only => (
            "Attached to a note".to_owned(),
            Badge::new(Tone::Info, "Only the desk"),
        ),
        DocumentKind::Attachment => (
            "Attached to a note".to_owned(),
            Badge::new(Tone::Info, "Kept"),
        ),
    }
}

/// A fact as an entry of the timeline.
pub(in crate::portal) fn event(one: &StoredFact, zone: &TimeZone, now: Timestamp) -> Event {
    Event {
        at: tell::when(one.at, zone, now),
        text: words::say(&one.fact, zone),
        detail: String::new(),
        by: one.actor.name.clone(),
        tone: tone(&one.fact),
    }
}

fn tone(fact: &Fact) -> Tone {
    match fact {
        Fact::LetterSigned { .. }
        | Fact::ProofAccepted { .. }
        | Fact::NumbersPorted { .. }
        | Fact::Completed
        | Fact::JeopardyOver { .. }
        | Fact::TextMoved {
            text: Text::Enabled { .. },
            ..
        } => Tone::Done,
        Fact::TestRecorded { test, .. } if test.passed => Tone::Done,
        Fact::NumbersRejected { .. }
        | Fact::ProofRefused { .. }
        | Fact::LetterDeclined { .. }
        | Fact::LetterExpired
        | Fact::LetterVoided { .. }
        | Fact::Jeopardy { .. }
        | Fact::TestRecorded { .. }
        | Fact::AttentionRaised { .. }
        | Fact::SilenceNoticed { .. }
        | Fact::UpdateAsked
        | Fact::Blocked { .. }
        | Fact::SubmissionRefused
        | Fact::SnapbackAsked { .. }
        | Fact::SnapbackRefused { .. }
        | Fact::SupplementsRefused { .. }
        | Fact::CancelRefused { .. } => Tone::Act,
        Fact::NumbersFailed { .. }
        | Fact::Cancelled { .. }
        | Fact::NumbersCancelled { .. }
        | Fact::SnappedBack
        | Fact::TextMoved {
            text: Text::Failed { .. },
            ..
        } => Tone::Stop,
        Fact::LetterSent { .. }
        | Fact::Released
        | Fact::Resubmitted { .. }
        | Fact::Unblocked { .. }
        | Fact::NumbersSubmitted { .. }
        | Fact::PortDateSet { .. }
        | Fact::PortDateChanged { .. }
        | Fact::WindowOpened { .. } => Tone::Go,
        Fact::Begun { .. } | Fact::Edited { .. } | Fact::NumbersAdded { .. } => Tone::Draft,
        _ => Tone::Info,
    }
}
