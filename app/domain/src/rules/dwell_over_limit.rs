//! *Dwell over limit*: a truck stands at a stop for longer than is free of charge; detention runs until it leaves.

use super::{Condition, Rule, Situation, place};
use crate::deadline::DeadlineKind;
use crate::time::{format_moment, format_span};
use chrono::TimeDelta;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    situation
        .overdue_stops(DeadlineKind::Dwell)
        .map(|(deadline, stop)| Condition {
            rule: Rule::DwellOverLimit,
            cause: format!("stop {}", stop.stop),
            orders: situation.orders_at(stop),
            detail: format!(
                "The truck stands at {} for more than {}: detention runs since {}",
                place(stop),
                format_span(TimeDelta::minutes(i64::from(situation.limits.dwell_minutes))),
                format_moment(deadline.due_at)
            ),
        })
        .collect()
}
