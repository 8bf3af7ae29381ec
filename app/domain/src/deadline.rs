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
    /// What the customer was promised, first or last; or the truck at a pickup, as it was planned first.
    Promise,
}

impl DeadlineKind {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pickup => "Pickup",
            Self::Pod => "Proof of delivery",
            Self::Promise => "What was promised",
        }
    }
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
/// How far after the end of its promise a delivery may be expected before anybody is bothered: estimates move by minutes
/// with every report.
pub const ETA_TOLERANCE: TimeDelta = TimeDelta::minutes(15);

/// What the shipment waits for now, deadlines that passed already left out.
pub fn deadlines(shipment: &Shipment) -> Vec<Deadline> {
    let mut due = demanded(shipment);
    due.retain(|deadline| !shipment.state.passed.contains(deadline));
    due
}

/// What the shipment waits for, whether or not the moment passed already.
pub fn demanded(shipment: &Shipment) -> Vec<Deadline> {
    let state = &shipment.state;
    if state.is_called_off() {
        return Vec::new();
    }
    // Once everything was delivered, nobody waits for a truck, though the TMS may never have told of its arrival.
    let is_over = state.status_for(None).is_final();
    let mut due = Vec::new();
    for stop in &state.stops {
        let waits_for_truck = stop.kind == Some(StopKind::Pickup) && !stop.has_begun() && !is_over;
        if waits_for_truck && let Some(window) = stop.expected() {
            due.push(Deadline {
                deadline: DeadlineKind::Pickup,
                stop: stop.stop.clone(),
                due_at: after(window.to, PICKUP_GRACE),
            });
        }
        if let (Some(delivered_at), None, true) = (stop.delivered_at, &stop.pod, stop.is_delivery()) {
            due.push(Deadline {
                deadline: DeadlineKind::Pod,
                stop: stop.stop.clone(),
                due_at: after(delivered_at, POD_GRACE),
            });
        }
    }
    due
}

/// A source may state a moment at the end of all time; its deadline is that moment.
fn after(moment: Moment, grace: TimeDelta) -> Moment {
    moment.checked_add_signed(grace).unwrap_or(moment)
}
