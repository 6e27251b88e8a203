//! Numbers > Port Numbers: the overview.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};
use jiff::Timestamp;

use super::download::csv_file;
use super::errors::{Answer, Fault};
use super::new_port;
use super::posted::Posted;
use super::query::Query;
use super::session::{Portal, SignedIn, live_seconds};
use super::tell;
use super::views::ports::{PortList, PortRow, Tab, ViewLink};
use super::views::{Choice, Field, Pager, Room, Tone};
use crate::app::overview::{self, Sort};
use crate::app::ports::Glanced;
use crate::app::{App, AppError, notes, people, ports};
use crate::domain::port::{PortRequest, Status, Voice};
use crate::ids::PortId;

/// Rows of a page.
const ROWS: i64 = 25;
/// Requests in a downloaded list.
const EXPORTED: i64 = 5_000;
/// Where the overview is.
const HERE: &str = "/numbers/ports";

/// What of the list is asked for.
#[derive(Clone, Debug, Default)]
struct Asked {
    tab: String,
    status: String,
    text: String,
    account: String,
    sort: Sort,
    /// Counted from 1.
    page: i64,
}

/// The orders: name in the address, words.
const SORTS: [(Sort, &str, &str); 5] = [
    (Sort::Newest, "", "Newest first"),
    (Sort::Oldest, "oldest", "Oldest first"),
    (Sort::Updated, "updated", "Last changed first"),
    (Sort::PortDate, "date", "Next port date first"),
    (Sort::Quiet, "quiet", "Longest without movement first"),
];

impl Asked {
    fn read(query: &Query) -> Self {
        Self {
            tab: query.word("tab"),
            status: query.word("status"),
            text: query.word("q"),
            account: query.word("account"),
            sort: SORTS
                .iter()
                .find(|(_, word, _)| *word == query.one("sort"))
                .map_or(Sort::default(), |(sort, ..)| *sort),
            page: query.parsed("page").unwrap_or(1).clamp(1, 1_000_000),
        }
    }

    /// The address's query, without the question mark; empty for the plain list.
    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let sort = SORTS
            .iter()
            .find(|(sort, ..)| *sort == self.sort)
            .map_or("", |(_, word, _)| *word);
        for (key, value) in [
            ("tab", self.tab.as_str()),
            ("status", &self.status),
            ("q", &self.text),
            ("account", &self.account),
            ("sort", sort),
        ] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        query.finish()
    }

    fn href(&self) -> String {
        with_query(HERE, &self.query())
    }

    fn on_page(&self, page: i64) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    fn statuses(&self) -> Vec<&'static str> {
        if let Some(status) = Status::named(&self.status) {
            return vec![status.name()];
        }
        TABS.iter()
            .find(|(slug, ..)| *slug == self.tab)
            .map_or(&[][..], |(_, _, statuses)| statuses)
            .iter()
            .map(|status| status.name())
            .collect()
    }

    fn wanted(&self) -> overview::Asked {
        overview::Asked {
            account: self.account.parse().ok(),
            statuses: self.statuses(),
            text: self.text.clone(),
            sort: self.sort,
        }
    }

    /// Whether something else than a tab hides anything.
    fn is_filtered(&self) -> bool {
        !self.text.is_empty() || !self.status.is_empty() || !self.account.is_empty()
    }
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
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
    Redirect::to(HERE)
}

pub(super) async fn list(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    let app = &portal.app;
    let counts = ports::counts(app, &who.caller).await?;
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    // R78: with no port yet, this is the way to the first one. The desk files for others, and stays.
    if all == 0 && !who.caller.is_desk() && who.caller.filing_only().is_ok() {
        return Ok(Redirect::to("/numbers/ports/new").into_response());
    }
    let asked = Asked::read(&query);
    show(app, &who, asked, &counts, Field::default()).await
}

