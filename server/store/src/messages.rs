//! The messages behind the journal: what came, as it came.

use crate::{Store, StoreError, from_micros};
use chrono::{DateTime, Utc};
use domain::Seq;
use sqlx::{Row, query};

/// A delivery as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The event's id in it: the CloudEvents `source`, a blank, and the `id`.
    pub event: String,
    pub source: String,
    /// The sender's id of it.
    pub delivery: String,
    pub received_at: DateTime<Utc>,
    pub content_type: String,
    pub body: Vec<u8>,
    /// The event's kind and payload as the journal keeps them: where people or Syncline itself state something, nothing came.
    pub kind: String,
    pub payload: String,
}

impl Store {
    /// The delivery that brought the event at a position.
    pub async fn message(&self, seq: Seq) -> Result<Option<Message>, StoreError> {
        let row = query(
            "select source_event_id, inbound.source, inbound.delivery, received_at, content_type, body, kind, payload
             from journal join inbound on inbound.id = journal.delivery where seq = $1",
        )
        .bind(seq.0)
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(Message {
                event: row.try_get("source_event_id")?,
                source: row.try_get("source")?,
                delivery: row.try_get("delivery")?,
                received_at: from_micros("inbound", row.try_get("received_at")?)?,
                content_type: row.try_get("content_type")?,
                body: row.try_get("body")?,
                kind: row.try_get("kind")?,
                payload: row.try_get("payload")?,
            })
        })
        .transpose()
    }
}
