//! Choose File (R95 to R99): what the columns mean, what becomes of each row, and then the numbers.

use std::sync::PoisonError;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use crate::app::import::{self, Imported};
use crate::app::lists::{self, List};
use crate::app::ports::{Guard, View};
use crate::app::{App, AppError, ports};
use crate::domain::import::{Accepted, Basis, Import, Mapping, Meaning, SkipReason, check, guess};
use crate::ids::PortId;
use crate::portal::download::csv_file;
use crate::portal::errors::{Answer, Fault};
use crate::portal::port::port_id;
use crate::portal::posted::{Fields, File, Posted};
use crate::portal::query::Query;
use crate::portal::session::{Portal, SignedIn};
use crate::portal::tell;
use crate::portal::views::form::{BadLine, Column, GoodRow, UploadReview};
use crate::portal::views::{Choice, Room, Tone};

/// Rows that the page shows of each kind; the numbers themselves are never cut.
const SHOWN: usize = 100;
/// First values that are shown below each heading.
const VALUES: usize = 3;

/// A file that waits for its columns' meaning.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    sha256: String,
    name: String,
}

/// Keeps an uploaded file.
pub(super) async fn keep(app: &App, file: &File) -> Result<Kept, AppError> {
    Ok(Kept {
        sha256: lists::keep(app, file.bytes.clone()).await?,
        name: file.name.chars().take(100).collect(),
    })
}

fn place(id: PortId) -> String {
    format!("{id}/list")
}

/// Where the review of a list is. The address is sealed for its request, so that nobody reads another's
/// file by its hash.
pub(super) fn address(app: &App, id: PortId, kept: &Kept) -> String {
    let text = serde_json::to_string(kept).unwrap_or_default();
    let sealed = app.vault.seal(&place(id), &text);
    format!(
        "/numbers/ports/{id}/lists/{}",
        URL_SAFE_NO_PAD.encode(sealed)
    )
}

fn unseal(app: &App, id: PortId, token: &str) -> Result<Kept, Fault> {
    let gone = || Fault::from(AppError::NotFound("list"));
    let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| gone())?;
    let text = app.vault.open(&place(id), &sealed).map_err(|_| gone())?;
    serde_json::from_str(text.expose_secret()).map_err(|_| gone())
}

/// What somebody said that the columns mean.
struct Said {
    columns: Vec<Meaning>,
    heading_line: Option<u32>,
    /// Whether it is only our guess from the contents, to be looked at.
    guessed: bool,
    /// Whether they said so of an earlier list with the same headings.
    remembered: bool,
}

impl Said {
    fn guess(list: &List) -> Self {
        let guess = guess(&list.table);
        Self {
            columns: guess.columns,
            heading_line: guess.heading_line,
            guessed: guess.basis == Basis::Contents,
            remembered: false,
        }
    }

    /// As they said of an earlier list with the same headings, or our guess.
    async fn begin(app: &App, who: &SignedIn, list: &List) -> Result<Self, AppError> {
        let guess = Self::guess(list);
        let Some(words) = lists::columns(app, &who.caller, list).await? else {
            return Ok(guess);
        };
        let columns: Vec<Meaning> = words.split(',').map(named).collect();
        if columns.len() != list.table.width() {
            return Ok(guess);
        }
        let first = list.table.rows().next().map(|row| row.line());
        Ok(Self {
            remembered: columns != guess.columns,
            columns,
            heading_line: guess.heading_line.or(first),
            guessed: false,
        })
    }

    /// The meanings, to be remembered.
    fn words(&self) -> String {
        let words: Vec<&str> = self.columns.iter().map(|one| word(*one)).collect();
        words.join(",")
    }

    fn sent(list: &List, one: impl Fn(&str) -> String) -> Self {
        let guess = guess(&list.table);
        let first = || list.table.rows().next().map(|row| row.line());
        Self {
            columns: (0..list.table.width())
                .map(|at| named(&one(&format!("column-{at}"))))
                .collect(),
            heading_line: (!one("heading").is_empty())
                .then(|| guess.heading_line.or_else(first))
                .flatten(),
            guessed: false,
            remembered: false,
        }
    }

    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (at, meaning) in self.columns.iter().enumerate() {
            query.append_pair(&format!("column-{at}"), word(*meaning));
        }
        if self.heading_line.is_some() {
            query.append_pair("heading", "yes");
        }
        query.finish()
    }
}

fn word(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Number => "number",
        Meaning::ReceivingNumber => "receiving",
        Meaning::Source => "source",
        Meaning::AccountName => "account",
        Meaning::Description => "description",
        Meaning::Pin => "pin",
        Meaning::Ignore => "ignore",
    }
}

fn named(text: &str) -> Meaning {
    Meaning::ALL
        .into_iter()
        .find(|one| word(*one) == text)
        .unwrap_or(Meaning::Ignore)
}

