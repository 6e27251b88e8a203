//! One port, its notes and its repair.

use super::*;
use crate::domain::port::OldService;

impl PortPage {
    /// A scheduled port, seen by its submitter.
    pub fn sample() -> Self {
        let number = |id: &str,
                      number: &str,
                      kind: &str,
                      receiving: &str,
                      source: &str,
                      text: Badge,
                      remark: &str| NumberRow {
            id: id.into(),
            number: number.into(),
            kind: kind.into(),
            receiving: receiving.into(),
            source: source.into(),
            voice: Badge::new(Tone::Go, "Scheduled"),
            text,
            remark: remark.into(),
            editable: true,
        };
        Self {
            shell: Shell::sample("+1 312 555 0142 and 2 more"),
            port: port_ref(Badge::new(Tone::Go, "Scheduled")),
            gaining: GAINING.into(),
            head: Head {
                now: "Your 3 numbers move on Tuesday, December 8, between 10:00 am and 11:30 am Central Time.".into(),
                next: "On December 7 we check once more that everything is ready and write to you.".into(),
                by_when: Some(When::new("2026-12-08T11:30:00-06:00", "Dec 8", "Dec 8, 11:30 am", "December 8, 2026, 11:30 am Central Time (17:30 UTC)")),
                ball: Ball { who: "Nobody. It runs by itself".into(), mine: false, age: String::new(), late: false },
                todo: None,
                old_service: OldService::Keep,
            },
            stages: stages(),
            blockers: vec![],
            numbers: vec![
                number("num_01", "+1 312 555 0142", "Local, Illinois", "+1 312 555 0110", "Main Office Line", Badge::new(Tone::Wait, "After the port"), ""),
                number("num_02", "+1 312 555 0143", "Local, Illinois", "+1 312 555 0110", "Google Ads", Badge::new(Tone::Wait, "After the port"), ""),
                number("num_03", "+1 312 555 0150", "Local, Illinois", "", "", Badge::new(Tone::Draft, "Not wanted"), "Calls to this number have nowhere to go yet. Set a receiving number before December 8."),
            ],
            numbers_more: 0,
            window: Some(Window { day: "Tuesday, December 8, 2026".into(), time: "10:00 am to 11:30 am Central Time".into(), utc: "16:00 to 17:30 UTC".into(), jeopardy: String::new() }),
            estimate: None,
            texts: "Texts usually work 1 to 2 business days after the port date (December 9 or 10), at the latest by Friday, December 11.".into(),
            details: vec![
                Fact::new("Business name", "Harbor Dental Group, LLC"),
                Fact::new("Authorized person", "Ana Ruiz"),
                Fact::new("Billing address", "118 W Wacker Dr, Suite 400, Chicago, IL 60601"),
                Fact::new("Service address", "The same"),
                Fact::new("Account number", "ends in 4471"),
                Fact::new("PIN", "on file"),
                Fact::new("BTN", "+1 312 555 0142"),
                Fact::new("Losing provider", CARRIER),
                Fact::new("Gaining carrier", GAINING),
                Fact::new("Port id", "port_01jd6m3v8xk2"),
            ],
            orders: vec![],
            documents: documents(),
            timeline: events(),
            notes: notes().into_iter().filter(|note| note.kind != NoteKind::Staff).collect(),
            notes_count: 9,
            unread: 2,
            actions: Actions { send: Act::Closed("The proof is accepted.".into()), ..actions() },
            desk: false,
            live_seconds: 5,
        }
    }
    /// A blocked and rejected port, seen by the desk.
    pub fn sample_stuck() -> Self {
        let mut page = Self::sample();
        page.shell = Shell::sample_desk("+1 312 555 0142 and 2 more");
        page.port = port_ref(Badge::new(Tone::Act, "Action required"));
        page.head = Head {
            now: "Northline Telecom says that the account number of 2 numbers does not match.".into(),
            next: "As soon as the account number is corrected, the order is sent again. Nobody has to sign again.".into(),
            by_when: Some(When::new("2026-12-01T17:00:00-06:00", "Dec 1", "Dec 1, 5:00 pm", "")),
            ball: Ball { who: "Dana Whitfield".into(), mine: false, age: "3 business days".into(), late: true },
            todo: Some(Link::new("/numbers/ports/port_01jd6m3v8xk2/fix", "Correct the account number")),
            old_service: OldService::Keep,
        };
        page.stages = stages();
        page.stages[2] = Stage {
            name: "Coordination".into(),
            state: StageState::Stuck,
            note: "Rejected Nov 24".into(),
        };
        page.stages[3] = Stage {
            name: "Port date".into(),
            state: StageState::Ahead,
            note: "Not set".into(),
        };
        page.blockers = vec![receiving_blocker()];
        page.numbers[0].voice = Badge::new(Tone::Act, "Rejected");
        page.numbers[1].voice = Badge::new(Tone::Act, "Rejected");
        page.numbers[2].voice = Badge::new(Tone::Go, "Submitted");
        page.window = None;
        page.estimate = Some(estimate());
        page.orders = orders();
        page.notes = notes();
        page.desk = true;
        page
    }
    /// A completed port.
    pub fn sample_completed() -> Self {
        let mut page = Self::sample();
        page.port = port_ref(Badge::new(Tone::Done, "Completed"));
        page.head = Head {
            now: "All 3 numbers have moved and calls were tested.".into(),
            next: "Nothing. Texts on 2 numbers were switched on on December 9.".into(),
            by_when: None,
            ball: Ball {
                who: "Nobody".into(),
                mine: false,
                age: String::new(),
                late: false,
            },
            todo: None,
            old_service: OldService::MayGo,
        };
        for stage in &mut page.stages {
            stage.state = StageState::Done;
        }
        for number in &mut page.numbers {
            number.voice = Badge::new(Tone::Done, "Ported");
            number.remark.clear();
            number.editable = false;
        }
        page.numbers[0].text = Badge::new(Tone::Done, "On");
        page.numbers[1].text = Badge::new(Tone::Done, "On");
        page.window = None;
        page.texts.clear();
        page
    }
}

