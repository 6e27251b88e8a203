//! The gaining carriers: translators between the shared words and each carrier's own API.
//!
//! A translator keeps nothing, waits for nothing and retries nothing: it sends, reads, and says by
//! its error what may be done next ([`CarrierError`]). Storage, time and repetition belong to the jobs.

pub mod error;
pub mod hint;
pub mod http;
pub mod order;
pub mod telnyx;

#[cfg(test)]
mod testing;

use jiff::Timestamp;

pub use self::error::{CarrierError, CarrierProblem, KeptBody};
pub use self::hint::{Events, Hint, HintKind};
pub use self::order::{
    CarrierDocumentId, DocumentKind, DocumentUpload, NewOrder, OrderData, PortScope,
    RemainingNumbers, ServiceAddress,
};
use self::telnyx::Telnyx;
use crate::domain::carrier::{CarrierComment, FocWindow, OrderReading, Portability};
use crate::domain::number::E164;

/// A gaining carrier that can be talked to.
///
/// Every call is one try. What creates or changes something may have taken effect although it failed:
/// when [`CarrierError::is_ambiguous`], look up first ([`Carrier::find_orders`], [`Carrier::get_order`],
/// [`Carrier::comments`]) and repeat only what is missing.
#[derive(Clone, Debug)]
pub enum Carrier {
    /// Telnyx.
    Telnyx(Telnyx),
}

impl Carrier {
    /// The name that people know the carrier by.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Telnyx(_) => "Telnyx",
        }
    }

    /// Asks which numbers the carrier takes. A number that it says nothing about is not in the answer.
    ///
    /// # Errors
    /// [`CarrierError`]; nothing is changed at the carrier, so it can simply be repeated.
    pub async fn check_portability(
        &self,
        numbers: &[E164],
    ) -> Result<Vec<Portability>, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.check_portability(numbers).await,
        }
    }

    /// All orders that were opened under our reference, oldest first, each with all of its numbers.
    ///
    /// # Errors
    /// [`CarrierError`]; nothing is changed at the carrier.
    pub async fn find_orders(&self, reference: &str) -> Result<Vec<OrderReading>, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.find_orders(reference).await,
        }
    }

    /// One order with all of its numbers.
    ///
    /// # Errors
    /// [`CarrierError::NotFound`] when the carrier has no such order (any more).
    pub async fn get_order(&self, external_id: &str) -> Result<OrderReading, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.get_order(external_id).await,
        }
    }

    /// Opens orders for the numbers: as many as the carrier makes of them, by losing provider, kind
    /// of number and country. Each of them is to be filled in and confirmed by itself.
    ///
    /// # Errors
    /// When it is ambiguous, orders may stand already: [`Carrier::find_orders`] by the reference, then
    /// create only for the numbers that are on none of them.
    pub async fn create_orders(&self, new: &NewOrder) -> Result<Vec<OrderReading>, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.create_orders(new).await,
        }
    }

    /// Hands over a document, for [`Carrier::fill_order`] to refer to. Telnyx drops it when no order
    /// refers to it within 30 minutes, which also makes a repetition harmless.
    ///
    /// # Errors
    /// [`CarrierError`]; can be repeated at will.
    pub async fn upload_document(
        &self,
        upload: DocumentUpload,
    ) -> Result<CarrierDocumentId, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.upload_document(upload).await,
        }
    }

    /// Sets the data and documents of an order. Doing it twice is the same as once.
    ///
    /// # Errors
    /// [`CarrierError::Refused`] names the fields that the carrier objects to.
    pub async fn fill_order(
        &self,
        external_id: &str,
        data: &OrderData,
    ) -> Result<OrderReading, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.fill_order(external_id, data).await,
        }
    }

    /// Submits an order.
    ///
    /// # Errors
    /// When it is ambiguous, [`Carrier::get_order`] tells whether it still is a draft.
    pub async fn confirm(&self, external_id: &str) -> Result<OrderReading, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.confirm(external_id).await,
        }
    }

    /// Withdraws an order, in whichever way its state asks for; one that is withdrawn stays so.
    ///
    /// # Errors
    /// [`CarrierError::Refused`] when it is too late (Telnyx: less than 48 hours before the port date).
    pub async fn cancel(&self, external_id: &str) -> Result<OrderReading, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.cancel(external_id).await,
        }
    }

    /// All messages on an order.
    ///
    /// # Errors
    /// [`CarrierError`]; nothing is changed at the carrier.
    pub async fn comments(&self, external_id: &str) -> Result<Vec<CarrierComment>, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.comments(external_id).await,
        }
    }

    /// Writes a message to the carrier's staff.
    ///
    /// # Errors
    /// When it is ambiguous, [`Carrier::comments`] tells whether it is there.
    pub async fn post_comment(
        &self,
        external_id: &str,
        body: &str,
    ) -> Result<CarrierComment, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.post_comment(external_id, body).await,
        }
    }

    /// The spans in which the carrier would activate the order.
    ///
    /// # Errors
    /// [`CarrierError`]; nothing is changed at the carrier.
    pub async fn allowed_foc_windows(
        &self,
        external_id: &str,
    ) -> Result<Vec<FocWindow>, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.allowed_foc_windows(external_id).await,
        }
    }

    /// What happened at the carrier since an instant of its clock: the way to hear of what a lost
    /// webhook told. Overlap the spans; the event ids tell what is known already.
    ///
    /// # Errors
    /// [`CarrierError`]; nothing is changed at the carrier.
    pub async fn events_since(&self, since: Timestamp) -> Result<Events, CarrierError> {
        match self {
            Self::Telnyx(telnyx) => telnyx.events_since(since).await,
        }
    }
}
