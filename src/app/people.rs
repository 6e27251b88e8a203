//! Accounts, people, signing in, API keys.

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
use super::ports::{self, Extras};
use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::people::{self, SessionRow};
use crate::domain::number::E164;
use crate::domain::port::{Event, Role};
use crate::ids::{AccountId, ApiKeyId, UserId};

pub use crate::db::people::{Account, ApiKey, User};

/// What every API key begins with, so that a leaked one can be found by scanners.
pub const KEY_PREFIX: &str = "portolan_";

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

fn token_of(bytes: [u8; 32]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn hash_of(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Hashes a password. Takes tens of milliseconds by design; call it where blocking is fine.
fn hash_password(app: &App, password: &str) -> Result<String, AppError> {
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

/// Signs somebody in.
///
/// # Errors
/// A field error that does not say whether the address or the password was wrong.
pub async fn sign_in(app: &App, email: &str, password: SecretString) -> Result<SignedIn, AppError> {
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
    let token = token_of(app.ids.secret());
    let wall = app.clock.wall();
    let expires_wall = hours_after(wall, app.config.signin.session_hours);
    let row = SessionRow {
        user: user.id,
        csrf: token_of(app.ids.secret()),
        used_wall: wall,
        expires_wall,
    };
    let mut tx = app.db.write().await?;
    people::insert_session(&mut tx, hash_of(&token), &row).await?;
    tx.commit().await?;
    Ok(SignedIn {
        token: token.into(),
        user,
        expires_wall,
    })
}

fn hours_after(at: Timestamp, hours: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(i64::from(hours)))
        .unwrap_or(Timestamp::MAX)
}

/// The user behind a session's cookie, and the token that its forms must carry.
pub async fn session(app: &App, token: &str) -> Result<Option<(User, String)>, AppError> {
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
    if wall.duration_since(row.used_wall) > SignedDuration::from_mins(1) {
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

/// Changes one's own name.
pub async fn rename(app: &App, caller: &Caller, name: &str) -> Result<(), AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(AppError::field(
            "name",
            "Fill in your name, with at most 100 characters.",
        ));
    }
    let mut tx = app.db.write().await?;
    people::set_name(&mut tx, caller.user, name).await?;
    Ok(tx.commit().await?)
}

/// Changes one's own password. All sessions end but the one with this token.
pub async fn change_password(
    app: &App,
    user: &User,
    token: &str,
    old: SecretString,
    new: SecretString,
) -> Result<(), AppError> {
    let shortest = app.config.signin.password_length_min as usize;
    if new.expose_secret().chars().count() < shortest {
        return Err(AppError::field(
            "new_password",
            format!("Choose a password of at least {shortest} characters."),
        ));
    }
    let parts = app.clone();
    let known = user.password_hash.clone();
    let hashed = tokio::task::spawn_blocking(move || {
        let right = PasswordHash::new(&known).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(old.expose_secret().as_bytes(), &hash)
                .is_ok()
        });
        match right {
            true => hash_password(&parts, new.expose_secret()).map(Some),
            false => Ok(None),
        }
    })
    .await
    .map_err(AppError::broken)??;
    let Some(hashed) = hashed else {
        return Err(AppError::field(
            "old_password",
            "That is not your password so far.",
        ));
    };
    let mut tx = app.db.write().await?;
    people::set_password(&mut tx, user.id, &hashed, Some(hash_of(token))).await?;
    Ok(tx.commit().await?)
}

/// Ends all of one's sessions but the one with this token.
pub async fn sign_out_elsewhere(app: &App, user: UserId, token: &str) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    people::end_sessions(&mut tx, user, Some(hash_of(token))).await?;
    Ok(tx.commit().await?)
}

/// Switches somebody off, but not oneself: the last administrator could not be switched on again.
pub async fn disable_user(app: &App, caller: &Caller, id: UserId) -> Result<(), AppError> {
    caller.administrator_only()?;
    if id == caller.user {
        return Err(AppError::Forbidden("Nobody can switch themselves off."));
    }
    let mut tx = app.db.write().await?;
    if !people::disable(&mut tx, id, app.clock.now()).await? {
        return Err(AppError::NotFound("user"));
    }
    Ok(tx.commit().await?)
}

