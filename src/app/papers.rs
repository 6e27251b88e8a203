//! Proof of ownership and other documents.

use super::letters::{self, Live, Opened};
use super::ports::{self, Extras, Guard, Handled, Scope};
use super::{App, AppError, Caller};
use crate::db::papers::{self, Document, DocumentKind, Purpose};
use crate::documents::proof;
use crate::domain::port::{Actor, Event, EventKind, Proof, ProofKind, Refusal, Verdict, moves};
use crate::ids::{DocumentId, PortId};

/// A file that somebody sent.
#[derive(Debug)]
pub struct Upload {
    /// What they say it is.
    pub kind: ProofKind,
    /// The file's name.
    pub name: String,
    /// Its bytes.
    pub bytes: bytes::Bytes,
}

fn signed_first(request: &crate::domain::port::PortRequest) -> Result<(), AppError> {
    if request.is_signed() {
        return Ok(());
    }
    Err(Refusal::conflict(
        "letter_unsigned",
        "The Letter of Authorization is not signed yet.",
        "The phone bill can be uploaded after the letter is signed.",
    )
    .into())
}

/// Whether a proof of ownership may be sent now, before its bytes are read (R115).
pub async fn may_send_proof(app: &App, caller: &Caller, id: PortId) -> Result<(), AppError> {
    let stored = ports::get(app, id)
        .await?
        .filter(|stored| caller.sees(stored.request.account))
        .ok_or(AppError::NotFound("port request"))?;
    signed_first(&stored.request)
}

/// Takes a proof of ownership for a request that the caller sees.
pub async fn receive_proof(
    app: &App,
    caller: &Caller,
    id: PortId,
    upload: Upload,
) -> Result<Handled, AppError> {
    receive_proof_guarded(app, caller, id, upload, Guard::default()).await
}

/// [`receive_proof`], only if nothing changed meanwhile, with its answer remembered.
pub async fn receive_proof_guarded(
    app: &App,
    caller: &Caller,
    id: PortId,
    upload: Upload,
    guard: Guard,
) -> Result<Handled, AppError> {
    let request = ports::view(app, caller, id).await?.request;
    moves::permit(EventKind::ReceiveProof, caller.actor.role)?;
    take(app, caller.scope(), &caller.actor, &request, upload, guard).await
}

/// Takes a proof of ownership through a mailed link.
pub async fn receive_proof_by_link(
    app: &App,
    token: &str,
    upload: Upload,
) -> Result<Handled, AppError> {
    let Opened::Live(live) = letters::look(app, token, Purpose::Upload).await? else {
        return Err(Refusal::conflict(
            "link_over",
            "This link no longer works.",
            "Ask the person who filed the port for a new one.",
        )
        .into());
    };
    let Live { request, .. } = *live;
    let by = Actor::owner(
        request
            .details
            .signer
            .as_ref()
            .map_or("the owner", |signer| &signer.name),
    );
    take(app, Scope::Any, &by, &request, upload, Guard::default()).await
}

async fn take(
    app: &App,
    scope: Scope,
    by: &Actor,
    request: &crate::domain::port::PortRequest,
    upload: Upload,
    guard: Guard,
) -> Result<Handled, AppError> {
    // Before looking at the file: R115 is the answer that helps, not a remark on the file.
    signed_first(request)?;
    if request.proof.len() >= app.config.limits.documents_per_port_max as usize {
        return Err(AppError::field(
            "file",
            "There are as many documents on this request as it can hold. Ask the desk to remove one.",
        ));
    }
    let limits = proof::Limits {
        max_bytes: app.config.limits.upload_bytes_max(),
        ..proof::Limits::default()
    };
    let bytes = upload.bytes.clone();
    let checked = tokio::task::spawn_blocking(move || proof::inspect(&bytes, &limits))
        .await
        .map_err(AppError::broken)?
        .map_err(|e| AppError::field("file", e.to_string()))?;
    let now = app.clock.now();
    let document: DocumentId = app.ids.next(now);
    let size = u64::try_from(upload.bytes.len()).unwrap_or(u64::MAX);
    let sha256 = app.blobs.put(upload.bytes).await?;
    let name = file_name(&upload.name, checked.format.extension());
    let row = Document {
        id: document,
        account: request.account,
        port: request.id,
        kind: DocumentKind::Proof,
        name: name.clone(),
        content_type: checked.format.media_type().to_owned(),
        size,
        sha256,
        created_at: now,
        staff_only: false,
    };
    let event = Event::ReceiveProof {
        proof: Proof {
            document,
            kind: upload.kind,
            name,
            size,
            received_at: now,
            verdict: Verdict::Waiting,
        },
    };
    ports::handle(
        app,
        request.id,
        scope,
        by,
        event,
        Extras {
            documents: vec![row],
            ..Extras::from(guard)
        },
    )
    .await
}

/// A name that is safe to show and to save under: no path, no control characters, the true ending.
pub(super) fn file_name(given: &str, extension: &str) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or("");
    let clean: String = base
        .chars()
        .filter(|one| !one.is_control() && !matches!(one, '"' | '<' | '>' | '|' | ':' | '*' | '?'))
        .take(120)
        .collect();
    let stem = clean
        .rsplit_once('.')
        .map_or(clean.as_str(), |(stem, _)| stem)
        .trim();
    format!(
        "{}.{extension}",
        if stem.is_empty() { "document" } else { stem }
    )
}

/// The desk's verdict on a proof.
pub async fn judge(
    app: &App,
    caller: &Caller,
    id: PortId,
    document: DocumentId,
    refusal: Option<String>,
) -> Result<Handled, AppError> {
    judge_guarded(app, caller, id, document, refusal, Guard::default()).await
}

/// [`judge`], only if nothing changed meanwhile, with its answer remembered.
pub async fn judge_guarded(
    app: &App,
    caller: &Caller,
    id: PortId,
    document: DocumentId,
    refusal: Option<String>,
    guard: Guard,
) -> Result<Handled, AppError> {
    caller.desk_only()?;
    let event = match refusal {
        None => Event::AcceptProof { document },
        Some(reason) => Event::RefuseProof { document, reason },
    };
    ports::handle(app, id, caller.scope(), &caller.actor, event, guard.into()).await
}

/// A document with its bytes, for those who may see its request; what belongs to a note of the desk's, for
/// the desk alone.
pub async fn read(
    app: &App,
    caller: &Caller,
    id: DocumentId,
) -> Result<(Document, bytes::Bytes), AppError> {
    let mut read = app.db.read().await?;
    let row = papers::document(&mut read, id)
        .await?
        .filter(|row| caller.sees(row.account) && (caller.is_desk() || !row.staff_only))
        .ok_or(AppError::NotFound("document"))?;
    drop(read);
    let bytes = app.blobs.get(&row.sha256).await?;
    Ok((row, bytes))
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_files_name_is_made_safe() {
        assert_eq!(file_name("../../etc/pass\"wd", "pdf"), "passwd.pdf");
        assert_eq!(
            file_name("C:\\bills\\März bill.PDF.exe", "pdf"),
            "März bill.PDF.pdf"
        );
        assert_eq!(file_name("", "png"), "document.png");
    }
}
