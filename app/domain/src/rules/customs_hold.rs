//! *Customs hold*: customs holds the goods and has not let them go, nor have they arrived all the same.

use super::{Condition, Rule, Situation};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let state = &situation.shipment.state;
    let hold = state.hold.as_ref().filter(|_| !state.status_for(None).is_final());
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
