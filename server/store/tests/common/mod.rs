//! A store in a temporary folder, and events to put into it.
#![expect(dead_code, reason = "every test file uses a part of it")]

use chrono::{DateTime, TimeDelta, Utc};
use domain::authority::Role;
use domain::fact::*;
use domain::measure::Quantity;
use domain::party::{Carrier, Customer, Item};
use domain::place::Location;
use domain::reference::{Reference, ReferenceKind};
use domain::time::{Moment, Window};
use domain::{CustomerId, Event, EventId, SourceName};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use store::{Clock, Commit, Delivery, Options, Receipt, Store};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub const START: &str = "2026-05-01T08:00:00+02:00";

pub fn start() -> Moment {
    DateTime::parse_from_rfc3339(START).expect("a moment")
}

/// Minutes after [`START`].
pub fn at(minutes: i64) -> Moment {
    start() + TimeDelta::minutes(minutes)
}

pub fn window(from: i64, to: i64) -> Window {
    Window { from: at(from), to: at(to) }
}

/// A clock that goes on by `step` at every look.
pub fn clock(step: TimeDelta) -> Clock {
    let looks = Arc::new(AtomicI64::new(0));
    Arc::new(move || {
        let looks = looks.fetch_add(1, Ordering::Relaxed);
        start().to_utc() + TimeDelta::milliseconds(looks * step.num_milliseconds())
    })
}

pub struct Bench {
    pub folder: TempDir,
    pub store: Store,
    pub commits: Arc<Mutex<Vec<Arc<Commit>>>>,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(Options { readers: 2, queue: 64, batch_events: 256, cached_shipments: 1000 }).await
    }

    pub async fn with(options: Options) -> Self {
        let folder = TempDir::new().expect("a folder");
        let (store, commits) = open(&folder.path().join("syncline.db"), options).await;
        Self { folder, store, commits }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("syncline.db")
    }

    pub async fn reopened(self) -> Self {
        let Self { folder, store, .. } = self;
        store.close().await;
        let options = Options { readers: 2, queue: 64, batch_events: 256, cached_shipments: 1000 };
        let (store, commits) = open(&folder.path().join("syncline.db"), options).await;
        Self { folder, store, commits }
    }

    /// Delivers events, all from the source of the first.
    pub async fn deliver(&self, id: &str, events: Vec<Event>) -> Receipt {
        self.store.append(delivery(id, events)).await.expect("taken")
    }
}

pub async fn open(path: &Path, options: Options) -> (Store, Arc<Mutex<Vec<Arc<Commit>>>>) {
    open_by(path, options, clock(TimeDelta::milliseconds(1))).await
}

pub async fn open_by(path: &Path, options: Options, clock: Clock) -> (Store, Arc<Mutex<Vec<Arc<Commit>>>>) {
    let (sender, mut receiver) = mpsc::channel(16);
    let commits = Arc::new(Mutex::new(Vec::new()));
    let kept = commits.clone();
    tokio::spawn(async move {
        while let Some(commit) = receiver.recv().await {
            kept.lock().expect("whole").push(commit);
        }
    });
    (Store::open(path, options, clock, sender).await.expect("a store"), commits)
}

pub fn delivery(id: &str, events: Vec<Event>) -> Delivery {
    let (source, role) =
        events.first().map_or((source("tms-north"), Role::Tms), |first| (first.source.clone(), first.role));
    Delivery {
        source,
        role,
        id: id.to_owned(),
        received_at: events.iter().map(|event| event.occurred_at.to_utc()).max().unwrap_or(start().to_utc()),
        headers: vec![("webhook-id".into(), id.into())],
        body: serde_json::to_vec(&events).expect("json"),
        content_type: "application/json".into(),
        events,
        quarantined: Vec::new(),
        expected: None,
    }
}

pub fn source(name: &str) -> SourceName {
    name.parse().expect("a name")
}

