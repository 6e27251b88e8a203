//! A number list as a file, onto a port request: good rows are taken, bad ones listed.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use secrecy::ExposeSecret as _;

use super::ports::{self, Extras, Guard, Handled};
use super::{App, AppError, Caller};
use crate::documents::sheet::{self, Limits};
use crate::domain::carrier::Messaging;
use crate::domain::import::{self as list, Accepted, Import, Mapping, Meaning, Warning};
use crate::domain::number::E164;
use crate::domain::port::{
    Change, Event, EventKind, Mask, PortNumber, PortRequest, Text, Voice, moves,
};
use crate::ids::PortId;

/// The most columns of a file.
const COLUMNS_MAX: usize = 50;

/// What became of a file.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// What each column was taken for, from the left.
    pub columns: Vec<Meaning>,
    /// The line that holds the headings.
    pub heading_line: Option<u32>,
    /// How many rows were taken.
    pub accepted: usize,
    /// What is odd about rows that were taken all the same: the line, and what to look at.
    pub warnings: Vec<(u32, Warning)>,
    /// The rows that were sent back.
    pub refused: Vec<Refused>,
    /// How many rows hold nothing.
    pub skipped: usize,
    /// What may have been forgotten.
    pub reminders: Vec<String>,
}

/// A row that was sent back.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Its line in the file.
    pub line: u32,
    /// The column that is wrong.
    pub column: Meaning,
    /// The reason's short name.
    pub reason: String,
    /// What stands in the cell.
    pub value: String,
    /// What is wrong and what to do.
    pub says: String,
}

/// What was read of a file, before anything is stored.
struct Draft {
    report: Imported,
    rows: Vec<Accepted>,
}

/// Reads a file without storing anything: what would become of it.
pub async fn preview(
    app: &App,
    caller: &Caller,
    id: PortId,
    file: Bytes,
    mapping: Option<Mapping>,
) -> Result<Imported, AppError> {
    let request = visible(app, caller, id).await?;
    let mut draft = read(app, file, mapping).await?;
    refuse_what_is_here(&mut draft, &request);
    draft.report.accepted = draft.rows.len();
    Ok(draft.report)
}

/// Takes a file's good rows onto a request, in one commit. `report` is told what becomes of the file
/// before the commit, so that it can be part of an answer that is remembered.
///
/// # Errors
/// The file is no table, or the rules say no; then nothing is stored. Bad rows are no error.
pub async fn run(
    app: &App,
    caller: &Caller,
    id: PortId,
    file: Bytes,
    mapping: Option<Mapping>,
    guard: Guard,
    report: &(dyn Fn(Imported) + Send + Sync),
) -> Result<Handled, AppError> {
    const TRIES: u32 = 4;
    let request = visible(app, caller, id).await?;
    moves::permit(EventKind::AddNumbers, caller.actor.role)?;
    let mut draft = read(app, file.clone(), mapping.clone()).await?;
    refuse_what_is_here(&mut draft, &request);
    let most = app.config.limits.numbers_per_port_max as usize;
    if request.numbers.len().saturating_add(draft.rows.len()) > most {
        return Err(AppError::field(
            "file",
            format!(
                "A port request holds at most {most} numbers. Split the file and file another request for the rest."
            ),
        ));
    }
    for _ in 0..TRIES {
        let tried = draft.rows.len();
        draft.report.accepted = tried;
        report(draft.report);
        let (events, secrets) = events_of(app, &request, draft.rows);
        let extras = Extras {
            secrets,
            expected: guard.expected,
            remember: guard.remember.clone(),
            ..Extras::default()
        };
        match ports::handle_all(app, id, caller.scope(), &caller.actor, events, extras).await {
            // Held by another open request: most files have no such number, so nobody looked before.
            Err(AppError::Refused(refusal)) if refusal.rule == "number_held" => {
                // Reading it again costs those few less than keeping a second copy of its rows costs all.
                draft = read(app, file.clone(), mapping.clone()).await?;
                refuse_what_is_here(&mut draft, &request);
                refuse_what_is_held(app, caller, id, &mut draft).await?;
                if draft.rows.len() >= tried {
                    return Err(refusal.into());
                }
            }
            done => return done,
        }
    }
    Err(AppError::Stale)
}

async fn visible(app: &App, caller: &Caller, id: PortId) -> Result<PortRequest, AppError> {
    ports::get(app, id)
        .await?
        .filter(|stored| caller.sees(stored.request.account))
        .map(|stored| stored.request)
        .ok_or(AppError::NotFound("port request"))
}

async fn read(app: &App, file: Bytes, mapping: Option<Mapping>) -> Result<Draft, AppError> {
    let limits = Limits {
        bytes: app.config.limits.import_bytes_max(),
        // And a row of headings.
        rows: (app.config.limits.import_rows_max as usize).saturating_add(1),
        columns: COLUMNS_MAX,
    };
    tokio::task::spawn_blocking(move || {
        let sheet = sheet::read(&file, &limits)
            .map_err(|e| AppError::field("file", sentence(&e.to_string())))?;
        let mapping = match mapping {
            Some(mapping) => mapping,
            None => list::guess(&sheet.table)
                .mapping()
                .map_err(|e| AppError::field("columns", e.to_string()))?,
        };
        let checked = list::check(&sheet.table, &mapping);
        Ok(Draft::of(checked, &mapping))
    })
    .await
    .map_err(AppError::broken)?
}

