//! The journal: rows to events and back, and reading on from a position.

use crate::batch_rows::key_array;
use crate::subjects::id_of;
use crate::{Store, StoreError, from_micros};
use chrono::DateTime;
use domain::event::{Recorded, Sequence};
use domain::{Event, EventId, Fact, Seq};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

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

/// An event with its subject, as it is stored.
pub(crate) struct Stored {
    pub seq: Seq,
    pub subject: Uuid,
    /// The subject's key.
    pub entity: i64,
    /// Or why this version cannot read it.
    pub event: Result<Recorded, StoreError>,
}

/// The next events after a position, up to another one: those of one day of recording.
pub(crate) async fn read_day(
    connection: &mut SqliteConnection,
    after: Seq,
    last: Seq,
    limit: usize,
) -> Result<Vec<Stored>, StoreError> {
    let rows = query(
        "select seq, source, role, source_event_id, occurred_at, recorded_at, kind, subject, entity, number, issuer,
                correlation, sequence, actor, payload
         from journal where seq > $1 and seq <= $2 order by seq limit $3",
    )
    .bind(after.0)
    .bind(last.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    let mut stored = Vec::with_capacity(rows.len());
    let mut first_day = None;
    for row in &rows {
        let day = row.try_get::<i64, _>("recorded_at")?.div_euclid(86_400_000_000);
        if *first_day.get_or_insert(day) != day {
            break;
        }
        stored.push(Stored {
            seq: Seq(row.try_get("seq")?),
            subject: id_of(row, "subject")?,
            entity: row.try_get("entity")?,
            event: recorded(row),
        });
    }
    Ok(stored)
}

/// The events after a position with the keys of their subjects.
async fn read_from(
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

/// All events of some subjects up to a position, by the subject's key, in journal order. An event that this version cannot read is left
/// out with an error in the log: it must not keep its neighbours from being used.
pub(crate) async fn events_of(
    connection: &mut SqliteConnection,
    keys: impl IntoIterator<Item = i64>,
    until: Seq,
) -> Result<HashMap<i64, Vec<Recorded>>, StoreError> {
    let rows = query(
        "select seq, source, role, source_event_id, occurred_at, recorded_at, kind, entity, number, issuer,
                correlation, sequence, actor, payload
         from (select value from json_each($1)) as wanted cross join journal on journal.entity = wanted.value
         where seq <= $2 and seq not in (select seq from set_aside)
         order by journal.entity, seq",
    )
    .bind(key_array(keys))
    .bind(until.0)
    .fetch_all(connection)
    .await?;
    let mut events: HashMap<i64, Vec<Recorded>> = HashMap::new();
    for row in &rows {
        match recorded(row) {
            Ok(recorded) => events.entry(row.try_get("entity")?).or_default().push(recorded),
            Err(error) => tracing::error!(%error, "an event is left out"),
        }
    }
    Ok(events)
}

/// Whatever is wrong with a row is said of its position.
fn recorded(row: &SqliteRow) -> Result<Recorded, StoreError> {
    let seq: i64 = row.try_get("seq")?;
    read(row, seq).map_err(|error| match error {
        StoreError::Database(error) => StoreError::unreadable("journal", format!("position {seq}: {error}")),
        error => error,
    })
}

fn read(row: &SqliteRow, seq: i64) -> Result<Recorded, StoreError> {
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
