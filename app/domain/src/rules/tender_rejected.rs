//! *Tender rejected*: the last carrier asked said no, and nobody else has been asked or named since.

use super::{Condition, Rule, Situation};
use crate::shipment::{Tender, TenderState};

pub(super) fn conditions(situation: &Situation) -> Vec<Condition> {
    let state = &situation.shipment.state;
    let latest = state.tenders.iter().max_by_key(|tender| tender.at);
    let has_moved = state.stops.iter().any(crate::shipment::Stop::has_begun);
    // A carrier may be named without a tender.
    let has_carrier = |tender: &Tender| state.assigned_at.is_some_and(|assigned| assigned > tender.at);
    latest
        .filter(|tender| tender.state == TenderState::Rejected && !has_moved && !has_carrier(tender))
        .map(|tender| {
            let carrier = tender.carrier.as_ref().map_or("the carrier", |carrier| carrier.name.as_str());
            let reason = tender.reason.as_deref().unwrap_or("no reason given");
            Condition {
                rule: Rule::TenderRejected,
                cause: tender.tender.clone(),
                detail: format!("{carrier} rejected tender {}: {reason}", tender.tender),
            }
        })
        .into_iter()
        .collect()
}
