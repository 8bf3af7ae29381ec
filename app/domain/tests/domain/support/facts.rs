//! Facts in a few words. Stop 1 is the pickup in Bremen, stop 2 the delivery in Hamburg, where nothing else is said.

use super::{at, window};
use domain::Fact;
use domain::deadline::{Deadline, DeadlineKind};
use domain::fact::{
    AppointmentTerms, AtStop, Cancellation, CarrierAssignment, CustomsStatement, DelayReason, DelayStatement,
    Discrepancy, DiscrepancyKind, Ending, EtaStatement, Handled, Mode, OrderLine, OrderTerms, Plan,
    PlannedStop, PodStatement, PositionReport, Priority, Refusal, Retraction, StopKind, TenderAnswer,
    TenderOffer,
};
use domain::measure::Quantity;
use domain::party::{Carrier, Customer, Item};
use domain::place::{Location, Position};
use domain::time::Window;

pub fn location(city: &str) -> Location {
    Location {
        code: format!("L-{city}"),
        name: format!("Yard {city}"),
        city: city.to_owned(),
        country: "DE".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        position: None,
    }
}

pub fn carrier(name: &str) -> Carrier {
    Carrier { code: name.to_uppercase(), name: name.to_owned() }
}

/// A stop of the route; no orders means all of the shipment's.
pub fn stop(number: &str, kind: StopKind, city: &str, planned: Window, orders: &[&str]) -> PlannedStop {
    let orders = orders.iter().map(|order| (*order).to_owned()).collect();
    PlannedStop { stop: number.to_owned(), kind, location: location(city), planned, orders }
}

pub fn plan(orders: &[&str], stops: Vec<PlannedStop>) -> Plan {
    let orders = orders.iter().map(|order| (*order).to_owned()).collect();
    Plan { order_issuer: None, mode: Mode::Truckload, orders, stops, carrier: None, references: Vec::new() }
}

/// From Bremen on the 1st, 8 to 10, to Hamburg on the 2nd, 8 to 12, with order 4711.
pub fn planned() -> Fact {
    Fact::ShipmentPlanned(plan(
        &["4711"],
        vec![
            stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[]),
            stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[]),
        ],
    ))
}

/// Bremen, then order 4711 to Hamburg and order 4712 to Kiel.
pub fn planned_two_drops() -> Fact {
    Fact::ShipmentPlanned(plan(
        &["4711", "4712"],
        vec![
            stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[]),
            stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &["4711"]),
            stop("3", StopKind::Delivery, "Kiel", window("3 08:00", "3 12:00"), &["4712"]),
        ],
    ))
}

/// Bremen, the cross-dock in Hanover (stop X), Hamburg.
pub fn planned_cross_dock() -> Fact {
    Fact::ShipmentPlanned(plan(
        &["4711"],
        vec![
            stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[]),
            stop("X", StopKind::CrossDock, "Hanover", window("1 14:00", "1 18:00"), &[]),
            stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[]),
        ],
    ))
}

/// What ACME ordered, promised by the 2nd at noon.
pub fn terms() -> OrderTerms {
    terms_for("ACME", Some(window("2 08:00", "2 12:00")))
}

pub fn terms_for(customer: &str, promised: Option<Window>) -> OrderTerms {
    OrderTerms {
        customer: Customer { code: customer.to_owned(), name: format!("{customer} Ltd") },
        promised,
        priority: Priority::Normal,
        lines: vec![OrderLine {
            line: "10".to_owned(),
            item: Item { code: format!("ITEM-{customer}"), description: "Pumps".to_owned() },
            quantity: Quantity::whole(4, "PF"),
            price: None,
            conversions: Vec::new(),
        }],
        references: Vec::new(),
    }
}

pub fn ordered() -> Fact {
    Fact::OrderReleased(terms())
}

pub fn at_stop(stop: &str) -> AtStop {
    AtStop { stop: stop.to_owned(), raw_code: None }
}

fn handled(stop: &str) -> Handled {
    Handled { stop: stop.to_owned(), lines: Vec::new(), left_with: None, raw_code: None }
}

pub fn ready(stop: &str) -> Fact {
    Fact::PickupReadied(at_stop(stop))
}

pub fn arrived(stop: &str) -> Fact {
    Fact::StopArrived(at_stop(stop))
}

pub fn loaded(stop: &str) -> Fact {
    Fact::StopLoaded(handled(stop))
}

