//! Telnyx, porting API v2, from its published description (`docs/carriers.md` tells the rest).
//!
//! `request` and `response` translate without doing anything; this file strings the calls together:
//! pages, the numbers beyond an order's first 50, reading back what an action's answer leaves out.

mod request;
mod response;
pub mod webhook;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use secrecy::SecretString;

use self::request::OrderRef;
use self::response::{About, Order, Page};
use super::error::{CarrierError, KeptBody};
use super::hint::Events;
use super::http::{BadSetup, CarrierHttp, HttpSettings, Request, Response};
use super::order::{CarrierDocumentId, DocumentUpload, NewOrder, OrderData};
use crate::clock::Clock;
use crate::domain::carrier::{
    CarrierComment, FocWindow, NumberReading, OrderReading, OrderStatus, Portability,
};
use crate::domain::number::E164;

/// Most numbers in one call. The description names no limit; more are sent in several calls.
pub const NUMBERS_A_CALL: usize = 1000;

/// Most pages that are read of one list; a carrier that never ends would hold a worker forever.
const PAGES_MAX: usize = 400;
/// The same for events, which are only hints.
const EVENT_PAGES_MAX: usize = 40;

/// What is set on every number that we port to Telnyx. All ids are of the Telnyx account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberDefaults {
    /// Where the numbers' calls go.
    pub connection_id: Option<String>,
    /// Where their texts go. Telnyx wants one before it moves texts.
    pub messaging_profile_id: Option<String>,
    /// How they are grouped on Telnyx's bill.
    pub billing_group_id: Option<String>,
}

/// A Telnyx account.
#[derive(Clone, Debug)]
pub struct Telnyx {
    http: CarrierHttp,
    defaults: NumberDefaults,
}

impl Telnyx {
    /// Prepares calls to the account of `key`.
    ///
    /// # Errors
    /// [`BadSetup`] as [`CarrierHttp::new`].
    pub fn new(
        settings: HttpSettings,
        key: SecretString,
        defaults: NumberDefaults,
        clock: Clock,
    ) -> Result<Self, BadSetup> {
        Ok(Self {
            http: CarrierHttp::new(settings, key, clock)?,
            defaults,
        })
    }

    pub(super) async fn check_portability(
        &self,
        numbers: &[E164],
    ) -> Result<Vec<Portability>, CarrierError> {
        let mut answers = Vec::new();
        for batch in numbers.chunks(NUMBERS_A_CALL) {
            let request = request::portability(batch);
            let mut read = self
                .ask(request, About::Account, response::portability)
                .await?;
            read.retain(|answer| batch.contains(&answer.number));
            answers.append(&mut read);
        }
        Ok(answers)
    }

    pub(super) async fn find_orders(
        &self,
        reference: &str,
    ) -> Result<Vec<OrderReading>, CarrierError> {
        let mut found: Vec<Order> = Vec::new();
        let mut seen = BTreeSet::new();
        for page in 1.. {
            let request = request::orders_by_reference(reference, page);
            let Page { items, last } = self
                .ask(request, About::Account, |r| response::orders(r, page))
                .await?;
            let (read, known) = (items.len(), seen.len());
            for order in items {
                let new = seen.insert(order.reading.external_id.clone());
                // The filter may be a looser one than "equals".
                if new && order.reading.customer_reference.as_deref() == Some(reference) {
                    found.push(order);
                }
            }
            if ends(page, read, seen.len() - known, last)? {
                break;
            }
        }
        let mut readings = Vec::with_capacity(found.len());
        for order in found {
            readings.push(self.with_all_numbers(order).await?);
        }
        Ok(readings)
    }

    pub(super) async fn get_order(&self, id: &str) -> Result<OrderReading, CarrierError> {
        let id = order_ref(id)?;
        let order = self.read_order(id).await?;
        self.with_all_numbers(order).await
    }

