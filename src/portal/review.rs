//! The check of one request at the desk: its papers beside what was typed, and what only a person decides.

mod snapback;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::desk::{agents, can_be_claimed, claim_line, cut_named, cut_words, slug};
use super::errors::{Answer, Fault};
use super::port::{self, port_id};
use super::posted::Posted;
use super::query::Query;
use super::session::{Portal, SignedIn};
use super::views::desk::{
    AttentionLine, Check, ReviewDocument, ReviewNumber, ReviewPage, WorkLine,
};
use super::views::form::BadLine;
use super::views::{Act, Badge, Choice, Field, Room, Tone};
use super::{fields, tell};
use crate::app::desk::{self, After, Cut};
use crate::app::ports::{DocumentKind, Extras, View};
use crate::app::{App, AppError, inbox, letters, papers, ports};
use crate::domain::address::{AddressKind, AddressText, PostalAddress};
use crate::domain::calendar::PortDateLimits;
use crate::domain::number::{E164, Kind};
use crate::domain::port::{
    Address, Attention, Change, Event, EventKind, Loa, PortNumber, Problem, RefusalKind, Status,
    Verdict, words,
};
use crate::ids::PortId;

pub(super) use snapback::{ask_snapback, end_snapback};

/// Numbers that the page shows at most.
const NUMBERS_SHOWN: usize = 100;

/// What somebody typed that was refused, and why.
#[derive(Default)]
struct Refused {
    /// The reason for refusing a document.
    refusal: Field,
    /// The reason for giving numbers up.
    give_up: Field,
    /// What the carrier's staff is to read.
    question: Field,
    /// Why a port is to be undone, or is not, and until when it can be.
    snapback: (Field, Field),
    /// The numbers that were ticked.
    ticked: Vec<String>,
    /// The queue that is worked through.
    cut: Option<Cut>,
    /// The document that is looked at.
    document: String,
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    who.desk_only()?;
    let asked = Refused {
        cut: cut_named(&who, query.one("queue")),
        document: query.one("doc").to_owned(),
        ..Refused::default()
    };
    let page = page(&portal.app, &who, port_id(&id)?, asked).await?;
    who.page(&page)
}

/// The queue that is worked through: how many are left, and which comes next.
async fn work(
    app: &App,
    who: &SignedIn,
    cut: Option<Cut>,
    id: PortId,
) -> Result<Option<WorkLine>, AppError> {
    let Some(cut) = cut else { return Ok(None) };
    let onward = desk::onward(app, &who.caller, cut, id, None).await?;
    Ok(Some(WorkLine {
        slug: slug(cut).to_owned(),
        name: cut_words(cut).to_owned(),
        left: onward.left,
        next: onward.next.map(|next| address(next, Some(cut))),
    }))
}

/// A request's check, in a queue or by itself.
fn address(id: PortId, cut: Option<Cut>) -> String {
    match cut {
        Some(cut) => format!("/desk/ports/{id}?queue={}", slug(cut)),
        None => format!("/desk/ports/{id}"),
    }
}

