//! The lists of words that a field may hold, for the description of the API. Each is a schema of its own, so
//! that clients made from the description get an enumeration.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::hosted;
use crate::domain::import::Meaning;
use crate::domain::port;

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident = $list:expr;)*) => {$(
        $(#[doc = $doc])+
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let list: Vec<&'static str> = Vec::from($list);
                let schema = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),+).trim()))
                    .enum_values(Some(list))
                    .build();
                RefOr::T(Schema::Object(schema))
            }
        }
        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).trim_end_matches("Words").into()
            }
        }
    )*};
}

words! {
    /// Where a port request stands.
    StatusWords = port::Status::ALL.map(port::Status::name);
    /// Who has to act.
    WaitsForWords = [ "customer", "owner", "desk", "gaining_carrier", "losing_provider", "nobody", ];
    /// How far a number's hosting is.
    HostedStateWords = hosted::Hosting::NAMES;
    /// What kind of line a number is, as far as known.
    NumberKindWords = ["local", "mobile", "toll_free", "unknown"];
    /// Where a number's voice stands.
    VoiceStateWords = [ "waiting", "submitted", "rejected", "scheduled", "porting", "ported", "failed", "cancelled", "snapped_back", ];
    /// Where a number's texts stand.
    TextStateWords = [ "not_wanted", "waiting_campaign", "waiting_port", "waiting_routing", "enabled", "failed", ];
    /// Where a carrier order stands.
    OrderStatusWords = [ "draft", "in_process", "submitted", "exception", "foc_confirmed", "cancel_pending", "ported", "cancelled", "unknown", ];
    /// How far the Letter of Authorization is.
    LoaStateWords = ["not_sent", "sent", "signed", "declined", "expired"];
    /// What a proof of ownership is.
    ProofKindWords = ["billing_statement", "purchase_receipt", "portal_screenshot"];
    /// What the desk said to a proof.
    VerdictWords = ["waiting", "accepted", "refused"];
    /// What a document is.
    DocumentKindWords = ["letter", "signed_letter", "proof", "attachment"];
    /// The parts that somebody plays.
    RoleWords = [ "submitter", "account_administrator", "read_only", "owner", "desk", "administrator", "carrier", "timer", ];
    /// What is tested.
    TestKindWords = ["voice", "caller_id", "text"];
    /// Whether the whole account ports.
    ScopeKindWords = ["full", "partial"];
    /// What becomes of numbers that do not port.
    RemainingWords = ["keep", "disconnect"];
    /// What can be done with a port request.
    ActionWords = [ "edit", "add_numbers", "remove_numbers", "change_number", "agree", "send_loa", "resend_loa", "send_proof", "accept_proof", "refuse_proof", "submit", "resubmit", "accept_date", "give_up", "record_test", "write_note", "ask_for_update", "clear_attention", "cancel", "claim", "release", "ask_carrier", "ask_snapback", "confirm_snapback", "refuse_snapback", ];
    /// Where a webhook on its way stands.
    DeliveryStateWords = ["queued", "delivered", "failed"];
    /// Whether a mail has left.
    MailStateWords = ["queued", "sent", "failed"];
    /// What a line of the desk's list is about.
    AttentionKindWords = [ "unknown_word", "rejection", "early_date", "jeopardy", "carrier_refused", "unreadable", "silence", "update_asked", "test_failed", "text_failed", ];
    /// A queue of the desk; `all` is everything on its table, `mine` what the one who asks has.
    QueueWords = queues();
    /// What can be done to many port requests at once.
    BulkActionWords = [ "accept_proofs", "submit", "ask_carrier", "claim", "assign", "release", "note", "clear_attention", "cancel", ];
    /// Which date is asked for: each customer's own wish, or the earliest that the carriers take.
    DateRuleWords = ["as_wished", "earliest"];
    /// What comes of a bulk action for a request: it changes, stands so already, is refused by the rules, was changed by somebody else since it was looked at, is not there, or could not be changed for a reason of ours.
    BulkOutcomeWords = ["changed", "nothing", "refused", "stale", "not_found", "failed"];
    /// What a column of a file holds.
    ColumnMeaningWords = Meaning::ALL.map(super::meaning_name);
}

fn queues() -> Vec<&'static str> {
    std::iter::once("all")
        .chain(port::Queue::ALL.map(port::Queue::name))
        .chain(["mine"])
        .collect()
}
