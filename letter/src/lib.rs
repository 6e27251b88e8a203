//! Typesets Portolan's letters.
//!
//! The one letter there is today is the Letter of Authorization (LOA): the document by which a
//! subscriber tells its telephone company that its numbers move, and names who acts for it. This
//! crate knows nothing of accounts, storage or carriers; it takes plain data and gives a PDF.
//!
//! * [`letter_pdf`]: the letter as it is shown to the person who is to sign it.
//! * [`signed_letter_pdf`]: the same pages with the signature placed.
//! * [`signed_pdf`]: the signed pages, and behind them a certificate that says how they were signed.
//!
//! The same data always gives the same bytes: no clock, no machine fonts, no random ids. Text that
//! comes from outside is handed to the typesetter as data and is never read as markup.

mod data;
mod drawing;
mod statements;
mod text;
mod typeset;

#[cfg(test)]
mod tests;

pub use data::{
    Agent, Authentication, Certificate, Device, Event, EventKind, Extent, Letter, Mark, Person,
    Remaining, Signature,
};
pub use drawing::{Drawing, DrawingError, MAX_DRAWING_BYTES, Strokes};
pub use statements::{Field, Statement};
pub use text::unprintable;
pub use typeset::{LetterError, MAX_NUMBERS, MAX_TEXT, letter_pdf, signed_letter_pdf, signed_pdf};
