//! The JSON API, through its own door.

mod coverage;
mod description;
mod flow;
mod hosted;
mod imports;
mod once;
mod others;
mod problems;
mod walls;
