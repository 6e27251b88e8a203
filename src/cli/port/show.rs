//! `portolan port show`

use serde_json::Value;

use super::model::{Event, Number, Port, Question};
use super::words::{self, Times};
use super::{find, pages, read, times};
use crate::cli::client::Client;
use crate::cli::table::{Cell, Fit, Table, wrap};
use crate::cli::{Context, Error, Ink, Ui};

/// As many numbers and events are shown without `--all`.
const NUMBERS_SHOWN: usize = 12;
const EVENTS_SHOWN: usize = 6;

#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Which one: its id, the eight characters that lists show, or one of its numbers
    #[arg(value_name = "ID")]
    id: String,
    /// All numbers and the whole history
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(
    args: ShowArgs,
    client: &Client,
    context: &mut Context,
) -> Result<(), Error> {
    let id = find(client, &args.id).await?;
    let reply = client.get(&["ports", &id]).send().await?;
    let port: Port = reply.read()?;
    if context.ui.is_json() {
        let mut body = reply.body;
        if args.all {
            let (numbers, ..) = pages(client, &["ports", &id, "numbers"], &[], None).await?;
            let (events, ..) = pages(client, &["ports", &id, "events"], &[], None).await?;
            body["numbers"] = Value::Array(numbers);
            body["events"] = Value::Array(events);
        }
        return context.ui.json(&body);
    }
    let times = times(&reply);
    let (events, ..) = pages(client, &["ports", &id, "events"], &[], None).await?;
    let events: Vec<Event> = read(&events)?;
    let numbers: Vec<Number> = if args.all && port.numbers.len() < port.number_count {
        let (numbers, ..) = pages(client, &["ports", &id, "numbers"], &[], None).await?;
        read(&numbers)?
    } else {
        port.numbers.clone()
    };
    let ui = &mut context.ui;
    head(ui, &port)?;
    standing(ui, &port, &times)?;
    obstacles(ui, &port)?;
    self::numbers(ui, &port, &numbers, args.all, &times)?;
    papers(ui, &port, &times)?;
    history(ui, &events, args.all, &times)?;
    next(ui, &port, client.base())
}

/// A heading with an empty line above it.
fn heading(ui: &mut Ui, text: &str) -> Result<(), Error> {
    let text = ui.paint(Ink::Strong, text);
    ui.line("")?;
    ui.line(text)
}

/// A text over as many lines as it takes, moved to the right.
pub(super) fn paragraph(ui: &mut Ui, first: &str, indent: usize, text: &str) -> Result<(), Error> {
    let room = ui.width().unwrap_or(usize::MAX).saturating_sub(indent);
    for (at, line) in wrap(text, room).into_iter().enumerate() {
        match at {
            0 => ui.line(format!("{first:<indent$}{line}"))?,
            _ => ui.line(format!("{:indent$}{line}", ""))?,
        }
    }
    Ok(())
}

/// Which one it is, and its status.
pub(super) fn head(ui: &mut Ui, port: &Port) -> Result<(), Error> {
    let desk = words::asked_by_desk(port);
    let title = ui.paint(Ink::Strong, words::title(&port.title, &port.losing_carrier));
    let id = ui.paint(Ink::Faint, &port.id);
    ui.line(format!("{title}  {id}"))?;
    let status = ui.paint(words::status_ink(&port.status), &port.status_label);
    let holder = words::waits_for(&port.waits_for, desk);
    ui.line(match holder.as_str() {
        "" => status,
        holder => format!("{status}, waits for {holder}"),
    })?;
    ui.line("")
}

/// The head sentence.
fn standing(ui: &mut Ui, port: &Port, times: &Times) -> Result<(), Error> {
    paragraph(ui, "", 0, &format!("{} {}", port.now, port.next))?;
    if let Some(by) = port.by {
        ui.line(format!("By {}", times.moment(by)))?;
    }
    if port.safe_to_cancel_old_service {
        let safe = ui.paint(Ink::Good, "The old service can be cancelled now.");
        ui.line(safe)?;
    }
    Ok(())
}

