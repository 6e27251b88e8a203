//! Before one starts: calls or only texts, what moves, what to have at hand, how long it takes, what it costs.

use axum::extract::State;
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::errors::Answer;
use super::port::estimate_from;
use super::query::Query;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::Room;
use super::views::start::{ChecklistPage, Day, DayKind, StartPage, Week};
use crate::app::App;
use crate::domain::calendar::{Calendar, CarrierDays, Closed};

/// A calendar of nobody's in particular: who has not named a provider yet is told the usual.
fn usual(app: &App) -> Calendar {
    Calendar::new(app.operator().time_zone.clone(), CarrierDays::default())
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    let app = &portal.app;
    let calendar = usual(app);
    let now = app.clock.now();
    let only_texts = query.one("for") == "texts";
    let operator = app.operator();
    let link = |url: Option<&url::Url>| url.map(ToString::to_string).unwrap_or_default();
    let page = StartPage {
        shell: who.shell(Room::Start, "Before you start"),
        only_texts,
        estimate: estimate_from(&calendar, now),
        weeks: weeks(&calendar, calendar.date(now)),
        costs: operator.costs.trim().to_owned(),
        prices: link(operator.prices_url.as_ref()),
        terms: link(operator.terms_url.as_ref()),
    };
    who.page(&page)
}

pub(super) async fn checklist(State(portal): State<Portal>, who: SignedIn) -> Answer {
    let app = &portal.app;
    let page = ChecklistPage {
        shell: who.shell(Room::Start, "What to have at hand"),
        estimate: estimate_from(&usual(app), app.clock.now()),
    };
    who.page(&page)
}

/// The weeks from this one to the one of the day that a slow port takes, Sunday to Saturday: what a port
/// that is asked for today may be expected on (R25, R26).
fn weeks(calendar: &Calendar, today: Date) -> Vec<Week> {
    let typical = calendar.typical_port_dates(today);
    let slow = calendar.slow_port_date(today);
    let first = today
        .checked_sub(i64::from(today.weekday().to_sunday_zero_offset()).days())
        .unwrap_or(today);
    let mut weeks: Vec<Week> = Vec::new();
    let mut date = first;
    // Five to seven weeks; a calendar that has no business day left ends it all the same.
    while date <= slow && weeks.len() < 10 {
        let mut days = Vec::with_capacity(7);
        for _ in 0..7 {
            let closed = calendar.closed(date);
            let kind = if date < today {
                DayKind::Past
            } else if date == today {
                DayKind::Today
            } else if let Some(closed) = &closed {
                DayKind::Closed(match closed {
                    Closed::Weekend => String::new(),
                    Closed::Holiday(holiday) => holiday.name.to_owned(),
                    Closed::CarrierDay => "closed".to_owned(),
                })
            } else if typical.from <= date && date <= typical.to {
                DayKind::Usual
            } else if date == slow {
                DayKind::Slow
            } else {
                DayKind::Plain
            };
            let names_month = weeks.is_empty() && days.is_empty() || date.day() == 1;
            days.push(Day {
                number: date.day().to_string(),
                month: if names_month {
                    date.strftime("%b").to_string()
                } else {
                    String::new()
                },
                says: tell::long_day(date),
                kind,
            });
            date = date.saturating_add(Span::new().days(1));
        }
        weeks.push(Week { days });
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    /// R25, R26.
    #[test]
    fn the_weeks_show_usual_days_holidays_and_the_slow_day() {
        let zone = TimeZone::get("America/Chicago").expect("known");
        let calendar = Calendar::new(zone, CarrierDays::default());
        // A Friday; Christmas and New Year's Day are on the way.
        let weeks = weeks(&calendar, date(2026, 12, 18));
        let days: Vec<&Day> = weeks.iter().flat_map(|week| &week.days).collect();
        assert_eq!(days.len() % 7, 0);
        assert_eq!(
            (days[0].number.as_str(), days[0].month.as_str()),
            ("13", "Dec")
        );
        let of = |kind: &DayKind| -> Vec<&str> {
            days.iter()
                .filter(|day| day.kind == *kind)
                .map(|day| day.says.as_str())
                .collect()
        };
        assert_eq!(of(&DayKind::Today), ["Friday, December 18"]);
        assert_eq!(
            of(&DayKind::Closed("Christmas Day".to_owned())),
            ["Friday, December 25"]
        );
        let usual = of(&DayKind::Usual);
        assert_eq!(
            usual.len(),
            11,
            "the 5th to the 15th business day: {usual:?}"
        );
        assert_eq!(
            (usual[0], usual[10]),
            ("Monday, December 28", "Tuesday, January 12")
        );
        assert_eq!(of(&DayKind::Slow), ["Friday, January 15"]);
        assert!(
            days.iter()
                .any(|day| day.number == "1" && day.month == "Jan")
        );
    }
}
