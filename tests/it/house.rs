//! The rules of the house, applied to this repository. Each rule is also tried on texts that break it: a
//! rule that cannot fail is no rule. What the rules are stands in `house/rules.rs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

mod rules;
mod scan;

use rules::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the repository, by its path from the root. What git ignores is left out by name, so
/// that the rules also hold in an unpacked archive.
fn files() -> Vec<(String, String)> {
    const IGNORED: [&str; 9] = [
        ".git",
        "target",
        "node_modules",
        ".postgres",
        ".venv",
        "tmp",
        "vendor",
        "data",
        "demo-data",
    ];
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder)
            .expect("a readable folder")
            .flatten()
        {
            let path = entry.path();
            let name = entry.file_name();
            if IGNORED.iter().any(|ignored| name == *ignored) {
                continue;
            }
            match path.is_dir() {
                true => walk(&path, files),
                false => files.push(path),
            }
        }
    }
    let mut paths = Vec::new();
    walk(root(), &mut paths);
    let mut files: Vec<_> = paths
        .into_iter()
        .filter_map(|path| {
            let name = path.strip_prefix(root()).ok()?.to_str()?.to_owned();
            // What is no text (pictures, documents) has no lines to look at.
            Some((name, std::fs::read_to_string(&path).ok()?))
        })
        .collect();
    files.sort();
    assert!(files.len() > 20, "the repository was found");
    files
}

fn rust_files() -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs"))
        .collect()
}

/// Modules that are declared as `#[cfg(test)] mod name;` are test code as a whole.
fn is_test_file(name: &str, files: &[(String, String)]) -> bool {
    let stem = name.trim_end_matches(".rs").trim_end_matches("/mod");
    stem.split('/').any(|part| part == "tests")
        || stem.rsplit_once('/').is_some_and(|(folder, module)| {
            let parents = [
                format!("{folder}/mod.rs"),
                format!("{folder}.rs"),
                format!("{folder}/lib.rs"),
            ];
            let declared = format!("#[cfg(test)]\nmod {module};");
            let public = format!("#[cfg(test)]\npub mod {module};");
            let within = format!("#[cfg(test)]\npub(crate) mod {module};");
            files
                .iter()
                .filter(|(name, _)| parents.contains(name))
                .any(|(_, text)| {
                    text.contains(&declared) || text.contains(&public) || text.contains(&within)
                })
        })
}

