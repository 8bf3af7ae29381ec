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
    pub place: DuePlace,
}

/// A deadline's place among those that are due; by default before all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuePlace {
    due_at: i64,
    shipment: i64,
    position: i64,
}

impl Default for DuePlace {
    fn default() -> Self {
        Self { due_at: i64::MIN, shipment: 0, position: 0 }
    }
}

impl Store {
    /// The deadlines due at `now` behind a place, the earliest first. They stay until the event that they passed is appended.
    pub async fn due_deadlines(
        &self,
        now: DateTime<Utc>,
        after: DuePlace,
        limit: usize,
    ) -> Result<Vec<DueDeadline>, StoreError> {
        let rows = query(
            "select due_at, deadlines.shipment, position, coalesce(shipments.id, feeds.id) as id, coalesce(shipments.number, feeds.source) as number,
             iif(feeds.id is null, shipments.issuer, 'feed') as issuer, deadlines.deadline,
             deadlines.deadline ->> 'deadline' = 'news' and exists (
                 select 1 from feeds where silent and source = deadlines.deadline ->> 'stop') as is_hidden
             from deadlines left join shipments on shipments.key = deadlines.shipment
             left join feeds on feeds.key = deadlines.shipment
             where due_at <= $1 and due_at >= $3 and (due_at, deadlines.shipment, position) > ($3, $4, $5)
             order by due_at, deadlines.shipment, position limit $2",
        )
        .bind(now.timestamp_millis())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(after.due_at)
        .bind(after.shipment)
        .bind(after.position)
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
                    place: DuePlace {
                        due_at: row.try_get("due_at")?,
                        shipment: row.try_get("shipment")?,
                        position: row.try_get("position")?,
                    },
                    deadline: serde_json::from_str(&deadline)
                        .map_err(|error| StoreError::unreadable("deadlines", error))?,
                })
            })
            .collect()
    }
}
