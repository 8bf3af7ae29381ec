//! Copies of the whole database: made while it is in use, and checked before they take its place.

use crate::error::in_words;
use crate::{StoreError, connect_options, migrate, private};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection, query, query_scalar};
use std::path::Path;

/// What a restore brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Events in its journal.
    pub events: u64,
    pub accounts: u64,
    pub sources: u64,
    pub endpoints: u64,
    /// Links by which anybody sees a shipment, which may have been ended since.
    pub links: u64,
    /// Messages that still wait: they leave as soon as the server runs.
    pub waiting: u64,
    /// Sessions that were open when the backup was made; they are ended.
    pub ended_sessions: u64,
}

/// Writes a copy of a database that may be in use. Fails where `into` exists, and where the database is damaged: a copy
/// of damage would be taken for a way back.
pub async fn backup(path: &Path, into: &Path) -> Result<(), StoreError> {
    must_exist(path)?;
    let mut connection = connect_options(path).connect().await?;
    migrate::must_be_ours(path, &mut connection).await?;
    must_be_sound(path, &mut connection).await?;
    copy(&mut connection, into).await?;
    connection.close().await?;
    Ok(())
}

/// Puts a backup in a database's place, after its integrity and schema are checked. All sessions end. Fails where `into`
/// exists.
pub async fn restore(backup: &Path, into: &Path) -> Result<Restored, StoreError> {
    must_exist(backup)?;
    if into.exists() {
        let what = "there already: stop its server and move it away with its -wal and -shm files, and keep it until the \
                    restored one is looked at"
            .to_owned();
        return Err(StoreError::File { path: into.to_owned(), what });
    }
    // The backup itself is only read: it may lie where nothing can be written.
    let mut connection = SqliteConnectOptions::new().filename(backup).read_only(true).connect().await?;
    must_be_sound(backup, &mut connection).await?;
    migrate::must_be_ours(backup, &mut connection).await?;
    migrate::check(backup, &mut connection).await?;
    copy(&mut connection, into).await?;
    connection.close().await?;
    migrate::migrate(into).await?;
    let mut connection = connect_options(into).connect().await?;
    // Who signed out, was removed or changed the password since the backup must not be signed in again by it.
    let ended_sessions = query("delete from sessions").execute(&mut connection).await?.rows_affected();
    let restored = Restored {
        events: count(&mut connection, "journal").await?,
        accounts: count(&mut connection, "accounts").await?,
        sources: count(&mut connection, "sources").await?,
        endpoints: count(&mut connection, "endpoints").await?,
        links: count(&mut connection, "shares where revoked = 0").await?,
        waiting: count(&mut connection, "outbox where state = 'waiting'").await?,
        ended_sessions,
    };
    connection.close().await?;
    Ok(restored)
}

async fn count(connection: &mut SqliteConnection, what: &'static str) -> Result<u64, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("select count(*) from {what}"));
    Ok(u64::try_from(query_scalar::<_, i64>(sql).fetch_one(connection).await?).unwrap_or(0))
}

/// Whether a file holds what SQLite wrote; names the place where it does not.
pub(crate) async fn must_be_sound(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let verdict: Result<String, sqlx::Error> =
        query_scalar("pragma integrity_check(1)").fetch_one(connection).await;
    let fault = match verdict {
        Ok(verdict) if verdict == "ok" => return Ok(()),
        Ok(verdict) => verdict,
        Err(error @ sqlx::Error::Database(_)) => in_words(&error),
        Err(error) => return Err(error.into()),
    };
    let what = format!("damaged: {}: restore a backup", fault.replace('\n', " "));
    Err(StoreError::File { path: path.to_owned(), what })
}

async fn copy(connection: &mut SqliteConnection, into: &Path) -> Result<(), StoreError> {
    if into.exists() {
        let what = "there already: remove it or name another one".to_owned();
        return Err(StoreError::File { path: into.to_owned(), what });
    }
    private::create_private(into)?;
    let copied = query("vacuum into $1").bind(into.to_string_lossy().into_owned()).execute(connection).await;
    if let Err(error) = copied {
        crate::verify::remove(into)?;
        return Err(error.into());
    }
    crate::marks::mark_copy(into).await?;
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
