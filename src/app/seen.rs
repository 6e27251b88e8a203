//! What was read and has not changed since.
//!
//! Most of what people open is open already: lists refresh themselves, and several windows show the same port. Where
//! only this process can write (SQLite), what was read stays true until the next commit, so it is read once. On
//! PostgreSQL other nodes commit too, and everything is read each time.
//!
//! Whatever depends on the hour is worked out anew from what was read; only what was stored is remembered here.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{App, AppError};
use crate::ids::{PortId, UserId};

/// Answers that are remembered at most. More than a busy office opens between two commits.
const MOST: usize = 1_000;

/// What was read, and for whom: what people may see differs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A session, by its token's hash.
    Session([u8; 32]),
    /// Something that only depends on who asks, by its name.
    Own(UserId, &'static str),
    /// A list, by its name and what was asked for.
    List(UserId, &'static str, String),
    /// One request, without the history.
    Port(UserId, PortId),
    /// The history of one request.
    History(UserId, PortId),
}

#[derive(Default)]
pub(crate) struct Seen(Mutex<Held>);

#[derive(Default)]
struct Held {
    commits: u64,
    answers: HashMap<Key, Arc<dyn Any + Send + Sync>>,
}

impl Seen {
    fn get<T: Send + Sync + 'static>(&self, commits: u64, key: &Key) -> Option<Arc<T>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.commits != commits {
            return None;
        }
        held.answers.get(key)?.clone().downcast().ok()
    }

    fn put<T: Send + Sync + 'static>(&self, commits: u64, key: Key, answer: Arc<T>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.commits < commits {
            held.commits = commits;
            held.answers.clear();
        }
        // An answer from before a commit that others have seen already is of no use to anybody.
        if held.commits == commits && held.answers.len() < MOST {
            held.answers.insert(key, answer);
        }
    }
}

impl App {
    /// What `look` reads, or what it read before if nothing was committed since. `keeps` says whether it is small
    /// enough to be remembered.
    pub(crate) async fn seen<T: Send + Sync + 'static>(
        &self,
        key: Key,
        keeps: impl Fn(&T) -> bool,
        look: impl Future<Output = Result<T, AppError>>,
    ) -> Result<Arc<T>, AppError> {
        let Some(commits) = self.db.commits() else {
            return look.await.map(Arc::new);
        };
        let seen = &self.0.seen;
        if let Some(found) = seen.get(commits, &key) {
            return Ok(found);
        }
        let answer = Arc::new(look.await?);
        if keeps(&answer) {
            seen.put(commits, key, answer.clone());
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::List(
            "user_00000000000000000000000000000001".parse().unwrap(),
            "x",
            name.to_owned(),
        )
    }

    #[test]
    fn an_answer_is_good_until_the_next_commit() {
        let seen = Seen::default();
        seen.put(3, key("a"), Arc::new(7_u32));
        assert_eq!(seen.get::<u32>(3, &key("a")).as_deref(), Some(&7));
        assert!(seen.get::<u32>(3, &key("b")).is_none());
        assert!(seen.get::<String>(3, &key("a")).is_none(), "another type");
        assert!(seen.get::<u32>(4, &key("a")).is_none(), "a commit since");
        seen.put(4, key("b"), Arc::new(8_u32));
        assert!(seen.get::<u32>(3, &key("a")).is_none(), "forgotten");
        // Read before the commit, ready after it.
        seen.put(3, key("c"), Arc::new(9_u32));
        assert!(seen.get::<u32>(4, &key("c")).is_none());
        assert_eq!(seen.get::<u32>(4, &key("b")).as_deref(), Some(&8));
    }

    #[test]
    fn no_more_is_remembered_than_fits() {
        let seen = Seen::default();
        for number in 0..MOST + 10 {
            seen.put(1, key(&number.to_string()), Arc::new(number));
        }
        assert_eq!(seen.0.lock().unwrap().answers.len(), MOST);
    }
}
