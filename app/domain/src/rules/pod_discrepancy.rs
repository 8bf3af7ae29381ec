//! *POD discrepancy*: a proof of delivery arrived that proves nothing yet: the wrong person signed, or a page is missing.

use super::delivery_discrepancy::is_about_goods;
use super::{Condition, Rule, Situation, place};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let stops = situation.shipment.state.stops.iter();
    stops
        .filter_map(|stop| {
            let (what, note, orders) = if let Some(with) = stop.left_with().filter(|_| stop.pod.is_some()) {
                (
                    "signed by somebody else".to_owned(),
                    format!(", it was left with {with}"),
                    situation.orders_at(stop),
                )
            } else {
                let discrepancy = stop.discrepancy().filter(|found| !is_about_goods(found.kind))?;
                let note = discrepancy.note.as_ref().map_or(String::new(), |note| format!(", {note}"));
                (discrepancy.kind.label().to_owned(), note, situation.orders_disputed(stop, discrepancy))
            };
            Some(Condition {
                rule: Rule::PodDiscrepancy,
                cause: format!("stop {}, {what}", stop.stop),
                detail: format!("Proof of delivery from {}: {what}{note}", place(stop)),
                orders,
            })
        })
        .collect()
}
