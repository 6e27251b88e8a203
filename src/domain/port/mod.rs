//! The port request: one losing provider and one account there, any number of numbers.
//!
//! Everything that happens to it is an [`Event`], decided by [`apply()`]: a pure function of the
//! request, the event, the world around it and the moment. What comes out are [`Fact`]s, which
//! [`evolve()`] writes into the request, and [`Effect`]s, which the job runner carries out later.

mod apply;
mod at_carrier;
mod blockers;
mod claims;
mod corrections;
mod details;
mod event;
mod evolve;
mod fact;
mod form;
mod letter;
mod limits;
pub mod moves;
mod notices;
mod orders;
mod port_day;
mod proof;
mod queue;
mod refusal;
mod request;
mod standing;
mod status;
mod talk;
#[cfg(test)]
mod tests;
mod texts;
pub mod words;
mod world;

pub use apply::{Effect, Step, apply};
pub use blockers::{Blocker, BlockerCode, blocked_numbers, blockers, missing, pin_needed};
pub use corrections::is_sent_when_signed;
pub use details::{Address, Agreement, Change, Customer, Details, Mask, Remaining, Scope, Signer};
pub use event::{Actor, Event, EventKind, NumberChange, PortabilityResult, Role, TestKind};
pub use evolve::{begin, evolve, replay};
pub use fact::Fact;
pub use letter::letter_too_old;
pub use limits::{
    NOTE_CHARACTERS_MAX, NOTE_FILES_MAX, QUESTION_CHARACTERS_MAX, REASON_CHARACTERS_MAX,
    REMARK_CHARACTERS_MAX, fits,
};
pub use notices::{MailKind, Reader, Topic, notices};
pub use queue::{Place, Queue, places};
pub use refusal::{Problem, Refusal, RefusalKind};
pub use request::{
    Attention, CarrierOrder, Claim, LetterRef, Loa, PortNumber, PortRequest, Proof, ProofKind,
    Stage, Supplement, Test, Text, Verdict, Voice, Window,
};
pub use standing::{OldService, Standing, next_window, standing};
pub use status::{Ball, Status, ball, ball_in, status};
pub use texts::needs_campaign;
pub use world::World;
