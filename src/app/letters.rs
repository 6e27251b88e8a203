//! The Letter of Authorization: made, shown, sent, signed, declined.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use portolan_letter as letter;
use sha2::{Digest as _, Sha256};

use super::mailing::SecretLink;
use super::numbers::too_long;
use super::ports::{self, Extras, Guard, Handled, Scope};
use super::{App, AppError, Caller};
use crate::db::papers::{self, Document, DocumentKind, Link, LinkState, Purpose};
use crate::documents::seal;
use crate::domain::port::{
    Actor, Address, Event, EventKind, LetterRef, Loa, PortRequest, Problem, REASON_CHARACTERS_MAX,
    Refusal, Remaining, Role, Scope as PortScope, Signer, Stage, moves,
};
use crate::ids::{DocumentId, PortId};

/// What a signer agrees to before signing electronically (15 USC 7001; record of what was shown).
pub const CONSENT: &str = "I agree to read and sign this letter electronically. My electronic signature has the same effect as one on paper. \
I can ask for a paper copy, or decline and sign on paper instead, by writing to the support address on this page.";
/// The consent text's edition; goes up when the text changes.
pub const CONSENT_VERSION: &str = "1";

fn printed(address: &Address) -> Vec<String> {
    let mut lines = vec![address.street.clone()];
    if !address.extended.is_empty() {
        lines.push(address.extended.clone());
    }
    lines.push(format!(
        "{}, {} {}",
        address.city, address.state, address.postal_code
    ));
    lines
}

/// The letter that this request asks somebody to sign.
pub fn letter_of(
    app: &App,
    request: &PortRequest,
    signer: &Signer,
    version: u32,
    at: Timestamp,
) -> letter::Letter {
    let operator = app.operator();
    let zone = ports::calendar(app, request).zone().clone();
    letter::Letter {
        reference: request.id.to_string(),
        version,
        prepared_at: at.to_zoned(zone),
        agent: letter::Agent {
            name: operator.legal_name.clone(),
            contact: vec![
                format!(
                    "{}, {}, {} {}",
                    operator.street, operator.city, operator.state, operator.zip
                ),
                operator.support.phone.clone(),
                operator.support.email.clone(),
            ],
            logo: operator.logo.as_ref().map(|logo| logo.bytes.to_vec()),
        },
        losing_provider: request.details.losing_carrier.clone(),
        gaining_carrier: gaining_carrier(app).to_owned(),
        subscriber: request.details.customer.business_name.clone(),
        signer: letter::Person {
            name: signer.name.clone(),
            title: (!signer.title.is_empty()).then(|| signer.title.clone()),
        },
        billing_address: printed(&request.details.billing),
        service_address: printed(request.service_address()),
        billing_number: request.btn().map(|number| number.national()),
        numbers: request
            .numbers
            .iter()
            .map(|one| one.number.national())
            .collect(),
        extent: match &request.details.scope {
            PortScope::Full => letter::Extent::Full,
            PortScope::Partial {
                remaining: Remaining::Keep,
                new_btn,
            } => letter::Extent::Partial(letter::Remaining::Stay {
                new_billing_number: new_btn.map(|number| number.national()),
            }),
            PortScope::Partial {
                remaining: Remaining::Disconnect,
                ..
            } => letter::Extent::Partial(letter::Remaining::Disconnect),
        },
        // 47 CFR 64.1130(j).
        valid_days: max_days(app, request).min(60),
    }
}

/// How many days after its signature a letter of this request covers an order.
pub fn max_days(app: &App, request: &PortRequest) -> u16 {
    let loa = &app.config.loa;
    loa.max_age_days_at(&request.details.losing_carrier)
}

/// The gaining carrier's name for people.
pub fn gaining_carrier(app: &App) -> &str {
    match app.config.carriers.default.as_str() {
        "telnyx" => "Telnyx",
        other => other,
    }
}

/// The letter that its signer is shown: what it said when it was sent.
///
/// # Errors
/// If what was stored of it cannot be read.
pub async fn shown(app: &App, letter: &LetterRef) -> Result<letter::Letter, AppError> {
    let stored = app.blobs.get(&letter.data_sha256).await?;
    serde_json::from_slice(&stored).map_err(AppError::broken)
}

