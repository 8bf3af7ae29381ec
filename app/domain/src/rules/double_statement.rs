//! *Told twice, it seems*: a payment or a return came again under another id, with the same moment and figures and no number of
//! its own, and is counted once until somebody has looked; or an invoice that was paid is paid again.

use super::{Condition, Rule, Situation};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let doubled = situation.orders.iter().filter(|order| !order.state.doubles.is_empty());
    doubled
        .map(|order| Condition {
            rule: Rule::DoubleStatement,
            cause: format!("order {}", order.number),
            detail: format!("Order {}: {}", order.number, order.state.doubles.join("; ")),
            orders: vec![order.number.clone()],
        })
        .collect()
}
