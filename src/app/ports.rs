//! Port requests: the one door through which everything happens to them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::answers::Keep;
use super::mailing::{self, SecretLink};
use super::seen::Key;
use super::{App, AppError, Caller, answers, webhooks};
use crate::db::inbound::{self, Inbound, InboundState};
use crate::db::jobs::{self, NewJob};
use crate::db::papers::{self, Link, Purpose};
use crate::db::{DbError, Engine, Session, Signal, Signals, Tx};
use crate::db::{outside, overview, people, ports};
use crate::domain::calendar::{Calendar, CarrierDays, zone as calendar_zone};
use crate::domain::number::E164;
use crate::domain::port::{
    Actor, Agreement, Attention, Blocker, Change, Effect, Event, EventKind, Fact, Loa,
    NumberChange, PortNumber, PortRequest, Problem, Refusal, RefusalKind, Role, Stage, Standing,
    Step, World, apply, begin, blockers, is_sent_when_signed, moves, standing,
};
use crate::ids::{AccountId, FactId, InboundId, LinkId, PortId};

pub use crate::db::papers::{Document, DocumentKind};
pub use crate::db::ports::{Filter, Line, Stored, StoredFact};

/// How often a write is tried again when somebody else was faster.
const TRIES: u32 = 8;

/// What is stored in the same commit as an event, if the event is not refused.
#[derive(Default)]
pub struct Extras {
    /// Sealed secrets: a field, and its new text or nothing.
    pub secrets: Vec<(&'static str, Option<Vec<u8>>)>,
    /// Rows of documents whose bytes are stored already.
    pub documents: Vec<Document>,
    /// New links and what is mailed of them.
    pub links: Vec<(Link, SecretLink)>,
    /// A link that does its one work with this, for all links to the same letter.
    pub uses: Option<LinkId>,
    /// Only if the request is still this version.
    pub expected: Option<i64>,
    /// What to remember under an Idempotency-Key.
    pub remember: Option<Keep<View>>,
    /// The mail that the event came in, or a mail that waited for the desk and is settled by it.
    pub mail: Option<FromMail>,
}

/// A mail that causes an event. Both happen, or neither.
pub enum FromMail {
    /// It is taken down; one that was taken before causes nothing.
    Taken(Box<Inbound>),
    /// It waited for the desk.
    Placed(InboundId),
}

/// What guards a change: the version that its author saw, and the key of its answer.
#[derive(Default)]
pub struct Guard {
    /// Only if the request is still this version.
    pub expected: Option<i64>,
    /// What to remember under an Idempotency-Key.
    pub remember: Option<Keep<View>>,
}

impl From<Guard> for Extras {
    fn from(guard: Guard) -> Self {
        Self {
            expected: guard.expected,
            remember: guard.remember,
            ..Self::default()
        }
    }
}

/// What came of an event.
#[derive(Debug)]
pub struct Handled {
    /// The request afterwards.
    pub request: PortRequest,
    /// Its version.
    pub version: i64,
    /// What happened.
    pub facts: Vec<StoredFact>,
}

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
fn sorted(
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
pub(super) struct Around {
    calendar: Calendar,
    receiving: HashSet<E164>,
    receiving_elsewhere: HashMap<E164, String>,
    /// The account's agency, or itself.
    root: AccountId,
    campaign_approved: bool,
    account_name: String,
    /// Whether the account had no endpoint for webhooks when this was loaded.
    unheard: bool,
}

impl Around {
    /// The request with what is around it.
    fn view(
        self,
        request: PortRequest,
        version: i64,
        documents: Vec<Document>,
        submitter: String,
    ) -> View {
        let world = self.world();
        View {
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

    pub(super) async fn load(
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
            campaign_approved: account.as_ref().is_some_and(|one| one.campaign_approved),
            account_name: account.map_or_else(String::new, |one| one.name),
            unheard: false,
        })
    }

    /// Numbers that are about to join the request may be receiving numbers, too.
    async fn join(
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

    pub(super) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub(super) fn account_name(&self) -> &str {
        &self.account_name
    }

    pub(super) fn world(&self) -> World<'_> {
        World {
            calendar: &self.calendar,
            receiving: self.receiving.clone(),
            receiving_elsewhere: self.receiving_elsewhere.clone(),
            campaign_approved: self.campaign_approved,
        }
    }
}

/// Lets an event happen to a request: load, ask the domain, one commit.
///
/// # Errors
/// [`AppError::Refused`] when the rules say no, [`AppError::NotFound`] when there is no such request in
/// the caller's sight, [`AppError::Stale`] when `extras.expected` is no longer its version.
pub async fn handle(
    app: &App,
    id: PortId,
    scope: Scope,
    by: &Actor,
    event: Event,
    extras: Extras,
) -> Result<Handled, AppError> {
    handle_all(app, id, scope, by, vec![event], extras).await
}

/// Lets several events happen to a request, one after the other: all of them, or none.
///
/// # Errors
/// As [`handle`]; the first refusal undoes the events before it.
pub async fn handle_all(
    app: &App,
    id: PortId,
    scope: Scope,
    by: &Actor,
    events: Vec<Event>,
    extras: Extras,
) -> Result<Handled, AppError> {
    // Nothing to ask the rules about is still not a way to store something beside it.
    if events.is_empty() && by.role == Role::ReadOnly {
        moves::permit(EventKind::Edit, by.role)?;
    }
    // With one writer nobody can be faster, and the events of a long list need not be copied.
    let tries = match app.db.engine() {
        Engine::Sqlite => 1,
        Engine::Postgres => TRIES,
    };
    let mut events = events;
    for left in (0..tries).rev() {
        let events = if left == 0 {
            std::mem::take(&mut events)
        } else {
            events.clone()
        };
        let mut tx = app.db.write().await?;
        let stored = visible(ports::load(&mut tx, id).await?, &scope)?;
        if extras
            .expected
            .is_some_and(|expected| expected != stored.version)
        {
            return Err(AppError::Stale);
        }
        if let Some(link) = extras.uses
            && !papers::use_link(&mut tx, id, link).await?
        {
            return Err(Refusal::conflict(
                "link_used",
                "This link was used already.",
                "Nothing is left to do with it.",
            )
            .into());
        }
        let mut around = Around::load(app, &mut tx, &stored.request, &scope).await?;
        around
            .join(&mut tx, stored.request.account, &events, &scope)
            .await?;
        let now = app.clock.now();
        if let Some(mail) = &extras.mail
            && !take_mail(&mut tx, mail, id, by, now).await?
        {
            return Err(Refusal::conflict(
                "mail_settled",
                "This mail was dealt with already.",
                "Nothing is left to do with it.",
            )
            .into());
        }
        let step = apply_all(&stored.request, events, by, &around.world(), now)?;
        if let Some(handled) = commit(app, tx, Some(stored), step, by, now, &extras, None).await? {
            tell_blocked(app, by, &handled).await;
            return Ok(handled);
        }
    }
    Err(AppError::Stale)
}

async fn take_mail(
    tx: &mut Tx,
    mail: &FromMail,
    port: PortId,
    by: &Actor,
    now: Timestamp,
) -> Result<bool, DbError> {
    match mail {
        FromMail::Taken(mail) => inbound::insert(tx, mail).await,
        FromMail::Placed(id) => {
            let state = InboundState::Filed;
            inbound::settle(tx, *id, state, Some(port), &by.name, now).await
        }
    }
}

pub(super) fn apply_all(
    request: &PortRequest,
    events: Vec<Event>,
    by: &Actor,
    world: &World<'_>,
    now: Timestamp,
) -> Result<Step, Refusal> {
    let mut whole: Option<Step> = None;
    for event in events {
        let before = whole.as_ref().map_or(request, |step| &step.next);
        let step = apply(before, event, by, world, now)?;
        match &mut whole {
            None => whole = Some(step),
            Some(whole) => {
                whole.next = step.next;
                whole.facts.extend(step.facts);
                for effect in step.effects {
                    if !whole.effects.contains(&effect) {
                        whole.effects.push(effect);
                    }
                }
            }
        }
    }
    Ok(whole.unwrap_or_else(|| Step {
        next: request.clone(),
        facts: Vec::new(),
        effects: Vec::new(),
    }))
}

/// Stores a step with all that goes with it. `None` when somebody else was faster. `seen` is what is around a new request.
#[expect(
    clippy::too_many_arguments,
    reason = "all that one commit holds together"
)]
async fn commit(
    app: &App,
    mut tx: Tx,
    before: Option<Stored>,
    step: Step,
    by: &Actor,
    now: Timestamp,
    extras: &Extras,
    seen: Option<Around>,
) -> Result<Option<Handled>, AppError> {
    let held = step.next.clone();
    let outcome = match put(app, &mut tx, before, step, by, now, extras, seen).await {
        Ok(Some(handled)) => {
            if !handled.facts.is_empty() {
                tx.signal(Signal::about("port", handled.request.id));
            }
            tx.commit().await.map(|()| Some(handled))
        }
        Ok(None) => return Ok(None),
        Err(e) => {
            drop(tx);
            Err(e)
        }
    };
    match outcome {
        Ok(handled) => Ok(handled),
        Err(e) if e.constraint() == Some("port_numbers_open") => {
            Err(held_elsewhere(app, &held, by).await?)
        }
        Err(e) if answers::was_used(&e) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "all that one commit holds together"
)]
async fn put(
    app: &App,
    tx: &mut Tx,
    before: Option<Stored>,
    step: Step,
    by: &Actor,
    now: Timestamp,
    extras: &Extras,
    seen: Option<Around>,
) -> Result<Option<Handled>, DbError> {
    let Step {
        next,
        facts,
        effects,
    } = step;
    let (seq, head, version) = before.as_ref().map_or((0, [0; 32], 0), |stored| {
        (stored.facts, stored.head, stored.version)
    });
    let drawn: Vec<(FactId, Fact)> = facts
        .into_iter()
        .map(|fact| (app.ids.next(now), fact))
        .collect();
    let mut chained = ports::chain(next.id, seq, head, now, by, drawn)?;
    // Asked before anything is stored: what is stored later goes to the database together.
    let unheard = seen.as_ref().is_some_and(|around| around.unheard);
    let endpoints = if unheard || chained.facts().is_empty() {
        Vec::new()
    } else {
        outside::endpoints(tx, next.account).await?
    };
    match &before {
        None => ports::insert(tx, &next, now, &mut chained).await?,
        Some(_) if chained.facts().is_empty() => {}
        Some(stored) => {
            if !ports::save(tx, stored, &next, now, &mut chained).await? {
                return Ok(None);
            }
        }
    }
    let facts = chained.into_facts();
    let version = if facts.is_empty() {
        version
    } else {
        version + 1
    };
    store_extras(tx, &next, &facts, extras, before.is_none()).await?;
    let receiving = new_receiving(&facts);
    if !receiving.is_empty() {
        people::add_receiving(tx, next.account, &receiving, now).await?;
    }
    mailing::queue(app, tx, &next, &facts, extras, now).await?;
    webhooks::queue(app, tx, &endpoints, &next, &facts, now).await?;
    for effect in effects {
        // Where no carrier is set up, nobody can be asked; what is typed later is asked about later.
        if effect == Effect::CheckPortability && app.carrier.is_none() {
            continue;
        }
        jobs::enqueue_later(tx, &app.ids, now, job_for(next.id, effect)).await?;
    }
    if let Some(keep) = &extras.remember {
        let view = match seen {
            Some(around) => around.view(next.clone(), version, Vec::new(), by.name.clone()),
            None => {
                let documents = documents(tx, next.id, by.is_desk()).await?;
                look(app, tx, next.clone(), version, documents, &nobody(&next)).await?
            }
        };
        keep.put(app, tx, &view).await?;
    }
    Ok(Some(Handled {
        request: next,
        version,
        facts,
    }))
}

