//! How a subcommand ends badly: a kind, which is the exit code, a message, its causes, and hints.

use std::fmt;

use crate::config::Problems;
use crate::db::DbError;

/// What kind of thing went wrong. The help text of the program explains the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Refused, not found, or found to be wrong. The user can do something about it.
    User,
    /// The command line is wrong.
    Usage,
    /// The settings are wrong.
    Config,
    /// Something that Portolan needs does not answer. Trying again later can help.
    Unavailable,
    /// A fault in Portolan itself.
    Internal,
    /// Ended by Ctrl-C while it was waiting. Nothing is said about it.
    Interrupted,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::User,
        Self::Usage,
        Self::Config,
        Self::Unavailable,
        Self::Internal,
        Self::Interrupted,
    ];

    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::User => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Unavailable => 4,
            Self::Internal => 5,
            // What shells report of a program that SIGINT ended.
            Self::Interrupted => 130,
        }
    }
}

/// Why a subcommand did not do what it was asked.
#[derive(Debug)]
pub struct Error {
    /// The exit code.
    pub kind: Kind,
    /// The message, with its causes.
    pub source: anyhow::Error,
    /// What to do about it, a sentence each.
    pub hints: Vec<String>,
    /// What the server said, whole, for programs.
    pub problem: Option<Box<serde_json::Value>>,
}

impl Error {
    pub(super) fn new(kind: Kind, source: impl Into<anyhow::Error>) -> Self {
        Self {
            kind,
            source: source.into(),
            hints: Vec::new(),
            problem: None,
        }
    }

    /// The command line is wrong in a way that only shows when it is carried out.
    pub fn usage(message: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self::new(Kind::Usage, anyhow::Error::msg(message))
    }

    /// Ctrl-C.
    pub(super) fn interrupted() -> Self {
        Self::new(Kind::Interrupted, anyhow::Error::msg("interrupted"))
    }

    /// Refused, not found, or found to be wrong.
    pub fn user(source: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::User, source)
    }

    /// The same with a message of its own.
    pub fn refused(message: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self::user(anyhow::Error::msg(message))
    }

    /// The settings are wrong.
    pub fn config(problems: Problems) -> Self {
        Self::new(Kind::Config, problems)
            .hint("`portolan config default` prints all settings and explains them")
    }

    /// Something that Portolan needs does not answer.
    pub fn unavailable(source: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Unavailable, source)
    }

    /// A fault in Portolan itself.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Internal, source)
    }

    /// Adds a hint: a sentence that says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Puts a message in front; what was the message becomes its cause.
    #[must_use]
    pub fn context(self, message: impl fmt::Display + Send + Sync + 'static) -> Self {
        Self {
            source: self.source.context(message),
            ..self
        }
    }

    /// Whether the reader of our output went away, as in `portolan … | head`. That is nobody's mistake.
    pub(super) fn is_closed_pipe(&self) -> bool {
        self.source.chain().any(|cause| {
            let io = cause.downcast_ref::<std::io::Error>();
            io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
        })
    }
}

/// Output that cannot be written.
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::unavailable(error).context("cannot write the output")
    }
}

/// What the database says decides the kind: what passes by itself, what the operator can mend, and what is
/// a fault of ours.
impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        let kind = match &error {
            DbError::BadUrl { .. } => Kind::Config,
            DbError::InUse { .. } | DbError::File { .. } | DbError::Migrate(_) => Kind::User,
            error if error.is_passing() => Kind::Unavailable,
            _ => Kind::Internal,
        };
        Self::new(kind, error)
    }
}
