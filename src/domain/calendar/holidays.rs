//! Public holidays by rule, for any year.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// A holiday on the day on which offices are closed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// Its name.
    pub name: &'static str,
    /// The holiday itself fell on a weekend; this is the Friday before or the Monday after.
    pub observed: bool,
}

#[derive(Clone, Copy)]
enum Rule {
    Fixed(i8, i8),
    /// Month, which one (negative from the end), weekday.
    Nth(i8, i8, Weekday),
}

/// 5 U.S.C. 6103(a), with the first year of those that are younger than the telephone.
const FEDERAL: [(&str, Rule, i16); 11] = [
    ("New Year's Day", Rule::Fixed(1, 1), i16::MIN),
    (
        "Martin Luther King Jr. Day",
        Rule::Nth(1, 3, Weekday::Monday),
        1986,
    ),
    (
        "Washington's Birthday",
        Rule::Nth(2, 3, Weekday::Monday),
        i16::MIN,
    ),
    ("Memorial Day", Rule::Nth(5, -1, Weekday::Monday), i16::MIN),
    (
        "Juneteenth National Independence Day",
        Rule::Fixed(6, 19),
        2021,
    ),
    ("Independence Day", Rule::Fixed(7, 4), i16::MIN),
    ("Labor Day", Rule::Nth(9, 1, Weekday::Monday), i16::MIN),
    ("Columbus Day", Rule::Nth(10, 2, Weekday::Monday), i16::MIN),
    ("Veterans Day", Rule::Fixed(11, 11), i16::MIN),
    (
        "Thanksgiving Day",
        Rule::Nth(11, 4, Weekday::Thursday),
        i16::MIN,
    ),
    ("Christmas Day", Rule::Fixed(12, 25), i16::MIN),
];

impl Rule {
    fn date(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month, day).ok(),
            Self::Nth(month, nth, weekday) => Date::new(year, month, 1)
                .ok()?
                .nth_weekday_of_month(nth, weekday)
                .ok(),
        }
    }
}

/// The days of a year on which US federal offices are closed, in order: the holidays themselves, and
/// the Friday before a Saturday and the Monday after a Sunday (5 U.S.C. 6103(b), Executive Order 11582).
/// The Friday before a New Year's Day on a Saturday belongs to the old year.
pub fn federal_holidays(year: i16) -> Vec<Holiday> {
    let next_year = year.checked_add(1);
    let mut days: Vec<Holiday> = FEDERAL
        .iter()
        .filter(|(_, _, since)| *since <= year)
        .filter_map(|(name, rule, _)| Some((*name, rule.date(year)?)))
        .chain(next_year.and_then(|next| Some(("New Year's Day", Rule::Fixed(1, 1).date(next)?))))
        .flat_map(|(name, date)| {
            let observed = match date.weekday() {
                Weekday::Saturday => date.yesterday().ok(),
                Weekday::Sunday => date.tomorrow().ok(),
                _ => None,
            };
            [
                Some(Holiday {
                    date,
                    name,
                    observed: false,
                }),
                observed.map(|date| Holiday {
                    date,
                    name,
                    observed: true,
                }),
            ]
        })
        .flatten()
        .filter(|holiday| holiday.date.year() == year)
        .collect();
    days.sort();
    days
}

/// A day that a provider takes off each year, written `day_after_thanksgiving`, `good_friday` or as
/// month and day: `12-24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum YearlyDay {
    /// The Friday after the fourth Thursday of November.
    DayAfterThanksgiving,
    /// Two days before Easter Sunday of the Gregorian calendar.
    GoodFriday,
    /// The same date each year; 29 February only in leap years.
    MonthDay(i8, i8),
}

/// A text that is not a yearly day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a day of each year; write `day_after_thanksgiving`, `good_friday`, or month and day such as `12-24`"
)]
pub struct BadYearlyDay(String);

impl YearlyDay {
    /// The day in a year; `None` when the year has none.
    pub fn date(self, year: i16) -> Option<Date> {
        match self {
            Self::DayAfterThanksgiving => Rule::Nth(11, 4, Weekday::Thursday)
                .date(year)?
                .tomorrow()
                .ok(),
            Self::GoodFriday => easter(year)?.yesterday().ok()?.yesterday().ok(),
            Self::MonthDay(month, day) => Date::new(year, month, day).ok(),
        }
    }
}

impl TryFrom<String> for YearlyDay {
    type Error = BadYearlyDay;
    fn try_from(text: String) -> Result<Self, BadYearlyDay> {
        match text.as_str() {
            "day_after_thanksgiving" => Ok(Self::DayAfterThanksgiving),
            "good_friday" => Ok(Self::GoodFriday),
            other => {
                let (month, day) = other
                    .split_once('-')
                    .and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)))
                    .ok_or(BadYearlyDay(other.to_owned()))?;
                // 2024 is a leap year, so that 02-29 is a day.
                Date::new(2024, month, day).map_err(|_| BadYearlyDay(other.to_owned()))?;
                Ok(Self::MonthDay(month, day))
            }
        }
    }
}
impl From<YearlyDay> for String {
    fn from(day: YearlyDay) -> String {
        match day {
            YearlyDay::DayAfterThanksgiving => "day_after_thanksgiving".to_owned(),
            YearlyDay::GoodFriday => "good_friday".to_owned(),
            YearlyDay::MonthDay(month, day) => format!("{month:02}-{day:02}"),
        }
    }
}

/// Easter Sunday by the anonymous Gregorian computus (Meeus).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y.rem_euclid(19), y.div_euclid(100), y.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c.div_euclid(4), c.rem_euclid(4));
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l).div_euclid(451);
    let n = h + l - 7 * m + 114;
    Date::new(
        year,
        i8::try_from(n.div_euclid(31)).ok()?,
        i8::try_from(n.rem_euclid(31) + 1).ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_of_known_years() {
        for (year, month, day) in [
            (2020, 4, 12),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), Date::new(year, month, day).ok());
        }
    }

    #[test]
    fn yearly_days_survive_their_text() {
        for text in ["day_after_thanksgiving", "good_friday", "12-24", "02-29"] {
            let day = YearlyDay::try_from(text.to_owned()).expect("fine");
            assert_eq!(String::from(day), text);
        }
        for bad in ["christmas", "13-01", "02-30", "12", "-1--1", ""] {
            assert!(YearlyDay::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        assert_eq!(YearlyDay::MonthDay(2, 29).date(2027), None);
        assert_eq!(
            YearlyDay::DayAfterThanksgiving.date(2026),
            Date::new(2026, 11, 27).ok()
        );
    }

    #[test]
    fn every_year_that_a_date_can_have_is_fine() {
        for year in (-9999..=9999)
            .step_by(101)
            .chain([-9999, 9999, i16::MIN, i16::MAX])
        {
            let holidays = federal_holidays(year);
            assert!(holidays.windows(2).all(|pair| pair[0].date <= pair[1].date));
            assert!(
                holidays
                    .iter()
                    .filter(|holiday| holiday.observed)
                    .all(|holiday| {
                        !matches!(holiday.date.weekday(), Weekday::Saturday | Weekday::Sunday)
                    })
            );
        }
    }
}
