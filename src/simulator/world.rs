//! Everything the simulator knows, in memory, and its timers.
//!
//! All of it is synchronous and under one lock. Whoever wants to look first calls [`World::catch_up`],
//! which does every step whose hour has come, each at its own hour and in order; so what one sees never
//! depends on how fast some background task woke up.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::Config;
use super::calendar::{Calendar, Zone, later};
use super::faults::{Fault, WebhookFaults};
use super::orders::Order;
use super::providers::{Customer, HeldNumber, NumberKind, Provider, stock};
use super::scenarios::Scenario;
use super::webhooks::{Delivery, Event};
use crate::clock::Clock;
use crate::domain::number::E164;
use crate::ids::Ids;

/// Entries that the request log and the webhook log keep.
const LOG_MAX: usize = 20_000;
/// Steps that one catching-up may take; more means that two timers feed each other.
const STEPS_MAX: usize = 1_000_000;
/// Drafts that nobody confirms are deleted after this.
pub(super) const DRAFT_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a timer does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Due {
    /// A step of one order's plan.
    Order { order: Uuid, plan: u32, step: Step },
    /// A draft has been a draft for too long.
    DraftExpires(Uuid),
    /// A document that nothing refers to.
    DocumentExpires(Uuid),
    /// A webhook is to be sent (again).
    Deliver(Uuid),
    /// A webhook that was held back to be swapped with the next one has waited long enough.
    Unhold(Uuid),
}

/// The steps of an order's plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The gaining carrier has looked at it and sends it on.
    SendOn,
    /// The losing provider answers.
    Answer,
    /// The losing provider moves the confirmed date.
    MoveDate,
    /// The number goes into conflict, and comes out of it.
    Conflict,
    Recover,
    /// The port window of this confirmed date opens.
    WindowOpens(Timestamp),
    /// The first half of the numbers is active, then the second.
    FirstHalf,
    SecondHalf,
    /// The text routing starts to move, hangs, has moved.
    TextsStart,
    TextsHang,
    TextsDone,
    /// The cancellation has been worked off.
    Cancelled,
}

/// A stored document. No `Debug`: its bytes are somebody's bill.
#[derive(Clone)]
pub(super) struct Document {
    pub id: Uuid,
    pub filename: String,
    pub content_type: String,
    pub customer_reference: Option<String>,
    pub sha256: String,
    pub bytes: bytes::Bytes,
    pub at: Timestamp,
}

/// A line of the request log. Never a body, never a query.
#[derive(Clone, Debug, Serialize)]
pub struct RequestLine {
    /// Desk time.
    pub at: Timestamp,
    /// `GET`, `POST`...
    pub method: String,
    /// The path under `/v2`.
    pub path: String,
    /// The answer's status, or 0 if the connection was dropped instead of answering.
    pub status: u16,
    /// The injected fault that shaped the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Attributes in the body that the API does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_attributes: Vec<String>,
}

/// What has happened so far, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Orders created, splits of the same request included, by `customer_reference` ("" if none).
    pub orders_by_reference: BTreeMap<String, u32>,
    /// Calls of `POST /porting_orders` that were carried out, by `customer_reference`.
    pub creates_by_reference: BTreeMap<String, u32>,
    /// Orders that were ever created for a number. More than one may mean a duplicate.
    pub orders_by_number: BTreeMap<String, u32>,
    /// Confirmations that were accepted.
    pub confirms_accepted: u32,
    /// Confirmations that were refused because the order was no draft and no exception.
    pub confirms_repeated: u32,
    /// Cancellations that were accepted, and refused.
    pub cancels_accepted: u32,
    /// See `cancels_accepted`.
    pub cancels_refused: u32,
    /// Documents uploaded.
    pub documents: u32,
    /// Documents that vanished because nothing referred to them.
    pub documents_vanished: u32,
    /// Webhook events raised.
    pub events: u32,
    /// Webhook deliveries that the receiver took.
    pub webhooks_delivered: u32,
    /// Webhook attempts that failed.
    pub webhook_attempts_failed: u32,
    /// Webhook deliveries given up.
    pub webhooks_given_up: u32,
}

