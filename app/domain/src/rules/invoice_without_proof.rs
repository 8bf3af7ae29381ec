//! *Invoice without proof*: an order was invoiced, or its invoice was let go, though its delivery here is not, or no longer,
//! proven.

use super::{Condition, Rule, Situation};
use crate::gate::unproven;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let is_out = |order: &&&crate::order::Order| {
        let state = &order.state;
        let was_invoiced = state.invoices.iter().any(|invoice| invoice.invoiced_at.is_some());
        state.cancelled.is_none() && (was_invoiced || state.might_leave(&situation.shipment.number))
    };
    let out = situation.orders.iter().filter(is_out);
    out.filter_map(|order| {
        let first = unproven(&order.number, situation.shipment)?.into_iter().next()?;
        Some(Condition {
            rule: Rule::InvoiceWithoutProof,
            cause: order.number.clone(),
            detail: format!("Order {} was invoiced or let go: {first}", order.number),
        })
    })
    .collect()
}
