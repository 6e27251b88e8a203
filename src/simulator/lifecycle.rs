//! What becomes of an order: the customer's calls on one side, the carriers' steps on the other.
//!
//! Where the published description leaves a choice open, this is what was chosen:
//!
//! * An order in `exception` goes on by itself after a PATCH of anything that the losing provider
//!   reads, or after the customer's comment: the gaining carrier picks it up within a business hour and
//!   it is `submitted` again. `confirm` on an exception is accepted too, and does the same by way of
//!   `in-process`.
//! * `cancel` is refused on a draft (delete it), within 48 hours of the confirmed date, and when the
//!   order is over.
//! * A confirmed date that is moved changes no status, so nothing but a comment tells of it.
//! * `new_comment` webhooks are sent for what the carrier writes, not for the customer's own comments.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::calendar::later;
use super::errors::ApiError;
use super::fields::{self, Part, Patch, text_at};
use super::matching::{Reason, check};
use super::orders::{Activation, Comment, Order, OrderNumber, Status, Texts};
use super::providers::{NumberKind, Provider};
use super::scenarios::Scenario;
use super::world::{DRAFT_LIFE, Due, Step, World};
use crate::domain::number::E164;

/// Within this of the confirmed date, the API cancels nothing and moves no date.
const NO_RETURN: SignedDuration = SignedDuration::from_hours(48);
/// A port window that was shown can be asked for this long in desk time, and this long in wire time: a
/// client reads the windows in one call and asks for one in the next, however fast the calendar runs.
const SHOWN: SignedDuration = SignedDuration::from_hours(24);
const SHOWN_WIRE: std::time::Duration = std::time::Duration::from_secs(10);
/// The gaining carrier's own look at an order, in business hours.
const REVIEW: SignedDuration = SignedDuration::from_hours(1);
/// Working off a cancellation, in business hours.
const CANCELLING: SignedDuration = SignedDuration::from_hours(2);
/// Texts usually follow voice within this.
const TEXTS_LAG: SignedDuration = SignedDuration::from_mins(10);
/// Numbers that one create may carry.
const NUMBERS_MAX: usize = 2_000;

impl World {
    /// `POST /porting_orders`: one order for each losing provider and kind of number.
    pub(super) fn create(
        &mut self,
        numbers: &[E164],
        reference: Option<String>,
        group: Option<String>,
    ) -> Result<Vec<Uuid>, ApiError> {
        if numbers.is_empty() {
            return Err(ApiError::missing(&["/phone_numbers"]));
        }
        if numbers.len() > NUMBERS_MAX {
            return Err(ApiError::invalid_at(
                "/phone_numbers",
                "has too many entries",
            ));
        }
        let mut groups: BTreeMap<(String, NumberKind), Vec<OrderNumber>> = BTreeMap::new();
        let mut seen = std::collections::BTreeSet::new();
        for number in numbers {
            if !seen.insert(*number) {
                return Err(ApiError::invalid_at(
                    "/phone_numbers",
                    "names a number twice",
                ));
            }
            if let Some(reason) = self.not_portable(*number) {
                return Err(ApiError::invalid_at(
                    "/phone_numbers",
                    &format!("holds {number}, which is not portable: {reason}"),
                ));
            }
            let (provider, kind, found_later_at) = self.look_up(*number);
            let entry = OrderNumber {
                id: self.uuid(),
                number: *number,
                kind,
                activation: Activation::New,
                found_later_at,
            };
            groups.entry((provider, kind)).or_default().push(entry);
        }
        let parent = self.key("pr");
        let mut data = fields::blank();
        fields::set(&mut data, "/customer_reference", json!(reference));
        fields::set(&mut data, "/customer_group_reference", json!(group));
        let ids: Vec<Uuid> = groups
            .into_iter()
            .map(|((provider, kind), numbers)| {
                self.open(provider, kind, numbers, data.clone(), parent.clone())
            })
            .collect();
        *self
            .counters
            .creates_by_reference
            .entry(reference.unwrap_or_default())
            .or_default() += 1;
        self.maybe_go_down(&ids);
        Ok(ids)
    }