async fn show(
    app: &App,
    who: &SignedIn,
    mut asked: Asked,
    counts: &[(String, i64)],
    view_name: Field,
) -> Answer {
    let wanted = asked.wanted();
    let offset = |page: i64| (page - 1).saturating_mul(ROWS);
    let mut found = overview::page(app, &who.caller, &wanted, offset(asked.page), ROWS).await?;
    if found.rows.is_empty() && asked.page > 1 {
        // The list became shorter: its last page.
        asked.page = pages(found.total);
        found = overview::page(app, &who.caller, &wanted, offset(asked.page), ROWS).await?;
    }
    let ids: Vec<PortId> = found.rows.iter().map(|one| one.request.id).collect();
    let unread = notes::unread(app, &who.caller, &ids).await?;
    let now = app.clock.now();
    let rows: Vec<PortRow> = found
        .rows
        .iter()
        .map(|one| PortRow {
            unread: unread.get(&one.request.id).copied().unwrap_or(0),
            ..row(app, who, one, now)
        })
        .collect();
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
                sort: asked.sort,
                page: 1,
                ..Asked::default()
            }
            .href(),
            here: *slug == asked.tab,
        })
        .collect();
    let here = asked.on_page(1).query();
    let views = overview::views(app, &who.caller).await?;
    let views: Vec<ViewLink> = views
        .iter()
        .map(|one| ViewLink {
            id: one.id.to_string(),
            name: one.name.clone(),
            href: with_query(HERE, &one.query),
            here: one.query == here,
        })
        .collect();
    let accounts = people::accounts(app, &who.caller).await?;
    let page = PortList {
        shell: who.shell(Room::Ports, "Port Numbers"),
        many_accounts: accounts.len() > 1,
        accounts: choices(
            "All",
            accounts
                .iter()
                .map(|one| (one.id.to_string(), one.name.as_str())),
            &asked.account,
        ),
        tabs,
        search: asked.text.clone(),
        statuses: choices(
            "Any",
            Status::ALL
                .iter()
                .map(|status| (status.name().to_owned(), status.words())),
            &asked.status,
        ),
        sorts: SORTS
            .iter()
            .map(|(sort, word, words)| Choice {
                value: (*word).to_owned(),
                label: (*words).to_owned(),
                chosen: *sort == asked.sort,
            })
            .collect(),
        tab: asked.tab.clone(),
        filtered: asked.is_filtered(),
        can_save: !here.is_empty() && !views.iter().any(|one| one.here),
        views,
        view_name,
        query: here,
        export: with_query("/numbers/ports/export.csv", &asked.on_page(1).query()),
        pager: pager(&asked, found.total, rows.len()),
        left: new_port::left(app, who).await?,
        rows,
        live_seconds: live_seconds(app),
    };
    if page.view_name.is_wrong() {
        return who.page_with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    who.page(&page)
}

fn choices<'a>(
    any: &'a str,
    all: impl Iterator<Item = (String, &'a str)>,
    chosen: &str,
) -> Vec<Choice> {
    std::iter::once((String::new(), any))
        .chain(all)
        .map(|(value, label)| Choice {
            chosen: value == chosen,
            value,
            label: label.to_owned(),
        })
        .collect()
}

fn pages(total: i64) -> i64 {
    total.saturating_add(ROWS - 1).div_euclid(ROWS).max(1)
}

fn pager(asked: &Asked, total: i64, shown: usize) -> Pager {
    let last = pages(total);
    let shown = i64::try_from(shown).unwrap_or(ROWS);
    let first = (asked.page - 1).saturating_mul(ROWS).saturating_add(1);
    Pager {
        text: match (total, last) {
            (1, _) => "1 port".to_owned(),
            (total, 1) => format!("{total} ports"),
            (total, _) => format!(
                "{first} to {} of {total} ports, page {} of {last}",
                first + shown - 1,
                asked.page
            ),
        },
        previous: (asked.page > 1).then(|| asked.on_page(asked.page - 1).href()),
        next: (asked.page < last).then(|| asked.on_page(asked.page + 1).href()),
        plain: true,
    }
}

