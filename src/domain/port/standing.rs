//! Where a request stands, in one sentence, and what comes next: the header of its page.

use jiff::Timestamp;

use super::blockers::blockers;
use super::corrections::is_sent_when_signed;
use super::details::{Remaining, Scope};
use super::request::{Attention, Loa, PortRequest, Stage, Voice, Window};
use super::status::{Ball, Status, ball, status};
use super::words;
use super::world::World;
use crate::domain::number::E164;

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// Who has to act.
    pub ball: Ball,
    /// Where it stands.
    pub now: String,
    /// What happens next.
    pub next: String,
    /// By when, if that is known.
    pub by: Option<Timestamp>,
    /// What is to be done about the old service.
    pub old_service: OldService,
}

/// What is to be done about the service of the losing provider (R52).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OldService {
    /// Nothing: the request ended without a port.
    Untouched,
    /// It stays active until the port is completed.
    #[default]
    Keep,
    /// The port is over, but these numbers of it did not move and still need it.
    KeepForNumbers(Vec<E164>),
    /// Every number of the port moved; those of the account that the port left out stay there.
    KeepForOthers,
    /// It can safely be cancelled.
    MayGo,
}

impl OldService {
    /// For a request as it stands.
    pub fn of(request: &PortRequest) -> Self {
        match status(request) {
            Status::Cancelled => Self::Untouched,
            Status::Completed => {
                let left: Vec<E164> = request
                    .numbers
                    .iter()
                    .filter(|one| !matches!(one.voice, Voice::Ported { .. }))
                    .map(|one| one.number)
                    .collect();
                let others_stay = matches!(
                    request.details.scope,
                    Scope::Partial {
                        remaining: Remaining::Keep,
                        ..
                    }
                );
                if !left.is_empty() {
                    Self::KeepForNumbers(left)
                } else if others_stay {
                    Self::KeepForOthers
                } else {
                    Self::MayGo
                }
            }
            _ => Self::Keep,
        }
    }
}

/// The earliest window that is still to come or open.
pub fn next_window(request: &PortRequest) -> Option<Window> {
    request
        .numbers
        .iter()
        .filter_map(|one| match one.voice {
            Voice::Scheduled { window } | Voice::Porting { window } => Some(window),
            _ => None,
        })
        .min_by_key(|window| window.start)
}

/// Where the request stands.
pub fn standing(request: &PortRequest, world: &World<'_>) -> Standing {
    let status = status(request);
    let first = blockers(request, world).into_iter().next();
    let old_service = OldService::of(request);
    let was_refused = request
        .attention
        .iter()
        .any(|one| matches!(one, Attention::CarrierRefused { .. }));
    let (now, next, by): (&str, String, Option<Timestamp>) = match status {
        Status::Draft => match &request.loa {
            Loa::Declined { reason, .. } => ("The signer declined the letter.", format!("The signer said: {reason} Send it to somebody who may sign."), None),
            Loa::Expired { .. } => ("The letter was not signed in time.", "Send it again.".to_owned(), None),
            Loa::NotSent { because: Some(because) } => ("The letter has to be signed again.", format!("{}. Send the new letter.", words::capital(because)), None),
            _ => (
                "The request is being filled in.",
                first.map_or_else(|| "Send the Letter of Authorization to the owner of the numbers.".to_owned(), |one| one.says),
                None,
            ),
        },
        Status::AwaitingSignature => match &request.loa {
            Loa::Sent { signer, expires_at, .. } => ("The Letter of Authorization waits for its signature.", format!("{} signs it by the link in the mail.", signer.name), Some(*expires_at)),
            _ => ("The Letter of Authorization waits for its signature.", String::new(), None),
        },
        Status::AwaitingProof => ("The letter is signed.", "Send the latest phone bill or another proof of ownership.".to_owned(), None),
        Status::InReview if was_refused => ("The gaining carrier did not take the request as it was sent.", "The desk mends it and submits it again, or asks you in a note.".to_owned(), None),
        Status::InReview => ("The desk checks the papers.", first.map_or_else(|| "The desk submits the request to the gaining carrier.".to_owned(), |one| one.says), None),
        Status::Submitted if was_refused => ("The request is on its way to the gaining carrier.", "Something is in the way there. The desk is working on it.".to_owned(), None),
        Status::Submitted => ("The carriers have the request.", "The losing provider answers with a port date or with a question. That is usually a matter of 5-15 business days.".to_owned(), None),
        Status::Rejected if matches!(request.loa, Loa::Sent { .. }) => (
            "Something that is printed on the letter was corrected.",
            if is_sent_when_signed(request, world) {
                "The owner of the numbers signs the new letter. We send the correction as soon as it is signed."
            } else {
                "The owner of the numbers signs the new letter; then the correction can be sent."
            }
            .to_owned(),
            None,
        ),
        Status::Rejected if !request.is_signed() => (
            "The letter has to be signed again.",
            if is_sent_when_signed(request, world) {
                "Send the new letter. We send the correction as soon as it is signed."
            } else {
                "Send the new letter."
            }
            .to_owned(),
            None,
        ),
        Status::Rejected if was_refused => ("The gaining carrier did not take the correction as it was sent.", "The desk is working on it.".to_owned(), None),
        Status::Rejected if request.attention.iter().any(|one| matches!(one, Attention::Rejection { .. })) => ("The losing provider rejected the request.", "The desk is working on it.".to_owned(), None),
        Status::Rejected => ("The losing provider rejected the request.", "Answer the question below; then it goes back to the carrier.".to_owned(), None),
        Status::Scheduled => (
            if request.attention.iter().any(|one| matches!(one, Attention::Jeopardy { .. })) { "The port date is confirmed, but at risk." } else { "The port date is confirmed." },
            "Keep the old service until the port is completed. Calls move in the window; texts follow 1-3 business days later.".to_owned(),
            next_window(request).map(|window| window.start),
        ),
        Status::Porting => ("The port window is open.", "Short interruptions are normal. Calls ring here as soon as the carriers are done.".to_owned(), next_window(request).map(|window| window.end)),
        Status::Testing => {
            let untested = request.numbers.iter().filter(|one| matches!(one.voice, Voice::Ported { .. }) && !one.is_tested()).count();
            let next = if untested > 0 {
                format!("Call each ported number and record whether it rang in the right place ({untested} to go).")
            } else {
                "Texts follow: usually in 1-2 business days, at most 3.".to_owned()
            };
            ("Voice has moved.", next, None)
        }
        Status::Completed => match &old_service {
            OldService::KeepForNumbers(left) => ("What moved works in its new home.", format!("Keep the old service for what did not move: {}.", words::numbers(left)), None),
            OldService::KeepForOthers => ("The numbers work in their new home.", "Keep the old service for the numbers that stay there.".to_owned(), None),
            _ => ("The numbers work in their new home.", "The old service can safely be cancelled now.".to_owned(), None),
        },
        Status::CancelPending => ("The carrier has been asked to cancel.", "The carrier answers.".to_owned(), None),
        Status::Cancelled => ("The request is cancelled.", "The numbers stay where they are. File a new request to try again.".to_owned(), None),
        Status::SnapbackPending => (
            "The providers have been asked to undo the port.",
            "The desk follows it up.".to_owned(),
            match request.stage {
                Stage::SnapbackPending { deadline, .. } => Some(deadline),
                _ => None,
            },
        ),
        Status::SnappedBack => ("The numbers went back to the losing provider.", String::new(), None),
    };
    Standing {
        status,
        ball: ball(request),
        now: now.to_owned(),
        next,
        by,
        old_service,
    }
}
