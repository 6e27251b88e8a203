//! The desk: what needs a person, and the check of one request.

use axum::extract::{Path, State};
use jiff::Timestamp;

use super::errors::Answer;
use super::session::{Portal, SignedIn, live_seconds};
use super::tell;
use super::views::desk::{DeskItem, DeskPage, Queue};
use super::views::{Link, Pager, Room, Tone};
use crate::app::ports::{Filter, View};
use crate::app::{AppError, ports};
use crate::domain::port::{Attention, Status, words};

/// How many requests the desk's list holds at most. A desk with more has another problem.
const LINES_MAX: i64 = 200;

/// A part of the desk's list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Papers,
    Rejections,
    Dates,
    Customers,
    Carriers,
    Tests,
}

impl Part {
    const ALL: [Self; 7] = [
        Self::All,
        Self::Papers,
        Self::Rejections,
        Self::Dates,
        Self::Customers,
        Self::Carriers,
        Self::Tests,
    ];

    fn slug(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Papers => "papers",
            Self::Rejections => "rejections",
            Self::Dates => "dates",
            Self::Customers => "customers",
            Self::Carriers => "carriers",
            Self::Tests => "tests",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::All => "Everything",
            Self::Papers => "Papers to check",
            Self::Rejections => "Rejections",
            Self::Dates => "Dates",
            Self::Customers => "Customers ask",
            Self::Carriers => "Carriers",
            Self::Tests => "Tests and texts",
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::All => {
                "Everything that waits for somebody at the desk, the longest waiting first."
            }
            Self::Papers => "The letter is signed and a proof has come: compare, accept, submit.",
            Self::Rejections => {
                "Rejections that the customer cannot mend alone, or with a code that is not known."
            }
            Self::Dates => "Confirmed dates that are earlier than asked, or at risk.",
            Self::Customers => "Customers who asked for an update, and ports without news.",
            Self::Carriers => {
                "What a carrier refused, or said in words that are not known. Nothing was guessed."
            }
            Self::Tests => "Numbers whose test failed, or whose texts did not follow.",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::All => Tone::Info,
            Self::Papers | Self::Dates => Tone::Wait,
            Self::Rejections | Self::Carriers => Tone::Act,
            Self::Customers => Tone::Go,
            Self::Tests => Tone::Stop,
        }
    }

    fn holds(self, view: &View) -> bool {
        match self {
            Self::All => true,
            Self::Papers => view.standing.status == Status::InReview,
            _ => view
                .request
                .attention
                .iter()
                .any(|one| Self::of(one) == self),
        }
    }

    fn of(attention: &Attention) -> Self {
        match attention {
            Attention::Rejection { .. } => Self::Rejections,
            Attention::EarlyDate { .. } | Attention::Jeopardy { .. } => Self::Dates,
            Attention::UpdateAsked | Attention::Silence { .. } => Self::Customers,
            Attention::UnknownWord { .. }
            | Attention::CarrierRefused { .. }
            | Attention::Unreadable { .. } => Self::Carriers,
            Attention::TestFailed { .. } | Attention::TextFailed { .. } => Self::Tests,
        }
    }
}

pub(super) async fn queues(State(portal): State<Portal>, who: SignedIn) -> Answer {
    queue(&portal, &who, Part::All).await
}

pub(super) async fn one_queue(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(slug): Path<String>,
) -> Answer {
    who.desk_only()?;
    let part = Part::ALL
        .into_iter()
        .find(|part| part.slug() == slug)
        .ok_or(AppError::NotFound("page"))?;
    queue(&portal, &who, part).await
}

async fn queue(portal: &Portal, who: &SignedIn, here: Part) -> Answer {
    who.desk_only()?;
    let app = &portal.app;
    let filter = Filter {
        for_desk: true,
        limit: LINES_MAX,
        ..Filter::default()
    };
    let lines = ports::list(app, &who.caller, filter).await?;
    let mut views = Vec::with_capacity(lines.len());
    for line in &lines {
        views.push(ports::glance(app, &who.caller, line.id).await?);
    }
    views.sort_by_key(|view| view.request.last_movement);
    let queues = Part::ALL
        .into_iter()
        .map(|part| Queue {
            slug: part.slug().to_owned(),
            name: part.name().to_owned(),
            count: u32::try_from(views.iter().filter(|view| part.holds(view)).count())
                .unwrap_or(u32::MAX),
            here: part == here,
            tone: part.tone(),
        })
        .collect();
    let now = app.clock.now();
    let items: Vec<DeskItem> = views
        .iter()
        .filter(|view| here.holds(view))
        .map(|view| item(app, view, here, now))
        .collect();
    let page = DeskPage {
        shell: who.shell(Room::Desk, "Needs a person"),
        queues,
        purpose: here.purpose().to_owned(),
        pager: Pager {
            text: match items.len() {
                1 => "1 port".to_owned(),
                count => format!("{count} ports"),
            },
            previous: None,
            next: None,
        },
        items,
        live_seconds: live_seconds(app),
    };
    who.page(&page)
}

fn item(app: &crate::app::App, view: &View, here: Part, now: Timestamp) -> DeskItem {
    let request = &view.request;
    let lines: Vec<String> = request
        .attention
        .iter()
        .filter(|one| here == Part::All || Part::of(one) == here)
        .map(|one| super::port::capital(&words::attention(one)))
        .collect();
    let why = if lines.is_empty() {
        view.standing.next.clone()
    } else {
        lines.join(" ")
    };
    let days = view.calendar.silent_days(request.last_movement, now);
    DeskItem {
        port: tell::port_ref(view),
        why,
        age: match days {
            0 => tell::when(request.last_movement, view.calendar.zone(), now).text,
            1 => "1 business day".to_owned(),
            days => format!("{days} business days"),
        },
        late: days >= app.config.silence.chase_business_days,
        todo: Link::new(
            format!("/desk/ports/{}", request.id),
            if view.standing.status == Status::InReview {
                "Check"
            } else {
                "Open"
            },
        ),
    }
}
