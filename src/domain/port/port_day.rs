//! The port day: its window, the tests after it, and undoing it.

use jiff::Timestamp;

use super::apply::{Effect, Stepper};
use super::event::TestKind;
use super::fact::Fact;
use super::form::on_request;
use super::refusal::{Problem, Refusal};
use super::request::{Attention, Test, Voice};
use crate::domain::number::E164;

/// The next window is near; its reminder goes out once.
pub(super) fn remind(step: &mut Stepper) {
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
    if let Some(window) = next.filter(|window| step.request.reminded_of != Some(window.start)) {
        step.happened(Fact::PortDayNear { window });
    }
}

/// The windows that have begun.
pub(super) fn open_window(step: &mut Stepper) {
    let now = step.now;
    let due: Vec<E164> = step
        .request
        .numbers
        .iter()
        .filter(|one| matches!(one.voice, Voice::Scheduled { window } if window.start <= now))
        .map(|one| one.number)
        .collect();
    if !due.is_empty() {
        step.happened(Fact::WindowOpened { numbers: due });
        step.want(Effect::ReadFromCarrier);
    }
}

/// Somebody called or texted a number that has moved.
pub(super) fn record_test(
    step: &mut Stepper,
    number: E164,
    kind: TestKind,
    test: Test,
) -> Result<(), Refusal> {
    let one = on_request(&step.request, number)?;
    if !matches!(one.voice, Voice::Ported { .. }) {
        return Err(Refusal::conflict(
            "not_ported",
            format!("{number} has not ported yet."),
            "Test it after its port window.",
        ));
    }
    let passed = test.passed;
    step.happened(Fact::TestRecorded { number, kind, test });
    let number_now = on_request(&step.request, number)?;
    // An older failure is on the desk's list, or was ticked off there: it is not raised for a test that passed.
    if !passed {
        step.raise(Attention::TestFailed { number });
    } else if !number_now.failed_a_test() {
        step.clear(|one| *one == Attention::TestFailed { number });
    }
    Ok(())
}

/// The providers are asked to undo the port, while they still do.
pub(super) fn ask_snapback(
    step: &mut Stepper,
    reason: String,
    deadline: Timestamp,
) -> Result<(), Refusal> {
    if deadline <= step.now {
        return Err(Refusal::invalid(
            "deadline_past",
            "The deadline has passed already.",
            vec![Problem::new(
                "deadline",
                "Choose a moment that is still to come. Later than that it is a new port.",
            )],
        ));
    }
    step.happened(Fact::SnapbackAsked { reason, deadline });
    Ok(())
}
