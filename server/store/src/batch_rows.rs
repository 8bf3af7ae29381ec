//! Many rows in one statement: a round trip through the driver costs more than most rows do.

use crate::StoreError;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection, query_with};

/// A column's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<uuid::Uuid> for Cell {
    fn from(value: uuid::Uuid) -> Self {
        Self::Blob(value.as_bytes().to_vec())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// SQLite takes 32,766 values a statement; larger statements do not get faster.
const ROWS: usize = 512;

/// Writes rows as `{head} … {tail}`: the head names the table and its columns, the tail what to do with rows that are
/// there already. The first column must not be null: rows are padded to a power of two, so that few different
/// statements are prepared, and padding is told by it.
pub(crate) async fn write_rows<const N: usize>(
    connection: &mut SqliteConnection,
    head: &'static str,
    tail: &'static str,
    mut rows: Vec<[Cell; N]>,
) -> Result<(), StoreError> {
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(ROWS));
        let padded = rows.len().next_power_of_two();
        let mut arguments = SqliteArguments::default();
        for cell in rows.into_iter().flatten() {
            bind(&mut arguments, cell)?;
        }
        // Values that are not bound are null.
        let sql = statement(head, tail, N, padded);
        query_with(AssertSqlSafe(sql), arguments).execute(&mut *connection).await?;
        rows = rest;
    }
    Ok(())
}

fn bind(arguments: &mut SqliteArguments, cell: Cell) -> Result<(), StoreError> {
    let bound = match cell {
        Cell::Null => arguments.add(None::<i64>),
        Cell::Int(value) => arguments.add(value),
        Cell::Text(value) => arguments.add(value),
        Cell::Blob(value) => arguments.add(value),
    };
    bound.map_err(|error| StoreError::Database(sqlx::Error::Encode(error)))
}

fn statement(head: &str, tail: &str, columns: usize, rows: usize) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * (columns * 2 + 2) + 64);
    sql.push_str(head);
    sql.push_str(" select * from (values ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(?" } else { ",(?" });
        sql.push_str(&",?".repeat(columns - 1));
        sql.push(')');
    }
    sql.push_str(") where column1 is not null ");
    sql.push_str(tail);
    sql
}

/// Ids as one JSON array of hexadecimal texts, for `unhex(value) … from json_each($1)`.
pub(crate) fn hex_array<'a>(ids: impl IntoIterator<Item = &'a uuid::Uuid>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| format!("\"{}\"", id.simple())).collect();
    format!("[{}]", ids.join(","))
}

/// Keys as one JSON array of numbers.
pub(crate) fn key_array(keys: impl IntoIterator<Item = i64>) -> String {
    let keys: Vec<String> = keys.into_iter().map(|key| key.to_string()).collect();
    format!("[{}]", keys.join(","))
}
