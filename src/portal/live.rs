//! Tells an open page that what it shows has changed, by server-sent events. The page then asks for its
//! part anew. A page without scripts, and one that misses an event, is up to date at its next reload.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::errors::Answer;
use super::port::port_id;
use super::session::{Portal, SignedIn};
use crate::app::ports::{self, Changes};
use crate::ids::PortId;

/// How long one stream lasts; the browser opens the next one by itself. A server that is to stop waits
/// for its open answers, so they must not be long.
const LASTS: Duration = Duration::from_secs(20);
/// The pause between two events: a port day moves many numbers in one second.
const PAUSE: Duration = Duration::from_millis(1_000);
/// How soon the browser opens the next stream.
const AGAIN: Duration = Duration::from_millis(500);

/// Events of one port.
pub(super) async fn of_port(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let changes = ports::changes(&portal.app);
    // Whether they may know of it.
    let id = ports::glance(&portal.app, &who.caller, port_id(&id)?)
        .await?
        .request
        .id;
    Ok(events(changes, Some(id)).into_response())
}

/// Events of the overview: those of the requests that its reader may see.
pub(super) async fn of_overview(State(portal): State<Portal>, who: SignedIn) -> Answer {
    let changes = ports::changes(&portal.app).for_caller(&portal.app, &who.caller);
    Ok(events(changes, None).into_response())
}

/// Events of the desk's list.
pub(super) async fn of_desk(State(portal): State<Portal>, who: SignedIn) -> Answer {
    who.desk_only()?;
    Ok(events(ports::changes(&portal.app), None).into_response())
}

fn events(
    changes: Changes,
    id: Option<PortId>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let ends = Instant::now() + LASTS;
    let first = Event::default().retry(AGAIN).comment("listening");
    let rest = stream::unfold(
        (changes, Instant::now()),
        move |(mut changes, from)| async move {
            sleep_until(from.min(ends)).await;
            timeout_at(ends, changes.next(id)).await.ok()?;
            let event = Event::default().event("changed").data("");
            Some((event, (changes, Instant::now() + PAUSE)))
        },
    );
    let all = stream::once(async { first });
    let all = futures::StreamExt::chain(all, rest);
    Sse::new(futures::StreamExt::map(all, Ok)).keep_alive(KeepAlive::default())
}
