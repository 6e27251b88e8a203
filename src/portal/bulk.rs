//! One action for many ports: first a look at what it would do, then the deed, then what came of each.

use axum::extract::State;
use axum::response::Redirect;

use super::desk::{agents, cut_named, cut_words, slug};
use super::errors::Answer;
use super::fields;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::desk::{BulkPage, BulkRow, BulkStep};
use super::views::{Badge, Choice, Field, Room, Tone};
use crate::app::bulk::{self, Action, DateRule, Line, Outcome, Report, Target};
use crate::app::desk::Cut;
use crate::app::{App, AppError, letters};
use crate::domain::port::{Problem, Queue};

/// The actions: value, what it is called in a list, and as a heading.
const ACTIONS: [(&str, &str, &str); 9] = [
    ("claim", "Claim them", "Claim"),
    ("accept_proofs", "Accept their proofs", "Accept proofs"),
    ("submit", "Submit to the carrier", "Submit to the carrier"),
    ("ask_carrier", "Ask the carrier now", "Ask the carrier"),
    ("note", "Write a note to all", "Write a note"),
    ("assign", "Hand them to somebody", "Hand over"),
    ("release", "Give them back", "Give back"),
    ("clear", "Mark what waits as done", "Mark as done"),
    ("cancel", "Cancel them", "Cancel"),
];

/// The actions as entries of a drop-down.
pub(super) fn actions(chosen: &str) -> Vec<Choice> {
    ACTIONS
        .iter()
        .map(|(value, label, _)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            chosen: *value == chosen,
        })
        .collect()
}

/// Nothing is at this address by itself.
pub(super) async fn start() -> Redirect {
    Redirect::to("/desk")
}

/// What was sent with the form.
struct Sent {
    action: String,
    carrier: String,
    date: String,
    text: String,
    staff_only: bool,
    to: String,
    over: bool,
    cut: Option<Cut>,
    /// What was ticked.
    ports: Vec<Target>,
    /// What would change, in the versions that were looked at.
    seen: Vec<Target>,
    /// The same details as they were when the ports were looked at.
    looked: String,
    does: bool,
}

impl Sent {
    /// A field that is not sent yet is what the page will send of it, so that a look and the deed after it compare equal.
    fn read(app: &App, posted: &Posted) -> Self {
        let targets = |name: &str| -> Vec<Target> {
            let read = |text: &str| {
                let (port, version) = text.split_once('@').unwrap_or((text, ""));
                Some(Target {
                    port: port.parse().ok()?,
                    version: version.parse().ok(),
                })
            };
            posted.every(name).filter_map(read).collect()
        };
        Self {
            action: posted.one("action").to_owned(),
            carrier: match posted.one("carrier") {
                "" => app.config.carriers.default.clone(),
                carrier => carrier.to_owned(),
            },
            date: match posted.one("date") {
                "earliest" => "earliest".to_owned(),
                _ => "wish".to_owned(),
            },
            text: posted.one("text").to_owned(),
            staff_only: posted.one("sees") == "desk",
            to: posted.one("to").to_owned(),
            over: posted.ticked("over"),
            cut: cut_named(&posted.who, posted.one("queue")),
            ports: targets("port"),
            seen: targets("seen"),
            looked: posted.one("looked").to_owned(),
            does: posted.one("do") == "run",
        }
    }

