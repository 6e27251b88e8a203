//! The desk: its queues, and who has what.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;

use super::errors::{Answer, Fault};
use super::port::port_id;
use super::posted::Posted;
use super::query::Query;
use super::session::{Portal, SignedIn, live_seconds, local_path};
use super::tell;
use super::views::desk::{ClaimLine, DeskItem, DeskPage, DueLine, QueueLine, TakePage};
use super::views::{Choice, Link, Pager, PortRef, Room, Tone};
use crate::app::desk::{self, After, Asked, Cut, Item, Page};
use crate::app::ports::Guard;
use crate::app::{App, AppError, ports};
use crate::domain::number::E164;
use crate::domain::port::{Claim, Queue, Status};
use crate::ids::{PortId, UserId};

/// Rows of a page.
const ROWS: i64 = 25;

/// The name of a part of the table in addresses.
pub(super) fn slug(cut: Cut) -> &'static str {
    cut.name()
}

/// The part of the table with this name, as this person sees it.
pub(super) fn cut_named(who: &SignedIn, slug: &str) -> Option<Cut> {
    match slug {
        "all" => Some(Cut::All),
        "mine" => Some(Cut::Mine(who.caller.user)),
        name => Queue::named(name).map(Cut::Of),
    }
}

/// The name of a part of the table.
pub(super) fn cut_words(cut: Cut) -> &'static str {
    match cut {
        Cut::All => "Everything",
        Cut::Mine(_) => "Mine",
        Cut::Of(queue) => queue.words(),
    }
}

fn purpose(cut: Cut) -> &'static str {
    match cut {
        Cut::All => "Everything on the desk's table, the longest waiting first.",
        Cut::Mine(_) => {
            "What you have taken or were handed, also while it waits for somebody else."
        }
        Cut::Of(queue) => queue.purpose(),
    }
}

fn tone(cut: Cut) -> Tone {
    match cut {
        Cut::All => Tone::Info,
        Cut::Mine(_) => Tone::Draft,
        Cut::Of(Queue::Documents | Queue::Rejected) => Tone::Act,
        Cut::Of(Queue::Submit | Queue::Windows) => Tone::Go,
        Cut::Of(Queue::Dates) => Tone::Done,
        Cut::Of(Queue::Silent | Queue::Customers) => Tone::Wait,
        Cut::Of(Queue::Words) => Tone::Info,
        Cut::Of(Queue::Tests) => Tone::Stop,
    }
}

/// What of the table an address asks for, beside the queue.
#[derive(Clone, Default)]
struct Shown {
    text: String,
    after: Option<After>,
    tick_all: bool,
}

impl Shown {
    fn read(query: &Query) -> Self {
        Self {
            text: query.word("q"),
            after: query.parsed("after"),
            tick_all: query.one("tick") == "all",
        }
    }

    fn href(&self, cut: Cut) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.text.is_empty() {
            query.append_pair("q", &self.text);
        }
        if let Some(after) = self.after {
            query.append_pair("after", &after.to_string());
        }
        if self.tick_all {
            query.append_pair("tick", "all");
        }
        let path = format!("/desk/{}", slug(cut));
        match query.finish() {
            empty if empty.is_empty() => path,
            query => format!("{path}?{query}"),
        }
    }
}

pub(super) async fn queues(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    show(&portal, &who, Cut::All, &query).await
}

pub(super) async fn one_queue(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(slug): Path<String>,
    query: Query,
) -> Answer {
    who.desk_only()?;
    // As the queue was called before.
    if slug == "papers" {
        return Ok(Redirect::permanent("/desk/documents").into_response());
    }
    let cut = cut_named(&who, &slug).ok_or(AppError::NotFound("page"))?;
    show(&portal, &who, cut, &query).await
}

