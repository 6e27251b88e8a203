//! `portolan port`: files and follows port requests through a server's API, so that it works from any machine.

mod create;
pub(super) mod file;
mod form;
mod list;
mod model;
mod moves;
mod secrets;
mod show;
mod watch;
mod words;

use serde::Deserialize;
use serde_json::Value;

use super::client::{Client, ConnectionArgs, Reply};
use super::{Context, Error};
use crate::domain::number::parse_typed;
use crate::ids::Ids;
use model::Line;
use words::Times;

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(subcommand)]
    command: Command,
}

// Written without breaks inside of paragraphs: the terminal's width decides.
const HELP: &str = "\
An ID is a port request's whole id, the eight characters that lists show, or one of its telephone numbers.

The API key is read from PORTOLAN_API_KEY or a file. It is never part of the command line, which others on the machine can read. `portolan apikey add` makes one, and so does the portal under Settings.";

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Files a port request from a list of numbers (CSV or Excel) and what is on the phone bill
    Create(Box<create::CreateArgs>),
    /// Puts more numbers on a port request: mended rows, a forgotten list
    Import(create::ImportArgs),
    /// Lists port requests, newest first
    List(list::ListArgs),
    /// Shows where a port request stands, what is in the way, and its numbers
    Show(show::ShowArgs),
    /// Follows port requests until they end, one line for each change
    Watch(watch::WatchArgs),
    /// Writes a note on a port request; those who follow it get it by mail
    Note(moves::NoteArgs),
    /// Submits a port request to the gaining carrier, or sends a mended one back; for the desk
    Submit(moves::SubmitArgs),
    /// Cancels a port request
    Cancel(moves::CancelArgs),
}

pub(super) async fn run(args: Args, context: &mut Context) -> Result<(), Error> {
    let connection = args.connection;
    match args.command {
        Command::Create(args) => create::create(*args, &connection, context).await,
        Command::Import(args) => create::import(args, &connection, context).await,
        Command::List(args) => list::run(args, &connection.client(context)?, context).await,
        Command::Show(args) => show::run(args, &connection.client(context)?, context).await,
        Command::Watch(args) => watch::run(args, &connection.client(context)?, context).await,
        Command::Note(args) => moves::note(args, &connection.client(context)?, context).await,
        Command::Submit(args) => moves::submit(args, &connection.client(context)?, context).await,
        Command::Cancel(args) => moves::cancel(args, &connection.client(context)?, context).await,
    }
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// All that a list of the API holds, up to `most`, and whether there is more. Items stay as they came.
async fn pages(
    client: &Client,
    path: &[&str],
    query: &[(&str, String)],
    most: Option<usize>,
) -> Result<(Vec<Value>, bool, Option<Reply>), Error> {
    const PAGE: usize = 200;
    let mut all: Vec<Value> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let room = most.map_or(PAGE, |most| most.saturating_sub(all.len()).clamp(1, PAGE));
        let mut call = client.get(path).with("limit", room);
        for (name, value) in query {
            call = call.with(name, value);
        }
        if let Some(cursor) = &cursor {
            call = call.with("cursor", cursor);
        }
        let reply = call.send().await?;
        let page: Page<Value> = reply.read()?;
        all.extend(page.items);
        let full = most.is_some_and(|most| all.len() >= most);
        match page.next_cursor {
            Some(next) if !full => cursor = Some(next),
            next => return Ok((all, next.is_some(), Some(reply))),
        }
    }
}

/// Items as structures of ours.
fn read<T: serde::de::DeserializeOwned>(items: &[Value]) -> Result<Vec<T>, Error> {
    Reply {
        etag: None,
        desk_time: None,
        replayed: false,
        body: Value::Array(items.to_vec()),
    }
    .read()
}

/// The desk's time of an answer; the machine's own where an older server does not say it.
fn times(reply: &Reply) -> Times {
    let here = || crate::clock::Clock::system().wall();
    Times::here(reply.desk_time.unwrap_or_else(here))
}

/// A name for one request, under which it happens once however often it is sent.
fn once() -> String {
    format!("cli-{}", hex::encode(&Ids::random().secret()[..16]))
}

/// The whole id of the port request that somebody means.
async fn find(client: &Client, meant: &str) -> Result<String, Error> {
    let meant = meant.trim();
    if meant.starts_with("port_") {
        return Ok(meant.to_owned());
    }
    if let Ok(typed) = parse_typed(meant) {
        let found = search(client, &typed.number.to_string()).await?;
        return by_number(meant, found);
    }
    let lower = meant.to_lowercase();
    if lower.len() >= 4 && lower.bytes().all(|sign| sign.is_ascii_hexdigit()) {
        let mut found = search(client, &lower).await?;
        found.retain(|line| line.id.ends_with(&lower));
        return one_of(meant, found);
    }
    Err(Error::refused(format!("no port request is called `{meant}`"))
        .hint("name it by its id, by the eight characters that `portolan port list` shows, or by one of its numbers")
        .hint(format!("`portolan port list --search \"{meant}\"` looks for words")))
}

async fn search(client: &Client, text: &str) -> Result<Vec<Line>, Error> {
    let query = [("q", text.to_owned())];
    let (items, ..) = pages(client, &["ports"], &query, Some(50)).await?;
    read(&items)
}

/// A number is on one open port request at most; those that are over are only meant when there is no other.
fn by_number(meant: &str, found: Vec<Line>) -> Result<String, Error> {
    let open: Vec<Line> = found
        .iter()
        .filter(|line| !words::is_over(&line.status))
        .cloned()
        .collect();
    one_of(meant, if open.is_empty() { found } else { open })
}

fn one_of(meant: &str, found: Vec<Line>) -> Result<String, Error> {
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(Error::refused(format!(
            "there is no port request `{meant}` that you may see"
        ))
        .hint("`portolan port list` shows those that there are")),
        several => {
            let list: Vec<String> = several
                .iter()
                .take(10)
                .map(|line| {
                    format!(
                        "{}  {}  {}",
                        line.id,
                        words::title(&line.title, &line.losing_carrier),
                        line.status_label
                    )
                })
                .collect();
            Err(Error::refused(format!(
                "`{meant}` can mean {} port requests:\n{}",
                several.len(),
                list.join("\n")
            ))
            .hint("name the one that you mean by its whole id"))
        }
    }
}
