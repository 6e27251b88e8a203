//! Keys for the API, secret links to somebody's own account, and the mails that carry them.

use jiff::Timestamp;

use super::mails::MailState;
use super::people::{ApiKey, User, whole};
use super::values::of_family;
use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::ids::{AccountId, ApiKeyId, MailId, TicketId, UserId};

/// Stores an API key under its hash.
pub async fn insert_api_key(tx: &mut Tx, key: &ApiKey, hash: [u8; 32]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO api_keys (id, user_id, name, hash, hint, read_only, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",
        args![key.id, key.user, &key.name, hash, &key.hint, key.read_only, key.created_at, key.expires_at],
    )
    .await?;
    Ok(())
}

/// The user whose living key has this hash, with the key.
pub async fn user_by_api_key(
    session: &mut Session,
    hash: [u8; 32],
) -> Result<Option<(User, ApiKey)>, DbError> {
    let Some(row) = session
        .fetch_optional(
            "SELECT * FROM api_keys WHERE hash = $1 AND revoked_at IS NULL",
            args![hash],
        )
        .await?
    else {
        return Ok(None);
    };
    let key = key_of(&row)?;
    let row = session
        .fetch_optional("SELECT * FROM users WHERE id = $1", args![key.user])
        .await?;
    Ok(whole(session, row).await?.map(|user| (user, key)))
}

fn key_of(row: &Row) -> Result<ApiKey, DbError> {
    Ok(ApiKey {
        id: row.parse("id")?,
        user: row.parse("user_id")?,
        name: row.text("name")?,
        hint: row.text("hint")?,
        read_only: row.bool("read_only")?,
        created_at: row.instant("created_at")?,
        expires_at: row.opt_instant("expires_at")?,
        used_wall: row.opt_instant("used_wall")?,
        revoked_at: row.opt_instant("revoked_at")?,
    })
}

/// A user's keys, newest first.
pub async fn api_keys(session: &mut Session, user: UserId) -> Result<Vec<ApiKey>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM api_keys WHERE user_id = $1 ORDER BY id DESC",
            args![user],
        )
        .await?
        .iter()
        .map(key_of)
        .collect()
}

/// The living keys of other people of an account and its clients, with whose they are, newest first.
pub async fn api_keys_of_account(
    session: &mut Session,
    account: AccountId,
    but: UserId,
) -> Result<Vec<(ApiKey, String)>, DbError> {
    session
        .fetch_all(
            format!(
                "SELECT k.*, u.name AS user_name FROM api_keys k JOIN users u ON u.id = k.user_id
                 WHERE u.account_id IN {} AND u.id <> $2 AND k.revoked_at IS NULL
                 ORDER BY k.id DESC LIMIT 500",
                of_family("$1")
            ),
            args![account, but],
        )
        .await?
        .iter()
        .map(|row| Ok((key_of(row)?, row.text("user_name")?)))
        .collect()
}

/// The key with this id.
pub async fn api_key(session: &mut Session, id: ApiKeyId) -> Result<Option<ApiKey>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM api_keys WHERE id = $1", args![id])
        .await?;
    row.map(|row| key_of(&row)).transpose()
}

/// Remembers that a key was used.
pub async fn touch_api_key(tx: &mut Tx, id: ApiKeyId, wall: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE api_keys SET used_wall = $2 WHERE id = $1",
        args![id, wall],
    )
    .await?;
    Ok(())
}

/// Revokes a key; `false` if there is none such.
pub async fn revoke_api_key(tx: &mut Tx, id: ApiKeyId, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx
        .execute(
            "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            args![id, now],
        )
        .await?
        > 0)
}

/// What a secret link to somebody's own account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassPurpose {
    /// To choose the first password.
    Invitation,
    /// To choose another one.
    Password,
    /// To prove that a new address is theirs.
    Address,
}

impl PassPurpose {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Password => "password",
            Self::Address => "address",
        }
    }
}

