//! A file of numbers on its way to the server: read here with the same code, so that what is wrong with it is said
//! before anything is filed.

use std::path::Path;

use crate::app::import::Imported;
use crate::cli::Error;
use crate::documents::sheet::{self, Limits};
use crate::domain::import::{self, Basis, Mapping, Meaning, plain};
use crate::domain::table::Table;

/// More than any server takes; the server's own limits are its business.
const LIMITS: Limits = Limits {
    bytes: 200_000_000,
    rows: 1_000_001,
    columns: 50,
};

/// How many rows from the top may hold the headings.
const HEADING_ROWS: usize = 10;

/// `--map "Column=meaning"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Map {
    column: String,
    meaning: Meaning,
}

/// Reads what stands behind `--map`.
pub(super) fn parse_map(text: &str) -> Result<Map, String> {
    let known = || Meaning::ALL.map(name).join(", ");
    let (column, meaning) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("write COLUMN=MEANING; meanings are {}", known()))?;
    let column = column.trim();
    if column.is_empty() {
        return Err("name the column by its heading, its letter or its number".to_owned());
    }
    let typed = plain(meaning);
    let meaning = Meaning::ALL
        .into_iter()
        .find(|one| plain(&name(*one)) == typed || plain(one.label()) == typed)
        .ok_or_else(|| format!("`{}` is no meaning; known are {}", meaning.trim(), known()))?;
    Ok(Map {
        column: column.to_owned(),
        meaning,
    })
}

/// A meaning's name in the API.
pub(super) fn name(meaning: Meaning) -> String {
    match serde_json::to_value(meaning) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A file of numbers.
pub(super) struct NumberFile {
    /// The file's name, for people.
    pub(super) name: String,
    /// As it is sent.
    pub(super) bytes: Vec<u8>,
    /// What each column holds.
    pub(super) mapping: Mapping,
    /// The headings, from the left.
    pub(super) headings: Vec<String>,
    /// What would become of it, before the server has looked which numbers are on a port request already.
    pub(super) report: Imported,
}

impl std::fmt::Debug for NumberFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NumberFile({} of {} bytes)", self.name, self.bytes.len())
    }
}

impl NumberFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// It cannot be read, is no table, or it is not clear what its columns hold. Bad rows are no error.
    pub(super) fn read(path: &Path, maps: &[Map]) -> Result<Self, Error> {
        let shown = path.display().to_string();
        let cannot =
            |error: std::io::Error| Error::user(error).context(format!("cannot read {shown}"));
        let meta = std::fs::metadata(path).map_err(cannot)?;
        if meta.is_dir() || meta.len() > LIMITS.bytes as u64 {
            return Err(Error::refused(format!(
                "{shown} is no list of numbers: it is {}",
                if meta.is_dir() {
                    "a folder"
                } else {
                    "too large"
                }
            )));
        }
        let bytes = std::fs::read(path).map_err(cannot)?;
        let sheet = sheet::read(&bytes, &LIMITS)
            .map_err(|error| Error::refused(format!("{shown}: {error}")))?;
        let (mapping, headings) =
            mapping_of(&sheet.table, maps).map_err(|(says, hints)| Error {
                hints,
                ..Error::refused(format!("{shown}: {says}"))
            })?;
        let report = Imported::of(import::check(&sheet.table, &mapping), &mapping);
        Ok(Self {
            name: path
                .file_name()
                .map_or(shown, |name| name.to_string_lossy().into_owned()),
            bytes,
            mapping,
            headings,
            report,
        })
    }

    /// What the server is told of the columns.
    pub(super) fn columns(&self) -> String {
        let names: Vec<String> = self
            .mapping
            .columns()
            .iter()
            .map(|one| name(*one))
            .collect();
        names.join(",")
    }

    /// The type that it is sent as.
    pub(super) fn kind(&self) -> &'static str {
        match self.bytes.as_slice() {
            [b'P', b'K', ..] => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _ => "text/csv",
        }
    }

    /// The columns that are read, in words: `"TN" is the number`.
    pub(super) fn reading(&self) -> String {
        let parts: Vec<String> = self
            .mapping
            .columns()
            .iter()
            .enumerate()
            .filter(|(_, meaning)| **meaning != Meaning::Ignore)
            .map(|(at, meaning)| {
                format!(
                    "{} as {}",
                    column(at, &self.headings),
                    name(*meaning).replace('_', " ")
                )
            })
            .collect();
        parts.join(", ")
    }
}

