//! Which reported positions are believed. Those that are not stay in the journal and are shown nowhere.

use super::state::{Doubt, LastPosition, State};
use crate::event::Event;
use crate::fact::{Fact, Mode, PositionReport};
use crate::place::Position;
use crate::shipment::Shipment;
use crate::time::Moment;

/// A receiver without a fix reports 0, 0, or a place very near it.
const NEAR_ZERO: f64 = 0.05;
/// Two reports this near each other are never a leap, whatever their clocks say.
const NEAR_KM: f64 = 50.0;

impl State {
    /// Takes in a report, unless it can't be true.
    pub(super) fn see(&mut self, event: &Event, report: &PositionReport) {
        let seen =
            LastPosition { at: event.occurred_at, position: report.position, near: report.near.clone() };
        let Position { latitude, longitude } = report.position;
        if latitude.abs() < NEAR_ZERO && longitude.abs() < NEAR_ZERO {
            self.doubt(event, Doubt::NullIsland);
            return;
        }
        let believes = |last: &LastPosition| is_reachable(last, &seen, self.mode);
        // What two reports in a row say is so, however far it is from the one before them.
        if self.position.as_ref().is_none_or(believes) || self.doubted.as_ref().is_some_and(believes) {
            self.position = Some(seen);
            self.doubted = None;
        } else {
            self.doubted = Some(seen);
            self.doubt(event, Doubt::Leap);
        }
    }

    pub(super) fn doubt(&mut self, event: &Event, what: Doubt) {
        let source = event.source.to_string();
        let known = self.implausible.iter_mut().find(|one| one.source == source && one.what == what);
        if let Some(known) = known {
            known.count = known.count.saturating_add(1);
            known.at = event.occurred_at;
        } else {
            let implausible = super::state::Implausible { source, what, count: 1, at: event.occurred_at };
            self.implausible.push(implausible);
        }
    }
}

/// Where the shipment was, as far as it is believed, less what was taken back.
pub fn track(shipment: &Shipment) -> Vec<(Moment, Position)> {
    let mut state = State { mode: shipment.state.mode, ..State::default() };
    let mut track = Vec::new();
    for entry in shipment.happened().iter().filter(|entry| entry.corrected.is_none()) {
        let event = &*entry.recorded.event;
        if let Fact::PositionReported(report) = &event.fact {
            state.see(event, report);
            let believed = state.position.as_ref().filter(|last| last.at == event.occurred_at);
            track.extend(believed.map(|last| (last.at, last.position)));
        }
    }
    track
}

fn is_reachable(from: &LastPosition, to: &LastPosition, mode: Option<Mode>) -> bool {
    let km = kilometres(from.position, to.position);
    let hours = (to.at - from.at).num_seconds().abs() as f64 / 3600.0;
    km <= NEAR_KM || km <= hours * fastest(mode)
}

/// Kilometres an hour that nothing of the mode exceeds.
fn fastest(mode: Option<Mode>) -> f64 {
    match mode {
        Some(Mode::Ocean) => 80.0,
        Some(Mode::Truckload | Mode::LessThanTruckload) => 160.0,
        Some(Mode::Rail) => 350.0,
        // Parcels fly, and nobody said how the rest travels.
        Some(Mode::Air | Mode::Parcel | Mode::Other) | None => 1_200.0,
    }
}

/// The way over the ground between two positions, by the haversine formula on a sphere of the earth's mean radius.
fn kilometres(a: Position, b: Position) -> f64 {
    let (from, to) = (a.latitude.to_radians(), b.latitude.to_radians());
    let across = (b.longitude - a.longitude).to_radians();
    let h = ((to - from) / 2.0).sin().powi(2) + from.cos() * to.cos() * (across / 2.0).sin().powi(2);
    2.0 * 6_371.0 * h.sqrt().clamp(0.0, 1.0).asin()
}
