//! The only SQL of Syncline: the journal and what came with it, the views folded from it, the one writer, and the
//! read queries. It decides nothing about freight; `domain` does.

mod accounts;
mod backup;
mod batch_rows;
mod behind;
mod commit;
mod deadlines;
mod delivery;
mod desk;
mod doubts;
mod error;
mod feeds;
mod figures;
mod fold;
mod gate;
mod integrations;
mod journal;
mod kpis;
mod latency;
mod load;
mod marks;
mod measures;
mod messages;
mod migrate;
mod outbox;
mod page;
mod private;
mod rebuild;
mod restated;
mod rulebook;
mod saved_views;
mod search;
mod shares;
mod shipments;
mod sources;
mod subjects;
mod subscription;
mod verify;
mod writer;

pub use accounts::Account;
pub use backup::{Restored, backup, restore};
pub use behind::{Behind, Contributed, Contributors, Place, Show};
pub use commit::Commit;
pub use deadlines::{DueDeadline, DuePlace};
pub use delivery::{Delivery, Expected, Reason, Receipt, Rejected, StoredDelivery};
pub use desk::DeskFilter;
pub use doubts::Doubt;
pub use error::{AppendError, StoreError};
pub use feeds::{GrantedPart, RefusedPart, Silent};
pub use figures::{Figures, MeasureFigures, Opened, Scorecard};
pub use gate::{Carried, NewsPlace};
pub use integrations::{DeliverySummary, Integrations, Quarantined, Refusal, SourceSummary};
pub use latency::{LatencyReport, LatencySpan};
pub use marks::{is_demo, make_demo, mark_older, settle_here};
pub use measures::Measures;
pub use messages::Message;
pub use outbox::{
    ANSWER, Attempt, Change, Endpoint, EndpointOf, EndpointSummary, Limits, Outbox, Outcome, Outgoing,
    PeopleSummary, Question, Quiet, Removal, Resend, SentMessage, Then,
};
pub use page::{BadCursor, Cursor, Flag, Order, Page, PageRequest, ShipmentFilter};
pub use private::{create_private, must_be_a_database};
pub use rebuild::{rebuild, rebuild_in_batches};
pub use restated::Restated;
pub use rulebook::RulebookChange;
pub use saved_views::{SAVED_VIEWS, SavedView};
pub use shares::Share;
pub use sources::SourceConfig;
pub use verify::{Difference, Verification, ViewHash, verify, view_hashes};
pub use writer::Health;

use chrono::{DateTime, Utc};
use domain::Seq;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;

/// The only place where times of recording come from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// An open database: reading is shared, writing goes through one task. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    writer: writer::Handle,
    /// Why nothing leaves, where that is so.
    quiet: Arc<OnceLock<Quiet>>,
}

/// How much the store may hold at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections that read.
    pub readers: u32,
    /// Deliveries that may wait for the writer; one more is refused.
    pub queue: usize,
    /// Events that one transaction takes, as long as one delivery holds no more.
    pub batch_events: usize,
    /// Shipments kept in memory.
    pub cached_shipments: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, queue: 1024, batch_events: 1024, cached_shipments: 20_000 }
    }
}

impl Store {
    /// Opens the database or creates it, brings its schema up to date, folds its views anew where another version made
    /// them, and starts the writer. `commits` gets each
    /// transaction once it is on disk; the writer waits while it is full, so its reader must never wait for the store.
    pub async fn open(
        path: &Path,
        options: Options,
        clock: Clock,
        commits: mpsc::Sender<Arc<Commit>>,
    ) -> Result<Self, StoreError> {
        migrate::migrate(path).await?;
        fold::renew(path).await?;
        let is_copy = marks::is_copy(path).await?;
        let store = Self::open_as_it_is(path, options, clock, commits).await?;
        if is_copy {
            store.keep_quiet(Quiet::Copy);
        }
        Ok(store)
    }

    /// As [`Self::open`] beside a server that runs on the same database, to change a few rows of its setup. Changes neither
    /// schema nor views; fails where the schema is not this version's.
    pub async fn open_beside(
        path: &Path,
        options: Options,
        clock: Clock,
        commits: mpsc::Sender<Arc<Commit>>,
    ) -> Result<Self, StoreError> {
        migrate::must_be_current(path).await?;
        Self::open_as_it_is(path, options, clock, commits).await
    }

    async fn open_as_it_is(
        path: &Path,
        options: Options,
        clock: Clock,
        commits: mpsc::Sender<Arc<Commit>>,
    ) -> Result<Self, StoreError> {
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .connect_with(connect_options(path).pragma("query_only", "on"))
            .await?;
        let writer = writer::Handle::start(path, options, clock, commits).await?;
        Ok(Self { readers, writer, quiet: Arc::default() })
    }

    /// Writes what waits, folds the write-ahead log into the database and closes it. Every clone is closed with it.
    pub async fn close(self) {
        self.writer.close().await;
        self.readers.close().await;
    }

    /// Takes a delivery in. Returns after it is on disk. Never waits for a place in the queue.
    pub async fn append(&self, delivery: Delivery) -> Result<Receipt, AppendError> {
        self.writer.append(delivery).await
    }

    /// Writes the counts that are kept in memory for up to a second: refused deliveries and latencies.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.writer.flush().await
    }

    /// Whether what is acknowledged can be kept. Asks no disk: the writer tells how its last commit went.
    pub fn health(&self) -> Health {
        self.writer.health()
    }

    /// Why nothing leaves, where that is so.
    pub fn quiet(&self) -> Option<Quiet> {
        self.quiet.get().copied()
    }

    /// The journal's last position.
    pub async fn as_of(&self) -> Result<Seq, StoreError> {
        journal::last_seq(&mut *self.readers.acquire().await?).await
    }

    /// A snapshot to read from; the first query fixes it.
    async fn read(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }
}

/// How every connection is opened.
fn connect_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(false)
        .statement_cache_capacity(512)
        .pragma("journal_size_limit", "67108864")
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-32768")
}

fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

fn from_micros(table: &'static str, micros: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| StoreError::unreadable(table, format!("{micros} is no moment")))
}
