//! How fast numbers are read: ours against `rlibphonenumber`, whose verdicts we must give, and against
//! Google's C++ libphonenumber (Debian's `libphonenumber-dev`, with older metadata), on the same
//! strings in one run. Then a list of 100,000 rows, from bytes to checked rows.
//!
//! `cargo bench --bench numbers` prints a table and a line of JSON. It ends with an error if a single
//! verdict of two million differs from the library's.

#![expect(clippy::print_stdout, reason = "a benchmark's findings are its output")]

#[path = "support/strings.rs"]
mod strings;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use portolan::documents::sheet::{Limits, read};
use portolan::domain::import::{check, guess};
use portolan::domain::number::{by_library, parse_typed, verdict};
use strings::Dice;

/// Strings that are compared, of each kind.
const COMPARED: usize = 1_000_000;
/// Strings that are timed.
const TIMED: usize = 200_000;
/// Rounds of each contender, taking turns. The median counts.
const ROUNDS: usize = 5;
/// Rows of the list.
const ROWS: usize = 100_000;

fn main() -> ExitCode {
    let differing: usize = [
        ("number lists", strings::list(&mut Dice::new(1), COMPARED)),
        (
            "hostile strings",
            strings::hostile(&mut Dice::new(2), COMPARED),
        ),
    ]
    .iter()
    .map(|(name, texts)| {
        let differing: Vec<&String> = texts
            .iter()
            .filter(|text| verdict(text) != by_library(text))
            .collect();
        println!(
            "{COMPARED} {name}: {} verdicts differ from rlibphonenumber {:?}",
            differing.len(),
            differing.first()
        );
        differing.len()
    })
    .sum();

    let texts = strings::list(&mut Dice::new(3), TIMED);
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        times[0].push(per_text(&texts, verdict));
        times[1].push(per_text(&texts, by_library));
        times[2].push(per_text(&texts, parse_typed));
    }
    let [ours, library, typed] = times.map(median);
    let google = google(&texts);

    let list = list_of_rows();
    let rows = median((0..ROUNDS).map(|_| import(&list)).collect());

    println!(
        "\n{:<44}{:>12}{:>10}",
        "reading a North American number", "ns", "ratio"
    );
    println!("{:<44}{ours:>12.1}{:>10}", "verdict (ours)", "1.0");
    println!(
        "{:<44}{library:>12.1}{:>10.1}",
        "rlibphonenumber",
        library / ours
    );
    match &google {
        Ok(google) => println!(
            "{:<44}{google:>12.1}{:>10.1}",
            "Google's libphonenumber (C++)",
            google / ours
        ),
        Err(why) => println!(
            "{:<44}{:>12}  {why}",
            "Google's libphonenumber (C++)", "skipped"
        ),
    }
    println!(
        "{:<44}{typed:>12.1}{:>10.1}",
        "parse_typed (ours: with a reason for refusals)",
        typed / ours
    );
    println!(
        "{:<44}{:>9.1} ms",
        "a list of 100,000 rows, read and checked",
        rows / 1e6
    );
    println!(
        "{}",
        serde_json::json!({
            "bench": "numbers",
            "compared": 2 * COMPARED,
            "differing": differing,
            "ns": { "verdict": ours, "rlibphonenumber": library, "libphonenumber_cpp": google.as_ref().ok(), "parse_typed": typed },
            "ratio": { "rlibphonenumber": library / ours, "libphonenumber_cpp": google.as_ref().ok().map(|google| google / ours) },
            "list_100000_rows_ms": rows / 1e6,
        })
    );
    if differing == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn per_text<T>(texts: &[String], read: impl Fn(&str) -> T) -> f64 {
    let from = Instant::now();
    for text in texts {
        black_box(read(black_box(text)));
    }
    nanoseconds(from.elapsed()) / texts.len() as f64
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A list with good and bad rows, in the notations of [`strings::list`].
fn list_of_rows() -> Vec<u8> {
    let mut dice = Dice::new(4);
    let mut text = String::from("Tracking Source,Number to Port,Receiving Number,Description\n");
    for (row, number) in strings::list(&mut dice, ROWS).into_iter().enumerate() {
        text.push_str(&format!(
            "\"Google Ads, {}\",{number},678-555-01{:02},Line {row}\n",
            row % 7,
            row % 100
        ));
    }
    text.into_bytes()
}

fn import(list: &[u8]) -> f64 {
    let limits = Limits {
        bytes: 100_000_000,
        rows: 2 * ROWS,
        columns: 50,
    };
    let from = Instant::now();
    let sheet = read(list, &limits).expect("a list");
    let import = check(
        &sheet.table,
        &guess(&sheet.table).mapping().expect("headings"),
    );
    let time = nanoseconds(from.elapsed());
    assert_eq!(import.accepted.len() + import.refused.len(), ROWS);
    time
}

/// Nanoseconds of Google's library per string, or why there is no figure.
fn google(texts: &[String]) -> Result<f64, String> {
    if !Path::new("/usr/include/phonenumbers/phonenumberutil.h").exists() {
        return Err("libphonenumber-dev is not installed".into());
    }
    let folder = std::env::temp_dir().join(format!("portolan-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let figure = google_in(&folder, texts);
    // A leftover in the temporary folder is no harm.
    let _ = std::fs::remove_dir_all(&folder);
    figure
}

fn google_in(folder: &Path, texts: &[String]) -> Result<f64, String> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/libphonenumber.cc");
    let (program, file): (PathBuf, PathBuf) =
        (folder.join("libphonenumber"), folder.join("strings"));
    let built = Command::new("g++")
        .args(["-O2", "-std=c++17", source, "-lphonenumber", "-o"])
        .arg(&program)
        .output()
        .map_err(|error| format!("g++: {error}"))?;
    if !built.status.success() {
        return Err(format!("g++: {}", String::from_utf8_lossy(&built.stderr)));
    }
    let bytes: Vec<u8> = texts
        .iter()
        .flat_map(|text| text.bytes().chain([0]))
        .collect();
    std::fs::write(&file, bytes).map_err(|error| error.to_string())?;
    let ran = Command::new(&program)
        .arg(&file)
        .arg(ROUNDS.to_string())
        .output()
        .map_err(|error| error.to_string())?;
    let times: Vec<f64> = String::from_utf8_lossy(&ran.stdout)
        .lines()
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect();
    if times.is_empty() {
        Err("the C++ program printed nothing".into())
    } else {
        Ok(median(times))
    }
}
