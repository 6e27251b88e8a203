//! What waits for a person at the desk: requests with something to decide, and what a carrier sent that cannot be read.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::port::PortLine;
use super::words::AttentionKindWords;
use crate::app::inbox;
use crate::domain::port::{self, words};

/// Something that only a person at the desk can decide.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attention {
    /// Its place in the request's list, for clearing it.
    #[schema(example = 0)]
    pub index: usize,
    /// What it is about.
    #[schema(value_type = AttentionKindWords)]
    pub kind: &'static str,
    /// In words.
    pub says: String,
    /// The carrier order that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ord_019ab3f2c7d87a60b1f3d2a4c5e6f70a")]
    pub order: Option<String>,
    /// The number that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+14045550123")]
    pub number: Option<String>,
}

/// A line of the desk's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskLine {
    /// The port request.
    pub port: PortLine,
    /// What only a person can decide; empty where papers wait to be checked or released.
    pub attention: Vec<Attention>,
}

/// Something of a carrier that could not be read. It is stored as it came.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unreadable {
    /// Its id.
    #[schema(example = "inbox_019ab3f2c7d87a60b1f3d2a4c5e6f70e")]
    pub id: String,
    /// Which carrier.
    #[schema(example = "telnyx")]
    pub carrier: String,
    /// A webhook, or an answer to a question of ours.
    #[schema(example = "webhook")]
    pub kind: String,
    /// The port request that it is about, as far as known.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it could not be read.
    pub remark: Option<String>,
}

/// What needs a person at the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    /// Port requests with papers to check or decisions to take, newest first.
    pub items: Vec<DeskLine>,
    /// Pass it as `cursor` to get the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub next_cursor: Option<String>,
    /// What could not be read of the carriers, newest first.
    pub unreadable: Vec<Unreadable>,
    /// How many port requests are in each status.
    #[schema(example = json!({"in_review": 3, "submitted": 12}))]
    pub counts: std::collections::BTreeMap<String, i64>,
}

impl Attention {
    /// A line of a request's list.
    pub fn of(index: usize, one: &port::Attention) -> Self {
        use port::Attention as A;
        let (kind, order, number) = match one {
            A::UnknownWord { order, .. } => ("unknown_word", Some(order), None),
            A::Rejection { order } => ("rejection", Some(order), None),
            A::EarlyDate { order } => ("early_date", Some(order), None),
            A::Jeopardy { order } => ("jeopardy", Some(order), None),
            A::CarrierRefused { .. } => ("carrier_refused", None, None),
            A::Unreadable { .. } => ("unreadable", None, None),
            A::Silence { .. } => ("silence", None, None),
            A::UpdateAsked => ("update_asked", None, None),
            A::TestFailed { number } => ("test_failed", None, Some(number)),
            A::TextFailed { number } => ("text_failed", None, Some(number)),
        };
        Self {
            index,
            kind,
            says: words::attention(one),
            order: order.map(ToString::to_string),
            number: number.map(ToString::to_string),
        }
    }
}

impl From<inbox::Received> for Unreadable {
    fn from(one: inbox::Received) -> Self {
        Self {
            id: one.id.to_string(),
            carrier: one.carrier,
            kind: one.kind,
            port: one.port.map(|id| id.to_string()),
            received_at: one.received_wall,
            remark: one.remark,
        }
    }
}
