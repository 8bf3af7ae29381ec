//! Orders and shipments by the million, as simple as they may be while every view of them is real: each order has a
//! customer, a promise and a line; each shipment a route, references and, mostly, a proof of delivery.

use chrono::{DateTime, TimeDelta, Utc};
use domain::authority::Role;
use domain::fact::{
    AtStop, EtaStatement, Mode, OrderLine, OrderTerms, Plan, PlannedStop, PodStatement, Priority, StopKind,
};
use domain::measure::Quantity;
use domain::party::{Carrier, Customer, Item};
use domain::place::Location;
use domain::reference::{Reference, ReferenceKind};
use domain::time::{Moment, Window};
use domain::{CustomerId, Event, EventId, Fact, SourceName};
use store::Delivery;

/// How many customers there are; the first has a tenth of all shipments.
pub const CUSTOMERS: u64 = 1000;
/// So many of the first shipments are on the road and later than promised, so that the desk has its hands full.
const LATE: u64 = 600;
/// Of so many later shipments one is late as well.
const LATE_OF: u64 = 5000;

const CITIES: [(&str, &str, &str); 24] = [
    ("Hamburg", "DE", "Europe/Berlin"),
    ("Kassel", "DE", "Europe/Berlin"),
    ("Munich", "DE", "Europe/Berlin"),
    ("Duisburg", "DE", "Europe/Berlin"),
    ("Rotterdam", "NL", "Europe/Amsterdam"),
    ("Venlo", "NL", "Europe/Amsterdam"),
    ("Antwerp", "BE", "Europe/Brussels"),
    ("Ghent", "BE", "Europe/Brussels"),
    ("Lille", "FR", "Europe/Paris"),
    ("Lyon", "FR", "Europe/Paris"),
    ("Milan", "IT", "Europe/Rome"),
    ("Verona", "IT", "Europe/Rome"),
    ("Vienna", "AT", "Europe/Vienna"),
    ("Linz", "AT", "Europe/Vienna"),
    ("Prague", "CZ", "Europe/Prague"),
    ("Brno", "CZ", "Europe/Prague"),
    ("Poznan", "PL", "Europe/Warsaw"),
    ("Lodz", "PL", "Europe/Warsaw"),
    ("Malmo", "SE", "Europe/Stockholm"),
    ("Gothenburg", "SE", "Europe/Stockholm"),
    ("Madrid", "ES", "Europe/Madrid"),
    ("Zaragoza", "ES", "Europe/Madrid"),
    ("Leeds", "GB", "Europe/London"),
    ("Dover", "GB", "Europe/London"),
];
const TRADES: [&str; 10] =
    ["Foods", "Textiles", "Tools", "Paper", "Optics", "Furniture", "Motors", "Lighting", "Pharma", "Sports"];
const FAMILIES: [&str; 10] = [
    "Almeida",
    "Bergmann",
    "Castelli",
    "Dubois",
    "Eriksen",
    "Farkas",
    "Grabowski",
    "Holm",
    "Ivanov",
    "Jansen",
];
const CARRIERS: [(&str, &str); 5] = [
    ("NRDL", "Nordlicht Spedition"),
    ("TRVX", "Transvaux"),
    ("KLPR", "Kuiper Logistics"),
    ("ALPC", "Alpine Cargo"),
    ("MRDN", "Meridian Freight"),
];

/// The numbers by which a shipment can be searched for.
pub fn shipment_number(index: u64) -> String {
    format!("SH{index:07}")
}

pub fn order_number(index: u64) -> String {
    format!("SO{index:07}")
}

pub fn tracking_number(index: u64) -> String {
    format!("1Z{:010}", index.wrapping_mul(2_654_435_761) % 10_000_000_000)
}

pub fn city(index: u64) -> &'static str {
    CITIES[(index % 24) as usize].0
}

/// The customer of a shipment: one in ten goes to the first, the rest to all in turn.
pub fn customer_of(index: u64) -> u64 {
    if index.is_multiple_of(10) { 0 } else { index.wrapping_mul(7919) % CUSTOMERS }
}

pub fn customer(number: u64) -> Customer {
    let (family, trade) = (FAMILIES[(number / 10 % 10) as usize], TRADES[(number % 10) as usize]);
    Customer { code: format!("K{number:04}"), name: format!("{family} {trade} {number}") }
}

pub fn customer_id(number: u64) -> CustomerId {
    customer(number).id()
}

/// When a shipment's life began: one every second, the last of a million about now.
fn began(index: u64, now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(13) + TimeDelta::seconds((index % 1_000_000).cast_signed())
}

fn window(from: DateTime<Utc>, hours: i64) -> Window {
    let from = from.fixed_offset();
    Window { from, to: from + TimeDelta::hours(hours) }
}

fn event(role: Role, id: String, at: DateTime<Utc>, number: String, fact: Fact) -> anyhow::Result<Event> {
    Ok(Event {
        source: SourceName::try_from(role.as_str().to_owned())?,
        role,
        id: EventId::new("//bench.example", &id),
        occurred_at: at.fixed_offset(),
        number,
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    })
}

