//! What the TMS says in the example.

use super::{Example, ORDER, SHIPMENT, at, basel, carrier, cartons, euros, kassel, said, window};
use domain::Fact;
use domain::authority::Role;
use domain::charge::{Charge, ChargeKind, Document, DocumentKind};
use domain::fact::{
    AppointmentTerms, AtStop, Attempt, Cancellation, CarrierAssignment, CollectionPoint, CustomsStatement,
    DelayReason, DelayStatement, Discrepancy, DiscrepancyKind, Ending, EtaStatement, Handled, Mode, Plan,
    PlannedStop, PodStatement, PositionReport, Refusal, Retraction, StopKind, TenderAnswer, TenderOffer,
};
use domain::place::Position;
use domain::reference::{Reference, ReferenceKind};
use domain::time::{Moment, Window};

pub(super) fn told() -> Vec<Example> {
    [planning(), journey(), delivery(), corrections()].into_iter().flatten().collect()
}

fn tms(at: Moment, meaning: &'static str, fact: Fact) -> Example {
    said(Role::Tms, at, SHIPMENT, meaning, fact)
}

fn at_stop(stop: &str, code: &str) -> AtStop {
    AtStop { stop: stop.into(), raw_code: Some(code.into()) }
}

fn planning() -> Vec<Example> {
    let stop = |stop: &str, kind, location, planned| PlannedStop {
        stop: stop.into(),
        kind,
        location,
        planned,
        orders: Vec::new(),
    };
    let answer = |tender: &str, reason: Option<&str>| TenderAnswer {
        tender: tender.into(),
        reason: reason.map(Into::into),
    };
    vec![
        tms(
            at(2, 13, 0),
            "A shipment was planned, or planned anew; states the whole plan.",
            Fact::ShipmentPlanned(Plan {
                order_issuer: None,
                mode: Mode::Truckload,
                orders: vec![ORDER.into()],
                stops: vec![
                    stop("1", StopKind::Pickup, basel(), window(5, 8, 10)),
                    stop("2", StopKind::Delivery, kassel(), window(6, 8, 12)),
                ],
                carrier: None,
                references: vec![Reference {
                    kind: ReferenceKind::BillOfLading,
                    value: "BOL-55120".into(),
                    issuer: None,
                }],
            }),
        ),
        tms(
            at(2, 13, 5),
            "The shipment was offered to a carrier.",
            Fact::TenderOffered(TenderOffer {
                tender: "T-1".into(),
                carrier: carrier("RHNE", "Rhenus Road"),
                expires_at: Some(at(2, 17, 0)),
            }),
        ),
        tms(
            at(2, 14, 30),
            "The carrier turned the tender down.",
            Fact::TenderRejected(answer("T-1", Some("no vehicle in Basel"))),
        ),
        tms(
            at(2, 17, 0),
            "Nobody answered the tender in time.",
            Fact::TenderExpired(answer("T-2", Some("no answer"))),
        ),
        tms(at(2, 17, 40), "The carrier took the tender.", Fact::TenderAccepted(answer("T-3", None))),
        tms(
            at(2, 17, 41),
            "It was settled who drives.",
            Fact::CarrierAssigned(CarrierAssignment {
                carrier: carrier("GALL", "Galliker Transport"),
                vehicle: Some("LU 15 742".into()),
            }),
        ),
        tms(
            at(3, 9, 0),
            "A dock was booked.",
            Fact::AppointmentScheduled(AppointmentTerms {
                stop: "2".into(),
                window: window(6, 9, 10),
                reason: None,
            }),
        ),
        tms(
            at(5, 16, 10),
            "A dock was booked for another time.",
            Fact::AppointmentRescheduled(AppointmentTerms {
                stop: "2".into(),
                window: window(6, 13, 14),
                reason: Some("held at the border".into()),
            }),
        ),
    ]
}

