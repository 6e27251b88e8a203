//! Documents: number lists, the seal on signed letters, proof of ownership.

pub mod attachment;
pub mod proof;
pub mod seal;
pub mod sheet;
