//! What can go wrong between us and a carrier, told apart by what to do next.

use std::fmt;
use std::time::Duration;

/// Most bytes of an unreadable answer that are kept for the desk.
pub const KEPT_BYTES_MAX: usize = 64 * 1024;

/// Why a carrier call did not end with an answer that can be used.
///
/// Two questions decide what a job does next: [`CarrierError::is_retryable`] (can the same call
/// succeed later without anybody doing anything?) and [`CarrierError::is_ambiguous`] (may the carrier
/// have acted although we do not know it? then look the order up before an action is repeated).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// Nothing reached the carrier: no such name, connection refused, no secure connection.
    #[error("the carrier cannot be reached ({why}); nothing was sent, it is tried again by itself")]
    NotSent {
        /// What failed, without address or contents.
        why: String,
    },
    /// The request left, and no whole answer came back.
    #[error(
        "the carrier gave no answer ({why}); whether it acted is looked up before anything is repeated"
    )]
    NoAnswer {
        /// What failed, without address or contents.
        why: String,
    },
    /// The carrier asks us to slow down (429). It did not act.
    #[error("the carrier asks to be called less often; the call is repeated later")]
    RateLimited {
        /// How long to wait, in wire time, if the carrier said so.
        retry_after: Option<Duration>,
    },
    /// The carrier's own failure (5xx, or 408). A gateway may answer so after the carrier acted.
    #[error("the carrier has a fault of its own (status {status}); the call is repeated later")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// How long to wait, in wire time, if the carrier said so.
        retry_after: Option<Duration>,
    },
    /// The carrier understood and said no (4xx). Repeating the same call gets the same answer.
    #[error("the carrier refused the request (status {status}){}", listed(.problems))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it objects to; empty when it did not say.
        problems: Vec<CarrierProblem>,
    },
    /// The key was not accepted (401).
    #[error(
        "the carrier does not accept the API key; an administrator must check the carrier's settings"
    )]
    Unauthorized,
    /// The carrier knows no order by that id. A draft that was left alone too long ends like this.
    #[error("the carrier knows no such order")]
    NotFound,
    /// An answer came that does not make sense.
    #[error(
        "the carrier's answer (status {status}) cannot be read: {why}; the desk can see it as it came"
    )]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        why: String,
        /// What came, with secrets blotted out.
        body: KeptBody,
    },
    /// Part or all of what was asked for was done, and what came after it failed: a second batch of
    /// numbers, or reading the order back.
    #[error(
        "the carrier did at least a part of what was asked; the rest is taken up again by itself"
    )]
    HalfDone {
        /// The later failure.
        #[source]
        then: Box<CarrierError>,
    },
}

/// One objection of a carrier.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CarrierProblem {
    /// The carrier's code.
    pub code: Option<String>,
    /// Its short text.
    pub title: String,
    /// Its long text. It may quote what was sent, so it is for the desk and not for the log.
    pub detail: Option<String>,
    /// Which field it objects to: a JSON pointer, or the name of a query parameter.
    pub pointer: Option<String>,
}

/// The beginning of an answer that could not be read, for storing. Debug output shows its length only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KeptBody(String);

impl CarrierError {
    /// Whether the same call may succeed later without anybody doing anything.
    ///
    /// After [`CarrierError::is_ambiguous`] the repetition begins with looking the order up.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotSent { .. }
            | Self::NoAnswer { .. }
            | Self::RateLimited { .. }
            | Self::Unavailable { .. }
            | Self::HalfDone { .. } => true,
            // A cut or mangled success may come whole the next time; a redirect stays a redirect.
            Self::Unreadable { status, .. } => (200..300).contains(status),
            Self::Refused { .. } | Self::Unauthorized | Self::NotFound => false,
        }
    }

    /// Whether the carrier may have acted: then an order is looked up before an action is repeated.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::NoAnswer { .. } | Self::Unavailable { .. } | Self::HalfDone { .. } => true,
            Self::Unreadable { status, .. } => (200..300).contains(status),
            Self::NotSent { .. }
            | Self::RateLimited { .. }
            | Self::Refused { .. }
            | Self::Unauthorized
            | Self::NotFound => false,
        }
    }

    /// How long the carrier asked us to wait, in wire time.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            Self::HalfDone { then } => then.retry_after(),
            _ => None,
        }
    }

    /// The answer that could not be read, for storing and for the desk.
    pub fn kept_body(&self) -> Option<&KeptBody> {
        match self {
            Self::Unreadable { body, .. } => Some(body),
            Self::HalfDone { then } => then.kept_body(),
            _ => None,
        }
    }

    /// The same failure, known to have come after the carrier had acted.
    pub(super) fn after_an_effect(self) -> Self {
        match self {
            Self::HalfDone { .. } => self,
            other => Self::HalfDone {
                then: Box::new(other),
            },
        }
    }

    /// The same failure without `secrets`, should the carrier have sent them back to us.
    pub(super) fn blot_out(self, secrets: &[&str]) -> Self {
        match self {
            Self::Refused { status, problems } => Self::Refused {
                status,
                problems: problems
                    .into_iter()
                    .map(|p| CarrierProblem {
                        code: p.code,
                        title: without(&p.title, secrets),
                        detail: p.detail.map(|text| without(&text, secrets)),
                        pointer: p.pointer,
                    })
                    .collect(),
            },
            Self::Unreadable { status, why, body } => Self::Unreadable {
                status,
                why,
                body: KeptBody(without(&body.0, secrets)),
            },
            other => other,
        }
    }
}

