//! Accounts, people, sessions, API keys, and the numbers that an account has set up as receiving numbers.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Arg, DbError, Row, Session, Tx};
use crate::args;
use crate::domain::number::E164;
use crate::domain::port::Role;
use crate::ids::{AccountId, ApiKeyId, UserId};

/// A company that ports numbers.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Whether it has an approved A2P 10DLC brand and campaign.
    pub campaign_approved: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Somebody who signs in.
#[derive(Clone)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their account; `None` for the desk's people.
    pub account: Option<AccountId>,
    /// Where their mail goes; also what they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Submitter, desk or administrator.
    pub role: Role,
    /// Argon2, in PHC form.
    pub password_hash: String,
    /// When they were let go.
    pub disabled_at: Option<Timestamp>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A signed-in browser. Instants are wire time.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Whose.
    pub user: UserId,
    /// The token that its forms carry.
    pub csrf: String,
    /// When it was last used.
    pub used_wall: Timestamp,
    /// When it ends.
    pub expires_wall: Timestamp,
}

/// A key for the API, without the key.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose rights it has.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// Its last characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Stores a new account.
pub async fn insert_account(tx: &mut Tx, account: &Account) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO accounts (id, name, campaign_approved, created_at) VALUES ($1, $2, $3, $4)",
        args![
            account.id,
            &account.name,
            account.campaign_approved,
            account.created_at
        ],
    )
    .await?;
    Ok(())
}

/// The account with this id.
pub async fn account(session: &mut Session, id: AccountId) -> Result<Option<Account>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM accounts WHERE id = $1", args![id])
        .await?;
    row.map(|row| account_of(&row)).transpose()
}

/// The account with this id, and whether it has endpoints for webhooks.
pub async fn account_and_listens(
    session: &mut Session,
    id: AccountId,
) -> Result<Option<(Account, bool)>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT a.*, EXISTS (SELECT 1 FROM endpoints e WHERE e.account_id = a.id) AS listens FROM accounts a WHERE a.id = $1",
            args![id],
        )
        .await?;
    row.map(|row| Ok((account_of(&row)?, row.bool("listens")?)))
        .transpose()
}

/// All accounts, by name.
pub async fn accounts(session: &mut Session) -> Result<Vec<Account>, DbError> {
    session
        .fetch_all("SELECT * FROM accounts ORDER BY name, id", &[])
        .await?
        .iter()
        .map(account_of)
        .collect()
}

fn account_of(row: &Row) -> Result<Account, DbError> {
    Ok(Account {
        id: row.parse("id")?,
        name: row.text("name")?,
        campaign_approved: row.bool("campaign_approved")?,
        created_at: row.instant("created_at")?,
    })
}

/// Says whether the account's A2P 10DLC campaign is approved.
pub async fn set_campaign(tx: &mut Tx, id: AccountId, approved: bool) -> Result<bool, DbError> {
    Ok(tx
        .execute(
            "UPDATE accounts SET campaign_approved = $2 WHERE id = $1",
            args![id, approved],
        )
        .await?
        > 0)
}

/// Stores a new user.
pub async fn insert_user(tx: &mut Tx, user: &User, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO users (id, account_id, email, name, role, password_hash, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)",
        args![user.id, user.account, user.email.to_lowercase(), &user.name, user.role.words(), &user.password_hash, now],
    )
    .await?;
    Ok(())
}

fn user_of(row: &Row) -> Result<User, DbError> {
    let role = match row.text("role")?.as_str() {
        "submitter" => Role::Submitter,
        "desk" => Role::Desk,
        "administrator" => Role::Administrator,
        other => return Err(DbError::bad_row("role", format!("no such role: {other}"))),
    };
    Ok(User {
        id: row.parse("id")?,
        account: row.opt_parse("account_id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        role,
        password_hash: row.text("password_hash")?,
        disabled_at: row.opt_instant("disabled_at")?,
    })
}

/// The user with this id.
pub async fn user(session: &mut Session, id: UserId) -> Result<Option<User>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM users WHERE id = $1", args![id])
        .await?;
    row.map(|row| user_of(&row)).transpose()
}

/// The user who signs in with this address.
pub async fn user_by_email(session: &mut Session, email: &str) -> Result<Option<User>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT * FROM users WHERE email = $1",
            args![email.trim().to_lowercase()],
        )
        .await?;
    row.map(|row| user_of(&row)).transpose()
}