/// A column by its heading, or by its letter where it has none.
fn column(at: usize, headings: &[String]) -> String {
    match headings.get(at).map(|heading| heading.trim()) {
        Some(heading) if !heading.is_empty() => format!("\"{heading}\""),
        _ => format!("column {}", letters(at)),
    }
}

/// A, B, … Z, AA, … as spreadsheets count.
fn letters(at: usize) -> String {
    let digit = |value: usize| char::from(b'A' + u8::try_from(value % 26).unwrap_or(0));
    match at {
        0..26 => digit(at).to_string(),
        _ => format!("{}{}", digit(at / 26 - 1), digit(at)),
    }
}

fn mapping_of(
    table: &Table,
    maps: &[Map],
) -> Result<(Mapping, Vec<String>), (String, Vec<String>)> {
    let guess = import::guess(table);
    let heading_line = guess.heading_line.or_else(|| line_of(table, maps));
    let headings: Vec<String> = table
        .rows()
        .find(|row| Some(row.line()) == heading_line)
        .map(|row| row.cells().map(str::to_owned).collect())
        .unwrap_or_default();
    let width = table.width();
    if maps.is_empty() && guess.basis == Basis::Contents {
        // Which of two columns of numbers ports and which one rings is not for a program to guess.
        let says = "its headings do not say which column holds the numbers to port and which the receiving numbers";
        return Err((says.to_owned(), advice(&guess.columns, &headings, width)));
    }
    let mut columns = match guess.basis {
        Basis::Headings => guess.columns.clone(),
        Basis::Contents => Vec::new(),
    };
    columns.resize(width.max(columns.len()), Meaning::Ignore);
    let mut named = vec![false; columns.len()];
    for map in maps {
        let at = column_of(&map.column, &headings, columns.len()).ok_or_else(|| {
            (
                format!("there is no column `{}`", map.column),
                vec![there_are(&headings, width)],
            )
        })?;
        for (other, meaning) in columns.iter_mut().enumerate() {
            // What was said outweighs what was guessed; what was said twice is a mistake to be told.
            if *meaning == map.meaning && named.get(other) == Some(&false) {
                *meaning = Meaning::Ignore;
            }
        }
        if let (Some(meaning), Some(named)) = (columns.get_mut(at), named.get_mut(at)) {
            *meaning = map.meaning;
            *named = true;
        }
    }
    Mapping::new(columns, heading_line)
        .map(|mapping| (mapping, headings.clone()))
        .map_err(|error| (error.to_string(), advice(&guess.columns, &headings, width)))
}

/// The first line that has all headings that `--map` names.
fn line_of(table: &Table, maps: &[Map]) -> Option<u32> {
    if maps.is_empty() {
        return None;
    }
    table
        .rows()
        .take(HEADING_ROWS)
        .find(|row| {
            let headings: Vec<String> = row.cells().map(plain).collect();
            maps.iter()
                .all(|map| headings.contains(&plain(&map.column)))
        })
        .map(|row| row.line())
}

/// Which column somebody means: by its heading, its number counted from 1, or its letter.
pub(in crate::cli) fn column_of(meant: &str, headings: &[String], width: usize) -> Option<usize> {
    let typed = plain(meant);
    if let Some(at) = headings.iter().position(|heading| plain(heading) == typed) {
        return Some(at);
    }
    let at = match meant.parse::<usize>() {
        Ok(number) => number.checked_sub(1)?,
        Err(_) => (0..width).find(|at| letters(*at).eq_ignore_ascii_case(meant.trim()))?,
    };
    (at < width).then_some(at)
}

