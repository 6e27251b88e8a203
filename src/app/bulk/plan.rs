//! What an action means for one request: the events that it is made of, or why it makes no sense there. Pure.

use jiff::Timestamp;

use super::{Action, DateRule};
use crate::domain::calendar::{Calendar, PortDateLimits};
use crate::domain::port::{Change, Event, PortRequest, Queue, Refusal, Verdict};
use crate::ids::{NoteId, UserId};

/// The events of an action on this request. `agent` is who takes it or is given it, `note` a fresh id.
///
/// # Errors
/// Why there is nothing to do; what the rules of porting refuse beyond that is for `apply` to say.
pub fn plan(
    action: &Action,
    agent: (UserId, &str),
    request: &PortRequest,
    calendar: &Calendar,
    note: NoteId,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let holder = |over: bool| {
        let held = request.claim.as_ref().map(|claim| claim.user);
        held.filter(|_| over)
    };
    Ok(match action {
        Action::AcceptProofs => {
            let waiting: Vec<Event> = request
                .proof
                .iter()
                .filter(|one| one.verdict == Verdict::Waiting)
                .map(|one| Event::AcceptProof {
                    document: one.document,
                })
                .collect();
            if waiting.is_empty() {
                return Err(Refusal::conflict(
                    "nothing_to_accept",
                    "No proof of ownership waits to be checked.",
                    "",
                ));
            }
            waiting
        }
        Action::Submit { date, .. } => submit(*date, request, calendar, now)?,
        Action::AskCarrier { text } => vec![Event::AskCarrier {
            text: text.as_deref().map(|text| text.trim().to_owned()),
        }],
        Action::Claim { over } | Action::Assign { over, .. } => vec![Event::Claim {
            to: agent.0,
            name: agent.1.to_owned(),
            over: holder(*over),
        }],
        Action::Release => {
            if request.claim.is_none() {
                return Err(Refusal::conflict("not_claimed", "Nobody has it.", ""));
            }
            vec![Event::Unclaim]
        }
        Action::Note { text, staff_only } => vec![Event::Note {
            note,
            text: text.trim().to_owned(),
            staff_only: *staff_only,
            attachments: Vec::new(),
        }],
        Action::ClearAttention { queue } => {
            // From the back, so that the places before stay what they are.
            let lines: Vec<Event> = request
                .attention
                .iter()
                .enumerate()
                .rev()
                .filter(|(_, one)| queue.is_none_or(|queue| Queue::of(one) == queue))
                .map(|(index, _)| Event::ClearAttention { index })
                .collect();
            if lines.is_empty() {
                return Err(Refusal::conflict(
                    "nothing_to_clear",
                    "Nothing on the desk's list can be ticked off here.",
                    "",
                ));
            }
            lines
        }
        Action::Cancel { reason } => vec![Event::Cancel {
            reason: reason.trim().to_owned(),
        }],
    })
}

fn submit(
    rule: DateRule,
    request: &PortRequest,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let limits = PortDateLimits::default();
    let wish = request.details.requested_date;
    let date = match (rule, wish) {
        (DateRule::Earliest, _) => Some(calendar.possible_port_dates(limits, now).0),
        (DateRule::AsWished, Some(date)) => {
            calendar
                .check_port_date(date, limits, now)
                .map_err(|refused| {
                    Refusal::conflict(
                        "date_not_possible",
                        refused.to_string(),
                        "Submit it for the earliest date, or ask the customer for another.",
                    )
                })?;
            Some(date)
        }
        (DateRule::AsWished, None) => None,
    };
    let mut events = Vec::new();
    if date != wish {
        events.push(Event::Edit {
            changes: vec![Change::RequestedDate(date)],
        });
    }
    events.push(Event::Release);
    Ok(events)
}
