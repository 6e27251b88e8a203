//! Accounts, signing in, sessions, receiving numbers. Users are in [`super::users`], keys in [`super::access`].

use std::collections::HashSet;
use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::{PasswordHasher as _, PasswordVerifier as _};
use base64::Engine as _;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::answers::Keep;
use super::ports::{self, Extras, Scope};
use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::people::{self, SessionRow};
use crate::domain::number::E164;
use crate::domain::port::Event;
use crate::ids::{AccountId, UserId};

pub use super::access::{
    KEY_PREFIX, NewKey, add_api_key, add_api_key_once, api_keys, revoke_api_key, user_of_key,
};
pub use super::users::{add_user, find_user, users};
pub use crate::db::people::{Account, ApiKey, User};

/// A browser that has just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The cookie's value.
    pub token: SecretString,
    /// Who.
    pub user: User,
    /// When the session ends, in wire time.
    pub expires_wall: Timestamp,
}

pub(super) fn token_of(bytes: [u8; 32]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn hash_of(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Hashes a password. Takes tens of milliseconds by design; call it where blocking is fine.
pub(super) fn hash_password(app: &App, password: &str) -> Result<String, AppError> {
    let mut salt = [0; 16];
    app.ids.fill(&mut salt);
    let hash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|e| AppError::broken(std::io::Error::other(e.to_string())))?;
    Ok(hash.to_string())
}

/// A hash that no password has, so that an unknown address takes as long as a wrong password.
fn nobody(app: &App) -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash_password(app, &token_of(app.ids.secret())).unwrap_or_default())
}

/// What a browser says of itself when somebody signs in, for the list of their sessions.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// Its `User-Agent`.
    pub device: String,
    /// Its network address.
    pub address: String,
}

/// Signs somebody in.
///
/// # Errors
/// A field error that does not say whether the address or the password was wrong.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: SecretString,
    browser: Browser,
) -> Result<SignedIn, AppError> {
    let mut read = app.db.read().await?;
    let user = people::user_by_email(&mut read, email)
        .await?
        .filter(|user| user.disabled_at.is_none());
    drop(read);
    let parts = app.clone();
    let known = user.as_ref().map(|user| user.password_hash.clone());
    let right = tokio::task::spawn_blocking(move || {
        let hash = known.clone().unwrap_or_else(|| nobody(&parts).to_owned());
        let matches = PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.expose_secret().as_bytes(), &hash)
                .is_ok()
        });
        matches && known.is_some()
    })
    .await
    .map_err(AppError::broken)?;
    let Some(user) = user.filter(|_| right) else {
        return Err(AppError::field(
            "password",
            "The e-mail address or the password is not right.",
        ));
    };
    open_session(app, user, browser).await
}

/// Opens a session for somebody who has shown who they are.
pub(super) async fn open_session(
    app: &App,
    user: User,
    browser: Browser,
) -> Result<SignedIn, AppError> {
    let token = token_of(app.ids.secret());
    let wall = app.clock.wall();
    let expires_wall = hours_after(wall, app.config.signin.session_hours);
    let row = SessionRow {
        user: user.id,
        csrf: token_of(app.ids.secret()),
        device: browser.device.chars().take(300).collect(),
        address: browser.address.chars().take(60).collect(),
        created_wall: wall,
        used_wall: wall,
        expires_wall,
    };
    let mut tx = app.db.write().await?;
    people::insert_session(&mut tx, hash_of(&token), &row).await?;
    people::signed_in(&mut tx, user.id, wall).await?;
    tx.commit().await?;
    Ok(SignedIn {
        token: token.into(),
        user,
        expires_wall,
    })
}

pub(super) fn hours_after(at: Timestamp, hours: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(i64::from(hours)))
        .unwrap_or(Timestamp::MAX)
}

/// Who sends a request with a session's cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Somebody who does something.
    Person,
    /// An open page that keeps itself up to date, whether somebody looks at it or not.
    OpenPage,
}

