//! A port request as its readers see it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Claim;
use super::documents::Document;
use super::inbox::Attention;
use super::number::{Number, Reason};
use super::words::{
    ActionWords, LoaStateWords, OrderStatusWords, ProofKindWords, RemainingWords, ScopeKindWords,
    StatusWords, VerdictWords, WaitsForWords,
};
use crate::app::Caller;
use crate::app::ports::{self, Line, View};
use crate::domain::carrier::OrderStatus;
use crate::domain::port::{self, Ball, EventKind, OldService, PortRequest, Status};

/// As many numbers are shown within a request; `GET /v1/ports/{id}/numbers` has them all.
const NUMBERS_SHOWN: usize = 200;

/// A port request: one losing provider, one account there, any number of numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Port {
    /// Its id.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub id: String,
    /// Goes up with each change; the ETag.
    #[schema(example = 7)]
    pub version: i64,
    /// Whose it is.
    pub account: Named,
    /// Who filed it and gets its mails.
    pub submitter: Named,
    /// The submitter's own name for it.
    #[schema(example = "Head office")]
    pub title: String,
    /// Where it stands, in one word.
    #[schema(value_type = StatusWords)]
    pub status: &'static str,
    /// The word as it is on screens.
    #[schema(example = "Awaiting signature")]
    pub status_label: &'static str,
    /// Who has to act.
    #[schema(value_type = WaitsForWords)]
    pub waits_for: &'static str,
    /// Where it stands, in a sentence.
    #[schema(example = "The Letter of Authorization waits for its signature.")]
    pub now: String,
    /// What happens next.
    #[schema(example = "Maria Kovacs signs it by the link in the mail.")]
    pub next: String,
    /// By when, if that is known.
    pub by: Option<Timestamp>,
    /// Whether the old service can safely be cancelled.
    pub safe_to_cancel_old_service: bool,
    /// What keeps it from going on, in the order in which it is best cleared.
    pub blockers: Vec<Blocker>,
    /// What the one who asks can do with it now.
    #[schema(value_type = Vec<ActionWords>)]
    pub allowed_actions: Vec<&'static str>,
    /// The losing provider as the phone bill names it.
    #[schema(example = "Copper Valley Telephone")]
    pub losing_carrier: String,
    /// The account holder.
    pub customer: Customer,
    /// The account number at the losing provider, masked.
    #[schema(example = "•••• 4821")]
    pub account_number: Option<String>,
    /// The port-out PIN, masked.
    #[schema(example = "••••")]
    pub pin: Option<String>,
    /// The Twilio Account SID, masked.
    #[schema(example = "•••• 90ab")]
    pub twilio_account_sid: Option<String>,
    /// The billing address as on the bill.
    pub billing_address: Address,
    /// The service address, where it is another one.
    pub service_address: Option<Address>,
    /// The billing telephone number.
    #[schema(example = "+14045550123")]
    pub btn: Option<String>,
    /// Whether the whole account ports.
    pub scope: Scope,
    /// The preferred port date.
    pub requested_date: Option<Date>,
    /// That all statements were agreed to.
    pub agreement: Option<Agreement>,
    /// Who owns the numbers now and signs.
    pub signer: Option<Signer>,
    /// How many numbers it has.
    #[schema(example = 12)]
    pub number_count: usize,
    /// Its numbers; the first 200 of them.
    pub numbers: Vec<Number>,
    /// The Letter of Authorization.
    pub loa: Loa,
    /// Proof of ownership, oldest first.
    pub proof: Vec<Proof>,
    /// What stands at the gaining carrier.
    pub orders: Vec<Order>,
    /// Its documents, oldest first.
    pub documents: Vec<Document>,
    /// What only a person at the desk can decide. Shown to the desk only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention: Option<Vec<Attention>>,
    /// Who at the desk has it. Shown to the desk only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When the desk released it to the gaining carrier.
    pub released_at: Option<Timestamp>,
    /// When something last moved it on.
    pub last_movement_at: Timestamp,
}

