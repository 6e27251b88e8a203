//! The desk's table: its queues, what stands in them and why, who has what.

mod say;

use jiff::{SignedDuration, Timestamp};

use super::ports::{self, Guard, Handled};
use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::desk as rows;
use crate::db::people;
use crate::domain::calendar::Calendar;
use crate::domain::port::{Event, Queue};
use crate::ids::{PortId, UserId};

pub use crate::db::desk::{After, Counts, Cut, DeskRow};
pub use crate::db::people::User;

/// How many requests a search finds at most.
pub const FOUND_MAX: i64 = 50;

/// A request on the desk's table.
#[derive(Debug)]
pub struct Item {
    /// What is stored of it.
    pub row: DeskRow,
    /// The queue that it is looked at for; `None` if it stands in none.
    pub queue: Option<Queue>,
    /// Since when it stands there, or since when it has not moved.
    pub since: Timestamp,
    /// That in business days of the losing provider.
    pub days: u32,
    /// Whether that is too long, or something was due by now.
    pub late: bool,
    /// Why it is here, in sentences.
    pub why: String,
    /// What to do next.
    pub todo: Todo,
    /// By when something is due, if that is known.
    pub due: Option<Due>,
    /// Its calendar.
    pub calendar: Calendar,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Todo {
    /// In a sentence.
    pub text: &'static str,
    /// In one word, for a button.
    pub verb: &'static str,
    /// Where.
    pub page: Page,
}

/// Where something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The check at the desk.
    Review,
    /// The request's notes.
    Notes,
    /// The port day's tests.
    Test,
}

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What, such as "submit by".
    pub what: &'static str,
    /// When.
    pub at: Timestamp,
    /// Whether only the day counts.
    pub day: bool,
}

/// A page of the desk's table.
#[derive(Debug)]
pub struct Table {
    /// What stands there, the longest waiting first; what a search found, newest first.
    pub items: Vec<Item>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// How many stand in each queue.
    pub counts: Counts,
}

/// What of the table is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which part.
    pub cut: Cut,
    /// What to look for, in all requests; empty shows the part.
    pub text: String,
    /// Where the page begins.
    pub after: Option<After>,
    /// How many at most.
    pub limit: i64,
}

/// When the desk's day began: "today" is the operator's.
fn day_start(app: &App) -> Timestamp {
    let now = app.clock.now();
    now.to_zoned(app.operator().time_zone.clone())
        .start_of_day()
        .map_or(now, |start| start.timestamp())
}

/// How many requests stand on the desk's table.
pub async fn waiting(app: &App, caller: &Caller) -> Result<u32, AppError> {
    caller.desk_only()?;
    let today = day_start(app);
    let key = Key::List(caller.user, "desk waiting", today.to_string());
    let count = app.seen(key, |_| true, async {
        let mut read = app.db.read().await?;
        Ok(rows::waiting(&mut read, today).await?)
    });
    Ok(*count.await?)
}

/// A page of the desk's table. The number of statements does not depend on how much stands on it.
///
/// # Errors
/// [`AppError::Forbidden`] for everybody but the desk.
pub async fn table(app: &App, caller: &Caller, asked: &Asked) -> Result<Table, AppError> {
    caller.desk_only()?;
    let today = day_start(app);
    let key = Key::List(caller.user, "desk", format!("{today} {asked:?}"));
    let looked = app.seen(key, |_| true, look(app, caller, asked, today));
    let looked = looked.await?;
    let searched = !asked.text.trim().is_empty();
    let queue = match asked.cut {
        Cut::Of(queue) if !searched => Some(queue),
        _ => None,
    };
    let now = app.clock.now();
    let items = looked
        .found
        .iter()
        .map(|row| {
            let since = looked.since.get(&row.id).copied();
            item(app, row.clone(), queue, since, now)
        })
        .collect();
    Ok(Table {
        items,
        next: looked.next,
        counts: looked.counts.clone(),
    })
}

/// What is stored of a page of the desk's table.
struct Looked {
    counts: Counts,
    found: Vec<DeskRow>,
    since: std::collections::HashMap<PortId, Timestamp>,
    next: Option<After>,
}

async fn look(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    today: Timestamp,
) -> Result<Looked, AppError> {
    let mut read = app.db.read().await?;
    let counts = rows::counts(&mut read, today, caller.user).await?;
    let searched = !asked.text.trim().is_empty();
    let mut next = None;
    let mut since = std::collections::HashMap::new();
    let ids: Vec<PortId> = if searched {
        rows::search(&mut read, &asked.text, asked.limit.min(FOUND_MAX)).await?
    } else {
        let mut page = rows::page(
            &mut read,
            asked.cut,
            today,
            asked.after,
            asked.limit.saturating_add(1),
        )
        .await?;
        let size = usize::try_from(asked.limit).unwrap_or(usize::MAX);
        if page.len() > size {
            page.truncate(size);
            next = page.last().copied();
        }
        since.extend(page.iter().map(|one| (one.port, one.since)));
        page.iter().map(|one| one.port).collect()
    };
    let found = rows::rows(&mut read, today, &ids).await?;
    Ok(Looked {
        counts,
        found,
        since,
        next,
    })
}