async fn show(portal: &Portal, who: &SignedIn, cut: Cut, query: &Query) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let query = Shown::read(query);
    let table = desk::table(
        app,
        &who.caller,
        &Asked {
            cut,
            text: query.text.clone(),
            after: query.after,
            limit: if query.text.is_empty() {
                ROWS
            } else {
                desk::FOUND_MAX
            },
        },
    )
    .await?;
    let searched = !query.text.is_empty();
    let cuts = std::iter::once(Cut::All)
        .chain(Queue::ALL.map(Cut::Of))
        .chain([Cut::Mine(who.caller.user)]);
    let queues = cuts
        .map(|one| QueueLine {
            slug: slug(one).to_owned(),
            name: cut_words(one).to_owned(),
            count: table.counts.of(one),
            here: one == cut && !searched,
            tone: tone(one),
        })
        .collect();
    let total = table.counts.of(cut);
    let next = table.next.map(|after| {
        Shown {
            after: Some(after),
            ..Shown::default()
        }
        .href(cut)
    });
    let now = app.clock.now();
    let items: Vec<DeskItem> = table
        .items
        .iter()
        .map(|one| item(who, one, cut, now))
        .collect();
    let text = match (searched, items.len()) {
        (true, 1) => "1 port found".to_owned(),
        (true, many) if i64::try_from(many) == Ok(desk::FOUND_MAX) => {
            format!("The newest {many} are shown; add words to find fewer.")
        }
        (true, many) => format!("{many} ports found"),
        (false, 1) if total == 1 => "1 port".to_owned(),
        (false, many) if u32::try_from(many) == Ok(total) => format!("{total} ports"),
        (false, many) => format!("{many} of {total} ports"),
    };
    let page = DeskPage {
        shell: who.shell(Room::Desk, if searched { "Search" } else { cut_words(cut) }),
        queues,
        slug: slug(cut).to_owned(),
        name: if searched {
            format!("Found: {}", query.text)
        } else {
            cut_words(cut).to_owned()
        },
        purpose: if searched {
            "Searched: numbers, carrier orders, companies, people, accounts, carriers and ids of all ports.".to_owned()
        } else {
            purpose(cut).to_owned()
        },
        search: query.text.clone(),
        tick_all: Shown {
            tick_all: true,
            ..query.clone()
        }
        .href(cut),
        ticked: query.tick_all,
        actions: super::bulk::actions(""),
        pager: Pager {
            text,
            previous: query.after.map(|_| Shown::default().href(cut)),
            next,
            plain: false,
        },
        items,
        live_seconds: if searched { 0 } else { live_seconds(app) },
    };
    who.page(&page)
}

fn item(who: &SignedIn, item: &Item, cut: Cut, now: Timestamp) -> DeskItem {
    let row = &item.row;
    let zone = item.calendar.zone();
    let queue = slug(item.queue.map_or(cut, Cut::Of));
    // Who works through "everything" or "mine" goes on there.
    let queue = match cut {
        Cut::Of(_) => queue,
        other => slug(other),
    };
    let review = format!("/desk/ports/{}?queue={queue}", row.id);
    let href = match item.todo.page {
        Page::Review => review.clone(),
        Page::Notes => format!("/numbers/ports/{}/notes", row.id),
        Page::Test => format!("/numbers/ports/{}/test", row.id),
    };
    let title = match (row.first_number.as_deref(), row.numbers) {
        (None, _) if row.details.title.trim().is_empty() => "No number yet".to_owned(),
        (None, _) => row.details.title.clone(),
        (Some(number), many) => {
            let first = number
                .parse::<E164>()
                .map_or_else(|_| number.to_owned(), tell::number);
            match many {
                ..=1 => first,
                many => format!("{first} and {} more", many - 1),
            }
        }
    };
    let carrier = row.details.losing_carrier.trim();
    DeskItem {
        port: PortRef {
            id: row.id.to_string(),
            title,
            carrier: if carrier.is_empty() {
                "a provider not named yet".to_owned()
            } else {
                carrier.to_owned()
            },
            account: row.account_name.clone(),
            status: match &row.status {
                Ok(status) => tell::status(*status),
                Err(name) => tell::status_named(name),
            },
        },
        href: review,
        why: item.why.clone(),
        since: tell::when(item.since, zone, now),
        age: match item.days {
            0 => String::new(),
            1 => "1 business day".to_owned(),
            days => format!("{days} business days"),
        },
        late: item.late,
        due: item.due.as_ref().map(|due| DueLine {
            what: due.what.to_owned(),
            at: tell::when(due.at, zone, now),
            day: due.day,
        }),
        claim: row
            .claim
            .as_ref()
            .map(|claim| claim_line(who, claim, zone, now)),
        todo: Link::new(href, item.todo.verb),
        todo_text: item.todo.text.to_owned(),
        open: row.status.as_ref().is_ok_and(|status| status.is_open()),
    }
}

