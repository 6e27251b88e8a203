//! The one rule book: a request, an event, a moment; out come facts and effects, or a refusal.

use jiff::Timestamp;

use super::blockers::look_for_blocks;
use super::event::{Actor, Event};
use super::evolve::evolve;
use super::fact::Fact;
use super::refusal::Refusal;
use super::request::{Attention, PortRequest, Stage, Test, Voice};
use super::status::status;
use super::texts::settle_texts;
use super::world::World;
use super::{at_carrier, claims, corrections, form, letter, limits, moves, port_day, proof, talk};
use crate::domain::carrier::OrderStatus;

/// What an event leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The request afterwards.
    pub next: PortRequest,
    /// What happened, in order. Empty when the event said nothing new.
    pub facts: Vec<Fact>,
    /// What is to be done outside, once the facts are committed.
    pub effects: Vec<Effect>,
}

/// Work that a step asks for. Mails and webhooks are not among them: they are views of the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the gaining carrier which numbers it can take.
    CheckPortability,
    /// Create, fill and confirm the orders at the gaining carrier.
    SubmitToCarrier,
    /// Send the mended data to the orders that wait for a supplement.
    SendSupplement,
    /// Ask the carrier to cancel.
    CancelAtCarrier,
    /// Read the orders now.
    ReadFromCarrier,
    /// Say something to the carrier's staff.
    TellCarrier(String),
}

/// What a request would become by an event, or why it may not happen. Pure: the same input gives the
/// same output, and a refusal changes nothing.
pub fn apply(
    request: &PortRequest,
    event: Event,
    by: &Actor,
    world: &World<'_>,
    now: Timestamp,
) -> Result<Step, Refusal> {
    check_table(request, &event, by)?;
    limits::check_texts(&event)?;
    let mut step = Stepper {
        request: request.clone(),
        facts: Vec::new(),
        effects: Vec::new(),
        now,
    };
    decide(&mut step, event, by, world)?;
    settle(&mut step, world);
    Ok(Step {
        next: step.request,
        facts: step.facts,
        effects: step.effects,
    })
}

/// Collects facts and writes each into the request at once, so that later rules see it.
pub(super) struct Stepper {
    pub(super) request: PortRequest,
    pub(super) facts: Vec<Fact>,
    pub(super) effects: Vec<Effect>,
    pub(super) now: Timestamp,
}

impl Stepper {
    pub(super) fn happened(&mut self, fact: Fact) {
        evolve(&mut self.request, &fact, self.now);
        self.facts.push(fact);
    }

    pub(super) fn raise(&mut self, attention: Attention) {
        if !self.request.attention.contains(&attention) {
            self.happened(Fact::AttentionRaised { attention });
        }
    }

    pub(super) fn clear(&mut self, done: impl Fn(&Attention) -> bool) {
        let gone: Vec<Attention> = self
            .request
            .attention
            .iter()
            .filter(|one| done(one))
            .cloned()
            .collect();
        for attention in gone {
            self.happened(Fact::AttentionCleared { attention });
        }
    }

    pub(super) fn want(&mut self, effect: Effect) {
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }
}

fn check_table(request: &PortRequest, event: &Event, by: &Actor) -> Result<(), Refusal> {
    let line = moves::find(event.kind());
    moves::allow(line.by, by.role)?;
    let at = status(request);
    if !line.from.contains(&at) {
        return Err(Refusal::conflict(
            "not_now",
            format!("The request is \"{}\".", at.words()),
            line.way_out,
        ));
    }
    Ok(())
}

