//! *Tender unanswered*: the last carrier asked has not answered by the time that the tender expired, or two hours after it
//! was asked, and nobody else has been named since.

use super::{Condition, Rule, Situation};
use crate::deadline::DeadlineKind;
use crate::shipment::TenderState;
use crate::time::format_moment;

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let overdue = situation.overdue(DeadlineKind::TenderAnswer);
    let tenders = &situation.shipment.state.tenders;
    overdue
        .filter_map(|deadline| {
            let tender = tenders.iter().find(|tender| tender.tender == deadline.stop)?;
            let carrier = tender.carrier.as_ref().map_or("the carrier", |carrier| carrier.name.as_str());
            (tender.state == TenderState::Offered).then(|| Condition {
                rule: Rule::TenderUnanswered,
                cause: tender.cause(),
                orders: Vec::new(),
                detail: format!(
                    "{carrier} has not answered tender {} by {}",
                    tender.tender,
                    format_moment(deadline.due_at)
                ),
            })
        })
        .collect()
}
