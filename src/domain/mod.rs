//! The rules of porting. Pure: no async, no I/O, no SQL, no clock; time and ids are handed in.

pub mod address;
pub mod agreement;
pub mod calendar;
pub mod carrier;
pub mod field;
pub mod hosted;
pub mod import;
pub mod losing_carrier;
pub mod number;
pub mod paper;
pub mod party;
pub mod port;
pub mod preflight;
pub mod rejection;
pub mod table;
pub mod ticket;
pub mod typed;
