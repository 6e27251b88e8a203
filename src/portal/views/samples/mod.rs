//! Made-up data for every page: real area codes, the exchange 555, lines 0100 to 0199; no real company.

mod desk;
mod form;
mod hosted;
mod letter;
mod port;
mod ports;
mod rest;
mod settings;

use super::common::*;
use super::desk::*;
use super::port::*;
use super::ports::{Actions, PortRow, Tab};

const CARRIER: &str = "Northline Telecom";
const GAINING: &str = "Meridian Carrier Services";
const ACCOUNT: &str = "Harbor Dental Group";

fn at(day: u8, time: &str) -> When {
    let hour: u8 = time
        .split(':')
        .next()
        .and_then(|h| h.parse().ok())
        .unwrap_or(0);
    let clock = format!(
        "{}:{} {}",
        if hour > 12 { hour - 12 } else { hour },
        time.split(':').nth(1).unwrap_or("00"),
        if hour >= 12 { "pm" } else { "am" }
    );
    When::new(
        format!("2026-11-{day:02}T{time}:00-06:00"),
        format!("Nov {day}"),
        format!("Nov {day}, {clock}"),
        format!(
            "November {day}, 2026, {clock} Central Time ({:02}:{} UTC)",
            (hour + 6) % 24,
            time.split(':').nth(1).unwrap_or("00")
        ),
    )
}

fn support() -> Support {
    Support {
        name: "Harbor Voice support".into(),
        email: "support@harborvoice.example".into(),
        phone: "+1 888 555 0116".into(),
        phone_e164: "+18885550116".into(),
        hours: "Monday to Friday, 7 am to 5 pm Central Time".into(),
        open: true,
        now: "Open now, until 5 pm Central Time".into(),
        look: Look {
            legal: vec![Link::new("https://portolan.example/terms", "Terms")],
            ..Look::default()
        },
    }
}

fn port_ref(status: Badge) -> PortRef {
    PortRef {
        id: "port_01jd6m3v8xk2".into(),
        title: "+1 312 555 0142 and 2 more".into(),
        carrier: CARRIER.into(),
        account: ACCOUNT.into(),
        status,
    }
}

fn estimate() -> Estimate {
    Estimate {
        from: "Tuesday, December 1".into(),
        to: "Tuesday, December 15".into(),
        at_most: "Tuesday, December 22".into(),
    }
}

fn receiving_blocker() -> Blocker {
    Blocker {
        text: "+1 312 555 0150 is set up as a receiving number in this account.".into(),
        way_out: "Remove it as a receiving number; the port then continues by itself.".into(),
        links: vec![
            Link::new("/receiving/rcv_01", "Open the receiving number"),
            Link::new("/tracking?receiving=rcv_01", "2 tracking numbers use it"),
        ],
    }
}

fn actions() -> Actions {
    Actions {
        send: Act::Open,
        edit: Act::Open,
        resend: Act::Closed("The letter is signed.".into()),
        cancel: Act::Open,
        ask: Act::Open,
    }
}

fn events() -> Vec<Event> {
    let event = |day, time, tone, text: &str, detail: &str, by: &str| Event {
        at: at(day, time),
        tone,
        text: text.into(),
        detail: detail.into(),
        by: by.into(),
    };
    vec![
        event(
            24,
            "09:12",
            Tone::Done,
            "Port date confirmed: Tuesday, December 8, 10:00 am to 11:30 am Central Time",
            "Northline Telecom confirmed all 3 numbers.",
            GAINING,
        ),
        event(
            23,
            "15:40",
            Tone::Go,
            "Submitted to the carrier",
            "Order 8842-1107",
            "Sam Okafor, desk",
        ),
        event(
            23,
            "11:02",
            Tone::Done,
            "Proof of ownership accepted",
            "",
            "Sam Okafor, desk",
        ),
        event(
            20,
            "16:31",
            Tone::Info,
            "Proof of ownership received",
            "bill-november.pdf, 3 pages",
            "Ana Ruiz",
        ),
        event(
            20,
            "16:20",
            Tone::Done,
            "Letter of Authorization signed",
            "",
            "Ana Ruiz",
        ),
        event(
            20,
            "10:05",
            Tone::Wait,
            "Letter of Authorization sent to Ana Ruiz",
            "",
            "Dana Whitfield",
        ),
        event(
            20,
            "10:01",
            Tone::Draft,
            "Request filed with 3 numbers",
            "",
            "Dana Whitfield",
        ),
    ]
}

