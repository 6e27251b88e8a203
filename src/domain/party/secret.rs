//! Texts that must not be seen: account numbers, PINs, Account SIDs.
//!
//! They are texts, never numbers: a leading zero counts. `Debug` shows nothing, `Display` at most the
//! last four characters, and there is no `Serialize`: only [`reveal`](Pin::reveal) gives the text away,
//! which is easy to search for.

use std::fmt;

use crate::domain::field::{Field, FieldError, text_as_typed};

const DOTS: &str = "••••";

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The text itself. For carriers, the sealed store and the form of the person who typed it.
            pub fn reveal(&self) -> &str {
                &self.0
            }

            /// The text as it may be shown: `•••• 4821`. Shows no character of a text so short that
            /// fewer than four would stay hidden.
            pub fn last4(&self) -> String {
                last4(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(••••)"))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.last4())
            }
        }
    )*};
}

secrets! {
    /// The account number at the losing provider (R71, R101).
    AccountNumber;
    /// The port-out PIN, transfer PIN or passcode (R38, R72).
    Pin;
    /// The Account SID of a Twilio account (R46).
    TwilioAccountSid;
}

fn last4(text: &str) -> String {
    let seen: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    match seen.len().checked_sub(4) {
        Some(hidden) if hidden >= 4 => {
            format!("{DOTS} {}", seen.iter().skip(hidden).collect::<String>())
        }
        _ => DOTS.to_owned(),
    }
}

/// Longest account number or PIN that is accepted.
pub const SECRET_MAX_CHARS: usize = 40;

impl AccountNumber {
    /// Checks an account number: up to 40 printable ASCII characters with at least one letter or digit.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        code(
            Field::AccountNumber,
            typed,
            "Enter it as it is printed on the bill, with all its zeros.",
        )
        .map(Self)
    }
}

impl Pin {
    /// Checks a PIN: up to 40 printable ASCII characters with at least one letter or digit.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        code(
            Field::Pin,
            typed,
            "Enter the PIN as your current provider gave it to you.",
        )
        .map(Self)
    }
}

impl TwilioAccountSid {
    /// Checks an Account SID: `AC` and 32 hexadecimal digits (Twilio's pattern `^AC[0-9a-fA-F]{32}$`).
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let text = text_as_typed(Field::TwilioAccountSid, typed, SECRET_MAX_CHARS)?;
        let is_sid = text
            .strip_prefix("AC")
            .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        if is_sid {
            return Ok(Self(text));
        }
        Err(FieldError::new(
            Field::TwilioAccountSid,
            "This does not look like a Twilio Account SID.",
            "It is AC followed by 32 digits and letters from a to f; copy it from the front page of the Twilio Console.",
        ))
    }
}

fn code(field: Field, typed: &str, fix: &'static str) -> Result<String, FieldError> {
    let text = text_as_typed(field, typed, SECRET_MAX_CHARS)?;
    let label = field.label();
    if !text.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        return Err(FieldError::new(
            field,
            format!("The {label} contains a character that carriers do not accept."),
            fix,
        ));
    }
    if !text.chars().any(|c| c.is_ascii_alphanumeric()) {
        return Err(FieldError::new(
            field,
            format!("The {label} has no letter or digit."),
            fix,
        ));
    }
    if is_scientific(&text) {
        return Err(FieldError::new(
            field,
            format!("A spreadsheet has shortened the {label}: digits are lost."),
            "Format the column as text in the spreadsheet and enter the number again, as it is on the bill.",
        ));
    }
    Ok(text)
}

/// `8.15530E+15`: what Excel makes of a long number. Nobody can tell what the lost digits were.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let Some(exponent) = exponent.strip_prefix('+') else {
        return false;
    };
    let has_point = mantissa.contains(['.', ',']);
    let all_digits = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
    };
    has_point && all_digits(mantissa) && all_digits(exponent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zeros_and_notation_are_kept() {
        assert_eq!(
            AccountNumber::parse(" 000 813 7745 09 ")
                .as_ref()
                .map(AccountNumber::reveal),
            Ok("000 813 7745 09")
        );
        assert_eq!(Pin::parse("0042").as_ref().map(Pin::reveal), Ok("0042"));
    }

    #[test]
    fn a_mask_never_shows_most_of_a_secret() {
        let shown = |text: &str| AccountNumber::parse(text).expect("fine").last4();
        assert_eq!(shown("CVX-8F3K-20917"), "•••• 0917");
        assert_eq!(shown("8155 30 044 0129471"), "•••• 9471");
        assert_eq!(shown("12345678"), "•••• 5678");
        assert_eq!(shown("1234567"), "••••");
        assert_eq!(Pin::parse("4821").expect("fine").to_string(), "••••");
        assert_eq!(
            format!("{:?}", Pin::parse("98214821").expect("fine")),
            "Pin(••••)"
        );
    }

    #[test]
    fn what_is_not_a_code_is_refused_without_repeating_it() {
        for bad in [
            "",
            "  ",
            "---",
            "8.1553E+15",
            "8,1553e+15",
            "12\n34",
            "ab\u{0}c",
            "１２３４",
            &"9".repeat(41),
        ] {
            let error = AccountNumber::parse(bad).expect_err(bad);
            assert_eq!(error.field, Field::AccountNumber);
            assert!(
                bad.trim().len() < 3 || !error.to_string().contains(bad.trim()),
                "{error}"
            );
        }
        assert!(
            AccountNumber::parse("12E+34").is_ok(),
            "no point: may be an account number"
        );
    }

    /// R46: the pattern of Twilio's own description.
    #[test]
    fn account_sids() {
        let good = format!("AC{}", "0123456789abcdefABCDEF0123456789");
        assert_eq!(
            TwilioAccountSid::parse(&good)
                .as_ref()
                .map(TwilioAccountSid::reveal),
            Ok(good.as_str())
        );
        for bad in [
            &good[..33],
            &format!("{good}0"),
            &good.replacen("AC", "ac", 1),
            &good.replace('b', "g"),
            "Twilio",
        ] {
            let error = TwilioAccountSid::parse(bad).expect_err(bad);
            assert_eq!(error.field, Field::TwilioAccountSid);
        }
    }

    proptest! {
        #[test]
        fn debug_shows_nothing_and_display_at_most_four(text in "[!-~]{1,40}") {
            if let Ok(secret) = AccountNumber::parse(&text) {
                prop_assert_eq!(secret.reveal(), text.as_str());
                prop_assert_eq!(format!("{:?}", secret), "AccountNumber(••••)");
                let tail: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
                let shown = secret.to_string();
                prop_assert!(shown.chars().filter(|c| c.is_ascii_alphanumeric()).count() <= tail.len().saturating_sub(4).min(4));
            }
        }
    }
}