#[track_caller]
fn hold(findings: impl IntoIterator<Item = (String, Findings)>) {
    let all: Vec<String> = findings
        .into_iter()
        .flat_map(|(file, found)| {
            found
                .into_iter()
                .map(move |finding| format!("{file}:{finding}"))
        })
        .collect();
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

#[test]
fn imports_only_point_up_the_list() {
    for (at, (name, may)) in ROOMS.iter().enumerate() {
        for other in may.iter().filter(|other| **other != "*") {
            let place = room(other).map(|(place, _)| place);
            assert!(
                place.is_some_and(|place| place < at),
                "`{name}` may name `{other}`, which is not above it"
            );
        }
    }
    let files = rust_files();
    let product = files
        .iter()
        .filter(|(name, _)| name.starts_with("src/") && !is_test_file(name, &files));
    hold(product.map(|(name, text)| (name.clone(), wrong_directions(name, text))));
    let lib = files
        .iter()
        .find(|(name, _)| name == "src/lib.rs")
        .expect("src/lib.rs");
    hold([(lib.0.clone(), out_of_order(&lib.1))]);
}

#[test]
fn imports_that_point_down_are_found() {
    let found = wrong_directions(
        "src/domain/port.rs",
        "//! x\nuse crate::db::Tx;\nuse crate::ids::PortId;",
    );
    assert_eq!(found, ["2: `domain` may not name `db`"]);
    for (file, bad) in [
        ("src/db/mod.rs", "use super::app::ports;"),
        ("src/db/jobs.rs", "fn f() { super::super::jobs::wake() }"),
        ("src/db.rs", "use super::app;"),
        (
            "src/carriers/telnyx/mod.rs",
            "use crate::{clock::Clock, simulator::World};",
        ),
        ("src/simulator/world.rs", "use crate::carriers::telnyx;"),
        ("src/app/ports.rs", "pub(crate) use crate::outbound;"),
        ("src/api/ports.rs", "let rows = crate::db::ports::all(tx);"),
        ("src/portal/a.rs", "#[cfg(not(test))] use crate::jobs::run;"),
        ("src/config/load.rs", "use crate::app;"),
        ("src/attic/mod.rs", ""),
    ] {
        assert_eq!(wrong_directions(file, bad).len(), 1, "{file}: {bad}");
    }
    for (file, good) in [
        (
            "src/app/ports.rs",
            "use crate::{db::Tx, domain::port::apply};",
        ),
        (
            "src/db/jobs.rs",
            "use super::Tx; // crate::app\nlet text = \"crate::app\";",
        ),
        (
            "src/db/jobs.rs",
            "#[cfg(test)]\nmod tests { use crate::app; }",
        ),
        (
            "src/domain/port/mod.rs",
            "use super::super::domain::number::E164;",
        ),
        ("src/cli/serve.rs", "use crate::{api, db, jobs};"),
        ("src/main.rs", "fn main() { portolan::cli::main() }"),
    ] {
        assert_eq!(
            wrong_directions(file, good),
            Findings::new(),
            "{file}: {good}"
        );
    }
    assert_eq!(
        out_of_order("pub mod db;\npub mod domain;\npub mod attic;").len(),
        2
    );
    assert_eq!(
        out_of_order("pub mod clock;\npub mod domain;\npub mod db;"),
        Findings::new()
    );
}

#[test]
fn the_domain_is_pure() {
    let files = rust_files();
    let product = files
        .iter()
        .filter(|(name, _)| name.starts_with("src/domain/") && !is_test_file(name, &files));
    hold(product.map(|(name, text)| (name.clone(), impurities(text))));
}

#[test]
fn impurities_are_found() {
    for bad in [
        "async fn f() {}",
        "let now = jiff::Timestamp::now();",
        "use jiff::Timestamp;\nlet now = Timestamp::now();",
        "use std::{fmt, fs};",
        "use std::time::SystemTime;",
        "let t = std::time::Instant::now();",
        "use tokio::sync::watch;",
        "#[derive(sqlx::FromRow)] struct A;",
        "use axum::Json;",
        "let x = rand::random();",
        "use crate::ids::Ids;",
        "fn f(clock: &Clock) {}",
        "static SEEN: Mutex<u8> = Mutex::new(0);",
        "println!(\"x\");",
        "let home = std::env::var(\"HOME\");",
    ] {
        assert!(!impurities(bad).is_empty(), "{bad}");
    }
    for good in [
        "use jiff::{Timestamp, civil::Date};\n/// Not async, no tokio::spawn.\nfn f(now: Timestamp) {}",
        "use crate::ids::PortId; const TEXT: &str = \"std::fs::read\";",
        "#[cfg(test)]\nmod tests { use std::fs; }",
        "let random = 1; let io = 2; let fs = 3; struct Instantly;",
    ] {
        assert_eq!(impurities(good), Findings::new(), "{good}");
    }
}

#[test]
fn sql_is_spoken_in_one_room() {
    let outside = rust_files()
        .into_iter()
        .filter(|(name, _)| name.starts_with("src/") && !name.starts_with("src/db/"));
    hold(outside.map(|(name, text)| (name, sql(&text))));
}

#[test]
fn sql_is_found() {
    for bad in [
        "use sqlx::Row;",
        "let pool: sqlx::SqlitePool;",
        "tx.execute(\"SELECT id FROM ports WHERE id = $1\")",
        "let s = r#\"\n  insert into facts (id) values ($1)\"#;",
        "\"UPDATE ports SET state = $1\"",
        "\"DELETE FROM ports\"",
        "\"create unique index one_open on numbers (number)\"",
        "\"PRAGMA journal_mode = WAL\"",
        "\"WITH due AS (SELECT 1 FROM jobs) SELECT * FROM due\"",
    ] {
        assert_eq!(sql(bad).len(), 1, "{bad}");
    }
    for good in [
        "// SELECT x FROM y",
        "\"Select the numbers from your file\"",
        "\"Update the address and set a new date\"",
        "\"select\"",
        "\"Delete from the list\"",
    ] {
        assert_eq!(sql(good), Findings::new(), "{good}");
    }
}

#[test]
fn no_file_names_a_builders_machine() {
    // These files name what is looked for; the lock file names where the crates come from.
    let excepted = ["tests/it/house.rs", "tests/it/house/rules.rs", "Cargo.lock"];
    let files = files()
        .into_iter()
        .filter(|(name, _)| !excepted.contains(&name.as_str()));
    hold(files.map(|(name, text)| {
        let found = machine_traces(&name, &text);
        (name, found)
    }));
}

#[test]
fn traces_of_a_machine_are_found() {
    for (file, bad) in [
        ("README.md", "cd /work/portolan"),
        ("Makefile", "DIR = /work"),
        (".npmrc", "registry=https://artifactory.company.example/npm"),
        (
            "package-lock.json",
            "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.tgz\"",
        ),
        (
            "src/documents/mod.rs",
            "include_bytes!(\"../../shared/samples/a.pdf\")",
        ),
        ("docs/x.md", "see shared/design.md"),
    ] {
        assert_eq!(machine_traces(file, bad).len(), 1, "{file}: {bad}");
    }
    for (file, good) in [
        ("README.md", "a framework/work/flow of homework"),
        ("tests/it/import.rs", "let samples = \"../shared/samples\";"),
        (
            "src/a.rs",
            "//! x\n#[cfg(test)]\nmod tests {\n  // ../shared/specs/x\n}",
        ),
        ("src/a.rs", "assets/shared/icon.svg"),
    ] {
        assert_eq!(
            machine_traces(file, good),
            Findings::new(),
            "{file}: {good}"
        );
    }
}

#[test]
fn each_rust_file_says_what_it_is() {
    hold(rust_files().into_iter().map(|(name, text)| {
        let found = first_line(&text);
        (name, found)
    }));
    assert_eq!(first_line("use std::fmt;\n").len(), 1);
    assert_eq!(first_line("").len(), 1);
    assert_eq!(first_line("//!\n").len(), 1);
    assert_eq!(first_line("//! The one binary.\n"), Findings::new());
}

#[test]
fn each_migration_is_there_for_both_engines() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = root().join("migrations").join(engine);
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    };
    hold([(
        "migrations".to_owned(),
        unequal_migrations(&names("sqlite"), &names("postgres")),
    )]);

    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(
        unequal_migrations(&set(&["0001_a.sql"]), &set(&[])).len(),
        1
    );
    assert_eq!(
        unequal_migrations(&set(&["0001_a.sql"]), &set(&["0001_b.sql"])).len(),
        2
    );
    assert_eq!(
        unequal_migrations(&set(&["1_a.sql"]), &set(&["1_a.sql"])).len(),
        1
    );
    assert_eq!(
        unequal_migrations(&set(&["0001_a.sql"]), &set(&["0001_a.sql"])),
        Findings::new()
    );
}

