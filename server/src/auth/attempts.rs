//! What stands between a guesser and an account: locks by account and client, and few passwords checked at once, fairly by
//! client. A browser that has signed in to the account before has tries of its own, so that no stranger locks its owner out
//! (OWASP, *device cookies*).

use crate::client::counted;
use crate::places::{Place, Places};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// After so many wrong passwords in a row an account is closed for [`LOCKED`] to sign-ins from where they came; its owner, who
/// comes from elsewhere, is not shut out by a stranger.
const TRIES: u32 = 5;
pub(super) const LOCKED: TimeDelta = TimeDelta::minutes(1);
/// After so many from everywhere the account takes only one wrong password in each [`PAUSE`].
const TRIES_OF_ALL: u32 = 50;
const PAUSE: TimeDelta = TimeDelta::seconds(2);
/// After so many for whatever accounts a client is closed out for [`LOCKED`]: a whole office may sit behind one address.
const TRIES_OF_A_CLIENT: u32 = 30;
/// More than this is not remembered at once; the oldest is forgotten first.
const REMEMBERED: usize = 20_000;
/// Passwords that are checked at once: each check takes 19 MiB and a processor for tens of milliseconds, and anybody may
/// ask for one.
const CHECKS: usize = 2;
/// Sign-ins that may wait for their check, in all and of one client; one more is told to come back.
const WAITING: usize = 256;
const WAITING_OF_A_CLIENT: usize = 16;

/// Where a try comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    Client(IpAddr),
    /// A browser that has signed in to the account before, by what it was given then.
    Device(String),
}

/// Wrong passwords are counted by these: by account and origin, by account, by client.
type Key = (Option<String>, Option<Origin>);
/// How many in a row, and when the last one was.
type Wrong = HashMap<Key, (u32, DateTime<Utc>)>;

/// Wrong passwords lately, and how many may be checked now.
#[derive(Clone, Debug)]
pub struct Attempts {
    wrong: Arc<Mutex<Wrong>>,
    places: Places,
    checks: Arc<Semaphore>,
    /// One check at a time for each client that waits for any.
    turns: Arc<Mutex<HashMap<IpAddr, Weak<Semaphore>>>>,
}

/// The right to have one password checked, given back when it is dropped.
pub(super) struct Check {
    _processor: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
    _place: Place,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            wrong: Arc::default(),
            places: Places::new(CHECKS + WAITING, WAITING_OF_A_CLIENT),
            checks: Arc::new(Semaphore::new(CHECKS)),
            turns: Arc::default(),
        }
    }
}

impl Attempts {
    /// Waits for the right to a check; none where too many wait already. Clients take turns: one of many tries waits for its
    /// own, and no other client for more than one of them.
    pub(super) async fn check(&self, from: IpAddr) -> Option<Check> {
        let place = self.places.take(from).ok()?;
        let turn = self.turn_of(counted(from)).acquire_owned().await.ok()?;
        let processor = self.checks.clone().acquire_owned().await.ok()?;
        Some(Check { _processor: processor, _turn: turn, _place: place })
    }

    fn turn_of(&self, client: IpAddr) -> Arc<Semaphore> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&client).and_then(Weak::upgrade) {
            return turn;
        }
        // Whoever waits holds theirs, and no more than this wait at once.
        if turns.len() >= 2 * (CHECKS + WAITING) {
            turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::new(Semaphore::new(1));
        turns.insert(client, Arc::downgrade(&turn));
        turn
    }

    pub(super) fn is_locked(&self, account: &str, from: &Origin, now: DateTime<Utc>) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        keys(account, from).into_iter().any(|(key, tries, closed)| {
            wrong.get(&key).is_some_and(|(times, last)| *times >= tries && now - *last < closed)
        })
    }

    /// Counts a wrong password. Says whether the account is locked by it for where it came from.
    pub(super) fn failed(&self, account: &str, from: &Origin, now: DateTime<Utc>) -> bool {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let mut locks = false;
        for (key, tries, _) in keys(account, from) {
            if wrong.len() >= REMEMBERED
                && let Some(oldest) =
                    wrong.iter().min_by_key(|(_, (_, last))| *last).map(|(who, _)| who.clone())
            {
                wrong.remove(&oldest);
            }
            let (times, last) = wrong.entry(key).or_insert((0, now));
            *times = if now - *last < LOCKED { *times + 1 } else { 1 };
            *last = now;
            locks |= *times == tries;
        }
        locks
    }

    pub(super) fn succeeded(&self, account: &str, from: Origin) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.remove(&(Some(account.to_owned()), Some(from)));
    }
}

