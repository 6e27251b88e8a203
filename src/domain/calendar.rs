//! Business days and business hours of a losing provider, and everything that is counted in them.
//!
//! The calendar belongs to the losing provider (its own holidays count), the time zone to the NPAC
//! region of the number (47 CFR 52.35(a) and (e)(1)). Both are data: [`CarrierDays`] and
//! [`NpacRegion`] make a [`Calendar`].
//!
//! All arithmetic is held at the ends of representable time; nothing here panics.

mod holidays;
mod hours;
mod intervals;
mod port_date;
mod promises;
mod region;
mod window;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use holidays::{Holiday, YearlyDay, federal_holidays};
pub use hours::{BadHours, CarrierDays, HolidayList, SupportHours};
pub use intervals::{Interval, LineFacts};
pub use port_date::{
    BILL_MAX_AGE_DAYS, DatedPaper, LOA_MAX_AGE_DAYS, PaperTooOld, PortDateLimits, PortDateRefused,
    PortDateRule, check_age,
};
pub use promises::{DateSpan, TextPromise};
pub use region::{NpacRegion, UnknownZone, zone};
pub use window::PortWindow;

/// The days and hours of one losing provider in one time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    days: CarrierDays,
}

/// Why a day is no business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// Saturday or Sunday.
    Weekend,
    /// A holiday of the public list, or the day on which it is observed.
    Holiday(Holiday),
    /// A day that this provider takes off by itself.
    CarrierDay,
}

impl Default for Calendar {
    /// The least that the rules ask of a provider ([`CarrierDays::default`]), in Eastern time.
    fn default() -> Self {
        Self::new(NpacRegion::Northeast.zone(), CarrierDays::default())
    }
}

impl Calendar {
    /// A provider's days in a time zone.
    pub fn new(zone: TimeZone, days: CarrierDays) -> Self {
        Self { zone, days }
    }

    /// The zone that hours and dates are in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Opening hours, cut-off and closed days.
    pub fn days(&self) -> &CarrierDays {
        &self.days
    }

    /// The date in this calendar's zone.
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The instant at which the zone's clocks show this. A time that a spring change skips becomes the
    /// one as long after it; of a time that an autumn change repeats, the first is meant.
    pub fn at(&self, date: Date, time: Time) -> Timestamp {
        self.zone
            .to_ambiguous_timestamp(date.to_datetime(time))
            .compatible()
            .unwrap_or({
                if date.year() < 0 {
                    Timestamp::MIN
                } else {
                    Timestamp::MAX
                }
            })
    }

    /// The first instant of a day.
    pub fn start_of(&self, date: Date) -> Timestamp {
        self.at(date, Time::midnight())
    }

