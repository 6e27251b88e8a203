//! The text track: which numbers wait for what, and what moves them on.

use super::apply::Stepper;
use super::fact::Fact;
use super::request::{Attention, Text, Voice};
use super::world::World;
use crate::domain::carrier::Messaging;
use crate::domain::number::{E164, Kind, Region};

/// Whether a US local number's texts need an approved campaign (R19, R20).
pub fn needs_campaign(number: E164, kind: Kind) -> bool {
    kind != Kind::TollFree && number.region() == Region::UnitedStates
}

/// At release each number that wants texts starts waiting.
pub(super) fn start_texts(step: &mut Stepper, world: &World<'_>) {
    let (mut port, mut campaign) = (Vec::new(), Vec::new());
    for one in step.request.numbers.iter().filter(|one| one.wants_text) {
        let (list, text) = if !world.campaign_approved && needs_campaign(one.number, one.kind) {
            (&mut campaign, Text::WaitingCampaign)
        } else {
            (&mut port, Text::WaitingPort)
        };
        // One that was released before waits already.
        if one.text != text {
            list.push(one.number);
        }
    }
    for (numbers, text) in [(port, Text::WaitingPort), (campaign, Text::WaitingCampaign)] {
        if !numbers.is_empty() {
            step.happened(Fact::TextMoved { numbers, text });
        }
    }
}

pub(super) fn settle_texts(step: &mut Stepper, world: &World<'_>) {
    let now = step.now;
    let (mut enabled, mut routing, mut waiting, mut failed) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for one in &step.request.numbers {
        let ported = match one.voice {
            Voice::Ported { at } => Some(at),
            Voice::Failed { .. } | Voice::Cancelled | Voice::SnappedBack => continue,
            _ => None,
        };
        let text = match one.text {
            Text::WaitingCampaign if world.campaign_approved => Text::WaitingPort,
            ref text => text.clone(),
        };
        if !matches!(text, Text::WaitingPort | Text::WaitingRouting { .. }) {
            continue;
        }
        let next = match (ported, &one.carrier_text) {
            (Some(_), Messaging::Ported) => Text::Enabled { at: now },
            (Some(_), Messaging::Exception) => Text::Failed {
                reason: "the old provider did not release the text routing".to_owned(),
            },
            (Some(at), _) => Text::WaitingRouting {
                by: world.texts_by(at),
            },
            (None, _) => Text::WaitingPort,
        };
        if next.name() == one.text.name() {
            continue;
        }
        match next {
            Text::Enabled { .. } => enabled.push(one.number),
            Text::Failed { .. } => failed.push(one.number),
            Text::WaitingRouting { by } => routing.push((one.number, by)),
            _ => waiting.push(one.number),
        }
    }
    if !waiting.is_empty() {
        step.happened(Fact::TextMoved {
            numbers: waiting,
            text: Text::WaitingPort,
        });
    }
    routing.sort_by_key(|(_, by)| *by);
    while let Some((_, by)) = routing.first().copied() {
        let rest = routing.split_off(routing.partition_point(|(_, other)| *other == by));
        let numbers = routing.into_iter().map(|(number, _)| number).collect();
        step.happened(Fact::TextMoved {
            numbers,
            text: Text::WaitingRouting { by },
        });
        routing = rest;
    }
    if !enabled.is_empty() {
        step.happened(Fact::TextMoved {
            numbers: enabled,
            text: Text::Enabled { at: now },
        });
    }
    if !failed.is_empty() {
        for number in &failed {
            step.raise(Attention::TextFailed { number: *number });
        }
        step.happened(Fact::TextMoved {
            numbers: failed,
            text: Text::Failed {
                reason: "the old provider did not release the text routing".to_owned(),
            },
        });
    }
}
