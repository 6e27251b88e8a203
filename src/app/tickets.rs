//! Tickets: what people ask support by mail or on the help page (R66, R67), and what the desk answers (R68).
//!
//! A mail that answers none of ours opens a ticket by itself. Its sender gets the ticket's number at once and the answer
//! later, both with an address that leads back into the ticket and works for this sender only.

mod kept;
mod lists;
mod undelivered;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::account_mail::{self, AccountMail, Thread, To};
use super::replies::{self, Outcome};
use super::{App, AppError, Caller};
use crate::db::inbound::{self, Inbound, InboundState};
use crate::db::people::{self, User};
use crate::db::tickets as rows;
pub use crate::db::tickets::{Message, NamedFile, Ticket};
use crate::db::{Session, Tx, access};
use crate::domain::port::{Problem, Refusal};
use crate::domain::ticket::{
    self, ACKNOWLEDGED_AN_HOUR_MAX, Author, MAIL_CHARACTERS_MAX, MESSAGE_CHARACTERS_MAX,
    SUBJECT_CHARACTERS_MAX, TicketEvent, TicketState,
};
use crate::ids::{InboundId, TicketId};
use crate::mail::inbound::{self as message, Incoming};
use crate::mail::templates::{TicketAnswer, TicketOpened};

pub use kept::{open_of_mail, put_mail};
pub use lists::{Page, counts, list, search, waiting};
pub use undelivered::is_our_own;
pub(super) use undelivered::undelivered;

/// What tokens are signed for.
const PURPOSE: &str = "ticket address";
/// The longest `Message-ID` that is answered to. Longer ones cannot stand in a header (RFC 5322, 2.1.1).
const MESSAGE_ID_MAX: usize = 250;

/// Whether mails open tickets, and answers find their way back.
pub fn are_on(app: &App) -> bool {
    app.config.mail.replies.address.is_some()
}

/// Where answers in a ticket go; `None` if mails are not read.
pub fn address(app: &App, ticket: TicketId) -> Option<String> {
    let address = app.config.mail.replies.address.as_ref()?;
    let signature = app.vault.sign(PURPOSE, &ticket.to_string());
    Some(address.with(&message::token(ticket, &signature)))
}

/// The ticket that a token was given for; `None` if we did not make it.
pub(super) async fn named_by(app: &App, token: &str) -> Result<Option<Ticket>, AppError> {
    let Some((id, signed)) = message::read_token(token) else {
        return Ok(None);
    };
    let id = TicketId::from(id);
    if !app.vault.is_signed(PURPOSE, &id.to_string(), &signed) {
        return Ok(None);
    }
    let mut read = app.db.glimpse().await?;
    Ok(rows::get(&mut read, id).await?)
}

/// A question, before it is a ticket.
struct Question {
    name: String,
    address: String,
    subject: String,
    text: String,
    files: Vec<NamedFile>,
    source: Source,
}

/// Which way a question came.
enum Source {
    /// Somebody who is signed in typed it.
    Typed,
    /// In a mail that is taken now; with its `Message-ID`.
    Mail(Box<Inbound>, Option<String>),
    /// In a mail that waited for the desk, until somebody of this name opened a ticket of it; with its `Message-ID`.
    Kept(InboundId, String, Option<String>),
}

/// A `Message-ID` that can stand in a header of ours.
fn answerable(mail: &Incoming) -> Option<String> {
    let id = mail.message_id.as_str();
    let plain = |one: u8| one.is_ascii_graphic() && one != b'<' && one != b'>';
    (!id.is_empty() && id.len() <= MESSAGE_ID_MAX && id.bytes().all(plain)).then(|| id.to_owned())
}

/// Whether a mail can be sent there.
fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}

fn words_of(mail: &Incoming) -> String {
    let words = replies::all_words(mail);
    if words.chars().count() <= MAIL_CHARACTERS_MAX {
        return words;
    }
    let begin: String = words.chars().take(MAIL_CHARACTERS_MAX).collect();
    format!("{begin}\n\n[It goes on: save the mail to read all of it.]")
}

