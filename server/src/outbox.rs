//! Messages on their way out: what is due is sent, endpoint by endpoint, so that a slow one slows only itself. At least once,
//! with the same id every time, in order for each subject, until it is taken or three days have passed.

mod mail;
mod question;
mod reach;
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
use store::{Clock, Endpoint, Health, Outcome, Outgoing, Store, StoreError, Then};
use webhook::Webhooks;

/// How often what is due is looked for.
const LOOK: Duration = Duration::from_millis(500);
/// How long a message that is being sent is not sent again, should nothing be known of it: longer than any attempt takes.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How many messages one endpoint gets at once, and how many one letter holds.
const AT_ONCE: u32 = 8;
const LETTER: u32 = 100;
/// The pause after the first failure; each further one doubles it.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(3);
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
}

impl Outbox {
    pub fn new(store: Store, clock: Clock, post: Arc<Post>) -> anyhow::Result<Self> {
        Ok(Self { store, clock, webhooks: Webhooks::new()?, post, busy: Mutex::default() })
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
                Some(_) = serving.join_next(), if !serving.is_empty() => continue,
            }
            // What can't be kept is not sent: the writer says when there is room again.
            if matches!(self.store.health(), Health::Unwritable { .. }) {
                continue;
            }
            let due = match self.store.due_endpoints((self.clock)()).await {
                Ok(due) => due,
                Err(StoreError::Stopped) => return,
                Err(error) => {
                    tracing::error!(%error, "what is due to be sent could not be looked up; trying again");
                    continue;
                }
            };
            for endpoint in due {
                if self.busy().insert(endpoint.name.clone()) {
                    let outbox = self.clone();
                    serving.spawn(async move {
                        if let Err(error) = outbox.serve(&endpoint).await {
                            tracing::error!(%error, endpoint = endpoint.name, "messages could not be sent");
                        }
                        outbox.busy().remove(&endpoint.name);
                    });
                }
            }
        }
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
            self.store.claim(&due, (self.clock)() + LEASE).await?;
            let outcomes = join_all(due.into_iter().map(|one| self.send(endpoint, one))).await;
            let has_failed = outcomes.iter().any(|outcome| outcome.then != Then::Delivered);
            self.store.record_attempts(&endpoint.name, outcomes).await?;
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
        self.store.claim(&due, at + LEASE).await?;
        let messages: Vec<&Message> = due.iter().map(|one| &one.message).collect();
        let answer = self.post.send(endpoint, &messages).await;
        let chance = rand::random();
        let outcomes = due.iter().map(|one| outcome(one, &answer, at, began, chance)).collect();
        self.store.record_attempts(&endpoint.name, outcomes).await
    }

    async fn send(&self, endpoint: &Endpoint, outgoing: Outgoing) -> Outcome {
        let at = (self.clock)();
        let began = Instant::now();
        let answer = if endpoint.address.starts_with("mailto:") {
            self.post.send(endpoint, &[&outgoing.message]).await
        } else {
            self.webhooks.send(endpoint, &outgoing.message, at).await
        };
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
    let doubled = FIRST_PAUSE * 2_i32.pow(attempt.saturating_sub(1).min(12));
    let pause = doubled.min(LONGEST_PAUSE);
    let spread = 75 + i32::from(chance % 51);
    let pause = (pause * spread / 100).max(asked.unwrap_or_default().min(PATIENCE));
    let next = at + pause;
    if next - queued_at > PATIENCE { Then::Dead } else { Then::Again(next) }
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
        assert_eq!(follows(Verdict::Gone, 1, from, from, 25), Then::Gone);
    }
}
