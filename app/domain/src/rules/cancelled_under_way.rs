//! *Cancelled, goods under way*: the shipment, or an order on it, was called off while the goods were on a truck. Somebody has to
//! say where they go.

use super::{Condition, Rule, Situation};
use crate::consignment::Stage;
use crate::order::Order;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let parts = situation.parts.iter().filter_map(|part| {
        let number = part.number;
        let order = situation.orders.iter().find(|order| Some(order.number.as_str()) == number);
        let is_order_off = order.is_some_and(|order| order.state.cancelled.is_some());
        let why = match part.stage() {
            Stage::CalledOffOnBoard if is_order_off => "The order was cancelled while its goods",
            Stage::CalledOffOnBoard if part.is_dropped() => {
                "A new plan names the order no more while the goods"
            }
            Stage::CalledOffOnBoard => "The shipment was called off while the goods",
            Stage::HandedOver | Stage::Disputed | Stage::Proven if is_order_off => {
                return order
                    .filter(|order| !order.state.is_invoiced() && !part.is_back)
                    .map(|order| given_away(order));
            }
            Stage::HandedOn if part.goes_on().is_some_and(|onward| onward.with.is_empty()) => {
                "The truck that was to take on the goods does not come; they"
            }
            _ => return None,
        };
        let named = number.map_or(String::new(), |number| format!(" of order {number}"));
        Some(Condition {
            rule: Rule::CancelledUnderWay,
            cause: number.map_or("all goods".to_owned(), |number| format!("order {number}")),
            detail: format!("{why}{named} were under way, and nobody said where they go"),
            orders: number.map(str::to_owned).into_iter().collect(),
        })
    });
    parts.collect()
}

/// A cancelled order whose goods its customer has.
fn given_away(order: &Order) -> Condition {
    Condition {
        rule: Rule::CancelledUnderWay,
        cause: format!("order {}", order.number),
        detail: format!(
            "Order {} is cancelled and its goods were handed over all the same: they are invoiced to nobody unless it is released again or they come back",
            order.number
        ),
        orders: vec![order.number.clone()],
    }
}