/// The user behind a session's cookie, and the token that its forms must carry. What a person sends keeps the session
/// alive; an open page does not.
pub async fn session(
    app: &App,
    token: &str,
    sender: Sender,
) -> Result<Option<(User, String)>, AppError> {
    let hash = hash_of(token);
    let known = app.seen(Key::Session(hash), Option::is_some, async {
        let mut read = app.db.read().await?;
        let Some(row) = people::session(&mut read, hash).await? else {
            return Ok(None);
        };
        let user = people::user(&mut read, row.user)
            .await?
            .filter(|user| user.disabled_at.is_none());
        Ok(Some((row, user)))
    });
    let known = known.await?;
    let Some((row, user)) = known.as_ref() else {
        return Ok(None);
    };
    let wall = app.clock.wall();
    let idle = hours_after(row.used_wall, app.config.signin.session_idle_hours);
    if wall >= row.expires_wall || wall >= idle {
        return Ok(None);
    }
    // Written down once a minute at most: a page view should not be a write.
    if sender == Sender::Person && wall.duration_since(row.used_wall) > SignedDuration::from_mins(1)
    {
        let mut tx = app.db.write_unsynced().await?;
        people::touch_session(&mut tx, hash, wall).await?;
        tx.commit().await?;
    }
    Ok(user.clone().map(|user| (user, row.csrf.clone())))
}

/// Ends a session.
pub async fn sign_out(app: &App, token: &str) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    people::end_session(&mut tx, hash_of(token), app.clock.wall()).await?;
    Ok(tx.commit().await?)
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// Names it in a form; not the token and not enough to find it.
    pub handle: String,
    /// What is known of it.
    pub row: SessionRow,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// How much of a token's hash names a session in a form, in bytes.
const HANDLE_BYTES: usize = 8;

fn handle_of(token_hash: &[u8]) -> String {
    hex::encode(token_hash.get(..HANDLE_BYTES).unwrap_or_default())
}

/// One's own sessions that are still good, the one used last first.
pub async fn sessions(app: &App, user: UserId, token: &str) -> Result<Vec<OpenSession>, AppError> {
    let (wall, own) = (app.clock.wall(), hash_of(token));
    let mut read = app.db.read().await?;
    let all = people::sessions(&mut read, user).await?;
    Ok(all
        .into_iter()
        .filter(|(_, row)| {
            let idle = hours_after(row.used_wall, app.config.signin.session_idle_hours);
            wall < row.expires_wall && wall < idle
        })
        .map(|(hash, row)| OpenSession {
            handle: handle_of(&hash),
            here: hash == own,
            row,
        })
        .collect())
}

/// Ends one of one's own sessions.
pub async fn end_session(app: &App, user: UserId, handle: &str) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    let found = people::sessions(&mut tx, user)
        .await?
        .into_iter()
        .find(|(hash, _)| handle_of(hash) == handle);
    let Some((hash, _)) = found else {
        return Err(AppError::NotFound("session"));
    };
    people::end_one_session(&mut tx, user, hash).await?;
    Ok(tx.commit().await?)
}

/// Ends all of one's sessions but the one with this token.
pub async fn sign_out_elsewhere(app: &App, user: UserId, token: &str) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    people::end_sessions(&mut tx, user, Some(hash_of(token))).await?;
    Ok(tx.commit().await?)
}

/// An account to make.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// Whether it has an approved A2P 10DLC brand and campaign.
    pub campaign_approved: bool,
    /// The agency whose client it is. An agency's administrator need not name their own.
    pub parent: Option<AccountId>,
    /// Whether it may have clients.
    pub is_agency: bool,
}

/// Makes an account.
pub async fn add_account(
    app: &App,
    caller: Option<&Caller>,
    name: &str,
    campaign_approved: bool,
) -> Result<Account, AppError> {
    let new = NewAccount {
        name: name.to_owned(),
        campaign_approved,
        ..NewAccount::default()
    };
    add_account_once(app, caller, new, None).await
}

