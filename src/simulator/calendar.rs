//! The carriers' calendar: when a losing provider works, and when it lets numbers go.
//!
//! It is kept apart from the calendar of `domain` on purpose. The desk predicts a carrier's dates with
//! its own rules; if both sides shared one implementation, a mistake in it would never show.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// First hour of a business day, local time (47 CFR 52.35(a): 08:00 to 17:00 are the least hours).
const OPENS: i8 = 8;
/// First hour after a business day, local time.
const CLOSES: i8 = 17;
/// Orders that come in after this local hour count as the next business day's (47 CFR 52.35(a)).
const CUT_OFF: i8 = 13;
/// Local times at which a port window opens on a business day.
const WINDOWS_OPEN: [(i8, i8); 2] = [(10, 0), (14, 0)];
/// How long a port window stays open.
const WINDOW: SignedDuration = SignedDuration::from_mins(90);
/// Bound on any walk over days, so that odd data cannot make one endless.
const WALK_DAYS_MAX: usize = 2_000;

/// The clock a provider works by. The rules are written out, so that no time zone files are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// UTC-5, summer UTC-4.
    Eastern,
    /// UTC-6, summer UTC-5.
    Central,
    /// UTC-7, summer UTC-6.
    Mountain,
    /// UTC-8, summer UTC-7.
    Pacific,
}

impl Zone {
    fn rules(self) -> TimeZone {
        // US daylight saving: second Sunday of March to first Sunday of November.
        let posix = match self {
            Zone::Eastern => "EST5EDT,M3.2.0,M11.1.0",
            Zone::Central => "CST6CDT,M3.2.0,M11.1.0",
            Zone::Mountain => "MST7MDT,M3.2.0,M11.1.0",
            Zone::Pacific => "PST8PDT,M3.2.0,M11.1.0",
        };
        TimeZone::posix(posix).unwrap_or(TimeZone::UTC)
    }
}

/// A span in which a number may move, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First instant.
    pub opens: Timestamp,
    /// Last instant.
    pub closes: Timestamp,
}

/// One provider's business days and hours.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    closed: BTreeSet<Date>,
}

impl Calendar {
    /// Monday to Friday in `zone`, minus the US federal holidays, minus the provider's own closed days.
    pub fn new(zone: Zone, closed: impl IntoIterator<Item = Date>) -> Self {
        Self {
            zone: zone.rules(),
            closed: closed.into_iter().collect(),
        }
    }

    /// The provider's local date at an instant.
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The instant at which a local wall clock shows this time.
    pub fn at(&self, date: Date, hour: i8, minute: i8) -> Timestamp {
        date.at(hour, minute, 0, 0)
            .to_zoned(self.zone.clone())
            .map_or(Timestamp::MAX, |z| z.timestamp())
    }

    /// Whether the provider works on this date.
    pub fn is_business_day(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !is_federal_holiday(date)
            && !self.closed.contains(&date)
    }

    /// `n` business days on, counted from `date` itself, or from the next business day if it is none.
    pub fn business_day_after(&self, date: Date, n: usize) -> Date {
        let mut day = date;
        let mut left = n;
        for _ in 0..WALK_DAYS_MAX {
            if self.is_business_day(day) {
                if left == 0 {
                    break;
                }
                left -= 1;
            }
            day = day.tomorrow().unwrap_or(day);
        }
        day
    }

    /// The `n`-th business day before `date`.
    pub fn business_day_before(&self, date: Date, n: usize) -> Date {
        let mut day = date;
        let mut left = n;
        for _ in 0..WALK_DAYS_MAX {
            if left == 0 {
                break;
            }
            day = day.yesterday().unwrap_or(day);
            if self.is_business_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// The first instant from `at` on at which somebody is at their desk.
    pub fn at_work(&self, at: Timestamp) -> Timestamp {
        let day = self.date(at);
        if self.is_business_day(day) && at < self.at(day, CLOSES, 0) {
            return at.max(self.at(day, OPENS, 0));
        }
        let next = self.business_day_after(day.tomorrow().unwrap_or(day), 0);
        self.at(next, OPENS, 0)
    }

    /// When `work` has been done by somebody who starts at `at` and only works in business hours.
    pub fn after_work(&self, at: Timestamp, work: SignedDuration) -> Timestamp {
        let mut from = self.at_work(at);
        let mut left = work;
        for _ in 0..WALK_DAYS_MAX {
            let today = self.at(self.date(from), CLOSES, 0).duration_since(from);
            if left < today {
                break;
            }
            left = left.saturating_sub(today);
            from = self.at_work(later(from, today));
        }
        later(from, left)
    }

    /// The same local time, `n` business days later.
    pub fn days_later(&self, at: Timestamp, n: usize) -> Timestamp {
        let local = self.zone.to_datetime(at);
        let day = self.business_day_after(local.date(), n);
        self.at(day, local.hour(), local.minute())
    }

    /// The local date that a filing of this instant counts for: today until the cut-off, then the next business day.
    pub fn counts_as(&self, at: Timestamp) -> Date {
        let day = self.date(at);
        if self.is_business_day(day) && at < self.at(day, CUT_OFF, 0) {
            day
        } else {
            self.business_day_after(day.tomorrow().unwrap_or(day), 0)
        }
    }

    /// Every port window from `lead` business days after `from` until 30 days after `from`.
    pub fn windows(&self, from: Timestamp, lead: usize) -> Vec<Window> {
        let last = later(from, SignedDuration::from_hours(30 * 24));
        let mut day = self.business_day_after(self.counts_as(from), lead);
        let mut windows = Vec::new();
        for _ in 0..WALK_DAYS_MAX {
            for window in self.windows_of(day) {
                if window.opens > last {
                    return windows;
                }
                if window.opens > from {
                    windows.push(window);
                }
            }
            day = self.business_day_after(day, 1);
        }
        windows
    }

    /// The first port window that opens strictly after `at`.
    pub fn next_window(&self, at: Timestamp) -> Window {
        let mut day = self.business_day_after(self.date(at), 0);
        for _ in 0..WALK_DAYS_MAX {
            if let Some(window) = self.windows_of(day).into_iter().find(|w| w.opens > at) {
                return window;
            }
            day = self.business_day_after(day, 1);
        }
        Window {
            opens: Timestamp::MAX,
            closes: Timestamp::MAX,
        }
    }

    fn windows_of(&self, day: Date) -> [Window; 2] {
        WINDOWS_OPEN.map(|(hour, minute)| {
            let opens = self.at(day, hour, minute);
            Window {
                opens,
                closes: later(opens, WINDOW),
            }
        })
    }
}

/// Whether the federal government keeps this date, observed days included: a Saturday holiday is kept
/// on the Friday before, a Sunday holiday on the Monday after (5 U.S.C. 6103).
pub fn is_federal_holiday(date: Date) -> bool {
    // New Year's Day can be observed on 31 December of the year before.
    [date.year(), date.year().saturating_add(1)]
        .into_iter()
        .any(|year| federal_holidays(year).contains(&Some(date)))
}

fn federal_holidays(year: i16) -> [Option<Date>; 11] {
    let fixed = |month, day| Date::new(year, month, day).ok().and_then(observed);
    let nth = |month, nth, weekday| {
        Date::new(year, month, 1)
            .ok()
            .and_then(|d| d.nth_weekday_of_month(nth, weekday).ok())
    };
    [
        fixed(1, 1),
        nth(1, 3, Weekday::Monday),
        nth(2, 3, Weekday::Monday),
        nth(5, -1, Weekday::Monday),
        fixed(6, 19),
        fixed(7, 4),
        nth(9, 1, Weekday::Monday),
        nth(10, 2, Weekday::Monday),
        fixed(11, 11),
        nth(11, 4, Weekday::Thursday),
        fixed(12, 25),
    ]
}

fn observed(date: Date) -> Option<Date> {
    match date.weekday() {
        Weekday::Saturday => date.yesterday().ok(),
        Weekday::Sunday => date.tomorrow().ok(),
        _ => Some(date),
    }
}

/// `at + by`, held at the ends of representable time.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("a literal instant")
    }

