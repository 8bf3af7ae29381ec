//! Values that were taken in another way than they came, or left out: one row for each place where a source sends them.

use crate::{Store, StoreError, from_micros, micros};
use chrono::{DateTime, Utc};
use domain::SourceName;
use sqlx::{Row, SqliteConnection, query};
use std::collections::HashMap;

/// How many places of each source are remembered, the last ones.
const KEPT: i64 = 200;
/// And how many wait to be written, of all sources.
const WAITING: usize = 2000;

/// The values that a source sends at one place and that are not taken as they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    pub source: SourceName,
    /// For example `data.stops[].location.zone`.
    pub path: String,
    /// The last one.
    pub value: String,
    /// What was done with it, a sentence.
    pub done: String,
    pub count: u64,
    pub last_at: DateTime<Utc>,
}

impl Store {
    /// Counts values that were not taken as they came. Written within a second.
    pub fn doubt(&self, doubts: impl IntoIterator<Item = Doubt>) {
        self.writer.doubt(doubts);
    }
}

/// Sums since the last write, by source and path.
#[derive(Default)]
pub(crate) struct Doubts(HashMap<(SourceName, String), Doubt>);

impl Doubts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, doubts: impl IntoIterator<Item = Doubt>) {
        for doubt in doubts {
            let key = (doubt.source.clone(), doubt.path.clone());
            if let Some(sum) = self.0.get_mut(&key) {
                let count = sum.count + doubt.count;
                *sum = Doubt { count, last_at: sum.last_at.max(doubt.last_at), ..doubt };
            } else if self.0.len() < WAITING {
                self.0.insert(key, doubt);
            }
        }
    }

    pub(crate) fn put_back(&mut self, unwritten: Self) {
        let newer = std::mem::replace(self, unwritten);
        self.add(newer.0.into_values());
    }

    pub(crate) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for Doubt { source, path, value, done, count, last_at } in self.0.values() {
            query(
                "insert into doubts (source, path, value, done, count, last_at) values ($1, $2, $3, $4, $5, $6)
                 on conflict (source, path) do update set value = excluded.value, done = excluded.done,
                 count = count + excluded.count, last_at = max(last_at, excluded.last_at)",
            )
            .bind(source.to_string())
            .bind(path.clone())
            .bind(value.clone())
            .bind(done.clone())
            .bind(i64::try_from(*count).unwrap_or(i64::MAX))
            .bind(micros(*last_at))
            .execute(&mut *connection)
            .await?;
        }
        if !self.is_empty() {
            query(
                "delete from doubts where (source, path) in (
                     select source, path from (
                         select source, path, row_number() over (partition by source order by last_at desc, path) as place
                         from doubts
                     ) where place > $1
                 )",
            )
            .bind(KEPT)
            .execute(connection)
            .await?;
        }
        Ok(())
    }
}

/// All of them, the last of each source first.
pub(crate) async fn doubts(connection: &mut SqliteConnection) -> Result<Vec<Doubt>, StoreError> {
    let rows = query(
        "select source, path, value, done, count, last_at from doubts order by source, last_at desc, path",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let source: String = row.try_get("source")?;
            let count: i64 = row.try_get("count")?;
            Ok(Doubt {
                source: source.try_into().map_err(|error| StoreError::unreadable("doubts", error))?,
                path: row.try_get("path")?,
                value: row.try_get("value")?,
                done: row.try_get("done")?,
                count: count.unsigned_abs(),
                last_at: from_micros("doubts", row.try_get("last_at")?)?,
            })
        })
        .collect()
}
