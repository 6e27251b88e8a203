//! How long a signature carries a submission.

use jiff::Timestamp;

use super::request::{Loa, PortRequest, Stage};
use crate::domain::calendar::{Calendar, DatedPaper, PaperTooOld, check_age};

/// Why the signed letter of a request that is still paperwork no longer covers an order: a letter covers a change that is
/// ordered within `max_days` after its signature. 47 CFR 64.1130(j) allows 60 days at most; losing providers ask for less.
/// A correction of an order that was sent in time is covered.
pub fn letter_too_old(
    request: &PortRequest,
    calendar: &Calendar,
    max_days: u16,
    now: Timestamp,
) -> Option<PaperTooOld> {
    let (Stage::Paperwork, Loa::Signed { signed_at, .. }) = (&request.stage, &request.loa) else {
        return None;
    };
    let (signed, today) = (calendar.date(*signed_at), calendar.date(now));
    check_age(DatedPaper::Loa, signed, today, max_days).err()
}
