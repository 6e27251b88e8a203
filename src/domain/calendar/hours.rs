//! Opening hours and closed days as data: of a losing provider, and of our own support.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Calendar, Holiday, YearlyDay, federal_holidays};

/// When a provider works. The default is what 47 CFR 52.35(a) makes the least: Monday to Friday, 08:00
/// to 17:00, orders until 13:00, US federal holidays off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CarrierDaysData", into = "CarrierDaysData")]
pub struct CarrierDays(CarrierDaysData);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CarrierDaysData {
    opens: Time,
    closes: Time,
    cutoff: Time,
    holidays: HolidayList,
    closed: BTreeSet<Date>,
    closed_yearly: BTreeSet<YearlyDay>,
}

/// A public list of holidays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayList {
    /// US federal holidays with the days on which they are observed.
    UsFederal,
    /// No public list; only the provider's own days.
    None,
}

/// Hours that no day can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the hours are not in order: opens {opens}, takes orders until {cutoff}, closes {closes}; write them so that each is later than the one before"
)]
pub struct BadHours {
    opens: Time,
    cutoff: Time,
    closes: Time,
}

impl Default for CarrierDaysData {
    fn default() -> Self {
        Self {
            opens: Time::constant(8, 0, 0, 0),
            closes: Time::constant(17, 0, 0, 0),
            cutoff: Time::constant(13, 0, 0, 0),
            holidays: HolidayList::UsFederal,
            closed: BTreeSet::new(),
            closed_yearly: BTreeSet::new(),
        }
    }
}

impl TryFrom<CarrierDaysData> for CarrierDays {
    type Error = BadHours;
    fn try_from(data: CarrierDaysData) -> Result<Self, BadHours> {
        Self::with_hours(data.opens, data.cutoff, data.closes)?;
        Ok(Self(data))
    }
}
impl From<CarrierDays> for CarrierDaysData {
    fn from(days: CarrierDays) -> Self {
        days.0
    }
}

impl CarrierDays {
    /// Other hours than the default's.
    pub fn with_hours(opens: Time, cutoff: Time, closes: Time) -> Result<Self, BadHours> {
        if opens < cutoff && cutoff <= closes {
            Ok(Self(CarrierDaysData {
                opens,
                cutoff,
                closes,
                ..CarrierDaysData::default()
            }))
        } else {
            Err(BadHours {
                opens,
                cutoff,
                closes,
            })
        }
    }

    /// The same, with another public list of holidays.
    #[must_use]
    pub fn with_holidays(mut self, list: HolidayList) -> Self {
        self.0.holidays = list;
        self
    }

    /// The same, closed on further days.
    #[must_use]
    pub fn with_closed(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.0.closed.extend(days);
        self
    }

    /// The same, closed on further days of each year.
    #[must_use]
    pub fn with_closed_yearly(mut self, days: impl IntoIterator<Item = YearlyDay>) -> Self {
        self.0.closed_yearly.extend(days);
        self
    }

    /// Start of business hours, local.
    pub fn opens(&self) -> Time {
        self.0.opens
    }
    /// End of business hours, local.
    pub fn closes(&self) -> Time {
        self.0.closes
    }
    /// Orders that come later count from the next business day, local.
    pub fn cutoff(&self) -> Time {
        self.0.cutoff
    }

    /// The public holiday on a day.
    pub(super) fn holiday(&self, date: Date) -> Option<Holiday> {
        self.public(date.year())
            .into_iter()
            .find(|holiday| holiday.date == date)
    }

    /// Whether the provider takes the day off by itself.
    pub(super) fn is_own_closed_day(&self, date: Date) -> bool {
        self.0.closed.contains(&date)
            || self
                .0
                .closed_yearly
                .iter()
                .any(|day| day.date(date.year()) == Some(date))
    }

    /// All closed days of a year but weekends; a day may come twice.
    pub(super) fn closed_in(&self, year: i16) -> impl Iterator<Item = Date> {
        let public = self.public(year).into_iter().map(|holiday| holiday.date);
        let yearly = self
            .0
            .closed_yearly
            .iter()
            .filter_map(move |day| day.date(year));
        let single = self
            .0
            .closed
            .iter()
            .copied()
            .filter(move |day| day.year() == year);
        public.chain(yearly).chain(single)
    }

    fn public(&self, year: i16) -> Vec<Holiday> {
        match self.0.holidays {
            HolidayList::UsFederal => federal_holidays(year),
            HolidayList::None => Vec::new(),
        }
    }
}

/// When our own support is there (R64, R65): Monday to Friday between two times of one zone, whatever
/// zone the reader is in.
#[derive(Clone, Debug)]
pub struct SupportHours(Calendar);

impl SupportHours {
    /// Support from `opens` to `closes`; `closed` are days off such as public holidays.
    pub fn new(
        zone: TimeZone,
        opens: Time,
        closes: Time,
        closed: HolidayList,
    ) -> Result<Self, BadHours> {
        Ok(Self(Calendar::new(
            zone,
            CarrierDays::with_hours(opens, closes, closes)?.with_holidays(closed),
        )))
    }

    /// Whether somebody answers now.
    pub fn open_now(&self, now: Timestamp) -> bool {
        self.0.is_open(now)
    }

    /// When that changes: closing time if open now, else the next opening.
    pub fn next_change(&self, now: Timestamp) -> Timestamp {
        if self.open_now(now) {
            self.0.at(self.0.date(now), self.0.days().closes())
        } else {
            self.0.next_opening(now)
        }
    }

    /// The zone that the hours are in.
    pub fn zone(&self) -> &TimeZone {
        self.0.zone()
    }
    /// Opening time, local to the zone.
    pub fn opens(&self) -> Time {
        self.0.days().opens()
    }
    /// Closing time, local to the zone.
    pub fn closes(&self) -> Time {
        self.0.days().closes()
    }
}