fn notes() -> Vec<Note> {
    let note =
        |id: &str, day, time, kind, by: &str, role: &str, text: &str, files: Vec<Link>| Note {
            id: id.into(),
            at: at(day, time),
            kind,
            by: by.into(),
            role: role.into(),
            text: text.into(),
            files,
            first_new: false,
        };
    vec![
        note(
            "note_01",
            20,
            "16:31",
            NoteKind::Event,
            "Portolan",
            "",
            "Phone bill uploaded: bill-november.pdf, 412 kB, by Ana Ruiz.",
            vec![Link::new("/documents/doc_01", "bill-november.pdf")],
        ),
        note(
            "note_02",
            20,
            "16:44",
            NoteKind::Comment,
            "Dana Whitfield",
            "Customer",
            "The bill has all three numbers on page 2. Our fax line (0150) should move with the others.\n\nThank you!",
            vec![],
        ),
        note(
            "note_03",
            23,
            "11:05",
            NoteKind::Staff,
            "Sam Okafor",
            "Desk",
            "Suite is missing on the bill's service address. Submitted as on the bill.",
            vec![],
        ),
        note(
            "note_04",
            23,
            "15:41",
            NoteKind::Comment,
            "Sam Okafor",
            "Desk",
            "Everything matches. I submitted it just now. Northline usually answers within three business days.",
            vec![],
        ),
    ]
}

fn documents() -> Vec<Document> {
    vec![
        Document {
            href: "/documents/doc_02".into(),
            name: "letter-signed.pdf".into(),
            kind: "Letter of Authorization, signed".into(),
            size: "88 kB, 2 pages".into(),
            at: at(20, "16:20"),
            by: "Ana Ruiz".into(),
            status: Badge::new(Tone::Done, "Sealed"),
        },
        Document {
            href: "/documents/doc_01".into(),
            name: "bill-november.pdf".into(),
            kind: "Billing statement".into(),
            size: "412 kB, 3 pages".into(),
            at: at(20, "16:31"),
            by: "Ana Ruiz".into(),
            status: Badge::new(Tone::Done, "Accepted"),
        },
    ]
}

fn stages() -> Vec<Stage> {
    let stage = |name: &str, state, note: &str| Stage {
        name: name.into(),
        state,
        note: note.into(),
    };
    vec![
        stage("Documents", StageState::Done, "Nov 20"),
        stage("Submission", StageState::Done, "Nov 23"),
        stage("Coordination", StageState::Done, "Nov 24"),
        stage("Port date", StageState::Now, "Dec 8, 10:00 am"),
        stage(
            "Completion",
            StageState::Ahead,
            "Calls at once, texts 1 to 2 days",
        ),
    ]
}

fn rows() -> Vec<PortRow> {
    let row = |id: &str,
               number: &str,
               more,
               carrier: &str,
               status,
               letter,
               proof,
               ball: Option<(&str, bool, &str, bool)>| PortRow {
        id: id.into(),
        account: ACCOUNT.into(),
        errors: vec![],
        number: number.into(),
        more,
        carrier: carrier.into(),
        by: "Dana Whitfield".into(),
        submitted: Some(at(20, "10:01")),
        status,
        ball: ball.map(|(who, mine, age, late)| Ball {
            who: who.into(),
            mine,
            age: age.into(),
            late,
        }),
        letter,
        proof,
        port_date: None,
        moved: None,
        over: false,
        age: "12 days".into(),
        updated: at(24, "09:12"),
        actions: actions(),
        unread: 0,
    };
    let ok = |text: &str| Badge::new(Tone::Done, text);
    let mut scheduled = row(
        "port_01jd6m3v8xk2",
        "+1 312 555 0142",
        2,
        CARRIER,
        Badge::new(Tone::Go, "Scheduled"),
        ok("Signed"),
        ok("Accepted"),
        None,
    );
    scheduled.port_date = Some(When::new(
        "2026-12-08T10:00:00-06:00",
        "Dec 8",
        "Dec 8, 10:00 am",
        "December 8, 2026, 10:00 am Central Time (16:00 UTC)",
    ));
    scheduled.actions.send = Act::Closed("The proof is accepted.".into());
    scheduled.unread = 2;
    let mut blocked = row(
        "port_01jd6m3v8xk3",
        "+1 312 555 0150",
        0,
        "Prairie Bell Cooperative",
        Badge::new(Tone::Act, "Blocked"),
        ok("Signed"),
        Badge::new(Tone::Act, "Needed"),
        Some(("you", true, "2 business days", false)),
    );
    blocked.errors = vec![receiving_blocker()];
    let mut rejected = row(
        "port_01jd6m3v8xk4",
        "+1 773 555 0119",
        11,
        "MetroFiber Business",
        Badge::new(Tone::Act, "Action required"),
        ok("Signed"),
        ok("Accepted"),
        Some(("you", true, "1 business day", false)),
    );
    rejected.updated = at(23, "17:20");
    let mut unsigned = row(
        "port_01jd6m3v8xk5",
        "+1 630 555 0107",
        0,
        "TalkJet Mobile",
        Badge::new(Tone::Wait, "Waiting for signature"),
        Badge::new(Tone::Wait, "Sent"),
        Badge::new(Tone::Draft, "Locked"),
        Some(("the owner", false, "6 business days", true)),
    );
    unsigned.actions.send = Act::Closed("Available after the LOA is signed.".into());
    unsigned.actions.resend = Act::Open;
    let mut silent = row(
        "port_01jd6m3v8xk6",
        "+1 847 555 0188",
        39,
        "Kestrel Ridge Telephone",
        Badge::new(Tone::Go, "With the carrier"),
        ok("Signed"),
        ok("Accepted"),
        Some(("Kestrel Ridge Telephone", false, "8 business days", true)),
    );
    silent.updated = at(12, "13:02");
    silent.actions.edit =
        Act::Closed("It is with the carrier. Write a note if something has to change.".into());
    let mut draft = row(
        "port_01jd6m3v8xk7",
        "+1 224 555 0131",
        4,
        "Bluewater Voice & Data",
        Badge::new(Tone::Draft, "Draft"),
        Badge::new(Tone::Draft, "Not sent"),
        Badge::new(Tone::Draft, "Locked"),
        Some(("you", true, "today", false)),
    );
    draft.submitted = None;
    draft.actions.send = Act::Closed("Available after the LOA is signed.".into());
    draft.actions.resend = Act::Hidden;
    let mut complete = row(
        "port_01jd6m3v8xk8",
        "+1 312 555 0101",
        0,
        "CloudVox",
        Badge::new(Tone::Done, "Completed"),
        ok("Signed"),
        ok("Accepted"),
        None,
    );
    complete.moved = Some(at(17, "10:00"));
    complete.over = true;
    complete.actions = Actions {
        send: Act::Hidden,
        edit: Act::Hidden,
        resend: Act::Hidden,
        cancel: Act::Closed("The numbers have moved.".into()),
        ask: Act::Hidden,
    };
    let mut off = row(
        "port_01jd6m3v8xk9",
        "+1 872 555 0164",
        1,
        CARRIER,
        Badge::new(Tone::Stop, "Cancelled"),
        Badge::new(Tone::Stop, "Declined"),
        Badge::new(Tone::Draft, "Locked"),
        None,
    );
    off.actions = complete.actions.clone();
    vec![
        blocked, rejected, unsigned, silent, scheduled, draft, complete, off,
    ]
}

