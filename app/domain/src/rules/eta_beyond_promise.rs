//! *ETA beyond promise*: a delivery is expected after the end of the window that the customer was promised, by more
//! than a slip of minutes.

use super::{Condition, Rule, Situation, is_late, place};
use crate::fact::StopKind;
use crate::time::{spoken, told};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let waiting = situation
        .shipment
        .state
        .stops
        .iter()
        .filter(|stop| stop.kind == Some(StopKind::Delivery) && stop.handed_over_at().is_none());
    waiting
        .filter_map(|stop| {
            let (eta, promised) = (stop.eta()?, situation.promise_at(stop)?);
            is_late(eta.eta, promised, &situation.limits).then(|| Condition {
                rule: Rule::EtaBeyondPromise,
                cause: format!("stop {}", stop.stop),
                detail: format!(
                    "Expected at {} {}, {} after the promise{}",
                    place(stop),
                    told(eta.eta),
                    spoken(eta.eta - promised.to),
                    eta.reason.map_or(String::new(), |reason| format!(" ({})", reason.label())),
                ),
            })
        })
        .collect()
}
