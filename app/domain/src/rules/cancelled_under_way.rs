//! *Cancelled, goods under way*: the shipment, or an order on it, was called off while the goods were on a truck. Somebody has to
//! say where they go.

use super::{Condition, Rule, Situation};
use crate::consignment::Stage;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let parts = situation.parts.iter().filter_map(|part| {
        let number = part.number;
        let order = situation.orders.iter().find(|order| Some(order.number.as_str()) == number);
        let is_order_off = order.is_some_and(|order| order.state.cancelled.is_some());
        let why = match part.stage() {
            Stage::CalledOffOnBoard => "The shipment was called off while the goods",
            Stage::OnBoard | Stage::Refused if is_order_off => "The order was cancelled while its goods",
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