/// Typesets a letter away from the threads that answer requests.
async fn typeset(data: letter::Letter) -> Result<Vec<u8>, AppError> {
    tokio::task::spawn_blocking(move || letter::letter_pdf(&data))
        .await
        .map_err(AppError::broken)?
        .map_err(|e| AppError::field("signer", format!("The letter could not be made: {e}.")))
}

/// The letter as it would be sent now, before anything is sent.
pub async fn preview(app: &App, caller: &Caller, id: PortId) -> Result<Vec<u8>, AppError> {
    let view = ports::view(app, caller, id).await?;
    let signer = signer_of(&view.request, None);
    typeset(letter_of(
        app,
        &view.request,
        &signer,
        view.request.letters + 1,
        app.clock.now(),
    ))
    .await
}

fn signer_of(request: &PortRequest, given: Option<Signer>) -> Signer {
    given
        .or_else(|| request.details.signer.clone())
        .unwrap_or_else(|| Signer {
            name: request.details.customer.person(),
            email: String::new(),
            title: String::new(),
        })
}

/// The longest name that is printed on a letter.
pub const NAME_CHARACTERS_MAX: usize = 120;
/// The longest title that is printed on a letter.
pub const TITLE_CHARACTERS_MAX: usize = 60;

fn check_signer(signer: &Signer) -> Result<(), AppError> {
    let mut problems = Vec::new();
    if signer.name.trim().is_empty() {
        problems.push(Problem::new("signer.name", "Fill in the full name of the person who owns the numbers now. It is usually the person on the phone bill."));
    }
    if signer.name.chars().count() > NAME_CHARACTERS_MAX {
        problems.push(Problem::new(
            "signer.name",
            format!("Shorten the name to {NAME_CHARACTERS_MAX} characters, as it is to stand on the letter."),
        ));
    }
    if signer.title.chars().count() > TITLE_CHARACTERS_MAX {
        problems.push(Problem::new(
            "signer.title",
            format!("Shorten the title to {TITLE_CHARACTERS_MAX} characters."),
        ));
    }
    if signer.email.parse::<lettre::Address>().is_err() {
        problems.push(Problem::new(
            "signer.email",
            "That is not an e-mail address. The link for signing is sent there.",
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(problems))
    }
}

/// A new secret link to a request.
pub fn new_link(
    app: &App,
    port: PortId,
    purpose: Purpose,
    email: &str,
    now: Timestamp,
) -> (Link, SecretLink) {
    use base64::Engine as _;
    let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(app.ids.secret());
    let (days, path) = match purpose {
        Purpose::Sign => (app.config.links.signature_days, "sign"),
        Purpose::Upload => (app.config.links.upload_days, "upload"),
    };
    let link = Link {
        id: app.ids.next(now),
        port,
        purpose,
        token_hash: hash_of(&token),
        state: LinkState::Live,
        email: email.to_owned(),
        created_at: now,
        expires_at: after(now, days),
        opened_at: None,
    };
    let url = app.config.server.link(&format!("/{path}/{token}"));
    (
        link,
        SecretLink {
            purpose,
            url: url.into(),
        },
    )
}

fn after(now: Timestamp, days: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(24 * i64::from(days)))
        .unwrap_or(Timestamp::MAX)
}

/// What a token is stored as.
pub fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Makes the letter and mails its link to the signer (R41, R113). Links to an earlier letter die.
pub async fn send(
    app: &App,
    caller: &Caller,
    id: PortId,
    signer: Option<Signer>,
) -> Result<Handled, AppError> {
    send_guarded(app, caller, id, signer, Guard::default()).await
}

