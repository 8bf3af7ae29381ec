//! Configured sources: who may deliver, and with which secrets.

use crate::writer::Acted;
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use domain::SourceName;
use domain::authority::Role;
use sqlx::{Row, SqliteConnection, query};
use std::fmt;
use std::time::Duration;

/// A source that may deliver.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceConfig {
    pub name: SourceName,
    pub role: Role,
    /// All that are valid now; several while one replaces another.
    pub secrets: Vec<String>,
    pub disabled: bool,
    /// How old a delivery's timestamp may be: senders that repeat with their first one need more than [`SourceConfig::TOLERANCE`].
    pub tolerance: Duration,
    /// Who gives the numbers of shipments and orders that it states, where that is not the usual system of its role. Sources
    /// with one issuer share their numbers; others have each their own.
    pub issuer: Option<String>,
}

impl SourceConfig {
    /// What Standard Webhooks advise.
    pub const TOLERANCE: Duration = Duration::from_mins(5);

    /// A source as it begins.
    pub fn new(name: SourceName, role: Role, secrets: Vec<String>) -> Self {
        Self { name, role, secrets, disabled: false, tolerance: Self::TOLERANCE, issuer: None }
    }
}

impl fmt::Debug for SourceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceConfig")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("secrets", &self.secrets.len())
            .field("disabled", &self.disabled)
            .field("tolerance", &self.tolerance)
            .field("issuer", &self.issuer)
            .finish()
    }
}

impl Store {
    /// Adds a source or replaces it.
    pub async fn put_source(&self, source: SourceConfig) -> Result<(), StoreError> {
        let secrets = serde_json::to_string(&source.secrets)?;
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query(
                        "insert or replace into sources (name, role, secrets, disabled, tolerance, issuer)
                         values ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(String::from(source.name))
                    .bind(source.role.as_str())
                    .bind(secrets)
                    .bind(source.disabled)
                    .bind(i64::try_from(source.tolerance.as_secs()).unwrap_or(i64::MAX))
                    .bind(source.issuer)
                    .execute(connection)
                    .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// All sources by name.
    pub async fn sources(&self) -> Result<Vec<SourceConfig>, StoreError> {
        configured(&mut *self.readers.acquire().await?).await
    }

    /// Counts a delivery that was refused; those to no source (`None`) all together. `code` is one of the few of intake. Written
    /// within a second.
    #[expect(clippy::unused_async, reason = "callers wait for every write alike; this one never makes them")]
    pub async fn count_refused(
        &self,
        source: Option<&SourceName>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writer.count_refused(source, code, now);
        Ok(())
    }
}

pub(crate) async fn configured(connection: &mut SqliteConnection) -> Result<Vec<SourceConfig>, StoreError> {
    let rows = query("select name, role, secrets, disabled, tolerance, issuer from sources order by name")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let name: String = row.try_get("name")?;
            let role: String = row.try_get("role")?;
            let secrets: String = row.try_get("secrets")?;
            let tolerance: i64 = row.try_get("tolerance")?;
            Ok(SourceConfig {
                name: name.try_into().map_err(|error| StoreError::unreadable("sources", error))?,
                role: role.parse().map_err(|error| StoreError::unreadable("sources", error))?,
                secrets: serde_json::from_str(&secrets)
                    .map_err(|error| StoreError::unreadable("sources", error))?,
                disabled: row.try_get("disabled")?,
                tolerance: Duration::from_secs(tolerance.unsigned_abs()),
                issuer: row.try_get("issuer")?,
            })
        })
        .collect()
}
