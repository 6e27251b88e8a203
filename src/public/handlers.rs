//! The signer's and the uploader's pages. The secret in the address is the only key.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use serde::Deserialize;

use super::form::Plain;
use super::views::{DonePage, LetterText, LinkTrouble, PublicShell, SignPage, UploadPage};
use crate::app::letters::{self, CONSENT, Given, Live, Opened};
use crate::app::papers::{self, Upload};
use crate::app::{App, AppError, Purpose};
use crate::domain::port::{EventKind, Loa, PortRequest, ProofKind, Verdict, moves, status, words};
use crate::portal::views::{Choice, Field, Link, Support};
use crate::web::{ClientIp, Pace};

#[derive(Clone)]
struct Desk {
    app: App,
    pace: Pace<ClientIp>,
}

impl FromRef<Desk> for App {
    fn from_ref(desk: &Desk) -> Self {
        desk.app.clone()
    }
}

/// The public pages: `/sign/{token}` and `/upload/{token}`.
pub fn router(app: App) -> Router {
    let pace = Pace::per_minute(app.config.links.attempts_per_minute);
    let upload_max = app.config.limits.upload_bytes_max() + 64 * 1024;
    Router::new()
        .route("/sign/{token}", get(show_letter).post(sign))
        .route("/sign/{token}/decline", post(decline))
        .route("/sign/{token}/letter.pdf", get(letter_pdf))
        .route(
            "/upload/{token}",
            get(show_upload)
                .post(upload)
                .layer(DefaultBodyLimit::max(upload_max)),
        )
        .with_state(Desk { app, pace })
}

/// What a visitor sees when something is in the way.
enum Trouble {
    Link(LinkTrouble),
    App(AppError),
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        match error {
            AppError::TooOften(seconds) => Self::Link(LinkTrouble::TooManyTries(seconds)),
            error => Self::App(error),
        }
    }
}

impl Desk {
    fn product(&self) -> String {
        self.app.operator().name.clone()
    }

    fn support(&self) -> Support {
        crate::portal::support(&self.app)
    }

    fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        match page.render() {
            Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    async fn sign_page(
        &self,
        status: StatusCode,
        token: &str,
        request: &PortRequest,
        typed: Typed,
    ) -> Response {
        match sign_page(self, token, request, typed).await {
            Ok(page) => self.page(status, &page),
            Err(trouble) => self.trouble(trouble),
        }
    }

    fn trouble(&self, trouble: Trouble) -> Response {
        match trouble {
            Trouble::Link(trouble) => {
                let status = StatusCode::from_u16(trouble.status()).unwrap_or(StatusCode::GONE);
                self.page(status, &trouble.page(&self.product(), "", self.support()))
            }
            Trouble::App(AppError::NotFound(_)) => {
                self.trouble(Trouble::Link(LinkTrouble::Unknown))
            }
            Trouble::App(error) => {
                let status = crate::portal::status_of(&error);
                let page = DonePage {
                    shell: PublicShell::new(self.product(), "Not done", self.support()),
                    tone: crate::portal::views::Tone::Stop,
                    title: "That did not work".to_owned(),
                    text: vec![error.to_string()],
                    links: Vec::new(),
                    keep_service: false,
                };
                self.page(status, &page)
            }
        }
    }

    async fn opened(&self, token: &str, purpose: Purpose, count: bool) -> Result<Live, Trouble> {
        let opened = if count {
            letters::open(&self.app, token).await?
        } else {
            letters::look(&self.app, token, purpose).await?
        };
        Err(Trouble::Link(match opened {
            Opened::Live(live) => return Ok(*live),
            Opened::Expired => LinkTrouble::Expired,
            Opened::Replaced => LinkTrouble::Replaced,
            Opened::Over => LinkTrouble::Cancelled,
            Opened::Unknown => LinkTrouble::Unknown,
            Opened::Used(request) => match &request.loa {
                Loa::Declined { .. } => LinkTrouble::Declined,
                Loa::Signed { signed_at, .. } => LinkTrouble::AlreadySigned {
                    on: signed_at
                        .to_zoned(crate::portal::zone_of(&self.app, &request))
                        .strftime("%A, %B %-d, %Y")
                        .to_string(),
                    pdf: format!("/sign/{token}/letter.pdf"),
                },
                _ => LinkTrouble::Replaced,
            },
        }))
    }
}

async fn show_letter(
    State(desk): State<Desk>,
    ip: ClientIp,
    Path(token): Path<String>,
) -> Response {
    let shown = async {
        desk.pace.take(&ip)?;
        desk.opened(&token, Purpose::Sign, true).await
    };
    match shown.await {
        Ok(live) => {
            desk.sign_page(StatusCode::OK, &token, &live.request, Typed::default())
                .await
        }
        Err(trouble) => desk.trouble(trouble),
    }
}

/// What the signer typed, so that a refused form loses nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    consent: String,
    name: String,
    role: String,
    drawn: String,
    document: String,
    #[serde(skip)]
    reason: String,
    #[serde(skip)]
    wrong: Vec<(String, String)>,
}

