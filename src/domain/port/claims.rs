//! Who at the desk has a request, so that two do not work on it at once.

use super::apply::Stepper;
use super::event::{Actor, Role};
use super::fact::Fact;
use super::refusal::Refusal;
use super::words;
use super::world::World;
use crate::ids::UserId;

/// Of two who take a request at the same moment, the later one learns who has it.
pub(super) fn claim(
    step: &mut Stepper,
    by: &Actor,
    to: UserId,
    name: String,
    over: Option<UserId>,
    world: &World<'_>,
) -> Result<(), Refusal> {
    let held = step.request.claim.clone();
    if let Some(held) = &held {
        if held.user == to {
            return Ok(());
        }
        if by.user != Some(held.user) && over != Some(held.user) {
            return Err(Refusal::conflict(
                "claimed",
                format!(
                    "{} has it since {}.",
                    held.name,
                    words::moment(held.at, world.calendar.zone())
                ),
                "Ask them to give it back, or take it over and say so.",
            ));
        }
    }
    step.happened(Fact::Claimed {
        user: to,
        name,
        from: held.map(|held| held.name),
        handed_by: (by.user != Some(to)).then(|| by.name.clone()),
    });
    Ok(())
}

/// Who has a request gives it back.
pub(super) fn unclaim(step: &mut Stepper, by: &Actor) -> Result<(), Refusal> {
    let Some(held) = step.request.claim.clone() else {
        return Ok(());
    };
    if by.user != Some(held.user) && by.role != Role::Administrator {
        return Err(Refusal::conflict(
            "claimed",
            format!("{} has it.", held.name),
            "Only they and an administrator can give it back. Take it over instead.",
        ));
    }
    step.happened(Fact::Unclaimed { name: held.name });
    Ok(())
}
