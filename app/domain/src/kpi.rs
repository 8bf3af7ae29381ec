//! The manager's figures. Each counts shipments or exceptions that a list can show, or measures the way of the data.

mod contributions;
mod definition;
mod desk;
mod freight_cost;
mod minutes;
mod on_time;
mod order_to_cash;
mod rollup;
mod visits;

pub use contributions::contributions;
pub use definition::{Better, Definition, Dimension, Measure, Unit};
pub use freight_cost::{Charged, charged};
pub use minutes::Bucket;
pub use on_time::{open_promises, verdict};
pub use rollup::{
    BadPart, Cell, Contribution, Day, Days, Exclusion, Facets, Figure, Member, Part, Rollup, Sums,
    differences,
};

use crate::exception::Severity;
use crate::latency::Leg;
use crate::rules::Rule;
use crate::status::Status;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The board.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KpiBoard {
    /// Shipments by status, every status once.
    pub by_status: Vec<(Status, u64)>,
    /// Open exceptions by rule, every rule once.
    pub open_by_rule: Vec<(Rule, u64)>,
    pub open_by_severity: Vec<(Severity, u64)>,
    /// Shipments whose every order was on time, and shipments with an order that is late or overdue.
    pub promise_kept: u64,
    pub promise_broken: u64,
    /// Delivered without a promise: counted in neither.
    pub without_promise: u64,
    pub latency: Vec<LatencyFigure>,
    /// Events in the journal.
    pub events: u64,
    /// Events in quarantine that wait for somebody.
    pub quarantined: u64,
}

/// One leg of one source over a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatencyFigure {
    pub source: String,
    pub leg: Leg,
    pub count: u64,
    /// Milliseconds.
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    /// Spans whose clocks disagreed; they are in no percentile.
    pub skewed: u64,
    /// The window: the minutes from here on.
    pub since: DateTime<Utc>,
}

/// How a shipment did against what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Punctuality {
    Kept,
    Broken,
    NoPromise,
}

impl Punctuality {
    pub const ALL: [Self; 3] = [Self::Kept, Self::Broken, Self::NoPromise];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::NoPromise => "no_promise",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Kept => "Promise kept",
            Self::Broken => "Promise broken",
            Self::NoPromise => "No promise known",
        }
    }
}