/// A setting that nothing reads would be a promise that nobody keeps.
#[test]
fn every_setting_is_read_somewhere() {
    fn leaves(table: &toml::Table, names: &mut BTreeSet<String>) {
        for (name, value) in table {
            match value {
                toml::Value::Table(inner) => leaves(inner, names),
                _ => {
                    names.insert(name.clone());
                }
            }
        }
    }
    let files = files();
    let (_, text) = files
        .iter()
        .find(|(name, _)| name == "config.default.toml")
        .expect("the settings");
    let mut names = BTreeSet::new();
    leaves(&text.parse().expect("TOML"), &mut names);
    assert!(names.len() > 50, "{names:?}");
    let is_read = |setting: &str| {
        // A secret's file stands for the secret, which is read by its own name. That it is in range is not yet a use of it.
        let used = format!(".{}", setting.strip_suffix("_file").unwrap_or(setting));
        files
            .iter()
            .filter(|(name, _)| name.starts_with("src/") && name.ends_with(".rs"))
            .filter(|(name, _)| {
                !matches!(
                    name.as_str(),
                    "src/config/validate.rs" | "src/config/tests.rs"
                )
            })
            .any(|(_, text)| text.contains(&used))
    };
    let unread: Vec<&String> = names.iter().filter(|name| !is_read(name)).collect();
    assert!(unread.is_empty(), "nothing reads {unread:?}");
}
