//! The portal: HTML for people, made on the server.

pub mod assets;
pub mod gallery;
pub mod views;
