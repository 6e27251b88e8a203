//! The agreement, the Letter of Authorization, proof of ownership, documents.

use axum::body::Body as HttpBody;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, MaybeBody, Path, Terms};
use super::form::AgreementInput;
use super::moves::{Nothing, ReasonInput, happen};
use super::problem::Problem;
use super::views::{Document, DocumentList, Port, ProofKindWords, Statement, Statements};
use crate::app::papers::Upload;
use crate::app::{forms, letters, papers, ports};
use crate::domain::agreement;
use crate::domain::port::{Event, ProofKind, Signer};
use crate::ids::{DocumentId, PortId};

/// Who is to sign, if it is not the signer of the form.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendLoaInput {
    /// Who is to sign. Left out, the form's signer does.
    #[serde(default)]
    pub signer: Option<SendTo>,
}

/// Who is to sign.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendTo {
    /// Full name.
    #[schema(example = "Maria Kovacs")]
    pub name: String,
    /// Where the link for signing goes.
    #[schema(example = "maria@harbordental.example")]
    pub email: String,
    /// Position in the company.
    #[serde(default)]
    #[schema(example = "Owner")]
    pub title: String,
}

/// A proof of ownership.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a multipart form")]
pub struct ProofUpload {
    /// What it is.
    #[schema(value_type = ProofKindWords)]
    kind: ProofKind,
    /// The file: PDF, JPEG, PNG or HEIC.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Read the agreement
///
/// The statements that a submitter accepts before a letter can be sent.
#[utoipa::path(get, path = "/agreement", operation_id = "get_agreement", tag = "Papers",
    responses((status = 200, description = "The statements and their version", body = Statements)))]
pub async fn statements(Asker(_asker): Asker) -> Response {
    let items = agreement::STATEMENTS
        .iter()
        .map(|(name, says)| Statement { name, says })
        .collect();
    let view = Statements {
        version: agreement::VERSION,
        items,
    };
    Answer::new(StatusCode::OK, &view).into_response()
}

/// Accept the agreement
///
/// All statements in their present wording.
#[utoipa::path(post, path = "/ports/{id}/agreement", operation_id = "agree", tag = "Papers",
    params(("id" = String, Path, description = "The port request")), request_body = AgreementInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn agree(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<AgreementInput>,
) -> Result<Response, Problem> {
    let agreement = forms::agreement(&api.app, &caller, &body.value.version, &body.value.accepted)
        .map_err(Problem::invalid)?;
    happen(
        &api,
        &caller,
        id,
        terms,
        &body.hash,
        Event::Agree { agreement },
    )
    .await
}

/// See the Letter of Authorization before it is sent
///
/// As it would be sent now. Nothing is stored or sent.
#[utoipa::path(get, path = "/ports/{id}/loa/preview", operation_id = "preview_loa", tag = "Papers",
    params(("id" = String, Path, description = "The port request")),
    responses((status = 200, description = "The letter", body = Vec<u8>, content_type = "application/pdf")))]
pub async fn preview_loa(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
) -> Result<Response, Problem> {
    let pdf = letters::preview(&api.app, &caller, id).await?;
    Ok(file(
        "letter-of-authorization-preview.pdf",
        "application/pdf",
        Bytes::from(pdf),
    ))
}

/// Send the Letter of Authorization
///
/// Its signer gets a mail with a link to sign it. A link that was sent before stops working.
#[utoipa::path(post, path = "/ports/{id}/loa/send", operation_id = "send_loa", tag = "Papers",
    params(("id" = String, Path, description = "The port request")), request_body(content = SendLoaInput, description = "Who is to sign, if not the form's signer"),
    responses((status = 200, description = "The port request, waiting for its signature", body = Port)))]
pub async fn send_loa(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<SendLoaInput>,
) -> Result<Response, Problem> {
    let signer = body.value.signer.map(|to| Signer {
        name: to.name.trim().to_owned(),
        email: to.email.trim().to_owned(),
        title: to.title.trim().to_owned(),
    });
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { letters::send_guarded(app, asker, id, signer, guard).await },
    )
    .await
}

/// Send the link for signing again
///
/// The same letter with one more link; the links before go on working. Not more often than once a minute.
#[utoipa::path(post, path = "/ports/{id}/loa/resend", operation_id = "resend_loa", tag = "Papers",
    params(("id" = String, Path, description = "The port request")), request_body(content = Nothing, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The port request", body = Port)))]
pub async fn resend_loa(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move {
            letters::remind_guarded(app, asker.scope(), &asker.actor, id, guard).await
        },
    )
    .await
}

/// Send proof of ownership
///
/// The latest phone bill, the receipt for the number's purchase, or a screenshot of the provider's portal.
/// Refused until the letter is signed.
#[utoipa::path(post, path = "/ports/{id}/proof", operation_id = "send_proof", tag = "Papers",
    params(("id" = String, Path, description = "The port request")), request_body(content = ProofUpload, content_type = "multipart/form-data", description = "The file and what it is"),
    responses((status = 201, description = "The changed port request", body = Port)))]
pub async fn send_proof(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    request: Request,
) -> Result<Response, Problem> {
    // Before the file is looked at: that the letter is unsigned is the answer that helps (R115). What was answered to this
    // key before is answered again, whatever became of the letter since.
    if terms.key.is_none() {
        papers::may_send_proof(&api.app, &caller, id).await?;
    }
    let (upload, hash) = upload_of(&api, request).await?;
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &hash,
        StatusCode::CREATED,
        |guard| async move { papers::receive_proof_guarded(app, asker, id, upload, guard).await },
    )
    .await
}

