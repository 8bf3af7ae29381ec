//! Whether the views are what the journal says: each table's hash beside that of a fresh fold.

use crate::backup::must_be_sound;
use crate::fold::{BATCH, CACHED, Pace};
use crate::migrate::{check, must_be_ours};
use crate::rebuild::rebuild_until;
use crate::{StoreError, connect_options, journal};
use domain::Seq;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, query, query_as, query_scalar};
use std::path::{Path, PathBuf};

/// A view's rows in the order of their keys, as one hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewHash {
    pub view: String,
    pub rows: u64,
    /// SHA-256, lower-case hexadecimal.
    pub hash: String,
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The journal's position that was compared at.
    pub as_of: Seq,
    /// As stored.
    pub views: Vec<ViewHash>,
    /// Empty where the views are what the journal says.
    pub differences: Vec<Difference>,
    /// The first position that could be read when its event was folded and can't be now, with the reason: the journal
    /// itself is damaged there.
    pub damaged: Option<(Seq, String)>,
}

/// A view that is not what the journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub stored: ViewHash,
    pub fresh: ViewHash,
}

/// Every view, its columns and the order of its rows.
pub(crate) const VIEWS: [(&str, &[&str], &str); 19] = [
    ("set_aside", &["seq", "error"], "seq"),
    ("feeds", &["key", "source", "id", "seq", "silent", "feed"], "key"),
    ("subjects", &["key", "id"], "key"),
    (
        "shipments",
        &[
            "key",
            "id",
            "number",
            "issuer",
            "seq",
            "status",
            "flags",
            "punctuality",
            "open_rules",
            "expected",
            "row",
            "tier",
        ],
        "key",
    ),
    (
        "customer_shipments",
        &["key", "customer", "seq", "status", "flags", "punctuality", "expected", "row"],
        "key",
    ),
    ("search", &["rowid", "audience", "words"], "rowid"),
    ("orders", &["key", "id", "number", "seq", "state"], "key"),
    ("shipment_orders", &["order_id", "shipment", "unsettled"], "order_id, shipment"),
    ("messages", &["seq", "place", "id", "addressee", "kind", "subject", "message"], "seq, place"),
    (
        "exceptions",
        &[
            "shipment",
            "position",
            "id",
            "rule",
            "severity",
            "due",
            "opened_seq",
            "changed_seq",
            "open",
            "exception",
        ],
        "shipment, position",
    ),
    ("deadlines", &["shipment", "position", "due_at", "deadline"], "shipment, position"),
    ("rollups", &["name", "key", "value"], "name, key"),
    (
        "figures",
        &["dimension", "day", "measure", "member", "part", "numerator", "denominator"],
        "dimension, day, measure, member, part",
    ),
    (
        "contributions",
        &["measure", "day", "shipment", "part", "facets", "numerator", "denominator"],
        "measure, day, shipment, part, facets",
    ),
    (
        "restatements",
        &["measure", "day", "part", "restated_on", "numerator", "denominator"],
        "measure, day, part, restated_on",
    ),
    ("source_ages", &["source", "role", "occurred_at", "recorded_at", "seq"], "source"),
    (
        "master_data",
        &["noun", "id", "code", "payload", "occurred_at", "role", "source", "source_event_id"],
        "noun, id",
    ),
    (
        "shares",
        &["token_hash", "shipment", "customer", "label", "expires_at", "revoked", "seq", "maker"],
        "token_hash",
    ),
    ("withdrawals", &["customer", "seq"], "customer"),
];

/// The hash of every view.
pub(crate) async fn hashes(connection: &mut SqliteConnection) -> Result<Vec<ViewHash>, StoreError> {
    let mut all = Vec::with_capacity(VIEWS.len());
    for (view, columns, order) in VIEWS {
        let columns: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let sql = format!("select {} from {view} order by {order}", columns.join(" || ',' || "));
        let mut hash = Sha256::new();
        let mut rows = 0;
        let mut lines = query_scalar::<_, String>(AssertSqlSafe(sql)).fetch(&mut *connection);
        while let Some(line) = lines.try_next().await? {
            hash.update(line.as_bytes());
            hash.update(b"\n");
            rows += 1;
        }
        all.push(ViewHash { view: view.to_owned(), rows, hash: format!("{:x}", hash.finalize()) });
    }
    Ok(all)
}

/// The hash of every view as it is stored.
pub async fn view_hashes(path: &Path) -> Result<Vec<ViewHash>, StoreError> {
    let mut connection = connect_options(path).pragma("query_only", "on").connect().await?;
    let mut read = connection.begin().await?;
    let hashes = hashes(&mut read).await?;
    read.rollback().await?;
    connection.close().await?;
    Ok(hashes)
}

/// Compares every view with a fresh fold, made in a temporary file beside the database. The database may be in use.
pub async fn verify(path: &Path) -> Result<Verification, StoreError> {
    let fresh_path = beside(path, ".verify");
    remove(&fresh_path)?;
    let verified = compare(path, &fresh_path).await;
    remove(&fresh_path)?;
    verified
}

async fn compare(path: &Path, fresh_path: &Path) -> Result<Verification, StoreError> {
    let mut connection = connect_options(path).pragma("query_only", "on").connect().await?;
    must_be_ours(path, &mut connection).await?;
    check(path, &mut connection).await?;
    must_be_sound(path, &mut connection).await?;
    // The snapshot stands still while the server goes on.
    let mut read = connection.begin().await?;
    let as_of = journal::last_seq(&mut read).await?;
    let stored = hashes(&mut read).await?;
    read.rollback().await?;
    connection.close().await?;
    let fresh = rebuild_until(path, fresh_path, Pace { batch: BATCH, cached: CACHED }, as_of).await?;
    let differences = stored
        .iter()
        .zip(fresh)
        .filter(|(stored, fresh)| *stored != fresh)
        .map(|(stored, fresh)| Difference { stored: stored.clone(), fresh })
        .collect();
    let damaged = newly_set_aside(path, fresh_path).await?;
    Ok(Verification { as_of, views: stored, differences, damaged })
}

async fn newly_set_aside(path: &Path, fresh_path: &Path) -> Result<Option<(Seq, String)>, StoreError> {
    let mut connection = connect_options(fresh_path).connect().await?;
    query("attach database $1 as stored")
        .bind(path.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await?;
    let first: Option<(i64, String)> = query_as(
        "select seq, error from main.set_aside where seq not in (select seq from stored.set_aside) order by seq limit 1",
    )
    .fetch_optional(&mut connection)
    .await?;
    connection.close().await?;
    Ok(first.map(|(seq, error)| (Seq(seq), error)))
}

/// A file beside another one.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Removes a database with its companions, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    for file in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::File { path: file, what: format!("in the way: {error}") });
            }
            _ => {}
        }
    }
    Ok(())
}
