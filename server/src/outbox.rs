//! Messages on their way out: what is due is sent, endpoint by endpoint, so that a slow one slows only itself. At least once,
//! with the same id every time, in order for each subject, until it is taken or three days have passed.

mod mail;
mod question;
mod reach;
pub mod watch;
mod webhook;
mod words;

pub use mail::{MailOptions, PUBLIC_URL, Post};
pub use reach::{Refused, is_private};

use chrono::{DateTime, TimeDelta, Utc};
use domain::message::Message;
use futures::future::join_all;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Change, Clock, Endpoint, Health, Outcome, Outgoing, Store, StoreError, Then};
use tokio::sync::Semaphore;
use webhook::Webhooks;

/// How often what is due is looked for.
const LOOK: Duration = Duration::from_millis(500);
/// How long a message that is being sent is not sent again, should nothing be known of it: longer than any attempt takes.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How long an endpoint waits after something that was not its fault: the database did not take what was sent.
const AFTER_AN_ERROR: Duration = Duration::from_secs(5);
/// How many requests leave together, to all endpoints: each holds a connection.
const PLACES: usize = 64;
/// How many messages one endpoint gets at once, and how many one letter holds.
const AT_ONCE: u32 = 8;
const LETTER: u32 = 100;
/// The pause after the first failure; each further one doubles it.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(3);
/// The longest pause that an endpoint can ask for.
const LONGEST_ASKED: TimeDelta = TimeDelta::days(1);
/// How long a message is tried.
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// What an endpoint said to a message.
pub(crate) struct Answer {
    pub status: Option<u16>,
    /// The beginning of what it said, or why it said nothing.
    pub text: String,
    pub verdict: Verdict,
}

/// What that means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Taken,
    /// Not now; after this time, where the endpoint says so.
    Later(Option<TimeDelta>),
    /// Never again.
    Gone,
}

/// The senders.
pub struct Outbox {
    store: Store,
    clock: Clock,
    webhooks: Webhooks,
    post: Arc<Post>,
    /// Endpoints that are being served.
    busy: Mutex<HashSet<String>>,
    /// How many requests may be on their way together.
    places: Semaphore,
}

/// An endpoint that is being served, until this is dropped, however that ends.
struct Served {
    outbox: Arc<Outbox>,
    endpoint: Endpoint,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.outbox.busy().remove(&self.endpoint.name);
    }
}

impl Outbox {
    pub fn new(store: Store, clock: Clock, post: Arc<Post>) -> anyhow::Result<Self> {
        let places = Semaphore::new(PLACES);
        Ok(Self { store, clock, webhooks: Webhooks::new()?, post, busy: Mutex::default(), places })
    }

