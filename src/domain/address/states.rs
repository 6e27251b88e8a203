//! States, territories and provinces, and which ZIP codes lie where.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A state of the US, the District of Columbia, a US territory, or a Canadian province or territory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct State(&'static str);

/// The country that a state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    /// The United States and their territories.
    UnitedStates,
    /// Canada.
    Canada,
}

/// A text that names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a US state or territory, nor a Canadian province")]
pub struct UnknownState(pub String);

impl State {
    /// Its two letters, such as `GA`.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// Its name, such as `Georgia`.
    pub fn name(self) -> &'static str {
        UNITED_STATES
            .iter()
            .chain(CANADA)
            .find(|(code, _)| *code == self.0)
            .map_or(self.0, |(_, name)| name)
    }

    /// The country it belongs to.
    pub fn country(self) -> Country {
        if CANADA.iter().any(|(code, _)| *code == self.0) {
            Country::Canada
        } else {
            Country::UnitedStates
        }
    }

    /// All of them, the US first.
    pub fn all() -> impl Iterator<Item = State> {
        UNITED_STATES
            .iter()
            .chain(CANADA)
            .map(|(code, _)| State(code))
    }

    /// The state in which ZIP codes with these first three digits lie; `None` for prefixes that are
    /// not in use, military mail, and the few that cross a border.
    pub fn of_zip_prefix(prefix: u16) -> Option<State> {
        let (_, _, code) = ZIP_PREFIXES
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&prefix))?;
        Some(State(code))
    }
}

impl FromStr for State {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let wanted = text.trim().trim_end_matches('.');
        UNITED_STATES
            .iter()
            .chain(CANADA)
            .find(|(code, name)| {
                wanted.eq_ignore_ascii_case(code) || crate::domain::paper::same_name(wanted, name)
            })
            .map(|(code, _)| State(code))
            .ok_or_else(|| UnknownState(text.to_owned()))
    }
}
impl TryFrom<String> for State {
    type Error = UnknownState;
    fn try_from(text: String) -> Result<Self, UnknownState> {
        text.parse()
    }
}
impl From<State> for String {
    fn from(state: State) -> String {
        state.0.to_owned()
    }
}
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const UNITED_STATES: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("PR", "Puerto Rico"),
    ("VI", "U.S. Virgin Islands"),
    ("GU", "Guam"),
    ("AS", "American Samoa"),
    ("MP", "Northern Mariana Islands"),
];

const CANADA: &[(&str, &str)] = &[
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NL", "Newfoundland and Labrador"),
    ("NS", "Nova Scotia"),
    ("NT", "Northwest Territories"),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Quebec"),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
];

/// First and last three-digit prefix, and the state. From general knowledge of the postal system, not
/// from an official list: good for a warning, never for a refusal. Prefix 063 (Connecticut and Fishers
/// Island, New York) and 969 (Guam and the other Pacific islands) cross a border and are left out.
const ZIP_PREFIXES: &[(u16, u16, &str)] = &[
    (6, 7, "PR"),
    (8, 8, "VI"),
    (9, 9, "PR"),
    (10, 27, "MA"),
    (28, 29, "RI"),
    (30, 38, "NH"),
    (39, 49, "ME"),
    (50, 54, "VT"),
    (55, 55, "MA"),
    (56, 59, "VT"),
    (60, 62, "CT"),
    (64, 69, "CT"),
    (70, 89, "NJ"),
    (100, 149, "NY"),
    (150, 196, "PA"),
    (197, 199, "DE"),
    (200, 200, "DC"),
    (201, 201, "VA"),
    (202, 205, "DC"),
    (206, 212, "MD"),
    (214, 219, "MD"),
    (220, 246, "VA"),
    (247, 268, "WV"),
    (270, 289, "NC"),
    (290, 299, "SC"),
    (300, 319, "GA"),
    (320, 339, "FL"),
    (341, 342, "FL"),
    (344, 344, "FL"),
    (346, 347, "FL"),
    (349, 349, "FL"),
    (350, 352, "AL"),
    (354, 369, "AL"),
    (370, 385, "TN"),
    (386, 397, "MS"),
    (398, 399, "GA"),
    (400, 418, "KY"),
    (420, 427, "KY"),
    (430, 459, "OH"),
    (460, 479, "IN"),
    (480, 499, "MI"),
    (500, 528, "IA"),
    (530, 532, "WI"),
    (534, 535, "WI"),
    (537, 549, "WI"),
    (550, 551, "MN"),
    (553, 567, "MN"),
    (570, 577, "SD"),
    (580, 588, "ND"),
    (590, 599, "MT"),
    (600, 620, "IL"),
    (622, 629, "IL"),
    (630, 631, "MO"),
    (633, 641, "MO"),
    (644, 658, "MO"),
    (660, 662, "KS"),
    (664, 679, "KS"),
    (680, 681, "NE"),
    (683, 693, "NE"),
    (700, 701, "LA"),
    (703, 708, "LA"),
    (710, 714, "LA"),
    (716, 729, "AR"),
    (730, 731, "OK"),
    (733, 733, "TX"),
    (734, 741, "OK"),
    (743, 749, "OK"),
    (750, 770, "TX"),
    (772, 799, "TX"),
    (800, 816, "CO"),
    (820, 831, "WY"),
    (832, 838, "ID"),
    (840, 847, "UT"),
    (850, 853, "AZ"),
    (855, 857, "AZ"),
    (859, 860, "AZ"),
    (863, 865, "AZ"),
    (870, 871, "NM"),
    (873, 884, "NM"),
    (885, 885, "TX"),
    (889, 891, "NV"),
    (893, 895, "NV"),
    (897, 898, "NV"),
    (900, 908, "CA"),
    (910, 928, "CA"),
    (930, 961, "CA"),
    (967, 968, "HI"),
    (970, 979, "OR"),
    (980, 986, "WA"),
    (988, 994, "WA"),
    (995, 999, "AK"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_states_the_district_territories_and_provinces() {
        assert_eq!(State::all().count(), 51 + 5 + 13);
        for state in State::all() {
            assert_eq!(state.code().parse(), Ok(state));
            assert_eq!(state.code().to_lowercase().parse(), Ok(state));
            assert_eq!(state.name().to_uppercase().parse(), Ok(state));
        }
        assert_eq!(
            "Québec".parse::<State>().map(State::country),
            Ok(Country::Canada)
        );
        assert!("XX".parse::<State>().is_err() && "".parse::<State>().is_err());
    }

    #[test]
    fn prefixes_are_in_order_and_name_real_states() {
        let mut before = 0;
        for (first, last, code) in ZIP_PREFIXES {
            assert!(before < *first && first <= last && *last < 1000, "{first}");
            assert!(code.parse::<State>().is_ok(), "{code}");
            before = *last;
        }
        assert_eq!(State::of_zip_prefix(303).map(State::code), Some("GA"));
        assert_eq!(State::of_zip_prefix(34).map(State::code), Some("NH"));
        assert_eq!(State::of_zip_prefix(63), None);
    }
}
