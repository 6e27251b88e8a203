//! Keys for the API: made, listed, used, revoked.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::answers::Keep;
use super::people::{hash_of, token_of};
use super::{App, AppError, Caller};
use crate::db::{access, people};
use crate::ids::{ApiKeyId, UserId};

pub use crate::db::people::{ApiKey, User};

/// What every API key begins with, so that a leaked one can be found by scanners.
pub const KEY_PREFIX: &str = "portolan_";

/// The longest life that a key can be given, in days.
const DAYS_MAX: u32 = 3_650;

/// An API key to make.
#[derive(Clone, Debug, Default)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// Whether it only reads.
    pub read_only: bool,
    /// After how many days it stops working; `None`: it works until it is revoked.
    pub days: Option<u32>,
}

/// Makes an API key with all the rights of its user. The key is shown once.
pub async fn add_api_key(
    app: &App,
    user: UserId,
    name: &str,
) -> Result<(ApiKey, SecretString), AppError> {
    let new = NewKey {
        name: name.to_owned(),
        ..NewKey::default()
    };
    make(app, user, new, None).await
}

/// Makes an API key for whoever asks, and remembers the answer. An account's keys are made by its administrator.
pub async fn add_api_key_once(
    app: &App,
    caller: &Caller,
    new: NewKey,
    keep: Option<Keep<(ApiKey, SecretString)>>,
) -> Result<(ApiKey, SecretString), AppError> {
    caller.account_administrators_only()?;
    make(app, caller.user, new, keep).await
}

async fn make(
    app: &App,
    user: UserId,
    new: NewKey,
    keep: Option<Keep<(ApiKey, SecretString)>>,
) -> Result<(ApiKey, SecretString), AppError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(AppError::field(
            "name",
            "Say in at most 100 characters what the key is for.",
        ));
    }
    if new.days.is_some_and(|days| days == 0 || days > DAYS_MAX) {
        return Err(AppError::field(
            "expires_in_days",
            format!("A key lives 1 to {DAYS_MAX} days, or until it is revoked."),
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
        read_only: new.read_only,
        created_at: now,
        // Wire time: the programs that use it live there.
        expires_at: new.days.and_then(|days| {
            app.clock
                .wall()
                .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
                .ok()
        }),
        used_wall: None,
        revoked_at: None,
    };
    let mut tx = app.db.write().await?;
    access::insert_api_key(&mut tx, &key, hash_of(&secret)).await?;
    let made = (key, secret.into());
    if let Some(keep) = keep
        && !keep.store(app, &mut tx, &made).await?
    {
        return Err(AppError::Stale);
    }
    tx.commit().await?;
    Ok(made)
}

/// The user behind an API key, and whether the key only reads. That it was used is written down once a minute at
/// most: a look should not be a write.
pub async fn user_of_key(app: &App, key: &str) -> Result<Option<(User, bool)>, AppError> {
    if !key.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    let mut read = app.db.glimpse().await?;
    let found = access::user_by_api_key(&mut read, hash_of(key)).await?;
    drop(read);
    let wall = app.clock.wall();
    let Some((user, key)) = found.filter(|(user, key)| {
        user.disabled_at.is_none() && key.expires_at.is_none_or(|ends| wall < ends)
    }) else {
        return Ok(None);
    };
    let stale = |at: Timestamp| wall.duration_since(at) > SignedDuration::from_mins(1);
    if key.used_wall.is_none_or(stale) {
        // A full disk must not keep anybody from reading.
        if let Ok(mut tx) = app.db.write_unsynced().await
            && access::touch_api_key(&mut tx, key.id, wall).await.is_ok()
        {
            let _ = tx.commit().await;
        }
    }
    Ok(Some((user, key.read_only)))
}

/// One's own keys.
pub async fn api_keys(app: &App, caller: &Caller) -> Result<Vec<ApiKey>, AppError> {
    let mut read = app.db.read().await?;
    Ok(access::api_keys(&mut read, caller.user).await?)
}

/// The keys of the other people whom an account's administrator looks after, with whose they are.
pub async fn keys_of_others(app: &App, caller: &Caller) -> Result<Vec<(ApiKey, String)>, AppError> {
    let (true, Some(account)) = (caller.is_administrator(), caller.account) else {
        return Ok(Vec::new());
    };
    let mut read = app.db.read().await?;
    Ok(access::api_keys_of_account(&mut read, account, caller.user).await?)
}

/// Revokes a key at once: one's own, or one of somebody whom one looks after.
pub async fn revoke_api_key(app: &App, caller: &Caller, id: ApiKeyId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    let key = access::api_key(&mut tx, id)
        .await?
        .ok_or(AppError::NotFound("API key"))?;
    if key.user != caller.user {
        let owner = people::user(&mut tx, key.user).await?;
        let theirs = owner.is_some_and(|owner| {
            caller.is_administrator()
                && owner
                    .account
                    .map_or(caller.account.is_none(), |account| caller.sees(account))
        });
        if !theirs {
            return Err(AppError::NotFound("API key"));
        }
    }
    if !access::revoke_api_key(&mut tx, id, app.clock.now()).await? {
        return Err(AppError::NotFound("API key"));
    }
    Ok(tx.commit().await?)
}
