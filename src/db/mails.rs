//! Mails: one row for each fact and reader, made in the fact's own commit.

use jiff::Timestamp;

use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::ids::{DocumentId, FactId, MailId, PortId};

/// A mail.
#[derive(Clone)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// About which request.
    pub port: PortId,
    /// Because of which fact.
    pub fact: FactId,
    /// `submitter`, `owner` or `desk`.
    pub reader: String,
    /// Which template.
    pub kind: String,
    /// The reader's name.
    pub to_name: String,
    /// The reader's address.
    pub to_address: String,
    /// The subject line.
    pub subject: String,
    /// The plain part. A secret link stands in it as a placeholder.
    pub body_text: String,
    /// The HTML part, with the same placeholder.
    pub body_html: String,
    /// The secret link, sealed.
    pub sealed_link: Option<Vec<u8>>,
    /// The document that is attached.
    pub attachment: Option<DocumentId>,
    /// `Message-ID`, without angle brackets.
    pub message_id: String,
    /// The `Message-ID` that begins the request's thread.
    pub thread_id: String,
    /// Whether it has left.
    pub state: MailState,
    /// When its fact happened.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// Why it did not.
    pub last_error: Option<String>,
}

/// Whether a mail has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// Waiting.
    Queued,
    /// Gone.
    Sent,
    /// Given up.
    Failed,
}

impl MailState {
    const ALL: [Self; 3] = [Self::Queued, Self::Sent, Self::Failed];

    /// The word that is stored.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored word.
    pub(super) fn of(row: &Row) -> Result<Self, DbError> {
        let word = row.text("state")?;
        let known = Self::ALL.into_iter().find(|state| state.name() == word);
        Ok(known.unwrap_or(Self::Queued))
    }
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Stores a mail; `false` when this fact's mail to this reader is there already.
pub async fn insert(tx: &mut Tx, mail: &Mail) -> Result<bool, DbError> {
    let stored = tx
        .execute(
            "INSERT INTO mails (id, port_id, fact_id, reader, kind, to_name, to_address, subject, body_text, body_html, sealed_link, message_id,
                thread_id, state, created_at, sent_at, last_error, attachment_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'queued', $14, NULL, NULL, $15) ON CONFLICT (fact_id, reader) DO NOTHING",
            args![
                mail.id,
                mail.port,
                mail.fact,
                &mail.reader,
                &mail.kind,
                &mail.to_name,
                &mail.to_address,
                &mail.subject,
                &mail.body_text,
                &mail.body_html,
                mail.sealed_link.clone(),
                &mail.message_id,
                &mail.thread_id,
                mail.created_at,
                mail.attachment
            ],
        )
        .await?;
    Ok(stored > 0)
}

fn mail_of(row: &Row) -> Result<Mail, DbError> {
    Ok(Mail {
        id: row.parse("id")?,
        port: row.parse("port_id")?,
        fact: row.parse("fact_id")?,
        reader: row.text("reader")?,
        kind: row.text("kind")?,
        to_name: row.text("to_name")?,
        to_address: row.text("to_address")?,
        subject: row.text("subject")?,
        body_text: row.text("body_text")?,
        body_html: row.text("body_html")?,
        sealed_link: row.opt_bytes("sealed_link")?,
        attachment: row.opt_parse("attachment_id")?,
        message_id: row.text("message_id")?,
        thread_id: row.text("thread_id")?,
        state: MailState::of(row)?,
        created_at: row.instant("created_at")?,
        sent_at: row.opt_instant("sent_at")?,
        last_error: row.opt_text("last_error")?,
    })
}

/// The mail with this id.
pub async fn get(session: &mut Session, id: MailId) -> Result<Option<Mail>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM mails WHERE id = $1", args![id])
        .await?;
    row.map(|row| mail_of(&row)).transpose()
}

/// A page of mails, newest first: all of them, or one request's, or those to one address.
pub async fn list(
    session: &mut Session,
    port: Option<PortId>,
    to: Option<&str>,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<Mail>, DbError> {
    let before = before.map_or_else(|| "mail_~".to_owned(), |id| id.to_string());
    let rows = match (port, to) {
        (Some(port), _) => {
            session
                .fetch_all(
                    "SELECT * FROM mails WHERE port_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                    args![port, before, limit],
                )
                .await?
        }
        (None, Some(to)) => session
            .fetch_all(
                "SELECT * FROM mails WHERE to_address = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                args![to, before, limit],
            )
            .await?,
        (None, None) => {
            session
                .fetch_all(
                    "SELECT * FROM mails WHERE id < $1 ORDER BY id DESC LIMIT $2",
                    args![before, limit],
                )
                .await?
        }
    };
    rows.iter().map(mail_of).collect()
}

/// Marks a mail as gone. Its secret link, if any, goes with it when `forget_link` is set.
pub async fn sent(
    tx: &mut Tx,
    id: MailId,
    now: Timestamp,
    forget_link: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE mails SET state = 'sent', sent_at = $2, last_error = NULL WHERE id = $1",
        args![id, now],
    )
    .await?;
    if forget_link {
        tx.execute(
            "UPDATE mails SET sealed_link = NULL WHERE id = $1",
            args![id],
        )
        .await?;
    }
    Ok(())
}

/// Lets a mail that was given up wait again.
pub async fn queue_again(tx: &mut Tx, id: MailId) -> Result<(), DbError> {
    let (queued, failed) = (MailState::Queued.name(), MailState::Failed.name());
    tx.execute(
        "UPDATE mails SET state = $2 WHERE id = $1 AND state = $3",
        args![id, queued, failed],
    )
    .await?;
    Ok(())
}

/// Remembers why a mail did not leave.
pub async fn not_sent(tx: &mut Tx, id: MailId, why: &str, given_up: bool) -> Result<(), DbError> {
    let state = if given_up {
        MailState::Failed
    } else {
        MailState::Queued
    };
    tx.execute(
        "UPDATE mails SET state = $2, last_error = $3 WHERE id = $1 AND state <> 'sent'",
        args![id, state.name(), why],
    )
    .await?;
    Ok(())
}
