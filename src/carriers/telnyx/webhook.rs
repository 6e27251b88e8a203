//! Telnyx's webhooks: is it really from Telnyx, and where does it say to look?

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::request::OrderRef;
use super::response::{instant, read_comment, text};
use crate::carriers::hint::{Hint, HintKind};

/// How far a webhook's time may be from ours, either way. What Telnyx's own libraries allow.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// The header that carries the signature: base64 of 64 bytes.
pub const SIGNATURE_HEADER: &str = "telnyx-signature-ed25519";
/// The header that carries the time of signing: seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "telnyx-timestamp";

/// The key with which a Telnyx account signs its webhooks.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey")
    }
}

/// Why a text is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a Telnyx public key: copy the 44 characters from the Telnyx portal, under Keys & Credentials"
)]
pub struct BadPublicKey;

impl std::str::FromStr for PublicKey {
    type Err = BadPublicKey;
    fn from_str(text: &str) -> Result<Self, BadPublicKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| BadPublicKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadPublicKey)?;
        VerifyingKey::from_bytes(&bytes)
            .map(Self)
            .map_err(|_| BadPublicKey)
    }
}

/// Why a webhook is not taken for Telnyx's. It is answered with 4xx and not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefused {
    /// A header is missing, or not in the form that Telnyx gives it.
    #[error("the webhook has no usable `{0}` header")]
    Header(&'static str),
    /// It was signed too long ago, or in the future. A replay, or one of the clocks is wrong.
    #[error("the webhook was signed at another time than now; check this machine's clock")]
    Stale,
    /// The signature is not the account's.
    #[error("the webhook's signature is wrong; check the Telnyx public key in the settings")]
    Signature,
}

/// Checks that `raw_body` was signed by the owner of `key`, at most `tolerance` from `now`, which is
/// wire time ([`crate::clock::Clock::wall`]). The signature covers `{timestamp}|{body}`, byte by byte.
///
/// # Errors
/// [`WebhookRefused`] says which of the three is wrong.
pub fn verify(
    headers: &HeaderMap,
    raw_body: &[u8],
    key: &PublicKey,
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), WebhookRefused> {
    let header = |name: &'static str| {
        let value = headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim);
        value
            .filter(|value| !value.is_empty())
            .ok_or(WebhookRefused::Header(name))
    };
    let stamp = header(TIMESTAMP_HEADER)?;
    let signature = header(SIGNATURE_HEADER)?;
    let signed_at = stamp
        .parse::<i64>()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(WebhookRefused::Header(TIMESTAMP_HEADER))?;
    let tolerance = SignedDuration::try_from(tolerance).unwrap_or(SignedDuration::MAX);
    if now.duration_since(signed_at).abs() > tolerance {
        return Err(WebhookRefused::Stale);
    }
    let bytes = STANDARD
        .decode(signature)
        .ok()
        .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let bytes = bytes.ok_or(WebhookRefused::Header(SIGNATURE_HEADER))?;
    let mut signed = Vec::with_capacity(stamp.len() + 1 + raw_body.len());
    signed.extend_from_slice(stamp.as_bytes());
    signed.push(b'|');
    signed.extend_from_slice(raw_body);
    // Strict: no keys and signatures for which several messages, or nobody's, would do.
    key.0
        .verify_strict(&signed, &Signature::from_bytes(&bytes))
        .map_err(|_| WebhookRefused::Signature)
}

/// Why a webhook's body tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableHook {
    /// It is not JSON.
    #[error("the webhook is not JSON")]
    NotJson,
    /// It is JSON of some other shape.
    #[error("the webhook does not say what happened (no event_type)")]
    NoEvent,
}

/// Reads a webhook in either of the two shapes that Telnyx shows: inside `data`, with `meta` beside
/// it, or bare.
///
/// # Errors
/// [`UnreadableHook`]. Nothing is lost with it: open orders are read again from time to time anyway.
pub fn read(raw_body: &[u8]) -> Result<Hint, UnreadableHook> {
    let body: Value = serde_json::from_slice(raw_body).map_err(|_| UnreadableHook::NotJson)?;
    let event = body
        .get("data")
        .filter(|data| data.is_object())
        .unwrap_or(&body);
    hint(event).ok_or(UnreadableHook::NoEvent)
}

/// Reads an event: the inside of a webhook, or a line of the event list.
pub(super) fn hint(event: &Value) -> Option<Hint> {
    let event_type = text(event, "/event_type")?;
    let kind = match event_type.as_str() {
        "porting_order.status_changed" => HintKind::StatusChanged,
        "porting_order.new_comment" => HintKind::NewComment,
        "porting_order.split" => HintKind::Split,
        "porting_order.messaging_changed" => HintKind::MessagingChanged,
        "porting_order.deleted" => HintKind::Deleted,
        _ => HintKind::Other,
    };
    // Each event names its orders elsewhere; a port-out's `id` is not an order of ours.
    let places: &[&str] = match kind {
        HintKind::Split => &["/payload/from/id", "/payload/to/id"],
        _ if event_type.starts_with("porting_order.") => {
            &["/porting_order_id", "/payload/porting_order_id"]
        }
        _ => &[],
    };
    let own_id: &[&str] = match kind {
        HintKind::StatusChanged | HintKind::MessagingChanged | HintKind::Deleted => {
            &["/payload/id"]
        }
        _ => &[],
    };
    let ids: BTreeSet<String> = places
        .iter()
        .chain(own_id)
        .filter_map(|place| text(event, place))
        .filter(|id| OrderRef::new(id).is_some())
        .collect();
    let comment = event.pointer("/payload/comment").and_then(read_comment);
    Some(Hint {
        event_id: text(event, "/id").unwrap_or_else(|| digest(event)),
        occurred_at: instant(event, "/occurred_at").or_else(|| instant(event, "/created_at")),
        order_ids: ids.into_iter().collect(),
        comment: comment.filter(|_| kind == HintKind::NewComment),
        kind,
        event_type,
    })
}

/// A key for an event that has no id: the same event has the same key.
fn digest(event: &Value) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(event.to_string())))
}
