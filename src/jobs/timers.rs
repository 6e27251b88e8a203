//! Recurring work. Each timer reads the database, does what is due, and does no harm when it runs again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{JobError, Reconcile, Reconciler, replies};
use crate::app::ports::{self, Extras, Scope};
use crate::app::{App, AppError, inbox, kept, letters};
use crate::db::{outside, ports as rows};
use crate::domain::port::{Actor, Event, Loa, Status, letter_too_old, moves};
use crate::ids::PortId;

/// All timers.
pub fn timers(app: &App) -> Vec<Reconciler> {
    let minutes = SignedDuration::from_mins;
    let poll = SignedDuration::from_secs(i64::from(app.config.carriers.telnyx.poll_seconds));
    let timer = |name, period, work: Box<dyn Fn(App) -> Due + Send + Sync>| Reconciler {
        name,
        period,
        work: Arc::new(Timer {
            app: app.clone(),
            work,
        }),
    };
    let mut all = vec![
        timer(
            "open_windows",
            minutes(1),
            Box::new(|app| Box::pin(open_windows(app))),
        ),
        timer(
            "remind_of_port_day",
            minutes(30),
            Box::new(|app| Box::pin(remind_of_port_day(app))),
        ),
        timer(
            "chase_signers",
            minutes(60),
            Box::new(|app| Box::pin(chase_signers(app))),
        ),
        timer(
            "notice_silence",
            minutes(60),
            Box::new(|app| Box::pin(notice_silence(app))),
        ),
        timer(
            "poll_carriers",
            poll,
            Box::new(|app| Box::pin(poll_carriers(app))),
        ),
        timer(
            "forget_answers",
            SignedDuration::from_hours(24),
            Box::new(|app| Box::pin(forget_answers(app))),
        ),
        timer(
            "forget_forms",
            SignedDuration::from_hours(24),
            Box::new(|app| Box::pin(async move { kept::forget(&app).await })),
        ),
    ];
    let mailbox = &app.config.mail.replies;
    if mailbox.is_polled() {
        // The mailbox is in the world, however fast the calendar runs.
        let pause = Duration::from_secs(u64::from(mailbox.poll_seconds));
        all.push(timer(
            "take_replies",
            app.clock.desk_for_wire(pause),
            Box::new(|app| Box::pin(replies::take(app))),
        ));
    }
    all
}

type Due = std::pin::Pin<Box<dyn Future<Output = Result<(), AppError>> + Send>>;

struct Timer {
    app: App,
    work: Box<dyn Fn(App) -> Due + Send + Sync>,
}

#[async_trait]
impl Reconcile for Timer {
    async fn run(&self) -> Result<(), JobError> {
        (self.work)(self.app.clone())
            .await
            .map_err(|e| JobError::retry_because(&e))
    }
}

/// The turns of several requests: one that fails does not keep those behind it waiting, and is said at the end.
#[derive(Default)]
struct Turns {
    failed: Option<AppError>,
}

impl Turns {
    /// Takes what came of one request's turn.
    ///
    /// # Errors
    /// That nothing can be done right now, for any of them.
    fn took(&mut self, port: PortId, turn: Result<(), AppError>) -> Result<(), AppError> {
        match turn {
            Ok(()) => Ok(()),
            Err(error @ AppError::Unavailable(..)) => Err(error),
            Err(error) => {
                tracing::error!(%port, %error, "a request's turn failed");
                self.failed = Some(error);
                Ok(())
            }
        }
    }

    fn over(self) -> Result<(), AppError> {
        self.failed.map_or(Ok(()), Err)
    }
}

/// What happens to one request by time. What comes too late is no failure.
async fn happens(app: &App, port: PortId, event: Event) -> Result<(), AppError> {
    match ports::handle(
        app,
        port,
        Scope::Any,
        &Actor::timer(),
        event,
        Extras::default(),
    )
    .await
    {
        Ok(_) => Ok(()),
        Err(e) if ports::is_moot(&e) || matches!(e, AppError::Stale) => Ok(()),
        Err(e) => Err(e),
    }
}

fn ago(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(hours))
        .unwrap_or(Timestamp::MIN)
}

fn ahead(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(hours))
        .unwrap_or(Timestamp::MAX)
}

