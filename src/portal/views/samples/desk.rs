//! The desk.

use super::*;
use crate::portal::views::form::BadLine;

fn at(day: &str, time: &str) -> When {
    When::new(
        "2026-11-24T16:40:00Z",
        day,
        format!("{day}, {time}"),
        "Tuesday, November 24, 2026, Central Time",
    )
}

fn claim(mine: bool) -> ClaimLine {
    ClaimLine {
        mine,
        name: "Ada Moss".into(),
        since: "10:40 am".into(),
        at: at("Nov 24", "10:40 am"),
    }
}

impl DeskPage {
    /// A morning at the desk.
    pub fn sample() -> Self {
        let queue = |slug: &str, name: &str, count, here, tone| QueueLine {
            slug: slug.into(),
            name: name.into(),
            count,
            here,
            tone,
        };
        let item = |id: &str, why: &str, age: &str, late, claim: Option<ClaimLine>| DeskItem {
            port: PortRef {
                id: id.into(),
                ..port_ref(Badge::new(Tone::Go, "In review"))
            },
            href: format!("/desk/ports/{id}?queue=documents"),
            why: why.into(),
            since: at("Nov 24", "9:05 am"),
            age: age.into(),
            late,
            due: late.then(|| DueLine {
                what: "Submit by".into(),
                at: at("Dec 2", "12:00 am"),
                day: true,
            }),
            claim,
            todo: Link::new(format!("/desk/ports/{id}?queue=documents"), "Check"),
            todo_text: "Compare it with what was typed.".into(),
            open: true,
        };
        Self {
            shell: Shell::sample_desk("Check documents"),
            queues: vec![
                queue("all", "Everything", 7, false, Tone::Info),
                queue("documents", "Check documents", 3, true, Tone::Act),
                queue("submit", "Submit", 1, false, Tone::Go),
                queue("rejected", "Rejected", 2, false, Tone::Act),
                queue("dates", "Date set today", 0, false, Tone::Done),
                queue("windows", "Windows open now", 0, false, Tone::Go),
                queue("silent", "Silent too long", 1, false, Tone::Wait),
                queue("words", "Unknown carrier words", 0, false, Tone::Info),
                queue("customers", "Customers ask", 0, false, Tone::Wait),
                queue("tests", "Tests and texts", 0, false, Tone::Stop),
                queue("mine", "Mine", 1, false, Tone::Draft),
            ],
            slug: "documents".into(),
            name: "Check documents".into(),
            purpose: "The letter is signed and a proof of ownership has come: compare, then accept it or say what is wrong.".into(),
            search: String::new(),
            tick_all: "/desk/documents?tick=all".into(),
            ticked: false,
            actions: Choice::list(
                &[("claim", "Claim them"), ("accept_proofs", "Accept their proofs")],
                "",
            ),
            items: vec![
                item("port_01jd6m3v8xk2", "A latest billing statement came: bill-october.pdf.", "2 business days", true, None),
                item("port_01jd6m3v8xk3", "Another latest billing statement came after one was refused: bill.pdf.", "1 business day", false, Some(claim(false))),
                item("port_01jd6m3v8xk4", "A screenshot of the provider's portal came: portal.png.", "", false, Some(claim(true))),
            ],
            pager: Pager { text: "3 ports".into(), previous: None, next: None, plain: false },
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
    /// Nothing found.
    pub fn sample_search() -> Self {
        Self {
            items: vec![],
            name: "Found: harbor".into(),
            search: "harbor".into(),
            live_seconds: 0,
            ..Self::sample()
        }
    }
}

impl TakePage {
    /// Somebody else has it.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_desk("Take it over?"),
            port: port_ref(Badge::new(Tone::Go, "In review")),
            claim: claim(false),
            over: "user_01jd6m3v8xk2".into(),
            to: None,
            back: "/desk/documents".into(),
        }
    }
}

