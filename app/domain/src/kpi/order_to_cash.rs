//! From an order's release to its money, leg by leg, for each order on a shipment.

use super::contributions::{Consignment, Tally, last, standing};
use super::definition::Measure;
use crate::fact::Fact;
use crate::order::Order;
use crate::shipment::{Shipment, State};
use crate::time::Moment;

/// Each leg whose both ends are known, and the whole way once it was gone.
pub(super) fn legs(tally: &mut Tally) {
    for consignment in std::mem::take(&mut tally.consignments) {
        let (shipment, state) = (tally.shipment, tally.state);
        let released_at = consignment.order.and_then(|order| order.state.released_at);
        let planned_at = planned_at(shipment, &consignment);
        let picked_up_at = last(consignment.pickups(state).map(|stop| stop.loaded_at.or(stop.departed_at)));
        let delivered_at = consignment.handed_over_at(state);
        let proven_at = proven_at(shipment, &consignment);
        let invoiced_at = consignment
            .order
            .and_then(|order| order.state.invoices.iter().filter_map(|one| one.invoiced_at).min());
        let paid_at = consignment.order.and_then(settled_at);
        let facets = tally.facets_of(&consignment);
        for (measure, from, to) in [
            (Measure::ReleaseToPlan, released_at, planned_at),
            (Measure::PlanToPickup, planned_at, picked_up_at),
            (Measure::PickupToDelivery, picked_up_at, delivered_at),
            (Measure::DeliveryToPod, delivered_at, proven_at),
            (Measure::PodToInvoice, proven_at, invoiced_at),
            (Measure::InvoiceToPayment, invoiced_at, paid_at),
            (Measure::OrderToCash, released_at, paid_at),
        ] {
            if let (Some(from), Some(to)) = (from, to) {
                tally.lasted(measure, facets.clone(), from.to_utc(), to.to_utc());
            }
        }
        tally.consignments.push(consignment);
    }
}

/// When a plan first named the order.
fn planned_at(shipment: &Shipment, consignment: &Consignment) -> Option<Moment> {
    let number = consignment.number?;
    standing(shipment.entries()).find_map(|event| match &event.fact {
        Fact::ShipmentPlanned(plan) if plan.orders.iter().any(|one| one == number) => Some(event.occurred_at),
        _ => None,
    })
}

/// When the last of the proofs that stand arrived, once all have.
fn proven_at(shipment: &Shipment, consignment: &Consignment) -> Option<Moment> {
    let state: &State = &shipment.state;
    last(consignment.deliveries(state).map(|stop| {
        standing(shipment.entries()).rev().find_map(|event| match &event.fact {
            Fact::PodReceived(pod) if pod.stop == stop.stop => Some(event.occurred_at),
            _ => None,
        })
    }))
}

/// When the payment came that settled the last invoice, once all are: paid in full, or paid after a dispute.
fn settled_at(order: &Order) -> Option<Moment> {
    last(order.state.invoices.iter().map(|invoice| {
        let mut was_disputed = false;
        let mut paid_at = None;
        for event in standing(order.entries()) {
            match &event.fact {
                Fact::InvoiceDisputed(statement) if statement.invoice == invoice.invoice => {
                    was_disputed = true;
                }
                Fact::InvoicePaid(payment) if payment.invoice == invoice.invoice => {
                    paid_at = Some(event.occurred_at);
                }
                _ => {}
            }
        }
        let is_whole = matches!((invoice.amount, invoice.paid), (Some(amount), Some(paid))
            if amount.currency == paid.currency && paid.minor >= amount.minor);
        let is_settled = is_whole || was_disputed && invoice.disputed.is_none();
        paid_at.filter(|_| is_settled)
    }))
}
