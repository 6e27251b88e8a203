//! Postal addresses in the United States and Canada, kept as they were typed.
//!
//! Losing providers compare the address letter by letter, so nothing is corrected in silence (R36,
//! R107): a value is accepted as it is, refused with a reason, or accepted with a warning.

mod states;

use serde::{Deserialize, Serialize};

use super::field::{Field, FieldError, FieldWarning, text_as_typed};
use super::paper;

pub use states::{Country, State, UnknownState};

/// Which of the two addresses of an account is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// Where the bill is sent (R106).
    Billing,
    /// Where the line ends (R36).
    Service,
}

/// An address as text, checked by nobody: what somebody typed, or what was read from a bill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressText {
    /// House number and street; on many bills the suite as well.
    pub street: String,
    /// Suite, floor or unit, when it stands on a line of its own.
    #[serde(default)]
    pub extended: String,
    /// City.
    pub city: String,
    /// State or province, mostly as two letters.
    pub state: String,
    /// ZIP, ZIP+4 or Canadian postal code.
    pub postal_code: String,
}

/// An address that can be sent to a carrier. Every part is as it was typed, save for outer spaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PostalAddress {
    kind: AddressKind,
    text: AddressText,
    state: State,
    postal_code: PostalCode,
}

/// A ZIP, ZIP+4 or Canadian postal code, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PostalCode(String);

/// Longest street or extended line.
pub const STREET_MAX_CHARS: usize = 120;
/// Longest city.
pub const CITY_MAX_CHARS: usize = 60;

impl AddressKind {
    /// The address as a whole.
    pub const fn field(self) -> Field {
        match self {
            Self::Billing => Field::BillingAddress,
            Self::Service => Field::ServiceAddress,
        }
    }
    /// Its street.
    pub const fn street(self) -> Field {
        match self {
            Self::Billing => Field::BillingStreet,
            Self::Service => Field::ServiceStreet,
        }
    }
    /// Its suite, floor or unit.
    pub const fn extended(self) -> Field {
        match self {
            Self::Billing => Field::BillingExtended,
            Self::Service => Field::ServiceExtended,
        }
    }
    /// Its city.
    pub const fn city(self) -> Field {
        match self {
            Self::Billing => Field::BillingCity,
            Self::Service => Field::ServiceCity,
        }
    }
    /// Its state.
    pub const fn state(self) -> Field {
        match self {
            Self::Billing => Field::BillingState,
            Self::Service => Field::ServiceState,
        }
    }
    /// Its ZIP or postal code.
    pub const fn postal_code(self) -> Field {
        match self {
            Self::Billing => Field::BillingPostalCode,
            Self::Service => Field::ServicePostalCode,
        }
    }
}

impl AddressText {
    /// Street and unit in one, since bills put the unit on either line.
    pub fn whole_street(&self) -> String {
        match self.extended.trim() {
            "" => self.street.trim().to_owned(),
            extended => format!("{}, {extended}", self.street.trim()),
        }
    }

    /// The address on one line, such as "12 Oak St, Ste 9, Atlanta, GA 30309".
    pub fn one_line(&self) -> String {
        let Self {
            city,
            state,
            postal_code,
            ..
        } = self;
        format!(
            "{}, {}, {} {}",
            self.whole_street(),
            city.trim(),
            state.trim(),
            postal_code.trim()
        )
    }

    /// Whether nothing was typed at all.
    pub fn is_empty(&self) -> bool {
        [
            &self.street,
            &self.extended,
            &self.city,
            &self.state,
            &self.postal_code,
        ]
        .iter()
        .all(|part| part.trim().is_empty())
    }
}

impl PostalAddress {
    /// Checks an address. Every part that is wrong is named, not only the first.
    pub fn parse(kind: AddressKind, typed: &AddressText) -> Result<Self, Vec<FieldError>> {
        let street = text_as_typed(kind.street(), &typed.street, STREET_MAX_CHARS);
        let extended = match typed.extended.trim() {
            "" => Ok(String::new()),
            extended => text_as_typed(kind.extended(), extended, STREET_MAX_CHARS),
        };
        let city = text_as_typed(kind.city(), &typed.city, CITY_MAX_CHARS);
        let state = text_as_typed(kind.state(), &typed.state, CITY_MAX_CHARS).and_then(|text| {
            match text.parse() {
                Ok(state) => Ok((text, state)),
                Err(UnknownState(_)) => Err(FieldError::new(
                    kind.state(),
                    "This is not a US state or territory, nor a Canadian province.",
                    "Enter its two letters, such as GA.",
                )),
            }
        });
        let country = state
            .as_ref()
            .map_or(None, |(_, state): &(String, State)| Some(state.country()));
        let postal_code = PostalCode::parse(kind.postal_code(), &typed.postal_code, country);
        match (street, extended, city, state, postal_code) {
            (Ok(street), Ok(extended), Ok(city), Ok((state_text, state)), Ok(postal_code)) => {
                Ok(Self {
                    kind,
                    text: AddressText {
                        street,
                        extended,
                        city,
                        state: state_text,
                        postal_code: postal_code.0.clone(),
                    },
                    state,
                    postal_code,
                })
            }
            (street, extended, city, state, postal_code) => Err([
                street.err(),
                extended.err(),
                city.err(),
                state.err(),
                postal_code.err(),
            ]
            .into_iter()
            .flatten()
            .collect()),
        }
    }

