//! Reasons that are often given when an exception of a rule is resolved: one key puts one into the field, Enter sends it. What was
//! said last of the rule stands first, as the browser remembers.

use crate::plain::IntoPlain;
use domain::rules::Rule;
use leptos::prelude::*;

/// The reasons of an open exception, as buttons.
pub fn reasons(rule: Rule) -> AnyView {
    let buttons = of(rule).iter().map(|reason| {
        view! {
            <button type="button" class="quiet" data-reason=*reason>
                {*reason}
            </button>
        }
    });
    let options = of(rule).iter().map(|reason| view! { <option value=*reason></option> });
    view! {
        <p class="hint needs-script">"Reasons that are often given; keys 1 to 9 put one into the field:"</p>
        <datalist id="reasons">{options.collect_view()}</datalist>
        <div class="reasons needs-script" data-reasons=rule.as_str() role="group" aria-label="Reasons that are often given">
            {buttons.collect_view()}
        </div>
    }
    .plain()
}

fn of(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::TenderRejected | Rule::TenderUnanswered => &[
            "Another carrier has it",
            "Offered again at another rate",
            "The carrier has said yes by telephone",
        ],
        Rule::MissedPickup | Rule::LateDeparture => {
            &["Picked up; the report came late", "A new pickup is agreed", "The goods were not ready"]
        }
        Rule::EtaBeyondPromise | Rule::DelayReported | Rule::WeatherOrRoute => &[
            "The customer knows and agrees to the new time",
            "The carrier takes another route",
            "Expressed from the next hub",
        ],
        Rule::CustomsHold => &[
            "The papers were sent to customs",
            "The broker has cleared it",
            "The customer sends what is missing",
        ],
        Rule::PodOverdue => &[
            "The carrier has sent the proof",
            "Asked the carrier for the proof",
            "The consignee has confirmed by mail",
        ],
        Rule::AppointmentMissed | Rule::AppointmentRescheduled => &[
            "A new appointment is booked",
            "The dock took it all the same",
            "The customer agrees to the new time",
        ],
        Rule::InventoryShortage | Rule::QuantityMismatch => {
            &["The rest follows on another shipment", "The order was corrected", "Counted again: it adds up"]
        }
        Rule::DwellOverLimit => &["The truck has left", "Detention is agreed", "The dock was full"],
        Rule::DeliveryDiscrepancy | Rule::PodDiscrepancy => &[
            "A claim is opened with the carrier",
            "A credit note is issued",
            "The rest is sent again",
            "The consignee accepts it as it is",
        ],
        Rule::ReturnOpened | Rule::CancelledUnderWay => &[
            "The goods go back to the sender",
            "Another customer takes them",
            "The customer takes them after all",
        ],
        Rule::SilentShipment | Rule::FeedSilent => &[
            "The source sends again",
            "The carrier has told by telephone",
            "The connection was down and is mended",
        ],
        Rule::ChargeOverTolerance => {
            &["Agreed with the carrier", "The carrier corrects the charge", "Charged on to the customer"]
        }
        Rule::InvoiceWithoutProof | Rule::ProvenNotReleased => {
            &["The proof is here now", "The invoice was called back", "Released by hand in the ERP"]
        }
        Rule::CustomerWaits => &["Answered by telephone", "Answered by mail", "Nothing more is asked"],
        Rule::ImplausibleReport | Rule::DoubleStatement | Rule::NumberClash => &[
            "The source has corrected it",
            "Reported by mistake",
            "Both are right: the numbers were told apart",
        ],
        Rule::AuthorityConflict => {
            &["The owner states it now", "Stated by mistake", "The source states it no more"]
        }
        Rule::EndpointDown => {
            &["The other end is mended", "Sent again what was given up", "What was given up was told by hand"]
        }
        Rule::UnknownCode | Rule::UnreadableData | Rule::MasterDataMismatch => {
            &["The source is corrected", "The master data is there now", "Sent again and taken"]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_reasons_that_keys_reach_and_none_twice() {
        for rule in Rule::ALL {
            let mut reasons = of(rule).to_vec();
            assert!((2..=9).contains(&reasons.len()), "{}", rule.as_str());
            reasons.sort_unstable();
            reasons.dedup();
            assert_eq!(reasons.len(), of(rule).len(), "{}", rule.as_str());
        }
    }
}
