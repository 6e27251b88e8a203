//! `portolan doctor`: looks whether everything that Portolan needs is there and answers.

use std::pin::Pin;
use std::time::Duration;

use serde::Serialize;

use super::{Context, Error, Ink, Ui};
use crate::config::Config;

mod checks;

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// One thing that is looked at. To add one, write a function in `checks.rs` and name it in [`all`].
struct Check {
    /// What is looked at, in a word or two.
    name: &'static str,
    look: for<'a> fn(&'a Config) -> Looking<'a>,
}

type Looking<'a> = Pin<Box<dyn Future<Output = Vec<Finding>> + Send + 'a>>;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    level: Level,
    text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// How good or bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Ok,
    Warning,
    Failed,
}

impl Finding {
    fn ok(text: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            text: text.into(),
            hint: None,
        }
    }

    fn warning(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            text: text.into(),
            hint: Some(hint.into()),
        }
    }

    fn failed(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            level: Level::Failed,
            text: text.into(),
            hint: Some(hint.into()),
        }
    }
}

/// All checks, in the order in which they are shown.
fn all() -> Vec<Check> {
    vec![
        Check {
            name: "data folder",
            look: |config| Box::pin(checks::data_folder(config)),
        },
        Check {
            name: "disk space",
            look: |config| Box::pin(checks::disk_space(config)),
        },
        Check {
            name: "database",
            look: |config| Box::pin(checks::database(config)),
        },
        Check {
            name: "clock",
            look: |config| Box::pin(checks::clock(config)),
        },
        Check {
            name: "master key",
            look: |config| Box::pin(checks::master_key(config)),
        },
        Check {
            name: "seal",
            look: |config| Box::pin(checks::seal(config)),
        },
        Check {
            name: "mail",
            look: |config| Box::pin(checks::mail(config)),
        },
        Check {
            name: "carrier",
            look: |config| Box::pin(checks::carrier(config)),
        },
        Check {
            name: "operator",
            look: |config| Box::pin(checks::operator(config)),
        },
    ]
}

/// No check may hold the others up.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Serialize)]
struct Line {
    check: &'static str,
    #[serde(flatten)]
    finding: Finding,
}

pub(super) async fn run(_args: Args, context: &mut Context) -> Result<(), Error> {
    let loaded = context.load()?;
    let mut lines = Vec::new();
    for check in all() {
        let late = || {
            vec![Finding::failed(
                format!("no answer in {} s", PATIENCE.as_secs()),
                "see whether it hangs",
            )]
        };
        let findings = tokio::time::timeout(PATIENCE, (check.look)(&loaded.config))
            .await
            .unwrap_or_else(|_| late());
        for finding in findings {
            let line = Line {
                check: check.name,
                finding,
            };
            if !context.ui.is_json() {
                show(&mut context.ui, &line)?;
            }
            lines.push(line);
        }
    }
    if context.ui.is_json() {
        context.ui.json(&lines)?;
    }
    match lines
        .iter()
        .filter(|line| line.finding.level == Level::Failed)
        .count()
    {
        0 => Ok(()),
        1 => Err(Error::refused("one check failed")),
        failed => Err(Error::refused(format!("{failed} checks failed"))),
    }
}

fn show(ui: &mut Ui, line: &Line) -> Result<(), Error> {
    let (word, ink) = match line.finding.level {
        Level::Ok => ("ok", Ink::Good),
        Level::Warning => ("warning", Ink::Warning),
        Level::Failed => ("FAILED", Ink::Bad),
    };
    let word = ui.paint(ink, format!("{word:<8}"));
    ui.line(format!("{word}{:<13}{}", line.check, line.finding.text))?;
    if let Some(hint) = &line.finding.hint {
        let hint = ui.paint(Ink::Faint, format!("hint: {hint}"));
        ui.line(format!("{:21}{hint}", ""))?;
    }
    Ok(())
}
