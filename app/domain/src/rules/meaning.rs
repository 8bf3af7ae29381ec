//! What each rule means, as people read it: when it fires, when it is over, what is to be done. Shown wherever a rule is.

use super::Rule;

/// A rule in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    pub opens: &'static str,
    pub closes: &'static str,
    /// What somebody at the desk does next.
    pub advice: &'static str,
}

impl Rule {
    /// What a customer whom it concerns may read of it; nothing where it does not concern them. Never a cause that may be
    /// another's.
    pub fn for_customers(self, is_invoiced: bool) -> Option<&'static str> {
        match self {
            Self::PodOverdue | Self::PodDiscrepancy if is_invoiced => Some(
                "The proof of delivery is not complete yet, and the invoice was written before it. We are checking it.",
            ),
            Self::EtaBeyondPromise | Self::DelayReported | Self::WeatherOrRoute => {
                Some("It is later than promised. We are in touch with the carrier.")
            }
            Self::InventoryShortage => {
                Some("A part of the goods is not available yet. We will come back to you.")
            }
            Self::MissedPickup | Self::LateDeparture => {
                Some("The start of the transport is late. We are in touch with the carrier.")
            }
            Self::AppointmentMissed => Some("The booked time was missed. A new one is being agreed."),
            Self::AppointmentRescheduled => Some("The time of delivery was agreed anew."),
            Self::CustomsHold => Some("Customs holds the goods. We are seeing to the papers."),
            Self::DeliveryDiscrepancy => {
                Some("The delivery was not accepted as it was. We are looking into it with the carrier.")
            }
            Self::PodOverdue | Self::PodDiscrepancy => {
                Some("The proof of delivery is not complete yet. Nothing is invoiced before.")
            }
            Self::QuantityMismatch => {
                Some("What was delivered does not match the order. We are looking into it.")
            }
            Self::CancelledUnderWay => {
                Some("It was cancelled while the goods were under way. We are finding out where they go.")
            }
            Self::ReturnOpened => {
                Some("Goods came back. We will come back to you about credit or replacement.")
            }
            // How freight is bought and paid, and what the house does not hear, is not the customer's to worry about.
            Self::TenderRejected
            | Self::TenderUnanswered
            | Self::DwellOverLimit
            | Self::SilentShipment
            | Self::ChargeOverTolerance
            | Self::InvoiceWithoutProof
            | Self::CustomerWaits
            | Self::ProvenNotReleased
            | Self::ImplausibleReport
            | Self::DoubleStatement
            | Self::NumberClash
            | Self::FeedSilent
            | Self::AuthorityConflict
            | Self::UnknownCode
            | Self::UnreadableData
            | Self::MasterDataMismatch
            | Self::EndpointDown => None,
        }
    }

    pub fn meaning(self) -> Meaning {
        let (opens, closes, advice) = match self {
            Self::TenderRejected => (
                "The carriers asked said no or nothing, no offer is open, and nobody else is named.",
                "Another carrier is asked or named, or the goods are on their way.",
                "Ask the next carrier on the lane; tell the customer if the pickup is at risk.",
            ),
            Self::MissedPickup => (
                "No truck came to a pickup in its window or the grace after it, or the TMS reported that it was missed.",
                "The truck arrives, or another window is agreed.",
                "Call the carrier for a new time; book the dock anew.",
            ),
            Self::EtaBeyondPromise => (
                "A delivery is expected after the end of what the customer was promised, by more than the tolerance.",
                "The expected time moves back into the promise, or the goods are delivered.",
                "Ask the carrier what would help; tell the customer the new time before they ask.",
            ),
            Self::CustomsHold => (
                "A customs office holds the goods.",
                "The office lets them go, or they are delivered.",
                "Find out which papers are missing, and send them to the office.",
            ),
            Self::PodOverdue => (
                "Goods were delivered, and their proof of delivery has not arrived in time.",
                "The proof arrives.",
                "Ask the carrier for the signed proof: the invoice waits for it.",
            ),
            Self::TenderUnanswered => (
                "A carrier was asked, and has not answered until the tender expired, or for too long where it does not say.",
                "The carrier answers, or another is asked or named.",
                "Call the carrier, or ask the next one.",
            ),
            Self::LateDeparture => (
                "A truck is at a pickup or a cross-dock and has not left at the end of its window and the grace after it.",
                "The truck leaves.",
                "Ask the site what it waits for; check whether the delivery still holds.",
            ),
            Self::AppointmentMissed => (
                "A dock was booked at a delivery or a cross-dock, and no truck came in the window or the grace after it, or the TMS reported that it was missed.",
                "The truck arrives, or another window is agreed.",
                "Book the dock anew with the consignee; tell the carrier.",
            ),
            Self::AppointmentRescheduled => (
                "A booked dock was booked anew.",
                "The truck arrives there.",
                "Check that the carrier knows, and that the promise still holds.",
            ),
            Self::DelayReported => (
                "The TMS reported a delay, and no new expected time since.",
                "An expected time is stated, or a stop is reached.",
                "Ask the carrier for a new expected time.",
            ),
            Self::WeatherOrRoute => (
                "The TMS reported a delay by weather or traffic, and no new expected time since.",
                "An expected time is stated, or a stop is reached.",
                "Look at what else is on that way; tell the customers whose promise is at risk.",
            ),
            Self::InventoryShortage => (
                "The TMS reported a delay since goods were not available.",
                "An expected time is stated, or a stop is reached.",
                "Ask the plant when the rest is there; decide with the customer on a partial delivery.",
            ),
            Self::DwellOverLimit => (
                "A truck stands at a stop for longer than is free of charge.",
                "It leaves, or the goods are handed over.",
                "Call the site: detention is charged until the truck leaves.",
            ),
            Self::DeliveryDiscrepancy => (
                "The consignee refused the goods, or signed for fewer, more or damaged ones.",
                "The goods are accepted, or a clean proof of delivery replaces the disputed one.",
                "Agree with consignee and carrier on what was delivered; hold the invoice until then.",
            ),
            Self::PodDiscrepancy => (
                "A proof of delivery was signed by the wrong person, or a page of it is missing.",
                "A clean proof of delivery replaces it.",
                "Ask the carrier for the right proof.",
            ),
            Self::ReturnOpened => (
                "Goods of an order on the shipment came back.",
                "Only by hand: the system does not know when it is settled.",
                "Agree with the customer on credit or replacement.",
            ),
            Self::SilentShipment => (
                "A truck is on its way, and its TMS has said nothing of it for too long.",
                "Anything is heard of it.",
                "Call the carrier; check whether its feed has fallen silent as a whole.",
            ),
            Self::ChargeOverTolerance => (
                "A carrier charges more than it quoted before the pickup, by more than the tolerance.",
                "The charge is stated anew within the tolerance, or a second person accepts it.",
                "Ask the carrier for the reason; dispute it, or ask for approval. The invoice waits.",
            ),
            Self::InvoiceWithoutProof => (
                "An order was invoiced, or its invoice let go, and its delivery is not, or no longer, confirmed.",
                "The delivery is confirmed, or a second person lets the invoice go without.",
                "Get the proof from the carrier; the ERP was told to hold the invoice.",
            ),
            Self::CustomerWaits => (
                "A customer wrote in a case, and nobody has answered since.",
                "Somebody answers, or closes the case.",
                "Answer below; the customer reads it at once.",
            ),
            Self::QuantityMismatch => (
                "What was loaded or handed over does not fit the order: more than ordered, less than expected without a remark on the proof, a line or a unit that the order does not have, goods of an order that is not on the shipment.",
                "What was told is corrected, or the order is.",
                "Ask the carrier what was handed over; correct the message, or have the ERP state the conversion between the units.",
            ),
            Self::ProvenNotReleased => (
                "Everything that carries an order has delivered and proven it, and its invoice still waits, since the quantities do not add up.",
                "The rest is delivered, the quantities are corrected, or a second person lets the invoice go.",
                "Plan the rest, have the order cut to what was delivered, or ask for approval to release the invoice as it is.",
            ),
            Self::CancelledUnderWay => (
                "The shipment or an order on it was called off while the goods were on a truck.",
                "The goods are delivered, are back with their sender, or are written off.",
                "Ask the carrier where the goods are; send them back, or have them delivered after all.",
            ),
            Self::ImplausibleReport => (
                "A source stated what can't be: a moment ahead of its receipt, a signature after the event that reports it, a position at 0, 0 or one that nothing can reach in that time. It is kept and moves nothing.",
                "The shipment is delivered, or the moment has come.",
                "Tell the source's operator: mostly it is a clock or a receiver without a fix.",
            ),
            Self::DoubleStatement => (
                "A payment or a return came twice, under two ids, with one moment and the same figures. It is counted once.",
                "Somebody resolves it.",
                "Ask the ERP's people whether there are two: then each is to be stated with its own number.",
            ),
            Self::NumberClash => (
                "Two sources use one number for two things, or a number was given anew long after what it named had ended. What the second one says is kept and counts for nothing here.",
                "Somebody resolves it.",
                "Give the source an issuer of its own (`syncline source set NAME --issuer NAME`), or one that both share if they mean the same thing, and have it send again.",
            ),
            Self::FeedSilent => (
                "Nothing has come from a source for too long. It names the shipments that only this source tells of; none of them falls silent on its own account meanwhile.",
                "Anything comes from the source.",
                "Call whoever runs the source. Until it is back, ask the carriers of the shipments that can't wait.",
            ),
            Self::AuthorityConflict => (
                "A source stated what another owns: an ERP that something was delivered, for example. The claim changed nothing.",
                "Somebody resolves it.",
                "Ask the owner of the fact whether it is so. If it is and can't be told otherwise, ask for approval to take the claim in.",
            ),
            Self::UnknownCode => (
                "A source used a kind, a version or a value that Syncline does not know. What it said waits in quarantine as it came.",
                "Somebody resolves it.",
                "Tell the source's operator which value it is; the reason names it, and the list of known ones is at /contracts.",
            ),
            Self::UnreadableData => (
                "What a source sent can't be read: no JSON, no moment, an id that was used before. It waits in quarantine as it came.",
                "Somebody resolves it.",
                "Tell the source's operator; the reason says what is wrong and how to send it again.",
            ),
            Self::EndpointDown => (
                "An endpoint takes no messages: it is paused, it answered 410, everything failed for minutes, or messages were given up after three days. What follows waits.",
                "It takes messages again and nothing is given up, or what was is sent again.",
                "Call whoever runs the other end; the last answer stands on /integrations. Then resume it there, and send again what was given up.",
            ),
            Self::MasterDataMismatch => (
                "A source names a customer, an item or a location that no master data knows, or counts an item in another unit.",
                "The master data comes.",
                "Ask whoever keeps the ERP's master data for it.",
            ),
        };
        Meaning { opens, closes, advice }
    }
}
