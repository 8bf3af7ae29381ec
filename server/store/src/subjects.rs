//! Keys: small numbers for canonical ids, in the order of first appearance.

use crate::StoreError;
use crate::batch_rows::hex_array;
use sqlx::{Row, SqliteConnection, query, query_scalar};
use std::collections::HashMap;
use uuid::Uuid;

/// The keys of those ids that have one.
pub(crate) async fn keys_of<'a>(
    connection: &mut SqliteConnection,
    ids: impl IntoIterator<Item = &'a Uuid>,
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let rows = query(
        "select id, key from (select value from json_each($1)) as wanted cross join subjects on subjects.id = unhex(wanted.value)",
    )
    .bind(hex_array(ids))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((id_of(row, "id")?, row.try_get("key")?))).collect()
}

pub(crate) async fn last_key(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(query_scalar("select coalesce(max(key), 0) from subjects").fetch_one(connection).await?)
}

/// An id that is kept as 16 bytes.
pub(crate) fn id_of(row: &sqlx::sqlite::SqliteRow, column: &'static str) -> Result<Uuid, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    Uuid::from_slice(bytes).map_err(|error| StoreError::unreadable("an id column", error))
}
