//! Another order, a lock or a debt stands in the way.

use crate::domain::carrier::CodeSystem::{Bandwidth, Lumen, Telnyx, Twilio, Wireless, Wireline};
use crate::domain::field::Field;
use crate::domain::rejection::{Ask, Party, Reason, Remedy};

pub(super) const REASONS: &[Reason] = &[
    Reason {
        id: "pending_order",
        codes: &[
            (Wireline, "E19"),
            (Bandwidth, "7407"),
            (Lumen, "LNP119J"),
            (Telnyx, "LSR_PENDING"),
        ],
        shared: &[],
        plain: "There is an open order on the account at your current provider, and nothing ports until it is done or cancelled.",
        fields: &[],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Order,
            question: "Has your current provider finished or cancelled the open order?",
            help: "It may be a change of plan, a move or another port. Ask the provider to close it, then tell us.",
        }),
    },
    Reason {
        id: "pending_port_elsewhere",
        codes: &[(Wireless, "6M"), (Wireless, "6N"), (Lumen, "LNP104S")],
        shared: &[(Bandwidth, "7407")],
        plain: "A number is already on its way to another provider.",
        fields: &[],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Order,
            question: "Has the other provider cancelled its port of the number?",
            help: "Ask the provider that you no longer want to cancel it, then tell us. If you did not order it, tell us at once.",
        }),
    },
    Reason {
        id: "port_protection",
        codes: &[
            (Wireless, "6P"),
            (Bandwidth, "7425"),
            (Bandwidth, "7520"),
            (Twilio, "PHONE_NUMBER_WITH_CARRIER_RESTRICTION"),
        ],
        shared: &[],
        plain: "A lock on the number keeps it from being ported. Only the account owner can take it off.",
        fields: &[Field::Pin],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Pin,
            question: "Is the lock off for every number, and which PIN did you get afterwards?",
            help: "It is called number lock or port-out protection in the provider's app. A PIN made while the lock was on does not work.",
        }),
    },
    Reason {
        id: "lsp_freeze",
        codes: &[
            (Wireline, "E6d"),
            (Bandwidth, "7416"),
            (Lumen, "LNP009J"),
            (Lumen, "LNP009W"),
        ],
        shared: &[],
        plain: "The account has a freeze against being moved to another provider. It protects you, and only you can lift it.",
        fields: &[],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "Has your current provider lifted the freeze?",
            help: "Ask for the local service freeze to be removed from every line, then tell us.",
        }),
    },
    Reason {
        id: "contract_hold",
        codes: &[(Lumen, "LNP003J")],
        shared: &[],
        plain: "A contract on the line holds it. Your current provider has to release it; a termination fee may be due there.",
        fields: &[],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "Has your current provider released the line from its contract?",
            help: "Ask what leaving early costs before you agree.",
        }),
    },
    Reason {
        id: "balance_owed",
        codes: &[(Lumen, "LNP112J")],
        shared: &[],
        plain: "Your current provider names an unpaid bill. You still owe what you owe, but a provider may not hold a number back for it; we are taking it up.",
        fields: &[],
        actor: Party::Desk,
        remedy: Remedy::Desk,
        ask: Some(Ask {
            field: Field::Order,
            question: "Does the losing provider withdraw the rejection?",
            help: "The FCC does not let a provider refuse to port for an unpaid balance or termination fee. Paying may still be the quicker way; the customer decides.",
        }),
    },
];
