//! How long a port takes by the rules: when the losing provider must answer, and when a number can be
//! activated at the earliest.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Calendar, later};

/// Which of the intervals applies to a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// One business day (47 CFR 52.35(a)).
    Simple,
    /// Four business days (47 CFR 52.35(d)); also simple ports of a provider with a waiver (52.35(c)).
    NonSimple,
    /// Two business days: Canadian wireline and simple intermodal ports (CRTC 2005-72).
    Canadian,
}

/// What decides whether a port is simple. `None` is "we do not know", which counts against it: the
/// new provider has to make sure (NANC flows).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineFacts {
    /// Lines on the account.
    pub lines: Option<u32>,
    /// Unbundled network elements are involved.
    pub unbundled_elements: Option<bool>,
    /// Centrex, ISDN, AIN, remote call forwarding, or several services on the loop.
    pub complex_switching: Option<bool>,
    /// The line is resold.
    pub reseller: Option<bool>,
}

impl LineFacts {
    /// Simple only if it is known that none of the four obstacles is there (FCC's definition of a
    /// simple port); most business ports are not.
    pub fn interval(&self) -> Interval {
        let none = Some(false);
        let simple = self.lines == Some(1)
            && self.unbundled_elements == none
            && self.complex_switching == none
            && self.reseller == none;
        if simple {
            Interval::Simple
        } else {
            Interval::NonSimple
        }
    }
}

impl Interval {
    /// Business days from receipt to activation.
    pub const fn business_days(self) -> i64 {
        match self {
            Self::Simple => 1,
            Self::Canadian => 2,
            Self::NonSimple => 4,
        }
    }
}

impl Calendar {
    /// When the losing provider owes its answer (FOC or rejection) to an order sent at `sent`.
    ///
    /// *Simple*: four hours after receipt. A complete order that comes in from 08:00 to 13:00 on a
    /// business day is answered by 17:00; one that comes later, or before 08:00 of the next business
    /// day, counts as received then at 08:00 and is answered by 12:00. (The four hours are from the
    /// NANC flow chart that FCC 10-85 adopted, as generally known; the document's page could not be
    /// read.)
    ///
    /// *Non-simple* and *Canadian*: 24 hours, weekends not counted (NANC operations flows). Other days
    /// on which the provider is closed are not counted either, because nobody is there to answer.
    pub fn foc_due(&self, interval: Interval, sent: Timestamp) -> Timestamp {
        match interval {
            Interval::Simple => later(self.received_at(sent), SignedDuration::from_hours(4)),
            Interval::NonSimple | Interval::Canadian => {
                self.after_working_hours_of_the_clock(sent, SignedDuration::from_hours(24))
            }
        }
    }

    /// The day at whose first minute a number can be activated if the order is sent at `sent` and the
    /// answer is yes: so many business days after receipt. An order received on Friday morning is
    /// ready on Monday, since weekends are no mandatory business days (NANC flow chart).
    pub fn earliest_activation_date(&self, interval: Interval, sent: Timestamp) -> Date {
        self.add_business_days(self.date(self.received_at(sent)), interval.business_days())
    }

    /// The first instant of [`earliest_activation_date`](Self::earliest_activation_date).
    pub fn earliest_activation(&self, interval: Interval, sent: Timestamp) -> Timestamp {
        self.start_of(self.earliest_activation_date(interval, sent))
    }

    /// `from` plus a span during which the clock stands still on days that are no business days.
    fn after_working_hours_of_the_clock(&self, from: Timestamp, span: SignedDuration) -> Timestamp {
        let mut left = span;
        let mut at = from;
        let mut day = self.date(from);
        if !self.is_business_day(day) {
            day = self.on_or_after(day);
            at = self.start_of(day);
        }
        loop {
            let Ok(tomorrow) = day.tomorrow() else {
                return at;
            };
            let today = self.start_of(tomorrow).duration_since(at);
            if left <= today {
                return later(at, left);
            }
            left = left.saturating_sub(today.max(SignedDuration::ZERO));
            let next = self.on_or_after(tomorrow);
            if next <= day || today <= SignedDuration::ZERO {
                return at;
            }
            day = next;
            at = self.start_of(day);
        }
    }
}
