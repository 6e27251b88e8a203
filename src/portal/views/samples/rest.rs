//! Mailbox, settings, sign in, help, errors, style guide.

use super::*;
use crate::portal::views::mailbox::*;
use crate::portal::views::misc::*;
use crate::portal::views::ports::Tab;
use crate::portal::views::start::*;
use crate::portal::views::tickets::*;
use crate::portal::views::unplaced::*;

impl MailList {
    /// A few mails.
    pub fn sample() -> Self {
        let mail = |id: &str, to: &str, subject: &str, begins: &str, time: &str, status| MailRow {
            id: id.into(),
            to: to.into(),
            subject: subject.into(),
            begins: begins.into(),
            at: at(24, time),
            status,
        };
        Self {
            shell: Shell {
                room: Room::Mailbox,
                ..Shell::sample_desk("Mailbox")
            },
            search: String::new(),
            mails: vec![
                mail(
                    "mail_03",
                    "dana@harbordental.example",
                    "Port date confirmed: December 8, 10:00 am (+1 312 555 0142 and 2 more)",
                    "Your 3 numbers move on Tuesday, December 8.",
                    "09:12",
                    Badge::new(Tone::Done, "Kept here"),
                ),
                mail(
                    "mail_02",
                    "ana@harbordental.example",
                    "Please sign: Letter of Authorization for 3 numbers",
                    "Dana Whitfield of Harbor Dental asks you to sign.",
                    "08:50",
                    Badge::new(Tone::Done, "Sent"),
                ),
                mail(
                    "mail_01",
                    "kim@lakeshore.example",
                    "We have your port request",
                    "Thank you. We have your request.",
                    "08:31",
                    Badge::new(Tone::Stop, "Failed, tries again"),
                ),
            ],
            pager: Pager {
                text: "1 to 3 of 3".into(),
                previous: None,
                next: None,
                plain: false,
            },
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
            given_up: false,
            text: "Your 3 numbers move on Tuesday, December 8.\n\nDo not cancel your service with Northline Telecom yet.".into(),
            files: vec![Link::new("/mailbox/mail_03/files/0", "letter-signed.pdf")],
            port: Some(Link::new("/numbers/ports/port_01jd6m3v8xk2", "Open the port")),
            reply: Some(ReplyForm {
                by: "Dana Whitfield".into(),
                text: Field::default(),
                file: Field::default(),
                file_limit: 10,
            }),
        }
    }
}

impl UnplacedList {
    /// A few mails.
    pub fn sample() -> Self {
        let row = |id: &str, day, time, from: &str, subject: &str, reason: &str| UnplacedRow {
            id: id.into(),
            from: from.into(),
            subject: subject.into(),
            reason: reason.into(),
            at: at(day, time),
        };
        Self {
            shell: Shell {
                room: Room::Unplaced,
                ..Shell::sample_desk("Mail that could not be placed")
            },
            mails: vec![
                row(
                    "in_01",
                    23,
                    "11:20",
                    "Dana W., dana.private@mail.example",
                    "Re: New note from Sam Okafor",
                    "It came from dana.private@mail.example, but its answer address was given to Dana Whitfield (dana@harbordental.example).",
                ),
                row(
                    "in_02",
                    24,
                    "08:02",
                    "offers@sale.example",
                    "Phones for less",
                    "It names no answer address of ours.",
                ),
            ],
        }
    }
    /// Nothing waits.
    pub fn sample_empty() -> Self {
        Self {
            mails: vec![],
            ..Self::sample()
        }
    }
}

impl UnplacedPage {
    /// A mail from a private address, with a port that does not exist.
    pub fn sample() -> Self {
        Self {
            shell: Shell { room: Room::Unplaced, ..Shell::sample_desk("Re: New note from Sam Okafor") },
            id: "in_01".into(),
            subject: "Re: New note from Sam Okafor".into(),
            reason: "It came from dana.private@mail.example, but its answer address was given to Dana Whitfield (dana@harbordental.example).".into(),
            headers: vec![
                Fact::new("From", "Dana W., dana.private@mail.example"),
                Fact::new("Came", "Nov 23, 11:20 am"),
                Fact::new("Size", "48 kB"),
            ],
            about: Some(Link::new("/numbers/ports/port_01jd6m3v8xk2", "To the port that it names")),
            waits: true,
            words: "The suite is 410.\n\nThe bill is attached.".into(),
            files: vec!["bill.pdf (31 kB)".into()],
            port: Field::wrong("312 555 0199", "No port has this number."),
            staff_only: true,
            ticket: Field::default(),
        }
    }
}