    pub(super) async fn create_orders(
        &self,
        new: &NewOrder,
    ) -> Result<Vec<OrderReading>, CarrierError> {
        let unique: BTreeSet<E164> = new.numbers.iter().copied().collect();
        let numbers: Vec<E164> = unique.into_iter().collect();
        let mut created: Vec<OrderReading> = Vec::new();
        for batch in numbers.chunks(NUMBERS_A_CALL) {
            let request = request::create(new, batch);
            let orders = match self.ask(request, About::Account, response::created).await {
                Ok(orders) => orders,
                Err(error) if created.is_empty() => return Err(error),
                Err(error) => return Err(error.after_an_effect()),
            };
            for order in orders {
                let whole = self.with_all_numbers(order).await;
                created.push(whole.map_err(CarrierError::after_an_effect)?);
            }
        }
        Ok(created)
    }

    pub(super) async fn upload_document(
        &self,
        upload: DocumentUpload,
    ) -> Result<CarrierDocumentId, CarrierError> {
        self.ask(
            request::document(upload),
            About::Account,
            response::document,
        )
        .await
    }

    pub(super) async fn fill_order(
        &self,
        id: &str,
        data: &OrderData,
    ) -> Result<OrderReading, CarrierError> {
        let id = order_ref(id)?;
        self.act(id, request::fill(id, data, &self.defaults)).await
    }

    pub(super) async fn confirm(&self, id: &str) -> Result<OrderReading, CarrierError> {
        let id = order_ref(id)?;
        self.act(id, request::confirm(id)).await
    }

    /// Drafts are deleted, orders that were confirmed are cancelled, and what is over stays as it is.
    pub(super) async fn cancel(&self, id: &str) -> Result<OrderReading, CarrierError> {
        let order = order_ref(id)?;
        let mut before = self.get_order(id).await?;
        match before.status {
            OrderStatus::Cancelled | OrderStatus::CancelPending => Ok(before),
            OrderStatus::Draft => {
                let request = request::delete_draft(order);
                self.ask(request, About::Order, response::nothing).await?;
                before.status = OrderStatus::Cancelled;
                before.raw_status = "deleted".into();
                Ok(before)
            }
            _ => self.act(order, request::cancel(order)).await,
        }
    }

    pub(super) async fn comments(&self, id: &str) -> Result<Vec<CarrierComment>, CarrierError> {
        let id = order_ref(id)?;
        let (mut comments, mut seen) = (Vec::new(), BTreeSet::new());
        for page in 1.. {
            let request = request::comments(id, page);
            let Page { items, last } = self
                .ask(request, About::Order, |r| response::comments(r, page))
                .await?;
            let (read, known) = (items.len(), comments.len());
            comments.extend(
                items
                    .into_iter()
                    .flatten()
                    .filter(|c| seen.insert(c.id.clone())),
            );
            if ends(page, read, comments.len() - known, last)? {
                break;
            }
        }
        Ok(comments)
    }

    pub(super) async fn post_comment(
        &self,
        id: &str,
        body: &str,
    ) -> Result<CarrierComment, CarrierError> {
        let id = order_ref(id)?;
        self.ask(request::comment(id, body), About::Order, response::comment)
            .await
    }

    pub(super) async fn allowed_foc_windows(
        &self,
        id: &str,
    ) -> Result<Vec<FocWindow>, CarrierError> {
        let id = order_ref(id)?;
        self.ask(
            request::foc_windows(id),
            About::Order,
            response::foc_windows,
        )
        .await
    }

    pub(super) async fn events_since(&self, since: Timestamp) -> Result<Events, CarrierError> {
        let mut hints: Vec<_> = Vec::new();
        let mut seen = BTreeSet::new();
        for page in 1..=EVENT_PAGES_MAX {
            let request = request::events(since, page);
            let Page { items, last } = self
                .ask(request, About::Account, |r| response::events(r, page))
                .await?;
            let (read, known) = (items.len(), hints.len());
            let new = items
                .into_iter()
                .flatten()
                .filter(|h| seen.insert(h.event_id.clone()));
            hints.extend(new);
            if ends(page, read, hints.len() - known, last)? {
                return Ok(Events {
                    hints,
                    complete: true,
                });
            }
        }
        Ok(Events {
            hints,
            complete: false,
        })
    }

