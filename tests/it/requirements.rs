//! `docs/requirements.md`: every requirement has a place where it lives and a test that proves it, and both
//! exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The last of the requirements that the table holds.
const LAST: usize = 131;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

/// A row of the table.
struct Row {
    number: usize,
    words: String,
    place: String,
    proof: String,
}

fn rows(table: &str) -> Vec<Row> {
    table
        .lines()
        .filter(|line| line.starts_with("| R") && !line.starts_with("| R |"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, number, words, place, proof, _] = cells[..] else {
                panic!("five bars: {line}")
            };
            Row {
                number: number.trim_start_matches('R').parse().expect("a number"),
                words: words.to_owned(),
                place: place.to_owned(),
                proof: proof.to_owned(),
            }
        })
        .collect()
}

/// What stands between backticks.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The portal's and the public pages' routes, as the routers have them.
fn routes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in ["src/portal/mod.rs", "src/public/handlers.rs"] {
        let text = read(file).expect("the router");
        for part in text.split('"').skip(1).step_by(2) {
            if part.starts_with('/') {
                found.insert(part.to_owned());
            }
        }
        // `at("letter")` is a page of one request.
        for part in text.split("at(\"").skip(1) {
            let part = part.split('"').next().unwrap_or_default();
            found.insert(format!("/numbers/ports/{{id}}/{part}"));
        }
    }
    found
}

/// The names of a Rust file's tests.
fn tests_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some((_, name)) = line.split_once("fn ").filter(|_| marked) {
            let end = name.find(['(', '<']).unwrap_or(name.len());
            found.insert(name.get(..end).unwrap_or_default().to_owned());
            marked = false;
        }
    }
    found
}

/// What is wrong with the table.
fn faults(table: &str) -> Vec<String> {
    let rows = rows(table);
    let mut faults = Vec::new();
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    for row in &rows {
        *seen.entry(row.number).or_default() += 1;
    }
    for number in 1..=LAST {
        match seen.get(&number) {
            Some(1) => {}
            Some(_) => faults.push(format!("R{number} is there twice")),
            None => faults.push(format!("R{number} is missing")),
        }
    }
    let routes = routes();
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        let number = row.number;
        let mut say = |text: String| faults.push(format!("R{number}: {text}"));
        if row.words.split_whitespace().count() < 2 {
            say("does not say what is asked".to_owned());
        }
        let places = named(&row.place);
        if places.is_empty() {
            say("has no page or mail".to_owned());
        }
        for place in places {
            let there = match place.strip_prefix("mail ") {
                Some(mail) => root().join("templates/mail").join(mail).is_dir(),
                None => routes.contains(place),
            };
            if !there {
                say(format!("there is no {place}"));
            }
        }
        let proofs = named(&row.proof);
        if proofs.is_empty() {
            say("has no test".to_owned());
        }
        for proof in proofs {
            let there = if let Some((file, test)) = proof.split_once("::") {
                tests
                    .entry(file.to_owned())
                    .or_insert_with(|| tests_of(&read(file).unwrap_or_default()))
                    .contains(test)
            } else if let Some((file, name)) = proof.split_once(": ") {
                read(file).is_some_and(|text| text.contains(&format!("\njourney(\"{name}\"")))
            } else {
                false
            };
            if !there {
                say(format!("there is no test `{proof}`"));
            }
        }
    }
    faults
}

#[test]
fn every_requirement_has_a_place_and_a_test() {
    let table = read("docs/requirements.md").expect("the table");
    let faults = faults(&table);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Every journey is part of the whole, so that one that is named is also played.
#[test]
fn every_file_of_journeys_is_played() {
    let all = read("e2e/journeys.test.mjs").expect("the journeys");
    for entry in std::fs::read_dir(root().join("e2e/journeys"))
        .expect("a folder")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let stem = name.trim_end_matches(".mjs");
        assert!(all.contains(&format!("\"{stem}\"")), "{name} is not played");
    }
}

#[test]
fn what_is_missing_is_found() {
    let table = read("docs/requirements.md").expect("the table");
    let row = |number: usize| {
        let begin = format!("| R{number} |");
        let line = table.lines().find(|line| line.starts_with(&begin));
        line.expect("a row").to_owned()
    };
    let with = |from: &str, to: &str| faults(&table.replace(from, to)).join("\n");
    let first = row(1);
    let cells: Vec<&str> = first.split('|').collect();
    assert_eq!(with(&format!("{first}\n"), ""), "R1 is missing");
    assert_eq!(
        with(&first, &format!("{first}\n{first}")),
        "R1 is there twice"
    );
    assert_eq!(
        with(&first, &first.replace(cells[3], " ")),
        "R1: has no page or mail"
    );
    assert_eq!(
        with(&first, &first.replace(cells[4], " ")),
        "R1: has no test"
    );
    assert!(
        with(&first, &first.replace(cells[3], " `/no/such/page` ")).contains("no /no/such/page")
    );
    assert!(
        with(&first, &first.replace(cells[3], " `mail no_such_mail` "))
            .contains("no mail no_such_mail")
    );
    for proof in [
        "tests/it/portal/path.rs::no_such_test",
        "tests/it/no_such_file.rs::a_test",
        "e2e/journeys/walk.mjs: no such journey",
        "somewhere else",
    ] {
        let broken = first.replace(cells[4], &format!(" `{proof}` "));
        assert_eq!(
            with(&first, &broken),
            format!("R1: there is no test `{proof}`")
        );
    }
    assert_eq!(
        with(
            &first,
            "| R1 | Something is asked | **open** | Something else. |"
        ),
        "R1: has no page or mail\nR1: has no test"
    );
    // A helper is no test.
    assert!(!tests_of("fn helper() {}\n#[test]\nfn a() {\n}\nasync fn b() {}").contains("helper"));
    assert_eq!(
        tests_of("#[tokio::test(flavor = \"x\")]\n#[ignore]\nasync fn a() {}").len(),
        1
    );
}