impl Typed {
    fn field(&self, name: &str, value: &str) -> Field {
        match self.wrong.iter().find(|(field, _)| field == name) {
            // The first error has the focus; the consent stands above the other fields.
            Some((_, says)) if self.wrong.iter().all(|(field, _)| field != "consent") => {
                let first = self.wrong.first().is_some_and(|(field, _)| field == name);
                let field = Field::wrong(value, says);
                if first { field.focused() } else { field }
            }
            Some((_, says)) => Field::wrong(value, says),
            None => Field::of(value),
        }
    }
}

async fn sign_page(
    desk: &Desk,
    token: &str,
    request: &PortRequest,
    typed: Typed,
) -> Result<SignPage, Trouble> {
    let app = &desk.app;
    let (signer, sha256, letter) = match &request.loa {
        Loa::Sent { signer, letter, .. } => {
            let data = letters::shown(app, letter).await?;
            (signer.name.clone(), letter.sha256.clone(), data)
        }
        _ => return Err(Trouble::Link(LinkTrouble::Replaced)),
    };
    let intro = format!(
        "{} asks you to allow that {} move from {} to {}.",
        desk.product(),
        count(letter.numbers.len()),
        letter.losing_provider,
        letter.gaining_carrier,
    );
    let consent_error = typed
        .wrong
        .iter()
        .find(|(field, _)| field == "consent")
        .map(|(_, says)| says.clone())
        .unwrap_or_default();
    let errors = typed
        .wrong
        .iter()
        .map(|(field, says)| Link::new(format!("#{field}"), says))
        .collect();
    Ok(SignPage {
        shell: PublicShell::new(
            desk.product(),
            "Sign the Letter of Authorization",
            desk.support(),
        ),
        intro,
        letter: LetterText::of(&letter),
        pdf: format!("/sign/{token}/letter.pdf"),
        action: format!("/sign/{token}"),
        decline_action: format!("/sign/{token}/decline"),
        csrf: String::new(),
        document_hash: sha256,
        signer,
        consent: CONSENT.to_owned(),
        consented: !typed.consent.is_empty(),
        consent_error,
        name: typed.field("name", &typed.name),
        role: typed.field("role", &typed.role),
        drawn: typed.drawn.clone(),
        reason: typed.field("reason", &typed.reason),
        errors,
    })
}

fn count(numbers: usize) -> String {
    if numbers == 1 {
        "1 telephone number".to_owned()
    } else {
        format!("{numbers} telephone numbers")
    }
}

async fn sign(
    State(desk): State<Desk>,
    ip: ClientIp,
    Path(token): Path<String>,
    headers: HeaderMap,
    Plain(mut typed): Plain<Typed>,
) -> Response {
    let live = match async {
        desk.pace.take(&ip)?;
        desk.opened(&token, Purpose::Sign, false).await
    }
    .await
    {
        Ok(live) => live,
        Err(trouble) => return desk.trouble(trouble),
    };
    let shown = matches!(&live.request.loa, Loa::Sent { letter, .. } if typed.document.is_empty() || letter.sha256 == typed.document);
    if !shown {
        return desk.trouble(Trouble::Link(LinkTrouble::Replaced));
    }
    let given = Given {
        name: typed.name.clone(),
        title: typed.role.clone(),
        drawn: drawing(&typed.drawn),
        consent: !typed.consent.is_empty(),
        ip: ip.0.to_string(),
        user_agent: headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("unknown")
            .to_owned(),
    };
    match letters::sign(&desk.app, &token, given).await {
        Ok(_) => desk.page(
            StatusCode::OK,
            &DonePage::signed(
                &desk.product(),
                &typed.name,
                &format!("/sign/{token}/letter.pdf"),
                None,
                desk.support(),
            ),
        ),
        Err(AppError::Invalid(problems)) => {
            typed.wrong = problems
                .into_iter()
                .map(|problem| (problem.field, problem.says))
                .collect();
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            desk.sign_page(status, &token, &live.request, typed).await
        }
        Err(error) => desk.trouble(error.into()),
    }
}

