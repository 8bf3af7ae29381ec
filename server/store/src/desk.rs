//! The exception desk: what is open, and what changed since.

use crate::{Store, StoreError, journal};
use domain::Seq;
use domain::exception::ShipmentException;
use domain::live::{Desk, EXCEPTIONS};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};

/// How many closed exceptions the desk looks back on.
const CLOSED: i64 = 100;

impl Store {
    /// The open exceptions in the order of [`ShipmentException::urgency`].
    pub async fn desk(&self) -> Result<(Seq, Desk), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows = query(
            "select exception from exceptions where open order by severity desc, due, opened_seq, id limit $1",
        )
        .bind(i64::try_from(EXCEPTIONS).unwrap_or(i64::MAX))
        .fetch_all(&mut *read)
        .await?;
        let exceptions = rows.iter().map(read_exception).collect::<Result<_, _>>()?;
        Ok((as_of, Desk { exceptions, open: open_exceptions(&mut read).await? }))
    }

    /// The closed exceptions that changed last, at most [`CLOSED`].
    pub async fn closed_lately(&self) -> Result<(Seq, Desk), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows =
            query("select exception from exceptions where not open order by changed_seq desc limit $1")
                .bind(CLOSED)
                .fetch_all(&mut *read)
                .await?;
        let exceptions = rows.iter().map(read_exception).collect::<Result<_, _>>()?;
        Ok((as_of, Desk { exceptions, open: open_exceptions(&mut read).await? }))
    }

    /// The exceptions that changed after a position, the closed ones included; `limit` + 1 of them mean that there are
    /// more.
    pub async fn exceptions_since(&self, after: Seq, limit: usize) -> Result<(Seq, Desk), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows =
            query("select exception from exceptions where changed_seq > $1 order by changed_seq limit $2")
                .bind(after.0)
                .bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
                .fetch_all(&mut *read)
                .await?;
        let exceptions = rows.iter().map(read_exception).collect::<Result<_, _>>()?;
        let mut desk = Desk { exceptions, open: open_exceptions(&mut read).await? };
        desk.sort();
        Ok((as_of, desk))
    }

    /// One exception, open or closed.
    pub async fn exception(&self, id: domain::ExceptionId) -> Result<Option<ShipmentException>, StoreError> {
        let row = query("select exception from exceptions where id = $1")
            .bind(id.0.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_exception).transpose()
    }
}

async fn open_exceptions(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let open: i64 = query_scalar("select coalesce(sum(value), 0) from rollups where name = 'open_rule'")
        .fetch_one(connection)
        .await?;
    Ok(open.unsigned_abs())
}

pub(crate) fn read_exception(row: &SqliteRow) -> Result<ShipmentException, StoreError> {
    let json: &str = row.try_get("exception")?;
    serde_json::from_str(json).map_err(|error| StoreError::unreadable("exceptions", error))
}
