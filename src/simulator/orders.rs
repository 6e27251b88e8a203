//! A porting order as the gaining carrier keeps it, and how it shows itself.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::fields::{self, text_at};
use super::matching::{Reason, Request};
use super::providers::NumberKind;
use super::scenarios::{Options, Scenario};
use crate::domain::number::E164;

/// How many numbers an order shows inside itself; the rest is listed by `/porting_phone_numbers`.
const EMBEDDED_NUMBERS_MAX: usize = 50;

/// `status.value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Not yet confirmed by the customer.
    Draft,
    /// The gaining carrier looks at it.
    InProcess,
    /// The losing provider has it.
    Submitted,
    /// Rejected; `details` say why.
    Exception,
    /// A date is confirmed.
    FocDateConfirmed,
    /// Asked to be cancelled.
    CancelPending,
    /// Voice has moved.
    Ported,
    /// Over without a port.
    Cancelled,
}

impl Status {
    /// Telnyx's word.
    pub fn word(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::InProcess => "in-process",
            Status::Submitted => "submitted",
            Status::Exception => "exception",
            Status::FocDateConfirmed => "foc-date-confirmed",
            Status::CancelPending => "cancel-pending",
            Status::Ported => "ported",
            Status::Cancelled => "cancelled",
        }
    }

    /// Whether the order holds its numbers against other orders.
    pub(super) fn is_open(self) -> bool {
        matches!(
            self,
            Status::InProcess
                | Status::Submitted
                | Status::Exception
                | Status::FocDateConfirmed
                | Status::CancelPending
        )
    }
}

/// `activation_status` of a number or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    New,
    Pending,
    Conflict,
    Ready,
    Active,
    Failed,
    Cancelled,
}

impl Activation {
    pub(super) fn word(self) -> &'static str {
        match self {
            Activation::New => "New",
            Activation::Pending => "Pending",
            Activation::Conflict => "Conflict",
            Activation::Ready => "Activate RDY",
            Activation::Active => "Active",
            Activation::Failed => "Failed",
            Activation::Cancelled => "Cancelled",
        }
    }
}

/// `messaging.messaging_port_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    NotApplicable,
    Pending,
    Activating,
    Exception,
    Canceled,
    PartialPortComplete,
    Ported,
}

impl Texts {
    pub(super) fn word(self) -> &'static str {
        match self {
            Texts::NotApplicable => "not_applicable",
            Texts::Pending => "pending",
            Texts::Activating => "activating",
            Texts::Exception => "exception",
            Texts::Canceled => "canceled",
            Texts::PartialPortComplete => "partial_port_complete",
            Texts::Ported => "ported",
        }
    }
}

/// One number of an order.
#[derive(Clone, Debug)]
pub(super) struct OrderNumber {
    pub id: Uuid,
    pub number: E164,
    pub kind: NumberKind,
    pub activation: Activation,
    /// Who turns out to have it, if not the order's provider.
    pub found_later_at: Option<String>,
}

/// Something that somebody wrote on an order.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub id: Uuid,
    pub body: String,
    /// `admin`, `user` or `system`.
    pub user_type: &'static str,
    pub at: Timestamp,
}

/// A document that was added besides LOA and invoice.
#[derive(Clone, Debug)]
pub(super) struct Additional {
    pub id: Uuid,
    pub document: Uuid,
    pub document_type: String,
    pub at: Timestamp,
}

/// A porting order. No `Debug`: its data holds PINs and account numbers.
#[derive(Clone)]
pub(super) struct Order {
    pub id: Uuid,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What the customer may write: see [`fields`].
    pub data: Value,
    pub numbers: Vec<OrderNumber>,
    /// The losing provider's key and name.
    pub provider: String,
    pub provider_name: String,
    pub kind: NumberKind,
    pub status: Status,
    pub details: Vec<Reason>,
    pub foc_actual: Option<Timestamp>,
    pub activation: Option<Activation>,
    pub texts: Texts,
    pub support_key: Option<String>,
    /// Shared by the orders of one create; shown once the order is no draft.
    pub parent_key: String,
    pub comments: Vec<Comment>,
    pub additional: Vec<Additional>,

