//! *Quantities do not add up*: what was loaded, handed over or signed for does not fit the order: too much, too little without a
//! remark, a line or a unit that it does not have, goods of an order that is not on the shipment.

use super::{Condition, Rule, Situation};
use crate::consignment::Consignment;
use crate::fact::HandledLine;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let of_orders = situation.parts.iter().filter_map(|part| {
        let number = part.number?;
        let misfits: Vec<String> = part.misfits().iter().map(crate::consignment::Misfit::describe).collect();
        (!misfits.is_empty()).then(|| Condition {
            rule: Rule::QuantityMismatch,
            cause: format!("order {number}"),
            detail: format!("Order {number}: {}", misfits.join("; ")),
            orders: vec![number.to_owned()],
        })
    });
    of_orders.chain(strangers(situation)).collect()
}

/// Goods of orders that are not on the shipment.
fn strangers<'a>(situation: &Situation<'a>) -> Option<Condition> {
    let state = &situation.shipment.state;
    if state.orders.is_empty() {
        return None;
    }
    let handlings = state.all_stops().flat_map(|stop| stop.loads.iter().chain(&stop.hand_overs));
    let is_known =
        |line: &&HandledLine| situation.parts.iter().any(|part: &Consignment<'a>| part.is_named(&line.order));
    let named = handlings.flat_map(|handling| &handling.lines).filter(|line| !is_known(line));
    let mut told: Vec<String> =
        named.map(|line| format!("{} of order {}, line {}", line.quantity, line.order, line.line)).collect();
    told.dedup();
    (!told.is_empty()).then(|| {
        let detail = format!("Told were {}: no such order is on it", told.join(", "));
        Condition::new(Rule::QuantityMismatch, "orders that are not on it", detail)
    })
}
