//! Webhook endpoints, and what was delivered to them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::DeliveryStateWords;
use crate::app::webhooks;

/// An address that gets webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Endpoint {
    /// Its id.
    #[schema(example = "hook_019ab3f2c7d87a60b1f3d2a4c5e6f704")]
    pub id: String,
    /// Whose events it gets.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: String,
    /// The address.
    #[schema(example = "https://example.com/portolan")]
    pub url: String,
    /// The events that it gets; empty: all.
    #[schema(example = json!(["port.completed"]))]
    pub events: Vec<String>,
    /// Since when it has a pause, if it has one.
    pub paused_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The addresses of an account that get webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndpointList {
    /// The addresses, oldest first.
    pub items: Vec<Endpoint>,
}

/// A new address for webhooks. Only this answer shows its signing secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewEndpoint {
    /// Its id.
    #[schema(example = "hook_019ab3f2c7d87a60b1f3d2a4c5e6f704")]
    pub id: String,
    /// Whose events it gets.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: String,
    /// The address.
    #[schema(example = "https://example.com/portolan")]
    pub url: String,
    /// The events that it gets; empty: all.
    #[schema(example = json!(["port.completed"]))]
    pub events: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The signing secret (Standard Webhooks). It is shown once.
    #[schema(example = "whsec_…")]
    pub secret: String,
}

/// One webhook on its way to one address.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// Its id; also the webhook's `webhook-id`.
    #[schema(example = "dlv_019ab3f2c7d87a60b1f3d2a4c5e6f705")]
    pub id: String,
    /// The event.
    #[schema(example = "port.letter_signed")]
    pub event: String,
    /// The port request.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Where it stands.
    #[schema(value_type = DeliveryStateWords)]
    pub state: String,
    /// How often it was tried.
    #[schema(example = 1)]
    pub attempts: i64,
    /// The status of the last answer.
    #[schema(example = 200)]
    pub last_status: Option<i64>,
    /// The beginning of the last answer, or why there was none.
    pub last_answer: Option<String>,
    /// When its event happened.
    pub created_at: Timestamp,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When it is tried again, if it is.
    pub next_at: Option<Timestamp>,
}

/// A page of the webhooks of an address.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryList {
    /// The webhooks, newest first.
    pub items: Vec<Delivery>,
    /// Pass it as `cursor` to get the next page; there is none on the last page.
    pub next_cursor: Option<String>,
}

impl From<&webhooks::Endpoint> for Endpoint {
    fn from(one: &webhooks::Endpoint) -> Self {
        Self {
            id: one.id.to_string(),
            account: one.account.to_string(),
            url: one.url.clone(),
            events: crate::api::webhooks::names(&one.events),
            paused_at: one.paused_at,
            created_at: one.created_at,
        }
    }
}

impl From<webhooks::Delivery> for Delivery {
    fn from(one: webhooks::Delivery) -> Self {
        Self {
            id: one.id.to_string(),
            event: one.event,
            port: one.port.to_string(),
            state: one.state,
            attempts: one.attempts,
            last_status: one.last_status,
            last_answer: one.last_answer,
            created_at: one.created_at,
            delivered_at: one.delivered_at,
            next_at: one.next_at,
        }
    }
}
