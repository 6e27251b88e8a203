//! What a reading of a carrier's order does to the request.
//!
//! Readings are compared with what is stored, so that reading the same order twice says nothing new
//! and a reading that is older than what is stored is ignored. The order of webhooks does not matter.

use std::collections::{BTreeMap, HashMap};

use super::apply::Stepper;
use super::fact::Fact;
use super::request::{Attention, CarrierOrder, PortNumber, Stage, Supplement, Voice, Window};
use super::world::World;
use crate::domain::carrier::{Activation, NumberReading, OrderReading, OrderStatus};
use crate::domain::number::E164;
use crate::domain::rejection::{self, Party};
use crate::ids::OrderId;

/// Takes one reading in. `fresh` is the id that the order gets if it is new to us.
pub(super) fn read(
    step: &mut Stepper,
    world: &World<'_>,
    carrier: &str,
    fresh: OrderId,
    reading: OrderReading,
) {
    let known = step
        .request
        .orders
        .iter()
        .find(|one| one.carrier == carrier && one.external_id == reading.external_id);
    let id = match known {
        None => open(step, carrier, fresh, &reading),
        Some(order) => {
            if is_stale(order, &reading) {
                return;
            }
            let id = order.id;
            let answered = matches!(order.supplement, Some(Supplement::Sent { .. }));
            if differs(order, &reading) || answered {
                step.happened(changed(id, &reading));
            }
            id
        }
    };
    take_moved_numbers(step, id, &reading);
    match &reading.status {
        OrderStatus::Unknown(word) => step.raise(Attention::UnknownWord {
            order: id,
            word: word.clone(),
        }),
        _ => step.clear(|one| matches!(one, Attention::UnknownWord { order, .. } if *order == id)),
    }
    let numbers = Numbers::of(step, id, &reading);
    match reading.status {
        OrderStatus::Draft | OrderStatus::CancelPending | OrderStatus::Unknown(_) => {}
        OrderStatus::InProcess | OrderStatus::Submitted => submitted(step, id, &numbers),
        OrderStatus::Exception => rejected(step, id, &numbers, &reading),
        OrderStatus::FocConfirmed => confirmed(step, world, id, &numbers, &reading),
        OrderStatus::Ported => ported(step, id, &numbers),
        OrderStatus::Cancelled => {
            let open = numbers.not_over(step);
            if !open.is_empty() {
                step.happened(Fact::NumbersCancelled { numbers: open });
            }
        }
    }
    if !matches!(reading.status, OrderStatus::Exception) {
        step.clear(|one| matches!(one, Attention::Rejection { order } if *order == id));
    }
    texts(step, &numbers);
}

fn open(step: &mut Stepper, carrier: &str, id: OrderId, reading: &OrderReading) -> OrderId {
    let numbers: Vec<E164> = reading
        .numbers
        .iter()
        .map(|one| one.number)
        .filter(|number| {
            step.request
                .find(*number)
                .is_some_and(|one| one.order.is_none())
        })
        .collect();
    let order = CarrierOrder {
        id,
        carrier: carrier.to_owned(),
        external_id: reading.external_id.clone(),
        support_key: reading.support_key.clone(),
        status: reading.status.clone(),
        raw_status: reading.raw_status.clone(),
        reasons: reading.reasons.clone(),
        requested_foc: reading.requested_foc,
        confirmed_foc: reading.confirmed_foc,
        updated_at: reading.updated_at,
        version: 0,
        supplement: None,
        heard: Vec::new(),
    };
    step.happened(Fact::OrderOpened { order, numbers });
    id
}

/// Whether the reading is about a past that is behind us: older than what is stored, or about the
/// version before a supplement.
fn is_stale(order: &CarrierOrder, reading: &OrderReading) -> bool {
    if let (Some(stored), Some(read)) = (order.updated_at, reading.updated_at)
        && read < stored
    {
        return true;
    }
    reading.status == OrderStatus::Exception
        && match order.supplement {
            Some(Supplement::ToSend) => true,
            Some(Supplement::Sent { seen }) => reading.updated_at <= seen,
            None => false,
        }
}