/// Something with an id and a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub id: String,
    /// Its name.
    #[schema(example = "Harbor Dental Group")]
    pub name: String,
}

/// One thing that keeps a request from going on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Blocker {
    /// Its short name.
    #[schema(example = "form_incomplete")]
    pub code: String,
    /// What is in the way.
    #[schema(example = "Fill in the account number; it is on the bill.")]
    pub says: String,
    /// How to clear it.
    #[schema(example = "Fill it in.")]
    pub way_out: String,
    /// The field where it can be cleared.
    #[schema(example = "account_number")]
    pub field: Option<String>,
    /// The number that it is about.
    #[schema(example = "+14045550123")]
    pub number: Option<String>,
}

/// The account holder at the losing provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    /// The authorized person's first name.
    #[schema(example = "Maria")]
    pub first_name: String,
    /// The authorized person's last name.
    #[schema(example = "Kovacs")]
    pub last_name: String,
    /// The business's name as on the bill.
    #[schema(example = "Harbor Dental Group, LLC")]
    pub business_name: String,
}

/// A postal address, exactly as it was typed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Address {
    /// House number and street.
    #[schema(example = "1200 Peachtree St NE")]
    pub street: String,
    /// Suite, unit or floor.
    #[schema(example = "Ste 410")]
    pub extended: String,
    /// City.
    #[schema(example = "Atlanta")]
    pub city: String,
    /// State, two letters.
    #[schema(example = "GA")]
    pub state: String,
    /// ZIP code.
    #[schema(example = "30309")]
    pub postal_code: String,
}

/// Whether the whole account ports.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scope {
    /// `full`: all numbers port and the old account closes. `partial`: some stay.
    #[schema(value_type = ScopeKindWords)]
    pub kind: &'static str,
    /// What becomes of the numbers that stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RemainingWords>)]
    pub remaining: Option<&'static str>,
    /// The billing number that stays behind, where the present one ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+14045550199")]
    pub new_btn: Option<String>,
}

/// That all statements were agreed to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agreement {
    /// Which wording.
    #[schema(example = "2026-11")]
    pub version: String,
    /// When they were accepted.
    pub at: Timestamp,
    /// Who accepted them.
    #[schema(example = "Ana Ruiz")]
    pub by: String,
}

/// Who signs the Letter of Authorization.
#[derive(Debug, Serialize, ToSchema)]
pub struct Signer {
    /// Full name.
    #[schema(example = "Maria Kovacs")]
    pub name: String,
    /// Where the link goes.
    #[schema(example = "maria@harbordental.example")]
    pub email: String,
    /// Position in the company.
    #[schema(example = "Owner")]
    pub title: String,
}

/// The Letter of Authorization. Fields that do not belong to the state are left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Loa {
    /// How far it is.
    #[schema(value_type = LoaStateWords)]
    pub state: &'static str,
    /// First, second, third letter of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    pub version: Option<u32>,
    /// Who signs, or signed, or declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// The letter: as sent, or signed and sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "doc_019ab3f2c7d87a60b1f3d2a4c5e6f70b")]
    pub document: Option<String>,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// When its link dies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When the signer first opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// How many reminders were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminders: Option<u32>,
    /// When it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// When it was declined or expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it was declined, or why the last letter no longer counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A proof of ownership.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// The stored file.
    #[schema(example = "doc_019ab3f2c7d87a60b1f3d2a4c5e6f70c")]
    pub document: String,
    /// What it is.
    #[schema(value_type = ProofKindWords)]
    pub kind: &'static str,
    /// The file's name.
    #[schema(example = "bill-november.pdf")]
    pub name: String,
    /// Bytes.
    #[schema(example = 412_345)]
    pub size: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// What the desk said to it.
    #[schema(value_type = VerdictWords)]
    pub verdict: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What stands at a gaining carrier. A request can have several: carriers split orders.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CarrierOrder)]