/// The PNG inside a `data:` URL, if there is one.
fn drawing(data_url: &str) -> Option<Vec<u8>> {
    let base64 = data_url.strip_prefix("data:image/png;base64,")?;
    base64::engine::general_purpose::STANDARD
        .decode(base64)
        .ok()
        .filter(|bytes| !bytes.is_empty())
}

#[derive(Debug, Deserialize)]
struct Declined {
    #[serde(default)]
    reason: String,
}

async fn decline(
    State(desk): State<Desk>,
    ip: ClientIp,
    Path(token): Path<String>,
    Plain(form): Plain<Declined>,
) -> Response {
    let live = match async {
        desk.pace.take(&ip)?;
        desk.opened(&token, Purpose::Sign, false).await
    }
    .await
    {
        Ok(live) => live,
        Err(trouble) => return desk.trouble(trouble),
    };
    match letters::decline(&desk.app, &token, &form.reason).await {
        Ok(_) => desk.page(
            StatusCode::OK,
            &DonePage::declined(&desk.product(), &desk.product(), desk.support()),
        ),
        Err(AppError::Invalid(problems)) => {
            let typed = Typed {
                reason: form.reason,
                wrong: problems
                    .into_iter()
                    .map(|problem| (problem.field, problem.says))
                    .collect(),
                ..Typed::default()
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            desk.sign_page(status, &token, &live.request, typed).await
        }
        Err(error) => desk.trouble(error.into()),
    }
}

async fn letter_pdf(State(desk): State<Desk>, ip: ClientIp, Path(token): Path<String>) -> Response {
    let read = async {
        desk.pace.take(&ip)?;
        letters::pdf(&desk.app, &token).await
    };
    match read.await {
        Ok((name, bytes)) => (
            [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("inline; filename=\"{name}\""),
                ),
            ],
            bytes,
        )
            .into_response(),
        Err(error) => desk.trouble(error.into()),
    }
}

fn upload_page(
    desk: &Desk,
    token: &str,
    request: &PortRequest,
    kind: Option<ProofKind>,
    refused: String,
) -> UploadPage {
    let kinds = [
        ProofKind::BillingStatement,
        ProofKind::PurchaseReceipt,
        ProofKind::PortalScreenshot,
    ]
    .into_iter()
    .map(|one| Choice {
        value: kind_name(one).to_owned(),
        label: words::capital(one.words()),
        chosen: kind.unwrap_or(ProofKind::BillingStatement) == one,
    })
    .collect();
    UploadPage {
        shell: PublicShell::new(
            desk.product(),
            "Send the proof of ownership",
            desk.support(),
        ),
        intro: format!(
            "{} needs to see that the numbers belong to {}, as {} knows it.",
            desk.product(),
            request.details.customer.business_name,
            request.details.losing_carrier
        ),
        action: format!("/upload/{token}"),
        csrf: String::new(),
        kinds,
        kind_error: String::new(),
        file_limit: desk.app.config.limits.upload_megabytes_max,
        file: if refused.is_empty() {
            Field::default()
        } else {
            Field::wrong("", &refused).focused()
        },
        refused,
        numbers: request
            .numbers
            .iter()
            .map(|one| one.number.national())
            .collect(),
        sent: request
            .proof
            .iter()
            .map(|one| {
                let verdict = match &one.verdict {
                    Verdict::Waiting => "being checked".to_owned(),
                    Verdict::Accepted => "accepted".to_owned(),
                    Verdict::Refused { reason } => format!("not accepted: {reason}"),
                };
                format!("{} ({}, {verdict})", one.name, words::size(one.size))
            })
            .collect(),
    }
}

fn kind_name(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::BillingStatement => "billing_statement",
        ProofKind::PurchaseReceipt => "purchase_receipt",
        ProofKind::PortalScreenshot => "portal_screenshot",
    }
}

