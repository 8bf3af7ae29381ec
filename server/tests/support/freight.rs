//! Orders and shipments that tests tell a server about.

use chrono::{DateTime, TimeDelta, Utc};
use domain::authority::Role;
use domain::fact::{
    AtStop, CustomsStatement, EtaStatement, Handled, Mode, OrderLine, OrderTerms, Plan, PlannedStop,
    PodStatement, Priority, StopKind,
};
use domain::measure::Quantity;
use domain::party::{Customer, Item};
use domain::place::Location;
use domain::time::{Moment, Window};
use domain::{Event, EventId, Fact, SourceName};
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Delivery, Receipt, Rejected, Store};

/// Monday morning, the first moment of every test.
pub const START: &str = "2026-05-04T06:00:00Z";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number that no other part of this test has.
pub fn fresh() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub fn start() -> DateTime<Utc> {
    START.parse().expect("a moment")
}

/// A moment, in minutes from [`START`].
pub fn at(minutes: i64) -> Moment {
    (start() + TimeDelta::minutes(minutes)).fixed_offset()
}

pub fn window(from: i64, to: i64) -> Window {
    Window { from: at(from), to: at(to) }
}

/// What a source of `role` states about `number`, `minutes` after [`START`].
pub fn event(role: Role, number: &str, minutes: i64, fact: Fact) -> Event {
    let origin = format!("//{role}.test");
    Event {
        source: role.as_str().parse().expect("a name"),
        role,
        id: EventId::new(&origin, &format!("{number}-{}", fresh())),
        occurred_at: at(minutes),
        number: number.to_owned(),
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    }
}

/// What the desk or the portal states in somebody's name.
pub fn action(role: Role, actor: &str, number: &str, minutes: i64, fact: Fact) -> Event {
    Event { actor: Some(actor.to_owned()), ..event(role, number, minutes, fact) }
}

/// The ERP releases an order of one line.
pub fn released(order: &str, customer: &str) -> Event {
    event(Role::Erp, order, 0, Fact::OrderReleased(terms(customer)))
}

/// An order's terms, promised for the second day.
pub fn terms(customer: &str) -> OrderTerms {
    OrderTerms {
        customer: Customer { code: customer.to_owned(), name: format!("{customer} Ltd") },
        promised: Some(window(24 * 60, 36 * 60)),
        priority: Priority::Normal,
        lines: vec![OrderLine {
            conversions: Vec::new(),
            line: "10".to_owned(),
            item: Item { code: "VALVE".to_owned(), description: "Ball valve".to_owned() },
            quantity: Quantity::whole(12, "EA"),
            price: None,
        }],
        references: Vec::new(),
    }
}

pub fn location(city: &str) -> Location {
    Location {
        code: city.to_uppercase(),
        name: format!("{city} warehouse"),
        city: city.to_owned(),
        country: "DE".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        position: None,
    }
}

/// The TMS plans a shipment from Hamburg to Kassel: pickup on the first day, delivery on the second.
pub fn planned(shipment: &str, orders: &[&str]) -> Event {
    let (pickup, delivery) = (window(4 * 60, 6 * 60), window(26 * 60, 30 * 60));
    planned_between(shipment, orders, ("Hamburg", pickup), ("Kassel", delivery))
}

/// The TMS plans a shipment from one city to another, each with the window of its stop.
pub fn planned_between(shipment: &str, orders: &[&str], from: (&str, Window), to: (&str, Window)) -> Event {
    let stop = |stop: &str, kind, city, planned| PlannedStop {
        stop: stop.to_owned(),
        kind,
        location: location(city),
        planned,
        orders: Vec::new(),
    };
    let plan = Plan {
        order_issuer: None,
        mode: Mode::Truckload,
        orders: orders.iter().map(|order| (*order).to_owned()).collect(),
        stops: vec![stop("1", StopKind::Pickup, from.0, from.1), stop("2", StopKind::Delivery, to.0, to.1)],
        carrier: None,
        references: Vec::new(),
    };
    event(Role::Tms, shipment, 1, Fact::ShipmentPlanned(plan))
}