pub struct Order {
    /// Its id.
    #[schema(example = "ord_019ab3f2c7d87a60b1f3d2a4c5e6f70a")]
    pub id: String,
    /// The carrier.
    #[schema(example = "telnyx")]
    pub carrier: String,
    /// The key that the carrier's support staff know it by.
    pub support_key: Option<String>,
    /// Where it stands.
    #[schema(value_type = OrderStatusWords)]
    pub status: &'static str,
    /// Why it stands there.
    pub reasons: Vec<Reason>,
    /// The instant that was asked for.
    pub requested_foc: Option<Timestamp>,
    /// The instant that the losing provider confirmed.
    pub confirmed_foc: Option<Timestamp>,
    /// 0 as first sent, one more for each supplement.
    #[schema(example = 0)]
    pub supplement: u32,
    /// The carrier's id. Shown to the desk only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The carrier's own word for the status. Shown to the desk only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_status: Option<String>,
}

/// A line of a list of port requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortLine {
    /// Its id.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub id: String,
    /// Whose it is.
    pub account: Named,
    /// Who filed it.
    #[schema(example = "Ana Ruiz")]
    pub submitter: String,
    /// The submitter's own name for it.
    #[schema(example = "Head office")]
    pub title: String,
    /// The losing provider.
    #[schema(example = "Copper Valley Telephone")]
    pub losing_carrier: String,
    /// Where it stands.
    #[schema(value_type = StatusWords)]
    pub status: String,
    /// The word as it is on screens.
    #[schema(example = "In review")]
    pub status_label: String,
    /// Who has to act.
    #[schema(value_type = WaitsForWords)]
    pub waits_for: &'static str,
    /// Its first number.
    #[schema(example = "+14045550123")]
    pub first_number: Option<String>,
    /// How many numbers it has.
    #[schema(example = 12)]
    pub number_count: i64,
    /// When its next port window opens.
    pub window_at: Option<Timestamp>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When something last moved it on.
    pub last_movement_at: Timestamp,
    /// Its version.
    #[schema(example = 7)]
    pub version: i64,
}

/// A page of port requests, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortPage {
    /// The requests.
    pub items: Vec<PortLine>,
    /// Pass it as `cursor` to get the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub next_cursor: Option<String>,
}

fn ball_name(ball: Ball) -> &'static str {
    match ball {
        Ball::Customer => "customer",
        Ball::Owner => "owner",
        Ball::Desk => "desk",
        Ball::GainingCarrier => "gaining_carrier",
        Ball::LosingProvider => "losing_provider",
        Ball::Nobody => "nobody",
    }
}

/// The API's name for what somebody can do; `None` for what happens by itself.
fn action_name(event: EventKind) -> Option<&'static str> {
    Some(match event {
        EventKind::Edit => "edit",
        EventKind::AddNumbers => "add_numbers",
        EventKind::RemoveNumbers => "remove_numbers",
        EventKind::ChangeNumber => "change_number",
        EventKind::Agree => "agree",
        EventKind::SendLetter => "send_loa",
        EventKind::RemindSigner => "resend_loa",
        EventKind::ReceiveProof => "send_proof",
        EventKind::AcceptProof => "accept_proof",
        EventKind::RefuseProof => "refuse_proof",
        EventKind::Release => "submit",
        EventKind::Resubmit => "resubmit",
        EventKind::AcceptDate => "accept_date",
        EventKind::GiveUp => "give_up",
        EventKind::RecordTest => "record_test",
        EventKind::Note => "write_note",
        EventKind::AskForUpdate => "ask_for_update",
        EventKind::ClearAttention => "clear_attention",
        EventKind::Claim => "claim",
        EventKind::Unclaim => "release",
        EventKind::AskCarrier => "ask_carrier",
        EventKind::Cancel => "cancel",
        EventKind::AskSnapback => "ask_snapback",
        EventKind::ConfirmSnapback => "confirm_snapback",
        EventKind::RefuseSnapback => "refuse_snapback",
        _ => return None,
    })
}