/// Each event has its rule; what is longer than a line is in the file of its subject.
fn decide(step: &mut Stepper, event: Event, by: &Actor, world: &World<'_>) -> Result<(), Refusal> {
    match event {
        Event::Edit { changes } => form::edit(step, changes),
        Event::AddNumbers { numbers } => form::add_numbers(step, numbers, world)?,
        Event::RemoveNumbers { numbers } => form::remove_numbers(step, numbers)?,
        Event::ChangeNumber { number, change } => form::change_number(step, number, change)?,
        Event::Agree { agreement } => step.happened(Fact::Agreed { agreement }),
        Event::CheckPortability { results } => form::check_portability(step, results),
        Event::SendLetter {
            letter,
            signer,
            link,
            expires_at,
        } => letter::send(step, letter, signer, link, expires_at, world)?,
        Event::RemindSigner { link } => letter::remind(step, link)?,
        Event::OpenLetter => letter::open(step)?,
        Event::SignLetter {
            document,
            sha256,
            method,
        } => letter::sign(step, document, sha256, method, world)?,
        Event::DeclineLetter { reason } => letter::decline(step, reason)?,
        Event::ExpireLetter => letter::expire(step, world)?,
        Event::ReceiveProof { proof } => proof::receive(step, proof)?,
        Event::AcceptProof { document } => proof::accept(step, document)?,
        Event::RefuseProof { document, reason } => proof::refuse(step, document, reason)?,
        Event::Release => at_carrier::release(step, world)?,
        Event::ReadOrders { carrier, orders } => {
            at_carrier::read_orders(step, &carrier, orders, world)
        }
        Event::SupplementSent { order, seen } => at_carrier::supplement_sent(step, order, seen),
        Event::CarrierSpoke {
            order,
            comment,
            body,
            by,
        } => at_carrier::carrier_spoke(step, order, comment, body, by)?,
        Event::CarrierRefused { step: what, says } => {
            step.raise(Attention::CarrierRefused { step: what, says })
        }
        Event::SendingRefused { step: what, says } => {
            corrections::sending_refused(step);
            step.raise(Attention::CarrierRefused { step: what, says });
        }
        Event::CarrierUnreadable { step: what } => step.raise(Attention::Unreadable { step: what }),
        Event::Resubmit => corrections::resubmit(step, world)?,
        Event::AcceptDate { order } => step.clear(|one| *one == Attention::EarlyDate { order }),
        Event::GiveUp { numbers, reason } => at_carrier::give_up(step, numbers, reason)?,
        Event::OpenWindow => port_day::open_window(step),
        Event::RecordTest {
            number,
            kind,
            passed,
            remark,
        } => {
            let test = Test {
                passed,
                at: step.now,
                by: by.name.clone(),
                remark,
            };
            port_day::record_test(step, number, kind, test)?;
        }
        Event::Note {
            note,
            text,
            staff_only,
            attachments,
        } => talk::note(step, by, note, text, staff_only, attachments)?,
        Event::AskForUpdate => {
            step.happened(Fact::UpdateAsked);
            step.raise(Attention::UpdateAsked);
        }
        Event::NoticeSilence { business_days } => at_carrier::notice_silence(step, business_days),
        Event::RemindOfPortDay => port_day::remind(step),
        Event::ClearAttention { index } => talk::clear_attention(step, index)?,
        Event::Cancel { reason } => at_carrier::cancel(step, reason),
        Event::CancelRefused { says } => step.happened(Fact::CancelRefused { says }),
        Event::NothingToCancel => at_carrier::nothing_to_cancel(step),
        Event::AskSnapback { reason, deadline } => port_day::ask_snapback(step, reason, deadline)?,
        Event::RefuseSnapback { reason } => step.happened(Fact::SnapbackRefused { reason }),
        Event::ConfirmSnapback => step.happened(Fact::SnappedBack),
        Event::LookAgain => look_for_blocks(step, world),
        Event::Claim { to, name, over } => claims::claim(step, by, to, name, over, world)?,
        Event::Unclaim => claims::unclaim(step, by)?,
        Event::AskCarrier { text } => at_carrier::ask(step, text),
    }
    Ok(())
}

/// Draws the conclusions that follow from what happened: texts move, the request completes or closes.
fn settle(step: &mut Stepper, world: &World<'_>) {
    if !matches!(
        step.request.stage,
        Stage::Released | Stage::CancelPending { .. }
    ) {
        return;
    }
    settle_texts(step, world);
    if step.request.numbers.is_empty()
        || !step.request.numbers.iter().all(|one| one.voice.is_over())
    {
        return;
    }
    let ported: Vec<_> = step
        .request
        .numbers
        .iter()
        .filter(|one| matches!(one.voice, Voice::Ported { .. }))
        .collect();
    if ported.is_empty() {
        let reason = match &step.request.stage {
            Stage::CancelPending { reason, .. } => reason.clone(),
            _ => step
                .request
                .numbers
                .iter()
                .find_map(|one| {
                    if let Voice::Failed { reason } = &one.voice {
                        Some(reason.clone())
                    } else {
                        None
                    }
                })
                .unwrap_or_else(|| "the carrier cancelled the order".to_owned()),
        };
        if matches!(step.request.stage, Stage::Released)
            && step.request.orders.iter().any(|one| !is_over(&one.status))
        {
            step.want(Effect::CancelAtCarrier);
        }
        step.happened(Fact::Cancelled { reason });
        return;
    }
    let tested = ported.iter().all(|one| one.is_tested());
    let texts = ported.iter().all(|one| one.text.is_settled());
    if tested && texts {
        step.happened(Fact::Completed);
    }
}

fn is_over(status: &OrderStatus) -> bool {
    matches!(status, OrderStatus::Ported | OrderStatus::Cancelled)
}