    // What the customer cannot see.
    pub scenario: Scenario,
    pub options: Options,
    /// Index of the customer record that the numbers belong to.
    pub customer: Option<usize>,
    /// Steps up whenever the plan changes; timers of older plans do nothing.
    pub plan: u32,
    /// When the losing provider got it, and whether somebody has asked after it since.
    pub submitted_at: Option<Timestamp>,
    pub chased: bool,
    /// When the port windows were last shown; what was shown stays good for a while.
    pub windows_shown_at: Option<Timestamp>,
    pub confirms_accepted: u32,
    pub confirms_refused: u32,
    /// What happened, for the control API.
    pub history: Vec<(Timestamp, String)>,
}

impl Order {
    pub(super) fn reference(&self) -> Option<&str> {
        self.data
            .pointer("/customer_reference")
            .and_then(Value::as_str)
    }

    pub(super) fn webhook_url(&self) -> Option<&str> {
        self.data.pointer("/webhook_url").and_then(Value::as_str)
    }

    pub(super) fn wants_texts(&self) -> bool {
        self.data
            .pointer("/messaging/enable_messaging")
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    pub(super) fn foc_requested(&self) -> Option<Timestamp> {
        text_at(&self.data, "/activation_settings/foc_datetime_requested")
            .parse()
            .ok()
    }

    pub(super) fn document_ids(&self) -> Vec<Uuid> {
        let named = ["/documents/loa", "/documents/invoice"]
            .into_iter()
            .filter_map(|p| Uuid::try_parse(text_at(&self.data, p)).ok());
        named
            .chain(self.additional.iter().map(|a| a.document))
            .collect()
    }

    pub(super) fn documents_complete(&self) -> bool {
        ["/documents/loa", "/documents/invoice"]
            .iter()
            .all(|p| !text_at(&self.data, p).is_empty())
    }

    /// What the customer must fill in before `confirm`, as JSON pointers.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let required = [
            "/end_user/admin/entity_name",
            "/end_user/admin/auth_person_name",
            "/end_user/location/street_address",
            "/end_user/location/locality",
            "/end_user/location/administrative_area",
            "/end_user/location/postal_code",
            "/end_user/location/country_code",
            "/documents/loa",
            "/documents/invoice",
        ];
        required
            .into_iter()
            .filter(|p| text_at(&self.data, p).trim().is_empty())
            .collect()
    }

    /// The order as the losing provider reads it.
    pub(super) fn request(&self, elsewhere: Vec<E164>) -> Request<'_> {
        let text = |pointer| text_at(&self.data, pointer);
        Request {
            entity_name: text("/end_user/admin/entity_name"),
            auth_person: text("/end_user/admin/auth_person_name"),
            account_number: text("/end_user/admin/account_number"),
            pin: text("/end_user/admin/pin_passcode"),
            btn: text("/end_user/admin/billing_phone_number"),
            street: text("/end_user/location/street_address"),
            unit: text("/end_user/location/extended_address"),
            city: text("/end_user/location/locality"),
            state: text("/end_user/location/administrative_area"),
            zip: text("/end_user/location/postal_code"),
            port_type: self.data.pointer("/misc/type").and_then(Value::as_str),
            new_btn: text("/misc/new_billing_phone_number"),
            numbers: self.numbers.iter().map(|n| n.number).collect(),
            elsewhere,
        }
    }

    pub(super) fn set_all(&mut self, activation: Activation) {
        self.activation = Some(activation);
        for number in &mut self.numbers {
            number.activation = activation;
        }
    }

    pub(super) fn note(&mut self, at: Timestamp, what: impl Into<String>) {
        self.history.push((at, what.into()));
    }

    pub(super) fn status_json(&self) -> Value {
        let details: Vec<Value> = self
            .details
            .iter()
            .map(|r| json!({"code": r.code, "description": r.description}))
            .collect();
        json!({"value": self.status.word(), "details": details})
    }

    pub(super) fn messaging_json(&self) -> Value {
        json!({
            "enable_messaging": self.wants_texts(),
            "messaging_capable": self.kind != NumberKind::Landline,
            "messaging_port_completed": self.texts == Texts::Ported,
            "messaging_port_status": self.texts.word(),
        })
    }

    pub(super) fn number_json(&self, number: &OrderNumber) -> Value {
        let mut value = json!({
            "record_type": "porting_phone_number",
            "phone_number": number.number,
            "phone_number_type": number.kind.word(),
            "activation_status": number.activation.word(),
            "portability_status": "confirmed",
            "requirements_status": if self.documents_complete() { "approved" } else { "requirement-info-pending" },
            "porting_order_id": self.id,
            "porting_order_status": self.status.word(),
        });
        // Drafts have no key yet, and the description gives numbers a text, never a null.
        if let (Some(key), Some(object)) = (&self.support_key, value.as_object_mut()) {
            object.insert("support_key".into(), json!(key));
        }
        value
    }

    /// A number that has arrived, as `/phone_numbers` shows it.
    pub(super) fn arrived_json(&self, number: &OrderNumber) -> Value {
        let configuration = |name: &str| {
            let pointer = format!("/phone_number_configuration/{name}");
            self.data.pointer(&pointer).cloned().unwrap_or_default()
        };
        json!({
            "id": number.id.as_u128().to_string(),
            "record_type": "phone_number",
            "phone_number": number.number,
            "phone_number_type": number.kind.word(),
            "country_iso_alpha2": "US",
            "status": "active",
            "source_type": "port_request",
            "customer_reference": self.reference(),
            "connection_id": configuration("connection_id"),
            "messaging_profile_id": configuration("messaging_profile_id"),
            "billing_group_id": configuration("billing_group_id"),
            "tags": configuration("tags"),
            "external_pin": null,
            "deletion_lock_enabled": false,
            "purchased_at": self.created_at,
            "created_at": self.created_at,
            "activated_at": self.foc_actual,
            "updated_at": self.updated_at,
        })
    }

    /// The order as the API shows it.
    pub(super) fn json(&self, with_numbers: bool) -> Value {
        let mut value = self.data.clone();
        let numbers: Vec<Value> = if with_numbers {
            self.numbers
                .iter()
                .take(EMBEDDED_NUMBERS_MAX)
                .map(|n| self.number_json(n))
                .collect()
        } else {
            Vec::new()
        };
        let not_in_draft = |key: &str| {
            if self.support_key.is_some() {
                json!(key)
            } else {
                Value::Null
            }
        };
        let own = [
            ("/id", json!(self.id)),
            ("/record_type", json!("porting_order")),
            ("/created_at", json!(self.created_at)),
            ("/updated_at", json!(self.updated_at)),
            ("/status", self.status_json()),
            ("/support_key", json!(self.support_key)),
            ("/parent_support_key", not_in_draft(&self.parent_key)),
            (
                "/description",
                json!(format!("Port from {}", self.provider_name)),
            ),
            ("/old_service_provider_ocn", json!(self.provider_name)),
            ("/phone_number_type", json!(self.kind.word())),
            ("/phone_numbers", json!(numbers)),
            ("/porting_phone_numbers_count", json!(self.numbers.len())),
            (
                "/activation_settings/activation_status",
                json!(self.activation.map(Activation::word)),
            ),
            ("/activation_settings/fast_port_eligible", json!(false)),
            (
                "/activation_settings/foc_datetime_actual",
                json!(self.foc_actual),
            ),
            ("/messaging", self.messaging_json()),
            ("/requirements", json!(self.requirements_met())),
            ("/requirements_met", json!(self.documents_complete())),
            ("/additional_steps", json!([])),
            ("/user_id", json!(OUR_USER)),
        ];
        for (pointer, part) in own {
            fields::set(&mut value, pointer, part);
        }
        value
    }

    fn requirements_met(&self) -> Vec<Value> {
        [
            ("/documents/loa", fields::LOA_REQUIREMENT),
            ("/documents/invoice", fields::INVOICE_REQUIREMENT),
        ]
        .into_iter()
        .filter(|(pointer, _)| !text_at(&self.data, pointer).is_empty())
        .map(|(pointer, id)| {
            json!({
                "record_type": "porting_requirement",
                "requirement_type_id": id,
                "field_type": "document",
                "field_value": text_at(&self.data, pointer),
            })
        })
        .collect()
    }

    /// The list of `/porting_orders/{id}/requirements`.
    pub(super) fn requirements_json(&self) -> Vec<Value> {
        let kinds = [
            (
                "/documents/loa",
                fields::LOA_REQUIREMENT,
                "LOA",
                "A letter of authorization, signed by the account's owner",
            ),
            (
                "/documents/invoice",
                fields::INVOICE_REQUIREMENT,
                "Invoice",
                "The latest bill of the current provider that shows the numbers",
            ),
        ];
        kinds
            .into_iter()
            .map(|(pointer, id, name, description)| {
                let held = text_at(&self.data, pointer);
                let mut item = json!({
                    "record_type": "porting_requirement",
                    "field_type": "document",
                    "requirement_status": if held.is_empty() { "requirement-info-pending" } else { "approved" },
                    "requirement_type": {
                        "id": id,
                        "name": name,
                        "type": "document",
                        "description": description,
                        "acceptance_criteria": {},
                    },
                });
                if let (false, Some(object)) = (held.is_empty(), item.as_object_mut()) {
                    object.insert("field_value".into(), json!(held));
                }
                item
            })
            .collect()
    }

    pub(super) fn comment_json(&self, comment: &Comment) -> Value {
        json!({
            "id": comment.id,
            "record_type": "porting_comment",
            "porting_order_id": self.id,
            "body": comment.body,
            "user_type": comment.user_type,
            "created_at": comment.at,
        })
    }
}

