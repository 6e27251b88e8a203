//! The people and the company of a port request, parsed at the edge and kept as they were typed.

mod secret;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::field::{Field, FieldError, text_as_typed};

pub use secret::{AccountNumber, Pin, TwilioAccountSid};

/// An e-mail address that is safe to write into a header. Whether somebody reads it, only a mail tells.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Longest first or last name.
pub const NAME_MAX_CHARS: usize = 60;
/// Longest business name.
pub const BUSINESS_NAME_MAX_CHARS: usize = 120;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
