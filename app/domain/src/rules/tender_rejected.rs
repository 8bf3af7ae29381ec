//! *Tender rejected*: nobody carries it: the carriers asked said no, or nothing until the tender expired, no offer is open, and
//! nobody is named.

use super::{Condition, Rule, Situation};
use crate::deadline::DeadlineKind;
use crate::shipment::{Stop, TenderState};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let state = &situation.shipment.state;
    let is_unanswered =
        |tender: &str| situation.overdue(DeadlineKind::TenderAnswer).any(|deadline| deadline.stop == tender);
    let is_open = |state: TenderState, tender: &str| state == TenderState::Offered && !is_unanswered(tender);
    let is_carried = state.carrier.is_some()
        || state.stops.iter().any(Stop::has_begun)
        || state
            .tenders
            .iter()
            .any(|one| one.state == TenderState::Accepted || is_open(one.state, &one.tender));
    let said_no = |state| matches!(state, TenderState::Rejected | TenderState::Expired);
    let last = state.tenders.iter().filter(|one| said_no(one.state)).max_by_key(|tender| tender.at);
    last.filter(|_| !is_carried)
        .map(|tender| {
            let carrier = tender.carrier.as_ref().map_or("the carrier", |carrier| carrier.name.as_str());
            let reason = tender.reason.as_deref().unwrap_or("no reason given");
            let detail = match tender.state {
                TenderState::Expired => format!("{carrier} let tender {} expire", tender.tender),
                _ => format!("{carrier} rejected tender {}: {reason}", tender.tender),
            };
            Condition::new(Rule::TenderRejected, tender.cause(), detail)
        })
        .into_iter()
        .collect()
}
