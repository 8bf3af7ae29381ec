//! *Customs hold*: a customs office holds the goods and has not let them go, nor have they arrived all the same. Each office that
//! holds them is one.

use super::{Condition, Rule, Situation};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let holds = situation.shipment.state.holds.iter().filter(|_| !situation.is_over());
    holds
        .map(|hold| {
            let reason = hold.reason.as_deref().unwrap_or("no reason given");
            let detail = format!("{} holds the goods: {reason}", hold.office);
            Condition::new(Rule::CustomsHold, format!("hold by {}", hold.office), detail)
        })
        .collect()
}
