//! The only place that reads the clock. Everything else is handed `now`.

use chrono::{DateTime, Utc};
use std::sync::Arc;

/// The machine's clock.
#[expect(clippy::disallowed_methods, reason = "the one place that may")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The machine's clock, as the store and everything else takes it.
pub fn system() -> store::Clock {
    Arc::new(now)
}
