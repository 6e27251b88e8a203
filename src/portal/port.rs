//! One port: where it stands, its numbers, documents, timeline and notes.

mod parts;

use axum::extract::{Path, State};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::errors::{Answer, Fault};
use super::session::{Portal, SignedIn, live_seconds};
use super::views::port::{Estimate, Head, NumberRow, PortPage, Window as WindowView};
use super::views::{Link, Room, Stage, StageState};
use super::{notes, tell};
use crate::app::notes as unread;
use crate::app::ports::{StoredFact, View};
use crate::app::{App, AppError, letters, ports};
use crate::domain::port::{
    Attention, Ball, Fact, Loa, PortRequest, Status, Text, Voice, next_window,
};
use crate::ids::PortId;

pub(super) use parts::{details, documents, event, orders};

/// Numbers that the page shows at most; a list of thousands is for the API and the download.
const NUMBERS_SHOWN: usize = 200;
/// Notes on the page of a port; the rest is on their own page.
const NOTES_SHOWN: usize = 5;

/// The id in a path. Another text is a page that does not exist.
pub(super) fn port_id(text: &str) -> Result<PortId, Fault> {
    text.parse()
        .map_err(|_| AppError::NotFound("port request").into())
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let app = &portal.app;
    let view = ports::seen(app, &who.caller, port_id(&id)?).await?;
    let id = view.request.id;
    let history = ports::history_seen(app, &who.caller, id).await?;
    let unread = unread::unread(app, &who.caller, &[id]).await?;
    let unread = unread.get(&id).copied().unwrap_or(0);
    who.page(&page(app, &who, &view, &history, unread))
}

fn page(app: &App, who: &SignedIn, view: &View, history: &[StoredFact], unread: u32) -> PortPage {
    let request = &view.request;
    let zone = view.calendar.zone();
    let now = app.clock.now();
    let desk = who.caller.is_desk();
    let all_notes = notes::entries(history, view, zone, now);
    let shown = all_notes.len().saturating_sub(NOTES_SHOWN);
    let (numbers, numbers_more) = numbers(view, zone, now);
    PortPage {
        shell: who.shell(Room::Ports, tell::title(request)),
        port: tell::port_ref(view),
        gaining: letters::gaining_carrier(app).to_owned(),
        head: head(app, who, view, now),
        stages: stages(view, history, zone, now),
        blockers: tell::blockers(
            request,
            view.blockers.iter().filter(|one| tell::is_obstacle(one)),
        ),
        numbers,
        numbers_more,
        window: next_window(request).map(|window| {
            let (day, time, utc) = tell::window(window, zone);
            WindowView {
                day,
                time,
                utc,
                jeopardy: jeopardy(request),
            }
        }),
        estimate: is_open_ended(view.standing.status).then(|| estimate(view, now)),
        texts: texts(view),
        details: details(app, view),
        orders: if desk {
            orders(request, zone, now)
        } else {
            Vec::new()
        },
        documents: documents(view, history, zone, now),
        timeline: history
            .iter()
            .rev()
            .filter(|one| !matches!(one.fact, Fact::NoteWritten { .. }))
            .map(|one| event(one, zone, now))
            .collect(),
        notes_count: all_notes.len(),
        unread,
        notes: all_notes.into_iter().skip(shown).collect(),
        actions: tell::actions(request, view.standing.status, who.user.role),
        desk,
        live_seconds: live_seconds(app),
    }
}

/// Whether nobody can name a date yet.
fn is_open_ended(status: Status) -> bool {
    matches!(
        status,
        Status::Draft
            | Status::AwaitingSignature
            | Status::AwaitingProof
            | Status::InReview
            | Status::Submitted
            | Status::Rejected
    )
}

/// How long it usually takes (R25, R26): from its submission, or from today while it is not submitted.
fn estimate(view: &View, now: Timestamp) -> Estimate {
    let from = view.request.released_at.unwrap_or(now);
    estimate_from(&view.calendar, from)
}

pub(super) fn estimate_from(
    calendar: &crate::domain::calendar::Calendar,
    from: Timestamp,
) -> Estimate {
    let date = calendar.date(from);
    let typical = calendar.typical_port_dates(date);
    Estimate {
        from: tell::long_day(typical.from),
        to: tell::long_day(typical.to),
        at_most: tell::long_day(calendar.slow_port_date(date)),
    }
}

