//! Port requests as their readers see them: one, a page of them, the history, and when something changes.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::around::{Around, Scope, calendar, sorted, visible};
use super::{Document, Filter, Handled, Line, Stored, StoredFact};
use crate::app::seen::Key;
use crate::app::{App, AppError, Caller};
use crate::db::{DbError, Session, Signals, overview, papers, people, ports};
use crate::domain::calendar::Calendar;
use crate::domain::port::{
    Attention, Blocker, EventKind, Fact, PortRequest, Problem, Standing, blockers, moves, standing,
};
use crate::ids::PortId;

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
    /// What its form lacks before a letter can be made.
    pub missing: Vec<Problem>,
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
    pub(in crate::app) fn of(app: &App, row: overview::Glance, scope: &Scope) -> Self {
        let request = row.stored.request;
        let (receiving, receiving_elsewhere) = sorted(row.receiving, request.account, scope);
        let around = Around {
            calendar: calendar(app, &request),
            receiving,
            receiving_elsewhere,
            root: request.account,
            receiving_required: app.config.ports.receiving_number_required,
            letter_max_days: crate::app::letters::max_days(app, &request),
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
    let stored = ports::glance(&mut read, id).await?;
    shown(app, &mut read, caller, stored).await
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
    let stored = ports::load(&mut read, id).await?;
    shown(app, &mut read, caller, stored).await
}

/// A request as this caller sees it, if they may.
async fn shown(
    app: &App,
    read: &mut Session,
    caller: &Caller,
    stored: Option<Stored>,
) -> Result<View, AppError> {
    let scope = caller.scope();
    let Stored {
        request, version, ..
    } = visible(stored, &scope)?;
    let documents = documents(read, request.id, caller.is_desk()).await?;
    Ok(look(app, read, request, version, documents, &scope).await?)
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
pub(super) fn nobody(request: &PortRequest) -> Scope {
    Scope::Account(request.account, Arc::from([]))
}

/// A request's documents, as the desk or as others may know of them.
pub(super) async fn documents(
    session: &mut Session,
    id: PortId,
    is_desk: bool,
) -> Result<Vec<Document>, DbError> {
    let mut all = papers::documents(session, id).await?;
    all.retain(|document| is_desk || !document.staff_only);
    Ok(all)
}

/// A request with all that its readers see around it.
pub(super) async fn look(
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

/// Facts that are read at once; a longer history is not remembered.
const HISTORY_PAGE: usize = 1_000;

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

/// The whole history of a request as its reader may see it.
pub async fn history(app: &App, caller: &Caller, id: PortId) -> Result<Vec<StoredFact>, AppError> {
    let mut all: Vec<StoredFact> = Vec::new();
    let mut after = 0;
    loop {
        let page = history_page(app, caller, id, after, HISTORY_PAGE, |_| true).await?;
        all.extend(page.facts);
        match page.next {
            Some(next) => after = next,
            None => return Ok(all),
        }
    }
}

/// [`history`], or what it was before if nothing was committed since. For pages.
pub async fn history_seen(
    app: &App,
    caller: &Caller,
    id: PortId,
) -> Result<Arc<Vec<StoredFact>>, AppError> {
    let short = |facts: &Vec<StoredFact>| facts.len() <= HISTORY_PAGE;
    app.seen(
        Key::History(caller.user, id),
        short,
        history(app, caller, id),
    )
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
    moves::open_to(
        &view.request,
        view.standing.status,
        (!view.blockers.is_empty(), view.missing.is_empty()),
        &caller.actor,
    )
}

/// How many requests are in each status.
pub async fn counts(app: &App, caller: &Caller) -> Result<Vec<(String, i64)>, AppError> {
    let counts = app.seen(Key::Own(caller.user, "counts"), |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(ports::counts(&mut read, caller.account).await?)
    });
    Ok(counts.await?.as_ref().clone())
}
