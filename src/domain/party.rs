//! The people and the company of a port request, parsed at the edge and kept as they were typed.

mod secret;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::field::{Field, FieldError, FieldWarning, text_as_typed};
use super::number::E164;

pub use secret::{AccountNumber, Pin, TaxId, TwilioAccountSid};

/// First and last name of a person (R35, R100).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonName {
    first: String,
    last: String,
}

/// The legal name of the account holder (R34, R74).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BusinessName(String);

/// An e-mail address that is safe to write into a header. Whether somebody reads it, only a mail tells.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Longest first or last name.
pub const NAME_MAX_CHARS: usize = 60;
/// Longest business name.
pub const BUSINESS_NAME_MAX_CHARS: usize = 120;
/// Some gaining carriers cut a business name here on its way to the losing provider (Bandwidth 7324).
pub const BUSINESS_NAME_SHORT_CHARS: usize = 25;

impl PersonName {
    /// Checks both names; both errors are returned when both are wrong.
    pub fn parse(first: &str, last: &str) -> Result<Self, Vec<FieldError>> {
        let first = text_as_typed(Field::FirstName, first, NAME_MAX_CHARS);
        let last = text_as_typed(Field::LastName, last, NAME_MAX_CHARS);
        match (first, last) {
            (Ok(first), Ok(last)) => Ok(Self { first, last }),
            (first, last) => Err([first.err(), last.err()].into_iter().flatten().collect()),
        }
    }
    /// The first name as typed.
    pub fn first(&self) -> &str {
        &self.first
    }
    /// The last name as typed.
    pub fn last(&self) -> &str {
        &self.last
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.first, self.last)
    }
}

impl BusinessName {
    /// Checks a name.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        text_as_typed(Field::BusinessName, typed, BUSINESS_NAME_MAX_CHARS).map(Self)
    }
    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// What is allowed but may lead to a rejection.
    pub fn warnings(&self) -> Vec<FieldWarning> {
        if self.0.chars().count() <= BUSINESS_NAME_SHORT_CHARS {
            return Vec::new();
        }
        vec![FieldWarning::new(
            Field::BusinessName,
            format!(
                "Some carriers pass on only the first {BUSINESS_NAME_SHORT_CHARS} characters of the business name. Type it in full all the same."
            ),
        )]
    }
}
impl TryFrom<String> for BusinessName {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::parse(&text)
    }
}
impl From<BusinessName> for String {
    fn from(name: BusinessName) -> String {
        name.0
    }
}
impl fmt::Display for BusinessName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl EmailAddress {
    /// Checks an address; `field` is the form's field that it was typed into.
    ///
    /// Narrower than RFC 5321 on purpose: no quoted local parts, no address literals, a domain with a
    /// dot, ASCII only. What real people have passes; what could break out of a header does not.
    pub fn parse(field: Field, typed: &str) -> Result<Self, FieldError> {
        let text = text_as_typed(field, typed, 254)?;
        let fix = "Enter one address such as name@example.com.";
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(FieldError::new(
                field,
                "This is not an e-mail address: the @ is missing.",
                fix,
            ));
        };
        if !text.is_ascii() {
            return Err(FieldError::new(
                field,
                "The e-mail address contains letters with accents, or others that not all mail servers accept.",
                fix,
            ));
        }
        if !is_local_part(local) {
            return Err(FieldError::new(
                field,
                "The part before the @ is not right.",
                fix,
            ));
        }
        if !is_domain(domain) {
            return Err(FieldError::new(
                field,
                "The part after the @ is not right.",
                fix,
            ));
        }
        Ok(Self(text))
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// First letter and domain, for pages that anybody may see: `d•••@example.com`.
    pub fn masked(&self) -> String {
        match self.0.rsplit_once('@') {
            Some((local, domain)) => {
                format!("{}•••@{domain}", local.chars().take(1).collect::<String>())
            }
            None => "•••".to_owned(),
        }
    }

    /// Whether mail to both most likely reaches the same box: the domain's case never matters, and no
    /// provider in use tells boxes apart by case.
    pub fn is_same_box(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl TryFrom<String> for EmailAddress {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::parse(Field::Email, &text)
    }
}
impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.0
    }
}
impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

fn is_local_part(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= 64 && local.split('.').all(is_atom)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let has_top_level = domain
        .rsplit_once('.')
        .is_some_and(|(_, top)| top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit()));
    domain.len() <= 253 && has_top_level && domain.split('.').all(is_label)
}