impl Imported {
    /// What would become of a file whose rows were checked by themselves, before anybody has looked which numbers
    /// are on a port request already.
    pub fn of(checked: Import, mapping: &Mapping) -> Self {
        Draft::of(checked, mapping).report
    }
}

impl Draft {
    fn of(checked: Import, mapping: &Mapping) -> Self {
        let Import {
            accepted,
            refused,
            skipped,
            reminders,
        } = checked;
        let report = Imported {
            columns: mapping.columns().to_vec(),
            heading_line: mapping.heading_line(),
            accepted: accepted.len(),
            warnings: accepted
                .iter()
                .flat_map(|row| row.warnings.iter().map(|warning| (row.line, *warning)))
                .collect(),
            refused: refused
                .into_iter()
                .map(|one| Refused {
                    line: one.line,
                    column: one.column,
                    reason: name_of(&one.reason),
                    says: one.message(),
                    value: one.value,
                })
                .collect(),
            skipped: skipped.len(),
            reminders: reminders.iter().map(ToString::to_string).collect(),
        };
        Self {
            report,
            rows: accepted,
        }
    }
}

fn name_of(word: &impl serde::Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn sentence(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(signs)
            .chain(std::iter::once('.'))
            .collect()
    })
}

impl Draft {
    /// Sends rows back that were good by themselves.
    fn refuse(&mut self, wrong: impl Fn(&Accepted) -> Option<(Meaning, &'static str, String)>) {
        let rows = std::mem::take(&mut self.rows);
        let mut gone = HashSet::new();
        for row in rows {
            let Some((column, reason, says)) = wrong(&row) else {
                self.rows.push(row);
                continue;
            };
            let cell = match column {
                Meaning::ReceivingNumber => row.receiving_number,
                _ => row.number,
            };
            gone.insert(row.line);
            self.report.refused.push(Refused {
                line: row.line,
                column,
                reason: reason.to_owned(),
                value: cell.to_string(),
                says,
            });
        }
        self.report
            .warnings
            .retain(|(line, _)| !gone.contains(line));
        self.report.refused.sort_by_key(|one| one.line);
    }
}

/// What the file cannot know: which numbers are on the request already, and where their calls go.
fn refuse_what_is_here(draft: &mut Draft, request: &PortRequest) {
    let here: HashSet<E164> = request.numbers.iter().map(|one| one.number).collect();
    let forwarded: HashSet<E164> = request
        .numbers
        .iter()
        .filter_map(|one| one.receiving)
        .collect();
    if here.is_empty() {
        return;
    }
    draft.refuse(|row| {
        if here.contains(&row.number) {
            let says = "This number is on the port request already. Remove the row.".to_owned();
            Some((Meaning::Number, "already_here", says))
        } else if forwarded.contains(&row.number) {
            let says = "Another number of the port request forwards its calls to this number, so it cannot be ported with it.".to_owned();
            Some((Meaning::Number, "number_is_receiving_number", says))
        } else if here.contains(&row.receiving_number) {
            let says = "The receiving number is being ported itself with this request. Choose another one.".to_owned();
            Some((Meaning::ReceivingNumber, "receiving_is_porting", says))
        } else {
            None
        }
    });
}

async fn refuse_what_is_held(
    app: &App,
    caller: &Caller,
    id: PortId,
    draft: &mut Draft,
) -> Result<(), AppError> {
    let numbers: Vec<String> = draft
        .rows
        .iter()
        .map(|row| row.number.to_string())
        .collect();
    let held: HashMap<String, String> = ports::held_by_others(app, caller, id, &numbers)
        .await?
        .into_iter()
        .collect();
    draft.refuse(|row| {
        let says = held.get(&row.number.to_string())?;
        Some((Meaning::Number, "number_held", says.clone()))
    });
    Ok(())
}

type Sealed = Vec<(&'static str, Option<Vec<u8>>)>;

fn events_of(app: &App, request: &PortRequest, rows: Vec<Accepted>) -> (Vec<Event>, Sealed) {
    let now = app.clock.now();
    // A request has one PIN: that of the account at the losing provider. One that is there stays.
    let mut pins: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.pin.as_ref())
        .map(|pin| pin.expose_secret())
        .collect();
    pins.sort_unstable();
    pins.dedup();
    let mut secrets = Vec::new();
    let mut edit = None;
    if let [pin] = pins.as_slice()
        && request.details.pin.is_none()
    {
        let sealed = app.vault.seal(&ports::secret_place(request.id, "pin"), pin);
        secrets.push(("pin", Some(sealed)));
        edit = Some(Event::Edit {
            changes: vec![Change::Pin(Some(Mask::of_pin()))],
        });
    }
    let ids = app.ids.ascending(now, rows.len());
    let numbers: Vec<PortNumber> = rows
        .into_iter()
        .zip(ids)
        .map(|(row, id)| PortNumber {
            id,
            number: row.number,
            kind: row.number.kind(),
            receiving: Some(row.receiving_number),
            source: row.source,
            description: row.description,
            wants_text: true,
            not_portable: None,
            voice: Voice::default(),
            text: Text::default(),
            carrier_text: Messaging::default(),
            order: None,
            voice_test: None,
            caller_id_test: None,
            text_test: None,
        })
        .collect();
    // The PIN first: a request is copied for each event, and without its numbers it is small.
    let mut events = Vec::from_iter(edit);
    if !numbers.is_empty() {
        events.push(Event::AddNumbers { numbers });
    }
    (events, secrets)
}
