//! `portolan port note`, `submit` and `cancel`.

use std::io::{IsTerminal as _, Read as _};

use serde_json::json;

use super::model::Port;
use super::{find, once, words};
use crate::cli::client::{Client, Reply};
use crate::cli::{Context, Error, Ink, Ui};

#[derive(Debug, clap::Args)]
pub(super) struct NoteArgs {
    /// Which one: its id, the eight characters that lists show, or one of its numbers
    #[arg(value_name = "ID")]
    id: String,
    /// The note; `-` reads it from the standard input
    #[arg(value_name = "TEXT")]
    text: String,
    /// Only the desk sees it; for the desk
    #[arg(long)]
    staff_only: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct SubmitArgs {
    /// Which one: its id, the eight characters that lists show, or one of its numbers
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct CancelArgs {
    /// Which one: its id, the eight characters that lists show, or one of its numbers
    #[arg(value_name = "ID")]
    id: String,
    /// Why; the others and the carrier read it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Do not ask whether it is meant
    #[arg(long)]
    yes: bool,
}

pub(super) async fn note(
    args: NoteArgs,
    client: &Client,
    context: &mut Context,
) -> Result<(), Error> {
    let text = match args.text.as_str() {
        "-" => from_stdin(&mut context.ui)?,
        text => text.to_owned(),
    };
    if text.trim().is_empty() {
        return Err(Error::refused("the note is empty"));
    }
    let id = find(client, &args.id).await?;
    let reply = client
        .post(&["ports", &id, "notes"])
        .json(&json!({ "text": text.trim(), "staff_only": args.staff_only }))
        .once(once())
        .send()
        .await?;
    done(&mut context.ui, &reply, |port| {
        format!("The note stands on {}.", called(port))
    })
}

fn from_stdin(ui: &mut Ui) -> Result<String, Error> {
    if std::io::stdin().is_terminal() {
        ui.note("Write the note, and end it with Ctrl-D.");
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(64 * 1024)
        .read_to_string(&mut text)
        .map_err(|error| {
            Error::user(error).context("cannot read the note from the standard input")
        })?;
    Ok(text)
}

pub(super) async fn submit(
    args: SubmitArgs,
    client: &Client,
    context: &mut Context,
) -> Result<(), Error> {
    let id = find(client, &args.id).await?;
    let reply = client.get(&["ports", &id]).send().await?;
    let before: Port = reply.read()?;
    // After a rejection the same wish means the way back to the carrier.
    let again = before.released_at.is_some();
    let verb = if again { "resubmit" } else { "submit" };
    let reply = client
        .post(&["ports", &id, verb])
        .json(&json!({}))
        .once(once())
        .send()
        .await?;
    done(&mut context.ui, &reply, |port| match again {
        true => format!("{} goes back to the carrier.", called(port)),
        false => format!("{} goes to the gaining carrier.", called(port)),
    })
}

pub(super) async fn cancel(
    args: CancelArgs,
    client: &Client,
    context: &mut Context,
) -> Result<(), Error> {
    let id = find(client, &args.id).await?;
    let reply = client.get(&["ports", &id]).send().await?;
    let port: Port = reply.read()?;
    let ui = &mut context.ui;
    if !args.yes && !words::is_over(&port.status) {
        let what = ui.paint_note(Ink::Strong, called(&port));
        ui.note(format!(
            "{what}, {} with {}.",
            port.status_label,
            count(&port)
        ));
        ui.note(meaning(&port));
        match ui.confirm("Cancel it?") {
            Some(true) => {}
            Some(false) => return Err(Error::refused("nothing was cancelled")),
            None => {
                return Err(
                    Error::refused("nobody is there to be asked whether it is meant")
                        .hint("add --yes"),
                );
            }
        }
    }
    let reply = client
        .post(&["ports", &id, "cancel"])
        .json(&json!({ "reason": args.reason }))
        .once(once())
        // What was shown is what is cancelled.
        .only_if(reply.etag)
        .send()
        .await?;
    done(ui, &reply, |port| match port.status.as_str() {
        "cancelled" => format!(
            "{} is cancelled. The numbers stay where they are.",
            called(port)
        ),
        _ => format!(
            "The carrier is asked to cancel {}. Until it agrees, the numbers may still port: `portolan port watch {}`.",
            called(port),
            words::short(&port.id)
        ),
    })
}

/// What cancelling means as things stand.
fn meaning(port: &Port) -> &'static str {
    match port.released_at {
        None => {
            "Nothing is at a carrier yet: it ends at once, and the numbers stay where they are."
        }
        Some(_) => {
            "It is at the carrier already: the carrier is asked to cancel, which can be too late. Then the numbers port all the same."
        }
    }
}

fn called(port: &Port) -> String {
    format!(
        "{} {}",
        words::short(&port.id),
        words::title(&port.title, &port.losing_carrier)
    )
}

fn count(port: &Port) -> String {
    match port.number_count {
        1 => "1 number".to_owned(),
        count => format!("{count} numbers"),
    }
}

/// Shows what came of it.
fn done(ui: &mut Ui, reply: &Reply, says: impl Fn(&Port) -> String) -> Result<(), Error> {
    if ui.is_json() {
        return ui.json(&reply.body);
    }
    let port: Port = reply.read()?;
    ui.note(says(&port));
    Ok(())
}
