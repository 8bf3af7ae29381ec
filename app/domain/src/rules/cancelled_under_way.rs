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
        let goods = number.map_or("the goods".to_owned(), |number| format!("the goods of order {number}"));
        let under_way = match part.stage() {
            Stage::CalledOffOnBoard if is_order_off => {
                format!("{goods} were under way when it was cancelled")
            }
            Stage::CalledOffOnBoard if part.is_dropped() => {
                format!("{goods} were on the truck when a new plan left it out")
            }
            Stage::CalledOffOnBoard => format!("{goods} were under way when the shipment was called off"),
            Stage::HandedOver | Stage::Disputed | Stage::Proven if is_order_off => {
                return order
                    .filter(|order| !order.state.is_invoiced() && !part.is_back)
                    .map(|order| given_away(order));
            }
            Stage::HandedOn if part.goes_on().is_some_and(|onward| onward.with.is_empty()) => {
                format!("{goods} are at the hub, and the truck that was to take them on does not come")
            }
            _ => return None,
        };
        Some(Condition {
            rule: Rule::CancelledUnderWay,
            cause: number.map_or("all goods".to_owned(), |number| format!("order {number}")),
            detail: format!("Nobody said where they go: {under_way}"),
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