async fn open_windows(app: App) -> Result<(), AppError> {
    let mut read = app.db.read().await?;
    let due = rows::with_window_until(&mut read, app.clock.now()).await?;
    drop(read);
    let mut turns = Turns::default();
    for port in due {
        let turn = happens(&app, port, Event::OpenWindow).await;
        turns.took(port, turn)?;
        // While a window is open the carrier is asked often: this is when people wait by the telephone.
        turns.took(port, inbox::read_soon(&app, port).await)?;
    }
    turns.over()
}

async fn remind_of_port_day(app: App) -> Result<(), AppError> {
    let mut read = app.db.read().await?;
    let near = rows::with_window_until(&mut read, ahead(app.clock.now(), 24)).await?;
    drop(read);
    let mut turns = Turns::default();
    for port in near {
        let turn = happens(&app, port, Event::RemindOfPortDay).await;
        turns.took(port, turn)?;
    }
    turns.over()
}

async fn chase_signers(app: App) -> Result<(), AppError> {
    let mut read = app.db.read().await?;
    let out = rows::with_letter_out(&mut read).await?;
    drop(read);
    let mut turns = Turns::default();
    for port in out {
        let turn = chase_signer(&app, port).await;
        turns.took(port, turn)?;
    }
    let mut read = app.db.read().await?;
    let signed = rows::in_statuses(&mut read, &[Status::AwaitingProof, Status::InReview]).await?;
    drop(read);
    for port in signed {
        let turn = expire_signature(&app, port).await;
        turns.took(port, turn)?;
    }
    turns.over()
}

/// A letter that was signed too long ago covers no order any more.
async fn expire_signature(app: &App, port: PortId) -> Result<(), AppError> {
    let Some(stored) = ports::get(app, port).await? else {
        return Ok(());
    };
    let request = &stored.request;
    let calendar = ports::calendar(app, request);
    let max_days = letters::max_days(app, request);
    match letter_too_old(request, &calendar, max_days, app.clock.now()) {
        None => Ok(()),
        Some(_) => happens(app, port, Event::ExpireLetter).await,
    }
}

async fn chase_signer(app: &App, port: PortId) -> Result<(), AppError> {
    let now = app.clock.now();
    let Some(stored) = ports::get(app, port).await? else {
        return Ok(());
    };
    let Loa::Sent {
        sent_at,
        expires_at,
        reminders,
        ..
    } = stored.request.loa
    else {
        return Ok(());
    };
    if now >= expires_at {
        return happens(app, port, Event::ExpireLetter).await;
    }
    let due = app
        .config
        .links
        .reminder_days
        .get(usize::try_from(reminders).unwrap_or(usize::MAX))
        .is_some_and(|days| ahead(sent_at, 24 * i64::from(*days)) <= now);
    if !due {
        return Ok(());
    }
    match letters::remind(app, Scope::Any, &Actor::timer(), port).await {
        Ok(_) => Ok(()),
        Err(e) if ports::is_moot(&e) || matches!(e, AppError::Stale | AppError::TooOften(_)) => {
            Ok(())
        }
        Err(e) => Err(e),
    }
}

async fn notice_silence(app: App) -> Result<(), AppError> {
    let mut read = app.db.read().await?;
    let submitted = rows::in_statuses(&mut read, &[Status::Submitted]).await?;
    drop(read);
    let mut turns = Turns::default();
    for port in submitted {
        let turn = notice_silence_of(&app, port).await;
        turns.took(port, turn)?;
    }
    turns.over()
}

async fn notice_silence_of(app: &App, port: PortId) -> Result<(), AppError> {
    let Some(stored) = ports::get(app, port).await? else {
        return Ok(());
    };
    let since = stored.request.last_movement;
    let business_days = ports::calendar(app, &stored.request).silent_days(since, app.clock.now());
    if business_days < app.config.silence.chase_business_days {
        return Ok(());
    }
    happens(app, port, Event::NoticeSilence { business_days }).await
}

async fn poll_carriers(app: App) -> Result<(), AppError> {
    if app.carrier.is_none() {
        return Ok(());
    }
    let mut read = app.db.read().await?;
    let open = rows::in_statuses(&mut read, moves::AT_CARRIER).await?;
    drop(read);
    let mut turns = Turns::default();
    for port in open {
        turns.took(port, inbox::read_soon(&app, port).await)?;
    }
    turns.over()
}

async fn forget_answers(app: App) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    outside::forget(
        &mut tx,
        ago(
            app.clock.wall(),
            i64::from(app.config.limits.idempotency_hours),
        ),
    )
    .await?;
    Ok(tx.commit().await?)
}