impl KeptBody {
    /// Keeps the beginning of `body`, without the values of the fields that are secrets.
    pub fn new(body: &[u8]) -> Self {
        // Blotted out before it is cut, so that no cut value escapes. Twice the limit bounds the work.
        let looked_at = body.get(..2 * KEPT_BYTES_MAX).unwrap_or(body);
        let mut text = blot_fields(&String::from_utf8_lossy(looked_at));
        let mut end = KEPT_BYTES_MAX.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        Self(text)
    }

    /// The text, for storing and showing to the desk.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeptBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptBody({} bytes)", self.0.len())
    }
}

/// The problems as the end of a sentence: codes, titles and fields, never the quoted detail.
fn listed(problems: &[CarrierProblem]) -> String {
    let mut text = String::new();
    for problem in problems.iter().take(5) {
        text.push_str(if text.is_empty() { ": " } else { "; " });
        if let Some(code) = &problem.code {
            text.push_str(code);
            text.push(' ');
        }
        text.push_str(&problem.title);
        if let Some(pointer) = &problem.pointer {
            text.push_str(" at ");
            text.push_str(pointer);
        }
    }
    if problems.len() > 5 {
        text.push_str("; and more");
    }
    text
}

const BLOT: &str = "***";

/// Fields whose values are never kept, whatever carrier sends them (specs: Telnyx end_user.admin,
/// Twilio port_out_pin).
const SECRET_FIELDS: [&str; 7] = [
    "pin_passcode",
    "account_number",
    "tax_identifier",
    "business_identifier",
    "port_out_pin",
    "passcode",
    "authorization",
];

/// `text` without any of `secrets`, as they are and as JSON would write them. Secrets of less than
/// three characters stay: without context they say nothing, and blotting them would shred the text.
fn without(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|s| s.chars().count() >= 3) {
        text = text.replace(secret, BLOT);
        let escaped = serde_json::Value::from(*secret).to_string();
        let inner = escaped.trim_matches('"');
        if inner != *secret {
            text = text.replace(inner, BLOT);
        }
    }
    text
}

