//! *POD discrepancy*: a proof of delivery arrived that proves nothing yet: the wrong person signed, or a page is missing.

use super::delivery_discrepancy::is_about_goods;
use super::{Condition, Rule, Situation, place};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let stops = situation.shipment.state.stops.iter();
    stops
        .filter_map(|stop| {
            let discrepancy = stop.discrepancy().filter(|found| !is_about_goods(found.kind))?;
            let note = discrepancy.note.as_ref().map_or(String::new(), |note| format!(", {note}"));
            Some(Condition {
                rule: Rule::PodDiscrepancy,
                cause: format!("stop {}, {}", stop.stop, discrepancy.kind.label()),
                detail: format!("Proof of delivery from {}: {}{note}", place(stop), discrepancy.kind.label()),
            })
        })
        .collect()
}