/// The people of an account, or those of the desk.
pub async fn users(
    session: &mut Session,
    account: Option<AccountId>,
) -> Result<Vec<User>, DbError> {
    let rows = match account {
        Some(account) => {
            session
                .fetch_all(
                    "SELECT * FROM users WHERE account_id = $1 ORDER BY name, id",
                    args![account],
                )
                .await?
        }
        None => {
            session
                .fetch_all(
                    "SELECT * FROM users WHERE account_id IS NULL ORDER BY name, id",
                    &[],
                )
                .await?
        }
    };
    rows.iter().map(user_of).collect()
}

/// Changes somebody's name.
pub async fn set_name(tx: &mut Tx, id: UserId, name: &str) -> Result<(), DbError> {
    tx.execute("UPDATE users SET name = $2 WHERE id = $1", args![id, name])
        .await?;
    Ok(())
}

/// Changes somebody's password and ends their sessions, all but the one with this hash.
pub async fn set_password(
    tx: &mut Tx,
    id: UserId,
    password_hash: &str,
    but: Option<[u8; 32]>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE users SET password_hash = $2 WHERE id = $1",
        args![id, password_hash],
    )
    .await?;
    end_sessions(tx, id, but).await
}

/// Ends somebody's sessions, all but the one with this hash.
pub async fn end_sessions(tx: &mut Tx, id: UserId, but: Option<[u8; 32]>) -> Result<(), DbError> {
    match but {
        Some(but) => {
            tx.execute(
                "DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2",
                args![id, but],
            )
            .await?
        }
        None => {
            tx.execute("DELETE FROM sessions WHERE user_id = $1", args![id])
                .await?
        }
    };
    Ok(())
}

/// Switches somebody off; they cannot sign in any more, and their keys stop working.
pub async fn disable(tx: &mut Tx, id: UserId, now: Timestamp) -> Result<bool, DbError> {
    let done = tx
        .execute(
            "UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL",
            args![id, now],
        )
        .await?;
    end_sessions(tx, id, None).await?;
    Ok(done == 1)
}

/// Everybody, of all accounts and of the desk.
pub async fn everybody(session: &mut Session) -> Result<Vec<User>, DbError> {
    let rows = session
        .fetch_all("SELECT * FROM users ORDER BY name, id LIMIT 1000", &[])
        .await?;
    rows.iter().map(user_of).collect()
}

/// Stores a session under its token's hash.
pub async fn insert_session(
    tx: &mut Tx,
    token_hash: [u8; 32],
    session: &SessionRow,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sessions (token_hash, user_id, csrf, created_wall, used_wall, expires_wall) VALUES ($1, $2, $3, $4, $4, $5)",
        args![token_hash, session.user, &session.csrf, session.used_wall, session.expires_wall],
    )
    .await?;
    Ok(())
}

/// The session with this token's hash.
pub async fn session(
    db: &mut Session,
    token_hash: [u8; 32],
) -> Result<Option<SessionRow>, DbError> {
    let row = db
        .fetch_optional(
            "SELECT user_id, csrf, used_wall, expires_wall FROM sessions WHERE token_hash = $1",
            args![token_hash],
        )
        .await?;
    row.map(|row| {
        Ok(SessionRow {
            user: row.parse("user_id")?,
            csrf: row.text("csrf")?,
            used_wall: row.instant("used_wall")?,
            expires_wall: row.instant("expires_wall")?,
        })
    })
    .transpose()
}

/// Remembers that a session was used.
pub async fn touch_session(
    tx: &mut Tx,
    token_hash: [u8; 32],
    used_wall: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sessions SET used_wall = $2 WHERE token_hash = $1",
        args![token_hash, used_wall],
    )
    .await?;
    Ok(())
}

/// Ends a session, and clears away those that ended by themselves.
pub async fn end_session(
    tx: &mut Tx,
    token_hash: [u8; 32],
    wall: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM sessions WHERE token_hash = $1 OR expires_wall < $2",
        args![token_hash, wall],
    )
    .await?;
    Ok(())
}