/// Parts of a form may be sent again with another boundary, so they are what is compared.
async fn upload_of(api: &Api, request: Request) -> Result<(Upload, [u8; 32]), Problem> {
    let mut form = Multipart::from_request(request, api).await.map_err(|_| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send a form with a file: `content-type: multipart/form-data`.",
        )
    })?;
    let (mut kind, mut sent) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|e| broken_form(&e))? {
        match field.name() {
            Some("kind") => {
                let text = field.text().await.map_err(|e| broken_form(&e))?;
                kind = Some(kind_named(&text)?);
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                sent = Some((name, field.bytes().await.map_err(|e| broken_form(&e))?));
            }
            _ => {
                let name = field.name().unwrap_or_default().to_owned();
                return Err(Problem::field(
                    name,
                    "There is no such field. Known here: `kind`, `file`.",
                ));
            }
        }
    }
    let (Some(kind), Some((name, bytes))) = (kind, sent) else {
        return Err(Problem::field(
            if kind.is_none() { "kind" } else { "file" },
            "This field is missing from the form.",
        ));
    };
    let mut hash = Sha256::new();
    hash.update(super::views::proof_kind_name(kind));
    hash.update([0]);
    hash.update(&name);
    hash.update([0]);
    hash.update(&bytes);
    Ok((Upload { kind, name, bytes }, hash.finalize().into()))
}

fn kind_named(text: &str) -> Result<ProofKind, Problem> {
    match text.trim() {
        "billing_statement" => Ok(ProofKind::BillingStatement),
        "purchase_receipt" => Ok(ProofKind::PurchaseReceipt),
        "portal_screenshot" => Ok(ProofKind::PortalScreenshot),
        _ => Err(Problem::field(
            "kind",
            "Expected one of `billing_statement`, `purchase_receipt`, `portal_screenshot`.",
        )),
    }
}

/// A form that cannot be read to its end.
pub fn broken_form(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Problem::new(
            StatusCode::BAD_REQUEST,
            "body_unreadable",
            "The form with the file ended early or is damaged. Send it again.",
        ),
    }
}

/// Accept a proof of ownership
///
/// For the desk.
#[utoipa::path(post, path = "/ports/{id}/proof/{document}/accept", operation_id = "accept_proof", tag = "Papers",
    params(("id" = String, Path, description = "The port request"), ("document" = String, Path, description = "The proof's document")),
    request_body(content = Nothing, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn accept_proof(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path((id, document)): Path<(PortId, DocumentId)>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { papers::judge_guarded(app, asker, id, document, None, guard).await },
    )
    .await
}

/// Refuse a proof of ownership
///
/// For the desk. The customer is told why and sends another one.
#[utoipa::path(post, path = "/ports/{id}/proof/{document}/refuse", operation_id = "refuse_proof", tag = "Papers",
    params(("id" = String, Path, description = "The port request"), ("document" = String, Path, description = "The proof's document")),
    request_body = ReasonInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn refuse_proof(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path((id, document)): Path<(PortId, DocumentId)>,
    terms: Terms,
    body: Body<ReasonInput>,
) -> Result<Response, Problem> {
    let reason = Some(body.value.reason);
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { papers::judge_guarded(app, asker, id, document, reason, guard).await },
    )
    .await
}

/// List a port request's documents
///
/// Letters, signed letters, proof of ownership and attachments, oldest first.
#[utoipa::path(get, path = "/ports/{id}/documents", operation_id = "list_documents", tag = "Papers",
    params(("id" = String, Path, description = "The port request")),
    responses((status = 200, description = "The documents", body = DocumentList)))]
pub async fn documents(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
) -> Result<Response, Problem> {
    let view = ports::view(&api.app, &caller, id).await?;
    let items = view.documents.iter().map(Document::from).collect();
    Ok(Answer::new(StatusCode::OK, &DocumentList { items }).into_response())
}

/// Fetch a document
///
/// Its bytes, as an attachment.
#[utoipa::path(get, path = "/documents/{id}", operation_id = "get_document", tag = "Papers",
    params(("id" = String, Path, description = "The document")),
    responses((status = 200, description = "The document's bytes, in the type that was found out from its content", body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn document(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<DocumentId>,
) -> Result<Response, Problem> {
    let (row, bytes) = papers::read(&api.app, &caller, id).await?;
    Ok(file(&row.name, &row.content_type, bytes))
}

/// What may stand in a file's name of RFC 6266 as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Bytes to save, never to show: whatever they are, a browser does not run them.
fn file(name: &str, content_type: &str, bytes: Bytes) -> Response {
    let ascii: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let disposition = format!(
        "attachment; filename=\"{ascii}\"; filename*=UTF-8''{}",
        utf8_percent_encode(name, PLAIN)
    );
    let mut response = Response::new(HttpBody::from(bytes));
    let headers = response.headers_mut();
    let text = |text: &str, fallback: &'static str| {
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(fallback))
    };
    headers.insert(
        header::CONTENT_TYPE,
        text(content_type, "application/octet-stream"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        text(&disposition, "attachment"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    response
}
