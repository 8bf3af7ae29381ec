//! The schema, embedded in the binary and brought up to date when a database is opened. Never goes backwards.

use crate::{StoreError, connect_options};
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::Path;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Creates the database where there is none, and brings its schema up to date.
pub(crate) async fn migrate(path: &Path) -> Result<(), StoreError> {
    let mut connection = connect_options(path).create_if_missing(true).connect().await?;
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Whether a database knows no migration that this version does not, and all that it knows are the same.
pub(crate) async fn check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for applied in connection.list_applied_migrations(&MIGRATIONS.table_name).await? {
        let known = MIGRATIONS.iter().find(|migration| migration.version == applied.version);
        if known.is_none_or(|known| known.checksum != applied.checksum) {
            return Err(StoreError::unreadable(
                "_sqlx_migrations",
                format!(
                    "migration {} is not one of this version: use the version that wrote it",
                    applied.version
                ),
            ));
        }
    }
    Ok(())
}
