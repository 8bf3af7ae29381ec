//! *ETA beyond promise*: a delivery is expected after the end of the window that the customer was promised, by more
//! than a slip of minutes.

use super::{Condition, Rule, Situation, is_late_by, place};
use crate::fact::StopKind;
use crate::time::{format_moment, format_span};
use chrono::TimeDelta;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let waiting = situation.shipment.state.stops.iter().filter(|stop| {
        stop.kind == Some(StopKind::Delivery) && stop.is_delivery() && stop.handed_over_at().is_none()
    });
    waiting
        .filter_map(|stop| {
            let (eta, promised) = (stop.eta()?, situation.promise_at(stop)?);
            is_late_by(&stop.etas, promised, &situation.limits).then(|| Condition {
                rule: Rule::EtaBeyondPromise,
                cause: format!("stop {}", stop.stop),
                orders: situation.orders_at(stop),
                detail: format!(
                    "Expected at {} {}, {} after the promise{}",
                    place(stop),
                    format_moment(eta.eta),
                    format_span((eta.eta - promised.to).max(TimeDelta::zero())),
                    eta.reason.map_or(String::new(), |reason| format!(" ({})", reason.label())),
                ),
            })
        })
        .collect()
}
