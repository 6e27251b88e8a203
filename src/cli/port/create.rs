//! `portolan port create` and `import`: a list of numbers and what is on the bill become a port request.

use std::path::PathBuf;
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sha2::Sha256;

use super::file::{Map, NumberFile, parse_map};
use super::form::FormArgs;
use super::model::{Port, Report};
use super::{find, once, show, words};
use crate::api::{ImportReport, check_new_port};
use crate::cli::client::{Client, ConnectionArgs, Reply};
use crate::cli::table::{Cell, Fit, Table};
use crate::cli::{Context, Error, Ink, Kind, Ui};

/// As many bad rows are shown; JSON has all of them.
const ROWS_SHOWN: usize = 50;

#[derive(Debug, clap::Args)]
#[command(after_help = CREATE_HELP)]
pub(super) struct CreateArgs {
    /// The numbers: CSV, TSV or semicolons in any usual encoding, or an Excel workbook (.xlsx)
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// What a column holds: its heading, letter or number, `=`, and number, receiving_number, source, account_name,
    /// description, pin or ignore. Only needed where the headings do not say it
    #[arg(long, value_name = "COLUMN=MEANING", value_parser = parse_map, requires = "file")]
    map: Vec<Map>,
    /// Check the file and the form here, and file nothing. Needs no server and no key
    #[arg(long)]
    dry_run: bool,
    /// File it once more, although the same was filed before
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    form: FormArgs,
}

const CREATE_HELP: &str = "\
Good rows are taken, bad ones are listed by line, column and reason. Nothing is filed when no row is good.

The account number and the PIN are never flags, which others on the machine can read: give them in the file of --form, in PORTOLAN_ACCOUNT_NUMBER and PORTOLAN_PORT_OUT_PIN, or with --ask-secrets.

Running the same command again files nothing twice: it shows what was filed, as long as that is open.

Exit code 0 says that the request was filed, also if some rows were refused.";

#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// Which one: its id, the eight characters that lists show, or one of its numbers
    #[arg(value_name = "ID")]
    id: String,
    /// The numbers: CSV, TSV or semicolons in any usual encoding, or an Excel workbook (.xlsx)
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// What a column holds: its heading, letter or number, `=`, and its meaning; see `port create --help`
    #[arg(long, value_name = "COLUMN=MEANING", value_parser = parse_map)]
    map: Vec<Map>,
    /// Say what would become of the file, and store nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn create(
    args: CreateArgs,
    connection: &ConnectionArgs,
    context: &mut Context,
) -> Result<(), Error> {
    if args.file.is_none() && args.form.is_empty() {
        return Err(Error::usage("there is nothing to file").hint(
            "name a list of numbers with --file, and what is on the bill with --form or flags",
        ));
    }
    let file = match &args.file {
        Some(path) => Some(NumberFile::read(path, &args.map)?),
        None => None,
    };
    // Before the questions for secrets: nobody is asked in vain.
    if let Some(file) = file.as_ref().filter(|file| file.report.accepted == 0) {
        return nothing_good(&mut context.ui, file, &local(file)?);
    }
    if args.dry_run {
        let body = args.form.body(context).await?;
        return dry_run(&mut context.ui, file.as_ref(), &body);
    }
    let client = connection.client(context)?;
    let body = args.form.body(context).await?;
    let ui = &mut context.ui;
    let spinner = spinner(ui, "Filing the request");
    let filed = file_request(&client, &body, file.as_ref(), args.again).await;
    let filed = match filed {
        Ok(filed) => filed,
        Err(error) => {
            spinner.finish_and_clear();
            return Err(error);
        }
    };
    let imported = match &file {
        Some(file) => {
            spinner.set_message(format!("Sending {} numbers", file.report.accepted));
            Some(send(&client, &filed.id, file, &filed.name, false).await)
        }
        None => None,
    };
    spinner.finish_and_clear();
    let imported = match imported {
        Some(Err(error)) => return Err(left_over(&client, &filed, error).await),
        Some(Ok(reply)) => Some(reply),
        None => None,
    };
    let reply = client.get(&["ports", &filed.id]).send().await?;
    let port: Port = reply.read()?;
    let report: Option<Report> = imported.as_ref().map(Reply::read).transpose()?;
    if let (Some(file), Some(report)) = (&file, &report)
        && report.accepted == 0
        && port.number_count == 0
    {
        withdraw(&client, &filed.id).await;
        return nothing_good(ui, file, &imported.map_or(Value::Null, |reply| reply.body));
    }
    if ui.is_json() {
        let import = imported.map(|reply| reply.body);
        return ui
            .json(&json!({ "port": reply.body, "import": import, "repeated": filed.repeated }));
    }
    if filed.repeated {
        ui.note("The same was filed before, so nothing was filed now. --again files it once more.");
    }
    show::head(ui, &port)?;
    if let (Some(file), Some(report)) = (&file, &report) {
        show_report(ui, file, report, false)?;
    }
    if port.blockers.is_empty() {
        show::paragraph(ui, "", 0, &format!("{} {}", port.now, port.next))?;
    }
    show::obstacles(ui, &port)?;
    show::next(ui, &port, client.base())
}