/// [`send`], only if nothing changed meanwhile, with its answer remembered.
pub async fn send_guarded(
    app: &App,
    caller: &Caller,
    id: PortId,
    signer: Option<Signer>,
    guard: Guard,
) -> Result<Handled, AppError> {
    let view = ports::view(app, caller, id).await?;
    let (request, problems) = (view.request, view.missing);
    moves::permit(EventKind::SendLetter, caller.actor.role)?;
    let signer = signer_of(&request, signer);
    if !problems.is_empty() {
        return Err(Refusal::invalid(
            "form_incomplete",
            "The letter cannot be made yet: something is missing.",
            problems,
        )
        .into());
    }
    check_signer(&signer)?;
    // Microseconds, as the database keeps it.
    let now = Timestamp::from_microsecond(app.clock.now().as_microsecond()).unwrap_or_default();
    let data = letter_of(app, &request, &signer, request.letters + 1, now);
    let stored_data = serde_json::to_vec(&data).map_err(AppError::broken)?;
    let pdf = typeset(data).await?;
    let size = u64::try_from(pdf.len()).unwrap_or(u64::MAX);
    let data_sha256 = app.blobs.put(stored_data).await?;
    let sha256 = app.blobs.put(pdf).await?;
    let document: DocumentId = app.ids.next(now);
    let row = Document {
        id: document,
        account: request.account,
        port: id,
        kind: DocumentKind::Letter,
        name: format!("letter-of-authorization-{}.pdf", request.letters + 1),
        content_type: "application/pdf".to_owned(),
        size,
        sha256: sha256.clone(),
        created_at: now,
        staff_only: false,
    };
    let (link, secret) = new_link(app, id, Purpose::Sign, &signer.email, now);
    let event = Event::SendLetter {
        letter: LetterRef {
            document,
            sha256,
            data_sha256,
            version: request.letters + 1,
        },
        signer,
        link: link.id,
        expires_at: link.expires_at,
    };
    let extras = Extras {
        documents: vec![row],
        links: vec![(link, secret)],
        ..Extras::from(guard)
    };
    ports::handle(app, id, caller.scope(), &caller.actor, event, extras).await
}

/// Mails the signer a link again: a new one to the same letter. The earlier one goes on working, so that somebody
/// who is just reading the letter can sign it.
pub async fn remind(app: &App, scope: Scope, by: &Actor, id: PortId) -> Result<Handled, AppError> {
    remind_guarded(app, scope, by, id, Guard::default()).await
}

/// [`remind`], only if nothing changed meanwhile, with its answer remembered.
pub async fn remind_guarded(
    app: &App,
    scope: Scope,
    by: &Actor,
    id: PortId,
    guard: Guard,
) -> Result<Handled, AppError> {
    let now = app.clock.now();
    let Some(stored) = ports::get(app, id)
        .await?
        .filter(|stored| scope.covers(stored.request.account))
    else {
        return Err(AppError::NotFound("port request"));
    };
    moves::permit(EventKind::RemindSigner, by.role)?;
    let Loa::Sent {
        signer,
        mailed_at,
        expires_at,
        ..
    } = &stored.request.loa
    else {
        return Err(Refusal::conflict(
            "no_letter",
            "There is no letter waiting for a signature.",
            "Send the letter first.",
        )
        .into());
    };
    let pause = app
        .clock
        .desk_for_wire(std::time::Duration::from_secs(u64::from(
            app.config.links.resend_pause_seconds,
        )));
    let passed = now.duration_since(*mailed_at);
    // The pause protects the signer from an impatient person; a timer has its own schedule.
    if by.role != Role::Timer && passed < pause {
        let left = (pause - passed).as_secs_f64() / app.clock.speed();
        return Err(AppError::TooOften(
            Duration::from_secs_f64(left.ceil().clamp(1.0, 3600.0)).as_secs(),
        ));
    }
    let (mut link, secret) = new_link(app, id, Purpose::Sign, &signer.email, now);
    link.expires_at = *expires_at;
    let event = Event::RemindSigner { link: link.id };
    ports::handle(
        app,
        id,
        scope,
        by,
        event,
        Extras {
            links: vec![(link, secret)],
            ..Extras::from(guard)
        },
    )
    .await
}

/// What stands behind a link.
#[derive(Debug)]
pub enum Opened {
    /// It works.
    Live(Box<Live>),
    /// Its time has run out.
    Expired,
    /// It did its work already.
    Used(Box<PortRequest>),
    /// A newer mail has a newer link, or will have.
    Replaced,
    /// The request was called off.
    Over,
    /// There is no such link.
    Unknown,
}

/// A working link.
#[derive(Debug)]
pub struct Live {
    /// The link.
    pub link: Link,
    /// Its request.
    pub request: PortRequest,
}

