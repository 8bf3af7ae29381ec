//! The journal: rows to events and back, and reading on from a position.

use crate::batch_rows::key_array;
use crate::{Store, StoreError, from_micros};
use chrono::DateTime;
use domain::event::{Recorded, Sequence};
use domain::{Event, EventId, Fact, Seq};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};
use std::collections::HashMap;
use std::sync::Arc;

impl Store {
    /// The events after a position, in order; at most `limit`.
    pub async fn read_from(&self, after: Seq, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        read_from(&mut *self.readers.acquire().await?, after, limit)
            .await?
            .into_iter()
            .map(|(_, recorded)| Ok(recorded))
            .collect()
    }
}

pub(crate) async fn last_seq(connection: &mut SqliteConnection) -> Result<Seq, StoreError> {
    Ok(Seq(query_scalar("select coalesce(max(seq), 0) from journal").fetch_one(connection).await?))
}

/// The events after a position with the keys of their subjects.
pub(crate) async fn read_from(
    connection: &mut SqliteConnection,
    after: Seq,
    limit: usize,
) -> Result<Vec<(i64, Recorded)>, StoreError> {
    let rows = query(
        "select seq, source, role, source_event_id, occurred_at, recorded_at, kind, entity, number, issuer,
                correlation, sequence, actor, payload
         from journal where seq > $1 order by seq limit $2",
    )
    .bind(after.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("entity")?, recorded(row)?))).collect()
}

/// All events of some subjects, by the subject's key, in journal order. An event that this version cannot read is left
/// out with an error in the log: it must not keep its neighbours from being used.
pub(crate) async fn events_of(
    connection: &mut SqliteConnection,
    keys: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Vec<Recorded>>, StoreError> {
    let rows = query(
        "select seq, source, role, source_event_id, occurred_at, recorded_at, kind, entity, number, issuer,
                correlation, sequence, actor, payload
         from (select value from json_each($1)) as wanted cross join journal on journal.entity = wanted.value
         order by journal.entity, seq",
    )
    .bind(key_array(keys))
    .fetch_all(connection)
    .await?;
    let mut events: HashMap<i64, Vec<Recorded>> = HashMap::new();
    for row in &rows {
        match recorded(row) {
            Ok(recorded) => events.entry(row.try_get("entity")?).or_default().push(recorded),
            Err(error @ StoreError::Unreadable { .. }) => {
                tracing::error!(%error, "an event is left out");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(events)
}

fn recorded(row: &SqliteRow) -> Result<Recorded, StoreError> {
    let seq: i64 = row.try_get("seq")?;
    let wrong = |reason: String| StoreError::unreadable("journal", format!("position {seq}: {reason}"));
    let source: String = row.try_get("source")?;
    let role: &str = row.try_get("role")?;
    let occurred_at: &str = row.try_get("occurred_at")?;
    let kind: &str = row.try_get("kind")?;
    let payload: &str = row.try_get("payload")?;
    Ok(Recorded {
        seq: Seq(seq),
        recorded_at: from_micros("journal", row.try_get("recorded_at")?)?,
        event: Arc::new(Event {
            source: source.try_into().map_err(|error| wrong(format!("{error}")))?,
            role: role.parse().map_err(|error| wrong(format!("{error}")))?,
            id: EventId::from_stored(row.try_get("source_event_id")?),
            occurred_at: DateTime::parse_from_rfc3339(occurred_at)
                .map_err(|error| wrong(format!("{error}")))?,
            number: row.try_get("number")?,
            issuer: row.try_get("issuer")?,
            actor: row.try_get("actor")?,
            correlation: row.try_get("correlation")?,
            sequence: row.try_get::<Option<String>, _>("sequence")?.map(Sequence::new),
            fact: Fact::parse(kind, payload).map_err(|error| wrong(error.to_string()))?,
        }),
    })
}
