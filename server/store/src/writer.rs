//! The one write path. A single task owns the only connection that writes: it takes all that waits, applies it in one
//! transaction, commits, answers everybody who waits and tells the hub. Nothing else writes.

pub(crate) mod batch;
mod checkpoint;
mod feeds;
mod health;
mod masters;
mod prepared;
pub(crate) mod projections;
mod queue;
mod repeats;
mod shares;
mod tallies;
mod task;
mod transaction;
pub(crate) mod views;

pub use health::Health;
pub(crate) use queue::{Acted, Handle};
