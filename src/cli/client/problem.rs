//! What a server says when it says no, as an error of the command line: the field, what is wrong, the way out.

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::without_controls;
use crate::cli::{Error, Kind};

/// As many fields are listed at most.
const FIELDS_SHOWN: usize = 20;

/// An error of the API (`application/problem+json`).
#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    detail: String,
    #[serde(default)]
    problems: Vec<Field>,
    #[serde(default)]
    way_out: Option<String>,
    #[serde(default)]
    operation_id: String,
}

#[derive(Deserialize)]
struct Field {
    field: String,
    says: String,
}

/// Something answers there, but not Portolan.
pub(super) fn not_ours(base: &str, status: StatusCode) -> Error {
    let says = format!(
        "{base} answers ({}), but not as Portolan does",
        status.as_u16()
    );
    let kind = match status.is_server_error() {
        true => Kind::Unavailable,
        false => Kind::User,
    };
    Error::new(kind, anyhow::Error::msg(says))
        .hint("see whether --server or PORTOLAN_SERVER is right; a proxy or a sign-in page may stand in between")
}

/// The server sends us to another address. The key is for the address that was named, and for no other.
pub(super) fn moved(base: &str, to: Option<String>) -> Error {
    let target = to
        .as_deref()
        .and_then(|to| url::Url::parse(base).ok()?.join(to).ok());
    let error = Error::refused(match &target {
        Some(target) => format!(
            "{base} sends us on to {}, and the API key is not shown to another address than the one you named",
            target.origin().ascii_serialization()
        ),
        None => format!("{base} sends us on to another address"),
    });
    match target {
        Some(target) => error.hint(format!(
            "if that is where Portolan is: --server {}",
            target.origin().ascii_serialization()
        )),
        None => error.hint("name the address where Portolan itself answers with --server"),
    }
}

/// An answer that is an error.
pub(super) fn of(base: &str, status: StatusCode, body: &[u8]) -> Error {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        return not_ours(base, status);
    };
    let whole = value.clone();
    without_controls(&mut value);
    let Ok(problem) = serde_json::from_value::<Problem>(value) else {
        return not_ours(base, status);
    };
    let kind = match status.as_u16() {
        408 | 429 | 502..=504 => Kind::Unavailable,
        500.. => Kind::Internal,
        _ => Kind::User,
    };
    let mut error = Error::new(kind, anyhow::Error::msg(message(&problem)));
    error.problem = Some(Box::new(whole));
    match status {
        StatusCode::UNAUTHORIZED => error
            .hint(super::connection::HOW_TO_GET_A_KEY)
            .hint("a key that worked before may have been revoked"),
        StatusCode::INTERNAL_SERVER_ERROR => error.hint(format!(
            "the server's log says more under {}",
            problem.operation_id
        )),
        _ => match problem.way_out {
            Some(way_out) => error.hint(way_out),
            None => error,
        },
    }
}

fn message(problem: &Problem) -> String {
    if problem.kind == "/problems/no_key" {
        return "the server does not know this API key".to_owned();
    }
    let fields = problem.problems.as_slice();
    let own_words = match fields {
        [] => return problem.detail.clone(),
        // The detail of wrong fields is only the first of them again.
        _ if problem.kind == "/problems/invalid" => None,
        _ => Some(problem.detail.clone()),
    };
    let shown = fields
        .iter()
        .take(FIELDS_SHOWN)
        .map(|one| match one.field.as_str() {
            "" => one.says.clone(),
            field => format!("{field}: {}", one.says),
        });
    let more = fields.len().saturating_sub(FIELDS_SHOWN);
    let more = (more > 0).then(|| format!("and {more} more"));
    own_words
        .into_iter()
        .chain(shown)
        .chain(more)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> (u8, String, Vec<String>) {
        let status = StatusCode::from_u16(status).expect("a status");
        let error = of("http://desk.example", status, body.as_bytes());
        (error.kind.code(), error.source.to_string(), error.hints)
    }

    #[test]
    fn wrong_fields_are_listed_each_with_what_to_do() {
        let body = r#"{"type":"/problems/invalid","title":"x","status":422,"detail":"It is too short. (1 more)",
            "problems":[{"field":"btn","says":"It is too short."},{"field":"signer.email","says":"There is no @."}],"operation_id":"op_1"}"#;
        let (code, says, _) = error(422, body);
        assert_eq!(
            (code, says.as_str()),
            (1, "btn: It is too short.\nsigner.email: There is no @.")
        );
    }

    #[test]
    fn a_refusal_keeps_its_way_out_and_a_fault_names_its_place_in_the_log() {
        let refusal = r#"{"type":"/problems/letter_unsigned","detail":"The letter is not signed yet.","way_out":"Have it signed.","operation_id":"op_1"}"#;
        assert_eq!(
            error(409, refusal),
            (
                1,
                "The letter is not signed yet.".into(),
                vec!["Have it signed.".into()]
            )
        );
        let fault = r#"{"type":"/problems/broken","detail":"Something went wrong on our side.","way_out":"Try again.","operation_id":"op_5f"}"#;
        let (code, _, hints) = error(500, fault);
        assert_eq!(code, 5);
        assert!(hints[0].contains("op_5f"), "{hints:?}");
        let unavailable = r#"{"type":"/problems/unavailable","detail":"The carrier does not answer.","operation_id":"op_1"}"#;
        assert_eq!(error(503, unavailable).0, 4);
    }

    #[test]
    fn somebody_elses_page_is_told_from_portolans_answers() {
        let (code, says, hints) = error(502, "<html>Bad gateway</html>");
        assert_eq!(code, 4);
        assert!(says.contains("not as Portolan does"), "{says}");
        assert!(hints[0].contains("--server"));
        assert_eq!(error(403, "{\"error\":\"nope\"}").0, 1);
    }
}
