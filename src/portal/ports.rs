//! Numbers > Port Numbers: the overview.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect};
use jiff::Timestamp;

use super::errors::Answer;
use super::new_port;
use super::session::{Portal, SignedIn, live_seconds};
use super::tell;
use super::views::ports::{PortList, PortRow, Tab};
use super::views::{Choice, Pager, Room};
use crate::app::ports::{Filter, Line};
use crate::app::{App, AppError, notes, ports};
use crate::domain::port::{PortRequest, Status, Voice};
use crate::ids::PortId;

/// Rows of a page.
const ROWS: usize = 25;

/// What of the list is asked for.
#[derive(Clone, Debug, Default)]
struct Asked {
    tab: String,
    status: String,
    text: String,
    before: Option<PortId>,
}

impl Asked {
    fn read(query: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = value.trim().chars().take(100).collect::<String>();
            match &*key {
                "tab" => asked.tab = value,
                "status" => asked.status = value,
                "q" => asked.text = value,
                "before" => asked.before = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }

    fn href(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in [
            ("tab", &self.tab),
            ("status", &self.status),
            ("q", &self.text),
        ] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        if let Some(before) = self.before {
            query.append_pair("before", &before.to_string());
        }
        match query.finish() {
            empty if empty.is_empty() => "/numbers/ports".to_owned(),
            query => format!("/numbers/ports?{query}"),
        }
    }
}

/// The cuts of the list: slug, name, statuses.
const TABS: [(&str, &str, &[Status]); 5] = [
    ("", "All", &[]),
    (
        "you",
        "Needs the customer",
        &[
            Status::Draft,
            Status::AwaitingProof,
            Status::Rejected,
            Status::Testing,
        ],
    ),
    (
        "going",
        "Under way",
        &[
            Status::AwaitingSignature,
            Status::InReview,
            Status::Submitted,
            Status::CancelPending,
            Status::SnapbackPending,
        ],
    ),
    ("dated", "Scheduled", &[Status::Scheduled, Status::Porting]),
    (
        "over",
        "Over",
        &[Status::Completed, Status::Cancelled, Status::SnappedBack],
    ),
];

pub(super) async fn start() -> Redirect {
    Redirect::to("/numbers/ports")
}

pub(super) async fn list(
    State(portal): State<Portal>,
    who: SignedIn,
    RawQuery(query): RawQuery,
) -> Answer {
    let app = &portal.app;
    let asked = Asked::read(query.as_deref());
    let counts = ports::counts(app, &who.caller).await?;
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    // R78: with no port yet, this is the way to the first one. The desk files for others, and stays.
    if total == 0 && !who.caller.is_desk() && who.caller.filing_only().is_ok() {
        return Ok(Redirect::to("/numbers/ports/new").into_response());
    }
    let wanted = TABS.iter().find(|(slug, ..)| *slug == asked.tab);
    let mut statuses: Vec<&'static str> = wanted
        .map_or(&[][..], |(_, _, statuses)| statuses)
        .iter()
        .map(|status| status.name())
        .collect();
    if let Some(status) = Status::named(&asked.status) {
        statuses = vec![status.name()];
    }
    let filter = Filter {
        statuses,
        text: (!asked.text.is_empty()).then(|| asked.text.clone()),
        before: asked.before,
        limit: i64::try_from(ROWS + 1).unwrap_or(i64::MAX),
        ..Filter::default()
    };
    let mut lines = ports::list(app, &who.caller, filter).await?;
    let more = lines.len() > ROWS;
    lines.truncate(ROWS);
    let next = lines.last().filter(|_| more).map(|last| {
        Asked {
            before: Some(last.id),
            ..asked.clone()
        }
        .href()
    });
    let ids: Vec<PortId> = lines.iter().map(|line| line.id).collect();
    let unread = notes::unread(app, &who.caller, &ids).await?;
    let mut rows = Vec::with_capacity(lines.len());
    for line in &lines {
        let mut row = row(app, &who, line).await?;
        row.unread = unread.get(&line.id).copied().unwrap_or(0);
        rows.push(row);
    }
    let count_of = |statuses: &[Status]| {
        let count: i64 = counts
            .iter()
            .filter(|(name, _)| {
                statuses.is_empty() || statuses.iter().any(|status| status.name() == name)
            })
            .map(|(_, count)| count)
            .sum();
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    let tabs = TABS
        .iter()
        .map(|(slug, name, statuses)| Tab {
            text: if *slug == "you" && !who.caller.is_desk() {
                "Needs you".to_owned()
            } else {
                (*name).to_owned()
            },
            count: count_of(statuses),
            href: Asked {
                tab: (*slug).to_owned(),
                ..Asked::default()
            }
            .href(),
            here: *slug == asked.tab,
        })
        .collect();
    let mut statuses = vec![Choice {
        value: String::new(),
        label: "Any".to_owned(),
        chosen: asked.status.is_empty(),
    }];
    statuses.extend(Status::ALL.iter().map(|status| Choice {
        value: status.name().to_owned(),
        label: status.words().to_owned(),
        chosen: asked.status == status.name(),
    }));
    let previous = asked.before.map(|_| {
        Asked {
            before: None,
            ..asked.clone()
        }
        .href()
    });
    let page = PortList {
        shell: who.shell(Room::Ports, "Port Numbers"),
        many_accounts: who.caller.sees_several(),
        tabs,
        search: asked.text.clone(),
        statuses,
        tab: asked.tab.clone(),
        filtered: !asked.text.is_empty() || !asked.status.is_empty(),
        pager: Pager {
            text: match rows.len() {
                1 => "1 port".to_owned(),
                count => format!("{count} ports"),
            },
            previous,
            next,
        },
        rows,
        left: new_port::left(app, &who).await?,
        live_seconds: live_seconds(app),
    };
    who.page(&page)
}

/// When the last number came to its new home.
fn moved(request: &PortRequest) -> Option<Timestamp> {
    request
        .numbers
        .iter()
        .filter_map(|one| match one.voice {
            Voice::Ported { at } => Some(at),
            _ => None,
        })
        .max()
}

async fn row(app: &App, who: &SignedIn, line: &Line) -> Result<PortRow, AppError> {
    let view = ports::glance(app, &who.caller, line.id).await?;
    let request = &view.request;
    let now = app.clock.now();
    let zone = view.calendar.zone();
    let role = who.user.role;
    let status = Status::named(&line.status).unwrap_or(view.standing.status);
    let first = line
        .first_number
        .as_deref()
        .and_then(|text| text.parse().ok())
        .map_or_else(|| "No number yet".to_owned(), tell::number);
    let errors = view
        .blockers
        .iter()
        .filter(|one| tell::is_obstacle(one))
        .take(3)
        .map(|one| tell::blocker(request, one))
        .collect();
    Ok(PortRow {
        id: line.id.to_string(),
        account: line.account_name.clone(),
        errors,
        number: first,
        more: usize::try_from(line.numbers.saturating_sub(1)).unwrap_or(0),
        carrier: tell::carrier(request),
        by: line.submitter.clone(),
        submitted: request.released_at.map(|at| tell::when(at, zone, now)),
        status: tell::status_named(&line.status),
        ball: tell::ball(app, who, request, &view.standing, &view.calendar),
        letter: tell::letter(&request.loa),
        proof: tell::proof(request),
        port_date: line.window_at.map(|at| tell::when(at, zone, now)),
        moved: moved(request)
            .filter(|_| line.window_at.is_none())
            .map(|at| tell::when(at, zone, now)),
        over: !status.is_open(),
        updated: tell::when(line.updated_at, zone, now),
        actions: tell::actions(request, status, role),
        unread: 0,
    })
}