impl BulkPage {
    /// A look at what submitting three ports would do.
    pub fn sample() -> Self {
        let row =
            |title: &str, outcome: Badge, to: Option<Badge>, says: &[&str], mails: &[&str]| {
                BulkRow {
                    href: "/desk/ports/port_01jd6m3v8xk2".into(),
                    title: title.into(),
                    account: "Harbor Dental Group".into(),
                    from: Some(Badge::new(Tone::Go, "In review")),
                    to,
                    outcome,
                    says: says.iter().map(|text| (*text).to_owned()).collect(),
                    mails: mails.iter().map(|text| (*text).to_owned()).collect(),
                }
            };
        Self {
            shell: Shell::sample_desk("Submit to the carrier"),
            heading: "Submit to the carrier".into(),
            action: "submit".into(),
            queue: "submit".into(),
            queue_name: "Submit".into(),
            step: BulkStep::Look,
            summary: "2 ports would change. 1 port would stay as it is. 2 mails go out. Nothing has been done yet.".into(),
            changed: false,
            looked: "action=submit&carrier=telnyx&date=wish".into(),
            ports: vec!["port_01jd6m3v8xk2".into(), "port_01jd6m3v8xk3".into(), "port_01jd6m3v8xk4".into()],
            seen: vec!["port_01jd6m3v8xk2@7".into(), "port_01jd6m3v8xk3@9".into()],
            changes: 2,
            rows: vec![
                row(
                    "+1 312 555 0142 and 2 more",
                    Badge::new(Tone::Go, "Would be done"),
                    Some(Badge::new(Tone::Go, "Submitted")),
                    &["The desk checked everything and submits the request to the gaining carrier (GCP).", "The orders are made at the gaining carrier."],
                    &["dana@harbordental.example: Your port from Northline Telecom was submitted"],
                ),
                row(
                    "+1 312 555 0160",
                    Badge::new(Tone::Go, "Would be done"),
                    Some(Badge::new(Tone::Go, "Submitted")),
                    &["The orders are made at the gaining carrier."],
                    &["lee@lake.example: Your port from Prairie Bell was submitted"],
                ),
                row(
                    "+1 312 555 0170",
                    Badge::new(Tone::Stop, "Refused"),
                    None,
                    &["+13125550170 is already set up as a receiving number in this account. Remove it as a receiving number; the port then continues by itself."],
                    &[],
                ),
            ],
            carriers: Choice::list(&[("telnyx", "Telnyx")], "telnyx"),
            dates: Choice::list(&[("wish", "Each customer's preferred date"), ("earliest", "The earliest possible for each")], "wish"),
            text: Field::default(),
            sees: vec![],
            agents: vec![],
            to_error: String::new(),
            over: false,
        }
    }
    /// What came of it.
    pub fn sample_done() -> Self {
        let mut page = Self::sample();
        page.step = BulkStep::Done;
        page.summary = "Done for 2 ports. 1 port stayed as it was. 2 mails go out.".into();
        for row in page.rows.iter_mut().take(2) {
            row.outcome = Badge::new(Tone::Done, "Done");
        }
        page
    }
    /// A note has to be written first.
    pub fn sample_ask() -> Self {
        Self {
            heading: "Write a note".into(),
            action: "note".into(),
            step: BulkStep::Ask,
            summary: String::new(),
            rows: vec![],
            seen: vec![],
            changes: 0,
            sees: Choice::list(
                &[
                    ("all", "The customers; each gets it by mail"),
                    ("desk", "Only the desk"),
                ],
                "all",
            ),
            text: Field::wrong("", "Write something.").focused(),
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
            work: Some(WorkLine {
                slug: "documents".into(),
                name: "Check documents".into(),
                left: 3,
                next: Some("/desk/ports/port_01jd6m3v8xk3?queue=documents".into()),
            }),
            queue: "documents".into(),
            claim: Some(claim(true)),
            open: true,
            agents: Choice::list(&[("user_1", "Ada Moss (you)"), ("user_2", "Bo Lind")], ""),
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
                    href: format!("/desk/ports/port_01jd6m3v8xk2?queue=documents&doc=doc_{i}"),
                    here: i == 0,
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
            ask: Act::Open,
            hopeless: vec![],
            give_up_reason: Field::default(),
            ask_snapback: Act::Hidden,
            end_snapback: Act::Hidden,
            snapback_reason: Field::default(),
            snapback_until: Field::default(),
            question: Field::default(),
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
