//! What the tests share.

pub mod app;
pub mod browser;
pub mod contract;
pub mod database;
pub mod outage;
pub mod page;
pub mod playground;
pub mod work;
