//! Forms as they are being typed.

use jiff::Timestamp;

use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::ids::{FormId, PortId, UserId};

/// A form that somebody typed into and has not saved.
#[derive(Debug)]
pub struct KeptForm {
    /// Which form.
    pub id: FormId,
    /// The request that it changes; none for a new one.
    pub port: Option<PortId>,
    /// What was typed, sealed.
    pub sealed: Vec<u8>,
    /// How many times it was kept before. A later state never gives way to an earlier one.
    pub step: i64,
    /// When it was kept last, in desk time.
    pub at: Timestamp,
}

impl KeptForm {
    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.parse("id")?,
            port: row.opt_parse("port_id")?,
            sealed: row.bytes("sealed")?,
            step: row.int("step")?,
            at: row.instant("kept_at")?,
        })
    }
}

/// Keeps a form's newest state. False when a newer one is kept, when the form was saved or thrown away
/// meanwhile, or when it is somebody else's.
pub async fn keep(tx: &mut Tx, user: UserId, form: KeptForm) -> Result<bool, DbError> {
    let count = tx
        .execute(
            "INSERT INTO kept_forms (id, user_id, port_id, sealed, step, kept_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, step = excluded.step, kept_at = excluded.kept_at
             WHERE kept_forms.user_id = excluded.user_id AND kept_forms.sealed IS NOT NULL AND kept_forms.step < excluded.step",
            args![form.id, user, form.port, form.sealed, form.step, form.at],
        )
        .await?;
    Ok(count > 0)
}

/// Ends a form: its text goes, and whatever of it is still on its way is not kept any more.
pub async fn end(
    tx: &mut Tx,
    user: UserId,
    id: FormId,
    port: Option<PortId>,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO kept_forms (id, user_id, port_id, sealed, step, kept_at) VALUES ($1, $2, $3, NULL, 0, $4)
         ON CONFLICT (id) DO UPDATE SET sealed = NULL, kept_at = excluded.kept_at WHERE kept_forms.user_id = excluded.user_id",
        args![id, user, port, now],
    )
    .await?;
    Ok(())
}

/// Ends all forms of this person for one request.
pub async fn end_all(
    tx: &mut Tx,
    user: UserId,
    port: PortId,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE kept_forms SET sealed = NULL, kept_at = $3 WHERE user_id = $1 AND port_id = $2 AND sealed IS NOT NULL",
        args![user, port, now],
    )
    .await?;
    Ok(())
}

/// One form of this person.
pub async fn one(
    session: &mut Session,
    user: UserId,
    id: FormId,
) -> Result<Option<KeptForm>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT id, port_id, sealed, step, kept_at FROM kept_forms WHERE id = $1 AND user_id = $2 AND sealed IS NOT NULL",
            args![id, user],
        )
        .await?;
    row.as_ref().map(KeptForm::read).transpose()
}

/// This person's forms for a request, or for new requests; the newest first.
pub async fn of_user(
    session: &mut Session,
    user: UserId,
    port: Option<PortId>,
    limit: i64,
) -> Result<Vec<KeptForm>, DbError> {
    let (which, values) = match port {
        None => ("port_id IS NULL", args![user, limit].to_vec()),
        Some(port) => ("port_id = $3", args![user, limit, port].to_vec()),
    };
    let sql = format!(
        "SELECT id, port_id, sealed, step, kept_at FROM kept_forms
         WHERE user_id = $1 AND sealed IS NOT NULL AND {which} ORDER BY kept_at DESC, id DESC LIMIT $2"
    );
    let rows = session.fetch_all(sql, &values).await?;
    rows.iter().map(KeptForm::read).collect()
}

/// Forgets forms that nobody typed into since this moment.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM kept_forms WHERE kept_at < $1", args![before])
        .await
}
