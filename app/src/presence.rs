//! Who looks at which exception right now. Kept in memory alone: it is true for seconds and belongs into no journal.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ExceptionId;
use domain::account::Viewer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long after they last said so somebody still looks: two of a page's rounds and a bit.
const LASTS: TimeDelta = TimeDelta::seconds(20);

/// Cheap to clone; one a server.
#[derive(Clone, Default)]
pub struct Presence(Arc<Mutex<HashMap<ExceptionId, Vec<Looking>>>>);

struct Looking {
    account: String,
    name: String,
    at: DateTime<Utc>,
}

impl Presence {
    /// Notes that somebody looks at an exception. Returns the names of those who look as well. What is older than
    /// [`LASTS`] is forgotten, so that there are never more than have looked since.
    pub fn look(&self, viewer: &Viewer, exception: ExceptionId, now: DateTime<Utc>) -> Vec<String> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, looking| {
            looking.retain(|one| one.account != viewer.account && now - one.at < LASTS);
            !looking.is_empty()
        });
        let looking = all.entry(exception).or_default();
        let others = looking.iter().map(|one| one.name.clone()).collect();
        looking.push(Looking { account: viewer.account.clone(), name: viewer.name.clone(), at: now });
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::AccountRole;

    #[test]
    fn two_who_look_at_one_exception_learn_of_each_other_until_one_leaves() {
        let viewer = |name: &str| Viewer {
            account: name.to_lowercase(),
            name: name.to_owned(),
            role: AccountRole::Agent,
            customer: None,
        };
        let (anna, amir) = (viewer("Anna"), viewer("Amir"));
        let (one, other) = (ExceptionId::numbered("1"), ExceptionId::numbered("2"));
        let presence = Presence::default();
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        assert_eq!(presence.look(&anna, one, at(0)), [""; 0]);
        assert_eq!(presence.look(&amir, one, at(5)), ["Anna"]);
        assert_eq!(presence.look(&anna, one, at(8)), ["Amir"]);
        assert_eq!(presence.look(&amir, other, at(10)), [""; 0], "one looks at one exception at a time");
        assert_eq!(presence.look(&anna, one, at(16)), [""; 0]);
        assert_eq!(presence.look(&amir, one, at(40)), [""; 0], "she has not said so for a while");
    }
}