    /// Why the provider is closed on a day; `None` on a business day.
    pub fn closed(&self, date: Date) -> Option<Closed> {
        if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return Some(Closed::Weekend);
        }
        if let Some(holiday) = self.days.holiday(date) {
            return Some(Closed::Holiday(holiday));
        }
        self.days
            .is_own_closed_day(date)
            .then_some(Closed::CarrierDay)
    }

    /// Monday to Friday, and no holiday of the provider (47 CFR 52.35(a)).
    pub fn is_business_day(&self, date: Date) -> bool {
        self.closed(date).is_none()
    }

    /// The day itself if it is a business day, else the next one.
    pub fn on_or_after(&self, date: Date) -> Date {
        self.walk(date, Direction::Later)
    }

    /// The day itself if it is a business day, else the one before.
    pub fn on_or_before(&self, date: Date) -> Date {
        self.walk(date, Direction::Earlier)
    }

    /// The `n`th business day after `date`, or before it if `n` is negative. With zero, the day itself
    /// or the next business day. Asked on Friday 2026-12-18, five days later is Monday 2026-12-28.
    pub fn add_business_days(&self, date: Date, n: i64) -> Date {
        if n == 0 {
            return self.on_or_after(date);
        }
        let direction = if n > 0 {
            Direction::Later
        } else {
            Direction::Earlier
        };
        let mut day = date;
        for _ in 0..n.unsigned_abs() {
            let Some(next) = direction.step(day) else {
                break;
            };
            day = self.walk(next, direction);
        }
        day
    }

    /// The same time of day on the `n`th business day after an instant: by when something is due that
    /// takes `n` business days.
    pub fn instant_after_business_days(&self, at: Timestamp, n: u32) -> Timestamp {
        let local = self.zone.to_datetime(at);
        self.at(self.add_business_days(local.date(), n.into()), local.time())
            .max(at)
    }

    /// How many business days lie after `from`, up to and including `to`; negative when `to` is
    /// earlier. The inverse of [`add_business_days`](Self::add_business_days).
    pub fn business_days_between(&self, from: Date, to: Date) -> i64 {
        if from == to {
            return 0;
        }
        if to < from {
            return -self.count(to, from, |day| to <= day && day < from);
        }
        self.count(from, to, |day| from < day && day <= to)
    }

    /// Whether the provider works at this instant.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = self.zone.to_datetime(at);
        self.is_business_day(local.date())
            && self.days.opens() <= local.time()
            && local.time() < self.days.closes()
    }

    /// The instant itself during business hours, else the next opening.
    pub fn next_business_instant(&self, at: Timestamp) -> Timestamp {
        if self.is_open(at) {
            at
        } else {
            self.next_opening(at)
        }
    }

    /// When an order counts as received: in the morning of a business day at once, too early at the
    /// opening of that day, and after the cut-off at the opening of the next business day (47 CFR
    /// 52.35(a): 08:00 to 13:00 local time). The cut-off itself is still in time.
    pub fn received_at(&self, sent: Timestamp) -> Timestamp {
        let local = self.zone.to_datetime(sent);
        let in_time = self.days.opens() <= local.time() && local.time() <= self.days.cutoff();
        if in_time && self.is_business_day(local.date()) {
            return sent;
        }
        self.next_opening(sent)
    }

    /// Business days that have gone by since something last moved: nought on the day itself, one at the
    /// start of the next business day. For "nobody has heard from the provider for 7 business days".
    pub fn silent_days(&self, last_movement: Timestamp, now: Timestamp) -> u32 {
        let days = self.business_days_between(self.date(last_movement), self.date(now));
        u32::try_from(days.max(0)).unwrap_or(u32::MAX)
    }

    /// The first opening after an instant.
    fn next_opening(&self, at: Timestamp) -> Timestamp {
        let local = self.zone.to_datetime(at);
        let is_early = self.is_business_day(local.date()) && local.time() < self.days.opens();
        let day = if is_early {
            local.date()
        } else {
            self.add_business_days(local.date(), 1)
        };
        self.at(day, self.days.opens()).max(at)
    }

    /// The first business day from `date` on in one direction, `date` included.
    fn walk(&self, date: Date, direction: Direction) -> Date {
        let mut day = date;
        while !self.is_business_day(day) {
            match direction.step(day) {
                Some(next) => day = next,
                None => break,
            }
        }
        day
    }

    /// Business days in the closed range that also pass `counts`, which may leave out an end.
    fn count(&self, first: Date, last: Date, counts: impl Fn(Date) -> bool) -> i64 {
        let mut total = weekdays_through(last) - weekdays_through(first);
        // `weekdays_through` counts (first, last]; the ends are put right by hand.
        total += i64::from(is_weekday(first) && counts(first));
        total -= i64::from(is_weekday(last) && !counts(last));
        let closed: BTreeSet<Date> = (first.year()..=last.year())
            .flat_map(|year| self.days.closed_in(year))
            .filter(|day| is_weekday(*day) && first <= *day && *day <= last && counts(*day))
            .collect();
        total - i64::try_from(closed.len()).unwrap_or(i64::MAX)
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Later,
    Earlier,
}

impl Direction {
    fn step(self, day: Date) -> Option<Date> {
        match self {
            Self::Later => day.tomorrow().ok(),
            Self::Earlier => day.yesterday().ok(),
        }
    }
}

fn is_weekday(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Mondays to Fridays from a fixed Monday long ago up to and including `date`.
fn weekdays_through(date: Date) -> i64 {
    // Days since 1970-01-05, which was a Monday.
    let days = date.duration_since(EPOCH_MONDAY).as_hours() / 24;
    let (weeks, rest) = (days.div_euclid(7), days.rem_euclid(7));
    weeks * 5 + (rest + 1).min(5)
}

const EPOCH_MONDAY: Date = Date::constant(1970, 1, 5);

/// `at + by`, held at the ends of representable time.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}