    #[test]
    fn the_federal_holidays_of_2026_and_the_observed_ones() {
        let of_2026 = [
            (1, 1),
            (1, 19),
            (2, 16),
            (5, 25),
            (6, 19),
            (7, 3),
            (9, 7),
            (10, 12),
            (11, 11),
            (11, 26),
            (12, 25),
        ];
        for (month, day) in of_2026 {
            assert!(is_federal_holiday(date(2026, month, day)), "{month}/{day}");
        }
        let mut day = date(2026, 1, 1);
        let mut count = 0;
        while day.year() == 2026 {
            count += usize::from(is_federal_holiday(day));
            day = day.tomorrow().expect("in range");
        }
        assert_eq!(count, of_2026.len());
        // 1 January 2028 is a Saturday: kept on the Friday of the year before.
        assert!(is_federal_holiday(date(2027, 12, 31)));
        assert!(!is_federal_holiday(date(2028, 1, 1)));
    }

    #[test]
    fn work_stops_at_night_at_weekends_and_on_closed_days() {
        let calendar = Calendar::new(Zone::Eastern, [date(2026, 11, 27)]);
        // Wednesday 25 November 16:00 Eastern; Thanksgiving and the provider's own Friday follow.
        let start = instant("2026-11-25T21:00:00Z");
        assert_eq!(
            calendar.after_work(start, SignedDuration::from_mins(30)),
            instant("2026-11-25T21:30:00Z")
        );
        assert_eq!(
            calendar.after_work(start, SignedDuration::from_hours(2)),
            instant("2026-11-30T14:00:00Z")
        );
        // A full day's work, started in the night, ends the next morning: at closing nothing gets done.
        assert_eq!(
            calendar.after_work(
                instant("2026-11-25T03:00:00Z"),
                SignedDuration::from_hours(9)
            ),
            instant("2026-11-30T13:00:00Z")
        );
    }

    #[test]
    fn windows_are_ninety_minutes_on_business_days_after_the_lead_time_in_utc() {
        let calendar = Calendar::new(Zone::Pacific, []);
        // Tuesday before Thanksgiving 2026, before the cut-off.
        let windows = calendar.windows(instant("2026-11-24T18:00:00Z"), 3);
        assert_eq!(
            windows.first().map(|w| w.opens),
            Some(instant("2026-11-30T18:00:00Z"))
        );
        assert!(
            windows
                .iter()
                .all(|w| w.closes.duration_since(w.opens) == WINDOW
                    && calendar.is_business_day(calendar.date(w.opens)))
        );
        assert!(
            windows
                .last()
                .is_some_and(|w| w.opens <= instant("2026-12-24T18:00:00Z"))
        );
        // After the cut-off the same Tuesday counts as Wednesday.
        let late = calendar.windows(instant("2026-11-24T21:30:00Z"), 3);
        assert_eq!(
            late.first().map(|w| w.opens),
            Some(instant("2026-12-01T18:00:00Z"))
        );
    }

    #[test]
    fn the_clocks_change_with_daylight_saving() {
        let calendar = Calendar::new(Zone::Central, []);
        assert_eq!(
            calendar.at(date(2026, 7, 1), 8, 0),
            instant("2026-07-01T13:00:00Z")
        );
        assert_eq!(
            calendar.at(date(2026, 12, 1), 8, 0),
            instant("2026-12-01T14:00:00Z")
        );
    }
}
