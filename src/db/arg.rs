//! Values on their way into a statement.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use sqlx::Arguments;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

use crate::domain::number::E164;
use crate::ids::Id;

/// A value for a placeholder. An absent value keeps its type, because PostgreSQL wants to know it.
#[derive(Clone, PartialEq, Eq)]
pub enum Arg {
    /// TEXT: words, ids, numbers in E.164 form, JSON.
    Text(Option<Cow<'static, str>>),
    /// INTEGER on SQLite, BIGINT on PostgreSQL. Instants are microseconds since 1970.
    Int(Option<i64>),
    /// INTEGER 0 or 1 on SQLite, BOOLEAN on PostgreSQL. `WHERE flag` and `flag = TRUE` work on both.
    Bool(Option<bool>),
    /// BLOB on SQLite, BYTEA on PostgreSQL.
    Bytes(Option<Vec<u8>>),
}

/// Lists a statement's arguments: `args![port.id, state, now]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Arg::from($value)),*] };
}

impl Arg {
    /// A value as the text that it displays as.
    pub fn display(value: impl fmt::Display) -> Self {
        Self::Text(Some(value.to_string().into()))
    }

    /// A word that is part of the program. Saves a copy.
    pub const fn word(value: &'static str) -> Self {
        Self::Text(Some(Cow::Borrowed(value)))
    }

    /// A value as JSON text.
    ///
    /// # Errors
    /// If the value has no JSON form, such as a map with keys that are not texts.
    pub fn json(value: &impl serde::Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::Text(Some(serde_json::to_string(value)?.into())))
    }
}

impl fmt::Debug for Arg {
    /// Says the kind only: arguments hold account numbers and other private things.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(Some(_)) => "text",
            Self::Int(Some(_)) => "int",
            Self::Bool(Some(_)) => "bool",
            Self::Bytes(Some(_)) => "bytes",
            _ => "null",
        })
    }
}

/// A type whose absence can be bound, too.
pub trait Nullable: Into<Arg> {
    /// NULL of the column type that this Rust type is stored as.
    const NULL: Arg;
}

macro_rules! nullable {
    ($($kind:ident: $($rust:ty),+;)+) => {$($(
        impl Nullable for $rust {
            const NULL: Arg = Arg::$kind(None);
        }
    )+)+};
}
nullable! {
    Text: String, &str, &String, Cow<'static, str>, E164, serde_json::Value, &serde_json::Value;
    Int: i64, i32, u32, u16, u8, Timestamp;
    Bool: bool;
    Bytes: Vec<u8>, &[u8];
}
impl<T: Id> Nullable for T {
    const NULL: Arg = Arg::Text(None);
}

impl<T: Nullable> From<Option<T>> for Arg {
    fn from(value: Option<T>) -> Self {
        value.map_or(T::NULL, Into::into)
    }
}
impl<T: Id> From<T> for Arg {
    fn from(id: T) -> Self {
        Self::display(id)
    }
}
impl From<E164> for Arg {
    fn from(number: E164) -> Self {
        Self::display(number)
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(Some(text.into()))
    }
}
impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}
impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::from(text.clone())
    }
}
impl From<Cow<'static, str>> for Arg {
    fn from(text: Cow<'static, str>) -> Self {
        Self::Text(Some(text))
    }
}
impl From<serde_json::Value> for Arg {
    fn from(value: serde_json::Value) -> Self {
        Self::display(value)
    }
}
impl From<&serde_json::Value> for Arg {
    fn from(value: &serde_json::Value) -> Self {
        Self::display(value)
    }
}
impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<i32> for Arg {
    fn from(value: i32) -> Self {
        Self::Int(Some(value.into()))
    }
}
impl From<u32> for Arg {
    fn from(value: u32) -> Self {
        Self::Int(Some(value.into()))
    }
}
impl From<u16> for Arg {
    fn from(value: u16) -> Self {
        Self::Int(Some(value.into()))
    }
}
impl From<u8> for Arg {
    fn from(value: u8) -> Self {
        Self::Int(Some(value.into()))
    }
}
impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Bool(Some(value))
    }
}
impl From<Vec<u8>> for Arg {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}
impl From<&[u8]> for Arg {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}
impl<const N: usize> From<[u8; N]> for Arg {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}
impl From<Timestamp> for Arg {
    /// Microseconds since 1970; what is finer is cut off.
    fn from(at: Timestamp) -> Self {
        Self::Int(Some(at.as_microsecond()))
    }
}
type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn for_sqlite<'a>(
    args: impl ExactSizeIterator<Item = &'a Arg>,
) -> Result<SqliteArguments, BoxError> {
    let mut bound = SqliteArguments::default();
    bound.reserve(args.len(), 0);
    for arg in args {
        match arg {
            Arg::Text(v) => bound.add(v.as_deref())?,
            Arg::Int(v) => bound.add(*v)?,
            Arg::Bool(v) => bound.add(v.map(i64::from))?,
            Arg::Bytes(v) => bound.add(v.as_deref())?,
        }
    }
    Ok(bound)
}

pub(super) fn for_postgres<'a>(
    args: impl ExactSizeIterator<Item = &'a Arg>,
) -> Result<PgArguments, BoxError> {
    let mut bound = PgArguments::default();
    bound.reserve(args.len(), args.len() * 24);
    for arg in args {
        match arg {
            Arg::Text(v) => bound.add(v.as_deref())?,
            Arg::Int(v) => bound.add(*v)?,
            Arg::Bool(v) => bound.add(*v)?,
            Arg::Bytes(v) => bound.add(v.as_deref())?,
        }
    }
    Ok(bound)
}
