//! Mails that come in: an answer to one of our mails becomes a note of the person who wrote it, and a mail that answers
//! none opens a ticket.
//!
//! A mail about a port goes out with a Reply-To of its own. The token in it names the request and is signed
//! together with whom the mail was for, so that a token works for nobody else. It does not expire: a port takes
//! weeks and people answer old mails; it is worth something only together with the reader's own address, and
//! only as long as that person may sign in.
//!
//! What cannot be placed beyond doubt is kept as it came, for the desk to decide. Nothing is lost or guessed.

use bytes::Bytes;

use super::mailing::{self, Mail};
use super::notes::{self, Note, SentFile, Written};
use super::ports::FromMail;
use super::{App, AppError, Caller, account_mail, tickets};
use crate::config::{Config, MailMode};
use crate::db::inbound;
pub use crate::db::inbound::{Inbound, InboundState};
use crate::db::people::{self, User};
use crate::db::ports as rows;
use crate::domain::port::{
    Actor, NOTE_CHARACTERS_MAX, NOTE_FILES_MAX, PortRequest, Reader, Role, words,
};
use crate::ids::{InboundId, MailId, NoteId, PortId, TicketId, UserId};
use crate::mail::by_hand::{self, Answered};
use crate::mail::inbound::{self as message, Incoming};

/// What tokens are signed for.
const PURPOSE: &str = "reply address";

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is a note.
    Noted {
        /// On this request.
        port: PortId,
        /// This one.
        note: NoteId,
    },
    /// It is in a ticket.
    Ticketed {
        /// In this one.
        ticket: TicketId,
        /// Whether it opened it.
        opened: bool,
    },
    /// It waits for the desk.
    Unplaced {
        /// As this mail.
        id: InboundId,
        /// Why, in a sentence.
        reason: String,
    },
    /// A program sent it. It is left out.
    Automatic {
        /// How that is known.
        because: &'static str,
    },
    /// We sent it ourselves, such as a notice to the desk. It is for whoever reads the mailbox, and is left to them.
    Ours,
    /// It was taken before.
    Known,
}

/// Whether this reader can answer mails.
pub fn answers_to(config: &Config, reader: Reader) -> bool {
    config.mail.replies.address.is_some() && reader != Reader::Owner
}

/// Whose answers an address is for.
#[derive(Clone, Debug)]
enum Answerer {
    Person(Box<User>),
    Desk,
}

/// What a token is signed over: the request, and whom it was given to; `None` is the desk.
fn signed_text(port: PortId, user: Option<UserId>) -> String {
    let whom = user.map_or_else(|| "desk".to_owned(), |id| id.to_string());
    format!("{port}/{whom}")
}

/// Where somebody's answers about a request go; `None` for the user is the desk. `None` if answers do not
/// become notes.
pub fn address(app: &App, port: PortId, user: Option<UserId>) -> Option<String> {
    let address = app.config.mail.replies.address.as_ref()?;
    let signature = app.vault.sign(PURPOSE, &signed_text(port, user));
    Some(address.with(&message::token(port, &signature)))
}

/// Where the answer to a mail goes; `None` if it does not become a note.
pub async fn address_of(app: &App, mail: &Mail) -> Result<Option<String>, AppError> {
    if app.config.mail.replies.address.is_none() {
        return Ok(None);
    }
    if mail.reader == Reader::Desk.name() {
        return Ok(address(app, mail.port, None));
    }
    if mail.reader != Reader::Submitter.name() {
        return Ok(None);
    }
    let mut read = app.db.glimpse().await?;
    // Somebody may stand in for the submitter; and an address may have changed since.
    let user = match people::user_by_email(&mut read, &mail.to_address).await? {
        Some(reader) => Some(reader.id),
        None => rows::submitter(&mut read, mail.port).await?,
    };
    Ok(user.and_then(|user| address(app, mail.port, Some(user))))
}

/// Whom a token was given to, and the request that it names; `None` if we did not make it.
async fn verify(app: &App, token: &str) -> Result<Option<(PortRequest, Answerer)>, AppError> {
    let Some((id, signed)) = message::read_token(token) else {
        return Ok(None);
    };
    let port = PortId::from(id);
    let mut read = app.db.read().await?;
    let Some(stored) = rows::glance(&mut read, port).await? else {
        return Ok(None);
    };
    let account = people::account(&mut read, stored.request.account).await?;
    // An agency's people file for its clients and belong to none of them; its people come with those of its clients.
    let root = account.map_or(stored.request.account, |one| one.parent.unwrap_or(one.id));
    let mut users = people::users(&mut read, Some(root)).await?;
    users.extend(people::user(&mut read, stored.request.submitter).await?);
    drop(read);
    let is_for = |user| {
        app.vault
            .is_signed(PURPOSE, &signed_text(port, user), &signed)
    };
    if is_for(None) {
        return Ok(Some((stored.request, Answerer::Desk)));
    }
    Ok(users
        .into_iter()
        .find(|user| is_for(Some(user.id)))
        .map(|user| (stored.request, Answerer::Person(Box::new(user)))))
}

