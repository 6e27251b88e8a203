//! Desk: tickets. Somebody answers each, or closes it.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::errors::{Answer, Fault};
use super::posted::Posted;
use super::query::Query;
use super::session::{Portal, SignedIn, live_seconds};
use super::views::ports::Tab;
use super::views::tickets::{TicketList, TicketPage, TicketRow};
use super::views::{Badge, Fact, Field, Link, Note, NoteKind, Room, Tone};
use super::{fields, tell};
use crate::app::tickets::{self, Message, Reply, Talk, Ticket};
use crate::app::{App, AppError};
use crate::domain::port::words;
use crate::domain::ticket::{Author, TicketState};
use crate::ids::TicketId;

const HERE: &str = "/desk/tickets";

fn ticket_id(text: &str) -> Result<TicketId, Fault> {
    text.parse()
        .map_err(|_| AppError::NotFound("ticket").into())
}

fn sender(ticket: &Ticket) -> String {
    tell::sender(&ticket.from_name, &ticket.from_address)
}

fn badge(state: TicketState) -> Badge {
    let (tone, text) = match state {
        TicketState::Waiting => (Tone::Act, "Waiting for us"),
        TicketState::Answered => (Tone::Wait, "Answered"),
        TicketState::Closed => (Tone::Done, "Closed"),
    };
    Badge::new(tone, text)
}

pub(super) async fn list(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let shown = TicketState::named(query.one("show")).unwrap_or(TicketState::Waiting);
    let found = tickets::list(app, &who.caller, shown).await?;
    let counts = tickets::counts(app, &who.caller).await?;
    let zone = &app.operator().time_zone;
    let page = TicketList {
        shell: who.shell(Room::Tickets, "Tickets"),
        tabs: counts
            .into_iter()
            .map(|(state, count)| Tab {
                text: badge(state).text,
                count,
                href: match state {
                    TicketState::Waiting => HERE.to_owned(),
                    other => format!("{HERE}?show={}", other.name()),
                },
                here: state == shown,
            })
            .collect(),
        tickets: found
            .iter()
            .map(|ticket| TicketRow {
                id: ticket.id.to_string(),
                number: format!("#{}", ticket.number),
                subject: ticket.subject.clone(),
                from: sender(ticket),
                messages: match ticket.messages {
                    1 => "1 message".to_owned(),
                    count => format!("{count} messages"),
                },
                at: tell::when(ticket.changed_at, zone, app.clock.now()),
            })
            .collect(),
        empty: match shown {
            TicketState::Waiting => "Nobody waits for an answer",
            TicketState::Answered => "No answer waits for a word back",
            TicketState::Closed => "No ticket is closed",
        }
        .to_owned(),
        live_seconds: live_seconds(app),
    };
    who.page(&page)
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    who.desk_only()?;
    let talk = tickets::look(&portal.app, &who.caller, ticket_id(&id)?).await?;
    who.page(&page(&portal.app, &who, &talk, Writing::default()))
}

/// What is being written, and why it was not sent.
#[derive(Default)]
struct Writing {
    text: Field,
    closing: bool,
    notice: String,
}

fn page(app: &App, who: &SignedIn, talk: &Talk, writing: Writing) -> TicketPage {
    let ticket = &talk.ticket;
    let zone = &app.operator().time_zone;
    let now = app.clock.now();
    let mut facts = vec![Fact::new("From", sender(ticket))];
    if let Some((user, account)) = &talk.sender {
        let words = format!("{}, {} of {account}", user.name, user.role.title());
        facts.push(Fact::new("Signs in as", words));
    }
    facts.push(Fact::new(
        "Opened",
        tell::when(ticket.opened_at, zone, now).text,
    ));
    let mail = talk.messages.iter().rev().find_map(|one| one.inbound);
    TicketPage {
        shell: who.shell(
            Room::Tickets,
            format!("#{} {}", ticket.number, ticket.subject),
        ),
        id: ticket.id.to_string(),
        number: format!("#{}", ticket.number),
        subject: ticket.subject.clone(),
        status: badge(ticket.state),
        facts,
        messages: talk
            .messages
            .iter()
            .map(|one| Note {
                id: format!("m{}", one.seq),
                by: one.by.clone(),
                role: match one.author {
                    Author::Sender => "Sender",
                    Author::Desk => "Desk",
                }
                .to_owned(),
                at: tell::when(one.at, zone, now),
                kind: NoteKind::Comment,
                text: one.text.clone(),
                files: files(one),
                first_new: false,
            })
            .collect(),
        mail: mail.map(|id| {
            Link::new(
                format!("/desk/unplaced-mail/{id}"),
                "It is about a port: make the last mail a note on it",
            )
        }),
        seen: ticket.messages,
        text: writing.text,
        closed: ticket.state == TicketState::Closed,
        closing: writing.closing,
        notice: writing.notice,
    }
}

/// The files of a message. They are in its mail: anybody may have sent them, so nothing of them is opened here.
fn files(message: &Message) -> Vec<Link> {
    let Some(mail) = message.inbound else {
        return Vec::new();
    };
    let href = format!("/desk/unplaced-mail/{mail}/message");
    let named = message.files.iter().map(|file| {
        let name = match file.name.as_str() {
            "" => "A file without a name",
            name => name,
        };
        Link::new(
            href.clone(),
            format!(
                "{name} ({}), in the mail as it came",
                words::size(file.size)
            ),
        )
    });
    named.collect()
}

pub(super) async fn answer(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    who.desk_only()?;
    let id = ticket_id(&id)?;
    let reply = Reply {
        text: posted.one("text").to_owned(),
        closing: posted.ticked("closing"),
        // A page without the count has seen nothing.
        seen: posted.one("seen").parse().unwrap_or(0),
    };
    let (text, closing) = (reply.text.clone(), reply.closing);
    let writing = match tickets::answer(app, &who.caller, id, reply).await {
        Ok(ticket) => {
            let says = format!("The answer goes to {} by mail.", ticket.from_address);
            return who.done(HERE, &says);
        }
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => Writing {
            text: Field::of(text),
            closing,
            notice: refusal.to_string(),
        },
        Err(error) => {
            let problems = fields::problems(error)?;
            let says: Vec<String> = problems.into_iter().map(|one| one.says).collect();
            Writing {
                text: Field::wrong(text, says.join(" ")).focused(),
                closing,
                notice: String::new(),
            }
        }
    };
    let status = if writing.notice.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::CONFLICT
    };
    who.here = format!("{HERE}/{id}");
    let talk = tickets::look(app, &who.caller, id).await?;
    who.page_with(status, &page(app, &who, &talk, writing))
}

pub(super) async fn close(state: State<Portal>, id: Path<String>, posted: Posted) -> Answer {
    set_open(state, id, posted, false, "The ticket is closed.").await
}

pub(super) async fn open(state: State<Portal>, id: Path<String>, posted: Posted) -> Answer {
    set_open(state, id, posted, true, "The ticket waits for us again.").await
}

async fn set_open(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
    open: bool,
    says: &str,
) -> Answer {
    let who = &posted.who;
    who.desk_only()?;
    let id = ticket_id(&id)?;
    let to = if open {
        format!("{HERE}/{id}")
    } else {
        HERE.to_owned()
    };
    match tickets::set_open(&portal.app, &who.caller, id, open).await {
        Ok(_) => who.done(&to, says),
        // Somebody else did the same: it is as it was wanted.
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => {
            Ok(who.go(&to, Tone::Info, refusal.to_string().trim()))
        }
        Err(error) => Err(error.into()),
    }
}