async fn store_extras(
    tx: &mut Tx,
    next: &PortRequest,
    facts: &[StoredFact],
    extras: &Extras,
    is_new: bool,
) -> Result<(), DbError> {
    papers::set_secrets(tx, next.id, &extras.secrets).await?;
    for document in &extras.documents {
        papers::insert_document(tx, document).await?;
    }
    let is_reminder = facts
        .iter()
        .any(|one| matches!(one.fact, Fact::SignerReminded { .. }));
    for (link, _) in &extras.links {
        // A reminder is another way to the same letter: who has it open by the first link can go on.
        if !is_reminder {
            papers::replace_links(tx, next.id, link.purpose).await?;
        }
        papers::insert_link(tx, link).await?;
    }
    let cancelled = matches!(next.stage, Stage::Cancelled { .. });
    if !is_new && (cancelled || !matches!(next.loa, Loa::Sent { .. })) {
        papers::kill_links(tx, next.id, Purpose::Sign).await?;
    }
    if cancelled {
        papers::kill_links(tx, next.id, Purpose::Upload).await?;
    }
    Ok(())
}

/// Numbers to which a request's calls are to ring become receiving numbers of the account.
fn new_receiving(facts: &[StoredFact]) -> HashSet<E164> {
    let mut found = HashSet::new();
    for stored in facts {
        match &stored.fact {
            Fact::NumbersAdded { numbers } => {
                found.extend(numbers.iter().filter_map(|one| one.receiving))
            }
            Fact::NumberChanged {
                change: NumberChange::Receiving(Some(number)),
                ..
            } => {
                found.insert(*number);
            }
            _ => {}
        }
    }
    found
}