    /// Sends what is due, until it is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut serving = tokio::task::JoinSet::new();
        if let Err(error) = self.store.release_claims((self.clock)()).await {
            tracing::error!(%error, "what was being sent when the server ended is sent again in half a minute");
        }
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                Some(served) = serving.join_next(), if !serving.is_empty() => {
                    if let Err(error) = served {
                        tracing::error!(%error, "what was being sent to an endpoint ended badly; it is tried again");
                    }
                    continue;
                }
            }
            match self.look(&mut serving).await {
                Ok(()) => {}
                Err(StoreError::Stopped) => return,
                Err(error) => {
                    tracing::error!(%error, "what is due to be sent could not be looked up; trying again");
                }
            }
        }
    }

    /// Sends what is due now, and waits until all of it is answered.
    pub async fn send_due(self: Arc<Self>) -> Result<(), StoreError> {
        let mut serving = tokio::task::JoinSet::new();
        self.look(&mut serving).await?;
        serving.join_all().await;
        Ok(())
    }

    /// Begins to serve every endpoint for which something is due.
    async fn look(self: &Arc<Self>, serving: &mut tokio::task::JoinSet<()>) -> Result<(), StoreError> {
        // What can't be kept is not sent: the writer says when there is room again.
        if matches!(self.store.health(), Health::Unwritable { .. }) {
            return Ok(());
        }
        for endpoint in self.store.due_endpoints((self.clock)()).await? {
            if self.busy().insert(endpoint.name.clone()) {
                let served = Served { outbox: self.clone(), endpoint };
                serving.spawn(async move {
                    if let Err(error) = served.outbox.serve(&served.endpoint).await {
                        tracing::error!(%error, endpoint = served.endpoint.name, "messages could not be sent");
                        tokio::time::sleep(AFTER_AN_ERROR).await;
                    }
                });
            }
        }
        Ok(())
    }

    fn busy(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an endpoint all that is due to it, until something fails.
    async fn serve(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        if endpoint.addressee.gets_letters() {
            return self.write_letter(endpoint).await;
        }
        // One that rested is asked with a single message whether it is well again.
        let mut at_once = if endpoint.open_until.is_some() { 1 } else { AT_ONCE };
        loop {
            let due = self.store.due_messages(&endpoint.name, (self.clock)(), at_once).await?;
            if due.is_empty() {
                return Ok(());
            }
            let due = self.claim(due).await?;
            let outcomes = join_all(due.into_iter().map(|one| self.send(endpoint, one))).await;
            let has_failed = outcomes.iter().any(|outcome| outcome.then != Then::Delivered);
            self.record(endpoint, outcomes).await?;
            if has_failed {
                return Ok(());
            }
            at_once = AT_ONCE;
        }
    }

    /// Puts all that is due to a person into one letter.
    async fn write_letter(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        let at = (self.clock)();
        let began = Instant::now();
        let due = self.store.due_messages(&endpoint.name, at, LETTER).await?;
        if due.is_empty() {
            return Ok(());
        }
        let due = self.claim(due).await?;
        if due.is_empty() {
            return Ok(());
        }
        let messages: Vec<&Message> = due.iter().map(|one| &one.message).collect();
        let place = self.places.acquire().await;
        let answer = self.post.send(endpoint, &messages).await;
        drop(place);
        let chance = rand::random();
        let outcomes = due.iter().map(|one| outcome(one, &answer, at, began, chance)).collect();
        self.record(endpoint, outcomes).await
    }

    /// Keeps that messages are about to be sent. One of which nobody ever learns what became of it is sent more and more seldom.
    async fn claim(&self, mut due: Vec<Outgoing>) -> Result<Vec<Outgoing>, StoreError> {
        let now = (self.clock)();
        let again_at = |one: &Outgoing| now + pause(one.attempts.saturating_add(1)).max(LEASE);
        let claims: Vec<_> = due.iter().map(|one| (one.id, again_at(one))).collect();
        let claimed = self.store.claim(&claims, now).await?;
        due.retain(|one| claimed.contains(&one.id));
        Ok(due)
    }

    /// Keeps what became of attempts, and says in the log what that changed.
    async fn record(&self, endpoint: &Endpoint, outcomes: Vec<Outcome>) -> Result<(), StoreError> {
        let said = outcomes.iter().rev().find(|one| one.then != Then::Delivered);
        let said = said.map(|one| (one.status, one.answer.chars().take(200).collect::<String>()));
        let (status, answer) = said.unwrap_or_default();
        let name = &endpoint.name;
        for change in self.store.record_attempts(name, outcomes).await? {
            match change {
                Change::Rests(until) => {
                    tracing::warn!(endpoint = name, %until, status, answer, "an endpoint fails again and again: it rests");
                }
                Change::Recovered => tracing::info!(endpoint = name, "an endpoint takes messages again"),
                Change::Gone => {
                    tracing::warn!(
                        endpoint = name,
                        "an endpoint answered 410 Gone: it is paused until it is resumed"
                    );
                }
                Change::GaveUp(count) => {
                    tracing::warn!(endpoint = name, count, status, answer, "messages were given up");
                }
            }
        }
        Ok(())
    }

    async fn send(&self, endpoint: &Endpoint, outgoing: Outgoing) -> Outcome {
        let place = self.places.acquire().await;
        let at = (self.clock)();
        let began = Instant::now();
        let answer = if endpoint.address.starts_with("mailto:") {
            self.post.send(endpoint, &[&outgoing.message]).await
        } else {
            self.webhooks.send(endpoint, &outgoing.message, at).await
        };
        drop(place);
        outcome(&outgoing, &answer, at, began, rand::random())
    }
}

