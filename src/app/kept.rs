//! Keeps forms while somebody types into them, so that nothing typed is lost: not by a closed lid, a lost
//! connection or the back button, and not by going on at another device.
//!
//! What was typed is no statement yet: it may be half a number. So it is kept as text, sealed, for the person who
//! typed it alone, until they save the form or throw it away.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::kept::{self, KeptForm};
use crate::ids::{FormId, PortId};

/// How long a form is kept that nobody goes on with, in days.
pub const DAYS: i64 = 30;
/// The longest text that is kept of one form, in bytes. Manual Add takes 40,000 letters.
pub const TEXT_MAX: usize = 256 * 1024;

/// A form that was left while typing.
pub struct Left {
    /// Which form.
    pub id: FormId,
    /// What was typed.
    pub text: SecretString,
    /// How many times it was kept.
    pub step: i64,
    /// When it was kept last, in desk time.
    pub at: Timestamp,
}

fn place(id: FormId, user: impl std::fmt::Display) -> String {
    format!("{id}/{user}")
}

/// Keeps what was typed so far. `step` counts up with each time. Says when it was kept; nothing when something
/// newer is kept already, or the form was saved or thrown away meanwhile.
///
/// # Errors
/// A problem when it is longer than [`TEXT_MAX`].
pub async fn keep(
    app: &App,
    caller: &Caller,
    id: FormId,
    port: Option<PortId>,
    step: i64,
    text: &SecretString,
) -> Result<Option<Timestamp>, AppError> {
    if text.expose_secret().len() > TEXT_MAX {
        return Err(AppError::field(
            "",
            "This form is too long to be kept while typing. Save it yourself from time to time.",
        ));
    }
    let at = app.clock.now();
    let form = KeptForm {
        id,
        port,
        sealed: app
            .vault
            .seal(&place(id, caller.user), text.expose_secret()),
        step,
        at,
    };
    let mut tx = app.db.write().await?;
    let kept = kept::keep(&mut tx, caller.user, form).await?;
    tx.commit().await?;
    Ok(kept.then_some(at))
}

/// The form was saved, or is to be thrown away.
pub async fn end(
    app: &App,
    caller: &Caller,
    id: FormId,
    port: Option<PortId>,
) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    kept::end(&mut tx, caller.user, id, port, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// All that the caller typed for one request and did not save is to be thrown away.
pub async fn end_all(app: &App, caller: &Caller, port: PortId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    kept::end_all(&mut tx, caller.user, port, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// One form that the caller left.
pub async fn one(app: &App, caller: &Caller, id: FormId) -> Result<Option<Left>, AppError> {
    let mut read = app.db.read().await?;
    let found = kept::one(&mut read, caller.user, id).await?;
    Ok(found.and_then(|form| open(app, caller, &form)))
}

/// The forms that the caller left, for one request or for new ones, the newest first.
pub async fn left(
    app: &App,
    caller: &Caller,
    port: Option<PortId>,
    limit: i64,
) -> Result<Vec<Left>, AppError> {
    let key = Key::List(caller.user, "kept forms", format!("{port:?} {limit}"));
    let found = app.seen(key, |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(kept::of_user(&mut read, caller.user, port, limit).await?)
    });
    Ok(found
        .await?
        .iter()
        .filter_map(|form| open(app, caller, form))
        .collect())
}

/// A form that cannot be opened, because the master key changed, is as good as none.
fn open(app: &App, caller: &Caller, form: &KeptForm) -> Option<Left> {
    let text = app
        .vault
        .open(&place(form.id, caller.user), &form.sealed)
        .inspect_err(
            |error| tracing::warn!(form = %form.id, %error, "a kept form cannot be opened"),
        )
        .ok()?;
    Some(Left {
        id: form.id,
        text,
        step: form.step,
        at: form.at,
    })
}

/// Forgets forms that nobody went on with for [`DAYS`].
pub async fn forget(app: &App) -> Result<(), AppError> {
    let before = app
        .clock
        .now()
        .checked_sub(SignedDuration::from_hours(24 * DAYS))
        .unwrap_or(Timestamp::MIN);
    let mut tx = app.db.write().await?;
    kept::forget(&mut tx, before).await?;
    Ok(tx.commit().await?)
}
