//! Port requests: the one door through which everything happens to them.

mod around;
mod reading;

use std::collections::HashSet;

use jiff::Timestamp;

use around::sorted;
use reading::{documents, look, nobody};

use super::answers::Keep;
use super::mailing::{self, SecretLink};
use super::{App, AppError, Caller, answers, webhooks};
use crate::db::inbound::{self, Inbound, InboundState};
use crate::db::jobs::{self, NewJob};
use crate::db::papers::{self, Link, Purpose};
use crate::db::{DbError, Engine, Signal, Tx};
use crate::db::{hosted, outside, people, ports};
use crate::domain::number::E164;
use crate::domain::port::{
    Actor, Agreement, Change, Effect, Event, EventKind, Fact, Loa, NumberChange, PortNumber,
    PortRequest, Problem, Refusal, RefusalKind, Role, Stage, Step, World, apply, begin, moves,
};
use crate::ids::{AccountId, FactId, InboundId, LinkId, PortId};

pub use crate::db::papers::{Document, DocumentKind};
pub use crate::db::ports::{Filter, Line, Stored, StoredFact};
pub(in crate::app) use around::{Around, visible};
pub use around::{Scope, calendar, calendar_of};
pub use reading::{
    Changes, Glanced, HistoryPage, View, allowed, changes, counts, desk, get, glance, history,
    history_page, history_seen, list, seen, view, view_of,
};

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
    let ported = |one: &StoredFact| matches!(one.fact, Fact::NumbersPorted { .. });
    if facts.iter().any(ported) {
        hosted::end_ported(tx, next.id, next.account, now).await?;
    }
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
        receiving_required: app.config.ports.receiving_number_required,
        letter_max_days: crate::app::letters::max_days(app, &request),
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

/// Whether a refusal only says that the event comes too late or too early, so that a timer or a
/// carrier that caused it has nothing more to do.
pub fn is_moot(error: &AppError) -> bool {
    matches!(error, AppError::Refused(refusal) if refusal.kind == RefusalKind::Conflict)
}
