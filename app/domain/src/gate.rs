//! The invoice gate: an order's invoice waits until its delivery is confirmed, at every stop and on every shipment.

use crate::exception::ShipmentException;
use crate::fact::{Fact, InvoiceDecision};
use crate::order::Order;
use crate::rules::Rule;
use crate::shipment::{Shipment, Stop};
use crate::tracked::Tracked;
use crate::view::delivered;

/// What stands between an order's part of a shipment and its invoice, a sentence each; nothing where the part is
/// confirmed. None where the shipment has no part in it: it does not carry the order, or was called off.
pub fn missing(order: &str, shipment: &Shipment, exceptions: &[ShipmentException]) -> Option<Vec<String>> {
    let mut missing = unproven(order, shipment)?;
    if shipment.state.is_let_go(order) {
        return Some(missing);
    }
    let holds = |one: &&ShipmentException| one.is_open() && is_holding(one.rule);
    missing.extend(exceptions.iter().filter(holds).map(|one| one.detail.clone()));
    Some(missing)
}

/// As [`missing`], by the stops and their papers alone.
pub(crate) fn unproven(order: &str, shipment: &Shipment) -> Option<Vec<String>> {
    let state = &shipment.state;
    if !state.carries(order) {
        return None;
    }
    if state.is_let_go(order) {
        return Some(Vec::new());
    }
    let deliveries: Vec<&Stop> =
        state.stops.iter().filter(|stop| stop.is_delivery() && stop.concerns(order)).collect();
    let mut missing = Vec::new();
    if deliveries.is_empty() {
        missing.push(format!("{} has no delivery of it yet", shipment.number));
    }
    for stop in deliveries {
        if stop.handed_over_at().is_none() {
            missing.push(format!("{} has not delivered at {}", shipment.number, stop.place()));
        } else if stop.pod.is_none() {
            missing.push(format!("no proof of delivery from {}", stop.place()));
        }
    }
    Some(missing)
}

/// Whether an open exception of the rule keeps an invoice back.
fn is_holding(rule: Rule) -> bool {
    matches!(rule, Rule::DeliveryDiscrepancy | Rule::PodDiscrepancy | Rule::ChargeOverTolerance)
}

/// Whether a shipment has news for the gate of one of its orders: its part is confirmed and the invoice waits, or the
/// invoice may leave though its part is not confirmed.
pub fn is_unsettled(order: &Order, shipment: &Shipment, exceptions: &[ShipmentException]) -> bool {
    let may_leave = order.state.may_leave(&shipment.number);
    order.state.terms.is_some()
        && order.state.cancelled.is_none()
        && is_confirmed(&order.number, shipment, exceptions).is_some_and(|confirmed| confirmed != may_leave)
}

/// Whether [`missing`] is nothing; asked of every event, so it makes no sentences.
fn is_confirmed(order: &str, shipment: &Shipment, exceptions: &[ShipmentException]) -> Option<bool> {
    let state = &shipment.state;
    if !state.carries(order) {
        return None;
    }
    let mut deliveries =
        state.stops.iter().filter(|stop| stop.is_delivery() && stop.concerns(order)).peekable();
    let is_proven = deliveries.peek().is_some() && deliveries.all(|stop| stop.pod.is_some());
    let is_held = || exceptions.iter().any(|one| one.is_open() && is_holding(one.rule));
    Some((is_proven && !is_held()) || state.is_let_go(order))
}

/// What is to be decided about an order's invoice, by everything that carries it; nothing where all stays as it is.
pub fn decide(order: &Order, shipments: &[Tracked]) -> Option<Fact> {
    let terms = order.state.terms.as_ref().filter(|_| order.state.cancelled.is_none())?;
    let may_leave = order.state.gate.as_ref().is_some_and(|gate| gate.released);
    let parts: Vec<(&Tracked, Vec<String>)> = shipments
        .iter()
        .filter_map(|one| Some((one, missing(&order.number, &one.shipment, &one.exceptions)?)))
        .collect();
    let mut open: Vec<String> = parts.iter().flat_map(|(_, missing)| missing.clone()).collect();
    let is_approved = shipments.iter().any(|one| one.shipment.state.is_let_go(&order.number));
    // A shortage that the papers of its shipment admit was seen to there; goods that nobody has shipped yet were not.
    let is_admitted = shipments.iter().any(|one| one.exceptions.iter().any(|one| is_holding(one.rule)));
    for line in &terms.lines {
        let parts = parts.iter().filter_map(|(one, _)| delivered(&one.shipment.state, &order.number, line));
        let stated: Vec<i64> = parts.map(|quantity| quantity.milli).collect();
        let sum = stated.iter().fold(0_i64, |sum, milli| sum.saturating_add(*milli));
        if !stated.is_empty() && sum < line.quantity.milli && !is_approved && !is_admitted {
            open.push(format!("a part of line {} is still to come", line.line));
        }
    }
    match (open.first(), may_leave) {
        (None, false) if !parts.is_empty() => {
            let by: Vec<String> =
                parts.iter().map(|(one, _)| confirmed_by(&order.number, &one.shipment)).collect();
            Some(Fact::InvoiceReleased(InvoiceDecision { shipment: None, reason: by.join("; ") }))
        }
        (Some(_), true) => Some(Fact::InvoiceHeld(InvoiceDecision { shipment: None, reason: summed(&open) })),
        (_, false) => parts.iter().find_map(|(one, missing)| decide_part(order, one, missing)),
        (None, true) => None,
    }
}

/// What is to be decided about what one shipment carries, while other parts of the order are still to come.
fn decide_part(order: &Order, carrier: &Tracked, missing: &[String]) -> Option<Fact> {
    let number = &carrier.shipment.number;
    let shipment = Some(number.clone());
    match (missing.is_empty(), order.state.may_leave(number)) {
        (true, false) if carrier.releases_by_shipment() => {
            let reason = confirmed_by(&order.number, &carrier.shipment);
            Some(Fact::InvoiceReleased(InvoiceDecision { shipment, reason }))
        }
        (false, true) => Some(Fact::InvoiceHeld(InvoiceDecision { shipment, reason: summed(missing) })),
        _ => None,
    }
}

fn summed(missing: &[String]) -> String {
    match missing {
        [] => String::new(),
        [only] => only.clone(),
        [first, more @ ..] => format!("{first}, and {} more", more.len()),
    }
}

/// Who stands for the delivery.
fn confirmed_by(order: &str, shipment: &Shipment) -> String {
    if let Some(approval) = shipment.state.approvals.iter().find(|approval| approval.releases(order)) {
        let by = approval.decided.as_ref().and_then(|decided| decided.by.as_deref()).unwrap_or("somebody");
        return format!("{by} released it without all papers of {}", shipment.number);
    }
    let stops = shipment.state.stops.iter().filter(|stop| stop.is_delivery() && stop.concerns(order));
    let signed: Vec<&str> =
        stops.filter_map(|stop| stop.pod.as_ref()).map(|pod| pod.signed_by.as_str()).collect();
    format!("{} is delivered, signed by {}", shipment.number, signed.join(" and "))
}