    /// Which of the two addresses it is.
    pub fn kind(&self) -> AddressKind {
        self.kind
    }
    /// The parts as they were typed.
    pub fn text(&self) -> &AddressText {
        &self.text
    }
    /// The state or province that was meant.
    pub fn state(&self) -> State {
        self.state
    }
    /// The ZIP or postal code.
    pub fn postal_code(&self) -> &PostalCode {
        &self.postal_code
    }

    /// What is allowed but often leads to a rejection.
    pub fn warnings(&self) -> Vec<FieldWarning> {
        let mut warnings = Vec::new();
        if self.kind == AddressKind::Service
            && (is_box(&self.text.street) || is_box(&self.text.extended))
        {
            warnings.push(FieldWarning::new(
                self.kind.street(),
                "A PO box cannot be a service address. Enter the street address where the phone line is.",
            ));
        }
        if !self.text.street.chars().any(|c| c.is_ascii_digit()) && !is_box(&self.text.street) {
            warnings.push(FieldWarning::new(
                self.kind.street(),
                "The street has no house number. Is it complete?",
            ));
        }
        if let Some(prefix) = self.postal_code.zip_prefix()
            && let Some(expected) = State::of_zip_prefix(prefix)
            && expected != self.state
        {
            warnings.push(FieldWarning::new(
                self.kind.postal_code(),
                format!("ZIP codes that begin with {prefix:03} are in {}, not in {}. Please check both.", expected.name(), self.state.name()),
            ));
        }
        warnings
    }
}

