//! What an operator's graphs show of the database.

use crate::{Store, StoreError, from_micros, journal};
use chrono::{DateTime, Utc};
use domain::Seq;
use sqlx::{Row, query, query_scalar};
use std::path::PathBuf;

/// Figures of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measures {
    pub as_of: Seq,
    pub database_bytes: u64,
    /// Of the write-ahead log.
    pub log_bytes: u64,
    pub open_exceptions: u64,
    /// When each source was heard last.
    pub heard: Vec<(String, DateTime<Utc>)>,
}

impl Store {
    /// Figures of this moment; cheap, whatever is stored.
    pub async fn measures(&self) -> Result<Measures, StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let open: i64 = query_scalar("select coalesce(sum(value), 0) from rollups where name = 'open_rule'")
            .fetch_one(&mut *read)
            .await?;
        let rows = query("select source, recorded_at from source_ages").fetch_all(&mut *read).await?;
        let heard = rows.iter().map(|row| {
            Ok((row.try_get("source")?, from_micros("source_ages", row.try_get("recorded_at")?)?))
        });
        let heard = heard.collect::<Result<_, StoreError>>()?;
        let path: String = query_scalar("select file from pragma_database_list where name = 'main'")
            .fetch_one(&mut *read)
            .await?;
        let size = |path: String| std::fs::metadata(PathBuf::from(path)).map_or(0, |data| data.len());
        Ok(Measures {
            as_of,
            log_bytes: size(format!("{path}-wal")),
            database_bytes: size(path),
            open_exceptions: open.unsigned_abs(),
            heard,
        })
    }
}
