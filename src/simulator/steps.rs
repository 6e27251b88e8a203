//! The carriers' own steps: what timers do to an order.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::calendar::{Calendar, later};
use super::matching::Reason;
use super::orders::{Activation, Order, OrderNumber, Status, Texts};
use super::providers::{Habit, NumberKind, Provider};
use super::scenarios::Scenario;
use super::world::{Step, World};

/// When the first and the second half of the numbers are active, after the window opened.
const FIRST_HALF: SignedDuration = SignedDuration::from_mins(15);
const SECOND_HALF: SignedDuration = SignedDuration::from_mins(25);
/// How long a jeopardy lasts.
const CONFLICT: SignedDuration = SignedDuration::from_hours(24);

impl World {
    pub(super) fn step(&mut self, id: Uuid, step: Step) {
        match step {
            Step::SendOn => self.send_on(id),
            Step::Answer => self.answer(id),
            Step::MoveDate => self.move_date_later(id),
            Step::Conflict => self.begin_conflict(id),
            Step::Recover => self.end_conflict(id),
            Step::WindowOpens(foc) => self.window_opens(id, foc),
            Step::FirstHalf => self.activate(id, true),
            Step::SecondHalf => self.activate(id, false),
            Step::TextsStart => self.turn_texts(id, Texts::Activating),
            Step::TextsHang => self.turn_texts(id, Texts::Exception),
            Step::TextsDone => self.texts_done(id),
            Step::Cancelled => self.cancelled(id),
        }
    }

    /// The gaining carrier has looked at the order. Numbers that turn out to be elsewhere go to an order
    /// of their own; the rest goes to the losing provider.
    fn send_on(&mut self, id: Uuid) {
        self.split_off(id);
        if let Some(reason) = self.competing_order(id) {
            self.reject(id, vec![reason]);
            return;
        }
        self.send(id);
    }

    /// The losing provider gets the order.
    pub(super) fn send(&mut self, id: Uuid) {
        let moment = self.moment;
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.details.clear();
        order.submitted_at = Some(moment);
        order.chased = false;
        self.turn(id, Status::Submitted);
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let Some(provider) = self.provider(&order.provider) else {
            return;
        };
        if is_silent(order, provider) {
            return;
        }
        let at = answer_time(order, &provider.calendar(), provider.habit, moment);
        self.plan(id, at, Step::Answer);
    }

    /// Somebody asked after an order whose losing provider does not answer.
    pub(super) fn chase(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let Some(provider) = self.provider(&order.provider) else {
            return;
        };
        if !is_silent(order, provider) {
            return;
        }
        let calendar = provider.calendar();
        let sent = order.submitted_at.unwrap_or(self.moment);
        let patience = calendar.days_later(sent, usize::from(order.options.silent_business_days));
        let at = calendar.after_work(patience.max(self.moment), SignedDuration::from_hours(4));
        self.plan(id, at, Step::Answer);
        self.carrier_comments(
            id,
            "Thank you for asking. We have escalated this order with the losing provider.",
        );
    }

    /// The losing provider answers: rejected, or a date.
    fn answer(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let Some(provider) = self.provider(&order.provider).cloned() else {
            return;
        };
        let mut reasons = self.verdict(order, &provider);
        if order.scenario == Scenario::NumberLostToOtherPort {
            let lost = order
                .numbers
                .last()
                .map(|n| n.number.to_string())
                .unwrap_or_default();
            let code = if order.options.lost_as_mismatch {
                "PHONE_NUMBER_MISMATCH"
            } else {
                "PHONE_NUMBER_NOT_PORTABLE"
            };
            reasons = vec![Reason::new(
                code,
                format!("{lost} has left the account: another carrier ported it"),
            )];
        }
        if !reasons.is_empty() {
            self.reject(id, reasons);
            return;
        }
        let calendar = provider.calendar();
        let foc = self.confirmed_date(order, &calendar);
        let scenario = order.scenario;
        self.set_date(id, foc);
        if let Some(order) = self.orders.get_mut(&id) {
            order.details.clear();
            order.set_all(Activation::Pending);
        }
        self.turn(id, Status::FocDateConfirmed);
        let span = foc.duration_since(self.moment);
        let soon = |hours: i64, share: i32| {
            later(
                self.moment,
                SignedDuration::from_hours(hours).min(span / share),
            )
        };
        match scenario {
            Scenario::DateMovedLater => self.plan(id, soon(24, 2), Step::MoveDate),
            Scenario::Jeopardy => self.plan(id, soon(6, 4), Step::Conflict),
            _ => {}
        }
    }