/// A secret link to somebody's own account. Instants are wire time.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Whose.
    pub user: UserId,
    /// What for.
    pub purpose: PassPurpose,
    /// Where it was mailed to.
    pub email: String,
    /// `live`, `used` or `replaced`.
    pub state: String,
    /// When it was made.
    pub created_wall: Timestamp,
    /// When it ends.
    pub expires_wall: Timestamp,
}

/// Stores a link; those of the same purpose that the user had before are dead.
pub async fn insert_pass(tx: &mut Tx, token_hash: [u8; 32], pass: &Pass) -> Result<(), DbError> {
    replace_passes(tx, pass.user, pass.purpose).await?;
    tx.execute(
        "INSERT INTO passes (token_hash, user_id, purpose, email, state, created_wall, expires_wall) VALUES ($1, $2, $3, $4, 'live', $5, $6)",
        args![token_hash, pass.user, pass.purpose.name(), &pass.email, pass.created_wall, pass.expires_wall],
    )
    .await?;
    Ok(())
}

/// Ends the living links of one purpose.
pub async fn replace_passes(
    tx: &mut Tx,
    user: UserId,
    purpose: PassPurpose,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE passes SET state = 'replaced' WHERE user_id = $1 AND purpose = $2 AND state = 'live'",
        args![user, purpose.name()],
    )
    .await?;
    Ok(())
}

/// The link with this token's hash.
pub async fn pass(session: &mut Session, token_hash: [u8; 32]) -> Result<Option<Pass>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT * FROM passes WHERE token_hash = $1",
            args![token_hash],
        )
        .await?;
    row.map(|row| {
        Ok(Pass {
            user: row.parse("user_id")?,
            purpose: match row.text("purpose")?.as_str() {
                "invitation" => PassPurpose::Invitation,
                "address" => PassPurpose::Address,
                "password" => PassPurpose::Password,
                other => {
                    return Err(DbError::bad_row(
                        "purpose",
                        format!("no such purpose of a link: {other}"),
                    ));
                }
            },
            email: row.text("email")?,
            state: row.text("state")?,
            created_wall: row.instant("created_wall")?,
            expires_wall: row.instant("expires_wall")?,
        })
    })
    .transpose()
}

/// When somebody's newest link of a purpose was made, in wire time.
pub async fn last_pass(
    session: &mut Session,
    user: UserId,
    purpose: PassPurpose,
) -> Result<Option<Timestamp>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT MAX(created_wall) AS at FROM passes WHERE user_id = $1 AND purpose = $2",
            args![user, purpose.name()],
        )
        .await?;
    row.map_or(Ok(None), |row| row.opt_instant("at"))
}

/// Uses a link up; `false` if somebody was faster.
pub async fn use_pass(tx: &mut Tx, token_hash: [u8; 32]) -> Result<bool, DbError> {
    Ok(tx
        .execute(
            "UPDATE passes SET state = 'used' WHERE token_hash = $1 AND state = 'live'",
            args![token_hash],
        )
        .await?
        > 0)
}

/// A mail that is not about a port: about somebody's own account, or in a ticket.
#[derive(Clone)]
pub struct AccountMail {
    /// Its id.
    pub id: MailId,
    /// Whose account; `None` for a mail in a ticket of somebody who has none.
    pub user: Option<UserId>,
    /// In which ticket.
    pub ticket: Option<TicketId>,
    /// The `Message-ID` of the mail that it answers.
    pub in_reply_to: Option<String>,
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
    /// `Message-ID`, without angle brackets.
    pub message_id: String,
    /// Whether it has left.
    pub state: MailState,
    /// When it was written.
    pub created_at: Timestamp,
    /// Why it did not leave.
    pub last_error: Option<String>,
}

impl std::fmt::Debug for AccountMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountMail")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Stores a mail that is not about a port.
pub async fn insert_mail(tx: &mut Tx, mail: &AccountMail) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO account_mails (id, user_id, kind, to_name, to_address, subject, body_text, body_html, sealed_link, message_id, state, created_at,
            ticket_id, in_reply_to)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $12, $13)",
        args![
            mail.id,
            mail.user,
            &mail.kind,
            &mail.to_name,
            &mail.to_address,
            &mail.subject,
            &mail.body_text,
            &mail.body_html,
            mail.sealed_link.clone(),
            &mail.message_id,
            mail.created_at,
            mail.ticket,
            mail.in_reply_to.clone()
        ],
    )
    .await?;
    Ok(())
}

