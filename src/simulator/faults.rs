//! Faults on command: what a carrier does wrong now and then, done exactly when a test wants it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What goes wrong with a call of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FaultKind {
    /// The call is carried out, then the connection drops without an answer.
    DropAfter,
    /// The connection drops and nothing is carried out.
    DropBefore,
    /// The answer comes late, by this much wire time in milliseconds.
    Slow {
        /// At most ten minutes are waited.
        millis: u64,
    },
    /// The call is carried out, but the answer's JSON is cut off in the middle.
    Malformed,
    /// The call is carried out, but the answer shows a status word that the API does not describe.
    UnknownStatus {
        /// The word; `under-review` if left out.
        #[serde(default)]
        word: Option<String>,
    },
    /// 429 with `Retry-After`; nothing is carried out.
    TooManyRequests {
        /// Seconds of wire time; 1 if left out.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// This status, such as 500 or 401; nothing is carried out.
    Status {
        /// 400 to 599.
        status: u16,
    },
}

impl FaultKind {
    /// The name in logs.
    pub fn name(&self) -> &'static str {
        match self {
            FaultKind::DropAfter => "drop_after",
            FaultKind::DropBefore => "drop_before",
            FaultKind::Slow { .. } => "slow",
            FaultKind::Malformed => "malformed",
            FaultKind::UnknownStatus { .. } => "unknown_status",
            FaultKind::TooManyRequests { .. } => "too_many_requests",
            FaultKind::Status { .. } => "status",
        }
    }
}

/// A fault that waits for its calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its number; given by the simulator.
    #[serde(default)]
    pub id: u32,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// Only calls with this method; any if left out.
    #[serde(default)]
    pub method: Option<String>,
    /// Only calls of this path under `/v2`, where `*` stands for one part: `/porting_orders/*/actions/confirm`.
    #[serde(default)]
    pub path: Option<String>,
    /// How many calls it hits.
    #[serde(default = "one")]
    pub times: u32,
    /// How many matching calls go well before.
    #[serde(default)]
    pub skip: u32,
}

fn one() -> u32 {
    1
}

impl Fault {
    fn fits(&self, method: &str, path: &str) -> bool {
        self.method
            .as_deref()
            .is_none_or(|m| m.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|p| path_fits(p, path))
    }
}

fn path_fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (
        pattern.trim_matches('/').split('/'),
        path.trim_matches('/').split('/'),
    );
    pattern.clone().count() == path.clone().count()
        && pattern
            .zip(path)
            .all(|(want, have)| want == "*" || want == have)
}

/// The fault that hits this call, if any. Used-up faults are removed.
pub(super) fn take(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<FaultKind> {
    for fault in faults
        .iter_mut()
        .filter(|f| f.times > 0 && f.fits(method, path))
    {
        if fault.skip > 0 {
            fault.skip -= 1;
            continue;
        }
        fault.times -= 1;
        let kind = fault.kind.clone();
        faults.retain(|f| f.times > 0);
        return Some(kind);
    }
    None
}

/// What goes wrong with webhooks. The counts are used up one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookFaults {
    /// So many attempts are lost on the way and count as failed.
    pub drop: u32,
    /// So many events are told twice.
    pub duplicate: u32,
    /// So many attempts carry a signature of another key.
    pub bad_signature: u32,
    /// Every order's webhooks come in swapped pairs, each twice.
    pub swap: bool,
    /// Webhooks leave this many desk seconds late.
    pub delay_seconds: u32,
}

impl WebhookFaults {
    pub(super) fn delay(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.delay_seconds))
    }

    pub(super) fn take_drop(&mut self) -> bool {
        take_one(&mut self.drop)
    }

    pub(super) fn take_duplicate(&mut self) -> bool {
        take_one(&mut self.duplicate)
    }

    pub(super) fn take_bad_signature(&mut self) -> bool {
        take_one(&mut self.bad_signature)
    }
}

fn take_one(count: &mut u32) -> bool {
    let any = *count > 0;
    *count = count.saturating_sub(1);
    any
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_hits_the_calls_it_names_and_no_others() {
        let fault: Fault = serde_json::from_value(json!({"fault": "malformed", "method": "post", "path": "/porting_orders/*/actions/confirm", "skip": 1, "times": 2}))
            .expect("a fault");
        let mut faults = vec![fault];
        assert_eq!(
            take(&mut faults, "GET", "/porting_orders/x/actions/confirm"),
            None
        );
        assert_eq!(take(&mut faults, "POST", "/porting_orders"), None);
        assert_eq!(
            take(&mut faults, "POST", "/porting_orders/x/actions/confirm"),
            None
        );
        assert_eq!(
            take(&mut faults, "POST", "/porting_orders/x/actions/confirm"),
            Some(FaultKind::Malformed)
        );
        assert_eq!(
            take(&mut faults, "POST", "/porting_orders/y/actions/confirm"),
            Some(FaultKind::Malformed)
        );
        assert_eq!(faults, []);
    }
}