    /// The date that the losing provider gives.
    fn confirmed_date(&self, order: &Order, calendar: &Calendar) -> Timestamp {
        let tomorrow = calendar.business_day_after(calendar.date(self.moment), 1);
        let earliest = calendar.next_window(calendar.at(tomorrow, 0, 0)).opens;
        let wished = order.foc_requested().unwrap_or_else(|| {
            self.windows(order, false)
                .first()
                .map_or(earliest, |w| w.opens)
        });
        match order.scenario {
            Scenario::CancelTooLate => earliest,
            Scenario::DateEarlierThanAsked if wished > earliest => {
                let two_days_before = calendar.business_day_before(calendar.date(wished), 2);
                calendar
                    .next_window(calendar.at(two_days_before, 0, 0))
                    .opens
                    .max(earliest)
            }
            _ => wished.max(earliest),
        }
    }

    /// Sets (or moves) the confirmed date.
    pub(super) fn set_date(&mut self, id: Uuid, foc: Timestamp) {
        let moment = self.moment;
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.foc_actual = Some(foc);
        order.updated_at = moment;
        order.note(moment, format!("date {foc}"));
        self.plan(id, foc, Step::WindowOpens(foc));
    }

    fn move_date_later(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let (Some(provider), Some(foc)) = (self.provider(&order.provider), order.foc_actual) else {
            return;
        };
        let moved = provider
            .calendar()
            .days_later(foc, usize::from(order.options.moved_business_days));
        self.set_date(id, moved);
        self.carrier_comments(id, "The losing provider has moved the port date. Please see the new FOC date on the order.");
    }

    /// A jeopardy: the order stays confirmed, with a reason, while its numbers are in conflict.
    pub(super) fn begin_conflict(&mut self, id: Uuid) {
        let end = later(self.moment, CONFLICT);
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.details = vec![Reason::new(
            "SV_CONFLICT",
            "The losing provider has put the numbers in conflict; the date is in danger",
        )];
        order.set_all(Activation::Conflict);
        let (foc, key) = (order.foc_actual, order.provider.clone());
        self.turn(id, Status::FocDateConfirmed);
        self.plan(id, end, Step::Recover);
        // The date holds unless it falls into the conflict itself.
        if foc.is_some_and(|foc| foc <= later(end, SignedDuration::from_hours(2)))
            && let Some(provider) = self.provider(&key)
        {
            let calendar = provider.calendar();
            let next = calendar
                .next_window(later(end, SignedDuration::from_hours(2)))
                .opens;
            self.set_date(id, next);
        }
    }

    fn end_conflict(&mut self, id: Uuid) {
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.details.clear();
        order.set_all(Activation::Pending);
        self.turn(id, Status::FocDateConfirmed);
    }

    fn window_opens(&mut self, id: Uuid, foc: Timestamp) {
        let moment = self.moment;
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        // A date that was moved leaves its old timer behind.
        if order.foc_actual != Some(foc) || order.status != Status::FocDateConfirmed {
            return;
        }
        order.details.clear();
        order.set_all(Activation::Ready);
        order.updated_at = moment;
        order.note(moment, "window opens");
        self.plan(id, later(moment, FIRST_HALF), Step::FirstHalf);
        self.plan(id, later(moment, SECOND_HALF), Step::SecondHalf);
    }

    fn activate(&mut self, id: Uuid, first: bool) {
        let moment = self.moment;
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        let count = order.numbers.len();
        let partial = order.scenario == Scenario::PartialPort && count > 1;
        let ended = if order.options.partial_cancelled {
            Activation::Cancelled
        } else {
            Activation::Failed
        };
        let until = if first { count / 2 } else { count };
        for (index, number) in order.numbers.iter_mut().enumerate().take(until) {
            number.activation = if partial && index + 1 == count {
                ended
            } else {
                Activation::Active
            };
        }
        order.updated_at = moment;
        if first {
            return;
        }
        order.activation = Some(Activation::Active);
        let failed = order
            .numbers
            .last()
            .filter(|n| n.activation == ended)
            .map(|n| n.number);
        let wants_texts = order.texts == Texts::Pending;
        self.turn(id, Status::Ported);
        if let Some(number) = failed {
            self.carrier_comments(id, format!("{number} did not port: the losing provider did not release it. The other numbers are active."));
        }
        if wants_texts {
            self.plan_texts(id);
        }
    }

    fn plan_texts(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        if order.scenario != Scenario::LateText {
            let at = self.usual_texts_at(order);
            self.turn_texts(id, Texts::Activating);
            self.plan(id, at, Step::TextsDone);
            return;
        }
        let days = usize::from(order.options.text_business_days).max(1);
        let hangs = order.options.text_exception;
        let moment = self.moment;
        let done = self.house.days_later(moment, days);
        let start = self.house.days_later(moment, 1).min(done);
        self.plan(id, start, Step::TextsStart);
        if hangs {
            let hang = later(start, SignedDuration::from_hours(2));
            self.plan(id, hang, Step::TextsHang);
            self.plan(
                id,
                later(hang, SignedDuration::from_hours(20)),
                Step::TextsStart,
            );
        }
        self.plan(id, done, Step::TextsDone);
    }

    fn texts_done(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let all = order
            .numbers
            .iter()
            .all(|n| n.activation == Activation::Active);
        self.turn_texts(
            id,
            if all {
                Texts::Ported
            } else {
                Texts::PartialPortComplete
            },
        );
    }

