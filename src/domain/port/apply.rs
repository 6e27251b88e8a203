//! The one rule book: a request, an event, a moment; out come facts and effects, or a refusal.

use jiff::Timestamp;

use super::blockers::{blockers, look_for_blocks, missing};
use super::claims;
use super::corrections;
use super::details::Change;
use super::event::{Actor, Event};
use super::evolve::evolve;
use super::fact::Fact;
use super::letter_age::letter_too_old;
use super::limits::{self, NOTE_FILES_MAX};
use super::moves;
use super::orders;
use super::refusal::Refusal;
use super::request::{Attention, Loa, PortRequest, Stage, Supplement, Test, Verdict, Voice};
use super::status::status;
use super::texts::{settle_texts, start_texts};
use super::world::World;
use crate::domain::calendar::PaperTooOld;
use crate::domain::carrier::OrderStatus;
use crate::domain::number::E164;

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

#[expect(
    clippy::too_many_lines,
    reason = "one arm an event; the arms that are long are functions of their own"
)]
fn decide(step: &mut Stepper, event: Event, by: &Actor, world: &World<'_>) -> Result<(), Refusal> {
    let now = step.now;
    match event {
        Event::Edit { changes } => {
            let changes: Vec<Change> = changes
                .into_iter()
                .filter(|change| change.changes(&step.request.details))
                .collect();
            let on_letter: Vec<&str> = changes
                .iter()
                .filter(|change| change.is_on_the_letter())
                .map(Change::field)
                .collect();
            let because = (!on_letter.is_empty())
                .then(|| format!("changed since: {}", on_letter.join(", ").replace('_', " ")));
            if !changes.is_empty() {
                step.happened(Fact::Edited { changes });
            }
            if let Some(because) = because {
                void_letter(step, because);
            }
        }
        Event::AddNumbers { numbers } => {
            let mut known: std::collections::HashSet<E164> =
                step.request.numbers.iter().map(|one| one.number).collect();
            for one in &numbers {
                if !known.insert(one.number) {
                    return Err(Refusal::invalid(
                        "number_twice",
                        format!("{} is on this request already.", one.number),
                        Vec::new(),
                    ));
                }
            }
            if !numbers.is_empty() {
                step.happened(Fact::NumbersAdded { numbers });
                void_letter(step, "numbers were added".to_owned());
                look_for_blocks(step, world);
                step.want(Effect::CheckPortability);
            }
        }
        Event::RemoveNumbers { numbers } => {
            for number in &numbers {
                on_request(&step.request, *number)?;
            }
            if !numbers.is_empty() {
                step.happened(Fact::NumbersRemoved { numbers });
                void_letter(step, "numbers were removed".to_owned());
            }
        }
        Event::ChangeNumber { number, change } => {
            on_request(&step.request, number)?;
            if let super::event::NumberChange::Receiving(Some(receiving)) = &change
                && step.request.find(*receiving).is_some()
            {
                return Err(Refusal::invalid(
                    "receiving_is_porting",
                    format!("{receiving} is being ported itself and cannot be where calls ring."),
                    Vec::new(),
                ));
            }
            step.happened(Fact::NumberChanged { number, change });
        }
        Event::Agree { agreement } => step.happened(Fact::Agreed { agreement }),
        Event::CheckPortability { results } => {
            let news: Vec<_> = results
                .into_iter()
                .filter(|result| {
                    step.request.find(result.number).is_some_and(|one| {
                        one.not_portable != result.not_portable
                            || result.kind.is_some_and(|kind| kind != one.kind)
                    })
                })
                .collect();
            if !news.is_empty() {
                step.happened(Fact::PortabilityChecked { results: news });
            }
        }
        Event::SendLetter {
            letter,
            signer,
            link,
            expires_at,
        } => {
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
        }
        Event::RemindSigner { link } => {
            let Loa::Sent { reminders, .. } = step.request.loa else {
                return Err(no_letter());
            };
            step.happened(Fact::SignerReminded {
                link,
                count: reminders.saturating_add(1),
            });
        }
        Event::OpenLetter => {
            let Loa::Sent { opened_at, .. } = step.request.loa else {
                return Err(no_letter());
            };
            if opened_at.is_none() {
                step.happened(Fact::LetterOpened);
            }
        }
        Event::SignLetter {
            document,
            sha256,
            method,
        } => {
            let Loa::Sent { expires_at, .. } = step.request.loa else {
                return Err(no_letter());
            };
            if now >= expires_at {
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
        }
        Event::DeclineLetter { reason } => {
            let Loa::Sent { .. } = step.request.loa else {
                return Err(no_letter());
            };
            step.happened(Fact::LetterDeclined { reason });
        }
        Event::ExpireLetter => match step.request.loa {
            Loa::Sent { expires_at, .. } => {
                if now >= expires_at {
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
        },
        Event::ReceiveProof { proof } => {
            if !step.request.is_signed() {
                return Err(Refusal::conflict(
                    "letter_unsigned",
                    "The Letter of Authorization is not signed yet.",
                    "The phone bill can be uploaded after the letter is signed.",
                ));
            }
            if !step
                .request
                .proof
                .iter()
                .any(|one| one.document == proof.document)
            {
                step.happened(Fact::ProofReceived { proof });
            }
        }
        Event::AcceptProof { document } => {
            let proof = step
                .request
                .proof
                .iter()
                .find(|one| one.document == document)
                .ok_or_else(no_proof)?;
            if proof.verdict != Verdict::Accepted {
                step.happened(Fact::ProofAccepted { document });
            }
        }
        Event::RefuseProof { document, reason } => {
            step.request
                .proof
                .iter()
                .find(|one| one.document == document)
                .ok_or_else(no_proof)?;
            if reason.trim().is_empty() {
                return Err(Refusal::invalid(
                    "reason_missing",
                    "Say what is wrong with it, so that the customer can send a better one.",
                    vec![super::refusal::Problem::new("reason", "Fill in a reason.")],
                ));
            }
            step.happened(Fact::ProofRefused { document, reason });
        }
        Event::Release => {
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
                        super::refusal::Problem::new(
                            one.field.clone().unwrap_or_else(|| "port".to_owned()),
                            format!("{} {}", one.says, one.way_out),
                        )
                    })
                    .collect();
                let mut refusal =
                    Refusal::conflict("blocked", first.says.clone(), first.way_out.clone());
                refusal.problems = problems;
                return Err(refusal);
            }
            step.clear(|one| matches!(one, Attention::CarrierRefused { .. }));
            step.happened(Fact::Released);
            start_texts(step, world);
            step.want(Effect::SubmitToCarrier);
        }
        Event::ReadOrders { carrier, orders } => {
            for (id, reading) in orders {
                orders::read(step, world, &carrier, id, reading);
            }
            if step.facts.iter().any(Fact::is_movement) {
                step.clear(|one| matches!(one, Attention::Silence { .. }));
            }
        }
        Event::SupplementSent { order, seen } => {
            if step
                .request
                .order(order)
                .is_some_and(|one| one.supplement == Some(Supplement::ToSend))
            {
                step.happened(Fact::SupplementSent { order, seen });
            }
        }
        Event::CarrierSpoke {
            order,
            comment,
            body,
            by: speaker,
        } => {
            let known = step.request.order(order).ok_or_else(|| {
                Refusal::not_found("no_such_order", "That order is not on this request.")
            })?;
            if !known.heard.contains(&comment) {
                step.happened(Fact::CarrierSpoke {
                    order,
                    comment,
                    body,
                    by: speaker,
                });
            }
        }
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
        Event::GiveUp { numbers, reason } => {
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
        }
        Event::OpenWindow => {
            let due: Vec<E164> = step
                .request
                .numbers
                .iter()
                .filter(
                    |one| matches!(one.voice, Voice::Scheduled { window } if window.start <= now),
                )
                .map(|one| one.number)
                .collect();
            if !due.is_empty() {
                step.happened(Fact::WindowOpened { numbers: due });
                step.want(Effect::ReadFromCarrier);
            }
        }
        Event::RecordTest {
            number,
            kind,
            passed,
            remark,
        } => {
            let one = on_request(&step.request, number)?;
            if !matches!(one.voice, Voice::Ported { .. }) {
                return Err(Refusal::conflict(
                    "not_ported",
                    format!("{number} has not ported yet."),
                    "Test it after its port window.",
                ));
            }
            step.happened(Fact::TestRecorded {
                number,
                kind,
                test: Test {
                    passed,
                    at: now,
                    by: by.name.clone(),
                    remark,
                },
            });
            let number_now = on_request(&step.request, number)?;
            // An older failure is on the desk's list, or was ticked off there: it is not raised for a test that passed.
            if !passed {
                step.raise(Attention::TestFailed { number });
            } else if !number_now.failed_a_test() {
                step.clear(|one| *one == Attention::TestFailed { number });
            }
        }
        Event::Note {
            note,
            text,
            staff_only,
            attachments,
        } => {
            if staff_only && !by.is_desk() {
                return Err(Refusal::forbidden(
                    "staff_only",
                    "Only the desk can write notes that only the desk sees.",
                ));
            }
            // Files speak for themselves.
            if text.trim().is_empty() && attachments.is_empty() {
                return Err(Refusal::invalid(
                    "note_empty",
                    "The note is empty.",
                    vec![super::refusal::Problem::new("text", "Write something.")],
                ));
            }
            if attachments.len() > NOTE_FILES_MAX {
                return Err(Refusal::invalid(
                    "note_files",
                    format!("A note holds at most {NOTE_FILES_MAX} files."),
                    vec![super::refusal::Problem::new(
                        "file",
                        "Send the others with another note.",
                    )],
                ));
            }
            step.happened(Fact::NoteWritten {
                note,
                text,
                staff_only,
                attachments,
            });
        }
        Event::AskForUpdate => {
            step.happened(Fact::UpdateAsked);
            step.raise(Attention::UpdateAsked);
        }
        Event::NoticeSilence { business_days } => {
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
        Event::RemindOfPortDay => {
            let next = step
                .request
                .numbers
                .iter()
                .filter_map(|one| {
                    if let Voice::Scheduled { window } = one.voice {
                        Some(window)
                    } else {
                        None
                    }
                })
                .min_by_key(|window| window.start);
            if let Some(window) =
                next.filter(|window| step.request.reminded_of != Some(window.start))
            {
                step.happened(Fact::PortDayNear { window });
            }
        }
        Event::ClearAttention { index } => {
            let attention = step.request.attention.get(index).cloned().ok_or_else(|| {
                Refusal::not_found("no_such_line", "That line is not on the list any more.")
            })?;
            step.happened(Fact::AttentionCleared { attention });
        }
        Event::Cancel { reason } => {
            step.happened(Fact::CancelAsked {
                reason: reason.clone(),
            });
            if step.request.released_at.is_some() {
                step.want(Effect::CancelAtCarrier);
            } else {
                step.happened(Fact::Cancelled { reason });
            }
        }
        Event::CancelRefused { says } => step.happened(Fact::CancelRefused { says }),
        Event::NothingToCancel => {
            let Stage::CancelPending { reason, .. } = step.request.stage.clone() else {
                return Ok(());
            };
            step.happened(Fact::Cancelled { reason });
        }
        Event::AskSnapback { reason, deadline } => {
            if deadline <= now {
                return Err(Refusal::invalid(
                    "deadline_past",
                    "The deadline has passed already.",
                    vec![super::refusal::Problem::new(
                        "deadline",
                        "Choose a moment that is still to come. Later than that it is a new port.",
                    )],
                ));
            }
            step.happened(Fact::SnapbackAsked { reason, deadline })
        }
        Event::RefuseSnapback { reason } => step.happened(Fact::SnapbackRefused { reason }),
        Event::ConfirmSnapback => step.happened(Fact::SnappedBack),
        Event::LookAgain => look_for_blocks(step, world),
        Event::Claim { to, name, over } => claims::claim(step, by, to, name, over, world)?,
        Event::Unclaim => claims::unclaim(step, by)?,
        Event::AskCarrier { text } => {
            step.happened(Fact::CarrierAsked { text: text.clone() });
            if let Some(text) = text {
                step.want(Effect::TellCarrier(text));
            }
            corrections::want_unsent(step);
            step.want(Effect::ReadFromCarrier);
        }
    }
    Ok(())
}

fn too_old(step: &Stepper, world: &World<'_>) -> Option<PaperTooOld> {
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

fn no_proof() -> Refusal {
    Refusal::not_found(
        "no_such_proof",
        "That document is not a proof of ownership of this request.",
    )
}

fn on_request(request: &PortRequest, number: E164) -> Result<&super::request::PortNumber, Refusal> {
    request.find(number).ok_or_else(|| {
        Refusal::not_found(
            "no_such_number",
            format!("{number} is not on this request."),
        )
    })
}

/// A letter that was sent or signed no longer counts when something printed on it changed.
fn void_letter(step: &mut Stepper, because: String) {
    if matches!(step.request.loa, Loa::Sent { .. } | Loa::Signed { .. }) {
        step.happened(Fact::LetterVoided { because });
    }
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