fn kind_named(name: &str) -> Option<ProofKind> {
    [
        ProofKind::BillingStatement,
        ProofKind::PurchaseReceipt,
        ProofKind::PortalScreenshot,
    ]
    .into_iter()
    .find(|one| kind_name(*one) == name)
}

/// Whether the table of legal moves lets the owner send a proof now.
fn takes_proof(request: &PortRequest) -> bool {
    moves::find(EventKind::ReceiveProof)
        .from
        .contains(&status(request))
}

async fn show_upload(
    State(desk): State<Desk>,
    ip: ClientIp,
    Path(token): Path<String>,
) -> Response {
    let shown = async {
        desk.pace.take(&ip)?;
        desk.opened(&token, Purpose::Upload, false).await
    };
    match shown.await {
        Ok(live) if !live.request.is_signed() => {
            desk.trouble(Trouble::Link(LinkTrouble::NotSignedYet))
        }
        // It is at the carrier, and nothing was rejected: no proof is taken any more.
        Ok(live) if !takes_proof(&live.request) => {
            desk.trouble(Trouble::Link(LinkTrouble::UploadClosed))
        }
        Ok(live) => desk.page(
            StatusCode::OK,
            &upload_page(&desk, &token, &live.request, None, String::new()),
        ),
        Err(trouble) => desk.trouble(trouble),
    }
}

async fn upload(
    State(desk): State<Desk>,
    ip: ClientIp,
    Path(token): Path<String>,
    multipart: Multipart,
) -> Response {
    let live = match async {
        desk.pace.take(&ip)?;
        desk.opened(&token, Purpose::Upload, false).await
    }
    .await
    {
        Ok(live) => live,
        Err(trouble) => return desk.trouble(trouble),
    };
    if !live.request.is_signed() {
        return desk.trouble(Trouble::Link(LinkTrouble::NotSignedYet));
    }
    let mut chosen = None;
    let sent = async {
        let (kind, files) = read_upload(multipart).await?;
        chosen = kind;
        let kind = kind.ok_or_else(|| AppError::field("kind", "Choose what the file is."))?;
        let mut refused = Vec::new();
        // Files that are good are kept, also when another is not.
        for (name, bytes) in files {
            let upload = Upload {
                kind,
                name: name.clone(),
                bytes,
            };
            match papers::receive_proof_by_link(&desk.app, &token, upload).await {
                Ok(_) => {}
                Err(AppError::Invalid(problems)) => refused.extend(
                    problems
                        .into_iter()
                        .map(|one| format!("{name}: {}", one.says)),
                ),
                Err(error) => return Err(error),
            }
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(AppError::field("file", refused.join(" ")))
        }
    };
    match sent.await {
        Ok(_) => desk.page(
            StatusCode::OK,
            &DonePage::uploaded(&desk.product(), &format!("/upload/{token}"), desk.support()),
        ),
        Err(AppError::Invalid(problems)) => {
            let says = problems
                .first()
                .map(|problem| problem.says.clone())
                .unwrap_or_default();
            desk.page(
                StatusCode::UNPROCESSABLE_ENTITY,
                &upload_page(&desk, &token, &live.request, chosen, says),
            )
        }
        Err(error) => desk.trouble(error.into()),
    }
}

/// A form with a kind and files, as browsers send it.
async fn read_upload(
    mut multipart: Multipart,
) -> Result<(Option<ProofKind>, Vec<(String, bytes::Bytes)>), AppError> {
    let unreadable = |e: axum::extract::multipart::MultipartError| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            AppError::field(
                "file",
                "The file is too large. Send a smaller scan, or the pages that show the numbers.",
            )
        } else {
            AppError::field("file", "The file did not arrive whole. Send it again.")
        }
    };
    let (mut kind, mut files) = (None, Vec::new());
    while let Some(part) = multipart.next_field().await.map_err(unreadable)? {
        match part.name() {
            Some("kind") => kind = kind_named(&part.text().await.map_err(unreadable)?),
            Some("file") => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(unreadable)?;
                // A control without a choice is sent as a file without a name.
                if !name.is_empty() || !bytes.is_empty() {
                    files.push((name, bytes));
                }
            }
            _ => {}
        }
    }
    if files.is_empty() {
        return Err(AppError::field("file", "Choose a file."));
    }
    Ok((kind, files))
}