fn event(source_name: &str, role: Role, id: &str, number: &str, occurred_at: Moment, fact: Fact) -> Event {
    Event {
        source: source(source_name),
        role,
        id: EventId::new(&format!("urn:{source_name}"), id),
        occurred_at,
        number: number.to_owned(),
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    }
}

pub fn tms(id: &str, number: &str, minutes: i64, fact: Fact) -> Event {
    event("tms-north", Role::Tms, id, number, at(minutes), fact)
}

pub fn erp(id: &str, number: &str, minutes: i64, fact: Fact) -> Event {
    event("erp-main", Role::Erp, id, number, at(minutes), fact)
}

pub fn desk(id: &str, number: &str, minutes: i64, fact: Fact) -> Event {
    Event { actor: Some("ana".into()), ..event("desk", Role::Desk, id, number, at(minutes), fact) }
}

pub fn syncline(id: &str, number: &str, minutes: i64, fact: Fact) -> Event {
    event("syncline", Role::Syncline, id, number, at(minutes), fact)
}

pub fn customer(code: &str) -> CustomerId {
    CustomerId::numbered(code)
}

pub fn place(city: &str) -> Location {
    Location {
        code: format!("L-{city}"),
        name: format!("{city} depot"),
        city: city.to_owned(),
        country: "DE".into(),
        zone: "Europe/Berlin".into(),
        position: None,
    }
}

pub fn carrier(name: &str) -> Carrier {
    Carrier { code: name.chars().take(4).collect(), name: name.to_owned() }
}

/// An order of a customer, promised within two days.
pub fn released(customer: &str, name: &str) -> Fact {
    Fact::OrderReleased(terms(customer, name))
}

pub fn terms(customer: &str, name: &str) -> OrderTerms {
    OrderTerms {
        customer: Customer { code: customer.into(), name: name.into() },
        promised: Some(window(1440, 2880)),
        priority: Priority::Normal,
        lines: vec![OrderLine {
            conversions: Vec::new(),
            line: "10".into(),
            item: Item { code: "PUMP-7".into(), description: "Pump".into() },
            quantity: quantity(),
            price: None,
        }],
        references: vec![Reference {
            kind: ReferenceKind::PurchaseOrder,
            value: format!("PO-{customer}-77"),
            issuer: None,
        }],
    }
}

fn quantity() -> Quantity {
    serde_json::from_str(r#"{"milli": 4000, "unit": "C62"}"#).expect("a quantity")
}

/// From Hamburg to Munich with these orders.
pub fn planned(orders: &[&str]) -> Fact {
    planned_to("Munich", orders)
}

pub fn planned_to(city: &str, orders: &[&str]) -> Fact {
    Fact::ShipmentPlanned(Plan {
        order_issuer: None,
        mode: Mode::Truckload,
        orders: orders.iter().map(|&order| order.to_owned()).collect(),
        stops: vec![
            PlannedStop {
                stop: "1".into(),
                kind: StopKind::Pickup,
                location: place("Hamburg"),
                planned: window(60, 120),
                orders: vec![],
            },
            PlannedStop {
                stop: "2".into(),
                kind: StopKind::Delivery,
                location: place(city),
                planned: window(1500, 1600),
                orders: vec![],
            },
        ],
        carrier: Some(carrier("Nordfracht")),
        references: vec![Reference { kind: ReferenceKind::Load, value: "LOAD-9".into(), issuer: None }],
    })
}

pub fn at_stop(stop: &str) -> AtStop {
    AtStop { stop: stop.into(), raw_code: Some("X3".into()) }
}

pub fn handled(stop: &str) -> Handled {
    Handled { stop: stop.into(), lines: vec![], left_with: None, raw_code: None }
}

pub fn eta(minutes: i64) -> Fact {
    Fact::EtaChanged(EtaStatement {
        stop: "2".into(),
        eta: at(minutes),
        day: false,
        reason: Some(DelayReason::Traffic),
    })
}

pub fn now() -> DateTime<Utc> {
    start().to_utc()
}
