//! From what was typed to what happens: changes, numbers that come and go, the agreement; or what is
//! wrong, each with its field.

use std::collections::HashMap;

use jiff::Timestamp;

use super::typed::{ROWS_MAX, Typed};
use crate::app::{App, Caller, forms, numbers};
use crate::domain::calendar::Calendar;
use crate::domain::number::{E164, Kind};
use crate::domain::port::{
    Agreement, Details, Event, Fact, NumberChange, PortNumber, PortRequest, Problem, begin, missing,
};
use crate::portal::fields;

/// A form that could be read.
pub(super) struct Read {
    pub(super) changes: forms::Changes,
    pub(super) numbers: Vec<PortNumber>,
    pub(super) agreement: Option<Agreement>,
}

/// What became of a form: what could be read of it, and all that is wrong. Fields are named by their
/// controls, rows by their places in the form.
pub(super) struct Outcome {
    pub(super) read: Option<Read>,
    pub(super) problems: Vec<Problem>,
}

/// Reads a form. With `complete`, what is missing is wrong too.
pub(super) fn read(
    app: &App,
    caller: &Caller,
    typed: &Typed,
    before: Option<&PortRequest>,
    calendar: &Calendar,
    now: Timestamp,
    complete: bool,
) -> Outcome {
    let blank = Details::default();
    let details = before.map_or(&blank, |request| &request.details);
    let (changes, found) = forms::read_what_can_be(typed.form(), details);
    let all_read = found.is_empty();
    let mut problems: Vec<Problem> = found
        .into_iter()
        .map(|one| Problem::new(fields::control(&one.field), one.says))
        .collect();
    date(typed, calendar, now, &mut problems);
    let (places, list) = typed.filled();
    let numbers = numbers::read(app, now, list).map_err(|found| {
        problems.extend(found.into_iter().map(|one| {
            Problem::new(
                control(&one.field, &places),
                rows_by_number(&one.says, &places),
            )
        }));
    });
    let agreement = if typed.agrees() {
        let stands = details
            .agreement
            .as_ref()
            .is_some_and(|agreed| agreed.version == crate::domain::agreement::VERSION);
        match stands {
            true => None,
            false => forms::agreement(
                app,
                caller,
                crate::domain::agreement::VERSION,
                &typed.ticked,
            )
            .ok(),
        }
    } else {
        None
    };
    let numbers = numbers.ok();
    if complete
        && let Some(whole) = would_be(
            app,
            before,
            &changes,
            numbers.as_deref().unwrap_or_default(),
            now,
        )
    {
        let beyond = before.is_some_and(|request| request.numbers.len() > ROWS_MAX);
        let required = app.config.ports.receiving_number_required;
        for one in missing_of(&whole, typed, &places, beyond, required) {
            if !problems.iter().any(|other| other.field == one.field) {
                problems.push(one);
            }
        }
    }
    let read = numbers.filter(|_| all_read).map(|numbers| Read {
        changes,
        numbers,
        agreement,
    });
    Outcome { read, problems }
}

/// A wished date has to be one that can be asked for.
fn date(typed: &Typed, calendar: &Calendar, now: Timestamp, problems: &mut Vec<Problem>) {
    if let Err(says) = fields::port_date(&typed.wish, calendar, now) {
        problems.push(Problem::new("wish", says));
    }
}

/// Names rows as the form counts them: `numbers[2]` is row 3.
fn rows_by_number(says: &str, places: &[usize]) -> String {
    let mut text = says.to_owned();
    while let Some((begin, rest)) = text.split_once("numbers[") {
        let Some((index, end)) = rest.split_once(']') else {
            break;
        };
        let row = index
            .parse::<usize>()
            .ok()
            .and_then(|at| places.get(at))
            .map_or(0, |place| place + 1);
        text = format!("{begin}row {row}{end}");
    }
    text
}

