//! Settings with made-up data.

use super::super::hooks::*;
use super::super::operator::*;
use super::super::settings::*;
use super::super::welcome::*;
use super::*;

fn settings_shell(title: &str) -> Shell {
    Shell {
        room: Room::Settings,
        here: "/settings".into(),
        ..Shell::sample(title)
    }
}

fn admin_shell(title: &str, here: &str) -> Shell {
    Shell {
        room: Room::Settings,
        here: here.into(),
        ..Shell::sample_desk(title)
    }
}

impl AccountPage {
    /// One's own account.
    pub fn sample() -> Self {
        let session = |handle: &str, device: &str, here| SessionRow {
            handle: handle.into(),
            device: device.into(),
            address: "203.0.113.7".into(),
            used: at(24, "09:12"),
            here,
        };
        Self {
            shell: settings_shell("Settings"),
            name: Field::of("Dana Whitfield"),
            email: "dana@harbordental.example".into(),
            account: ACCOUNT.into(),
            role: "Account administrator".into(),
            new_email: Field::default(),
            email_password: Field::default(),
            no_zone: true,
            zones: Choice::list(
                &[
                    ("", "As the desk: Central Time"),
                    ("America/New_York", "Eastern Time"),
                ],
                "",
            ),
            sessions: vec![
                session("0145", "Firefox on Windows", true),
                session("0146", "Safari on iPhone", false),
            ],
            old_password: Field::default(),
            new_password: Field::wrong("", "At least 12 characters."),
            shortest: 12,
        }
    }
}

impl NotificationsPage {
    /// One topic is off.
    pub fn sample() -> Self {
        let topic = |name: &str, words: &str, on| (name.to_owned(), words.to_owned(), on);
        Self {
            shell: settings_shell("Mails to you"),
            email: "dana@harbordental.example".into(),
            topics: vec![
                topic("notes", "Notes that somebody wrote to me", true),
                topic("progress", "Steps on the way that ask nothing of me", false),
            ],
        }
    }
}

fn user(id: &str, name: &str, role: &str, account: &str, status: Badge) -> UserRow {
    UserRow {
        id: id.into(),
        name: name.into(),
        email: format!("{id}@harbordental.example"),
        role: role.into(),
        account: account.into(),
        signed_in: (id == "dana").then(|| at(24, "09:12")),
        status,
    }
}

impl UsersPage {
    /// A few users.
    pub fn sample() -> Self {
        Self {
            shell: admin_shell("Users", "/settings/users"),
            users: vec![
                user(
                    "dana",
                    "Dana Whitfield",
                    "Account administrator",
                    ACCOUNT,
                    Badge::new(Tone::Done, "Active"),
                ),
                user(
                    "lee",
                    "Lee Carver",
                    "Porting user",
                    ACCOUNT,
                    Badge::new(Tone::Wait, "Invited"),
                ),
                user(
                    "pat",
                    "Pat Quill",
                    "Desk agent",
                    "Porting desk",
                    Badge::new(Tone::Stop, "Switched off"),
                ),
            ],
            may_change: true,
            many_accounts: true,
            accounts: Choice::list(&[("", "None: works at the desk"), ("acct_01", ACCOUNT)], ""),
            account_error: String::new(),
            name: Field::default(),
            email: Field::default(),
            roles: Choice::list(
                &[
                    ("account_administrator", "Account administrator"),
                    ("submitter", "Porting user"),
                    ("read_only", "Read-only user"),
                    ("desk", "Desk agent"),
                    ("administrator", "Desk administrator"),
                ],
                "submitter",
            ),
        }
    }
}

impl UserPage {
    /// Somebody who has not come yet.
    pub fn sample() -> Self {
        Self {
            shell: admin_shell("Lee Carver", "/settings/users"),
            user: user(
                "lee",
                "Lee Carver",
                "Porting user",
                ACCOUNT,
                Badge::new(Tone::Wait, "Invited"),
            ),
            roles: Choice::list(
                &[
                    ("account_administrator", "Account administrator"),
                    ("submitter", "Porting user"),
                    ("read_only", "Read-only user"),
                ],
                "submitter",
            ),
            role_error: String::new(),
            invited: true,
            off: false,
            fixed: String::new(),
        }
    }
}

fn key(id: &str, name: &str, owner: &str) -> KeyRow {
    KeyRow {
        id: id.into(),
        name: name.into(),
        ends: "...7f3a".into(),
        owner: owner.into(),
        kind: "Reads and writes".into(),
        made: at(20, "10:00"),
        used: None,
        expires: None,
        expired: false,
        revoked: None,
    }
}

impl KeysPage {
    /// A key that was just made.
    pub fn sample() -> Self {
        Self {
            shell: settings_shell("API keys"),
            keys: vec![
                KeyRow {
                    revoked: Some(at(24, "09:10")),
                    ..key("key_01", "Billing system", "")
                },
                KeyRow {
                    kind: "Reads only".into(),
                    used: Some(at(24, "09:12")),
                    expires: Some(at(28, "09:12")),
                    ..key("key_02", "Spreadsheet", "")
                },
            ],
            others: vec![key("key_03", "Nightly import", "Lee Carver")],
            may_make: true,
            name: Field::default(),
            kinds: Choice::list(
                &[("full", "Reads and writes"), ("read", "Reads only")],
                "full",
            ),
            lives: Choice::list(&[("", "Until it is revoked"), ("30", "For 30 days")], ""),
            fresh: Some("ptl_91bc5550142555014355501445550145".into()),
        }
    }
}