/// The whole state.
pub(super) struct World {
    pub config: Config,
    pub clock: Clock,
    pub ids: Ids,
    pub providers: Vec<Provider>,
    pub customers: Vec<Customer>,
    by_number: HashMap<E164, usize>,
    pub orders: BTreeMap<Uuid, Order>,
    /// Ids in the order of creation.
    pub order_ids: Vec<Uuid>,
    pub documents: BTreeMap<Uuid, Document>,
    pub events: Vec<Event>,
    pub deliveries: BTreeMap<Uuid, Delivery>,
    /// Deliveries whose hour has come, in order.
    pub ready: VecDeque<Uuid>,
    /// Per order, the webhook that waits to be swapped with the next one.
    pub held: HashMap<Uuid, Uuid>,
    /// While set, the API answers 503 and webhooks wait.
    pub down: Option<(Timestamp, Timestamp)>,
    /// Customers whose outage has been played.
    pub outages_played: HashSet<usize>,
    pub faults: Vec<Fault>,
    pub webhook_faults: WebhookFaults,
    pub requests: VecDeque<RequestLine>,
    pub counters: Counters,
    pub next_fault: u32,
    timers: BTreeMap<(Timestamp, u64), Due>,
    next_timer: u64,
    /// When the order events happen that are being worked through: the hour of the timer, or now.
    pub moment: Timestamp,
    /// The gaining carrier's own business days.
    pub house: Calendar,
}

impl World {
    pub(super) fn new(config: Config, clock: Clock, ids: Ids) -> Self {
        Self {
            providers: stock(),
            customers: Vec::new(),
            by_number: HashMap::new(),
            orders: BTreeMap::new(),
            order_ids: Vec::new(),
            documents: BTreeMap::new(),
            events: Vec::new(),
            deliveries: BTreeMap::new(),
            ready: VecDeque::new(),
            held: HashMap::new(),
            down: None,
            outages_played: HashSet::new(),
            faults: Vec::new(),
            webhook_faults: WebhookFaults::default(),
            requests: VecDeque::new(),
            counters: Counters::default(),
            next_fault: 1,
            timers: BTreeMap::new(),
            next_timer: 0,
            moment: clock.now(),
            house: Calendar::new(Zone::Central, []),
            config,
            clock,
            ids,
        }
    }

    /// Does everything whose hour has come.
    pub(super) fn catch_up(&mut self) {
        let now = self.clock.now();
        for _ in 0..STEPS_MAX {
            let Some(entry) = self.timers.first_entry() else {
                break;
            };
            let at = entry.key().0;
            if at > now {
                break;
            }
            let due = entry.remove();
            // A late timer still acts at its own hour; time never runs backwards, though.
            self.moment = at.max(self.moment).min(now);
            self.fire(due);
        }
        self.moment = now;
    }

    fn fire(&mut self, due: Due) {
        match due {
            Due::Order { order, plan, step } => {
                if self.orders.get(&order).is_some_and(|o| o.plan == plan) {
                    self.step(order, step);
                }
            }
            Due::DraftExpires(order) => self.draft_expires(order),
            Due::DocumentExpires(id) => self.document_expires(id),
            Due::Deliver(id) => self.delivery_due(id),
            Due::Unhold(order) => self.release(order),
        }
    }

    /// Sets a timer.
    pub(super) fn at(&mut self, at: Timestamp, due: Due) {
        self.next_timer += 1;
        self.timers.insert((at, self.next_timer), due);
    }

    /// Sets a timer for a step of an order's present plan.
    pub(super) fn plan(&mut self, order: Uuid, at: Timestamp, step: Step) {
        if let Some(plan) = self.orders.get(&order).map(|o| o.plan) {
            self.at(at, Due::Order { order, plan, step });
        }
    }

