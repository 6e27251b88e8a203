//! `portolan port list`

use serde_json::json;

use super::model::Line;
use super::{pages, read, times, words};
use crate::cli::client::Client;
use crate::cli::table::{Cell, Fit, Table};
use crate::cli::{Context, Error, Ink};
use crate::domain::port::Status;

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only in these statuses: in_review, "Action required", …; `open` and `closed` mean all such. Repeat it or use commas
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = parse_status)]
    status: Vec<Statuses>,
    /// Only with a number, title, carrier or id that contains this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only of this account; for the desk
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// As many at most
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// All of them
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// What a word on the command line names.
#[derive(Clone, Debug)]
pub(super) struct Statuses(Vec<Status>);

fn parse_status(text: &str) -> Result<Statuses, String> {
    let known =
        |wanted: fn(&Status) -> bool| Statuses(Status::ALL.into_iter().filter(wanted).collect());
    match text.trim().to_lowercase().as_str() {
        "open" => Ok(known(|one| one.is_open())),
        "closed" => Ok(known(|one| !one.is_open())),
        _ => status_named(text).map(|status| Statuses(vec![status])),
    }
}

/// A status by its name or by the words on screens.
pub(super) fn status_named(text: &str) -> Result<Status, String> {
    let plain = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
    let typed = plain(text);
    Status::ALL
        .into_iter()
        .find(|one| one.name() == typed || plain(one.words()) == typed)
        .ok_or_else(|| {
            format!(
                "there is no such status; known are {}",
                Status::ALL.map(Status::name).join(", ")
            )
        })
}

pub(super) async fn run(
    args: ListArgs,
    client: &Client,
    context: &mut Context,
) -> Result<(), Error> {
    let mut query: Vec<(&str, String)> = Vec::new();
    if !args.status.is_empty() {
        let mut names: Vec<&str> = args
            .status
            .iter()
            .flat_map(|one| one.0.iter().map(|status| status.name()))
            .collect();
        names.dedup();
        query.push(("status", names.join(",")));
    }
    if let Some(text) = &args.search {
        query.push(("q", searched(text)));
    }
    if let Some(account) = &args.account {
        query.push(("account", account.clone()));
    }
    let most = (!args.all).then_some(args.limit as usize);
    let (items, more, reply) = pages(client, &["ports"], &query, most).await?;
    let ui = &mut context.ui;
    if ui.is_json() {
        return ui.json(&json!({ "items": items, "more": more }));
    }
    let lines: Vec<Line> = read(&items)?;
    if lines.is_empty() {
        ui.note(if query.is_empty() {
            "There is no port request yet. `portolan port create --file NUMBERS.csv` files one."
        } else {
            "No port request is like this."
        });
        return Ok(());
    }
    let desk = client
        .get(&["me"])
        .send()
        .await?
        .body
        .get("account")
        .is_none_or(serde_json::Value::is_null);
    let Some(reply) = reply else { return Ok(()) };
    let times = times(&reply);
    let mut table = Table::new(&[
        ("ID", Fit::Whole),
        ("TITLE", Fit::Cut),
        ("ACCOUNT", Fit::Cut),
        ("CARRIER", Fit::Cut),
        ("NUMBERS", Fit::Whole),
        ("STATUS", Fit::CutTo(20)),
        ("PORT DATE", Fit::Whole),
        ("WAITS FOR", Fit::Whole),
        ("AGE", Fit::Whole),
    ]);
    for line in &lines {
        table.row([
            Cell::ink(words::short(&line.id), Ink::Strong),
            words::title(&line.title, &line.losing_carrier).into(),
            if desk { line.account.name.as_str() } else { "" }.into(),
            line.losing_carrier.as_str().into(),
            numbers(line).into(),
            Cell::ink(line.status_label.as_str(), words::status_ink(&line.status)),
            line.window_at
                .map_or_else(String::new, |at| times.day(at))
                .into(),
            words::waits_for(&line.waits_for, desk)
                .trim_start_matches("the ")
                .into(),
            Cell::ink(times.age(line.created_at), Ink::Faint),
        ]);
    }
    table
        .without_empty()
        .fitting(ui, &["ACCOUNT", "CARRIER", "AGE", "WAITS FOR"])
        .show(ui)?;
    if more {
        ui.note(format!(
            "Shown are the newest {}, and there are more: --limit N, --all, or --search TEXT.",
            lines.len()
        ));
    }
    Ok(())
}

/// A number is looked for by its digits, however it is written.
fn searched(text: &str) -> String {
    match crate::domain::number::parse_typed(text) {
        Ok(typed) => typed.number.to_string(),
        Err(_) => text.to_owned(),
    }
}

fn numbers(line: &Line) -> String {
    let first = line.first_number.as_deref().map(words::national);
    match (first, line.number_count) {
        (None, _) => "none yet".to_owned(),
        (Some(first), 0 | 1) => first,
        (Some(first), count) => format!("{first} +{}", count - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_named_as_it_is_read() {
        for text in ["in_review", "In review", "in-review", " IN REVIEW "] {
            assert_eq!(status_named(text), Ok(Status::InReview), "{text}");
        }
        assert_eq!(status_named("action required"), Ok(Status::Rejected));
        assert!(
            status_named("lost")
                .expect_err("unknown")
                .contains("in_review")
        );
        let closed = parse_status("closed").expect("known");
        assert_eq!(
            closed.0,
            [Status::Completed, Status::Cancelled, Status::SnappedBack]
        );
    }
}
