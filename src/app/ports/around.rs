//! Which requests somebody may see, and what lies around a request that its rules depend on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Document, Stored, View};
use crate::app::{App, AppError, Caller};
use crate::db::{DbError, Session, people};
use crate::domain::calendar::{Calendar, CarrierDays, zone as calendar_zone};
use crate::domain::number::E164;
use crate::domain::port::{
    Event, PortRequest, World, blockers, is_sent_when_signed, missing, standing,
};
use crate::ids::AccountId;

/// Which requests an event may be for.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Any: the caller works at the desk, or came by a way that knows the request, such as a secret link or a job.
    Any,
    /// Only those of this account and of these clients of its.
    Account(AccountId, Arc<[AccountId]>),
}

impl Scope {
    /// Whether it covers this account.
    pub fn covers(&self, account: AccountId) -> bool {
        match self {
            Self::Any => true,
            Self::Account(own, clients) => *own == account || clients.contains(&account),
        }
    }
}

impl Caller {
    /// What this caller may see.
    pub fn scope(&self) -> Scope {
        self.account.map_or(Scope::Any, |own| {
            Scope::Account(own, Arc::clone(&self.clients))
        })
    }
}

/// The calendar of a request: its losing provider's, in the zone of its numbers' NPAC region.
pub fn calendar(app: &App, request: &PortRequest) -> Calendar {
    let first = request.numbers.first().map(|one| one.number);
    calendar_of(app, first, &request.details.losing_carrier)
}

/// The calendar of a request of which only its first number and its losing provider are at hand.
pub fn calendar_of(app: &App, first: Option<E164>, carrier: &str) -> Calendar {
    let zone = first
        .and_then(|number| number.npac_zone())
        .and_then(|name| calendar_zone(name).ok())
        .unwrap_or_else(|| app.operator().time_zone.clone());
    let settings = &app.config.calendar;
    // The settings were read, so their hours are in order.
    let days = settings
        .hours_at(carrier)
        .and_then(|own| CarrierDays::with_hours(own.opens, own.cutoff, own.closes).ok())
        .unwrap_or_default();
    let closed = settings.closed_days_at(carrier).iter().copied();
    Calendar::new(zone, days.with_closed(closed))
}

/// Receiving numbers of an account, and those of other accounts of its agency with how each is called here.
pub(super) fn sorted(
    found: Vec<(E164, AccountId, String)>,
    own: AccountId,
    scope: &Scope,
) -> (HashSet<E164>, HashMap<E164, String>) {
    let mut receiving = HashSet::new();
    let mut elsewhere = HashMap::new();
    for (number, at, name) in found {
        if at == own {
            receiving.insert(number);
        } else if scope.covers(at) {
            elsewhere.insert(number, format!("the account {name}"));
        } else {
            // A client does not learn which other clients its agency has.
            let some = "another account of the same agency".to_owned();
            elsewhere.entry(number).or_insert(some);
        }
    }
    (receiving, elsewhere)
}

/// What lies around a request.
pub(in crate::app) struct Around {
    pub(super) calendar: Calendar,
    pub(super) receiving: HashSet<E164>,
    pub(super) receiving_elsewhere: HashMap<E164, String>,
    /// The account's agency, or itself.
    pub(super) root: AccountId,
    pub(super) receiving_required: bool,
    pub(super) letter_max_days: u16,
    pub(super) campaign_approved: bool,
    pub(super) account_name: String,
    /// Whether the account had no endpoint for webhooks when this was loaded.
    pub(super) unheard: bool,
}

impl Around {
    /// The request with what is around it.
    pub(super) fn view(
        self,
        request: PortRequest,
        version: i64,
        documents: Vec<Document>,
        submitter: String,
    ) -> View {
        let world = self.world();
        View {
            missing: missing(&request, world.receiving_required),
            standing: standing(&request, &world),
            blockers: blockers(&request, &world),
            sent_when_signed: is_sent_when_signed(&request, &world),
            documents,
            submitter,
            account_name: self.account_name,
            calendar: self.calendar,
            version,
            request,
        }
    }

    pub(in crate::app) async fn load(
        app: &App,
        session: &mut Session,
        request: &PortRequest,
        scope: &Scope,
    ) -> Result<Self, DbError> {
        let account = people::account(session, request.account).await?;
        let root = account
            .as_ref()
            .and_then(|one| one.parent)
            .unwrap_or(request.account);
        let found = people::receiving_on_port(session, root, request.id).await?;
        let (receiving, receiving_elsewhere) = sorted(found, request.account, scope);
        Ok(Self {
            calendar: calendar(app, request),
            receiving,
            receiving_elsewhere,
            root,
            receiving_required: app.config.ports.receiving_number_required,
            letter_max_days: crate::app::letters::max_days(app, request),
            campaign_approved: account.as_ref().is_some_and(|one| one.campaign_approved),
            account_name: account.map_or_else(String::new, |one| one.name),
            unheard: false,
        })
    }

    /// Numbers that are about to join the request may be receiving numbers, too.
    pub(super) async fn join(
        &mut self,
        session: &mut Session,
        account: AccountId,
        events: &[Event],
        scope: &Scope,
    ) -> Result<(), DbError> {
        for event in events {
            if let Event::AddNumbers { numbers } = event {
                let numbers: Vec<E164> = numbers.iter().map(|one| one.number).collect();
                let found = people::receiving_among(session, self.root, &numbers).await?;
                let (receiving, elsewhere) = sorted(found, account, scope);
                self.receiving.extend(receiving);
                self.receiving_elsewhere.extend(elsewhere);
            }
        }
        Ok(())
    }

    pub(in crate::app) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub(in crate::app) fn account_name(&self) -> &str {
        &self.account_name
    }

    pub(in crate::app) fn world(&self) -> World<'_> {
        World {
            calendar: &self.calendar,
            receiving: self.receiving.clone(),
            receiving_elsewhere: self.receiving_elsewhere.clone(),
            receiving_required: self.receiving_required,
            letter_max_days: self.letter_max_days,
            campaign_approved: self.campaign_approved,
        }
    }
}

pub(in crate::app) fn visible(stored: Option<Stored>, scope: &Scope) -> Result<Stored, AppError> {
    // Even that it exists is not for others to know.
    stored
        .filter(|stored| scope.covers(stored.request.account))
        .ok_or(AppError::NotFound("port request"))
}
