//! Writes what was found to `docs/performance.md`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;

use crate::support::finding::{Bound, Finding, number};
use crate::support::machine;
use crate::support::scratch::Scratch;

/// Writes the report; gives its place.
pub fn write(findings: &[Finding], scratch: &Scratch, load_before: &str) -> Result<PathBuf> {
    let mut text = String::from(
        "<!-- Made by `make bench` (benches/report.rs). Do not edit. -->\n\
         # Performance\n\n\
         Goals, each measured against a peer on the same machine and disk in the same run, because absolute figures of two\n\
         machines cannot be compared. `make bench` measures all of it, writes this page and takes less than ten minutes after the\n\
         build; it ends with an error if a goal is missed. Run it on a machine that does nothing else.\n\n\
         | goal | measured | least to most | |\n|---|---:|---:|---|\n",
    );
    for goal in findings.iter().flat_map(|finding| &finding.goals) {
        let (of, unit) = (&goal.measured, goal.unit);
        let _ = writeln!(
            text,
            "| {} | {}{unit} | {} to {} | {} |",
            goal.says,
            number(of.median()),
            number(of.least()),
            number(of.most()),
            goal.verdict()
        );
    }
    text.push_str(
        "\nMeasured is the median, unless the goal says that it is held by each measurement.\n",
    );
    for finding in findings {
        let _ = write!(
            text,
            "\n## {}\n\n{}\n\n`make bench ARGS={}`\n\n",
            finding.title,
            wrapped(&finding.how),
            finding.arguments
        );
        text.push_str(&finding.table());
        text.push('\n');
        for goal in &finding.goals {
            let (of, unit) = (&goal.measured, goal.unit);
            let bound = match goal.bound {
                Bound::AtMost(bound) => format!("at most {}", number(bound)),
                Bound::AtLeast(bound) => format!("at least {}", number(bound)),
            };
            let _ = writeln!(
                text,
                "- {}: {}{unit}, goal {bound}{unit}: {}.",
                goal.says,
                number(of.median()),
                goal.verdict()
            );
        }
    }
    text.push_str("\n## The machine\n\n| | |\n|---|---|\n");
    for (what, value) in machine::describe(scratch, load_before) {
        let _ = writeln!(text, "| {what} | {value} |");
    }
    let file = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/performance.md"
    ));
    std::fs::write(&file, text)?;
    Ok(file)
}

/// A paragraph in lines of at most 120 signs.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > 120 {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}
