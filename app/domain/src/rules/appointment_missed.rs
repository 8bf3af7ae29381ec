//! *Appointment missed*: a dock was booked for a delivery or a cross-dock, and the window and an hour of grace went by
//! without a truck, or the TMS says so itself. Pickups have a rule of their own.

use super::{Condition, Rule, Situation, place};
use crate::deadline::DeadlineKind;
use crate::fact::StopKind;
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let reported = situation
        .stops_ahead()
        .filter(|stop| stop.kind != Some(StopKind::Pickup) && !stop.has_begun())
        .filter_map(|stop| {
            Some((stop, format!("the TMS reported it missed at {}", format_moment(stop.missed_at?))))
        });
    let waited = situation
        .overdue_stops(DeadlineKind::Arrival)
        .filter(|(_, stop)| stop.missed_at.is_none())
        .map(|(deadline, stop)| (stop, format!("no arrival by {}", format_moment(deadline.due_at))));
    reported
        .chain(waited)
        .map(|(stop, why)| Condition {
            rule: Rule::AppointmentMissed,
            cause: format!("stop {}", stop.stop),
            orders: situation.orders_at(stop),
            detail: format!("Appointment at {}: {why}", place(stop)),
        })
        .collect()
}
