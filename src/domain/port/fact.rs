//! What happened. Facts are append-only and are the only history there is: notes, timeline, mails,
//! webhooks and the stored state itself are views of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::{Agreement, Change, Signer};
use super::event::{NumberChange, PortabilityResult, TestKind};
use super::request::{Attention, CarrierOrder, LetterRef, PortNumber, Proof, Test, Text, Window};
use crate::domain::carrier::{CarrierReason, Messaging, OrderStatus};
use crate::domain::number::E164;
use crate::ids::{AccountId, DocumentId, LinkId, NoteId, OrderId, PortId, UserId};

/// Something that happened to a port request. It never carries a secret: PINs, account numbers and
/// links' tokens are masked or left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum Fact {
    /// The request was begun.
    Begun {
        port: PortId,
        account: AccountId,
        submitter: UserId,
        title: String,
    },
    /// The form changed.
    Edited { changes: Vec<Change> },
    /// Numbers joined.
    NumbersAdded { numbers: Vec<PortNumber> },
    /// Numbers left.
    NumbersRemoved { numbers: Vec<E164> },
    /// What is said of one number changed.
    NumberChanged { number: E164, change: NumberChange },
    /// All statements were agreed to (R108).
    Agreed { agreement: Agreement },
    /// The gaining carrier said which numbers it can take.
    PortabilityChecked { results: Vec<PortabilityResult> },
    /// The letter went to its signer (R41, R113).
    LetterSent {
        letter: LetterRef,
        signer: Signer,
        link: LinkId,
        expires_at: Timestamp,
    },
    /// The signer was reminded.
    SignerReminded { link: LinkId, count: u32 },
    /// The signer opened the letter.
    LetterOpened,
    /// The letter was signed (R114).
    LetterSigned {
        document: DocumentId,
        sha256: String,
        method: String,
    },
    /// The signer said no.
    LetterDeclined { reason: String },
    /// Nobody signed in time.
    LetterExpired,
    /// The letter no longer says what the request says.
    LetterVoided { because: String },
    /// A proof of ownership came.
    ProofReceived { proof: Proof },
    /// The desk accepted a proof.
    ProofAccepted { document: DocumentId },
    /// The desk refused a proof.
    ProofRefused {
        document: DocumentId,
        reason: String,
    },
    /// The desk released the request to the gaining carrier (R29).
    Released,
    /// An order stands at the carrier.
    OrderOpened {
        order: CarrierOrder,
        numbers: Vec<E164>,
    },
    /// The carrier changed the order.
    OrderChanged {
        order: OrderId,
        status: OrderStatus,
        raw_status: String,
        reasons: Vec<CarrierReason>,
        requested_foc: Option<Timestamp>,
        confirmed_foc: Option<Timestamp>,
        support_key: Option<String>,
        updated_at: Option<Timestamp>,
    },
    /// Numbers of the request are receiving numbers of its account now: it cannot go on with them (R121).
    Blocked { numbers: Vec<E164> },
    /// They are none any more; nothing is to be done for them (R122).
    Unblocked { numbers: Vec<E164> },
    /// The carrier moved numbers to another order.
    OrderSplit {
        from: OrderId,
        to: OrderId,
        numbers: Vec<E164>,
    },
    /// The losing provider has them.
    NumbersSubmitted { order: OrderId, numbers: Vec<E164> },
    /// Something must be mended (R30).
    NumbersRejected {
        order: OrderId,
        numbers: Vec<E164>,
        reasons: Vec<CarrierReason>,
    },
    /// The port date is confirmed (R31, R134).
    PortDateSet {
        order: OrderId,
        numbers: Vec<E164>,
        window: Window,
        earlier_than_asked: bool,
    },
    /// The port date changed.
    PortDateChanged {
        order: OrderId,
        numbers: Vec<E164>,
        from: Window,
        window: Window,
    },
    /// The date is at risk.
    Jeopardy {
        order: OrderId,
        reasons: Vec<CarrierReason>,
    },
    /// The date is safe again.
    JeopardyOver { order: OrderId },
    /// Tomorrow is the day.
    PortDayNear { window: Window },
    /// The window opened.
    WindowOpened { numbers: Vec<E164> },
    /// Voice moved (R32, R127).
    NumbersPorted { order: OrderId, numbers: Vec<E164> },
    /// These will not port (R128).
    NumbersFailed { numbers: Vec<E164>, reason: String },
    /// These were taken off.
    NumbersCancelled { numbers: Vec<E164> },
    /// The text track moved.
    TextMoved { numbers: Vec<E164>, text: Text },
    /// The carrier said where texts stand.
    CarrierTextSeen {
        numbers: Vec<E164>,
        messaging: Messaging,
    },
    /// A test was made (R33, R152-R154).
    TestRecorded {
        number: E164,
        kind: TestKind,
        test: Test,
    },
    /// The corrected request goes back to the carrier.
    Resubmitted { orders: Vec<OrderId> },
    /// The supplement reached the carrier.
    SupplementSent {
        order: OrderId,
        seen: Option<Timestamp>,
    },
    /// The carrier refused the request before any order was accepted: it is paperwork again. What the carrier said is on
    /// the desk's list.
    SubmissionRefused,
    /// The carrier refused the supplements of these orders: they stand rejected as before. What it said is on the desk's
    /// list.
    SupplementsRefused { orders: Vec<OrderId> },
    /// The carrier wrote a comment.
    CarrierSpoke {
        order: OrderId,
        comment: String,
        body: String,
        by: String,
    },
    /// The desk has a new line on its list.
    AttentionRaised { attention: Attention },
    /// A line of the desk's list is done.
    AttentionCleared { attention: Attention },
    /// A note was written (R125).
    NoteWritten {
        note: NoteId,
        text: String,
        staff_only: bool,
        attachments: Vec<DocumentId>,
    },
    /// The customer asked for news (R130).
    UpdateAsked,
    /// Nothing moved for too long; the carrier is asked.
    SilenceNoticed { business_days: u32 },
    /// A cancellation was asked for.
    CancelAsked { reason: String },
    /// The carrier will not cancel any more.
    CancelRefused { says: String },
    /// Over without a port.
    Cancelled { reason: String },
    /// Done: the numbers work and the old service can be cancelled.
    Completed,
    /// The providers are asked to undo the port.
    SnapbackAsked { reason: String, deadline: Timestamp },
    /// The providers do not undo the port.
    SnapbackRefused { reason: String },
    /// The numbers went back.
    SnappedBack,
    /// Somebody at the desk has it from now on. `from` is who had it before, `handed_by` who gave it to them.
    Claimed {
        user: UserId,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handed_by: Option<String>,
    },
    /// Who had it gave it back.
    Unclaimed { name: String },
    /// The desk asked the gaining carrier where the orders stand.
    CarrierAsked {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

impl Fact {
    /// The names of the facts that an account may see, in the order in which they usually happen. Webhooks choose
    /// among them.
    pub const NAMES: [&'static str; 49] = [
        "begun",
        "edited",
        "numbers_added",
        "numbers_removed",
        "number_changed",
        "agreed",
        "portability_checked",
        "letter_sent",
        "signer_reminded",
        "letter_opened",
        "letter_signed",
        "letter_declined",
        "letter_expired",
        "letter_voided",
        "proof_received",
        "proof_accepted",
        "proof_refused",
        "released",
        "order_opened",
        "blocked",
        "unblocked",
        "order_split",
        "numbers_submitted",
        "numbers_rejected",
        "port_date_set",
        "port_date_changed",
        "jeopardy",
        "jeopardy_over",
        "port_day_near",
        "window_opened",
        "numbers_ported",
        "numbers_failed",
        "numbers_cancelled",
        "text_moved",
        "test_recorded",
        "resubmitted",
        "submission_refused",
        "supplements_refused",
        "carrier_spoke",
        "note_written",
        "update_asked",
        "silence_noticed",
        "cancel_asked",
        "cancel_refused",
        "cancelled",
        "completed",
        "snapback_asked",
        "snapback_refused",
        "snapped_back",
    ];

    /// The fact's name in API, webhooks and docs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Begun { .. } => "begun",
            Self::Edited { .. } => "edited",
            Self::NumbersAdded { .. } => "numbers_added",
            Self::NumbersRemoved { .. } => "numbers_removed",
            Self::NumberChanged { .. } => "number_changed",
            Self::Agreed { .. } => "agreed",
            Self::PortabilityChecked { .. } => "portability_checked",
            Self::LetterSent { .. } => "letter_sent",
            Self::SignerReminded { .. } => "signer_reminded",
            Self::LetterOpened => "letter_opened",
            Self::LetterSigned { .. } => "letter_signed",
            Self::LetterDeclined { .. } => "letter_declined",
            Self::LetterExpired => "letter_expired",
            Self::LetterVoided { .. } => "letter_voided",
            Self::ProofReceived { .. } => "proof_received",
            Self::ProofAccepted { .. } => "proof_accepted",
            Self::ProofRefused { .. } => "proof_refused",
            Self::Released => "released",
            Self::OrderOpened { .. } => "order_opened",
            Self::OrderChanged { .. } => "order_changed",
            Self::Blocked { .. } => "blocked",
            Self::Unblocked { .. } => "unblocked",
            Self::OrderSplit { .. } => "order_split",
            Self::NumbersSubmitted { .. } => "numbers_submitted",
            Self::NumbersRejected { .. } => "numbers_rejected",
            Self::PortDateSet { .. } => "port_date_set",
            Self::PortDateChanged { .. } => "port_date_changed",
            Self::Jeopardy { .. } => "jeopardy",
            Self::JeopardyOver { .. } => "jeopardy_over",
            Self::PortDayNear { .. } => "port_day_near",
            Self::WindowOpened { .. } => "window_opened",
            Self::NumbersPorted { .. } => "numbers_ported",
            Self::NumbersFailed { .. } => "numbers_failed",
            Self::NumbersCancelled { .. } => "numbers_cancelled",
            Self::TextMoved { .. } => "text_moved",
            Self::CarrierTextSeen { .. } => "carrier_text_seen",
            Self::TestRecorded { .. } => "test_recorded",
            Self::Resubmitted { .. } => "resubmitted",
            Self::SupplementSent { .. } => "supplement_sent",
            Self::SubmissionRefused => "submission_refused",
            Self::SupplementsRefused { .. } => "supplements_refused",
            Self::CarrierSpoke { .. } => "carrier_spoke",
            Self::AttentionRaised { .. } => "attention_raised",
            Self::AttentionCleared { .. } => "attention_cleared",
            Self::NoteWritten { .. } => "note_written",
            Self::UpdateAsked => "update_asked",
            Self::SilenceNoticed { .. } => "silence_noticed",
            Self::CancelAsked { .. } => "cancel_asked",
            Self::CancelRefused { .. } => "cancel_refused",
            Self::Cancelled { .. } => "cancelled",
            Self::Completed => "completed",
            Self::SnapbackAsked { .. } => "snapback_asked",
            Self::SnapbackRefused { .. } => "snapback_refused",
            Self::SnappedBack => "snapped_back",
            Self::Claimed { .. } => "claimed",
            Self::Unclaimed { .. } => "unclaimed",
            Self::CarrierAsked { .. } => "carrier_asked",
        }
    }

    /// Whether only the desk may see it: it speaks of the desk's own work or of raw carrier words.
    pub fn is_staff_only(&self) -> bool {
        match self {
            Self::NoteWritten { staff_only, .. } => *staff_only,
            Self::AttentionRaised { .. }
            | Self::AttentionCleared { .. }
            | Self::OrderChanged { .. }
            | Self::CarrierTextSeen { .. }
            | Self::SupplementSent { .. }
            | Self::Claimed { .. }
            | Self::Unclaimed { .. }
            | Self::CarrierAsked { .. } => true,
            _ => false,
        }
    }

    /// Whether it moves the request on, so that silence is counted from it.
    pub fn is_movement(&self) -> bool {
        !matches!(
            self,
            Self::NoteWritten { .. }
                | Self::AttentionRaised { .. }
                | Self::AttentionCleared { .. }
                | Self::Blocked { .. }
                | Self::Unblocked { .. }
                | Self::UpdateAsked
                | Self::SilenceNoticed { .. }
                | Self::PortDayNear { .. }
                | Self::Claimed { .. }
                | Self::Unclaimed { .. }
                | Self::CarrierAsked { .. }
        )
    }
}
