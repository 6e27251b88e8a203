//! Days, orders, promises and port dates by example.

use jiff::ToSpan;
use jiff::civil::{date, time};

use super::*;

mod properties;

fn new_york() -> Calendar {
    Calendar::new(
        zone("America/New_York").expect("built in"),
        CarrierDays::default(),
    )
}

/// An instant from what the clocks in New York show.
fn at(text: &str) -> Timestamp {
    new_york().at(
        text[..10].parse().expect("a date"),
        text[11..].parse().expect("a time"),
    )
}

mod days {
    use super::*;

    #[test]
    fn christmas_is_skipped() {
        let calendar = new_york();
        let asked = date(2026, 12, 18);
        assert_eq!(asked.weekday(), Weekday::Friday);
        assert_eq!(calendar.add_business_days(asked, 5), date(2026, 12, 28));
        assert_eq!(calendar.business_days_between(asked, date(2026, 12, 28)), 5);
        assert_eq!(calendar.add_business_days(date(2026, 12, 28), -5), asked);
        assert_eq!(
            calendar.business_days_between(date(2026, 12, 28), asked),
            -5
        );
    }

    #[test]
    fn a_day_says_why_it_is_closed() {
        let calendar = Calendar::new(
            NpacRegion::Midwest.zone(),
            CarrierDays::default()
                .with_closed([date(2026, 3, 17)])
                .with_closed_yearly([YearlyDay::DayAfterThanksgiving, YearlyDay::GoodFriday]),
        );
        assert_eq!(calendar.closed(date(2026, 11, 28)), Some(Closed::Weekend));
        assert_eq!(calendar.closed(date(2026, 3, 17)), Some(Closed::CarrierDay));
        assert_eq!(
            calendar.closed(date(2026, 11, 27)),
            Some(Closed::CarrierDay)
        );
        assert_eq!(calendar.closed(date(2026, 4, 3)), Some(Closed::CarrierDay));
        let observed = Holiday {
            date: date(2026, 7, 3),
            name: "Independence Day",
            observed: true,
        };
        assert_eq!(
            calendar.closed(date(2026, 7, 3)),
            Some(Closed::Holiday(observed))
        );
        assert_eq!(calendar.closed(date(2026, 11, 30)), None);
        assert_eq!(
            new_york().closed(date(2026, 11, 27)),
            None,
            "only the provider that says so"
        );
    }

    #[test]
    fn silence_is_counted_in_business_days() {
        let calendar = new_york();
        let friday = at("2026-11-20 16:00");
        assert_eq!(calendar.silent_days(friday, at("2026-11-20 23:59")), 0);
        assert_eq!(calendar.silent_days(friday, at("2026-11-22 12:00")), 0);
        assert_eq!(calendar.silent_days(friday, at("2026-11-23 00:00")), 1);
        assert_eq!(
            calendar.silent_days(friday, at("2026-12-02 09:00")),
            7,
            "Thanksgiving is not counted"
        );
        assert_eq!(calendar.silent_days(at("2026-12-02 09:00"), friday), 0);
    }

    #[test]
    fn what_takes_business_days_is_due_at_the_same_time_of_day() {
        let calendar = Calendar::default();
        assert_eq!(
            calendar.instant_after_business_days(at("2026-12-23 11:30"), 3),
            at("2026-12-29 11:30")
        );
        assert_eq!(
            calendar.instant_after_business_days(at("2026-10-30 11:30"), 1),
            at("2026-11-02 11:30"),
            "an hour longer in between"
        );
        assert_eq!(
            calendar.instant_after_business_days(Timestamp::MAX, 3),
            Timestamp::MAX
        );
    }