/// Where a request's calls are to ring became a receiving number of the account: it blocks those of the account's
/// open requests that port it (R121). What happened has happened: this one cannot fail it any more.
async fn tell_blocked(app: &App, by: &Actor, handled: &Handled) {
    let numbers: Vec<E164> = new_receiving(&handled.facts).into_iter().collect();
    if numbers.is_empty() {
        return;
    }
    let account = handled.request.account;
    if let Err(error) = look_again(app, by, account, &numbers).await {
        tracing::warn!(port = %handled.request.id, %error, "the requests that a new receiving number blocks were not told");
    }
}

/// Lets the open requests that hold any of these numbers draw their conclusions from what changed outside them: those
/// of an account, of its agency and of that one's clients.
pub(super) async fn look_again(
    app: &App,
    by: &Actor,
    account: AccountId,
    numbers: &[E164],
) -> Result<(), AppError> {
    let mut read = app.db.glimpse().await?;
    let root = people::account(&mut read, account)
        .await?
        .and_then(|one| one.parent)
        .unwrap_or(account);
    let ports = ports::open_with(&mut read, root, numbers).await?;
    drop(read);
    for port in ports {
        // Boxed, because handling an event may come here; looking again never does.
        let looking = handle(
            app,
            port,
            Scope::Any,
            by,
            Event::LookAgain,
            Extras::default(),
        );
        Box::pin(looking).await?;
    }
    Ok(())
}

