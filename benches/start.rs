//! How soon `portolan serve` is well on an empty folder, and how much memory it holds at rest.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::Pace;
use crate::support::finding::{Bound, Figure, Finding, Goal};
use crate::support::machine::of_proc;
use crate::support::scratch::Scratch;
use crate::support::server::Server;
use crate::support::spread::Spread;

/// How long a server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(4);

pub fn run(scratch: &Scratch, pace: Pace) -> Result<Finding> {
    let starts = pace.of(20, 3);
    let mut healthy = Vec::new();
    let mut memory = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..starts {
        let server = Server::start(&scratch.folder()?, &[])?;
        healthy.push(server.healthy_after.as_secs_f64() * 1e3);
        sleep(REST);
        let status = format!("/proc/{}/status", server.process());
        for (list, name) in memory.iter_mut().zip(["VmRSS", "RssAnon", "RssFile"]) {
            list.push(megabytes(&of_proc(&status, name))?);
        }
        server.stop()?;
    }
    let [resident, anonymous, file] = memory.map(Spread::of);
    let healthy = Spread::of(healthy);
    Ok(Finding {
        title: "Start and memory of `portolan serve`",
        how: format!(
            "Each of {starts} starts has a new, empty data folder and the default settings, so that the database, its schema, \
             the master key and the sealing key are made, too. The time runs from the start of the process to its first \
             `200` from `GET /healthz`, asked every half millisecond. {} seconds later the memory is read from \
             `/proc/PID/status`: `VmRSS` is what the goal is about; `RssAnon` of it is the program's own, `RssFile` are pages \
             of the program's file that the system shares and can drop.",
            REST.as_secs()
        ),
        goals: vec![
            Goal {
                says: "healthy on an empty folder in under 300 ms",
                measured: healthy.clone(),
                unit: " ms",
                bound: Bound::AtMost(300.0),
                even_the_worst: false,
            },
            Goal {
                says: "under 60 MB resident at rest, in each start",
                measured: resident.clone(),
                unit: " MB",
                bound: Bound::AtMost(60.0),
                even_the_worst: true,
            },
        ],
        figures: [
            ("from process start to healthy", healthy, "ms"),
            ("resident (`VmRSS`)", resident, "MB"),
            ("the program's own (`RssAnon`)", anonymous, "MB"),
            ("of the program's file (`RssFile`)", file, "MB"),
        ]
        .map(|(what, measured, unit)| Figure {
            what: what.to_owned(),
            measured,
            unit,
        })
        .into(),
        arguments: "start",
    })
}

/// Of a line such as `40556 kB`, where a kB is 1,024 bytes; a megabyte is 1,000,000.
fn megabytes(text: &str) -> Result<f64> {
    let kilobytes: f64 = text
        .trim_end_matches(" kB")
        .parse()
        .with_context(|| format!("no size: {text}"))?;
    Ok(kilobytes * 1024.0 / 1e6)
}