fn endpoint(id: &str, url: &str, status: Badge, events: &str) -> EndpointRow {
    EndpointRow {
        id: id.into(),
        url: url.into(),
        status,
        events: events.into(),
    }
}

impl WebhooksPage {
    /// Two endpoints, one of them failing.
    pub fn sample() -> Self {
        Self {
            shell: settings_shell("Webhooks"),
            accounts: vec![],
            account: "acct_01".into(),
            may_change: true,
            endpoints: vec![
                endpoint(
                    "hook_01",
                    "https://crm.harbordental.example/hooks/ports",
                    Badge::new(Tone::Done, "Working"),
                    "All events",
                ),
                endpoint(
                    "hook_02",
                    "https://old.harbordental.example/in",
                    Badge::new(Tone::Stop, "Given up"),
                    "3 events",
                ),
            ],
            url: Field::wrong(
                "http://10.0.0.5/in",
                "The address has to begin with https:// and be reachable from the internet.",
            ),
            fresh: None,
        }
    }
}

fn delivery(id: &str, event: &str, status: Badge, next: Option<When>) -> DeliveryRow {
    DeliveryRow {
        id: id.into(),
        event: event.into(),
        at: at(24, "09:12"),
        status,
        next,
    }
}

impl WebhookPage {
    /// One endpoint with its log.
    pub fn sample() -> Self {
        Self {
            shell: settings_shell("Webhook"),
            endpoint: endpoint(
                "hook_01",
                "https://crm.harbordental.example/hooks/ports",
                Badge::new(Tone::Done, "Working"),
                "2 events",
            ),
            may_change: true,
            paused: false,
            events: ["begun", "letter_signed", "port_date_set", "completed"]
                .map(|name| (name.to_owned(), name.len() > 9))
                .to_vec(),
            fresh: None,
            states: Choice::list(&[("", "Any"), ("failed", "Given up")], ""),
            log_events: Choice::list(&[("", "Any"), ("port.completed", "port.completed")], ""),
            deliveries: vec![
                delivery(
                    "dlv_01",
                    "port.completed",
                    Badge::new(Tone::Done, "Delivered (200)"),
                    None,
                ),
                delivery(
                    "dlv_02",
                    "port.port_date_set",
                    Badge::new(Tone::Act, "Try 2 failed (503)"),
                    Some(at(24, "09:42")),
                ),
            ],
            pager: Pager {
                text: "2 deliveries".into(),
                plain: false,
                previous: None,
                next: Some("/settings/webhooks/hook_01?before=dlv_02".into()),
            },
        }
    }
}

impl DeliveryPage {
    /// One delivery that failed once.
    pub fn sample() -> Self {
        Self {
            shell: settings_shell("Delivery"),
            delivery: delivery(
                "dlv_02",
                "port.port_date_set",
                Badge::new(Tone::Act, "Try 1 failed (503)"),
                Some(at(24, "09:42")),
            ),
            endpoint: Link::new(
                "/settings/webhooks/hook_01",
                "https://crm.harbordental.example/hooks/ports",
            ),
            may_change: true,
            headers: vec![
                Fact::new("content-type", "application/json"),
                Fact::new("webhook-signature", "v1, made with the signing secret"),
            ],
            body: "{\"type\":\"port.port_date_set\",\"data\":{\"port\":\"port_01jd6m3v8xk2\"}}"
                .into(),
            attempts: vec![AttemptRow {
                number: "1".into(),
                at: at(24, "09:12"),
                status: Badge::new(Tone::Stop, "503"),
                took: "84 ms".into(),
                answer: "upstream is away".into(),
            }],
        }
    }
}

impl ReceivingPage {
    /// Two numbers.
    pub fn sample() -> Self {
        let row = |value: &str, number: &str| ReceivingRow {
            value: value.into(),
            number: number.into(),
        };
        Self {
            shell: settings_shell("Receiving numbers"),
            accounts: vec![],
            account: "acct_01".into(),
            numbers: vec![
                row("+13125550110", "+1 312 555 0110"),
                row("+13125550150", "+1 312 555 0150"),
            ],
            search: String::new(),
            more: 0,
            number: Field::default(),
        }
    }
}

