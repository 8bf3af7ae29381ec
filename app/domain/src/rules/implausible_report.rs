//! *Implausible report*: a source stated what can't be: a moment ahead of its receipt, a signature after the event that reports
//! it, a position at 0, 0 or beyond reach. It is kept, and moves nothing.

use super::{Condition, Rule, Situation};
use crate::time::format_moment;
use std::collections::BTreeMap;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    if situation.is_over() {
        return Vec::new();
    }
    let mut causes: BTreeMap<String, String> = BTreeMap::new();
    for one in &situation.shipment.state.implausible {
        let detail = format!(
            "{} stated {} ({}), last at {}: they are kept and not shown",
            one.source,
            one.what.label(),
            one.count,
            format_moment(one.at)
        );
        causes.insert(format!("{} of {}", one.what.label(), one.source), detail);
    }
    for entry in situation.shipment.stated_ahead() {
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
