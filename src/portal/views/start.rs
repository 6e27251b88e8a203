//! Before one starts, and the list to have at hand.

use askama::Template;

use super::common::*;
use super::port::Estimate;

/// Calls or only texts, what moves, what it takes, how long, what it costs (R5, R9 to R18, R25 to R27, R48 to R59,
/// R69 to R76).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/start.html")]
pub struct StartPage {
    /// The shell.
    pub shell: Shell,
    /// Whether somebody said that they want only texts (R9).
    pub only_texts: bool,
    /// If one began today.
    pub estimate: Estimate,
    /// The same as a calendar.
    pub weeks: Vec<Week>,
    /// What the operator says about costs; empty if nothing of their own.
    pub costs: String,
    /// Where the operator's prices are; empty if nowhere.
    pub prices: String,
    /// Where the operator's terms are; empty if nowhere.
    pub terms: String,
}

/// What to have at hand, to be printed (R69 to R76).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/checklist.html")]
pub struct ChecklistPage {
    /// The shell.
    pub shell: Shell,
    /// If one began today.
    pub estimate: Estimate,
}

/// A week of the calendar, Sunday first.
#[derive(Clone, Debug)]
pub struct Week {
    /// Its seven days.
    pub days: Vec<Day>,
}

/// A day of the calendar.
#[derive(Clone, Debug)]
pub struct Day {
    /// The day of the month.
    pub number: String,
    /// The month's short name, where it begins; else empty.
    pub month: String,
    /// "Tuesday, December 1".
    pub says: String,
    /// What it is.
    pub kind: DayKind,
}

/// What a day is for a port that is asked for today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Before today.
    Past,
    /// Today.
    Today,
    /// Nobody ports; on a holiday with its name.
    Closed(String),
    /// A usual port date.
    Usual,
    /// Four weeks from today.
    Slow,
    /// Any other.
    Plain,
}

impl DayKind {
    /// Its class in the style sheet.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Past => "is-past",
            Self::Today => "is-today",
            Self::Closed(_) => "is-closed",
            Self::Usual => "is-usual",
            Self::Slow => "is-slow",
            Self::Plain => "is-day",
        }
    }

    /// What is said of it to those who do not see it.
    pub fn spoken(&self) -> String {
        match self {
            Self::Today => "today".to_owned(),
            Self::Closed(name) if !name.is_empty() => name.clone(),
            Self::Usual => "usual port date".to_owned(),
            Self::Slow => "four weeks from today".to_owned(),
            _ => String::new(),
        }
    }
}
