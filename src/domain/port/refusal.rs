//! Why an event may not happen: always with the rule and with what would make it legal.

use serde::Serialize;

/// A refused event. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{says} {way_out}")]
pub struct Refusal {
    /// What sort of refusal it is; decides the answer's status code.
    pub kind: RefusalKind,
    /// The rule's short name.
    pub rule: &'static str,
    /// What is wrong.
    pub says: String,
    /// What would make it legal.
    pub way_out: String,
    /// Each field that is wrong, if it is about fields.
    pub problems: Vec<Problem>,
}

/// What sort of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Not legal in the present state.
    Conflict,
    /// Not for this person.
    Forbidden,
    /// Something in the data is wrong or missing.
    Invalid,
    /// What was named is not on this request.
    NotFound,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Problem {
    /// The field's name, such as `customer.last_name` or `numbers[2].receiving`.
    pub field: String,
    /// What is wrong and what to do, in words.
    pub says: String,
}

impl Problem {
    /// A problem with a field.
    pub fn new(field: impl Into<String>, says: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            says: says.into(),
        }
    }
}

impl Refusal {
    /// Not legal now.
    pub fn conflict(
        rule: &'static str,
        says: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            kind: RefusalKind::Conflict,
            rule,
            says: says.into(),
            way_out: way_out.into(),
            problems: Vec::new(),
        }
    }

    /// Whether it is about who asks, and not about what or when.
    pub fn is_forbidden(&self) -> bool {
        self.kind == RefusalKind::Forbidden
    }

    /// Not for this person.
    pub fn forbidden(rule: &'static str, says: impl Into<String>) -> Self {
        Self {
            kind: RefusalKind::Forbidden,
            rule,
            says: says.into(),
            way_out: String::new(),
            problems: Vec::new(),
        }
    }

    /// Something is wrong or missing.
    pub fn invalid(rule: &'static str, says: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self {
            kind: RefusalKind::Invalid,
            rule,
            says: says.into(),
            way_out: String::new(),
            problems,
        }
    }

    /// What was named is not here.
    pub fn not_found(rule: &'static str, says: impl Into<String>) -> Self {
        Self {
            kind: RefusalKind::NotFound,
            rule,
            says: says.into(),
            way_out: String::new(),
            problems: Vec::new(),
        }
    }
}
