//! The story's clock and the wall's: durations are real up to a pivot and divided by the speed from there on. Plans,
//! promises and expected times go through the same clock as what happens, so they stay consistent with it.

use super::network::Place;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::time::{Moment, Window};

/// A span on the story's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

impl Span {
    pub fn moved(self, by: TimeDelta) -> Self {
        Self { from: self.from + by, to: self.to + by }
    }
}

/// How the story's clock runs against the wall's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Where compression begins; the same moment on both clocks.
    pub pivot: DateTime<Utc>,
    /// How many story seconds pass in a wall second behind the pivot; at least 1.
    pub speed: u32,
    /// Whether positions behind the pivot come as seldom as before it.
    pub sparse: bool,
}

impl Pace {
    /// The wall's moment of a story moment, in microseconds.
    pub fn wall(&self, story: DateTime<Utc>) -> DateTime<Utc> {
        if story <= self.pivot {
            return story;
        }
        let micros =
            (story - self.pivot).num_milliseconds().saturating_mul(1000) / i64::from(self.speed.max(1));
        self.pivot + TimeDelta::microseconds(micros)
    }

    /// The story's moment of a wall moment.
    pub fn story(&self, wall: DateTime<Utc>) -> DateTime<Utc> {
        if wall <= self.pivot {
            return wall;
        }
        let millis = (wall - self.pivot).num_milliseconds().saturating_mul(i64::from(self.speed.max(1)));
        self.pivot + TimeDelta::milliseconds(millis)
    }

    /// When something happened, as a source at `place` writes it: to the second in real time, finer where compressed.
    pub fn happened(&self, story: DateTime<Utc>, place: &Place) -> Moment {
        let wall = self.wall(story);
        let digits = match (wall <= self.pivot, self.speed) {
            (true, _) => 0,
            (false, ..=1000) => 3,
            (false, _) => 6,
        };
        wall.trunc_subsecs(digits).with_timezone(&place.zone).fixed_offset()
    }

    /// When something is planned or expected, as a source at `place` writes it: to the minute in real time.
    pub fn planned(&self, story: DateTime<Utc>, place: &Place) -> Moment {
        let whole_minute = story - TimeDelta::milliseconds(story.timestamp_millis().rem_euclid(60_000));
        self.happened(whole_minute, place)
    }

    pub fn window(&self, span: Span, place: &Place) -> Window {
        Window { from: self.planned(span.from, place), to: self.planned(span.to, place) }
    }
}