    /// Does something to an order. Telnyx's examples of the answers leave out the numbers, and once
    /// the texts; then the order is read back, so that a reading is always whole.
    async fn act(&self, id: OrderRef<'_>, request: Request) -> Result<OrderReading, CarrierError> {
        let order = self
            .ask(request, About::Order, |r| response::order(r, id))
            .await?;
        let order = if order.says_all() {
            Ok(order)
        } else {
            self.read_order(id).await
        };
        let order = order.map_err(CarrierError::after_an_effect)?;
        self.with_all_numbers(order)
            .await
            .map_err(CarrierError::after_an_effect)
    }

    async fn read_order(&self, id: OrderRef<'_>) -> Result<Order, CarrierError> {
        self.ask(request::order(id), About::Order, |r| response::order(r, id))
            .await
    }

    /// An order's answer carries the first 50 numbers; the others are read page by page.
    async fn with_all_numbers(&self, order: Order) -> Result<OrderReading, CarrierError> {
        if order.has_all_numbers() {
            return Ok(order.reading);
        }
        let Order {
            mut reading,
            total,
            rest,
            ..
        } = order;
        let external_id = reading.external_id.clone();
        let id = order_ref(&external_id)?;
        let mut numbers: BTreeMap<E164, NumberReading> =
            reading.numbers.drain(..).map(|n| (n.number, n)).collect();
        for page in 1.. {
            let request = request::numbers_of(id, page);
            let Page { items, last } = self
                .ask(request, About::Account, |r| {
                    response::numbers(r, page, id, &rest)
                })
                .await?;
            let (read, known) = (items.len(), numbers.len());
            // The list is the newer answer, so it wins over what came with the order.
            for number in items.into_iter().flatten() {
                response::note_trouble(&mut reading, number.trouble);
                numbers.insert(number.reading.number, number.reading);
            }
            let complete = total.is_some_and(|total| numbers.len() >= total);
            if complete || ends(page, read, numbers.len() - known, last)? {
                break;
            }
        }
        reading.numbers = numbers.into_values().collect();
        if total.is_some_and(|total| reading.numbers.len() < total) {
            let read = reading.numbers.len();
            tracing::warn!(
                order = external_id,
                read,
                total,
                "Telnyx counts more numbers than it lists"
            );
        }
        Ok(reading)
    }

    async fn ask<T>(
        &self,
        request: Request,
        about: About,
        read: impl FnOnce(&Response) -> Result<T, CarrierError>,
    ) -> Result<T, CarrierError> {
        let secrets = request.secrets.clone();
        let answered = self.http.send(request).await;
        let read = answered.and_then(|r| response::accepted(&r, about).and_then(|()| read(&r)));
        read.map_err(|error| self.http.blot_out(error, &secrets))
    }
}

/// An id that no order can have belongs to no order.
fn order_ref(id: &str) -> Result<OrderRef<'_>, CarrierError> {
    OrderRef::new(id).ok_or(CarrierError::NotFound)
}

/// Whether a list ends with this page: by its own count of pages, or, where it has none, when a page
/// brings nothing new. A short page is no sign, as the carrier may allow fewer items than asked for.
fn ends(page: usize, read: usize, new: usize, last: Option<bool>) -> Result<bool, CarrierError> {
    let end = read == 0 || last.unwrap_or(new == 0);
    if !end && page >= PAGES_MAX {
        let why = format!("the list has more than {PAGES_MAX} pages");
        return Err(CarrierError::Unreadable {
            status: 200,
            why,
            body: KeptBody::default(),
        });
    }
    Ok(end)
}