/// A kind of proof's name.
pub fn proof_kind_name(kind: port::ProofKind) -> &'static str {
    match kind {
        port::ProofKind::BillingStatement => "billing_statement",
        port::ProofKind::PurchaseReceipt => "purchase_receipt",
        port::ProofKind::PortalScreenshot => "portal_screenshot",
    }
}

fn order_status_name(status: &OrderStatus) -> &'static str {
    match status {
        OrderStatus::Draft => "draft",
        OrderStatus::InProcess => "in_process",
        OrderStatus::Submitted => "submitted",
        OrderStatus::Exception => "exception",
        OrderStatus::FocConfirmed => "foc_confirmed",
        OrderStatus::CancelPending => "cancel_pending",
        OrderStatus::Ported => "ported",
        OrderStatus::Cancelled => "cancelled",
        OrderStatus::Unknown(_) => "unknown",
    }
}

fn address_of(address: &port::Address) -> Address {
    Address {
        street: address.street.clone(),
        extended: address.extended.clone(),
        city: address.city.clone(),
        state: address.state.clone(),
        postal_code: address.postal_code.clone(),
    }
}

fn signer_of(signer: &port::Signer) -> Signer {
    Signer {
        name: signer.name.clone(),
        email: signer.email.clone(),
        title: signer.title.clone(),
    }
}

fn scope_of(scope: &port::Scope) -> Scope {
    match scope {
        port::Scope::Full => Scope {
            kind: "full",
            remaining: None,
            new_btn: None,
        },
        port::Scope::Partial { remaining, new_btn } => Scope {
            kind: "partial",
            remaining: Some(match remaining {
                port::Remaining::Keep => "keep",
                port::Remaining::Disconnect => "disconnect",
            }),
            new_btn: new_btn.map(|number| number.to_string()),
        },
    }
}

fn loa_of(request: &PortRequest) -> Loa {
    match &request.loa {
        port::Loa::NotSent { because } => Loa {
            state: "not_sent",
            reason: because.clone(),
            ..Loa::default()
        },
        port::Loa::Sent {
            letter,
            signer,
            sent_at,
            expires_at,
            opened_at,
            reminders,
            ..
        } => Loa {
            state: "sent",
            version: Some(letter.version),
            signer: Some(signer_of(signer)),
            document: Some(letter.document.to_string()),
            sent_at: Some(*sent_at),
            expires_at: Some(*expires_at),
            opened_at: *opened_at,
            reminders: Some(*reminders),
            ..Loa::default()
        },
        port::Loa::Signed {
            letter,
            signer,
            signed_at,
            document,
        } => Loa {
            state: "signed",
            version: Some(letter.version),
            signer: Some(signer_of(signer)),
            document: Some(document.to_string()),
            signed_at: Some(*signed_at),
            ..Loa::default()
        },
        port::Loa::Declined { signer, at, reason } => Loa {
            state: "declined",
            signer: Some(signer_of(signer)),
            ended_at: Some(*at),
            reason: Some(reason.clone()),
            ..Loa::default()
        },
        port::Loa::Expired { signer, at } => Loa {
            state: "expired",
            signer: Some(signer_of(signer)),
            ended_at: Some(*at),
            ..Loa::default()
        },
    }
}

fn proof_of(proof: &port::Proof) -> Proof {
    let (verdict, reason) = match &proof.verdict {
        port::Verdict::Waiting => ("waiting", None),
        port::Verdict::Accepted => ("accepted", None),
        port::Verdict::Refused { reason } => ("refused", Some(reason.clone())),
    };
    Proof {
        document: proof.document.to_string(),
        kind: proof_kind_name(proof.kind),
        name: proof.name.clone(),
        size: proof.size,
        received_at: proof.received_at,
        verdict,
        reason,
    }
}

fn order_of(order: &port::CarrierOrder, desk: bool) -> Order {
    Order {
        id: order.id.to_string(),
        carrier: order.carrier.clone(),
        support_key: order.support_key.clone(),
        status: order_status_name(&order.status),
        reasons: order.reasons.iter().map(Reason::from).collect(),
        requested_foc: order.requested_foc,
        confirmed_foc: order.confirmed_foc,
        supplement: order.version,
        external_id: desk.then(|| order.external_id.clone()),
        raw_status: desk.then(|| order.raw_status.clone()),
    }
}

