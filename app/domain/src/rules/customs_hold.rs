//! *Customs hold*: customs holds the goods and has not let them go.

use super::{Condition, Rule, Situation};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let hold = situation.shipment.state.hold.as_ref();
    hold.map(|hold| Condition {
        rule: Rule::CustomsHold,
        cause: format!("hold by {}", hold.office),
        detail: format!(
            "{} holds the goods: {}",
            hold.office,
            hold.reason.as_deref().unwrap_or("no reason given")
        ),
    })
    .into_iter()
    .collect()
}
