//! What operators look at: sources, the last deliveries, what lies in quarantine, how old each source's data is.

use crate::{
    Doubt, Receipt, Rejected, SourceConfig, Store, StoreError, StoredDelivery, doubts, from_micros, journal,
    sources,
};
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::live::{Freshness, SourceAge};
use domain::{Seq, SourceName};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};
use std::collections::HashMap;

/// Everything on the integrations page.
#[derive(Clone, Debug, PartialEq)]
pub struct Integrations {
    pub as_of: Seq,
    /// By name.
    pub sources: Vec<SourceSummary>,
    /// The last [`DELIVERIES`], the newest first.
    pub deliveries: Vec<DeliverySummary>,
    /// The last [`QUARANTINED`] that wait for somebody, the newest first.
    pub quarantine: Vec<Quarantined>,
    /// All that wait.
    pub quarantined: u64,
    /// Deliveries that were refused, by source and code.
    pub refusals: Vec<Refusal>,
    /// Values that were not taken as they came, by source, the last first.
    pub doubts: Vec<Doubt>,
}

/// A configured source and what it sent so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSummary {
    pub name: SourceName,
    pub role: Role,
    pub disabled: bool,
    /// How many secrets are valid now.
    pub secrets: usize,
    pub deliveries: u64,
    pub accepted: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub refused: u64,
    pub last_received_at: Option<DateTime<Utc>>,
    /// The latest moment that one of its events told of.
    pub last_occurred_at: Option<DateTime<Utc>>,
}

/// A delivery without its body.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliverySummary {
    pub source: SourceName,
    pub role: Role,
    pub id: String,
    pub received_at: DateTime<Utc>,
    pub content_type: String,
    pub outcome: Receipt,
}

/// A part of a delivery in quarantine.
#[derive(Clone, Debug, PartialEq)]
pub struct Quarantined {
    pub id: i64,
    pub source: SourceName,
    pub delivery: String,
    pub at: DateTime<Utc>,
    pub rejected: Rejected,
}

/// How often deliveries were refused before they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// None for sources that are not configured.
    pub source: Option<SourceName>,
    pub code: String,
    pub count: u64,
    pub last_at: DateTime<Utc>,
}

/// How many deliveries the page shows.
pub const DELIVERIES: i64 = 50;
/// How many quarantined parts the page shows.
pub const QUARANTINED: i64 = 100;

impl Store {
    /// Everything on the integrations page, as of one position.
    pub async fn integrations(&self) -> Result<Integrations, StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let refusals = refusals(&mut read).await?;
        let quarantined: i64 = query_scalar("select count(*) from quarantine where state = 'open'")
            .fetch_one(&mut *read)
            .await?;
        Ok(Integrations {
            as_of,
            sources: source_summaries(&mut read, &refusals).await?,
            deliveries: last_deliveries(&mut read).await?,
            quarantine: last_quarantined(&mut read).await?,
            quarantined: quarantined.unsigned_abs(),
            refusals,
            doubts: doubts::doubts(&mut read).await?,
        })
    }

    /// What each configured source sent so far, by name.
    pub async fn source_summaries(&self) -> Result<Vec<SourceSummary>, StoreError> {
        let mut read = self.read().await?;
        let refusals = refusals(&mut read).await?;
        source_summaries(&mut read, &refusals).await
    }

    /// A delivery as it was kept.
    pub async fn delivery(
        &self,
        source: &SourceName,
        id: &str,
    ) -> Result<Option<StoredDelivery>, StoreError> {
        let row = query(
            "select source, delivery, role, received_at, content_type, headers, outcome, body
             from inbound where source = $1 and delivery = $2",
        )
        .bind(source.as_str().to_owned())
        .bind(id.to_owned())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            let summary = summary(&row)?;
            let headers: &str = row.try_get("headers")?;
            Ok(StoredDelivery {
                source: summary.source,
                role: summary.role,
                id: summary.id,
                received_at: summary.received_at,
                content_type: summary.content_type,
                headers: serde_json::from_str(headers)
                    .map_err(|error| StoreError::unreadable("inbound", error))?,
                body: row.try_get("body")?,
                outcome: summary.outcome,
            })
        })
        .transpose()
    }

    /// How old each outside source's data is; sources that have said nothing yet have no times.
    pub async fn freshness(&self) -> Result<(Seq, Freshness), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let mut sources = ages(&mut read).await?;
        for source in sources::configured(&mut read).await? {
            if !source.disabled && !sources.iter().any(|known| known.source == source.name.as_str()) {
                sources.push(SourceAge {
                    source: source.name.into(),
                    role: source.role,
                    occurred_at: None,
                    recorded_at: None,
                });
            }
        }
        sources.sort_by(|one, other| one.source.cmp(&other.source));
        Ok((as_of, Freshness { sources }))
    }
}

