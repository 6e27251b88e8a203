//! Actions: Send. The proof of ownership; and documents as files.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::errors::{Answer, Fault};
use super::port::{documents, port_id};
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::letter::ProofPage;
use super::views::{Act, Choice, Document as DocumentView, Field, Room};
use crate::app::papers::{self, Upload};
use crate::app::ports::{Document, DocumentKind, View};
use crate::app::{App, AppError, ports};
use crate::domain::port::{ProofKind, Verdict};

/// The kinds (R43 to R45) by their names in forms and in the API.
const KINDS: [(ProofKind, &str, &str); 3] = [
    (
        ProofKind::BillingStatement,
        "billing_statement",
        "Latest billing statement that shows the phone number",
    ),
    (
        ProofKind::PurchaseReceipt,
        "purchase_receipt",
        "Receipt for the purchase of the number",
    ),
    (
        ProofKind::PortalScreenshot,
        "portal_screenshot",
        "Screenshot of the provider's portal that shows the number",
    ),
];

/// What was wrong with what was sent.
#[derive(Default)]
struct Wrong {
    kind: String,
    chosen: String,
    file: String,
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let view = ports::view(&portal.app, &who.caller, port_id(&id)?).await?;
    let sent = query.as_deref() == Some("sent");
    let page = page(&portal.app, &who, &view, sent, Wrong::default()).await?;
    who.page(&page)
}

async fn page(
    app: &App,
    who: &SignedIn,
    view: &View,
    just_sent: bool,
    wrong: Wrong,
) -> Result<ProofPage, AppError> {
    let request = &view.request;
    let history = ports::history_seen(app, &who.caller, request.id).await?;
    let shown: Vec<DocumentView> = view
        .documents
        .iter()
        .rev()
        .zip(documents(
            view,
            &history,
            view.calendar.zone(),
            app.clock.now(),
        ))
        .filter(|(document, _)| document.kind == DocumentKind::Proof)
        .map(|(_, shown)| shown)
        .collect();
    let last = request.proof.last().map(|proof| &proof.verdict);
    let chosen = if wrong.chosen.is_empty() {
        "billing_statement"
    } else {
        &wrong.chosen
    };
    Ok(ProofPage {
        shell: who.shell(Room::Ports, "Proof of ownership"),
        port: tell::port_ref(view),
        upload: match tell::actions(request, view.standing.status, who.user.role).send {
            Act::Hidden => Act::Closed("You cannot do this.".to_owned()),
            other => other,
        },
        kinds: KINDS
            .iter()
            .map(|(_, value, label)| Choice {
                value: (*value).to_owned(),
                label: (*label).to_owned(),
                chosen: *value == chosen,
            })
            .collect(),
        kind_error: wrong.kind,
        file: Field {
            value: String::new(),
            focus: !wrong.file.is_empty(),
            error: wrong.file,
        },
        file_limit: app.config.limits.upload_megabytes_max,
        documents: shown,
        refused: match last {
            Some(Verdict::Refused { reason }) => reason.clone(),
            _ => String::new(),
        },
        numbers: request
            .numbers
            .iter()
            .take(50)
            .map(|one| tell::number(one.number))
            .collect(),
        just_sent,
    })
}

/// Takes one file or several (R117, R118). Those that are good are kept, also when another is not.
pub(super) async fn send(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let id = port_id(&id)?;
    let chosen = posted.one("kind").to_owned();
    let kind = KINDS
        .iter()
        .find(|(_, value, _)| *value == chosen)
        .map(|(kind, ..)| *kind);
    let mut wrong = Wrong {
        chosen,
        ..Wrong::default()
    };
    let files: Vec<_> = posted
        .files
        .iter()
        .filter(|file| file.control == "file")
        .collect();
    match kind {
        None => wrong.kind = "Choose what the file is.".to_owned(),
        Some(_) if files.is_empty() => wrong.file = "Choose a file.".to_owned(),
        Some(kind) => {
            let mut refused = Vec::new();
            for file in files {
                let upload = Upload {
                    kind,
                    name: file.name.clone(),
                    bytes: file.bytes.clone(),
                };
                match papers::receive_proof(app, &who.caller, id, upload).await {
                    Ok(_) => {}
                    Err(AppError::Invalid(problems)) => {
                        refused.extend(
                            problems
                                .into_iter()
                                .map(|one| format!("{}: {}", file.name, one.says)),
                        );
                    }
                    // R115: not before the letter is signed; said by the page itself.
                    Err(AppError::Refused(refusal)) if refusal.rule == "letter_unsigned" => {
                        who.here = format!("/numbers/ports/{id}/proof");
                        let view = ports::view(app, &who.caller, id).await?;
                        let page = page(app, &who, &view, false, wrong).await?;
                        return who.page_with(StatusCode::CONFLICT, &page);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            wrong.file = refused.join(" ");
        }
    }
    if wrong.kind.is_empty() && wrong.file.is_empty() {
        return who.done(&format!("/numbers/ports/{id}/proof?sent"), "");
    }
    who.here = format!("/numbers/ports/{id}/proof");
    let view = ports::view(app, &who.caller, id).await?;
    let page = page(app, &who, &view, false, wrong).await?;
    who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// A document as a file.
pub(super) async fn document(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("document")))?;
    let (row, bytes) = papers::read(&portal.app, &who.caller, id).await?;
    Ok(file(&row, bytes))
}

/// What customers upload is shown only if it is one of the types that browsers show without running
/// anything in our name; all else is saved.
fn file(row: &Document, bytes: bytes::Bytes) -> Response {
    let shown = matches!(
        row.content_type.as_str(),
        "application/pdf" | "image/jpeg" | "image/png"
    );
    let how = if shown { "inline" } else { "attachment" };
    let plain: String = row
        .name
        .chars()
        .map(|one| match one {
            ' '..='~' if !matches!(one, '"' | '\\') => one,
            _ => '_',
        })
        .collect();
    let encoded =
        percent_encoding::utf8_percent_encode(&row.name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &row.content_type);
    set(header::CONTENT_DISPOSITION, &disposition);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'",
    );
    response
}
