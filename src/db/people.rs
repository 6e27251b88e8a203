//! Accounts, people, sessions, API keys, and the numbers that an account has set up as receiving numbers.

use std::collections::HashSet;

use jiff::Timestamp;

use super::values::{fetch_in, of_family};
use super::{Arg, DbError, Row, Session, Tx};
use crate::args;
use crate::domain::number::E164;
use crate::domain::port::{Role, Topic};
use crate::ids::{AccountId, ApiKeyId, UserId};

/// A company that ports numbers.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The agency that looks after it (R102), if any. One level: a client has no clients.
    pub parent: Option<AccountId>,
    /// Whether it may have client accounts.
    pub is_agency: bool,
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
    /// What they may do.
    pub role: Role,
    /// The client accounts of their agency, which they see too (R102). Lists of users leave it empty.
    pub clients: Vec<AccountId>,
    /// Argon2, in PHC form; empty until somebody who was invited chose a password.
    pub password_hash: String,
    /// When they signed in last, in wire time.
    pub signed_in_wall: Option<Timestamp>,
    /// The zone in which they read times; `None`: the operator's.
    pub time_zone: Option<String>,
    /// The mails that they do without.
    pub muted: Vec<Topic>,
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
    /// The browser's name of itself.
    pub device: String,
    /// The network address that it signed in from.
    pub address: String,
    /// When it began.
    pub created_wall: Timestamp,
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
    /// Whether it only reads.
    pub read_only: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working, if it does by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute, in wire time.
    pub used_wall: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Stores a new account.
pub async fn insert_account(tx: &mut Tx, account: &Account) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO accounts (id, name, parent_id, is_agency, campaign_approved, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![
            account.id,
            &account.name,
            account.parent,
            account.is_agency,
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

/// An account and, if it is an agency, its clients: itself first, then the others by name.
pub async fn family(session: &mut Session, id: AccountId) -> Result<Vec<Account>, DbError> {
    let mut all: Vec<Account> = session
        .fetch_all(
            "SELECT * FROM accounts WHERE id = $1 OR parent_id = $1 ORDER BY name, id",
            args![id],
        )
        .await?
        .iter()
        .map(account_of)
        .collect::<Result<_, DbError>>()?;
    all.sort_by_key(|one| one.id != id);
    Ok(all)
}

/// The ids of an agency's client accounts.
async fn clients(session: &mut Session, agency: AccountId) -> Result<Vec<AccountId>, DbError> {
    session
        .fetch_all(
            "SELECT id FROM accounts WHERE parent_id = $1 ORDER BY id",
            args![agency],
        )
        .await?
        .iter()
        .map(|row| row.parse("id"))
        .collect()
}

/// Says whether an account may have clients, unless it is a client itself; `false` if there is none such, or
/// if it would stop being one while it has clients.
pub async fn set_agency(tx: &mut Tx, id: AccountId, is_agency: bool) -> Result<bool, DbError> {
    let text = if is_agency {
        "UPDATE accounts SET is_agency = $2 WHERE id = $1 AND parent_id IS NULL"
    } else {
        "UPDATE accounts SET is_agency = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts c WHERE c.parent_id = accounts.id)"
    };
    Ok(tx.execute(text, args![id, is_agency]).await? > 0)
}

fn account_of(row: &Row) -> Result<Account, DbError> {
    Ok(Account {
        id: row.parse("id")?,
        name: row.text("name")?,
        parent: row.opt_parse("parent_id")?,
        is_agency: row.bool("is_agency")?,
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
        "INSERT INTO users (id, account_id, email, name, role, rights, password_hash, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",
        args![user.id, user.account, user.email.to_lowercase(), &user.name, side(user.role), rights(user.role), &user.password_hash, now],
    )
    .await?;
    Ok(())
}

/// On which side somebody stands: the column `role`. Within an account the column `rights` says more.
fn side(role: Role) -> &'static str {
    if role.has_account() {
        "submitter"
    } else {
        role.name()
    }
}

fn rights(role: Role) -> &'static str {
    match role {
        Role::AccountAdministrator => "administrator",
        Role::ReadOnly => "read_only",
        _ => "usual",
    }
}

/// Changes what somebody may do, on the side on which they stand.
pub async fn set_role(tx: &mut Tx, id: UserId, role: Role) -> Result<bool, DbError> {
    let done = tx
        .execute(
            "UPDATE users SET role = $2, rights = $3 WHERE id = $1",
            args![id, side(role), rights(role)],
        )
        .await?;
    Ok(done == 1)
}

fn user_of(row: &Row) -> Result<User, DbError> {
    let (side, rights) = (row.text("role")?, row.text("rights")?);
    let role = match (side.as_str(), rights.as_str()) {
        ("submitter", "administrator") => Role::AccountAdministrator,
        ("submitter", "read_only") => Role::ReadOnly,
        ("submitter", "usual") => Role::Submitter,
        ("desk", _) => Role::Desk,
        ("administrator", _) => Role::Administrator,
        _ => {
            return Err(DbError::bad_row(
                "role",
                format!("no such role: {side}, {rights}"),
            ));
        }
    };
    Ok(User {
        id: row.parse("id")?,
        account: row.opt_parse("account_id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        role,
        clients: Vec::new(),
        password_hash: row.text("password_hash")?,
        signed_in_wall: row.opt_instant("signed_in_wall")?,
        time_zone: row.opt_text("time_zone")?,
        muted: row
            .text("muted")?
            .split(',')
            .filter_map(Topic::named)
            .collect(),
        disabled_at: row.opt_instant("disabled_at")?,
    })
}

/// With the clients of their agency.
pub(super) async fn whole(
    session: &mut Session,
    row: Option<Row>,
) -> Result<Option<User>, DbError> {
    let Some(row) = row else { return Ok(None) };
    let mut user = user_of(&row)?;
    if let Some(account) = user.account {
        user.clients = clients(session, account).await?;
    }
    Ok(Some(user))
}

/// The user with this id.
pub async fn user(session: &mut Session, id: UserId) -> Result<Option<User>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM users WHERE id = $1", args![id])
        .await?;
    whole(session, row).await
}

/// The user who signs in with this address.
pub async fn user_by_email(session: &mut Session, email: &str) -> Result<Option<User>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT * FROM users WHERE email = $1",
            args![email.trim().to_lowercase()],
        )
        .await?;
    whole(session, row).await
}