impl PostalCode {
    /// Checks a code. With a country only that country's form is right; without, either.
    pub fn parse(field: Field, typed: &str, country: Option<Country>) -> Result<Self, FieldError> {
        let text = text_as_typed(field, typed, 12)?;
        let us = country != Some(Country::Canada) && is_zip(&text);
        let canadian = country != Some(Country::UnitedStates) && is_canadian(&text);
        if us || canadian {
            return Ok(Self(text));
        }
        let short = text.len() < 5 && text.bytes().all(|b| b.is_ascii_digit());
        Err(match country {
            Some(Country::Canada) => FieldError::new(
                field,
                "This is not a Canadian postal code.",
                "Enter letters and digits in turn, such as K1A 0B1.",
            ),
            _ if short => FieldError::new(
                field,
                "The ZIP code has fewer than five digits.",
                "Enter all five; a spreadsheet may have dropped a zero at the front, as in 03458.",
            ),
            _ => FieldError::new(
                field,
                "This is not a ZIP code.",
                "Enter five digits, or five and four: 30309 or 30309-4412.",
            ),
        })
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The five digits of a ZIP, without +4. `None` for a Canadian code.
    pub fn zip5(&self) -> Option<&str> {
        self.0
            .get(..5)
            .filter(|zip| zip.bytes().all(|b| b.is_ascii_digit()))
    }

    fn zip_prefix(&self) -> Option<u16> {
        self.zip5()?.get(..3)?.parse().ok()
    }
}

/// `12345`, `12345-6789` or `12345 6789`.
fn is_zip(text: &str) -> bool {
    let digits =
        |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once(['-', ' ']) {
        Some((zip, plus4)) => digits(zip, 5) && digits(plus4, 4),
        None => digits(text, 5) || digits(text, 9),
    }
}

/// `K1A 0B1`, also without the space. The letters D, F, I, O, Q and U are never used, nor W and Z first.
fn is_canadian(text: &str) -> bool {
    let letters: Vec<char> = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    letters.len() == 6
        && !letters.first().is_some_and(|c| matches!(c, 'W' | 'Z'))
        && letters.iter().enumerate().all(|(at, c)| {
            if at % 2 == 0 {
                c.is_ascii_uppercase() && !matches!(c, 'D' | 'F' | 'I' | 'O' | 'Q' | 'U')
            } else {
                c.is_ascii_digit()
            }
        })
}

/// Whether the line is a PO box, in any of its spellings.
fn is_box(line: &str) -> bool {
    paper::street_key(line).starts_with("pobox")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(street: &str, city: &str, state: &str, postal_code: &str) -> AddressText {
        AddressText {
            street: street.into(),
            extended: String::new(),
            city: city.into(),
            state: state.into(),
            postal_code: postal_code.into(),
        }
    }

    /// R36, R107: what was typed is what the carrier gets.
    #[test]
    fn an_address_stays_as_typed() {
        let odd = typed(
            "1180  JUNIPER terrace ne, #410",
            "ATLANTA",
            "ga",
            "30309-4412",
        );
        let address = PostalAddress::parse(AddressKind::Billing, &odd).expect("fine");
        assert_eq!(address.text(), &odd);
        assert_eq!(address.state().code(), "GA");
        assert_eq!(address.postal_code().zip5(), Some("30309"));
        assert_eq!(
            address.text().one_line(),
            "1180  JUNIPER terrace ne, #410, ATLANTA, ga 30309-4412"
        );
    }

    #[test]
    fn every_wrong_part_is_named() {
        let bad = typed("", "Peter\nborough", "New Hamster", "3458");
        let fields: Vec<Field> = PostalAddress::parse(AddressKind::Service, &bad)
            .expect_err("bad")
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(
            fields,
            [
                Field::ServiceStreet,
                Field::ServiceCity,
                Field::ServiceState,
                Field::ServicePostalCode
            ]
        );
    }

    #[test]
    fn a_lost_leading_zero_is_explained() {
        let errors = PostalAddress::parse(
            AddressKind::Billing,
            &typed("PO Box 317", "Peterborough", "NH", "3458"),
        )
        .expect_err("bad");
        assert!(
            errors
                .iter()
                .any(|error| error.to_string().contains("dropped a zero")),
            "{errors:?}"
        );
    }

    #[test]
    fn codes_of_both_countries() {
        for (state, code, ok) in [
            ("GA", "30309", true),
            ("GA", "30309-4412", true),
            ("GA", "303094412", true),
            ("GA", "30309-441", false),
            ("GA", "3030", false),
            ("GA", "K1A 0B1", false),
            ("GA", "３０３０９", false),
            ("ON", "K1A 0B1", true),
            ("on", "k1a0b1", true),
            ("ON", "K1A 0O1", false),
            ("ON", "Z1A 0B1", false),
            ("ON", "30309", false),
        ] {
            let parsed = PostalAddress::parse(
                AddressKind::Billing,
                &typed("1 Oak St", "Town", state, code),
            );
            assert_eq!(parsed.is_ok(), ok, "{state} {code}: {parsed:?}");
        }
    }

    #[test]
    fn a_box_is_fine_for_bills_and_warned_of_for_the_line() {
        let boxed = typed("P. O. Box 88", "Cozad", "NE", "69130");
        let billing = PostalAddress::parse(AddressKind::Billing, &boxed).expect("fine");
        assert_eq!(billing.warnings(), []);
        let service = PostalAddress::parse(AddressKind::Service, &boxed).expect("fine");
        assert_eq!(service.warnings().len(), 1);
        assert_eq!(
            service.warnings().first().map(|warning| warning.field),
            Some(Field::ServiceStreet)
        );
    }

    #[test]
    fn a_zip_of_another_state_is_warned_of() {
        let clash = PostalAddress::parse(
            AddressKind::Service,
            &typed("1 Oak St", "Decatur", "GA", "60601"),
        )
        .expect("fine");
        assert!(
            clash
                .warnings()
                .iter()
                .any(|warning| warning.text.contains("Illinois")),
            "{:?}",
            clash.warnings()
        );
        let right = PostalAddress::parse(
            AddressKind::Service,
            &typed("1 Oak St", "Decatur", "Georgia", "30030"),
        )
        .expect("fine");
        assert_eq!(right.warnings(), []);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(street in ".{0,20}", city in ".{0,20}", state in ".{0,4}", code in ".{0,12}") {
            let address = typed(&street, &city, &state, &code);
            if let Ok(parsed) = PostalAddress::parse(AddressKind::Service, &address) {
                prop_assert_eq!(&parsed.text().street, street.trim());
                prop_assert_eq!(parsed.postal_code().as_str(), code.trim());
                let _ = parsed.warnings();
            }
        }
    }
}
