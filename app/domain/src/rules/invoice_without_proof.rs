//! *Invoice without proof*: an order was invoiced, or its invoice was let go, though its delivery here is not, or no longer,
//! proven.

use super::{Condition, Rule, Situation};
use crate::gate::{part_of, unproven};
use crate::order::Order;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let number = &situation.shipment.number;
    let is_out = |order: &&&Order| {
        let state = &order.state;
        state.cancelled.is_none() && (state.is_invoiced() || state.might_leave(number))
    };
    let out = situation.orders.iter().filter(is_out);
    out.filter_map(|order| {
        let part = part_of(&situation.parts, &order.number)?;
        let is_let_go = situation.shipment.state.is_let_go(&order.number);
        let first = unproven(part, number).into_iter().next().filter(|_| !is_let_go)?;
        Some(Condition {
            rule: Rule::InvoiceWithoutProof,
            cause: order.number.clone(),
            detail: format!("Order {} was invoiced or let go: {first}", order.number),
            orders: vec![order.number.clone()],
        })
    })
    .collect()
}
