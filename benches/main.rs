//! The benchmarks: Portolan's goals for speed, each against its peer on the same machine, the same
//! disk and in the same run.
//!
//!     make bench                        measures everything and writes docs/performance.md
//!     make bench ARGS="import start"    measures these and prints what came out
//!     make bench ARGS="--quick"         a few rounds of everything, to see that it runs; writes nothing

mod create;
mod import;
mod numbers;
mod pages;
mod report;
mod start;
mod support;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use support::finding::Finding;
use support::scratch::Scratch;

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As long as the figures need to stand still.
    Full,
    /// Just to see that it runs.
    Quick,
}

impl Pace {
    /// One of two counts.
    pub fn of(self, full: usize, quick: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

/// A benchmark: where it may put files, how long it may take.
type Bench = fn(&Scratch, Pace) -> Result<Finding>;

/// All of them, in the order of the report.
const BENCHES: [(&str, Bench); 5] = [
    ("numbers", numbers::run),
    ("import", import::run),
    ("create", create::run),
    ("start", start::run),
    ("pages", pages::run),
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures what was asked for; `false` if a goal was missed.
fn run() -> Result<bool> {
    let mut pace = Pace::Full;
    let mut wanted = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => pace = Pace::Quick,
            name => {
                let found = BENCHES.iter().find(|(known, _)| *known == name);
                wanted.push(*found.with_context(|| {
                    let known = BENCHES.map(|(known, _)| known).join(", ");
                    format!("there is no benchmark \"{name}\"; there are {known}, and --quick")
                })?);
            }
        }
    }
    let everything = wanted.is_empty();
    if everything {
        wanted = BENCHES.to_vec();
    }
    let scratch = Scratch::new()?;
    let load = support::machine::load();
    let mut findings = Vec::new();
    for (name, bench) in wanted {
        println!("{name}: measuring");
        let finding = bench(&scratch, pace).with_context(|| format!("the benchmark {name}"))?;
        println!("\n{}", finding.as_text());
        findings.push(finding);
    }
    if everything && pace == Pace::Full {
        let file = report::write(&findings, &scratch, &load)?;
        println!("written: {}", file.display());
    }
    let missed: Vec<&str> = findings
        .iter()
        .filter(|finding| !finding.is_met())
        .map(|finding| finding.title)
        .collect();
    if !missed.is_empty() && pace == Pace::Full {
        bail!("missed: {}", missed.join("; "));
    }
    Ok(missed.is_empty() || pace == Pace::Quick)
}