/// The TMS expects the truck at the delivery.
pub fn eta(shipment: &str, minutes: i64, expected: i64) -> Event {
    let fact =
        Fact::EtaChanged(EtaStatement { stop: "2".to_owned(), eta: at(expected), day: false, reason: None });
    event(Role::Tms, shipment, minutes, fact)
}

pub fn arrived(shipment: &str, minutes: i64, stop: &str) -> Event {
    event(Role::Tms, shipment, minutes, Fact::StopArrived(AtStop { stop: stop.to_owned(), raw_code: None }))
}

pub fn departed(shipment: &str, minutes: i64, stop: &str) -> Event {
    event(Role::Tms, shipment, minutes, Fact::StopDeparted(AtStop { stop: stop.to_owned(), raw_code: None }))
}

pub fn delivered(shipment: &str, minutes: i64) -> Event {
    let handled = Handled { stop: "2".to_owned(), lines: Vec::new(), left_with: None, raw_code: None };
    event(Role::Tms, shipment, minutes, Fact::StopDelivered(handled))
}

pub fn pod(shipment: &str, minutes: i64) -> Event {
    let fact = Fact::PodReceived(PodStatement {
        left_with: None,
        stop: "2".to_owned(),
        signed_by: "K. Ernst".to_owned(),
        signed_at: at(minutes),
        document: None,
        discrepancy: None,
    });
    event(Role::Tms, shipment, minutes, fact)
}

pub fn held_by_customs(shipment: &str, minutes: i64) -> Event {
    let fact = Fact::CustomsHeld(CustomsStatement {
        office: "Calais".to_owned(),
        reason: Some("papers".to_owned()),
    });
    event(Role::Tms, shipment, minutes, fact)
}

pub fn let_go_by_customs(shipment: &str, minutes: i64) -> Event {
    let fact = Fact::CustomsReleased(CustomsStatement { office: "Calais".to_owned(), reason: None });
    event(Role::Tms, shipment, minutes, fact)
}

/// The event as a source writes it: a structured CloudEvent.
pub fn cloud_event(event: &Event) -> String {
    let data: serde_json::Value = serde_json::from_str(&event.fact.data().expect("a payload")).expect("JSON");
    serde_json::json!({
        "specversion": "1.0",
        "id": event.id.id(),
        "source": event.id.origin(),
        "type": format!("syncline.{}.v1", event.fact.kind()),
        "subject": event.number,
        "time": event.occurred_at,
        "datacontenttype": "application/json",
        "data": data,
    })
    .to_string()
}

/// A delivery of which nothing could be used.
pub async fn quarantine(store: &Store) {
    let rejected = Rejected {
        position: 0,
        code: "malformed".to_owned(),
        reason: "it is no JSON".to_owned(),
        raw: "?".to_owned(),
        event_id: None,
    };
    set_aside(store, vec![rejected]).await;
}

/// The TMS sends a delivery of which nothing can be used, for these reasons.
pub async fn set_aside(store: &Store, quarantined: Vec<Rejected>) {
    let count = u32::try_from(quarantined.len()).expect("few");
    let delivery = Delivery {
        source: "tms".parse().expect("a name"),
        role: Role::Tms,
        id: format!("test-{}", fresh()),
        received_at: start(),
        headers: Vec::new(),
        body: b"?".to_vec(),
        content_type: "application/cloudevents+json".to_owned(),
        events: Vec::new(),
        quarantined,
        expected: None,
    };
    let receipt = store.append(delivery).await.expect("a receipt");
    assert_eq!((receipt.accepted, receipt.quarantined), (0, count));
}

/// Takes events into the journal past the HTTP door, as one delivery of their (one) source.
pub async fn append(store: &Store, events: Vec<Event>) -> Receipt {
    let first = events.first().expect("an event");
    let count = events.len();
    let last = events.iter().map(|event| event.occurred_at).max().expect("an event");
    let delivery = Delivery {
        source: SourceName::clone(&first.source),
        role: first.role,
        id: format!("test-{}", fresh()),
        received_at: last.to_utc(),
        headers: Vec::new(),
        body: Vec::new(),
        content_type: "application/cloudevents-batch+json".to_owned(),
        events,
        quarantined: Vec::new(),
        expected: None,
    };
    let receipt = store.append(delivery).await.expect("a receipt");
    assert_eq!(receipt.accepted as usize, count, "{receipt:?}");
    receipt
}
