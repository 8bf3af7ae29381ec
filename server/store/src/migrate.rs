//! The schema, embedded in the binary and brought up to date when a database is opened. Never goes backwards.

use crate::{StoreError, connect_options, private};
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{ConnectOptions, Connection, SqliteConnection, query_scalar};
use std::path::Path;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Creates the database where there is none, and brings its schema up to date. Refuses a file of another program or of a
/// newer version, and changes nothing in it.
pub(crate) async fn migrate(path: &Path) -> Result<(), StoreError> {
    private::create_private(path)?;
    private::must_be_a_database(path)?;
    if private::is_open_to_others(path) {
        tracing::warn!(
            file = %path.display(),
            "other users of this machine may read the database, its secrets included: `chmod 600` it and what lies beside it"
        );
    }
    let mut connection = connect_options(path).connect().await?;
    if has_tables(&mut connection).await? {
        must_be_ours(path, &mut connection).await?;
        check(path, &mut connection).await?;
    }
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn has_tables(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    Ok(query_scalar("select count(*) > 0 from sqlite_schema").fetch_one(connection).await?)
}

/// Whether a database is one of Syncline's.
pub(crate) async fn must_be_ours(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let is_ours: bool = query_scalar(
        "select count(*) = 2 from sqlite_schema where name in ('_sqlx_migrations', 'journal') and type = 'table'",
    )
    .fetch_one(connection)
    .await?;
    if is_ours {
        return Ok(());
    }
    let what = "no database of Syncline: it holds no journal; name another file".to_owned();
    Err(StoreError::File { path: path.to_owned(), what })
}

/// Whether a database knows no migration that this version does not, and all that it knows are the same.
pub(crate) async fn check(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for applied in connection.list_applied_migrations(&MIGRATIONS.table_name).await? {
        let known = MIGRATIONS.iter().find(|migration| migration.version == applied.version);
        if known.is_none_or(|known| known.checksum != applied.checksum) {
            let what = format!(
                "of another version of Syncline, whose schema has {}: use the version that wrote it, or a newer one",
                applied.version
            );
            return Err(StoreError::File { path: path.to_owned(), what });
        }
    }
    Ok(())
}

/// Whether a database has the schema of this very version; says what to do where it has not.
pub(crate) async fn must_be_current(path: &Path) -> Result<(), StoreError> {
    let mut connection = connect_options(path).connect().await?;
    must_be_ours(path, &mut connection).await?;
    check(path, &mut connection).await?;
    let applied = connection.list_applied_migrations(&MIGRATIONS.table_name).await?.len();
    connection.close().await?;
    if applied < MIGRATIONS.iter().count() {
        let what =
            "in use by a server of an older version: stop the server first, or use its version".to_owned();
        return Err(StoreError::File { path: path.to_owned(), what });
    }
    Ok(())
}