/// Who wrote a mail, if they are whom its token was given to; otherwise why not.
async fn author(
    app: &App,
    answerer: &Answerer,
    from: &str,
) -> Result<Result<Actor, String>, AppError> {
    let foreign = |whose: &str| {
        let sender = if from.is_empty() {
            "nobody in particular"
        } else {
            from
        };
        Err(format!(
            "It came from {sender}, but its answer address was given to {whose}."
        ))
    };
    let user = match answerer {
        Answerer::Person(user) if user.email.eq_ignore_ascii_case(from) => User::clone(user),
        Answerer::Person(user) => return Ok(foreign(&format!("{} ({})", user.name, user.email))),
        Answerer::Desk => {
            let operator = app.operator();
            if operator.support.email.eq_ignore_ascii_case(from) {
                return Ok(Ok(Actor {
                    role: Role::Desk,
                    name: operator.name.clone(),
                    user: None,
                }));
            }
            let mut read = app.db.glimpse().await?;
            match people::user_by_email(&mut read, from).await? {
                Some(user) if user.account.is_none() => user,
                _ => return Ok(foreign("the porting desk")),
            }
        }
    };
    if user.disabled_at.is_some() {
        return Ok(Err(format!("{} may not sign in any more.", user.name)));
    }
    Ok(Ok(Caller::of(&user).actor))
}

/// Reads a message. A large one takes processor time.
pub(super) async fn parse(app: &App, raw: &[u8]) -> Result<Incoming, AppError> {
    let address = app.config.mail.replies.address.clone();
    let raw = raw.to_vec();
    tokio::task::spawn_blocking(move || {
        message::read(&raw, address.as_ref()).unwrap_or_else(|| Incoming::unreadable(&raw))
    })
    .await
    .map_err(AppError::broken)
}

/// Takes a mail: it becomes a note, or waits for the desk. The same mail a second time changes nothing.
///
/// # Errors
/// Only what may work later; the mail has to be handed in again then.
pub async fn receive(app: &App, raw: &[u8]) -> Result<Outcome, AppError> {
    let mail = parse(app, raw).await?;
    match take_in(app, raw, &mail).await {
        // One that trips us must not keep those behind it waiting.
        Err(AppError::Broken(why)) => {
            tracing::error!(message_id = %mail.message_id, error = %why, "a mail could not be taken");
            let reason = "Something went wrong on our side when it was taken.".to_owned();
            set_aside(app, raw, &mail, None, reason).await
        }
        other => other,
    }
}

async fn take_in(app: &App, raw: &[u8], mail: &Incoming) -> Result<Outcome, AppError> {
    if mailing::is_ours(app, mail) {
        return Ok(Outcome::Ours);
    }
    if let Some(because) = mail.automatic {
        tracing::info!(message_id = %mail.message_id, because, "an automatic answer was left out");
        return Ok(Outcome::Automatic { because });
    }
    let mut read = app.db.glimpse().await?;
    if inbound::is_known(&mut read, mail.digest).await? {
        return Ok(Outcome::Known);
    }
    drop(read);
    let aside = |port, reason: String| set_aside(app, raw, mail, port, reason);
    let token = match mail.tokens.as_slice() {
        [only] => only,
        // Nobody's answer: a question (R66, R67). An acknowledgement would go to everybody on the list.
        [] => {
            if let Some(mark) = mail.to_many {
                return aside(None, format!("{mark}, and answers no mail of ours.")).await;
            }
            return match tickets::open_by_mail(app, raw, mail).await? {
                Ok(outcome) => Ok(outcome),
                Err(reason) => aside(None, reason).await,
            };
        }
        _ => return aside(None, "It names several answer addresses.".to_owned()).await,
    };
    let Some((request, answerer)) = verify(app, token).await? else {
        if let Some(ticket) = tickets::named_by(app, token).await? {
            return match tickets::go_on_by_mail(app, raw, mail, ticket).await? {
                Ok(outcome) => Ok(outcome),
                Err(reason) => aside(None, reason).await,
            };
        }
        let reason = "Its answer address is not one that we gave to anybody.".to_owned();
        return aside(None, reason).await;
    };
    let by = match author(app, &answerer, &mail.from_address).await? {
        Ok(by) => by,
        Err(reason) => return aside(Some(request.id), reason).await,
    };
    let said = mail.own_words.clone();
    let (note, files) = match note_of(app, request.id, mail, said, false).await {
        Ok(made) => made,
        Err(error @ AppError::Invalid(_)) => {
            return aside(Some(request.id), error.to_string()).await;
        }
        Err(error) => return Err(error),
    };
    if mail.own_words.is_empty() && files == 0 {
        let reason =
            "Nothing is left of it without what it quotes, and no file that can be attached.";
        return aside(Some(request.id), reason.to_owned()).await;
    }
    let row = row_of(app, mail, InboundState::Noted, Some(request.id));
    match notes::store_from_mail(app, &by, &request, note, FromMail::Taken(Box::new(row))).await {
        Ok(Written { note, .. }) => {
            tracing::info!(port = %request.id, message_id = %mail.message_id, "an answer became a note");
            Ok(Outcome::Noted {
                port: request.id,
                note,
            })
        }
        Err(AppError::Refused(refusal)) if refusal.rule == "mail_settled" => Ok(Outcome::Known),
        Err(
            error @ (AppError::Refused(_)
            | AppError::Invalid(_)
            | AppError::NotFound(_)
            | AppError::Forbidden(_)),
        ) => aside(Some(request.id), error.to_string()).await,
        Err(error) => Err(error),
    }
}