/// A mobile number does not port without its PIN (R105); all others may go without (R104).
///
/// `mobile` are the numbers of the request that are known to be mobile. The error names the first of
/// them, so that the customer knows which account to ask about.
pub fn check_pin(mobile: &[E164], pin: Option<&Pin>) -> Result<(), FieldError> {
    let Some(first) = mobile.first().filter(|_| pin.is_none()) else {
        return Ok(());
    };
    let others = match mobile.len() - 1 {
        0 => String::new(),
        1 => ", and so is one other".to_owned(),
        count => format!(", and so are {count} others"),
    };
    Err(FieldError::new(
        Field::Pin,
        format!("A port-out PIN is required because {first} is a mobile number{others}."),
        "Ask your current provider for a number transfer PIN and enter it here.",
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_stay_as_typed() {
        let name = PersonName::parse(" Siobhan ", "O'ROURKE-de la Cruz").expect("fine");
        assert_eq!(
            (name.first(), name.last()),
            ("Siobhan", "O'ROURKE-de la Cruz")
        );
        assert_eq!(name.to_string(), "Siobhan O'ROURKE-de la Cruz");
        let errors = PersonName::parse("", "\n").expect_err("both are missing");
        assert_eq!(
            errors.iter().map(|error| error.field).collect::<Vec<_>>(),
            [Field::FirstName, Field::LastName]
        );
    }

    #[test]
    fn a_long_business_name_is_kept_and_warned_of() {
        let long = BusinessName::parse("Sound & Salish Veterinary Group, PLLC").expect("fine");
        assert_eq!(long.as_str(), "Sound & Salish Veterinary Group, PLLC");
        assert_eq!(long.warnings().len(), 1);
        assert!(
            BusinessName::parse("Café Coralina, LLC")
                .expect("fine")
                .warnings()
                .is_empty()
        );
        assert!(BusinessName::parse("   ").is_err());
    }

    #[test]
    fn e_mail_addresses() {
        for good in [
            "a@b.co",
            "first.last+port@mail.example.com",
            "O'Neil_1@ex-ample.org",
            "x@xn--bcher-kva.example",
        ] {
            assert!(
                EmailAddress::parse(Field::SignerEmail, good).is_ok(),
                "{good}"
            );
        }
        for bad in [
            "",
            "a",
            "@b.co",
            "a@",
            "a@b",
            "a@b.",
            "a@.co",
            "a@b.c",
            "a@1.2.3.4",
            "a b@c.co",
            "a@b c.co",
            "a@b.co, c@d.co",
            "a..b@c.co",
            ".a@c.co",
            "a.@c.co",
            "a@-b.co",
            "\"a b\"@c.co",
            "a@[127.0.0.1]",
            "a@b.co\r\nBcc: c@d.co",
            "a<b@c.co>",
            "é@b.co",
            "a@b@c.co",
        ] {
            let error = EmailAddress::parse(Field::SignerEmail, bad).expect_err(bad);
            assert_eq!(error.field, Field::SignerEmail);
        }
        let address = EmailAddress::parse(Field::Email, "Denise@Example.com").expect("fine");
        assert_eq!(format!("{address:?}"), "D•••@Example.com");
        assert!(
            address.is_same_box(
                &EmailAddress::parse(Field::Email, "denise@example.COM").expect("fine")
            )
        );
    }

    /// R104, R105: the PIN is required when any number is mobile, and the message names the number.
    #[test]
    fn a_mobile_number_needs_the_pin() {
        let mobile: Vec<E164> = ["+15125550151", "+15125550152", "+15125550153"]
            .iter()
            .map(|n| n.parse().expect("a number"))
            .collect();
        let pin = Pin::parse("0981").expect("fine");
        assert_eq!(check_pin(&[], None), Ok(()));
        assert_eq!(check_pin(&mobile, Some(&pin)), Ok(()));
        let error = check_pin(&mobile[..1], None).expect_err("required");
        assert_eq!(error.field, Field::Pin);
        assert_eq!(
            error.problem,
            "A port-out PIN is required because +15125550151 is a mobile number."
        );
        assert!(
            check_pin(&mobile, None)
                .expect_err("required")
                .problem
                .ends_with("and so are 2 others.")
        );
    }

    proptest! {
        #[test]
        fn an_accepted_address_is_one_plain_word(text in "[a-z@. <>,\r\n\"]{0,30}") {
            if let Ok(address) = EmailAddress::parse(Field::Email, &text) {
                prop_assert!(!address.as_str().contains(|c: char| c.is_whitespace() || "<>,\"".contains(c)));
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
            }
        }
    }
}
