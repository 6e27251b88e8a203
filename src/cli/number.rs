//! `portolan number check`: what numbers say about themselves, by the rules of the numbering plan and without a
//! network; and, where there is a key, whether the gaining carrier takes them.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, ConnectionArgs};
use super::port::file::column_of;
use super::table::{Cell, Fit, Table};
use super::{Context, Error, Ink, Ui};
use crate::api::NumberCheck;
use crate::documents::sheet::{self, Limits};
use crate::domain::import::{self, Meaning};
use crate::domain::number::E164;

/// As many are asked of the carrier at once.
const QUESTION_MAX: usize = 100;
/// As many rows of a file are read.
const LIMITS: Limits = Limits {
    bytes: 200_000_000,
    rows: 1_000_001,
    columns: 50,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Says of each number whether it is one, what it is, and whether it can be ported
    Check(CheckArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Where PORTOLAN_API_KEY or --api-key-file gives a key, the gaining carrier is asked through the server, too.

Exit code 1 says that at least one number is wrong or cannot be ported.")]
struct CheckArgs {
    /// Numbers as people write them; quote those with spaces or parentheses
    #[arg(
        value_name = "NUMBER",
        required_unless_present = "file",
        allow_negative_numbers = true
    )]
    numbers: Vec<String>,
    /// A file with a number in each row: text, CSV or an Excel workbook; `-` reads the standard input
    #[arg(long, value_name = "FILE", conflicts_with = "numbers")]
    file: Option<PathBuf>,
    /// The file's column with the numbers: its heading, letter or number
    #[arg(long, value_name = "COLUMN", requires = "file")]
    column: Option<String>,
    /// Ask nobody: only what the numbers say themselves
    #[arg(long)]
    offline: bool,
}

/// What the carrier says of a number.
#[derive(Clone, Debug, Deserialize)]
struct Word {
    number: String,
    portable: Option<bool>,
    #[serde(default)]
    fast_portable: bool,
    reason: Option<String>,
    losing_carrier: Option<String>,
    kind: Option<String>,
}

/// A number that was asked about.
struct Asked {
    /// Its line in the file.
    line: Option<u32>,
    check: NumberCheck,
    carrier: Option<(Word, Value)>,
}

impl Asked {
    fn is_good(&self) -> bool {
        let refused = |word: &Word| word.portable == Some(false);
        self.check.portable && !self.carrier.as_ref().is_some_and(|(word, _)| refused(word))
    }
}

pub(super) async fn run(args: Args, context: &mut Context) -> Result<(), Error> {
    let Command::Check(check) = args.command;
    let mut asked: Vec<Asked> = match &check.file {
        Some(path) => of_file(path, check.column.as_deref())?,
        None => check
            .numbers
            .iter()
            .map(|text| looked_at(None, text))
            .collect(),
    };
    let client = match check.offline {
        true => None,
        false => args.connection.client_if_keyed(context)?,
    };
    // What is known is shown also when the carrier cannot be asked.
    let trouble = match &client {
        Some(client) => ask(client, &mut asked).await.err(),
        None => None,
    };
    show(&mut context.ui, &asked, client.is_some())?;
    if let Some(error) = trouble {
        return Err(error
            .context("the gaining carrier could not be asked")
            .hint("--offline does without it"));
    }
    if client.is_none() && !check.offline {
        context.ui.note(
            "The gaining carrier was not asked: there is no API key in PORTOLAN_API_KEY. --offline says that it need not be.",
        );
    }
    let bad = asked.iter().filter(|one| !one.is_good()).count();
    match (bad, asked.len()) {
        (0, _) => Ok(()),
        (1, 1) => Err(Error::refused("this number cannot be ported as it stands")),
        (bad, all) => Err(Error::refused(format!(
            "{bad} of {all} numbers cannot be ported as they stand"
        ))),
    }
}

fn looked_at(line: Option<u32>, text: &str) -> Asked {
    Asked {
        line,
        check: NumberCheck::read(text.trim().to_owned()),
        carrier: None,
    }
}

fn of_file(path: &Path, column: Option<&str>) -> Result<Vec<Asked>, Error> {
    let shown = match path.to_str() {
        Some("-") => "the standard input".to_owned(),
        _ => path.display().to_string(),
    };
    let cannot = |error: std::io::Error| Error::user(error).context(format!("cannot read {shown}"));
    let mut bytes = Vec::new();
    let most = LIMITS.bytes as u64 + 1;
    if path == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    }
    .map_err(cannot)?;
    let sheet = sheet::read(&bytes, &LIMITS)
        .map_err(|error| Error::refused(format!("{shown}: {error}")))?;
    let guess = import::guess(&sheet.table);
    let headings: Vec<String> = sheet
        .table
        .rows()
        .find(|row| Some(row.line()) == guess.heading_line)
        .map(|row| row.cells().map(str::to_owned).collect())
        .unwrap_or_default();
    let at = match column {
        Some(meant) => column_of(meant, &headings, sheet.table.width()),
        None => guess
            .columns
            .iter()
            .position(|meaning| *meaning == Meaning::Number)
            // One column can only be the numbers, also if none of them is one.
            .or((sheet.table.width() == 1).then_some(0)),
    };
    let at = at.ok_or_else(|| {
        Error::refused(match column {
            Some(meant) => format!("{shown}: there is no column `{meant}`"),
            None => format!("{shown}: it is not clear which column holds the numbers"),
        })
        .hint("name it with --column: its heading, its letter or its number")
    })?;
    let above = guess.heading_line.unwrap_or(0);
    Ok(sheet
        .table
        .rows()
        .filter(|row| row.line() > above && !row.cell(at).trim().is_empty())
        .map(|row| looked_at(Some(row.line()), row.cell(at)))
        .collect())
}

