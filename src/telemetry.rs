//! Logging: text for people, JSON for programs, always to the standard error stream.
//!
//! What is never logged: secrets, PINs, account numbers, and the bodies of requests and mails.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// Why logging cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is not understood.
    #[error("`log.level` is not understood; write it like `info` or `info,portolan::jobs=debug`")]
    Level(#[source] tracing_subscriber::filter::ParseError),
    /// Something else of this process logs already.
    #[error("logging is already set up in this process")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
}

/// Sets up logging for the whole process. Called once, by the subcommands that keep running.
///
/// # Errors
/// When the level is not understood, or when it is called twice.
pub fn start(log: &Log) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder()
        .parse(&log.level)
        .map_err(TelemetryError::Level)?;
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => {
            let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let layer = layer.with_ansi(std::io::stderr().is_terminal() && !forbidden);
            registry.with(layer).try_init()
        }
        LogFormat::Json => registry
            .with(layer.json().flatten_event(true).with_ansi(false))
            .try_init(),
    }
    .map_err(TelemetryError::Twice)
}