fn blocker_of(blocker: &port::Blocker) -> Blocker {
    let code = match serde_json::to_value(blocker.code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    };
    Blocker {
        code,
        says: blocker.says.clone(),
        way_out: blocker.way_out.clone(),
        field: blocker.field.clone(),
        number: blocker.number.map(|number| number.to_string()),
    }
}

impl Port {
    /// The request as this caller sees it.
    pub fn of(view: &View, caller: &Caller) -> Self {
        let request = &view.request;
        let details = &request.details;
        let desk = caller.is_desk();
        Self {
            id: request.id.to_string(),
            version: view.version,
            account: Named {
                id: request.account.to_string(),
                name: view.account_name.clone(),
            },
            submitter: Named {
                id: request.submitter.to_string(),
                name: view.submitter.clone(),
            },
            title: details.title.clone(),
            status: view.standing.status.name(),
            status_label: view.standing.status.words(),
            waits_for: ball_name(view.standing.ball),
            now: view.standing.now.clone(),
            next: view.standing.next.clone(),
            by: view.standing.by,
            safe_to_cancel_old_service: view.standing.old_service == OldService::MayGo,
            blockers: view.blockers.iter().map(blocker_of).collect(),
            allowed_actions: ports::allowed(view, caller)
                .into_iter()
                .filter_map(action_name)
                .collect(),
            losing_carrier: details.losing_carrier.clone(),
            customer: Customer {
                first_name: details.customer.first_name.clone(),
                last_name: details.customer.last_name.clone(),
                business_name: details.customer.business_name.clone(),
            },
            account_number: details.account_number.as_ref().map(|mask| mask.0.clone()),
            pin: details.pin.as_ref().map(|mask| mask.0.clone()),
            twilio_account_sid: details
                .twilio_account_sid
                .as_ref()
                .map(|mask| mask.0.clone()),
            billing_address: address_of(&details.billing),
            service_address: details.service.as_ref().map(address_of),
            btn: details.btn.map(|number| number.to_string()),
            scope: scope_of(&details.scope),
            requested_date: details.requested_date,
            agreement: details.agreement.as_ref().map(|agreement| Agreement {
                version: agreement.version.clone(),
                at: agreement.at,
                by: agreement.by.clone(),
            }),
            signer: details.signer.as_ref().map(signer_of),
            number_count: request.numbers.len(),
            numbers: request
                .numbers
                .iter()
                .take(NUMBERS_SHOWN)
                .map(Number::from)
                .collect(),
            loa: loa_of(request),
            proof: request.proof.iter().map(proof_of).collect(),
            orders: request
                .orders
                .iter()
                .map(|order| order_of(order, desk))
                .collect(),
            documents: view.documents.iter().map(Document::from).collect(),
            attention: desk.then(|| {
                request
                    .attention
                    .iter()
                    .enumerate()
                    .map(|(index, one)| Attention::of(index, one))
                    .collect()
            }),
            claim: request.claim.as_ref().filter(|_| desk).map(Claim::from),
            created_at: request.created_at,
            released_at: request.released_at,
            last_movement_at: request.last_movement,
        }
    }
}

impl From<Line> for PortLine {
    fn from(line: Line) -> Self {
        let label = Status::named(&line.status).map_or_else(
            || line.status.replace('_', " "),
            |status| status.words().to_owned(),
        );
        Self {
            id: line.id.to_string(),
            account: Named {
                id: line.account.to_string(),
                name: line.account_name,
            },
            submitter: line.submitter,
            title: line.title,
            losing_carrier: line.losing_carrier,
            status: line.status,
            status_label: label,
            waits_for: ball_name(line.ball),
            first_number: line.first_number,
            number_count: line.numbers,
            window_at: line.window_at,
            created_at: line.created_at,
            updated_at: line.updated_at,
            last_movement_at: line.last_movement,
            version: line.version,
        }
    }
}
