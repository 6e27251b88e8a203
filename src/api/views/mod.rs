//! What the API shows: plain structures, made from what the use cases give. No secret has a place in them.

mod desk;
mod event;
mod import;
mod number;
mod others;
mod port;
mod words;

pub use desk::*;
pub use event::{Event, EventPage};
pub use import::{ImportReport, meaning_name};
pub use number::{Number, NumberPage};
pub use others::*;
pub use port::{Port, PortLine, PortPage, proof_kind_name};
pub use words::*;
