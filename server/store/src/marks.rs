//! What the program notes about a database file.

use crate::{StoreError, connect_options, migrate};
use sqlx::{ConnectOptions, Connection, query, query_scalar};
use std::path::Path;

/// Makes a database that the demo may write to, and later forget.
pub async fn make_demo(path: &Path) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::File {
            path: folder.to_owned(),
            what: format!("not to be made: {error}"),
        })?;
    }
    migrate::migrate(path).await?;
    let mut connection = connect_options(path).connect().await?;
    query("insert into marks (name, value) values ('demo', 1)").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Whether a demo made a database. Changes nothing in it.
pub async fn is_demo(path: &Path) -> Result<bool, StoreError> {
    let mut connection = connect_options(path).pragma("query_only", "on").connect().await?;
    let has_marks: bool =
        query_scalar("select count(*) > 0 from sqlite_schema where name = 'marks' and type = 'table'")
            .fetch_one(&mut connection)
            .await?;
    let is_demo = has_marks
        && query_scalar("select count(*) > 0 from marks where name = 'demo'")
            .fetch_one(&mut connection)
            .await?;
    connection.close().await?;
    Ok(is_demo)
}
