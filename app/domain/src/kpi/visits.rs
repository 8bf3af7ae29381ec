//! What happened at the stops: milestones reported, and how long trucks stood.

use super::contributions::Tally;
use super::definition::Measure;
use super::rollup::{Exclusion, Part};
use crate::fact::StopKind;
use crate::shipment::Stop;
use chrono::TimeDelta;

/// Milestones reported of those expected, once the shipment is delivered.
pub(super) fn milestones(tally: &mut Tally) {
    let Some(finished) = tally.finished else { return };
    let facets = tally.facets.clone();
    if !tally.state.is_planned {
        tally.exclude(Measure::MilestoneCompleteness, finished, facets, Exclusion::NotPlanned);
        return;
    }
    let expected = tally.state.stops.iter().flat_map(expected_at);
    let sums =
        expected.fold((0, 0), |(reported, all), is_reported| (reported + i64::from(is_reported), all + 1));
    tally.count(Measure::MilestoneCompleteness, finished, facets, Part::Counted, sums);
}

/// For each milestone expected at a stop, whether it was reported.
fn expected_at(stop: &Stop) -> Vec<bool> {
    let (arrived, departed) = (stop.arrived_at.is_some(), stop.departed_at.is_some());
    match stop.kind {
        Some(StopKind::Pickup) => vec![arrived, stop.loaded_at.is_some(), departed],
        Some(StopKind::CrossDock) => vec![arrived, departed],
        Some(StopKind::Delivery) => vec![arrived, stop.delivered_at.is_some(), stop.pod.is_some()],
        None => Vec::new(),
    }
}

/// Dwell and detention of each visit.
pub(super) fn dwells(tally: &mut Tally) {
    let state = tally.state;
    for stop in &state.stops {
        let facets = tally.facets_at(stop);
        match (stop.arrived_at, stop.departed_at) {
            (Some(arrived_at), Some(departed_at)) => {
                tally.lasted(Measure::Dwell, facets.clone(), arrived_at.to_utc(), departed_at.to_utc());
                if departed_at < arrived_at {
                    tally.exclude(Measure::Detention, departed_at, facets, Exclusion::OutOfOrder);
                    continue;
                }
                // A truck that comes before its time waits at its own cost.
                let from = stop.expected().map_or(arrived_at, |window| arrived_at.max(window.from));
                let free = TimeDelta::minutes(i64::from(tally.limits.dwell_minutes));
                let beyond = (departed_at - from - free).num_minutes().max(0);
                tally.count(Measure::Detention, departed_at, facets, Part::Counted, (beyond, 1));
            }
            _ => {
                if let Some(finished) = tally.finished {
                    tally.exclude(Measure::Dwell, finished, facets.clone(), Exclusion::NotReported);
                    tally.exclude(Measure::Detention, finished, facets, Exclusion::NotReported);
                }
            }
        }
    }
}
