//! `portolan config`: shows and checks the settings.

use clap::Subcommand;

use super::{Context, Error, Ink};
use crate::config::{DEFAULTS, Setting};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks the settings and prints those that somebody has set, each with its place; secrets are hidden
    Check {
        /// Print all settings, also those that have their default
        #[arg(long)]
        all: bool,
    },
    /// Prints the defaults: all settings with what they mean
    Default,
}

pub(super) fn run(args: Args, context: &mut Context) -> Result<(), Error> {
    match args.command {
        Command::Check { all } => check(all, context),
        Command::Default => context.ui.line(DEFAULTS.trim_end()),
    }
}

fn check(all: bool, context: &mut Context) -> Result<(), Error> {
    let loaded = context.load()?;
    let ui = &mut context.ui;
    let chosen: Vec<&Setting> = loaded
        .settings
        .iter()
        .filter(|setting| all || !setting.is_default)
        .collect();
    if ui.is_json() {
        return ui.json(&chosen);
    }
    for setting in &chosen {
        let place = match setting.is_default {
            true => String::new(),
            false => ui.paint(Ink::Faint, format!("  # {}", setting.place)),
        };
        ui.line(format!("{} = {}{place}", setting.key, setting.value))?;
    }
    let set = loaded
        .settings
        .iter()
        .filter(|setting| !setting.is_default)
        .count();
    let file = match &loaded.file {
        Some(file) => format!("{} was read", file.display()),
        None => "no settings file was read".to_owned(),
    };
    let total = loaded.settings.len();
    ui.note(format!("The settings are valid; {file}; {set} of {total} settings are set, the others have their defaults."));
    Ok(())
}
