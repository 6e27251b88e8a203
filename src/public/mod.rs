//! The signer's and the uploader's pages: reached by a secret link, without an account.

mod form;
pub mod gallery;
mod handlers;
pub mod views;

pub use handlers::router;