fn jeopardy(request: &PortRequest) -> String {
    let at_risk: Vec<_> = request
        .attention
        .iter()
        .filter_map(|one| match one {
            Attention::Jeopardy { order } => request.order(*order),
            _ => None,
        })
        .collect();
    if at_risk.is_empty() {
        return String::new();
    }
    let said: Vec<&str> = at_risk
        .iter()
        .flat_map(|order| order.reasons.iter())
        .map(|reason| reason.text.as_str())
        .filter(|text| !text.is_empty())
        .collect();
    if said.is_empty() {
        "The losing provider may miss it. We are watching it and will write to you.".to_owned()
    } else {
        said.join("; ")
    }
}

fn head(app: &App, who: &SignedIn, view: &View, now: Timestamp) -> Head {
    let request = &view.request;
    let standing = &view.standing;
    let desk = who.caller.is_desk();
    let mut ball =
        tell::ball(app, who, request, standing, &view.calendar).unwrap_or(super::views::Ball {
            who: String::new(),
            mine: false,
            age: String::new(),
            late: false,
        });
    ball.who = match standing.ball {
        Ball::Nobody => "Nobody".to_owned(),
        Ball::LosingProvider => tell::carrier(request),
        Ball::GainingCarrier => letters::gaining_carrier(app).to_owned(),
        Ball::Customer if desk => format!("{}, {}", view.submitter, view.account_name),
        Ball::Owner => match &request.loa {
            Loa::Sent { signer, .. } => signer.name.clone(),
            _ => standing.ball.words().to_owned(),
        },
        other => other.words().to_owned(),
    };
    Head {
        now: standing.now.clone(),
        next: if standing.next.is_empty() {
            "Nothing.".to_owned()
        } else {
            standing.next.clone()
        },
        by_when: standing
            .by
            .map(|at| tell::when(at, view.calendar.zone(), now)),
        ball,
        todo: todo(who, view),
        old_service: standing.old_service.clone(),
    }
}

/// The one thing that this reader should do now.
fn todo(who: &SignedIn, view: &View) -> Option<Link> {
    let request = &view.request;
    let id = request.id;
    let link =
        |part: &str, text: &str| Some(Link::new(format!("/numbers/ports/{id}/{part}"), text));
    let desk = who.caller.is_desk();
    if desk && (view.standing.ball == Ball::Desk || !request.attention.is_empty()) {
        return Some(Link::new(
            format!("/desk/ports/{id}"),
            "Check it at the desk",
        ));
    }
    match view.standing.status {
        Status::Draft if view.missing.is_empty() => link("letter", "Send the letter for signing"),
        Status::Draft => link("edit", "Continue with the form"),
        Status::AwaitingSignature => link("letter", "See the letter, or send it again"),
        Status::AwaitingProof => link("proof", "Send the proof of ownership"),
        Status::Rejected if request.is_signed() && view.standing.ball == Ball::Customer => {
            link("answer", "Answer the question")
        }
        Status::Rejected if !request.is_signed() => link("letter", "To the new letter"),
        Status::Testing | Status::Porting => {
            let ported = request
                .numbers
                .iter()
                .any(|one| matches!(one.voice, Voice::Ported { .. }));
            ported
                .then(|| link("test", "Record the test calls"))
                .flatten()
        }
        _ => None,
    }
}

/// R28 to R33 as five steps.
fn stages(view: &View, history: &[StoredFact], zone: &TimeZone, now: Timestamp) -> Vec<Stage> {
    let request = &view.request;
    let status = view.standing.status;
    let first = |wanted: fn(&Fact) -> bool| {
        history
            .iter()
            .find(|one| wanted(&one.fact))
            .map(|one| tell::when(one.at, zone, now).day)
            .unwrap_or_default()
    };
    let last = |wanted: fn(&Fact) -> bool| {
        history
            .iter()
            .rev()
            .find(|one| wanted(&one.fact))
            .map(|one| tell::when(one.at, zone, now).day)
            .unwrap_or_default()
    };
    let reached = match status {
        Status::Draft | Status::AwaitingSignature | Status::AwaitingProof => 0,
        Status::InReview => 1,
        Status::Submitted | Status::Rejected => 2,
        Status::Scheduled | Status::Porting => 3,
        Status::Testing | Status::SnapbackPending | Status::SnappedBack => 4,
        Status::Completed => 5,
        // Where it stood when it was called off.
        Status::CancelPending | Status::Cancelled => match request.released_at {
            None => 0,
            Some(_) if next_window(request).is_some() => 3,
            Some(_) => 2,
        },
    };
    let stuck = matches!(
        status,
        Status::Rejected
            | Status::AwaitingProof
            | Status::CancelPending
            | Status::Cancelled
            | Status::SnapbackPending
            | Status::SnappedBack
    ) || request
        .attention
        .iter()
        .any(|one| matches!(one, Attention::Jeopardy { .. }));
    let notes = [
        match reached {
            0 => status.words().to_owned(),
            _ => last(|fact| matches!(fact, Fact::ProofReceived { .. })),
        },
        match reached {
            1 => "Being checked".to_owned(),
            _ => first(|fact| matches!(fact, Fact::Released)),
        },
        match status {
            Status::Rejected => format!(
                "Rejected {}",
                last(|fact| matches!(fact, Fact::NumbersRejected { .. }))
            ),
            _ if reached > 2 => first(|fact| matches!(fact, Fact::PortDateSet { .. })),
            _ => String::new(),
        },
        match next_window(request) {
            Some(window) => tell::when(window.start, zone, now).text,
            None if reached > 3 => first(|fact| matches!(fact, Fact::NumbersPorted { .. })),
            None => "Not set".to_owned(),
        },
        match reached {
            5 => first(|fact| matches!(fact, Fact::Completed)),
            4 => "Tests and texts".to_owned(),
            _ => "Calls at once, texts later".to_owned(),
        },
    ];
    [
        "Documents",
        "Submission",
        "Coordination",
        "Port date",
        "Completion",
    ]
    .into_iter()
    .zip(notes)
    .enumerate()
    .map(|(at, (name, note))| Stage {
        name: name.to_owned(),
        state: match at {
            at if at < reached => StageState::Done,
            at if at == reached && stuck => StageState::Stuck,
            at if at == reached => StageState::Now,
            _ => StageState::Ahead,
        },
        note,
    })
    .collect()
}