/// Carrier work for one request never runs twice at the same time, and waits out a carrier that is
/// down for days.
pub fn carrier_job(kind: &'static str, port: PortId) -> NewJob {
    NewJob::new(kind, serde_json::json!({ "port": port }))
        .port(port)
        .once(format!("{kind}/{port}"))
        .alone(port.to_string())
        .attempts(400)
}

fn job_for(port: PortId, effect: Effect) -> NewJob {
    match effect {
        Effect::CheckPortability => {
            NewJob::new("carrier_portability", serde_json::json!({ "port": port }))
                .port(port)
                .once(format!("portability/{port}"))
                .attempts(20)
        }
        Effect::SubmitToCarrier => carrier_job("carrier_submit", port),
        Effect::SendSupplement => carrier_job("carrier_supplement", port),
        Effect::CancelAtCarrier => carrier_job("carrier_cancel", port),
        Effect::ReadFromCarrier => carrier_job("carrier_read", port),
        Effect::TellCarrier(text) => NewJob::new(
            "carrier_tell",
            serde_json::json!({ "port": port, "text": text }),
        )
        .port(port)
        .alone(port.to_string())
        .attempts(50),
    }
}

/// Which open request holds a number already. Only those who may know learn which.
async fn held_elsewhere(
    app: &App,
    request: &PortRequest,
    by: &Actor,
) -> Result<AppError, AppError> {
    let numbers: Vec<String> = request
        .numbers
        .iter()
        .map(|one| one.number.to_string())
        .collect();
    let mut read = app.db.read().await?;
    let holders = ports::holders(&mut read, &numbers, request.id).await?;
    let Some((number, port, account)) = holders.into_iter().next() else {
        return Ok(AppError::Stale);
    };
    let says = holder_says(&number, port, by.is_desk() || account == request.account);
    let row = request
        .numbers
        .iter()
        .position(|one| one.number.to_string() == number)
        .unwrap_or(0);
    let mut refusal = Refusal::conflict(
        "number_held",
        says,
        "A number can be on one open port request only. Cancel the other one first, or ask the desk.",
    );
    refusal.problems = vec![Problem::new(
        format!("numbers[{row}].number"),
        refusal.says.clone(),
    )];
    Ok(refusal.into())
}

