//! The notes of a port: every event, and every word between the customer and the desk.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::errors::Answer;
use super::port::port_id;
use super::posted::{File, Posted};
use super::query::Query;
use super::session::{Portal, SignedIn, live_seconds};
use super::views::port::NotesPage;
use super::views::ports::Tab;
use super::views::{Act, Field, Note, NoteKind, Room};
use super::{FILES_AT_ONCE, fields, tell};
use crate::app::notes::{self, Draft, SentFile};
use crate::app::ports::{Extras, Guard, StoredFact, View};
use crate::app::{App, AppError, ports, replies};
use crate::domain::port::{Attention, Event, EventKind, Fact, Problem, Reader, words};

/// The history as entries of the notes, oldest first.
pub(super) fn entries(
    history: &[StoredFact],
    view: &View,
    zone: &TimeZone,
    now: Timestamp,
) -> Vec<Note> {
    history
        .iter()
        .map(|one| {
            let (id, kind, attachments) = match &one.fact {
                Fact::NoteWritten {
                    note,
                    staff_only,
                    attachments,
                    ..
                } => {
                    let kind = if *staff_only {
                        NoteKind::Staff
                    } else {
                        NoteKind::Comment
                    };
                    (note.to_string(), kind, attachments.as_slice())
                }
                fact if fact.is_staff_only() => (one.id.to_string(), NoteKind::Staff, &[][..]),
                _ => (one.id.to_string(), NoteKind::Event, &[][..]),
            };
            let files = attachments
                .iter()
                .filter_map(|id| view.documents.iter().find(|document| document.id == *id))
                .map(|document| {
                    super::views::Link::new(format!("/documents/{}", document.id), &document.name)
                })
                .collect();
            Note {
                id,
                by: one.actor.name.clone(),
                role: tell::role(one.actor.role).to_owned(),
                at: tell::when(one.at, zone, now),
                kind,
                text: words::say(&one.fact, zone),
                files,
                first_new: false,
            }
        })
        .collect()
}

/// Whether somebody speaks, instead of something happening.
fn are_words(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::NoteWritten { .. } | Fact::CarrierSpoke { .. } | Fact::UpdateAsked
    )
}

/// What of the notes is asked for.
#[derive(Clone, Copy, Default)]
struct Asked {
    /// Only words between people.
    only_words: bool,
    /// Up to where the reader had looked when they opened the page: kept while it refreshes itself.
    since: Option<i64>,
}

impl Asked {
    fn read(query: &Query) -> Self {
        Self {
            only_words: query.one("show") == "words",
            since: query.parsed("since"),
        }
    }
}

/// What is being written, and what is wrong with it.
#[derive(Default)]
struct Writing {
    text: Field,
    file: Field,
    staff_only: bool,
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    let view = ports::seen(&portal.app, &who.caller, port_id(&id)?).await?;
    let asked = Asked::read(&query);
    let page = page(&portal.app, &who, &view, asked, Writing::default()).await?;
    who.page(&page)
}

