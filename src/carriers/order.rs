//! What a port request hands to a gaining carrier, in words that fit all of them.

use bytes::Bytes;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::number::E164;

/// Numbers for which an order, or several, shall be opened.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Our reference: the port request's id. Orders are found again by it, so it must be unique to
    /// the port request.
    pub reference: String,
    /// A reference that ties several port requests together, such as the account's id.
    pub group_reference: Option<String>,
    /// The numbers.
    pub numbers: Vec<E164>,
}

/// The data and documents of an order. Filling it in again replaces what was there: a field that is
/// now empty is emptied at the carrier too, except where a field's text says otherwise.
#[derive(Clone, Debug)]
pub struct OrderData {
    /// The business's (or person's) name as the losing provider has it.
    pub entity_name: String,
    /// The person who signed the Letter of Authorization.
    pub authorized_person: String,
    /// The billing telephone number (BTN).
    pub billing_number: E164,
    /// The account's number at the losing provider.
    pub account_number: SecretString,
    /// The PIN or passcode that the losing provider asks for.
    pub pin: Option<SecretString>,
    /// The business's tax number; some countries outside North America want it.
    pub tax_id: Option<SecretString>,
    /// Where the service is, as the losing provider has it.
    pub service_address: ServiceAddress,
    /// The signed Letter of Authorization. `None` leaves the one that is there.
    pub loa: Option<CarrierDocumentId>,
    /// The bill, or another proof of ownership. `None` leaves the one that is there.
    pub bill: Option<CarrierDocumentId>,
    /// Whether the whole account moves.
    pub scope: PortScope,
    /// The wished activation instant. `None` leaves the one that is there.
    pub requested_foc: Option<Timestamp>,
    /// Whether the numbers' texts shall move too.
    pub messaging: bool,
    /// Where the carrier shall send its webhooks. `None` leaves the one that is there.
    pub webhook_url: Option<String>,
}

/// A postal address in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAddress {
    /// House number and street.
    pub street: String,
    /// Suite, floor, unit.
    pub extended: Option<String>,
    /// City.
    pub city: String,
    /// State or province, two letters in North America.
    pub state: String,
    /// ZIP or postal code.
    pub postal_code: String,
    /// The country by ISO 3166-1, two letters.
    pub country: String,
}

/// Whether all numbers of the losing account move, and what happens to those that stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortScope {
    /// All of them: the account ends.
    Full,
    /// Only the order's numbers.
    Partial(RemainingNumbers),
}

/// What happens to the numbers that stay behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemainingNumbers {
    /// They stay in service.
    Keep {
        /// The BTN that the account has afterwards. Wanted when the present one moves away.
        new_billing_number: Option<E164>,
    },
    /// The losing provider ends them.
    Disconnect,
}

/// A document on its way to a carrier.
#[derive(Clone)]
pub struct DocumentUpload {
    /// What it is.
    pub kind: DocumentKind,
    /// Its name, as the carrier's staff will see it.
    pub filename: String,
    /// Its media type, such as `application/pdf`.
    pub content_type: String,
    /// Its contents.
    pub bytes: Bytes,
    /// Our reference: the port request's id.
    pub reference: Option<String>,
}

impl std::fmt::Debug for DocumentUpload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "DocumentUpload({:?}, {} bytes)",
            self.kind,
            self.bytes.len()
        )
    }
}

/// What a document proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// The signed Letter of Authorization.
    Loa,
    /// A bill or another proof of ownership.
    Bill,
}

/// A carrier's id of a document that it holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CarrierDocumentId(pub String);
