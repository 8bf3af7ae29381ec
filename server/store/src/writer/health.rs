//! Whether the writer can write: what `/readyz` says and what the outbox pauses on.

use crate::StoreError;
use chrono::{DateTime, Utc};
use sqlx::{Connection, SqliteConnection, query};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the writer may work on one thing before it counts as stuck.
const STUCK: Duration = Duration::from_secs(5);
/// What a probe writes, in bytes: about as much as a batch, since the last page of a full disk takes one small row.
const PROBE: i64 = 1024 * 1024;

/// Whether what is acknowledged can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Writable,
    /// The last commit failed, or the writer does not answer.
    Unwritable {
        reason: String,
        since: DateTime<Utc>,
    },
}

/// What the writer lets others know of itself.
#[derive(Default)]
pub(crate) struct Pulse(Mutex<State>);

#[derive(Default)]
struct State {
    failed: Option<(String, DateTime<Utc>)>,
    working: Option<(Instant, DateTime<Utc>)>,
}

impl Pulse {
    /// Holds no invariant that a panic could break: two values that are each set whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, now: DateTime<Utc>) {
        self.state().working = Some((Instant::now(), now));
    }

    pub(crate) fn end(&self) {
        self.state().working = None;
    }

    /// Says whether this is news.
    pub(crate) fn fail(&self, reason: String, now: DateTime<Utc>) -> bool {
        let mut state = self.state();
        let since = state.failed.as_ref().map(|(_, since)| *since);
        state.failed = Some((reason, since.unwrap_or(now)));
        since.is_none()
    }

    pub(crate) fn recover(&self) {
        self.state().failed = None;
    }

    /// Refuses while nothing can be written.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match &self.state().failed {
            Some((reason, _)) => Err(StoreError::Unwritable { reason: reason.clone() }),
            None => Ok(()),
        }
    }

    pub(crate) fn health(&self) -> Health {
        let state = self.state();
        if let Some((reason, since)) = &state.failed {
            return Health::Unwritable { reason: reason.clone(), since: *since };
        }
        match state.working {
            Some((began, since)) if began.elapsed() > STUCK => {
                let reason = format!("the writer has not answered for {} seconds", began.elapsed().as_secs());
                Health::Unwritable { reason, since }
            }
            _ => Health::Writable,
        }
    }
}

/// Whether an error is one of the disk, the file or another process, and not of what was to be written.
pub(crate) fn is_of_the_surroundings(error: &sqlx::Error) -> bool {
    // SQLite's primary codes for errors in what was asked: ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE.
    const ASKED: [i32; 6] = [1, 18, 19, 20, 21, 25];
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().and_then(|code| code.parse::<i32>().ok());
            code.is_none_or(|code| !ASKED.contains(&(code & 0xff)))
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => false,
        _ => true,
    }
}

/// Writes about as much as a batch does, and takes it away again.
pub(crate) async fn probe(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    query("insert or replace into marks (name, value) values ('probe', zeroblob($1))")
        .bind(PROBE)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    query("delete from marks where name = 'probe'").execute(connection).await?;
    Ok(())
}
