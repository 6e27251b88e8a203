//! What the figures were measured on.

use std::fs;
use std::process::Command;

use super::scratch::Scratch;

/// The machine, as lines of `what`, `value`.
pub fn describe(scratch: &Scratch, load_before: &str) -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    vec![
        (
            "Processor",
            format!("{}, {cores} cores", of_proc("/proc/cpuinfo", "model name")),
        ),
        ("Memory", memory()),
        ("Disk of the data", scratch.disk.clone()),
        ("One commit on it", sync_time(scratch)),
        (
            "System",
            format!(
                "{}, Linux {}",
                quoted("/etc/os-release", "PRETTY_NAME="),
                first_line("uname", &["-r"])
            ),
        ),
        ("Compiler", first_line("rustc", &["--version"])),
        (
            "SQLite in Portolan and in the bare loop",
            rusqlite::version().to_owned(),
        ),
        (
            "`sqlite3` program",
            first_line("sqlite3", &["--version"])
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned(),
        ),
        ("Google's libphonenumber", package("libphonenumber-dev")),
        ("rlibphonenumber", locked("rlibphonenumber")),
        (
            "Load average before and after",
            format!("{load_before}; {}", load()),
        ),
    ]
}

/// The load averages of the last 1, 5 and 15 minutes.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// How long the disk takes to keep 16 kB for sure, which is what bounds every commit.
fn sync_time(scratch: &Scratch) -> String {
    use std::io::Write as _;
    let measure = || -> anyhow::Result<f64> {
        let mut file = fs::File::create(scratch.folder()?.join("sync"))?;
        let mut times = Vec::new();
        for _ in 0..200 {
            let from = std::time::Instant::now();
            file.write_all(&[7; 16_384])?;
            file.sync_data()?;
            times.push(from.elapsed().as_secs_f64() * 1e3);
        }
        Ok(super::spread::Spread::of(times).median())
    };
    measure().map_or_else(
        |_| "unknown".to_owned(),
        |time| format!("{time:.2} ms for 16 kB and fdatasync (median of 200)"),
    )
}

fn memory() -> String {
    let kilobytes: f64 = of_proc("/proc/meminfo", "MemTotal")
        .trim_end_matches(" kB")
        .parse()
        .unwrap_or(0.0);
    format!("{:.1} GiB", kilobytes / 1024.0 / 1024.0)
}

/// The value of the first line `name: value`.
pub fn of_proc(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(left, _)| left.trim() == name)
        .map_or_else(
            || "unknown".to_owned(),
            |(_, right)| right.trim().to_owned(),
        )
}

fn quoted(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map_or_else(
            || "unknown".to_owned(),
            |value| value.trim_matches('"').to_owned(),
        )
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .ok()
        .and_then(|told| {
            let text = String::from_utf8_lossy(&told.stdout).into_owned();
            text.lines().next().map(str::to_owned)
        })
        .unwrap_or_else(|| "not installed".to_owned())
}

fn package(name: &str) -> String {
    first_line("dpkg-query", &["--show", "--showformat=${Version}", name])
}

/// The version of a crate in the lock file.
fn locked(name: &str) -> String {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"));
    text.split("[[package]]")
        .find(|part| part.contains(&format!("\nname = \"{name}\"\n")))
        .and_then(|part| part.split("version = \"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .unwrap_or("unknown")
        .to_owned()
}
