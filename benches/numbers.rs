//! How fast numbers are read: ours against `rlibphonenumber`, whose verdicts we must give, and against
//! Google's C++ libphonenumber (Debian's `libphonenumber-dev`, with older metadata), on the same
//! strings in one run. Then a list of 100,000 rows, from bytes to checked rows.
//!
//! It ends with an error if a single verdict of two million differs from the library's.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use portolan::documents::sheet::{Limits, read};
use portolan::domain::import::{check, guess};
use portolan::domain::number::{by_library, parse_typed, verdict};

use crate::Pace;
use crate::support::finding::{Bound, Figure, Finding, Goal};
use crate::support::scratch::Scratch;
use crate::support::spread::{Spread, ratios};
use crate::support::strings::{self, Dice};

/// Strings that are compared, of each kind.
const COMPARED: usize = 1_000_000;
/// Strings that are timed.
const TIMED: usize = 200_000;
/// Rows of the list.
const ROWS: usize = 100_000;

pub fn run(scratch: &Scratch, pace: Pace) -> Result<Finding> {
    let compared = pace.of(COMPARED, COMPARED / 20);
    compare("number lists", &strings::list(&mut Dice::new(1), compared))?;
    compare(
        "hostile strings",
        &strings::hostile(&mut Dice::new(2), compared),
    )?;

    let rounds = pace.of(9, 2);
    let texts = strings::list(&mut Dice::new(3), TIMED);
    let google = Google::build(scratch, &texts)?;
    let list = list_of_rows();
    let [mut ours, mut library, mut cpp, mut typed, mut rows] = [const { Vec::new() }; 5];
    for _ in 0..rounds {
        ours.push(per_text(&texts, verdict));
        library.push(per_text(&texts, by_library));
        cpp.push(google.per_text()?);
        typed.push(per_text(&texts, parse_typed));
        rows.push(import(&list)? / 1e6);
    }
    let goal = |says, measured| Goal {
        says,
        measured,
        unit: " times",
        bound: Bound::AtLeast(10.0),
        even_the_worst: false,
    };
    let figure = |what: &str, times: Vec<f64>, unit| Figure {
        what: what.to_owned(),
        measured: Spread::of(times),
        unit,
    };
    Ok(Finding {
        title: "Reading North American numbers",
        how: format!(
            "{TIMED} strings as number lists hold them, seven in ten good, the rest the usual mistakes; each is read and judged: a \
             number that exists, and where, or not. Before that the verdicts are compared with `rlibphonenumber`'s on {compared} such \
             strings and {compared} hostile ones: one that differs ends the benchmark with an error. One thread, {rounds} rounds, taking \
             turns; the ratio is the median of the rounds' own ratios. The C++ program is `benches/libphonenumber.cc`, \
             compiled with `g++ -O2`; it takes its own time, without its start."
        ),
        goals: vec![
            goal(
                "10 times as fast as `rlibphonenumber`",
                ratios(&library, &ours),
            ),
            goal(
                "10 times as fast as Google's libphonenumber (C++)",
                ratios(&cpp, &ours),
            ),
        ],
        figures: vec![
            figure("Portolan's verdict", ours, "ns"),
            figure("`rlibphonenumber`", library, "ns"),
            figure("Google's libphonenumber (C++)", cpp, "ns"),
            figure(
                "Portolan's reader of typed numbers, with a reason for each refusal",
                typed,
                "ns",
            ),
            figure(
                "a list of 100,000 rows, from bytes to checked rows",
                rows,
                "ms",
            ),
        ],
        arguments: "numbers",
    })
}

/// Whether our verdicts are the library's.
fn compare(kind: &str, texts: &[String]) -> Result<()> {
    let mut differing = texts
        .iter()
        .filter(|text| verdict(text) != by_library(text));
    match differing.next() {
        None => Ok(()),
        Some(first) => bail!(
            "{} verdicts on {kind} differ from rlibphonenumber's, the first on {first:?}",
            differing.count() + 1
        ),
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

fn import(list: &[u8]) -> Result<f64> {
    let limits = Limits {
        bytes: 100_000_000,
        rows: 2 * ROWS,
        columns: 50,
    };
    let from = Instant::now();
    let sheet = read(list, &limits)?;
    let import = check(&sheet.table, &guess(&sheet.table).mapping()?);
    let time = nanoseconds(from.elapsed());
    ensure!(
        import.accepted.len() + import.refused.len() == ROWS,
        "rows went missing"
    );
    Ok(time)
}

/// Google's library, as a program that reads the strings from a file.
struct Google {
    program: PathBuf,
    strings: PathBuf,
}

impl Google {
    fn build(scratch: &Scratch, texts: &[String]) -> Result<Self> {
        ensure!(
            Path::new("/usr/include/phonenumbers/phonenumberutil.h").exists(),
            "libphonenumber's headers are missing: scripts/setup.sh bench installs them"
        );
        let folder = scratch.folder()?;
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/libphonenumber.cc");
        let (program, file) = (folder.join("libphonenumber"), folder.join("strings"));
        let built = Command::new("g++")
            .args(["-O2", "-std=c++17", source, "-lphonenumber", "-o"])
            .arg(&program)
            .output()
            .context("g++")?;
        if !built.status.success() {
            bail!("g++: {}", String::from_utf8_lossy(&built.stderr));
        }
        let bytes: Vec<u8> = texts
            .iter()
            .flat_map(|text| text.bytes().chain([0]))
            .collect();
        std::fs::write(&file, bytes)?;
        Ok(Self {
            program,
            strings: file,
        })
    }

    /// Nanoseconds for a string, without the program's start. The second of two rounds counts: the first
    /// compiles the library's expressions.
    fn per_text(&self) -> Result<f64> {
        let ran = Command::new(&self.program)
            .arg(&self.strings)
            .arg("2")
            .output()?;
        String::from_utf8_lossy(&ran.stdout)
            .lines()
            .nth(1)
            .and_then(|line| line.split(' ').next()?.parse().ok())
            .context("the C++ program printed nothing")
    }
}
