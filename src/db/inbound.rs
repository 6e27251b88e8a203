//! Mails that people sent in answer to ours: what became of each, and how far their mailbox was read.

use jiff::Timestamp;

use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::ids::{InboundId, PortId};

/// A mail that came in.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// Its id.
    pub id: InboundId,
    /// SHA-256 of what makes it this mail and no other: its Message-ID, sender, date and content.
    pub digest: [u8; 32],
    /// What became of it.
    pub state: InboundState,
    /// Why it could not be placed; empty for one that was.
    pub reason: String,
    /// The sender's name, as the mail has it.
    pub from_name: String,
    /// The sender's address.
    pub from_address: String,
    /// The subject line.
    pub subject: String,
    /// The request that it is about, as far as that is known.
    pub port: Option<PortId>,
    /// SHA-256 (hex) of the message as it came, which is in the document store; `None` for one that became a note.
    pub blob: Option<String>,
    /// Bytes.
    pub size: u64,
    /// When it was taken, in desk time.
    pub received_at: Timestamp,
    /// When the desk dealt with it.
    pub settled_at: Option<Timestamp>,
    /// Who did.
    pub settled_by: Option<String>,
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboundState {
    /// It is a note.
    Noted,
    /// It waits for somebody at the desk.
    Unplaced,
    /// Somebody at the desk made it a note.
    Filed,
    /// Somebody at the desk put it away.
    Discarded,
    /// It opened a ticket, or is an answer in one.
    Ticket,
}

impl InboundState {
    fn name(self) -> &'static str {
        match self {
            Self::Noted => "noted",
            Self::Unplaced => "unplaced",
            Self::Filed => "filed",
            Self::Discarded => "discarded",
            Self::Ticket => "ticket",
        }
    }
}

/// Takes a mail down; `false` when it is there already.
pub async fn insert(tx: &mut Tx, mail: &Inbound) -> Result<bool, DbError> {
    let stored = tx
        .execute(
            "INSERT INTO inbound_mails (id, digest, state, reason, from_name, from_address, subject, port_id, blob, size, received_at, settled_at,
                settled_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (digest) DO NOTHING",
            args![
                mail.id,
                mail.digest,
                mail.state.name(),
                &mail.reason,
                &mail.from_name,
                &mail.from_address,
                &mail.subject,
                mail.port,
                mail.blob.clone(),
                i64::try_from(mail.size).unwrap_or(i64::MAX),
                mail.received_at,
                mail.settled_at,
                mail.settled_by.clone()
            ],
        )
        .await?;
    Ok(stored > 0)
}

/// Whether this mail was taken before.
pub async fn is_known(session: &mut Session, digest: [u8; 32]) -> Result<bool, DbError> {
    Ok(session
        .fetch_optional(
            "SELECT id FROM inbound_mails WHERE digest = $1",
            args![digest],
        )
        .await?
        .is_some())
}

/// The mail with this id.
pub async fn get(session: &mut Session, id: InboundId) -> Result<Option<Inbound>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM inbound_mails WHERE id = $1", args![id])
        .await?;
    row.map(|row| mail_of(&row)).transpose()
}

/// What waits for the desk, the longest waiting first.
pub async fn unplaced(session: &mut Session, limit: i64) -> Result<Vec<Inbound>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM inbound_mails WHERE state = 'unplaced' ORDER BY id LIMIT $1",
            args![limit],
        )
        .await?
        .iter()
        .map(mail_of)
        .collect()
}

/// How many mails wait for the desk.
pub async fn waiting(session: &mut Session) -> Result<u32, DbError> {
    let row = session
        .fetch_optional(
            "SELECT COUNT(*) AS n FROM inbound_mails WHERE state = 'unplaced'",
            &[],
        )
        .await?;
    row.map_or(Ok(0), |row| row.small("n"))
}

/// Settles a mail that waits; `false` if it does not wait any more. One that is in a ticket may also become a note.
pub async fn settle(
    tx: &mut Tx,
    id: InboundId,
    state: InboundState,
    port: Option<PortId>,
    by: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "UPDATE inbound_mails SET state = $2, port_id = COALESCE($3, port_id), settled_by = $4, settled_at = $5
             WHERE id = $1 AND (state = 'unplaced' OR (state = 'ticket' AND $2 = 'filed'))",
            args![id, state.name(), port, by, now],
        )
        .await?;
    Ok(touched > 0)
}

/// Notes that somebody put a mail that waits into a ticket; `false` if it does not wait any more. `reason` says into which.
pub async fn put_in_ticket(
    tx: &mut Tx,
    id: InboundId,
    reason: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "UPDATE inbound_mails SET state = $2, reason = $3, settled_by = $4, settled_at = $5 WHERE id = $1 AND state = $6",
            args![
                id,
                InboundState::Ticket.name(),
                reason,
                by,
                now,
                InboundState::Unplaced.name()
            ],
        )
        .await?;
    Ok(touched > 0)
}

fn mail_of(row: &Row) -> Result<Inbound, DbError> {
    Ok(Inbound {
        id: row.parse("id")?,
        digest: row
            .bytes("digest")?
            .try_into()
            .map_err(|_| DbError::bad_row("digest", "it is not 32 bytes"))?,
        state: match row.text("state")?.as_str() {
            "noted" => InboundState::Noted,
            "filed" => InboundState::Filed,
            "discarded" => InboundState::Discarded,
            "ticket" => InboundState::Ticket,
            "unplaced" => InboundState::Unplaced,
            other => {
                return Err(DbError::bad_row("state", format!("no such state: {other}")));
            }
        },
        reason: row.text("reason")?,
        from_name: row.text("from_name")?,
        from_address: row.text("from_address")?,
        subject: row.text("subject")?,
        port: row.opt_parse("port_id")?,
        blob: row.opt_text("blob")?,
        size: row.small("size")?,
        received_at: row.instant("received_at")?,
        settled_at: row.opt_instant("settled_at")?,
        settled_by: row.opt_text("settled_by")?,
    })
}

/// How far a mailbox was read: its UIDVALIDITY, and the last UID that was dealt with.
pub async fn place(session: &mut Session, mailbox: &str) -> Result<Option<(u32, u32)>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT uid_validity, uid FROM inbound_mailboxes WHERE name = $1",
            args![mailbox],
        )
        .await?;
    row.map(|row| Ok((row.small("uid_validity")?, row.small("uid")?)))
        .transpose()
}

/// Remembers how far a mailbox was read.
pub async fn set_place(
    tx: &mut Tx,
    mailbox: &str,
    uid_validity: u32,
    uid: u32,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO inbound_mailboxes (name, uid_validity, uid) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET uid_validity = excluded.uid_validity, uid = excluded.uid",
        args![mailbox, uid_validity, uid],
    )
    .await?;
    Ok(())
}