pub fn departed(stop: &str) -> Fact {
    Fact::StopDeparted(at_stop(stop))
}

pub fn sent_out(stop: &str) -> Fact {
    Fact::ShipmentSentOutForDelivery(at_stop(stop))
}

pub fn delivered(stop: &str) -> Fact {
    Fact::StopDelivered(handled(stop))
}

pub fn refused(stop: &str) -> Fact {
    Fact::StopRefused(Refusal { stop: stop.to_owned(), reason: "nobody there".to_owned() })
}

/// The goods are back with their sender.
pub fn returned() -> Fact {
    Fact::ShipmentReturned(Ending { orders: Vec::new(), reason: None })
}

pub fn pod(stop: &str, signed: &str) -> Fact {
    Fact::PodReceived(PodStatement {
        stop: stop.to_owned(),
        signed_by: "J. Meyer".to_owned(),
        signed_at: at(signed),
        document: None,
        discrepancy: None,
        left_with: None,
    })
}

pub fn pod_short(stop: &str, signed: &str) -> Fact {
    pod_disputed(stop, signed, DiscrepancyKind::Short)
}

pub fn pod_disputed(stop: &str, signed: &str, kind: DiscrepancyKind) -> Fact {
    let discrepancy = Discrepancy { kind, note: None, lines: Vec::new() };
    Fact::PodReceived(PodStatement {
        stop: stop.to_owned(),
        signed_by: "J. Meyer".to_owned(),
        signed_at: at(signed),
        document: None,
        discrepancy: Some(discrepancy),
        left_with: None,
    })
}

pub fn eta(stop: &str, expected: &str) -> Fact {
    Fact::EtaChanged(EtaStatement { stop: stop.to_owned(), eta: at(expected), day: false, reason: None })
}

pub fn delay() -> Fact {
    delayed_by(DelayReason::Weather)
}

pub fn delayed_by(reason: DelayReason) -> Fact {
    Fact::DelayReported(DelayStatement { reason, minutes: Some(90), note: None })
}

pub fn held(office: &str) -> Fact {
    Fact::CustomsHeld(CustomsStatement { office: office.to_owned(), reason: None })
}

pub fn released(office: &str) -> Fact {
    Fact::CustomsReleased(CustomsStatement { office: office.to_owned(), reason: None })
}

pub fn appointment(stop: &str, from: &str, to: &str) -> Fact {
    Fact::AppointmentScheduled(AppointmentTerms {
        stop: stop.to_owned(),
        window: window(from, to),
        reason: None,
    })
}

pub fn missed(stop: &str) -> Fact {
    Fact::AppointmentMissed(at_stop(stop))
}

pub fn offered(tender: &str, to: &str) -> Fact {
    Fact::TenderOffered(TenderOffer { tender: tender.to_owned(), carrier: carrier(to), expires_at: None })
}

pub fn offered_until(tender: &str, to: &str, until: &str) -> Fact {
    let expires_at = Some(at(until));
    Fact::TenderOffered(TenderOffer { tender: tender.to_owned(), carrier: carrier(to), expires_at })
}

pub fn accepted(tender: &str) -> Fact {
    Fact::TenderAccepted(TenderAnswer { tender: tender.to_owned(), reason: None })
}

pub fn rejected(tender: &str) -> Fact {
    let reason = Some("no capacity".to_owned());
    Fact::TenderRejected(TenderAnswer { tender: tender.to_owned(), reason })
}

pub fn assigned(name: &str) -> Fact {
    Fact::CarrierAssigned(CarrierAssignment { carrier: carrier(name), vehicle: None })
}

pub fn seen_near(near: &str) -> Fact {
    let position = Position { latitude: 53.5, longitude: 9.9 };
    Fact::PositionReported(PositionReport { position, near: Some(near.to_owned()) })
}

pub fn called_off() -> Fact {
    Fact::ShipmentCancelled(Cancellation { reason: None, replaced_by: Vec::new() })
}

pub fn retracted(event: &str) -> Fact {
    Fact::EventRetracted(Retraction { event: event.to_owned(), reason: "entered by mistake".to_owned() })
}

pub fn passed(deadline: DeadlineKind, stop: &str, due: &str) -> Fact {
    Fact::DeadlinePassed(Deadline { deadline, stop: stop.to_owned(), due_at: at(due) })
}
