//! What the API shows of port requests, as far as a terminal shows it. Words are kept as they come: a newer
//! server may know words that this program does not.

use jiff::Timestamp;
use serde::Deserialize;

/// A line of a list of port requests.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) account: Named,
    pub(super) title: String,
    pub(super) losing_carrier: String,
    pub(super) status: String,
    pub(super) status_label: String,
    #[serde(default)]
    pub(super) waits_for: String,
    pub(super) first_number: Option<String>,
    pub(super) number_count: usize,
    pub(super) window_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    pub(super) version: i64,
}

/// Something with an id and a name.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

/// A port request.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Port {
    pub(super) id: String,
    pub(super) version: i64,
    pub(super) account: Named,
    pub(super) submitter: Named,
    pub(super) title: String,
    pub(super) status: String,
    pub(super) status_label: String,
    pub(super) waits_for: String,
    pub(super) now: String,
    pub(super) next: String,
    pub(super) by: Option<Timestamp>,
    pub(super) safe_to_cancel_old_service: bool,
    pub(super) blockers: Vec<Blocker>,
    pub(super) allowed_actions: Vec<String>,
    pub(super) losing_carrier: String,
    pub(super) customer: Customer,
    pub(super) account_number: Option<String>,
    pub(super) pin: Option<String>,
    pub(super) signer: Option<Signer>,
    pub(super) number_count: usize,
    pub(super) numbers: Vec<Number>,
    pub(super) loa: Loa,
    pub(super) proof: Vec<Proof>,
    pub(super) orders: Vec<Order>,
    #[serde(default)]
    pub(super) attention: Option<Vec<Attention>>,
    pub(super) created_at: Timestamp,
    pub(super) released_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Blocker {
    pub(super) says: String,
    pub(super) way_out: String,
    pub(super) field: Option<String>,
    pub(super) number: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Customer {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) business_name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Signer {
    pub(super) name: String,
    pub(super) email: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Loa {
    pub(super) state: String,
    pub(super) signer: Option<Signer>,
    pub(super) signed_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Proof {
    pub(super) name: String,
    pub(super) verdict: String,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Order {
    pub(super) carrier: String,
    pub(super) support_key: Option<String>,
    pub(super) status: String,
    pub(super) reasons: Vec<Reason>,
    pub(super) confirmed_foc: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Reason {
    pub(super) code: String,
    pub(super) text: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Attention {
    pub(super) says: String,
}

/// A number of a port request.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Number {
    pub(super) national: String,
    pub(super) kind: String,
    pub(super) receiving: Option<String>,
    pub(super) source: Option<String>,
    #[serde(default)]
    pub(super) wants_text: bool,
    pub(super) not_portable: Option<String>,
    pub(super) voice: Voice,
    pub(super) text: Text,
    pub(super) voice_test: Option<Test>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Voice {
    pub(super) state: String,
    #[serde(default)]
    pub(super) reasons: Vec<Reason>,
    #[serde(default)]
    pub(super) questions: Vec<Question>,
    pub(super) window: Option<Window>,
    pub(super) ported_at: Option<Timestamp>,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) field: String,
    pub(super) ask: String,
    #[serde(default)]
    pub(super) help: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Window {
    pub(super) start: Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Text {
    pub(super) state: String,
    pub(super) by: Option<Timestamp>,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Test {
    pub(super) passed: bool,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Event {
    pub(super) seq: i64,
    pub(super) at: Timestamp,
    pub(super) by: By,
    pub(super) says: String,
    #[serde(default)]
    pub(super) staff_only: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct By {
    pub(super) role: String,
    pub(super) name: String,
}

/// What became of a file with numbers.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Report {
    pub(super) accepted: usize,
    pub(super) refused: usize,
    pub(super) skipped: usize,
    pub(super) problems: Vec<RowProblem>,
    pub(super) warnings: Vec<RowWarning>,
    pub(super) reminders: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RowProblem {
    pub(super) line: u32,
    pub(super) column: String,
    pub(super) value: String,
    pub(super) says: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RowWarning {
    pub(super) line: u32,
    pub(super) says: String,
}
