//! Settings: webhooks, one of them with its log, one delivery.

use askama::Template;

use super::common::*;

/// Webhook endpoints.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/webhooks.html")]
pub struct WebhooksPage {
    /// The shell.
    pub shell: Shell,
    /// Accounts to choose from; empty for readers who have just one.
    pub accounts: Vec<Choice>,
    /// The account that is shown; empty while none is chosen.
    pub account: String,
    /// Whether the reader may change something.
    pub may_change: bool,
    /// The endpoints.
    pub endpoints: Vec<EndpointRow>,
    /// The new endpoint's URL.
    pub url: Field,
    /// A secret that was just made: shown this once.
    pub fresh: Option<String>,
}

/// A webhook endpoint.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// `hook_...`
    pub id: String,
    /// Where it is sent to.
    pub url: String,
    /// Working, failing, paused.
    pub status: Badge,
    /// "All events", "3 events".
    pub events: String,
}

/// One endpoint with its log.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/webhook.html")]
pub struct WebhookPage {
    /// The shell.
    pub shell: Shell,
    /// The endpoint.
    pub endpoint: EndpointRow,
    /// Whether the reader may change something.
    pub may_change: bool,
    /// Whether it has a pause.
    pub paused: bool,
    /// The events to choose from: the name, and whether it is chosen.
    pub events: Vec<(String, bool)>,
    /// A secret that was just made: shown this once.
    pub fresh: Option<String>,
    /// States to narrow the log by.
    pub states: Vec<Choice>,
    /// Events to narrow the log by.
    pub log_events: Vec<Choice>,
    /// The log.
    pub deliveries: Vec<DeliveryRow>,
    /// Where in it.
    pub pager: Pager,
}

/// One delivery in a list.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// The delivery's id.
    pub id: String,
    /// "port.completed".
    pub event: String,
    /// When its event happened.
    pub at: When,
    /// How it went.
    pub status: Badge,
    /// When it is tried again.
    pub next: Option<When>,
}

/// One delivery.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/delivery.html")]
pub struct DeliveryPage {
    /// The shell.
    pub shell: Shell,
    /// The delivery.
    pub delivery: DeliveryRow,
    /// Where it goes to, and the way back there.
    pub endpoint: Link,
    /// Whether it can be sent again.
    pub may_change: bool,
    /// The headers, with the signature left out.
    pub headers: Vec<Fact>,
    /// The body as it is sent.
    pub body: String,
    /// The attempts, the first one first.
    pub attempts: Vec<AttemptRow>,
}

/// One attempt to deliver.
#[derive(Clone, Debug)]
pub struct AttemptRow {
    /// The first is 1.
    pub number: String,
    /// When.
    pub at: When,
    /// How it went.
    pub status: Badge,
    /// "84 ms".
    pub took: String,
    /// The beginning of the answer.
    pub answer: String,
}
