//! The overview, and what can be done from it.

use super::*;
use crate::portal::views::ports::*;

impl PortList {
    /// A list with one port of every kind.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Port Numbers"),
            many_accounts: true,
            tabs: tabs(),
            accounts: Choice::list(
                &[
                    ("", "All"),
                    ("acct_01", ACCOUNT),
                    ("acct_02", "Lakeshore Orthodontics"),
                ],
                "",
            ),
            sorts: Choice::list(
                &[("", "Newest first"), ("updated", "Last changed first")],
                "",
            ),
            views: vec![
                ViewLink {
                    id: "view_01".into(),
                    name: "Rejected in Illinois".into(),
                    href: "/numbers/ports?status=rejected&q=312".into(),
                    here: true,
                },
                ViewLink {
                    id: "view_02".into(),
                    name: "Dates of this week".into(),
                    href: "/numbers/ports?tab=dated&sort=date".into(),
                    here: false,
                },
            ],
            view_name: Field::default(),
            can_save: false,
            query: String::new(),
            export: "/numbers/ports/export.csv".into(),
            search: String::new(),
            statuses: Choice::list(
                &[
                    ("", "Every status"),
                    ("scheduled", "Scheduled"),
                    ("rejected", "Action required"),
                ],
                "",
            ),
            tab: String::new(),
            filtered: false,
            left: vec![super::super::form::LeftForm {
                title: "Prairie Bell Cooperative, (312) 555-0177 and 2 more".into(),
                at: When::new("2026-11-19T16:42:00Z", "Nov 19", "Nov 19, 10:42 am", ""),
                href: "/numbers/ports/new?form=form_01jd6m3v8xk3".into(),
            }],
            rows: rows(),
            pager: pager(),
            live_seconds: 5,
        }
    }
    /// A search without a hit.
    pub fn sample_nothing() -> Self {
        Self {
            rows: vec![],
            search: "773 555 0199".into(),
            filtered: true,
            can_save: true,
            query: "q=773+555+0199".into(),
            ..Self::sample()
        }
    }
}

impl CancelPage {
    /// It can still be called off.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Cancel this port?"),
            port: port_ref(Badge::new(Tone::Go, "Scheduled")),
            follows: vec![
                "Your 3 numbers stay with Northline Telecom and keep working there.".into(),
                "The carrier has to confirm it. Until then the port date of December 8 stands."
                    .into(),
                "To port the numbers later, a new request and a new letter are needed.".into(),
            ],
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
            receiving: Field::wrong(
                "312-555-0110",
                "Add the country code and leave out the dashes: +13125550110",
            )
            .focused(),
            source: Field::of("Main Office Line"),
            description: Field::of("Front desk"),
            wants_text: true,
            texts_open: true,
            sources: vec!["Main Office Line".into(), "Google Ads".into()],
            version: 7,
        }
    }
}
