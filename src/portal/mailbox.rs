//! The built-in mailbox: every mail that was written, also without a mail server.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::errors::{Answer, Fault};
use super::mail_frame;
use super::notes::sent_files;
use super::posted::Posted;
use super::query::Query;
use super::session::{Portal, SignedIn, live_seconds};
use super::tell;
use super::views::mailbox::{MailList, MailPage, MailRow, ReplyForm};
use super::views::{Badge, Fact, Field, Link, Pager, Room, Tone};
use crate::app::account_mail::{self, AccountMail};
use crate::app::mailing::{self, Mail, MailState};
use crate::app::replies::{self, Outcome};
use crate::app::{App, AppError, tickets};
use crate::domain::port::words;
use crate::ids::MailId;

/// Mails of a page.
const ROWS: usize = 25;
/// How much of a mail the list shows, in characters.
const BEGINS_MAX: usize = 110;
/// How far back a search looks.
const SEARCHED: i64 = 1_000;

pub(super) async fn list(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let search = query.word("q");
    let before: Option<MailId> = query.parsed("before");
    let limit = if search.is_empty() {
        i64::try_from(ROWS + 1).unwrap_or(i64::MAX)
    } else {
        SEARCHED
    };
    let wanted = search.to_lowercase();
    // An empty word is in every text.
    let says = |texts: [&str; 3]| {
        let mut texts = texts.iter();
        texts.any(|text| text.to_lowercase().contains(&wanted))
    };
    let mails = mailing::list(app, &who.caller, None, None, before, limit).await?;
    let mails = mails.iter().filter(|mail| {
        says([&mail.subject, &mail.to_name, &mail.to_address]) || mail.port.to_string() == search
    });
    let others = account_mail::list(app, &who.caller, before, limit).await?;
    let others = others
        .iter()
        .filter(|mail| says([&mail.subject, &mail.to_name, &mail.to_address]));
    let mut rows: Vec<(MailId, MailRow)> = mails
        .map(|mail| (mail.id, row(app, mail)))
        .chain(others.map(|mail| (mail.id, account_row(app, mail))))
        .collect();
    rows.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let href = |before: Option<MailId>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !search.is_empty() {
            query.append_pair("q", &search);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        match query.finish() {
            none if none.is_empty() => "/mailbox".to_owned(),
            query => format!("/mailbox?{query}"),
        }
    };
    let page = MailList {
        shell: who.shell(Room::Mailbox, "Mailbox"),
        pager: Pager {
            text: match rows.len() {
                1 => "1 mail".to_owned(),
                count => format!("{count} mails"),
            },
            previous: before.map(|_| href(None)),
            next: rows
                .last()
                .filter(|_| more)
                .map(|(last, _)| href(Some(*last))),
            plain: false,
        },
        mails: rows.into_iter().map(|(_, row)| row).collect(),
        search,
        live_seconds: live_seconds(app),
    };
    who.page(&page)
}

fn row(app: &App, mail: &Mail) -> MailRow {
    MailRow {
        id: mail.id.to_string(),
        to: format!("{}, {}", mail.to_name, mail.to_address),
        subject: mail.subject.clone(),
        begins: begins(&mail.body_text),
        at: tell::when(mail.created_at, &app.operator().time_zone, app.clock.now()),
        status: status(app, mail.state),
    }
}

/// A mail about somebody's own account.
fn account_row(app: &App, mail: &AccountMail) -> MailRow {
    MailRow {
        id: mail.id.to_string(),
        to: format!("{}, {}", mail.to_name, mail.to_address),
        subject: mail.subject.clone(),
        begins: begins(&mail.body_text),
        at: tell::when(mail.created_at, &app.operator().time_zone, app.clock.now()),
        status: status(app, mail.state),
    }
}

/// The beginning of a mail's text.
fn begins(text: &str) -> String {
    let words = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        // The salutation says nothing.
        .skip(1)
        .take(3)
        .flat_map(str::split_whitespace);
    let mut begins = String::new();
    for word in words {
        if begins.chars().count() + word.chars().count() > BEGINS_MAX {
            begins.push_str(" ...");
            break;
        }
        if !begins.is_empty() {
            begins.push(' ');
        }
        begins.push_str(word);
    }
    begins
}

fn status(app: &App, state: MailState) -> Badge {
    let kept = app.config.mail.mode == crate::config::MailMode::Mailbox;
    match state {
        MailState::Queued => Badge::new(Tone::Wait, "Waiting"),
        MailState::Sent if kept => Badge::new(Tone::Info, "Kept here"),
        MailState::Sent => Badge::new(Tone::Done, "Sent"),
        MailState::Failed => Badge::new(Tone::Stop, "Not sent"),
    }
}

fn mail_id(text: &str) -> Result<MailId, Fault> {
    text.parse().map_err(|_| AppError::NotFound("mail").into())
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let id = mail_id(&id)?;
    let mail = match mailing::read(app, &who.caller, id).await {
        Err(AppError::NotFound(_)) => {
            let mail = account_mail::read(app, &who.caller, id).await?;
            let page = account_page(app, &who, mail, Field::default(), Field::default());
            return who.page(&page);
        }
        found => found?,
    };
    let page = page(app, &who, mail, Field::default(), Field::default()).await?;
    who.page(&page)
}

