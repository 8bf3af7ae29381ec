//! Folding the journal from its beginning: into a fresh file, or in place where the views were made by other code. Sends
//! nothing to anybody.

use crate::verify::VIEWS;
use crate::writer::batch::Batch;
use crate::writer::projections;
use crate::writer::views::Views;
use crate::{StoreError, connect_options, journal};
use domain::Seq;
use domain::event::Recorded;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, query, query_scalar};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Of the code that folds; made by the build script.
const FINGERPRINT: &str = env!("SYNCLINE_FOLD");
/// Events per transaction.
pub(crate) const BATCH: usize = 2_000;
/// Shipments kept in memory meanwhile.
pub(crate) const CACHED: usize = 50_000;
/// How often the log tells how far it is.
const TELL: Duration = Duration::from_secs(5);

/// Where the events come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Another file, attached as `origin`; each is copied with the batch that folds it.
    Attached,
    /// They are here already.
    Here,
}

/// How much is done at once.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub batch: usize,
    pub cached: usize,
}

/// Folds the views anew where other code made them. The caller is the only one who uses the file.
pub(crate) async fn renew(path: &Path) -> Result<(), StoreError> {
    let mut connection = connect_options(path)
        .pragma("wal_autocheckpoint", "16000")
        .pragma("cache_size", "-131072")
        .connect()
        .await?;
    let stored: Option<String> = query_scalar("select cast(value as text) from marks where name = 'fold'")
        .fetch_optional(&mut connection)
        .await?;
    if stored.as_deref() != Some(FINGERPRINT) {
        let last = journal::last_seq(&mut connection).await?;
        if last > Seq(0) {
            tracing::info!(events = last.0, "the views were made by another version: folding them anew");
            clear(&mut connection).await?;
            all(&mut connection, Origin::Here, last, Pace { batch: BATCH, cached: CACHED }).await?;
            tracing::info!("the views are folded; nothing was sent to anyone");
        }
        mark(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Says that the views of this file were made by this code.
pub(crate) async fn mark(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    query("insert or replace into marks (name, value) values ('fold', $1)")
        .bind(FINGERPRINT)
        .execute(connection)
        .await?;
    Ok(())
}

async fn clear(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    query("delete from marks where name = 'fold'").execute(&mut *transaction).await?;
    for (view, ..) in VIEWS {
        query(AssertSqlSafe(format!("delete from {view}"))).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Folds all events up to a position into empty views.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    origin: Origin,
    last: Seq,
    pace: Pace,
) -> Result<(), StoreError> {
    let mut progress = Progress { told: Instant::now(), last };
    let mut views = Views::load(connection, pace.cached, Seq(0)).await?;
    let mut done = Seq(0);
    // Positions on which the fold failed: the batch is done again without them.
    let mut failed = BTreeMap::new();
    while done < last {
        match next(connection, &mut views, origin, (done, last), pace.batch.max(1), &failed).await? {
            Reached::Position(position) => done = position,
            Reached::Fault(seq, error) => {
                tracing::error!(%seq, error, "an event is set aside");
                failed.insert(seq, error);
                views = Views::load(connection, pace.cached, done).await?;
            }
        }
        progress.tell(done);
    }
    Ok(())
}

struct Progress {
    told: Instant,
    last: Seq,
}

impl Progress {
    fn tell(&mut self, done: Seq) {
        if self.told.elapsed() > TELL {
            self.told = Instant::now();
            tracing::info!(done = done.0, of = self.last.0, "folding");
        }
    }
}

enum Reached {
    Position(Seq),
    /// The fold fails on this event.
    Fault(Seq, String),
}

/// Folds the next events, in a transaction of their own that a fault takes back.
async fn next(
    connection: &mut SqliteConnection,
    views: &mut Views,
    origin: Origin,
    (after, last): (Seq, Seq),
    limit: usize,
    failed: &BTreeMap<Seq, String>,
) -> Result<Reached, StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    if origin == Origin::Attached {
        copy_events(&mut transaction, after, last, limit).await?;
    }
    let stored = journal::read_day(&mut transaction, after, last, limit).await?;
    let reached = stored.last().map_or(last, |one| one.seq);
    let readable = || {
        stored.iter().filter_map(|one| {
            Some((one, one.event.as_ref().ok().filter(|_| !failed.contains_key(&one.seq))?))
        })
    };
    let needs = readable().map(|(one, recorded)| (one.subject, &*recorded.event));
    let mut batch = Batch::load(&mut transaction, views, needs, after).await?;
    for one in &stored {
        batch.keep_key(views, one.subject, one.entity);
        let fault = match (&one.event, failed.get(&one.seq)) {
            (_, Some(error)) => Some(error.clone()),
            (Err(error), None) => Some(error.to_string()),
            (Ok(recorded), None) => {
                if !is_applied(&mut batch, views, (one.subject, one.entity), recorded) {
                    return Ok(Reached::Fault(one.seq, "the fold failed on it".to_owned()));
                }
                None
            }
        };
        if let Some(error) = fault {
            query("insert into set_aside (seq, error) values ($1, $2)")
                .bind(one.seq.0)
                .bind(error)
                .execute(&mut *transaction)
                .await?;
        }
    }
    let pending = match projections::gather(views, &mut batch) {
        Ok(pending) => pending,
        Err(seq) => return Ok(Reached::Fault(seq, "no view can be made of it".to_owned())),
    };
    projections::write(&mut transaction, views, &mut batch, pending).await?;
    transaction.commit().await?;
    batch.put_back(views);
    Ok(Reached::Position(reached))
}

/// What a fault left half done is never read again: the caller throws away batch and memory.
fn is_applied(
    batch: &mut Batch,
    views: &mut Views,
    (subject, key): (uuid::Uuid, i64),
    recorded: &Recorded,
) -> bool {
    catch_unwind(AssertUnwindSafe(|| batch.apply(views, subject, key, recorded))).is_ok()
}

/// Copies the next events of one day of recording: restatements are told by it, so no batch may span two.
async fn copy_events(
    connection: &mut SqliteConnection,
    after: Seq,
    last: Seq,
    limit: usize,
) -> Result<(), StoreError> {
    let columns = columns_of(connection, "journal").await?;
    let sql = format!(
        "with next as materialized (
             select seq, recorded_at / 86400000000 as recorded_on from origin.journal
             where seq > $1 and seq <= $2 order by seq limit $3)
         insert into main.journal ({columns})
         select {columns} from next cross join origin.journal using (seq)
         where recorded_on = (select recorded_on from next limit 1) order by seq"
    );
    query(AssertSqlSafe(sql))
        .bind(after.0)
        .bind(last.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .execute(connection)
        .await?;
    Ok(())
}

/// The columns of a table that both files have, by name; none where the origin has no such table.
pub(crate) async fn columns_of(connection: &mut SqliteConnection, table: &str) -> Result<String, StoreError> {
    let rows = query(
        "select mine.name from pragma_table_info($1, 'main') as mine
         join pragma_table_info($1, 'origin') as theirs on theirs.name = mine.name order by mine.cid",
    )
    .bind(table.to_owned())
    .fetch_all(connection)
    .await?;
    let names: Vec<String> = rows.iter().map(|row| row.try_get("name")).collect::<Result<_, _>>()?;
    Ok(names.join(", "))
}
