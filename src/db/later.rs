//! Statements whose outcome nobody waits for: on SQLite they go to the driver together.
//!
//! Each statement is a round trip to the thread that owns SQLite's connection, and while one transaction makes round
//! trips all other writers wait. What is only stored, and not asked about, is therefore kept until somebody asks
//! or commits, and then sent as one script. PostgreSQL's protocol takes one statement with values at a time; there
//! each is sent at once.

use std::borrow::Cow;

use super::{Arg, Sql};

/// More values than this are not kept back: the longer a script, the less a round trip weighs.
const VALUES_MAX: usize = 600;

/// Statements that are still to be sent.
#[derive(Default)]
pub(super) struct Later {
    statements: Vec<(Sql, Vec<Arg>)>,
    values: usize,
}

impl Later {
    pub(super) fn push(&mut self, sql: Sql, args: Vec<Arg>) {
        self.values += args.len();
        self.statements.push((sql, args));
    }

    /// Whether it is time to send them.
    pub(super) fn is_full(&self) -> bool {
        self.values >= VALUES_MAX
    }

    /// All of them as one script with its values, in their order.
    pub(super) fn take(&mut self) -> Option<(Sql, Vec<Arg>)> {
        self.values = 0;
        let mut statements = std::mem::take(&mut self.statements);
        if statements.len() < 2 {
            return statements.pop();
        }
        Some(join(statements))
    }
}

/// Joins statements. The driver counts bare placeholders through the whole script, and takes `$7` for the
/// seventh value of all: so the values of bare placeholders come first, and the others are numbered anew.
fn join(statements: Vec<(Sql, Vec<Arg>)>) -> (Sql, Vec<Arg>) {
    let bare: Vec<usize> = statements
        .iter()
        .map(|(sql, _)| pieces(sql).filter(|piece| *piece == Piece::Bare).count())
        .collect();
    let all_bare: usize = bare.iter().sum();
    let mut script = String::with_capacity(statements.iter().map(|(sql, _)| sql.len() + 16).sum());
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for ((sql, args), bare) in statements.into_iter().zip(bare) {
        if !script.is_empty() {
            script.push_str(";\n");
        }
        let before = all_bare + second.len();
        for piece in pieces(&sql) {
            match piece {
                Piece::Text(text) => script.push_str(text),
                Piece::Bare => script.push('?'),
                Piece::Numbered(number) => {
                    script.push('$');
                    script.push_str(&(before + number - bare.min(number)).to_string());
                }
            }
        }
        let mut args = args;
        let numbered = args.split_off(bare.min(args.len()));
        first.extend(args);
        second.extend(numbered);
    }
    first.extend(second);
    (Cow::Owned(script), first)
}

#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    /// `?`
    Bare,
    /// `$7`
    Numbered(usize),
}

/// A statement's placeholders and what is between them. Quoted text is text.
fn pieces(sql: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(after) = rest.strip_prefix('?') {
            rest = after;
            return Some(Piece::Bare);
        }
        if let Some(after) = rest.strip_prefix('$') {
            let end = after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len());
            let (digits, behind) = after.split_at(end);
            if let Ok(number) = digits.parse() {
                rest = behind;
                return Some(Piece::Numbered(number));
            }
        }
        let mut quoted = None;
        let end = rest
            .char_indices()
            .find(|(at, c)| match (quoted, c) {
                (None, '\'' | '"') => {
                    quoted = Some(*c);
                    false
                }
                (Some(mark), c) if mark == *c => {
                    quoted = None;
                    false
                }
                (None, '?' | '$') => *at > 0,
                _ => false,
            })
            .map_or(rest.len(), |(at, _)| at);
        let (text, behind) = rest.split_at(end);
        rest = behind;
        Some(Piece::Text(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(statements: &[(&'static str, &[i64])]) -> (String, String) {
        let mut later = Later::default();
        for (sql, args) in statements {
            later.push(
                Cow::Borrowed(sql),
                args.iter().map(|n| Arg::from(*n)).collect(),
            );
        }
        let (sql, args) = later.take().expect("something");
        assert!(later.take().is_none());
        (sql.into_owned(), format!("{args:?}"))
    }

    #[test]
    fn one_statement_stays_as_it_is() {
        let one = ("INSERT INTO a VALUES ($1, $2)", &[1_i64, 2][..]);
        assert_eq!(joined(&[one]).0, one.0);
    }

    #[test]
    fn numbered_and_bare_placeholders_find_their_values() {
        let (sql, args) = joined(&[
            ("INSERT INTO a VALUES ($1, $2, $1)", &[1, 2]),
            // As lists of rows that are alike are written: bare ones first, common ones behind them.
            ("INSERT INTO b VALUES (?,$3),(?,$3)", &[11, 12, 13]),
            (
                "UPDATE c SET d = 'what? $1', \"e?\" = $2 WHERE f = $1",
                &[21, 22],
            ),
            ("INSERT INTO g VALUES (?,?)", &[31, 32]),
        ]);
        assert_eq!(
            sql,
            "INSERT INTO a VALUES ($5, $6, $5);\nINSERT INTO b VALUES (?,$7),(?,$7);\n\
             UPDATE c SET d = 'what? $1', \"e?\" = $9 WHERE f = $8;\nINSERT INTO g VALUES (?,?)"
        );
        let wanted: Vec<Arg> = [11_i64, 12, 31, 32, 1, 2, 13, 21, 22]
            .map(Arg::from)
            .to_vec();
        assert_eq!(args, format!("{wanted:?}"));
    }
}
