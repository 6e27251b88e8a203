//! What benchmarks share.

pub mod desk;
pub mod finding;
pub mod http;
pub mod machine;
pub mod scratch;
pub mod server;
pub mod spread;
pub mod strings;
