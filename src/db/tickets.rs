//! Tickets, and what was written in them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ports::like;
use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::domain::ticket::{Author, TicketState};
use crate::ids::{InboundId, TicketId, UserId};

/// What somebody asked support.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// What people call it.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// Who asked; may be empty.
    pub from_name: String,
    /// Where the answer goes.
    pub from_address: String,
    /// Who that is here, if anybody.
    pub user: Option<UserId>,
    /// For whom it waits.
    pub state: TicketState,
    /// How many messages it has.
    pub messages: u32,
    /// The `Message-ID` of its sender's last mail, without angle brackets.
    pub last_message_id: Option<String>,
    /// When it was opened, in desk time.
    pub opened_at: Timestamp,
    /// When somebody last wrote, closed or opened it.
    pub changed_at: Timestamp,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket")
            .field("id", &self.id)
            .field("number", &self.number)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A file of a mail: it is in the mail as it came.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// Its name; may be empty.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// What somebody wrote in a ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its place in the ticket, from 1.
    pub seq: u32,
    /// Who wrote.
    pub author: Author,
    /// Their name.
    pub by: String,
    /// Who that is here, if anybody. Of the desk's messages, only those that nobody wrote have none: what became of a mail.
    pub user: Option<UserId>,
    /// What they wrote.
    pub text: String,
    /// What came with it.
    pub files: Vec<NamedFile>,
    /// The mail that it came in.
    pub inbound: Option<InboundId>,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("seq", &self.seq)
            .field("author", &self.author)
            .finish_non_exhaustive()
    }
}

/// Draws the next ticket's number. Tickets that are opened at once wait for each other here.
pub async fn next_number(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx
        .fetch_optional(
            "UPDATE ticket_numbers SET last = last + 1 WHERE id = 'tickets' RETURNING last",
            &[],
        )
        .await?;
    row.ok_or_else(|| DbError::bad_row("ticket_numbers", "its row is missing"))?
        .int("last")
}

/// Stores a ticket without its messages.
pub async fn insert(tx: &mut Tx, ticket: &Ticket) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO tickets (id, number, subject, from_name, from_address, user_id, state, messages, last_message_id, opened_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            ticket.id,
            ticket.number,
            &ticket.subject,
            &ticket.from_name,
            &ticket.from_address,
            ticket.user,
            ticket.state.name(),
            ticket.messages,
            ticket.last_message_id.clone(),
            ticket.opened_at,
            ticket.changed_at
        ],
    )
    .await?;
    Ok(())
}

/// Stores a message.
pub async fn insert_message(
    tx: &mut Tx,
    ticket: TicketId,
    message: &Message,
) -> Result<(), DbError> {
    let files = serde_json::to_value(&message.files).unwrap_or_default();
    tx.execute(
        "INSERT INTO ticket_messages (ticket_id, seq, author, by_name, user_id, text, files, inbound_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            ticket,
            message.seq,
            message.author.name(),
            &message.by,
            message.user,
            &message.text,
            files,
            message.inbound,
            message.at
        ],
    )
    .await?;
    Ok(())
}

/// Stores a ticket's new state; `false` if somebody else changed it since it had `seen` messages in the state `from`.
pub async fn update(
    tx: &mut Tx,
    ticket: &Ticket,
    from: TicketState,
    seen: u32,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "UPDATE tickets SET state = $2, messages = $3, last_message_id = $4, changed_at = $5 WHERE id = $1 AND messages = $6 AND state = $7",
            args![
                ticket.id,
                ticket.state.name(),
                ticket.messages,
                ticket.last_message_id.clone(),
                ticket.changed_at,
                seen,
                from.name()
            ],
        )
        .await?;
    Ok(touched > 0)
}

/// Makes room for a message that nobody wrote, whatever others do in the ticket at the moment, and gives its place. With a
/// state the ticket is in it then.
pub async fn add_line(
    tx: &mut Tx,
    id: TicketId,
    state: Option<TicketState>,
    now: Timestamp,
) -> Result<Option<u32>, DbError> {
    let row = tx
        .fetch_optional(
            "UPDATE tickets SET messages = messages + 1, state = COALESCE($2, state), changed_at = $3 WHERE id = $1 RETURNING messages",
            args![id, state.map(TicketState::name), now],
        )
        .await?;
    row.map(|row| row.small("messages")).transpose()
}

/// The ticket with this id.
pub async fn get(session: &mut Session, id: TicketId) -> Result<Option<Ticket>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM tickets WHERE id = $1", args![id])
        .await?;
    row.map(|row| ticket_of(&row)).transpose()
}

/// What was written in a ticket, oldest first.
pub async fn messages(session: &mut Session, id: TicketId) -> Result<Vec<Message>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM ticket_messages WHERE ticket_id = $1 ORDER BY seq",
            args![id],
        )
        .await?
        .iter()
        .map(message_of)
        .collect()
}

