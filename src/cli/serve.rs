//! `portolan serve` and `portolan worker`: the long-running roles of the one binary.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Context, Error, open_clock, open_database};
use crate::app::{App, open};
use crate::ids::Ids;
use crate::jobs::{Backoff, Runner, RunnerOptions, Work, timers};
use crate::{api, hooks, portal, public, telemetry, web};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Answer requests only; jobs are run by `portolan worker` (PostgreSQL)
    #[arg(long)]
    no_worker: bool,
}

/// Answers requests, and runs jobs unless told not to.
pub(super) async fn serve(args: Args, context: &mut Context) -> Result<(), Error> {
    let app = open_app(context).await?;
    let listen = app.config.server.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Error::unavailable(error)
            .context(format!("cannot listen on {listen}"))
            .hint(
                "is another Portolan running there? Set `server.listen` to another address or port",
            )
    })?;
    context.ui.note(format!(
        "Portolan answers at {}",
        app.config.server.public_url
    ));
    run(app, listener, !args.no_worker, stop_asked()).await
}

/// Runs jobs only.
pub(super) async fn worker(context: &mut Context) -> Result<(), Error> {
    let app = open_app(context).await?;
    context.ui.note("Portolan runs jobs");
    let (stop, stopped) = watch::channel(false);
    let runner = runner(&app)?;
    let work = tokio::spawn(async move { runner.run(until(stopped)).await });
    let fresh = tokio::spawn(crate::app::operator::keep_fresh(app.clone()));
    stop_asked().await;
    fresh.abort();
    stop.send_replace(true);
    work.await.map_err(Error::internal)?;
    app.db.close().await;
    Ok(())
}

pub(super) async fn open_app(context: &mut Context) -> Result<App, Error> {
    let config = context.load()?.config;
    telemetry::start(&config.log).map_err(Error::internal)?;
    let clock = open_clock(&config)?;
    let db = open_database(&config).await?;
    open::open(config, db, clock, Ids::random())
        .await
        .map_err(Error::unavailable)
}

/// Every face in one router.
pub fn router(app: &App) -> Router {
    let healthy = app.clone();
    let router = Router::new()
        .route("/healthz", get(async move || health(&healthy).await))
        .merge(api::router(app.clone()))
        .merge(hooks::router(app.clone()))
        .merge(public::router(app.clone()))
        .merge(portal::router(app.clone()));
    web::finish(app, router)
}

async fn health(app: &App) -> (axum::http::StatusCode, &'static str) {
    match app.db.read().await {
        Ok(_) => (axum::http::StatusCode::OK, "ok\n"),
        Err(_) => (
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}

/// The job runner as the settings want it.
pub fn runner(app: &App) -> Result<Runner, Error> {
    let settings = &app.config.jobs;
    let seconds = |value: u32| Duration::from_secs(u64::from(value));
    let options = RunnerOptions {
        concurrency: usize::try_from(settings.concurrency).unwrap_or(8),
        lease: seconds(settings.lease_seconds),
        poll: seconds(settings.poll_seconds),
        backoff: Backoff {
            first: SignedDuration::from_secs(i64::from(settings.retry_first_seconds)),
            cap: SignedDuration::from_secs(i64::from(settings.retry_longest_seconds)),
        },
        keep_done: SignedDuration::from_hours(24 * i64::from(settings.keep_days)),
        grace: seconds(app.config.server.shutdown_seconds),
        ..RunnerOptions::default()
    };
    let work = Work::new(app.clone()).map_err(Error::user)?;
    Ok(Runner::new(
        app.db.clone(),
        app.clock.clone(),
        app.ids.clone(),
        Arc::new(work),
        options,
    )
    .with(timers(app)))
}

/// Serves on this listener until `stop`, with or without jobs, and then ends what is open.
pub async fn run(
    app: App,
    listener: TcpListener,
    with_worker: bool,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let (tell, told) = watch::channel(false);
    let jobs = if with_worker {
        let runner = runner(&app)?;
        let told = told.clone();
        Some(tokio::spawn(async move { runner.run(until(told)).await }))
    } else {
        None
    };
    let fresh = tokio::spawn(crate::app::operator::keep_fresh(app.clone()));
    let service = router(&app).into_make_service_with_connect_info::<SocketAddr>();
    let asked = tokio::spawn(async move {
        stop.await;
        tell.send_replace(true);
    });
    axum::serve(listener, service)
        .with_graceful_shutdown(until(told))
        .await
        .map_err(Error::internal)?;
    if let Some(jobs) = jobs {
        jobs.await.map_err(Error::internal)?;
    }
    asked.abort();
    fresh.abort();
    app.db.close().await;
    Ok(())
}

async fn until(mut told: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a reason to stop as well.
    let _ = told.wait_for(|stop| *stop).await;
}

/// Waits for Ctrl-C or, where there is such a thing, SIGTERM.
pub(super) async fn stop_asked() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
