//! Webhooks out: what is told, in which shape, how it is signed, and when it is tried again.
//!
//! Delivery is at least once. One order's webhooks are sent one after the other, different orders'
//! at the same time. An answer other than 2xx, a redirect included, and no answer within the time limit
//! count as failures; then it is tried again after growing pauses.

use std::collections::VecDeque;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::calendar::later;
use super::orders::{Comment, OUR_ORGANIZATION, Order};
use super::scenarios::Scenario;
use super::world::{Due, World};

/// How long a webhook is held back to be swapped with the next one.
const HELD_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EventKind {
    /// The order's status, or the reasons beside it, changed.
    #[serde(rename = "porting_order.status_changed")]
    StatusChanged,
    /// The carrier wrote a comment.
    #[serde(rename = "porting_order.new_comment")]
    NewComment,
    /// Numbers were moved to an order of their own.
    #[serde(rename = "porting_order.split")]
    Split,
    /// The state of the texts changed.
    #[serde(rename = "porting_order.messaging_changed")]
    MessagingChanged,
    /// A draft was deleted.
    #[serde(rename = "porting_order.deleted")]
    Deleted,
}

impl EventKind {
    /// Telnyx's word.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::StatusChanged => "porting_order.status_changed",
            EventKind::NewComment => "porting_order.new_comment",
            EventKind::Split => "porting_order.split",
            EventKind::MessagingChanged => "porting_order.messaging_changed",
            EventKind::Deleted => "porting_order.deleted",
        }
    }
}

/// Something that was told, or could be told again.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub id: Uuid,
    pub kind: EventKind,
    pub order: Uuid,
    pub at: Timestamp,
    pub payload: Value,
    /// Where it is told; `None` if the order has no address and there is no default.
    pub url: Option<String>,
    /// Whether somebody took it.
    pub told: bool,
}

/// One event on its way to one address.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub id: Uuid,
    pub event: Uuid,
    pub order: Uuid,
    pub url: String,
    /// The body without `meta.attempt`, which is set for each attempt.
    body: Value,
    pub attempts: Vec<Attempt>,
    pub done: bool,
    pub given_up: bool,
}

/// One try.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// Desk time.
    pub at: Timestamp,
    /// The answer's status, or nothing if there was no answer.
    pub status: Option<u16>,
    /// A made-up failure that was asked for, or the kind of error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A signed request, ready to be sent.
#[derive(Clone)]
pub(super) struct Letter {
    pub delivery: Uuid,
    pub url: String,
    pub body: String,
    pub timestamp: String,
    pub signature: String,
}

/// Signs a body as Telnyx does: Ed25519 over `{unix seconds}|{raw body}`, base64.
pub fn sign(key: &SigningKey, timestamp: &str, body: &str) -> String {
    let signature = key.sign(format!("{timestamp}|{body}").as_bytes());
    BASE64.encode(signature.to_bytes())
}

impl World {
    pub(super) fn emit_status(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let mut payload = json!({
            "id": order.id,
            "customer_reference": order.reference(),
            "support_key": order.support_key,
            "status": order.status_json(),
            "updated_at": order.updated_at,
        });
        if let (Some(url), Some(object)) = (self.url_of(order), payload.as_object_mut()) {
            object.insert("webhook_url".into(), json!(url));
        }
        self.emit(EventKind::StatusChanged, id, payload);
    }

    pub(super) fn emit_messaging(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let payload = json!({
            "id": order.id,
            "customer_reference": order.reference(),
            "support_key": order.support_key,
            "messaging": order.messaging_json(),
        });
        self.emit(EventKind::MessagingChanged, id, payload);
    }