impl SendAgain {
    /// A form whose session had ended.
    pub fn sample(signed_in: bool) -> Self {
        Self {
            shell: if signed_in {
                Shell::sample("Please send it once more")
            } else {
                Shell::sample_nobody("You were signed out in the meantime")
            },
            signed_in,
            action: "/numbers/ports/port_01jd6m3v8xk2/notes".into(),
            fields: vec![("text".into(), "Please call me before the port date.".into())],
            files: false,
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
            next: "/numbers/ports".into(),
            demo: vec![
                Fact::new("Customer", "dana@harbordental.example / harbor-demo"),
                Fact::new("Desk", "sam@portolan.example / desk-demo"),
            ],
        }
    }
}

impl HelpPage {
    /// Help, read today.
    pub fn sample() -> Self {
        Self {
            shell: Shell {
                room: Room::Help,
                here: "/help".into(),
                ..Shell::sample("Help")
            },
            estimate: estimate(),
            costs: String::new(),
            ask: Some(AskForm {
                address: "dana@harbordental.example".into(),
                ..AskForm::default()
            }),
        }
    }
}

impl TicketList {
    /// A few tickets that wait.
    pub fn sample() -> Self {
        let row = |number: u32, day, time, subject: &str, from: &str, messages: &str| TicketRow {
            id: format!("tick_{number}"),
            number: format!("#{number}"),
            subject: subject.into(),
            from: from.into(),
            messages: messages.into(),
            at: at(day, time),
            status: None,
        };
        Self {
            shell: Shell {
                room: Room::Tickets,
                ..Shell::sample_desk("Tickets")
            },
            tabs: vec![
                Tab {
                    text: "Waiting for us".into(),
                    count: 2,
                    href: "/desk/tickets".into(),
                    here: true,
                },
                Tab {
                    text: "Answered".into(),
                    count: 1,
                    href: "/desk/tickets?show=answered".into(),
                    here: false,
                },
                Tab {
                    text: "Closed".into(),
                    count: 14,
                    href: "/desk/tickets?show=closed".into(),
                    here: false,
                },
            ],
            tickets: vec![
                row(
                    1042,
                    23,
                    "11:20",
                    "Which bill do you need?",
                    "Dana Whitfield, dana@harbordental.example",
                    "1 message",
                ),
                row(
                    1043,
                    24,
                    "08:02",
                    "Fax line on the same account",
                    "Priya Nair, priya@brightmoor.example",
                    "3 messages",
                ),
            ],
            search: String::new(),
            pager: Pager {
                text: "2 tickets".into(),
                previous: None,
                next: None,
                plain: true,
            },
            empty: "Nobody waits for an answer".into(),
            live_seconds: 0,
        }
    }
    /// Nobody asked anything.
    pub fn sample_empty() -> Self {
        Self {
            tickets: vec![],
            ..Self::sample()
        }
    }
}

impl TicketPage {
    /// A question with an answer and a question back.
    pub fn sample() -> Self {
        let said = |id: &str, by: &str, role: &str, time: &str, text: &str| Note {
            id: id.into(),
            by: by.into(),
            role: role.into(),
            at: at(24, time),
            kind: NoteKind::Comment,
            text: text.into(),
            files: vec![],
            first_new: false,
        };
        let mut first = said(
            "m1",
            "Dana Whitfield",
            "Sender",
            "08:02",
            "Which bill do you need? Ours comes every two months.",
        );
        first.files = vec![Link::new(
            "/desk/unplaced-mail/in_03/message",
            "bill.pdf (31 kB), in the mail as it came",
        )];
        Self {
            shell: Shell {
                room: Room::Tickets,
                ..Shell::sample_desk("#1042 Which bill do you need?")
            },
            id: "tick_1042".into(),
            number: "#1042".into(),
            subject: "Which bill do you need?".into(),
            status: Badge::new(Tone::Act, "Waiting for us"),
            facts: vec![
                Fact::new("From", "Dana Whitfield, dana@harbordental.example"),
                Fact::new("Signs in as", "Porting user of Harbor Dental Group"),
                Fact::new("Opened", "Nov 24, 8:02 am"),
            ],
            messages: vec![
                first,
                said(
                    "m2",
                    "Sam Okafor",
                    "Desk",
                    "08:40",
                    "The latest one that shows the number.",
                ),
                said(
                    "m3",
                    "Dana Whitfield",
                    "Sender",
                    "09:05",
                    "Then September. Is that recent enough?",
                ),
            ],
            mail: Some(Link::new(
                "/desk/unplaced-mail/in_03",
                "It is about a port: make the last mail a note",
            )),
            undelivered: vec![],
            seen: 3,
            text: Field::default(),
            closed: false,
            closing: false,
            notice: String::new(),
        }
    }
}

