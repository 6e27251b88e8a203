//! Work that is done apart from the request that asked for it: the runner, and the jobs, one file a kind.

mod execute;
mod handler;
mod reconcile;
pub mod runner;

pub use handler::{Handler, JobContext, JobError};
pub use reconcile::{Reconcile, Reconciler};
pub use runner::{Backoff, Runner, RunnerOptions};

#[cfg(test)]
mod tests;
