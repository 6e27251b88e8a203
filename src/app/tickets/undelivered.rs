//! Mails of tickets that could not be delivered: the ticket says so.

use super::{Author, Message, TicketAnswer, TicketEvent, rows, ticket};
use crate::app::App;
use crate::app::account_mail::AccountMail;
use crate::db::{DbError, Tx};
use crate::mail::templates::MailTemplate as _;

/// The longest reason of a mail server that a ticket repeats, in characters.
const REASON_CHARACTERS_MAX: usize = 500;

/// Writes into a mail's ticket that it could not be delivered. With an answer that did not arrive the ticket waits for the
/// desk again; an acknowledgement leaves it as it is.
pub(in crate::app) async fn undelivered(
    app: &App,
    tx: &mut Tx,
    mail: &AccountMail,
    why: &str,
) -> Result<(), DbError> {
    let found = match mail.ticket {
        None => None,
        Some(id) => rows::get(tx, id).await?,
    };
    let Some(found) = found else {
        return Ok(());
    };
    let is_answer = mail.kind == TicketAnswer::NAME;
    let state = ticket::step(found.state, TicketEvent::Undelivered).ok();
    let now = app.clock.now();
    let Some(seq) = rows::add_line(tx, found.id, state.filter(|_| is_answer), now).await? else {
        return Ok(());
    };
    let what = if is_answer {
        "The answer"
    } else {
        "The mail with the ticket's number"
    };
    let why: String = why.chars().take(REASON_CHARACTERS_MAX).collect();
    let message = Message {
        seq,
        author: Author::Desk,
        by: app.operator().name.clone(),
        user: None,
        text: format!(
            "{what} could not be delivered to {}. The reason: {why}",
            mail.to_address
        ),
        files: Vec::new(),
        inbound: None,
        at: now,
    };
    rows::insert_message(tx, found.id, &message).await
}

/// Whether nobody wrote a message: it says what became of a mail.
pub fn is_our_own(message: &Message) -> bool {
    message.author == Author::Desk && message.user.is_none()
}