pub(crate) async fn ages(connection: &mut SqliteConnection) -> Result<Vec<SourceAge>, StoreError> {
    let rows = query("select source, role, occurred_at, recorded_at from source_ages order by source")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(SourceAge {
                source: row.try_get("source")?,
                role: role(row, "source_ages")?,
                occurred_at: Some(from_micros("source_ages", row.try_get("occurred_at")?)?),
                recorded_at: Some(from_micros("source_ages", row.try_get("recorded_at")?)?),
            })
        })
        .collect()
}

async fn source_summaries(
    connection: &mut SqliteConnection,
    refusals: &[Refusal],
) -> Result<Vec<SourceSummary>, StoreError> {
    let rows = query(
        "select source, deliveries, accepted, duplicates, quarantined, last_received_at from source_counters",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut counters = HashMap::new();
    for row in &rows {
        let source: String = row.try_get("source")?;
        counters.insert(source, row);
    }
    let ages = ages(&mut *connection).await?;
    let configured: Vec<SourceConfig> = sources::configured(connection).await?;
    configured
        .into_iter()
        .map(|source| {
            let row = counters.get(source.name.as_str());
            let count = |column: &str| -> Result<u64, StoreError> {
                let count: i64 = row.map(|row| row.try_get(column)).transpose()?.unwrap_or(0);
                Ok(count.unsigned_abs())
            };
            let last: Option<i64> = row.map(|row| row.try_get("last_received_at")).transpose()?;
            let refused = refusals.iter().filter(|one| one.source.as_ref() == Some(&source.name));
            Ok(SourceSummary {
                deliveries: count("deliveries")?,
                accepted: count("accepted")?,
                duplicates: count("duplicates")?,
                quarantined: count("quarantined")?,
                refused: refused.map(|one| one.count).sum(),
                last_received_at: last.map(|at| from_micros("source_counters", at)).transpose()?,
                last_occurred_at: ages
                    .iter()
                    .find(|age| age.source == source.name.as_str())
                    .and_then(|age| age.occurred_at),
                role: source.role,
                disabled: source.disabled,
                secrets: source.secrets.len(),
                name: source.name,
            })
        })
        .collect()
}

async fn last_deliveries(connection: &mut SqliteConnection) -> Result<Vec<DeliverySummary>, StoreError> {
    let rows = query(
        "select source, delivery, role, received_at, content_type, outcome
         from inbound order by id desc limit $1",
    )
    .bind(DELIVERIES)
    .fetch_all(connection)
    .await?;
    rows.iter().map(summary).collect()
}

async fn last_quarantined(connection: &mut SqliteConnection) -> Result<Vec<Quarantined>, StoreError> {
    let rows = query(
        "select id, source, delivery, position, code, reason, raw, event_id, at
         from quarantine where state = 'open' order by id desc limit $1",
    )
    .bind(QUARANTINED)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let position: i64 = row.try_get("position")?;
            Ok(Quarantined {
                id: row.try_get("id")?,
                source: source(row, "quarantine")?,
                delivery: row.try_get("delivery")?,
                at: from_micros("quarantine", row.try_get("at")?)?,
                rejected: Rejected {
                    position: u32::try_from(position).unwrap_or(u32::MAX),
                    code: row.try_get("code")?,
                    reason: row.try_get("reason")?,
                    raw: row.try_get("raw")?,
                    event_id: row.try_get("event_id")?,
                },
            })
        })
        .collect()
}

async fn refusals(connection: &mut SqliteConnection) -> Result<Vec<Refusal>, StoreError> {
    let rows = query("select source, code, count, last_at from refusals order by source, code")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let name: &str = row.try_get("source")?;
            let count: i64 = row.try_get("count")?;
            Ok(Refusal {
                source: if name.is_empty() { None } else { Some(source(row, "refusals")?) },
                code: row.try_get("code")?,
                count: count.unsigned_abs(),
                last_at: from_micros("refusals", row.try_get("last_at")?)?,
            })
        })
        .collect()
}

fn summary(row: &SqliteRow) -> Result<DeliverySummary, StoreError> {
    let outcome: &str = row.try_get("outcome")?;
    Ok(DeliverySummary {
        source: source(row, "inbound")?,
        role: role(row, "inbound")?,
        id: row.try_get("delivery")?,
        received_at: from_micros("inbound", row.try_get("received_at")?)?,
        content_type: row.try_get("content_type")?,
        outcome: serde_json::from_str(outcome).map_err(|error| StoreError::unreadable("inbound", error))?,
    })
}

fn source(row: &SqliteRow, table: &'static str) -> Result<SourceName, StoreError> {
    let name: String = row.try_get("source")?;
    name.try_into().map_err(|error| StoreError::unreadable(table, error))
}

fn role(row: &SqliteRow, table: &'static str) -> Result<Role, StoreError> {
    let role: &str = row.try_get("role")?;
    role.parse().map_err(|error| StoreError::unreadable(table, error))
}
