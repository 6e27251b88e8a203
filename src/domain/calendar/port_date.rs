//! Dates that somebody asks for or that stand on a paper: which are fine, and what to say if not.

use std::fmt;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Calendar, Closed};

/// How far ahead a gaining carrier takes port dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PortDateLimits {
    /// Least business days from today.
    pub min_business_days: u16,
    /// Least calendar days from today, for carriers that count so (Twilio: 7).
    pub min_days: u16,
    /// Most calendar days from today (Bandwidth 7210: 30).
    pub max_days: u16,
}

impl Default for PortDateLimits {
    fn default() -> Self {
        Self {
            min_business_days: 4,
            min_days: 0,
            max_days: 30,
        }
    }
}

/// The rule that a requested port date breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PortDateRule {
    /// The date is today or has gone by, as the losing provider's region sees it.
    NotInThePast,
    /// The losing provider is closed.
    BusinessDay(Closed),
    /// Sooner than the carriers need; the earliest date is given.
    NotTooSoon(Date),
    /// Later than the carriers take; the latest date is given.
    NotTooFar(Date),
}

/// A requested port date that is not possible, and the one that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct PortDateRefused {
    /// What was asked for.
    pub asked: Date,
    /// The rule that it breaks.
    pub rule: PortDateRule,
    /// The possible date that is next to it: the next later one, or the last possible if it was too
    /// far ahead. `None` if the limits leave no date at all.
    pub nearest: Option<Date>,
}

impl fmt::Display for PortDateRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = words(self.asked);
        match self.rule {
            PortDateRule::NotInThePast => write!(f, "{asked} is not in the future.")?,
            PortDateRule::BusinessDay(Closed::Weekend) => {
                write!(f, "{asked} is a weekend; numbers port on business days.")?
            }
            PortDateRule::BusinessDay(Closed::Holiday(holiday)) => {
                let observed = if holiday.observed { " (observed)" } else { "" };
                write!(
                    f,
                    "{asked} is {}{observed}; numbers do not port on holidays.",
                    holiday.name
                )?;
            }
            PortDateRule::BusinessDay(Closed::CarrierDay) => {
                write!(f, "Your current provider is closed on {asked}.")?
            }
            PortDateRule::NotTooSoon(first) => write!(
                f,
                "{asked} is too soon; the carriers need until {}.",
                words(first)
            )?,
            PortDateRule::NotTooFar(last) => write!(
                f,
                "{asked} is too far ahead; the carriers plan until {}.",
                words(last)
            )?,
        }
        match self.nearest {
            Some(nearest) => write!(f, " Choose {}.", words(nearest)),
            None => f.write_str(" No date is possible at this carrier; ask the desk."),
        }
    }
}

fn words(date: Date) -> impl fmt::Display {
    date.strftime("%A, %B %-d, %Y")
}

impl Calendar {
    /// Whether a port date may be asked for: a business day of the losing provider, not in the past,
    /// far enough ahead for the gaining carrier, and not too far.
    pub fn check_port_date(
        &self,
        asked: Date,
        limits: PortDateLimits,
        now: Timestamp,
    ) -> Result<(), PortDateRefused> {
        let today = self.date(now);
        let (first, last) = self.possible_port_dates(limits, now);
        let rule = if asked <= today && first > asked {
            PortDateRule::NotInThePast
        } else if let Some(closed) = self.closed(asked) {
            PortDateRule::BusinessDay(closed)
        } else if asked < first {
            PortDateRule::NotTooSoon(first)
        } else if asked > last {
            PortDateRule::NotTooFar(last)
        } else {
            return Ok(());
        };
        let later = self.on_or_after(asked.max(first));
        let nearest = if later <= last {
            Some(later)
        } else {
            (first <= last).then_some(last)
        };
        Err(PortDateRefused {
            asked,
            rule,
            nearest,
        })
    }

    /// The first and the last port date that may be asked for. The limits of some carrier may be such
    /// that the first is later than the last: then there is none.
    pub fn possible_port_dates(&self, limits: PortDateLimits, now: Timestamp) -> (Date, Date) {
        let today = self.date(now);
        let by_business_days = self.add_business_days(today, limits.min_business_days.into());
        let by_days = self.on_or_after(today.saturating_add(Span::new().days(limits.min_days)));
        let last = self.on_or_before(today.saturating_add(Span::new().days(limits.max_days)));
        (by_business_days.max(by_days), last)
    }
}

/// Days after its signature at which a Letter of Authorization is too old for most carriers (Bandwidth
/// 7424, Somos; Lumen takes 60, some take 15). A setting per carrier; this is the default.
pub const LOA_MAX_AGE_DAYS: u16 = 30;

/// Days after its date at which a bill is too old for a carrier. A setting; this is the default.
pub const BILL_MAX_AGE_DAYS: u16 = 45;

/// What kind of paper is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatedPaper {
    /// A signed Letter of Authorization, by the day of its signature.
    Loa,
    /// A bill or another proof of ownership, by its statement date.
    Bill,
}

/// A paper whose date is not fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct PaperTooOld {
    /// Which paper.
    pub paper: DatedPaper,
    /// The date on it.
    pub dated: Date,
    /// Its age in days; negative if its date is in the future.
    pub age_days: i32,
    /// The greatest age that is still fine.
    pub limit_days: u16,
}

impl fmt::Display for PaperTooOld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, fix) = match self.paper {
            DatedPaper::Loa => ("Letter of Authorization", "It has to be signed again."),
            DatedPaper::Bill => ("bill", "Please upload the latest one."),
        };
        if self.age_days < 0 {
            return write!(
                f,
                "The {name} has a date in the future, {}. {fix}",
                words(self.dated)
            );
        }
        write!(
            f,
            "The {name} is {} days old; carriers take it up to {} days. {fix}",
            self.age_days, self.limit_days
        )
    }
}

/// Whether a paper is young enough on a day. A paper that is exactly `limit_days` old still is.
pub fn check_age(
    paper: DatedPaper,
    dated: Date,
    today: Date,
    limit_days: u16,
) -> Result<(), PaperTooOld> {
    let age_days = dated.until(today).map_or(i32::MAX, |span| span.get_days());
    if (0..=i32::from(limit_days)).contains(&age_days) {
        return Ok(());
    }
    Err(PaperTooOld {
        paper,
        dated,
        age_days,
        limit_days,
    })
}
