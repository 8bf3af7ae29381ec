//! Latencies: HDR histograms of microseconds per source, leg and minute, so that any window has true percentiles.

use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use domain::latency::{Leg, Span};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};

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

/// An hour; longer legs count as an hour.
const LONGEST: u64 = 3_600_000_000;

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

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(&self.took, &mut bytes)
            .map_err(|error| StoreError::unreadable("latency", error))?;
        Ok(bytes)
    }

    pub(crate) fn from_bytes(mut bytes: &[u8], skewed: u64) -> Result<Self, StoreError> {
        let took = Deserializer::new()
            .deserialize(&mut bytes)
            .map_err(|error| StoreError::unreadable("latency", error))?;
        Ok(Self { took, skewed })
    }
}

impl Store {
    /// Counts spans; written within a second. Never waits.
    #[expect(clippy::unused_async, reason = "callers wait for every write alike; this one never makes them")]
    pub async fn record_latency(&self, spans: Vec<LatencySpan>) -> Result<(), StoreError> {
        self.writer.record_latency(spans)
    }
}