/// Those of these numbers that another open request holds, and what this caller may know of it.
pub async fn held_by_others(
    app: &App,
    caller: &Caller,
    except: PortId,
    numbers: &[String],
) -> Result<Vec<(String, String)>, AppError> {
    let mut read = app.db.read().await?;
    let holders = ports::holders(&mut read, numbers, except).await?;
    Ok(holders
        .into_iter()
        .map(|(number, port, account)| {
            let says = holder_says(&number, port, caller.sees(account));
            (number, says)
        })
        .collect())
}

fn holder_says(number: &str, port: PortId, may_know: bool) -> String {
    if may_know {
        format!("{number} is on an open port request already: {port}.")
    } else {
        format!("{number} is on an open port request of another account already.")
    }
}

pub(super) fn visible(stored: Option<Stored>, scope: &Scope) -> Result<Stored, AppError> {
    // Even that it exists is not for others to know.
    stored
        .filter(|stored| scope.covers(stored.request.account))
        .ok_or(AppError::NotFound("port request"))
}

/// What a new request begins with.
#[derive(Default)]
pub struct Beginning {
    /// The submitter's own name for it.
    pub title: String,
    /// The account, when the desk files for one; otherwise the caller's own.
    pub account: Option<AccountId>,
    /// The form, as far as filled in.
    pub changes: Vec<Change>,
    /// The numbers.
    pub numbers: Vec<PortNumber>,
    /// The agreement, if its boxes are ticked.
    pub agreement: Option<Agreement>,
    /// Secrets of the form, in clear; they are sealed before they are stored.
    pub secrets: Vec<(&'static str, secrecy::SecretString)>,
}

/// Begins a port request. Everything given is stored in one commit, or nothing is.
pub async fn begin_port(
    app: &App,
    caller: &Caller,
    beginning: Beginning,
    mut extras: Extras,
) -> Result<Handled, AppError> {
    use secrecy::ExposeSecret as _;
    moves::allow(moves::BEGIN, caller.actor.role)?;
    let account = caller.account_for(beginning.account)?;
    let now = app.clock.now();
    let id: PortId = app.ids.next(now);
    for (field, text) in &beginning.secrets {
        extras.secrets.push((
            field,
            Some(
                app.vault
                    .seal(&secret_place(id, field), text.expose_secret()),
            ),
        ));
    }
    let first = Fact::Begun {
        port: id,
        account,
        submitter: caller.user,
        title: beginning.title,
    };
    let request = begin(&first, now).ok_or(AppError::NotFound("port request"))?;
    // Asked before the transaction, in which all others would wait for the answer.
    let mut read = app.db.glimpse().await?;
    let (owner, listens) = people::account_and_listens(&mut read, account)
        .await?
        .ok_or(AppError::NotFound("account"))?;
    let numbers: Vec<E164> = beginning.numbers.iter().map(|one| one.number).collect();
    let root = owner.parent.unwrap_or(account);
    let found = people::receiving_among(&mut read, root, &numbers).await?;
    let (receiving, receiving_elsewhere) = sorted(found, account, &caller.scope());
    let around = Around {
        calendar: calendar(app, &request),
        receiving,
        receiving_elsewhere,
        root,
        campaign_approved: owner.campaign_approved,
        account_name: owner.name,
        unheard: !listens,
    };
    drop(read);
    let mut step = Step {
        next: request,
        facts: vec![first],
        effects: Vec::new(),
    };
    let events = [
        (!beginning.changes.is_empty()).then_some(Event::Edit {
            changes: beginning.changes,
        }),
        (!beginning.numbers.is_empty()).then_some(Event::AddNumbers {
            numbers: beginning.numbers,
        }),
        beginning
            .agreement
            .map(|agreement| Event::Agree { agreement }),
    ];
    for event in events.into_iter().flatten() {
        let after = apply(&step.next, event, &caller.actor, &around.world(), now)?;
        step.next = after.next;
        step.facts.extend(after.facts);
        step.effects.extend(after.effects);
    }
    let tx = app.db.write().await?;
    let handled = commit(
        app,
        tx,
        None,
        step,
        &caller.actor,
        now,
        &extras,
        Some(around),
    )
    .await?
    .ok_or(AppError::Stale)?;
    tell_blocked(app, &caller.actor, &handled).await;
    Ok(handled)
}

/// The place in the vault of a request's secret.
pub fn secret_place(port: PortId, field: &str) -> String {
    format!("{port}/{field}")
}

/// A request as its readers see it.
#[derive(Debug)]
pub struct View {
    /// The request.
    pub request: PortRequest,
    /// Its version.
    pub version: i64,
    /// Where it stands.
    pub standing: Standing,
    /// What is in its way.
    pub blockers: Vec<Blocker>,
    /// Whether its correction goes to the carrier by itself as soon as a new letter is signed.
    pub sent_when_signed: bool,
    /// Its documents, those left out that its reader may not know of.
    pub documents: Vec<Document>,
    /// The submitter's name.
    pub submitter: String,
    /// The account's name.
    pub account_name: String,
    /// Its calendar.
    pub calendar: Calendar,
}

/// A request as a row of the overview shows it.
#[derive(Debug)]
pub struct Glanced {
    /// The request, with few of its numbers.
    pub request: PortRequest,
    /// How many numbers it has.
    pub numbers: i64,
    /// Where it stands.
    pub standing: Standing,
    /// What is in its way.
    pub blockers: Vec<Blocker>,
    /// Its calendar.
    pub calendar: Calendar,
    /// The account's name.
    pub account_name: String,
    /// The submitter's name.
    pub submitter: String,
    /// Last changed.
    pub updated_at: Timestamp,
}

impl Glanced {
    pub(super) fn of(app: &App, row: overview::Glance, scope: &Scope) -> Self {
        let request = row.stored.request;
        let (receiving, receiving_elsewhere) = sorted(row.receiving, request.account, scope);
        let around = Around {
            calendar: calendar(app, &request),
            receiving,
            receiving_elsewhere,
            root: request.account,
            campaign_approved: row.campaign_approved,
            account_name: row.account_name,
            unheard: false,
        };
        let world = around.world();
        Self {
            standing: standing(&request, &world),
            blockers: blockers(&request, &world),
            numbers: row.numbers,
            submitter: row.submitter,
            updated_at: row.updated_at,
            calendar: around.calendar,
            account_name: around.account_name,
            request,
        }
    }
}

/// One request for a list: as [`view`], with few of its numbers.
pub async fn glance(app: &App, caller: &Caller, id: PortId) -> Result<View, AppError> {
    let mut read = app.db.read().await?;
    let scope = caller.scope();
    let stored = visible(ports::glance(&mut read, id).await?, &scope)?;
    let documents = documents(&mut read, id, caller.is_desk()).await?;
    Ok(look(
        app,
        &mut read,
        stored.request,
        stored.version,
        documents,
        &scope,
    )
    .await?)
}

/// The most numbers of a request that is remembered until the next commit.
const SEEN_NUMBERS_MAX: usize = 250;

/// [`view`], or what it said before if nothing was committed since. For pages.
pub async fn seen(app: &App, caller: &Caller, id: PortId) -> Result<Arc<View>, AppError> {
    let small = |view: &View| view.request.numbers.len() <= SEEN_NUMBERS_MAX;
    app.seen(Key::Port(caller.user, id), small, view(app, caller, id))
        .await
}

/// One request, for its page.
pub async fn view(app: &App, caller: &Caller, id: PortId) -> Result<View, AppError> {
    let mut read = app.db.read().await?;
    let scope = caller.scope();
    let stored = visible(ports::load(&mut read, id).await?, &scope)?;
    let documents = documents(&mut read, id, caller.is_desk()).await?;
    Ok(look(
        app,
        &mut read,
        stored.request,
        stored.version,
        documents,
        &scope,
    )
    .await?)
}

/// A request as a change left it, for the answer to who changed it. What was stored is at hand: a request of
/// 100,000 numbers takes longer to read than to store.
pub async fn view_of(app: &App, caller: &Caller, handled: Handled) -> Result<View, AppError> {
    let mut read = app.db.read().await?;
    let documents = documents(&mut read, handled.request.id, caller.is_desk()).await?;
    let scope = nobody(&handled.request);
    Ok(look(
        app,
        &mut read,
        handled.request,
        handled.version,
        documents,
        &scope,
    )
    .await?)
}

/// What everybody may see who sees the request: other accounts stay without a name.
fn nobody(request: &PortRequest) -> Scope {
    Scope::Account(request.account, Arc::from([]))
}

/// A request's documents, as the desk or as others may know of them.
async fn documents(
    session: &mut Session,
    id: PortId,
    is_desk: bool,
) -> Result<Vec<Document>, DbError> {
    let mut all = papers::documents(session, id).await?;
    all.retain(|document| is_desk || !document.staff_only);
    Ok(all)
}

/// A request with all that its readers see around it.
async fn look(
    app: &App,
    session: &mut Session,
    request: PortRequest,
    version: i64,
    documents: Vec<Document>,
    scope: &Scope,
) -> Result<View, DbError> {
    let around = Around::load(app, session, &request, scope).await?;
    let submitter = people::user(session, request.submitter)
        .await?
        .map_or_else(String::new, |user| user.name);
    Ok(around.view(request, version, documents, submitter))
}

/// A request by itself, for jobs and links.
pub async fn get(app: &App, id: PortId) -> Result<Option<Stored>, AppError> {
    let mut read = app.db.read().await?;
    Ok(ports::load(&mut read, id).await?)
}

/// A request's history as this caller may see it.
pub async fn history(
    app: &App,
    caller: &Caller,
    id: PortId,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredFact>, AppError> {
    let mut read = app.db.read().await?;
    visible(ports::glance(&mut read, id).await?, &caller.scope())?;
    let facts = ports::facts(&mut read, id, after, limit).await?;
    Ok(facts
        .into_iter()
        .filter(|one| caller.is_desk() || !one.fact.is_staff_only())
        .collect())
}

/// A page of a request's history.
#[derive(Debug)]
pub struct HistoryPage {
    /// What happened, oldest first.
    pub facts: Vec<StoredFact>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
    /// The zone in which its moments are said.
    pub zone: TimeZone,
}

/// A page of those facts of a request that are wanted and that this caller may see. What is left out
/// does not make a page shorter.
pub async fn history_page(
    app: &App,
    caller: &Caller,
    id: PortId,
    mut after: i64,
    limit: usize,
    wanted: fn(&Fact) -> bool,
) -> Result<HistoryPage, AppError> {
    const STRIDE: i64 = 200;
    let mut read = app.db.read().await?;
    let stored = visible(ports::glance(&mut read, id).await?, &caller.scope())?;
    let mut page = HistoryPage {
        facts: Vec::new(),
        next: None,
        zone: calendar(app, &stored.request).zone().clone(),
    };
    loop {
        let facts = ports::facts(&mut read, id, after, STRIDE).await?;
        let Some(last) = facts.last().map(|one| one.seq) else {
            return Ok(page);
        };
        for one in facts {
            if !wanted(&one.fact) || (!caller.is_desk() && one.fact.is_staff_only()) {
                continue;
            }
            if page.facts.len() == limit {
                page.next = page.facts.last().map(|one| one.seq);
                return Ok(page);
            }
            page.facts.push(one);
        }
        after = last;
    }
}

/// The whole history of a request as its reader may see it, or what it was before if nothing was committed since.
pub async fn history_seen(
    app: &App,
    caller: &Caller,
    id: PortId,
) -> Result<Arc<Vec<StoredFact>>, AppError> {
    const PAGE: usize = 1_000;
    let short = |facts: &Vec<StoredFact>| facts.len() <= PAGE;
    app.seen(Key::History(caller.user, id), short, async {
        let mut all: Vec<StoredFact> = Vec::new();
        let mut after = 0;
        loop {
            let page = history_page(app, caller, id, after, PAGE, |_| true).await?;
            all.extend(page.facts);
            match page.next {
                Some(next) => after = next,
                None => return Ok(all),
            }
        }
    })
    .await
}

/// A page of requests that this caller may see.
pub async fn list(app: &App, caller: &Caller, mut filter: Filter) -> Result<Vec<Line>, AppError> {
    if let Some(own) = caller.account {
        match filter.account {
            // An agency's people may look at one client alone.
            Some(wanted) if caller.sees(wanted) => {}
            // Whether there is such an account is not for them to know.
            Some(_) => return Ok(Vec::new()),
            None if caller.clients.is_empty() => filter.account = Some(own),
            None => filter.agency = Some(own),
        }
    }
    let mut read = app.db.read().await?;
    Ok(ports::list(&mut read, &filter).await?)
}

/// What tells when requests change.
pub struct Changes {
    signals: Signals,
    /// Who listens, if they may not hear of all.
    whose: Option<(App, Caller)>,
}

/// Listens to changes of requests from now on.
pub fn changes(app: &App) -> Changes {
    Changes {
        signals: app.db.signals(),
        whose: None,
    }
}

impl Changes {
    /// Only those of requests that this caller may see.
    #[must_use]
    pub fn for_caller(self, app: &App, caller: &Caller) -> Self {
        let whose = (!caller.is_desk()).then(|| (app.clone(), caller.clone()));
        Self { whose, ..self }
    }

    async fn concerns(&self, id: &str) -> bool {
        let Some((app, caller)) = &self.whose else {
            return true;
        };
        let Ok(id) = id.parse() else {
            return false;
        };
        // What cannot be found out is looked at.
        glance(app, caller, id)
            .await
            .map_or_else(|error| !matches!(error, AppError::NotFound(_)), |_| true)
    }

    /// Waits until this request, or any with `None`, changed or may have changed.
    pub async fn next(&mut self, id: Option<PortId>) {
        let id = id.map(|id| id.to_string());
        loop {
            match self.signals.next().await {
                // Some were missed: it may have been this one.
                None => return,
                Some(signal) if signal.topic != "port" => {}
                Some(signal) if id.as_ref().is_none_or(|id| *id == signal.about) => {
                    if self.concerns(&signal.about).await {
                        return;
                    }
                }
                Some(_) => {}
            }
        }
    }
}

/// How many requests the desk's list shows.
pub async fn waiting_for_desk(app: &App, caller: &Caller) -> Result<u32, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    Ok(ports::waiting_for_desk(&mut read).await?)
}

/// A page of what needs a person at the desk: each request with the lines that only they can decide.
pub async fn desk(
    app: &App,
    caller: &Caller,
    filter: Filter,
) -> Result<Vec<(Line, Vec<Attention>)>, AppError> {
    caller.desk_only()?;
    let filter = Filter {
        for_desk: true,
        ..filter
    };
    let mut read = app.db.read().await?;
    let lines = ports::list(&mut read, &filter).await?;
    let ids: Vec<PortId> = lines.iter().map(|line| line.id).collect();
    let mut attention = ports::attention(&mut read, &ids).await?;
    Ok(lines
        .into_iter()
        .map(|line| {
            let lines = attention.remove(&line.id).unwrap_or_default();
            (line, lines)
        })
        .collect())
}

/// What this caller can make happen to a request now.
pub fn allowed(view: &View, caller: &Caller) -> Vec<EventKind> {
    let role = caller.actor.role.acts_as();
    let request = &view.request;
    let at = view.standing.status;
    let waiting =
        |proof: &crate::domain::port::Proof| proof.verdict == crate::domain::port::Verdict::Waiting;
    moves::MOVES
        .iter()
        .filter(|one| one.by.contains(&role) && one.from.contains(&at))
        .map(|one| one.event)
        .filter(|event| match event {
            EventKind::SendLetter => {
                !request.is_signed() && crate::domain::port::missing(request).is_empty()
            }
            EventKind::RemindSigner => matches!(request.loa, Loa::Sent { .. }),
            EventKind::ReceiveProof => request.is_signed(),
            EventKind::AcceptProof | EventKind::RefuseProof => request.proof.iter().any(waiting),
            EventKind::Release => view.blockers.is_empty(),
            EventKind::Resubmit => request.is_signed() && view.blockers.is_empty(),
            EventKind::AcceptDate => request
                .attention
                .iter()
                .any(|one| matches!(one, Attention::EarlyDate { .. })),
            EventKind::ClearAttention => !request.attention.is_empty(),
            EventKind::Claim => request
                .claim
                .as_ref()
                .is_none_or(|held| held.user != caller.user),
            EventKind::Unclaim => request.claim.as_ref().is_some_and(|held| {
                held.user == caller.user || caller.actor.role == Role::Administrator
            }),
            EventKind::LookAgain => false,
            _ => true,
        })
        .collect()
}

/// How many requests are in each status.
pub async fn counts(app: &App, caller: &Caller) -> Result<Vec<(String, i64)>, AppError> {
    let counts = app.seen(Key::Own(caller.user, "counts"), |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(ports::counts(&mut read, caller.account).await?)
    });
    Ok(counts.await?.as_ref().clone())
}

/// Whether a refusal only says that the event comes too late or too early, so that a timer or a
/// carrier that caused it has nothing more to do.
pub fn is_moot(error: &AppError) -> bool {
    matches!(error, AppError::Refused(refusal) if refusal.kind == RefusalKind::Conflict)
}
