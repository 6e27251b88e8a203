//! What the API shows: plain structures, made from what the use cases give. No secret has a place in them.

mod accounts;
mod checks;
mod desk;
mod documents;
mod event;
mod hosted;
mod import;
mod inbox;
mod mails;
mod number;
mod port;
mod webhooks;
mod words;

pub use accounts::*;
pub use checks::*;
pub use desk::*;
pub use documents::*;
pub use event::{Event, EventPage};
pub use hosted::*;
pub use import::{ImportReport, meaning_name};
pub use inbox::*;
pub use mails::*;
pub use number::{Number, NumberPage};
pub use port::{Port, PortLine, PortPage, proof_kind_name};
pub use webhooks::*;
pub use words::*;
