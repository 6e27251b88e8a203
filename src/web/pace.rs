//! How often somebody may do something: signing in, opening links, calling the API.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::app::AppError;

/// A limit for each key. Wire time: a faster calendar does not make people any faster.
#[derive(Clone)]
pub struct Pace<K: Clone + Hash + Eq>(Arc<RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock>>);

impl<K: Clone + Hash + Eq> std::fmt::Debug for Pace<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pace")
    }
}

impl<K: Clone + Hash + Eq> Pace<K> {
    /// So many in a minute; the first minute's worth may come at once. Zero counts as one.
    pub fn per_minute(times: u32) -> Self {
        let times = NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN);
        Self(Arc::new(RateLimiter::keyed(Quota::per_minute(times))))
    }

    /// Takes one turn.
    ///
    /// # Errors
    /// [`AppError::TooOften`] with the seconds to wait.
    pub fn take(&self, key: &K) -> Result<(), AppError> {
        // Forgets keys that are as good as new, so that the table does not grow with every visitor.
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(key).map_err(|wait| {
            AppError::TooOften(
                wait.wait_time_from(DefaultClock::default().now())
                    .as_secs()
                    .saturating_add(1),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_each_keys_own() {
        let pace = Pace::per_minute(2);
        assert!(pace.take(&"a").is_ok() && pace.take(&"a").is_ok());
        assert!(matches!(pace.take(&"a"), Err(AppError::TooOften(seconds)) if seconds <= 31));
        assert!(pace.take(&"b").is_ok());
    }
}
