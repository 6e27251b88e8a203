//! The subcommands of the one binary. A subcommand translates: it reads its arguments, calls one
//! function of another room, and shows the answer. Data goes to the standard output, everything else
//! to the standard error.
//!
//! A new subcommand takes three steps: a file here with an `Args` struct and a `run` function, a variant
//! of [`Command`], and a line in [`execute`]. Then `cargo insta review` shows the new help text.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

mod client;
mod config;
mod context;
pub mod demo;
mod doctor;
mod error;
mod migrate;
mod number;
mod port;
pub mod serve;
mod simulate;
mod table;
mod ui;
mod user;

pub use context::{Context, database_options, open_clock, open_database};
pub use error::{Error, Kind};
pub use ui::{Ink, Ui};

use crate::config::Sources;

/// A self-hosted desk for porting telephone numbers.
#[derive(Debug, Parser)]
#[command(name = "portolan", version, about, after_help = AFTER_HELP, subcommand_required = true)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What each subcommand takes.
#[derive(Debug, Args)]
#[command(next_display_order = 900)]
pub struct Common {
    /// The settings file [default: the one that PORTOLAN_CONFIG names, or portolan.toml in this folder]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write data, and errors, as JSON
    #[arg(long, global = true)]
    json: bool,
    /// Use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: ui::Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Files and follows port requests, through the API of a server
    Port(port::Args),
    /// Looks at telephone numbers: whether they are numbers, and whether they can be ported
    Number(number::Args),
    /// Shows the whole product at work, with a simulated carrier and a fast clock
    Demo(demo::Args),
    /// Answers requests: portal, API, signer's pages, carriers' webhooks; also runs jobs
    Serve(serve::Args),
    /// Runs jobs only, beside other nodes (PostgreSQL)
    Worker,
    /// Brings the database's schema up to date
    Migrate,
    /// Plays a gaining carrier and the losing providers behind it
    Simulate(simulate::Args),
    /// Adds people who sign in
    User(user::UserArgs),
    /// Makes keys for the API
    Apikey(user::KeyArgs),
    /// Shows and checks the settings
    Config(config::Args),
    /// Looks whether everything that Portolan needs is there and answers
    Doctor(doctor::Args),
}

async fn execute(command: Command, context: &mut Context) -> Result<(), Error> {
    match command {
        Command::Port(args) => port::run(args, context).await,
        Command::Number(args) => number::run(args, context).await,
        Command::Demo(args) => demo::run(args, context).await,
        Command::Serve(args) => serve::serve(args, context).await,
        Command::Worker => serve::worker(context).await,
        Command::Migrate => migrate::run(context).await,
        Command::Simulate(args) => simulate::run(args, context).await,
        Command::User(args) => user::user(args, context).await,
        Command::Apikey(args) => user::key(args, context).await,
        Command::Config(args) => config::run(args, context),
        Command::Doctor(args) => doctor::run(args, context).await,
    }
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  refused, not found, or found to be wrong; the message says what to do
  2  the command line is wrong
  3  the settings are wrong
  4  something that Portolan needs does not answer: server, database, carrier, mail server
  5  a fault in Portolan itself; please report it
  130  ended by Ctrl-C while it was waiting

Data goes to the standard output, everything else to the standard error. Colours are used on
terminals only, and never when NO_COLOR is set.";

/// Runs the program: parses the command line, runs the subcommand, prints the error if there is one.
pub fn main() -> ExitCode {
    // One TLS provider for all connections; the second caller of a process (a test) finds it set.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let mut ui = Ui::of_this_process(ui::Color::Auto, false);
            return ui
                .error(&Error::internal(error).context("cannot start the runtime"))
                .into();
        }
    };
    let ui = |color, json| Ui::of_this_process(color, json);
    runtime
        .block_on(run(std::env::args_os(), Sources::of_this_process(None), ui))
        .into()
}

/// [`main`] with everything handed in, for tests. Returns the exit code.
pub async fn run(
    arguments: impl IntoIterator<Item = OsString>,
    mut sources: Sources,
    ui: impl FnOnce(ui::Color, bool) -> Ui,
) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // The flags could not be read, but a program that asked for JSON must get no colours.
            return ui(ui::Color::Auto, false).usage(&error);
        }
    };
    let Common {
        config,
        json,
        color,
    } = cli.common;
    sources.file = config.or(sources.file);
    let mut context = Context {
        ui: ui(color, json),
        sources,
    };
    match execute(cli.command, &mut context).await {
        Ok(()) => context.ui.finish(),
        Err(error) => context.ui.error(&error),
    }
}