fn tms(index: u64, step: &str, at: DateTime<Utc>, fact: Fact) -> anyhow::Result<Event> {
    event(Role::Tms, format!("{step}-{index:07}"), at, shipment_number(index), fact)
}

/// The ERP releases the order of a shipment.
pub fn order(index: u64, now: DateTime<Utc>) -> anyhow::Result<Event> {
    let at = began(index, now);
    let terms = OrderTerms {
        customer: customer(customer_of(index)),
        promised: Some(window(at + TimeDelta::hours(20), 8)),
        priority: Priority::Normal,
        lines: vec![OrderLine {
            conversions: Vec::new(),
            line: "10".to_owned(),
            item: Item { code: format!("I{:03}", index % 500), description: "Palletised goods".to_owned() },
            quantity: Quantity::whole(1 + (index % 33).cast_signed(), "PF"),
            price: None,
        }],
        references: vec![reference(ReferenceKind::PurchaseOrder, format!("PO{:08}", index * 3 + 7))],
    };
    event(Role::Erp, format!("order-{index:07}"), at, order_number(index), Fact::OrderReleased(terms))
}

fn reference(kind: ReferenceKind, value: String) -> Reference {
    Reference { kind, value, issuer: None }
}

fn location(index: u64) -> Location {
    let (city, country, zone) = CITIES[(index % 24) as usize];
    Location {
        code: format!("{country}{:02}", index % 24),
        name: format!("{city} dock {}", index % 7 + 1),
        city: city.to_owned(),
        country: country.to_owned(),
        zone: zone.to_owned(),
        position: None,
    }
}

fn plan(index: u64, now: DateTime<Utc>) -> anyhow::Result<Event> {
    let at = began(index, now) + TimeDelta::minutes(20);
    let (code, name) = CARRIERS[(index % 5) as usize];
    let stop = |stop: &str, kind, place, from| PlannedStop {
        stop: stop.to_owned(),
        kind,
        location: location(place),
        planned: window(from, 4),
        orders: Vec::new(),
    };
    let plan = Plan {
        order_issuer: None,
        mode: Mode::Truckload,
        orders: vec![order_number(index)],
        stops: vec![
            stop("1", StopKind::Pickup, index, at + TimeDelta::hours(2)),
            stop("2", StopKind::Delivery, index / 24 + index + 1, at + TimeDelta::hours(20)),
        ],
        carrier: Some(Carrier { code: code.to_owned(), name: name.to_owned() }),
        references: vec![reference(ReferenceKind::Tracking, tracking_number(index))],
    };
    tms(index, "plan", at, Fact::ShipmentPlanned(plan))
}

/// The TMS plans the shipment; then it is delivered and signed for, or on the road and late.
pub fn shipment(index: u64, now: DateTime<Utc>) -> anyhow::Result<Vec<Event>> {
    let at = began(index, now);
    let mut events = vec![plan(index, now)?];
    if index < LATE || index.is_multiple_of(LATE_OF) {
        let stop = AtStop { stop: "1".to_owned(), raw_code: Some("AF".to_owned()) };
        events.push(tms(index, "departed", at + TimeDelta::hours(4), Fact::StopDeparted(stop))?);
        events.push(eta(index, 0, at + TimeDelta::hours(5), at + TimeDelta::hours(40))?);
    } else {
        let signed_at: Moment = (at + TimeDelta::hours(22)).fixed_offset();
        let pod = PodStatement {
            left_with: None,
            stop: "2".to_owned(),
            signed_by: FAMILIES[(index / 7 % 10) as usize].to_owned(),
            signed_at,
            document: None,
            discrepancy: None,
        };
        events.push(tms(index, "pod", signed_at.to_utc(), Fact::PodReceived(pod))?);
    }
    Ok(events)
}

/// The truck of a late shipment is expected at another time; `version` makes it another event.
pub fn eta(index: u64, version: u64, at: DateTime<Utc>, eta: DateTime<Utc>) -> anyhow::Result<Event> {
    let statement = EtaStatement { stop: "2".to_owned(), eta: eta.fixed_offset(), day: false, reason: None };
    tms(index, &format!("eta-{version}"), at, Fact::EtaChanged(statement))
}

/// Events of one source as one delivery whose body holds them, a line each.
pub fn delivery(id: String, role: Role, events: Vec<Event>, now: DateTime<Utc>) -> anyhow::Result<Delivery> {
    let mut body = Vec::with_capacity(events.len() * 512);
    for event in &events {
        serde_json::to_writer(&mut body, event)?;
        body.push(b'\n');
    }
    Ok(Delivery {
        source: SourceName::try_from(role.as_str().to_owned())?,
        role,
        id,
        received_at: now,
        headers: Vec::new(),
        body,
        content_type: "application/x-ndjson".to_owned(),
        events,
        quarantined: Vec::new(),
        expected: None,
    })
}