fn numbers(view: &View, zone: &TimeZone, now: Timestamp) -> (Vec<NumberRow>, usize) {
    let request = &view.request;
    let mut all: Vec<_> = request.numbers.iter().collect();
    let more = all.len().saturating_sub(NUMBERS_SHOWN);
    if more > 0 {
        all.sort_by_key(|one| !matches!(one.voice, Voice::Rejected { .. } | Voice::Failed { .. }));
        all.truncate(NUMBERS_SHOWN);
    }
    let rows = all
        .into_iter()
        .map(|one| NumberRow {
            id: one.id.to_string(),
            number: tell::number(one.number),
            kind: [
                tell::kind(one.number, one.kind),
                one.description.clone().unwrap_or_default(),
            ]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(". "),
            receiving: one.receiving.map(tell::number).unwrap_or_default(),
            source: one.source.clone().unwrap_or_default(),
            voice: tell::voice(&one.voice, zone, now),
            text: tell::text(one, zone, now),
            remark: remark(one),
            editable: view.standing.status.is_open() && !one.voice.is_over(),
        })
        .collect();
    (rows, more)
}

fn remark(one: &crate::domain::port::PortNumber) -> String {
    let mut said = Vec::new();
    match &one.voice {
        Voice::Rejected { reasons } => {
            let book = crate::domain::rejection::playbook(reasons);
            said.extend(book.known.iter().map(|known| known.plain.to_owned()));
            said.extend(book.unknown.iter().map(|reason| reason.text.clone()));
        }
        Voice::Failed { reason } => said.push(format!("{reason}.")),
        Voice::Ported { .. } => match &one.voice_test {
            None => said.push("Not tested yet.".to_owned()),
            Some(test) if test.passed => said.push(format!("Test call passed ({}).", test.by)),
            Some(test) => said.push(format!("Test call failed ({}). {}", test.by, test.remark)),
        },
        _ => {}
    }
    match &one.caller_id_test {
        Some(test) if test.passed => said.push(format!("Caller ID is right ({}).", test.by)),
        Some(test) => said.push(format!("Caller ID is wrong ({}). {}", test.by, test.remark)),
        None => {}
    }
    if let Some(reason) = &one.not_portable {
        said.push(format!("The gaining carrier cannot take it: {reason}"));
    }
    match &one.text {
        Text::Failed { reason } => said.push(format!("Texts: {reason}.")),
        Text::WaitingCampaign => said.push(
            "Texts need an approved A2P 10DLC brand and campaign. The registration can run while the port is under way."
                .to_owned(),
        ),
        _ => {}
    }
    said.join(" ")
}

/// When texts will work, in dates (R23, R54, R58).
fn texts(view: &View) -> String {
    let request = &view.request;
    if !request.numbers.iter().any(|one| one.wants_text) {
        return String::new();
    }
    let Some(window) = next_window(request) else {
        return String::new();
    };
    let promise = view.calendar.text_promise(view.calendar.date(window.start));
    format!(
        "Texts usually work 1 to 2 business days after the port date ({} or {}), at the latest by {}.",
        promise.usually.from.strftime("%B %-d"),
        promise.usually.to.strftime("%B %-d"),
        tell::long_day(promise.at_most)
    )
}
