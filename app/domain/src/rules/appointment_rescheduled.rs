//! *Appointment rescheduled*: a dock that was booked was booked anew, and the truck is not there yet.

use super::{Condition, Rule, Situation, place};
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    situation
        .stops_ahead()
        .filter(|stop| !stop.has_begun())
        .filter_map(|stop| {
            let appointment = stop.appointment.as_ref().filter(|appointment| appointment.moved > 0)?;
            let because = appointment.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
            Some(Condition {
                rule: Rule::AppointmentRescheduled,
                cause: format!("stop {}", stop.stop),
                orders: situation.orders_at(stop),
                detail: format!(
                    "{} is booked anew, now for {}{because}",
                    place(stop),
                    format_moment(appointment.window.from)
                ),
            })
        })
        .collect()
}
