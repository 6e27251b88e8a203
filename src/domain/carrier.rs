//! What a gaining carrier says about an order, in words that all carriers share.
//!
//! A carrier's own word is always kept beside our reading of it. A word that we do not know becomes
//! `Unknown` with the word inside; it is shown to the desk and never guessed at.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::number::E164;

/// A carrier order as the carrier showed it at one moment. Reading it twice changes nothing, and the
/// order in which readings arrive does not matter as long as each is newer than what was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderReading {
    /// The carrier's id of the order.
    pub external_id: String,
    /// The reference that we gave it: the port request's id.
    pub customer_reference: Option<String>,
    /// The key that the carrier's support staff know the order by.
    pub support_key: Option<String>,
    /// The order's status, translated.
    pub status: OrderStatus,
    /// The carrier's word for the status, letter by letter.
    pub raw_status: String,
    /// Why the order stands where it stands: rejection codes on an exception, a jeopardy's reason on
    /// a confirmed order.
    pub reasons: Vec<CarrierReason>,
    /// The activation instant that we asked for.
    pub requested_foc: Option<Timestamp>,
    /// The activation instant that the losing provider confirmed (FOC).
    pub confirmed_foc: Option<Timestamp>,
    /// Whether the carrier has all the data and documents that it wants; `None` if it does not say.
    pub requirements_met: Option<bool>,
    /// The numbers on the order.
    pub numbers: Vec<NumberReading>,
    /// When the carrier last changed the order, by its own clock.
    pub updated_at: Option<Timestamp>,
}

/// An order's status in words that all carriers share (carriers' side by side: Telnyx, Twilio, Bandwidth).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Created, not yet submitted.
    Draft,
    /// The gaining carrier is looking at it.
    InProcess,
    /// The losing provider has it.
    Submitted,
    /// Rejected: something must be mended. The reasons say what.
    Exception,
    /// The losing provider confirmed a date.
    FocConfirmed,
    /// A cancellation was asked for.
    CancelPending,
    /// Voice moved.
    Ported,
    /// Over, without a port.
    Cancelled,
    /// A word that this version does not know.
    Unknown(String),
}

/// A reason with the code system that gives its code a meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CarrierReason {
    /// Whose code it is.
    pub system: CodeSystem,
    /// The code, letter by letter.
    pub code: String,
    /// The carrier's own text.
    pub text: String,
}

/// Code meanings are not universal: the same code means different things at different carriers, so a
/// reason is keyed by (system, code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeSystem {
    /// Two-character wireless codes (WICIS), such as `8A`.
    Wireless,
    /// Wireline codes that begin with E ("J-codes"), such as `E17A`.
    Wireline,
    /// Bandwidth's four digits.
    Bandwidth,
    /// Lumen / Level 3, such as `LNP108J`.
    Lumen,
    /// Telnyx's words, such as `ACCOUNT_NUMBER_MISMATCH`.
    Telnyx,
    /// Twilio's words.
    Twilio,
    /// OBF jeopardy codes, such as `1M`.
    Obf,
}

/// One number of an order, as the carrier showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberReading {
    /// The number.
    pub number: E164,
    /// Where its voice stands.
    pub activation: Activation,
    /// Where its texts stand.
    pub messaging: Messaging,
}

/// Where a number's voice stands at the carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// Nothing has happened yet, or the carrier does not say.
    Pending,
    /// The number registry has it in conflict.
    Conflict,
    /// Both providers agreed; it can be activated.
    Ready,
    /// Voice is at the gaining carrier.
    Active,
    /// The number did not port.
    Failed,
    /// Taken off the order.
    Cancelled,
    /// A word that this version does not know.
    Unknown(String),
}

/// Where a number's texts stand at the carrier. Voice may be ported while this lags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Messaging {
    /// No texts wanted, or not possible for the number.
    #[default]
    NotApplicable,
    /// Waiting for the voice port.
    Pending,
    /// The text routing is being moved.
    Activating,
    /// Texts work.
    Ported,
    /// The text routing did not move.
    Exception,
    /// Given up.
    Cancelled,
    /// A word that this version does not know.
    Unknown(String),
}

/// What a gaining carrier answered when it was asked whether a number can be ported to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portability {
    /// The number that was asked about.
    pub number: E164,
    /// Whether the carrier takes it.
    pub portable: bool,
    /// Whether the carrier can have it activated on demand, without the usual days of waiting.
    pub fast_portable: bool,
    /// The carrier's own text on why it does not take the number.
    pub reason: Option<String>,
    /// The losing provider's name, when the carrier gives it.
    pub carrier_name: Option<String>,
    /// What kind of line it is, when the carrier says so.
    pub kind: Option<LineKind>,
}

/// What kind of line a carrier takes a number for. The carrier's word outweighs what can be told
/// from the digits: in North America a mobile number looks like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A geographic number on a wireline or internet service.
    Local,
    /// A mobile number: a port needs the account's PIN.
    Mobile,
    /// A toll-free number: its port goes through the toll-free registry.
    TollFree,
    /// The carrier's word for any other kind, letter by letter.
    Other(String),
}

/// A span of time in which a gaining carrier allows an order to be activated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FocWindow {
    /// The first instant.
    pub starts_at: Timestamp,
    /// The last instant.
    pub ends_at: Timestamp,
}

/// A message on an order, between us and the gaining carrier's staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierComment {
    /// The carrier's id of the message: the same in a listing and in a webhook.
    pub id: String,
    /// The text.
    pub body: String,
    /// When it was written, by the carrier's clock.
    pub at: Option<Timestamp>,
    /// Who wrote it.
    pub by: CommentAuthor,
}

/// Who wrote a message on an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentAuthor {
    /// The carrier's staff.
    Carrier,
    /// Our own account.
    Us,
    /// The carrier's machinery.
    System,
    /// A word that this version does not know; empty when the carrier does not say.
    Unknown(String),
}