/// Makes an account, and remembers the answer. The desk's administrator makes any, an agency's administrator
/// makes clients of their own agency (R102).
pub async fn add_account_once(
    app: &App,
    caller: Option<&Caller>,
    new: NewAccount,
    keep: Option<Keep<Account>>,
) -> Result<Account, AppError> {
    let mut new = new;
    if let Some(caller) = caller {
        caller.administrators_only()?;
        if let Some(own) = caller.account {
            if new.parent.is_some_and(|named| named != own) {
                return Err(AppError::NotFound("account"));
            }
            new.parent = Some(own);
            if new.campaign_approved || new.is_agency {
                return Err(AppError::Forbidden(
                    "Campaigns are approved, and agencies are made, by the desk's administrator.",
                ));
            }
        }
    }
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(AppError::field(
            "name",
            "Give the account a name of at most 100 characters.",
        ));
    }
    if new.parent.is_some() && new.is_agency {
        return Err(AppError::field(
            "parent",
            "A client account is not an agency itself: choose one of the two.",
        ));
    }
    let now = app.clock.now();
    let account = Account {
        id: app.ids.next(now),
        name: name.to_owned(),
        parent: new.parent,
        is_agency: new.is_agency,
        campaign_approved: new.campaign_approved,
        created_at: now,
    };
    let mut tx = app.db.write().await?;
    if let Some(parent) = new.parent {
        let agency = people::account(&mut tx, parent)
            .await?
            .ok_or(AppError::NotFound("account"))?;
        if !agency.is_agency {
            let own = caller.is_some_and(|caller| caller.account == Some(parent));
            return Err(if own {
                AppError::Forbidden(
                    "Your account is not an agency. The porting desk can make it one; then you add client accounts here.",
                )
            } else {
                AppError::field(
                    "parent",
                    "This account is not an agency. Make it one first.",
                )
            });
        }
    }
    people::insert_account(&mut tx, &account).await?;
    if let Some(keep) = keep
        && !keep.store(app, &mut tx, &account).await?
    {
        return Err(AppError::Stale);
    }
    tx.commit().await?;
    Ok(account)
}

/// The account that a caller belongs to; none for the desk.
pub async fn own_account(app: &App, caller: &Caller) -> Result<Option<Account>, AppError> {
    let Some(own) = caller.account else {
        return Ok(None);
    };
    let account = app.seen(Key::Own(caller.user, "account"), |_| true, async {
        let mut read = app.db.read().await?;
        Ok(people::account(&mut read, own).await?)
    });
    Ok(account.await?.as_ref().clone())
}

/// The accounts that a caller sees: their own first, then its clients by name; or all of them.
pub async fn accounts(app: &App, caller: &Caller) -> Result<Vec<Account>, AppError> {
    let few = |all: &Vec<Account>| all.len() <= 100;
    let all = app.seen(
        Key::Own(caller.user, "accounts"),
        few,
        read_accounts(app, caller),
    );
    Ok(all.await?.as_ref().clone())
}

async fn read_accounts(app: &App, caller: &Caller) -> Result<Vec<Account>, AppError> {
    let mut read = app.db.read().await?;
    match caller.account {
        Some(own) => Ok(people::family(&mut read, own).await?),
        None => Ok(people::accounts(&mut read).await?),
    }
}

/// Says whether an account may have clients, for the desk's administrator.
///
/// # Errors
/// A field error for a client, or for an agency that has clients.
pub async fn set_agency(
    app: &App,
    caller: &Caller,
    id: AccountId,
    is_agency: bool,
) -> Result<(), AppError> {
    account(app, caller, id).await?;
    caller.administrator_only()?;
    let mut tx = app.db.write().await?;
    if !people::set_agency(&mut tx, id, is_agency).await? {
        return Err(AppError::field(
            "agency",
            if is_agency {
                "A client account cannot be an agency itself."
            } else {
                "It has client accounts, so it stays an agency."
            },
        ));
    }
    Ok(tx.commit().await?)
}

