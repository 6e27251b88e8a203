//! What stays on the account, and the papers.

use crate::domain::carrier::CodeSystem::{Bandwidth, Lumen, Telnyx, Wireless, Wireline};
use crate::domain::field::Field;
use crate::domain::rejection::{Ask, Party, Reason, Remedy};

pub(super) const REASONS: &[Reason] = &[
    Reason {
        id: "btn_porting_with_remaining",
        codes: &[
            (Wireline, "E6h"),
            (Lumen, "LNP133J"),
            (Telnyx, "MAIN_BTN_PORTING"),
        ],
        shared: &[(Bandwidth, "7434")],
        plain: "The main number of the account is leaving while other lines or services stay, so the account needs another main number.",
        fields: &[Field::NewBtn, Field::RemainingNumbers],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::NewBtn,
            question: "Which number that stays should become the main number of the account?",
            help: "It has to be active on the account already and must not be among the numbers that port. If everything should leave, add the missing numbers instead.",
        }),
    },
    Reason {
        id: "full_partial_wrong",
        codes: &[
            (Wireline, "E24"),
            (Bandwidth, "7434"),
            (Telnyx, "PORT_TYPE_INCORRECT"),
        ],
        shared: &[],
        plain: "The request says that all numbers of the account leave, or only some of them, and your current provider sees it otherwise.",
        fields: &[Field::PortType],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::PortType,
            question: "Do all numbers of the account leave, or do some stay?",
            help: "If some stay, tell us which one should be the main number. If all leave, your provider closes the account.",
        }),
    },
    Reason {
        id: "remaining_tns_unaddressed",
        codes: &[(Lumen, "LNP125J")],
        shared: &[],
        plain: "Your current provider wants to know what becomes of the numbers that stay behind.",
        fields: &[Field::RemainingNumbers],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::RemainingNumbers,
            question: "Which of the remaining numbers should stay in service, and which should be disconnected?",
            help: "List every number of the account that does not port.",
        }),
    },
    Reason {
        id: "loa_required",
        codes: &[
            (Wireline, "E8"),
            (Bandwidth, "7424"),
            (Lumen, "LNP108J"),
            (Lumen, "LNP108W"),
            (Lumen, "00016"),
        ],
        shared: &[],
        plain: "Your current provider asks to see the signed letter. We are sending it.",
        fields: &[],
        actor: Party::Desk,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Loa,
            question: "Is the signed letter recent enough for this provider?",
            help: "Send it if it is (mostly up to 30 days, Lumen 60). If not, the owner has to sign a new one.",
        }),
    },
    Reason {
        id: "loa_rejected",
        codes: &[
            (Lumen, "LNP109J"),
            (Lumen, "LNP109W"),
            (Lumen, "LNP127J"),
            (Telnyx, "LOA_ILLEGIBLE"),
        ],
        shared: &[],
        plain: "Your current provider did not accept the signed letter: it could not be read, is too old, or carries another name.",
        fields: &[Field::Loa],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Loa,
            question: "Who should sign the new letter?",
            help: "It should be the person whom the provider has as the authorized contact. A typed name is the easiest to read.",
        }),
    },
    Reason {
        id: "illegible_fax_or_nonportable",
        codes: &[(Wireless, "7B"), (Bandwidth, "7420")],
        shared: &[],
        plain: "Your current provider could not read the papers, or has the number down as not portable. We are finding out which.",
        fields: &[],
        actor: Party::Desk,
        remedy: Remedy::Desk,
        ask: Some(Ask {
            field: Field::Order,
            question: "Was the fax unreadable, or is the number down as not portable?",
            help: "Send the papers again in the first case. In the second the customer has to ask the provider to make the number portable.",
        }),
    },
    Reason {
        id: "bill_required",
        codes: &[(Lumen, "LNP113W")],
        shared: &[],
        plain: "Your current provider asks for a copy of the bill.",
        fields: &[Field::Proof],
        actor: Party::Customer,
        remedy: Remedy::Supplement,
        ask: Some(Ask {
            field: Field::Proof,
            question: "Can you upload the complete latest bill?",
            help: "All its pages, with the account holder, the address, the account number and every number that ports.",
        }),
    },
];
