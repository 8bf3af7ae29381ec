//! How long a fact takes from the world to the glass, leg by leg.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The service level: this share of all that happens is on the glass within [`TARGET`].
pub const TARGET_SHARE: f64 = 0.99;
/// How soon what happened is to be on the glass.
pub const TARGET: TimeDelta = TimeDelta::seconds(60);

/// A leg of the way, or the whole of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// From the source's clock to our door.
    Received,
    /// From our door to the disk.
    Committed,
    /// From the disk to the socket.
    Pushed,
    /// From the socket to the browser's next frame.
    Painted,
    /// From the source's clock to the browser's next frame.
    Total,
}

impl Leg {
    pub const ALL: [Self; 5] = [Self::Received, Self::Committed, Self::Pushed, Self::Painted, Self::Total];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Committed => "committed",
            Self::Pushed => "pushed",
            Self::Painted => "painted",
            Self::Total => "total",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|leg| leg.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Received => "Occurred → received",
            Self::Committed => "Received → committed",
            Self::Pushed => "Committed → pushed",
            Self::Painted => "Pushed → painted",
            Self::Total => "Occurred → painted",
        }
    }
}

/// When an event passed the marks on its way; later ones are unknown until it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub committed_at: DateTime<Utc>,
    pub pushed_at: Option<DateTime<Utc>>,
    pub painted_at: Option<DateTime<Utc>>,
}

/// A leg's duration, or that the two clocks disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Microseconds.
    Took(u64),
    /// The later mark was read before the earlier one: the clocks are skewed by this many microseconds at least.
    Skewed(u64),
}

impl Passage {
    /// The legs that are known.
    pub fn legs(&self) -> Vec<(Leg, Span)> {
        let mut legs = vec![
            (Leg::Received, span(self.occurred_at, self.received_at)),
            (Leg::Committed, span(self.received_at, self.committed_at)),
        ];
        if let Some(pushed_at) = self.pushed_at {
            legs.push((Leg::Pushed, span(self.committed_at, pushed_at)));
            if let Some(painted_at) = self.painted_at {
                legs.push((Leg::Painted, span(pushed_at, painted_at)));
                legs.push((Leg::Total, span(self.occurred_at, painted_at)));
            }
        }
        legs
    }
}

fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> Span {
    let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX).unsigned_abs();
    if to >= from { Span::Took(micros(to - from)) } else { Span::Skewed(micros(from - to)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_source_whose_clock_runs_ahead_is_flagged_not_hidden() {
        let passage = Passage {
            occurred_at: at("2026-05-01T10:00:02Z"),
            received_at: at("2026-05-01T10:00:00Z"),
            committed_at: at("2026-05-01T10:00:00.004Z"),
            pushed_at: None,
            painted_at: None,
        };
        assert_eq!(
            passage.legs(),
            [(Leg::Received, Span::Skewed(2_000_000)), (Leg::Committed, Span::Took(4_000))]
        );
    }

    #[test]
    fn the_total_runs_from_the_source_to_the_glass() {
        let passage = Passage {
            occurred_at: at("2026-05-01T10:00:00Z"),
            received_at: at("2026-05-01T10:00:01Z"),
            committed_at: at("2026-05-01T10:00:01.010Z"),
            pushed_at: Some(at("2026-05-01T10:00:01.012Z")),
            painted_at: Some(at("2026-05-01T10:00:01.030Z")),
        };
        assert_eq!(passage.legs().last(), Some(&(Leg::Total, Span::Took(1_030_000))));
        assert_eq!(passage.legs().len(), 5);
    }
}
