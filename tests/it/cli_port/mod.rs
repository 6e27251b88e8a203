//! `portolan port` and `portolan number` against a real server on a port of its own, as somebody types them.

mod connection;
mod create;
mod follow;
mod number;

use std::path::Path;

use axum::Router;
use portolan::cli::Ui;
use portolan::config::Sources;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::app::Person;
use crate::support::page::Page;

/// How a command ended.
#[derive(Debug)]
struct Answer {
    code: u8,
    out: String,
    err: String,
}

impl Answer {
    #[track_caller]
    fn ended(self, code: u8) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out))
    }

    /// Whether all of this is said somewhere.
    #[track_caller]
    fn says(self, all: &[&str]) -> Self {
        let whole = format!("{}\n{}", self.out, self.err);
        for part in all {
            assert!(whole.contains(part), "`{part}` is not said:\n{whole}");
        }
        self
    }

    #[track_caller]
    fn does_not_say(self, none: &[&str]) -> Self {
        let whole = format!("{}\n{}", self.out, self.err);
        for part in none {
            assert!(!whole.contains(part), "`{part}` is said:\n{whole}");
        }
        self
    }
}

/// A terminal in a folder of its own.
struct Terminal {
    environment: Vec<(String, String)>,
    folder: tempfile::TempDir,
}

impl Terminal {
    /// Somebody's terminal who has set nothing.
    fn empty() -> Self {
        Self {
            environment: Vec::new(),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Somebody's terminal who is to ask this server with their key.
    fn of(person: &Person, server: &str) -> Self {
        Self::empty()
            .with("PORTOLAN_SERVER", server)
            .with("PORTOLAN_API_KEY", &person.key)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file in the folder; gives its path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn run(&self, arguments: &[&str]) -> Answer {
        let (out, err) = (Page::default(), Page::default());
        self.run_on(arguments, &out, &err).await
    }

    /// Runs a command whose output can be read while it runs.
    async fn run_on(&self, arguments: &[&str], out: &Page, err: &Page) -> Answer {
        let sources = Sources {
            file: None,
            folder: self.folder.path().to_owned(),
            environment: self.environment.clone(),
        };
        let arguments = std::iter::once("portolan")
            .chain(arguments.iter().copied())
            .map(Into::into);
        let pages = (out.clone(), err.clone());
        let code = portolan::cli::run(arguments, sources, |color, json| {
            Ui::of_writers(pages.0, pages.1, color, json)
        })
        .await;
        Answer {
            code,
            out: out.text(),
            err: err.text(),
        }
    }

    /// The same as a process of its own, for what needs a standard input or signals.
    fn process(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_portolan"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .kill_on_drop(true);
        command
    }
}

/// Puts something behind a port; gives its address.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}
