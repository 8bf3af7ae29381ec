//! *Delay reported*, *Weather or route*, *Inventory shortage*: the TMS reported a delay, and nothing since says how it goes
//! on: no expected time was stated and no stop reached. The reason decides which of the three it is.

use super::{Condition, Rule, Situation};
use crate::fact::DelayReason;
use crate::shipment::Delay;
use crate::time::{format_moment, format_span};
use chrono::TimeDelta;

/// Which rule a delay for this reason is the matter of. Customs and long waits have rules that watch them themselves.
fn rule(reason: DelayReason) -> Rule {
    match reason {
        DelayReason::Weather | DelayReason::Traffic => Rule::WeatherOrRoute,
        DelayReason::Shortage => Rule::InventoryShortage,
        DelayReason::Breakdown
        | DelayReason::Dwell
        | DelayReason::Customs
        | DelayReason::Carrier
        | DelayReason::Consignee
        | DelayReason::Other => Rule::DelayReported,
    }
}

pub(super) fn conditions(wanted: Rule, situation: &Situation) -> Vec<Condition> {
    let delay = standing(situation).filter(|delay| rule(delay.reason) == wanted);
    delay
        .map(|delay| {
            let about = delay.minutes.map_or(String::new(), |minutes| {
                format!(", about {}", format_span(TimeDelta::minutes(i64::from(minutes))))
            });
            Condition {
                rule: wanted,
                cause: delay.reason.label().to_owned(),
                orders: Vec::new(),
                detail: format!(
                    "Delayed: {}{about}, reported {}; no new expected time yet",
                    delay.reason.label(),
                    format_moment(delay.reported_at)
                ),
            }
        })
        .into_iter()
        .collect()
}

/// The delay that nothing has answered yet.
fn standing<'a>(situation: &'a Situation) -> Option<&'a Delay> {
    let state = &situation.shipment.state;
    let delay = state.delay.as_ref().filter(|_| !situation.is_over())?;
    // A carrier may say both at once: the delay, and the time that follows from it.
    let is_later = |at| at >= delay.reported_at;
    let is_answered = state.stops.iter().any(|stop| {
        stop.eta().is_some_and(|eta| is_later(eta.stated_at))
            || [stop.arrived_at, stop.handed_over_at()].into_iter().flatten().any(is_later)
    });
    (!is_answered).then_some(delay)
}
