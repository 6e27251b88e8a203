//! What is known of a number: by itself, and from the gaining carrier.

use serde::Serialize;
use utoipa::ToSchema;

use super::number::kind_name;
use super::words::NumberKindWords;
use crate::app::forms::number_problem;
use crate::domain::carrier::{LineKind, Portability};
use crate::domain::number::{E164, Region, parse_typed};

/// What a number says about itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberCheck {
    /// What was typed.
    #[schema(example = "(404) 555-0123")]
    pub typed: String,
    /// Whether it could be ported here, as far as the number itself tells.
    pub portable: bool,
    /// The number, in E.164 form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+14045550123")]
    pub number: Option<String>,
    /// As people in its country write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "(404) 555-0123")]
    pub national: Option<String>,
    /// What kind of line it is. US numbers do not tell mobile from landline.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NumberKindWords>)]
    pub kind: Option<&'static str>,
    /// Where it belongs: `US`, `CA`, a territory's or country's code, `toll_free_or_service`, or `unassigned`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "US")]
    pub region: Option<String>,
    /// The state, province or country in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Georgia")]
    pub place: Option<&'static str>,
    /// The time zone in which its port is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "America/New_York")]
    pub time_zone: Option<&'static str>,
    /// Whether a number like this exists in its country's plan, as far as known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_plan: Option<bool>,
    /// What is wrong with it, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

/// What several numbers say about themselves, in the order in which they were asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberCheckList {
    /// One for each number.
    pub items: Vec<NumberCheck>,
}

/// The gaining carrier's word on one number.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortabilityLine {
    /// The number.
    #[schema(example = "+14045550123")]
    pub number: String,
    /// Whether the carrier takes it; missing when it said nothing about it.
    pub portable: Option<bool>,
    /// Whether it can be activated on demand, without the usual days of waiting.
    pub fast_portable: bool,
    /// The carrier's own text on why it does not take the number.
    pub reason: Option<String>,
    /// The losing provider's name, when the carrier gives it.
    #[schema(example = "Copper Valley Telephone")]
    pub losing_carrier: Option<String>,
    /// The carrier's word for the kind of line.
    #[schema(example = "local")]
    pub kind: Option<String>,
}

/// The gaining carrier's word on several numbers, in the order in which they were asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortabilityList {
    /// One for each number.
    pub items: Vec<PortabilityLine>,
}

impl PortabilityLine {
    /// What the carrier said of this number, if it said anything.
    pub fn of(number: E164, said: Option<&Portability>) -> Self {
        let kind = said
            .and_then(|said| said.kind.as_ref())
            .map(|kind| match kind {
                LineKind::Local => "local".to_owned(),
                LineKind::Mobile => "mobile".to_owned(),
                LineKind::TollFree => "toll_free".to_owned(),
                LineKind::Other(word) => word.clone(),
            });
        Self {
            number: number.to_string(),
            portable: said.map(|said| said.portable),
            fast_portable: said.is_some_and(|said| said.fast_portable),
            reason: said.and_then(|said| said.reason.clone()),
            losing_carrier: said.and_then(|said| said.carrier_name.clone()),
            kind,
        }
    }
}

impl NumberCheck {
    /// What a text says about itself that somebody typed.
    pub fn read(typed: String) -> Self {
        match parse_typed(&typed) {
            Ok(read) => Self::of(typed, read.number),
            Err(error) => {
                let says = number_problem("number", &error).says;
                Self::unreadable(typed, says)
            }
        }
    }

    /// A text that is not a number.
    fn unreadable(typed: String, says: String) -> Self {
        Self {
            typed,
            portable: false,
            number: None,
            national: None,
            kind: None,
            region: None,
            place: None,
            time_zone: None,
            in_plan: None,
            says: Some(says),
        }
    }

    /// What a number says about itself.
    fn of(typed: String, number: E164) -> Self {
        let region = match number.region() {
            Region::UnitedStates => Some("US".to_owned()),
            Region::Canada => Some("CA".to_owned()),
            Region::Territory(country) | Region::NanpCountry(country) => {
                Some(country.as_str().to_owned())
            }
            Region::NorthAmerica => Some("toll_free_or_service".to_owned()),
            Region::Unassigned => Some("unassigned".to_owned()),
            Region::World(country) => country.map(|country| country.as_str().to_owned()),
        };
        let portable = number.portable();
        Self {
            typed,
            portable: portable.is_ok(),
            number: Some(number.to_string()),
            national: Some(number.national()),
            kind: Some(kind_name(number.kind())),
            region,
            place: number.place_name(),
            time_zone: number.npac_zone(),
            in_plan: Some(number.is_in_plan()),
            says: portable.err().map(|error| format!("{error}.")),
        }
    }
}
