//! The statements that a submitter agrees to before a letter can be sent (R51 to R54, R108, R109).

/// Which wording of [`STATEMENTS`] was agreed to. Stored with the consent; changes with the words.
pub const VERSION: &str = "2026-11";

/// The statements: each has a short name, which a form's box or an API's list gives back.
pub const STATEMENTS: [(&str, &str); 7] = [
    (
        "agree_owner",
        "I own these numbers, or the owner has authorized me to port them.",
    ),
    (
        "agree_match",
        "What I typed matches the records of the current provider, as on the latest phone bill.",
    ),
    (
        "agree_active",
        "I keep the numbers active with the current provider until the port is complete.",
    ),
    (
        "agree_ends",
        "I understand that the current provider disconnects the line and ends its plans and services once the numbers are ported, and that termination or port-out fees there are mine to pay.",
    ),
    (
        "agree_receiving",
        "None of these numbers is in use as a receiving number here.",
    ),
    (
        "agree_texts",
        "I understand that texts may be limited for up to 3 business days after the port is complete.",
    ),
    (
        "agree_time",
        "I understand that the carriers control how long it takes: usually 5 to 15 business days, up to 4 weeks or longer.",
    ),
];

/// The names of the statements that are not among the ticked ones.
pub fn unticked<'a>(ticked: &'a [String]) -> impl Iterator<Item = &'static str> + 'a {
    STATEMENTS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !ticked.iter().any(|one| one == name))
}
