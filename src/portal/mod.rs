//! The portal: HTML for people, made on the server.

pub mod assets;
pub mod gallery;
mod shared;
pub mod views;

pub use shared::{status_of, support, zone_name, zone_of};
