//! How the played demo looks in a terminal: a line for each port, then a table.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use comfy_table::{Cell, Color, ContentArrangement, Table};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::people_at_work::Outcome;
use crate::cli::{Error, Ui};

/// A line for each port while the play goes on. On a pipe it is silent.
pub(super) struct Board {
    all: MultiProgress,
    lines: Mutex<BTreeMap<&'static str, ProgressBar>>,
}

impl Board {
    pub(super) fn new(ui: &Ui) -> Self {
        let target = if ui.is_json() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            all: MultiProgress::with_draw_target(target),
            lines: Mutex::default(),
        }
    }

    /// How a port fares now.
    pub(super) fn says(&self, scenario: &'static str, line: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = lines.entry(scenario).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:<32} {msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(scenario.replace('_', " "));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if line.ends_with("as it should") {
            bar.finish_with_message(line.to_owned());
        } else {
            bar.set_message(line.to_owned());
        }
    }

    pub(super) fn finish(&self) {
        for bar in self
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .filter(|bar| !bar.is_finished())
        {
            bar.abandon();
        }
    }
}

/// The table of outcomes, or their JSON.
pub(super) fn table(ui: &mut Ui, outcomes: &[Outcome]) -> Result<(), Error> {
    if ui.is_json() {
        return ui.json(&outcomes);
    }
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["scenario", "what happened", "ended", "ported", "not", ""]);
    for one in outcomes {
        let good = one.as_it_should();
        let verdict = match &one.trouble {
            _ if good => "as it should".to_owned(),
            Some(trouble) => trouble.clone(),
            None => format!(
                "should be {}, {} not ported, with {}",
                one.should.status,
                one.should.not_ported,
                [one.should.meet.as_slice(), &one.should.meet_in_time]
                    .concat()
                    .join(", ")
            ),
        };
        table.add_row([
            Cell::new(one.scenario.replace('_', " ")),
            Cell::new(one.story),
            Cell::new(one.status.replace('_', " ")),
            Cell::new(one.ported),
            Cell::new(one.not_ported),
            Cell::new(verdict).fg(if good { Color::Green } else { Color::Red }),
        ]);
    }
    ui.line(table)
}