    #[test]
    fn a_providers_days_are_read_from_data() {
        let read = |data| serde_json::from_value::<CarrierDays>(data);
        let own = read(serde_json::json!({"closed_yearly": ["day_after_thanksgiving"], "closed": ["2026-12-24"], "cutoff": "12:00"}))
            .expect("good data");
        let calendar = Calendar::new(NpacRegion::Southeast.zone(), own.clone());
        for closed in [date(2026, 11, 27), date(2026, 12, 24)] {
            assert!(!calendar.is_business_day(closed), "{closed}");
        }
        assert_eq!(own.cutoff(), time(12, 0, 0, 0));
        let again = read(serde_json::to_value(&own).expect("text")).expect("the same");
        assert_eq!(again, own);
        for bad in [
            serde_json::json!({"opens": "18:00"}),
            serde_json::json!({"closed_yearly": ["xmas"]}),
            serde_json::json!({"colsed": []}),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}

mod orders {
    use super::*;

    /// 47 CFR 52.35(a) and the chart of the NANC flows for simple ports.
    #[test]
    fn the_chart_of_simple_ports() {
        let calendar = new_york();
        // sent, counts as received, answer due, ready
        for (sent, received, due, ready) in [
            (
                "2026-11-16 08:00",
                "2026-11-16 08:00",
                "2026-11-16 12:00",
                "2026-11-17 00:00",
            ),
            (
                "2026-11-16 09:30",
                "2026-11-16 09:30",
                "2026-11-16 13:30",
                "2026-11-17 00:00",
            ),
            (
                "2026-11-16 13:00",
                "2026-11-16 13:00",
                "2026-11-16 17:00",
                "2026-11-17 00:00",
            ),
            (
                "2026-11-16 13:00:01",
                "2026-11-17 08:00",
                "2026-11-17 12:00",
                "2026-11-18 00:00",
            ),
            (
                "2026-11-17 07:59",
                "2026-11-17 08:00",
                "2026-11-17 12:00",
                "2026-11-18 00:00",
            ),
            // Friday morning is ready on Monday; Friday afternoon counts from Monday.
            (
                "2026-11-20 10:00",
                "2026-11-20 10:00",
                "2026-11-20 14:00",
                "2026-11-23 00:00",
            ),
            (
                "2026-11-20 15:00",
                "2026-11-23 08:00",
                "2026-11-23 12:00",
                "2026-11-24 00:00",
            ),
            (
                "2026-11-21 10:00",
                "2026-11-23 08:00",
                "2026-11-23 12:00",
                "2026-11-24 00:00",
            ),
            // The afternoon before Thanksgiving counts from the Friday after it.
            (
                "2026-11-25 14:00",
                "2026-11-27 08:00",
                "2026-11-27 12:00",
                "2026-11-30 00:00",
            ),
        ] {
            assert_eq!(
                calendar.received_at(at(sent)),
                at(received),
                "received {sent}"
            );
            assert_eq!(
                calendar.foc_due(Interval::Simple, at(sent)),
                at(due),
                "due {sent}"
            );
            assert_eq!(
                calendar.earliest_activation(Interval::Simple, at(sent)),
                at(ready),
                "ready {sent}"
            );
        }
    }

    #[test]
    fn non_simple_ports_are_answered_in_a_day_without_weekends() {
        let calendar = new_york();
        for (sent, due, ready) in [
            ("2026-11-16 10:00", "2026-11-17 10:00", "2026-11-20 00:00"),
            ("2026-11-20 10:00", "2026-11-23 10:00", "2026-11-27 00:00"),
            ("2026-11-21 10:00", "2026-11-24 00:00", "2026-11-30 00:00"),
            ("2026-11-25 18:00", "2026-11-27 18:00", "2026-12-03 00:00"),
            // The night on which the clocks go back lies in a weekend and adds no hour.
            ("2026-10-30 15:00", "2026-11-02 15:00", "2026-11-06 00:00"),
        ] {
            assert_eq!(
                calendar.foc_due(Interval::NonSimple, at(sent)),
                at(due),
                "due {sent}"
            );
            assert_eq!(
                calendar.earliest_activation(Interval::NonSimple, at(sent)),
                at(ready),
                "ready {sent}"
            );
        }
    }

    #[test]
    fn only_what_is_known_to_be_simple_is() {
        let simple = LineFacts {
            lines: Some(1),
            unbundled_elements: Some(false),
            complex_switching: Some(false),
            reseller: Some(false),
        };
        assert_eq!(simple.interval(), Interval::Simple);
        for other in [
            LineFacts::default(),
            LineFacts {
                lines: Some(2),
                ..simple
            },
            LineFacts {
                lines: None,
                ..simple
            },
            LineFacts {
                unbundled_elements: Some(true),
                ..simple
            },
            LineFacts {
                complex_switching: Some(true),
                ..simple
            },
            LineFacts {
                reseller: None,
                ..simple
            },
        ] {
            assert_eq!(other.interval(), Interval::NonSimple, "{other:?}");
        }
        assert_eq!(
            [Interval::Simple, Interval::Canadian, Interval::NonSimple]
                .map(Interval::business_days),
            [1, 2, 4]
        );
    }

    #[test]
    fn business_hours_begin_at_eight_and_end_before_five() {
        let calendar = new_york();
        assert!(
            !calendar.is_open(at("2026-11-16 07:59:59"))
                && calendar.is_open(at("2026-11-16 08:00"))
        );
        assert!(
            calendar.is_open(at("2026-11-16 16:59:59"))
                && !calendar.is_open(at("2026-11-16 17:00"))
        );
        assert_eq!(
            calendar.next_business_instant(at("2026-11-16 09:12")),
            at("2026-11-16 09:12")
        );
        assert_eq!(
            calendar.next_business_instant(at("2026-11-16 17:00")),
            at("2026-11-17 08:00")
        );
        assert_eq!(
            calendar.next_business_instant(at("2026-11-25 20:00")),
            at("2026-11-27 08:00")
        );
    }
}

mod promises {
    use super::*;

    /// R25, R26: 5 to 15 business days, up to 4 weeks or longer.
    #[test]
    fn how_long_a_port_takes() {
        let calendar = new_york();
        let asked = date(2026, 12, 18);
        assert_eq!(
            calendar.typical_port_dates(asked),
            DateSpan {
                from: date(2026, 12, 28),
                to: date(2027, 1, 12)
            }
        );
        assert_eq!(calendar.slow_port_date(asked), date(2027, 1, 15));
    }

    /// R23, R54, R58 and the decision on their conflict: usually 1-2, at most 3 business days.
    #[test]
    fn how_long_texts_take() {
        let calendar = new_york();
        let ported = date(2026, 12, 23);
        assert_eq!(
            calendar.text_routing_dates(ported),
            DateSpan {
                from: date(2026, 12, 24),
                to: date(2026, 12, 28)
            }
        );
        assert_eq!(calendar.text_activation_date(ported), date(2026, 12, 28));
        assert_eq!(calendar.text_limited_until(ported), date(2026, 12, 29));
        let promise = calendar.text_promise(ported);
        assert_eq!(
            (promise.usually, promise.at_most),
            (calendar.text_routing_dates(ported), date(2026, 12, 29))
        );
    }

    /// R55: about 90 minutes, also when the clocks change within the window.
    #[test]
    fn a_window_lasts_ninety_real_minutes() {
        let calendar = new_york();
        for (day, start, ends_at) in [
            (date(2026, 12, 28), time(11, 30, 0, 0), time(13, 0, 0, 0)),
            // Clocks go forward at 02:00: 01:15 to 03:45 on the wall.
            (date(2026, 3, 8), time(1, 15, 0, 0), time(3, 45, 0, 0)),
            // 02:30 does not exist; what is meant is an hour and a half after 01:00, which shows 03:30.
            (date(2026, 3, 8), time(2, 30, 0, 0), time(5, 0, 0, 0)),
            // Clocks go back at 02:00: the first 01:30, and 90 minutes later it is 02:00 again.
            (date(2026, 11, 1), time(1, 30, 0, 0), time(2, 0, 0, 0)),
        ] {
            let window = calendar.port_window(day, start);
            assert_eq!(
                window.length(),
                SignedDuration::from_mins(90),
                "{day} {start}"
            );
            let (_, end) = window.local(calendar.zone());
            assert_eq!(end.time(), ends_at, "{day} {start}");
            assert!(
                window.is_open(window.start)
                    && !window.is_open(window.end)
                    && window.is_over(window.end)
            );
            assert!(!window.is_open(window.start - 1.second()) && !window.is_over(window.start));
        }
    }

    /// R64, R65: Monday to Friday, 7 am to 5 pm Central Time.
    #[test]
    fn support_is_open_by_its_own_clock() {
        let support = SupportHours::new(
            zone("America/Chicago").expect("built in"),
            time(7, 0, 0, 0),
            time(17, 0, 0, 0),
            HolidayList::None,
        )
        .expect("in order");
        // In Chicago it is an hour earlier than in New York.
        assert!(
            !support.open_now(at("2026-11-16 07:59")) && support.open_now(at("2026-11-16 08:00"))
        );
        assert!(
            support.open_now(at("2026-11-16 17:59")) && !support.open_now(at("2026-11-16 18:00"))
        );
        assert!(!support.open_now(at("2026-11-21 12:00")), "Saturday");
        assert!(
            support.open_now(at("2026-11-26 12:00")),
            "no holidays were named"
        );
        assert_eq!(
            support.next_change(at("2026-11-16 12:00")),
            at("2026-11-16 18:00")
        );
        assert_eq!(
            support.next_change(at("2026-11-20 19:00")),
            at("2026-11-23 08:00")
        );
    }
}

mod port_dates {
    use super::*;

    #[test]
    fn each_rule_is_named_with_the_next_date() {
        let calendar = new_york();
        let now = at("2026-12-14 10:00");
        let limits = PortDateLimits {
            min_business_days: 4,
            min_days: 0,
            max_days: 30,
        };
        let refused = |asked| {
            calendar
                .check_port_date(asked, limits, now)
                .expect_err("refused")
        };
        assert_eq!(
            calendar.check_port_date(date(2026, 12, 18), limits, now),
            Ok(())
        );
        assert_eq!(
            calendar.check_port_date(date(2027, 1, 13), limits, now),
            Ok(())
        );

        let past = refused(date(2026, 12, 11));
        assert_eq!(
            (past.rule, past.nearest),
            (PortDateRule::NotInThePast, Some(date(2026, 12, 18)))
        );
        assert_eq!(refused(date(2026, 12, 14)).rule, PortDateRule::NotInThePast);

        let weekend = refused(date(2026, 12, 19));
        assert_eq!(
            (weekend.rule, weekend.nearest),
            (
                PortDateRule::BusinessDay(Closed::Weekend),
                Some(date(2026, 12, 21))
            )
        );

        let christmas = refused(date(2026, 12, 25));
        assert_eq!(christmas.nearest, Some(date(2026, 12, 28)));
        assert_eq!(
            christmas.to_string(),
            "Friday, December 25, 2026 is Christmas Day; numbers do not port on holidays. Choose Monday, December 28, 2026."
        );

        let soon = refused(date(2026, 12, 16));
        assert_eq!(
            (soon.rule, soon.nearest),
            (
                PortDateRule::NotTooSoon(date(2026, 12, 18)),
                Some(date(2026, 12, 18))
            )
        );

        let far = refused(date(2027, 1, 14));
        assert_eq!(
            (far.rule, far.nearest),
            (
                PortDateRule::NotTooFar(date(2027, 1, 13)),
                Some(date(2027, 1, 13))
            )
        );
    }

    #[test]
    fn limits_that_leave_no_date_say_so() {
        let limits = PortDateLimits {
            min_business_days: 30,
            min_days: 0,
            max_days: 10,
        };
        let refused = new_york()
            .check_port_date(date(2027, 3, 1), limits, at("2026-12-14 10:00"))
            .expect_err("refused");
        assert_eq!(refused.nearest, None);
        assert!(refused.to_string().ends_with("ask the desk."), "{refused}");
    }

    #[test]
    fn carriers_may_count_calendar_days() {
        let limits = PortDateLimits {
            min_business_days: 0,
            min_days: 7,
            max_days: 30,
        };
        let now = at("2026-12-18 10:00");
        assert_eq!(
            new_york().possible_port_dates(limits, now),
            (date(2026, 12, 28), date(2027, 1, 15))
        );
    }

    #[test]
    fn the_day_is_the_regions_not_utcs() {
        // 22:00 in New York is the next day in UTC.
        let limits = PortDateLimits {
            min_business_days: 0,
            min_days: 0,
            max_days: 30,
        };
        let late = at("2026-12-14 22:00");
        assert_eq!(
            new_york().check_port_date(date(2026, 12, 14), limits, late),
            Ok(())
        );
    }

    #[test]
    fn papers_age() {
        let today = date(2026, 11, 20);
        assert_eq!(
            check_age(
                DatedPaper::Bill,
                date(2026, 10, 6),
                today,
                BILL_MAX_AGE_DAYS
            ),
            Ok(()),
            "45 days"
        );
        let old = check_age(
            DatedPaper::Bill,
            date(2026, 10, 5),
            today,
            BILL_MAX_AGE_DAYS,
        )
        .expect_err("46 days");
        assert_eq!(old.age_days, 46);
        assert_eq!(
            old.to_string(),
            "The bill is 46 days old; carriers take it up to 45 days. Please upload the latest one."
        );
        assert_eq!(
            check_age(DatedPaper::Loa, date(2026, 10, 21), today, LOA_MAX_AGE_DAYS),
            Ok(())
        );
        assert!(check_age(DatedPaper::Loa, date(2026, 10, 20), today, LOA_MAX_AGE_DAYS).is_err());
        let future = check_age(DatedPaper::Loa, date(2026, 11, 21), today, LOA_MAX_AGE_DAYS)
            .expect_err("future");
        assert!(future.to_string().contains("in the future"), "{future}");
        assert!(check_age(DatedPaper::Bill, Date::MIN, Date::MAX, BILL_MAX_AGE_DAYS).is_err());
    }
}

#[test]
fn all_of_time_can_be_counted() {
    let calendar = new_york();
    let days = calendar.business_days_between(Date::MIN, Date::MAX);
    // The first day of all is a New Year's Day; between business days the sign alone changes.
    let first = calendar.on_or_after(Date::MIN);
    assert_eq!(
        calendar.business_days_between(Date::MAX, first),
        -calendar.business_days_between(first, Date::MAX)
    );
    // 19,999 years of about 250 business days.
    assert!((4_900_000..5_200_000).contains(&days), "{days}");
}
