//! Why a losing provider or a carrier said no, and what it asks of whom.
//!
//! Codes do not mean the same everywhere, so a reason is found by (code system, code). What is found
//! has a name of our own, plain words, the fields to mend and one question. What is not found goes to
//! the desk with the carrier's text, letter by letter; it is never guessed at.

mod catalogue;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::carrier::{CarrierReason, CodeSystem};
use super::field::Field;

pub use catalogue::{catalogue, reason};

/// One reason of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// Our name for it, such as `account_number_mismatch`. Never changes, since facts hold it.
    pub id: &'static str,
    /// The codes that mean this.
    pub codes: &'static [(CodeSystem, &'static str)],
    /// Codes that may mean this, but that the carrier uses for a wider reason too; they are found there.
    pub shared: &'static [(CodeSystem, &'static str)],
    /// What happened, for the customer: one or two calm sentences.
    pub plain: &'static str,
    /// The fields of the form that change when it is mended. Empty when nothing on the form does.
    pub fields: &'static [Field],
    /// Who has to act first.
    pub actor: Party,
    /// What becomes of the carrier order.
    pub remedy: Remedy,
    /// The one question that mends it; `None` when there is nothing to ask anybody.
    pub ask: Option<Ask>,
}

/// A question and the field that its answer goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The field.
    pub field: Field,
    /// The question.
    pub question: &'static str,
    /// Where the answer is found, or what it means for the customer.
    pub help: &'static str,
}

/// Who has to act first. In this order when several reasons come together: whoever is first in this
/// list looks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A desk agent has to look before anything is asked or sent.
    Desk,
    /// The customer has to answer or do something.
    Customer,
    /// Nobody; it passes.
    Wait,
}

/// What becomes of the carrier order. Worst first: of several reasons in one rejection the one that is
/// first in this list decides, because it makes the lighter ones pointless or has to be settled before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The number, or the numbers that it concerns, cannot be ported here.
    CannotPort,
    /// A person has to read it and decide.
    Desk,
    /// The order is closed and a new one is sent with a new PON.
    NewOrder,
    /// The same order is sent again, mended (SUP 3; SUP 2 if only the date changes).
    Supplement,
    /// The order stays as it is; there is nothing to send.
    Wait,
}

impl Reason {
    /// Whether mending it changes something that the owner has signed, so that the letter has to be
    /// signed again.
    pub fn needs_new_signature(&self) -> bool {
        self.fields.iter().any(|field| field.is_on_letter())
    }
}

/// What a carrier's reason turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    /// It is in the catalogue.
    Known(&'static Reason),
    /// It is not. The desk is shown the carrier's text as it came.
    Unknown(CarrierReason),
}

/// Looks a carrier's reason up.
pub fn explain(said: &CarrierReason) -> Explained {
    match catalogue::find(said.system, &said.code) {
        Some(known) => Explained::Known(known),
        None => Explained::Unknown(said.clone()),
    }
}

/// What a rejection asks, all its reasons taken together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Playbook {
    /// The questions in the order of the form. Each names who can answer it, and nobody is asked twice
    /// about a field.
    pub questions: Vec<Question>,
    /// What becomes of the order: the worst of all reasons. See [`Remedy`] for the order.
    pub remedy: Remedy,
    /// Who looks first. See [`Party`] for the order.
    pub actor: Party,
    /// Whether mending all of it changes something that the owner has signed.
    pub resign_needed: bool,
    /// The known reasons with what the carrier said, in the catalogue's order.
    pub known: Vec<KnownReason>,
    /// What is not in the catalogue, word by word.
    pub unknown: Vec<CarrierReason>,
}

/// One question of a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The field that the answer goes into.
    pub field: Field,
    /// The question.
    pub ask: &'static str,
    /// Where the answer is found.
    pub help: &'static str,
    /// The reason that asks.
    pub reason_id: &'static str,
    /// Who can answer.
    pub actor: Party,
}

/// A reason of a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownReason {
    /// Our name for it.
    pub reason_id: &'static str,
    /// What happened, in plain words.
    pub plain: &'static str,
    /// What the carrier said, letter by letter.
    pub said: CarrierReason,
}

impl Playbook {
    /// The questions that the customer can answer.
    pub fn customer_questions(&self) -> impl Iterator<Item = &Question> {
        self.questions
            .iter()
            .filter(|question| question.actor == Party::Customer)
    }
}

/// Merges the reasons of one rejection into one list of questions.
///
/// * The worst remedy wins ([`Remedy`]'s order), and so does the first actor ([`Party`]'s order).
/// * Nobody is asked twice about a field; it is asked by the reason that comes first in the catalogue.
/// * Anything unknown goes to the desk, and so does a rejection without any reason.
/// * The order in which the carrier named the reasons makes no difference.
pub fn playbook(said: &[CarrierReason]) -> Playbook {
    let mut known: Vec<(usize, &'static Reason, &CarrierReason)> = Vec::new();
    let mut unknown: Vec<CarrierReason> = Vec::new();
    for said in said {
        match catalogue::position(said.system, &said.code) {
            Some((at, reason)) => known.push((at, reason, said)),
            None => unknown.push(said.clone()),
        }
    }
    known.sort_by(|(a, _, one), (b, _, other)| (a, one).cmp(&(b, other)));
    known.dedup_by(|(a, _, one), (b, _, other)| (a, one) == (b, other));
    unknown.sort();
    unknown.dedup();

    let mut questions: Vec<Question> = Vec::new();
    for (_, reason, _) in &known {
        let Some(ask) = &reason.ask else { continue };
        if questions
            .iter()
            .all(|other| (other.field, other.actor) != (ask.field, reason.actor))
        {
            questions.push(Question {
                field: ask.field,
                ask: ask.question,
                help: ask.help,
                reason_id: reason.id,
                actor: reason.actor,
            });
        }
    }
    questions.sort_by_key(|question| (question.field, question.actor));

    let to_desk = known.is_empty() || !unknown.is_empty();
    let remedies = known
        .iter()
        .map(|(_, reason, _)| reason.remedy)
        .chain(to_desk.then_some(Remedy::Desk));
    let actors = known
        .iter()
        .map(|(_, reason, _)| reason.actor)
        .chain(to_desk.then_some(Party::Desk));
    Playbook {
        remedy: remedies.min().unwrap_or(Remedy::Desk),
        actor: actors.min().unwrap_or(Party::Desk),
        resign_needed: known
            .iter()
            .any(|(_, reason, _)| reason.needs_new_signature()),
        questions,
        known: known
            .into_iter()
            .map(|(_, reason, said)| KnownReason {
                reason_id: reason.id,
                plain: reason.plain,
                said: said.clone(),
            })
            .collect(),
        unknown,
    }
}
