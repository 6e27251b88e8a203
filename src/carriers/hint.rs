//! What a carrier's webhook, or a line of its event list, tells us: where to look, nothing more.

use jiff::Timestamp;

use crate::domain::carrier::CarrierComment;

/// A hint that something happened. Hints come late, twice and in any order, so nothing is concluded
/// from one: the orders that it names are read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The carrier's id of the event: the key by which a second delivery is recognised.
    pub event_id: String,
    /// The carrier's word for what happened, letter by letter.
    pub event_type: String,
    /// The same, translated.
    pub kind: HintKind,
    /// When it happened, by the carrier's clock.
    pub occurred_at: Option<Timestamp>,
    /// The orders to read again, without repetition. Empty when the event is not about an order.
    pub order_ids: Vec<String>,
    /// The message that was written, for an event about one.
    pub comment: Option<CarrierComment>,
}

/// What happened, in words that all carriers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// An order has another status.
    StatusChanged,
    /// Somebody wrote a message on an order.
    NewComment,
    /// Numbers moved from one order to a new one.
    Split,
    /// The texts of an order stand elsewhere.
    MessagingChanged,
    /// The carrier dropped a draft that was left alone too long.
    Deleted,
    /// Anything else, also what has nothing to do with porting.
    Other,
}

/// The events of a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    /// What was read.
    pub hints: Vec<Hint>,
    /// `false` when there were more than are read at once: then read every open order instead.
    pub complete: bool,
}
