//! *Return opened*: goods of an order on the shipment came back. It stays until somebody has dealt with it.

use super::{Condition, Rule, Situation};
use crate::consignment::same_number;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let returned = situation.orders.iter().flat_map(|order| {
        let returns = &order.state.returns;
        returns.iter().enumerate().map(move |(place, returned)| {
            let earlier =
                returns[..place].iter().filter(|one| same_number(&one.line, &returned.line)).count();
            (&order.number, returned, earlier)
        })
    });
    returned
        .map(|(order, returned, earlier)| {
            let because = returned.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
            // Each return is a matter of its own, also of a line of which something came back before.
            let which = if earlier == 0 { String::new() } else { format!(", return {}", earlier + 1) };
            Condition {
                rule: Rule::ReturnOpened,
                cause: format!("order {order}, line {}{which}", returned.line),
                detail: format!(
                    "{} of order {order}, line {}, came back{because}",
                    returned.quantity, returned.line
                ),
                orders: vec![order.clone()],
            }
        })
        .collect()
}