    /// When the next timer rings.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.timers.keys().next().map(|(at, _)| *at)
    }

    pub(super) fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.ids.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A short key such as `sr_3f9a0c`.
    pub(super) fn key(&self, prefix: &str) -> String {
        let mut bytes = [0; 4];
        self.ids.fill(&mut bytes);
        format!("{prefix}_{}", hex::encode(bytes))
    }

    pub(super) fn provider(&self, key: &str) -> Option<&Provider> {
        self.providers.iter().find(|p| p.key == key)
    }

    /// The customer record that a number is on, and its entry there.
    pub(super) fn holder(&self, number: E164) -> Option<(usize, &Customer, &HeldNumber)> {
        let index = *self.by_number.get(&number)?;
        let customer = self.customers.get(index)?;
        let held = customer.numbers.iter().find(|n| n.phone_number == number)?;
        Some((index, customer, held))
    }

    /// Puts customers on file.
    ///
    /// # Errors
    /// A sentence, if a provider is unknown or a number is already on file. Nothing is stored then.
    pub(super) fn add_customers(&mut self, mut new: Vec<Customer>) -> Result<Vec<String>, String> {
        let mut seen: HashSet<E164> = HashSet::new();
        for customer in &new {
            if customer.numbers.is_empty() {
                return Err("a customer needs at least one number".into());
            }
            let named = customer
                .numbers
                .iter()
                .flat_map(|n| [n.provider.as_deref(), n.found_later_at.as_deref()])
                .flatten();
            for key in named.chain([customer.provider.as_str()]) {
                if self.provider(key).is_none() {
                    return Err(format!("there is no losing provider `{key}`"));
                }
            }
            for held in &customer.numbers {
                if self.by_number.contains_key(&held.phone_number)
                    || !seen.insert(held.phone_number)
                {
                    return Err(format!(
                        "{} is already on a customer's account",
                        held.phone_number
                    ));
                }
            }
        }
        let mut keys = Vec::new();
        for mut customer in new.drain(..) {
            let index = self.customers.len();
            let key = customer.id.clone().unwrap_or_else(|| self.key("cust"));
            customer.id = Some(key.clone());
            self.complete(&mut customer);
            for held in &customer.numbers {
                self.by_number.insert(held.phone_number, index);
            }
            self.customers.push(customer);
            keys.push(key);
        }
        Ok(keys)
    }

    /// Fills in what follows from the scenario and the provider.
    fn complete(&self, customer: &mut Customer) {
        let wireless = self
            .provider(&customer.provider)
            .is_some_and(|p| p.network == super::providers::Network::Wireless);
        for held in &mut customer.numbers {
            let kind = if wireless {
                NumberKind::Mobile
            } else {
                NumberKind::guess(held.phone_number)
            };
            held.kind.get_or_insert(kind);
        }
        let told = customer
            .numbers
            .iter()
            .any(|n| n.provider.is_some() || n.found_later_at.is_some());
        if customer.scenario == Scenario::SplitByCarrier && !told {
            // The last number is seen to be elsewhere at once, the one before it only later.
            let other = if customer.provider == "cascadia" {
                "northline"
            } else {
                "cascadia"
            };
            let third = if customer.provider == "prairie" {
                "granite"
            } else {
                "prairie"
            };
            let count = customer.numbers.len();
            for (index, held) in customer.numbers.iter_mut().enumerate() {
                if count >= 2 && index + 1 == count {
                    held.provider = Some(other.into());
                } else if count >= 3 && index + 2 == count {
                    held.found_later_at = Some(third.into());
                }
            }
        }
    }

    pub(super) fn log_request(&mut self, line: RequestLine) {
        if self.requests.len() >= LOG_MAX {
            self.requests.pop_front();
        }
        self.requests.push_back(line);
    }

    /// Whether the whole API is down at this moment.
    pub(super) fn is_down(&self) -> bool {
        self.down
            .is_some_and(|(from, until)| from <= self.moment && self.moment < until)
    }

    /// Drops orders, documents, webhooks, logs, faults and timers, and customers if asked. Providers stay.
    pub(super) fn reset(&mut self, customers_too: bool) {
        let kept = Self::new(self.config.clone(), self.clock.clone(), self.ids.clone());
        let providers = std::mem::take(&mut self.providers);
        let customers = std::mem::take(&mut self.customers);
        let by_number = std::mem::take(&mut self.by_number);
        *self = kept;
        self.providers = providers;
        if !customers_too {
            self.customers = customers;
            self.by_number = by_number;
        }
    }

    /// Keeps a document, and forgets it again if nothing refers to it in time.
    pub(super) fn keep_document(&mut self, document: Document) {
        let id = document.id;
        // Uploading and linking are two calls over a real network, so a faster calendar must not
        // leave less wire time between them than a person's machine needs.
        let wire = self.clock.desk_for_wire(self.config.document_grace_wire);
        let life = self.config.document_life.max(wire);
        self.counters.documents += 1;
        self.documents.insert(id, document);
        self.at(later(self.moment, life), Due::DocumentExpires(id));
    }

    fn document_expires(&mut self, id: Uuid) {
        let linked = self.orders.values().any(|o| o.document_ids().contains(&id));
        if !linked && self.documents.remove(&id).is_some() {
            self.counters.documents_vanished += 1;
        }
    }
}
