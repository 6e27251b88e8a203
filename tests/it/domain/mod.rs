//! The rules against data that was made elsewhere: holiday tables, carriers' lists, sample bills.

mod holidays;
mod preflight;
mod rejections;

use std::path::{Path, PathBuf};

/// A folder or file of the shared data, if it is there; says so once when it is not.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PORTOLAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    assert!(
        std::env::var_os("PORTOLAN_REQUIRE_SHARED").is_none(),
        "{} is required and is not there",
        found.display()
    );
    eprintln!("skipped: there is no {}", found.display());
    None
}

fn json(path: &Path) -> serde_json::Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
