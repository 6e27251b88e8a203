//! Sending a rejected request back to the carrier, mended: by hand, or by itself once its new letter is signed. And what
//! becomes of a request or a correction that the carrier itself would not take.

use super::apply::{Effect, Stepper};
use super::blockers::blockers;
use super::fact::Fact;
use super::refusal::Refusal;
use super::request::{Attention, PortRequest, Stage, Supplement, Verdict, Voice};
use super::status::{Status, status};
use super::world::World;
use crate::domain::carrier::OrderStatus;
use crate::ids::OrderId;

/// A mended request goes back: SUP 3 on the same order, the next version.
pub(super) fn resubmit(step: &mut Stepper, world: &World<'_>) -> Result<(), Refusal> {
    if !step.request.is_signed() {
        return Err(Refusal::conflict(
            "letter_unsigned",
            "Something that is printed on the letter changed, so it has to be signed again.",
            "Send the new letter to the owner of the numbers.",
        ));
    }
    let orders = to_send_again(&step.request, world)?;
    send_again(step, orders);
    Ok(())
}

fn send_again(step: &mut Stepper, orders: Vec<OrderId>) {
    step.clear(|one| match one {
        Attention::Rejection { order } => orders.contains(order),
        Attention::CarrierRefused { .. } => true,
        _ => false,
    });
    step.happened(Fact::Resubmitted { orders });
    step.want(Effect::SendSupplement);
}

/// The rejected orders that can go back as the request stands, but for the letter's signature; or what is still to mend.
fn to_send_again(request: &PortRequest, world: &World<'_>) -> Result<Vec<OrderId>, Refusal> {
    if !request
        .proof
        .iter()
        .any(|one| one.verdict == Verdict::Accepted)
    {
        return Err(Refusal::conflict(
            "proof_missing",
            "There is no accepted proof of ownership.",
            "Send the phone bill and wait until the desk has checked it.",
        ));
    }
    if let Some(blocker) = blockers(request, world).first() {
        return Err(Refusal::conflict(
            "blocked",
            blocker.says.clone(),
            blocker.way_out.clone(),
        ));
    }
    let orders: Vec<_> = request
        .orders
        .iter()
        .filter(|one| {
            one.status == OrderStatus::Exception && one.supplement != Some(Supplement::ToSend)
        })
        .map(|one| one.id)
        .collect();
    if orders.is_empty() {
        return Err(Refusal::conflict(
            "nothing_rejected",
            "No order stands rejected at the carrier.",
            "Give the rejected numbers up, or file a new request for them.",
        ));
    }
    Ok(orders)
}

/// The rejected orders that go back by themselves as soon as the letter is signed: the customer has mended something
/// that is printed on it, and nothing else is in the way. `None` if somebody has to send the correction.
///
/// What the desk has on its list as a rejection that only a person can decide is left to that person.
fn goes_back_when_signed(request: &PortRequest, world: &World<'_>) -> Option<Vec<OrderId>> {
    if status(request) != Status::Rejected {
        return None;
    }
    let orders = to_send_again(request, world).ok()?;
    let for_desk = request
        .attention
        .iter()
        .any(|one| matches!(one, Attention::Rejection { order } if orders.contains(order)));
    (!for_desk).then_some(orders)
}

/// Whether the correction of a rejected request goes to the carrier by itself as soon as a new letter is signed.
pub fn is_sent_when_signed(request: &PortRequest, world: &World<'_>) -> bool {
    goes_back_when_signed(request, world).is_some()
}

/// What a signature sets free.
pub(super) fn send_signed_correction(step: &mut Stepper, world: &World<'_>) {
    if let Some(orders) = goes_back_when_signed(&step.request, world) {
        send_again(step, orders);
    }
}

/// Whether the gaining carrier has accepted nothing of a released request yet: what stands there are drafts at most.
fn is_unsubmitted(request: &PortRequest) -> bool {
    request.stage == Stage::Released
        && request
            .orders
            .iter()
            .all(|one| matches!(one.status, OrderStatus::Draft | OrderStatus::Cancelled))
        && request
            .numbers
            .iter()
            .all(|one| one.voice == Voice::Waiting || one.voice.is_over())
}

fn unsent_supplements(request: &PortRequest) -> Vec<OrderId> {
    request
        .orders
        .iter()
        .filter(|one| one.supplement == Some(Supplement::ToSend))
        .map(|one| one.id)
        .collect()
}

/// What the carrier will not take as it is comes back to where it can be mended.
pub(super) fn sending_refused(step: &mut Stepper) {
    let orders = unsent_supplements(&step.request);
    if !orders.is_empty() {
        step.happened(Fact::SupplementsRefused { orders });
    } else if is_unsubmitted(&step.request) {
        step.happened(Fact::SubmissionRefused);
    }
}

/// Asks again for what did not get through to the carrier.
pub(super) fn want_unsent(step: &mut Stepper) {
    if !unsent_supplements(&step.request).is_empty() {
        step.want(Effect::SendSupplement);
    } else if is_unsubmitted(&step.request) {
        step.want(Effect::SubmitToCarrier);
    } else if matches!(step.request.stage, Stage::CancelPending { .. }) {
        step.want(Effect::CancelAtCarrier);
    }
}