fn journey() -> Vec<Example> {
    vec![
        tms(at(5, 7, 50), "The goods stand ready at the pickup.", Fact::PickupReadied(at_stop("1", "RDY"))),
        tms(at(5, 8, 20), "The truck arrived at a stop.", Fact::StopArrived(at_stop("1", "X3"))),
        tms(
            at(5, 9, 5),
            "The goods are on the truck.",
            Fact::StopLoaded(Handled {
                stop: "1".into(),
                lines: vec![cartons(24)],
                left_with: None,
                raw_code: Some("AM".into()),
            }),
        ),
        tms(at(5, 9, 20), "The truck left a stop.", Fact::StopDeparted(at_stop("1", "AF"))),
        tms(
            at(5, 10, 10),
            "Customs holds the goods.",
            Fact::CustomsHeld(CustomsStatement {
                office: "Weil am Rhein".into(),
                reason: Some("commercial invoice missing".into()),
            }),
        ),
        tms(
            at(5, 15, 45),
            "Customs lets the goods go.",
            Fact::CustomsReleased(CustomsStatement { office: "Weil am Rhein".into(), reason: None }),
        ),
        tms(
            at(5, 15, 50),
            "The shipment is late, and why.",
            Fact::DelayReported(DelayStatement {
                reason: DelayReason::Customs,
                minutes: Some(250),
                note: Some("invoice was handed in at the office".into()),
            }),
        ),
        tms(
            at(5, 15, 55),
            "The truck is expected at a stop at another time than before.",
            Fact::EtaChanged(EtaStatement {
                stop: "2".into(),
                eta: at(6, 13, 15),
                day: false,
                reason: Some(DelayReason::Customs),
            }),
        ),
        tms(
            at(6, 10, 30),
            "Where the truck is.",
            Fact::PositionReported(PositionReport {
                position: Position { latitude: 50.5558, longitude: 9.6808 },
                near: Some("A7 near Fulda".into()),
            }),
        ),
        tms(
            at(6, 11, 45),
            "The goods are on their last leg, to this stop.",
            Fact::ShipmentSentOutForDelivery(at_stop("2", "OFD")),
        ),
    ]
}

fn delivery() -> Vec<Example> {
    vec![
        tms(
            at(6, 10, 1),
            "The truck was not there in the booked window.",
            Fact::AppointmentMissed(at_stop("2", "A3")),
        ),
        tms(
            at(6, 13, 30),
            "The consignee sent the truck away.",
            Fact::StopRefused(Refusal { stop: "2".into(), reason: "no one to unload until two".into() }),
        ),
        tms(
            at(6, 13, 40),
            "Nobody was there to take the goods; the carrier comes again.",
            Fact::DeliveryAttempted(Attempt {
                stop: "2".into(),
                reason: Some("nobody at home".into()),
                next: Some(Window { from: at(7, 8, 0), to: at(7, 12, 0) }),
                raw_code: Some("AG".into()),
            }),
        ),
        tms(
            at(6, 13, 50),
            "The goods wait where their consignee collects them.",
            Fact::CollectionReadied(CollectionPoint {
                stop: "2".into(),
                place: "Post shop, Main Street 3".into(),
                until: Some(at(13, 18, 0)),
                raw_code: Some("AV".into()),
            }),
        ),
        tms(
            at(6, 16, 0),
            "The goods are back with their sender; no orders means all that was not delivered.",
            Fact::ShipmentReturned(Ending {
                orders: Vec::new(),
                reason: Some("refused by the consignee".into()),
            }),
        ),
        tms(
            at(6, 16, 30),
            "The goods are lost or destroyed: nobody waits for them any more.",
            Fact::ShipmentWrittenOff(Ending {
                orders: Vec::new(),
                reason: Some("burnt with the trailer".into()),
            }),
        ),
        tms(
            at(6, 14, 20),
            "The goods are off the truck and accepted.",
            Fact::StopDelivered(Handled {
                stop: "2".into(),
                lines: vec![cartons(23)],
                left_with: None,
                raw_code: Some("D1".into()),
            }),
        ),
        tms(
            at(6, 15, 10),
            "The consignee's signature arrived.",
            Fact::PodReceived(PodStatement {
                left_with: None,
                stop: "2".into(),
                signed_by: "M. Vogt".into(),
                signed_at: at(6, 14, 25),
                document: Some("POD-55120".into()),
                discrepancy: Some(Discrepancy {
                    kind: DiscrepancyKind::Short,
                    note: Some("23 of 24 cartons".into()),
                    lines: vec![cartons(23)],
                }),
            }),
        ),
        tms(
            at(6, 15, 11),
            "A paper exists; its bytes stay where they are.",
            Fact::DocumentAttached(Document {
                document: "POD-55120".into(),
                kind: DocumentKind::ProofOfDelivery,
                title: "Signed delivery note".into(),
            }),
        ),
        tms(
            at(7, 8, 0),
            "A freight charge was stated; the latest statement of its number counts.",
            Fact::ChargeStated(Charge {
                charge: "CH-1".into(),
                kind: ChargeKind::Linehaul,
                amount: euros(68_500),
                description: Some("Basel to Kassel, full truck".into()),
            }),
        ),
    ]
}

fn corrections() -> Vec<Example> {
    vec![
        tms(
            at(6, 14, 0),
            "The source takes back one of its own events; it stays, marked as corrected.",
            Fact::EventRetracted(Retraction {
                event: "stop.refused-061330".into(),
                reason: "the consignee found somebody after all".into(),
            }),
        ),
        said(
            Role::Tms,
            at(4, 12, 0),
            "SH-26-000816",
            "A shipment was called off.",
            Fact::ShipmentCancelled(Cancellation {
                reason: Some("planned twice".into()),
                replaced_by: Vec::new(),
            }),
        ),
    ]
}