/// The request as it would be with what could be read, to see what it lacks.
fn would_be(
    app: &App,
    before: Option<&PortRequest>,
    changes: &forms::Changes,
    numbers: &[PortNumber],
    now: Timestamp,
) -> Option<PortRequest> {
    let mut request = match before {
        Some(request) => request.clone(),
        None => begin(
            &Fact::Begun {
                port: app.ids.next(now),
                account: app.ids.next(now),
                submitter: app.ids.next(now),
                title: String::new(),
            },
            now,
        )?,
    };
    for change in &changes.changes {
        change.write(&mut request.details);
    }
    // The carrier may have found out more about the numbers that were saved before.
    let known: HashMap<E164, Kind> = request
        .numbers
        .iter()
        .map(|one| (one.number, one.kind))
        .collect();
    request.numbers = numbers.to_vec();
    for one in &mut request.numbers {
        if one.kind == Kind::Unknown
            && let Some(kind) = known.get(&one.number)
        {
            one.kind = *kind;
        }
    }
    Some(request)
}

/// What the form lacks before a letter can be made.
fn missing_of(
    whole: &PortRequest,
    typed: &Typed,
    places: &[usize],
    beyond: bool,
    receiving_required: bool,
) -> Vec<Problem> {
    missing(whole, receiving_required)
        .into_iter()
        .filter(|one| match one.field.as_str() {
            // Rows that could not be read say so themselves.
            "numbers" => places.is_empty() && !beyond,
            "agreement" => !typed.agrees(),
            _ => true,
        })
        .map(|one| Problem::new(control(&one.field, places), one.says))
        .chain(signer(typed))
        .collect()
}

/// The control of a field, rows counted as the form counts them.
fn control(field: &str, places: &[usize]) -> String {
    match fields::row_of(field) {
        Some((at, part)) => format!("{part}-{}", places.get(at).map_or(0, |place| place + 1)),
        None => fields::control(field),
    }
}

/// The letter needs its signer.
fn signer(typed: &Typed) -> Vec<Problem> {
    let mut found = Vec::new();
    if typed.signer_name.trim().is_empty() {
        found.push(Problem::new(
            "signer_name",
            "Fill in the full name of the person who owns the numbers now.",
        ));
    }
    if typed.signer_email.trim().is_empty() {
        found.push(Problem::new(
            "signer_email",
            "Fill in the signer's email address. The link for signing is sent there.",
        ));
    }
    found
}

/// What has to happen to a saved request so that it says what the form says.
pub(super) fn events(read: Read, typed: &Typed, request: &PortRequest) -> Vec<Event> {
    let mut events = Vec::new();
    events.push(Event::Edit {
        changes: read.changes.changes,
    });
    let wanted: HashMap<E164, &PortNumber> =
        read.numbers.iter().map(|one| (one.number, one)).collect();
    // Only what the form showed can be taken off by emptying it.
    let removed: Vec<E164> = typed
        .rows
        .iter()
        .filter_map(|row| row.was.parse().ok())
        .filter(|was| !wanted.contains_key(was) && request.find(*was).is_some())
        .collect();
    if !removed.is_empty() {
        events.push(Event::RemoveNumbers { numbers: removed });
    }
    let mut added = Vec::new();
    for one in &read.numbers {
        let Some(before) = request.find(one.number) else {
            added.push(one.clone());
            continue;
        };
        if before.receiving != one.receiving {
            events.push(Event::ChangeNumber {
                number: one.number,
                change: NumberChange::Receiving(one.receiving),
            });
        }
        // What nobody chose stays as the carrier said.
        if before.kind != one.kind && one.kind != Kind::Unknown {
            events.push(Event::ChangeNumber {
                number: one.number,
                change: NumberChange::Kind(one.kind),
            });
        }
        if before.source != one.source {
            events.push(Event::ChangeNumber {
                number: one.number,
                change: NumberChange::Source(one.source.clone()),
            });
        }
    }
    if !added.is_empty() {
        events.push(Event::AddNumbers { numbers: added });
    }
    if let Some(agreement) = read.agreement {
        events.push(Event::Agree { agreement });
    }
    events
}
