//! What holds for every calendar and every day.

use jiff::ToSpan;
use jiff::civil::{date, time};
use proptest::prelude::*;

use super::super::*;
use super::at;

fn calendars() -> impl Strategy<Value = Calendar> {
    let zones = prop::sample::select(vec![
        "America/New_York",
        "America/Los_Angeles",
        "America/Havana",
        "America/St_Johns",
        "Pacific/Apia",
        "UTC",
    ]);
    let lists = prop::sample::select(vec![HolidayList::UsFederal, HolidayList::None]);
    let closed = prop::collection::vec(dates(), 0..30);
    let yearly = prop::sample::subsequence(
        vec![
            YearlyDay::DayAfterThanksgiving,
            YearlyDay::GoodFriday,
            YearlyDay::MonthDay(12, 24),
            YearlyDay::MonthDay(2, 29),
            YearlyDay::MonthDay(7, 4),
        ],
        0..=5,
    );
    (zones, lists, closed, yearly).prop_map(|(name, list, closed, yearly)| {
        let days = CarrierDays::default()
            .with_holidays(list)
            .with_closed(closed)
            .with_closed_yearly(yearly);
        Calendar::new(zone(name).expect("built in"), days)
    })
}

fn dates() -> impl Strategy<Value = Date> {
    (0..40_000_i32).prop_map(|day| date(1990, 1, 1).saturating_add(day.days()))
}

fn instants() -> impl Strategy<Value = Timestamp> {
    // 1990 to 2099, more often than not within a few hours of a change of the clocks.
    prop_oneof![
        (631_152_000_i64..4_100_000_000)
            .prop_map(|second| Timestamp::from_second(second).expect("in range")),
        (
            2010_i16..2040,
            prop::sample::select(vec![(3_i8, 8_i8), (11, 1)]),
            0_i64..1_300_000
        )
            .prop_map(|(year, (month, day), after)| {
                at(&format!("{year:04}-{month:02}-{day:02} 00:00"))
                    + SignedDuration::from_secs(after)
            }),
    ]
}

fn any_date() -> impl Strategy<Value = Date> {
    prop_oneof![
        Just(Date::MIN),
        Just(Date::MAX),
        (0..40_i32).prop_map(|day| Date::MIN.saturating_add(day.days())),
        (0..40_i32).prop_map(|day| Date::MAX.saturating_sub(day.days())),
        dates(),
    ]
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        (0_i64..5_000_000).prop_map(|seconds| Timestamp::MIN + SignedDuration::from_secs(seconds)),
        (0_i64..5_000_000).prop_map(|seconds| Timestamp::MAX - SignedDuration::from_secs(seconds)),
        instants(),
    ]
}

proptest! {
    #[test]
    fn counting_is_the_inverse_of_adding(calendar in calendars(), day in dates(), n in -300_i64..300) {
        let landed = calendar.add_business_days(day, n);
        prop_assert!(calendar.is_business_day(landed));
        if n > 0 || calendar.is_business_day(day) {
            prop_assert_eq!(calendar.business_days_between(day, landed), n);
        }
    }

    #[test]
    fn counting_agrees_with_going_through_the_days(calendar in calendars(), from in dates(), length in 0..500_i32) {
        let to = from.saturating_add(length.days());
        let walked = from.tomorrow().expect("in range").series(1.day()).take_while(|day| *day <= to)
            .filter(|day| calendar.is_business_day(*day)).count();
        prop_assert_eq!(calendar.business_days_between(from, to), i64::try_from(walked).expect("few"));
    }

    #[test]
    fn later_never_means_sooner(calendar in calendars(), day in dates(), gap in 0..60_i32, n in -60_i64..60, more in 0_i64..20) {
        let other = day.saturating_add(gap.days());
        prop_assert!(calendar.add_business_days(day, n) <= calendar.add_business_days(other, n));
        prop_assert!(calendar.add_business_days(day, n) <= calendar.add_business_days(day, n + more));
    }

    #[test]
    fn receipt_is_in_the_morning_of_a_business_day(calendar in calendars(), sent in instants(), gap in 0_i64..1_000_000) {
        let received = calendar.received_at(sent);
        prop_assert!(received >= sent);
        prop_assert!(calendar.is_business_day(calendar.date(received)));
        let time = calendar.zone().to_datetime(received).time();
        prop_assert!(calendar.days().opens() <= time && time <= calendar.days().cutoff(), "{}", time);
        prop_assert_eq!(calendar.received_at(received), received);
        prop_assert!(received <= calendar.received_at(sent + SignedDuration::from_secs(gap)));
    }

    #[test]
    fn work_begins_in_business_hours(calendar in calendars(), now in instants()) {
        let start = calendar.next_business_instant(now);
        prop_assert!(start >= now && calendar.is_open(start));
        prop_assert_eq!(calendar.next_business_instant(start), start);
    }

    #[test]
    fn answers_and_activations_come_after_the_order(calendar in calendars(), sent in instants(), gap in 0_i64..1_000_000) {
        for interval in [Interval::Simple, Interval::NonSimple, Interval::Canadian] {
            prop_assert!(calendar.foc_due(interval, sent) > sent);
            prop_assert!(calendar.earliest_activation(interval, sent) > sent);
            prop_assert!(calendar.is_business_day(calendar.earliest_activation_date(interval, sent)));
            prop_assert!(calendar.foc_due(interval, sent) <= calendar.foc_due(interval, sent + SignedDuration::from_secs(gap)));
        }
    }

    #[test]
    fn a_refused_port_date_offers_one_that_is_taken(
        calendar in calendars(), now in instants(), ahead in -20..80_i32, min_business_days in 0_u16..12, min_days in 0_u16..12, max_days in 0_u16..60,
    ) {
        let limits = PortDateLimits { min_business_days, min_days, max_days };
        let asked = calendar.date(now).saturating_add(ahead.days());
        if let Err(refused) = calendar.check_port_date(asked, limits, now) {
            if let Some(nearest) = refused.nearest {
                prop_assert_eq!(calendar.check_port_date(nearest, limits, now), Ok(()), "{}", refused);
            } else {
                let (first, last) = calendar.possible_port_dates(limits, now);
                prop_assert!(first > last);
            }
        }
    }

    #[test]
    fn nothing_panics_at_the_ends_of_time(calendar in calendars(), day in any_date(), n in -90_i64..90, now in any_instant()) {
        let span = SignedDuration::from_hours(n * 100);
        let _ = calendar.add_business_days(day, n);
        let _ = calendar.business_days_between(day, day.saturating_add(n.days()));
        let _ = (calendar.on_or_after(day), calendar.on_or_before(day), calendar.closed(day));
        let _ = (calendar.received_at(now), calendar.next_business_instant(now), calendar.silent_days(now, now.saturating_add(span).unwrap_or(now)));
        let _ = (calendar.typical_port_dates(day), calendar.slow_port_date(day), calendar.text_promise(day));
        let _ = calendar.port_window(day, time(23, 59, 59, 0));
        let _ = PortWindow::lasting(now, SignedDuration::MIN);
        for interval in [Interval::Simple, Interval::NonSimple] {
            let _ = (calendar.foc_due(interval, now), calendar.earliest_activation(interval, now));
        }
        let _ = calendar.check_port_date(day, PortDateLimits::default(), now).map_err(|refused| refused.to_string());
    }
}