/// What a try counts for: after how many wrong ones it is closed, and for how long.
fn keys(account: &str, from: &Origin) -> Vec<(Key, u32, TimeDelta)> {
    let account = Some(account.to_owned());
    match from {
        Origin::Device(_) => vec![((account, Some(from.clone())), TRIES, LOCKED)],
        Origin::Client(address) => {
            let client = Origin::Client(counted(*address));
            vec![
                ((account.clone(), Some(client.clone())), TRIES, LOCKED),
                ((account, None), TRIES_OF_ALL, PAUSE),
                ((None, Some(client)), TRIES_OF_A_CLIENT, LOCKED),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn client(address: &str) -> Origin {
        Origin::Client(address.parse().expect("an address"))
    }

    #[test]
    fn a_stranger_who_guesses_shuts_out_nobody_but_himself() {
        let attempts = Attempts::default();
        let (stranger, anna) = (client("192.0.2.1"), client("192.0.2.2"));
        (0..20).for_each(|_| {
            attempts.failed("anna", &stranger, NOW);
        });
        assert!(attempts.is_locked("anna", &stranger, NOW));
        assert!(!attempts.is_locked("anna", &anna, NOW), "anna comes from elsewhere");
        assert!(!attempts.is_locked("amir", &stranger, NOW), "another account");
        attempts.succeeded("anna", anna);
        assert!(attempts.is_locked("anna", &stranger, NOW), "her success does not help him");
        assert!(!attempts.is_locked("anna", &stranger, NOW + LOCKED));
    }

    #[test]
    fn many_strangers_together_are_slowed_down_and_one_network_is_one_stranger() {
        let attempts = Attempts::default();
        (0..TRIES_OF_ALL).for_each(|one| {
            attempts.failed("anna", &client(&format!("192.0.2.{one}")), NOW);
        });
        assert!(attempts.is_locked("anna", &client("192.0.2.200"), NOW));
        assert!(!attempts.is_locked("anna", &client("192.0.2.200"), NOW + PAUSE));
        assert!(!attempts.is_locked("amir", &client("192.0.2.200"), NOW));
        (0..TRIES).for_each(|one| {
            attempts.failed("amir", &client(&format!("2001:db8::{one}")), NOW);
        });
        assert!(attempts.is_locked("amir", &client("2001:db8::ffff"), NOW));
    }

    #[test]
    fn one_who_tries_a_password_on_every_account_is_stopped() {
        let attempts = Attempts::default();
        let sprayer = client("192.0.2.1");
        (0..TRIES_OF_A_CLIENT).for_each(|one| {
            attempts.failed(&format!("account-{one}"), &sprayer, NOW);
        });
        assert!(attempts.is_locked("anna", &sprayer, NOW));
        assert!(!attempts.is_locked("anna", &client("192.0.2.2"), NOW));
    }

    #[test]
    fn a_browser_that_was_in_before_passes_every_lock_but_its_own() {
        let attempts = Attempts::default();
        let device = Origin::Device("given".to_owned());
        (0..100).for_each(|one| {
            attempts.failed("anna", &client(&format!("192.0.2.{one}")), NOW);
        });
        assert!(!attempts.is_locked("anna", &device, NOW));
        (0..TRIES).for_each(|_| {
            attempts.failed("anna", &device, NOW);
        });
        assert!(attempts.is_locked("anna", &device, NOW));
    }

    #[tokio::test]
    async fn a_client_of_many_tries_waits_behind_itself() {
        let attempts = Attempts::default();
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let first = attempts.check(address("192.0.2.1")).await.expect("its turn");
        let mut second = Box::pin(attempts.check(address("192.0.2.1")));
        assert!(futures::poll!(&mut second).is_pending(), "behind its own first");
        let other = attempts.check(address("192.0.2.2")).await;
        assert!(other.is_some(), "another client is not kept waiting");
        drop((first, other));
        assert!(second.await.is_some());
    }
}