/// The one user of the simulated carrier account.
pub(super) const OUR_USER: &str = "40c1d3a2-0b1e-4a57-9f0c-6f3f2a9f4e11";
/// The organization of that user, as it shows in webhooks without an envelope.
pub(super) const OUR_ORGANIZATION: &str = "5a7c2e0e-7f64-4d53-8a8e-0d7a5b6f9c22";

/// Every code that an exception can carry, with what it says.
pub(super) const EXCEPTION_TYPES: [(&str, &str); 21] = [
    (
        "ACCOUNT_NUMBER_MISMATCH",
        "The account number is not the one on file",
    ),
    (
        "AUTH_PERSON_MISMATCH",
        "The authorized person is not the one on file",
    ),
    (
        "BTN_ATN_MISMATCH",
        "The billing telephone number is not the one on file",
    ),
    (
        "ENTITY_NAME_MISMATCH",
        "The end user's name is not the one on file",
    ),
    ("FOC_EXPIRED", "The confirmed date has passed"),
    (
        "FOC_REJECTED",
        "The losing provider does not accept the date",
    ),
    ("LOCATION_MISMATCH", "The address is not the one on file"),
    (
        "LSR_PENDING",
        "The losing provider has another order open for these numbers",
    ),
    (
        "MAIN_BTN_PORTING",
        "The main billing number is being ported",
    ),
    ("OSP_IRRESPONSIVE", "The losing provider does not answer"),
    ("OTHER", "Another reason; see the comments"),
    (
        "PASSCODE_PIN_INVALID",
        "The PIN or passcode is missing or wrong",
    ),
    (
        "PHONE_NUMBER_HAS_SPECIAL_FEATURE",
        "A feature or lock on the number keeps it from porting",
    ),
    ("PHONE_NUMBER_MISMATCH", "A number is not on this account"),
    ("PHONE_NUMBER_NOT_PORTABLE", "A number cannot be ported"),
    ("PORT_TYPE_INCORRECT", "Full and partial are mixed up"),
    (
        "PORTING_ORDER_SPLIT_REQUIRED",
        "The numbers must be ported by several orders",
    ),
    (
        "POSTAL_CODE_MISMATCH",
        "The postal code is not the one on file",
    ),
    (
        "RATE_CENTER_NOT_PORTABLE",
        "There is no coverage in the rate center",
    ),
    (
        "SV_CONFLICT",
        "The number registry has the numbers in conflict",
    ),
    (
        "SV_UNKNOWN_FAILURE",
        "The number registry refused for an unknown reason",
    ),
];
