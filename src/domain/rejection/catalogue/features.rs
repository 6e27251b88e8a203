//! A service that rides on the line stands in the way, or would be lost.

use crate::domain::carrier::CodeSystem::{Bandwidth, Lumen, Telnyx, Wireline};
use crate::domain::field::Field;
use crate::domain::rejection::{Ask, Party, Reason, Remedy};

pub(super) const REASONS: &[Reason] = &[
    Reason {
        id: "centrex",
        codes: &[(Wireline, "E6c"), (Bandwidth, "7406"), (Lumen, "LNP002J")],
        shared: &[],
        plain: "The line is part of a Centrex group, which ends when the line leaves it.",
        fields: &[Field::Features, Field::NewBtn],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "May the Centrex service be disconnected?",
            help: "If other lines should keep it, ask your provider to rebuild it without these numbers first. If the billing number ports, name another one for what stays.",
        }),
    },
    Reason {
        id: "hunt_group",
        codes: &[(Wireline, "E6b"), (Bandwidth, "7419"), (Lumen, "LNP007J")],
        shared: &[],
        plain: "The number is the first of a group that passes calls on to each other. Taking it out would break the group.",
        fields: &[Field::Features],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "May the hunt group be taken apart?",
            help: "If lines stay behind that need it, ask your provider to rebuild it without this number first.",
        }),
    },
    Reason {
        id: "distinctive_ring",
        codes: &[
            (Wireline, "E6a"),
            (Bandwidth, "7410"),
            (Lumen, "LNP015J"),
            (Lumen, "LNP011J"),
            (Lumen, "LNP014J"),
        ],
        shared: &[],
        plain: "Another number rings on the same line with its own ring tone. That ends with the port.",
        fields: &[Field::Features],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "May the distinctive ring numbers be disconnected?",
            help: "If you want to keep one of them, ask your provider to make it a line of its own first.",
        }),
    },
    Reason {
        id: "dsl_on_line",
        codes: &[
            (Wireline, "E25"),
            (Bandwidth, "7411"),
            (Lumen, "LNP005J"),
            (Lumen, "LNP017J"),
        ],
        shared: &[],
        plain: "Your internet connection (DSL) runs on this line and would end with the port.",
        fields: &[Field::Features],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "May the internet on this line end, or has it been moved?",
            help: "To keep it, ask your provider to put it on a line without this number, and wait until that is done.",
        }),
    },
    Reason {
        id: "isdn",
        codes: &[
            (Wireline, "E6f"),
            (Bandwidth, "7421"),
            (Lumen, "LNP008J"),
            (Lumen, "LNP012J"),
            (Lumen, "LNP013J"),
        ],
        shared: &[],
        plain: "The number belongs to an ISDN connection, which ends when its main number leaves.",
        fields: &[Field::Features, Field::NewBtn],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "May the ISDN connection be disconnected?",
            help: "If it should stay, your provider has to give it another main number first. Some ISDN lines (BRI) cannot be ported at all.",
        }),
    },
    Reason {
        id: "remote_call_forward",
        codes: &[(Wireline, "E6g"), (Bandwidth, "7437"), (Lumen, "LNP010J")],
        shared: &[],
        plain: "The number has no line of its own: it forwards calls from the provider's exchange. The port needs an address that belongs to a line.",
        fields: &[Field::ServiceAddress, Field::Features],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::ServiceAddress,
            question: "Which service address does your provider have for the forwarding, and may the forwarding end?",
            help: "It may be the exchange's address. Your provider can read it from the customer service record.",
        }),
    },
    Reason {
        id: "foreign_exchange",
        codes: &[(Wireline, "E6e"), (Bandwidth, "7415"), (Lumen, "LNP006J")],
        shared: &[],
        plain: "The line is served from another area (foreign exchange), and that has to be taken off before it can port.",
        fields: &[Field::Features],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "Has your current provider removed the foreign exchange service?",
            help: "Ask what happens to the number when it is removed; some providers cannot do it.",
        }),
    },
    Reason {
        id: "other_feature",
        codes: &[
            (Lumen, "LNP004J"),
            (Lumen, "LNP016J"),
            (Lumen, "LNP106J"),
            (Lumen, "LNP117J"),
            (Telnyx, "PHONE_NUMBER_HAS_SPECIAL_FEATURE"),
        ],
        shared: &[],
        plain: "A special service on a line keeps it from being ported, such as internet, an alarm or a hunt group.",
        fields: &[Field::Features],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Features,
            question: "Which services are on these lines, and has your provider removed them?",
            help: "Ask your provider what is on each line. Anything that you still need has to move to another line first.",
        }),
    },
];
