//! *Missed pickup*: the pickup's window and an hour of grace went by without a truck, or the TMS says so itself.

use super::{Condition, Rule, Situation, place};
use crate::deadline::DeadlineKind;
use crate::fact::StopKind;
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    situation
        .stops_ahead()
        .filter(|stop| stop.kind == Some(StopKind::Pickup) && !stop.has_begun())
        .filter_map(|stop| {
            let passed = situation.overdue(DeadlineKind::Pickup).find(|deadline| deadline.stop == stop.stop);
            let why = match (stop.missed_at, passed) {
                (Some(at), _) => format!("the TMS reported it missed at {}", format_moment(at)),
                (None, Some(deadline)) => {
                    format!("no arrival by {}", format_moment(deadline.due_at))
                }
                (None, None) => return None,
            };
            Some(Condition {
                rule: Rule::MissedPickup,
                cause: format!("stop {}", stop.stop),
                orders: situation.orders_at(stop),
                detail: format!("Pickup at {}: {why}", place(stop)),
            })
        })
        .collect()
}
