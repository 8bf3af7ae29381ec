//! Plays a queue of messages against a server: history in bulk, then live, or as fast as a rate says.

use super::receivers::{Cues, Held};
use super::script::Queue;
use super::sender::{Delivery, Form, Sender, until};
use super::stream::{BATCH, Batch, batches};
use super::teller::{Dispatch, System};
use super::{SimulatorError, Summary};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::time::Duration;

/// Deliveries of a driven load that wait for their answer at the same time.
const LANES: usize = 8;
/// How often a driven load looks at its allowance.
const TICK: Duration = Duration::from_millis(20);
/// What waits for a word is looked at this often, at least.
const LISTEN: Duration = Duration::from_secs(5);
/// From this rate on, events are driven in batches.
const BATCHED_FROM: u32 = 400;
/// More messages than this due at once are sent as lines.
const PILE: usize = 40;

/// A run under way: the sender, and what was sent so far.
pub(super) struct Play<'a, C> {
    sender: &'a Sender<C>,
    summary: &'a mut Summary,
    number: u64,
    /// What the systems hear, where they hear anything, and what waits for it.
    cues: Option<&'a Cues>,
    held: Vec<Held>,
}

impl<'a, C: Fn() -> DateTime<Utc>> Play<'a, C> {
    pub fn new(sender: &'a Sender<C>, summary: &'a mut Summary, cues: Option<&'a Cues>) -> Self {
        Self { sender, summary, number: 0, cues, held: Vec::new() }
    }

    /// Keeps back what waits for a word of the server, and adds what has it by now.
    fn wait_for_word(&mut self, due: Vec<Dispatch>, now: DateTime<Utc>) -> Vec<Dispatch> {
        let Some(cues) = self.cues else { return due };
        let mut free = Vec::with_capacity(due.len());
        for dispatch in due {
            match Held::of(dispatch, now) {
                Ok(held) => self.held.push(held),
                Err(dispatch) => free.push(dispatch),
            }
        }
        let ready = self.held.extract_if(.., |held| cues.let_go(held, now));
        free.extend(ready.map(|held| held.say(now)));
        free
    }

    /// Sleeps until something is due, or a word may have come for what waits.
    async fn sleep(&self, queue: &mut Queue) {
        let sleep = tokio::time::sleep(until(queue.next_due(), self.sender.now()));
        match self.cues {
            Some(cues) if !self.held.is_empty() => tokio::select! {
                () = sleep => {}
                () = cues.news() => {}
                () = tokio::time::sleep(LISTEN) => {}
            },
            _ => sleep.await,
        }
    }

    /// Sends all that is due up to `until` in bulk.
    pub async fn catch_up(&mut self, queue: &mut Queue, until: DateTime<Utc>) {
        let due = std::iter::from_fn(|| if queue.next_due() <= until { queue.pop() } else { None });
        // Collected at once, since it borrows the queue; it holds some tens of thousands of messages at most.
        let batches: Vec<_> = batches(due, BATCH).collect();
        for batch in batches {
            self.lines(batch).await;
        }
    }

    pub async fn send_all(&mut self, messages: Vec<Dispatch>) {
        for batch in batches(messages.into_iter(), BATCH) {
            self.lines(batch).await;
        }
    }

    /// Sends every message when it is due, for good or until `count` events.
    pub async fn live(&mut self, queue: &mut Queue, count: Option<u64>) {
        while count.is_none_or(|count| self.summary.events < count) {
            self.sleep(queue).await;
            let now = self.sender.now();
            let mut due = Vec::new();
            let left = count.map_or(usize::MAX, |count| (count - self.summary.events) as usize);
            while due.len() < left.min(BATCH) && queue.next_due() <= now {
                due.extend(queue.pop());
            }
            let due = self.wait_for_word(due, now);
            if due.len() > PILE {
                self.send_all(due).await;
                continue;
            }
            for delivery in small(due) {
                self.send(delivery).await;
            }
        }
    }

    /// Sends `rate` events a second, several deliveries at once, for good or until `count` events.
    pub async fn driven(&mut self, queue: &mut Queue, rate: u32, count: Option<u64>) {
        let begun = self.sender.now();
        let mut taken: u64 = 0;
        let mut flying = FuturesUnordered::new();
        while count.is_none_or(|count| taken < count) {
            let now = self.sender.now();
            let elapsed = (now - begun).num_milliseconds().max(0) as u64;
            let allowance = (elapsed * u64::from(rate) / 1000).min(count.unwrap_or(u64::MAX));
            let open = usize::try_from(allowance.saturating_sub(taken)).unwrap_or(usize::MAX).min(BATCH);
            let mut due = Vec::new();
            while due.len() < open && queue.next_due() <= now {
                due.extend(queue.pop());
            }
            taken += due.len() as u64;
            if due.is_empty() {
                tokio::select! {
                    Some(sent) = flying.next() => self.summary.add(&sent),
                    () = tokio::time::sleep(TICK) => {}
                }
                continue;
            }
            let deliveries: Vec<_> = if rate < BATCHED_FROM {
                due.into_iter().map(single).collect()
            } else {
                batches(due.into_iter(), BATCH).map(lines).collect()
            };
            for delivery in deliveries {
                while flying.len() >= LANES
                    && let Some(sent) = flying.next().await
                {
                    self.summary.add(&sent);
                }
                self.number += 1;
                flying.push(self.sender.send(self.number, delivery));
            }
        }
        while let Some(sent) = flying.next().await {
            self.summary.add(&sent);
        }
    }

    async fn lines(&mut self, batch: Batch) {
        self.send(lines(batch)).await;
    }

    async fn send(&mut self, delivery: Delivery) {
        self.number += 1;
        let sent = self.sender.send(self.number, delivery).await;
        self.summary.add(&sent);
    }
}

/// Rates must leave something to do.
pub(super) fn check_rate(rate: Option<u32>) -> Result<(), SimulatorError> {
    if rate == Some(0) { Err(SimulatorError::NoRate) } else { Ok(()) }
}

fn lines(batch: Batch) -> Delivery {
    Delivery { system: batch.system, form: Form::Lines, events: batch.events as u64, body: batch.body }
}

fn single(message: Dispatch) -> Delivery {
    Delivery { system: message.system, form: Form::Single, events: 1, body: message.json.into_bytes() }
}

/// What is due at the same time: one by one, or as a batch where a system has three or more to say.
fn small(due: Vec<Dispatch>) -> Vec<Delivery> {
    let (tms, erp): (Vec<_>, Vec<_>) = due.into_iter().partition(|one| one.system == System::Tms);
    let pack = |messages: Vec<Dispatch>| match messages.first() {
        Some(first) if messages.len() > 2 => {
            let all: Vec<_> = messages.iter().map(|one| one.json.as_str()).collect();
            let body = format!("[{}]", all.join(",")).into_bytes();
            vec![Delivery { system: first.system, form: Form::Batch, events: messages.len() as u64, body }]
        }
        _ => messages.into_iter().map(single).collect(),
    };
    let mut deliveries = pack(erp);
    deliveries.extend(pack(tms));
    deliveries
}