/// Takes what is known of a mail that is too large to be fetched.
///
/// # Errors
/// Only what may work later; the mail has to be handed in again then.
pub async fn receive_headers(
    app: &App,
    headers: &[u8],
    size: u64,
    left_in: &str,
) -> Result<Outcome, AppError> {
    let mut mail = parse(app, headers).await?;
    if mailing::is_ours(app, &mail) {
        return Ok(Outcome::Ours);
    }
    if let Some(because) = mail.automatic {
        return Ok(Outcome::Automatic { because });
    }
    mail.size = size;
    match take_headers(app, headers, &mail, left_in).await {
        // As in `receive`.
        Err(AppError::Broken(why)) => {
            tracing::error!(message_id = %mail.message_id, error = %why, "a large mail could not be taken");
            let reason = format!(
                "Something went wrong on our side when it was taken. It is still in the mailbox {left_in}."
            );
            set_aside(app, headers, &mail, None, reason).await
        }
        other => other,
    }
}

async fn take_headers(
    app: &App,
    headers: &[u8],
    mail: &Incoming,
    left_in: &str,
) -> Result<Outcome, AppError> {
    let (mut port, mut ticket) = (None, None);
    if let [only] = mail.tokens.as_slice() {
        port = verify(app, only).await?.map(|(request, _)| request.id);
        if port.is_none() {
            ticket = tickets::named_by(app, only).await?;
        }
    }
    let about = ticket.map_or_else(String::new, |ticket| {
        format!("It is an answer in ticket #{}. ", ticket.number)
    });
    let reason = format!(
        "{about}It has {}, and at most {} are fetched. It is still in the mailbox {left_in}.",
        words::size(mail.size),
        words::size(app.config.mail.replies.mail_bytes_max())
    );
    set_aside(app, headers, mail, port, reason).await
}

/// What is taken down of a mail.
pub(super) fn row_of(
    app: &App,
    mail: &Incoming,
    state: InboundState,
    port: Option<PortId>,
) -> Inbound {
    let now = app.clock.now();
    // Of a mail that is a note, the note is what is kept.
    let kept = |text: &str| match state {
        InboundState::Noted => String::new(),
        _ => text.to_owned(),
    };
    Inbound {
        id: app.ids.next(now),
        digest: mail.digest,
        state,
        reason: String::new(),
        from_name: kept(&mail.from_name),
        from_address: kept(&mail.from_address),
        subject: kept(&mail.subject),
        port,
        blob: None,
        size: mail.size,
        received_at: now,
        settled_at: None,
        settled_by: None,
    }
}

/// Keeps a mail as it came, for the desk.
async fn set_aside(
    app: &App,
    raw: &[u8],
    mail: &Incoming,
    port: Option<PortId>,
    reason: String,
) -> Result<Outcome, AppError> {
    let row = Inbound {
        blob: Some(app.blobs.put(Bytes::copy_from_slice(raw)).await?),
        reason: reason.clone(),
        ..row_of(app, mail, InboundState::Unplaced, port)
    };
    let mut tx = app.db.write().await?;
    if !inbound::insert(&mut tx, &row).await? {
        return Ok(Outcome::Known);
    }
    tx.commit().await?;
    tracing::warn!(mail = %row.id, message_id = %mail.message_id, "a mail could not be placed and waits for the desk");
    Ok(Outcome::Unplaced { id: row.id, reason })
}