    /// What makes the action, in one text: what is done must be what was looked at.
    fn details(&self) -> String {
        let yes = |flag: bool| if flag { "yes" } else { "no" };
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("action", self.action.as_str()),
                ("carrier", &self.carrier),
                ("date", &self.date),
                ("text", &self.text),
                ("staff", yes(self.staff_only)),
                ("to", &self.to),
                ("over", yes(self.over)),
            ])
            .finish()
    }

    fn action(&self) -> Result<Action, AppError> {
        let queue = match self.cut {
            Some(Cut::Of(queue)) => Some(queue),
            _ => None,
        };
        Ok(match self.action.as_str() {
            "claim" => Action::Claim { over: self.over },
            "accept_proofs" => Action::AcceptProofs,
            "submit" => Action::Submit {
                carrier: self.carrier.clone(),
                date: if self.date == "earliest" {
                    DateRule::Earliest
                } else {
                    DateRule::AsWished
                },
            },
            "ask_carrier" => Action::AskCarrier {
                text: (!self.text.trim().is_empty()).then(|| self.text.clone()),
            },
            "note" => Action::Note {
                text: self.text.clone(),
                staff_only: self.staff_only,
            },
            "assign" => Action::Assign {
                to: self
                    .to
                    .parse()
                    .map_err(|_| AppError::field("to", "Choose to whom you hand them."))?,
                over: self.over,
            },
            "release" => Action::Release,
            "clear" => Action::ClearAttention {
                queue: queue.filter(|queue| holds_lines(*queue)),
            },
            "cancel" => Action::Cancel {
                reason: self.text.clone(),
            },
            _ => return Err(AppError::field("action", "Choose what to do.")),
        })
    }
}

/// Whether lines that are ticked off put requests in this queue; in the others all lines are meant.
fn holds_lines(queue: Queue) -> bool {
    !matches!(queue, Queue::Documents | Queue::Submit | Queue::Windows)
}

/// A look at what the action would do, or the deed.
pub(super) async fn act(State(portal): State<Portal>, posted: Posted) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let sent = Sent::read(app, &posted);
    let back = format!("/desk/{}", slug(sent.cut.unwrap_or(Cut::All)));
    if sent.ports.is_empty() {
        let says = "Tick at least one port first.";
        return Ok(who.go(&back, Tone::Act, says));
    }
    if !ACTIONS.iter().any(|(value, ..)| *value == sent.action) {
        return Ok(who.go(&back, Tone::Act, "Choose what to do with them."));
    }
    // The details were changed after the look: it is looked at once more.
    let changed = sent.does && sent.looked != sent.details();
    let does = sent.does && !changed;
    let (report, problems) = match sent.action() {
        Err(AppError::Invalid(problems)) => (None, problems),
        Err(error) => return Err(error.into()),
        Ok(action) => {
            let done = if does {
                bulk::run(app, &who.caller, action, sent.seen.clone()).await
            } else {
                bulk::look(app, &who.caller, action, sent.ports.clone()).await
            };
            match done {
                Ok(report) => (Some(report), Vec::new()),
                Err(error) => (None, fields::problems(error)?),
            }
        }
    };
    if let Some(too_many) = problems.iter().find(|one| one.field == "ports") {
        return Ok(who.go(&back, Tone::Stop, &too_many.says));
    }
    let page = page(app, who, &sent, report, &problems, does, changed).await?;
    who.page(&page)
}

async fn page(
    app: &App,
    who: &SignedIn,
    sent: &Sent,
    report: Option<Report>,
    problems: &[Problem],
    done: bool,
    changed: bool,
) -> Result<BulkPage, AppError> {
    let heading = ACTIONS
        .iter()
        .find(|(value, ..)| *value == sent.action)
        .map_or("", |(_, _, heading)| heading);
    let cut = sent.cut.unwrap_or(Cut::All);
    // On arrival nothing was typed yet that could be wrong.
    let first = sent.looked.is_empty();
    let field = |name: &str, value: &str| match problems
        .iter()
        .find(|one| one.field == name)
        .filter(|_| !first)
    {
        Some(problem) => Field::wrong(value, problem.says.clone()).focused(),
        None => Field::of(value),
    };
    let (changes, mails) = report.as_ref().map_or((0, Some(0)), |report| {
        let known = report.mails_known();
        (report.changes(), known.then(|| report.mails()))
    });
    let lines = report.map(|report| report.lines).unwrap_or_default();
    let others = lines.len() - changes;
    let summary = if lines.is_empty() {
        String::new()
    } else {
        summary(done, changes, others, mails)
    };
    let text_name = if sent.action == "cancel" {
        "reason"
    } else {
        "text"
    };
    Ok(BulkPage {
        shell: who.shell(Room::Desk, heading),
        heading: heading.to_owned(),
        action: sent.action.clone(),
        queue: slug(cut).to_owned(),
        queue_name: cut_words(cut).to_owned(),
        step: match (done, lines.is_empty()) {
            (true, _) => BulkStep::Done,
            (false, true) => BulkStep::Ask,
            (false, false) => BulkStep::Look,
        },
        summary,
        changed,
        looked: sent.details(),
        ports: sent.ports.iter().map(|one| one.port.to_string()).collect(),
        seen: lines
            .iter()
            .filter(|line| matches!(line.outcome, Outcome::Change(_)))
            .map(|line| format!("{}@{}", line.port, line.version))
            .collect(),
        changes,
        rows: lines.iter().map(|line| row(line, done)).collect(),
        carriers: vec![Choice {
            value: app.config.carriers.default.clone(),
            label: letters::gaining_carrier(app).to_owned(),
            chosen: true,
        }],
        dates: Choice::list(
            &[
                ("wish", "Each customer's preferred date"),
                ("earliest", "The earliest possible for each"),
            ],
            if sent.date == "earliest" {
                "earliest"
            } else {
                "wish"
            },
        ),
        text: field(text_name, &sent.text),
        sees: Choice::list(
            &[
                ("all", "The customers; each gets it by mail"),
                ("desk", "Only the desk"),
            ],
            if sent.staff_only { "desk" } else { "all" },
        ),
        agents: agents(app, who, &sent.to).await?,
        to_error: field("to", "").error,
        over: sent.over,
    })
}

