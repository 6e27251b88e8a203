//! What people write to each other, and what the desk has seen to.

use super::apply::Stepper;
use super::event::Actor;
use super::fact::Fact;
use super::limits::NOTE_FILES_MAX;
use super::refusal::{Problem, Refusal};
use crate::ids::{DocumentId, NoteId};

/// Words, files, or both.
pub(super) fn note(
    step: &mut Stepper,
    by: &Actor,
    note: NoteId,
    text: String,
    staff_only: bool,
    attachments: Vec<DocumentId>,
) -> Result<(), Refusal> {
    if staff_only && !by.is_desk() {
        return Err(Refusal::forbidden(
            "staff_only",
            "Only the desk can write notes that only the desk sees.",
        ));
    }
    // Files speak for themselves.
    if text.trim().is_empty() && attachments.is_empty() {
        return Err(Refusal::invalid(
            "note_empty",
            "The note is empty.",
            vec![Problem::new("text", "Write something.")],
        ));
    }
    if attachments.len() > NOTE_FILES_MAX {
        return Err(Refusal::invalid(
            "note_files",
            format!("A note holds at most {NOTE_FILES_MAX} files."),
            vec![Problem::new("file", "Send the others with another note.")],
        ));
    }
    step.happened(Fact::NoteWritten {
        note,
        text,
        staff_only,
        attachments,
    });
    Ok(())
}

/// A line is ticked off the desk's list.
pub(super) fn clear_attention(step: &mut Stepper, index: usize) -> Result<(), Refusal> {
    let attention = step.request.attention.get(index).cloned().ok_or_else(|| {
        Refusal::not_found("no_such_line", "That line is not on the list any more.")
    })?;
    step.happened(Fact::AttentionCleared { attention });
    Ok(())
}
