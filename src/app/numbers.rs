//! Numbers of a port request: typed one by one, and asked about.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::forms::number_problem;
use super::ports::{self, Extras, Guard, Handled};
use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::known;
use crate::db::people;
use crate::domain::carrier::Messaging;
use crate::domain::carrier::Portability;
use crate::domain::number::{E164, Kind, parse_typed};
use crate::domain::port::{Event, NumberChange, PortNumber, Problem, Text, Voice, words};
use crate::ids::PortId;

/// How many numbers one question to the carrier may name.
pub const QUESTION_MAX: usize = 100;

/// A number as somebody typed it.
#[derive(Clone, Debug, Default)]
pub struct TypedNumber {
    /// The number.
    pub number: String,
    /// What kind it is, if they know better than the number tells.
    pub kind: Option<Kind>,
    /// Where its calls are to ring.
    pub receiving: Option<String>,
    /// The tracking source.
    pub source: Option<String>,
    /// What they call it.
    pub description: Option<String>,
    /// Whether texts are wanted; they are unless they say no.
    pub wants_text: Option<bool>,
}

/// Reads typed numbers.
///
/// # Errors
/// Every one that cannot be taken, by its place in the list.
pub fn read(
    app: &App,
    now: Timestamp,
    typed: Vec<TypedNumber>,
) -> Result<Vec<PortNumber>, Vec<Problem>> {
    let most = app.config.limits.numbers_per_port_max as usize;
    if typed.len() > most {
        return Err(vec![Problem::new(
            "numbers",
            format!("A port request holds at most {most} numbers. File another one for the rest."),
        )]);
    }
    let mut problems = Vec::new();
    let mut places: HashMap<E164, usize> = HashMap::new();
    let mut numbers = Vec::with_capacity(typed.len());
    for (row, one) in typed.into_iter().enumerate() {
        let name = format!("numbers[{row}].number");
        let number = match parse_typed(&one.number) {
            Ok(typed) => typed.number,
            Err(error) => {
                problems.push(number_problem(&name, &error));
                continue;
            }
        };
        if let Err(error) = number.portable() {
            problems.push(Problem::new(name, format!("{error}.")));
            continue;
        }
        if let Some(first) = places.get(&number) {
            problems.push(Problem::new(
                name,
                format!("{number} is in this list twice: the first time as numbers[{first}]."),
            ));
            continue;
        }
        places.insert(number, row);
        let place = format!("numbers[{row}].receiving");
        let receiving = match receiving(&place, one.receiving.as_deref()) {
            Ok(receiving) => receiving,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let said = problems.len();
        for (part, text, most) in [
            ("source", &one.source, SOURCE_CHARACTERS_MAX),
            ("description", &one.description, DESCRIPTION_CHARACTERS_MAX),
        ] {
            let field = format!("numbers[{row}].{part}");
            problems.extend(too_long(&field, text.as_deref(), most));
        }
        if problems.len() > said {
            continue;
        }
        numbers.push(PortNumber {
            id: app.ids.next(now),
            number,
            kind: match (number.kind(), one.kind) {
                // The digits say so, whatever somebody chose.
                (Kind::TollFree, _) => Kind::TollFree,
                (told, chosen) => chosen.unwrap_or(told),
            },
            receiving,
            source: filled(one.source),
            description: filled(one.description),
            wants_text: one.wants_text.unwrap_or(true),
            not_portable: None,
            voice: Voice::default(),
            text: Text::default(),
            carrier_text: Messaging::default(),
            order: None,
            voice_test: None,
            caller_id_test: None,
            text_test: None,
        });
    }
    for one in &numbers {
        if let Some(receiving) = one.receiving
            && let Some(other) = places.get(&receiving)
            && let Some(row) = places.get(&one.number)
        {
            problems.push(Problem::new(
                format!("numbers[{row}].receiving"),
                format!(
                    "{receiving} is being ported itself (numbers[{other}]) and cannot be where calls ring."
                ),
            ));
        }
    }
    if problems.is_empty() {
        Ok(numbers)
    } else {
        Err(problems)
    }
}

/// The longest tracking source.
pub const SOURCE_CHARACTERS_MAX: usize = 100;
/// The longest description of a number.
pub const DESCRIPTION_CHARACTERS_MAX: usize = 200;

/// What is wrong with a text that is longer than it may be.
pub fn too_long(field: &str, text: Option<&str>, most: usize) -> Option<Problem> {
    let length = text.unwrap_or_default().trim().chars().count();
    (length > most).then(|| {
        Problem::new(
            field,
            format!(
                "This has {} characters. Shorten it to {}.",
                words::count(length),
                words::count(most)
            ),
        )
    })
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Reads where calls are to ring; an empty text means nowhere yet.
///
/// # Errors
/// What is wrong with it, under the name of its field.
pub fn receiving(field: &str, typed: Option<&str>) -> Result<Option<E164>, Problem> {
    let Some(typed) = typed.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let number = parse_typed(typed)
        .map_err(|error| number_problem(field, &error))?
        .number;
    // Forwarding abroad or to a premium number is how stolen lines are turned into money.
    number
        .portable()
        .map_err(|error| Problem::new(field, format!("{error}; calls cannot be sent there.")))?;
    Ok(Some(number))
}

/// Puts typed numbers on a request: all of them, or none.
pub async fn add(
    app: &App,
    caller: &Caller,
    id: PortId,
    typed: Vec<TypedNumber>,
    guard: Guard,
) -> Result<Handled, AppError> {
    let numbers = read(app, app.clock.now(), typed).map_err(AppError::Invalid)?;
    put(app, caller, id, numbers, guard).await
}

async fn put(
    app: &App,
    caller: &Caller,
    id: PortId,
    numbers: Vec<PortNumber>,
    guard: Guard,
) -> Result<Handled, AppError> {
    let most = app.config.limits.numbers_per_port_max as usize;
    let before = ports::get(app, id)
        .await?
        .filter(|stored| caller.sees(stored.request.account))
        .ok_or(AppError::NotFound("port request"))?;
    let there = before.request.numbers.len();
    if there.saturating_add(numbers.len()) > most {
        return Err(AppError::field(
            "numbers",
            format!(
                "A port request holds at most {most} numbers, and {there} are on this one. File another one for the rest."
            ),
        ));
    }
    ports::handle(
        app,
        id,
        caller.scope(),
        &caller.actor,
        Event::AddNumbers { numbers },
        guard.into(),
    )
    .await
}

/// Changes what is said of one number: all of it, or nothing.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: PortId,
    number: E164,
    changes: Vec<NumberChange>,
    guard: Guard,
) -> Result<Handled, AppError> {
    let events = changes
        .into_iter()
        .map(|change| Event::ChangeNumber { number, change })
        .collect();
    ports::handle_all(
        app,
        id,
        caller.scope(),
        &caller.actor,
        events,
        Extras::from(guard),
    )
    .await
}

pub use crate::db::known::Used;

/// Where a number stands here before it is put on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nowhere.
    Free,
    /// It is a receiving number of the account, or of another one of its agency (R121).
    Receiving,
    /// It is on another open request, whoever's.
    Ported,
}

