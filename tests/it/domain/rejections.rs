//! The catalogue of rejections against the carriers' own lists, and the page that is made from it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use portolan::domain::carrier::{CarrierReason, CodeSystem};
use portolan::domain::field::Field;
use portolan::domain::rejection::{Explained, Party, Reason, Remedy, catalogue, explain};

fn look_up(system: CodeSystem, code: &str) -> Option<&'static Reason> {
    match explain(&CarrierReason {
        system,
        code: code.to_owned(),
        text: String::new(),
    }) {
        Explained::Known(reason) => Some(reason),
        Explained::Unknown(_) => None,
    }
}

/// Telnyx's API description lists its exception codes; the documentation also shows `LOA_ILLEGIBLE`.
#[test]
fn every_telnyx_code_is_known() {
    let Some(path) = super::shared("specs/telnyx/spec3.porting-subset.json") else {
        return;
    };
    let spec = super::json(&path);
    let codes =
        spec["components"]["schemas"]["PortingOrdersExceptionType"]["properties"]["code"]["enum"]
            .as_array()
            .expect("the list");
    let listed = codes.iter().map(|code| code.as_str().expect("a code"));
    let missing: Vec<&str> = listed
        .chain(["LOA_ILLEGIBLE"])
        .filter(|code| look_up(CodeSystem::Telnyx, code).is_none())
        .collect();
    assert!(codes.len() >= 21, "the list has shrunk to {}", codes.len());
    assert!(missing.is_empty(), "not in the catalogue: {missing:?}");
}

/// Bandwidth's table of carrier errors: its own code and the losing side's code behind it. Both have to
/// be known, and to mean the same, save for these.
#[test]
fn every_row_of_bandwidths_table_is_known() {
    // Bandwidth writes of it that it should not be seen; a person has to read it.
    const LEFT_TO_THE_DESK: [(CodeSystem, &str); 2] = [
        (CodeSystem::Bandwidth, "7440"),
        (CodeSystem::Wireline, "104"),
    ];

    let Some(path) = super::shared("specs/bandwidth/carrier_lnp_error_codes.tsv") else {
        return;
    };
    let table = std::fs::read_to_string(path).expect("readable");
    let mut unknown = BTreeSet::new();
    let mut rows = 0;
    for line in table.lines().skip(1) {
        rows += 1;
        let mut columns = line.split('\t');
        let (own, theirs) = (
            columns.next().expect("code"),
            columns.next().expect("losing side's code"),
        );
        let is_wireless = theirs.len() == 2 && !theirs.starts_with('E');
        let system = if is_wireless {
            CodeSystem::Wireless
        } else {
            CodeSystem::Wireline
        };
        let (ours, behind) = (look_up(CodeSystem::Bandwidth, own), look_up(system, theirs));
        if ours.is_none() {
            unknown.insert((CodeSystem::Bandwidth, own.to_owned()));
        }
        if behind.is_none() {
            unknown.insert((system, theirs.to_owned()));
        }
        if let (Some(ours), Some(behind)) = (ours, behind) {
            let agree =
                ours.id == behind.id || behind.shared.contains(&(CodeSystem::Bandwidth, own));
            assert!(
                agree,
                "{own} is {}, but {theirs} behind it is {}",
                ours.id, behind.id
            );
        }
    }
    assert_eq!(rows, 66);
    let left: BTreeSet<_> = LEFT_TO_THE_DESK
        .into_iter()
        .map(|(system, code)| (system, code.to_owned()))
        .collect();
    assert_eq!(unknown, left);
}

/// `docs/rejections.md` is made from the catalogue: run this test with `PORTOLAN_REWRITE_DOCS=1`.
#[test]
fn the_page_of_rejections_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rejections.md");
    let page = page();
    if std::env::var_os("PORTOLAN_REWRITE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("docs/ can be written");
        return;
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == page,
        "docs/rejections.md is out of date; run the tests with PORTOLAN_REWRITE_DOCS=1 and commit it"
    );
}

fn page() -> String {
    let count: usize = catalogue().map(|(_, reasons)| reasons.len()).sum();
    let mut page = format!(
        "# Rejections\n\n\
         <!-- Made from src/domain/rejection/catalogue/ by `PORTOLAN_REWRITE_DOCS=1 cargo test --test it rejections`. Do not edit. -->\n\n\
         When a losing provider says no, it gives a code. Portolan knows {count} reasons behind these codes. For each it knows what to\n\
         tell the customer, which field to correct, who has to act and what becomes of the carrier order. A code that is not listed here\n\
         goes to the desk with the carrier's text, word for word.\n\n\
         The same code means different things at different carriers, so a code is only looked up together with its system: WIC (wireless,\n\
         two characters), E (wireline), BW (Bandwidth), L (Lumen / Level 3), TX (Telnyx), TW (Twilio), OBF (jeopardy codes). A code in\n\
         brackets may mean this reason, but is used for a wider one too and is found there.\n\n\
         - **Corrected by**: *supplement* sends the same order again, corrected; *new order* closes it and sends another; *wait* sends nothing;\n\
         \x20 *desk* means that a person reads it and decides; *cannot port* ends it for the numbers concerned.\n\
         - **Signed again**: the correction changes something on the signed Letter of Authorization, so the owner signs a new one.\n\
         - Of several reasons in one rejection the gravest remedy counts: cannot port, desk, new order, supplement, wait.\n"
    );
    for (heading, reasons) in catalogue() {
        let _ = write!(page, "\n## {heading}\n");
        for reason in reasons {
            let codes: Vec<String> = codes(reason.codes, "", "")
                .chain(codes(reason.shared, "(", ")"))
                .collect();
            let fields: Vec<&str> = reason
                .fields
                .iter()
                .map(|field: &Field| field.label())
                .collect();
            let fields = if fields.is_empty() {
                "nothing on the form".to_owned()
            } else {
                fields.join(", ")
            };
            let again = if reason.needs_new_signature() {
                "yes"
            } else {
                "no"
            };
            let _ = write!(
                page,
                "\n### `{}`\n\n{}\n\n- Codes: {}\n- Who acts: {}. Corrected by: {}. What changes: {fields}. Signed again: {again}.\n",
                reason.id,
                reason.plain,
                codes.join(", "),
                actor(reason.actor),
                remedy(reason.remedy),
            );
            if let Some(ask) = &reason.ask {
                let _ = writeln!(page, "- Asked: *{}* {}", ask.question, ask.help);
            }
        }
    }
    page
}

fn codes(codes: &[(CodeSystem, &str)], open: &str, close: &str) -> impl Iterator<Item = String> {
    codes
        .iter()
        .map(move |(system, code)| format!("{open}{} `{code}`{close}", short(*system)))
}

fn short(system: CodeSystem) -> &'static str {
    match system {
        CodeSystem::Wireless => "WIC",
        CodeSystem::Wireline => "E",
        CodeSystem::Bandwidth => "BW",
        CodeSystem::Lumen => "L",
        CodeSystem::Telnyx => "TX",
        CodeSystem::Twilio => "TW",
        CodeSystem::Obf => "OBF",
    }
}

fn actor(actor: Party) -> &'static str {
    match actor {
        Party::Desk => "desk",
        Party::Customer => "customer",
        Party::Wait => "nobody, it passes",
    }
}

fn remedy(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::CannotPort => "cannot port",
        Remedy::Desk => "desk",
        Remedy::NewOrder => "new order",
        Remedy::Supplement => "supplement",
        Remedy::Wait => "wait",
    }
}
