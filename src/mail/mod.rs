//! Mail: what is written (pure) and how it is sent.

mod compose;
pub mod smtp;
pub mod templates;

pub use compose::{Composed, LINK_PLACE, MailContext, WindowWords, compose};