/// Stores an API key under its hash.
pub async fn insert_api_key(tx: &mut Tx, key: &ApiKey, hash: [u8; 32]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO api_keys (id, user_id, name, hash, hint, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)",
        args![key.id, key.user, &key.name, hash, &key.hint, key.created_at],
    )
    .await?;
    Ok(())
}

/// The user whose living key has this hash.
pub async fn user_by_api_key(
    session: &mut Session,
    hash: [u8; 32],
) -> Result<Option<User>, DbError> {
    let row = session
        .fetch_optional("SELECT u.* FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.hash = $1 AND k.revoked_at IS NULL", args![hash])
        .await?;
    row.map(|row| user_of(&row)).transpose()
}

/// A user's keys, newest first.
pub async fn api_keys(session: &mut Session, user: UserId) -> Result<Vec<ApiKey>, DbError> {
    let rows = session
        .fetch_all(
            "SELECT * FROM api_keys WHERE user_id = $1 ORDER BY id DESC",
            args![user],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ApiKey {
                id: row.parse("id")?,
                user: row.parse("user_id")?,
                name: row.text("name")?,
                hint: row.text("hint")?,
                created_at: row.instant("created_at")?,
                revoked_at: row.opt_instant("revoked_at")?,
            })
        })
        .collect()
}

/// Revokes a user's key; `false` if there is none such.
pub async fn revoke_api_key(
    tx: &mut Tx,
    user: UserId,
    id: ApiKeyId,
    now: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL", args![id, user, now]).await? > 0)
}

/// Sets numbers up as receiving numbers of an account; those that are already stay.
pub async fn add_receiving(
    tx: &mut Tx,
    account: AccountId,
    numbers: &HashSet<E164>,
    now: Timestamp,
) -> Result<(), DbError> {
    let rows: Vec<[Arg; 3]> = numbers
        .iter()
        .map(|number| [Arg::from(account), Arg::from(*number), Arg::from(now)])
        .collect();
    tx.insert_many(
        "INSERT INTO receiving_numbers (account_id, number, created_at)",
        "ON CONFLICT (account_id, number) DO NOTHING",
        rows,
    )
    .await?;
    Ok(())
}

/// Removes a receiving number; `false` if it was none.
pub async fn remove_receiving(
    tx: &mut Tx,
    account: AccountId,
    number: E164,
) -> Result<bool, DbError> {
    Ok(tx
        .execute(
            "DELETE FROM receiving_numbers WHERE account_id = $1 AND number = $2",
            args![account, number],
        )
        .await?
        > 0)
}

/// All receiving numbers of an account.
pub async fn receiving(session: &mut Session, account: AccountId) -> Result<Vec<E164>, DbError> {
    let rows = session
        .fetch_all(
            "SELECT number FROM receiving_numbers WHERE account_id = $1 ORDER BY number",
            args![account],
        )
        .await?;
    rows.iter().map(|row| row.parse("number")).collect()
}

/// Those of these numbers that an account has set up as receiving numbers.
pub async fn receiving_among(
    session: &mut Session,
    account: AccountId,
    numbers: &[E164],
) -> Result<HashSet<E164>, DbError> {
    let mut found = HashSet::new();
    for chunk in numbers.chunks(500) {
        let places: Vec<String> = (2..=chunk.len() + 1).map(|at| format!("${at}")).collect();
        let mut values = args![account].to_vec();
        values.extend(chunk.iter().map(|number| Arg::from(*number)));
        let rows = session
            .fetch_all(
                format!(
                    "SELECT number FROM receiving_numbers WHERE account_id = $1 AND number IN ({})",
                    places.join(", ")
                ),
                &values,
            )
            .await?;
        for row in &rows {
            found.insert(row.parse("number")?);
        }
    }
    Ok(found)
}

/// Those of a request's numbers that its account has set up as receiving numbers (R121). Numbers that the
/// request does not hold any more are left out: nothing waits for them.
pub async fn receiving_on_port(
    session: &mut Session,
    account: AccountId,
    port: crate::ids::PortId,
) -> Result<HashSet<E164>, DbError> {
    let rows = session
        .fetch_all(
            "SELECT r.number FROM receiving_numbers r JOIN port_numbers n ON n.number = r.number AND n.is_open AND n.port_id = $2 WHERE r.account_id = $1",
            args![account, port],
        )
        .await?;
    rows.iter().map(|row| row.parse("number")).collect()
}
