//! Port requests of ten numbers each over HTTP, against a bare loop that commits the same rows.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::Pace;
use crate::support::desk;
use crate::support::finding::{Bound, Figure, Finding, Goal};
use crate::support::http::Wire;
use crate::support::scratch::Scratch;
use crate::support::server::Server;
use crate::support::spread::{Spread, ratios};

/// Clients at the same time, each with one connection and one request under way.
const CLIENTS: usize = 8;
/// Numbers of a request.
const NUMBERS: usize = 10;
/// Requests before the time is taken, so that statements are prepared and caches are warm.
const WARM_UP: usize = 40;

/// The tables that a request puts rows into, each with the column that names the request, in the order in which
/// the server writes them.
const TABLES: [(&str, &str); 5] = [
    ("ports", "id"),
    ("port_numbers", "port_id"),
    ("facts", "port_id"),
    ("port_secrets", "port_id"),
    ("idempotency", "location"),
];

pub fn run(scratch: &Scratch, pace: Pace) -> Result<Finding> {
    let (rounds, requests) = (pace.of(7, 2), pace.of(1_000, 100));
    let [mut ours, mut one_client, mut bare, mut blob] = [const { Vec::new() }; 4];
    let mut bytes = 0;
    for _ in 0..rounds {
        let data = scratch.folder()?;
        ours.push(portolan(&data, CLIENTS, requests)?);
        let rows = rows_of(&data.join("portolan.db"))?;
        bytes = rows.iter().flatten().map(Row::bytes).sum::<usize>() / rows.len();
        bare.push(bare_loop(scratch, &data.join("portolan.db"), &rows)?);
        blob.push(blob_loop(scratch, &rows)?);
        fs::remove_dir_all(data)?;
        let data = scratch.folder()?;
        one_client.push(portolan(&data, 1, requests / 4)?);
        fs::remove_dir_all(data)?;
    }
    let percent = |above: &[f64], below: &[f64]| {
        let above: Vec<f64> = above.iter().map(|rate| rate * 100.0).collect();
        ratios(&above, below)
    };
    Ok(Finding {
        title: "Creating port requests",
        how: format!(
            "{requests} requests of {NUMBERS} numbers each, with the whole form, an account number and a PIN that are sealed, the \
             agreement and an `Idempotency-Key`: `POST /v1/ports` on a running `portolan serve` with its job runner, {CLIENTS} clients, \
             each with one kept connection and one request under way. The only setting that differs from the defaults is the \
             rate limit. An answer is sent after its own commit is on the disk. Peer: a loop in one thread that inserts \
             the very rows that the server stored ({bytes} bytes for a request) into the same tables by prepared statements, one transaction a \
             request, and does nothing else. Both: a new database each round on the same disk, WAL, `synchronous=FULL`. \
             {rounds} rounds, taking turns; the ratio is the median of the rounds' own ratios. For comparison: one client \
             alone, and a loop that puts the same bytes as one value into a table without an index.",
        ),
        goals: vec![Goal {
            says: "at least 60 % of the rate of the bare loop",
            measured: percent(&ours, &bare),
            unit: " %",
            bound: Bound::AtLeast(60.0),
            even_the_worst: false,
        }],
        figures: vec![
            figure("Portolan, 8 clients", &ours, "/s"),
            figure("Portolan, one client", &one_client, "/s"),
            figure("bare loop, the same rows", &bare, "/s"),
            figure("bare loop, the same bytes as one value", &blob, "/s"),
            Figure {
                what: "Portolan against the loop of single values".to_owned(),
                measured: percent(&ours, &blob),
                unit: "%",
            },
        ],
        arguments: "create",
    })
}

fn figure(what: &str, rates: &[f64], unit: &'static str) -> Figure {
    Figure {
        what: what.to_owned(),
        measured: Spread::of(rates.to_vec()),
        unit,
    }
}

