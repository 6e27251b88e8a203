//! The sample lists, read exactly as the files beside them say.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use portolan::documents::sheet::{Format, Limits, read};
use portolan::domain::import::{Basis, Meaning, check, guess};

fn read_as_the_truth_says(list: &str, truth: &str) {
    let Some(folder) = crate::domain::shared("samples/imports") else {
        return;
    };
    let truth: Value =
        serde_json::from_slice(&fs::read(folder.join(truth)).expect("a truth file")).expect("JSON");
    let bytes = fs::read(folder.join(list)).expect("a list");
    let sheet = read(&bytes, &Limits::default()).expect("a readable list");

    match &sheet.format {
        Format::Delimited {
            encoding,
            delimiter,
        } => {
            // Windows-1252 is Latin-1 with letters where that has control signs.
            let same = |theirs: &str| {
                theirs == encoding.to_lowercase()
                    || (theirs, *encoding) == ("iso-8859-1", "windows-1252")
            };
            assert!(truth["encoding"].as_str().is_some_and(same), "{encoding}");
            assert_eq!(truth["delimiter"], delimiter.to_string());
        }
        Format::Workbook { sheet, others } => {
            assert_eq!(truth["sheet"], *sheet);
            assert!(others.is_empty());
        }
    }

    let guess = guess(&sheet.table);
    assert_eq!(guess.basis, Basis::Headings);
    assert_eq!(truth["header_line"], json!(guess.heading_line));
    let headings = sheet
        .table
        .rows()
        .find(|row| Some(row.line()) == guess.heading_line)
        .expect("headings");
    assert_eq!(
        truth["columns"],
        json!(headings.cells().collect::<Vec<_>>())
    );
    let mapped: serde_json::Map<String, Value> = guess
        .columns
        .iter()
        .enumerate()
        .filter(|(_, meaning)| **meaning != Meaning::Ignore)
        .map(|(column, meaning)| {
            let Value::String(key) = json!(meaning) else {
                panic!("a meaning is a word")
            };
            (key, json!(headings.cell(column)))
        })
        .collect();
    assert_eq!(truth["mapping"], Value::Object(mapped));

    let import = check(
        &sheet.table,
        &guess.mapping().expect("both required columns"),
    );
    assert_eq!(
        truth["data_rows"],
        json!(import.accepted.len() + import.refused.len())
    );
    let mut accepted = json!(import.accepted);
    for row in accepted.as_array_mut().expect("a list") {
        // The samples have no PIN column.
        assert_eq!(
            row.as_object_mut()
                .and_then(|row| row.remove("pin_present")),
            Some(json!(false))
        );
    }
    assert_eq!(truth["accepted"], accepted);
    assert_eq!(truth["refused"], json!(import.refused));
    assert_eq!(truth["skipped"], json!(import.skipped));
}

/// R84, R95 to R99.
#[test]
fn the_clean_list_is_read() {
    read_as_the_truth_says("import-1-clean.csv", "import-1-clean.truth.json");
}

#[test]
fn the_same_list_as_a_workbook_is_read() {
    read_as_the_truth_says("import-1-clean.xlsx", "import-1-clean.xlsx.truth.json");
}

/// Semicolons, Latin-1, decimal commas, rounded numbers, a line of totals, empty lines.
#[test]
fn a_list_that_excel_mangled_is_read() {
    read_as_the_truth_says(
        "import-2-excel-latin1.csv",
        "import-2-excel-latin1.truth.json",
    );
}

/// A long list takes no longer than a page: the checks are linear, and each line is looked at.
#[test]
fn a_list_of_twenty_thousand_rows_is_checked() {
    let mut text = String::from("Number to Port,Receiving Number,Tracking Source\n");
    for row in 0..20_000 {
        text.push_str(&format!(
            "({}) {}-{:04},678-555-0150,Ads\n",
            212 + row / 10_000,
            420 + row / 100 % 80,
            row % 10_000
        ));
    }
    text.push_str("212-420-0000,678-555-0150,Ads\n");
    let limits = Limits {
        bytes: 20_000_000,
        rows: 200_000,
        columns: 50,
    };
    let sheet = read(text.as_bytes(), &limits).expect("a readable list");
    let import = check(
        &sheet.table,
        &guess(&sheet.table)
            .mapping()
            .expect("both required columns"),
    );
    assert_eq!(import.accepted.len(), 20_000);
    assert_eq!(
        import
            .refused
            .iter()
            .map(|row| (row.line, row.of_line))
            .collect::<Vec<_>>(),
        [(20_002, Some(2))]
    );
}