/// The ticket with this number.
pub async fn numbered(session: &mut Session, number: i64) -> Result<Option<Ticket>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM tickets WHERE number = $1", args![number])
        .await?;
    row.map(|row| ticket_of(&row)).transpose()
}

/// A place in the list of a state's tickets: the last one that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its last change.
    pub changed_at: Timestamp,
    /// Its number.
    pub number: i64,
}

/// The tickets in a state, from the one behind a place on. Those that wait come with the longest waiting first, the others
/// with the newest.
pub async fn list(
    session: &mut Session,
    state: TicketState,
    behind: Option<Place>,
    limit: i64,
) -> Result<Vec<Ticket>, DbError> {
    let (order, beyond) = match state {
        TicketState::Waiting => ("ASC", ">"),
        TicketState::Answered | TicketState::Closed => ("DESC", "<"),
    };
    let mut values = vec![state.name().into(), limit.into()];
    let from = match behind {
        None => String::new(),
        Some(place) => {
            values.extend([place.changed_at.into(), place.number.into()]);
            format!("AND (changed_at {beyond} $3 OR (changed_at = $3 AND number {beyond} $4))")
        }
    };
    session
        .fetch_all(
            format!("SELECT * FROM tickets WHERE state = $1 {from} ORDER BY changed_at {order}, number {order} LIMIT $2"),
            &values,
        )
        .await?
        .iter()
        .map(ticket_of)
        .collect()
}

/// The tickets in all states that a text finds, newest first, from below a number on: by their number, by who asked, by
/// what they are about.
pub async fn search(
    session: &mut Session,
    text: &str,
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<Ticket>, DbError> {
    let number = text.trim_start_matches('#').parse::<i64>().unwrap_or(-1);
    session
        .fetch_all(
            "SELECT * FROM tickets WHERE number < $1 AND (number = $2 OR LOWER(from_address) LIKE $3 ESCAPE '\\' OR LOWER(from_name) LIKE $3 ESCAPE '\\'
                OR LOWER(subject) LIKE $3 ESCAPE '\\') ORDER BY number DESC LIMIT $4",
            args![below.unwrap_or(i64::MAX), number, like(text), limit],
        )
        .await?
        .iter()
        .map(ticket_of)
        .collect()
}

/// How many of the newest tickets were opened since then; at most `most` are counted.
pub async fn opened_by_all_since(
    session: &mut Session,
    since: Timestamp,
    most: u32,
) -> Result<u32, DbError> {
    let row = session
        .fetch_optional(
            "SELECT COUNT(*) AS n FROM (SELECT opened_at FROM tickets ORDER BY number DESC LIMIT $2) AS newest WHERE opened_at > $1",
            args![since, most],
        )
        .await?;
    row.map_or(Ok(0), |row| row.small("n"))
}

/// How many tickets are in a state.
pub async fn count(session: &mut Session, state: TicketState) -> Result<u32, DbError> {
    let row = session
        .fetch_optional(
            "SELECT COUNT(*) AS n FROM tickets WHERE state = $1",
            args![state.name()],
        )
        .await?;
    row.map_or(Ok(0), |row| row.small("n"))
}

/// How many tickets an address opened since then.
pub async fn opened_since(
    session: &mut Session,
    address: &str,
    since: Timestamp,
) -> Result<u32, DbError> {
    let row = session
        .fetch_optional(
            "SELECT COUNT(*) AS n FROM tickets WHERE from_address = $1 AND opened_at > $2",
            args![address, since],
        )
        .await?;
    row.map_or(Ok(0), |row| row.small("n"))
}

fn state_of(name: &str) -> Result<TicketState, DbError> {
    TicketState::named(name)
        .ok_or_else(|| DbError::bad_row("state", format!("no such state: {name}")))
}

fn ticket_of(row: &Row) -> Result<Ticket, DbError> {
    Ok(Ticket {
        id: row.parse("id")?,
        number: row.int("number")?,
        subject: row.text("subject")?,
        from_name: row.text("from_name")?,
        from_address: row.text("from_address")?,
        user: row.opt_parse("user_id")?,
        state: state_of(&row.text("state")?)?,
        messages: row.small("messages")?,
        last_message_id: row.opt_text("last_message_id")?,
        opened_at: row.instant("opened_at")?,
        changed_at: row.instant("changed_at")?,
    })
}

fn message_of(row: &Row) -> Result<Message, DbError> {
    Ok(Message {
        seq: row.small("seq")?,
        author: match row.text("author")?.as_str() {
            "desk" => Author::Desk,
            "sender" => Author::Sender,
            other => {
                return Err(DbError::bad_row(
                    "author",
                    format!("no such author: {other}"),
                ));
            }
        },
        by: row.text("by_name")?,
        user: row.opt_parse("user_id")?,
        text: row.text("text")?,
        files: row.json("files")?,
        inbound: row.opt_parse("inbound_id")?,
        at: row.instant("at")?,
    })
}
