//! Events as bytes without HTTP, for tests, benchmarks and files: fast, endless in principle, the same for a seed.

use super::pace::Pace;
use super::script::{Queue, Script};
use super::teller::{Dispatch, System};
use chrono::{DateTime, TimeDelta, Utc};

/// Events of one system, as the body of one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub system: System,
    pub events: usize,
    /// `application/x-ndjson`: one structured `CloudEvent` a line, each line ended.
    pub body: Vec<u8>,
}

/// How many events a batch holds at most.
pub const BATCH: usize = 1000;

/// How fast the streamed network plays; a life of five days takes twelve minutes.
const SPEED: u32 = 600;

/// The first `events` events of a network that begins at `start` and starts a shipment every second of the wall's
/// clock, at 600-fold speed, as NDJSON in the order of sending. About 30 events a shipment, 20 to 45; the last is
/// dated about `events / 30` seconds behind `start`, so choose `start` early enough that nothing lies in the future.
pub fn stream(seed: u64, start: DateTime<Utc>, events: usize) -> impl Iterator<Item = Batch> {
    let pace = Pace { pivot: start, speed: SPEED, sparse: true };
    let gap = TimeDelta::seconds(i64::from(SPEED));
    let mut queue = Queue::new(Script { seed, first: 1, history: 0, gap, pace }, None);
    let mut left = events;
    let messages = std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        queue.pop()
    });
    batches(messages, BATCH)
}

/// Collects messages into one batch a system at a time. Where the TMS' batch is full the ERP's leaves before it, so
/// that orders arrive with, not long after, the shipments that carry them.
pub(super) fn batches(
    mut messages: impl Iterator<Item = Dispatch>,
    most: usize,
) -> impl Iterator<Item = Batch> {
    let empty = |system| Batch { system, events: 0, body: Vec::new() };
    let mut open = [empty(System::Erp), empty(System::Tms)];
    let mut full = std::collections::VecDeque::new();
    std::iter::from_fn(move || {
        while full.is_empty() {
            let message = messages.next();
            let is_end = message.is_none();
            if let Some(message) = message {
                let batch = &mut open[usize::from(message.system == System::Tms)];
                batch.body.extend_from_slice(message.json.as_bytes());
                batch.body.push(b'\n');
                batch.events += 1;
            }
            if is_end || open.iter().any(|batch| batch.events == most) {
                let closed = open.iter_mut().map(|batch| std::mem::replace(batch, empty(batch.system)));
                full.extend(closed.filter(|batch| batch.events > 0));
            }
            if is_end {
                break;
            }
        }
        full.pop_front()
    })
}
