//! Made-up data for every page: real area codes, the exchange 555, lines 0100 to 0199; no real company.

use super::common::*;
use super::desk::*;
use super::form::*;
use super::letter::*;
use super::mailbox::*;
use super::misc::*;
use super::port::*;
use super::ports::*;
use super::settings::*;

const CARRIER: &str = "Northline Telecom";
const GAINING: &str = "Meridian Carrier Services";
const ACCOUNT: &str = "Harbor Dental Group";

fn at(day: u8, time: &str) -> When {
    let hour: u8 = time.split(':').next().and_then(|h| h.parse().ok()).unwrap_or(0);
    let clock = format!("{}:{} {}", if hour > 12 { hour - 12 } else { hour }, time.split(':').nth(1).unwrap_or("00"), if hour >= 12 { "pm" } else { "am" });
    When::new(format!("2026-11-{day:02}T{time}:00-06:00"), format!("Nov {day}"), format!("Nov {day}, {clock}"), format!("November {day}, 2026, {clock} Central Time ({:02}:{} UTC)", (hour + 6) % 24, time.split(':').nth(1).unwrap_or("00")))
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
    }
}
fn port_ref(status: Badge) -> PortRef {
    PortRef { id: "port_01jd6m3v8xk2".into(), title: "+1 312 555 0142 and 2 more".into(), carrier: CARRIER.into(), account: ACCOUNT.into(), status }
}
fn estimate() -> Estimate {
    Estimate { from: "Tuesday, December 1".into(), to: "Tuesday, December 15".into(), at_most: "Tuesday, December 22".into() }
}
fn receiving_blocker() -> Blocker {
    Blocker {
        text: "+1 312 555 0150 is set up as a receiving number in this account.".into(),
        way_out: "Remove it as a receiving number; the port then continues by itself.".into(),
        links: vec![Link::new("/receiving/rcv_01", "Open the receiving number"), Link::new("/tracking?receiving=rcv_01", "2 tracking numbers use it")],
    }
}
fn actions() -> Actions {
    Actions { send: Act::Open, edit: Act::Open, resend: Act::Closed("The letter is signed.".into()), cancel: Act::Open, ask: Act::Open }
}
fn events() -> Vec<Event> {
    let event = |day, time, tone, text: &str, detail: &str, by: &str| Event { at: at(day, time), tone, text: text.into(), detail: detail.into(), by: by.into() };
    vec![
        event(24, "09:12", Tone::Done, "Port date confirmed: Tuesday, December 8, 10:00 am to 11:30 am Central Time", "Northline Telecom confirmed all 3 numbers.", GAINING),
        event(23, "15:40", Tone::Go, "Submitted to the carrier", "Order 8842-1107", "Sam Okafor, desk"),
        event(23, "11:02", Tone::Done, "Proof of ownership accepted", "", "Sam Okafor, desk"),
        event(20, "16:31", Tone::Info, "Proof of ownership received", "bill-november.pdf, 3 pages", "Ana Ruiz"),
        event(20, "16:20", Tone::Done, "Letter of Authorization signed", "", "Ana Ruiz"),
        event(20, "10:05", Tone::Wait, "Letter of Authorization sent to Ana Ruiz", "", "Dana Whitfield"),
        event(20, "10:01", Tone::Draft, "Request filed with 3 numbers", "", "Dana Whitfield"),
    ]
}
fn notes() -> Vec<Note> {
    let note = |id: &str, day, time, kind, by: &str, role: &str, text: &str, files: Vec<Link>| Note { id: id.into(), at: at(day, time), kind, by: by.into(), role: role.into(), text: text.into(), files };
    vec![
        note("note_01", 20, "16:31", NoteKind::Event, "Portolan", "", "Phone bill uploaded: bill-november.pdf, 412 kB, by Ana Ruiz.", vec![Link::new("/documents/doc_01", "bill-november.pdf")]),
        note("note_02", 20, "16:44", NoteKind::Comment, "Dana Whitfield", "Customer", "The bill has all three numbers on page 2. Our fax line (0150) should move with the others.\n\nThank you!", vec![]),
        note("note_03", 23, "11:05", NoteKind::Staff, "Sam Okafor", "Desk", "Suite is missing on the bill's service address. Submitted as on the bill.", vec![]),
        note("note_04", 23, "15:41", NoteKind::Comment, "Sam Okafor", "Desk", "Everything matches. I submitted it just now. Northline usually answers within three business days.", vec![]),
    ]
}
fn documents() -> Vec<Document> {
    vec![
        Document { href: "/documents/doc_02".into(), name: "letter-signed.pdf".into(), kind: "Letter of Authorization, signed".into(), size: "88 kB, 2 pages".into(), at: at(20, "16:20"), by: "Ana Ruiz".into(), status: Badge::new(Tone::Done, "Sealed") },
        Document { href: "/documents/doc_01".into(), name: "bill-november.pdf".into(), kind: "Billing statement".into(), size: "412 kB, 3 pages".into(), at: at(20, "16:31"), by: "Ana Ruiz".into(), status: Badge::new(Tone::Done, "Accepted") },
    ]
}
fn stages() -> Vec<Stage> {
    let stage = |name: &str, state, note: &str| Stage { name: name.into(), state, note: note.into() };
    vec![
        stage("Documents", StageState::Done, "Nov 20"),
        stage("Submission", StageState::Done, "Nov 23"),
        stage("Coordination", StageState::Done, "Nov 24"),
        stage("Port date", StageState::Now, "Dec 8, 10:00 am"),
        stage("Completion", StageState::Ahead, "Calls at once, texts 1 to 2 days"),
    ]
}
fn rows() -> Vec<PortRow> {
    let row = |id: &str, number: &str, more, carrier: &str, status, letter, proof, ball: Option<(&str, bool, &str, bool)>| PortRow {
        id: id.into(),
        account: ACCOUNT.into(),
        errors: vec![],
        number: number.into(),
        more,
        carrier: carrier.into(),
        by: "Dana Whitfield".into(),
        submitted: Some(at(20, "10:01")),
        status,
        ball: ball.map(|(who, mine, age, late)| Ball { who: who.into(), mine, age: age.into(), late }),
        letter,
        proof,
        port_date: None,
        updated: at(24, "09:12"),
        actions: actions(),
        unread: 0,
    };
    let ok = |text: &str| Badge::new(Tone::Done, text);
    let mut scheduled = row("port_01jd6m3v8xk2", "+1 312 555 0142", 2, CARRIER, Badge::new(Tone::Go, "Scheduled"), ok("Signed"), ok("Accepted"), None);
    scheduled.port_date = Some(When::new("2026-12-08T10:00:00-06:00", "Dec 8", "Dec 8, 10:00 am", "December 8, 2026, 10:00 am Central Time (16:00 UTC)"));
    scheduled.actions.send = Act::Closed("The proof is accepted.".into());
    scheduled.unread = 2;
    let mut blocked = row("port_01jd6m3v8xk3", "+1 312 555 0150", 0, "Prairie Bell Cooperative", Badge::new(Tone::Act, "Blocked"), ok("Signed"), Badge::new(Tone::Act, "Needed"), Some(("you", true, "2 business days", false)));
    blocked.errors = vec![receiving_blocker()];
    let mut rejected = row("port_01jd6m3v8xk4", "+1 773 555 0119", 11, "MetroFiber Business", Badge::new(Tone::Act, "Action required"), ok("Signed"), ok("Accepted"), Some(("you", true, "1 business day", false)));
    rejected.updated = at(23, "17:20");
    let mut unsigned = row("port_01jd6m3v8xk5", "+1 630 555 0107", 0, "TalkJet Mobile", Badge::new(Tone::Wait, "Waiting for signature"), Badge::new(Tone::Wait, "Sent"), Badge::new(Tone::Draft, "Locked"), Some(("the owner", false, "6 business days", true)));
    unsigned.actions.send = Act::Closed("Available after the LOA is signed.".into());
    unsigned.actions.resend = Act::Open;
    let mut silent = row("port_01jd6m3v8xk6", "+1 847 555 0188", 39, "Kestrel Ridge Telephone", Badge::new(Tone::Go, "With the carrier"), ok("Signed"), ok("Accepted"), Some(("Kestrel Ridge Telephone", false, "8 business days", true)));
    silent.updated = at(12, "13:02");
    silent.actions.edit = Act::Closed("It is with the carrier. Write a note if something has to change.".into());
    let mut draft = row("port_01jd6m3v8xk7", "+1 224 555 0131", 4, "Bluewater Voice & Data", Badge::new(Tone::Draft, "Draft"), Badge::new(Tone::Draft, "Not sent"), Badge::new(Tone::Draft, "Locked"), Some(("you", true, "today", false)));
    draft.submitted = None;
    draft.actions.send = Act::Closed("Available after the LOA is signed.".into());
    draft.actions.resend = Act::Hidden;
    let mut complete = row("port_01jd6m3v8xk8", "+1 312 555 0101", 0, "CloudVox", Badge::new(Tone::Done, "Completed"), ok("Signed"), ok("Accepted"), None);
    complete.port_date = Some(at(17, "10:00"));
    complete.actions = Actions { send: Act::Hidden, edit: Act::Hidden, resend: Act::Hidden, cancel: Act::Closed("The numbers have moved.".into()), ask: Act::Hidden };
    let mut off = row("port_01jd6m3v8xk9", "+1 872 555 0164", 1, CARRIER, Badge::new(Tone::Stop, "Cancelled"), Badge::new(Tone::Stop, "Declined"), Badge::new(Tone::Draft, "Locked"), None);
    off.actions = complete.actions.clone();
    vec![blocked, rejected, unsigned, silent, scheduled, draft, complete, off]
}
fn tabs() -> Vec<Tab> {
    let tab = |text: &str, count, here| Tab { text: text.into(), count, href: "/ports".into(), here };
    vec![tab("All", 8, true), tab("Needs you", 3, false), tab("Under way", 3, false), tab("Completed", 1, false), tab("Cancelled", 1, false)]
}
fn pager() -> Pager {
    Pager { text: "1 to 8 of 132".into(), previous: None, next: Some("/ports?after=eyJ0Ijo".into()) }
}
fn orders() -> Vec<OrderRow> {
    vec![OrderRow { carrier: "Telnyx".into(), external_id: "f1486bae-f067-460c-ad43-73a92848f902".into(), status: Badge::new(Tone::Go, "Date confirmed"), raw_status: "foc-date-confirmed".into(), numbers: 3, asked: "Dec 8, 2026".into(), confirmed: "Dec 8, 2026, 10:00 am".into(), read: at(24, "09:12") }]
}

