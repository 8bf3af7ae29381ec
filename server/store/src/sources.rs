//! Configured sources: who may deliver, and with which secrets.

use crate::writer::Acted;
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use domain::SourceName;
use domain::authority::Role;
use sqlx::{Row, SqliteConnection, query};
use std::fmt;

/// A source that may deliver.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceConfig {
    pub name: SourceName,
    pub role: Role,
    /// All that are valid now; several while one replaces another.
    pub secrets: Vec<String>,
    pub disabled: bool,
}

impl fmt::Debug for SourceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceConfig")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("secrets", &self.secrets.len())
            .field("disabled", &self.disabled)
            .finish()
    }
}

impl Store {
    /// Adds a source or replaces it.
    pub async fn put_source(&self, source: SourceConfig) -> Result<(), StoreError> {
        let secrets = serde_json::to_string(&source.secrets)?;
        self.writer.know(source.name.clone());
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query(
                        "insert or replace into sources (name, role, secrets, disabled) values ($1, $2, $3, $4)",
                    )
                    .bind(String::from(source.name))
                    .bind(source.role.as_str())
                    .bind(secrets)
                    .bind(source.disabled)
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

    /// Counts a delivery that could not be authenticated; of unknown sources all together. `code` is one of the
    /// few of intake. Written within a second.
    #[expect(clippy::unused_async, reason = "callers wait for every write alike; this one never makes them")]
    pub async fn count_refused(
        &self,
        source: &SourceName,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writer.count_refused(source, code, now);
        Ok(())
    }
}

pub(crate) async fn configured(connection: &mut SqliteConnection) -> Result<Vec<SourceConfig>, StoreError> {
    let rows = query("select name, role, secrets, disabled from sources order by name")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let name: String = row.try_get("name")?;
            let role: String = row.try_get("role")?;
            let secrets: String = row.try_get("secrets")?;
            Ok(SourceConfig {
                name: name.try_into().map_err(|error| StoreError::unreadable("sources", error))?,
                role: role.parse().map_err(|error| StoreError::unreadable("sources", error))?,
                secrets: serde_json::from_str(&secrets)
                    .map_err(|error| StoreError::unreadable("sources", error))?,
                disabled: row.try_get("disabled")?,
            })
        })
        .collect()
}
