//! What the pages show, as plain data: nothing here knows the domain, the database or HTTP.
//!
//! Every page is a struct with its askama template. A handler fills it and renders it; `sample()` fills
//! it with made-up data, so that each page can be looked at, tested and photographed by itself.

pub mod common;
pub mod desk;
pub mod form;
pub mod hooks;
pub mod hosted;
pub mod letter;
pub mod mailbox;
pub mod misc;
pub mod operator;
pub mod port;
pub mod ports;
pub mod samples;
pub mod settings;
pub mod start;
pub mod tickets;
pub mod unplaced;
pub mod welcome;

pub use common::*;