fn ports_words(count: usize) -> String {
    match count {
        1 => "1 port".to_owned(),
        count => format!("{count} ports"),
    }
}

fn summary(done: bool, changes: usize, others: usize, mails: Option<usize>) -> String {
    let mails = match mails {
        None => "Not all mails that go out are known.".to_owned(),
        Some(0) => "No mails go out.".to_owned(),
        Some(1) => "1 mail goes out.".to_owned(),
        Some(mails) => format!("{mails} mails go out."),
    };
    let others = match (done, others) {
        (_, 0) => String::new(),
        (true, 1) => " 1 port stayed as it was.".to_owned(),
        (true, others) => format!(" {others} ports stayed as they were."),
        (false, 1) => " 1 port would stay as it is.".to_owned(),
        (false, others) => format!(" {others} ports would stay as they are."),
    };
    if done {
        format!("Done for {}.{others} {mails}", ports_words(changes))
    } else {
        format!(
            "{} would change.{others} {mails} Nothing has been done yet.",
            ports_words(changes)
        )
    }
}

fn row(line: &Line, done: bool) -> BulkRow {
    let mut row = BulkRow {
        href: format!("/desk/ports/{}", line.port),
        title: line.title.clone(),
        account: line.account.clone(),
        from: line.from.map(tell::status),
        to: None,
        outcome: Badge::new(Tone::Done, if done { "Done" } else { "Would be done" }),
        says: Vec::new(),
        mails: Vec::new(),
    };
    let mut stays = |tone: Tone, words: &str, says: String| {
        row.outcome = Badge::new(tone, words);
        row.says.push(says);
    };
    match &line.outcome {
        Outcome::Change(change) => {
            row.to = (Some(change.to) != line.from).then(|| tell::status(change.to));
            if !done {
                row.outcome = Badge::new(Tone::Go, "Would be done");
            }
            row.says.extend(change.says.iter().cloned());
            row.says
                .extend(change.work.iter().map(|text| (*text).to_owned()));
            row.mails = change
                .mails
                .iter()
                .map(|mail| format!("{}: {}", mail.to_address, mail.subject))
                .collect();
        }
        Outcome::Nothing => stays(Tone::Info, "Nothing to do", "It is already so.".to_owned()),
        Outcome::Refused(refusal) => {
            stays(Tone::Stop, "Refused", refusal.to_string().trim().to_owned());
        }
        Outcome::Stale => stays(
            Tone::Act,
            "Changed meanwhile",
            "Somebody else changed it after you looked. Look at it again.".to_owned(),
        ),
        Outcome::NotFound => stays(
            Tone::Stop,
            "Not found",
            "That port no longer exists.".to_owned(),
        ),
        Outcome::Failed(says) => stays(Tone::Stop, "Failed", says.clone()),
    }
    row
}
