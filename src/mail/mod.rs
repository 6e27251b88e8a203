//! Mail: what is written and what comes in (both pure), how it is sent and fetched.

pub mod by_hand;
mod compose;
pub mod imap;
pub mod inbound;
pub mod smtp;
pub mod templates;

pub use compose::{Composed, LINK_PLACE, MailContext, WindowWords, compose};