fn files_of(mail: &Incoming) -> Vec<NamedFile> {
    mail.files
        .iter()
        .filter(|file| !file.inline)
        .map(|file| NamedFile {
            name: file.name.clone(),
            size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
        })
        .collect()
}

async fn question_of(app: &App, raw: &[u8], mail: &Incoming) -> Result<Question, AppError> {
    let row = Inbound {
        blob: Some(app.blobs.put(Bytes::copy_from_slice(raw)).await?),
        ..replies::row_of(app, mail, InboundState::Ticket, None)
    };
    Ok(Question {
        name: mail.from_name.clone(),
        address: mail.from_address.clone(),
        subject: mail.subject.clone(),
        text: words_of(mail),
        files: files_of(mail),
        source: Source::Mail(Box::new(row), answerable(mail)),
    })
}

/// Makes a mail a ticket (R67); or says why it waits for somebody to decide.
pub(super) async fn open_by_mail(
    app: &App,
    raw: &[u8],
    mail: &Incoming,
) -> Result<Result<Outcome, String>, AppError> {
    if !is_address(&mail.from_address) {
        return Ok(Err("It does not say who sent it.".to_owned()));
    }
    if mail.text.trim().is_empty() && mail.files.is_empty() && mail.subject.is_empty() {
        return Ok(Err("It is empty.".to_owned()));
    }
    let question = question_of(app, raw, mail).await?;
    let mut tx = app.db.write().await?;
    let opened = opened_today(app, &mut tx, &question.address).await?;
    if !ticket::may_open(opened) {
        return Ok(Err(format!(
            "{} opened {opened} tickets within 24 hours.",
            question.address
        )));
    }
    let user = sender(&mut tx, &question.address).await?;
    let Some(ticket) = store(app, &mut tx, question, user.as_ref(), opened).await? else {
        return Ok(Ok(Outcome::Known));
    };
    tx.commit().await?;
    tracing::info!(ticket = %ticket.id, message_id = %mail.message_id, "a mail opened a ticket");
    Ok(Ok(Outcome::Ticketed {
        ticket: ticket.id,
        opened: true,
    }))
}

