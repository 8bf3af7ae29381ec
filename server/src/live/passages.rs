//! When recent events passed the marks on their way to the glass; from it come the latency legs.

use chrono::{DateTime, TimeDelta, Utc};
use domain::latency::{Leg, Passage};
use domain::{Seq, SourceName};
use std::collections::BTreeMap;
use store::{Commit, LatencySpan};

/// How many commits are remembered, for browsers that report a position late.
const REMEMBERED: usize = 4096;
/// How many events of one commit are followed to the glass; a bulk load of thousands says nothing new with each.
const FOLLOWED: usize = 16;
/// A browser's estimate of our clock may be off by this much before its report is taken for nonsense.
const TOLERANCE: TimeDelta = TimeDelta::seconds(5);

#[derive(Debug)]
struct Marks {
    committed_at: DateTime<Utc>,
    pushed_at: Option<DateTime<Utc>>,
    events: Vec<(SourceName, DateTime<Utc>, DateTime<Utc>)>,
}

/// The recent commits, by their last position.
#[derive(Debug, Default)]
pub struct Passages {
    commits: BTreeMap<Seq, Marks>,
    spans: Vec<LatencySpan>,
}

impl Passages {
    /// Remembers a commit and counts the legs that end with it.
    pub fn committed(&mut self, commit: &Commit) {
        if commit.passages.is_empty() {
            return;
        }
        for (_, source, occurred_at, received_at) in &commit.passages {
            let passage = Passage {
                occurred_at: *occurred_at,
                received_at: *received_at,
                committed_at: commit.committed_at,
                pushed_at: None,
                painted_at: None,
            };
            self.count(source, commit.committed_at, &passage, &[Leg::Received, Leg::Committed]);
        }
        let followed = commit.passages.iter().take(FOLLOWED);
        let events =
            followed.map(|(_, source, occurred, received)| (source.clone(), *occurred, *received)).collect();
        self.commits
            .insert(commit.as_of, Marks { committed_at: commit.committed_at, pushed_at: None, events });
        while self.commits.len() > REMEMBERED {
            self.commits.pop_first();
        }
    }

    /// A socket got the frames of these commits together; the first socket that does counts.
    pub fn pushed(&mut self, positions: &[Seq], at: DateTime<Utc>) {
        for &seq in positions {
            let Some(marks) = self.commits.get_mut(&seq).filter(|marks| marks.pushed_at.is_none()) else {
                continue;
            };
            marks.pushed_at = Some(at);
            self.follow(seq, None, &[Leg::Pushed]);
        }
    }

    /// A browser put a commit on the glass. Reports about the future, or from before the commit, are dropped.
    pub fn painted(&mut self, seq: Seq, at: DateTime<Utc>, now: DateTime<Utc>) {
        let Some(marks) = self.commits.get(&seq) else { return };
        if at > now + TOLERANCE || at < marks.committed_at - TOLERANCE {
            return;
        }
        self.follow(seq, Some(at), &[Leg::Painted, Leg::Total]);
    }

    fn follow(&mut self, seq: Seq, painted_at: Option<DateTime<Utc>>, legs: &[Leg]) {
        let Some(marks) = self.commits.get(&seq) else { return };
        let (committed_at, pushed_at, events) = (marks.committed_at, marks.pushed_at, marks.events.clone());
        for (source, occurred_at, received_at) in events {
            let passage = Passage { occurred_at, received_at, committed_at, pushed_at, painted_at };
            self.count(&source, committed_at, &passage, legs);
        }
    }

    fn count(&mut self, source: &SourceName, at: DateTime<Utc>, passage: &Passage, legs: &[Leg]) {
        let counted = passage.legs().into_iter().filter(|(leg, _)| legs.contains(leg));
        self.spans.extend(counted.map(|(leg, span)| LatencySpan {
            at,
            source: source.to_string(),
            leg,
            span,
        }));
    }

    /// The spans counted since the last call.
    pub fn take(&mut self) -> Vec<LatencySpan> {
        std::mem::take(&mut self.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::latency::Span;

    fn commit(position: i64) -> Commit {
        let at = DateTime::UNIX_EPOCH;
        Commit {
            first: Seq(position),
            as_of: Seq(position),
            committed_at: at,
            shipments: Vec::new(),
            exceptions: Vec::new(),
            withdrawn_from: Vec::new(),
            open_exceptions: 0,
            sources: Vec::new(),
            passages: vec![(Seq(position), "tms".parse().expect("a name"), at, at)],
            ended_sessions: Vec::new(),
        }
    }

    #[test]
    fn each_commit_is_counted_when_its_frame_leaves_first_whatever_leaves_with_it() {
        let mut passages = Passages::default();
        (1..=3).for_each(|position| passages.committed(&commit(position)));
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        passages.pushed(&[Seq(1), Seq(2)], at(4));
        passages.pushed(&[Seq(2), Seq(3)], at(9));
        let mut spans = passages.take();
        spans.retain(|span| span.leg == Leg::Pushed);
        let took = |seconds: u64| Span::Took(seconds * 1_000_000);
        assert_eq!(spans.iter().map(|span| span.span).collect::<Vec<_>>(), [took(4), took(4), took(9)]);
    }
}