impl NotesPage {
    /// Notes with every kind of entry, seen by the desk, after a week of silence.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_desk("Notes"),
            port: port_ref(Badge::new(Tone::Go, "With the carrier")),
            notes: {
                let mut notes = notes();
                notes[2].first_new = true;
                notes
            },
            tabs: vec![
                Tab {
                    text: "Everything".into(),
                    count: 4,
                    href: "/numbers/ports/port_01jd6m3v8xk2/notes".into(),
                    here: true,
                },
                Tab {
                    text: "Only words".into(),
                    count: 3,
                    href: "/numbers/ports/port_01jd6m3v8xk2/notes?show=words".into(),
                    here: false,
                },
            ],
            new: 2,
            text: Field::default(),
            file: Field::default(),
            file_limit: 10,
            desk: true,
            staff_only: false,
            ask: Act::Open,
            silence: "No news for 7 business days.".into(),
            mailed_to: "Dana Whitfield gets each entry by email.".into(),
            can_reply: true,
            live: "/numbers/ports/port_01jd6m3v8xk2/notes?since=12".into(),
            live_seconds: 15,
        }
    }
    /// No notes, an empty one sent.
    pub fn sample_empty() -> Self {
        Self {
            shell: Shell::sample("Notes"),
            notes: vec![],
            tabs: vec![],
            new: 0,
            can_reply: false,
            text: Field::wrong("", "Write something first.").focused(),
            file: Field::wrong(
                "",
                "scan.gif: This is a GIF picture. Attach a PDF, a plain text, or a picture as JPEG, PNG or HEIC.",
            ),
            desk: false,
            ask: Act::Closed("You asked on November 24. We answer within one business day.".into()),
            silence: String::new(),
            mailed_to: "You get each entry by email, except your own.".into(),
            ..Self::sample()
        }
    }
}

impl FixPage {
    /// A wrong account number.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("The account number does not match"),
            port: port_ref(Badge::new(Tone::Act, "Action required")),
            asker: CARRIER.into(),
            asked: at(24, "09:12"),
            question: "The account number does not match".into(),
            advice: "Look at the latest bill for \"Account number\" or \"Customer number\". It is often not the telephone number. Type it exactly, with leading zeros.".into(),
            raw: "ACCOUNT_NUMBER_MISMATCH: The account number provided does not match the one on file.".into(),
            numbers: vec!["+1 312 555 0142".into(), "+1 312 555 0143".into()],
            errors: vec![],
            questions: vec![FixQuestion {
                ask: String::new(),
                help: String::new(),
                fields: vec![FixField {
                    name: "account_number".into(),
                    label: "Service Account Number".into(),
                    hint: "Exactly as on the bill of Northline Telecom.".into(),
                    sent: "ends in 4471".into(),
                    field: Field::wrong("", "Type the account number.").focused(),
                    long: false,
                    input: "text".into(),
                    optional: false,
                }],
                links: vec![],
            }],
            mended: String::new(),
            resign: false,
            sent_when_signed: true,
            after: "We send the order again today. Northline Telecom usually answers within 3 business days.".into(),
            version: 7,
        }
    }
}

impl TestPage {
    /// Port day: one number tested, one to go.
    pub fn sample() -> Self {
        let row = |id: &str, number: &str, value: &str, voice, remark: &str, texts| TestRow {
            id: id.into(),
            number: number.into(),
            value: value.into(),
            expected: "+1 312 555 0110".into(),
            remark: Field::default(),
            voice,
            voice_remark: remark.into(),
            caller_id: Badge::new(Tone::Draft, "Not tested"),
            caller_id_remark: String::new(),
            texts,
        };
        Self {
            shell: Shell::sample("Test calls"),
            port: port_ref(Badge::new(Tone::Go, "Testing")),
            left: 1,
            total: 2,
            rows: vec![
                row(
                    "num_01",
                    "+1 312 555 0142",
                    "+13125550142",
                    Badge::new(Tone::Stop, "Failed (Dana Whitfield)"),
                    "Rang at the old office.",
                    None,
                ),
                row(
                    "num_02",
                    "+1 312 555 0143",
                    "+13125550143",
                    Badge::new(Tone::Done, "Passed (Dana Whitfield)"),
                    "",
                    Some(Badge::new(Tone::Draft, "Not tested")),
                ),
            ],
        }
    }
}
