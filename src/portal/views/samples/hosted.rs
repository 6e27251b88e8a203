//! Hosted numbers.

use super::*;
use crate::portal::views::hosted::*;

fn row(id: &str, number: &str, description: &str, state: HostedState, texts: Badge) -> HostedRow {
    HostedRow {
        id: id.into(),
        number: number.into(),
        description: description.into(),
        account: ACCOUNT.into(),
        texts,
        since: at(24, "09:12"),
        reason: String::new(),
        provider: "Northline Telecom".into(),
        asked_by: String::new(),
        state,
        lacks_campaign: false,
        ported: false,
        may_enable: true,
        elsewhere: None,
    }
}

fn waits() -> HostedRow {
    HostedRow {
        asked_by: "Dana Whitfield".into(),
        ..row(
            "hosted_03",
            "+1 312 555 0142",
            "Front desk",
            HostedState::Waits,
            Badge::new(Tone::Wait, "Requested"),
        )
    }
}

fn on() -> HostedRow {
    row(
        "hosted_02",
        "+1 800 555 0143",
        "Orders",
        HostedState::On,
        Badge::new(Tone::Done, "On"),
    )
}

fn refused() -> HostedRow {
    HostedRow {
        reason: "The number texts with another service today. End that first, then ask again."
            .into(),
        ..row(
            "hosted_01",
            "+1 312 555 0144",
            "",
            HostedState::Over,
            Badge::new(Tone::Stop, "Refused"),
        )
    }
}

fn shell(shell: Shell) -> Shell {
    Shell {
        room: Room::Hosted,
        here: "/numbers/hosted".into(),
        ..shell
    }
}

impl HostedList {
    /// A customer with three numbers.
    pub fn sample() -> Self {
        Self {
            shell: shell(Shell::sample("Hosted Numbers")),
            desk: false,
            rows: vec![waits(), on(), refused()],
            more: false,
            many_accounts: false,
            searches: false,
            search: String::new(),
            number: Field::default(),
            kinds: Choice::list(
                &[
                    ("local", "Landline or internet line"),
                    ("toll_free", "Toll-free"),
                    ("mobile", "Mobile"),
                ],
                "local",
            ),
            kind_error: String::new(),
            provider: Field::default(),
            description: Field::default(),
            accounts: vec![],
            account_error: String::new(),
        }
    }

    /// Nobody asked for one yet.
    pub fn sample_empty() -> Self {
        Self {
            rows: vec![],
            ..Self::sample()
        }
    }

    /// The desk, whose number for a customer was refused.
    pub fn sample_desk() -> Self {
        let short = HostedRow {
            lacks_campaign: true,
            may_enable: false,
            elsewhere: Some(Link::new(
                "/numbers/ports/port_07",
                "A port request of Quarry Lawn has it",
            )),
            ..waits()
        };
        let other = HostedRow {
            id: "hosted_04".into(),
            number: "+1 800 555 0145".into(),
            ..waits()
        };
        Self {
            shell: shell(Shell::sample_desk("Hosted Numbers")),
            desk: true,
            rows: vec![short, other, on(), refused()],
            many_accounts: true,
            searches: true,
            number: Field::wrong(
                "+44 20 7183 8750",
                "+44 20 7183 8750 is not a number of the US or Canada. Only those can be hosted.",
            )
            .focused(),
            provider: Field::of("Northline Telecom"),
            accounts: Choice::list(
                &[("", "Choose an account"), ("acct_01", ACCOUNT)],
                "acct_01",
            ),
            ..Self::sample()
        }
    }
}

impl HostedPage {
    /// Texts are on, and its calls were to be routed.
    pub fn sample() -> Self {
        Self {
            shell: shell(Shell::sample("+1 800 555 0143")),
            desk: false,
            many_accounts: false,
            one: on(),
            port: None,
            refusal: String::new(),
            reason: Field::default(),
            receiving: Field::wrong(
                "+1 312 555 0110",
                "Calls to +1 800 555 0143 stay with Northline Telecom: it is a hosted number, which only texts here. Port the number to route its calls here.",
            )
            .focused(),
        }
    }

    /// The desk has to decide, and forgot the reason.
    pub fn sample_desk() -> Self {
        Self {
            shell: shell(Shell::sample_desk("+1 312 555 0142")),
            desk: true,
            many_accounts: true,
            one: waits(),
            reason: Field::wrong(
                "",
                "Say why, in at most 500 characters. The customer reads it.",
            )
            .focused(),
            receiving: Field::default(),
            ..Self::sample()
        }
    }

    /// Its calls have come here, too.
    pub fn sample_ported() -> Self {
        Self {
            shell: shell(Shell::sample("+1 800 555 0143")),
            one: HostedRow {
                state: HostedState::Ported,
                texts: Badge::new(Tone::Done, "Ported here"),
                ..on()
            },
            receiving: Field::default(),
            port: Some(Link::new(
                "/numbers/ports/port_01jd6m3v8xk2",
                "Open its port",
            )),
            ..Self::sample()
        }
    }

    /// The desk said no.
    pub fn sample_refused() -> Self {
        Self {
            shell: shell(Shell::sample("+1 312 555 0144")),
            one: refused(),
            receiving: Field::default(),
            port: Some(Link::new("/numbers/ports/port_01jd6m3v8xk2", "To its port")),
            ..Self::sample()
        }
    }
}
