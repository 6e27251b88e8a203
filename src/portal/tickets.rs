//! Desk: tickets. Somebody answers each, or closes it.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::errors::{Answer, Fault};
use super::posted::Posted;
use super::query::Query;
use super::session::{Portal, SignedIn, live_seconds};
use super::views::ports::Tab;
use super::views::tickets::{TicketList, TicketPage, TicketRow};
use super::views::{Badge, Fact, Field, Link, Note, NoteKind, Pager, Room, Tone};
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

/// A list's address.
fn list_href(search: &str, shown: TicketState, before: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("q", search);
    } else if shown != TicketState::Waiting {
        query.append_pair("show", shown.name());
    }
    if let Some(before) = before {
        query.append_pair("before", before);
    }
    match query.finish() {
        none if none.is_empty() => HERE.to_owned(),
        query => format!("{HERE}?{query}"),
    }
}

pub(super) async fn list(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let search = query.word("q");
    let before = query.word("before");
    let shown = TicketState::named(query.one("show")).unwrap_or(TicketState::Waiting);
    let is_search = !search.is_empty();
    let found = if is_search {
        tickets::search(app, &who.caller, &search, &before).await?
    } else {
        tickets::list(app, &who.caller, shown, &before).await?
    };
    let counts = tickets::counts(app, &who.caller).await?;
    let zone = &app.operator().time_zone;
    let page = TicketList {
        shell: who.shell(Room::Tickets, "Tickets"),
        tabs: counts
            .into_iter()
            .map(|(state, count)| Tab {
                text: badge(state).text,
                count,
                href: list_href("", state, None),
                here: !is_search && state == shown,
            })
            .collect(),
        pager: Pager {
            text: match found.tickets.len() {
                1 => "1 ticket".to_owned(),
                count => format!("{count} tickets"),
            },
            previous: (!before.is_empty()).then(|| list_href(&search, shown, None)),
            next: found
                .next
                .as_deref()
                .map(|next| list_href(&search, shown, Some(next))),
            plain: true,
        },
        tickets: found
            .tickets
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
                status: is_search.then(|| badge(ticket.state)),
            })
            .collect(),
        empty: match shown {
            _ if is_search => "No ticket has this number, sender or subject",
            TicketState::Waiting => "Nobody waits for an answer",
            TicketState::Answered => "No answer waits for a word back",
            TicketState::Closed => "No ticket is closed",
        }
        .to_owned(),
        search,
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
        facts.push(if talk.by_mail {
            let says = format!("{words}. The sender of a mail can be forged.");
            Fact::new("The From line names", says)
        } else {
            Fact::new("Signs in as", words)
        });
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
                    Author::Desk if tickets::is_our_own(one) => "",
                    Author::Desk => "Desk",
                }
                .to_owned(),
                at: tell::when(one.at, zone, now),
                kind: if tickets::is_our_own(one) {
                    NoteKind::Event
                } else {
                    NoteKind::Comment
                },
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
        undelivered: talk
            .undelivered
            .iter()
            .map(|mail| {
                let says = format!("\u{201c}{}\u{201d} to {}", mail.subject, mail.to_address);
                Link::new(format!("/mailbox/{}", mail.id), says)
            })
            .collect(),
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
        seen: seen(&posted),
    };
    let (text, closing) = (reply.text.clone(), reply.closing);
    let writing = match tickets::answer(app, &who.caller, id, reply).await {
        Ok(answered) => {
            let says = format!("The answer goes to {} by mail.", answered.to);
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

/// How many messages the ticket had on the page that was sent. A page without the count has seen nothing.
fn seen(posted: &Posted) -> u32 {
    posted.one("seen").parse().unwrap_or(0)
}

pub(super) async fn close(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    who.desk_only()?;
    let id = ticket_id(&id)?;
    match tickets::close(app, &who.caller, id, seen(&posted)).await {
        Ok(_) => who.done(HERE, "The ticket is closed."),
        // What came meanwhile is on the page.
        Err(AppError::Refused(refusal)) if refusal.rule == "ticket_moved_on" => {
            who.here = format!("{HERE}/{id}");
            let talk = tickets::look(app, &who.caller, id).await?;
            let writing = Writing {
                notice: refusal.to_string(),
                ..Writing::default()
            };
            who.page_with(StatusCode::CONFLICT, &page(app, &who, &talk, writing))
        }
        Err(error) => as_it_is(&who, HERE, error),
    }
}

pub(super) async fn open(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let who = &posted.who;
    who.desk_only()?;
    let id = ticket_id(&id)?;
    let to = format!("{HERE}/{id}");
    match tickets::reopen(&portal.app, &who.caller, id).await {
        Ok(_) => who.done(&to, "The ticket waits for us again."),
        Err(error) => as_it_is(who, &to, error),
    }
}

/// Somebody else did the same: it is as it was wanted.
fn as_it_is(who: &SignedIn, to: &str, error: AppError) -> Answer {
    match error {
        AppError::Refused(refusal) if !refusal.is_forbidden() => {
            Ok(who.go(to, Tone::Info, refusal.to_string().trim()))
        }
        error => Err(error.into()),
    }
}