/// The people of an account and its clients, or those of the desk.
pub async fn users(
    session: &mut Session,
    account: Option<AccountId>,
) -> Result<Vec<User>, DbError> {
    let rows =
        match account {
            Some(account) => session
                .fetch_all(
                    format!(
                        "SELECT * FROM users WHERE account_id IN {} ORDER BY name, id LIMIT 1000",
                        of_family("$1")
                    ),
                    args![account],
                )
                .await?,
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

/// Switches somebody on again; `false` if they are not off.
pub async fn enable(tx: &mut Tx, id: UserId) -> Result<bool, DbError> {
    let done = tx
        .execute(
            "UPDATE users SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL",
            args![id],
        )
        .await?;
    Ok(done == 1)
}

/// How many people who can sign in have this role on this side: in this account, or at the desk.
pub async fn living_with_role(
    session: &mut Session,
    account: Option<AccountId>,
    role: Role,
) -> Result<i64, DbError> {
    let row = match account {
        Some(account) => {
            session
                .fetch_optional("SELECT COUNT(*) AS n FROM users WHERE account_id = $1 AND role = $2 AND rights = $3 AND disabled_at IS NULL", args![account, side(role), rights(role)])
                .await?
        }
        None => {
            session
                .fetch_optional("SELECT COUNT(*) AS n FROM users WHERE account_id IS NULL AND role = $1 AND disabled_at IS NULL", args![side(role)])
                .await?
        }
    };
    row.map_or(Ok(0), |row| row.int("n"))
}

/// Makes other writers who look after the desk's administrators wait for this transaction.
pub async fn lock_administrators(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute(
        "UPDATE users SET role = role WHERE role = 'administrator'",
        &[],
    )
    .await?;
    Ok(())
}

/// Remembers that somebody signed in.
pub async fn signed_in(tx: &mut Tx, id: UserId, wall: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE users SET signed_in_wall = $2 WHERE id = $1",
        args![id, wall],
    )
    .await?;
    Ok(())
}

/// Changes the zone in which somebody reads times.
pub async fn set_time_zone(tx: &mut Tx, id: UserId, zone: Option<&str>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE users SET time_zone = $2 WHERE id = $1",
        args![id, zone],
    )
    .await?;
    Ok(())
}

