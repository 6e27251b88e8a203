//! The rules: each is a function from a text to what breaks it.
//!
//! **Directions.** A room is a module right below `src/`. [`ROOMS`] lists them in reading order, and for
//! each the rooms that its code may name; these always stand above it. Code that only tests compile may
//! name all rooms. What the list says in words:
//! - `domain` names nothing but the types of ids: rules are handed time, ids and numbers.
//! - `db` is the only room that speaks SQL. `blobs`, `carriers`, `documents` and `outbound` are translators:
//!   they know neither the database nor each other. `mail` knows a stored mail's row, and no more.
//! - `app` writes mails and may ask a carrier a question. Sending is for `jobs`, after the commit.
//! - `carriers` and `simulator` are two sides of a conversation. Neither knows the other's code, so that their
//!   agreement proves something.
//! - The faces (`api`, `portal`, `public`, `hooks`) translate for `app`; no SQL, no jobs.
//! - `cli` starts everything, and may name everything.

use std::collections::BTreeSet;

use super::scan::Source;

/// All rooms in reading order, each with the rooms that it may name.
#[rustfmt::skip]
pub const ROOMS: [(&str, &[&str]); 21] = [
    ("clock", &[]),
    ("ids", &[]),
    ("tls", &[]),
    ("config", &["clock"]),
    ("telemetry", &["config"]),
    ("domain", &["ids"]),
    ("db", &["clock", "ids", "config", "domain"]),
    ("blobs", &["clock", "ids", "config", "domain"]),
    ("carriers", &["clock", "ids", "tls", "config", "domain"]),
    ("documents", &["clock", "ids", "config", "domain"]),
    ("mail", &["clock", "ids", "tls", "config", "domain", "db"]),
    ("outbound", &["clock", "ids", "tls", "config", "domain"]),
    ("app", &["clock", "ids", "tls", "config", "domain", "db", "blobs", "carriers", "documents", "mail"]),
    ("jobs", &["clock", "ids", "config", "domain", "db", "blobs", "carriers", "documents", "mail", "outbound", "app"]),
    ("simulator", &["clock", "ids", "config", "domain"]),
    ("web", &["config", "app"]),
    ("api", &["clock", "ids", "config", "domain", "app", "web"]),
    ("portal", &["clock", "ids", "config", "domain", "app", "web"]),
    ("public", &["clock", "ids", "config", "domain", "app", "web", "portal"]),
    ("hooks", &["clock", "ids", "config", "domain", "carriers", "app", "web"]),
    ("cli", &["*"]),
];

/// What a room says that it may not say: `line: what`.
pub type Findings = Vec<String>;

pub fn room(name: &str) -> Option<(usize, &'static [&'static str])> {
    ROOMS
        .iter()
        .enumerate()
        .find(|(_, (room, _))| *room == name)
        .map(|(at, (_, may))| (at, *may))
}

/// The rooms that a file names, with their lines. `super::…` is followed up to the crate.
fn named_rooms(file: &str, source: &Source) -> Vec<(usize, String)> {
    let depth = file.trim_end_matches("/mod.rs").matches('/').count();
    let mut named = Vec::new();
    for path in source.paths() {
        let climbs = path
            .parts
            .iter()
            .take_while(|part| *part == "super")
            .count();
        let room = match path.parts.first().map(String::as_str) {
            Some("crate" | "portolan") => path.parts.get(1),
            Some("super") if climbs == depth => path.parts.get(climbs),
            _ => None,
        };
        named.extend(
            room.filter(|name| self::room(name).is_some())
                .map(|name| (path.line, name.clone())),
        );
    }
    named
}

