//! *Customer waits*: a customer wrote in a case, and nobody has answered.

use super::{Condition, Rule, Situation};
use crate::authority::Role;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let cases = situation.shipment.state.cases.iter().filter(|case| case.closed_at.is_none());
    cases
        .filter_map(|case| {
            let last = case.messages.last().filter(|last| last.role == Role::Portal)?;
            let kind = case.kind.map_or("case", crate::fact::CaseKind::label);
            Some(Condition {
                rule: Rule::CustomerWaits,
                cause: format!("case {}", case.case),
                orders: Vec::new(),
                detail: format!("{kind}: {}", last.text),
            })
        })
        .collect()
}