pub(super) async fn import(
    args: ImportArgs,
    connection: &ConnectionArgs,
    context: &mut Context,
) -> Result<(), Error> {
    let file = NumberFile::read(&args.file, &args.map)?;
    if file.report.accepted == 0 {
        return nothing_good(&mut context.ui, &file, &local(&file)?);
    }
    let client = connection.client(context)?;
    let ui = &mut context.ui;
    let id = find(&client, &args.id).await?;
    let spinner = spinner(ui, &format!("Sending {} numbers", file.report.accepted));
    let sent = send(&client, &id, &file, &once(), args.dry_run).await;
    spinner.finish_and_clear();
    let reply = sent?;
    let report: Report = reply.read()?;
    if report.accepted == 0 {
        return nothing_good(ui, &file, &reply.body);
    }
    if ui.is_json() {
        return ui.json(&reply.body);
    }
    show_report(ui, &file, &report, args.dry_run)
}

/// A request that was filed.
struct Filed {
    id: String,
    /// The name under which it was filed; its numbers are sent under it, too.
    name: String,
    /// Whether it was there already.
    repeated: bool,
}

/// Files the request under a name that is made from all that is filed: whoever repeats the command gets the same
/// request, unless that one is over.
async fn file_request(
    client: &Client,
    body: &Value,
    file: Option<&NumberFile>,
    again: bool,
) -> Result<Filed, Error> {
    const ROUNDS: u32 = 100;
    for round in 0..ROUNDS {
        let name = if again {
            once()
        } else {
            name_of(client, body, file, round)
        };
        let reply = client
            .post(&["ports"])
            .json(body)
            .once(&name)
            .send()
            .await?;
        let port: Port = reply.read()?;
        let filed = Filed {
            id: port.id,
            name,
            repeated: reply.replayed,
        };
        if !filed.repeated {
            return Ok(filed);
        }
        // The repeated answer is from then; what became of the request since?
        let now: Port = client.get(&["ports", &filed.id]).send().await?.read()?;
        if !words::is_over(&now.status) {
            return Ok(filed);
        }
    }
    Err(Error::refused(format!(
        "the same was filed and ended {ROUNDS} times already"
    ))
    .hint("--again files it once more"))
}

/// Nobody can try out PINs against this name: the key is part of it, and not known to the server.
fn name_of(client: &Client, body: &Value, file: Option<&NumberFile>, round: u32) -> String {
    let key = client.key().expose_secret().as_bytes();
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return once();
    };
    let body = body.to_string();
    let columns = file.map_or_else(String::new, NumberFile::columns);
    let parts: [&[u8]; 4] = [
        body.as_bytes(),
        columns.as_bytes(),
        file.map_or(&[], |file| file.bytes.as_slice()),
        &round.to_be_bytes(),
    ];
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let hash = mac.finalize().into_bytes();
    format!("cli-{}", hex::encode(hash.get(..16).unwrap_or(&hash)))
}

/// Sends a file's rows to a request, or only asks what would become of them.
async fn send(
    client: &Client,
    id: &str,
    file: &NumberFile,
    name: &str,
    dry_run: bool,
) -> Result<Reply, Error> {
    let mut call = client
        .post(&["ports", id, "numbers", "import"])
        .with("columns", file.columns())
        .bytes(file.kind(), file.bytes.clone());
    if let Some(line) = file.mapping.heading_line() {
        call = call.with("heading_line", line);
    }
    call = match dry_run {
        true => call.with("dry_run", true),
        false => call.once(format!("{name}-numbers")),
    };
    call.send().await
}

/// The request is there and its numbers are not. One without any is taken back where that is certain.
async fn left_over(client: &Client, filed: &Filed, error: Error) -> Error {
    if error.kind == Kind::User {
        let now = client.get(&["ports", &filed.id]).send().await;
        let empty = now
            .and_then(|reply| reply.read::<Port>())
            .is_ok_and(|port| port.number_count == 0);
        if empty && withdraw(client, &filed.id).await {
            return error.hint("nothing was filed");
        }
    }
    error.hint(format!(
        "{} was filed, and whether its numbers arrived is not known: run the same command again, nothing is filed twice",
        filed.id
    ))
}

