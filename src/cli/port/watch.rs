//! `portolan port watch`: what happens to port requests, as it happens.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::list::status_named;
use super::model::{Event, Line, Port};
use super::words::{self, Times};
use super::{find, pages, read, show, times};
use crate::cli::client::Client;
use crate::cli::serve::stop_asked;
use crate::cli::table::cut;
use crate::cli::{Context, Error, Ink, Kind, Ui};
use crate::domain::port::Status;

#[derive(Debug, clap::Args)]
pub(super) struct WatchArgs {
    /// Which ones: their ids, the eight characters that lists show, or one of their numbers
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// All that are open, also those that are filed meanwhile
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// End when this status is reached, or passed on the way to `completed`
    #[arg(long, value_name = "STATUS", value_parser = status_named)]
    until: Option<Status>,
    /// How often to look, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
}

/// A port request that is followed.
struct Followed {
    port: Port,
    /// The last event that was shown.
    seen: i64,
    bar: ProgressBar,
}

impl Followed {
    fn name(&self) -> &str {
        words::title(&self.port.title, &self.port.losing_carrier)
    }

    /// Whether there is nothing more to wait for; `false` inside says that it ended in another way.
    fn outcome(&self, until: Option<Status>) -> Option<bool> {
        let status = self.port.status.as_str();
        if until.is_some_and(|until| reached(status, until)) {
            return Some(true);
        }
        words::is_over(status).then(|| until.is_none() && status == Status::Completed.name())
    }
}

/// Whether a status is the one that is waited for, or comes after it on the way to the end.
fn reached(status: &str, until: Status) -> bool {
    if status == until.name() {
        return true;
    }
    // A rejection is no step on the way: it is waited for by its own name.
    let way = |name: &str| words::step(name).filter(|_| name != Status::Rejected.name());
    matches!((way(status), way(until.name())), (Some(now), Some(then)) if now > then)
}

struct Watch<'a> {
    client: &'a Client,
    ui: &'a mut Ui,
    board: MultiProgress,
    followed: Vec<Followed>,
    until: Option<Status>,
}

pub(super) async fn run(
    args: WatchArgs,
    client: &Client,
    context: &mut Context,
) -> Result<(), Error> {
    let board = MultiProgress::with_draw_target(context.ui.progress());
    let mut watch = Watch {
        client,
        ui: &mut context.ui,
        board,
        followed: Vec::new(),
        until: args.until,
    };
    let work = watch.follow(&args.ids, args.all, Duration::from_secs(args.every));
    let ended = tokio::select! {
        ended = work => ended,
        () = stop_asked() => Err(Error::interrupted()),
    };
    for one in &watch.followed {
        one.bar.finish_and_clear();
    }
    ended
}