/// What is in the way and how to clear it.
pub(super) fn obstacles(ui: &mut Ui, port: &Port) -> Result<(), Error> {
    let mut questions: Vec<&Question> = Vec::new();
    for question in port.numbers.iter().flat_map(|one| &one.voice.questions) {
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    if !port.blockers.is_empty() {
        heading(ui, "What is in the way")?;
        for one in &port.blockers {
            let about = match (&one.field, &one.number) {
                (_, Some(number)) => format!(" [{}]", words::national(number)),
                (Some(field), None) => format!(" [{field}]"),
                (None, None) => String::new(),
            };
            // "Fill in the city. Fill it in." says no more than its first half.
            let way_out = match one.way_out.as_str() {
                "" | "Fill it in." => String::new(),
                way_out if one.says.contains(way_out.trim_end_matches('.')) => String::new(),
                way_out => format!(" {way_out}"),
            };
            paragraph(ui, "  - ", 4, &format!("{}{way_out}{about}", one.says))?;
        }
    }
    if !questions.is_empty() {
        heading(ui, "What the losing provider asks")?;
        for one in questions {
            let text = format!("{} {} [{}]", one.ask, one.help, one.field);
            paragraph(ui, "  - ", 4, &text)?;
        }
    }
    if let Some(attention) = port.attention.as_ref().filter(|list| !list.is_empty()) {
        heading(ui, "For the desk to decide")?;
        for one in attention {
            paragraph(ui, "  - ", 4, &one.says)?;
        }
    }
    Ok(())
}

fn numbers(
    ui: &mut Ui,
    port: &Port,
    numbers: &[Number],
    all: bool,
    times: &Times,
) -> Result<(), Error> {
    heading(ui, &format!("Numbers ({})", port.number_count))?;
    if numbers.is_empty() {
        return ui.line("  none yet");
    }
    let shown = if all { usize::MAX } else { NUMBERS_SHOWN };
    let mut table = Table::new(&[
        ("NUMBER", Fit::Whole),
        ("KIND", Fit::Whole),
        ("CALLS", Fit::Wrap),
        ("TEXTS", Fit::Wrap),
        ("RINGS AT", Fit::Whole),
        ("SOURCE", Fit::Cut),
    ])
    .indented(2);
    for one in numbers.iter().take(shown) {
        let (voice, voice_ink) = words::voice(one, times);
        let (texts, texts_ink) = words::texts(one, times);
        table.row([
            one.national.as_str().into(),
            match one.kind.as_str() {
                "unknown" => "",
                kind => kind,
            }
            .replace('_', "-")
            .into(),
            Cell::ink(voice, voice_ink),
            Cell::ink(texts, texts_ink),
            one.receiving
                .as_deref()
                .map_or_else(String::new, words::national)
                .into(),
            one.source.clone().unwrap_or_default().into(),
        ]);
    }
    table.without_empty().fitting(ui, &["SOURCE"]).show(ui)?;
    let more = port.number_count.saturating_sub(shown.min(numbers.len()));
    if more > 0 {
        ui.line(format!("  … and {more} more: --all"))?;
    }
    Ok(())
}

fn papers(ui: &mut Ui, port: &Port, times: &Times) -> Result<(), Error> {
    heading(ui, "Papers")?;
    let mut table = Table::new(&[("", Fit::Whole), ("", Fit::Wrap)]).indented(2);
    let mut row = |name: &str, text: String| {
        if !text.is_empty() {
            table.row([Cell::ink(name, Ink::Faint), text.into()]);
        }
    };
    row("Losing carrier", port.losing_carrier.clone());
    let person = format!("{} {}", port.customer.first_name, port.customer.last_name);
    let holder: Vec<&str> = [port.customer.business_name.trim(), person.trim()]
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    row("Account holder", holder.join(", "));
    row(
        "Account number",
        port.account_number.clone().unwrap_or_default(),
    );
    row("PIN", port.pin.clone().unwrap_or_default());
    row("Letter", letter(port, times));
    for proof in &port.proof {
        let verdict = match (proof.verdict.as_str(), &proof.reason) {
            ("waiting", _) => "waits for the desk's check".to_owned(),
            (verdict, Some(reason)) => format!("{verdict}: {reason}"),
            (verdict, None) => verdict.to_owned(),
        };
        row("Proof", format!("{}, {verdict}", proof.name));
    }
    for order in &port.orders {
        let key = order.support_key.as_deref().unwrap_or("no key yet");
        let date = order
            .confirmed_foc
            .map_or_else(String::new, |at| format!(", {}", times.moment(at)));
        let why: Vec<String> = order
            .reasons
            .iter()
            .map(|one| format!("{} ({})", one.text, one.code))
            .collect();
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(": {}", why.join("; "))
        };
        let status = order.status.replace('_', " ");
        row(
            "Carrier order",
            format!("{} {key}, {status}{date}{why}", order.carrier),
        );
    }
    row(
        "Filed",
        format!(
            "{}, {}, for {}",
            times.moment(port.created_at),
            port.submitter.name,
            port.account.name
        ),
    );
    table.show(ui)
}