    fn open(
        &mut self,
        provider: String,
        kind: NumberKind,
        numbers: Vec<OrderNumber>,
        data: Value,
        parent_key: String,
    ) -> Uuid {
        let id = self.uuid();
        let holders: Vec<_> = numbers
            .iter()
            .filter_map(|n| self.holder(n.number))
            .collect();
        let customer = holders.first().map(|(index, ..)| *index);
        let player = holders
            .iter()
            .find(|(_, c, _)| c.scenario != Scenario::Happy)
            .or(holders.first());
        let (scenario, options) = player
            .map(|(_, c, _)| (c.scenario, c.options))
            .unwrap_or_default();
        let provider_name = self
            .provider(&provider)
            .map_or_else(|| provider.clone(), |p| p.name.clone());
        let mut order = Order {
            id,
            created_at: self.moment,
            updated_at: self.moment,
            data,
            numbers,
            provider,
            provider_name,
            kind,
            status: Status::Draft,
            details: Vec::new(),
            foc_actual: None,
            activation: None,
            texts: Texts::NotApplicable,
            support_key: None,
            parent_key,
            comments: Vec::new(),
            additional: Vec::new(),
            scenario,
            options,
            customer,
            plan: 0,
            submitted_at: None,
            chased: false,
            windows_shown_at: None,
            confirms_accepted: 0,
            confirms_refused: 0,
            history: Vec::new(),
        };
        order.note(self.moment, "created");
        *self
            .counters
            .orders_by_reference
            .entry(order.reference().unwrap_or_default().to_owned())
            .or_default() += 1;
        for number in &order.numbers {
            *self
                .counters
                .orders_by_number
                .entry(number.number.to_string())
                .or_default() += 1;
        }
        self.orders.insert(id, order);
        self.order_ids.push(id);
        self.at(later(self.moment, DRAFT_LIFE), Due::DraftExpires(id));
        id
    }

    /// Who has the number, of what kind it is, and who will turn out to have it.
    fn look_up(&self, number: E164) -> (String, NumberKind, Option<String>) {
        match self.holder(number) {
            Some((_, customer, held)) => (
                held.provider
                    .clone()
                    .unwrap_or_else(|| customer.provider.clone()),
                held.kind.unwrap_or_else(|| NumberKind::guess(number)),
                held.found_later_at.clone(),
            ),
            None => match NumberKind::guess(number) {
                NumberKind::TollFree => ("tollway".into(), NumberKind::TollFree, None),
                kind => ("northline".into(), kind, None),
            },
        }
    }

