//! What the program notes about a database file.

use crate::{StoreError, connect_options, journal, migrate};
use domain::Seq;
use sqlx::{ConnectOptions, Connection, SqliteConnection, query, query_scalar};
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

/// Takes a database file for its own where nothing says that it is a copy. Says whether it is: the file that was marked lies
/// elsewhere, and messages may leave from there. A copy from which nothing could leave is another database from now on.
pub(crate) async fn is_copy(path: &Path) -> Result<bool, StoreError> {
    let mut connection = connect_options(path).connect().await?;
    let marked: Option<String> =
        query_scalar("select value from marks where name = 'file'").fetch_optional(&mut connection).await?;
    let has_endpoints: bool =
        query_scalar("select count(*) > 0 from endpoints").fetch_one(&mut connection).await?;
    let is_copy = marked.is_some_and(|marked| has_endpoints && marked != file(path));
    if !is_copy {
        mark_file(&mut connection, path).await?;
    }
    connection.close().await?;
    Ok(is_copy)
}

/// Lets messages leave from a copy, as from the database that it was made of.
pub async fn settle_here(path: &Path) -> Result<(), StoreError> {
    let mut connection = connect_options(path).connect().await?;
    mark_file(&mut connection, path).await?;
    connection.close().await?;
    Ok(())
}

/// What a copy is marked with: no file has it for its own.
const COPY: &str = "copy";

/// Notes that a database was copied, so that it is a copy wherever it is put, in the place of what it was made of, too.
pub(crate) async fn mark_copy(path: &Path) -> Result<(), StoreError> {
    let mut connection = connect_options(path).connect().await?;
    let has_marks: bool =
        query_scalar("select count(*) > 0 from sqlite_schema where name = 'marks' and type = 'table'")
            .fetch_one(&mut connection)
            .await?;
    if has_marks {
        query("update marks set value = $1 where name = 'file'").bind(COPY).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Notes that a database is a copy where its journal ends before a position that was reached in its place: an older file was put
/// there.
pub async fn mark_older(path: &Path, reached: Seq) -> Result<(), StoreError> {
    let mut connection = connect_options(path).connect().await?;
    let is_ours = migrate::must_be_ours(path, &mut connection).await.is_ok();
    let is_older = is_ours && journal::last_seq(&mut connection).await? < reached;
    connection.close().await?;
    if is_older {
        mark_copy(path).await?;
    }
    Ok(())
}

async fn mark_file(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    query("insert into marks (name, value) values ('file', $1) on conflict (name) do update set value = excluded.value
           where value <> excluded.value")
        .bind(file(path))
        .execute(connection)
        .await?;
    Ok(())
}

/// What tells one file from its copies: its number in the file system and when it was made. It stays when the file is renamed or
/// the machine starts again, and differs for whatever is copied, backed up or restored. A clone of a whole disk is not told apart.
fn file(path: &Path) -> String {
    let Ok(data) = std::fs::metadata(path) else { return String::new() };
    let made_at = data.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let made_at = made_at.map_or(0, |since| since.as_millis());
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&data);
    #[cfg(not(unix))]
    let number = 0;
    format!("{number}/{made_at}")
}
