//! The manager's figures: counts that the writer keeps, and the latency of the last hour.

use crate::{Store, StoreError, journal};
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::exception::Severity;
use domain::kpi::{KpiBoard, Punctuality};
use domain::rules::Rule;
use domain::status::Status;
use sqlx::{Row, query, query_scalar};
use std::collections::HashMap;

impl Store {
    /// The board at `now`, which decides the window of the latency figures.
    pub async fn kpis(&self, now: DateTime<Utc>) -> Result<(Seq, KpiBoard), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows = query("select name, key, value from rollups").fetch_all(&mut *read).await?;
        let mut counts: HashMap<(String, String), u64> = HashMap::new();
        for row in &rows {
            let value: i64 = row.try_get("value")?;
            counts.insert((row.try_get("name")?, row.try_get("key")?), u64::try_from(value).unwrap_or(0));
        }
        let count =
            |name: &str, key: &str| counts.get(&(name.to_owned(), key.to_owned())).copied().unwrap_or(0);
        let punctual = |one: Punctuality| count("punctuality", one.as_str());
        let quarantined: i64 = query_scalar("select count(*) from quarantine where state = 'open'")
            .fetch_one(&mut *read)
            .await?;

        drop(read);
        let latency = self.latency(now).await?.figures;
        Ok((
            as_of,
            KpiBoard {
                by_status: Status::ALL.map(|one| (one, count("status", one.as_str()))).to_vec(),
                open_by_rule: Rule::ALL.map(|one| (one, count("open_rule", one.as_str()))).to_vec(),
                open_by_severity: Severity::ALL
                    .map(|one| (one, count("open_severity", one.as_str())))
                    .to_vec(),
                promise_kept: punctual(Punctuality::Kept),
                promise_broken: punctual(Punctuality::Broken),
                without_promise: punctual(Punctuality::NoPromise),
                latency,
                events: count("events", ""),
                quarantined: quarantined.unsigned_abs(),
            },
        ))
    }
}
