//! What goes to the gaining carrier and what comes back from it, but for the orders themselves (`orders`) and what has to
//! be mended (`corrections`).

use jiff::Timestamp;

use super::apply::{Effect, Stepper};
use super::blockers::blockers;
use super::corrections;
use super::fact::Fact;
use super::form::on_request;
use super::letter::too_old;
use super::orders;
use super::refusal::{Problem, Refusal};
use super::request::{Attention, Stage, Supplement};
use super::texts::start_texts;
use super::world::World;
use crate::domain::carrier::OrderReading;
use crate::domain::number::E164;
use crate::ids::OrderId;

/// The desk submits the request: nothing blocks it, and its letter is young enough.
pub(super) fn release(step: &mut Stepper, world: &World<'_>) -> Result<(), Refusal> {
    if let Some(old) = too_old(step, world) {
        return Err(Refusal::conflict(
            "letter_too_old",
            old.to_string(),
            "Send the letter once more.",
        ));
    }
    let found = blockers(&step.request, world);
    if let Some(first) = found.first() {
        let problems = found
            .iter()
            .map(|one| {
                Problem::new(
                    one.field.clone().unwrap_or_else(|| "port".to_owned()),
                    format!("{} {}", one.says, one.way_out),
                )
            })
            .collect();
        let mut refusal = Refusal::conflict("blocked", first.says.clone(), first.way_out.clone());
        refusal.problems = problems;
        return Err(refusal);
    }
    step.clear(|one| matches!(one, Attention::CarrierRefused { .. }));
    step.happened(Fact::Released);
    start_texts(step, world);
    step.want(Effect::SubmitToCarrier);
    Ok(())
}

/// The orders as they stand at the carrier. Movement ends a silence.
pub(super) fn read_orders(
    step: &mut Stepper,
    carrier: &str,
    orders: Vec<(OrderId, OrderReading)>,
    world: &World<'_>,
) {
    for (id, reading) in orders {
        orders::read(step, world, carrier, id, reading);
    }
    if step.facts.iter().any(Fact::is_movement) {
        step.clear(|one| matches!(one, Attention::Silence { .. }));
    }
}

/// A correction reached the carrier.
pub(super) fn supplement_sent(step: &mut Stepper, order: OrderId, seen: Option<Timestamp>) {
    if step
        .request
        .order(order)
        .is_some_and(|one| one.supplement == Some(Supplement::ToSend))
    {
        step.happened(Fact::SupplementSent { order, seen });
    }
}

/// Somebody at the carrier wrote; each comment is heard once.
pub(super) fn carrier_spoke(
    step: &mut Stepper,
    order: OrderId,
    comment: String,
    body: String,
    by: String,
) -> Result<(), Refusal> {
    let known = step
        .request
        .order(order)
        .ok_or_else(|| Refusal::not_found("no_such_order", "That order is not on this request."))?;
    if !known.heard.contains(&comment) {
        step.happened(Fact::CarrierSpoke {
            order,
            comment,
            body,
            by,
        });
    }
    Ok(())
}

/// Numbers that cannot move; the others go on.
pub(super) fn give_up(
    step: &mut Stepper,
    numbers: Vec<E164>,
    reason: String,
) -> Result<(), Refusal> {
    for number in &numbers {
        let one = on_request(&step.request, *number)?;
        if one.voice.is_over() {
            return Err(Refusal::conflict(
                "number_is_over",
                format!(
                    "{number} is \"{}\" already.",
                    one.voice.name().replace('_', " ")
                ),
                "",
            ));
        }
    }
    if !numbers.is_empty() {
        step.happened(Fact::NumbersFailed { numbers, reason });
    }
    Ok(())
}

/// Nothing moved for too long: the carrier is asked, once for each silence.
pub(super) fn notice_silence(step: &mut Stepper, business_days: u32) {
    if !step
        .request
        .attention
        .iter()
        .any(|one| matches!(one, Attention::Silence { .. }))
    {
        step.happened(Fact::SilenceNoticed { business_days });
        step.raise(Attention::Silence { business_days });
        step.want(Effect::TellCarrier(format!(
            "We have seen no movement on this order for {business_days} business days. Please ask the losing provider and tell us where it stands."
        )));
    }
}

/// A person asks the carrier: what did not get through is sent again, and the orders are read.
pub(super) fn ask(step: &mut Stepper, text: Option<String>) {
    step.happened(Fact::CarrierAsked { text: text.clone() });
    if let Some(text) = text {
        step.want(Effect::TellCarrier(text));
    }
    corrections::want_unsent(step);
    step.want(Effect::ReadFromCarrier);
}

/// It is called off: at once while no carrier knows of it.
pub(super) fn cancel(step: &mut Stepper, reason: String) {
    step.happened(Fact::CancelAsked {
        reason: reason.clone(),
    });
    if step.request.released_at.is_some() {
        step.want(Effect::CancelAtCarrier);
    } else {
        step.happened(Fact::Cancelled { reason });
    }
}

/// The carrier has nothing of a request that is being called off.
pub(super) fn nothing_to_cancel(step: &mut Stepper) {
    let Stage::CancelPending { reason, .. } = step.request.stage.clone() else {
        return;
    };
    step.happened(Fact::Cancelled { reason });
}