impl StartPage {
    /// Somebody who thinks of porting.
    pub fn sample() -> Self {
        let day = |number: u8, kind: DayKind| Day {
            number: number.to_string(),
            month: if number == 22 { "Nov" } else { "" }.into(),
            says: format!("November {number}"),
            kind,
        };
        Self {
            shell: Shell {
                room: Room::Start,
                here: "/start".into(),
                ..Shell::sample("Before you start")
            },
            costs: String::new(),
            only_texts: true,
            estimate: estimate(),
            weeks: vec![Week {
                days: vec![
                    day(22, DayKind::Past),
                    day(23, DayKind::Today),
                    day(24, DayKind::Plain),
                    day(25, DayKind::Usual),
                    day(26, DayKind::Closed("Thanksgiving Day".into())),
                    day(27, DayKind::Slow),
                    day(28, DayKind::Closed(String::new())),
                ],
            }],
            prices: "https://harborvoice.example/prices".into(),
            terms: "https://harborvoice.example/terms".into(),
        }
    }
}

impl ChecklistPage {
    /// The list.
    pub fn sample() -> Self {
        Self {
            shell: Shell {
                room: Room::Start,
                here: "/start/checklist".into(),
                ..Shell::sample("What to have at hand")
            },
            estimate: estimate(),
        }
    }
}

impl ErrorPage {
    /// An error of this status, for somebody who is signed in.
    pub fn sample(status: u16) -> Self {
        Self::usual(
            Shell::sample(Self::words(status).0),
            status,
            "op_01jd6m9w2c7h",
        )
    }
}

impl StyleGuide {
    /// The only style guide there is.
    pub fn sample() -> Self {
        let tones = [
            (Tone::Draft, "Draft"),
            (Tone::Wait, "Waiting for signature"),
            (Tone::Go, "With the carrier"),
            (Tone::Act, "Action required"),
            (Tone::Done, "Completed"),
            (Tone::Stop, "Cancelled"),
            (Tone::Info, "Text only"),
        ];
        let mut stuck = stages();
        stuck[3].state = StageState::Stuck;
        Self {
            shell: Shell {
                room: Room::Nowhere,
                here: "/styleguide".into(),
                ..Shell::sample_desk("Style guide")
            },
            badges: tones
                .iter()
                .map(|(tone, text)| Badge::new(*tone, *text))
                .collect(),
            flashes: vec![
                Flash {
                    tone: Tone::Done,
                    text: "Saved.".into(),
                },
                Flash {
                    tone: Tone::Info,
                    text: "The letter was sent to Ana Ruiz.".into(),
                },
                Flash {
                    tone: Tone::Act,
                    text: "The tracking source is not set for 2 numbers.".into(),
                },
                Flash {
                    tone: Tone::Stop,
                    text: "The file could not be read.".into(),
                },
            ],
            stages: stuck,
            blockers: vec![receiving_blocker()],
            timeline: events(),
            notes: notes(),
            facts: vec![
                Fact::new("Losing provider", CARRIER),
                Fact::new("Account number", "ends in 4471"),
            ],
            documents: documents(),
            plain: Field::of("What was typed"),
            wrong: Field::wrong("6060", "A zip code has five digits, or nine as 60601-1234."),
            choices: Choice::list(&[("a", "One"), ("b", "Another")], "b"),
            rows: rows().into_iter().take(2).collect(),
            tabs: tabs(),
            actions: Actions {
                send: Act::Closed("Available after the LOA is signed.".into()),
                ..actions()
            },
            pager: Pager {
                previous: Some("#".into()),
                ..pager()
            },
            balls: vec![
                Ball {
                    who: "the owner".into(),
                    mine: false,
                    age: "2 business days".into(),
                    late: false,
                },
                Ball {
                    who: "you".into(),
                    mine: true,
                    age: "today".into(),
                    late: false,
                },
                Ball {
                    who: CARRIER.into(),
                    mine: false,
                    age: "8 business days".into(),
                    late: true,
                },
            ],
            when: at(24, "09:12"),
        }
    }
}
