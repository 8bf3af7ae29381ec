//! What happens on real docks, one life each: events in, then what the house and the customer read, what is wrong, what the
//! gate does, whom is told what, and what it does to the figures.

mod clocks;
mod invoices;
mod legs;
mod numbers;
mod plans;
mod quantities;
mod tenders;

use crate::support::World;
use crate::support::facts::{ordered, planned};
use crate::support::{erp, tms};
use chrono::{DateTime, Utc};
use domain::event::Event;
use domain::id::CustomerId;
use domain::redaction::CustomerShipment;

/// Order 4711 of ACME, four pallets of line 10, from Bremen on the 1st to Hamburg on the 2nd.
fn start(more: impl IntoIterator<Item = Event>) -> World {
    World::of([erp("1 05:00", ordered()), tms("1 06:00", planned())].into_iter().chain(more))
}

fn acme(world: &World) -> CustomerShipment {
    world.shipment().redacted(CustomerId::numbered("ACME")).expect("theirs")
}

fn status(world: &World) -> &'static str {
    acme(world).status.label()
}

fn sentence(world: &World) -> String {
    let now: DateTime<Utc> = "2026-05-09T10:00:00Z".parse().expect("a moment");
    domain::journey::sentence(&acme(world), now)
}

/// The exceptions that are open, by rule and cause.
fn open(world: &World) -> Vec<String> {
    let open = world.shipment().exceptions.iter().filter(|one| one.is_open());
    open.map(|one| format!("{}, {}", one.rule.as_str(), one.cause)).collect()
}