    pub(super) fn emit_comment(&mut self, id: Uuid, comment: &Comment) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let payload = json!({
            "porting_order_id": order.id,
            "support_key": order.support_key,
            "comment": {
                "id": comment.id,
                "body": comment.body,
                "inserted_at": comment.at,
                "user_id": null,
                "user_type": comment.user_type,
            },
        });
        self.emit(EventKind::NewComment, id, payload);
    }

    /// One event for each moved number.
    pub(super) fn emit_split(&mut self, from: Uuid, to: Uuid, numbers: &[Uuid]) {
        for number in numbers {
            let payload = json!({"from": {"id": from}, "to": {"id": to}, "porting_phone_numbers": [{"id": number}]});
            self.emit(EventKind::Split, from, payload);
        }
    }

    pub(super) fn emit_deleted(&mut self, id: Uuid) {
        let moment = self.moment;
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let payload =
            json!({"id": order.id, "customer_reference": order.reference(), "deleted_at": moment});
        self.emit(EventKind::Deleted, id, payload);
    }

    fn url_of(&self, order: &Order) -> Option<String> {
        order
            .webhook_url()
            .map(str::to_owned)
            .or_else(|| self.config.webhook_url.clone())
    }

    fn emit(&mut self, kind: EventKind, order: Uuid, payload: Value) {
        let Some(teller) = self.orders.get(&order) else {
            return;
        };
        let swaps =
            teller.scenario == Scenario::WebhooksTwiceAndOutOfOrder || self.webhook_faults.swap;
        let url = self.url_of(teller);
        let event = Event {
            id: self.uuid(),
            kind,
            order,
            at: self.moment,
            payload,
            url,
            told: false,
        };
        let id = event.id;
        self.counters.events += 1;
        self.events.push(event);
        if !swaps {
            self.send_event(id, later(self.moment, self.webhook_faults.delay()));
            return;
        }
        match self.held.remove(&order) {
            // The newer one first, then the one that was held back, and both again.
            Some(older) => {
                for told in [id, older, older, id] {
                    self.send_event(told, self.moment);
                }
            }
            None => {
                self.held.insert(order, id);
                self.at(later(self.moment, HELD_MAX), Due::Unhold(order));
            }
        }
    }

    /// No second event came to swap with.
    pub(super) fn release(&mut self, order: Uuid) {
        let overdue = |event: &Event| event.at <= later(self.moment, -HELD_MAX);
        let Some(id) = self.held.get(&order).copied() else {
            return;
        };
        if self
            .events
            .iter()
            .rev()
            .find(|e| e.id == id)
            .is_some_and(overdue)
        {
            self.held.remove(&order);
            self.send_event(id, self.moment);
            self.send_event(id, self.moment);
        }
    }

    /// Puts an event on its way. Republishing does the same with an old event.
    pub(super) fn send_event(&mut self, event: Uuid, at: Timestamp) -> bool {
        let Some(event) = self.events.iter().rev().find(|e| e.id == event) else {
            return false;
        };
        let Some(url) = event.url.clone() else {
            return true;
        };
        let body = self.body_of(event, &url);
        let (event_id, order) = (event.id, event.order);
        let copies = if self.webhook_faults.take_duplicate() {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let id = self.uuid();
            let delivery = Delivery {
                id,
                event: event_id,
                order,
                url: url.clone(),
                body: body.clone(),
                attempts: Vec::new(),
                done: false,
                given_up: false,
            };
            self.deliveries.insert(id, delivery);
            self.at(at, Due::Deliver(id));
        }
        true
    }

    /// The body in the published samples' shape: most events in an envelope, two of them without.
    fn body_of(&self, event: &Event, url: &str) -> Value {
        let bare = matches!(event.kind, EventKind::MessagingChanged | EventKind::Deleted)
            && self.config.bare_webhooks;
        if bare {
            return json!({
                "id": event.id,
                "event_type": event.kind,
                "occurred_at": event.at,
                "urls": [url],
                "organization_id": OUR_ORGANIZATION,
                "format": "v2",
                "payload": event.payload,
            });
        }
        json!({
            "data": {
                "event_type": event.kind,
                "id": event.id,
                "occurred_at": event.at,
                "payload": event.payload,
                "record_type": "event",
            },
            "meta": {"attempt": 1, "delivered_to": url},
        })
    }

    /// A delivery's hour has come: hand it to the sender, or hold it back while the carrier is down.
    pub(super) fn delivery_due(&mut self, id: Uuid) {
        match self.down {
            Some((from, until)) if from <= self.moment && self.moment < until => {
                self.at(until, Due::Deliver(id))
            }
            _ => self.ready.push_back(id),
        }
    }

    /// Takes what is ready to be sent, each with its order.
    pub(super) fn take_ready(&mut self) -> VecDeque<(Uuid, Uuid)> {
        let ready = std::mem::take(&mut self.ready);
        ready
            .into_iter()
            .filter_map(|id| Some((self.deliveries.get(&id)?.order, id)))
            .collect()
    }

    /// Writes and signs the next attempt of a delivery. `None` if there is nothing to send.
    pub(super) fn letter(&mut self, id: Uuid) -> Option<Letter> {
        let wire = self.clock.wall();
        let delivery = self
            .deliveries
            .get(&id)
            .filter(|d| !d.done && !d.given_up)?;
        let mut body = delivery.body.clone();
        if let Some(attempt) = body.pointer_mut("/meta/attempt") {
            *attempt = json!(delivery.attempts.len() + 1);
        }
        let body = body.to_string();
        let timestamp = wire.as_second().to_string();
        let mut signature = sign(&self.config.signing_key(), &timestamp, &body);
        let url = delivery.url.clone();
        if self.webhook_faults.take_bad_signature() {
            signature = sign(&SigningKey::from_bytes(&[0x5a; 32]), &timestamp, &body);
        }
        Some(Letter {
            delivery: id,
            url,
            body,
            timestamp,
            signature,
        })
    }

    /// Whether the next webhook is to be lost on the way.
    pub(super) fn loses_letter(&mut self) -> bool {
        self.webhook_faults.take_drop()
    }

    /// Notes how an attempt ended, and plans the next one if it failed.
    pub(super) fn delivered(&mut self, id: Uuid, status: Option<u16>, error: Option<String>) {
        let (at, pauses) = (self.clock.now(), self.config.webhook_pauses.clone());
        let Some(delivery) = self.deliveries.get_mut(&id) else {
            return;
        };
        let good = status.is_some_and(|s| (200..300).contains(&s));
        delivery.attempts.push(Attempt { at, status, error });
        if good {
            delivery.done = true;
            let event = delivery.event;
            if let Some(event) = self.events.iter_mut().rev().find(|e| e.id == event) {
                event.told = true;
            }
            self.counters.webhooks_delivered += 1;
            return;
        }
        self.counters.webhook_attempts_failed += 1;
        let pause: Option<Duration> = pauses
            .get(delivery.attempts.len().saturating_sub(1))
            .copied();
        match pause {
            // A pause before a retry is a matter of the network, so it is counted in wire time.
            Some(pause) => {
                let again = later(at, self.clock.desk_for_wire(pause));
                self.at(again, Due::Deliver(id));
            }
            None => {
                delivery.given_up = true;
                self.counters.webhooks_given_up += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;

    use super::*;

    /// The signature that the carrier's own SDK accepts. The vector was made with the official SDK:
    /// the seed is the bytes 0 to 31.
    #[test]
    fn a_signature_is_the_known_one() {
        let seed: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).expect("below 32"));
        let key = SigningKey::from_bytes(&seed);
        assert_eq!(
            BASE64.encode(key.verifying_key().to_bytes()),
            "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
        );
        let body = concat!(
            r#"{"data":{"event_type":"porting_order.status_changed","id":"8179f546-d479-42be-822b-8c78e1e89a59","#,
            r#""occurred_at":"2023-01-11T16:08:31.804886Z","payload":{"customer_reference":"1-alpha-2-bravo-3-charlie","#,
            r#""id":"f6e10519-4664-4119-bb03-bbe73cf26ed3","status":{"details":[],"value":"in-process"},"#,
            r#""support_key":"sr_ac8c24","updated_at":"2023-01-11T16:08:31.804886Z","#,
            r#""webhook_url":"https://example.com/porting_webhooks"},"record_type":"event"},"#,
            r#""meta":{"attempt":1,"delivered_to":"https://example.com/porting_webhooks"}}"#
        );
        let signature = sign(&key, "1767225600", body);
        assert_eq!(
            signature,
            "G16ZC8XAkhGFx6CWfRqB3u6I24j5lljwOoliFO1EKHkD2XNjmZCW2ZPMS6BJqD8KGYw80TPQuV11tGVXPc2jCw=="
        );
        let bytes: [u8; 64] = BASE64
            .decode(signature)
            .expect("base64")
            .try_into()
            .expect("64 bytes");
        let other = format!("1767225601|{body}");
        assert!(
            key.verifying_key()
                .verify(
                    other.as_bytes(),
                    &ed25519_dalek::Signature::from_bytes(&bytes)
                )
                .is_err()
        );
    }
}
