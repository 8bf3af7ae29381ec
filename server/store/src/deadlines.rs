//! Deadlines that shipments wait for. A view of the journal, so they survive a restart.

use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use domain::ShipmentId;
use domain::deadline::Deadline;
use sqlx::{Row, query};
use uuid::Uuid;

/// A deadline that went by without anybody having said so yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueDeadline {
    pub shipment: ShipmentId,
    pub number: String,
    /// The issuer of `number`, where it is not the usual one.
    pub issuer: Option<String>,
    pub deadline: Deadline,
    /// Whether it is news of a shipment whose whole source is silent.
    pub is_hidden: bool,
}

impl Store {
    /// The deadlines due at `now`, the earliest first. They stay until the event that they passed is appended.
    pub async fn due_deadlines(
        &self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<DueDeadline>, StoreError> {
        let rows = query(
            "select coalesce(shipments.id, feeds.id) as id, coalesce(shipments.number, feeds.source) as number,
             iif(feeds.id is null, shipments.issuer, 'feed') as issuer, deadlines.deadline,
             deadlines.deadline ->> 'deadline' = 'news' and exists (
                 select 1 from feeds where silent and source = deadlines.deadline ->> 'stop') as is_hidden
             from deadlines left join shipments on shipments.key = deadlines.shipment
             left join feeds on feeds.key = deadlines.shipment
             where due_at <= $1 order by due_at, deadlines.shipment, position limit $2",
        )
        .bind(now.timestamp_millis())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let id: Vec<u8> = row.try_get("id")?;
                let deadline: String = row.try_get("deadline")?;
                Ok(DueDeadline {
                    shipment: ShipmentId(
                        Uuid::from_slice(&id).map_err(|error| StoreError::unreadable("shipments", error))?,
                    ),
                    number: row.try_get("number")?,
                    issuer: row.try_get("issuer")?,
                    is_hidden: row.try_get("is_hidden")?,
                    deadline: serde_json::from_str(&deadline)
                        .map_err(|error| StoreError::unreadable("deadlines", error))?,
                })
            })
            .collect()
    }
}
