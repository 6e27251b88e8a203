//! The use cases, one file a noun. The only place that opens a transaction.
//!
//! API, portal, public pages, CLI and jobs call the same functions with a [`Caller`].

use std::sync::Arc;

use crate::blobs::{BlobError, Blobs};
use crate::carriers::Carrier;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::documents::seal::SealKey;
use crate::domain::port::{Actor, Problem, Refusal, Role, moves};
use crate::ids::{AccountId, Ids, UserId};

pub mod access;
pub mod account_mail;
pub mod answers;
pub mod bulk;
pub mod desk;
pub mod forms;
pub mod hosted;
pub mod import;
pub mod inbox;
pub mod kept;
pub mod letters;
pub mod lists;
pub mod mailing;
pub mod notes;
pub mod numbers;
pub mod open;
pub mod operator;
pub mod overview;
pub mod papers;
pub mod people;
pub mod ports;
pub mod replies;
pub(crate) mod seen;
pub mod support;
pub mod tickets;
pub mod unplaced;
pub mod users;
pub mod vault;
pub mod webhooks;

pub use crate::db::papers::Purpose;

/// Everything that a use case needs. Clones share it.
#[derive(Clone)]
pub struct App(Arc<Whole>);

struct Whole {
    parts: Parts,
    operator: operator::Present,
    seen: seen::Seen,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Ids and randomness.
    pub ids: Ids,
    /// Documents.
    pub blobs: Blobs,
    /// What seals secrets in the database.
    pub vault: vault::Vault,
    /// What seals signed letters.
    pub seal: SealKey,
    /// The gaining carrier, if one is set up.
    pub carrier: Option<Carrier>,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

impl From<Parts> for App {
    fn from(parts: Parts) -> Self {
        let operator = operator::Present::of_file(&parts.config);
        Self(Arc::new(Whole {
            parts,
            operator,
            seen: seen::Seen::default(),
        }))
    }
}

impl App {
    /// Who runs this desk, as of now: the settings file's values with the portal's over them.
    pub fn operator(&self) -> Arc<operator::Operator> {
        self.0.operator.get()
    }
}

/// Who asks, and what they may see.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who they are, for the history.
    pub actor: Actor,
    /// Their user.
    pub user: UserId,
    /// The account that they belong to; `None` for the desk, which sees all.
    pub account: Option<AccountId>,
    /// The client accounts that they see too, if their account is an agency (R102).
    pub clients: Arc<[AccountId]>,
}

impl Caller {
    /// The caller that a signed-in user is.
    pub fn of(user: &crate::db::people::User) -> Self {
        Self {
            actor: Actor {
                role: user.role,
                name: user.name.clone(),
                user: Some(user.id),
            },
            user: user.id,
            account: user.account,
            clients: user.clients.as_slice().into(),
        }
    }

    /// Whether they may know of this account.
    pub fn sees(&self, account: AccountId) -> bool {
        self.account
            .is_none_or(|own| own == account || self.clients.contains(&account))
    }

    /// The account that something is for: the one that is named, if they may know of it, else their own. Whoever
    /// sees several and names none is asked for `field`, but an agency's people who name none mean the agency.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an account that is not theirs, so that they do not learn that it exists.
    pub fn account_for(&self, named: Option<AccountId>) -> Result<AccountId, AppError> {
        match named.or(self.account) {
            Some(account) if self.sees(account) => Ok(account),
            Some(_) => Err(AppError::NotFound("account")),
            None => Err(AppError::field("account", "Say which account.")),
        }
    }

    /// Whether they see more than one account.
    pub fn sees_several(&self) -> bool {
        self.account.is_none() || !self.clients.is_empty()
    }

    /// Whether they look after users, keys and webhooks of their account, or of the whole desk.
    pub fn is_administrator(&self) -> bool {
        matches!(
            self.actor.role,
            Role::Administrator | Role::AccountAdministrator
        )
    }

    /// Refuses those who file no ports and change nothing of them.
    pub fn filing_only(&self) -> Result<(), AppError> {
        Ok(moves::allow(moves::BEGIN, self.actor.role)?)
    }

    /// Refuses everybody but the administrators, each for what they see.
    pub fn administrators_only(&self) -> Result<(), AppError> {
        if self.is_administrator() {
            Ok(())
        } else {
            Err(AppError::Forbidden(
                "Only an administrator of the account or of the desk can do this.",
            ))
        }
    }

    /// Refuses everybody but the account's administrators and the desk.
    pub fn account_administrators_only(&self) -> Result<(), AppError> {
        if self.is_desk() || self.is_administrator() {
            Ok(())
        } else {
            Err(AppError::Forbidden(
                "Only the account's administrator or the porting desk can do this.",
            ))
        }
    }

    /// Whether they work at the desk.
    pub fn is_desk(&self) -> bool {
        self.actor.is_desk()
    }

    /// Refuses everybody but the desk.
    pub fn desk_only(&self) -> Result<(), AppError> {
        if self.is_desk() {
            Ok(())
        } else {
            Err(AppError::Forbidden("Only the porting desk can do this."))
        }
    }

    /// Refuses everybody but administrators.
    pub fn administrator_only(&self) -> Result<(), AppError> {
        if self.actor.role == Role::Administrator {
            Ok(())
        } else {
            Err(AppError::Forbidden(
                "Only the desk's administrator can do this.",
            ))
        }
    }
}

/// Why a use case did not happen. Nothing was stored, unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The rules of porting say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was sent cannot be used.
    #[error("{}", first(.0))]
    Invalid(Vec<Problem>),
    /// It is not there, or not for this caller to know of.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// Not for this caller.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Somebody else changed it first.
    #[error(
        "Somebody else changed this request meanwhile. Look at it again and repeat your change."
    )]
    Stale,
    /// Too many tries.
    #[error("Too many attempts. Wait {0} seconds and try again.")]
    TooOften(u64),
    /// It cannot be done right now; nothing is lost and it can be repeated.
    #[error("{0}")]
    Unavailable(
        &'static str,
        #[source] Box<dyn std::error::Error + Send + Sync>,
    ),
    /// It should have worked.
    #[error("Something went wrong on our side.")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn first(problems: &[Problem]) -> &str {
    problems
        .first()
        .map_or("Something is wrong with what was sent.", |problem| {
            &problem.says
        })
}

impl AppError {
    /// One field that is wrong.
    pub fn field(field: impl Into<String>, says: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(field, says)])
    }

    /// Something that should have worked and did not.
    pub fn broken(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Broken(Box::new(source))
    }
}

impl From<DbError> for AppError {
    fn from(e: DbError) -> Self {
        if e.is_disk_full() {
            Self::Unavailable(
                "The disk of the porting desk is full. What you sent was not stored; try again later.",
                Box::new(e),
            )
        } else if e.is_busy() || e.is_unavailable() {
            Self::Unavailable(
                "The database does not answer. What you sent was not stored; try again in a moment.",
                Box::new(e),
            )
        } else {
            Self::Broken(Box::new(e))
        }
    }
}

impl From<BlobError> for AppError {
    fn from(e: BlobError) -> Self {
        match e {
            BlobError::Store(_) | BlobError::Folder(..) => Self::Unavailable(
                "The document store cannot be used right now. What you sent was not stored; try again later.",
                Box::new(e),
            ),
            e => Self::Broken(Box::new(e)),
        }
    }
}

impl From<vault::VaultError> for AppError {
    fn from(e: vault::VaultError) -> Self {
        Self::Broken(Box::new(e))
    }
}
