//! The manager's figures: counts that the writer keeps, and the latency of the last hour.

use crate::latency::Spans;
use crate::{Store, StoreError, journal};
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::exception::Severity;
use domain::kpi::{KpiBoard, LatencyFigure, Punctuality};
use domain::latency::Leg;
use domain::rules::Rule;
use domain::status::Status;
use sqlx::{Row, query, query_scalar};
use std::collections::{BTreeMap, HashMap};

/// How many minutes the latency figures look back.
const WINDOW: i64 = 60;

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

        let since = now.timestamp().div_euclid(60) - WINDOW + 1;
        let rows = query("select source, leg, skewed, histogram from latency where minute >= $1")
            .bind(since)
            .fetch_all(&mut *read)
            .await?;
        let mut spans: BTreeMap<(String, Leg), Spans> = BTreeMap::new();
        for row in &rows {
            let leg: String = row.try_get("leg")?;
            let leg = Leg::named(&leg)
                .ok_or_else(|| StoreError::unreadable("latency", format!("`{leg}` is no leg")))?;
            let skewed: i64 = row.try_get("skewed")?;
            let minute = Spans::from_bytes(row.try_get("histogram")?, skewed.unsigned_abs())?;
            match spans.entry((row.try_get("source")?, leg)) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(minute);
                }
                std::collections::btree_map::Entry::Occupied(mut sum) => sum.get_mut().merge(&minute)?,
            }
        }
        let since = DateTime::from_timestamp(since * 60, 0).unwrap_or(now);
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
                latency: spans
                    .into_iter()
                    .map(|((source, leg), spans)| figure(source, leg, &spans, since))
                    .collect(),
                events: count("events", ""),
                quarantined: quarantined.unsigned_abs(),
            },
        ))
    }
}

fn figure(source: String, leg: Leg, spans: &Spans, since: DateTime<Utc>) -> LatencyFigure {
    let millis = |quantile: f64| spans.took.value_at_quantile(quantile) as f64 / 1000.0;
    LatencyFigure {
        source,
        leg,
        count: spans.took.len(),
        p50: millis(0.5),
        p95: millis(0.95),
        p99: millis(0.99),
        skewed: spans.skewed,
        since,
    }
}
