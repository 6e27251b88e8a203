//! The form: what is typed, the numbers, and what is known of them before they are submitted.

use super::apply::{Effect, Stepper};
use super::blockers::look_for_blocks;
use super::details::Change;
use super::event::{NumberChange, PortabilityResult};
use super::fact::Fact;
use super::letter::void_letter;
use super::refusal::Refusal;
use super::request::{PortNumber, PortRequest};
use super::world::World;
use crate::domain::number::E164;

/// What was typed replaces what stood there. A letter on which it is printed no longer counts.
pub(super) fn edit(step: &mut Stepper, changes: Vec<Change>) {
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

/// More numbers move, each once.
pub(super) fn add_numbers(
    step: &mut Stepper,
    numbers: Vec<PortNumber>,
    world: &World<'_>,
) -> Result<(), Refusal> {
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
    Ok(())
}

/// Numbers stay where they are.
pub(super) fn remove_numbers(step: &mut Stepper, numbers: Vec<E164>) -> Result<(), Refusal> {
    for number in &numbers {
        on_request(&step.request, *number)?;
    }
    if !numbers.is_empty() {
        step.happened(Fact::NumbersRemoved { numbers });
        void_letter(step, "numbers were removed".to_owned());
    }
    Ok(())
}

/// Where a number's calls ring, and what it is for.
pub(super) fn change_number(
    step: &mut Stepper,
    number: E164,
    change: NumberChange,
) -> Result<(), Refusal> {
    on_request(&step.request, number)?;
    if let NumberChange::Receiving(Some(receiving)) = &change
        && step.request.find(*receiving).is_some()
    {
        return Err(Refusal::invalid(
            "receiving_is_porting",
            format!("{receiving} is being ported itself and cannot be where calls ring."),
            Vec::new(),
        ));
    }
    step.happened(Fact::NumberChanged { number, change });
    Ok(())
}

/// What the gaining carrier knows of the numbers, as far as it is news.
pub(super) fn check_portability(step: &mut Stepper, results: Vec<PortabilityResult>) {
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

/// The number, if it is on the request.
pub(super) fn on_request(request: &PortRequest, number: E164) -> Result<&PortNumber, Refusal> {
    request.find(number).ok_or_else(|| {
        Refusal::not_found(
            "no_such_number",
            format!("{number} is not on this request."),
        )
    })
}
