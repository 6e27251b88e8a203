//! Lists of tickets, and how many there are.

use jiff::Timestamp;

use super::{Ticket, rows};
use crate::app::seen::Key;
use crate::app::{App, AppError, Caller};
use crate::db::tickets::Place;
use crate::domain::ticket::TicketState;

/// Tickets of a page.
const PAGE: usize = 50;

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// The tickets.
    pub tickets: Vec<Ticket>,
    /// Where the next page begins, to be handed in as `before`; `None` on the last one.
    pub next: Option<String>,
}

impl Page {
    fn of(mut tickets: Vec<Ticket>, place: impl Fn(&Ticket) -> String) -> Self {
        let more = tickets.len() > PAGE;
        tickets.truncate(PAGE);
        Self {
            next: tickets.last().filter(|_| more).map(place),
            tickets,
        }
    }
}

fn rows_read() -> i64 {
    i64::try_from(PAGE + 1).unwrap_or(i64::MAX)
}

/// A place as it stands in an address. It holds also when its ticket has changed since.
fn read_place(text: &str) -> Option<Place> {
    let (at, number) = text.split_once('.')?;
    Some(Place {
        changed_at: Timestamp::from_microsecond(at.parse().ok()?).ok()?,
        number: number.parse().ok()?,
    })
}

/// A page of the tickets in a state. A place that cannot be read is the beginning.
pub async fn list(
    app: &App,
    caller: &Caller,
    state: TicketState,
    before: &str,
) -> Result<Page, AppError> {
    caller.desk_only()?;
    let mut read = app.db.glimpse().await?;
    let found = rows::list(&mut read, state, read_place(before), rows_read()).await?;
    Ok(Page::of(found, |last| {
        format!("{}.{}", last.changed_at.as_microsecond(), last.number)
    }))
}

/// A page of the tickets in all states that a text finds, newest first: by number (`#1042` or `1042`), by the sender's
/// name and address, by subject.
pub async fn search(
    app: &App,
    caller: &Caller,
    text: &str,
    before: &str,
) -> Result<Page, AppError> {
    caller.desk_only()?;
    let mut read = app.db.glimpse().await?;
    let found = rows::search(&mut read, text, before.parse().ok(), rows_read()).await?;
    Ok(Page::of(found, |last| last.number.to_string()))
}

/// How many tickets are in each state.
pub async fn counts(app: &App, caller: &Caller) -> Result<Vec<(TicketState, u32)>, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    let mut found = Vec::new();
    for state in TicketState::ALL {
        found.push((state, rows::count(&mut read, state).await?));
    }
    Ok(found)
}

/// How many tickets wait for the desk.
pub async fn waiting(app: &App, caller: &Caller) -> Result<u32, AppError> {
    caller.desk_only()?;
    let count = app.seen(Key::Own(caller.user, "tickets"), |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(rows::count(&mut read, TicketState::Waiting).await?)
    });
    Ok(*count.await?)
}
