//! How much one account may write. Kept in memory alone: it is about the last minute.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// When each account wrote lately. Cheap to clone; one a server.
#[derive(Clone, Default)]
pub struct Writes(Arc<Mutex<HashMap<String, VecDeque<DateTime<Utc>>>>>);

impl Writes {
    /// What people do, not what programs can.
    pub const A_MINUTE: usize = 30;

    /// Whether the account may write once more, which then counts. Who has written nothing for a minute is forgotten.
    pub fn may(&self, account: &str, now: DateTime<Utc>) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, times| {
            times.retain(|at| now - *at < MINUTE);
            !times.is_empty()
        });
        let times = all.entry(account.to_owned()).or_default();
        let may = times.len() < Self::A_MINUTE;
        if may {
            times.push_back(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_writes_as_a_program_does_waits_and_others_do_not() {
        let writes = Writes::default();
        let start = DateTime::UNIX_EPOCH;
        let written = (0..100).filter(|_| writes.may("carla", start)).count();
        assert_eq!(written, Writes::A_MINUTE);
        assert!(writes.may("casper", start));
        assert!(!writes.may("carla", start + TimeDelta::seconds(59)));
        assert!(writes.may("carla", start + MINUTE));
    }
}
