//! The injected clock: the only room that may ask the machine what time it is.
//!
//! Portolan reads two times, and they differ only while a faster clock runs:
//!
//! * **desk time** ([`Clock::now`]) is what the porting calendar says. Business days, windows,
//!   reminders, retries and every stored instant are in desk time.
//! * **wire time** ([`Clock::wall`]) is what any other machine on the network would say. Signature
//!   tolerances, sign-in sessions, rate limits and job leases are in wire time, because a faster
//!   calendar does not make a network or an attacker any faster.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A cheap handle on the process's time. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    System,
    Fast {
        anchor: Anchor,
    },
    Manual {
        now: Mutex<Timestamp>,
        changed: watch::Sender<()>,
    },
}

/// Ties an instant of desk time to an instant of wire time, and says how much faster desk time runs.
///
/// Two processes with the same anchor read the same desk time, which is how a server that was
/// killed and restarted, its workers and the carrier simulator stay in step.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The wire time at which the anchor was dropped.
    pub wall: Timestamp,
    /// The desk time at that same instant.
    pub desk: Timestamp,
    /// Seconds of desk time for each second of wire time; 1 is real time.
    pub speed: f64,
}

impl Clock {
    /// The machine's own time; desk time and wire time are the same.
    pub fn system() -> Self {
        Self(Arc::new(Kind::System))
    }

    /// Desk time that runs `anchor.speed` times as fast as wire time.
    pub fn fast(anchor: Anchor) -> Self {
        Self(Arc::new(Kind::Fast { anchor }))
    }

    /// Time that stands still until [`Clock::advance`] moves it. Both times are the same.
    pub fn manual(start: Timestamp) -> Self {
        Self(Arc::new(Kind::Manual {
            now: Mutex::new(start),
            changed: watch::channel(()).0,
        }))
    }

    /// Desk time: what the porting calendar says.
    ///
    /// In whole microseconds, which is what the database keeps: a stored instant is the one that was read.
    pub fn now(&self) -> Timestamp {
        let exact = self.exactly();
        Timestamp::from_microsecond(exact.as_microsecond()).unwrap_or(exact)
    }

    fn exactly(&self) -> Timestamp {
        match &*self.0 {
            Kind::System => machine_time(),
            Kind::Fast { anchor } => {
                let elapsed = machine_time().duration_since(anchor.wall).as_secs_f64();
                later(
                    anchor.desk,
                    SignedDuration::from_secs_f64(elapsed * anchor.speed),
                )
            }
            Kind::Manual { now, .. } => *guard(now),
        }
    }

    /// Wire time: what any other machine would say. See the module's text for what uses it.
    pub fn wall(&self) -> Timestamp {
        match &*self.0 {
            Kind::System | Kind::Fast { .. } => machine_time(),
            Kind::Manual { now, .. } => *guard(now),
        }
    }

    /// Seconds of desk time for each second of wire time.
    pub fn speed(&self) -> f64 {
        match &*self.0 {
            Kind::System | Kind::Manual { .. } => 1.0,
            Kind::Fast { anchor } => anchor.speed,
        }
    }

    /// How much desk time passes during `wire`. A carrier's `Retry-After: 3` is wire time.
    pub fn desk_for_wire(&self, wire: Duration) -> SignedDuration {
        SignedDuration::from_secs_f64(wire.as_secs_f64() * self.speed())
    }

    /// Waits until desk time has reached `until`; returns at once when it already has.
    pub async fn sleep_until(&self, until: Timestamp) {
        match &*self.0 {
            Kind::System | Kind::Fast { .. } => loop {
                let left = until.duration_since(self.now()).as_secs_f64() / self.speed();
                if left <= 0.0 {
                    return;
                }
                // Never longer than a minute at once, so that a machine that was suspended catches up.
                tokio::time::sleep(Duration::from_secs_f64(left.min(60.0))).await;
            },
            Kind::Manual { now, changed } => {
                let mut watch = changed.subscribe();
                while *guard(now) < until {
                    if watch.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Waits for a span of desk time.
    pub async fn sleep(&self, desk: SignedDuration) {
        self.sleep_until(later(self.now(), desk)).await;
    }

    /// Whether time stands still until [`Clock::advance`] moves it.
    pub fn stands_still(&self) -> bool {
        matches!(&*self.0, Kind::Manual { .. })
    }

    /// Moves a manual clock forward and wakes its sleepers; other clocks move by themselves.
    pub fn advance(&self, by: SignedDuration) {
        if let Kind::Manual { now, changed } = &*self.0 {
            {
                let mut now = guard(now);
                *now = later(*now, by);
            }
            changed.send_replace(());
        }
    }
}

/// `at + by`, held at the ends of representable time instead of overflowing.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

fn guard(now: &Mutex<Timestamp>) -> MutexGuard<'_, Timestamp> {
    now.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the machine's time"
)]
fn machine_time() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desk_time_runs_at_the_anchors_speed() {
        let wall = machine_time();
        let desk: Timestamp = "2026-11-21T20:00:00Z".parse().expect("a literal");
        let clock = Clock::fast(Anchor {
            wall,
            desk,
            speed: 43_200.0,
        });
        let read = clock.now().duration_since(desk).as_secs_f64();
        let real = clock.wall().duration_since(wall).as_secs_f64();
        assert!(
            read >= 0.0 && read <= real * 43_200.0 + 1.0,
            "{read} desk seconds in {real} seconds"
        );
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let other = clock.clone();
        let until = later(clock.now(), SignedDuration::from_hours(24));
        let sleeper = tokio::spawn(async move { other.sleep_until(until).await });
        clock.advance(SignedDuration::from_hours(25));
        sleeper.await.expect("the sleeper ends");
        assert_eq!(
            clock.now(),
            Timestamp::from_second(25 * 3600).expect("in range")
        );
    }
}
