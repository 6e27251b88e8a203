//! One thing done to many requests: first looked at without doing it, then done to each by itself.
//!
//! What an action means for a request is [`plan()`], a pure function; the look ([`look`]) applies it without storing anything,
//! and the deed ([`run`]) sends the same events through the one door, each request in a transaction of its own. A request
//! that changed since it was looked at is left alone and said so; the others go on.

mod plan;

use std::collections::HashSet;

use super::mailing::{self, Planned};
use super::ports::{self, Around, Extras, Handled, Stored, StoredFact};
use super::{App, AppError, Caller, desk, letters};
use crate::domain::number::E164;
use crate::domain::port::{
    Effect, Fact, NOTE_CHARACTERS_MAX, Problem, QUESTION_CHARACTERS_MAX, Queue,
    REASON_CHARACTERS_MAX, Refusal, Status, status, words,
};
use crate::ids::{FactId, NoteId, PortId, UserId};

pub use plan::plan;

/// How many requests one deed is for at most.
pub const PORTS_MAX: usize = 200;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Accept every proof that waits.
    AcceptProofs,
    /// Submit to the gaining carrier.
    Submit {
        /// To which one.
        carrier: String,
        /// For which date.
        date: DateRule,
    },
    /// Have the orders read at the carrier now; with a text its staff is written to.
    AskCarrier {
        /// What to write.
        text: Option<String>,
    },
    /// Take them.
    Claim {
        /// Also those that somebody else has.
        over: bool,
    },
    /// Give them to somebody.
    Assign {
        /// To whom.
        to: UserId,
        /// Also those that somebody else has.
        over: bool,
    },
    /// Give them back.
    Release,
    /// Write the same note to all.
    Note {
        /// The note.
        text: String,
        /// Whether only the desk sees it.
        staff_only: bool,
    },
    /// Tick off what waits for a person.
    ClearAttention {
        /// Only what put it in this queue.
        queue: Option<Queue>,
    },
    /// Cancel them.
    Cancel {
        /// Why, in words for the customers.
        reason: String,
    },
}

/// Which date a request is submitted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateRule {
    /// The one that its customer wishes; none if they wish none.
    AsWished,
    /// The earliest that the carriers take.
    Earliest,
}

/// A request that an action is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub port: PortId,
    /// The version that was looked at; `None` takes it as it stands.
    pub version: Option<i64>,
}

/// What an action does, or did, to one request.
#[derive(Debug)]
pub struct Line {
    /// Which request.
    pub port: PortId,
    /// What it is called: its first number, and how many more.
    pub title: String,
    /// The account's name.
    pub account: String,
    /// Its version: before a look, after a deed.
    pub version: i64,
    /// Its status before.
    pub from: Option<Status>,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of it for one request.
#[derive(Debug)]
pub enum Outcome {
    /// It changes.
    Change(Change),
    /// It stands already as it is to be.
    Nothing,
    /// The rules of porting say no.
    Refused(Refusal),
    /// Somebody else changed it since it was looked at.
    Stale,
    /// There is no such request in the caller's sight.
    NotFound,
    /// It could not be done, for a reason of ours; it can be repeated.
    Failed(String),
}

/// What changes.
#[derive(Debug)]
pub struct Change {
    /// Its status afterwards.
    pub to: Status,
    /// The names of what happens, as in its history.
    pub facts: Vec<&'static str>,
    /// The same in sentences.
    pub says: Vec<String>,
    /// Who is mailed what.
    pub mails: Vec<Planned>,
    /// Whether `mails` is all of them. After a deed they may be unreadable; the deed stands all the same.
    pub mails_known: bool,
    /// What is done outside, in sentences.
    pub work: Vec<&'static str>,
}

/// Everything that one action does.
#[derive(Debug)]
pub struct Report {
    /// Each request, in the order in which they were named.
    pub lines: Vec<Line>,
}

impl Report {
    /// How many change.
    pub fn changes(&self) -> usize {
        self.lines
            .iter()
            .filter(|line| matches!(line.outcome, Outcome::Change(_)))
            .count()
    }

