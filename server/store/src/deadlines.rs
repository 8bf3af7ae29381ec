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
}

impl Store {
    /// The deadlines due at `now`, the earliest first. They stay until the event that they passed is appended.
    pub async fn due_deadlines(
        &self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<DueDeadline>, StoreError> {
        let rows = query(
            "select shipments.id, shipments.number, shipments.issuer, deadlines.deadline
             from deadlines join shipments on shipments.key = deadlines.shipment
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
                    deadline: serde_json::from_str(&deadline)
                        .map_err(|error| StoreError::unreadable("deadlines", error))?,
                })
            })
            .collect()
    }
}