async fn page(
    app: &App,
    who: &SignedIn,
    id: PortId,
    refused: Refused,
) -> Result<ReviewPage, AppError> {
    let view = ports::view(app, &who.caller, id).await?;
    let history = ports::history_seen(app, &who.caller, id).await?;
    let request = &view.request;
    let zone = view.calendar.zone();
    let now = app.clock.now();
    let status = view.standing.status;
    let role = who.user.role;
    let mut unknown: Vec<BadLine> = inbox::list_unreadable(app, &who.caller)
        .await?
        .into_iter()
        .filter(|one| one.port == Some(id))
        .map(|one| BadLine {
            line: 0,
            column: format!("{} ({})", words::capital(&one.carrier), one.kind),
            value: String::from_utf8_lossy(&one.body)
                .chars()
                .take(500)
                .collect(),
            reason: one.remark.unwrap_or_default(),
        })
        .collect();
    unknown.extend(request.attention.iter().filter_map(|one| {
        match one {
            Attention::UnknownWord { order, word } => Some(BadLine {
                line: 0,
                column: request
                    .order(*order)
                    .map_or_else(String::new, |order| order.external_id.clone()),
                value: word.clone(),
                reason: "A status that is not known here. Ask the carrier what it means."
                    .to_owned(),
            }),
            _ => None,
        }
    }));
    let blockers = tell::blockers(request, &view.blockers);
    Ok(ReviewPage {
        shell: who.shell(Room::Desk, format!("Check {}", tell::title(request))),
        port: tell::port_ref(&view),
        work: work(app, who, refused.cut, id).await?,
        queue: refused.cut.map(slug).unwrap_or_default().to_owned(),
        claim: request
            .claim
            .as_ref()
            .map(|claim| claim_line(who, claim, zone, now)),
        open: can_be_claimed(status),
        agents: agents(app, who, "").await?,
        attention: attention(&view),
        documents: documents(&view, &history, zone, now, status, &refused),
        checks: checks(app, &view),
        compared: false,
        numbers: request
            .numbers
            .iter()
            .take(NUMBERS_SHOWN)
            .map(number)
            .collect(),
        numbers_more: request.numbers.len().saturating_sub(NUMBERS_SHOWN),
        submit: match tell::act(EventKind::Release, status, role) {
            Act::Open => match blockers.first() {
                Some(first) => Act::Closed(first.text.clone()),
                None => Act::Open,
            },
            _ if request.released_at.is_some() => Act::Hidden,
            other => other,
        },
        blockers,
        carriers: vec![Choice {
            value: app.config.carriers.default.clone(),
            label: letters::gaining_carrier(app).to_owned(),
            chosen: true,
        }],
        wish: request
            .details
            .requested_date
            .map(|date| date.to_string())
            .unwrap_or_default(),
        earliest: view
            .calendar
            .possible_port_dates(PortDateLimits::default(), now)
            .0
            .to_string(),
        resubmit: match tell::act(EventKind::Resubmit, status, role) {
            Act::Open if !request.is_signed() => Act::Closed(
                "Something that is printed on the letter changed: it has to be signed again first."
                    .to_owned(),
            ),
            Act::Open => Act::Open,
            _ => Act::Hidden,
        },
        give_up: tell::act(EventKind::GiveUp, status, role),
        ask_snapback: tell::act(EventKind::AskSnapback, status, role),
        end_snapback: tell::act(EventKind::ConfirmSnapback, status, role),
        snapback_reason: refused.snapback.0,
        snapback_until: match refused.snapback.1 {
            until if until.value.is_empty() && !until.is_wrong() => {
                // Providers undo a port on request within a day, as a rule.
                let tomorrow = view.calendar.date(now).tomorrow();
                Field::of(tomorrow.map_or_else(|_| String::new(), |day| day.to_string()))
            }
            until => until,
        },
        ask: tell::act(EventKind::AskCarrier, status, role),
        hopeless: request
            .numbers
            .iter()
            .filter(|one| !one.voice.is_over())
            .take(NUMBERS_SHOWN)
            .map(|one| Choice {
                value: one.number.to_string(),
                label: format!(
                    "{} ({})",
                    tell::number(one.number),
                    tell::voice(&one.voice, zone, now).text
                ),
                chosen: refused.ticked.contains(&one.number.to_string()),
            })
            .collect(),
        give_up_reason: refused.give_up,
        question: refused.question,
        orders: port::orders(request, zone, now),
        unknown,
        version: view.version,
        refusal: refused.refusal,
    })
}

fn attention(view: &View) -> Vec<AttentionLine> {
    view.request
        .attention
        .iter()
        .enumerate()
        .map(|(index, one)| AttentionLine {
            index,
            text: words::capital(&words::attention(one)),
            accept_date: match one {
                Attention::EarlyDate { order } => order.to_string(),
                _ => String::new(),
            },
        })
        .collect()
}

fn documents(
    view: &View,
    history: &[ports::StoredFact],
    zone: &jiff::tz::TimeZone,
    now: jiff::Timestamp,
    status: Status,
    asked: &Refused,
) -> Vec<ReviewDocument> {
    let request = &view.request;
    let open = matches!(
        status,
        Status::AwaitingProof | Status::InReview | Status::Rejected
    );
    let shown = port::documents(view, history, zone, now);
    let mut all: Vec<ReviewDocument> = view
        .documents
        .iter()
        .rev()
        .zip(shown)
        // The letter as it was sent is inside the signed one.
        .filter(|(document, _)| {
            document.kind != DocumentKind::Letter || !matches!(request.loa, Loa::Signed { .. })
        })
        .map(|(document, shown)| {
            let verdict = request
                .proof
                .iter()
                .find(|one| one.document == document.id)
                .map(|one| &one.verdict);
            ReviewDocument {
                id: document.id.to_string(),
                href: format!(
                    "{}{}doc={}",
                    address(request.id, asked.cut),
                    if asked.cut.is_some() { "&" } else { "?" },
                    document.id
                ),
                here: document.id.to_string() == asked.document,
                image: matches!(document.content_type.as_str(), "image/jpeg" | "image/png"),
                document: shown,
                decide: match verdict {
                    Some(Verdict::Waiting) if open => Act::Open,
                    _ => Act::Hidden,
                },
            }
        })
        .collect();
    // What waits for a verdict is looked at first.
    all.sort_by_key(|one| !one.decide.is_open());
    if !all.iter().any(|one| one.here)
        && let Some(first) = all.first_mut()
    {
        first.here = true;
    }
    all
}

