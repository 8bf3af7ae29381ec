//! Counts that may wait a second: deliveries refused at the door, and latencies. They are summed here, so that a flood
//! of them never fills the writer's queue.

use crate::doubts::{Doubt, Doubts};
use crate::latency::{Slot, Spans};
use crate::{LatencySpan, StoreError, micros};
use chrono::{DateTime, Utc};
use domain::SourceName;
use sqlx::{Row, SqliteConnection, query};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What waits to be written.
#[derive(Default)]
pub(crate) struct Tallies {
    waiting: Mutex<Waiting>,
}

/// Sums since the last write.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Source (empty where there is none of the name) and code to how often and when last.
    refused: HashMap<(String, String), (i64, i64)>,
    doubts: Doubts,
    latency: HashMap<Slot, Spans>,
}

impl Tallies {
    pub(crate) fn count_refused(&self, source: Option<&SourceName>, code: &str, now: DateTime<Utc>) {
        let name = source.map_or("", SourceName::as_str);
        let mut waiting = lock(&self.waiting);
        let (count, last_at) =
            waiting.refused.entry((name.to_owned(), code.to_owned())).or_insert((0, i64::MIN));
        *count += 1;
        *last_at = micros(now).max(*last_at);
    }

    pub(crate) fn doubt(&self, doubts: impl IntoIterator<Item = Doubt>) {
        lock(&self.waiting).doubts.add(doubts);
    }

    pub(crate) fn record_latency(&self, spans: Vec<LatencySpan>) -> Result<(), StoreError> {
        let mut waiting = lock(&self.waiting);
        for LatencySpan { at, source, leg, span } in spans {
            let slot = (at.timestamp().div_euclid(60), source, leg);
            if let Some(spans) = waiting.latency.get_mut(&slot) {
                spans.record(span);
            } else {
                let mut spans = Spans::new()?;
                spans.record(span);
                waiting.latency.insert(slot, spans);
            }
        }
        Ok(())
    }

    /// Takes what waits; none where nothing does.
    pub(crate) fn take(&self) -> Option<Waiting> {
        let mut waiting = lock(&self.waiting);
        let is_empty = waiting.refused.is_empty() && waiting.doubts.is_empty() && waiting.latency.is_empty();
        (!is_empty).then(|| std::mem::take(&mut *waiting))
    }

    /// Puts back what could not be written.
    pub(crate) fn put_back(&self, unwritten: Waiting) -> Result<(), StoreError> {
        let mut waiting = lock(&self.waiting);
        for (key, (count, last_at)) in unwritten.refused {
            let sum = waiting.refused.entry(key).or_insert((0, last_at));
            *sum = (sum.0 + count, sum.1.max(last_at));
        }
        waiting.doubts.put_back(unwritten.doubts);
        for (slot, spans) in unwritten.latency {
            match waiting.latency.get_mut(&slot) {
                Some(sum) => sum.merge(&spans)?,
                None => {
                    waiting.latency.insert(slot, spans);
                }
            }
        }
        Ok(())
    }
}

impl Waiting {
    /// Adds the sums to what is stored.
    pub(crate) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for ((source, code), (count, last_at)) in &self.refused {
            query(
                "insert into refusals (source, code, count, last_at) values ($1, $2, $3, $4)
                 on conflict (source, code) do update
                 set count = count + excluded.count, last_at = max(last_at, excluded.last_at)",
            )
            .bind(source.clone())
            .bind(code.clone())
            .bind(count)
            .bind(last_at)
            .execute(&mut *connection)
            .await?;
        }
        self.doubts.write(connection).await?;
        for ((minute, source, leg), spans) in &self.latency {
            let stored =
                query("select skewed, histogram from latency where minute = $1 and source = $2 and leg = $3")
                    .bind(minute)
                    .bind(source.clone())
                    .bind(leg.as_str())
                    .fetch_optional(&mut *connection)
                    .await?;
            let mut sum = match stored {
                Some(row) => {
                    let skewed: i64 = row.try_get("skewed")?;
                    Spans::from_bytes(row.try_get("histogram")?, skewed.unsigned_abs())?
                }
                None => Spans::new()?,
            };
            sum.merge(spans)?;
            query(
                "insert or replace into latency (minute, source, leg, skewed, histogram)
                 values ($1, $2, $3, $4, $5)",
            )
            .bind(minute)
            .bind(source.clone())
            .bind(leg.as_str())
            .bind(i64::try_from(sum.skewed).unwrap_or(i64::MAX))
            .bind(sum.to_bytes()?)
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

/// The sums are whole after every step, so a panic elsewhere does not spoil them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