fn mail_of(row: &Row) -> Result<AccountMail, DbError> {
    Ok(AccountMail {
        id: row.parse("id")?,
        user: row.opt_parse("user_id")?,
        ticket: row.opt_parse("ticket_id")?,
        in_reply_to: row.opt_text("in_reply_to")?,
        kind: row.text("kind")?,
        to_name: row.text("to_name")?,
        to_address: row.text("to_address")?,
        subject: row.text("subject")?,
        body_text: row.text("body_text")?,
        body_html: row.text("body_html")?,
        sealed_link: row.opt_bytes("sealed_link")?,
        message_id: row.text("message_id")?,
        state: MailState::of(row)?,
        created_at: row.instant("created_at")?,
        last_error: row.opt_text("last_error")?,
    })
}

/// The mail with this id.
pub async fn mail(session: &mut Session, id: MailId) -> Result<Option<AccountMail>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM account_mails WHERE id = $1", args![id])
        .await?;
    row.map(|row| mail_of(&row)).transpose()
}

/// A page of the mails that are not about ports, newest first.
pub async fn mails(
    session: &mut Session,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<AccountMail>, DbError> {
    let before = before.map_or_else(|| "mail_~".to_owned(), |id| id.to_string());
    session
        .fetch_all(
            "SELECT * FROM account_mails WHERE id < $1 ORDER BY id DESC LIMIT $2",
            args![before, limit],
        )
        .await?
        .iter()
        .map(mail_of)
        .collect()
}

/// Lets a mail that was given up wait again.
pub async fn queue_mail_again(tx: &mut Tx, id: MailId) -> Result<(), DbError> {
    let (queued, failed) = (MailState::Queued.name(), MailState::Failed.name());
    tx.execute(
        "UPDATE account_mails SET state = $2 WHERE id = $1 AND state = $3",
        args![id, queued, failed],
    )
    .await?;
    Ok(())
}

/// Writes down that a mail will not leave by itself any more; `false` if that was known, or it has left.
pub async fn mail_given_up(tx: &mut Tx, id: MailId, why: &str) -> Result<bool, DbError> {
    let (failed, queued) = (MailState::Failed.name(), MailState::Queued.name());
    let touched = tx
        .execute(
            "UPDATE account_mails SET state = $2, last_error = $3 WHERE id = $1 AND state = $4",
            args![id, failed, why, queued],
        )
        .await?;
    Ok(touched > 0)
}

/// Writes down why a mail that waits did not leave yet. Whoever tells it late changes nothing.
pub async fn mail_put_off(tx: &mut Tx, id: MailId, why: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account_mails SET last_error = $2 WHERE id = $1 AND state = $3",
        args![id, why, MailState::Queued.name()],
    )
    .await?;
    Ok(())
}

/// Writes down that a mail has left. A link is forgotten with `forget_link`.
pub async fn mail_sent(
    tx: &mut Tx,
    id: MailId,
    now: Timestamp,
    forget_link: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account_mails SET state = $2, sent_at = $3, last_error = NULL WHERE id = $1 AND state <> $2",
        args![id, MailState::Sent.name(), now],
    )
    .await?;
    if forget_link {
        tx.execute(
            "UPDATE account_mails SET sealed_link = NULL WHERE id = $1",
            args![id],
        )
        .await?;
    }
    Ok(())
}

/// The mails of a ticket that will not leave by themselves, oldest first.
pub async fn given_up_in(
    session: &mut Session,
    ticket: TicketId,
) -> Result<Vec<AccountMail>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM account_mails WHERE ticket_id = $1 AND state = $2 ORDER BY id",
            args![ticket, MailState::Failed.name()],
        )
        .await?
        .iter()
        .map(mail_of)
        .collect()
}
