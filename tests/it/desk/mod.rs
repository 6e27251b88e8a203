//! The desk's day: its queues, who has what, and one action for many.

mod bulk;
mod claims;
mod pages;
mod queues;

use portolan::app::ports::{self, Extras, Scope};
use portolan::app::{App, AppError, Caller};
use portolan::domain::port::{Actor, Event, Role};
use portolan::ids::PortId;

use crate::support::app::Person;

/// Somebody with a key, as the use cases know them.
fn caller(person: &Person) -> Caller {
    Caller::of(&person.user)
}

/// Somebody in this part.
fn actor(role: Role) -> Actor {
    Actor {
        role,
        name: role.words().to_owned(),
        user: None,
    }
}

/// Lets something happen by whoever may make it happen first.
async fn happen(app: &App, id: PortId, event: Event) -> Result<(), AppError> {
    let may = portolan::domain::port::moves::find(event.kind());
    ports::handle(
        app,
        id,
        Scope::Any,
        &actor(may.by[0]),
        event,
        Extras::default(),
    )
    .await
    .map(|_| ())
}