async fn page(
    app: &App,
    who: &SignedIn,
    view: &View,
    asked: Asked,
    writing: Writing,
) -> Result<NotesPage, AppError> {
    let request = &view.request;
    let now = app.clock.now();
    let history = ports::history_seen(app, &who.caller, request.id).await?;
    let seen = notes::read_until(app, &who.caller, request.id).await?;
    if let Some(last) = history.last().map(|one| one.seq)
        && last > seen
        && let Err(error) = notes::mark_read(app, &who.caller, request.id, last).await
    {
        // The notes are worth more than the mark.
        tracing::warn!(error = %error, "cannot remember what was read");
    }
    let since = asked.since.unwrap_or(seen);
    let is_new = |one: &StoredFact| one.seq > since && one.actor.user != Some(who.caller.user);
    let words_count = history.iter().filter(|one| are_words(&one.fact)).count();
    let all_count = history.len();
    let shown: Vec<StoredFact> = history
        .iter()
        .filter(|one| !asked.only_words || are_words(&one.fact))
        .cloned()
        .collect();
    let new = shown.iter().filter(|one| is_new(one)).count();
    let mut entries = entries(&shown, view, view.calendar.zone(), now);
    // Where all is new, nothing is set off from anything.
    if let Some(first) = shown.iter().position(is_new).filter(|at| *at > 0)
        && let Some(entry) = entries.get_mut(first)
    {
        entry.first_new = true;
    }
    let silent = view.calendar.silent_days(request.last_movement, now);
    let asked_already = request.attention.contains(&Attention::UpdateAsked);
    let ask = match tell::act(EventKind::AskForUpdate, view.standing.status, who.user.role) {
        Act::Open if asked_already => Act::Closed(
            "You have asked. We are looking into it and will answer here and by email.".to_owned(),
        ),
        // Before anything was sent there is no news to wait for, and a button that is always there
        // would be the wrong one of two most of the time.
        Act::Closed(_) => Act::Hidden,
        other => other,
    };
    let here = format!("/numbers/ports/{}/notes", request.id);
    let tab = |text: &str, count: usize, words: bool| Tab {
        text: text.to_owned(),
        count: u32::try_from(count).unwrap_or(u32::MAX),
        href: if words {
            format!("{here}?show=words")
        } else {
            here.clone()
        },
        here: words == asked.only_words,
    };
    Ok(NotesPage {
        shell: who.shell(Room::Ports, "Notes"),
        port: tell::port_ref(view),
        notes: entries,
        tabs: vec![
            tab("Everything", all_count, false),
            tab("Only words", words_count, true),
        ],
        new,
        text: writing.text,
        file: writing.file,
        file_limit: app.config.limits.upload_megabytes_max,
        desk: who.caller.is_desk(),
        staff_only: writing.staff_only,
        ask,
        silence: if silent >= app.config.silence.chase_business_days
            && view.standing.status.is_open()
            && request.released_at.is_some()
        {
            format!("No news for {silent} business days.")
        } else {
            String::new()
        },
        mailed_to: if who.caller.is_desk() {
            format!("{} gets each entry by email.", view.submitter)
        } else {
            "You and the porting team get each entry by email.".to_owned()
        },
        can_reply: replies::answers_to(&app.config, Reader::Submitter),
        live: if asked.only_words {
            format!("{here}?show=words&since={since}")
        } else {
            format!("{here}?since={since}")
        },
        live_seconds: live_seconds(app),
    })
}

/// The files of a form, and what is wrong with those that are not here.
pub(super) fn sent_files(app: &App, files: &[File]) -> (Vec<SentFile>, Vec<Problem>) {
    let largest = u64::try_from(app.config.limits.upload_bytes_max()).unwrap_or(u64::MAX);
    let (mut sent, mut problems) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.control == "file") {
        if !file.is_whole() && file.size <= largest {
            let together = FILES_AT_ONCE * app.config.limits.upload_megabytes_max as usize;
            problems.push(Problem::new(
                "file",
                format!(
                    "{}: together these files have more than {together} MB. Send this one with another note.",
                    file.name
                ),
            ));
            continue;
        }
        sent.push(SentFile {
            name: file.name.clone(),
            bytes: file.bytes.clone(),
            size: file.size,
        });
    }
    (sent, problems)
}

pub(super) async fn write(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let id = port_id(&id)?;
    let text = posted.one("text").trim().to_owned();
    let staff_only = who.caller.is_desk() && posted.ticked("staff_only");
    let (files, problems) = sent_files(app, &posted.files);
    let with_files = !posted.files.is_empty();
    let written = if problems.is_empty() {
        let draft = Draft {
            text: text.clone(),
            staff_only,
            files,
        };
        notes::write(app, &who.caller, id, draft, Guard::default()).await
    } else {
        Err(AppError::Invalid(problems))
    };
    match written {
        Ok(written) => who.done(
            &format!("/numbers/ports/{id}/notes#{}", written.note),
            "Your note was added.",
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let says = |of_file: bool| {
                let said: Vec<&str> = problems
                    .iter()
                    .filter(|problem| (problem.field == "file") == of_file)
                    .map(|problem| problem.says.as_str())
                    .collect();
                said.join(" ")
            };
            let (of_text, mut of_file) = (says(false), says(true));
            // A browser does not keep the choice of files.
            if with_files {
                if !of_file.is_empty() {
                    of_file.push(' ');
                }
                of_file.push_str("Nothing was sent: choose the files again.");
            }
            let wrong = |value: String, says: String, focus: bool| Field {
                value,
                error: says,
                focus,
            };
            let text_is_wrong = !of_text.is_empty();
            who.here = format!("/numbers/ports/{id}/notes");
            let view = ports::view(app, &who.caller, id).await?;
            let writing = Writing {
                text: wrong(text, of_text, text_is_wrong),
                file: wrong(String::new(), of_file, !text_is_wrong),
                staff_only,
            };
            let page = page(app, &who, &view, Asked::default(), writing).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// R130: the customer asks for news.
pub(super) async fn ask_for_update(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let id = port_id(&id)?;
    let who = &posted.who;
    ports::handle(
        &portal.app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        Event::AskForUpdate,
        Extras::default(),
    )
    .await?;
    who.done(
        &format!("/numbers/ports/{id}/notes"),
        "We have been asked. We are looking into it and will answer here and by email.",
    )
}
