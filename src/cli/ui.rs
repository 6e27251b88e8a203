//! Output: data to the standard output, everything else to the standard error, colours on terminals.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::error::{Error, Kind};

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On terminals, unless NO_COLOR is set
    #[default]
    Auto,
    /// Also in files and pipes
    Always,
    /// Not at all
    Never,
}

/// What a piece of text means; on a terminal it gets that colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// All is well: green.
    Good,
    /// Look at this: yellow.
    Warning,
    /// Something is wrong: red.
    Bad,
    /// Less important: grey.
    Faint,
    /// A heading: bold.
    Strong,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "1;31",
            Self::Faint => "2",
            Self::Strong => "1",
        }
    }
}

/// Where output goes, and how it may look.
pub struct Ui {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    out_colors: bool,
    err_colors: bool,
    /// How many signs a line of the standard output's terminal has; `None` if it is no terminal.
    width: Option<usize>,
    /// Whether progress can be shown on the standard error.
    progress: bool,
    json: bool,
}

impl fmt::Debug for Ui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ui")
    }
}

impl Ui {
    /// This process's standard output and error.
    pub fn of_this_process(color: Color, json: bool) -> Self {
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let wanted = |terminal: bool| match color {
            Color::Auto => terminal && !forbidden,
            Color::Always => true,
            Color::Never => false,
        };
        let width = io::stdout()
            .is_terminal()
            .then(|| comfy_table::Table::new().width().map_or(80, usize::from));
        Self {
            out_colors: wanted(io::stdout().is_terminal()),
            err_colors: wanted(io::stderr().is_terminal()),
            width,
            progress: !json && io::stderr().is_terminal(),
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
            json,
        }
    }

    /// Output into two writers. For tests.
    pub fn of_writers(
        out: impl Write + Send + 'static,
        err: impl Write + Send + 'static,
        color: Color,
        json: bool,
    ) -> Self {
        let colors = color == Color::Always;
        Self {
            out: Box::new(out),
            err: Box::new(err),
            out_colors: colors,
            err_colors: colors,
            width: None,
            progress: false,
            json,
        }
    }

    /// Hands everything written so far to the reader, for commands that keep running.
    pub fn flush(&mut self) {
        let _ = self.out.flush();
    }

    /// Whether programs read the output.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// How many signs a line may have: the terminal's width, or as many as it takes in a file or pipe.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// Where progress is drawn: on the terminal behind the standard error, or nowhere.
    pub(super) fn progress(&self) -> indicatif::ProgressDrawTarget {
        match self.progress {
            true => indicatif::ProgressDrawTarget::stderr(),
            false => indicatif::ProgressDrawTarget::hidden(),
        }
    }

    /// Asks for a yes on the terminal. `None` when nobody is there to answer.
    pub(super) fn confirm(&mut self, question: &str) -> Option<bool> {
        if self.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        self.flush();
        let _ = write!(self.err, "{question} [y/N] ");
        let _ = self.err.flush();
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).ok()?;
        let answer = answer.trim().to_lowercase();
        Some(matches!(answer.as_str(), "y" | "yes"))
    }

    /// Writes data as JSON on one line, and hands it over at once, for commands that keep running.
    ///
    /// # Errors
    /// When the output is closed or full.
    pub fn json_line(&mut self, data: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(data).map_err(Error::internal)?;
        self.line(text)?;
        Ok(self.out.flush()?)
    }

    /// Writes a line of data.
    ///
    /// # Errors
    /// When the output is closed or full.
    pub fn line(&mut self, text: impl fmt::Display) -> Result<(), Error> {
        Ok(writeln!(self.out, "{text}")?)
    }

    /// Writes data as JSON.
    ///
    /// # Errors
    /// When the output is closed or full.
    pub fn json(&mut self, data: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(data).map_err(Error::internal)?;
        self.line(text)
    }

    /// Writes a line that is no data: progress, advice. It is dropped when the reader went away.
    pub fn note(&mut self, text: impl fmt::Display) {
        // What was said before is read before.
        self.flush();
        let _ = writeln!(self.err, "{text}");
    }

    /// A piece of text for [`Ui::note`] in its colour.
    pub fn paint_note(&self, ink: Ink, text: impl fmt::Display) -> String {
        paint(self.err_colors, ink, text)
    }

    /// A piece of text for [`Ui::line`] in its colour.
    pub fn paint(&self, ink: Ink, text: impl fmt::Display) -> String {
        paint(self.out_colors, ink, text)
    }

    /// Flushes, and gives the exit code of an invocation that went well.
    pub(super) fn finish(&mut self) -> u8 {
        match self.out.flush() {
            Ok(()) => 0,
            Err(error) => self.error(&error.into()),
        }
    }

    /// Shows an error and gives its exit code.
    pub(super) fn error(&mut self, error: &Error) -> u8 {
        // What was found before the error is data too.
        let _ = self.out.flush();
        if error.is_closed_pipe() {
            return 0;
        }
        if error.kind == Kind::Interrupted {
            return error.kind.code();
        }
        let causes: Vec<String> = error
            .source
            .chain()
            .skip(1)
            .map(ToString::to_string)
            .collect();
        if self.json {
            let message = error.source.to_string();
            let report = Report {
                kind: error.kind,
                message,
                causes,
                hints: &error.hints,
                problem: error.problem.as_deref(),
            };
            let text = serde_json::json!({ "error": report });
            let _ = writeln!(self.err, "{text:#}");
            return error.kind.code();
        }
        let mark = paint(self.err_colors, Ink::Bad, "error:");
        let lines = error.source.to_string().replace('\n', "\n       ");
        let _ = writeln!(self.err, "{mark} {lines}");
        for cause in causes {
            let _ = writeln!(self.err, "  because: {cause}");
        }
        for hint in &error.hints {
            let mark = paint(self.err_colors, Ink::Strong, "hint:");
            let _ = writeln!(self.err, "{mark}  {hint}");
        }
        error.kind.code()
    }

    /// Shows what the parser of the command line says: help, the version, or an error.
    pub(super) fn usage(&mut self, error: &clap::Error) -> u8 {
        let text = error.render();
        let write = |to: &mut dyn Write, colors: bool| match colors {
            true => write!(to, "{}", text.ansi()),
            false => write!(to, "{text}"),
        };
        if error.use_stderr() {
            let _ = write(&mut self.err, self.err_colors);
            return Kind::Usage.code();
        }
        match write(&mut self.out, self.out_colors) {
            Ok(()) => self.finish(),
            Err(error) => self.error(&error.into()),
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hints: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a serde_json::Value>,
}

fn paint(colors: bool, ink: Ink, text: impl fmt::Display) -> String {
    if colors {
        format!("\x1b[{}m{text}\x1b[0m", ink.code())
    } else {
        text.to_string()
    }
}
