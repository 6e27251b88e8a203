//! What the customer sees: one word for the whole request, derived from its paperwork and its numbers.

use serde::{Deserialize, Serialize};

use super::request::{Attention, Loa, PortRequest, Stage, Voice};

/// A port request's status. It is derived, never set: see [`status`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "see `words` and the table in docs/port-states.md"
)]
pub enum Status {
    Draft,
    AwaitingSignature,
    AwaitingProof,
    InReview,
    Submitted,
    Rejected,
    Scheduled,
    Porting,
    Testing,
    Completed,
    CancelPending,
    Cancelled,
    SnapbackPending,
    SnappedBack,
}

impl Status {
    /// All of them, in the order of a port's life.
    pub const ALL: [Self; 14] = [
        Self::Draft,
        Self::AwaitingSignature,
        Self::AwaitingProof,
        Self::InReview,
        Self::Submitted,
        Self::Rejected,
        Self::Scheduled,
        Self::Porting,
        Self::Testing,
        Self::Completed,
        Self::CancelPending,
        Self::Cancelled,
        Self::SnapbackPending,
        Self::SnappedBack,
    ];

    /// The name in code, API and database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingSignature => "awaiting_signature",
            Self::AwaitingProof => "awaiting_proof",
            Self::InReview => "in_review",
            Self::Submitted => "submitted",
            Self::Rejected => "rejected",
            Self::Scheduled => "scheduled",
            Self::Porting => "porting",
            Self::Testing => "testing",
            Self::Completed => "completed",
            Self::CancelPending => "cancel_pending",
            Self::Cancelled => "cancelled",
            Self::SnapbackPending => "snapback_pending",
            Self::SnappedBack => "snapped_back",
        }
    }

    /// The name on screens and in mails.
    pub fn words(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::AwaitingSignature => "Awaiting signature",
            Self::AwaitingProof => "Awaiting proof of ownership",
            Self::InReview => "In review",
            Self::Submitted => "Submitted",
            Self::Rejected => "Action required",
            Self::Scheduled => "Scheduled",
            Self::Porting => "Porting now",
            Self::Testing => "Testing",
            Self::Completed => "Completed",
            Self::CancelPending => "Cancelling",
            Self::Cancelled => "Cancelled",
            Self::SnapbackPending => "Going back",
            Self::SnappedBack => "Went back",
        }
    }

    /// The status with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether its numbers are still held by this request, so that no other may port them.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Completed | Self::Cancelled | Self::SnappedBack)
    }
}

/// The request's status.
///
/// Paperwork decides until the desk releases the request; from then on the voice tracks decide, and
/// what needs a hand comes before what is going well: one rejected number makes the request
/// "action required", while the others go on porting.
pub fn status(request: &PortRequest) -> Status {
    match &request.stage {
        Stage::CancelPending { .. } => return Status::CancelPending,
        Stage::Cancelled { .. } => return Status::Cancelled,
        Stage::Completed { .. } => return Status::Completed,
        Stage::SnapbackPending { .. } => return Status::SnapbackPending,
        Stage::SnappedBack { .. } => return Status::SnappedBack,
        Stage::Paperwork => {
            return match request.loa {
                Loa::NotSent { .. } | Loa::Declined { .. } | Loa::Expired { .. } => Status::Draft,
                Loa::Sent { .. } => Status::AwaitingSignature,
                Loa::Signed { .. } if request.standing_proof().next().is_none() => {
                    Status::AwaitingProof
                }
                Loa::Signed { .. } => Status::InReview,
            };
        }
        Stage::Released => {}
    }
    let any = |wanted: fn(&Voice) -> bool| request.numbers.iter().any(|one| wanted(&one.voice));
    if any(|voice| matches!(voice, Voice::Rejected { .. })) {
        Status::Rejected
    } else if any(|voice| matches!(voice, Voice::Porting { .. })) {
        Status::Porting
    } else if any(|voice| matches!(voice, Voice::Waiting | Voice::Submitted)) {
        Status::Submitted
    } else if any(|voice| matches!(voice, Voice::Scheduled { .. })) {
        Status::Scheduled
    } else if any(|voice| matches!(voice, Voice::Ported { .. })) {
        Status::Testing
    } else {
        Status::Submitted
    }
}

/// Who has to act next: who holds the ball.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ball {
    /// The submitter and their company.
    Customer,
    /// The signer.
    Owner,
    /// The desk.
    Desk,
    /// The gaining carrier.
    GainingCarrier,
    /// The losing provider.
    LosingProvider,
    /// Nobody: it is over.
    Nobody,
}

impl Ball {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Customer => "You",
            Self::Owner => "The owner of the numbers",
            Self::Desk => "The porting desk",
            Self::GainingCarrier => "The gaining carrier",
            Self::LosingProvider => "The losing provider",
            Self::Nobody => "Nobody",
        }
    }
}

/// Who holds the ball.
pub fn ball(request: &PortRequest) -> Ball {
    use crate::domain::carrier::OrderStatus;
    let at_losing_provider = request
        .orders
        .iter()
        .any(|one| one.status == OrderStatus::Submitted);
    ball_in(
        status(request),
        &request.loa,
        &request.attention,
        at_losing_provider,
    )
}

/// Who holds the ball in a request of which only this is at hand, as in a list: its status, its letter, what
/// the desk has to decide, and whether the gaining carrier has handed an order to the losing provider.
pub fn ball_in(
    status: Status,
    loa: &Loa,
    attention: &[Attention],
    at_losing_provider: bool,
) -> Ball {
    let desk_wanted = attention.iter().any(|one| {
        !matches!(
            one,
            Attention::UpdateAsked | Attention::Jeopardy { .. } | Attention::Silence { .. }
        )
    });
    match status {
        Status::Draft | Status::AwaitingProof | Status::Testing => Ball::Customer,
        Status::AwaitingSignature => Ball::Owner,
        Status::InReview | Status::SnapbackPending => Ball::Desk,
        Status::Rejected if matches!(loa, Loa::Sent { .. }) => Ball::Owner,
        Status::Rejected if desk_wanted => Ball::Desk,
        Status::Rejected => Ball::Customer,
        Status::Submitted if desk_wanted => Ball::Desk,
        Status::Submitted if at_losing_provider => Ball::LosingProvider,
        Status::Submitted | Status::CancelPending | Status::Porting => Ball::GainingCarrier,
        Status::Scheduled => Ball::LosingProvider,
        Status::Completed | Status::Cancelled | Status::SnappedBack => Ball::Nobody,
    }
}
