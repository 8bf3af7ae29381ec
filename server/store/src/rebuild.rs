//! Folding the journal anew into a fresh file. Sends nothing to anybody.

use crate::verify::{ViewHash, hashes};
use crate::writer::batch::Batch;
use crate::writer::projections;
use crate::writer::views::Views;
use crate::{StoreError, connect_options, journal, migrate};
use domain::Seq;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, query, query_scalar};
use std::path::Path;

/// Events per transaction.
const BATCH: usize = 2_000;
/// Shipments kept in memory meanwhile.
const CACHED: usize = 50_000;

/// Tables that are not views and are copied as they are; the journal is copied with each batch.
const COPIED: [&str; 13] = [
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
    "outbox",
    "attempts",
];

/// Copies the journal and all that is not a view into a fresh file and folds the views anew. Returns their hashes.
/// Fails where `into` exists, and at an event that this version cannot read.
pub async fn rebuild(from: &Path, into: &Path) -> Result<Vec<ViewHash>, StoreError> {
    rebuild_in_batches(from, into, BATCH).await
}

/// As [`rebuild`], with a given number of events per transaction; the views do not depend on it.
pub async fn rebuild_in_batches(from: &Path, into: &Path, batch: usize) -> Result<Vec<ViewHash>, StoreError> {
    rebuild_until(from, into, batch, Seq(i64::MAX)).await
}

/// As [`rebuild_in_batches`], up to a position.
pub(crate) async fn rebuild_until(
    from: &Path,
    into: &Path,
    batch: usize,
    last: Seq,
) -> Result<Vec<ViewHash>, StoreError> {
    if !from.exists() {
        return Err(StoreError::File { path: from.to_owned(), what: "not there".to_owned() });
    }
    if into.exists() {
        let what = "there already: remove it or name another one".to_owned();
        return Err(StoreError::File { path: into.to_owned(), what });
    }
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
    let mut views = Views::load(&mut connection, CACHED).await?;
    let mut done = Seq(0);
    while done < last {
        done = fold(&mut connection, &mut views, done, last, batch.max(1)).await?;
    }
    query("detach database origin").execute(&mut connection).await?;
    let hashes = hashes(&mut connection).await?;
    query("pragma wal_checkpoint(truncate)").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(hashes)
}

/// Copies what is no view, from one snapshot. Returns the journal's last position in it, `last` at most.
async fn copy(connection: &mut SqliteConnection, last: Seq) -> Result<Seq, StoreError> {
    let mut transaction = connection.begin().await?;
    let end: i64 =
        query_scalar("select coalesce(max(seq), 0) from origin.journal").fetch_one(&mut *transaction).await?;
    for table in COPIED {
        let sql = format!("insert into main.{table} select * from origin.{table}");
        query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(Seq(end).min(last))
}

/// Copies and folds the next events. Returns the position that is reached.
async fn fold(
    connection: &mut SqliteConnection,
    views: &mut Views,
    after: Seq,
    last: Seq,
    limit: usize,
) -> Result<Seq, StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    // Restatements are told by the day of recording: no batch may span two.
    query(
        "with next as materialized (
             select seq, recorded_at / 86400000000 as recorded_on from origin.journal
             where seq > $1 and seq <= $2 order by seq limit $3)
         insert into main.journal select journal.* from next cross join origin.journal using (seq)
         where recorded_on = (select recorded_on from next limit 1) order by seq",
    )
    .bind(after.0)
    .bind(last.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute(&mut *transaction)
    .await?;
    let events = journal::read_from(&mut transaction, after, limit).await?;
    let subjects: Vec<_> = events.iter().map(|(_, recorded)| recorded.event.subject()).collect();
    let with_subjects = || subjects.iter().copied().zip(&events);
    let needs = with_subjects().map(|(subject, (_, recorded))| (subject, &*recorded.event));
    let mut batch = Batch::load(&mut transaction, views, needs).await?;
    let mut reached = last;
    for (subject, (entity, recorded)) in with_subjects() {
        let key = batch.key_of(views, subject);
        if key != *entity {
            return Err(StoreError::unreadable(
                "journal",
                format!("position {}: entity {entity} should be {key}", recorded.seq),
            ));
        }
        batch.apply(views, subject, key, recorded);
        reached = recorded.seq;
    }
    let pending = projections::gather(views, &mut batch).map_err(|seq| {
        StoreError::unreadable("journal", format!("no view can be made of the event at {seq}"))
    })?;
    projections::write(&mut transaction, views, &mut batch, pending).await?;
    transaction.commit().await?;
    batch.put_back(views);
    Ok(reached)
}
