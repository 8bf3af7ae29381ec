//! Share links: whose redaction of which shipment a token shows. A view of the journal.

use crate::{Store, StoreError, from_micros, micros};
use chrono::{DateTime, Utc};
use domain::{CustomerId, ShipmentId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};
use uuid::Uuid;

/// A link that shows a shipment without signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub token_hash: String,
    pub shipment: ShipmentId,
    /// Whose redaction it shows.
    pub customer: CustomerId,
    pub label: String,
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// What a share link shows, while it is neither revoked nor expired, and whoever made it is the customer's still.
    pub async fn customer_of_share(
        &self,
        token_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Share>, StoreError> {
        let row = query(
            "select token_hash, shipment, customer, label, expires_at from shares
             where token_hash = $1 and not revoked and expires_at > $2 and not exists (
                 select 1 from accounts
                 where account = maker and (disabled or accounts.customer is not shares.customer))",
        )
        .bind(token_hash.to_owned())
        .bind(micros(now))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(read_share).transpose()
    }

    /// The links of a shipment that nobody revoked, the expired ones included.
    pub async fn shares(&self, id: ShipmentId) -> Result<Vec<Share>, StoreError> {
        let rows = query(
            "select token_hash, shipment, customer, label, expires_at from shares
             where shipment = $1 and not revoked order by expires_at, token_hash",
        )
        .bind(id.0.as_bytes().to_vec())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_share).collect()
    }
}

fn read_share(row: &SqliteRow) -> Result<Share, StoreError> {
    let id = |column: &str| -> Result<Uuid, StoreError> {
        let bytes: Vec<u8> = row.try_get(column)?;
        Uuid::from_slice(&bytes).map_err(|error| StoreError::unreadable("shares", error))
    };
    Ok(Share {
        token_hash: row.try_get("token_hash")?,
        shipment: ShipmentId(id("shipment")?),
        customer: CustomerId(id("customer")?),
        label: row.try_get("label")?,
        expires_at: from_micros("shares", row.try_get("expires_at")?)?,
    })
}
