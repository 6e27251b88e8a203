//! The fields of a porting form by name, and what can be wrong with one.
//!
//! Forms, rejections, the pre-flight and the API all speak of the same fields, so that "mend this" is
//! one link on every page.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $path:literal, $label:literal, $signed:ident;)*) => {
        /// A field of the porting form, in the order in which the form asks for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Field {
            $($(#[$doc])* $name,)*
        }

        impl Field {
            /// Every field, in the form's order.
            pub const ALL: &'static [Field] = &[$(Field::$name,)*];

            /// The name of the field in forms, in the API and in stored facts, such as
            /// `service_address.postal_code`.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Field::$name => $path,)*
                }
            }

            /// The name of the field on a page, in lower case: "account number".
            pub const fn label(self) -> &'static str {
                match self {
                    $(Field::$name => $label,)*
                }
            }

            /// Whether what the field says is printed on the signed Letter of Authorization. If it is
            /// and it changes, the owner has to sign again (47 CFR 64.1130(e): the letter confirms
            /// the billing name and address and each number). Account number and PIN are not on it.
            pub const fn is_on_letter(self) -> bool {
                match self {
                    $(Field::$name => fields!(@ $signed),)*
                }
            }
        }
    };
    (@ signed) => { true };
    (@ unsigned) => { false };
}

fields! {
    /// The losing provider's name.
    CarrierName = "carrier_name", "current provider", signed;
    /// The numbers to port.
    Numbers = "numbers", "phone numbers", signed;
    /// The lines that stay behind, and what shall become of each.
    RemainingNumbers = "remaining_numbers", "numbers that stay", unsigned;
    /// Whether all numbers of the account port, or only some.
    PortType = "port_type", "all or some of the account's numbers", unsigned;
    /// Whether the account is a business or a home.
    ServiceType = "service_type", "business or residential", unsigned;
    /// The first name of the person who may decide.
    FirstName = "first_name", "first name", signed;
    /// The last name of the person who may decide.
    LastName = "last_name", "last name", signed;
    /// The account holder's legal name.
    BusinessName = "business_name", "business name", signed;
    /// The person whom the losing provider lets decide about the account, and who signs.
    AuthorizedPerson = "authorized_person", "authorized person", signed;
    /// Where the signing link goes.
    SignerEmail = "signer_email", "signer's e-mail", unsigned;
    /// Any other e-mail address.
    Email = "email", "e-mail", unsigned;
    /// The account number at the losing provider.
    AccountNumber = "account_number", "account number", unsigned;
    /// The port-out or transfer PIN.
    Pin = "pin", "port-out PIN", unsigned;
    /// The last four digits of a social security number, or a tax id.
    TaxId = "tax_id", "last four of the SSN or tax id", unsigned;
    /// The Twilio Account SID, when the losing provider is or uses Twilio (R46).
    TwilioAccountSid = "twilio_account_sid", "Twilio Account SID", unsigned;
    /// The billing telephone number of the account.
    Btn = "btn", "billing telephone number", signed;
    /// The number that becomes the BTN of what stays behind.
    NewBtn = "new_btn", "new billing telephone number", unsigned;
    /// The legal name of the reseller whom the customer pays.
    Reseller = "reseller", "reseller's legal name", unsigned;
    /// The billing address as a whole.
    BillingAddress = "billing_address", "billing address", signed;
    /// House number and street of the billing address.
    BillingStreet = "billing_address.street", "billing street", signed;
    /// Suite, floor or unit of the billing address.
    BillingExtended = "billing_address.extended", "billing suite or unit", signed;
    /// City of the billing address.
    BillingCity = "billing_address.city", "billing city", signed;
    /// State of the billing address.
    BillingState = "billing_address.state", "billing state", signed;
    /// ZIP or postal code of the billing address.
    BillingPostalCode = "billing_address.postal_code", "billing ZIP code", signed;
    /// The service address as a whole.
    ServiceAddress = "service_address", "service address", signed;
    /// House number and street of the service address.
    ServiceStreet = "service_address.street", "service street", signed;
    /// Suite, floor or unit of the service address.
    ServiceExtended = "service_address.extended", "service suite or unit", signed;
    /// City of the service address.
    ServiceCity = "service_address.city", "service city", signed;
    /// State of the service address.
    ServiceState = "service_address.state", "service state", signed;
    /// ZIP or postal code of the service address.
    ServicePostalCode = "service_address.postal_code", "service ZIP code", signed;
    /// The ZIP code that the losing provider has on file. Which of the two addresses it belongs to is
    /// for the losing provider to know: mostly the service address, for mobile accounts the billing
    /// address.
    PostalCode = "postal_code", "ZIP code on the account", signed;
    /// What rides on the line: DSL, hunt groups, alarms.
    Features = "features", "services on the line", unsigned;
    /// The requested port date.
    PortDate = "port_date", "port date", unsigned;
    /// The requested activation time.
    PortTime = "port_time", "port time", unsigned;
    /// The Letter of Authorization itself.
    Loa = "loa", "Letter of Authorization", signed;
    /// The bill, receipt or screenshot that proves ownership.
    Proof = "proof", "proof of ownership", unsigned;
    /// The order at the carrier as a whole; the form has no box for it.
    Order = "order", "carrier order", unsigned;
}

