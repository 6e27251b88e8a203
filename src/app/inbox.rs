//! What carriers send: taken down once, answered at once, looked into by a job.

use super::{App, AppError};
use crate::carriers::hint::{Hint, HintKind};
use crate::db::jobs;
use crate::db::outside;
use crate::db::ports;
use crate::domain::port::PortRequest;
use crate::ids::PortId;

pub use crate::db::outside::Received;

/// Takes a verified webhook down. A second copy of it changes nothing. Whatever it says, the orders that
/// it names are read again; nothing is concluded from the webhook itself.
pub async fn receive(app: &App, carrier: &str, hint: &Hint, body: &[u8]) -> Result<(), AppError> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let mut port = None;
    for order in &hint.order_ids {
        if let Some((found, _)) = ports::of_order(&mut tx, carrier, order).await? {
            port = Some(found);
        }
    }
    let row = Received {
        id: app.ids.next(now),
        carrier: carrier.to_owned(),
        external_id: hint.event_id.clone(),
        kind: "webhook".to_owned(),
        state: "done".to_owned(),
        port,
        body: body.to_vec(),
        received_wall: app.clock.wall(),
        remark: Some(hint.event_type.clone()),
    };
    if outside::receive(&mut tx, &row).await?
        && let Some(port) = port
    {
        jobs::enqueue(
            &mut tx,
            &app.ids,
            now,
            super::ports::carrier_job("carrier_read", port),
        )
        .await?;
        if hint.kind == HintKind::NewComment {
            jobs::enqueue(
                &mut tx,
                &app.ids,
                now,
                super::ports::carrier_job("carrier_comments", port),
            )
            .await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Takes down something that could not be read, for the desk to look at.
pub async fn unreadable(
    app: &App,
    carrier: &str,
    kind: &'static str,
    port: Option<PortId>,
    body: &[u8],
    why: &str,
) -> Result<(), AppError> {
    use sha2::{Digest as _, Sha256};
    let now = app.clock.now();
    let row = Received {
        id: app.ids.next(now),
        carrier: carrier.to_owned(),
        external_id: format!("unreadable/{}", hex::encode(Sha256::digest(body))),
        kind: kind.to_owned(),
        state: "unreadable".to_owned(),
        port,
        body: body.to_vec(),
        received_wall: app.clock.wall(),
        remark: Some(why.to_owned()),
    };
    let mut tx = app.db.write().await?;
    outside::receive(&mut tx, &row).await?;
    Ok(tx.commit().await?)
}

/// Asks for a request's orders to be read soon.
pub async fn read_soon(app: &App, port: PortId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    jobs::enqueue(
        &mut tx,
        &app.ids,
        app.clock.now(),
        super::ports::carrier_job("carrier_read", port),
    )
    .await?;
    Ok(tx.commit().await?)
}

/// The secrets that the carrier needs of a request, opened.
#[derive(Debug)]
pub struct CarrierSecrets {
    /// The account number at the losing provider.
    pub account_number: secrecy::SecretString,
    /// The PIN, if there is one.
    pub pin: Option<secrecy::SecretString>,
}

/// Opens what is sealed for the carrier.
pub async fn secrets(app: &App, request: &PortRequest) -> Result<CarrierSecrets, AppError> {
    let mut read = app.db.read().await?;
    let mut opened = [None, None];
    for (slot, field) in opened.iter_mut().zip(["account_number", "pin"]) {
        if let Some(sealed) = crate::db::papers::secret(&mut read, request.id, field).await? {
            *slot = Some(
                app.vault
                    .open(&super::ports::secret_place(request.id, field), &sealed)?,
            );
        }
    }
    let [account_number, pin] = opened;
    Ok(CarrierSecrets {
        account_number: account_number.ok_or(AppError::NotFound("account number"))?,
        pin,
    })
}

/// What could not be read, newest first, for the desk.
pub async fn list_unreadable(app: &App, caller: &super::Caller) -> Result<Vec<Received>, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    Ok(outside::unreadable(&mut read, 100).await?)
}
