//! Telnyx's words in ours. A word without a counterpart is kept and shown, never guessed at.

use crate::domain::carrier::{
    Activation, CarrierReason, CodeSystem, CommentAuthor, LineKind, Messaging, OrderStatus,
};

/// `status.value` of an order.
pub(super) fn order_status(word: &str) -> OrderStatus {
    match word {
        "draft" => OrderStatus::Draft,
        "in-process" => OrderStatus::InProcess,
        "submitted" => OrderStatus::Submitted,
        "exception" => OrderStatus::Exception,
        "foc-date-confirmed" => OrderStatus::FocConfirmed,
        "cancel-pending" => OrderStatus::CancelPending,
        "ported" => OrderStatus::Ported,
        // Telnyx spells it with one l elsewhere (messaging, port-outs).
        "cancelled" | "canceled" => OrderStatus::Cancelled,
        other => OrderStatus::Unknown(other.to_owned()),
    }
}

/// `activation_status`: where the number stands in the number registry (NPAC).
pub(super) fn activation(word: &str) -> Activation {
    match word {
        // Our side has told the registry, or has not yet; or one side wants to withdraw.
        "New" | "Pending" | "Concurrence Sent" | "Cancel Pending" => Activation::Pending,
        "Conflict" => Activation::Conflict,
        // Both sides agreed; "Sending" is the activation on its way to the networks.
        "Concurred" | "Activate RDY" | "Sending" => Activation::Ready,
        "Active" => Activation::Active,
        "Failed" => Activation::Failed,
        "Cancelled" | "Canceled" => Activation::Cancelled,
        // "Old" and "Disconnect Pending" belong to a number that has left again.
        other => Activation::Unknown(other.to_owned()),
    }
}

/// What an `activation_status` says against a date that was confirmed. `Conflict` goes by the code
/// that Telnyx has for the same thing.
pub(super) fn activation_trouble(word: &str) -> Option<CarrierReason> {
    let (code, text) = match word {
        "Conflict" => (
            "SV_CONFLICT",
            "The number registry has the port in conflict.",
        ),
        "Cancel Pending" => (
            "Cancel Pending",
            "The number registry has a cancellation of the port.",
        ),
        "Failed" => ("Failed", "The number registry could not activate the port."),
        _ => return None,
    };
    Some(CarrierReason {
        system: CodeSystem::Telnyx,
        code: code.into(),
        text: text.into(),
    })
}

/// `messaging_port_status` of an order.
pub(super) fn messaging(word: &str) -> Messaging {
    match word {
        "not_applicable" => Messaging::NotApplicable,
        "pending" => Messaging::Pending,
        // Some numbers are done, and it does not say which: none is called done before all are.
        "activating" | "partial_port_complete" => Messaging::Activating,
        "ported" => Messaging::Ported,
        "exception" => Messaging::Exception,
        "canceled" | "cancelled" => Messaging::Cancelled,
        other => Messaging::Unknown(other.to_owned()),
    }
}

/// `phone_number_type`.
pub(super) fn line_kind(word: &str) -> LineKind {
    match word {
        "local" | "landline" => LineKind::Local,
        "mobile" => LineKind::Mobile,
        "toll_free" => LineKind::TollFree,
        other => LineKind::Other(other.to_owned()),
    }
}

/// `user_type` of a comment.
pub(super) fn author(word: &str) -> CommentAuthor {
    match word {
        "admin" => CommentAuthor::Carrier,
        "user" => CommentAuthor::Us,
        "system" => CommentAuthor::System,
        other => CommentAuthor::Unknown(other.to_owned()),
    }
}