fn differs(order: &CarrierOrder, reading: &OrderReading) -> bool {
    order.raw_status != reading.raw_status
        || order.status != reading.status
        || order.reasons != reading.reasons
        || order.requested_foc != reading.requested_foc
        || order.confirmed_foc != reading.confirmed_foc
        || order.support_key != reading.support_key
}

fn changed(order: OrderId, reading: &OrderReading) -> Fact {
    Fact::OrderChanged {
        order,
        status: reading.status.clone(),
        raw_status: reading.raw_status.clone(),
        reasons: reading.reasons.clone(),
        requested_foc: reading.requested_foc,
        confirmed_foc: reading.confirmed_foc,
        support_key: reading.support_key.clone(),
        updated_at: reading.updated_at,
    }
}

/// A carrier may split an order, also later: numbers then appear on another order than before.
fn take_moved_numbers(step: &mut Stepper, to: OrderId, reading: &OrderReading) {
    let mut moved: BTreeMap<OrderId, Vec<E164>> = BTreeMap::new();
    for one in &reading.numbers {
        if let Some(from) = step
            .request
            .find(one.number)
            .and_then(|known| known.order)
            .filter(|from| *from != to)
        {
            let older =
                step.request.order(from).and_then(|order| order.updated_at) > reading.updated_at;
            if !older {
                moved.entry(from).or_default().push(one.number);
            }
        }
    }
    for (from, numbers) in moved {
        step.happened(Fact::OrderSplit { from, to, numbers });
    }
}

/// The request's numbers that are on the order, beside what the carrier says of each.
struct Numbers(Vec<(PortNumber, Option<NumberReading>)>);

impl Numbers {
    fn of(step: &Stepper, order: OrderId, reading: &OrderReading) -> Self {
        let mut said: HashMap<E164, &NumberReading> = reading
            .numbers
            .iter()
            .map(|one| (one.number, one))
            .collect();
        Self(
            step.request
                .numbers
                .iter()
                .filter(|one| one.order == Some(order))
                .map(|one| (one.clone(), said.remove(&one.number).cloned()))
                .collect(),
        )
    }

    fn where_voice(&self, wanted: impl Fn(&Voice) -> bool) -> Vec<E164> {
        self.0
            .iter()
            .filter(|(one, _)| wanted(&one.voice))
            .map(|(one, _)| one.number)
            .collect()
    }

    fn not_over(&self, step: &Stepper) -> Vec<E164> {
        self.0
            .iter()
            .map(|(one, _)| one.number)
            .filter(|number| {
                step.request
                    .find(*number)
                    .is_some_and(|one| !one.voice.is_over())
            })
            .collect()
    }
}

fn submitted(step: &mut Stepper, order: OrderId, numbers: &Numbers) {
    let news = numbers.where_voice(|voice| !voice.is_over() && *voice != Voice::Submitted);
    if !news.is_empty() {
        step.happened(Fact::NumbersSubmitted {
            order,
            numbers: news,
        });
    }
}

fn rejected(step: &mut Stepper, order: OrderId, numbers: &Numbers, reading: &OrderReading) {
    let news = numbers.where_voice(|voice| match voice {
        Voice::Rejected { reasons } => *reasons != reading.reasons,
        voice => !voice.is_over(),
    });
    if news.is_empty() {
        return;
    }
    step.happened(Fact::NumbersRejected {
        order,
        numbers: news,
        reasons: reading.reasons.clone(),
    });
    let playbook = rejection::playbook(&reading.reasons);
    if playbook.actor == Party::Desk {
        step.raise(Attention::Rejection { order });
    }
}

