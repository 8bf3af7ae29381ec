//! From an order's release to its money, leg by leg, for each order on a shipment.

use super::contributions::{Tally, last, standing};
use super::definition::Measure;
use crate::consignment::Consignment;
use crate::fact::Fact;
use crate::order::OrderState;
use crate::shipment::Shipment;
use crate::time::Moment;

/// Each leg whose both ends are known, and the whole way once it was gone.
pub(super) fn legs(tally: &mut Tally) {
    for consignment in std::mem::take(&mut tally.consignments) {
        let shipment = tally.shipment;
        let (part, order) = (&consignment.part, consignment.order.map(|order| &order.state));
        // An order that several shipments carry is one order: released and paid once, and invoiced where its way ends.
        let whole = order.filter(|_| part.counts_its_order());
        let released_at = whole.and_then(|order| order.released_at);
        let planned_at = planned_at(shipment, part);
        let picked_up_at = last(part.pickups().map(|stop| stop.loaded_at.or(stop.departed_at)));
        let delivered_at = part.handed_over_at();
        let proven_at = proven_at(part);
        let invoiced_at =
            order.and_then(|order| order.invoices.iter().filter_map(|one| one.invoiced_at).min());
        let paid_at = whole.and_then(OrderState::settled_at);
        // What is paid in advance ends nothing before the goods are there.
        let closed_at = paid_at.and_then(|paid_at| Some(paid_at.max(delivered_at?)));
        let facets = tally.facets_of(&consignment);
        for (measure, from, to) in [
            (Measure::ReleaseToPlan, released_at, planned_at),
            (Measure::PlanToPickup, planned_at, picked_up_at),
            (Measure::PickupToDelivery, picked_up_at, delivered_at),
            (Measure::DeliveryToPod, delivered_at, proven_at),
            (Measure::PodToInvoice, proven_at, invoiced_at),
            (Measure::InvoiceToPayment, invoiced_at, paid_at),
            (Measure::OrderToCash, released_at, closed_at),
        ] {
            if let (Some(from), Some(to)) = (from, to) {
                tally.lasted(measure, facets.clone(), from.to_utc(), to.to_utc());
            }
        }
        tally.consignments.push(consignment);
    }
}

/// When a plan first named the order.
fn planned_at(shipment: &Shipment, part: &Consignment) -> Option<Moment> {
    part.number?;
    standing(shipment.happened()).find_map(|event| match &event.fact {
        Fact::ShipmentPlanned(plan) if plan.orders.iter().any(|one| part.is_named(one)) => {
            Some(event.occurred_at)
        }
        _ => None,
    })
}

/// When the last of the proofs that stand arrived, once all have.
fn proven_at(part: &Consignment) -> Option<Moment> {
    last(part.hand_over_stops().map(|stop| stop.proof_came_at))
}
