//! Who asks, and how often they may.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use sha2::{Digest as _, Sha256};

use super::Api;
use super::extract::Asker;
use super::problem::Problem;
use crate::app::{Caller, people};
use crate::clock::Clock;

/// Wire time for the limiter: a faster calendar does not make anybody's requests rarer.
#[derive(Clone, Debug)]
pub struct WireTime(Clock);

impl governor::clock::Clock for WireTime {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        let nanos = self.0.wall().as_nanosecond();
        Nanos::from(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
    }
}

type Limiter = RateLimiter<[u8; 32], DashMapStateStore<[u8; 32]>, WireTime, NoOpMiddleware<Nanos>>;

/// How often each key may ask.
pub struct Pace {
    limiter: Limiter,
    time: WireTime,
}

impl Pace {
    /// This many requests a minute for each key. All of them may come at once.
    pub fn new(clock: &Clock, per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let time = WireTime(clock.clone());
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), time.clone()),
            time,
        }
    }

    /// How long to wait, if it was too often.
    fn check(&self, key: [u8; 32]) -> Result<(), Duration> {
        // Keys are few and known: only those that somebody was given get here. Revoked ones go.
        if self.limiter.len() > 10_000 {
            self.limiter.retain_recent();
        }
        self.limiter
            .check_key(&key)
            .map_err(|until: NotUntil<Nanos>| until.wait_time_from(self.time.now()))
    }
}

/// Nobody knows who asks.
pub fn no_key() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "no_key",
        "The request carries no API key that is valid here.",
    )
    .way_out("Send `authorization: Bearer portolan_…`. A key is made in the portal under Settings, or with `POST /v1/api-keys`.")
}

/// Lets through who carries a key, as often as they may.
pub async fn check(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let key = key_of(&request).map(str::to_owned);
    match asker(&api, key.as_deref()).await {
        Ok(asker) => {
            request.extensions_mut().insert(asker);
            next.run(request).await
        }
        Err(problem) => {
            let unknown = problem.status == StatusCode::UNAUTHORIZED;
            let mut response = problem.into_response();
            if unknown {
                response.headers_mut().insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"portolan\""),
                );
            }
            response
        }
    }
}

fn key_of(request: &Request) -> Option<&str> {
    request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
}

async fn asker(api: &Api, key: Option<&str>) -> Result<Asker, Problem> {
    let key = key.ok_or_else(no_key)?;
    let user = people::user_of_key(&api.app, key)
        .await?
        .ok_or_else(no_key)?;
    if let Err(wait) = api.pace.check(Sha256::digest(key.as_bytes()).into()) {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        return Err(Problem {
            retry_after: Some(seconds.max(1)),
            ..Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_often",
                format!(
                    "This key may ask {} times a minute.",
                    api.app.config.limits.api_requests_per_minute
                ),
            )
        });
    }
    Ok(Asker(Caller::of(&user)))
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    #[test]
    fn a_key_that_asks_too_often_waits_by_the_wire_clock() {
        let clock = Clock::manual(
            "2026-11-23T15:00:00Z"
                .parse::<Timestamp>()
                .expect("a literal"),
        );
        let pace = Pace::new(&clock, 2);
        assert_eq!(pace.check([1; 32]), Ok(()));
        assert_eq!(pace.check([1; 32]), Ok(()));
        assert_eq!(pace.check([1; 32]), Err(Duration::from_secs(30)));
        assert_eq!(pace.check([2; 32]), Ok(()), "each key has its own pace");
        clock.advance(SignedDuration::from_secs(30));
        assert_eq!(pace.check([1; 32]), Ok(()));
        assert!(pace.check([1; 32]).is_err());
    }
}
