//! *Charge over tolerance*: a carrier charges more than it quoted before the goods were picked up, by more than the tolerance.

use super::{Condition, Rule, Situation};
use crate::kpi::{Charged, charged};
use crate::measure::Money;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let limits = &situation.limits;
    let approvals = &situation.shipment.state.approvals;
    let over = charged(situation.shipment).into_iter().filter_map(|Charged { kind, quoted, charged }| {
        let above = charged.minor.saturating_sub(quoted.minor);
        let share = quoted.minor.saturating_mul(i64::from(limits.charge_percent)) / 100;
        let is_over = above > share.max(charged.currency.from_hundredths(limits.charge_minor));
        let is_accepted = approvals.iter().any(|approval| approval.accepts(kind, charged));
        (is_over && !is_accepted).then_some((kind, quoted, charged, above))
    });
    over.map(|(kind, quoted, charged, above)| Condition {
        rule: Rule::ChargeOverTolerance,
        cause: format!("{} in {}", kind.label(), charged.currency),
        orders: Vec::new(),
        detail: format!(
            "{} is charged for {}, {} more than quoted",
            charged,
            kind.label(),
            Money { minor: above, currency: quoted.currency }
        ),
    })
    .collect()
}
