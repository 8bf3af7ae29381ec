//! *Proven, not released*: everything that carries an order has delivered and proven it, and its invoice still waits, since the
//! quantities do not add up, or no ERP knows the order. Nothing that is planned will change that.

use super::{Condition, Rule, Situation};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let stuck = situation.orders.iter().filter_map(|order| {
        let gate = order.state.gate.as_ref().filter(|gate| gate.is_stuck && !gate.released)?;
        let is_open = order.state.cancelled.is_none() && !order.state.may_leave(&situation.shipment.number);
        let part = situation.parts.iter().find(|part| part.number == Some(order.number.as_str()))?;
        (is_open && part.is_proven()).then(|| Condition {
            rule: Rule::ProvenNotReleased,
            cause: order.number.clone(),
            detail: format!(
                "Order {} is delivered and proven, and its invoice waits: {}",
                order.number, gate.reason
            ),
            orders: vec![order.number.clone()],
        })
    });
    stuck.collect()
}
