//! The canonical facts: what a source may state, one variant a kind. The kind's name is the middle of the
//! CloudEvents type: `syncline.stop.arrived.v1` states a [`Fact::StopArrived`].

mod desk;
mod feed;
mod order;
mod transport;

pub use desk::*;
pub use feed::*;
pub use order::*;
pub use transport::*;

use crate::unreadable;
use serde::{Deserialize, Serialize};

/// What an event is about; decides which canonical id its subject has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    Order,
    Shipment,
    Customer,
    Item,
    Location,
    /// The rules file.
    Rulebook,
    /// What a source sends, as a whole.
    Feed,
    /// Somebody who signs in.
    Account,
}

/// Why a payload states no fact.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    #[error("`{0}` is no kind of event that Syncline knows: see /contracts for the list")]
    UnknownKind(String),
    #[error("{kind}: at `{path}`: {message}")]
    Malformed { kind: String, path: String, message: String },
}

macro_rules! facts {
    ($($(#[$doc:meta])* $kind:literal => $variant:ident($payload:ty) on $noun:ident,)*) => {
        /// One fact that a source states.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "data")]
        pub enum Fact {
            $($(#[$doc])* #[serde(rename = $kind)] $variant($payload),)*
        }

        impl Fact {
            /// Every kind, in the order of the contract.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// The kind's name, `stop.arrived` for example.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }

            /// What a kind is about, if the kind is known.
            pub fn noun_of(kind: &str) -> Option<Noun> {
                match kind { $($kind => Some(Noun::$noun),)* _ => None }
            }

            /// Reads the payload of `kind`. The error names the path of the value that was wrong.
            pub fn parse(kind: &str, data: &str) -> Result<Self, FactError> {
                match kind {
                    $($kind => payload(kind, data).map(Self::$variant),)*
                    _ => Err(FactError::UnknownKind(kind.to_owned())),
                }
            }

            /// The payload alone, as it stands under `data` in an event.
            pub fn data(&self) -> serde_json::Result<String> {
                match self { $(Self::$variant(data) => serde_json::to_string(data),)* }
            }

            /// The JSON Schema of a kind's payload, if the kind is known.
            #[cfg(feature = "schema")]
            pub fn schema(kind: &str) -> Option<schemars::Schema> {
                match kind { $($kind => Some(schemars::schema_for!($payload)),)* _ => None }
            }
        }
    };
}

facts! {
    /// The ERP released an order for delivery.
    "order.released" => OrderReleased(OrderTerms) on Order,
    /// The ERP changed an order; states the whole order anew.
    "order.changed" => OrderChanged(OrderTerms) on Order,
    "order.cancelled" => OrderCancelled(Cancellation) on Order,
    /// The ERP invoiced an order.
    "order.invoiced" => OrderInvoiced(Invoiced) on Order,
    "invoice.disputed" => InvoiceDisputed(InvoiceStatement) on Order,
    "invoice.paid" => InvoicePaid(InvoicePayment) on Order,
    "order.returned" => OrderReturned(Returned) on Order,
    /// Syncline holds an order's invoice until its delivery is confirmed.
    "invoice.held" => InvoiceHeld(InvoiceDecision) on Order,
    /// Syncline lets an order's invoice go.
    "invoice.released" => InvoiceReleased(InvoiceDecision) on Order,

    "customer.registered" => CustomerRegistered(CustomerTerms) on Customer,
    "item.registered" => ItemRegistered(ItemTerms) on Item,
    "location.registered" => LocationRegistered(crate::place::Location) on Location,

    /// Somebody put another rules file in force.
    "rulebook.changed" => RulebookChanged(crate::rulebook::Rulebook) on Rulebook,

    /// An account chose what it wants to be told; states the whole anew.
    "subscription.changed" => SubscriptionChanged(crate::subscription::Subscription) on Account,

    /// The TMS planned a shipment, or planned it anew.
    "shipment.planned" => ShipmentPlanned(Plan) on Shipment,
    "shipment.cancelled" => ShipmentCancelled(Cancellation) on Shipment,
    "tender.offered" => TenderOffered(TenderOffer) on Shipment,
    "tender.accepted" => TenderAccepted(TenderAnswer) on Shipment,
    "tender.rejected" => TenderRejected(TenderAnswer) on Shipment,
    "tender.expired" => TenderExpired(TenderAnswer) on Shipment,
    "carrier.assigned" => CarrierAssigned(CarrierAssignment) on Shipment,
    "appointment.scheduled" => AppointmentScheduled(AppointmentTerms) on Shipment,
    "appointment.rescheduled" => AppointmentRescheduled(AppointmentTerms) on Shipment,
    "appointment.missed" => AppointmentMissed(AtStop) on Shipment,
    /// The goods stand ready at the pickup.
    "pickup.readied" => PickupReadied(AtStop) on Shipment,
    "stop.arrived" => StopArrived(AtStop) on Shipment,
    /// The goods are on the truck.
    "stop.loaded" => StopLoaded(Handled) on Shipment,
    "stop.departed" => StopDeparted(AtStop) on Shipment,
    "shipment.sent_out_for_delivery" => ShipmentSentOutForDelivery(AtStop) on Shipment,
    /// The goods are off the truck and accepted.
    "stop.delivered" => StopDelivered(Handled) on Shipment,
    /// The consignee sent the truck away.
    "stop.refused" => StopRefused(Refusal) on Shipment,
    /// Nobody was there to take the goods; the carrier comes again.
    "delivery.attempted" => DeliveryAttempted(Attempt) on Shipment,
    /// The goods wait where their consignee collects them: a parcel shop, a depot.
    "collection.readied" => CollectionReadied(CollectionPoint) on Shipment,
    /// The goods are back with their sender.
    "shipment.returned" => ShipmentReturned(Ending) on Shipment,
    /// The goods are lost or destroyed: nobody waits for them any more.
    "shipment.written_off" => ShipmentWrittenOff(Ending) on Shipment,
    "position.reported" => PositionReported(PositionReport) on Shipment,
    "eta.changed" => EtaChanged(EtaStatement) on Shipment,
    "delay.reported" => DelayReported(DelayStatement) on Shipment,
    "customs.held" => CustomsHeld(CustomsStatement) on Shipment,
    "customs.released" => CustomsReleased(CustomsStatement) on Shipment,
    "pod.received" => PodReceived(PodStatement) on Shipment,
    "document.attached" => DocumentAttached(crate::charge::Document) on Shipment,
    "charge.stated" => ChargeStated(crate::charge::Charge) on Shipment,
    /// The source takes back one of its own events. The event stays, marked *corrected*.
    "event.retracted" => EventRetracted(Retraction) on Shipment,
    /// As `event.retracted`, for an event about an order.
    "order.event_retracted" => OrderEventRetracted(Retraction) on Order,

    /// Nothing has come from a source for too long.
    "feed.fell_silent" => FeedFellSilent(FeedSilence) on Feed,
    /// Parts of what a source said wait in quarantine.
    "feed.parts_refused" => FeedPartsRefused(RefusedParts) on Feed,
    /// A part that waited in quarantine was taken in by a second person's word.
    "feed.part_accepted" => FeedPartAccepted(PartAccepted) on Feed,

    /// Messages to an endpoint do not get through, or were given up.
    "endpoint.failed" => EndpointFailed(EndpointFailure) on Feed,
    /// They do again.
    "endpoint.recovered" => EndpointRecovered(EndpointRecovery) on Feed,

    /// Several shipments carry an order: what this one does of its way.
    "leg.stated" => LegStated(Leg) on Shipment,

    /// A moment by which something was due went by.
    "deadline.passed" => DeadlinePassed(crate::deadline::Deadline) on Shipment,

    "exception.assigned" => ExceptionAssigned(ExceptionAssignment) on Shipment,
    "exception.snoozed" => ExceptionSnoozed(ExceptionSnooze) on Shipment,
    "exception.noted" => ExceptionNoted(ExceptionNote) on Shipment,
    "exception.resolved" => ExceptionResolved(ExceptionResolution) on Shipment,
    "exception.reopened" => ExceptionReopened(ExceptionNote) on Shipment,
    /// Closes an exception as the same as another.
    "exception.merged" => ExceptionMerged(ExceptionLink) on Shipment,
    "exception.linked" => ExceptionLinked(ExceptionLink) on Shipment,
    "case.opened" => CaseOpened(CaseOpening) on Shipment,
    "case.answered" => CaseAnswered(CaseAnswer) on Shipment,
    "case.closed" => CaseClosed(CaseAnswer) on Shipment,
    /// Somebody asks a second person to allow something.
    "approval.requested" => ApprovalRequested(ApprovalRequest) on Shipment,
    "approval.granted" => ApprovalGranted(ApprovalDecision) on Shipment,
    "approval.refused" => ApprovalRefused(ApprovalDecision) on Shipment,
    "tracking.shared" => TrackingShared(Sharing) on Shipment,
    "tracking.revoked" => TrackingRevoked(SharingEnd) on Shipment,
}

impl Fact {
    /// Where it stands among the facts of one moment: what can follow what. An offer comes before its answer, an arrival before
    /// the departure, an order before its change.
    pub fn step(&self) -> u8 {
        match self {
            Self::OrderReleased(_) | Self::ShipmentPlanned(_) => 0,
            Self::OrderChanged(_) | Self::TenderOffered(_) => 1,
            Self::OrderCancelled(_)
            | Self::TenderAccepted(_)
            | Self::TenderRejected(_)
            | Self::TenderExpired(_) => 2,
            Self::OrderInvoiced(_)
            | Self::CarrierAssigned(_)
            | Self::AppointmentScheduled(_)
            | Self::CaseOpened(_) => 3,
            Self::InvoiceDisputed(_)
            | Self::AppointmentMissed(_)
            | Self::CaseAnswered(_)
            | Self::ApprovalRequested(_) => 4,
            Self::InvoicePaid(_)
            // Who misses a time is given another.
            | Self::AppointmentRescheduled(_)
            | Self::PickupReadied(_)
            | Self::CaseClosed(_)
            | Self::ApprovalGranted(_)
            | Self::ApprovalRefused(_) => 5,
            Self::OrderReturned(_) | Self::CustomsHeld(_) | Self::DelayReported(_) => 6,
            Self::CustomsReleased(_) | Self::EtaChanged(_) | Self::ShipmentSentOutForDelivery(_) => 7,
            Self::StopArrived(_) | Self::PositionReported(_) => 8,
            Self::StopLoaded(_)
            | Self::StopDelivered(_)
            | Self::StopRefused(_)
            | Self::DeliveryAttempted(_)
            | Self::CollectionReadied(_) => 9,
            Self::StopDeparted(_) | Self::PodReceived(_) => 10,
            Self::ShipmentReturned(_) | Self::ShipmentWrittenOff(_) | Self::ShipmentCancelled(_) => 11,
            Self::InvoiceHeld(_)
            | Self::InvoiceReleased(_)
            | Self::CustomerRegistered(_)
            | Self::ItemRegistered(_)
            | Self::LocationRegistered(_)
            | Self::RulebookChanged(_)
            | Self::SubscriptionChanged(_)
            | Self::DocumentAttached(_)
            | Self::ChargeStated(_)
            | Self::FeedFellSilent(_)
            | Self::FeedPartsRefused(_)
            | Self::FeedPartAccepted(_)
            | Self::EndpointFailed(_)
            | Self::EndpointRecovered(_)
            | Self::LegStated(_)
            | Self::DeadlinePassed(_)
            | Self::ExceptionAssigned(_)
            | Self::ExceptionSnoozed(_)
            | Self::ExceptionNoted(_)
            | Self::ExceptionResolved(_)
            | Self::ExceptionReopened(_)
            | Self::ExceptionMerged(_)
            | Self::ExceptionLinked(_)
            | Self::TrackingShared(_)
            | Self::TrackingRevoked(_) => 12,
            Self::EventRetracted(_) | Self::OrderEventRetracted(_) => 13,
        }
    }

    /// What this fact is about.
    pub fn noun(&self) -> Noun {
        Self::noun_of(self.kind()).unwrap_or(Noun::Shipment)
    }
}

fn payload<T: serde::de::DeserializeOwned>(kind: &str, data: &str) -> Result<T, FactError> {
    let mut reader = serde_json::Deserializer::from_str(data);
    let malformed =
        |path: String, message: String| FactError::Malformed { kind: kind.to_owned(), path, message };
    let payload = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| malformed(error.path().to_string(), unreadable::unfit(error.inner())))?;
    reader.end().map_err(|error| malformed(".".to_owned(), unreadable::broken(&error)))?;
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_that_lacks_a_value_names_it_and_where() {
        let error = Fact::parse("eta.changed", r#"{"stop":"2","eta":"tomorrow"}"#).expect_err("no moment");
        assert!(error.to_string().starts_with("eta.changed: at `eta`:"), "{error}");
        let error = Fact::parse("stop.arrived", "{}").expect_err("no stop");
        assert!(error.to_string().contains("`stop` is missing"), "{error}");
    }

    #[test]
    fn an_unknown_kind_is_told_where_the_list_is() {
        let error = Fact::parse("truck.exploded", "{}").expect_err("unknown");
        assert!(error.to_string().contains("`truck.exploded`") && error.to_string().contains("/contracts"));
    }

    #[test]
    fn a_field_of_a_later_contract_is_read_over() {
        let fact = Fact::parse("stop.arrived", r#"{"stop":"1","gate":"7"}"#).expect("a fact");
        assert_eq!(fact.data().expect("json"), r#"{"stop":"1"}"#);
    }
}
