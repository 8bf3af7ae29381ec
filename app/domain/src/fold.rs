//! The fold that shipments and orders share: events are kept once, in one total order, and the state is derived from
//! them alone, so the order and repetition of arrival do not matter (law 2).

use crate::event::{Event, EventId, Recorded};
use crate::fact::{Fact, Retraction};
use crate::id::Seq;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// How far a source's clock may be ahead of ours. What it states further ahead moves nothing until its moment has come.
pub const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// What can be derived from events, one at a time, in fold order.
pub trait FoldState: Default + Serialize {
    type Id: Copy + Serialize;

    /// Takes one event in, as the latest so far.
    fn apply(&mut self, event: &Event);

    /// Learns from an event, where nothing has told it yet, whose the number is. Asked in the order of receipt and before the fold:
    /// who was first with a number keeps it, whatever time another states.
    fn claim(&mut self, event: &Event);
}

/// An event of a subject, and whether its source has taken it back.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub recorded: Recorded,
    /// The retraction that corrected it, and why.
    pub corrected: Option<Corrected>,
}

/// How an event was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    pub by: EventId,
    pub reason: String,
}

/// A subject: its accepted events and what follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded<S: FoldState> {
    pub id: S::Id,
    /// The number that its owner gave it.
    pub number: String,
    entries: Vec<Entry>,
    /// How many of the entries the state holds: those behind are stated ahead of their time.
    happened: usize,
    /// How many of the entries are retractions.
    retractions: usize,
    /// Our clock, as far as the events tell.
    known_until: DateTime<Utc>,
    pub state: S,
    /// The journal position of the last event that it has taken in.
    pub as_of: Seq,
}

/// What a new event did to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It came after everything known: one step of the fold.
    InOrder,
    /// It came late, or corrects something: the subject was folded anew.
    Refolded,
    /// It was known already.
    Known,
}

impl<S: FoldState> Folded<S> {
    /// A subject of which nothing is known but its number.
    pub fn new(id: S::Id, number: String) -> Self {
        Self {
            id,
            number,
            entries: Vec::new(),
            happened: 0,
            retractions: 0,
            known_until: DateTime::<Utc>::MIN_UTC,
            state: S::default(),
            as_of: Seq(0),
        }
    }

    /// The events, in fold order, those taken back and those stated ahead of their time included.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The events that are in the state, in fold order, and those of them that were taken back.
    pub fn happened(&self) -> &[Entry] {
        &self.entries[..self.happened]
    }

    /// What was stated ahead of its time, and has not come yet.
    pub fn stated_ahead(&self) -> impl Iterator<Item = &Entry> {
        self.entries[self.happened..].iter().filter(|entry| entry.corrected.is_none())
    }

    /// Takes in one event. The result does not depend on the order or repetition of calls, as long as the events that one
    /// source states of one moment keep theirs, and of two sources that use one number the same is first.
    pub fn apply(&mut self, recorded: Recorded) -> Applied {
        let Err(place) = self.entries.binary_search_by(|entry| entry.recorded.fold_order(&recorded)) else {
            return Applied::Known;
        };
        if self.is_known(place, &recorded) {
            return Applied::Known;
        }
        self.as_of = self.as_of.max(recorded.seq);
        self.known_until = self.known_until.max(recorded.recorded_at);
        let event = &*recorded.event;
        let retracts = retraction(&event.fact).is_some();
        // A retraction changes another event, and the event that it names may come after it.
        let corrects = retracts || self.retractions > 0 && self.is_taken_back(event);
        self.retractions += usize::from(retracts);
        self.entries.insert(place, Entry { recorded, corrected: None });
        if place >= self.happened && !corrects {
            self.state.claim(&self.entries[place].recorded.event);
            self.advance();
            Applied::InOrder
        } else {
            self.refold();
            Applied::Refolded
        }
    }

    /// Whether an event that belongs at `place` stands beside it already, under another position of the journal.
    fn is_known(&self, place: usize, recorded: &Recorded) -> bool {
        let (before, after) = self.entries.split_at(place);
        let tied = |entry: &&Entry| entry.recorded.is_tied_with(recorded);
        let mut beside = before.iter().rev().take_while(tied).chain(after.iter().take_while(tied));
        beside.any(|entry| entry.recorded.event.id == recorded.event.id)
    }

    /// Takes the entries into the state whose moment has come.
    fn advance(&mut self) {
        let until = self.known_until.checked_add_signed(AHEAD).unwrap_or(self.known_until);
        while let Some(entry) = self.entries.get(self.happened)
            && entry.recorded.event.occurred_at <= until
        {
            if entry.corrected.is_none() {
                self.state.apply(&entry.recorded.event);
            }
            self.happened += 1;
        }
    }

    fn is_taken_back(&self, event: &Event) -> bool {
        self.entries.iter().map(|entry| &*entry.recorded.event).any(|earlier| {
            retraction(&earlier.fact).is_some_and(|retraction| takes_back(earlier, retraction, event))
        })
    }

    fn refold(&mut self) {
        for (place, corrected) in self.corrections().into_iter().enumerate() {
            self.entries[place].corrected = corrected;
        }
        self.state = S::default();
        let standing = self.entries.iter().filter(|entry| entry.corrected.is_none());
        let mut received: Vec<&Recorded> = standing.map(|entry| &entry.recorded).collect();
        received.sort_unstable_by_key(|recorded| recorded.seq);
        for recorded in received {
            self.state.claim(&recorded.event);
        }
        self.happened = 0;
        self.advance();
    }

    /// For each entry, the first retraction of it that stands. A retraction may itself be taken back, but only by a
    /// later one: so no two can undo each other.
    fn corrections(&self) -> Vec<Option<Corrected>> {
        let mut standing: Vec<(&Event, &Retraction)> = Vec::new();
        let mut corrections = vec![None; self.entries.len()];
        for (place, entry) in self.entries.iter().enumerate().rev() {
            let event = &*entry.recorded.event;
            let Some(retraction) = retraction(&event.fact) else { continue };
            match standing.iter().rev().find(|(by, it)| takes_back(by, it, event)) {
                Some((by, it)) => corrections[place] = Some(corrected(by, it)),
                None => standing.push((event, retraction)),
            }
        }
        for (entry, correction) in self.entries.iter().zip(&mut corrections) {
            let event = &*entry.recorded.event;
            if retraction(&event.fact).is_none() {
                *correction = standing
                    .iter()
                    .rev()
                    .find(|(by, it)| takes_back(by, it, event))
                    .map(|(by, it)| corrected(by, it));
            }
        }
        corrections
    }

    /// The subject as bytes that hold nothing of when or in which order its events came: equal sets of events give
    /// equal bytes.
    pub fn canonical(&self) -> serde_json::Result<Vec<u8>> {
        let events: Vec<(&Event, bool)> =
            self.entries.iter().map(|entry| (&*entry.recorded.event, entry.corrected.is_some())).collect();
        serde_json::to_vec(&(self.id, &self.number, events, &self.state))
    }
}

fn retraction(fact: &Fact) -> Option<&Retraction> {
    match fact {
        Fact::EventRetracted(retraction) | Fact::OrderEventRetracted(retraction) => Some(retraction),
        _ => None,
    }
}

/// Whether the retraction `it`, stated in `by`, names `event`: only a source's own events can be named.
fn takes_back(by: &Event, it: &Retraction, event: &Event) -> bool {
    by.source == event.source && by.id.origin() == event.id.origin() && it.event == event.id.id()
}

fn corrected(by: &Event, it: &Retraction) -> Corrected {
    Corrected { by: by.id.clone(), reason: it.reason.clone() }
}