    /// Why a number cannot be ported in at all; `None` if it can.
    pub(super) fn not_portable(&self, number: E164) -> Option<&'static str> {
        let text = number.to_string();
        let Some(national) = text.strip_prefix("+1").filter(|n| n.len() == 10) else {
            return Some("No coverage");
        };
        let unused = |part: Option<&str>| {
            part.is_none_or(|p| p.starts_with(['0', '1']) || p.ends_with("11"))
        };
        (unused(national.get(..3)) || unused(national.get(3..6))).then_some("Invalid phone number")
    }

    /// `carrier_down_for_a_day`: the outage begins when the order has been created, once for each customer.
    fn maybe_go_down(&mut self, created: &[Uuid]) {
        for id in created {
            let Some(order) = self.orders.get(id) else {
                continue;
            };
            if let (Scenario::CarrierDownForADay, Some(customer)) = (order.scenario, order.customer)
                && self.outages_played.insert(customer)
            {
                let until = later(
                    self.moment,
                    SignedDuration::from_hours(i64::from(order.options.outage_hours)),
                );
                // The answer to this very request still goes out.
                self.down = Some((
                    self.moment,
                    self.down.map_or(until, |(_, end)| end.max(until)),
                ));
            }
        }
    }

    /// `PATCH /porting_orders/{id}`.
    pub(super) fn patch(&mut self, id: Uuid, patch: &Patch) -> Result<(), ApiError> {
        let order = self.order(id)?;
        for change in &patch.changes {
            self.may_change(order, change.part, change.pointer, &change.value)?;
        }
        let mut data = order.data.clone();
        for change in &patch.changes {
            fields::apply(&mut data, change);
        }
        let changed = |part: Part| {
            patch
                .changes
                .iter()
                .any(|c| c.part == part && order.data.pointer(c.pointer) != Some(&c.value))
        };
        let keeps = text_at(&data, "/misc/remaining_numbers_action") == "keep";
        if keeps && text_at(&data, "/misc/new_billing_phone_number").is_empty() {
            return Err(ApiError::missing(&["/misc/new_billing_phone_number"]));
        }
        let wants_texts = data.pointer("/messaging/enable_messaging") == Some(&json!(true));
        if wants_texts
            && self.config.texts_need_profile
            && text_at(&data, "/phone_number_configuration/messaging_profile_id").is_empty()
        {
            return Err(ApiError::missing(&[
                "/phone_number_configuration/messaging_profile_id",
            ]));
        }
        let (losing, date) = (changed(Part::Losing), changed(Part::Date));
        let moment = self.moment;
        let order = self.order_mut(id)?;
        order.data = data;
        order.updated_at = moment;
        if order.texts == Texts::NotApplicable && wants_texts {
            order.texts = Texts::Pending;
        } else if order.texts == Texts::Pending && !wants_texts {
            order.texts = Texts::NotApplicable;
        }
        match order.status {
            Status::Exception if losing || date => self.pick_up_again(id, "data changed"),
            // A new date for a confirmed order goes back to the losing provider.
            Status::FocDateConfirmed if date => self.ask_for_another_date(id),
            _ => {}
        }
        Ok(())
    }

    fn may_change(
        &self,
        order: &Order,
        part: Part,
        pointer: &str,
        value: &Value,
    ) -> Result<(), ApiError> {
        if order.data.pointer(pointer) == Some(value) {
            return Ok(());
        }
        let over = matches!(
            order.status,
            Status::CancelPending | Status::Cancelled | Status::Ported
        );
        let early = matches!(
            order.status,
            Status::Draft | Status::InProcess | Status::Exception
        );
        let refused = match part {
            Part::Own => false,
            Part::Here => over,
            Part::Losing => over || order.status == Status::FocDateConfirmed,
            Part::Date => over || self.too_late(order),
            Part::Texts => !early,
        };
        if refused {
            return Err(ApiError::invalid_at(
                pointer,
                &format!(
                    "cannot be changed now; the order is {}",
                    order.status.word()
                ),
            ));
        }
        if pointer.starts_with("/documents/")
            && let Some(text) = value.as_str()
            && !Uuid::try_parse(text).is_ok_and(|document| self.documents.contains_key(&document))
        {
            return Err(ApiError::no_such_associate(pointer));
        }
        if part == Part::Date
            && let Some(wished) = value
                .as_str()
                .and_then(|text| text.parse::<Timestamp>().ok())
            && !self
                .windows(order, true)
                .iter()
                .any(|w| w.opens <= wished && wished <= w.closes && wished > self.moment)
        {
            return Err(ApiError::invalid_at(
                pointer,
                "is not in an allowed FOC window",
            ));
        }
        Ok(())
    }

    /// The port windows on offer for an order, or (`as_shown`) those it was last shown not long ago.
    pub(super) fn windows(&self, order: &Order, as_shown: bool) -> Vec<super::calendar::Window> {
        let Some(provider) = self.provider(&order.provider) else {
            return Vec::new();
        };
        let life = SHOWN.max(self.clock.desk_for_wire(SHOWN_WIRE));
        let oldest = later(self.moment, -life);
        let from = match order.windows_shown_at {
            Some(shown) if as_shown && shown >= oldest => shown,
            _ => self.moment,
        };
        provider
            .calendar()
            .windows(from, usize::from(provider.lead_business_days))
    }

    fn too_late(&self, order: &Order) -> bool {
        order
            .foc_actual
            .is_some_and(|foc| foc.duration_since(self.moment) < NO_RETURN)
    }

    /// `POST /porting_orders/{id}/actions/confirm`.
    pub(super) fn confirm(&mut self, id: Uuid) -> Result<(), ApiError> {
        let (moment, support_key) = (self.moment, self.key("sr"));
        let order = self.order_mut(id)?;
        if !matches!(order.status, Status::Draft | Status::Exception) {
            order.confirms_refused += 1;
            let word = order.status.word();
            self.counters.confirms_repeated += 1;
            return Err(ApiError::state(&format!(
                "The order is {word} and cannot be confirmed again"
            )));
        }
        let missing = order.missing();
        if !missing.is_empty() {
            return Err(ApiError::missing(&missing));
        }
        order.confirms_accepted += 1;
        order.support_key.get_or_insert(support_key);
        order.details.clear();
        order.plan += 1;
        order.note(moment, "confirmed by the customer");
        self.counters.confirms_accepted += 1;
        self.turn(id, Status::InProcess);
        let at = self.house.after_work(moment, REVIEW);
        self.plan(id, at, Step::SendOn);
        Ok(())
    }

    /// `POST /porting_orders/{id}/actions/cancel`.
    pub(super) fn cancel(&mut self, id: Uuid) -> Result<(), ApiError> {
        let order = self.order(id)?;
        let refusal = match order.status {
            Status::Draft => Some("A draft is not cancelled but deleted".to_owned()),
            Status::CancelPending | Status::Cancelled | Status::Ported => Some(format!(
                "The order is {} and cannot be cancelled",
                order.status.word()
            )),
            _ if self.too_late(order) => {
                Some("The order cannot be cancelled within 48 hours of its FOC date".to_owned())
            }
            _ => None,
        };
        if let Some(text) = refusal {
            self.counters.cancels_refused += 1;
            let moment = self.moment;
            self.order_mut(id)?
                .note(moment, format!("cancel refused: {text}"));
            return Err(ApiError::state(&text));
        }
        self.counters.cancels_accepted += 1;
        self.order_mut(id)?.plan += 1;
        self.turn(id, Status::CancelPending);
        let at = self.house.after_work(self.moment, CANCELLING);
        self.plan(id, at, Step::Cancelled);
        Ok(())
    }

    /// `DELETE /porting_orders/{id}`.
    pub(super) fn delete(&mut self, id: Uuid) -> Result<(), ApiError> {
        if self.order(id)?.status != Status::Draft {
            return Err(ApiError::state("Only a draft can be deleted"));
        }
        self.remove(id);
        Ok(())
    }

    pub(super) fn draft_expires(&mut self, id: Uuid) {
        if self
            .orders
            .get(&id)
            .is_some_and(|o| o.status == Status::Draft)
        {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: Uuid) {
        self.emit_deleted(id);
        self.orders.remove(&id);
        self.order_ids.retain(|other| *other != id);
    }

    /// `POST /porting_orders/{id}/comments`: the customer writes.
    pub(super) fn customer_comments(
        &mut self,
        id: Uuid,
        body: String,
    ) -> Result<Comment, ApiError> {
        let comment = self
            .write(id, body, "user")
            .ok_or_else(|| ApiError::not_found("porting order"))?;
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(comment);
        };
        match order.status {
            Status::Exception => self.pick_up_again(id, "customer commented"),
            Status::Submitted if !order.chased => {
                order.chased = true;
                self.chase(id);
            }
            _ => {}
        }
        Ok(comment)
    }

    /// The carrier writes; a webhook tells of it.
    pub(super) fn carrier_comments(&mut self, id: Uuid, body: impl Into<String>) {
        if let Some(comment) = self.write(id, body.into(), "admin") {
            self.emit_comment(id, &comment);
        }
    }

    fn write(&mut self, id: Uuid, body: String, user_type: &'static str) -> Option<Comment> {
        let comment = Comment {
            id: self.uuid(),
            body,
            user_type,
            at: self.moment,
        };
        let order = self.orders.get_mut(&id)?;
        order.comments.push(comment.clone());
        Some(comment)
    }

    /// Turns an order's status and tells of it.
    pub(super) fn turn(&mut self, id: Uuid, status: Status) {
        let moment = self.moment;
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.status = status;
        order.updated_at = moment;
        order.note(moment, format!("status {}", status.word()));
        self.emit_status(id);
    }

    /// Turns the state of an order's texts and tells of it.
    pub(super) fn turn_texts(&mut self, id: Uuid, texts: Texts) {
        let moment = self.moment;
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        if order.texts == texts {
            return;
        }
        order.texts = texts;
        order.updated_at = moment;
        order.note(moment, format!("texts {}", texts.word()));
        self.emit_messaging(id);
    }

    /// Rejects an order.
    pub(super) fn reject(&mut self, id: Uuid, reasons: Vec<Reason>) {
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.details = reasons;
        order.plan += 1;
        order.foc_actual = None;
        order.set_all(Activation::New);
        order.activation = None;
        self.turn(id, Status::Exception);
    }

    /// An exception that somebody did something about is sent on again.
    fn pick_up_again(&mut self, id: Uuid, why: &str) {
        let moment = self.moment;
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.plan += 1;
        order.note(moment, format!("{why}: will be sent on again"));
        let at = self.house.after_work(moment, REVIEW);
        self.plan(id, at, Step::SendOn);
    }

    fn ask_for_another_date(&mut self, id: Uuid) {
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.plan += 1;
        order.foc_actual = None;
        order.set_all(Activation::New);
        order.activation = None;
        self.send(id);
    }

    pub(super) fn order(&self, id: Uuid) -> Result<&Order, ApiError> {
        self.orders
            .get(&id)
            .ok_or_else(|| ApiError::not_found("porting order"))
    }

    pub(super) fn order_mut(&mut self, id: Uuid) -> Result<&mut Order, ApiError> {
        self.orders
            .get_mut(&id)
            .ok_or_else(|| ApiError::not_found("porting order"))
    }

    /// The reasons for which the losing provider would reject the order as it stands.
    pub(super) fn verdict(&self, order: &Order, provider: &Provider) -> Vec<Reason> {
        let customer = order.customer.and_then(|index| self.customers.get(index));
        let Some(customer) = customer else {
            if self.config.accept_unknown {
                return Vec::new();
            }
            let list: Vec<String> = order.numbers.iter().map(|n| n.number.to_string()).collect();
            return vec![Reason::new(
                "PHONE_NUMBER_MISMATCH",
                format!(
                    "The losing provider has no account with {}",
                    list.join(", ")
                ),
            )];
        };
        // Other open orders of the same customer, and numbers that are at other providers, are not left behind.
        let elsewhere = customer.numbers.iter().filter(|held| {
            let at_another = held
                .provider
                .as_deref()
                .or(held.found_later_at.as_deref())
                .is_some_and(|p| p != order.provider);
            at_another
                || self.orders.values().any(|o| {
                    o.id != order.id
                        && o.status != Status::Cancelled
                        && o.numbers.iter().any(|n| n.number == held.phone_number)
                })
        });
        let elsewhere = elsewhere.map(|held| held.phone_number).collect();
        check(provider, customer, &order.request(elsewhere))
    }

    /// When texts usually follow voice.
    pub(super) fn usual_texts_at(&self, order: &Order) -> Timestamp {
        match order.kind {
            NumberKind::TollFree => self.house.days_later(self.moment, 1),
            _ => later(self.moment, TEXTS_LAG),
        }
    }
}
