//! Work that is done apart from the request that asked for it: the runner, and the jobs, one file a kind.

mod carrier;
mod execute;
mod handler;
mod reconcile;
mod replies;
pub mod runner;
mod timers;
mod work;

pub use handler::{Handler, JobContext, JobError};
pub use reconcile::{Reconcile, Reconciler};
pub use runner::{Backoff, Runner, RunnerOptions};
pub use timers::timers;
pub use work::Work;