/// Changes the mails that somebody does without.
pub async fn set_muted(tx: &mut Tx, id: UserId, muted: &[Topic]) -> Result<(), DbError> {
    let names: Vec<&str> = muted.iter().map(|one| one.name()).collect();
    tx.execute(
        "UPDATE users SET muted = $2 WHERE id = $1",
        args![id, names.join(",")],
    )
    .await?;
    Ok(())
}

/// Changes the address with which somebody signs in.
pub async fn set_email(tx: &mut Tx, id: UserId, email: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE users SET email = $2 WHERE id = $1",
        args![id, email.to_lowercase()],
    )
    .await?;
    Ok(())
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
        "INSERT INTO sessions (token_hash, user_id, csrf, device, address, created_wall, used_wall, expires_wall) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![token_hash, session.user, &session.csrf, &session.device, &session.address, session.created_wall, session.used_wall, session.expires_wall],
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
            "SELECT * FROM sessions WHERE token_hash = $1",
            args![token_hash],
        )
        .await?;
    row.map(|row| session_of(&row)).transpose()
}

fn session_of(row: &Row) -> Result<SessionRow, DbError> {
    Ok(SessionRow {
        user: row.parse("user_id")?,
        csrf: row.text("csrf")?,
        device: row.text("device")?,
        address: row.text("address")?,
        created_wall: row.instant("created_wall")?,
        used_wall: row.instant("used_wall")?,
        expires_wall: row.instant("expires_wall")?,
    })
}

/// Somebody's sessions with the hashes of their tokens, the one used last first.
pub async fn sessions(
    db: &mut Session,
    user: UserId,
) -> Result<Vec<(Vec<u8>, SessionRow)>, DbError> {
    db.fetch_all(
        "SELECT * FROM sessions WHERE user_id = $1 ORDER BY used_wall DESC LIMIT 50",
        args![user],
    )
    .await?
    .iter()
    .map(|row| Ok((row.bytes("token_hash")?, session_of(row)?)))
    .collect()
}

/// Ends one of somebody's sessions; `false` if there is none such.
pub async fn end_one_session(
    tx: &mut Tx,
    user: UserId,
    token_hash: Vec<u8>,
) -> Result<bool, DbError> {
    Ok(tx
        .execute(
            "DELETE FROM sessions WHERE user_id = $1 AND token_hash = $2",
            args![user, token_hash],
        )
        .await?
        > 0)
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

/// Those of these numbers that an account of an agency has set up as receiving numbers; `root` is the agency, or an account
/// of its own. With which account it is.
pub async fn receiving_among(
    session: &mut Session,
    root: AccountId,
    numbers: &[E164],
) -> Result<Vec<(E164, AccountId, String)>, DbError> {
    fetch_in(session, args![root], numbers.iter().copied(), |these| {
        format!(
            "SELECT r.number, r.account_id, a.name FROM accounts a JOIN receiving_numbers r ON r.account_id = a.id
             WHERE (a.id = $1 OR a.parent_id = $1) AND r.number IN {these}"
        )
    })
    .await?
    .iter()
    .map(receiving_of)
    .collect()
}

/// Those of a request's numbers that an account has set up as receiving numbers (R121): its own account, or another one
/// of the same agency, whose first account is `root`. With which account it is. Numbers that the request does not hold
/// any more are left out: nothing waits for them.
pub async fn receiving_on_port(
    session: &mut Session,
    root: AccountId,
    port: crate::ids::PortId,
) -> Result<Vec<(E164, AccountId, String)>, DbError> {
    session
        .fetch_all(
            "SELECT r.number, r.account_id, a.name FROM accounts a JOIN receiving_numbers r ON r.account_id = a.id
             JOIN port_numbers n ON n.number = r.number AND n.is_open AND n.port_id = $2 WHERE a.id = $1 OR a.parent_id = $1",
            args![root, port],
        )
        .await?
        .iter()
        .map(receiving_of)
        .collect()
}

fn receiving_of(row: &Row) -> Result<(E164, AccountId, String), DbError> {
    Ok((
        row.parse("number")?,
        row.parse("account_id")?,
        row.text("name")?,
    ))
}