fn confirmed(
    step: &mut Stepper,
    world: &World<'_>,
    order: OrderId,
    numbers: &Numbers,
    reading: &OrderReading,
) {
    let Some(start) = reading.confirmed_foc else {
        // A confirmation without a date tells the customer nothing to rely on.
        return submitted(step, order, numbers);
    };
    let window = world.window(start);
    let mut set = Vec::new();
    let mut moved: Vec<(Window, Vec<E164>)> = Vec::new();
    let (mut arrived, mut failed) = (Vec::new(), Vec::new());
    for (one, said) in &numbers.0 {
        match (said.as_ref().map(|said| &said.activation), &one.voice) {
            (_, voice) if voice.is_over() => {}
            (Some(Activation::Active), _) => arrived.push(one.number),
            (Some(Activation::Failed), _) => failed.push(one.number),
            (_, Voice::Scheduled { window: before } | Voice::Porting { window: before })
                if *before == window => {}
            (_, Voice::Scheduled { window: before } | Voice::Porting { window: before }) => {
                match moved.iter_mut().find(|(from, _)| from == before) {
                    Some((_, list)) => list.push(one.number),
                    None => moved.push((*before, vec![one.number])),
                }
            }
            _ => set.push(one.number),
        }
    }
    let earlier = reading.requested_foc.is_some_and(|asked| start < asked);
    let dated = !set.is_empty() || !moved.is_empty();
    if !set.is_empty() {
        step.happened(Fact::PortDateSet {
            order,
            numbers: set,
            window,
            earlier_than_asked: earlier,
        });
    }
    for (from, numbers) in moved {
        step.happened(Fact::PortDateChanged {
            order,
            numbers,
            from,
            window,
        });
    }
    if dated && earlier {
        step.raise(Attention::EarlyDate { order });
    } else if dated {
        step.clear(|one| *one == Attention::EarlyDate { order });
    }
    jeopardy(step, order, reading);
    land(step, order, arrived, failed);
}

fn jeopardy(step: &mut Stepper, order: OrderId, reading: &OrderReading) {
    let flagged = step
        .request
        .attention
        .contains(&Attention::Jeopardy { order });
    if !reading.reasons.is_empty() && !flagged {
        step.happened(Fact::Jeopardy {
            order,
            reasons: reading.reasons.clone(),
        });
        step.raise(Attention::Jeopardy { order });
    } else if reading.reasons.is_empty() && flagged {
        step.happened(Fact::JeopardyOver { order });
        step.clear(|one| *one == Attention::Jeopardy { order });
    }
}

fn ported(step: &mut Stepper, order: OrderId, numbers: &Numbers) {
    let (mut arrived, mut failed) = (Vec::new(), Vec::new());
    for (one, said) in numbers.0.iter().filter(|(one, _)| !one.voice.is_over()) {
        match said.as_ref().map(|said| &said.activation) {
            Some(Activation::Failed | Activation::Cancelled) => failed.push(one.number),
            _ => arrived.push(one.number),
        }
    }
    step.clear(|one| matches!(one, Attention::Jeopardy { order: at } | Attention::EarlyDate { order: at } if *at == order));
    land(step, order, arrived, failed);
}

fn land(step: &mut Stepper, order: OrderId, arrived: Vec<E164>, failed: Vec<E164>) {
    if !arrived.is_empty() {
        if matches!(step.request.stage, Stage::CancelPending { .. }) {
            step.happened(Fact::CancelRefused {
                says: "The numbers have ported.".to_owned(),
            });
        }
        step.happened(Fact::NumbersPorted {
            order,
            numbers: arrived,
        });
    }
    if !failed.is_empty() {
        step.happened(Fact::NumbersFailed {
            numbers: failed,
            reason: "the losing provider did not release the number".to_owned(),
        });
    }
}

fn texts(step: &mut Stepper, numbers: &Numbers) {
    let mut news: Vec<(_, Vec<E164>)> = Vec::new();
    for (one, said) in &numbers.0 {
        let Some(messaging) = said
            .as_ref()
            .map(|said| &said.messaging)
            .filter(|said| **said != one.carrier_text)
        else {
            continue;
        };
        match news.iter_mut().find(|(word, _)| word == messaging) {
            Some((_, list)) => list.push(one.number),
            None => news.push((messaging.clone(), vec![one.number])),
        }
    }
    for (messaging, numbers) in news {
        step.happened(Fact::CarrierTextSeen { numbers, messaging });
    }
}