/// Takes a request back that was filed a moment ago and holds nothing.
async fn withdraw(client: &Client, id: &str) -> bool {
    let reason = json!({ "reason": "No number of the list could be taken." });
    let call = client.post(&["ports", id, "cancel"]).json(&reason);
    call.once(once()).send().await.is_ok()
}

/// What this program itself finds in a file, in the form of the API.
fn local(file: &NumberFile) -> Result<Value, Error> {
    serde_json::to_value(ImportReport::of(&file.report, true)).map_err(Error::internal)
}

fn dry_run(ui: &mut Ui, file: Option<&NumberFile>, body: &Value) -> Result<(), Error> {
    let wrong = check_new_port(body.to_string().as_bytes());
    let report = file.map(local).transpose()?;
    if ui.is_json() {
        let form: Vec<Value> = wrong
            .iter()
            .map(|(field, says)| json!({ "field": field, "says": says }))
            .collect();
        ui.json(&json!({ "port": null, "import": report, "form_problems": form }))?;
    } else if let (Some(file), Some(report)) = (file, report) {
        let report: Report = serde_json::from_value(report).map_err(Error::internal)?;
        show_report(ui, file, &report, true)?;
    }
    if !wrong.is_empty() {
        let list: Vec<String> = wrong
            .iter()
            .map(|(field, says)| format!("{field}: {says}"))
            .collect();
        return Err(Error::refused(list.join("\n")));
    }
    ui.note("Nothing was filed. Whether another request holds a number already is found out when it is.");
    Ok(())
}

/// No row can be taken: the rows are listed, and that is the error.
fn nothing_good(ui: &mut Ui, file: &NumberFile, report: &Value) -> Result<(), Error> {
    if ui.is_json() {
        ui.json(report)?;
    } else {
        let report: Report = serde_json::from_value(report.clone()).map_err(Error::internal)?;
        show_report(ui, file, &report, true)?;
    }
    Err(Error::refused(format!(
        "no row of {} can be taken, so nothing was filed",
        file.name
    ))
    .hint("correct the file and run the command again"))
}

fn spinner(ui: &Ui, text: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ui.progress());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar.set_message(text.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// What became of a file.
fn show_report(ui: &mut Ui, file: &NumberFile, report: &Report, dry: bool) -> Result<(), Error> {
    let taken = match (report.accepted, dry) {
        (1, false) => "1 number taken".to_owned(),
        (count, false) => format!("{count} numbers taken"),
        (1, true) => "1 number is good".to_owned(),
        (count, true) => format!("{count} numbers are good"),
    };
    let mut parts = vec![match report.accepted {
        0 => ui.paint(Ink::Bad, taken),
        _ => ui.paint(Ink::Good, taken),
    }];
    if report.refused > 0 {
        parts.push(ui.paint(
            Ink::Bad,
            match report.refused {
                1 => "1 row refused".to_owned(),
                count => format!("{count} rows refused"),
            },
        ));
    }
    if report.skipped > 0 {
        parts.push(match report.skipped {
            1 => "1 empty row".to_owned(),
            count => format!("{count} empty rows"),
        });
    }
    ui.line(format!("{}: {}", file.name, parts.join(", ")))?;
    let reading = ui.paint(Ink::Faint, format!("read {}", file.reading()));
    ui.line(reading)?;
    if !report.problems.is_empty() {
        ui.line("")?;
        let mut table = Table::new(&[
            ("LINE", Fit::Whole),
            ("COLUMN", Fit::Whole),
            ("VALUE", Fit::Cut),
            ("WHAT IS WRONG", Fit::Wrap),
        ])
        .indented(2);
        for row in report.problems.iter().take(ROWS_SHOWN) {
            table.row([
                row.line.to_string().into(),
                row.column.replace('_', " ").into(),
                Cell::ink(row.value.as_str(), Ink::Warning),
                row.says.as_str().into(),
            ]);
        }
        table.show(ui)?;
        let more = report.problems.len().saturating_sub(ROWS_SHOWN);
        if more > 0 {
            ui.line(format!("  … and {more} more: --json lists them all"))?;
        }
        ui.line("")?;
    }
    for row in report.warnings.iter().take(ROWS_SHOWN) {
        show::paragraph(ui, "  ! ", 4, &format!("Line {}: {}", row.line, row.says))?;
    }
    for reminder in &report.reminders {
        show::paragraph(ui, "  ! ", 4, reminder)?;
    }
    Ok(())
}
