//! Moments by which something is due. They are kept with the shipment; when one passes, that is an event.

use crate::fact::StopKind;
use crate::shipment::Shipment;
use crate::time::Moment;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeadlineKind {
    /// The truck's arrival at a pickup.
    Pickup,
    /// The proof of delivery.
    Pod,
}

/// Something is due at a stop by a moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Deadline {
    pub deadline: DeadlineKind,
    pub stop: String,
    pub due_at: Moment,
}

/// How long after the end of its window a pickup counts as missed.
pub const PICKUP_GRACE: TimeDelta = TimeDelta::minutes(60);
/// How long after a delivery its proof is due.
pub const POD_GRACE: TimeDelta = TimeDelta::hours(24);

/// What the shipment waits for now, deadlines that passed already left out.
pub fn deadlines(shipment: &Shipment) -> Vec<Deadline> {
    let mut due = demanded(shipment);
    due.retain(|deadline| !shipment.state.passed.contains(deadline));
    due
}

/// What the shipment waits for, whether or not the moment passed already.
pub fn demanded(shipment: &Shipment) -> Vec<Deadline> {
    let state = &shipment.state;
    if state.cancelled.is_some() {
        return Vec::new();
    }
    let mut due = Vec::new();
    for stop in &state.stops {
        let waits_for_truck = stop.kind == Some(StopKind::Pickup) && !stop.has_begun();
        if waits_for_truck && let Some(window) = stop.expected() {
            due.push(Deadline {
                deadline: DeadlineKind::Pickup,
                stop: stop.stop.clone(),
                due_at: window.to + PICKUP_GRACE,
            });
        }
        if let (Some(delivered_at), None) = (stop.delivered_at, &stop.pod) {
            due.push(Deadline {
                deadline: DeadlineKind::Pod,
                stop: stop.stop.clone(),
                due_at: delivered_at + POD_GRACE,
            });
        }
    }
    due
}