fn letter(port: &Port, times: &Times) -> String {
    let loa = &port.loa;
    let who = loa
        .signer
        .as_ref()
        .or(port.signer.as_ref())
        .map(|signer| format!("{} <{}>", signer.name, signer.email))
        .unwrap_or_default();
    let reason = loa.reason.as_deref().unwrap_or_default();
    match loa.state.as_str() {
        "not_sent" if reason.is_empty() => "not sent yet".to_owned(),
        "not_sent" => format!("has to be signed again: it was {reason}"),
        "sent" => match loa.expires_at {
            Some(at) => format!("sent to {who}, to be signed by {}", times.moment(at)),
            None => format!("sent to {who}"),
        },
        "signed" => match loa.signed_at {
            Some(at) => format!("signed by {who}, {}", times.moment(at)),
            None => format!("signed by {who}"),
        },
        "declined" => format!("declined by {who}: {reason}"),
        "expired" => format!("was not signed in time by {who}"),
        other => other.replace('_', " "),
    }
}

fn history(ui: &mut Ui, events: &[Event], all: bool, times: &Times) -> Result<(), Error> {
    let skipped = match all {
        true => 0,
        false => events.len().saturating_sub(EVENTS_SHOWN),
    };
    heading(ui, "History")?;
    if skipped > 0 {
        ui.line(format!("  … {skipped} before these: --all"))?;
    }
    let mut table = Table::new(&[("", Fit::Whole), ("", Fit::Cut), ("", Fit::Wrap)]).indented(2);
    for event in events.iter().skip(skipped) {
        table.row([
            Cell::ink(times.stamp(event.at), Ink::Faint),
            Cell::ink(by(event), Ink::Faint),
            event.says.as_str().into(),
        ]);
    }
    table.show(ui)
}

/// Who caused it.
pub(super) fn by(event: &Event) -> String {
    match event.by.role.as_str() {
        "timer" => "Portolan".to_owned(),
        _ if event.staff_only => format!("{} (desk only)", event.by.name),
        _ => event.by.name.clone(),
    }
}

/// What can be done now, by this program and elsewhere.
pub(super) fn next(ui: &mut Ui, port: &Port, base: &str) -> Result<(), Error> {
    let id = words::short(&port.id);
    let may = |action: &str| port.allowed_actions.iter().any(|one| one == action);
    let page = match words::asked_by_desk(port) {
        true => format!("{base}/desk/ports/{}", port.id),
        false => format!("{base}/numbers/ports/{}", port.id),
    };
    let mut table = Table::new(&[("", Fit::Whole), ("", Fit::Whole)]).indented(2);
    let mut row =
        |command: String, what: &str| table.row([command.into(), Cell::ink(what, Ink::Faint)]);
    if may("submit") && port.blockers.is_empty() {
        row(
            format!("portolan port submit {id}"),
            "to the gaining carrier",
        );
    } else if may("resubmit") && port.blockers.is_empty() {
        row(format!("portolan port submit {id}"), "back to the carrier");
    }
    if may("add_numbers") {
        row(
            format!("portolan port import {id} --file FILE"),
            "more numbers",
        );
    }
    if !words::is_over(&port.status) {
        row(format!("portolan port watch {id}"), "follow it");
    }
    heading(ui, "Next")?;
    table.show(ui)?;
    // On a line of its own, so that a narrow terminal leaves it whole.
    ui.line(format!("  {page}"))
}