fn checks(app: &App, view: &View) -> Vec<Check> {
    let details = &view.request.details;
    let warned = |kind: AddressKind, address: &Address| {
        let text = AddressText {
            street: address.street.clone(),
            extended: address.extended.clone(),
            city: address.city.clone(),
            state: address.state.clone(),
            postal_code: address.postal_code.clone(),
        };
        PostalAddress::parse(kind, &text)
            .map(|address| {
                address
                    .warnings()
                    .into_iter()
                    .map(|one| one.text.into_owned())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .unwrap_or_default()
    };
    port::details(app, view)
        .into_iter()
        .map(|fact| Check {
            risk: match fact.key.as_str() {
                "Billing address" => warned(AddressKind::Billing, &details.billing),
                "Service address" => warned(AddressKind::Service, view.request.service_address()),
                _ => String::new(),
            },
            label: fact.key,
            typed: fact.value,
            read: String::new(),
            verdict: Badge::new(Tone::Info, "To compare"),
        })
        .collect()
}

fn number(one: &PortNumber) -> ReviewNumber {
    ReviewNumber {
        number: tell::number(one.number),
        kind: tell::kind(one.number, one.kind),
        portable: match &one.not_portable {
            Some(reason) => Badge::new(Tone::Stop, reason.clone()),
            None if one.kind == Kind::Unknown => Badge::new(Tone::Draft, "Not checked yet"),
            None => Badge::new(Tone::Done, "Yes"),
        },
        on_bill: Badge::new(Tone::Draft, "Not read"),
    }
}

async fn happen(
    app: &App,
    who: &SignedIn,
    id: PortId,
    events: Vec<Event>,
    expected: Option<i64>,
) -> Result<(), AppError> {
    let extras = Extras {
        expected,
        ..Extras::default()
    };
    ports::handle_all(
        app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        events,
        extras,
    )
    .await
    .map(|_| ())
}

/// Where somebody is in a queue, before they do something that may take the request out of it.
struct Place {
    id: PortId,
    cut: Option<Cut>,
    passed: Option<After>,
}

impl Place {
    async fn of(app: &App, posted: &Posted, id: PortId) -> Result<Self, AppError> {
        let cut = cut_named(&posted.who, posted.one("queue"));
        let passed = match cut {
            Some(cut) => desk::place(app, &posted.who.caller, cut, id).await?,
            None => None,
        };
        Ok(Self { id, cut, passed })
    }

    /// On to the next in the queue, or back to the page: with what was done, or with why not. Nothing typed is lost by
    /// either.
    async fn on(self, app: &App, who: &SignedIn, done: Result<(), AppError>, says: &str) -> Answer {
        let here = address(self.id, self.cut);
        match done {
            Ok(()) => self.onward(app, who, says).await,
            Err(error @ (AppError::Refused(_) | AppError::Invalid(_))) => {
                Ok(who.go(&here, Tone::Stop, error.to_string().trim()))
            }
            Err(AppError::Stale) => Ok(who.go(
                &here,
                Tone::Act,
                "Somebody else changed this request meanwhile. Look at it again and repeat your step if it is still needed.",
            )),
            Err(error) => Err(error.into()),
        }
    }

    async fn onward(self, app: &App, who: &SignedIn, says: &str) -> Answer {
        let Some(cut) = self.cut else {
            return who.done(&address(self.id, None), says);
        };
        let name = cut_words(cut);
        let onward = desk::onward(app, &who.caller, cut, self.id, self.passed).await?;
        match onward.next {
            _ if onward.here => who.done(&address(self.id, Some(cut)), says),
            Some(next) => who.done(
                &address(next, Some(cut)),
                &format!(
                    "{says} This is the next one; {} left in \"{name}\".",
                    onward.left
                ),
            ),
            None if onward.left > 0 => who.done(
                &format!("/desk/{}", slug(cut)),
                &format!("{says} What is left in \"{name}\" somebody else has."),
            ),
            None => who.done(
                &format!("/desk/{}", slug(cut)),
                &format!("{says} That was the last one in \"{name}\"."),
            ),
        }
    }
}

fn version(posted: &Posted) -> Option<i64> {
    posted.one("version").parse().ok()
}

/// R29: the desk releases the request to the gaining carrier.
pub(super) async fn submit(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let view = ports::view(app, &who.caller, id).await?;
    let mut events = Vec::new();
    match fields::port_date(posted.one("date"), &view.calendar, app.clock.now()) {
        Ok(wish) if wish == view.request.details.requested_date => {}
        Ok(wish) => events.push(Event::Edit {
            changes: vec![Change::RequestedDate(wish)],
        }),
        Err(says) => return Ok(who.go(&address(id, place.cut), Tone::Stop, &says)),
    }
    events.push(Event::Release);
    let done = happen(app, who, id, events, version(&posted)).await;
    place.on(
        app,
        who,
        done,
        "Submitted. The customer gets an email, and the carrier's answers come in by themselves.",
    )
    .await
}

pub(super) async fn accept_proof(
    State(portal): State<Portal>,
    Path((id, document)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let document = document
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("document")))?;
    let done = papers::judge(app, &who.caller, id, document, None)
        .await
        .map(|_| ());
    place.on(app, who, done, "The proof is accepted.").await
}

pub(super) async fn refuse_proof(
    State(portal): State<Portal>,
    Path((id, document)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let document = document
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("document")))?;
    let reason = posted.one("reason").trim().to_owned();
    match papers::judge(app, &who.caller, id, document, Some(reason.clone())).await {
        Ok(_) => {
            let says = "The proof is not accepted; the customer is asked for another one.";
            place.on(app, &who, Ok(()), says).await
        }
        Err(error) => {
            let says = first(fields::problems(error)?);
            who.here = address(id, place.cut);
            let refused = Refused {
                refusal: Field::wrong(reason, says).focused(),
                cut: place.cut,
                document: document.to_string(),
                ..Refused::default()
            };
            let page = page(app, &who, id, refused).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn first(problems: Vec<Problem>) -> String {
    problems
        .into_iter()
        .next()
        .map_or_else(String::new, |problem| problem.says)
}

/// What is wrong with the field of a form, if that is why an event was refused.
fn about_a_field(done: &Result<(), AppError>) -> Option<String> {
    match done {
        Err(AppError::Refused(refusal)) if refusal.kind == RefusalKind::Invalid => {
            refusal.problems.first().map(|problem| problem.says.clone())
        }
        _ => None,
    }
}

pub(super) async fn resubmit(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let done = happen(app, who, id, vec![Event::Resubmit], None).await;
    place
        .on(app, who, done, "It goes back to the carrier.")
        .await
}

/// Has the orders read now, and writes to the carrier's staff if there is something to write.
pub(super) async fn ask_carrier(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let text = posted.one("question").trim();
    let text = (!text.is_empty()).then(|| text.to_owned());
    let done = happen(app, &who, id, vec![Event::AskCarrier { text }], None).await;
    if let Some(says) = about_a_field(&done) {
        who.here = address(id, place.cut);
        let refused = Refused {
            cut: place.cut,
            question: Field::wrong(posted.one("question"), says).focused(),
            ..Refused::default()
        };
        let page = page(app, &who, id, refused).await?;
        return who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    place
        .on(
            app,
            &who,
            done,
            "The carrier is asked. What it says comes in by itself.",
        )
        .await
}

pub(super) async fn give_up(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let reason = posted.one("reason").trim().trim_end_matches('.').to_owned();
    let numbers: Vec<E164> = posted
        .every("number")
        .filter_map(|text| text.parse().ok())
        .collect();
    let (says, done) = if numbers.is_empty() {
        (Some("Tick at least one number.".to_owned()), Ok(()))
    } else if reason.is_empty() {
        let says = "Say why, in words for the customer.";
        (Some(says.to_owned()), Ok(()))
    } else {
        let done = happen(app, &who, id, vec![Event::GiveUp { numbers, reason }], None).await;
        (about_a_field(&done), done)
    };
    if let Some(says) = says {
        who.here = address(id, place.cut);
        let refused = Refused {
            cut: place.cut,
            give_up: Field::wrong(posted.one("reason"), says).focused(),
            ticked: posted.every("number").map(str::to_owned).collect(),
            ..Refused::default()
        };
        let page = page(app, &who, id, refused).await?;
        return who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    place
        .on(app, &who, done, "Given up. The other numbers continue.")
        .await
}

pub(super) async fn accept_date(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let order = posted
        .one("order")
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("order")))?;
    let done = happen(app, who, id, vec![Event::AcceptDate { order }], None).await;
    place.on(app, who, done, "The date is accepted.").await
}

pub(super) async fn clear(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let place = Place::of(app, &posted, id).await?;
    let index = posted.one("index").parse().unwrap_or(usize::MAX);
    // The place in the list means something only in the version that was seen.
    let event = Event::ClearAttention { index };
    let done = happen(app, who, id, vec![event], version(&posted)).await;
    place.on(app, who, done, "Done.").await
}