/// Everybody, for administrators.
pub async fn everybody(app: &App, caller: &Caller) -> Result<Vec<User>, AppError> {
    caller.administrator_only()?;
    let mut read = app.db.read().await?;
    Ok(people::everybody(&mut read).await?)
}

/// A first password for somebody new, to be handed over and changed.
pub fn first_password(app: &App) -> SecretString {
    token_of(app.ids.secret())
        .chars()
        .take(20)
        .collect::<String>()
        .into()
}

/// Makes an account.
pub async fn add_account(
    app: &App,
    caller: Option<&Caller>,
    name: &str,
    campaign_approved: bool,
) -> Result<Account, AppError> {
    add_account_once(app, caller, name, campaign_approved, None).await
}

/// Makes an account, and remembers the answer.
pub async fn add_account_once(
    app: &App,
    caller: Option<&Caller>,
    name: &str,
    campaign_approved: bool,
    keep: Option<Keep<Account>>,
) -> Result<Account, AppError> {
    if let Some(caller) = caller {
        caller.administrator_only()?;
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(AppError::field(
            "name",
            "Give the account a name of at most 100 characters.",
        ));
    }
    let now = app.clock.now();
    let account = Account {
        id: app.ids.next(now),
        name: name.to_owned(),
        campaign_approved,
        created_at: now,
    };
    let mut tx = app.db.write().await?;
    people::insert_account(&mut tx, &account).await?;
    if let Some(keep) = keep
        && !keep.store(app, &mut tx, &account).await?
    {
        return Err(AppError::Stale);
    }
    tx.commit().await?;
    Ok(account)
}

/// The accounts that a caller sees.
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
        Some(own) => Ok(people::account(&mut read, own).await?.into_iter().collect()),
        None => Ok(people::accounts(&mut read).await?),
    }
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
) -> Result<Account, AppError> {
    // Whose account it is comes first: others are not to learn that it exists.
    account(app, caller, id).await?;
    caller.desk_only()?;
    if let Some(approved) = campaign_approved {
        set_campaign(app, caller, id, approved).await?;
    }
    account(app, caller, id).await
}

/// Lets each open request of an account draw its conclusions from what changed outside it.
async fn look_again(app: &App, caller: &Caller, account: AccountId) -> Result<(), AppError> {
    let mut before = None;
    loop {
        let filter = crate::db::ports::Filter {
            account: Some(account),
            before,
            limit: 100,
            ..Default::default()
        };
        let page = ports::list(app, caller, filter).await?;
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
                caller.scope(),
                &caller.actor,
                Event::LookAgain,
                Extras::default(),
            )
            .await?;
        }
    }
}

