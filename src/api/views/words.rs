//! The lists of words that a field may hold, for the description of the API.

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use crate::domain::import::Meaning;
use crate::domain::port::Status;

fn word(list: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(list))
}

fn words(list: impl IntoIterator<Item = &'static str>) -> Schema {
    Schema::Object(word(list).build())
}

/// The statuses of a port request.
pub fn statuses() -> Schema {
    words(Status::ALL.map(Status::name))
}

/// Who has to act.
pub fn balls() -> Schema {
    words([
        "customer",
        "owner",
        "desk",
        "gaining_carrier",
        "losing_provider",
        "nobody",
    ])
}

/// Kinds of number.
pub fn kinds() -> Schema {
    words(["local", "mobile", "toll_free", "unknown"])
}

/// The voice track.
pub fn voices() -> Schema {
    words([
        "waiting",
        "submitted",
        "rejected",
        "scheduled",
        "porting",
        "ported",
        "failed",
        "cancelled",
        "snapped_back",
    ])
}

/// The text track.
pub fn texts() -> Schema {
    words([
        "not_wanted",
        "waiting_campaign",
        "waiting_port",
        "waiting_routing",
        "enabled",
        "failed",
    ])
}

/// Where a carrier order stands.
pub fn order_statuses() -> Schema {
    words([
        "draft",
        "in_process",
        "submitted",
        "exception",
        "foc_confirmed",
        "cancel_pending",
        "ported",
        "cancelled",
        "unknown",
    ])
}

/// The Letter of Authorization's way.
pub fn loa_states() -> Schema {
    words(["not_sent", "sent", "signed", "declined", "expired"])
}

/// What a proof of ownership is.
pub fn proof_kinds() -> Schema {
    words(["billing_statement", "purchase_receipt", "portal_screenshot"])
}

/// What the desk said to a proof.
pub fn verdicts() -> Schema {
    words(["waiting", "accepted", "refused"])
}

/// What a document is.
pub fn document_kinds() -> Schema {
    words(["letter", "signed_letter", "proof", "attachment"])
}

/// The parts that somebody plays.
pub fn roles() -> Schema {
    words([
        "submitter",
        "owner",
        "desk",
        "administrator",
        "carrier",
        "timer",
    ])
}

/// What is tested.
pub fn test_kinds() -> Schema {
    words(["voice", "text"])
}

/// Full or partial port.
pub fn scopes() -> Schema {
    words(["full", "partial"])
}

/// What becomes of numbers that do not port.
pub fn remainders() -> Schema {
    words(["keep", "disconnect"])
}

/// What the caller can do with a port request.
pub fn actions() -> Schema {
    let one = word([
        "edit",
        "add_numbers",
        "remove_numbers",
        "change_number",
        "agree",
        "send_loa",
        "resend_loa",
        "send_proof",
        "accept_proof",
        "refuse_proof",
        "submit",
        "resubmit",
        "accept_date",
        "give_up",
        "record_test",
        "write_note",
        "ask_for_update",
        "clear_attention",
        "cancel",
    ]);
    Schema::Array(ArrayBuilder::new().items(one).build())
}

/// Where a webhook on its way stands.
pub fn delivery_states() -> Schema {
    words(["queued", "delivered", "failed"])
}

/// Whether a mail has left.
pub fn mail_states() -> Schema {
    words(["queued", "sent", "failed"])
}

/// What a line of the desk's list is about.
pub fn attentions() -> Schema {
    words([
        "unknown_word",
        "rejection",
        "early_date",
        "jeopardy",
        "carrier_refused",
        "unreadable",
        "silence",
        "update_asked",
        "test_failed",
        "text_failed",
    ])
}

/// What the columns of a file hold.
pub fn meanings() -> Schema {
    let one = word(Meaning::ALL.map(super::meaning_name));
    Schema::Array(ArrayBuilder::new().items(one).build())
}