/// How to say it. Where two columns hold numbers they are named from the left: which of them is which, the reader
/// knows.
fn advice(guess: &[Meaning], headings: &[String], width: usize) -> Vec<String> {
    let name = |at: usize| match headings.get(at).map(|heading| heading.trim()) {
        Some(heading) if !heading.is_empty() => heading.to_owned(),
        _ => letters(at),
    };
    let hold_numbers: Vec<usize> = (0..guess.len())
        .filter(|at| guess.get(*at).is_some_and(|meaning| meaning.is_required()))
        .collect();
    let (first, second) = match hold_numbers.as_slice() {
        [first, second] => (name(*first), name(*second)),
        _ => ("HEADING".to_owned(), "HEADING".to_owned()),
    };
    vec![
        format!(
            "say it with --map, such as --map \"{first}=number\" --map \"{second}=receiving_number\""
        ),
        there_are(headings, width),
    ]
}

fn there_are(headings: &[String], width: usize) -> String {
    let columns: Vec<String> = (0..width).map(|at| column(at, headings)).collect();
    format!("its columns are {}", columns.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, maps: &[&str]) -> Result<(String, Option<u32>), (String, Vec<String>)> {
        let sheet = sheet::read(text.as_bytes(), &LIMITS).expect("a table");
        let maps: Vec<Map> = maps
            .iter()
            .map(|map| parse_map(map).expect("a mapping"))
            .collect();
        mapping_of(&sheet.table, &maps).map(|(mapping, _)| {
            let names: Vec<String> = mapping.columns().iter().map(|one| name(*one)).collect();
            (names.join(","), mapping.heading_line())
        })
    }

    const OWN_WORDS: &str =
        "Line,Old,New\n1,404-555-0123,678-555-0150\n2,404-555-0124,678-555-0150\n";

    #[test]
    fn headings_that_are_known_need_no_words() {
        let list = "TN,Ring to,Source\n4045550123,6785550150,Ads\n";
        assert_eq!(
            read(list, &[]),
            Ok(("number,receiving_number,source".into(), Some(1)))
        );
        // What is said outweighs what the headings say.
        assert_eq!(
            read(list, &["Source=ignore"]).map(|(columns, _)| columns),
            Ok("number,receiving_number,ignore".into())
        );
        let moved = read(list, &["Source=number", "TN=description"]);
        assert_eq!(
            moved.map(|(columns, _)| columns),
            Ok("description,receiving_number,number".into())
        );
    }

    #[test]
    fn other_headings_are_asked_about_and_never_guessed() {
        let (says, hints) = read(OWN_WORDS, &[]).expect_err("not clear");
        assert!(says.contains("do not say"), "{says}");
        assert!(
            hints[0].contains("--map \"Old=number\" --map \"New=receiving_number\""),
            "{hints:?}"
        );
        let expected = Ok(("ignore,number,receiving_number".to_owned(), Some(1)));
        assert_eq!(
            read(OWN_WORDS, &["old=number", "NEW = Receiving Number"]),
            expected
        );
        assert_eq!(
            read(OWN_WORDS, &["B=number", "3=receiving_number"]),
            expected
        );
    }

    #[test]
    fn a_column_that_is_not_there_or_named_twice_is_said() {
        let (says, hints) = read(OWN_WORDS, &["Phone=number"]).expect_err("no such column");
        assert_eq!(says, "there is no column `Phone`");
        assert!(hints[0].contains("\"Line\", \"Old\", \"New\""), "{hints:?}");
        let (says, _) = read(OWN_WORDS, &["Old=number", "New=number"]).expect_err("twice");
        assert!(says.contains("both"), "{says}");
        assert!(
            parse_map("Old").is_err()
                && parse_map("Old=telephone").is_err()
                && parse_map("=number").is_err()
        );
    }

    #[test]
    fn columns_have_letters_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 49].map(letters), ["A", "Z", "AA", "AX"]);
    }
}