fn tabs() -> Vec<Tab> {
    let tab = |text: &str, count, here| Tab {
        text: text.into(),
        count,
        href: "/numbers/ports".into(),
        here,
    };
    vec![
        tab("All", 8, true),
        tab("Needs you", 3, false),
        tab("Under way", 3, false),
        tab("Completed", 1, false),
        tab("Cancelled", 1, false),
    ]
}

fn pager() -> Pager {
    Pager {
        text: "1 to 8 of 132".into(),
        previous: None,
        next: Some("/numbers/ports?after=eyJ0Ijo".into()),
        plain: true,
    }
}

fn orders() -> Vec<OrderRow> {
    vec![OrderRow {
        carrier: "Telnyx".into(),
        external_id: "f1486bae-f067-460c-ad43-73a92848f902".into(),
        status: Badge::new(Tone::Go, "Date confirmed"),
        raw_status: "foc-date-confirmed".into(),
        numbers: 3,
        asked: "Dec 8, 2026".into(),
        confirmed: "Dec 8, 2026, 10:00 am".into(),
        read: at(24, "09:12"),
    }]
}

impl Shell {
    /// A customer is signed in.
    pub fn sample(title: &str) -> Self {
        Self {
            product: "Portolan".into(),
            title: title.into(),
            room: Room::Ports,
            person: Some(Person {
                name: "Dana Whitfield".into(),
                email: "dana@harbordental.example".into(),
                account: ACCOUNT.into(),
                role: "Porting user".into(),
                desk: false,
                admin: true,
                agency: false,
                read_only: false,
            }),
            csrf: "sample".into(),
            theme: Theme::System,
            flash: vec![],
            support: support(),
            desk_waiting: 0,
            hosted_waiting: 0,
            mailbox: true,
            unplaced: None,
            tickets: None,
            fast_clock: None,
            here: "/numbers/ports".into(),
        }
    }
    /// A desk agent is signed in, in the demo.
    pub fn sample_desk(title: &str) -> Self {
        let mut shell = Self::sample(title);
        shell.room = Room::Desk;
        shell.unplaced = Some(2);
        shell.tickets = Some(3);
        shell.person = Some(Person {
            name: "Sam Okafor".into(),
            email: "sam@portolan.example".into(),
            account: "Portolan desk".into(),
            role: "Desk agent".into(),
            desk: true,
            admin: false,
            agency: false,
            read_only: false,
        });
        shell.desk_waiting = 7;
        shell.hosted_waiting = 2;
        shell.fast_clock = Some("Demo: the desk's clock is at Tuesday, November 24, 2026, 9:12 am Central Time. A business day takes about two seconds.".into());
        shell
    }
    /// Nobody is signed in.
    pub fn sample_nobody(title: &str) -> Self {
        let mut shell = Self::sample(title);
        shell.person = None;
        shell.room = Room::Nowhere;
        shell
    }
}
