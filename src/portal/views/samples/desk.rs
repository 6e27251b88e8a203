//! The desk.

use super::*;
use crate::portal::views::form::BadLine;

impl DeskPage {
    /// A morning at the desk.
    pub fn sample() -> Self {
        let queue = |slug: &str, name: &str, count, here, tone| Queue {
            slug: slug.into(),
            name: name.into(),
            count,
            here,
            tone,
        };
        let item = |status: Badge, why: &str, age: &str, late, todo: &str| DeskItem {
            port: port_ref(status),
            why: why.into(),
            age: age.into(),
            late,
            todo: Link::new("/desk/ports/port_01jd6m3v8xk2", todo),
        };
        Self {
            shell: Shell::sample_desk("Needs a person"),
            queues: vec![
                queue("documents", "Check documents", 3, true, Tone::Act),
                queue("submit", "Submit", 1, false, Tone::Go),
                queue("rejected", "Rejected", 2, false, Tone::Stop),
                queue("dates", "Date set today", 0, false, Tone::Done),
                queue("windows", "Windows open now", 0, false, Tone::Go),
                queue("silent", "Silent too long", 1, false, Tone::Wait),
                queue("unknown", "Not understood", 0, false, Tone::Info),
            ],
            purpose: "Signed and with a proof of ownership: check that the documents match what was typed.".into(),
            items: vec![
                item(Badge::new(Tone::Wait, "In review"), "The bill came. 1 field differs from what was typed.", "6 business hours", true, "Check"),
                item(Badge::new(Tone::Wait, "In review"), "A new bill came after the first was refused.", "2 business hours", false, "Check"),
                item(Badge::new(Tone::Wait, "In review"), "The bill came. Everything matches.", "20 minutes", false, "Check"),
            ],
            pager: Pager { text: "1 to 3 of 3".into(), previous: None, next: None },
            live_seconds: 5,
        }
    }
    /// Nothing to do.
    pub fn sample_empty() -> Self {
        Self {
            items: vec![],
            ..Self::sample()
        }
    }
}

impl ReviewPage {
    /// A bill that differs in one field.
    pub fn sample() -> Self {
        let check = |label: &str, typed: &str, read: &str, tone, verdict: &str, risk: &str| Check {
            label: label.into(),
            typed: typed.into(),
            read: read.into(),
            verdict: Badge::new(tone, verdict),
            risk: risk.into(),
        };
        let mut documents = documents();
        documents.reverse();
        documents[0].status = Badge::new(Tone::Act, "To be checked");
        Self {
            shell: Shell::sample_desk("Check +1 312 555 0142 and 2 more"),
            port: port_ref(Badge::new(Tone::Wait, "In review")),
            attention: vec![AttentionLine {
                index: 0,
                text: "The confirmed date is earlier than asked; make sure that the customer is ready.".into(),
                accept_date: "ord_01jd6m3v8xk2".into(),
            }],
            documents: documents
                .into_iter()
                .enumerate()
                .map(|(i, document)| ReviewDocument {
                    id: format!("doc_{i}"),
                    document,
                    image: false,
                    decide: if i == 0 { Act::Open } else { Act::Hidden },
                })
                .collect(),
            compared: true,
            checks: vec![
                check(
                    "Carrier name",
                    "Northline Telecom",
                    "Northline Telecom",
                    Tone::Done,
                    "Same",
                    "",
                ),
                check(
                    "Business name",
                    "Harbor Dental Group, LLC",
                    "Harbor Dental Group LLC",
                    Tone::Info,
                    "Nearly",
                    "A comma is missing on the bill.",
                ),
                check(
                    "Service address",
                    "118 W Wacker Dr, Suite 400\nChicago, IL 60601",
                    "118 West Wacker Drive\nChicago, IL 60601",
                    Tone::Act,
                    "Differs",
                    "Would be rejected as a service address mismatch.",
                ),
                check(
                    "Account number",
                    "ends in 4471",
                    "ends in 4471",
                    Tone::Done,
                    "Same",
                    "",
                ),
                check("PIN", "on file", "", Tone::Draft, "Not on a bill", ""),
                check(
                    "Bill date",
                    "",
                    "November 2, 2026",
                    Tone::Done,
                    "22 days old",
                    "",
                ),
            ],
            numbers: ["+1 312 555 0142", "+1 312 555 0143", "+1 312 555 0150"]
                .iter()
                .map(|n| ReviewNumber {
                    number: (*n).into(),
                    kind: "Local, Illinois".into(),
                    portable: Badge::new(Tone::Done, "Yes"),
                    on_bill: if n.ends_with("50") {
                        Badge::new(Tone::Act, "Not found")
                    } else {
                        Badge::new(Tone::Done, "Page 2")
                    },
                })
                .collect(),
            blockers: vec![],
            submit: Act::Closed("Decide on the bill first.".into()),
            carriers: Choice::list(&[("telnyx", "Telnyx")], "telnyx"),
            wish: "2026-12-08".into(),
            earliest: "2026-12-02".into(),
            resubmit: Act::Hidden,
            give_up: Act::Hidden,
            hopeless: vec![],
            give_up_reason: Field::default(),
            numbers_more: 0,
            orders: vec![],
            unknown: vec![BadLine {
                line: 0,
                column: "Order status".into(),
                value: "awaiting-lrn-merge".into(),
                reason: "Telnyx sent this word on November 24. Nobody here knows it yet.".into(),
            }],
            version: 5,
            refusal: Field::default(),
        }
    }
    /// Ready to be submitted.
    pub fn sample_ready() -> Self {
        let mut page = Self::sample();
        page.attention.clear();
        page.unknown.clear();
        page.submit = Act::Open;
        page.documents[0].decide = Act::Hidden;
        page.documents[0].document.status = Badge::new(Tone::Done, "Accepted");
        page
    }
}
