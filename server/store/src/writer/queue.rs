//! The handle by which everybody reaches the writer: a bounded queue that refuses rather than grows.

use super::checkpoint::{LogLength, keep_checkpointing};
use super::health::{Health, Pulse};
use super::prepared::Prepared;
use super::tallies::Tallies;
use super::task::Writer;
use crate::{AppendError, Clock, Commit, Delivery, Doubt, LatencySpan, Options, Receipt, StoreError};
use chrono::{DateTime, Utc};
use domain::SourceName;
use futures::future::BoxFuture;
use sqlx::SqliteConnection;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Deliveries with larger bodies are made ready beside the tasks that answer others: a hash and the events' JSON of 64 KiB
/// take about half a millisecond.
const LARGE: usize = 64 * 1024;

/// What the writer is asked to do.
pub(crate) enum Request {
    Append(Box<Prepared>, Answer<Result<Receipt, AppendError>>),
    Act(Act, Answer<Result<u64, StoreError>>),
    Flush(Answer<Result<(), StoreError>>),
    Close(Answer<()>),
}

pub(crate) type Answer<T> = oneshot::Sender<T>;

/// Something that is no delivery, in a transaction of its own.
pub(crate) type Act =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<Acted, StoreError>> + Send>;

/// What an act did.
#[derive(Default)]
pub(crate) struct Acted {
    pub rows: u64,
    /// Token hashes of sessions that it ended.
    pub ended: Vec<String>,
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Handle {
    queue: mpsc::Sender<Request>,
    tallies: Arc<Tallies>,
    pulse: Arc<Pulse>,
    clock: Clock,
}

impl Handle {
    pub(crate) async fn start(
        path: &Path,
        options: Options,
        clock: Clock,
        commits: mpsc::Sender<Arc<Commit>>,
    ) -> Result<Self, StoreError> {
        let (queue, requests) = mpsc::channel(options.queue.max(1));
        let tallies = Arc::new(Tallies::default());
        let length = LogLength::default();
        let pulse = Arc::new(Pulse::default());
        let (shared, time) = (pulse.clone(), clock.clone());
        let writer =
            Writer::open(path, options, clock, commits, tallies.clone(), length.clone(), shared).await?;
        let checkpoints = tokio::spawn(keep_checkpointing(path.to_owned(), length));
        tokio::spawn(async move {
            writer.run(requests).await;
            checkpoints.abort();
        });
        Ok(Self { queue, tallies, pulse, clock: time })
    }

    pub(crate) fn health(&self) -> Health {
        if self.queue.is_closed() {
            let reason = "the writer has ended: start the server again".to_owned();
            return Health::Unwritable { reason, since: (self.clock)() };
        }
        self.pulse.health()
    }

    pub(crate) async fn append(&self, delivery: Delivery) -> Result<Receipt, AppendError> {
        let preparing = if delivery.body.len() <= LARGE {
            Prepared::new(delivery)
        } else {
            let preparing = tokio::task::spawn_blocking(|| Prepared::new(delivery)).await;
            preparing.map_err(|error| StoreError::Batch(error.to_string()))?
        };
        let prepared = Box::new(preparing?);
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Request::Append(prepared, answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => AppendError::Full,
            mpsc::error::TrySendError::Closed(_) => AppendError::Stopped,
        })?;
        answered.await.unwrap_or(Err(AppendError::Stopped))
    }

    /// Runs an act in its turn. Returns how many rows it changed.
    pub(crate) async fn act<F>(&self, act: F) -> Result<u64, StoreError>
    where
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<Acted, StoreError>>
            + Send
            + 'static,
    {
        self.ask(|answer| Request::Act(Box::new(act), answer)).await?
    }

    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        self.ask(Request::Flush).await?
    }

    pub(crate) async fn close(&self) {
        // A writer that is gone already has nothing left to close.
        let _ = self.ask(Request::Close).await;
    }

    async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(request(answer)).await.map_err(|_| StoreError::Stopped)?;
        answered.await.map_err(|_| StoreError::Stopped)
    }

    pub(crate) fn count_refused(&self, source: Option<&SourceName>, code: &str, now: DateTime<Utc>) {
        self.tallies.count_refused(source, code, now);
    }

    pub(crate) fn doubt(&self, doubts: impl IntoIterator<Item = Doubt>) {
        self.tallies.doubt(doubts);
    }

    pub(crate) fn record_latency(&self, spans: Vec<LatencySpan>) -> Result<(), StoreError> {
        self.tallies.record_latency(spans)
    }
}
