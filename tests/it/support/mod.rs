//! What the tests share.

pub mod database;
pub mod outage;
pub mod playground;
pub mod work;