async fn page(
    app: &App,
    who: &SignedIn,
    mail: Mail,
    answer: Field,
    file: Field,
) -> Result<MailPage, AppError> {
    let at = tell::when(mail.created_at, &app.operator().time_zone, app.clock.now());
    let mut headers = vec![
        Fact::new("From", &app.config.mail.from),
        Fact::new("To", format!("{} <{}>", mail.to_name, mail.to_address)),
        Fact::new("Date", at.text),
        Fact::new("Message-ID", format!("<{}>", mail.message_id)),
        Fact::new("Thread", format!("<{}>", mail.thread_id)),
    ];
    // Where mails are sent, the address is between the reader and us.
    let reply_to = if replies::is_answered_here(&app.config) {
        replies::address_of(app, &mail).await?
    } else {
        None
    };
    let reply = reply_to.map(|address| {
        headers.push(Fact::new("Reply-To", address));
        ReplyForm {
            by: mail.to_name.clone(),
            text: answer,
            file,
            file_limit: app.config.limits.upload_megabytes_max,
        }
    });
    if let Some(error) = &mail.last_error {
        headers.push(Fact::new("Last error", words::capital(error)));
    }
    let files = mailing::attachment(app, &mail)
        .await?
        .map(|file| Link::new(format!("/documents/{}", file.id), file.name))
        .into_iter()
        .collect();
    Ok(MailPage {
        shell: who.shell(Room::Mailbox, &mail.subject),
        id: mail.id.to_string(),
        subject: mail.subject.clone(),
        headers,
        status: status(app, mail.state),
        given_up: mail.state == MailState::Failed,
        text: mail.body_text,
        files,
        port: Some(Link::new(
            format!("/numbers/ports/{}", mail.port),
            "To the port",
        )),
        reply,
    })
}

/// Answers a mail, as its reader would.
pub(super) async fn reply(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    who.desk_only()?;
    let id = mail_id(&id)?;
    let words = posted.one("text").trim().to_owned();
    let (files, problems) = sent_files(app, &posted.files);
    let too_large = problems.first().map(|one| one.says.clone());
    if too_large.is_some() || (words.is_empty() && files.is_empty()) {
        who.here = format!("/mailbox/{id}");
        let (text, file) = match too_large {
            Some(says) => (Field::of(words), Field::wrong("", says).focused()),
            None => (
                Field::wrong(words, "Write something.").focused(),
                Field::default(),
            ),
        };
        let page = match mailing::read(app, &who.caller, id).await {
            Err(AppError::NotFound(_)) => {
                let mail = account_mail::read(app, &who.caller, id).await?;
                account_page(app, &who, mail, text, file)
            }
            found => page(app, &who, found?, text, file).await?,
        };
        return who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let files = files.into_iter().map(|one| (one.name, one.bytes)).collect();
    match replies::answer(app, &who.caller, id, &words, files).await? {
        Outcome::Noted { port, note } => who.done(
            &format!("/numbers/ports/{port}/notes#{note}"),
            "The answer came in, and is a note now.",
        ),
        Outcome::Ticketed { ticket, .. } => who.done(
            &format!("/desk/tickets/{ticket}"),
            "The answer came in, and is in its ticket now.",
        ),
        Outcome::Unplaced { id, .. } => Ok(who.go(
            &format!("/desk/unplaced-mail/{id}"),
            Tone::Act,
            "The answer came in, but could not be placed.",
        )),
        Outcome::Automatic { .. } | Outcome::Ours | Outcome::Known => {
            who.done(&format!("/mailbox/{id}"), "The answer came in.")
        }
    }
}

/// Sends a mail again that was given up.
pub(super) async fn again(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = mail_id(&id)?;
    let to = format!("/mailbox/{id}");
    match mailing::send_again(app, &who.caller, id).await {
        Ok(()) => who.done(&to, "It waits to be sent again."),
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => {
            Ok(who.go(&to, Tone::Info, refusal.to_string().trim()))
        }
        Err(error) => Err(error.into()),
    }
}

/// A mail that is not about a port. One in a ticket can be answered.
fn account_page(
    app: &App,
    who: &SignedIn,
    mail: AccountMail,
    answer: Field,
    file: Field,
) -> MailPage {
    let at = tell::when(mail.created_at, &app.operator().time_zone, app.clock.now());
    let mut headers = vec![
        Fact::new("From", &app.config.mail.from),
        Fact::new(
            "To",
            format!("{} <{}>", mail.to_name, mail.to_address).trim(),
        ),
        Fact::new("Date", at.text),
        Fact::new("Message-ID", format!("<{}>", mail.message_id)),
    ];
    if let Some(answered) = &mail.in_reply_to {
        headers.push(Fact::new("In-Reply-To", format!("<{answered}>")));
    }
    let reply_to = mail
        .ticket
        .filter(|_| replies::is_answered_here(&app.config))
        .and_then(|ticket| tickets::address(app, ticket));
    let reply = reply_to.map(|address| {
        headers.push(Fact::new("Reply-To", address));
        ReplyForm {
            by: match mail.to_name.as_str() {
                "" => mail.to_address.clone(),
                name => name.to_owned(),
            },
            text: answer,
            file,
            file_limit: app.config.limits.upload_megabytes_max,
        }
    });
    if let Some(error) = &mail.last_error {
        headers.push(Fact::new("Last error", words::capital(error)));
    }
    MailPage {
        shell: who.shell(Room::Mailbox, &mail.subject),
        id: mail.id.to_string(),
        subject: mail.subject.clone(),
        headers,
        status: status(app, mail.state),
        given_up: mail.state == MailState::Failed,
        text: mail.body_text,
        files: Vec::new(),
        port: mail
            .ticket
            .map(|ticket| Link::new(format!("/desk/tickets/{ticket}"), "To the ticket")),
        reply,
    }
}

/// A mail's HTML part by itself, for the sandboxed frame.
pub(super) async fn html(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    who.desk_only()?;
    let (app, id) = (&portal.app, mail_id(&id)?);
    let html = match mailing::read(app, &who.caller, id).await {
        Err(AppError::NotFound(_)) => account_mail::read(app, &who.caller, id).await?.body_html,
        found => found?.body_html,
    };
    Ok(mail_frame::answer(&html, &app.operator()))
}