/// Who has a request, as this person sees it.
pub(super) fn claim_line(
    who: &SignedIn,
    claim: &Claim,
    zone: &jiff::tz::TimeZone,
    now: Timestamp,
) -> ClaimLine {
    let at = tell::when(claim.at, zone, now);
    let there = claim.at.to_zoned(zone.clone());
    let is_today = there.date() == now.to_zoned(zone.clone()).date();
    ClaimLine {
        mine: claim.user == who.caller.user,
        name: claim.name.clone(),
        since: if is_today {
            there.strftime("%-I:%M %P").to_string()
        } else {
            at.text.clone()
        },
        at,
    }
}

/// Where to go when something was done to who has a request.
fn back(posted: &Posted, id: PortId) -> String {
    match posted.one("back") {
        "" => format!("/desk/ports/{id}"),
        path => local_path(path).to_owned(),
    }
}

fn over(posted: &Posted) -> Option<UserId> {
    posted.one("over").parse().ok()
}

/// Says how it went; when somebody else has the request, asks whether to take it over.
fn answer(
    posted: &Posted,
    id: PortId,
    done: Result<String, AppError>,
    to: &str,
) -> Result<Response, Fault> {
    let who = &posted.who;
    let back = back(posted, id);
    match done {
        Ok(says) => who.done(&back, &says),
        Err(AppError::Refused(refusal)) if refusal.rule == "claimed" => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("back", &back);
            if !to.is_empty() {
                query.append_pair("to", to);
            }
            let path = format!("/desk/ports/{id}/take?{}", query.finish());
            Ok(Redirect::to(&path).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid(_))) => {
            Ok(who.go(&back, Tone::Stop, error.to_string().trim()))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn claim(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let done = desk::claim(app, &who.caller, id, over(&posted), Guard::default()).await;
    answer(&posted, id, done.map(|_| "You have it.".to_owned()), "")
}

pub(super) async fn release(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let done = desk::release(app, &who.caller, id, Guard::default()).await;
    match done {
        // To give back what somebody else has is no reason to take it over.
        Err(AppError::Refused(refusal)) => {
            Ok(who.go(&back(&posted, id), Tone::Stop, refusal.to_string().trim()))
        }
        done => answer(
            &posted,
            id,
            done.map(|_| "Given back: anybody can take it.".to_owned()),
            "",
        ),
    }
}

pub(super) async fn assign(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let to = posted.one("to").to_owned();
    let Ok(user) = to.parse::<UserId>() else {
        let says = "Choose to whom you hand it.";
        return Ok(who.go(&back(&posted, id), Tone::Stop, says));
    };
    let done = desk::assign(app, &who.caller, id, user, over(&posted), Guard::default()).await;
    let done = done.map(|handled| match handled.request.claim {
        Some(claim) => format!("{} has it now.", claim.name),
        None => String::new(),
    });
    answer(&posted, id, done, &to)
}

/// Asks whether to take over what somebody else has.
pub(super) async fn take(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let id = port_id(&id)?;
    let back = match query.one("back") {
        "" => format!("/desk/ports/{id}"),
        path => local_path(path).to_owned(),
    };
    let to: Option<UserId> = query.parsed("to");
    let view = ports::glance(app, &who.caller, id).await?;
    let Some(claim) = &view.request.claim else {
        return Ok(who.go(&back, Tone::Info, "Nobody has it now. You can take it."));
    };
    let to = match to {
        Some(to) => Some(desk::agent(app, to).await?),
        None => None,
    };
    let page = TakePage {
        shell: who.shell(Room::Desk, "Take it over?"),
        port: tell::port_ref(&view),
        claim: claim_line(&who, claim, view.calendar.zone(), app.clock.now()),
        over: claim.user.to_string(),
        to: to.map(|user| Choice {
            value: user.id.to_string(),
            label: user.name,
            chosen: true,
        }),
        back,
    };
    who.page(&page)
}

/// Those to whom a request can be handed, for a drop-down.
pub(super) async fn agents(
    app: &App,
    who: &SignedIn,
    chosen: &str,
) -> Result<Vec<Choice>, AppError> {
    Ok(desk::agents(app, &who.caller)
        .await?
        .into_iter()
        .map(|user| {
            let value = user.id.to_string();
            Choice {
                label: if user.id == who.caller.user {
                    format!("{} (you)", user.name)
                } else {
                    user.name
                },
                chosen: value == chosen,
                value,
            }
        })
        .collect())
}

/// Whether a request's numbers are still to be worked on, so that somebody can have it.
pub(super) fn can_be_claimed(status: Status) -> bool {
    status.is_open()
}
