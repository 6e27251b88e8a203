//! Why a request is on the desk's table, what to do about it, and by when. Pure.

use super::{DeskRow, Due, Page, Todo, window_end};
use crate::domain::calendar::{Calendar, PortDateLimits};
use crate::domain::number::E164;
use crate::domain::port::{Attention, Loa, Queue, Stage, Status, Verdict, words};

/// Why it is here, in sentences: one or more for each of these queues.
pub(super) fn why(row: &DeskRow, queues: &[Queue], calendar: &Calendar) -> String {
    let mut says: Vec<String> = Vec::new();
    for queue in queues {
        says.extend(
            row.attention
                .iter()
                .filter(|one| Queue::of(one) == *queue)
                .map(|one| words::capital(&words::attention(one))),
        );
        match queue {
            Queue::Documents => says.push(to_check(row)),
            Queue::Submit => says.push(to_submit(row)),
            Queue::Rejected if row.status == Ok(Status::Rejected) => {
                says.push(rejected(row).to_owned());
            }
            Queue::Dates if !dates_asked(row) => says.push(match row.window_at {
                Some(start) => format!(
                    "The port date was set: {}.",
                    words::moment(start, calendar.zone())
                ),
                None => "The port date was set.".to_owned(),
            }),
            Queue::Windows => says.push("Numbers are moving right now.".to_owned()),
            Queue::Tests if row.status == Ok(Status::SnapbackPending) => {
                says.push("The providers were asked to undo the port.".to_owned());
            }
            _ => {}
        }
    }
    if says.is_empty() {
        "Nothing waits for the desk.".to_owned()
    } else {
        says.join(" ")
    }
}

fn to_check(row: &DeskRow) -> String {
    let waiting: Vec<_> = row
        .proof
        .iter()
        .filter(|one| one.verdict == Verdict::Waiting)
        .collect();
    let again = row
        .proof
        .iter()
        .any(|one| matches!(one.verdict, Verdict::Refused { .. }));
    match (waiting.as_slice(), again) {
        ([one], false) => format!("A {} came: {}.", one.kind.words(), one.name),
        ([one], true) => format!(
            "Another {} came after one was refused: {}.",
            one.kind.words(),
            one.name
        ),
        (several, _) => format!("{} documents wait to be checked.", several.len()),
    }
}

fn to_submit(row: &DeskRow) -> String {
    if let Some(number) = &row.receiving {
        let number = number
            .parse::<E164>()
            .map_or_else(|_| number.clone(), words::number);
        return format!("Blocked: {number} is set up as a receiving number in this account.");
    }
    let wish = row.details.requested_date.map_or_else(String::new, |date| {
        format!(" Preferred date: {}.", date.strftime("%a, %b %-d"))
    });
    format!("Signed and proved.{wish}")
}

fn rejected(row: &DeskRow) -> &'static str {
    if at_desk(row) {
        "The losing provider rejected it."
    } else if matches!(row.loa, Loa::Sent { .. }) {
        "It was corrected; the new letter waits for the owner's signature."
    } else {
        "The losing provider rejected it; the customer has the question."
    }
}

/// Whether the desk has to mend a rejection, and not the customer.
fn at_desk(row: &DeskRow) -> bool {
    row.attention
        .iter()
        .any(|one| Queue::of(one) == Queue::Rejected)
}

fn dates_asked(row: &DeskRow) -> bool {
    row.attention
        .iter()
        .any(|one| Queue::of(one) == Queue::Dates)
}

/// What to do next.
pub(super) fn todo(row: &DeskRow, queue: Option<Queue>) -> Todo {
    let review = |verb, text| Todo {
        text,
        verb,
        page: Page::Review,
    };
    match queue {
        Some(Queue::Documents) => review("Check", "Compare it with what was typed."),
        Some(Queue::Submit) if row.receiving.is_some() => {
            review("Look", "Have the receiving number removed.")
        }
        Some(Queue::Submit) => review("Submit", "Submit it to the carrier."),
        Some(Queue::Rejected) if at_desk(row) => review(
            "Correct",
            "Correct it with the customer, or give up numbers.",
        ),
        Some(Queue::Rejected) => review("Look", "Call them if no answer comes."),
        Some(Queue::Dates)
            if row
                .attention
                .iter()
                .any(|one| matches!(one, Attention::EarlyDate { .. })) =>
        {
            review("Decide", "Ask whether the customer is ready.")
        }
        Some(Queue::Dates) if dates_asked(row) => {
            review("Look", "Ask the carrier what is at risk.")
        }
        Some(Queue::Dates) => review("Look", "See that calls have somewhere to ring."),
        Some(Queue::Windows) => Todo {
            text: "Test each number when it has moved.",
            verb: "Test",
            page: Page::Test,
        },
        Some(Queue::Silent) => review("Look", "Ask the carrier again, or call them."),
        Some(Queue::Words) => review("Look", "Ask the carrier what it means."),
        Some(Queue::Customers) => Todo {
            text: "Answer with a note.",
            verb: "Answer",
            page: Page::Notes,
        },
        Some(Queue::Tests) if row.status == Ok(Status::SnapbackPending) => {
            review("Look", "Follow it up with the providers.")
        }
        Some(Queue::Tests) => Todo {
            text: "Have the routing corrected and test again.",
            verb: "Test",
            page: Page::Test,
        },
        None => review("Open", "Nothing right now."),
    }
}

/// By when something is due there, if that is known.
pub(super) fn due(row: &DeskRow, queue: Queue, calendar: &Calendar) -> Option<Due> {
    match queue {
        // The carriers need some business days before the date that the customer wishes.
        Queue::Documents | Queue::Submit => row.details.requested_date.map(|date| {
            let lead = i64::from(PortDateLimits::default().min_business_days);
            Due {
                what: "Submit by",
                at: calendar.start_of(calendar.add_business_days(date, -lead)),
                day: true,
            }
        }),
        Queue::Dates => row.window_at.map(|at| Due {
            what: "Ports",
            at,
            day: false,
        }),
        Queue::Windows => row.window_at.map(|at| Due {
            what: "Until",
            at: window_end(at),
            day: false,
        }),
        Queue::Tests => match row.stage {
            Stage::SnapbackPending { deadline, .. } => Some(Due {
                what: "Possible until",
                at: deadline,
                day: false,
            }),
            _ => None,
        },
        Queue::Rejected | Queue::Silent | Queue::Words | Queue::Customers => None,
    }
}
