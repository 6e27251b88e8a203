//! Documents: the letter, its seal, and the proof of ownership.
//!
//! Nothing here stores anything. The typesetting of the letter is in the crate `portolan-letter`.

pub mod proof;
pub mod seal;
