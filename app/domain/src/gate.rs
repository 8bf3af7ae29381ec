//! The invoice gate: an order's invoice waits until its delivery is confirmed, at every stop and on every shipment, and until
//! what was handed over adds up to what was ordered.

use crate::consignment::{Consignment, Misfit, is_less};
use crate::event::HISTORY;
use crate::exception::ShipmentException;
use crate::fact::{Fact, InvoiceDecision, OrderLine};
use crate::fold::Entry;
use crate::id::OrderId;
use crate::measure::Quantity;
use crate::order::Order;
use crate::rules::Rule;
use crate::shipment::Stop;
use crate::tracked::Tracked;
use crate::view::InvoiceState;
use chrono::{DateTime, Utc};

/// What stands between an order's part of a shipment and its invoice, a sentence each; nothing where the part is
/// confirmed. None where the shipment has no part in it: it does not carry the order, or brings it no more.
pub fn missing(order: &str, carrier: &Tracked) -> Option<Vec<String>> {
    let parts = carrier.consignments();
    let part = part_of(&parts, order)?;
    if carrier.shipment.state.is_let_go(order) {
        return Some(Vec::new());
    }
    let mut missing = unproven(part, &carrier.shipment.number);
    let holds = carrier.exceptions.iter().filter(|one| one.is_open() && carrier.is_holding(one));
    missing.extend(holds.filter(|one| one.concerns(part)).map(|one| one.detail.clone()));
    Some(missing)
}

/// An order's goods among a shipment's, unless it brings them no more, or to a hub only.
pub(crate) fn part_of<'p, 'a>(parts: &'p [Consignment<'a>], order: &str) -> Option<&'p Consignment<'a>> {
    let part = parts.iter().find(|part| part.number == Some(order))?;
    (!part.stage().is_off() && !part.is_mere_leg()).then_some(part)
}

/// As [`missing`], by the stops and their papers alone.
pub(crate) fn unproven(part: &Consignment, shipment: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let is_there = part.handed_over_at().is_some();
    let mut stops = part.hand_over_stops().peekable();
    if stops.peek().is_none() {
        missing.push(format!("{shipment} has no delivery of it yet"));
    }
    for stop in stops {
        if part.done_at(stop).is_none() {
            if !is_there {
                missing.push(format!("{shipment} has not delivered at {}", stop.place()));
            }
        } else if stop.pod.is_none() {
            missing.push(format!("no proof of delivery from {}", stop.place()));
        } else if let Some(with) = part.left_with(stop) {
            missing.push(format!(
                "at {} it was left with {with}, and nobody has said that the consignee has it",
                stop.place()
            ));
        }
    }
    if missing.is_empty() && !is_there {
        missing.push(format!("{shipment} has delivered a part of it, and the rest is to come"));
    }
    missing
}

/// Whether a shipment has news for the gate of one of its orders: its part is confirmed and the invoice waits, or the
/// invoice may leave though its part is not confirmed, or is less than what is ordered by now.
pub fn is_unsettled(order: &Order, carrier: &Tracked) -> bool {
    let may_leave = order.state.may_leave(&carrier.shipment.number);
    let Some(terms) = &order.state.terms else { return false };
    let alone = std::slice::from_ref(carrier);
    let is_short = || {
        let is_shared =
            carrier.shipment.state.legs.iter().any(|leg| leg.order == order.number && leg.is_shared);
        let is_let_go = carrier.shipment.state.is_let_go(&order.number);
        let is_released = order.state.gate.as_ref().is_some_and(|gate| gate.released);
        // What several carry is looked at with each news of one.
        is_released
            && !is_shared
            && !is_let_go
            && terms.lines.iter().any(|line| still_to_come(order, line, alone).is_some())
    };
    order.state.cancelled.is_none()
        && !is_paid_for(order, alone)
        && is_confirmed(&order.number, carrier)
            .is_some_and(|confirmed| confirmed != may_leave || confirmed && is_short())
}

/// As [`is_unsettled`], of an order that no ERP has told of, as far as it is known at all: until that has been said.
pub fn is_unknown_and_proven(id: OrderId, order: Option<&Order>, carrier: &Tracked) -> bool {
    let is_said = |order: &Order| order.state.cancelled.is_some() || order.state.gate.is_some();
    if order.is_some_and(is_said) {
        return false;
    }
    carrier.number_of(id).and_then(|number| is_confirmed(&number, carrier)) == Some(true)
}

/// Whether [`missing`] is nothing; asked of every event, so it makes no sentences.
fn is_confirmed(order: &str, carrier: &Tracked) -> Option<bool> {
    let parts = carrier.consignments();
    let part = part_of(&parts, order)?;
    let is_held = |one: &ShipmentException| one.is_open() && carrier.is_holding(one) && one.concerns(part);
    let is_held = || carrier.exceptions.iter().any(is_held);
    Some(carrier.shipment.state.is_let_go(order) || part.is_proven() && !is_held())
}

