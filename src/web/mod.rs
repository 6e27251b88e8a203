//! What all faces share on the wire: who calls, how often they may, and the headers of every answer.

mod client;
mod headers;
mod pace;

pub use client::ClientIp;
pub use headers::finish;
pub use pace::Pace;
