//! *POD overdue*: goods were delivered, a day went by, and no proof of delivery arrived.

use super::{Condition, Rule, Situation, place};
use crate::deadline::DeadlineKind;
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    situation
        .overdue_stops(DeadlineKind::Pod)
        .map(|(deadline, stop)| Condition {
            rule: Rule::PodOverdue,
            cause: format!("stop {}", stop.stop),
            orders: situation.orders_at(stop),
            detail: format!(
                "No proof of delivery from {} by {}",
                place(stop),
                format_moment(deadline.due_at)
            ),
        })
        .collect()
}