/// Looks behind a link without changing anything.
pub async fn look(app: &App, token: &str, purpose: Purpose) -> Result<Opened, AppError> {
    let mut read = app.db.read().await?;
    let Some(link) = papers::link(&mut read, hash_of(token))
        .await?
        .filter(|link| link.purpose == purpose)
    else {
        return Ok(Opened::Unknown);
    };
    let Some(stored) = crate::db::ports::load(&mut read, link.port).await? else {
        return Ok(Opened::Unknown);
    };
    Ok(match link.state {
        LinkState::Replaced => Opened::Replaced,
        LinkState::Dead => match (&stored.request.stage, &stored.request.loa) {
            (Stage::Cancelled { .. }, _) => Opened::Over,
            (_, Loa::Expired { .. }) => Opened::Expired,
            // What is printed on the letter changed; a new one goes out with a link of its own.
            _ => Opened::Replaced,
        },
        LinkState::Used => Opened::Used(Box::new(stored.request)),
        LinkState::Live if app.clock.now() >= link.expires_at => Opened::Expired,
        LinkState::Live => Opened::Live(Box::new(Live {
            link,
            request: stored.request,
        })),
    })
}

/// The signer opened the letter's page.
pub async fn open(app: &App, token: &str) -> Result<Opened, AppError> {
    let opened = look(app, token, Purpose::Sign).await?;
    if let Opened::Live(live) = &opened
        && live.link.opened_at.is_none()
    {
        let mut tx = app.db.write().await?;
        papers::open_link(&mut tx, live.link.id, app.clock.now()).await?;
        tx.commit().await?;
        let by = Actor::owner(&signer_of(&live.request, None).name);
        match ports::handle(
            app,
            live.request.id,
            Scope::Any,
            &by,
            Event::OpenLetter,
            Extras::default(),
        )
        .await
        {
            Ok(_) => {}
            Err(e) if ports::is_moot(&e) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(opened)
}

/// The PDF behind a link for signing, also once it was used: then the signed one.
pub async fn pdf(app: &App, token: &str) -> Result<(String, bytes::Bytes), AppError> {
    let (request, signed) = match look(app, token, Purpose::Sign).await? {
        Opened::Live(live) => (live.request, false),
        Opened::Used(request) => (*request, true),
        _ => return Err(AppError::NotFound("letter")),
    };
    let document = match &request.loa {
        Loa::Sent { letter, .. } if !signed => letter.document,
        Loa::Signed { document, .. } if signed => *document,
        _ => return Err(AppError::NotFound("letter")),
    };
    let mut read = app.db.read().await?;
    let row = papers::document(&mut read, document)
        .await?
        .ok_or(AppError::NotFound("letter"))?;
    drop(read);
    Ok((row.name, app.blobs.get(&row.sha256).await?))
}

/// What the signer gave.
#[derive(Debug)]
pub struct Given {
    /// The typed name.
    pub name: String,
    /// The signer's position, if given.
    pub title: String,
    /// A drawn signature as PNG, instead of the typed name.
    pub drawn: Option<Vec<u8>>,
    /// Whether the consent's box was ticked.
    pub consent: bool,
    /// From where.
    pub ip: String,
    /// With which browser.
    pub user_agent: String,
}

/// The owner signs: the same letter with the signature and a certificate page, sealed as a whole.
pub async fn sign(app: &App, token: &str, given: Given) -> Result<Handled, AppError> {
    let Opened::Live(live) = look(app, token, Purpose::Sign).await? else {
        return Err(Refusal::conflict(
            "link_over",
            "This link no longer works.",
            "Ask the person who sent it for a new one.",
        )
        .into());
    };
    let Live { link, request } = *live;
    let mut problems = Vec::new();
    if given.name.trim().is_empty() {
        problems.push(Problem::new("name", "Type your full name."));
    }
    problems.extend(too_long("name", Some(&given.name), NAME_CHARACTERS_MAX));
    problems.extend(too_long("role", Some(&given.title), TITLE_CHARACTERS_MAX));
    if !given.consent {
        problems.push(Problem::new(
            "consent",
            "Tick the box to sign electronically, or decline.",
        ));
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let Loa::Sent {
        letter: shown,
        signer,
        sent_at,
        opened_at,
        ..
    } = &request.loa
    else {
        return Err(Refusal::conflict(
            "no_letter",
            "There is no letter waiting for a signature.",
            "Ask the person who sent it.",
        )
        .into());
    };
    let data = self::shown(app, shown).await?;
    let now = app.clock.now();
    let document: DocumentId = app.ids.next(now);
    let method = if given.drawn.is_some() {
        "drawn"
    } else {
        "typed"
    };
    let signature = letter::Signature {
        mark: given.drawn.map_or_else(
            || letter::Mark::Typed(given.name.trim().to_owned()),
            |png| letter::Mark::Drawn(letter::Drawing::Png(png)),
        ),
        printed_name: given.name.trim().to_owned(),
        title: (!given.title.trim().is_empty()).then(|| given.title.trim().to_owned()),
        signed_at: now.to_zoned(data.prepared_at.time_zone().clone()),
    };
    let event = |at, kind, detail: Option<String>| letter::Event { at, kind, detail };
    let certificate = letter::Certificate {
        document_id: document.to_string(),
        signer_email: link.email.clone(),
        authentication: letter::Authentication::MailedLink {
            address: link.email.clone(),
        },
        consent: CONSENT.to_owned(),
        consent_version: CONSENT_VERSION.to_owned(),
        events: vec![
            event(
                data.prepared_at.timestamp(),
                letter::EventKind::Prepared,
                None,
            ),
            event(*sent_at, letter::EventKind::Sent, Some(link.email.clone())),
            event(
                opened_at.or(link.opened_at).unwrap_or(now),
                letter::EventKind::Opened,
                None,
            ),
            event(now, letter::EventKind::Consented, None),
            event(now, letter::EventKind::Signed, Some(method.to_owned())),
        ],
        device: letter::Device {
            ip: given.ip,
            user_agent: given.user_agent.chars().take(300).collect(),
        },
        shown_sha256: hex::decode(&shown.sha256)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or_default(),
    };
    let parts = app.clone();
    // Who seals is the desk; who signed stands on the letter and its certificate page.
    let name = app.operator().legal_name.clone();
    let sealed = tokio::task::spawn_blocking(move || {
        let pdf = letter::signed_pdf(&data, &signature, &certificate).map_err(|e| {
            AppError::field(
                "signature",
                format!("The signature could not be placed: {e}."),
            )
        })?;
        seal::seal(
            &pdf,
            &parts.seal,
            now,
            "Letter of Authorization, signed electronically",
            &name,
        )
        .map_err(AppError::broken)
    })
    .await
    .map_err(AppError::broken)??;
    let size = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
    let sha256 = app.blobs.put(sealed).await?;
    let row = Document {
        id: document,
        account: request.account,
        port: request.id,
        kind: DocumentKind::SignedLetter,
        name: format!("letter-of-authorization-{}-signed.pdf", shown.version),
        content_type: "application/pdf".to_owned(),
        size,
        sha256: sha256.clone(),
        created_at: now,
        staff_only: false,
    };
    // A proof that stands (the letter is signed anew) need not be sent again.
    let upload = request
        .standing_proof()
        .next()
        .is_none()
        .then(|| new_link(app, request.id, Purpose::Upload, &link.email, now));
    let extras = Extras {
        documents: vec![row],
        links: upload.into_iter().collect(),
        uses: Some(link.id),
        ..Extras::default()
    };
    let event = Event::SignLetter {
        document,
        sha256,
        method: method.to_owned(),
    };
    ports::handle(
        app,
        request.id,
        Scope::Any,
        &Actor::owner(&signer.name),
        event,
        extras,
    )
    .await
}

/// The signer says no.
pub async fn decline(app: &App, token: &str, reason: &str) -> Result<Handled, AppError> {
    let Opened::Live(live) = look(app, token, Purpose::Sign).await? else {
        return Err(Refusal::conflict(
            "link_over",
            "This link no longer works.",
            "Ask the person who sent it for a new one.",
        )
        .into());
    };
    if reason.trim().is_empty() {
        return Err(AppError::field(
            "reason",
            "Say why, so that the person who sent the letter can correct it.",
        ));
    }
    // A browser counts the end of a line as one character and sends two.
    let reason = reason.trim().replace("\r\n", "\n");
    // The page says it beside the field, as it says that there is no reason.
    if let Some(problem) = too_long("reason", Some(&reason), REASON_CHARACTERS_MAX) {
        return Err(AppError::Invalid(vec![problem]));
    }
    let by = Actor::owner(&signer_of(&live.request, None).name);
    let extras = Extras {
        uses: Some(live.link.id),
        ..Extras::default()
    };
    ports::handle(
        app,
        live.request.id,
        Scope::Any,
        &by,
        Event::DeclineLetter { reason },
        extras,
    )
    .await
}
