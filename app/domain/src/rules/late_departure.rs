//! *Late departure*: the truck is at a pickup or a cross-dock and has not left an hour after its window's end.

use super::{Condition, Rule, Situation, place};
use crate::deadline::DeadlineKind;
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    situation
        .overdue_stops(DeadlineKind::Departure)
        .map(|(deadline, stop)| Condition {
            rule: Rule::LateDeparture,
            cause: format!("stop {}", stop.stop),
            orders: situation.orders_at(stop),
            detail: format!("The truck has not left {} by {}", place(stop), format_moment(deadline.due_at)),
        })
        .collect()
}
