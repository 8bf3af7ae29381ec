//! *Return opened*: goods of an order on the shipment came back. It stays until somebody has dealt with it.

use super::{Condition, Rule, Situation};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let returned = situation
        .orders
        .iter()
        .flat_map(|order| order.state.returns.iter().map(|returned| (&order.number, returned)));
    returned
        .map(|(order, returned)| {
            let because = returned.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
            Condition {
                rule: Rule::ReturnOpened,
                cause: format!("order {order}, line {}", returned.line),
                detail: format!(
                    "{} of order {order}, line {}, came back{because}",
                    returned.quantity, returned.line
                ),
            }
        })
        .collect()
}
