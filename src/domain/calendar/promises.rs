//! What the customer is told about time, as dates. All of it is the carriers' to keep (R27).

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Calendar;

/// From one date to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DateSpan {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// When texts work after a port. Three sentences of the product's first description say 1-2, up to 2
/// and up to 3 business days; what is promised is "usually 1-2, at most 3" (R23, R54, R58).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextPromise {
    /// The days on which texts usually begin to work.
    pub usually: DateSpan,
    /// The last day of the promise; later is a case for support.
    pub at_most: Date,
}

impl Calendar {
    /// The port dates that are typical for a request made on a day: 5 to 15 business days later (R25).
    pub fn typical_port_dates(&self, asked: Date) -> DateSpan {
        DateSpan {
            from: self.add_business_days(asked, 5),
            to: self.add_business_days(asked, 15),
        }
    }

    /// The port date of a slow request: 4 weeks, or longer when it is rejected (R26). No last day can
    /// be named.
    pub fn slow_port_date(&self, asked: Date) -> Date {
        self.on_or_after(asked.saturating_add(Span::new().weeks(4)))
    }

    /// The days on which the text routing moves: 1 to 2 business days after the port date (R23).
    pub fn text_routing_dates(&self, ported: Date) -> DateSpan {
        DateSpan {
            from: self.add_business_days(ported, 1),
            to: self.add_business_days(ported, 2),
        }
    }

    /// The day by which texts should be activated: up to 2 business days after the port (R58).
    pub fn text_activation_date(&self, ported: Date) -> Date {
        self.add_business_days(ported, 2)
    }

    /// The last day on which texts may still be limited: up to 3 business days after the port (R54).
    pub fn text_limited_until(&self, ported: Date) -> Date {
        self.add_business_days(ported, 3)
    }

    /// The three of them in the one promise that is shown: "usually 1-2, at most 3 business days".
    pub fn text_promise(&self, ported: Date) -> TextPromise {
        TextPromise {
            usually: self.text_routing_dates(ported),
            at_most: self.text_limited_until(ported),
        }
    }
}