/// Blots out what stands after the name of a secret field, in JSON, in a form or quoted in HTML,
/// also when the text was cut in the middle.
fn blot_fields(text: &str) -> String {
    // ASCII lower case keeps every byte in its place.
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((start, name)) = next_secret_field(&lower, at) {
        let name_end = start + name.len();
        let Some(gap) = between_name_and_value(text.get(name_end..).unwrap_or("")) else {
            // The name alone, as in a sentence.
            out.push_str(text.get(at..name_end).unwrap_or(""));
            at = name_end;
            continue;
        };
        let value = name_end + gap;
        let length = value_length(text, value);
        out.push_str(text.get(at..value).unwrap_or(""));
        if length > 0 {
            out.push_str(BLOT);
        }
        at = value + length;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

fn next_secret_field(lower: &str, from: usize) -> Option<(usize, &'static str)> {
    let rest = lower.get(from..)?;
    SECRET_FIELDS
        .iter()
        .filter_map(|name| rest.find(name).map(|start| (from + start, *name)))
        // The longest of several that begin at the same place.
        .min_by_key(|(start, name)| (*start, usize::MAX - name.len()))
}

/// The bytes between a field's name and its value: a closing quote, a colon or equals sign, an
/// opening quote, blanks. `None` when no value follows.
fn between_name_and_value(rest: &str) -> Option<usize> {
    let name_closed = after_quote(rest).trim_start();
    let separated = name_closed.strip_prefix([':', '='])?.trim_start();
    Some(rest.len() - after_quote(separated).len())
}

/// `rest` without the one quote that it may begin with, as JSON, JSON within JSON, or HTML write it.
fn after_quote(rest: &str) -> &str {
    let quotes = ["\\\"", "\"", "&quot;", "'"];
    quotes
        .iter()
        .find_map(|quote| rest.strip_prefix(quote))
        .unwrap_or(rest)
}

/// How many bytes the value at `at` has.
fn value_length(text: &str, at: usize) -> usize {
    let Some(rest) = text.get(at..) else { return 0 };
    if rest.starts_with("null") || rest.starts_with(['{', '[']) {
        return 0;
    }
    let quoted = text
        .get(..at)
        .is_some_and(|before| before.ends_with('"') && !before.ends_with("\\\""));
    let mut escaped = false;
    for (offset, c) in rest.char_indices() {
        let ends = if quoted {
            c == '"' && !escaped
        } else {
            matches!(
                c,
                '"' | '\'' | ',' | '}' | ']' | '&' | '<' | '\\' | '\r' | '\n'
            )
        };
        if ends {
            return offset;
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_are_blotted_out_of_what_is_kept() {
        let cases = [
            (
                r#"{"pin_passcode":"1234","x":1}"#,
                r#"{"pin_passcode":"***","x":1}"#,
            ),
            (
                r#"{"pin_passcode" : "12\"34","x":1}"#,
                r#"{"pin_passcode" : "***","x":1}"#,
            ),
            (
                r#"{"account_number":99017,"x":1}"#,
                r#"{"account_number":***,"x":1}"#,
            ),
            (r#"{"account_number":null}"#, r#"{"account_number":null}"#),
            (
                r#"{"account_number":"","x":1}"#,
                r#"{"account_number":"","x":1}"#,
            ),
            (r#"{"pin_passcode":"12"#, r#"{"pin_passcode":"***"#),
            (
                r#""{\"pin_passcode\":\"1234\"}""#,
                r#""{\"pin_passcode\":\"***\"}""#,
            ),
            (
                "Authorization: Bearer KEY017\r\nHost: x",
                "Authorization: ***\r\nHost: x",
            ),
            (
                "&quot;PIN_passcode&quot;:&quot;77&quot;",
                "&quot;PIN_passcode&quot;:&quot;***&quot;",
            ),
            ("a=1&account_number=55&b=2", "a=1&account_number=***&b=2"),
        ];
        for (came, kept) in cases {
            assert_eq!(KeptBody::new(came.as_bytes()).text(), kept, "{came}");
        }
    }

    #[test]
    fn what_was_sent_is_blotted_out_of_what_came_back() {
        let error = CarrierError::Refused {
            status: 422,
            problems: vec![CarrierProblem {
                code: Some("10015".into()),
                title: "Bad PIN 4711".into(),
                detail: Some(r#"the PIN "4711" of account A\"9 is wrong"#.into()),
                pointer: None,
            }],
        };
        let CarrierError::Refused { problems, .. } = error.blot_out(&["4711", "A\"9", "is"]) else {
            panic!("still refused");
        };
        assert_eq!(problems[0].title, "Bad PIN ***");
        assert_eq!(
            problems[0].detail.as_deref(),
            Some(r#"the PIN "***" of account *** is wrong"#)
        );
    }

    #[test]
    fn neither_log_nor_debug_shows_an_answer() {
        let error = CarrierError::Unreadable {
            status: 200,
            why: "it is not JSON".into(),
            body: KeptBody::new(b"<h1>Rosewater Dental</h1>"),
        };
        assert!(!format!("{error} {error:?}").contains("Rosewater"));
        assert_eq!(
            error.kept_body().map(KeptBody::text),
            Some("<h1>Rosewater Dental</h1>")
        );
    }

    #[test]
    fn each_failure_says_what_to_do_next() {
        let unreadable = |status| CarrierError::Unreadable {
            status,
            why: String::new(),
            body: KeptBody::default(),
        };
        let refused = CarrierError::Refused {
            status: 422,
            problems: vec![],
        };
        let wait = Some(Duration::from_secs(3));
        // error, retryable, ambiguous
        let table = [
            (CarrierError::NotSent { why: String::new() }, true, false),
            (CarrierError::NoAnswer { why: String::new() }, true, true),
            (CarrierError::RateLimited { retry_after: wait }, true, false),
            (
                CarrierError::Unavailable {
                    status: 502,
                    retry_after: wait,
                },
                true,
                true,
            ),
            (refused.clone(), false, false),
            (CarrierError::Unauthorized, false, false),
            (CarrierError::NotFound, false, false),
            (unreadable(201), true, true),
            (unreadable(302), false, false),
            // A later batch was refused: what stands is looked up, and the rest is asked for again.
            (refused.after_an_effect(), true, true),
        ];
        for (error, retryable, ambiguous) in table {
            assert_eq!(error.is_retryable(), retryable, "{error:?}");
            assert_eq!(error.is_ambiguous(), ambiguous, "{error:?}");
        }
        let later = CarrierError::RateLimited { retry_after: wait }.after_an_effect();
        assert_eq!(later.retry_after(), wait);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_kept(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            KeptBody::new(&bytes);
        }

        #[test]
        fn no_cut_lets_a_secret_out(cut in 0_usize..80, lead in "[ -~é]{0,20}") {
            let whole = format!(r#"{lead}{{"end_user":{{"admin":{{"pin_passcode":"Zq7%w\"e9!kk"}}}}}}"#);
            let cut = cut.min(whole.len());
            let kept = KeptBody::new(&whole.as_bytes()[..cut]);
            prop_assert!(!kept.text().contains("Zq7"), "{}", kept.text());
        }
    }
}