impl Shell {
    /// A customer is signed in.
    pub fn sample(title: &str) -> Self {
        Self {
            product: "Portolan".into(),
            title: title.into(),
            room: Room::Ports,
            person: Some(Person { name: "Dana Whitfield".into(), email: "dana@harbordental.example".into(), account: ACCOUNT.into(), role: "Porting user".into(), desk: false, admin: true }),
            csrf: "sample".into(),
            theme: Theme::System,
            flash: vec![],
            support: support(),
            desk_waiting: 0,
            mailbox: true,
            fast_clock: None,
            here: "/ports".into(),
        }
    }
    /// A desk agent is signed in, in the demo.
    pub fn sample_desk(title: &str) -> Self {
        let mut shell = Self::sample(title);
        shell.room = Room::Desk;
        shell.person = Some(Person { name: "Sam Okafor".into(), email: "sam@portolan.example".into(), account: "Portolan desk".into(), role: "Desk agent".into(), desk: true, admin: false });
        shell.desk_waiting = 7;
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
impl PortList {
    /// A list with one port of every kind.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Port Numbers"),
            many_accounts: true,
            tabs: tabs(),
            search: String::new(),
            statuses: Choice::list(&[("", "Every status"), ("scheduled", "Scheduled"), ("rejected", "Action required")], ""),
            sorts: Choice::list(&[("updated", "Last update"), ("date", "Port date"), ("age", "Longest waiting")], "updated"),
            filtered: false,
            rows: rows(),
            pager: pager(),
            live_seconds: 5,
        }
    }
    /// A search without a hit.
    pub fn sample_nothing() -> Self {
        Self { rows: vec![], search: "773 555 0199".into(), filtered: true, ..Self::sample() }
    }
}
impl PortPage {
    /// A scheduled port, seen by its submitter.
    pub fn sample() -> Self {
        let number = |id: &str, number: &str, kind: &str, receiving: &str, source: &str, text: Badge, remark: &str| NumberRow {
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
            todo: Some(Link::new("/ports/port_01jd6m3v8xk2/fix", "Correct the account number")),
            old_service: OldService::Keep,
        };
        page.stages = stages();
        page.stages[2] = Stage { name: "Coordination".into(), state: StageState::Stuck, note: "Rejected Nov 24".into() };
        page.stages[3] = Stage { name: "Port date".into(), state: StageState::Ahead, note: "Not set".into() };
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
            ball: Ball { who: "Nobody".into(), mine: false, age: String::new(), late: false },
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
            notes: notes(),
            text: Field::default(),
            desk: true,
            staff_only: false,
            ask: Act::Open,
            silence: "No news for 7 business days.".into(),
            mailed_to: "Dana Whitfield gets each entry by email.".into(),
        }
    }
    /// No notes, an empty one sent.
    pub fn sample_empty() -> Self {
        Self {
            shell: Shell::sample("Notes"),
            notes: vec![],
            text: Field::wrong("", "Write something first.").focused(),
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
            fields: vec![FixField { name: "account_number".into(), label: "Service Account Number".into(), hint: "Exactly as on the bill of Northline Telecom.".into(), sent: "ends in 4471".into(), field: Field::wrong("", "Type the account number.").focused() }],
            resign: false,
            after: "We send the order again today. Northline Telecom usually answers within 3 business days.".into(),
            version: 7,
        }
    }
}
impl CancelPage {
    /// It can still be called off.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Cancel this port?"),
            port: port_ref(Badge::new(Tone::Go, "Scheduled")),
            follows: vec!["Your 3 numbers stay with Northline Telecom and keep working there.".into(), "The carrier has to confirm it. Until then the port date of December 8 stands.".into(), "To port the numbers later, a new request and a new letter are needed.".into()],
            allowed: Act::Open,
            reason: Field::default(),
        }
    }
}
impl NumberPage {
    /// A receiving number with a mistake.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("+1 312 555 0150"),
            port: port_ref(Badge::new(Tone::Go, "Scheduled")),
            number_id: "num_03".into(),
            number: "+1 312 555 0150".into(),
            receiving: Field::wrong("312-555-0110", "Add the country code and leave out the dashes: +13125550110").focused(),
            source: Field::of("Main Office Line"),
            sources: vec!["Main Office Line".into(), "Google Ads".into()],
            version: 7,
        }
    }
}
impl NewPort {
    /// The form as it opens.
    pub fn sample() -> Self {
        Self {
            shell: Shell { here: "/ports/new".into(), ..Shell::sample("Port New Numbers") },
            draft_id: String::new(),
            version: 0,
            errors: vec![],
            accounts: Choice::list(&[("acc_01", ACCOUNT), ("acc_02", "Lakeshore Orthodontics")], "acc_01"),
            carrier: Field::default(),
            carriers: vec![CARRIER.into(), "Prairie Bell Cooperative".into(), "Twilio".into()],
            twilio_sid: Field::default(),
            ask_twilio: false,
            rows: vec![NumberInput::default(), NumberInput::default(), NumberInput::default()],
            rows_error: String::new(),
            sources: vec!["Main Office Line".into(), "Google Ads".into()],
            lines: Field::default(),
            line_errors: vec![],
            lines_receiving: Field::default(),
            lines_source: Field::default(),
            file: Field::default(),
            first_name: Field::default(),
            last_name: Field::default(),
            business: Field::default(),
            account_number: Field::default(),
            pin: Field::default(),
            pin_because: String::new(),
            btn: Field::default(),
            billing: AddressInput::default(),
            service_differs: false,
            service: AddressInput::default(),
            wish: Field::default(),
            wish_from: "2026-12-02".into(),
            statements: statements(&[]),
            statements_error: String::new(),
            signer_name: Field::default(),
            signer_email: Field::default(),
            estimate: estimate(),
        }
    }
    /// The form with all that can be wrong.
    pub fn sample_refused() -> Self {
        let mut page = Self::sample();
        page.draft_id = "port_01jd6m3v8xk7".into();
        page.version = 3;
        page.carrier = Field::of("Twilio");
        page.ask_twilio = true;
        page.twilio_sid = Field::wrong("AC123", "That does not look like a Twilio Account SID: AC followed by 32 letters a-f and digits.").focused();
        page.rows = vec![
            NumberInput { number: Field::of("+13125550142"), receiving: Field::of("+13125550110"), source: Field::of("Google Ads"), kind: "Local, Illinois".into() },
            NumberInput { number: Field::of("+16305550107"), receiving: Field::wrong("", "Type the number that calls should go to."), source: Field::default(), kind: "Mobile".into() },
            NumberInput { number: Field::wrong("+13125550142", "This number is in row 1 already."), receiving: Field::of("+13125550110"), source: Field::default(), kind: String::new() },
        ];
        page.lines = Field::of("+1-410-555-0101\n4105550102");
        page.line_errors = vec![
            BadLine { line: 3, column: String::new(), value: "+1-410-555-0101".into(), reason: "Remove the dashes: +14105550101".into() },
            BadLine { line: 5, column: String::new(), value: "4105550102".into(), reason: "Add the country code, for example +14105550102".into() },
        ];
        page.first_name = Field::of("Ana");
        page.last_name = Field::of("Ruiz");
        page.business = Field::of("O'Neil & Sons, LLC");
        page.account_number = Field::of("004471");
        page.pin_because = "Required because +1 630 555 0107 is a mobile number.".into();
        page.pin = Field::wrong("", "The PIN is required because +1 630 555 0107 is a mobile number.");
        page.billing = AddressInput {
            street: Field::of("PO Box 118"),
            city: Field::of("Chicago"),
            state: Field::of("IL"),
            zip: Field::wrong("6060", "A zip code has five digits, or nine as 60601-1234."),
            warning: "This looks like a PO box. That is fine for the bill, but the service address has to be a street address.".into(),
            ..AddressInput::default()
        };
        page.service_differs = true;
        page.statements = statements(&["agree_owner", "agree_match"]);
        page.statements_error = "Check all the boxes. 5 are still empty.".into();
        page.signer_name = Field::of("Ana Ruiz");
        page.signer_email = Field::wrong("ana.ruiz@", "Something is missing after the @.");
        page.errors = vec![
            Link::new("#twilio_sid", "Twilio Account SID: the form of it is not right."),
            Link::new("#receiving-2", "Row 2: the receiving number is missing."),
            Link::new("#number-3", "Row 3: the number is in row 1 already."),
            Link::new("#pin", "PIN: required because +1 630 555 0107 is a mobile number."),
            Link::new("#billing_zip", "Zip Code: a digit is missing."),
            Link::new("#signer_email", "Email Address: something is missing after the @."),
            Link::new("#s-agreement", "Agreement: 5 boxes are not checked."),
        ];
        page
    }
}
impl UploadReview {
    /// A list with good, bad and left-out rows.
    pub fn sample() -> Self {
        let meanings = |chosen: &str| {
            Choice::list(
                &[("number", "Tracking Number to Port"), ("receiving", "Receiving Number"), ("source", "Tracking Source"), ("account", "Account Name"), ("description", "Description"), ("pin", "PIN"), ("ignore", "Ignore this column")],
                chosen,
            )
        };
        let column = |name: &str, heading: &str, values: [&str; 3], chosen: &str| Column { name: name.into(), heading: heading.into(), values: values.map(String::from).to_vec(), meanings: meanings(chosen) };
        let bad = |line, column: &str, value: &str, reason: &str| BadLine { line, column: column.into(), value: value.into(), reason: reason.into() };
        Self {
            shell: Shell::sample("Review the list"),
            draft_id: "port_01jd6m3v8xk7".into(),
            upload_id: "upl_01".into(),
            file: "numbers-october.csv".into(),
            format: "CSV with semicolons, in Latin-1; 13 rows".into(),
            columns: vec![
                column("col_0", "Phone", ["+13125550142", "+13125550143", "312-555-0144"], "number"),
                column("col_1", "Forward to", ["+13125550110", "+13125550110", "+13125550110"], "receiving"),
                column("col_2", "Campaign", ["Main line", "Google Ads", "Google Ads"], "ignore"),
                column("col_3", "Column 4", ["front desk", "", "spare"], "description"),
            ],
            heading: true,
            mapping_error: String::new(),
            reminder: "No column is read as the Tracking Source. Without it calls to these numbers are not counted for a source. You can set it later.".into(),
            accepted: ["+1 312 555 0142", "+1 312 555 0143", "+1 312 555 0147"].iter().zip(2..).map(|(number, line)| GoodRow { line, number: (*number).into(), receiving: "+1 312 555 0110".into(), source: String::new(), kind: "Local, Illinois".into() }).collect(),
            accepted_count: 9,
            refused: vec![
                bad(4, "Phone", "312-555-0144", "Remove the dashes and add the country code: +13125550144"),
                bad(7, "Phone", "1.31256E+10", "The column was saved as a scientific number and lost digits. Format it as text and save the file again."),
                bad(9, "Forward to", "", "The receiving number is missing."),
            ],
            refused_count: 3,
            skipped: vec![bad(11, "", "+13125550142", "The same number and receiving number as in line 2."), bad(14, "", "", "The row is empty.")],
            skipped_count: 2,
            ready: true,
        }
    }
    /// A list whose columns are not clear.
    pub fn sample_unmapped() -> Self {
        Self { mapping_error: "Choose the column for Receiving Number.".into(), reminder: String::new(), accepted: vec![], accepted_count: 0, refused: vec![], refused_count: 0, skipped: vec![], skipped_count: 0, ready: false, ..Self::sample() }
    }
}
impl LetterPage {
    /// Sent and not yet signed.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Letter of Authorization"),
            port: port_ref(Badge::new(Tone::Wait, "Waiting for signature")),
            status: Badge::new(Tone::Wait, "Sent"),
            sentence: "Sent to Ana Ruiz on November 20. She has opened it, but not signed.".into(),
            pdf: "/ports/port_01jd6m3v8xk2/letter.pdf".into(),
            signer_name: Field::of("Ana Ruiz"),
            signer_email: Field::of("ana@harbordental.example"),
            send: Act::Hidden,
            resend: Act::Open,
            change: Act::Open,
            expires: "December 20, 2026".into(),
            events: events().into_iter().skip(5).collect(),
        }
    }
    /// Before it is sent, with a wrong address.
    pub fn sample_unsent() -> Self {
        Self {
            port: port_ref(Badge::new(Tone::Draft, "Draft")),
            status: Badge::new(Tone::Draft, "Not sent"),
            sentence: "Look through it once more, then send it to the owner for signing.".into(),
            signer_email: Field::wrong("ana.ruiz@", "Something is missing after the @.").focused(),
            send: Act::Open,
            resend: Act::Hidden,
            change: Act::Hidden,
            expires: String::new(),
            events: vec![],
            ..Self::sample()
        }
    }
}
impl ProofPage {
    /// Something was sent and refused.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Proof of ownership"),
            port: port_ref(Badge::new(Tone::Act, "Waiting for proof")),
            upload: Act::Open,
            kinds: proof_kinds("bill"),
            kind_error: String::new(),
            file: Field::default(),
            documents: documents().into_iter().skip(1).map(|mut d| { d.status = Badge::new(Tone::Stop, "Refused"); d }).collect(),
            refused: "The bill is of June. Please send the latest one.".into(),
            numbers: vec!["+1 312 555 0142".into(), "+1 312 555 0143".into(), "+1 312 555 0150".into()],
            just_sent: false,
        }
    }
    /// Locked until the letter is signed (R115).
    pub fn sample_locked() -> Self {
        Self { upload: Act::Closed("You can upload the phone bill after the LOA is signed.".into()), documents: vec![], refused: String::new(), port: port_ref(Badge::new(Tone::Wait, "Waiting for signature")), ..Self::sample() }
    }
    /// Just sent (R119).
    pub fn sample_sent() -> Self {
        Self { just_sent: true, refused: String::new(), ..Self::sample() }
    }
}
impl DeskPage {
    /// A morning at the desk.
    pub fn sample() -> Self {
        let queue = |slug: &str, name: &str, count, here, tone| Queue { slug: slug.into(), name: name.into(), count, here, tone };
        let item = |status: Badge, why: &str, age: &str, late, taken: &str, todo: &str| DeskItem { port: port_ref(status), why: why.into(), age: age.into(), late, taken_by: taken.into(), todo: Link::new("/desk/ports/port_01jd6m3v8xk2", todo) };
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
                item(Badge::new(Tone::Wait, "In review"), "The bill came. 1 field differs from what was typed.", "6 business hours", true, "", "Check"),
                item(Badge::new(Tone::Wait, "In review"), "A new bill came after the first was refused.", "2 business hours", false, "Sam Okafor", "Check"),
                item(Badge::new(Tone::Wait, "In review"), "The bill came. Everything matches.", "20 minutes", false, "", "Check"),
            ],
            pager: Pager { text: "1 to 3 of 3".into(), previous: None, next: None },
            live_seconds: 5,
        }
    }
    /// Nothing to do.
    pub fn sample_empty() -> Self {
        Self { items: vec![], ..Self::sample() }
    }
}
impl ReviewPage {
    /// A bill that differs in one field.
    pub fn sample() -> Self {
        let check = |label: &str, typed: &str, read: &str, tone, verdict: &str, risk: &str| Check { label: label.into(), typed: typed.into(), read: read.into(), verdict: Badge::new(tone, verdict), risk: risk.into() };
        let mut documents = documents();
        documents.reverse();
        documents[0].status = Badge::new(Tone::Act, "To be checked");
        Self {
            shell: Shell::sample_desk("Check +1 312 555 0142 and 2 more"),
            port: port_ref(Badge::new(Tone::Wait, "In review")),
            taken_by: String::new(),
            documents: documents.into_iter().enumerate().map(|(i, document)| ReviewDocument { id: format!("doc_{i}"), document, image: false, decide: if i == 0 { Act::Open } else { Act::Hidden } }).collect(),
            checks: vec![
                check("Carrier name", "Northline Telecom", "Northline Telecom", Tone::Done, "Same", ""),
                check("Business name", "Harbor Dental Group, LLC", "Harbor Dental Group LLC", Tone::Info, "Nearly", "A comma is missing on the bill."),
                check("Service address", "118 W Wacker Dr, Suite 400\nChicago, IL 60601", "118 West Wacker Drive\nChicago, IL 60601", Tone::Act, "Differs", "Would be rejected as a service address mismatch."),
                check("Account number", "ends in 4471", "ends in 4471", Tone::Done, "Same", ""),
                check("PIN", "on file", "", Tone::Draft, "Not on a bill", ""),
                check("Bill date", "", "November 2, 2026", Tone::Done, "22 days old", ""),
            ],
            numbers: ["+1 312 555 0142", "+1 312 555 0143", "+1 312 555 0150"].iter().map(|n| ReviewNumber { number: (*n).into(), kind: "Local, Illinois".into(), portable: Badge::new(Tone::Done, "Yes"), on_bill: if n.ends_with("50") { Badge::new(Tone::Act, "Not found") } else { Badge::new(Tone::Done, "Page 2") } }).collect(),
            blockers: vec![],
            submit: Act::Closed("Decide on the bill first.".into()),
            carriers: Choice::list(&[("telnyx", "Telnyx")], "telnyx"),
            wish: "2026-12-08".into(),
            earliest: "2026-12-02".into(),
            orders: vec![],
            unknown: vec![BadLine { line: 0, column: "Order status".into(), value: "awaiting-lrn-merge".into(), reason: "Telnyx sent this word on November 24. Nobody here knows it yet.".into() }],
            version: 5,
            refusal: Field::default(),
        }
    }
    /// Ready to be submitted.
    pub fn sample_ready() -> Self {
        let mut page = Self::sample();
        page.taken_by = "Sam Okafor".into();
        page.unknown.clear();
        page.submit = Act::Open;
        page.documents[0].decide = Act::Hidden;
        page.documents[0].document.status = Badge::new(Tone::Done, "Accepted");
        page
    }
}
impl MailList {
    /// A few mails.
    pub fn sample() -> Self {
        let mail = |id: &str, to: &str, subject: &str, begins: &str, time: &str, status| MailRow { id: id.into(), to: to.into(), subject: subject.into(), begins: begins.into(), at: at(24, time), status };
        Self {
            shell: Shell { room: Room::Mailbox, ..Shell::sample_desk("Mailbox") },
            search: String::new(),
            mails: vec![
                mail("mail_03", "dana@harbordental.example", "Port date confirmed: December 8, 10:00 am (+1 312 555 0142 and 2 more)", "Your 3 numbers move on Tuesday, December 8.", "09:12", Badge::new(Tone::Done, "Kept here")),
                mail("mail_02", "ana@harbordental.example", "Please sign: Letter of Authorization for 3 numbers", "Dana Whitfield of Harbor Dental asks you to sign.", "08:50", Badge::new(Tone::Done, "Sent")),
                mail("mail_01", "kim@lakeshore.example", "We have your port request", "Thank you. We have your request.", "08:31", Badge::new(Tone::Stop, "Failed, tries again")),
            ],
            pager: Pager { text: "1 to 3 of 3".into(), previous: None, next: None },
            live_seconds: 5,
        }
    }
}
impl MailPage {
    /// One mail.
    pub fn sample() -> Self {
        Self {
            shell: Shell { room: Room::Mailbox, ..Shell::sample_desk("Port date confirmed") },
            id: "mail_03".into(),
            subject: "Port date confirmed: December 8, 10:00 am (+1 312 555 0142 and 2 more)".into(),
            headers: vec![Fact::new("From", "Portolan <porting@portolan.example>"), Fact::new("To", "Dana Whitfield <dana@harbordental.example>"), Fact::new("Date", "Tue, 24 Nov 2026 09:12:04 -0600"), Fact::new("Message-ID", "<fact_01jd6.mail_03@portolan.example>")],
            status: Badge::new(Tone::Done, "Kept here: no mail server is set up"),
            text: "Your 3 numbers move on Tuesday, December 8.\n\nDo not cancel your service with Northline Telecom yet.".into(),
            files: vec![Link::new("/mailbox/mail_03/files/0", "letter-signed.pdf")],
            port: Some(Link::new("/ports/port_01jd6m3v8xk2", "Open the port")),
        }
    }
}
fn settings_shell(title: &str) -> Shell {
    Shell { room: Room::Settings, here: "/settings".into(), ..Shell::sample(title) }
}
impl AccountPage {
    /// One's own account.
    pub fn sample() -> Self {
        let session = |device: &str, day, here| SessionRow { id: "ses_01".into(), device: device.into(), seen: at(day, "09:12"), here };
        Self {
            shell: settings_shell("Settings"),
            name: Field::of("Dana Whitfield"),
            email: "dana@harbordental.example".into(),
            account: ACCOUNT.into(),
            zones: Choice::list(&[("America/Chicago", "Central Time (Chicago)"), ("America/New_York", "Eastern Time (New York)")], "America/Chicago"),
            old_password: Field::default(),
            new_password: Field::wrong("", "At least 12 characters."),
            sessions: vec![session("Firefox on Windows, 203.0.113.7", 24, true), session("Safari on iPhone, 198.51.100.23", 22, false)],
        }
    }
}
impl UsersPage {
    /// A few users.
    pub fn sample() -> Self {
        let user = |id: &str, name: &str, role: &str, status, seen, removable| UserRow { id: id.into(), name: name.into(), email: format!("{}@harbordental.example", id), role: role.into(), status, seen, removable };
        Self {
            shell: settings_shell("Users"),
            users: vec![
                user("dana", "Dana Whitfield", "Administrator", Badge::new(Tone::Done, "Active"), Some(at(24, "09:12")), false),
                user("lee", "Lee Carver", "Porting user", Badge::new(Tone::Done, "Active"), Some(at(23, "14:02")), true),
                user("pat", "Pat Quill", "Read-only", Badge::new(Tone::Wait, "Invited"), None, true),
            ],
            name: Field::default(),
            email: Field::default(),
            roles: Choice::list(&[("porting", "Porting user"), ("reader", "Read-only"), ("admin", "Administrator")], "porting"),
        }
    }
}
impl KeysPage {
    /// A key that was just made.
    pub fn sample() -> Self {
        Self {
            shell: settings_shell("API keys"),
            keys: vec![KeyRow { id: "key_01".into(), name: "Billing system".into(), begins: "ptl_7f3a...".into(), made: at(20, "10:00"), used: Some(at(24, "09:10")) }, KeyRow { id: "key_02".into(), name: "Spreadsheet".into(), begins: "ptl_91bc...".into(), made: at(24, "09:12"), used: None }],
            name: Field::default(),
            fresh: Some("ptl_91bc5550142555014355501445550145".into()),
        }
    }
}
impl WebhooksPage {
    /// Two endpoints, one of them failing.
    pub fn sample() -> Self {
        Self {
            shell: settings_shell("Webhooks"),
            endpoints: vec![
                EndpointRow { id: "hook_01".into(), url: "https://crm.harbordental.example/hooks/ports".into(), status: Badge::new(Tone::Done, "Working"), events: "All events".into() },
                EndpointRow { id: "hook_02".into(), url: "https://old.harbordental.example/in".into(), status: Badge::new(Tone::Act, "Failing since Nov 23"), events: "port.completed".into() },
            ],
            url: Field::wrong("http://10.0.0.5/in", "The address has to begin with https:// and be reachable from the internet."),
            fresh: None,
            deliveries: vec![DeliveryRow { id: "dlv_01".into(), event: "port.scheduled".into(), url: "crm.harbordental.example".into(), at: at(24, "09:12"), status: Badge::new(Tone::Done, "200 in 84 ms") }, DeliveryRow { id: "dlv_02".into(), event: "port.completed".into(), url: "old.harbordental.example".into(), at: at(23, "17:00"), status: Badge::new(Tone::Stop, "No answer, 4th try") }],
        }
    }
}
impl SignIn {
    /// A refused try, in the demo.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_nobody("Sign in"),
            email: Field::of("dana@harbordental.example").focused(),
            error: "The email or the password is not right.".into(),
            next: "/ports".into(),
            demo: vec![Fact::new("Customer", "dana@harbordental.example / harbor-demo"), Fact::new("Desk", "sam@portolan.example / desk-demo")],
        }
    }
}
impl HelpPage {
    /// Help, read today.
    pub fn sample() -> Self {
        Self { shell: Shell { room: Room::Help, here: "/help".into(), ..Shell::sample("How porting works") }, estimate: estimate() }
    }
}
impl ErrorPage {
    /// An error of this status, for somebody who is signed in.
    pub fn sample(status: u16) -> Self {
        Self::usual(Shell::sample(Self::words(status).0), status, "op_01jd6m9w2c7h")
    }
}
impl StyleGuide {
    /// The only style guide there is.
    pub fn sample() -> Self {
        let tones = [(Tone::Draft, "Draft"), (Tone::Wait, "Waiting for signature"), (Tone::Go, "With the carrier"), (Tone::Act, "Action required"), (Tone::Done, "Completed"), (Tone::Stop, "Cancelled"), (Tone::Info, "Text only")];
        let mut stuck = stages();
        stuck[3].state = StageState::Stuck;
        Self {
            shell: Shell { room: Room::Nowhere, here: "/styleguide".into(), ..Shell::sample_desk("Style guide") },
            badges: tones.iter().map(|(tone, text)| Badge::new(*tone, *text)).collect(),
            flashes: vec![Flash { tone: Tone::Done, text: "Saved.".into() }, Flash { tone: Tone::Info, text: "The letter was sent to Ana Ruiz.".into() }, Flash { tone: Tone::Act, text: "The tracking source is not set for 2 numbers.".into() }, Flash { tone: Tone::Stop, text: "The file could not be read.".into() }],
            stages: stuck,
            blockers: vec![receiving_blocker()],
            timeline: events(),
            notes: notes(),
            facts: vec![Fact::new("Losing provider", CARRIER), Fact::new("Account number", "ends in 4471")],
            documents: documents(),
            plain: Field::of("What was typed"),
            wrong: Field::wrong("6060", "A zip code has five digits, or nine as 60601-1234."),
            choices: Choice::list(&[("a", "One"), ("b", "Another")], "b"),
            rows: rows().into_iter().take(2).collect(),
            tabs: tabs(),
            actions: Actions { send: Act::Closed("Available after the LOA is signed.".into()), ..actions() },
            pager: Pager { previous: Some("#".into()), ..pager() },
            balls: vec![Ball { who: "the owner".into(), mine: false, age: "2 business days".into(), late: false }, Ball { who: "you".into(), mine: true, age: "today".into(), late: false }, Ball { who: CARRIER.into(), mine: false, age: "8 business days".into(), late: true }],
            when: at(24, "09:12"),
        }
    }
}