/// A mail as a note, and how many files it has. What cannot be attached is named in it; the words of a mail that
/// is longer than a note are attached whole.
pub(super) async fn note_of(
    app: &App,
    port: PortId,
    mail: &Incoming,
    said: String,
    staff_only: bool,
) -> Result<(Note, usize), AppError> {
    let had = notes::attached(app, port).await?;
    let mut files: Vec<SentFile> = Vec::new();
    for file in &mail.files {
        // A logo comes with each mail; the first one is enough.
        if file.inline && had.contains(&message::sha256_hex(&file.bytes)) {
            continue;
        }
        files.push(SentFile::whole(file.name.clone(), file.bytes.clone()));
    }
    let (mut good, problems) = notes::inspect(app, files).await?;
    let mut left_out: Vec<String> = problems.into_iter().map(|one| one.says).collect();
    let room = (app.config.limits.documents_per_port_max as usize).saturating_sub(had.len());
    // One place is for the words themselves, should they be too long.
    let most = NOTE_FILES_MAX.saturating_sub(1).min(room.saturating_sub(1));
    if good.len() > most {
        left_out.push(format!(
            "{} more files: there is no room.",
            good.len() - most
        ));
        good.truncate(most);
    }
    let mut after = String::new();
    if !left_out.is_empty() {
        let list: String = left_out.join(" ").chars().take(1_000).collect();
        after = format!("[Not attached: {list}]");
    }
    let count = good.len();
    let mut text = said;
    let whole = text.chars().count() + after.chars().count() + 2;
    if whole > NOTE_CHARACTERS_MAX {
        let file = SentFile::whole("mail.txt", text.clone());
        let (words, _) = notes::inspect(app, vec![file]).await?;
        if words.is_empty() {
            return Err(AppError::field("text", "Its text is too long to be kept."));
        }
        good.extend(words);
        text = text.chars().take(NOTE_CHARACTERS_MAX - 1_200).collect();
        text.push_str("\n\n[The whole text is attached.]");
    }
    if !after.is_empty() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&after);
    }
    let note = Note {
        text,
        staff_only,
        files: good,
        had: had.len(),
    };
    Ok((note, count))
}

/// What its sender wrote; all of it, if nothing of it can be told from what it quotes.
pub(super) fn all_words(mail: &Incoming) -> String {
    if mail.own_words.is_empty() {
        mail.text.trim().to_owned()
    } else {
        mail.own_words.clone()
    }
}

/// Whether the mailbox page is where mails are answered.
pub fn is_answered_here(config: &Config) -> bool {
    config.mail.mode == MailMode::Mailbox && config.mail.replies.address.is_some()
}

/// Answers a mail on the mailbox page, where that is the reader's mailbox: the answer is a whole message, and
/// goes the way of all others.
pub async fn answer(
    app: &App,
    caller: &Caller,
    id: MailId,
    words: &str,
    files: Vec<(String, Bytes)>,
) -> Result<Outcome, AppError> {
    let (mail, to) = match mailing::read(app, caller, id).await {
        Ok(mail) => {
            let to = address_of(app, &mail).await?;
            (Answered::from(mail), to)
        }
        Err(AppError::NotFound(_)) => {
            let mail = account_mail::read(app, caller, id).await?;
            let to = mail.ticket.and_then(|ticket| tickets::address(app, ticket));
            (Answered::from(mail), to)
        }
        Err(error) => return Err(error),
    };
    if !is_answered_here(&app.config) {
        return Err(AppError::Forbidden(
            "Mails are answered here only while they are kept here.",
        ));
    }
    let to = to.ok_or(AppError::Forbidden("This mail cannot be answered."))?;
    let random = hex::encode(app.ids.secret().get(..12).unwrap_or_default());
    let message_id = format!("{random}@mailbox.invalid");
    let raw = by_hand::answer(&mail, &to, words, files, &message_id, app.clock.wall())
        .map_err(AppError::broken)?;
    receive(app, &raw).await
}

/// How far a mailbox was read: its UIDVALIDITY and the last UID.
pub async fn place_in(app: &App, mailbox: &str) -> Result<Option<(u32, u32)>, AppError> {
    let mut read = app.db.glimpse().await?;
    Ok(inbound::place(&mut read, mailbox).await?)
}

/// Remembers where a mailbox that was never read before begins. It survives a power cut: the next look would begin later
/// otherwise, behind what has come meanwhile.
pub async fn begin_in(
    app: &App,
    mailbox: &str,
    uid_validity: u32,
    uid: u32,
) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    inbound::set_place(&mut tx, mailbox, uid_validity, uid).await?;
    Ok(tx.commit().await?)
}

/// Remembers how far a mailbox was read. What a power cut undoes is read again, and known then.
pub async fn set_place_in(
    app: &App,
    mailbox: &str,
    uid_validity: u32,
    uid: u32,
) -> Result<(), AppError> {
    let mut tx = app.db.write_unsynced().await?;
    inbound::set_place(&mut tx, mailbox, uid_validity, uid).await?;
    Ok(tx.commit().await?)
}
