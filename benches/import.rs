//! A list of 100,000 numbers onto a draft, against `sqlite3 .import` of the same file.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

use crate::Pace;
use crate::support::desk;
use crate::support::finding::{Bound, Figure, Finding, Goal};
use crate::support::http::Wire;
use crate::support::scratch::Scratch;
use crate::support::server::Server;
use crate::support::spread::{Spread, ratios};

/// Rows of the list, beside its headings.
const ROWS: usize = 100_000;
/// How many of them share a receiving number.
const SHARING: usize = 100;

pub fn run(scratch: &Scratch, pace: Pace) -> Result<Finding> {
    let rounds = pace.of(9, 2);
    let file = scratch.folder()?.join("numbers.csv");
    fs::write(&file, list())?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        theirs.push(sqlite(scratch, &file)?);
        ours.push(portolan(scratch, &file)?);
    }
    let measured = ratios(&ours, &theirs);
    Ok(Finding {
        title: "Importing 100,000 numbers",
        how: format!(
            "One CSV file of {ROWS} rows ({:.1} MB; source, number in seven notations, receiving number, description), all of \
             which are taken. Ours: `POST /v1/ports/{{id}}/numbers/import` on a running server with default settings, from \
             the first byte sent to the whole answer: read, each cell checked, doubles, forwarding loops and other open \
             requests looked for, the numbers, the fact and its hash, receiving numbers and the carrier's check committed. \
             Peer: the process `sqlite3 FILE '.import --csv --skip 1 …'` from its start to its end, into a table of the same \
             four columns with two indexes (number, receiving number). Both: a new database each round on the same disk, \
             WAL, `synchronous=FULL`. {rounds} rounds, taking turns; the ratio is the median of the rounds' own ratios.",
            fs::metadata(&file)?.len() as f64 / 1e6
        ),
        goals: vec![Goal {
            says: "at most 4 times the time of `sqlite3 .import`",
            measured,
            unit: " times",
            bound: Bound::AtMost(4.0),
            even_the_worst: false,
        }],
        figures: [("Portolan, over HTTP", ours), ("`sqlite3 .import`", theirs)]
            .map(|(what, times)| Figure {
                what: what.to_owned(),
                measured: Spread::of(times),
                unit: "ms",
            })
            .into(),
        arguments: "import",
    })
}

/// Milliseconds of ours.
fn portolan(scratch: &Scratch, file: &Path) -> Result<f64> {
    let data = scratch.folder()?;
    let key = desk::furnish(&data)?;
    let server = Server::start(&data, &[])?;
    let mut wire = Wire::open(server.address)?;
    let who = format!("authorization: Bearer {key}\r\n");
    let json = format!("{who}content-type: application/json\r\n");
    let port = wire.ask("POST", "/v1/ports", &json, b"{}")?.json(201)?;
    let id = port["id"].as_str().context("a draft has an id")?;
    let path = format!("/v1/ports/{id}/numbers/import");
    let bytes = fs::read(file)?;
    let from = Instant::now();
    let answer = wire.ask(
        "POST",
        &path,
        &format!("{who}content-type: text/csv\r\n"),
        &bytes,
    )?;
    let time = from.elapsed().as_secs_f64() * 1e3;
    let report = answer.json(200)?;
    ensure!(
        report["accepted"] == ROWS,
        "not all rows were taken: {report}"
    );
    // Without mercy: what was answered must be there.
    drop(server);
    let stored = rusqlite::Connection::open(data.join("portolan.db"))?.query_row(
        "SELECT COUNT(*) FROM port_numbers",
        (),
        |row| row.get::<_, i64>(0),
    )?;
    ensure!(stored == ROWS as i64, "{stored} numbers are stored");
    fs::remove_dir_all(data)?;
    Ok(time)
}

/// Milliseconds of the peer.
fn sqlite(scratch: &Scratch, file: &Path) -> Result<f64> {
    let folder = scratch.folder()?;
    let database = folder.join("peer.db");
    rusqlite::Connection::open(&database)?.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE numbers (source TEXT, number TEXT, receiving TEXT, description TEXT);
         CREATE UNIQUE INDEX numbers_number ON numbers (number);
         CREATE INDEX numbers_receiving ON numbers (receiving);",
    )?;
    let import = format!(".import --csv --skip 1 '{}' numbers", file.display());
    let mut program = Command::new("sqlite3");
    program
        .arg(&database)
        .args(["PRAGMA synchronous = FULL", &import]);
    let from = Instant::now();
    let ran = program.output().context("sqlite3")?;
    let time = from.elapsed().as_secs_f64() * 1e3;
    if !ran.status.success() {
        bail!("sqlite3: {}", String::from_utf8_lossy(&ran.stderr));
    }
    let stored = rusqlite::Connection::open(&database)?.query_row(
        "SELECT COUNT(*) FROM numbers",
        (),
        |row| row.get::<_, i64>(0),
    )?;
    ensure!(stored == ROWS as i64, "sqlite3 stored {stored} rows");
    fs::remove_dir_all(folder)?;
    Ok(time)
}

/// A list of different numbers in the notations that lists have, each with a receiving number.
fn list() -> String {
    const AREAS: [&str; 20] = [
        "404", "678", "770", "212", "917", "310", "213", "312", "773", "512", "206", "305", "602",
        "303", "617", "702", "503", "704", "615", "214",
    ];
    const SOURCES: [&str; 5] = [
        "Google Ads",
        "Bing Ads",
        "\"Yard signs, north\"",
        "Website",
        "Direct mail",
    ];
    let mut text = String::from("Tracking Source,Number to Port,Receiving Number,Description\n");
    for row in 0..ROWS {
        let area = AREAS[row % AREAS.len()];
        let within = row / AREAS.len();
        let (exchange, line) = (556 + within / 100, 100 + within % 100);
        let number = match row % 7 {
            0 | 1 => format!("+1{area}{exchange}0{line}"),
            2 => format!("{area}{exchange}0{line}"),
            3 => format!("({area}) {exchange}-0{line}"),
            4 => format!("{area}-{exchange}-0{line}"),
            5 => format!("{area}.{exchange}.0{line}"),
            _ => format!("1 {area} {exchange} 0{line}"),
        };
        let shared = row / SHARING;
        text.push_str(&format!(
            "{},{number},678-555-{:04},Line {row} of {area}\n",
            SOURCES[row % SOURCES.len()],
            shared,
        ));
    }
    text
}