/// What is to be decided about an order's invoice, by everything that carries it; nothing where all stays as it is.
pub fn decide(order: &Order, carriers: &[Tracked], now: DateTime<Utc>) -> Option<Fact> {
    if order.state.cancelled.is_some() {
        return None;
    }
    let Some(terms) = &order.state.terms else { return unknown(order, carriers, now) };
    if is_paid_for(order, carriers) {
        return None;
    }
    let is_history = is_history(order, carriers, now);
    let decision = |shipment, reason, is_stuck| InvoiceDecision { shipment, reason, is_stuck, is_history };
    let may_leave = order.state.gate.as_ref().is_some_and(|gate| gate.released);
    let missing: Vec<(&Tracked, Vec<String>)> =
        carriers.iter().filter_map(|one| Some((one, missing(&order.number, one)?))).collect();
    let mut open: Vec<String> = missing.iter().flat_map(|(_, missing)| missing.clone()).collect();
    let is_all_proven = !missing.is_empty() && open.is_empty();
    if !carriers.iter().any(|one| one.shipment.state.is_let_go(&order.number)) {
        open.extend(terms.lines.iter().filter_map(|line| still_to_come(order, line, carriers)));
    }
    match (open.first(), may_leave) {
        (None, false) if !missing.is_empty() => {
            let by: Vec<String> = missing.iter().map(|(one, _)| confirmed_by(&order.number, one)).collect();
            Some(Fact::InvoiceReleased(decision(None, by.join("; "), false)))
        }
        (Some(_), true) => Some(Fact::InvoiceHeld(decision(None, summed(&open), is_all_proven))),
        (_, false) => {
            let part = missing.iter().find_map(|(one, missing)| {
                let (shipment, reason, is_released) = decide_part(order, one, missing)?;
                let decision = decision(Some(shipment), reason, false);
                Some(if is_released { Fact::InvoiceReleased(decision) } else { Fact::InvoiceHeld(decision) })
            });
            part.or_else(|| {
                // What was let go where it was delivered, as it seemed, and goes on from there.
                let gone_on = carriers.iter().find(|one| goes_on_though_let_go(order, one))?;
                let reason = format!("the goods on {} go on to their consignee", gone_on.shipment.number);
                let shipment = Some(gone_on.shipment.number.clone());
                Some(Fact::InvoiceHeld(decision(shipment, reason, false)))
            })
            .or_else(|| {
                // Said once for each reason: who asks why the invoice waits finds it with the order.
                let reason = summed(&open);
                let known = order.state.gate.as_ref().map(|gate| (gate.reason.as_str(), gate.is_stuck));
                let is_waiting = missing.iter().any(|(_, missing)| missing.is_empty());
                (is_waiting && known != Some((&reason, is_all_proven)))
                    .then(|| Fact::InvoiceHeld(decision(None, reason, is_all_proven)))
            })
        }
        (None, true) => None,
    }
}

/// Whether nothing is to be decided any more: all that the order is worth is invoiced and paid, or, where nobody says what that is,
/// what was invoiced was paid once the goods were handed over. A part that was paid in advance says nothing of the rest.
fn is_paid_for(order: &Order, carriers: &[Tracked]) -> bool {
    let is_paid = order.state.invoice_state("") == InvoiceState::Paid;
    let Some(paid_at) = order.state.settled_at().filter(|_| is_paid) else { return false };
    if let Some(is_all) = order.state.is_invoiced_whole() {
        return is_all;
    }
    let handed_over = carriers.iter().filter_map(|one| {
        let parts = one.consignments();
        let part = parts.iter().find(|part| part.number == Some(order.number.as_str()));
        part.and_then(Consignment::handed_over_at)
    });
    handed_over.min().is_none_or(|handed_over_at| handed_over_at <= paid_at)
}

/// That an order which nobody has released is delivered and proven: its goods are invoiced to nobody. Said once.
fn unknown(order: &Order, carriers: &[Tracked], now: DateTime<Utc>) -> Option<Fact> {
    let missing: Vec<Vec<String>> = carriers.iter().filter_map(|one| missing(&order.number, one)).collect();
    let is_proven = !missing.is_empty() && missing.iter().all(Vec::is_empty);
    let is_said = order.state.gate.as_ref().is_some_and(|gate| gate.is_stuck);
    (is_proven && !is_said).then(|| {
        let reason =
            "no ERP has released an order of that number: its goods are invoiced to nobody".to_owned();
        let is_history = is_history(order, carriers, now);
        Fact::InvoiceHeld(InvoiceDecision { shipment: None, reason, is_stuck: true, is_history })
    })
}

