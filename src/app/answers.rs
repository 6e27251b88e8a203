//! Answers remembered under an Idempotency-Key, in the commit of what they answer: whoever repeats a
//! request because the answer got lost gets the same answer, and nothing happens twice.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::{App, AppError};
use crate::db::outside;
use crate::db::{DbError, Tx};

pub use crate::db::outside::Remembered;

/// What begins a body that is stored sealed, because it shows a secret that is shown once.
const SEALED: &str = "sealed:";

/// An answer that is to be remembered, made from what the commit brought.
pub struct Keep<T> {
    /// Whose keys: the same key of another scope is another key.
    pub scope: String,
    /// The key.
    pub key: String,
    /// Whether the answer shows a secret. It is then stored sealed.
    pub secret: bool,
    /// Makes the answer.
    pub answer: Arc<dyn Fn(&T) -> Remembered + Send + Sync>,
}

impl<T> Clone for Keep<T> {
    fn clone(&self) -> Self {
        Self {
            scope: self.scope.clone(),
            key: self.key.clone(),
            secret: self.secret,
            answer: self.answer.clone(),
        }
    }
}

impl<T> std::fmt::Debug for Keep<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keep")
    }
}

impl<T> Keep<T> {
    /// Stores the answer; `false` when somebody used the key meanwhile, and nothing may be committed.
    pub(super) async fn store(&self, app: &App, tx: &mut Tx, about: &T) -> Result<bool, DbError> {
        let stored = match self.put(app, tx, about).await {
            Ok(()) => tx.settle().await,
            refused => refused,
        };
        match stored {
            Ok(()) => Ok(true),
            Err(e) if was_used(&e) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Stores the answer with what is stored at the end of the transaction; whether the key was used is told
    /// by [`was_used`].
    pub(super) async fn put(&self, app: &App, tx: &mut Tx, about: &T) -> Result<(), DbError> {
        let mut answer = (self.answer)(about);
        if self.secret {
            let sealed = app.vault.seal(&place(&self.scope, &self.key), &answer.body);
            answer.body = format!("{SEALED}{}", hex::encode(sealed));
        }
        outside::remember(tx, &self.scope, &self.key, &answer, app.clock.wall()).await
    }
}

/// Whether a transaction failed because somebody used the key meanwhile.
pub(super) fn was_used(error: &DbError) -> bool {
    error.constraint() == Some(outside::REMEMBERED_ONCE)
}

fn place(scope: &str, key: &str) -> String {
    format!("answer/{scope}/{key}")
}

/// The answer that was given under this key, if there was one.
pub async fn recall(app: &App, scope: &str, key: &str) -> Result<Option<Remembered>, AppError> {
    let mut read = app.db.glimpse().await?;
    let Some(mut answer) = outside::remembered(&mut read, scope, key).await? else {
        return Ok(None);
    };
    drop(read);
    if let Some(sealed) = answer.body.strip_prefix(SEALED) {
        let sealed = hex::decode(sealed).map_err(AppError::broken)?;
        answer.body = app
            .vault
            .open(&place(scope, key), &sealed)?
            .expose_secret()
            .to_owned();
    }
    Ok(Some(answer))
}
