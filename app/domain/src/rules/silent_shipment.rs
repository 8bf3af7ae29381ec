//! *Silent shipment*: the truck is on its way, and its TMS has said nothing for a day.

use super::{Condition, Rule, Situation};
use crate::deadline::DeadlineKind;
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let heard = situation.shipment.state.heard_at;
    situation
        .overdue(DeadlineKind::News)
        .map(|_| Condition {
            rule: Rule::SilentShipment,
            cause: "no news".to_owned(),
            orders: Vec::new(),
            detail: heard.map_or_else(
                || "Nothing was ever heard of it".to_owned(),
                |at| format!("Nothing was heard of it since {}", format_moment(at)),
            ),
        })
        .collect()
}
