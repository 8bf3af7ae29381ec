//! What the log says of deliveries that were refused or not understood: the first of each kind at once, then how many there were
//! since, once a minute. So a flood of them never floods the log.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often the same is said.
const PERIOD: Duration = Duration::from_mins(1);

/// What was said, by source and code; both are few.
#[derive(Debug, Default)]
pub struct Log(Mutex<HashMap<(String, String), Said>>);

#[derive(Debug, Default)]
struct Said {
    at: Option<Duration>,
    since: u64,
}

impl Log {
    /// Counts one more at `now`, a time on a clock that never goes back. How many there were since the log spoke of them, if it
    /// is to speak of them now.
    pub fn count(&self, source: &str, code: &str, now: Duration) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let said = said.entry((source.to_owned(), code.to_owned())).or_default();
        said.since += 1;
        if said.at.is_some_and(|at| now < at + PERIOD) {
            return None;
        }
        said.at = Some(now);
        Some(std::mem::take(&mut said.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_at_once_and_the_others_once_a_minute() {
        let log = Log::default();
        let count = |code, seconds| log.count("tms", code, Duration::from_secs(seconds));
        assert_eq!((count("stale", 5), count("stale", 6), count("unsigned", 6)), (Some(1), None, Some(1)));
        assert_eq!((count("stale", 64), count("stale", 65)), (None, Some(3)));
    }
}
