//! What the customer filled in, exactly as typed: it has to match the losing provider's record.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::number::E164;

/// The form of a port request. Empty text means "not filled in yet"; nothing is corrected silently.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// A name that the submitter gave the request, for their own lists.
    pub title: String,
    /// The losing provider (LCP) as the phone bill names it (R81, R82).
    pub losing_carrier: String,
    /// The account holder (R34, R35, R100).
    pub customer: Customer,
    /// The account number at the losing provider; the text itself is sealed elsewhere.
    pub account_number: Option<Mask>,
    /// The port-out PIN; the text itself is sealed elsewhere (R38, R104, R105).
    pub pin: Option<Mask>,
    /// The Twilio Account SID where the losing provider is Twilio; sealed elsewhere (R46).
    pub twilio_account_sid: Option<Mask>,
    /// The billing address as on the bill (R106, R107).
    pub billing: Address,
    /// The service address where it differs from the billing address (R36).
    pub service: Option<Address>,
    /// The billing telephone number; the first number where the customer named none.
    pub btn: Option<E164>,
    /// Whether the whole account ports.
    pub scope: Scope,
    /// The port date that the customer would like.
    pub requested_date: Option<Date>,
    /// The agreement's boxes, once all are ticked (R108, R109).
    pub agreement: Option<Agreement>,
    /// Who owns the numbers now and will sign (R110, R111).
    pub signer: Option<Signer>,
}

/// The account holder at the losing provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The authorized person's first name.
    pub first_name: String,
    /// The authorized person's last name.
    pub last_name: String,
    /// The business's name as on the bill.
    pub business_name: String,
}

impl Customer {
    /// First and last name.
    pub fn person(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }
}

/// A postal address as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// House number and street.
    pub street: String,
    /// Suite, unit or floor.
    pub extended: String,
    /// City.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// ZIP code, five digits or nine.
    pub postal_code: String,
}

impl Address {
    /// True when nothing was filled in.
    pub fn is_empty(&self) -> bool {
        self.street.is_empty() && self.city.is_empty() && self.postal_code.is_empty()
    }

    /// The address on one line, for screens and notes.
    pub fn one_line(&self) -> String {
        let street = if self.extended.is_empty() {
            self.street.clone()
        } else {
            format!("{}, {}", self.street, self.extended)
        };
        format!(
            "{street}, {}, {} {}",
            self.city, self.state, self.postal_code
        )
    }
}

/// Whether all numbers of the account port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Scope {
    /// All numbers port and the old account closes.
    #[default]
    Full,
    /// Some numbers stay behind.
    Partial {
        /// What happens to the numbers that stay.
        remaining: Remaining,
        /// The billing number that stays behind where the present one ports.
        new_btn: Option<E164>,
    },
}

/// What the losing provider should do with the numbers that do not port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// They stay in service.
    #[default]
    Keep,
    /// They are disconnected.
    Disconnect,
}

/// What may be shown of a sealed text: enough to recognise it, not enough to use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask(pub String);

impl Mask {
    /// Masks an account number: the last four characters stay where there are at least eight.
    pub fn of_account_number(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let shown = if characters.len() >= 8 {
            &characters[characters.len() - 4..]
        } else {
            &[]
        };
        Self(
            format!("•••• {}", shown.iter().collect::<String>())
                .trim_end()
                .to_owned(),
        )
    }

    /// Masks a PIN: nothing of it stays.
    pub fn of_pin() -> Self {
        Self("••••".to_owned())
    }
}

/// That all statements were agreed to, and to which text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The version of the statements.
    pub version: String,
    /// When the boxes were ticked.
    pub at: Timestamp,
    /// Who ticked them.
    pub by: String,
}

/// The person who signs the Letter of Authorization; often not the submitter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Full name.
    pub name: String,
    /// Where the link goes.
    pub email: String,
    /// Position in the company, if given.
    #[serde(default)]
    pub title: String,
}

/// One change of the form. A request's edits are lists of these, so that history says what changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum Change {
    /// The submitter's own name for the request.
    Title(String),
    /// The losing provider.
    LosingCarrier(String),
    /// The account holder.
    Customer(Customer),
    /// The account number, masked.
    AccountNumber(Option<Mask>),
    /// The PIN, masked.
    Pin(Option<Mask>),
    /// The Twilio Account SID, masked.
    TwilioAccountSid(Option<Mask>),
    /// The billing address.
    Billing(Address),
    /// The service address; `None` means that it is the billing address.
    Service(Option<Address>),
    /// The billing telephone number.
    Btn(Option<E164>),
    /// Full or partial port.
    Scope(Scope),
    /// The date asked for.
    RequestedDate(Option<Date>),
    /// The signer.
    Signer(Signer),
}

impl Change {
    /// The field's name in code, API, screen and docs.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::LosingCarrier(_) => "losing_carrier",
            Self::Customer(_) => "customer",
            Self::AccountNumber(_) => "account_number",
            Self::Pin(_) => "pin",
            Self::TwilioAccountSid(_) => "twilio_account_sid",
            Self::Billing(_) => "billing_address",
            Self::Service(_) => "service_address",
            Self::Btn(_) => "btn",
            Self::Scope(_) => "scope",
            Self::RequestedDate(_) => "requested_date",
            Self::Signer(_) => "signer",
        }
    }

    /// Whether the field is printed on the letter, so that a signed letter no longer says what the
    /// request says (47 CFR 64.1130(e): the billing name and address and each number are on it).
    pub fn is_on_the_letter(&self) -> bool {
        matches!(
            self,
            Self::LosingCarrier(_)
                | Self::Customer(_)
                | Self::Billing(_)
                | Self::Service(_)
                | Self::Btn(_)
                | Self::Scope(_)
        )
    }

    /// Whether this would change anything. A new secret always counts: its mask may look the same.
    pub fn changes(&self, details: &Details) -> bool {
        match self {
            Self::Title(new) => *new != details.title,
            Self::LosingCarrier(new) => *new != details.losing_carrier,
            Self::Customer(new) => *new != details.customer,
            Self::AccountNumber(_) | Self::Pin(_) | Self::TwilioAccountSid(_) => true,
            Self::Billing(new) => *new != details.billing,
            Self::Service(new) => *new != details.service,
            Self::Btn(new) => *new != details.btn,
            Self::Scope(new) => *new != details.scope,
            Self::RequestedDate(new) => *new != details.requested_date,
            Self::Signer(new) => Some(new) != details.signer.as_ref(),
        }
    }

    /// Writes the change into the form.
    pub fn write(&self, details: &mut Details) {
        match self.clone() {
            Self::Title(new) => details.title = new,
            Self::LosingCarrier(new) => details.losing_carrier = new,
            Self::Customer(new) => details.customer = new,
            Self::AccountNumber(new) => details.account_number = new,
            Self::Pin(new) => details.pin = new,
            Self::TwilioAccountSid(new) => details.twilio_account_sid = new,
            Self::Billing(new) => details.billing = new,
            Self::Service(new) => details.service = new,
            Self::Btn(new) => details.btn = new,
            Self::Scope(new) => details.scope = new,
            Self::RequestedDate(new) => details.requested_date = new,
            Self::Signer(new) => details.signer = Some(new),
        }
    }
}
