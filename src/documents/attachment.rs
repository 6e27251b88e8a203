//! Files that come with a note: what proves ownership can also be attached, and plain text.
//!
//! As with [`super::proof`], a file's content says what it is.

use super::proof::{self, Limits, ProofError};

/// A file that can be attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The media type to serve it with.
    pub media_type: &'static str,
    /// The ending for its name, without the dot.
    pub extension: &'static str,
}

/// Why a file is not taken, in words for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// It is something else.
    #[error("This is {found}. Attach a PDF, a plain text, or a picture as JPEG, PNG or HEIC.")]
    WrongType {
        /// What it seems to be.
        found: &'static str,
    },
    /// It is larger than the limit.
    #[error("The file is larger than {max} MB, the most that is taken.")]
    TooLarge {
        /// How large it may be, in megabytes.
        max: usize,
    },
    /// It is of a permitted type, and cannot be used.
    #[error(transparent)]
    Unusable(ProofError),
}

/// Reads a file that somebody attached. Its name only says which kind of text a text is.
///
/// # Errors
/// If it is empty, too large, of another type, protected, damaged, or has too many pixels.
pub fn inspect(bytes: &[u8], name: &str, limits: &Limits) -> Result<Attachment, AttachmentError> {
    match proof::inspect(bytes, limits) {
        Ok(known) => Ok(Attachment {
            media_type: known.format.media_type(),
            extension: known.format.extension(),
        }),
        Err(ProofError::WrongType { .. }) if is_text(bytes) => Ok(Attachment {
            media_type: "text/plain; charset=utf-8",
            extension: text_ending(name),
        }),
        Err(ProofError::WrongType { found }) => Err(AttachmentError::WrongType { found }),
        Err(ProofError::TooLarge { max, .. }) => Err(AttachmentError::TooLarge {
            max: max / 1_000_000,
        }),
        Err(other) => Err(AttachmentError::Unusable(other)),
    }
}

/// Whether these are words and nothing that a program would run or draw: UTF-8 without control characters,
/// and no web page.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let control = |one: char| one.is_control() && !matches!(one, '\n' | '\r' | '\t' | '\u{c}');
    !text.contains(control) && infer::get(bytes).is_none()
}

/// The endings of lists and logs stay: a program opens a `.csv` as a table. All else is `.txt`.
fn text_ending(name: &str) -> &'static str {
    let ending = name
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_ascii_lowercase();
    ["csv", "tsv", "log", "md"]
        .into_iter()
        .find(|known| *known == ending)
        .unwrap_or("txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(bytes: &[u8], name: &str) -> Result<Attachment, AttachmentError> {
        let limits = Limits {
            max_bytes: 2_000_000,
            ..Limits::default()
        };
        inspect(bytes, name, &limits)
    }

    #[test]
    fn a_text_is_attached_as_a_text_whatever_it_is_called() {
        let ending = |name: &str| {
            look("Grüße, zwei Zeilen\r\n\tund mehr\n".as_bytes(), name)
                .unwrap()
                .extension
        };
        assert_eq!(ending("list.CSV"), "csv");
        assert_eq!(ending("readme"), "txt");
        assert_eq!(ending("run.exe"), "txt");
        assert_eq!(ending("page.html"), "txt");
    }

    #[test]
    fn what_is_neither_text_nor_a_known_document_is_named() {
        let says = |bytes: &[u8]| look(bytes, "file").unwrap_err().to_string();
        assert!(says(b"GIF89a\x01\x00\x01\x00\x00").starts_with("This is a GIF picture. Attach"));
        assert!(
            says(b"<!DOCTYPE html><html><body>x</body></html>").starts_with("This is a web page")
        );
        assert!(says(b"MZ\x90\x00 not words").starts_with("This is a"));
        assert!(says(b"words\x00and a zero").starts_with("This is a file of another type"));
        assert!(says(b"caf\xe9").starts_with("This is a file of another type"));
        assert!(says(b"").starts_with("The file is empty"));
        assert_eq!(
            says(&vec![b'a'; 2_000_001]),
            "The file is larger than 2 MB, the most that is taken."
        );
    }
}
