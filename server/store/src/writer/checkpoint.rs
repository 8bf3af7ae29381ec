//! Moves what the write-ahead log holds into the database, on its own schedule and on a connection of its own, so that
//! no delivery waits for it. It writes nothing new.

use crate::{StoreError, connect_options};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, query};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often the log's length is looked at.
const PERIOD: Duration = Duration::from_millis(500);
/// Pages in the log from which on it is worth moving them: 16 MiB.
const WORTH: u64 = 4096;
/// Pages in the log from which on the writer has to help, since a log that is never moved as a whole never begins
/// anew: 64 MiB.
const OVERGROWN: u64 = 16_384;

/// How long a truncation waits for readers: the writer waits with it.
const SHORT: Duration = Duration::from_millis(50);

/// Counts the pages in the log, roughly.
#[derive(Clone, Default)]
pub(crate) struct LogLength(Arc<AtomicU64>);

impl LogLength {
    pub(crate) fn is_overgrown(&self) -> bool {
        self.0.load(Ordering::Relaxed) > OVERGROWN
    }

    pub(crate) fn set(&self, pages: u64) {
        self.0.store(pages, Ordering::Relaxed);
    }
}

/// Runs until it is aborted.
pub(crate) async fn keep_checkpointing(path: PathBuf, length: LogLength) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut connection = None;
    let mut moved = 0;
    loop {
        ticks.tick().await;
        if let Err(error) = look(&path, &length, &mut connection, &mut moved).await {
            tracing::warn!(%error, "the write-ahead log could not be moved into the database; trying again");
            connection = None;
        }
    }
}

async fn look(
    path: &Path,
    length: &LogLength,
    connection: &mut Option<SqliteConnection>,
    moved: &mut u64,
) -> Result<(), StoreError> {
    if connection.is_none() {
        let options = connect_options(path).pragma("wal_autocheckpoint", "0").busy_timeout(SHORT);
        *connection = Some(options.connect().await?);
    }
    let Some(connection) = connection else { return Ok(()) };
    // How much of the file is in use only a checkpoint tells.
    let file = std::fs::metadata(log_of(path)).map_or(0, |file| file.len() / 4096);
    if file < WORTH {
        return Ok(());
    }
    let pages = checkpoint(connection).await?;
    if pages == *moved {
        // Nothing came since the last look: the room is given back, unless somebody reads just now.
        query("pragma wal_checkpoint(truncate)").fetch_one(connection).await?;
    } else {
        tracing::debug!(pages, "moved the write-ahead log into the database");
        *moved = pages;
    }
    length.set(pages);
    Ok(())
}

/// Moves what can be moved without waiting for anybody. Returns how many pages the log holds.
pub(crate) async fn checkpoint(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let row = query("pragma wal_checkpoint(passive)").fetch_one(connection).await?;
    let pages: i64 = row.try_get(1)?;
    Ok(u64::try_from(pages).unwrap_or(0))
}

/// The last one before closing: empties the log, as far as nobody reads from it.
pub(crate) async fn finish(mut connection: SqliteConnection) -> Result<(), StoreError> {
    query("pragma wal_checkpoint(truncate)").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
