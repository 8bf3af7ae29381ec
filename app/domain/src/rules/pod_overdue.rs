//! *POD overdue*: goods were delivered, a day went by, and no proof of delivery arrived.

use super::{Condition, Rule, Situation, place};
use crate::deadline::{DeadlineKind, demanded};
use crate::time::told;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let shipment = situation.shipment;
    demanded(shipment)
        .into_iter()
        .filter(|deadline| deadline.deadline == DeadlineKind::Pod && shipment.state.passed.contains(deadline))
        .map(|deadline| {
            let stop = shipment.state.stops.iter().find(|stop| stop.stop == deadline.stop);
            Condition {
                rule: Rule::PodOverdue,
                cause: format!("stop {}", deadline.stop),
                detail: format!(
                    "No proof of delivery from {} by {}",
                    stop.map_or_else(|| format!("stop {}", deadline.stop), place),
                    told(deadline.due_at),
                ),
            }
        })
        .collect()
}
