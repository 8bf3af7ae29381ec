//! *Delivery discrepancy*: the goods were refused, or the proof of delivery says that there were fewer or more of them, or
//! that they were damaged.

use super::{Condition, Rule, Situation, place};
use crate::fact::DiscrepancyKind;
use crate::shipment::Stop;
use crate::time::format_moment;

/// What a rule about papers watches instead.
pub(super) fn is_about_goods(kind: DiscrepancyKind) -> bool {
    match kind {
        DiscrepancyKind::Short
        | DiscrepancyKind::Over
        | DiscrepancyKind::Damaged
        | DiscrepancyKind::Other => true,
        DiscrepancyKind::WrongSigner | DiscrepancyKind::MissingPage => false,
    }
}

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let stops = situation.shipment.state.stops.iter().filter(|stop| stop.is_delivery());
    stops.flat_map(|stop| [refused(situation, stop), disputed(situation, stop)]).flatten().collect()
}

fn refused(situation: &Situation, stop: &Stop) -> Option<Condition> {
    let refused = stop.refused.as_ref()?;
    Some(Condition {
        rule: Rule::DeliveryDiscrepancy,
        cause: format!("stop {}, refused", stop.stop),
        detail: format!(
            "{} refused the goods at {}: {}",
            place(stop),
            format_moment(refused.at),
            refused.reason
        ),
        orders: situation.orders_at(stop),
    })
}

fn disputed(situation: &Situation, stop: &Stop) -> Option<Condition> {
    let discrepancy = stop.discrepancy().filter(|found| is_about_goods(found.kind))?;
    let signed_by = stop.pod.as_ref().map_or("somebody", |pod| pod.signed_by.as_str());
    let note = discrepancy.note.as_ref().map_or(String::new(), |note| format!(": {note}"));
    Some(Condition {
        rule: Rule::DeliveryDiscrepancy,
        cause: format!("stop {}, {}", stop.stop, discrepancy.kind.label()),
        detail: format!("{signed_by} signed at {} for goods {}{note}", place(stop), discrepancy.kind.label()),
        orders: situation.orders_disputed(stop, discrepancy),
    })
}