fn goes_on_though_let_go(order: &Order, carrier: &Tracked) -> bool {
    let was_let_go = order.state.parts.get(&carrier.shipment.number).is_some_and(|gate| gate.released);
    let parts = carrier.consignments();
    was_let_go && parts.iter().any(|part| part.number == Some(order.number.as_str()) && part.is_mere_leg())
}

/// Whether all that was told of the deliveries was told long after it happened, and is long past: that is history. Of what was told
/// while it happened others are told as well, however late the last paper comes.
fn is_history(order: &Order, carriers: &[Tracked], now: DateTime<Utc>) -> bool {
    let outside = order.entries().iter().rev().find(|entry| entry.recorded.event.role.is_outside());
    let told_at = outside.map(|entry| entry.recorded.event.occurred_at);
    let heard_at = carriers.iter().filter_map(|one| one.shipment.state.heard_at).chain(told_at).max();
    let told_live = |entry: &Entry| {
        let event = &entry.recorded.event;
        event.role.is_outside()
            && !entry.recorded.is_history()
            && !matches!(event.fact, Fact::EventRetracted(_))
    };
    heard_at.is_some_and(|heard_at| now - heard_at.to_utc() > HISTORY)
        && !carriers.iter().any(|one| one.shipment.entries().iter().any(told_live))
}

/// What of an order's line nobody has handed over, and nothing accounts for: no remark on a proof, nothing that came back.
fn still_to_come(order: &Order, line: &OrderLine, carriers: &[Tracked]) -> Option<String> {
    let parts: Vec<Vec<Consignment>> = carriers.iter().map(Tracked::consignments).collect();
    let parts: Vec<&Consignment> = parts.iter().filter_map(|parts| part_of(parts, &order.number)).collect();
    let handed_over: Vec<i64> =
        parts.iter().filter_map(|part| part.handed_over(line)).map(|one| one.milli).collect();
    if handed_over.is_empty() {
        return None;
    }
    let added = |figures: &mut dyn Iterator<Item = i64>| figures.fold(0, i64::saturating_add);
    let handed_over = added(&mut handed_over.into_iter());
    let admitted = added(&mut parts.iter().map(|part| part.admitted(line)));
    let missing = line.quantity.milli.saturating_sub(handed_over).saturating_sub(admitted);
    if !is_less(0, missing) {
        return None;
    }
    if !is_less(order.state.returned(line), missing) {
        let is_open = |one: &ShipmentException| {
            one.is_open() && one.rule == Rule::ReturnOpened && one.orders.contains(&order.number)
        };
        let is_unsettled = carriers.iter().flat_map(|one| &one.exceptions).any(is_open);
        return is_unsettled.then(|| format!("the return of line {} is not settled", line.line));
    }
    let mut misfits = parts
        .iter()
        .flat_map(|part| part.misfits())
        .filter(|misfit| matches!(misfit, Misfit::UnknownLine { .. } | Misfit::Unit { .. }));
    let of = |milli| Quantity { milli, unit: line.quantity.unit.clone() };
    let counted = format!(
        "a part of line {} is still to come: {} of {} so far",
        line.line,
        of(handed_over),
        line.quantity
    );
    Some(
        misfits
            .next()
            .map_or(counted.clone(), |misfit| format!("{counted}; told were {}", misfit.describe())),
    )
}

/// What is to be decided about what one shipment carries, while other parts of the order are still to come: the shipment's
/// number, why, and whether it is let go.
fn decide_part(order: &Order, carrier: &Tracked, missing: &[String]) -> Option<(String, String, bool)> {
    let number = carrier.shipment.number.clone();
    match (missing.is_empty(), order.state.may_leave(&number)) {
        (true, false) if carrier.releases_by_shipment() => {
            let reason = confirmed_by(&order.number, carrier);
            Some((number, reason, true))
        }
        (false, true) => Some((number, summed(missing), false)),
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
fn confirmed_by(order: &str, carrier: &Tracked) -> String {
    let shipment = &carrier.shipment;
    if let Some(approval) = shipment.state.approvals.iter().find(|approval| approval.releases(order)) {
        let by = approval.decided.as_ref().and_then(|decided| decided.by.as_deref()).unwrap_or("somebody");
        return format!("{by} released it without all papers of {}", shipment.number);
    }
    let parts = carrier.consignments();
    let stops: Vec<&Stop> =
        part_of(&parts, order).map(|part| part.hand_over_stops().collect()).unwrap_or_default();
    let signed: Vec<&str> =
        stops.into_iter().filter_map(|stop| stop.pod.as_ref()).map(|pod| pod.signed_by.as_str()).collect();
    format!("{} is delivered, signed by {}", shipment.number, signed.join(" and "))
}
