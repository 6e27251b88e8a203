//! When and where the operator's support answers (R60-R65), as portal and mails say it.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use crate::config::{Operator, Support};
use crate::domain::number::E164;

/// Who answers: "Harbor Voice support".
pub fn name(operator: &Operator) -> String {
    let own = operator.support.name.trim();
    if own.is_empty() {
        format!("{} support", operator.name)
    } else {
        own.to_owned()
    }
}

/// The days and hours: "Monday to Friday, 7 am to 5 pm Central Time". Days with other hours are named apart.
pub fn hours(settings: &Support) -> String {
    let week = settings.week();
    let mut spans: Vec<(Vec<Weekday>, (Time, Time))> = Vec::new();
    let mut day = Weekday::Monday;
    for hours in week {
        if let Some(hours) = hours {
            match spans.iter_mut().find(|(_, other)| *other == hours) {
                Some((days, _)) => days.push(day),
                None => spans.push((vec![day], hours)),
            }
        }
        day = day.next();
    }
    if spans.is_empty() {
        return "By mail only".to_owned();
    }
    let said: Vec<String> = spans
        .iter()
        .map(|(on, (opens, closes))| format!("{}, {} to {}", days(on), hour(*opens), hour(*closes)))
        .collect();
    format!("{} {}", said.join("; "), zone_name(&settings.time_zone))
}

/// The telephone number as it is read at home: "(312) 555-0142".
pub fn phone(settings: &Support) -> String {
    settings
        .phone
        .parse::<E164>()
        .map_or_else(|_| settings.phone.clone(), |number| number.national())
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// "Monday to Friday" for days in a row, else each day.
fn days(days: &[Weekday]) -> String {
    let in_a_row = days
        .windows(2)
        .all(|pair| matches!(pair, [one, next] if one.next() == *next));
    match days {
        [first, .., last] if in_a_row && days.len() > 2 => {
            format!("{} to {}", weekday(*first), weekday(*last))
        }
        _ => days
            .iter()
            .map(|day| weekday(*day))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// When somebody answers again: "today at 7 am", "Monday at 7 am".
pub fn opens(settings: &Support, wall: jiff::Timestamp) -> Option<String> {
    let there = settings.time_zone.to_datetime(wall);
    (0..8_i64).find_map(|ahead| {
        let date = there
            .date()
            .checked_add(jiff::Span::new().days(ahead))
            .ok()?;
        let (from, _) = settings.hours_on(date.weekday())?;
        if ahead == 0 && there.time() >= from {
            return None;
        }
        let day = match ahead {
            0 => "today",
            1 => "tomorrow",
            _ => weekday(date.weekday()),
        };
        Some(format!("{day} at {}", hour(from)))
    })
}

/// When the telephone stops being answered today, if it is answered on this day at all.
pub fn closes(settings: &Support, wall: jiff::Timestamp) -> Option<Time> {
    let there = settings.time_zone.to_datetime(wall);
    settings.hours_on(there.weekday()).map(|(_, closes)| closes)
}

/// An hour as people say it: "7 am", "4:30 pm".
pub fn hour(time: jiff::civil::Time) -> String {
    let twelve = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if time.hour() < 12 { "am" } else { "pm" };
    if time.minute() == 0 {
        format!("{twelve} {half}")
    } else {
        format!("{twelve}:{:02} {half}", time.minute())
    }
}

/// A zone as people in it call it.
pub fn zone_name(zone: &TimeZone) -> String {
    match zone.iana_name() {
        Some("America/New_York") => "Eastern Time".to_owned(),
        Some("America/Chicago") => "Central Time".to_owned(),
        Some("America/Denver") => "Mountain Time".to_owned(),
        Some("America/Los_Angeles") => "Pacific Time".to_owned(),
        Some(name) => name.replace('_', " "),
        None => "local time".to_owned(),
    }
}