/// What became of a message that was tried at `at`.
fn outcome(outgoing: &Outgoing, answer: &Answer, at: DateTime<Utc>, began: Instant, chance: u16) -> Outcome {
    let attempt = outgoing.attempts.saturating_add(1);
    // What somebody wanted later has waited for nobody until then.
    let due_at =
        outgoing.message.not_before.map_or(outgoing.queued_at, |later| later.max(outgoing.queued_at));
    Outcome {
        outbox: outgoing.id,
        attempt,
        at,
        millis: i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX),
        status: answer.status,
        answer: answer.text.clone(),
        then: follows(answer.verdict, attempt, due_at, at, chance),
    }
}

/// What follows from an attempt. `chance` spreads those that failed together, by a quarter either way.
fn follows(verdict: Verdict, attempt: u32, queued_at: DateTime<Utc>, at: DateTime<Utc>, chance: u16) -> Then {
    let asked = match verdict {
        Verdict::Taken => return Then::Delivered,
        Verdict::Gone => return Then::Gone,
        Verdict::Later(asked) => asked,
    };
    let spread = 75 + i32::from(chance % 51);
    let own = pause(attempt) * spread / 100;
    let until = queued_at + PATIENCE;
    if at + own > until {
        return Then::Dead;
    }
    // However long an endpoint asks for, it is tried once more before the message is given up.
    let next = at + own.max(asked.unwrap_or_default().min(LONGEST_ASKED));
    Then::Again(next.min(until))
}

/// The pause after an attempt that failed, before it is spread.
fn pause(attempt: u32) -> TimeDelta {
    (FIRST_PAUSE * 2_i32.pow(attempt.saturating_sub(1).min(12))).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(then: Then, from: DateTime<Utc>) -> Option<i64> {
        match then {
            Then::Again(next) => Some((next - from).num_minutes()),
            _ => None,
        }
    }

    #[test]
    fn pauses_double_are_spread_and_end_after_three_days() {
        let from = DateTime::UNIX_EPOCH;
        let pause = |attempt, chance| match follows(Verdict::Later(None), attempt, from, from, chance) {
            Then::Again(next) => (next - from).num_milliseconds(),
            other => panic!("{other:?}"),
        };
        assert_eq!([pause(1, 25), pause(2, 25), pause(3, 25)], [5_000, 10_000, 20_000]);
        assert_eq!([pause(1, 0), pause(1, 50)], [3_750, 6_250]);
        assert_eq!(pause(40, 25), LONGEST_PAUSE.num_milliseconds());
        let late = from + PATIENCE - TimeDelta::minutes(1);
        assert_eq!(follows(Verdict::Later(None), 20, from, late, 25), Then::Dead);
    }

    #[test]
    fn an_endpoint_that_asks_for_time_gets_it() {
        let from = DateTime::UNIX_EPOCH;
        let asked = Verdict::Later(Some(TimeDelta::minutes(10)));
        assert_eq!(minutes(follows(asked, 1, from, from, 25), from), Some(10));
        for seconds in [999_999_999, i64::MAX / 1000] {
            let much = Verdict::Later(TimeDelta::try_seconds(seconds));
            assert_eq!(minutes(follows(much, 1, from, from, 25), from), Some(24 * 60));
            let late = from + PATIENCE - TimeDelta::hours(4);
            assert_eq!(minutes(follows(much, 9, from, late, 25), late), Some(4 * 60), "the last try");
        }
        assert_eq!(follows(Verdict::Gone, 1, from, from, 25), Then::Gone);
    }
}
