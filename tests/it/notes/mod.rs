//! Notes: their files, who has read them, and answers by mail (R123 to R131). Tickets (R66 to R68).

mod files;
mod imap;
mod replies;
mod ticket_desk;
mod tickets;
mod unread;

use portolan::app::ports::{self, StoredFact};
use portolan::app::{App, Caller};
use portolan::domain::port::{Actor, Fact, Role};
use portolan::ids::PortId;

/// The settings with which answers become notes, and mails are read on the mailbox page.
pub const WITH_REPLIES: &str = "[mail.replies]\naddress = \"replies@desk.example\"\n";

/// Somebody who may see everything.
fn desk_of(app: &App) -> Caller {
    Caller {
        actor: Actor {
            role: Role::Desk,
            name: "a test".to_owned(),
            user: None,
        },
        user: app.ids.next(app.clock.now()),
        account: None,
        clients: [].into(),
    }
}

/// Everything that happened to a request.
async fn history(app: &App, port: PortId) -> Vec<StoredFact> {
    ports::history(app, &desk_of(app), port)
        .await
        .expect("a history")
}

/// A note: who wrote it, its words, whether it is for the desk, and the names of its files.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    by: String,
    role: Role,
    text: String,
    staff_only: bool,
    files: Vec<String>,
}

/// The notes of a request, oldest first.
async fn notes(app: &App, port: PortId) -> Vec<Written> {
    let view = ports::view(app, &desk_of(app), port).await.expect("a port");
    let name = |id| {
        view.documents
            .iter()
            .find(|document| document.id == id)
            .map_or_else(|| "missing".to_owned(), |document| document.name.clone())
    };
    history(app, port)
        .await
        .into_iter()
        .filter_map(|one| match one.fact {
            Fact::NoteWritten {
                text,
                staff_only,
                attachments,
                ..
            } => Some(Written {
                by: one.actor.name,
                role: one.actor.role,
                text,
                staff_only,
                files: attachments.into_iter().map(name).collect(),
            }),
            _ => None,
        })
        .collect()
}
