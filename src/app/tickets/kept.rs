//! Mails that waited for the desk, and that somebody puts into a ticket.

use super::{
    Author, Message, Question, Source, Ticket, TicketEvent, answerable, files_of, go_on,
    is_address, rows, sender, store, words_of,
};
use crate::app::unplaced;
use crate::app::{App, AppError, Caller};
use crate::db::inbound::{self, Inbound, InboundState};
use crate::domain::port::Refusal;
use crate::ids::InboundId;
use crate::mail::inbound::Incoming;

fn dealt_with() -> Refusal {
    Refusal::conflict(
        "mail_settled",
        "Somebody dealt with this mail already.",
        "Look into the list of those that wait.",
    )
}

/// A mail that waits, read.
async fn waiting_mail(
    app: &App,
    caller: &Caller,
    id: InboundId,
) -> Result<(Inbound, Incoming), AppError> {
    let (row, mail) = unplaced::open(app, caller, id).await?;
    if row.state != InboundState::Unplaced {
        return Err(dealt_with().into());
    }
    Ok((row, mail))
}

/// What a mail says, or why it says nothing here.
fn words(row: &Inbound, mail: &Incoming) -> String {
    match words_of(mail) {
        none if none.is_empty() => format!("[{}]", row.reason),
        some => some,
    }
}

/// The ticket's number in what somebody typed: `#1042` or `1042`.
fn number_of(typed: &str) -> Result<i64, AppError> {
    let typed = typed.trim();
    typed
        .strip_prefix('#')
        .unwrap_or(typed)
        .trim()
        .parse()
        .map_err(|_| AppError::field("ticket", "Type the ticket's number, such as 1042."))
}

/// Puts a mail that waits into a ticket, which waits for the desk then. Answers go to whoever opened the ticket, as before.
///
/// # Errors
/// With the field `ticket`, when no ticket has this number; a refusal when somebody dealt with the mail meanwhile.
pub async fn put_mail(
    app: &App,
    caller: &Caller,
    id: InboundId,
    number: &str,
) -> Result<Ticket, AppError> {
    let (row, mail) = waiting_mail(app, caller, id).await?;
    let number = number_of(number)?;
    let mut tx = app.db.write().await?;
    let now = app.clock.now();
    let ticket = rows::numbered(&mut tx, number)
        .await?
        .ok_or_else(|| AppError::field("ticket", format!("There is no ticket #{number}.")))?;
    let by = &caller.actor.name;
    let reason = format!("{by} put it into ticket #{number}.");
    if !inbound::put_in_ticket(&mut tx, id, &reason, by, now).await? {
        return Err(dealt_with().into());
    }
    let is_the_senders = row.from_address.eq_ignore_ascii_case(&ticket.from_address);
    let by = match (row.from_name.as_str(), row.from_address.as_str()) {
        ("", "") => "Nobody in particular".to_owned(),
        ("", address) => address.to_owned(),
        (name, _) if is_the_senders => name.to_owned(),
        (name, address) => format!("{name} ({address})"),
    };
    let user = sender(&mut tx, &row.from_address).await?;
    let message = Message {
        seq: ticket.messages.saturating_add(1),
        author: Author::Sender,
        by,
        user: user.map(|user| user.id),
        text: words(&row, &mail),
        files: files_of(&mail),
        inbound: Some(id),
        at: now,
    };
    // The next answer stands below the mail of whoever it goes to.
    let message_id = answerable(&mail).filter(|_| is_the_senders);
    let event = TicketEvent::Asked;
    let ticket = go_on(&mut tx, ticket, event, Some(&message), message_id, now).await?;
    tx.commit().await?;
    Ok(ticket)
}

/// Opens a ticket of a mail that waits. Its sender gets no mail of it before the answer.
///
/// # Errors
/// With the field `open`, when the mail does not say where an answer could go; a refusal when somebody dealt with it
/// meanwhile.
pub async fn open_of_mail(app: &App, caller: &Caller, id: InboundId) -> Result<Ticket, AppError> {
    let (row, mail) = waiting_mail(app, caller, id).await?;
    if !is_address(&row.from_address) {
        let says = "It does not say who sent it, so nobody could be answered.";
        return Err(AppError::field("open", says));
    }
    let mut tx = app.db.write().await?;
    let user = sender(&mut tx, &row.from_address).await?;
    let question = Question {
        text: words(&row, &mail),
        files: files_of(&mail),
        source: Source::Kept(id, caller.actor.name.clone(), answerable(&mail)),
        name: row.from_name,
        address: row.from_address,
        subject: row.subject,
    };
    let stored = store(app, &mut tx, question, user.as_ref(), 0).await?;
    let ticket = stored.ok_or_else(dealt_with)?;
    tx.commit().await?;
    Ok(ticket)
}
