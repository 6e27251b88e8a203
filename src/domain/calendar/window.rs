//! The port window: the stretch of time in which a number moves.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::{Calendar, later};

/// When a number moves (R55). Both ends are instants, so that a change of the clocks within the window
/// makes it neither longer nor shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PortWindow {
    /// The scheduled activation; interruptions are normal from here on (R59).
    pub start: Timestamp,
    /// When it should be over. Providers may take longer (R56).
    pub end: Timestamp,
}

impl PortWindow {
    /// "Approximately 90 minutes" (R55).
    pub const USUAL_LENGTH: SignedDuration = SignedDuration::from_mins(90);

    /// The window of a scheduled activation.
    pub fn starting(start: Timestamp) -> Self {
        Self::lasting(start, Self::USUAL_LENGTH)
    }

    /// A window of another length; a negative one counts as nought.
    pub fn lasting(start: Timestamp, length: SignedDuration) -> Self {
        Self {
            start,
            end: later(start, length.max(SignedDuration::ZERO)),
        }
    }

    /// Whether the window is open.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.start <= now && now < self.end
    }

    /// Whether it has closed.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.end <= now
    }

    /// How long it lasts, in real minutes.
    pub fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// Both ends as the clocks of a zone show them.
    pub fn local(&self, zone: &TimeZone) -> (Zoned, Zoned) {
        (
            self.start.to_zoned(zone.clone()),
            self.end.to_zoned(zone.clone()),
        )
    }
}

impl Calendar {
    /// The window of a port on a date at a local time. See [`Calendar::at`] for times that a change of
    /// the clocks skips or repeats.
    pub fn port_window(&self, date: Date, time: Time) -> PortWindow {
        PortWindow::starting(self.at(date, time))
    }
}
