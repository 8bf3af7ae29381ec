//! Folding the journal anew into a fresh file. Sends nothing to anybody.

use crate::fold::{self, BATCH, CACHED, Origin, Pace, columns_of};
use crate::verify::{ViewHash, hashes, remove};
use crate::{StoreError, connect_options, migrate};
use domain::Seq;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, query, query_scalar};
use std::path::Path;

/// Tables that are not views and are copied as they are; the journal is copied with each batch.
const COPIED: [&str; 15] = [
    "inbound",
    "quarantine",
    "sources",
    "source_counters",
    "refusals",
    "doubts",
    "accounts",
    "sessions",
    "latency",
    "saved_views",
    "endpoints",
    "questions",
    "outbox",
    "attempts",
    "marks",
];

/// Copies the journal and all that is not a view into a fresh file and folds the views anew. Returns their hashes.
/// Fails where `into` exists, and leaves nothing there when it fails.
pub async fn rebuild(from: &Path, into: &Path) -> Result<Vec<ViewHash>, StoreError> {
    rebuild_in_batches(from, into, BATCH, CACHED).await
}

/// As [`rebuild`], with a given number of events per transaction and of shipments in memory; the views depend on neither.
pub async fn rebuild_in_batches(
    from: &Path,
    into: &Path,
    batch: usize,
    cached: usize,
) -> Result<Vec<ViewHash>, StoreError> {
    rebuild_until(from, into, Pace { batch, cached }, Seq(i64::MAX)).await
}

/// As [`rebuild_in_batches`], up to a position.
pub(crate) async fn rebuild_until(
    from: &Path,
    into: &Path,
    pace: Pace,
    last: Seq,
) -> Result<Vec<ViewHash>, StoreError> {
    if !from.exists() {
        return Err(StoreError::File { path: from.to_owned(), what: "not there".to_owned() });
    }
    if into.exists() {
        let what = "there already: remove it or name another one".to_owned();
        return Err(StoreError::File { path: into.to_owned(), what });
    }
    let mut origin = connect_options(from).pragma("query_only", "on").connect().await?;
    migrate::must_be_ours(from, &mut origin).await?;
    migrate::check(from, &mut origin).await?;
    origin.close().await?;
    let made = make(from, into, pace, last).await;
    if made.is_err() {
        remove(into)?;
    }
    made
}

async fn make(from: &Path, into: &Path, pace: Pace, last: Seq) -> Result<Vec<ViewHash>, StoreError> {
    migrate::migrate(into).await?;
    let mut connection = connect_options(into)
        .pragma("wal_autocheckpoint", "16000")
        .pragma("cache_size", "-131072")
        .connect()
        .await?;
    query("attach database $1 as origin")
        .bind(from.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await?;
    let last = copy(&mut connection, last).await?;
    fold::all(&mut connection, Origin::Attached, last, pace).await?;
    fold::mark(&mut connection).await?;
    query("detach database origin").execute(&mut connection).await?;
    let hashes = hashes(&mut connection).await?;
    query("pragma wal_checkpoint(truncate)").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(hashes)
}

/// Copies what is no view, from one snapshot; a table or column that an older file lacks stays as it is made. Returns the
/// journal's last position in it, `last` at most.
async fn copy(connection: &mut SqliteConnection, last: Seq) -> Result<Seq, StoreError> {
    let mut transaction = connection.begin().await?;
    let end: i64 =
        query_scalar("select coalesce(max(seq), 0) from origin.journal").fetch_one(&mut *transaction).await?;
    for table in COPIED {
        let columns = columns_of(&mut transaction, table).await?;
        if !columns.is_empty() {
            let sql = format!("insert into main.{table} ({columns}) select {columns} from origin.{table}");
            query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        }
    }
    transaction.commit().await?;
    Ok(Seq(end).min(last))
}
