//! Which sessions are in use. One that nobody uses ends, see [`crate::site::SiteOptions`]; one that is used is prolonged, by far
//! not with each request.

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::AccountRole;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A session is prolonged once in this part of its idle time.
const PART: i32 = 32;
/// More are not remembered; those of earlier are prolonged once too often.
const REMEMBERED: usize = 20_000;

/// When sessions were prolonged last, and for how long.
#[derive(Clone, Debug)]
pub struct Sessions {
    house: TimeDelta,
    customers: TimeDelta,
    prolonged: Arc<Mutex<HashMap<String, DateTime<Utc>>>>,
}

impl Sessions {
    pub fn new(house_hours: u32, customer_hours: u32) -> Self {
        Self {
            house: TimeDelta::hours(house_hours.into()),
            customers: TimeDelta::hours(customer_hours.into()),
            prolonged: Arc::default(),
        }
    }

    /// How long a session of this role lasts without being used.
    pub fn idle(&self, role: AccountRole) -> TimeDelta {
        if role == AccountRole::Customer { self.customers } else { self.house }
    }

    /// Notes a use. Until when the session is to be prolonged, if it is time for that.
    pub fn used(&self, session: &str, role: AccountRole, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let idle = self.idle(role);
        let mut prolonged = self.prolonged.lock().unwrap_or_else(PoisonError::into_inner);
        if prolonged.get(session).is_some_and(|at| now - *at < idle / PART) {
            return None;
        }
        if prolonged.len() >= REMEMBERED {
            prolonged.clear();
        }
        prolonged.insert(session.to_owned(), now);
        Some(now + idle)
    }
}