/// One account.
pub async fn account(app: &App, caller: &Caller, id: AccountId) -> Result<Account, AppError> {
    let mut read = app.db.read().await?;
    people::account(&mut read, id)
        .await?
        .filter(|account| caller.sees(account.id))
        .ok_or(AppError::NotFound("account"))
}

/// Says whether an account's A2P 10DLC brand and campaign are approved; its ports are looked at again.
pub async fn set_campaign(
    app: &App,
    caller: &Caller,
    id: AccountId,
    approved: bool,
) -> Result<(), AppError> {
    caller.desk_only()?;
    let mut tx = app.db.write().await?;
    if !people::set_campaign(&mut tx, id, approved).await? {
        return Err(AppError::NotFound("account"));
    }
    tx.commit().await?;
    look_again(app, caller, id).await
}

/// Changes what is said of an account, for the desk; what is not said stays.
pub async fn change_account(
    app: &App,
    caller: &Caller,
    id: AccountId,
    campaign_approved: Option<bool>,
    is_agency: Option<bool>,
) -> Result<Account, AppError> {
    // Whose account it is comes first: others are not to learn that it exists.
    account(app, caller, id).await?;
    caller.desk_only()?;
    if let Some(is_agency) = is_agency {
        set_agency(app, caller, id, is_agency).await?;
    }
    if let Some(approved) = campaign_approved {
        set_campaign(app, caller, id, approved).await?;
    }
    account(app, caller, id).await
}

/// Lets each open request of an account, of its agency and of that one's clients draw its conclusions from what
/// changed outside it: a receiving number of one account blocks its port in all of them.
async fn look_again(app: &App, caller: &Caller, changed: AccountId) -> Result<(), AppError> {
    let mut read = app.db.read().await?;
    let root = people::account(&mut read, changed)
        .await?
        .and_then(|one| one.parent)
        .unwrap_or(changed);
    drop(read);
    let mut before = None;
    loop {
        let filter = crate::db::ports::Filter {
            agency: Some(root),
            before,
            limit: 100,
            ..Default::default()
        };
        let mut read = app.db.read().await?;
        let page = crate::db::ports::list(&mut read, &filter).await?;
        drop(read);
        let Some(last) = page.last() else {
            return Ok(());
        };
        before = Some(last.id);
        for line in page.iter().filter(|line| {
            crate::domain::port::Status::named(&line.status)
                .is_some_and(crate::domain::port::Status::is_open)
        }) {
            ports::handle(
                app,
                line.id,
                Scope::Any,
                &caller.actor,
                Event::LookAgain,
                Extras::default(),
            )
            .await?;
        }
    }
}

/// The receiving numbers of an account.
pub async fn receiving_numbers(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
) -> Result<Vec<E164>, AppError> {
    let account = caller.account_for(account)?;
    let mut read = app.db.read().await?;
    Ok(people::receiving(&mut read, account).await?)
}

/// Sets a number up as a receiving number.
pub async fn add_receiving_number(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
    number: E164,
) -> Result<(), AppError> {
    let account = caller.account_for(account)?;
    caller.filing_only()?;
    let mut tx = app.db.write().await?;
    people::add_receiving(&mut tx, account, &HashSet::from([number]), app.clock.now()).await?;
    tx.commit().await?;
    ports::look_again(app, &caller.actor, account, &[number]).await
}

/// Removes a receiving number; what it blocked goes on by itself (R122).
pub async fn remove_receiving_number(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
    number: E164,
) -> Result<(), AppError> {
    let account = caller.account_for(account)?;
    caller.filing_only()?;
    let mut tx = app.db.write().await?;
    if !people::remove_receiving(&mut tx, account, number).await? {
        return Err(AppError::NotFound("receiving number"));
    }
    tx.commit().await?;
    ports::look_again(app, &caller.actor, account, &[number]).await
}
