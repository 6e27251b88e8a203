//! The rules of porting. Pure: no async, no I/O, no SQL, no clock; time and ids are handed in.

pub mod carrier;
pub mod import;
pub mod number;
pub mod table;