    /// How many mails leave.
    pub fn mails(&self) -> usize {
        self.lines
            .iter()
            .map(|line| match &line.outcome {
                Outcome::Change(change) => change.mails.len(),
                _ => 0,
            })
            .sum()
    }

    /// Whether [`Self::mails`] counts all of them.
    pub fn mails_known(&self) -> bool {
        self.lines.iter().all(|line| match &line.outcome {
            Outcome::Change(change) => change.mails_known,
            _ => true,
        })
    }
}

/// What is said of a request that was changed when nobody can tell who is mailed of it.
const MAILS_UNKNOWN: &str =
    "This is done. Which mails leave for it could not be read: do not repeat it, look at the port.";

/// An action whose words and names were checked, with what it needs to know beside.
struct Ready {
    action: Action,
    /// Who takes them or is given them.
    agent: (UserId, String),
}

async fn ready(app: &App, caller: &Caller, action: Action) -> Result<Ready, AppError> {
    caller.desk_only()?;
    let mut agent = (caller.user, caller.actor.name.clone());
    let said = |field: &str, text: &str, most: usize| match text.trim().chars().count() {
        0 => Err(AppError::field(field, "Write something.")),
        long if long > most => Err(AppError::field(
            field,
            format!("Say it in at most {} characters.", words::count(most)),
        )),
        _ => Ok(()),
    };
    match &action {
        Action::Submit { carrier, .. } if *carrier != app.config.carriers.default => {
            return Err(AppError::field(
                "carrier",
                format!(
                    "Choose {}: no other gaining carrier is set up.",
                    letters::gaining_carrier(app)
                ),
            ));
        }
        Action::Assign { to, .. } => agent = (*to, desk::agent(app, *to).await?.name),
        Action::Note { text, .. } => said("text", text, NOTE_CHARACTERS_MAX)?,
        Action::AskCarrier { text: Some(text) } => said("text", text, QUESTION_CHARACTERS_MAX)?,
        Action::Cancel { reason } => said("reason", reason, REASON_CHARACTERS_MAX)?,
        _ => {}
    }
    Ok(Ready { action, agent })
}

fn each_once(targets: Vec<Target>) -> Result<Vec<Target>, AppError> {
    let mut seen = HashSet::new();
    let targets: Vec<Target> = targets
        .into_iter()
        .filter(|target| seen.insert(target.port))
        .collect();
    if targets.is_empty() {
        return Err(AppError::field("ports", "Choose at least one port."));
    }
    if targets.len() > PORTS_MAX {
        return Err(AppError::Invalid(vec![Problem::new(
            "ports",
            format!("That is more than {PORTS_MAX} ports. Do it in several steps."),
        )]));
    }
    Ok(targets)
}

/// Says what an action would do to each request. Nothing is stored and nobody is mailed.
///
/// # Errors
/// [`AppError::Invalid`] when something is wrong with the action itself; what is wrong with a request is in its line.
pub async fn look(
    app: &App,
    caller: &Caller,
    action: Action,
    targets: Vec<Target>,
) -> Result<Report, AppError> {
    let (ready, targets) = (ready(app, caller, action).await?, each_once(targets)?);
    let mut lines = Vec::with_capacity(targets.len());
    for target in targets {
        let line = look_at(app, caller, &ready, target).await;
        lines.push(line.unwrap_or_else(|error| failed(target, &error)));
    }
    Ok(Report { lines })
}

async fn look_at(
    app: &App,
    caller: &Caller,
    ready: &Ready,
    target: Target,
) -> Result<Line, AppError> {
    let mut read = app.db.read().await?;
    let Ok(stored) = ports::visible(
        crate::db::ports::load(&mut read, target.port).await?,
        &caller.scope(),
    ) else {
        return Ok(unknown(target));
    };
    let around = Around::load(app, &mut read, &stored.request, &caller.scope()).await?;
    let now = app.clock.now();
    let mut line = line_of(&stored, &around, target);
    if matches!(line.outcome, Outcome::Stale) {
        return Ok(line);
    }
    let step = planned(app, ready, &stored, &around).and_then(|events| {
        ports::apply_all(&stored.request, events, &caller.actor, &around.world(), now)
    });
    line.outcome = match step {
        Err(refusal) => Outcome::Refused(refusal),
        Ok(step) if step.facts.is_empty() && step.effects.is_empty() => Outcome::Nothing,
        Ok(step) => {
            let facts: Vec<StoredFact> = step
                .facts
                .into_iter()
                .map(|fact| not_stored(app, caller, target.port, fact))
                .collect();
            let mails = mailing::planned(app, &mut read, &step.next, &facts).await?;
            Outcome::Change(change(
                status(&step.next),
                &facts,
                Some(mails),
                &step.effects,
                &around,
            ))
        }
    };
    Ok(line)
}

/// Does it: to each request by itself, in a transaction of its own.
///
/// # Errors
/// As [`look`]. What was done to some requests stays done when others are refused.
pub async fn run(
    app: &App,
    caller: &Caller,
    action: Action,
    targets: Vec<Target>,
) -> Result<Report, AppError> {
    let (ready, targets) = (ready(app, caller, action).await?, each_once(targets)?);
    let mut lines = Vec::with_capacity(targets.len());
    for target in targets {
        let line = do_one(app, caller, &ready, target).await;
        lines.push(line.unwrap_or_else(|error| failed(target, &error)));
    }
    Ok(Report { lines })
}

async fn do_one(
    app: &App,
    caller: &Caller,
    ready: &Ready,
    target: Target,
) -> Result<Line, AppError> {
    let mut read = app.db.read().await?;
    let Ok(stored) = ports::visible(
        crate::db::ports::load(&mut read, target.port).await?,
        &caller.scope(),
    ) else {
        return Ok(unknown(target));
    };
    let around = Around::load(app, &mut read, &stored.request, &caller.scope()).await?;
    // Nothing is read while the write goes on.
    drop(read);
    let mut line = line_of(&stored, &around, target);
    if matches!(line.outcome, Outcome::Stale) {
        return Ok(line);
    }
    let events = match planned(app, ready, &stored, &around) {
        Ok(events) => events,
        Err(refusal) => {
            line.outcome = Outcome::Refused(refusal);
            return Ok(line);
        }
    };
    let effects = ports::apply_all(
        &stored.request,
        events.clone(),
        &caller.actor,
        &around.world(),
        app.clock.now(),
    )
    .map(|step| step.effects)
    .unwrap_or_default();
    let extras = Extras {
        expected: Some(stored.version),
        ..Extras::default()
    };
    let scope = caller.scope();
    line.outcome = match ports::handle_all(app, target.port, scope, &caller.actor, events, extras)
        .await
    {
        Ok(handled) => {
            line.version = handled.version;
            if handled.facts.is_empty() && effects.is_empty() {
                Outcome::Nothing
            } else {
                // It is stored: nothing that goes wrong from here on may say that it was not.
                let mails = match mails_of(app, &handled).await {
                    Ok(mails) => Some(mails),
                    Err(error) => {
                        tracing::error!(port = %target.port, %error, "the mails of a bulk action could not be read");
                        None
                    }
                };
                Outcome::Change(change(
                    status(&handled.request),
                    &handled.facts,
                    mails,
                    &effects,
                    &around,
                ))
            }
        }
        Err(AppError::Refused(refusal)) => Outcome::Refused(refusal),
        Err(AppError::Stale) => Outcome::Stale,
        Err(AppError::NotFound(_)) => Outcome::NotFound,
        // One request that cannot be stored now keeps none of the others waiting.
        Err(error) => not_done(target, &error),
    };
    Ok(line)
}

async fn mails_of(app: &App, handled: &Handled) -> Result<Vec<Planned>, AppError> {
    let mut read = app.db.read().await?;
    Ok(mailing::planned(app, &mut read, &handled.request, &handled.facts).await?)
}

fn not_done(target: Target, error: &AppError) -> Outcome {
    tracing::error!(port = %target.port, %error, "a step of a bulk action failed");
    Outcome::Failed(error.to_string())
}

/// The line of a request that could not even be read. What was done to those before it stays done, and is reported.
fn failed(target: Target, error: &AppError) -> Line {
    Line {
        outcome: not_done(target, error),
        ..unknown(target)
    }
}

fn planned(
    app: &App,
    ready: &Ready,
    stored: &Stored,
    around: &Around,
) -> Result<Vec<crate::domain::port::Event>, Refusal> {
    let now = app.clock.now();
    let note: NoteId = app.ids.next(now);
    plan(
        &ready.action,
        (ready.agent.0, &ready.agent.1),
        &stored.request,
        around.calendar(),
        note,
        now,
    )
}

fn unknown(target: Target) -> Line {
    Line {
        port: target.port,
        title: target.port.to_string(),
        account: String::new(),
        version: target.version.unwrap_or(0),
        from: None,
        outcome: Outcome::NotFound,
    }
}

/// The line of a request of which nothing is known yet but whether it is still the version that was seen.
fn line_of(stored: &Stored, around: &Around, target: Target) -> Line {
    let numbers: Vec<E164> = stored
        .request
        .numbers
        .iter()
        .map(|one| one.number)
        .collect();
    let is_stale = target
        .version
        .is_some_and(|version| version != stored.version);
    Line {
        port: target.port,
        title: match numbers.as_slice() {
            [] => mailing::title_of(&stored.request),
            [one] => words::number(*one),
            [first, rest @ ..] => format!("{} and {} more", words::number(*first), rest.len()),
        },
        account: around.account_name().to_owned(),
        version: stored.version,
        from: Some(status(&stored.request)),
        outcome: if is_stale {
            Outcome::Stale
        } else {
            Outcome::Nothing
        },
    }
}

/// A fact as it would be stored, for what is said of it.
fn not_stored(app: &App, caller: &Caller, port: PortId, fact: Fact) -> StoredFact {
    let now = app.clock.now();
    let id: FactId = app.ids.next(now);
    StoredFact {
        id,
        port,
        seq: 0,
        at: now,
        actor: caller.actor.clone(),
        fact,
        hash: [0; 32],
    }
}

fn change(
    to: Status,
    facts: &[StoredFact],
    mails: Option<Vec<Planned>>,
    effects: &[Effect],
    around: &Around,
) -> Change {
    let mails_known = mails.is_some();
    let unknown = (!mails_known).then(|| MAILS_UNKNOWN.to_owned());
    Change {
        to,
        facts: facts.iter().map(|stored| stored.fact.name()).collect(),
        says: facts
            .iter()
            .map(|stored| words::say(&stored.fact, around.calendar().zone()))
            .chain(unknown)
            .collect(),
        mails: mails.unwrap_or_default(),
        mails_known,
        work: effects.iter().map(work).collect(),
    }
}

fn work(effect: &Effect) -> &'static str {
    match effect {
        Effect::CheckPortability => "The gaining carrier is asked which numbers it can take.",
        Effect::SubmitToCarrier => "The orders are made at the gaining carrier.",
        Effect::SendSupplement => "The corrected data goes to the gaining carrier.",
        Effect::CancelAtCarrier => "The gaining carrier is asked to cancel.",
        Effect::ReadFromCarrier => "The orders are read at the gaining carrier.",
        Effect::TellCarrier(_) => "The gaining carrier's staff is written to.",
    }
}