impl AccountsPage {
    /// An agency with a client, and another account.
    pub fn sample() -> Self {
        let row = |id: &str, name: &str, kind: &str, approved| AccountRow {
            id: id.into(),
            name: name.into(),
            kind: kind.into(),
            is_agency: kind == "Agency",
            is_client: kind.starts_with("Client"),
            approved,
            status: if approved {
                Badge::new(Tone::Done, "Approved")
            } else {
                Badge::new(Tone::Wait, "Not approved yet")
            },
            made: at(20, "10:00"),
        };
        Self {
            shell: admin_shell("Accounts", "/settings/accounts"),
            accounts: vec![
                row("acct_01", "Lighthouse Agency", "Agency", true),
                row("acct_02", ACCOUNT, "Client of Lighthouse Agency", true),
                row("acct_03", "Lakeshore Orthodontics", "", false),
            ],
            desk: true,
            may_change: true,
            may_add: true,
            parents: Choice::list(
                &[
                    ("", "None: a customer of its own"),
                    ("acct_01", "Lighthouse Agency"),
                ],
                "",
            ),
            parent_error: String::new(),
            name: Field::default(),
        }
    }
}

impl OperatorPage {
    /// A part of each kind; one field was refused, one was set here.
    pub fn sample() -> Self {
        let setting = |name: &str, label: &str, kind, field| Setting {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            kind,
            field,
            optional: false,
            file: None,
        };
        let day = |day: &str, name: &str, from: &str, to: &str| {
            (
                day.to_owned(),
                name.to_owned(),
                from.to_owned(),
                to.to_owned(),
            )
        };
        Self {
            shell: admin_shell("Operator", "/settings/operator"),
            version: 3,
            parts: vec![
                Part {
                    slug: "look".into(),
                    name: "Name and look".into(),
                    lead: "On every page and in every mail.".into(),
                    fields: vec![
                        Setting {
                            file: Some("Example Porting Desk".into()),
                            ..setting("name", "Name", SettingKind::Line, Field::of("Harbor Voice"))
                        },
                        setting(
                            "accent_color",
                            "Accent color",
                            SettingKind::Line,
                            Field::wrong(
                                "#66c1de",
                                "#66c1de cannot be read on our light pages: its contrast is 1.79, and text needs 4.5. The nearest color that has it is #3a6d7e.",
                            ),
                        ),
                        setting(
                            "time_zone",
                            "Time zone",
                            SettingKind::Pick(Choice::list(
                                &[("America/Chicago", "Central Time")],
                                "America/Chicago",
                            )),
                            Field::default(),
                        ),
                    ],
                },
                Part {
                    slug: "support".into(),
                    name: "Support".into(),
                    lead: "\"Need more help?\" on every page and in every mail.".into(),
                    fields: vec![
                        setting(
                            "support-hours",
                            "Hours",
                            SettingKind::Week(vec![
                                day("mon", "Monday", "07:00", "17:00"),
                                day("sat", "Saturday", "", ""),
                            ]),
                            Field::default(),
                        ),
                        setting("imprint", "Imprint", SettingKind::Prose, Field::default()),
                    ],
                },
            ],
            logo: None,
            logo_set_here: false,
            new_logo: Field::default(),
            changes: vec![Event {
                at: at(24, "09:12"),
                text: "name".into(),
                detail: "\"Example Porting Desk\" became \"Harbor Voice\"".into(),
                by: "Ines Faro".into(),
                tone: Tone::Info,
            }],
        }
    }
}

impl MailsPage {
    /// Two mails.
    pub fn sample() -> Self {
        let mail = |name: &str, subject: &str| (name.to_owned(), subject.to_owned());
        Self {
            shell: admin_shell("Mail texts", "/settings/mails"),
            mails: vec![
                mail("invitation", "Dana Whitfield invites you to Portolan"),
                mail("completed", "Your port is complete"),
            ],
        }
    }
}

impl MailSamplePage {
    /// One mail.
    pub fn sample() -> Self {
        Self {
            shell: admin_shell("Your port is complete", "/settings/mails"),
            name: "completed".into(),
            subject: "Your port is complete".into(),
            text: "Hello Dana Whitfield,\n\nyour numbers work here now.".into(),
        }
    }
}

impl ForgotPage {
    /// Before and after.
    pub fn sample(asked: bool) -> Self {
        Self {
            shell: Shell::sample_nobody("Choose a new password"),
            email: Field::default(),
            asked,
            error: String::new(),
        }
    }
}

impl PasswordPage {
    /// Somebody's first password, too short.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_nobody("Welcome"),
            action: "/welcome/sample".into(),
            first: true,
            name: "Lee Carver".into(),
            email: "lee@harbordental.example".into(),
            password: Field::wrong("", "Choose a password of at least 12 characters."),
            shortest: 12,
        }
    }
}

impl AddressPage {
    /// A new address.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_nobody("Use this address?"),
            action: "/welcome/sample".into(),
            email: "d.whitfield@harbordental.example".into(),
            old: "dana@harbordental.example".into(),
        }
    }
}

impl SaidPage {
    /// A link that has ended.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_nobody("This link has expired"),
            tone: Tone::Stop,
            title: "This link has expired".into(),
            text: "For your safety it only worked for a while. Ask for another link.".into(),
            links: vec![Link::new("/forgot", "Ask for another link")],
        }
    }
}

impl UnsubscribePage {
    /// Before.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_nobody("Mails to you"),
            action: "/unsubscribe/sample".into(),
            topic: "Notes that somebody wrote to me".into(),
            off: false,
        }
    }
}
