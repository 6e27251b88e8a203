//! How long the texts of events may be. No face has limits of its own: it shows these, and cuts nothing off.

use super::event::Event;
use super::refusal::{Problem, Refusal};
use super::words;

/// The longest note, in characters.
pub const NOTE_CHARACTERS_MAX: usize = 5_000;
/// The most files of one note.
pub const NOTE_FILES_MAX: usize = 10;
/// The longest reason, in characters: for refusing a document, declining a letter, giving numbers up, cancelling, asking for
/// a snapback. Most of them are mailed.
pub const REASON_CHARACTERS_MAX: usize = 1_000;
/// The longest text to the gaining carrier's staff, in characters.
pub const QUESTION_CHARACTERS_MAX: usize = 1_000;
/// The longest remark on a test, in characters.
pub const REMARK_CHARACTERS_MAX: usize = 1_000;

/// Refuses a text of more than `most` characters. `field` is the name of its field in the API, `what` what people call it.
///
/// # Errors
/// How long it is, and how long it may be.
pub fn fits(
    rule: &'static str,
    field: &'static str,
    what: &str,
    text: &str,
    most: usize,
) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= most {
        return Ok(());
    }
    let (length, most) = (words::count(length), words::count(most));
    Err(Refusal::invalid(
        rule,
        format!("{what} has at most {most} characters."),
        vec![Problem::new(
            field,
            format!("This has {length} characters. Shorten it to {most}."),
        )],
    ))
}

/// Refuses an event with a text that is longer than it may be, whoever sends it and by which face.
pub(super) fn check_texts(event: &Event) -> Result<(), Refusal> {
    match event {
        Event::Cancel { reason }
        | Event::DeclineLetter { reason }
        | Event::GiveUp { reason, .. }
        | Event::RefuseProof { reason, .. }
        | Event::AskSnapback { reason, .. }
        | Event::RefuseSnapback { reason } => fits(
            "reason_too_long",
            "reason",
            "A reason",
            reason,
            REASON_CHARACTERS_MAX,
        ),
        Event::AskCarrier { text: Some(text) } => fits(
            "question_too_long",
            "text",
            "What is written to the carrier",
            text,
            QUESTION_CHARACTERS_MAX,
        ),
        Event::RecordTest { remark, .. } => fits(
            "remark_too_long",
            "remark",
            "A remark",
            remark,
            REMARK_CHARACTERS_MAX,
        ),
        Event::Note { text, .. } => {
            fits("note_too_long", "text", "A note", text, NOTE_CHARACTERS_MAX)
        }
        _ => Ok(()),
    }
}