pub(in crate::portal) async fn review(
    State(portal): State<Portal>,
    who: SignedIn,
    Path((id, token)): Path<(String, String)>,
) -> Answer {
    let app = &portal.app;
    let view = ports::view(app, &who.caller, port_id(&id)?).await?;
    let kept = unseal(app, view.request.id, &token)?;
    let list = lists::open(app, &kept.sha256).await?;
    let said = Said::begin(app, &who, &list).await?;
    let page = page(&who, &view, &kept, &token, &list, &said, "");
    who.page(&page)
}

/// The columns were named anew, or the numbers are to be taken.
pub(in crate::portal) async fn add(
    State(portal): State<Portal>,
    Path((id, token)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let who = &posted.who;
    let view = ports::view(app, &who.caller, port_id(&id)?).await?;
    let id = view.request.id;
    let kept = unseal(app, id, &token)?;
    let list = lists::open(app, &kept.sha256).await?;
    let fields: &Fields = &posted.fields;
    let said = Said::sent(&list, |name| fields.one(name).to_owned());
    let mapping = match Mapping::new(said.columns.clone(), said.heading_line) {
        Ok(mapping) if fields.one("do") == "add" => mapping,
        _ => {
            let page = page(who, &view, &kept, &token, &list, &said, "");
            return who.page(&page);
        }
    };
    let import = check(&list.table, &mapping);
    if split(&view, &import).0.is_empty() {
        let page = page(who, &view, &kept, &token, &list, &said, "");
        return who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let taken = std::sync::Mutex::new((0, 0));
    let report = |report: Imported| {
        *taken.lock().unwrap_or_else(PoisonError::into_inner) =
            (report.accepted, report.refused.len());
    };
    let file = lists::file(app, &kept.sha256).await?;
    let added = import::run(
        app,
        &who.caller,
        id,
        file,
        Some(mapping),
        Guard::default(),
        &report,
    )
    .await;
    match added {
        Ok(_) => {
            // Without headings there is nothing to know the next list of this kind by.
            if said.heading_line.is_some() {
                lists::keep_columns(app, &who.caller, &list, &said.words()).await?;
            }
            let (accepted, refused) = *taken.lock().unwrap_or_else(PoisonError::into_inner);
            let numbers = match accepted {
                1 => "1 number was added".to_owned(),
                count => format!("{count} numbers were added"),
            };
            let (tone, says) = match refused {
                0 => (Tone::Done, format!("{numbers}.")),
                1 => (Tone::Act, format!("{numbers}; 1 row was left out.")),
                rows => (Tone::Act, format!("{numbers}; {rows} rows were left out.")),
            };
            Ok(who.go(&format!("/numbers/ports/{id}/edit#s-numbers"), tone, &says))
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid(_))) => {
            let says = error.to_string();
            let page = page(who, &view, &kept, &token, &list, &said, says.trim());
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// The rows that were sent back, as a file to mend.
pub(in crate::portal) async fn refused(
    State(portal): State<Portal>,
    who: SignedIn,
    Path((id, token)): Path<(String, String)>,
    query: Query,
) -> Answer {
    let app = &portal.app;
    let view = ports::view(app, &who.caller, port_id(&id)?).await?;
    let kept = unseal(app, view.request.id, &token)?;
    let list = lists::open(app, &kept.sha256).await?;
    let said = Said::sent(&list, |name| query.one(name).to_owned());
    let mapping = Mapping::new(said.columns, said.heading_line)
        .map_err(|error| AppError::field("columns", error.to_string()))?;
    let import = check(&list.table, &mapping);
    let rows = import.refused.iter().map(|one| {
        vec![
            one.line.to_string(),
            one.column.label().to_owned(),
            one.value.clone(),
            one.message(),
            one.raw.clone(),
        ]
    });
    let headings = ["Line", "Column", "Value", "What to do", "Row as it was"];
    csv_file("rows-to-mend.csv", &headings, rows)
}

/// The rows that would be added, and those whose number is on the request already.
fn split<'a>(view: &View, import: &'a Import) -> (Vec<&'a Accepted>, Vec<&'a Accepted>) {
    let there: std::collections::HashSet<_> =
        view.request.numbers.iter().map(|one| one.number).collect();
    import
        .accepted
        .iter()
        .partition(|row| !there.contains(&row.number))
}

/// The different PINs of the rows.
fn pins(rows: &[&Accepted]) -> Vec<String> {
    let mut pins: Vec<String> = rows
        .iter()
        .filter_map(|row| row.pin.as_ref())
        .map(|pin| pin.expose_secret().to_owned())
        .collect();
    pins.sort();
    pins.dedup();
    pins
}

fn page(
    who: &SignedIn,
    view: &View,
    kept: &Kept,
    token: &str,
    list: &List,
    said: &Said,
    refusal: &str,
) -> UploadReview {
    let id = view.request.id;
    let (import, missing) = match Mapping::new(said.columns.clone(), said.heading_line) {
        Ok(mapping) => (check(&list.table, &mapping), String::new()),
        Err(error) => (Import::default(), error.to_string()),
    };
    let (fresh, known) = split(view, &import);
    let mapping_error = if refusal.is_empty() {
        missing.clone()
    } else {
        refusal.to_owned()
    };
    let mut reminders: Vec<String> = import.reminders.iter().map(ToString::to_string).collect();
    if said.guessed && missing.is_empty() {
        reminders.insert(
            0,
            "The headings are not known to us, so we guessed the columns by what is in them. Check them."
                .to_owned(),
        );
    }
    if said.remembered {
        reminders.insert(
            0,
            "The columns are as you named them the last time for a list with these headings."
                .to_owned(),
        );
    }
    if pins(&fresh).len() > 1 {
        reminders.push(
            "The rows have different PINs, and a port request holds one. The PINs are left out; file one request for each account."
                .to_owned(),
        );
    }
    let mut warned: Vec<(String, usize)> = Vec::new();
    for warning in fresh.iter().flat_map(|row| &row.warnings) {
        match warned.iter_mut().find(|(text, _)| text == warning.text()) {
            Some((_, count)) => *count += 1,
            None => warned.push((warning.text().to_owned(), 1)),
        }
    }
    reminders.extend(warned.into_iter().map(|(text, count)| match count {
        1 => format!("1 row: {text}"),
        count => format!("{count} rows: {text}"),
    }));
    let skipped: Vec<BadLine> = import
        .skipped
        .iter()
        .map(|one| BadLine {
            line: u64::from(one.line),
            column: String::new(),
            value: String::new(),
            reason: match one.reason {
                SkipReason::Blank => "The line is blank.",
                SkipReason::AllCellsEmpty => "All cells are empty.",
                SkipReason::AboveHeadings => "It is above the headings.",
            }
            .to_owned(),
        })
        .chain(known.iter().map(|row| BadLine {
            line: u64::from(row.line),
            column: String::new(),
            value: tell::number(row.number),
            reason: "The number is on this request already.".to_owned(),
        }))
        .collect();
    UploadReview {
        shell: who.shell(Room::Ports, "Review the list"),
        draft_id: id.to_string(),
        action: format!("/numbers/ports/{id}/lists/{token}"),
        refused_href: format!(
            "/numbers/ports/{id}/lists/{token}/refused.csv?{}",
            said.query()
        ),
        file: kept.name.clone(),
        format: list.format.clone(),
        columns: columns(list, said),
        heading: said.heading_line.is_some(),
        mapping_error,
        reminder: reminders.join(" "),
        accepted: fresh
            .iter()
            .take(SHOWN)
            .map(|row| GoodRow {
                line: u64::from(row.line),
                number: tell::number(row.number),
                receiving: tell::number(row.receiving_number),
                source: row.source.clone().unwrap_or_default(),
                kind: tell::kind(row.number, row.number.kind()),
            })
            .collect(),
        accepted_count: fresh.len(),
        refused: import
            .refused
            .iter()
            .take(SHOWN)
            .map(|one| BadLine {
                line: u64::from(one.line),
                column: one.column.label().to_owned(),
                value: one.value.clone(),
                reason: one.message(),
            })
            .collect(),
        refused_count: import.refused.len(),
        skipped_count: skipped.len(),
        ready: missing.is_empty() && !fresh.is_empty(),
        skipped: skipped.into_iter().take(SHOWN).collect(),
    }
}

fn columns(list: &List, said: &Said) -> Vec<Column> {
    let heading = said
        .heading_line
        .and_then(|line| list.table.rows().find(|row| row.line() == line));
    (0..list.table.width())
        .map(|at| {
            let meaning = said.columns.get(at).copied().unwrap_or(Meaning::Ignore);
            let title = heading
                .map(|row| row.cell(at).trim().to_owned())
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| format!("Column {}", at + 1));
            let values = list
                .table
                .rows()
                .filter(|row| said.heading_line.is_none_or(|line| row.line() > line))
                .filter(|row| !row.is_blank())
                .map(|row| row.cell(at).trim())
                .filter(|value| !value.is_empty())
                .take(VALUES)
                .map(|value| {
                    if meaning == Meaning::Pin {
                        "••••".to_owned()
                    } else {
                        value.chars().take(60).collect()
                    }
                })
                .collect();
            Column {
                name: format!("column-{at}"),
                heading: title.chars().take(60).collect(),
                values,
                meanings: Meaning::ALL
                    .into_iter()
                    .map(|one| Choice {
                        value: word(one).to_owned(),
                        label: one.label().to_owned(),
                        chosen: one == meaning,
                    })
                    .collect(),
            }
        })
        .collect()
}