/// Puts an answer by mail into its ticket; or says why it waits for somebody to decide.
pub(super) async fn go_on_by_mail(
    app: &App,
    raw: &[u8],
    mail: &Incoming,
    ticket: Ticket,
) -> Result<Result<Outcome, String>, AppError> {
    let question = question_of(app, raw, mail).await?;
    let mut tx = app.db.write().await?;
    let user = sender(&mut tx, &question.address).await?;
    // Somebody's address may have changed here since they asked.
    let same = question.address.eq_ignore_ascii_case(&ticket.from_address)
        || (ticket.user.is_some() && user.as_ref().map(|user| user.id) == ticket.user);
    if !same {
        let from = match question.address.as_str() {
            "" => "nobody in particular",
            address => address,
        };
        return Ok(Err(format!(
            "It came from {from}, but is an answer in ticket #{} of {}.",
            ticket.number, ticket.from_address
        )));
    }
    if question.text.is_empty() && question.files.is_empty() {
        return Ok(Err(format!(
            "It is an empty answer in ticket #{}.",
            ticket.number
        )));
    }
    let Source::Mail(row, message_id) = question.source else {
        return Ok(Ok(Outcome::Known));
    };
    let row = Inbound {
        reason: format!("It is an answer in ticket #{}.", ticket.number),
        ..*row
    };
    if !inbound::insert(&mut tx, &row).await? {
        return Ok(Ok(Outcome::Known));
    }
    let name = match question.name.as_str() {
        "" => ticket.from_name.clone(),
        name => name.to_owned(),
    };
    // Two mails of one sender at the same moment: the second one is taken again.
    let now = app.clock.now();
    let current = rows::get(&mut tx, ticket.id)
        .await?
        .ok_or(AppError::NotFound("ticket"))?;
    let message = Message {
        seq: current.messages.saturating_add(1),
        author: Author::Sender,
        by: name,
        user: user.map(|user| user.id),
        text: question.text,
        files: question.files,
        inbound: Some(row.id),
        at: now,
    };
    go_on(
        &mut tx,
        current,
        TicketEvent::Asked,
        Some(&message),
        message_id,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(Ok(Outcome::Ticketed {
        ticket: ticket.id,
        opened: false,
    }))
}

/// Opens a ticket for somebody who is signed in.
///
/// # Errors
/// What is missing or too long.
pub async fn ask(
    app: &App,
    caller: &Caller,
    subject: &str,
    text: &str,
) -> Result<Ticket, AppError> {
    let mut problems = Vec::new();
    let (subject, text) = (subject.trim(), text.trim());
    if subject.is_empty() {
        problems.push(Problem::new(
            "subject",
            "Say in a few words what it is about.",
        ));
    } else if subject.chars().count() > SUBJECT_CHARACTERS_MAX {
        let says = format!("At most {SUBJECT_CHARACTERS_MAX} characters; put the rest below.");
        problems.push(Problem::new("subject", says));
    }
    problems.extend(problem_of(text, "Write your question."));
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let mut tx = app.db.write().await?;
    let user = people::user(&mut tx, caller.user)
        .await?
        .ok_or(AppError::NotFound("user"))?;
    let opened = opened_today(app, &mut tx, &user.email).await?;
    if !ticket::may_open(opened) {
        let says = format!("You opened {opened} tickets within 24 hours. Please telephone us.");
        return Err(AppError::field("text", says));
    }
    let question = Question {
        name: user.name.clone(),
        address: user.email.clone(),
        subject: subject.to_owned(),
        text: text.to_owned(),
        files: Vec::new(),
        source: Source::Typed,
    };
    let stored = store(app, &mut tx, question, Some(&user), opened).await?;
    tx.commit().await?;
    stored.ok_or(AppError::NotFound("ticket"))
}

fn problem_of(text: &str, missing: &str) -> Option<Problem> {
    if text.is_empty() {
        Some(Problem::new("text", missing))
    } else if text.chars().count() > MESSAGE_CHARACTERS_MAX {
        let says = format!("At most {MESSAGE_CHARACTERS_MAX} characters.");
        Some(Problem::new("text", says))
    } else {
        None
    }
}

async fn opened_today(app: &App, session: &mut Session, address: &str) -> Result<u32, AppError> {
    let since = app.clock.now() - SignedDuration::from_hours(24);
    Ok(rows::opened_since(session, address, since).await?)
}

/// Who has this address here.
async fn sender(session: &mut Session, address: &str) -> Result<Option<User>, AppError> {
    let user = people::user_by_email(session, address).await?;
    Ok(user.filter(|user| user.disabled_at.is_none()))
}

/// Stores a question as a ticket, with the mail that acknowledges it; `None` if the mail was taken before.
async fn store(
    app: &App,
    tx: &mut Tx,
    question: Question,
    user: Option<&User>,
    opened_before: u32,
) -> Result<Option<Ticket>, AppError> {
    let now = app.clock.now();
    let number = rows::next_number(tx).await?;
    let reason = format!("It opened ticket #{number}.");
    // A mail's sender may be forged; who is signed in is not, whatever all others send. Whoever opens a ticket of a mail
    // answers it themselves.
    let (is_new, mail, message_id, acknowledged) = match question.source {
        Source::Typed => {
            let acknowledged = ticket::is_acknowledged(opened_before, 0);
            (true, None, None, acknowledged)
        }
        Source::Mail(row, message_id) => {
            let row = Inbound { reason, ..*row };
            let is_new = inbound::insert(tx, &row).await?;
            let since = now - SignedDuration::from_hours(1);
            let most = ACKNOWLEDGED_AN_HOUR_MAX;
            let by_all = rows::opened_by_all_since(tx, since, most).await?;
            let acknowledged = ticket::is_acknowledged(opened_before, by_all);
            (is_new, Some(row.id), message_id, acknowledged)
        }
        Source::Kept(id, by, message_id) => {
            let is_new = inbound::put_in_ticket(tx, id, &reason, &by, now).await?;
            (is_new, Some(id), message_id, false)
        }
    };
    if !is_new {
        return Ok(None);
    }
    let ticket = Ticket {
        id: app.ids.next(now),
        number,
        subject: ticket::subject(&question.subject),
        from_name: question.name,
        from_address: question.address,
        user: user.map(|user| user.id),
        state: TicketState::Waiting,
        messages: 1,
        last_message_id: message_id,
        opened_at: now,
        changed_at: now,
    };
    let message = Message {
        seq: 1,
        author: Author::Sender,
        by: name_of(&ticket).to_owned(),
        user: ticket.user,
        text: question.text,
        files: question.files,
        inbound: mail,
        at: now,
    };
    rows::insert(tx, &ticket).await?;
    rows::insert_message(tx, ticket.id, &message).await?;
    if acknowledged {
        // Nothing that the sender wrote stands in it: whoever forges an address sends nobody anything.
        let mail = TicketOpened {
            name: user.map(|user| user.name.clone()).unwrap_or_default(),
            number: number.to_string(),
        };
        let reader = To {
            user: ticket.user,
            name: &mail.name,
            address: &ticket.from_address,
        };
        account_mail::queue_in_ticket(app, tx, reader, &mail, thread(&ticket), now).await?;
    }
    Ok(Some(ticket))
}

fn name_of(ticket: &Ticket) -> &str {
    match ticket.from_name.as_str() {
        "" => &ticket.from_address,
        name => name,
    }
}

/// Where answers in a ticket go: to the present address of whoever asked, if they sign in here.
async fn answers_go_to(session: &mut Session, ticket: &Ticket) -> Result<String, AppError> {
    let user = match ticket.user {
        None => None,
        Some(id) => people::user(session, id).await?,
    };
    let present = user.filter(|user| user.disabled_at.is_none());
    Ok(present.map_or_else(|| ticket.from_address.clone(), |user| user.email))
}

fn thread(ticket: &Ticket) -> Thread {
    Thread {
        ticket: ticket.id,
        in_reply_to: ticket.last_message_id.clone(),
    }
}

/// Takes a ticket a step on. Gives it as it is then.
async fn go_on(
    tx: &mut Tx,
    mut ticket: Ticket,
    event: TicketEvent,
    message: Option<&Message>,
    message_id: Option<String>,
    now: Timestamp,
) -> Result<Ticket, AppError> {
    let (from, seen) = (ticket.state, ticket.messages);
    ticket.state = ticket::step(from, event)?;
    ticket.changed_at = now;
    ticket.last_message_id = message_id.or(ticket.last_message_id);
    if let Some(message) = message {
        ticket.messages = message.seq;
    }
    if !rows::update(tx, &ticket, from, seen).await? {
        return Err(moved_on().into());
    }
    if let Some(message) = message {
        rows::insert_message(tx, ticket.id, message).await?;
    }
    Ok(ticket)
}

fn moved_on() -> Refusal {
    Refusal::conflict(
        "ticket_moved_on",
        "Somebody wrote in this ticket meanwhile.",
        "Read it, then answer or close it again.",
    )
}

/// What somebody at the desk answers.
pub struct Reply {
    /// The words.
    pub text: String,
    /// Whether nothing more is to be done.
    pub closing: bool,
    /// How many messages the ticket had when they read it.
    pub seen: u32,
}

/// An answer that is on its way.
#[derive(Debug)]
pub struct Answered {
    /// The ticket as it is now.
    pub ticket: Ticket,
    /// The address that the answer goes to.
    pub to: String,
}

/// Answers in a ticket; the answer goes to whoever asked (R68).
///
/// # Errors
/// What is missing or too long; a refusal when somebody wrote in the ticket meanwhile.
pub async fn answer(
    app: &App,
    caller: &Caller,
    id: TicketId,
    reply: Reply,
) -> Result<Answered, AppError> {
    caller.desk_only()?;
    let text = reply.text.trim();
    if let Some(problem) = problem_of(text, "Write the answer.") {
        return Err(AppError::Invalid(vec![problem]));
    }
    let mut tx = app.db.write().await?;
    let now = app.clock.now();
    let ticket = rows::get(&mut tx, id)
        .await?
        .ok_or(AppError::NotFound("ticket"))?;
    if ticket.messages != reply.seen {
        return Err(moved_on().into());
    }
    let message = Message {
        seq: ticket.messages.saturating_add(1),
        author: Author::Desk,
        by: caller.actor.name.clone(),
        user: Some(caller.user),
        text: text.to_owned(),
        files: Vec::new(),
        inbound: None,
        at: now,
    };
    let event = TicketEvent::Answered {
        closing: reply.closing,
    };
    let ticket = go_on(&mut tx, ticket, event, Some(&message), None, now).await?;
    let mail = TicketAnswer {
        name: ticket.from_name.clone(),
        number: ticket.number.to_string(),
        subject: ticket.subject.clone(),
        by: message.by,
        text: message.text,
        closed: reply.closing,
        can_reply: are_on(app),
    };
    let to = answers_go_to(&mut tx, &ticket).await?;
    let reader = To {
        user: ticket.user,
        name: &ticket.from_name,
        address: &to,
    };
    account_mail::queue_in_ticket(app, &mut tx, reader, &mail, thread(&ticket), now).await?;
    tx.commit().await?;
    Ok(Answered { ticket, to })
}

/// Closes a ticket without a word. `seen` is how many messages it had when it was read.
///
/// # Errors
/// A refusal if it is closed already, or if somebody wrote in it meanwhile.
pub async fn close(
    app: &App,
    caller: &Caller,
    id: TicketId,
    seen: u32,
) -> Result<Ticket, AppError> {
    step(app, caller, id, TicketEvent::Closed, Some(seen)).await
}

/// Opens a closed ticket again.
///
/// # Errors
/// A refusal if it is open already.
pub async fn reopen(app: &App, caller: &Caller, id: TicketId) -> Result<Ticket, AppError> {
    step(app, caller, id, TicketEvent::Reopened, None).await
}

async fn step(
    app: &App,
    caller: &Caller,
    id: TicketId,
    event: TicketEvent,
    seen: Option<u32>,
) -> Result<Ticket, AppError> {
    caller.desk_only()?;
    let mut tx = app.db.write().await?;
    let now = app.clock.now();
    let ticket = rows::get(&mut tx, id)
        .await?
        .ok_or(AppError::NotFound("ticket"))?;
    if seen.is_some_and(|seen| seen != ticket.messages) {
        return Err(moved_on().into());
    }
    let ticket = go_on(&mut tx, ticket, event, None, None, now).await?;
    tx.commit().await?;
    Ok(ticket)
}

/// A ticket as the desk reads it.
#[derive(Debug)]
pub struct Talk {
    /// The ticket.
    pub ticket: Ticket,
    /// What was written, oldest first.
    pub messages: Vec<Message>,
    /// Who asked, if they sign in here, and their account's name.
    pub sender: Option<(User, String)>,
    /// Whether who asked is only known from what a mail says of its sender.
    pub by_mail: bool,
    /// Its mails that could not be delivered, oldest first.
    pub undelivered: Vec<AccountMail>,
}

/// One ticket, for the desk.
pub async fn look(app: &App, caller: &Caller, id: TicketId) -> Result<Talk, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    let ticket = rows::get(&mut read, id)
        .await?
        .ok_or(AppError::NotFound("ticket"))?;
    let messages = rows::messages(&mut read, id).await?;
    let sender = match ticket.user {
        None => None,
        Some(id) => people::user(&mut read, id).await?,
    };
    let sender = match sender {
        None => None,
        Some(user) => {
            let account = match user.account {
                None => None,
                Some(account) => people::account(&mut read, account).await?,
            };
            let name = account.map_or_else(|| "the porting desk".to_owned(), |one| one.name);
            Some((user, name))
        }
    };
    // Only what is said in the ticket can be there: the mails of all tickets need not be gone through.
    let undelivered = if messages.iter().any(is_our_own) {
        access::given_up_in(&mut read, id).await?
    } else {
        Vec::new()
    };
    Ok(Talk {
        by_mail: messages.first().is_some_and(|one| one.inbound.is_some()),
        ticket,
        messages,
        sender,
        undelivered,
    })
}
