//! *Implausible report*: a source stated what can't be: a moment ahead of its receipt, a signature after the event that reports
//! it, a position at 0, 0 or beyond reach. It is kept, and moves nothing.

use super::{Condition, Rule, Situation};
use crate::shipment::Doubt;
use crate::time::format_moment;
use std::collections::BTreeMap;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let mut causes: BTreeMap<String, String> = BTreeMap::new();
    // A proof ends the way, so what is wrong with it is said all the same.
    let is_of_proof = |what| matches!(what, Doubt::SignedLater | Doubt::SignedBefore);
    let told = situation.shipment.state.implausible.iter();
    for one in told.filter(|one| is_of_proof(one.what) || !situation.is_over()) {
        let detail = format!(
            "{} stated {} ({}), last at {}: they are kept and not believed",
            one.source,
            one.what.label(),
            one.count,
            format_moment(one.at)
        );
        causes.insert(format!("{} of {}", one.what.label(), one.source), detail);
    }
    // What nobody planned stands for itself: its deliveries and proofs are nobody's.
    let state = &situation.shipment.state;
    for stop in state.all_stops().filter(|stop| state.is_unplanned(stop) && stop.handed_over_at().is_some()) {
        let detail = format!(
            "A delivery was told of stop {}, which no plan has: it counts for no order; correct the number, or plan the stop",
            stop.stop
        );
        causes.insert(format!("stop {}, which nobody planned", stop.stop), detail);
    }
    for entry in situation.shipment.stated_ahead().filter(|_| !situation.is_over()) {
        let event = &entry.recorded.event;
        let detail = format!(
            "{} states `{}` for {}, ahead of its receipt: it counts from then on; check the source's clock",
            event.source,
            event.fact.kind(),
            format_moment(event.occurred_at)
        );
        causes.insert(format!("moments of {} ahead of their receipt", event.source), detail);
    }
    causes.into_iter().map(|(cause, detail)| Condition::new(Rule::ImplausibleReport, cause, detail)).collect()
}
