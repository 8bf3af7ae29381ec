//! The rules files that ever held, as the journal tells of them.

use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::rulebook::{Rulebook, Rulebooks};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, query};

/// A rules file that was put in force: when, and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct RulebookChange {
    pub book: Rulebook,
    pub by: Option<String>,
    pub recorded_at: DateTime<Utc>,
    pub seq: Seq,
}

const CHANGES: &str = "select seq, actor, recorded_at, payload from journal
     where entity = (select key from subjects where id = $1) and kind = 'rulebook.changed' order by seq";

async fn changes(connection: &mut SqliteConnection) -> Result<Vec<RulebookChange>, StoreError> {
    let rows = query(CHANGES).bind(Rulebook::subject().as_bytes().to_vec()).fetch_all(connection).await?;
    rows.iter().map(read_change).collect()
}

fn read_change(row: &SqliteRow) -> Result<RulebookChange, StoreError> {
    let payload: &str = row.try_get("payload")?;
    Ok(RulebookChange {
        book: serde_json::from_str(payload).map_err(|error| StoreError::unreadable("journal", error))?,
        by: row.try_get("actor")?,
        recorded_at: crate::from_micros("journal", row.try_get("recorded_at")?)?,
        seq: Seq(row.try_get("seq")?),
    })
}

/// All that ever held, up to a position.
pub(crate) async fn load(connection: &mut SqliteConnection, until: Seq) -> Result<Rulebooks, StoreError> {
    let mut books = Rulebooks::default();
    for change in changes(connection).await?.into_iter().filter(|change| change.seq <= until) {
        books.take(change.seq, &change.book);
    }
    Ok(books)
}

impl Store {
    /// The rules file in force.
    pub async fn rulebook(&self) -> Result<Rulebook, StoreError> {
        let last = query(AssertSqlSafe(format!("{CHANGES} desc limit 1")))
            .bind(Rulebook::subject().as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        Ok(last.as_ref().map(read_change).transpose()?.map(|change| change.book).unwrap_or_default())
    }

    /// Every rules file that somebody put in force, the first of them first.
    pub async fn rulebooks(&self) -> Result<Vec<RulebookChange>, StoreError> {
        changes(&mut *self.readers.acquire().await?).await
    }
}