/// A text that names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a field of the porting form")]
pub struct UnknownField(pub String);

impl FromStr for Field {
    type Err = UnknownField;
    fn from_str(text: &str) -> Result<Self, UnknownField> {
        Field::ALL
            .iter()
            .copied()
            .find(|field| field.path() == text)
            .ok_or_else(|| UnknownField(text.to_owned()))
    }
}
impl TryFrom<String> for Field {
    type Error = UnknownField;
    fn try_from(text: String) -> Result<Self, UnknownField> {
        text.parse()
    }
}
impl From<Field> for String {
    fn from(field: Field) -> String {
        field.path().to_owned()
    }
}
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

/// What is wrong with one field and how to mend it, in words for the person who filled the form in.
/// Never holds a secret: a wrong account number or PIN is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{problem} {fix}")]
pub struct FieldError {
    /// Which field.
    pub field: Field,
    /// What is wrong, a sentence.
    pub problem: Cow<'static, str>,
    /// What to do, a sentence.
    pub fix: Cow<'static, str>,
}

impl FieldError {
    /// An error on `field`.
    pub fn new(
        field: Field,
        problem: impl Into<Cow<'static, str>>,
        fix: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field,
            problem: problem.into(),
            fix: fix.into(),
        }
    }
}

/// Something that is allowed but often goes wrong. Shown beside the field; it holds nothing back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldWarning {
    /// Which field.
    pub field: Field,
    /// What may go wrong, and what to do about it.
    pub text: Cow<'static, str>,
}

impl FieldWarning {
    /// A warning on `field`.
    pub fn new(field: Field, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field,
            text: text.into(),
        }
    }
}

/// A text field of a form: the outer spaces go (nobody can see them, on the form or on the bill), all
/// else stays as it was typed (R36, R107). Refused when empty, longer than `max_chars`, or when it
/// holds line breaks or other control characters.
pub(crate) fn text_as_typed(
    field: Field,
    typed: &str,
    max_chars: usize,
) -> Result<String, FieldError> {
    let text = typed.trim();
    let label = field.label();
    if text.is_empty() {
        return Err(FieldError::new(
            field,
            format!("The {label} is missing."),
            "Enter it as it appears on the bill.",
        ));
    }
    if text.chars().count() > max_chars {
        return Err(FieldError::new(
            field,
            format!("The {label} is longer than {max_chars} characters."),
            "Enter only what the bill shows on this line.",
        ));
    }
    if text.chars().any(|c| c.is_control() || is_direction_mark(c)) {
        return Err(FieldError::new(
            field,
            format!("The {label} contains a line break or another invisible character."),
            "Type it instead of pasting it.",
        ));
    }
    Ok(text.to_owned())
}

/// Marks that change the order in which a text is read: they could make a letter show one name and
/// mean another.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_survives_its_path() {
        for &field in Field::ALL {
            assert_eq!(field.path().parse(), Ok(field));
        }
        assert!("shoe_size".parse::<Field>().is_err());
    }

    #[test]
    fn what_the_letter_prints_is_signed_and_secrets_are_not() {
        for field in [
            Field::BusinessName,
            Field::AuthorizedPerson,
            Field::ServiceAddress,
            Field::BillingPostalCode,
            Field::Btn,
            Field::Numbers,
        ] {
            assert!(field.is_on_letter(), "{field}");
        }
        for field in [
            Field::AccountNumber,
            Field::Pin,
            Field::TaxId,
            Field::PortDate,
            Field::Proof,
        ] {
            assert!(!field.is_on_letter(), "{field}");
        }
    }

    #[test]
    fn text_stays_as_typed_between_its_outer_spaces() {
        assert_eq!(
            text_as_typed(Field::BusinessName, "  O'ROURKE'S  Hardware ", 50).as_deref(),
            Ok("O'ROURKE'S  Hardware")
        );
        assert!(text_as_typed(Field::BusinessName, " \t ", 50).is_err());
        assert!(text_as_typed(Field::BusinessName, "Two\nlines", 50).is_err());
        assert!(text_as_typed(Field::BusinessName, "Acme \u{202e}cnI", 50).is_err());
        assert!(text_as_typed(Field::BusinessName, "ééééé", 5).is_ok());
        assert!(text_as_typed(Field::BusinessName, "éééééé", 5).is_err());
    }
}
