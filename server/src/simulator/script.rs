//! The whole play: which life begins when, and everything that is said, in the order of sending.

use super::pace::Pace;
use super::tale::{Life, life};
use super::teller::Dispatch;
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How far back history reaches.
const PAST: TimeDelta = TimeDelta::days(30);
/// The last part of history, which holds three quarters of its lives: business is growing, and the board is full.
const RECENT: TimeDelta = TimeDelta::days(8);
/// No life says anything later than this behind its start.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(40);

/// Everything that decides what is said. Two equal scripts say the same, byte for byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    pub seed: u64,
    /// The number of the first life.
    pub first: u64,
    /// How many lives begin before the pivot.
    pub history: u32,
    /// Between the starts of two lives behind the pivot, on the story's clock.
    pub gap: TimeDelta,
    pub pace: Pace,
}

impl Script {
    /// When life `index` begins, on the story's clock; grows with the index.
    pub fn start(&self, index: u64) -> DateTime<Utc> {
        let history = u64::from(self.history);
        if index >= history {
            let lives = i32::try_from(index - history).unwrap_or(i32::MAX);
            return self.pace.pivot + self.gap * lives;
        }
        let part = (index as f64 + 0.5) / f64::from(self.history);
        let seconds = |span: TimeDelta| span.num_seconds() as f64;
        let before = if part < 0.25 {
            seconds(PAST) - (seconds(PAST) - seconds(RECENT)) * part / 0.25
        } else {
            seconds(RECENT) * (1.0 - (part - 0.25) / 0.75)
        };
        self.pace.pivot - TimeDelta::seconds(before as i64)
    }

    pub fn life(&self, index: u64) -> Life {
        life(self.seed, index, self.first + index, self.start(index), self.pace)
    }

    /// The first life that begins at or behind a moment on the wall's clock.
    fn first_from(&self, wall: DateTime<Utc>) -> u64 {
        let story = self.pace.story(wall);
        let history = u64::from(self.history);
        if story <= self.pace.pivot {
            return (0..history).find(|index| self.start(*index) >= story).unwrap_or(history);
        }
        let gap = self.gap.num_milliseconds().max(1);
        history + ((story - self.pace.pivot).num_milliseconds() + gap - 1).div_euclid(gap) as u64
    }

    /// How many messages a life has, on average.
    pub fn messages_a_life(&self) -> f64 {
        const SAMPLE: u32 = 100;
        let messages: usize = (0..u64::from(SAMPLE)).map(|index| self.life(index).dispatches.len()).sum();
        messages as f64 / f64::from(SAMPLE)
    }
}

/// An earlier run that is taken up again: what it has sent is not sent again, its lives go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earlier {
    /// Everything due up to here was sent.
    pub sent: DateTime<Utc>,
    /// Until when it played.
    pub until: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

impl Earlier {
    /// What of a life is still to be said. Lives that would have begun and ended while nobody played are left out, and
    /// so are positions of that time.
    fn rest(self, start: DateTime<Utc>, mut life: Life) -> Life {
        let is_over = life.dispatches.last().is_none_or(|last| last.due <= self.now);
        if start > self.until && is_over {
            life.dispatches.clear();
        }
        let gap = self.until..self.now - TimeDelta::minutes(5);
        let is_stale = |one: &Dispatch| one.kind == "position.reported" && gap.contains(&one.due);
        life.dispatches.retain(|one| one.due > self.sent && !is_stale(one));
        life
    }
}

struct Queued {
    order: (DateTime<Utc>, u64, usize),
    dispatch: Dispatch,
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

/// All that is said, in the order of sending, without end. Holds only the lives that have begun and not ended.
pub(super) struct Queue {
    pub script: Script,
    earlier: Option<Earlier>,
    next: u64,
    next_start: DateTime<Utc>,
    waiting: BinaryHeap<Reverse<Queued>>,
}

impl Queue {
    pub fn new(script: Script, earlier: Option<Earlier>) -> Self {
        let mut queue = Self {
            script,
            earlier,
            next: 0,
            next_start: script.pace.wall(script.start(0)),
            waiting: BinaryHeap::new(),
        };
        if let Some(earlier) = earlier {
            let long_ago = script.pace.story(earlier.until) - LONGEST;
            queue.go_to(script.first_from(script.pace.wall(long_ago)));
        }
        queue
    }

    fn go_to(&mut self, index: u64) {
        self.next = index;
        self.next_start = self.script.pace.wall(self.script.start(index));
    }

    /// When the next message is due.
    pub fn next_due(&mut self) -> DateTime<Utc> {
        loop {
            match self.waiting.peek() {
                Some(Reverse(queued)) if queued.order.0 <= self.next_start => return queued.order.0,
                _ => self.begin(),
            }
        }
    }

    /// The next message.
    pub fn pop(&mut self) -> Option<Dispatch> {
        self.next_due();
        self.waiting.pop().map(|Reverse(queued)| queued.dispatch)
    }

    fn begin(&mut self) {
        let index = self.next;
        let mut life = self.script.life(index);
        if let Some(earlier) = self.earlier {
            life = earlier.rest(self.next_start, life);
        }
        for (place, dispatch) in life.dispatches.into_iter().enumerate() {
            self.waiting.push(Reverse(Queued { order: (dispatch.due, index, place), dispatch }));
        }
        let mut next = index + 1;
        if let Some(earlier) = self.earlier {
            let story = self.script.pace.story(earlier.now) - LONGEST;
            let over = self.script.pace.wall(story);
            if self.script.pace.wall(self.script.start(next)) > earlier.until {
                next = next.max(self.script.first_from(over));
            }
        }
        self.go_to(next);
    }
}