/// Saves what is shown under a name.
pub(super) async fn save_view(State(portal): State<Portal>, posted: Posted) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let asked = Asked::read(&Query::read(posted.one("query")));
    // A page that is shown again lives at the list's address, not at this one.
    who.here = asked.href();
    let name = posted.one("name");
    match overview::save_view(app, &who.caller, name, &asked.query()).await {
        Ok(()) => who.done(
            &asked.href(),
            &format!("Saved as \u{201c}{}\u{201d}.", name.trim()),
        ),
        Err(AppError::Invalid(problems)) => {
            let says = problems.first().map_or("", |one| one.says.as_str());
            let counts = ports::counts(app, &who.caller).await?;
            show(
                app,
                &who,
                asked,
                &counts,
                Field::wrong(name, says).focused(),
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

/// Forgets a saved view.
pub(super) async fn drop_view(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let gone = || Fault::from(AppError::NotFound("saved view"));
    let id = id.parse().map_err(|_| gone())?;
    overview::drop_view(&portal.app, &posted.who.caller, id).await?;
    Ok(posted.who.go(
        HERE,
        Tone::Done,
        "The view is removed. The ports in it stay.",
    ))
}

/// What is shown, on all pages, as a list for a spreadsheet: one row for each port.
pub(super) async fn export(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    let app = &portal.app;
    let asked = Asked::read(&query);
    let (found, more) = overview::all(app, &who.caller, &asked.wanted(), EXPORTED).await?;
    let cut_off = more.then(|| {
        vec![format!(
            "Only the first {EXPORTED} ports are in this file. Cut the list down by status or account for the rest."
        )]
    });
    let rows = found.iter().map(|one| cells(app, &who, one).to_vec());
    csv_file("ports.csv", &COLUMNS, rows.chain(cut_off))
}

/// The columns of the downloaded list.
const COLUMNS: [&str; 17] = [
    "Port",
    "Account",
    "First number",
    "Numbers",
    "Carrier",
    "Status",
    "Who acts",
    "In the way",
    "LOA",
    "Proof of ownership",
    "Begun (UTC)",
    "Begun by",
    "Submitted (UTC)",
    "Port date (UTC)",
    "Moved (UTC)",
    "Last change (UTC)",
    "Last movement (UTC)",
];

fn cells(app: &App, who: &SignedIn, one: &Glanced) -> [String; COLUMNS.len()] {
    let request = &one.request;
    let at = |at: Option<Timestamp>| at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
    let or_empty = Option::unwrap_or_default;
    let errors: Vec<String> = one
        .blockers
        .iter()
        .filter(|one| tell::is_obstacle(one))
        .map(|one| one.says.clone())
        .collect();
    [
        request.id.to_string(),
        one.account_name.clone(),
        or_empty(request.numbers.first().map(|one| one.number.to_string())),
        one.numbers.to_string(),
        request.details.losing_carrier.clone(),
        one.standing.status.words().to_owned(),
        or_empty(tell::ball(app, who, request, &one.standing, &one.calendar).map(|ball| ball.who)),
        errors.join(" "),
        tell::letter(&request.loa).text,
        tell::proof(request).text,
        or_empty(at(Some(request.created_at))),
        one.submitter.clone(),
        or_empty(at(request.released_at)),
        or_empty(at(port_date(request))),
        or_empty(at(moved(request))),
        or_empty(at(Some(one.updated_at))),
        or_empty(at(Some(request.last_movement))),
    ]
}

/// When the next window opens.
fn port_date(request: &PortRequest) -> Option<Timestamp> {
    crate::domain::port::next_window(request).map(|window| window.start)
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

fn row(app: &App, who: &SignedIn, one: &Glanced, now: Timestamp) -> PortRow {
    let request = &one.request;
    let zone = one.calendar.zone();
    let status = one.standing.status;
    let first = request.numbers.first().map_or_else(
        || "No number yet".to_owned(),
        |one| tell::number(one.number),
    );
    let errors = one
        .blockers
        .iter()
        .filter(|one| tell::is_obstacle(one))
        .take(3)
        .map(|one| tell::blocker(request, one))
        .collect();
    let window_at = port_date(request);
    PortRow {
        id: request.id.to_string(),
        account: one.account_name.clone(),
        errors,
        number: first,
        more: usize::try_from(one.numbers.saturating_sub(1)).unwrap_or(0),
        carrier: tell::carrier(request),
        by: one.submitter.clone(),
        submitted: request.released_at.map(|at| tell::when(at, zone, now)),
        status: tell::status(status),
        ball: tell::ball(app, who, request, &one.standing, &one.calendar),
        letter: tell::letter(&request.loa),
        proof: tell::proof(request),
        port_date: window_at.map(|at| tell::when(at, zone, now)),
        moved: moved(request)
            .filter(|_| window_at.is_none())
            .map(|at| tell::when(at, zone, now)),
        over: !status.is_open(),
        age: tell::age(request.created_at, now),
        updated: tell::when(one.updated_at, zone, now),
        actions: tell::actions(request, status, who.user.role),
        unread: 0,
    }
}
