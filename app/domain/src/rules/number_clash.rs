//! *Number used twice*: two sources go by one number for two things, or a number was given anew long after what it named had ended.
//! Nothing of the second thing counts for the first; nobody is shown another's freight.

use super::{Condition, Rule, Situation};
use crate::shipment::NumberClash;
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let shipment = situation.shipment;
    let of_shipment = shipment.state.clash.as_ref().map(|clash| match clash {
        NumberClash::Sources(sources) => {
            let sources = sources.join(", ");
            let by = shipment.state.planned_by.as_deref().unwrap_or("another source");
            let detail = format!(
                "{sources} plans a shipment of its own under {}, which is {by}'s: give it an issuer of its own and have it sent again",
                shipment.number
            );
            Condition::new(Rule::NumberClash, format!("shipment of {sources}"), detail)
        }
        NumberClash::UsedAgain(at) => {
            let detail = format!(
                "{} was given anew at {}, long after its shipment had ended: have it sent under another number or issuer",
                shipment.number,
                format_moment(*at)
            );
            Condition::new(Rule::NumberClash, "used again", detail)
        }
    });
    let orders = situation.orders.iter().filter(|order| !order.state.also_stated_by.is_empty());
    let of_orders = orders.map(|order| {
        let sources = order.state.also_stated_by.join(", ");
        let by = order.state.stated_by.as_deref().unwrap_or("another source");
        Condition {
            rule: Rule::NumberClash,
            cause: format!("order {} of {sources}", order.number),
            detail: format!(
                "{sources} states an order of its own under {}, which is {by}'s: give it an issuer of its own and have it sent again",
                order.number
            ),
            orders: vec![order.number.clone()],
        }
    });
    of_shipment.into_iter().chain(of_orders).collect()
}
