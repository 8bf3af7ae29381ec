//! Latencies: HDR histograms of microseconds per source, leg and minute, so that any window has true percentiles.

use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use domain::kpi::LatencyFigure;
use domain::latency::{Leg, Span, TARGET};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use sqlx::{Row, query};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// One leg of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatencySpan {
    /// Decides the minute that it is counted in.
    pub at: DateTime<Utc>,
    pub source: String,
    pub leg: Leg,
    pub span: Span,
}

/// Which histogram: minutes since 1970, source, leg.
pub(crate) type Slot = (i64, String, Leg);

/// Spans of one slot.
#[derive(Debug)]
pub(crate) struct Spans {
    pub(crate) took: Histogram<u64>,
    pub(crate) skewed: u64,
}

/// Thirty days; longer legs count as thirty days.
const LONGEST: u64 = 30 * 86_400_000_000;

impl Spans {
    pub(crate) fn new() -> Result<Self, StoreError> {
        let took = Histogram::new_with_bounds(1, LONGEST, 2)
            .map_err(|error| StoreError::unreadable("latency", error))?;
        Ok(Self { took, skewed: 0 })
    }

    pub(crate) fn record(&mut self, span: Span) {
        match span {
            Span::Took(micros) => self.took.saturating_record(micros),
            Span::Skewed(_) => self.skewed += 1,
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), StoreError> {
        self.skewed += other.skewed;
        self.took.add(&other.took).map_err(|error| StoreError::unreadable("latency", error))
    }

    fn figure(&self, source: String, leg: Leg, since: DateTime<Utc>) -> LatencyFigure {
        let millis = |quantile: f64| self.took.value_at_quantile(quantile) as f64 / 1000.0;
        LatencyFigure {
            source,
            leg,
            count: self.took.len(),
            p50: millis(0.5),
            p95: millis(0.95),
            p99: millis(0.99),
            skewed: self.skewed,
            since,
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(&self.took, &mut bytes)
            .map_err(|error| StoreError::unreadable("latency", error))?;
        Ok(bytes)
    }

    pub(crate) fn from_bytes(mut bytes: &[u8], skewed: u64) -> Result<Self, StoreError> {
        let took: Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes)
            .map_err(|error| StoreError::unreadable("latency", error))?;
        // Added to an empty one, since an earlier version stored a narrower range, which would take nothing longer.
        let mut spans = Self::new()?;
        spans.merge(&Self { took, skewed })?;
        Ok(spans)
    }
}

/// The legs of all sources over the last minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyReport {
    /// By source and leg.
    pub figures: Vec<LatencyFigure>,
    /// The whole way, of all sources, in steps of five minutes; steps without a measurement are left out.
    pub steps: Vec<LatencyFigure>,
    /// The whole way, by source: how many were on the glass within the target, of how many.
    pub within: Vec<(String, u64, u64)>,
    /// The whole way, of all sources: how many took longer than the bound before and at most this many milliseconds.
    pub spread: Vec<(Option<u64>, u64)>,
}

/// How many minutes the report looks back.
const WINDOW: i64 = 60;
/// Minutes of a step of the time series.
const STEP: i64 = 5;
/// Bounds of the distribution, in milliseconds.
const BOUNDS: [u64; 8] = [100, 300, 1_000, 3_000, 10_000, 60_000, 600_000, 3_600_000];

impl Store {
    /// The latencies of the last hour at `now`.
    pub async fn latency(&self, now: DateTime<Utc>) -> Result<LatencyReport, StoreError> {
        let since = now.timestamp().div_euclid(60) - WINDOW + 1;
        let rows = query("select minute, source, leg, skewed, histogram from latency where minute >= $1")
            .bind(since)
            .fetch_all(&self.readers)
            .await?;
        let mut legs: BTreeMap<(String, Leg), Spans> = BTreeMap::new();
        let mut steps: BTreeMap<i64, Spans> = BTreeMap::new();
        let mut whole = Spans::new()?;
        for row in &rows {
            let leg: &str = row.try_get("leg")?;
            let leg = Leg::named(leg)
                .ok_or_else(|| StoreError::unreadable("latency", format!("`{leg}` is no leg")))?;
            let skewed: i64 = row.try_get("skewed")?;
            let minute = Spans::from_bytes(row.try_get("histogram")?, skewed.unsigned_abs())?;
            if leg == Leg::Total {
                whole.merge(&minute)?;
                let step = row.try_get::<i64, _>("minute")?.div_euclid(STEP) * STEP;
                merge_at(&mut steps, step, &minute)?;
            }
            merge_at(&mut legs, (row.try_get("source")?, leg), &minute)?;
        }
        let begin = |minute: i64| DateTime::from_timestamp(minute * 60, 0).unwrap_or(now);
        let target = u64::try_from(TARGET.num_microseconds().unwrap_or(i64::MAX)).unwrap_or(u64::MAX);
        let mut lower = 0;
        let mut spread: Vec<(Option<u64>, u64)> = Vec::with_capacity(BOUNDS.len() + 1);
        for bound in BOUNDS {
            spread.push((Some(bound), whole.took.count_between(lower, bound * 1000)));
            lower = whole.took.next_non_equivalent(bound * 1000);
        }
        spread.push((None, whole.took.count_between(lower, LONGEST)));
        Ok(LatencyReport {
            within: legs
                .iter()
                .filter(|((_, leg), _)| *leg == Leg::Total)
                .map(|((source, _), spans)| {
                    (source.clone(), spans.took.count_between(0, target), spans.took.len())
                })
                .collect(),
            figures: legs
                .into_iter()
                .map(|((source, leg), spans)| spans.figure(source, leg, begin(since)))
                .collect(),
            steps: steps
                .into_iter()
                .map(|(minute, spans)| spans.figure(String::new(), Leg::Total, begin(minute)))
                .collect(),
            spread,
        })
    }

    /// Counts spans; written within a second. Never waits.
    #[expect(clippy::unused_async, reason = "callers wait for every write alike; this one never makes them")]
    pub async fn record_latency(&self, spans: Vec<LatencySpan>) -> Result<(), StoreError> {
        self.writer.record_latency(spans)
    }
}

fn merge_at<K: Ord>(sums: &mut BTreeMap<K, Spans>, key: K, spans: &Spans) -> Result<(), StoreError> {
    match sums.entry(key) {
        Entry::Vacant(place) => place.insert(Spans::new()?).merge(spans),
        Entry::Occupied(mut sum) => sum.get_mut().merge(spans),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_of_days_is_measured_as_days_even_beside_a_range_of_an_hour() {
        let mut narrow = Histogram::<u64>::new_with_bounds(1, 3_600_000_000, 2).expect("an earlier range");
        narrow.record(1_000).expect("within the range");
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&narrow, &mut bytes).expect("bytes");
        let mut spans = Spans::from_bytes(&bytes, 0).expect("read");
        let two_days = 2 * 86_400_000_000;
        let mut late = Spans::new().expect("empty");
        late.record(Span::Took(two_days));
        spans.merge(&late).expect("both");
        assert_eq!(spans.took.len(), 2);
        let longest = spans.took.value_at_quantile(1.0) as f64;
        assert!((longest / two_days as f64 - 1.0).abs() < 0.01, "{longest}");
    }
}