/// The room of a file below `src/`; `None` for `lib.rs` and `main.rs`.
fn room_of(file: &str) -> Option<&str> {
    let inside = file.strip_prefix("src/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (!matches!(inside, "lib.rs" | "main.rs")).then_some(name)
}

pub fn wrong_directions(file: &str, text: &str) -> Findings {
    let Some(name) = room_of(file) else {
        return Vec::new();
    };
    let Some((_, may)) = room(name) else {
        return vec![format!(
            "1: the room `{name}` is not in the list of tests/it/house/rules.rs: decide its place"
        )];
    };
    let source = Source::of_product(text);
    let named = named_rooms(file, &source).into_iter();
    let wrong = named.filter(|(_, other)| {
        other != name && !may.contains(&other.as_str()) && !may.contains(&"*")
    });
    wrong
        .map(|(line, other)| format!("{line}: `{name}` may not name `{other}`"))
        .collect()
}

/// What a pure room cannot have: waiting, the outside world, the time, chance, hidden state.
pub fn impurities(text: &str) -> Findings {
    const WORDS: [&str; 12] = [
        "async",
        "await",
        "Ids",
        "Clock",
        "SystemTime",
        "Instant",
        "Mutex",
        "RwLock",
        "RefCell",
        "println",
        "eprintln",
        "unsafe",
    ];
    const PATHS: [&str; 22] = [
        "tokio",
        "sqlx",
        "axum",
        "reqwest",
        "lettre",
        "tower",
        "tower_http",
        "object_store",
        "rand",
        "tracing",
        "figment",
        "std::fs",
        "std::net",
        "std::process",
        "std::env",
        "std::thread",
        "std::io",
        "std::sync::atomic",
        "std::sync::mpsc",
        "Timestamp::now",
        "Zoned::now",
        "Uuid::now_v7",
    ];
    let source = Source::of_product(text);
    let words = source
        .words()
        .filter(|(_, word)| WORDS.contains(word))
        .map(|(line, word)| (line, word.to_owned()));
    let mut found: BTreeSet<(usize, String)> = words.collect();
    for path in source.paths() {
        let whole = path.parts.join("::");
        let begins =
            |forbidden: &str| whole == forbidden || whole.starts_with(&format!("{forbidden}::"));
        let ends = |forbidden: &str| forbidden.contains("::now") && whole.ends_with(forbidden);
        // A path in a line of code can be longer than its `use`: `jiff::Timestamp::now`.
        let is_path = path.parts.len() > 1;
        if PATHS
            .iter()
            .any(|forbidden| is_path && (begins(forbidden) || ends(forbidden)))
        {
            found.insert((path.line, whole));
        }
    }
    found
        .into_iter()
        .map(|(line, what)| format!("{line}: `{what}` is not pure"))
        .collect()
}

/// sqlx, and texts that are SQL. People's sentences may begin with `Select` or `Update`: SQL is written in
/// one case.
pub fn sql(text: &str) -> Findings {
    let source = Source::of_all(text);
    let mut found = Vec::new();
    for path in source.paths() {
        if path.parts.first().is_some_and(|first| first == "sqlx") {
            found.push(format!("{}: `sqlx` belongs to src/db", path.line));
        }
    }
    for literal in &source.literals {
        let words: Vec<&str> = literal.text.split_whitespace().collect();
        let first = words.first().copied().unwrap_or_default();
        let one_case =
            first.chars().all(char::is_uppercase) || first.chars().all(char::is_lowercase);
        let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
        let has = |word: &str| upper.iter().any(|other| other == word);
        let is_sql = match upper
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice()
        {
            ["SELECT", ..] => has("FROM"),
            ["UPDATE", ..] => has("SET"),
            ["WITH", ..] => has("SELECT") && has("FROM"),
            ["INSERT", "INTO", ..] | ["DELETE", "FROM", ..] | ["BEGIN", "IMMEDIATE", ..] => true,
            [
                "CREATE" | "ALTER" | "DROP",
                "TABLE" | "INDEX" | "UNIQUE" | "TRIGGER" | "VIEW",
                ..,
            ] => true,
            ["PRAGMA", ..] => words.len() > 1,
            _ => false,
        };
        if is_sql && one_case {
            found.push(format!(
                "{}: SQL belongs to src/db: {}",
                literal.line,
                words.join(" ")
            ));
        }
    }
    found
}

/// Paths of a builder's machine, hosts of package registries, and the folder of borrowed test data.
pub fn machine_traces(file: &str, text: &str) -> Findings {
    const HOSTS: [&str; 9] = [
        "artifactory",
        "jfrog",
        "registry.npmjs.org",
        "registry.yarnpkg.com",
        "pypi.org",
        "pythonhosted.org",
        "index.crates.io",
        "static.crates.io",
        "proxy.golang.org",
    ];
    let may_borrow =
        file.starts_with("tests/") || file.contains("/tests.rs") || file.contains("/tests/");
    // The code of the product part only: unit tests may borrow too.
    let borrowed = |line: &str| !may_borrow && is_path(line, "shared/");
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let product_lines = text.get(..end).unwrap_or_default().lines().count();
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if is_path(line, "/work/") || is_path(line, "/work") {
            found.push(format!("{number}: a path of one machine"));
        }
        if let Some(host) = HOSTS
            .iter()
            .find(|host| line.to_lowercase().contains(*host))
        {
            found.push(format!(
                "{number}: `{host}`: a registry's host is the builder's own setting"
            ));
        }
        if number <= product_lines && borrowed(line) {
            found.push(format!("{number}: only tests may use the borrowed samples"));
        }
    }
    found
}

/// Whether the line has this path at a word's beginning (`../shared/x`, `"shared/x"`, not `a/shared/x` or
/// `reshared/x`), and, unless it ends in a slash, at a word's end.
fn is_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line
            .get(..at)
            .unwrap_or_default()
            .trim_end_matches("../")
            .chars()
            .next_back();
        let after = line
            .get(at + path.len()..)
            .and_then(|rest| rest.chars().next());
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_-./".contains(c));
        !word(before) && (path.ends_with('/') || !word(after))
    })
}

pub fn first_line(text: &str) -> Findings {
    match text.lines().next() {
        Some(line) if line.starts_with("//! ") && line.len() > 10 => Vec::new(),
        _ => vec!["1: the file does not begin with a `//!` line that says what it is".to_owned()],
    }
}

pub fn unequal_migrations(sqlite: &BTreeSet<String>, postgres: &BTreeSet<String>) -> Findings {
    let mut found: Vec<String> = sqlite
        .symmetric_difference(postgres)
        .map(|name| format!("{name} is there for one engine only"))
        .collect();
    for name in sqlite.union(postgres) {
        let number = name.split('_').next().unwrap_or_default();
        if number.len() != 4
            || !number.bytes().all(|b| b.is_ascii_digit())
            || !name.ends_with(".sql")
        {
            found.push(format!("{name} is not named like 0001_jobs.sql"));
        }
    }
    found
}

/// The modules of `lib.rs` that stand where the list of rooms does not have them.
pub fn out_of_order(lib: &str) -> Findings {
    let source = Source::of_product(lib);
    let words: Vec<(usize, &str)> = source.words().collect();
    let modules = words
        .windows(2)
        .filter(|pair| pair[0].1 == "mod")
        .map(|pair| pair[1]);
    let mut highest = 0;
    let mut found = Vec::new();
    for (line, name) in modules {
        match room(name) {
            Some((place, _)) if place >= highest => highest = place,
            Some(_) => found.push(format!(
                "{line}: `{name}` stands below a room that may name it"
            )),
            None => found.push(format!(
                "{line}: `{name}` is not in the list of tests/it/house/rules.rs"
            )),
        }
    }
    found
}
