//! What lies outside a request but decides over it: handed in anew at every step, never stored with it.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::request::Window;
use crate::domain::calendar::Calendar;
use crate::domain::number::E164;

/// The world around a request at one moment.
#[derive(Clone, Debug)]
pub struct World<'a> {
    /// The losing provider's calendar.
    pub calendar: &'a Calendar,
    /// Those of the request's numbers that the account has set up as receiving numbers (R121).
    pub receiving: HashSet<E164>,
    /// Those that another account of the same agency has set up, with how that account is called to whom asks.
    pub receiving_elsewhere: HashMap<E164, String>,
    /// Whether each number must say where its calls are to ring (R86), or may ring users directly.
    pub receiving_required: bool,
    /// How many days after its signature a letter covers an order to this losing provider.
    pub letter_max_days: u16,
    /// Whether the account has an approved A2P 10DLC brand and campaign (R19).
    pub campaign_approved: bool,
}

impl World<'_> {
    /// The window that begins at a confirmed instant: about 90 minutes (R55).
    pub fn window(&self, start: Timestamp) -> Window {
        Window {
            start,
            end: start
                .checked_add(SignedDuration::from_mins(90))
                .unwrap_or(start),
        }
    }

    /// By when texts should follow voice: at most three business days (R54).
    pub fn texts_by(&self, ported: Timestamp) -> Timestamp {
        self.calendar.instant_after_business_days(ported, 3)
    }
}