/// Where a number stands for the caller. `here` is the request that it is meant for, if there is one already.
pub async fn standing(
    app: &App,
    caller: &Caller,
    number: E164,
    here: Option<PortId>,
) -> Result<Standing, AppError> {
    let account = match here {
        Some(id) => {
            let stored = ports::get(app, id)
                .await?
                .filter(|stored| caller.sees(stored.request.account))
                .ok_or(AppError::NotFound("port request"))?;
            Some(stored.request.account)
        }
        None => caller.account,
    };
    let mut read = app.db.read().await?;
    let open = known::open_on(&mut read, number).await?;
    if open.is_some_and(|(port, _)| Some(port) != here) {
        return Ok(Standing::Ported);
    }
    let owner = match account {
        Some(account) => people::account(&mut read, account).await?,
        None => None,
    };
    let Some(owner) = owner else {
        return Ok(Standing::Free);
    };
    // R121: one of any account of the agency blocks.
    let root = owner.parent.unwrap_or(owner.id);
    let found = people::receiving_among(&mut read, root, &[number]).await?;
    Ok(if found.is_empty() {
        Standing::Free
    } else {
        Standing::Receiving
    })
}

/// What the caller's newest requests used, to be offered again.
pub async fn used(app: &App, caller: &Caller) -> Result<Arc<Used>, AppError> {
    app.seen(Key::Own(caller.user, "used"), |_| true, async {
        let mut read = app.db.read().await?;
        Ok(known::used(&mut read, caller.account).await?)
    })
    .await
}

/// Asks the gaining carrier which numbers it can take. Nothing is stored.
///
/// # Errors
/// [`AppError::Unavailable`] when no carrier is set up, or it does not answer.
pub async fn portability(app: &App, numbers: &[E164]) -> Result<Vec<Portability>, AppError> {
    let Some(carrier) = &app.carrier else {
        return Err(AppError::Unavailable(
            "No gaining carrier is set up here, so nobody can be asked. An operator sets one up under `carriers` in the settings.",
            Box::new(std::io::Error::other("no gaining carrier is set up")),
        ));
    };
    carrier.check_portability(numbers).await.map_err(|e| {
        AppError::Unavailable(
            "The gaining carrier could not be asked just now. Nothing was stored; try again in a moment.",
            Box::new(e),
        )
    })
}
