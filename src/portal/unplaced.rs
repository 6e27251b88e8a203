//! Desk: mails that could not be placed. Somebody makes each a note on a port, puts it into a ticket, or puts it away.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;

use super::errors::{Answer, Fault};
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::views::unplaced::{UnplacedList, UnplacedPage, UnplacedRow};
use super::views::{Fact, Field, Link, Room, Tone};
use super::{fields, tell};
use crate::app::tickets::{self, Ticket};
use crate::app::unplaced::{self, Inbound, InboundState, Unplaced};
use crate::app::{App, AppError};
use crate::domain::port::words;
use crate::ids::InboundId;

fn mail_id(text: &str) -> Result<InboundId, Fault> {
    text.parse().map_err(|_| AppError::NotFound("mail").into())
}

fn sender(mail: &Inbound) -> String {
    tell::sender(&mail.from_name, &mail.from_address)
}

fn subject(mail: &Inbound) -> String {
    match mail.subject.as_str() {
        "" => "Without a subject".to_owned(),
        subject => subject.to_owned(),
    }
}

pub(super) async fn list(State(portal): State<Portal>, who: SignedIn) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let mails = unplaced::list(app, &who.caller).await?;
    let page = UnplacedList {
        shell: who.shell(Room::Unplaced, "Mail that could not be placed"),
        mails: mails
            .iter()
            .map(|mail| UnplacedRow {
                id: mail.id.to_string(),
                from: sender(mail),
                subject: subject(mail),
                reason: mail.reason.clone(),
                at: when(app, mail),
            })
            .collect(),
    };
    who.page(&page)
}

fn when(app: &App, mail: &Inbound) -> super::views::When {
    let zone = &app.operator().time_zone;
    tell::when(mail.received_at, zone, app.clock.now())
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    who.desk_only()?;
    let found = unplaced::look(&portal.app, &who.caller, mail_id(&id)?).await?;
    who.page(&page(&portal.app, &who, &found, Typed::of(&found)))
}

/// What the page's forms have in them.
struct Typed {
    port: Field,
    staff_only: bool,
    ticket: Field,
}

impl Typed {
    /// Which port or ticket the answer address names is known, also when the sender is not.
    fn of(found: &Unplaced) -> Self {
        let port = found.mail.port.map(|id| id.to_string());
        let ticket = found.ticket.map(|number| number.to_string());
        Self {
            port: Field::of(port.unwrap_or_default()),
            staff_only: true,
            ticket: Field::of(ticket.unwrap_or_default()),
        }
    }
}

fn page(app: &App, who: &SignedIn, found: &Unplaced, typed: Typed) -> UnplacedPage {
    let mail = &found.mail;
    UnplacedPage {
        shell: who.shell(Room::Unplaced, subject(mail)),
        id: mail.id.to_string(),
        subject: subject(mail),
        reason: mail.reason.clone(),
        headers: vec![
            Fact::new("From", sender(mail)),
            Fact::new("Came", when(app, mail).text),
            Fact::new("Size", words::size(mail.size)),
        ],
        about: mail
            .port
            .map(|id| Link::new(format!("/numbers/ports/{id}"), "To the port that it names")),
        waits: mail.state == InboundState::Unplaced,
        words: found.words.clone(),
        files: found
            .files
            .iter()
            .map(|(name, size)| {
                let name = if name.is_empty() {
                    "without a name"
                } else {
                    name
                };
                format!("{name} ({})", words::size(*size))
            })
            .collect(),
        port: typed.port,
        staff_only: typed.staff_only,
        ticket: typed.ticket,
    }
}

/// The mail as it came. It is saved, never shown: anybody may have written it.
pub(super) async fn message(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    who.desk_only()?;
    let bytes = unplaced::raw(&portal.app, &who.caller, mail_id(&id)?).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "application/octet-stream");
    set(
        header::CONTENT_DISPOSITION,
        "attachment; filename=\"mail.eml\"",
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; sandbox",
    );
    Ok(response)
}

pub(super) async fn place(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    who.desk_only()?;
    let id = mail_id(&id)?;
    let (port, staff_only) = (posted.one("port"), posted.ticked("staff_only"));
    match unplaced::place(app, &who.caller, id, port, staff_only).await {
        Ok((port, note)) => who.done(
            &format!("/numbers/ports/{port}/notes#{note}"),
            "The mail is a note on this port now.",
        ),
        Err(AppError::NotFound("port request")) => {
            let says = "There is no such port.".to_owned();
            let field = Field::wrong(port, says).focused();
            wrong(app, &mut who, id, |typed| Typed {
                port: field,
                staff_only,
                ..typed
            })
            .await
        }
        Err(error) => {
            let field = Field::wrong(port, says(error)?).focused();
            wrong(app, &mut who, id, |typed| Typed {
                port: field,
                staff_only,
                ..typed
            })
            .await
        }
    }
}

/// What is wrong with a form that has one field.
fn says(error: AppError) -> Result<String, Fault> {
    let problems = fields::problems(error)?;
    let says: Vec<String> = problems.into_iter().map(|one| one.says).collect();
    Ok(says.join(" "))
}

pub(super) async fn put(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let number = posted.one("ticket");
    let done = tickets::put_mail(&portal.app, &posted.who.caller, mail_id(&id)?, number).await;
    in_ticket(&portal.app, &posted, mail_id(&id)?, done).await
}

pub(super) async fn open(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let done = tickets::open_of_mail(&portal.app, &posted.who.caller, mail_id(&id)?).await;
    in_ticket(&portal.app, &posted, mail_id(&id)?, done).await
}

/// Leads to the ticket that a mail is in now; or says why it is in none.
async fn in_ticket(
    app: &App,
    posted: &Posted,
    id: InboundId,
    done: Result<Ticket, AppError>,
) -> Answer {
    let mut who = posted.who.clone();
    who.desk_only()?;
    match done {
        Ok(ticket) => {
            let says = format!("The mail is in ticket #{} now.", ticket.number);
            who.done(&format!("/desk/tickets/{}", ticket.id), &says)
        }
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => Ok(who.go(
            "/desk/unplaced-mail",
            Tone::Info,
            refusal.to_string().trim(),
        )),
        Err(error) => {
            let field = Field::wrong(posted.one("ticket"), says(error)?).focused();
            wrong(app, &mut who, id, |typed| Typed {
                ticket: field,
                ..typed
            })
            .await
        }
    }
}

async fn wrong(
    app: &App,
    who: &mut SignedIn,
    id: InboundId,
    change: impl FnOnce(Typed) -> Typed,
) -> Answer {
    who.here = format!("/desk/unplaced-mail/{id}");
    let found = unplaced::look(app, &who.caller, id).await?;
    let typed = change(Typed::of(&found));
    let page = page(app, who, &found, typed);
    who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub(super) async fn discard(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let who = &posted.who;
    who.desk_only()?;
    unplaced::discard(&portal.app, &who.caller, mail_id(&id)?).await?;
    who.done("/desk/unplaced-mail", "The mail was put away.")
}