impl Watch<'_> {
    async fn follow(&mut self, ids: &[String], all: bool, pause: Duration) -> Result<(), Error> {
        for meant in ids {
            let id = find(self.client, meant).await?;
            if !self.followed.iter().any(|one| one.port.id == id) {
                self.begin(&id).await?;
            }
        }
        if all {
            self.look_for_more().await?;
            if self.followed.is_empty() {
                self.ui.note("No port request is open.");
                return Ok(());
            }
        }
        let mut away = false;
        while self.waiting().next().is_some() {
            tokio::time::sleep(pause).await;
            match self.look(all).await {
                Ok(()) if away => {
                    away = false;
                    self.note("The server answers again.");
                }
                Ok(()) => {}
                Err(error) if error.kind == Kind::Unavailable => {
                    if !away {
                        away = true;
                        self.note(&format!("{:#}; trying again.", error.source));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        self.verdict()
    }

    fn waiting(&self) -> impl Iterator<Item = usize> {
        let until = self.until;
        self.followed
            .iter()
            .enumerate()
            .filter(move |(_, one)| one.outcome(until).is_none())
            .map(|(at, _)| at)
    }

    fn verdict(&self) -> Result<(), Error> {
        let otherwise: Vec<String> = self
            .followed
            .iter()
            .filter(|one| one.outcome(self.until) == Some(false))
            .map(|one| format!("{} {}", words::short(&one.port.id), one.name()))
            .collect();
        if otherwise.is_empty() {
            return Ok(());
        }
        let wanted = self.until.unwrap_or(Status::Completed).words();
        Err(Error::refused(format!(
            "{} ended before \"{wanted}\": {}",
            match otherwise.len() {
                1 => "a port request".to_owned(),
                many => format!("{many} port requests"),
            },
            otherwise.join(", ")
        )))
    }

    /// Follows one more, from now on.
    async fn begin(&mut self, id: &str) -> Result<(), Error> {
        let reply = self.client.get(&["ports", id]).send().await?;
        let port: Port = reply.read()?;
        let (events, ..) = pages(self.client, &["ports", id, "events"], &[], None).await?;
        let seen = read::<Event>(&events)?.last().map_or(0, |event| event.seq);
        let bar = self.board.add(ProgressBar::new(words::STEPS));
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:16.green} {wide_msg}") {
            bar.set_style(style.progress_chars("━━─"));
        }
        bar.set_prefix(format!(
            "{} {:<24}",
            words::short(id),
            cut(words::title(&port.title, &port.losing_carrier), 24)
        ));
        self.followed.push(Followed { port, seen, bar });
        let at = self.followed.len() - 1;
        self.tell_status(at, &times(&reply))
    }

    /// Follows the open ones that are not followed yet, and gives the versions of those that are open.
    async fn look_for_more(&mut self) -> Result<Vec<Line>, Error> {
        let open: Vec<&str> = Status::ALL
            .into_iter()
            .filter(|status| status.is_open())
            .map(Status::name)
            .collect();
        let query = [("status", open.join(","))];
        let (items, ..) = pages(self.client, &["ports"], &query, None).await?;
        let lines: Vec<Line> = read(&items)?;
        for line in lines.iter().rev() {
            if !self.followed.iter().any(|one| one.port.id == line.id) {
                self.begin(&line.id).await?;
            }
        }
        Ok(lines)
    }

    async fn look(&mut self, all: bool) -> Result<(), Error> {
        let mut due: Vec<usize> = self.waiting().collect();
        if all {
            let lines = self.look_for_more().await?;
            due.retain(|at| {
                let Some(one) = self.followed.get(*at) else {
                    return false;
                };
                // What is not listed any more is not open any more.
                lines
                    .iter()
                    .find(|line| line.id == one.port.id)
                    .is_none_or(|line| line.version != one.port.version)
            });
        }
        for at in due {
            self.look_at(at, all).await?;
        }
        Ok(())
    }

    /// `always` also where nothing happened that we may see: what only the desk sees changes the version, too.
    async fn look_at(&mut self, at: usize, always: bool) -> Result<(), Error> {
        let Some(one) = self.followed.get(at) else {
            return Ok(());
        };
        let (id, before) = (one.port.id.clone(), one.port.status.clone());
        let query = [("cursor", one.seen.to_string())];
        let (items, ..) = pages(self.client, &["ports", &id, "events"], &query, None).await?;
        if items.is_empty() && !always {
            return Ok(());
        }
        let reply = self.client.get(&["ports", &id]).send().await?;
        let port: Port = reply.read()?;
        let times = times(&reply);
        for (item, event) in items.iter().zip(read::<Event>(&items)?) {
            self.tell_event(at, item, &event, &times)?;
        }
        if let Some(one) = self.followed.get_mut(at) {
            one.port = port;
            if one.port.status != before {
                return self.tell_status(at, &times);
            }
        }
        self.progress(at, &times);
        Ok(())
    }

    fn tell_event(
        &mut self,
        at: usize,
        item: &Value,
        event: &Event,
        times: &Times,
    ) -> Result<(), Error> {
        let Some(one) = self.followed.get_mut(at) else {
            return Ok(());
        };
        one.seen = one.seen.max(event.seq);
        if self.ui.is_json() {
            return self
                .ui
                .json_line(&json!({ "type": "event", "port": one.port.id, "event": item }));
        }
        let line = format!(
            "{}  {}  {} {}",
            self.ui.paint(Ink::Faint, times.stamp(event.at)),
            words::short(&one.port.id),
            event.says.split_whitespace().collect::<Vec<_>>().join(" "),
            self.ui.paint(Ink::Faint, format!("({})", show::by(event))),
        );
        self.line(&line)
    }

    fn tell_status(&mut self, at: usize, times: &Times) -> Result<(), Error> {
        self.progress(at, times);
        let Some(one) = self.followed.get(at) else {
            return Ok(());
        };
        let port = &one.port;
        if self.ui.is_json() {
            return self.ui.json_line(&json!({
                "type": "status",
                "port": port.id,
                "at": times.now,
                "status": port.status,
                "status_label": port.status_label,
                "waits_for": port.waits_for,
                "version": port.version,
            }));
        }
        let holder = words::waits_for(&port.waits_for, words::asked_by_desk(port));
        let holder = match holder.as_str() {
            "" => String::new(),
            holder => format!(", waits for {holder}"),
        };
        let line = format!(
            "{}  {}  {}: {}{holder}",
            self.ui.paint(Ink::Faint, times.stamp(times.now)),
            words::short(&port.id),
            self.ui.paint(Ink::Strong, one.name()),
            self.ui
                .paint(words::status_ink(&port.status), &port.status_label),
        );
        self.line(&line)
    }

    /// The line at the bottom of the terminal.
    fn progress(&self, at: usize, times: &Times) {
        let Some(one) = self.followed.get(at) else {
            return;
        };
        let port = &one.port;
        if let Some(step) = words::step(&port.status) {
            one.bar.set_position(step);
        }
        let ported = port
            .numbers
            .iter()
            .filter(|number| number.voice.state == "ported")
            .count();
        let ported = match ported {
            0 => String::new(),
            some => format!(", {some} of {} ported", port.number_count),
        };
        let by = port
            .by
            .map_or_else(String::new, |by| format!(", {}", times.day(by)));
        one.bar
            .set_message(format!("{}{ported}{by}", port.status_label));
        if one.outcome(self.until).is_some() {
            one.bar.finish_and_clear();
        }
    }

    fn line(&mut self, text: &str) -> Result<(), Error> {
        let ui = &mut *self.ui;
        self.board.suspend(|| {
            ui.line(text)?;
            ui.flush();
            Ok(())
        })
    }

    fn note(&mut self, text: &str) {
        let ui = &mut *self.ui;
        self.board.suspend(|| ui.note(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_may_have_been_passed_already() {
        assert!(reached("scheduled", Status::Scheduled));
        assert!(reached("testing", Status::Scheduled));
        assert!(!reached("submitted", Status::Scheduled));
        assert!(!reached("rejected", Status::Scheduled));
        // A rejected request was submitted; one that is submitted was not rejected.
        assert!(reached("rejected", Status::Rejected));
        assert!(!reached("scheduled", Status::Rejected));
        assert!(!reached("cancelled", Status::Completed));
    }
}
