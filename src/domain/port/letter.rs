//! The Letter of Authorization: sent, opened, signed or declined, and what ends it.

use jiff::Timestamp;

use super::apply::Stepper;
use super::blockers::missing;
use super::corrections;
use super::details::Signer;
use super::fact::Fact;
use super::refusal::Refusal;
use super::request::{LetterRef, Loa, PortRequest, Stage};
use super::world::World;
use crate::domain::calendar::{Calendar, DatedPaper, PaperTooOld, check_age};
use crate::ids::{DocumentId, LinkId};

/// A new letter goes to its signer; an earlier link dies.
pub(super) fn send(
    step: &mut Stepper,
    letter: LetterRef,
    signer: Signer,
    link: LinkId,
    expires_at: Timestamp,
    world: &World<'_>,
) -> Result<(), Refusal> {
    let problems = missing(&step.request, world.receiving_required);
    if !problems.is_empty() {
        return Err(Refusal::invalid(
            "form_incomplete",
            "The letter cannot be made yet: something is missing.",
            problems,
        ));
    }
    if step.request.is_signed() && too_old(step, world).is_none() {
        return Err(Refusal::conflict(
            "already_signed",
            "The letter is signed already.",
            "It stays good unless something that is printed on it changes.",
        ));
    }
    step.happened(Fact::LetterSent {
        letter,
        signer,
        link,
        expires_at,
    });
    Ok(())
}

/// The signer gets the link once more.
pub(super) fn remind(step: &mut Stepper, link: LinkId) -> Result<(), Refusal> {
    let Loa::Sent { reminders, .. } = step.request.loa else {
        return Err(no_letter());
    };
    step.happened(Fact::SignerReminded {
        link,
        count: reminders.saturating_add(1),
    });
    Ok(())
}

/// The signer has seen it; the first time counts.
pub(super) fn open(step: &mut Stepper) -> Result<(), Refusal> {
    let Loa::Sent { opened_at, .. } = step.request.loa else {
        return Err(no_letter());
    };
    if opened_at.is_none() {
        step.happened(Fact::LetterOpened);
    }
    Ok(())
}

/// It is signed, within its time. A correction that waited for it goes back to the carrier.
pub(super) fn sign(
    step: &mut Stepper,
    document: DocumentId,
    sha256: String,
    method: String,
    world: &World<'_>,
) -> Result<(), Refusal> {
    let Loa::Sent { expires_at, .. } = step.request.loa else {
        return Err(no_letter());
    };
    if step.now >= expires_at {
        return Err(Refusal::conflict(
            "link_expired",
            "The time to sign has run out.",
            "Ask for a new letter.",
        ));
    }
    step.happened(Fact::LetterSigned {
        document,
        sha256,
        method,
    });
    corrections::send_signed_correction(step, world);
    Ok(())
}

/// The signer will not sign.
pub(super) fn decline(step: &mut Stepper, reason: String) -> Result<(), Refusal> {
    let Loa::Sent { .. } = step.request.loa else {
        return Err(no_letter());
    };
    step.happened(Fact::LetterDeclined { reason });
    Ok(())
}

/// Its time to be signed has run out, or it was signed too long ago.
pub(super) fn expire(step: &mut Stepper, world: &World<'_>) -> Result<(), Refusal> {
    match step.request.loa {
        Loa::Sent { expires_at, .. } => {
            if step.now >= expires_at {
                step.happened(Fact::LetterExpired);
            }
        }
        Loa::Signed { .. } => {
            if let Some(old) = too_old(step, world) {
                let because = format!(
                    "it was signed {} days ago, and covers orders within {} days",
                    old.age_days, old.limit_days
                );
                void_letter(step, because);
            }
        }
        _ => return Err(no_letter()),
    }
    Ok(())
}

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

/// How much too old a signed letter is.
pub(super) fn too_old(step: &Stepper, world: &World<'_>) -> Option<PaperTooOld> {
    letter_too_old(
        &step.request,
        world.calendar,
        world.letter_max_days,
        step.now,
    )
}

fn no_letter() -> Refusal {
    Refusal::conflict(
        "no_letter",
        "There is no letter waiting for a signature.",
        "Send the letter first.",
    )
}

/// A letter that was sent or signed no longer counts when something printed on it changed.
pub(super) fn void_letter(step: &mut Stepper, because: String) {
    if matches!(step.request.loa, Loa::Sent { .. } | Loa::Signed { .. }) {
        step.happened(Fact::LetterVoided { because });
    }
}
