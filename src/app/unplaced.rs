//! Mails that could not be placed beyond doubt: the desk reads them, and makes each a note, puts it into a ticket or puts it
//! away.

use bytes::Bytes;

use super::notes;
use super::ports::{self, Filter, FromMail, Line};
use super::replies::{all_words, note_of, parse};
use super::seen::Key;
use super::{App, AppError, Caller, tickets};
use crate::db::inbound;
pub use crate::db::inbound::{Inbound, InboundState};
use crate::domain::number::E164;
use crate::domain::port::Status;
use crate::ids::{InboundId, NoteId, PortId};
use crate::mail::inbound::Incoming;

/// How many mails the desk's list shows at most.
const LIST_MAX: i64 = 200;

/// The mails that wait for the desk, the longest waiting first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Inbound>, AppError> {
    caller.desk_only()?;
    let mut read = app.db.glimpse().await?;
    Ok(inbound::unplaced(&mut read, LIST_MAX).await?)
}

/// How many mails wait for the desk.
pub async fn waiting(app: &App, caller: &Caller) -> Result<u32, AppError> {
    caller.desk_only()?;
    let count = app.seen(Key::Own(caller.user, "unplaced mail"), |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(inbound::waiting(&mut read).await?)
    });
    Ok(*count.await?)
}

/// A mail that could not be placed, with what it says.
#[derive(Debug)]
pub struct Unplaced {
    /// The mail.
    pub mail: Inbound,
    /// What its sender wrote; all of it, if nothing of it can be told from what it quotes.
    pub words: String,
    /// Its files: names and sizes.
    pub files: Vec<(String, u64)>,
    /// The number of the ticket that it is an answer in, as far as that is known.
    pub ticket: Option<i64>,
}

/// One mail, for the desk.
pub async fn look(app: &App, caller: &Caller, id: InboundId) -> Result<Unplaced, AppError> {
    let (mail, incoming) = open(app, caller, id).await?;
    let ticket = match incoming.tokens.as_slice() {
        [only] => tickets::named_by(app, only).await?,
        _ => None,
    };
    Ok(Unplaced {
        ticket: ticket.map(|ticket| ticket.number),
        words: all_words(&incoming),
        files: incoming
            .files
            .iter()
            .map(|file| {
                let size = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
                (file.name.clone(), size)
            })
            .collect(),
        mail,
    })
}

/// A mail as it came, to be saved.
pub async fn raw(app: &App, caller: &Caller, id: InboundId) -> Result<Bytes, AppError> {
    caller.desk_only()?;
    let mut read = app.db.glimpse().await?;
    let blob = inbound::get(&mut read, id)
        .await?
        .and_then(|mail| mail.blob)
        .ok_or(AppError::NotFound("mail"))?;
    drop(read);
    Ok(app.blobs.get(&blob).await?)
}

pub(super) async fn open(
    app: &App,
    caller: &Caller,
    id: InboundId,
) -> Result<(Inbound, Incoming), AppError> {
    caller.desk_only()?;
    let mut read = app.db.glimpse().await?;
    let mail = inbound::get(&mut read, id)
        .await?
        .ok_or(AppError::NotFound("mail"))?;
    drop(read);
    let Some(blob) = &mail.blob else {
        return Err(AppError::NotFound("mail"));
    };
    let raw = app.blobs.get(blob).await?;
    let incoming = parse(app, &raw).await?;
    Ok((mail, incoming))
}

/// Puts a mail away: it is no note. It stays in the store.
pub async fn discard(app: &App, caller: &Caller, id: InboundId) -> Result<(), AppError> {
    caller.desk_only()?;
    let mut tx = app.db.write().await?;
    let now = app.clock.now();
    let state = InboundState::Discarded;
    if !inbound::settle(&mut tx, id, state, None, &caller.actor.name, now).await? {
        return Err(AppError::NotFound("mail"));
    }
    Ok(tx.commit().await?)
}

/// Makes a mail a note of the desk on a request, with its sender's name in it.
pub async fn place(
    app: &App,
    caller: &Caller,
    id: InboundId,
    on: &str,
    staff_only: bool,
) -> Result<(PortId, NoteId), AppError> {
    let (row, mail) = open(app, caller, id).await?;
    let port = find_port(app, caller, on).await?;
    let request = ports::glance(app, caller, port).await?.request;
    let name = match row.from_name.as_str() {
        "" => row.from_address.clone(),
        name => format!("{name} ({})", row.from_address),
    };
    let subject = match row.subject.as_str() {
        "" => String::new(),
        subject => format!(", about \"{subject}\""),
    };
    let said = format!("By mail from {name}{subject}:\n\n{}", all_words(&mail));
    let (note, _) = note_of(app, port, &mail, said.trim().to_owned(), staff_only).await?;
    let mail = FromMail::Placed(id);
    let written = notes::store_from_mail(app, &caller.actor, &request, note, mail).await?;
    Ok((port, written.note))
}

/// The request that somebody means: by its id or address, or by a number on it.
async fn find_port(app: &App, caller: &Caller, on: &str) -> Result<PortId, AppError> {
    let wrong = |says: &str| AppError::field("port", says);
    let on = on.trim();
    if let Some(at) = on.find("port_") {
        let id: String = on
            .chars()
            .skip(on.get(..at).map_or(0, |before| before.chars().count()))
            .take_while(|one| one.is_ascii_alphanumeric() || *one == '_')
            .collect();
        let id: PortId = id
            .parse()
            .map_err(|_| wrong("That is not the id of a port. Copy it from the port's page."))?;
        return Ok(ports::glance(app, caller, id).await?.request.id);
    }
    let number: E164 = on
        .parse()
        .or_else(|_| format!("+1{}", digits(on)).parse())
        .map_err(|_| wrong("Type a number that is on the port, or the port's id."))?;
    let filter = Filter {
        text: Some(number.to_string()),
        limit: 10,
        ..Filter::default()
    };
    let all = ports::list(app, caller, filter).await?;
    let is_open = |line: &&Line| Status::named(&line.status).is_some_and(|one| one.is_open());
    let open: Vec<&Line> = all.iter().filter(is_open).collect();
    match (open.as_slice(), all.as_slice()) {
        ([only], _) => Ok(only.id),
        (_, [only]) => Ok(only.id),
        (_, []) => Err(wrong("No port has this number.")),
        _ => Err(wrong(
            "Several ports have this number. Copy the id from the right one's page.",
        )),
    }
}

fn digits(text: &str) -> String {
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    match all.strip_prefix('1') {
        Some(rest) if rest.len() == 10 => rest.to_owned(),
        _ => all,
    }
}