/// Makes a user. The desk's people belong to no account.
pub async fn add_user(
    app: &App,
    caller: Option<&Caller>,
    account: Option<AccountId>,
    role: Role,
    name: &str,
    email: &str,
    password: SecretString,
) -> Result<User, AppError> {
    if let Some(caller) = caller {
        caller.administrator_only()?;
    }
    let mut problems = Vec::new();
    if name.trim().is_empty() {
        problems.push(crate::domain::port::Problem::new(
            "name",
            "Fill in the name.",
        ));
    }
    if email.trim().parse::<lettre::Address>().is_err() {
        problems.push(crate::domain::port::Problem::new(
            "email",
            "That is not an e-mail address.",
        ));
    }
    let shortest = app.config.signin.password_length_min as usize;
    if password.expose_secret().chars().count() < shortest {
        problems.push(crate::domain::port::Problem::new(
            "password",
            format!("Choose a password of at least {shortest} characters."),
        ));
    }
    if (role == Role::Submitter) != account.is_some() {
        problems.push(crate::domain::port::Problem::new(
            "account",
            "A submitter belongs to an account; the desk's people belong to none.",
        ));
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let parts = app.clone();
    let password_hash =
        tokio::task::spawn_blocking(move || hash_password(&parts, password.expose_secret()))
            .await
            .map_err(AppError::broken)??;
    let now = app.clock.now();
    let user = User {
        id: app.ids.next(now),
        account,
        email: email.trim().to_lowercase(),
        name: name.trim().to_owned(),
        role,
        password_hash,
        disabled_at: None,
    };
    let mut tx = app.db.write().await?;
    match people::insert_user(&mut tx, &user, now).await {
        Ok(()) => tx.commit().await?,
        Err(e) if e.constraint() == Some("users_email") => {
            return Err(AppError::field(
                "email",
                "Somebody signs in with this address already.",
            ));
        }
        Err(e) => return Err(e.into()),
    }
    Ok(user)
}

/// The people whom a caller may see: those of their account, or those of the desk.
pub async fn users(app: &App, caller: &Caller) -> Result<Vec<User>, AppError> {
    let mut read = app.db.read().await?;
    Ok(people::users(&mut read, caller.account).await?)
}

/// The user with this address, for the command line on the desk's own machine.
pub async fn find_user(app: &App, email: &str) -> Result<User, AppError> {
    let mut read = app.db.read().await?;
    people::user_by_email(&mut read, email)
        .await?
        .ok_or(AppError::NotFound("user"))
}

/// Makes an API key with the rights of its user. The key is shown once.
pub async fn add_api_key(
    app: &App,
    user: UserId,
    name: &str,
) -> Result<(ApiKey, SecretString), AppError> {
    add_api_key_once(app, user, name, None).await
}

/// Makes an API key, and remembers the answer.
pub async fn add_api_key_once(
    app: &App,
    user: UserId,
    name: &str,
    keep: Option<Keep<(ApiKey, SecretString)>>,
) -> Result<(ApiKey, SecretString), AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(AppError::field(
            "name",
            "Say in at most 100 characters what the key is for.",
        ));
    }
    let secret = format!("{KEY_PREFIX}{}", token_of(app.ids.secret()));
    let now = app.clock.now();
    let hint: String = secret
        .chars()
        .skip(secret.chars().count().saturating_sub(4))
        .collect();
    let key = ApiKey {
        id: app.ids.next(now),
        user,
        name: name.to_owned(),
        hint,
        created_at: now,
        revoked_at: None,
    };
    let mut tx = app.db.write().await?;
    people::insert_api_key(&mut tx, &key, hash_of(&secret)).await?;
    let made = (key, secret.into());
    if let Some(keep) = keep
        && !keep.store(app, &mut tx, &made).await?
    {
        return Err(AppError::Stale);
    }
    tx.commit().await?;
    Ok(made)
}

/// The user behind an API key.
pub async fn user_of_key(app: &App, key: &str) -> Result<Option<User>, AppError> {
    if !key.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    let mut read = app.db.glimpse().await?;
    Ok(people::user_by_api_key(&mut read, hash_of(key))
        .await?
        .filter(|user| user.disabled_at.is_none()))
}

/// A user's keys.
pub async fn api_keys(app: &App, caller: &Caller) -> Result<Vec<ApiKey>, AppError> {
    let mut read = app.db.read().await?;
    Ok(people::api_keys(&mut read, caller.user).await?)
}

/// Revokes a key at once.
pub async fn revoke_api_key(app: &App, caller: &Caller, id: ApiKeyId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !people::revoke_api_key(&mut tx, caller.user, id, app.clock.now()).await? {
        return Err(AppError::NotFound("API key"));
    }
    Ok(tx.commit().await?)
}

fn account_for(caller: &Caller, given: Option<AccountId>) -> Result<AccountId, AppError> {
    match (caller.account, given) {
        (Some(own), Some(other)) if own != other => Err(AppError::NotFound("account")),
        (Some(own), _) | (None, Some(own)) => Ok(own),
        (None, None) => Err(AppError::field("account", "Say which account.")),
    }
}

/// The receiving numbers of an account.
pub async fn receiving_numbers(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
) -> Result<Vec<E164>, AppError> {
    let account = account_for(caller, account)?;
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
    let account = account_for(caller, account)?;
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
    let account = account_for(caller, account)?;
    let mut tx = app.db.write().await?;
    if !people::remove_receiving(&mut tx, account, number).await? {
        return Err(AppError::NotFound("receiving number"));
    }
    tx.commit().await?;
    ports::look_again(app, &caller.actor, account, &[number]).await
}