/// `queue` is the one that is looked at; `None` looks at all in which it stands.
fn item(
    app: &App,
    row: DeskRow,
    queue: Option<Queue>,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Item {
    let first = row
        .first_number
        .as_deref()
        .and_then(|number| number.parse().ok());
    let calendar = ports::calendar_of(app, first, &row.details.losing_carrier);
    let queues: Vec<Queue> = match queue {
        Some(queue) => vec![queue],
        None => row.places.iter().map(|(queue, _)| *queue).collect(),
    };
    let first = queues.first().copied();
    let since = since
        .or_else(|| row.places.iter().map(|(_, since)| *since).min())
        .unwrap_or(row.last_movement);
    let days = calendar.silent_days(since, now);
    let due = first.and_then(|queue| say::due(&row, queue, &calendar));
    let patience = queues
        .iter()
        .map(|queue| queue.patience_business_days())
        .min();
    let is_past = |due: &Due| {
        if due.day {
            calendar.date(due.at) < calendar.date(now)
        } else {
            due.at < now
        }
    };
    Item {
        late: patience.is_some_and(|patience| days >= patience)
            || due.as_ref().is_some_and(is_past),
        why: say::why(&row, &queues, &calendar),
        todo: say::todo(&row, first),
        queue: first,
        since,
        days,
        due,
        calendar,
        row,
    }
}

/// What comes after a request in a part of the table, and how many stand in that part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onward {
    /// The next one that nobody else has, going round; `None` if there is no other.
    pub next: Option<PortId>,
    /// How many stand there.
    pub left: u32,
    /// Whether the request itself stands there.
    pub here: bool,
}

/// What comes after a request. `passed` is where the request stood when it is not there any more.
pub async fn onward(
    app: &App,
    caller: &Caller,
    cut: Cut,
    port: PortId,
    passed: Option<After>,
) -> Result<Onward, AppError> {
    /// How far is looked for one that nobody else has.
    const AHEAD: i64 = 20;
    caller.desk_only()?;
    let today = day_start(app);
    let mut read = app.db.read().await?;
    let left = rows::counts(&mut read, today, caller.user).await?.of(cut);
    let place = rows::place(&mut read, cut, today, port).await?;
    let mut next = None;
    for from in [place.or(passed), None] {
        let page = rows::page(&mut read, cut, today, from, AHEAD).await?;
        let ids: Vec<PortId> = page
            .iter()
            .map(|one| one.port)
            .filter(|id| *id != port)
            .collect();
        next = rows::free(&mut read, &ids, caller.user)
            .await?
            .first()
            .copied();
        if next.is_some() || from.is_none() {
            break;
        }
    }
    Ok(Onward {
        next,
        left,
        here: place.is_some(),
    })
}

/// Where a request stands in a part of the table, to go on from there when it has left it.
pub async fn place(
    app: &App,
    caller: &Caller,
    cut: Cut,
    port: PortId,
) -> Result<Option<After>, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    Ok(rows::place(&mut read, cut, day_start(app), port).await?)
}

/// Those who work at the desk, by name.
pub async fn agents(app: &App, caller: &Caller) -> Result<Vec<User>, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    let mut agents = people::users(&mut read, None).await?;
    agents.retain(is_agent);
    Ok(agents)
}

fn is_agent(user: &User) -> bool {
    user.disabled_at.is_none() && Caller::of(user).is_desk()
}

/// Somebody at the desk whom something can be given to.
///
/// # Errors
/// [`AppError::Invalid`] if nobody with this id works at the desk.
pub async fn agent(app: &App, id: UserId) -> Result<User, AppError> {
    let mut read = app.db.read().await?;
    people::user(&mut read, id)
        .await?
        .filter(is_agent)
        .ok_or_else(|| AppError::field("to", "Choose somebody who works at the desk."))
}

/// Takes a request. `over` is who was seen having it, when that is to be taken over.
///
/// # Errors
/// [`AppError::Refused`] while somebody else has it: says who, and since when.
pub async fn claim(
    app: &App,
    caller: &Caller,
    id: PortId,
    over: Option<UserId>,
    guard: Guard,
) -> Result<Handled, AppError> {
    caller.desk_only()?;
    let event = Event::Claim {
        to: caller.user,
        name: caller.actor.name.clone(),
        over,
    };
    ports::handle(app, id, caller.scope(), &caller.actor, event, guard.into()).await
}

/// Gives a request to somebody at the desk. `over` as for [`claim`].
///
/// # Errors
/// As [`claim`] and [`agent`].
pub async fn assign(
    app: &App,
    caller: &Caller,
    id: PortId,
    to: UserId,
    over: Option<UserId>,
    guard: Guard,
) -> Result<Handled, AppError> {
    caller.desk_only()?;
    let to = agent(app, to).await?;
    let event = Event::Claim {
        to: to.id,
        name: to.name,
        over,
    };
    ports::handle(app, id, caller.scope(), &caller.actor, event, guard.into()).await
}

/// Gives a request back.
///
/// # Errors
/// [`AppError::Refused`] when somebody else has it and the caller is no administrator.
pub async fn release(
    app: &App,
    caller: &Caller,
    id: PortId,
    guard: Guard,
) -> Result<Handled, AppError> {
    caller.desk_only()?;
    let event = Event::Unclaim;
    ports::handle(app, id, caller.scope(), &caller.actor, event, guard.into()).await
}

/// The end of a window that begins then: about 90 minutes (R55).
fn window_end(start: Timestamp) -> Timestamp {
    start
        .checked_add(SignedDuration::from_mins(90))
        .unwrap_or(start)
}
