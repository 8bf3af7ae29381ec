//! The only place that reads the clock. Everything else is handed `now`.

use chrono::{DateTime, Utc};
use std::sync::{Arc, OnceLock};

static STOPPED: OnceLock<DateTime<Utc>> = OnceLock::new();

/// The machine's clock, or the moment that it was stopped at.
#[expect(clippy::disallowed_methods, reason = "the one place that may")]
pub fn now() -> DateTime<Utc> {
    STOPPED.get().copied().unwrap_or_else(Utc::now)
}

/// Lets this process live in one moment, so that two pictures of its pages can be compared. Only the first call counts.
pub fn stop(at: DateTime<Utc>) {
    STOPPED.get_or_init(|| at);
}

/// The machine's clock, as the store and everything else takes it.
pub fn system() -> store::Clock {
    Arc::new(now)
}
