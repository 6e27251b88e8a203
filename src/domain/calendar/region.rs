//! Time zones, and the NPAC regions whose local time counts.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use crate::domain::address::{Country, State};

/// The zones that are built into the program, so that every machine and every test reads the same.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone; write a name of the IANA database such as `America/Chicago`")]
pub struct UnknownZone(pub String);

/// The time zone of a name of the IANA database, such as `America/Chicago`.
pub fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    ZONES.get(name).map_err(|_| UnknownZone(name.to_owned()))
}

/// A region of the number portability administration. The local time of a port is the predominant time
/// zone of the number's region, not the subscriber's own (47 CFR 52.35(e)(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NpacRegion {
    /// New England and New York.
    Northeast,
    /// Delaware to Virginia.
    MidAtlantic,
    /// Kentucky and the Carolinas to Louisiana, Puerto Rico and the Virgin Islands.
    Southeast,
    /// Ohio to Illinois and Wisconsin.
    Midwest,
    /// Texas to Missouri.
    Southwest,
    /// Iowa and Minnesota to Oregon, Washington and Alaska.
    Western,
    /// California, Nevada, Hawaii.
    WestCoast,
    /// Canada, which has a number portability administration of its own.
    Canada,
}

impl NpacRegion {
    /// The region of a state; `None` for Pacific territories, which the map does not place.
    ///
    /// Which state is in which region, and each region's predominant zone, is from general knowledge
    /// of the field and not from a document of the administration.
    pub fn of(state: State) -> Option<Self> {
        if state.country() == Country::Canada {
            return Some(Self::Canada);
        }
        Some(match state.code() {
            "CT" | "ME" | "MA" | "NH" | "NY" | "RI" | "VT" => Self::Northeast,
            "DE" | "DC" | "MD" | "NJ" | "PA" | "VA" | "WV" => Self::MidAtlantic,
            "AL" | "FL" | "GA" | "KY" | "LA" | "MS" | "NC" | "SC" | "TN" | "PR" | "VI" => {
                Self::Southeast
            }
            "IL" | "IN" | "MI" | "OH" | "WI" => Self::Midwest,
            "AR" | "KS" | "MO" | "OK" | "TX" => Self::Southwest,
            "AK" | "AZ" | "CO" | "IA" | "ID" | "MN" | "MT" | "ND" | "NE" | "NM" | "OR" | "SD"
            | "UT" | "WA" | "WY" => Self::Western,
            "CA" | "HI" | "NV" => Self::WestCoast,
            _ => return None,
        })
    }

    /// The name of the region's predominant time zone.
    pub const fn zone_name(self) -> &'static str {
        match self {
            Self::Northeast | Self::MidAtlantic | Self::Southeast => "America/New_York",
            Self::Midwest | Self::Southwest => "America/Chicago",
            Self::Western => "America/Denver",
            Self::WestCoast => "America/Los_Angeles",
            Self::Canada => "America/Toronto",
        }
    }

    /// The region's predominant time zone.
    pub fn zone(self) -> TimeZone {
        // Built in, and tested to be there; UTC only so that no path can panic.
        zone(self.zone_name()).unwrap_or(TimeZone::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_but_the_pacific_territories_has_a_region() {
        let without: Vec<&str> = State::all()
            .filter(|state| NpacRegion::of(*state).is_none())
            .map(State::code)
            .collect();
        assert_eq!(without, ["GU", "AS", "MP"]);
    }

    #[test]
    fn every_regions_zone_is_built_in() {
        for region in State::all().filter_map(NpacRegion::of) {
            assert!(zone(region.zone_name()).is_ok(), "{region:?}");
            assert_eq!(region.zone().iana_name(), Some(region.zone_name()));
        }
        assert_eq!(
            zone("Mars/Olympus").map(|_| ()),
            Err(UnknownZone("Mars/Olympus".to_owned()))
        );
    }
}
