//! Copies of the whole database: made while it is in use, and checked before they take its place.

use crate::{StoreError, connect_options, migrate};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, query, query_scalar};
use std::path::Path;

/// Writes a copy of a database that may be in use. Fails where `into` exists.
pub async fn backup(path: &Path, into: &Path) -> Result<(), StoreError> {
    must_exist(path)?;
    let mut connection = connect_options(path).connect().await?;
    copy(&mut connection, into).await?;
    connection.close().await?;
    Ok(())
}

/// Puts a backup in a database's place, after its integrity and schema are checked. Fails where `into` exists.
pub async fn restore(backup: &Path, into: &Path) -> Result<(), StoreError> {
    must_exist(backup)?;
    // The backup itself is only read: it may lie where nothing can be written.
    let mut connection = SqliteConnectOptions::new().filename(backup).read_only(true).connect().await?;
    let verdict: String = query("pragma integrity_check(1)").fetch_one(&mut connection).await?.try_get(0)?;
    if verdict != "ok" {
        return Err(StoreError::File { path: backup.to_owned(), what: format!("damaged: {verdict}") });
    }
    let is_ours: bool = query_scalar(
        "select count(*) = 2 from sqlite_schema where name in ('_sqlx_migrations', 'journal') and type = 'table'",
    )
    .fetch_one(&mut connection)
    .await?;
    if !is_ours {
        let what = "no backup of Syncline: it holds no journal".to_owned();
        return Err(StoreError::File { path: backup.to_owned(), what });
    }
    migrate::check(&mut connection).await?;
    copy(&mut connection, into).await?;
    connection.close().await?;
    migrate::migrate(into).await
}

async fn copy(connection: &mut SqliteConnection, into: &Path) -> Result<(), StoreError> {
    if into.exists() {
        let what = "there already: remove it or name another one".to_owned();
        return Err(StoreError::File { path: into.to_owned(), what });
    }
    query("vacuum into $1").bind(into.to_string_lossy().into_owned()).execute(connection).await?;
    // A copy that a power failure can take away is none.
    std::fs::File::open(into).and_then(|file| file.sync_all()).map_err(|error| StoreError::File {
        path: into.to_owned(),
        what: format!("not safe on disk: {error}"),
    })
}

fn must_exist(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        Ok(())
    } else {
        Err(StoreError::File { path: path.to_owned(), what: "not there".to_owned() })
    }
}
