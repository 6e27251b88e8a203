//! Notes: words between people with what they attach, and who has read how far.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;

use super::papers::file_name;
use super::ports::{self, Extras, FromMail, Guard, Handled, Scope};
use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::notes;
use crate::db::papers::{Document, DocumentKind};
use crate::documents::attachment;
use crate::documents::proof::Limits;
use crate::domain::port::{Actor, Event, PortRequest, Problem};
use crate::ids::{DocumentId, NoteId, PortId};

/// A note that somebody wants to write.
#[derive(Default)]
pub struct Draft {
    /// The words. They may be left out where files speak for themselves.
    pub text: String,
    /// Whether only the desk is to see it.
    pub staff_only: bool,
    /// What is attached.
    pub files: Vec<SentFile>,
}

/// A file that somebody sent.
pub struct SentFile {
    /// Its name.
    pub name: String,
    /// Its bytes; those of a file that is too large may be left out.
    pub bytes: Bytes,
    /// How many bytes it really has.
    pub size: u64,
}

impl SentFile {
    /// A file that is here whole.
    pub fn whole(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            name: name.into(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            bytes,
        }
    }
}

/// A note that was written.
#[derive(Debug)]
pub struct Written {
    /// Its id.
    pub note: NoteId,
    /// What came of it.
    pub handled: Handled,
}

/// Writes a note with its files on a request: all of it, or nothing.
///
/// # Errors
/// [`AppError::Invalid`] names each file that cannot be taken, and why.
pub async fn write(
    app: &App,
    caller: &Caller,
    id: PortId,
    draft: Draft,
    guard: Guard,
) -> Result<Written, AppError> {
    // Others' requests are not there, before anything is said of files.
    let view = ports::glance(app, caller, id).await?;
    let (files, problems) = inspect(app, draft.files).await?;
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let had = view.documents.len();
    let note = Note {
        text: draft.text,
        staff_only: draft.staff_only,
        files,
        had,
    };
    let extras = Extras::from(guard);
    store(
        app,
        caller.scope(),
        &caller.actor,
        &view.request,
        note,
        extras,
    )
    .await
}

/// A file that can be attached.
pub(super) struct GoodFile {
    name: String,
    media_type: &'static str,
    bytes: Bytes,
}

/// Looks at files: those that can be attached, and what is wrong with the others.
pub(super) async fn inspect(
    app: &App,
    files: Vec<SentFile>,
) -> Result<(Vec<GoodFile>, Vec<Problem>), AppError> {
    let limits = Limits {
        max_bytes: app.config.limits.upload_bytes_max(),
        ..Limits::default()
    };
    // Decoding a picture takes processor time.
    tokio::task::spawn_blocking(move || {
        let (mut good, mut problems) = (Vec::new(), Vec::new());
        for file in files {
            let too_large = usize::try_from(file.size).map_or(true, |size| size > limits.max_bytes);
            let looked = if too_large {
                Err(attachment::AttachmentError::TooLarge {
                    max: limits.max_bytes / 1_000_000,
                })
            } else {
                attachment::inspect(&file.bytes, &file.name, &limits)
            };
            match looked {
                Ok(kind) => good.push(GoodFile {
                    name: file_name(&file.name, kind.extension),
                    media_type: kind.media_type,
                    bytes: file.bytes,
                }),
                Err(why) => {
                    problems.push(Problem::new(
                        "file",
                        format!("{}: {why}", shown(&file.name)),
                    ));
                }
            }
        }
        (good, problems)
    })
    .await
    .map_err(AppError::broken)
}

/// A file's name in a sentence.
fn shown(name: &str) -> &str {
    match name.rsplit(['/', '\\']).next().map(str::trim) {
        None | Some("") => "A file without a name",
        Some(name) => name,
    }
}

/// A note that is ready to be stored.
pub(super) struct Note {
    pub(super) text: String,
    pub(super) staff_only: bool,
    pub(super) files: Vec<GoodFile>,
    /// How many documents the request has already.
    pub(super) had: usize,
}

/// Stores a note's files and lets it happen. Files of a note that is refused stay in the document store,
/// where nothing names them.
pub(super) async fn store(
    app: &App,
    scope: Scope,
    by: &Actor,
    request: &PortRequest,
    note: Note,
    extras: Extras,
) -> Result<Written, AppError> {
    if !note.files.is_empty()
        && note.had.saturating_add(note.files.len())
            > app.config.limits.documents_per_port_max as usize
    {
        return Err(AppError::field(
            "file",
            "There are as many documents on this request as it can hold.",
        ));
    }
    let now = app.clock.now();
    let id: NoteId = app.ids.next(now);
    let ids: Vec<DocumentId> = app.ids.ascending(now, note.files.len());
    let mut documents = Vec::with_capacity(ids.len());
    for (id, file) in ids.iter().zip(note.files) {
        let size = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
        documents.push(Document {
            id: *id,
            account: request.account,
            port: request.id,
            kind: DocumentKind::Attachment,
            name: file.name,
            content_type: file.media_type.to_owned(),
            size,
            sha256: app.blobs.put(file.bytes).await?,
            created_at: now,
            staff_only: note.staff_only,
        });
    }
    let event = Event::Note {
        note: id,
        text: note.text,
        staff_only: note.staff_only,
        attachments: ids,
    };
    let extras = Extras {
        documents,
        ..extras
    };
    let handled = ports::handle(app, request.id, scope, by, event, extras).await?;
    Ok(Written { note: id, handled })
}

/// [`store`] for a mail: both happen, or neither.
pub(super) async fn store_from_mail(
    app: &App,
    by: &Actor,
    request: &PortRequest,
    note: Note,
    mail: FromMail,
) -> Result<Written, AppError> {
    let extras = Extras {
        mail: Some(mail),
        ..Extras::default()
    };
    store(app, Scope::Any, by, request, note, extras).await
}

/// The hashes of what is attached to a request already.
pub(super) async fn attached(app: &App, port: PortId) -> Result<HashSet<String>, AppError> {
    let mut read = app.db.read().await?;
    let documents = crate::db::papers::documents(&mut read, port).await?;
    Ok(documents.into_iter().map(|one| one.sha256).collect())
}

/// How many entries of each of these requests the caller has not seen; requests without any are left out.
pub async fn unread(
    app: &App,
    caller: &Caller,
    ports: &[PortId],
) -> Result<HashMap<PortId, u32>, AppError> {
    if ports.is_empty() {
        return Ok(HashMap::new());
    }
    let key = Key::List(caller.user, "unread", format!("{ports:?}"));
    let counts = app.seen(key, |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(notes::unread(&mut read, caller.user, caller.is_desk(), ports).await?)
    });
    Ok(counts.await?.as_ref().clone())
}

/// Up to where in a request's history the caller has looked.
pub async fn read_until(app: &App, caller: &Caller, port: PortId) -> Result<i64, AppError> {
    let key = Key::List(caller.user, "read until", port.to_string());
    let until = app.seen(key, |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(notes::read_until(&mut read, caller.user, port).await?)
    });
    Ok(*until.await?)
}

/// The caller has looked up to this place. What a power cut undoes is looked at again.
pub async fn mark_read(app: &App, caller: &Caller, port: PortId, seq: i64) -> Result<(), AppError> {
    let mut tx = app.db.write_unsynced().await?;
    notes::mark_read(&mut tx, caller.user, port, seq).await?;
    Ok(tx.commit().await?)
}