/// Asks the gaining carrier about the numbers that can be asked about.
async fn ask(client: &Client, asked: &mut [Asked]) -> Result<(), Error> {
    let numbers: Vec<String> = asked
        .iter()
        .filter(|one| one.check.portable)
        .filter_map(|one| one.check.number.clone())
        .collect();
    let mut said: HashMap<String, (Word, Value)> = HashMap::new();
    let mut trouble = None;
    for chunk in numbers.chunks(QUESTION_MAX) {
        let call = client
            .post(&["portability-checks"])
            .json(&json!({ "numbers": chunk }));
        let reply = match call.send().await {
            Ok(reply) => reply,
            Err(error) => {
                trouble = Some(error);
                break;
            }
        };
        #[derive(Deserialize)]
        struct List {
            items: Vec<Value>,
        }
        let list: List = reply.read()?;
        for item in list.items {
            let word: Word = serde_json::from_value(item.clone()).map_err(|error| {
                Error::unavailable(error)
                    .context("the server's answer has another shape than this program knows")
            })?;
            said.insert(word.number.clone(), (word, item));
        }
    }
    for one in asked {
        one.carrier = one
            .check
            .number
            .as_ref()
            .and_then(|number| said.get(number).cloned());
    }
    trouble.map_or(Ok(()), Err)
}

fn show(ui: &mut Ui, asked: &[Asked], with_carrier: bool) -> Result<(), Error> {
    if ui.is_json() {
        let mut items = Vec::new();
        for one in asked {
            let mut item = serde_json::to_value(&one.check).map_err(Error::internal)?;
            if let Some(line) = one.line {
                item["line"] = json!(line);
            }
            if with_carrier {
                item["carrier"] = one
                    .carrier
                    .as_ref()
                    .map_or(Value::Null, |(_, whole)| whole.clone());
            }
            items.push(item);
        }
        return ui.json(&json!({ "items": items }));
    }
    let mut table = Table::new(&[
        ("LINE", Fit::Whole),
        ("NUMBER", Fit::Cut),
        ("PLACE", Fit::Cut),
        ("KIND", Fit::Whole),
        ("PORTABLE", Fit::Whole),
        ("CARRIER NOW", Fit::Cut),
        ("REMARK", Fit::Wrap),
    ]);
    for one in asked {
        let word = one.carrier.as_ref().map(|(word, _)| word);
        let check = &one.check;
        let (verdict, ink) = verdict(one, with_carrier);
        table.row([
            one.line
                .map_or_else(String::new, |line| line.to_string())
                .into(),
            called(check).into(),
            check.place.unwrap_or_default().into(),
            kind(check, word).into(),
            Cell::ink(verdict, ink),
            word.and_then(|word| word.losing_carrier.clone())
                .unwrap_or_default()
                .into(),
            remark(check, word).into(),
        ]);
    }
    table
        .without_empty()
        .fitting(ui, &["CARRIER NOW", "PLACE"])
        .show(ui)
}

/// A number as people write it: one of another country with its country code. What is no number stays as it was
/// typed, which may be anything.
fn called(check: &NumberCheck) -> String {
    let number = check
        .number
        .as_deref()
        .and_then(|text| text.parse::<E164>().ok());
    match number {
        Some(number) if number.is_nanp() => number.national(),
        Some(number) => number.international(),
        None => check
            .typed
            .chars()
            .filter(|sign| !sign.is_control())
            .collect(),
    }
}

fn verdict(one: &Asked, with_carrier: bool) -> (&'static str, Ink) {
    if one.check.number.is_none() {
        return ("no number", Ink::Bad);
    }
    if !one.is_good() {
        return ("no", Ink::Bad);
    }
    match one
        .carrier
        .as_ref()
        .map(|(word, _)| (word.portable, word.fast_portable))
    {
        Some((Some(true), true)) => ("yes, fast", Ink::Good),
        Some((Some(true), false)) => ("yes", Ink::Good),
        _ if with_carrier => ("not known", Ink::Warning),
        // The number says nothing against it; the carrier was not asked.
        _ => ("can be", Ink::Good),
    }
}

fn kind(check: &NumberCheck, word: Option<&Word>) -> String {
    let own = check.kind.filter(|kind| *kind != "unknown");
    let carriers = word.and_then(|word| word.kind.as_deref());
    carriers.or(own).unwrap_or_default().replace('_', "-")
}

fn remark(check: &NumberCheck, word: Option<&Word>) -> String {
    let mut remarks: Vec<String> = check.says.clone().into_iter().collect();
    if check.number.is_some() && check.in_plan == Some(false) && check.portable {
        remarks.push(
            "This number is not in the numbering plan: check it against the phone bill.".to_owned(),
        );
    }
    if let Some(word) = word {
        match (word.portable, &word.reason) {
            (Some(false), Some(reason)) => remarks.push(format!("The carrier says: {reason}")),
            (Some(false), None) => remarks.push("The gaining carrier does not take it.".to_owned()),
            (None, _) => remarks.push("The carrier said nothing about it.".to_owned()),
            (Some(true), _) => {}
        }
    }
    remarks.join(" ")
}