/// Requests a second of ours.
fn portolan(data: &Path, clients: usize, requests: usize) -> Result<f64> {
    let key = desk::furnish(data)?;
    let server = Server::start(
        data,
        &[("PORTOLAN_LIMITS__API_REQUESTS_PER_MINUTE", "60000")],
    )?;
    let who = Arc::new(format!(
        "authorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    ));
    let next = Arc::new(AtomicUsize::new(0));
    let ask_until = |until: usize| -> Result<()> {
        let asking: Vec<_> = (0..clients)
            .map(|_| {
                let (who, next, address) = (who.clone(), next.clone(), server.address);
                std::thread::spawn(move || -> Result<()> {
                    let mut wire = Wire::open(address)?;
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= until {
                            return Ok(());
                        }
                        let headers = format!("{who}idempotency-key: request-{number}\r\n");
                        let form = form(number);
                        let answer = wire.ask("POST", "/v1/ports", &headers, form.as_bytes())?;
                        let port = answer.json(201)?;
                        let held = port["numbers"].as_array().map_or(0, Vec::len);
                        ensure!(held == NUMBERS, "it holds {held} numbers");
                    }
                })
            })
            .collect();
        for one in asking {
            one.join().map_err(|_| anyhow!("a client panicked"))??;
        }
        next.store(until, Ordering::Relaxed);
        Ok(())
    };
    ask_until(WARM_UP)?;
    let from = Instant::now();
    ask_until(WARM_UP + requests)?;
    let rate = requests as f64 / from.elapsed().as_secs_f64();
    server.stop()?;
    Ok(rate)
}

/// A whole form with numbers of its own.
fn form(number: usize) -> String {
    form_of(number, NUMBERS)
}

/// A whole form with so many numbers, other ones for each `number`.
pub fn form_of(number: usize, count: usize) -> String {
    let first = number * count;
    let numbers: Vec<serde_json::Value> = (first..first + count)
        .map(|one| {
            serde_json::json!({
                "number": format!("+1404{}{:04}", 600 + one / 10_000, one % 10_000),
                "receiving": "+16785550100",
                "source": "Google Ads",
                "description": format!("Line {one}"),
            })
        })
        .collect();
    serde_json::json!({
        "title": format!("Branch {number}"),
        "losing_carrier": "Copper Valley Telephone",
        "customer": {
            "first_name": "Maria",
            "last_name": "Kovacs",
            "business_name": "Harbor Dental Group, LLC",
        },
        "account_number": "8155300440129471",
        "pin": "73920518",
        "billing_address": {
            "street": "1200 Peachtree St NE",
            "extended": "Ste 410",
            "city": "Atlanta",
            "state": "GA",
            "postal_code": "30309",
        },
        "signer": { "name": "Maria Kovacs", "email": "maria@harbordental.example", "title": "Owner" },
        "agreement": {
            "version": portolan::domain::agreement::VERSION,
            "accepted": portolan::domain::agreement::STATEMENTS.map(|(name, _)| name),
        },
        "numbers": numbers,
    })
    .to_string()
}

/// A row that the server stored.
#[derive(Clone, Debug)]
struct Row {
    /// Which of [`TABLES`] it stands in.
    table: usize,
    values: Vec<Value>,
}

impl Row {
    fn bytes(&self) -> usize {
        self.values
            .iter()
            .map(|value| match value {
                Value::Null => 0,
                Value::Integer(_) | Value::Real(_) => 8,
                Value::Text(text) => text.len(),
                Value::Blob(bytes) => bytes.len(),
            })
            .sum()
    }
}

/// What the server stored, by request, in the order in which the requests came; without those of the warm-up.
fn rows_of(database: &Path) -> Result<Vec<Vec<Row>>> {
    let stored = Connection::open(database)?;
    let ids: Vec<String> = stored
        .prepare("SELECT id FROM ports ORDER BY id LIMIT -1 OFFSET ?")?
        .query_map([WARM_UP as i64], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ensure!(!ids.is_empty(), "nothing was stored");
    ids.iter()
        .map(|id| {
            let mut rows = Vec::new();
            for (table, (name, column)) in TABLES.iter().enumerate() {
                let wanted = match *column {
                    "location" => format!("/v1/ports/{id}"),
                    _ => id.clone(),
                };
                let mut select =
                    stored.prepare_cached(&format!("SELECT * FROM {name} WHERE {column} = ?"))?;
                let columns = select.column_count();
                let found = select.query_map([wanted], |row| {
                    let values = (0..columns)
                        .map(|at| row.get(at))
                        .collect::<Result<_, _>>()?;
                    Ok(Row { table, values })
                })?;
                let before = rows.len();
                for row in found {
                    rows.push(row?);
                }
                ensure!(rows.len() > before, "a request has no row in {name}");
            }
            Ok(rows)
        })
        .collect()
}

fn durable(database: &Path) -> Result<Connection> {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;
         PRAGMA temp_store = MEMORY;",
    )?;
    connection.set_prepared_statement_cache_capacity(100);
    Ok(connection)
}

/// Transactions a second: the same rows into the same tables, which are made anew as the server's are.
fn bare_loop(scratch: &Scratch, like: &Path, requests: &[Vec<Row>]) -> Result<f64> {
    let folder = scratch.folder()?;
    let connection = durable(&folder.join("peer.db"))?;
    connection.execute("ATTACH ? AS served", [like.to_string_lossy()])?;
    let schema: Vec<String> = connection
        .prepare("SELECT sql FROM served.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for statement in schema {
        if !statement.contains("sqlite_") {
            connection.execute_batch(&statement)?;
        }
    }
    for table in ["accounts", "users"] {
        connection.execute_batch(&format!("INSERT INTO {table} SELECT * FROM served.{table}"))?;
    }
    connection.execute_batch("DETACH served")?;
    let inserts: Vec<String> = TABLES
        .iter()
        .enumerate()
        .map(|(table, (name, _))| {
            let columns = requests
                .iter()
                .flatten()
                .find(|row| row.table == table)
                .map_or(0, |row| row.values.len());
            format!(
                "INSERT INTO {name} VALUES ({})",
                vec!["?"; columns].join(", ")
            )
        })
        .collect();
    let from = Instant::now();
    for rows in requests {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for row in rows {
            connection
                .prepare_cached(&inserts[row.table])?
                .execute(params_from_iter(&row.values))?;
        }
        connection.execute_batch("COMMIT")?;
    }
    let rate = requests.len() as f64 / from.elapsed().as_secs_f64();
    drop(connection);
    fs::remove_dir_all(folder)?;
    Ok(rate)
}

/// Transactions a second: as many bytes as one value.
fn blob_loop(scratch: &Scratch, requests: &[Vec<Row>]) -> Result<f64> {
    let folder = scratch.folder()?;
    let connection = durable(&folder.join("peer.db"))?;
    connection.execute_batch("CREATE TABLE requests (bytes BLOB NOT NULL)")?;
    let values: Vec<Vec<u8>> = requests
        .iter()
        .map(|rows| vec![b'x'; rows.iter().map(Row::bytes).sum()])
        .collect();
    let from = Instant::now();
    for value in &values {
        connection
            .prepare_cached("INSERT INTO requests VALUES (?)")?
            .execute([value])
            .context("the loop of single values")?;
    }
    let rate = values.len() as f64 / from.elapsed().as_secs_f64();
    drop(connection);
    fs::remove_dir_all(folder)?;
    Ok(rate)
}