    fn cancelled(&mut self, id: Uuid) {
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.details.clear();
        order.foc_actual = None;
        order.set_all(Activation::Cancelled);
        self.turn(id, Status::Cancelled);
        if self
            .orders
            .get(&id)
            .is_some_and(|o| o.texts == Texts::Pending)
        {
            self.turn_texts(id, Texts::Canceled);
        }
    }

    /// Moves the numbers that are at another provider to an order of their own, in the same state and
    /// with the same data.
    pub(super) fn split_off(&mut self, id: Uuid) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let elsewhere = |n: &OrderNumber| {
            n.found_later_at
                .as_ref()
                .filter(|p| **p != order.provider)
                .cloned()
        };
        let Some(target) = order.numbers.iter().find_map(elsewhere) else {
            return;
        };
        let (mut moved, kept): (Vec<_>, Vec<_>) = order
            .numbers
            .iter()
            .cloned()
            .partition(|n| elsewhere(n).as_ref() == Some(&target));
        if kept.is_empty() {
            return;
        }
        for number in &mut moved {
            number.found_later_at = None;
        }
        self.split_to(id, kept, moved, target);
    }

    /// Splits an order in two.
    pub(super) fn split_to(
        &mut self,
        id: Uuid,
        kept: Vec<OrderNumber>,
        moved: Vec<OrderNumber>,
        provider: String,
    ) {
        let (moment, new, key) = (self.moment, self.uuid(), self.key("sr"));
        let provider_name = self
            .provider(&provider)
            .map_or_else(|| provider.clone(), |p| p.name.clone());
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.numbers = kept;
        order.updated_at = moment;
        order.note(
            moment,
            format!("split: {} numbers went to {new}", moved.len()),
        );
        let moved_ids: Vec<Uuid> = moved.iter().map(|n| n.id).collect();
        let mut other = order.clone();
        other.id = new;
        other.created_at = moment;
        other.updated_at = moment;
        other.numbers = moved;
        other.provider = provider;
        other.provider_name = provider_name;
        other.support_key = Some(key);
        other.comments = Vec::new();
        other.additional = Vec::new();
        other.history = vec![(moment, format!("split from {id}"))];
        let (reference, number_texts): (String, Vec<String>) = (
            other.reference().unwrap_or_default().to_owned(),
            other.numbers.iter().map(|n| n.number.to_string()).collect(),
        );
        *self
            .counters
            .orders_by_reference
            .entry(reference)
            .or_default() += 1;
        for text in number_texts {
            *self.counters.orders_by_number.entry(text).or_default() += 1;
        }
        self.orders.insert(new, other);
        self.order_ids.push(new);
        self.emit_split(id, new, &moved_ids);
        let at = self.house.after_work(moment, SignedDuration::from_hours(1));
        self.plan(new, at, Step::SendOn);
    }

    /// Another open order for one of the same numbers.
    fn competing_order(&self, id: Uuid) -> Option<Reason> {
        let order = self.orders.get(&id)?;
        let taken = order.numbers.iter().find(|number| {
            self.orders.values().any(|other| {
                let earlier = other.submitted_at.is_some() && other.status.is_open();
                let has_it = other.status == Status::Ported || earlier;
                other.id != id
                    && has_it
                    && other
                        .numbers
                        .iter()
                        .any(|n| n.number == number.number && n.activation != Activation::Failed)
            })
        })?;
        Some(Reason::new(
            "LSR_PENDING",
            format!("Another order for {} is open or done", taken.number),
        ))
    }
}

fn is_silent(order: &Order, provider: &Provider) -> bool {
    order.scenario == Scenario::SilentCarrier || provider.habit == Habit::Silent
}

/// When the losing provider answers.
fn answer_time(order: &Order, calendar: &Calendar, habit: Habit, now: Timestamp) -> Timestamp {
    let wireless = order.kind == NumberKind::Mobile;
    let hours = match (order.scenario, habit) {
        // Quick enough that a date before the first one on offer is still possible.
        (Scenario::DateEarlierThanAsked, _) => 2,
        (_, Habit::Fast) => 2,
        (_, Habit::Usual | Habit::Strict) if wireless => 2,
        (_, Habit::Usual | Habit::Strict) => 8,
        (_, Habit::Slow | Habit::Silent) => 27,
    };
    let mut at = calendar.after_work(now, SignedDuration::from_hours(hours));
    if order.scenario == Scenario::CancelTooLate {
        // Only answer on a day whose next business day is close enough that nothing can be cancelled.
        for _ in 0..14 {
            let next = calendar.business_day_after(calendar.date(at), 1);
            if calendar
                .next_window(calendar.at(next, 0, 0))
                .opens
                .duration_since(at)
                < SignedDuration::from_hours(44)
            {
                break;
            }
            at = calendar.at(next, 9, 0);
        }
    }
    at
}
