//! Documents: the letter, its seal, and the proof of ownership.

pub mod proof;
pub mod seal;
