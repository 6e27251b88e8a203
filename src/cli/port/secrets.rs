//! Account number and PIN: from the environment, or asked for on the terminal without being seen. They are never
//! flags: others on the machine can read a command line.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::{Command, Stdio};

use secrecy::SecretString;

use crate::cli::{Context, Error};

/// What the losing provider asks for.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    pub(super) account_number: Option<SecretString>,
    pub(super) pin: Option<SecretString>,
}

impl Secrets {
    /// What the environment has; what is missing there is asked for, if that is wanted.
    pub(super) async fn read(ask: bool, context: &mut Context) -> Result<Self, Error> {
        let variable = |name| context.variable(name).map(|text| text.to_owned().into());
        let mut found = Self {
            account_number: variable("PORTOLAN_ACCOUNT_NUMBER"),
            pin: variable("PORTOLAN_PORT_OUT_PIN"),
        };
        if ask {
            let missing = |one: &Option<SecretString>| one.is_none();
            if missing(&found.account_number) {
                found.account_number =
                    asked("Account number at the losing provider", context).await?;
            }
            if missing(&found.pin) {
                found.pin = asked("Port-out PIN (empty if there is none)", context).await?;
            }
        }
        Ok(found)
    }
}

/// Reads a line: unseen from a terminal, as it comes from a pipe. Nothing typed is nothing given.
async fn asked(what: &str, context: &mut Context) -> Result<Option<SecretString>, Error> {
    let terminal = std::io::stdin().is_terminal();
    if terminal {
        context.ui.note(format!("{what}:"));
        if !echo(false) {
            return Err(Error::refused(
                "what is typed cannot be hidden on this terminal",
            )
            .hint("put it into PORTOLAN_ACCOUNT_NUMBER and PORTOLAN_PORT_OUT_PIN, or into the file of --form"));
        }
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    // A thread of its own: one that waits for a terminal must not keep the program from ending.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line).map(|_| line);
        let _ = tell.send(read);
    });
    let read = tokio::select! {
        read = told => Some(read),
        () = crate::cli::serve::stop_asked() => None,
    };
    if terminal {
        echo(true);
    }
    let Some(read) = read else {
        return Err(Error::interrupted());
    };
    let line = read
        .map_err(Error::internal)?
        .map_err(|error| Error::user(error).context("cannot read from the standard input"))?;
    let text = line.trim();
    Ok((!text.is_empty()).then(|| text.to_owned().into()))
}

/// Whether the terminal shows what is typed.
fn echo(on: bool) -> bool {
    Command::new("stty")
        .arg(if on { "echo" } else { "-echo" })
        .stdin(Stdio::inherit())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
