//! How fast events are committed and projected, beside a bare loop that inserts the same raw bytes in equal batches with
//! the same pragmas. `cargo run --release -p store --example bulk -- [shipments] [events per
//! delivery] [deliveries at once]`.

use chrono::{DateTime, TimeDelta, Utc};
use domain::authority::Role;
use domain::fact::{
    AtStop, EtaStatement, Fact, Handled, Mode, OrderTerms, Plan, PlannedStop, PositionReport, StopKind,
};
use domain::party::{Carrier, Customer};
use domain::place::{Location, Position};
use domain::time::Window;
use domain::{Event, EventId};
use futures::StreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, query};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use store::{Delivery, Options, PageRequest, ShipmentFilter, Store};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CITIES: [&str; 8] = ["Hamburg", "Munich", "Ulm", "Berlin", "Vienna", "Prague", "Lyon", "Turin"];

fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn place(number: u32) -> Location {
    let city = CITIES[number as usize % CITIES.len()];
    Location {
        code: format!("L-{number:03}"),
        name: format!("{city} depot"),
        city: city.to_owned(),
        country: "DE".into(),
        zone: "Europe/Berlin".into(),
        position: None,
    }
}

/// Lives of shipments that run side by side, a hundred at a time, as a network's feed tells them.
fn history(shipments: u32) -> Vec<Event> {
    let mut events = Vec::with_capacity(shipments as usize * 14);
    for wave in (0..shipments).collect::<Vec<_>>().chunks(100) {
        for step in 0..14 {
            for &shipment in wave {
                let (role, source, number, fact) = told(shipment, step);
                let id = format!("{:010}", events.len());
                events.push(Event {
                    source: source.parse().expect("a name"),
                    role,
                    id: EventId::new(&format!("urn:{source}"), &id),
                    occurred_at: (start() + TimeDelta::minutes(i64::from(step * 30 + shipment)))
                        .fixed_offset(),
                    number,
                    issuer: None,
                    actor: None,
                    correlation: None,
                    sequence: None,
                    fact,
                });
            }
        }
    }
    events
}

fn told(shipment: u32, step: u32) -> (Role, &'static str, String, Fact) {
    let at = |minutes: i64| (start() + TimeDelta::minutes(minutes + i64::from(shipment))).fixed_offset();
    let window = |from, to| Window { from: at(from), to: at(to) };
    let stop = |stop: &str| AtStop { stop: stop.into(), raw_code: Some("X3".into()) };
    let handled = |stop: &str| Handled { stop: stop.into(), lines: vec![], left_with: None, raw_code: None };
    let fact = match step {
        0 => {
            let customer =
                Customer { code: format!("C-{}", shipment % 200), name: format!("Acme {}", shipment % 200) };
            let terms = OrderTerms {
                customer,
                promised: Some(window(600, 900)),
                priority: domain::fact::Priority::Normal,
                lines: vec![],
                references: vec![],
            };
            return (Role::Erp, "erp-main", format!("O-{shipment:07}"), Fact::OrderReleased(terms));
        }
        1 => Fact::ShipmentPlanned(Plan {
            order_issuer: None,
            mode: Mode::Truckload,
            orders: vec![format!("O-{shipment:07}")],
            stops: [(StopKind::Pickup, "1", 60), (StopKind::Delivery, "2", 600)]
                .into_iter()
                .zip(shipment..)
                .map(|((kind, stop, from), city)| PlannedStop {
                    stop: stop.into(),
                    kind,
                    location: place(city),
                    planned: window(from, from + 120),
                    orders: vec![],
                })
                .collect(),
            carrier: Some(Carrier { code: "NORD".into(), name: "Nordfracht".into() }),
            references: vec![],
        }),
        2 => Fact::PickupReadied(stop("1")),
        3 => Fact::StopArrived(stop("1")),
        4 => Fact::StopLoaded(handled("1")),
        5 => Fact::StopDeparted(stop("1")),
        11 => Fact::StopArrived(stop("2")),
        12 => Fact::StopDelivered(handled("2")),
        13 => Fact::StopDeparted(stop("2")),
        step if step % 2 == 0 => Fact::EtaChanged(EtaStatement {
            stop: "2".into(),
            eta: at(600 + i64::from(step) * 20),
            day: false,
            reason: None,
        }),
        step => Fact::PositionReported(PositionReport {
            position: Position { latitude: 50.0 + f64::from(step) / 7.0, longitude: 9.0 },
            near: Some("A7 near Kassel".into()),
        }),
    };
    (Role::Tms, "tms-north", format!("S-{shipment:07}"), fact)
}

async fn bare(path: &Path, deliveries: &[Delivery]) -> f64 {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .statement_cache_capacity(512)
        .connect()
        .await
        .expect("open");
    query("create table raw (seq integer primary key, source text, id text, body text, unique (source, id))")
        .execute(&mut connection)
        .await
        .expect("create");
    let begun = Instant::now();
    let mut count = 0;
    for delivery in deliveries {
        let mut transaction = connection.begin_with("begin immediate").await.expect("begin");
        for event in &delivery.events {
            query("insert into raw (source, id, body) values (?, ?, ?)")
                .bind(event.source.as_str().to_owned())
                .bind(event.id.as_str().to_owned())
                .bind(serde_json::to_string(event).expect("json"))
                .execute(&mut *transaction)
                .await
                .expect("insert");
            count += 1;
        }
        transaction.commit().await.expect("commit");
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>().expect("a number"));
    let shipments = u32::try_from(arguments.next().unwrap_or(5_000)).expect("a number of shipments");
    let together = arguments.next().unwrap_or(1_000);
    let at_once = arguments.next().unwrap_or(2);
    let events = history(shipments);
    let deliveries: Vec<Delivery> = events
        .chunks(together)
        .enumerate()
        .map(|(place, events)| Delivery {
            source: "tms-north".parse().expect("a name"),
            role: Role::Tms,
            id: format!("d-{place}"),
            received_at: start(),
            headers: Vec::new(),
            body: serde_json::to_vec(events).expect("json"),
            content_type: "application/json".into(),
            events: events.to_vec(),
            quarantined: Vec::new(),
            expected: None,
        })
        .collect();
    let folder = std::env::temp_dir().join(format!("syncline-bulk-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let rate = bare(&folder.join("bare.db"), &deliveries).await;
    println!("bare inserts, one row a statement: {rate:.0} events/s");

    let (sender, mut commits) = tokio::sync::mpsc::channel(64);
    let drain = tokio::spawn(async move { while commits.recv().await.is_some() {} });
    let clock: store::Clock = Arc::new(start);
    let store =
        Store::open(&folder.join("syncline.db"), Options::default(), clock, sender).await.expect("open");
    let begun = Instant::now();
    let (mut last, mut reported) = (Instant::now(), 0);
    // Some are on their way at any time, as a sender keeps them that does not wait for each answer.
    let mut answers = futures::stream::iter(deliveries.into_iter().map(|delivery| {
        let store = store.clone();
        async move { store.append(delivery).await }
    }))
    .buffered(at_once)
    .enumerate();
    while let Some((place, answer)) = answers.next().await {
        answer.expect("taken");
        if last.elapsed().as_secs() >= 5 {
            let done = (place + 1) * together;
            println!("  {done} events, {:.0}/s", (done - reported) as f64 / last.elapsed().as_secs_f64());
            (last, reported) = (Instant::now(), done);
        }
    }
    let rate = events.len() as f64 / begun.elapsed().as_secs_f64();
    println!("committed and projected: {rate:.0} events/s, {} events", events.len());
    for query in [None, Some("S-00"), Some("munich"), Some("hamburg acme"), Some("O-0000042")] {
        let filter = ShipmentFilter { query: query.map(str::to_owned), ..ShipmentFilter::default() };
        let begun = Instant::now();
        let page = store
            .shipment_rows(&filter, &PageRequest { limit: 50, ..PageRequest::default() })
            .await
            .expect("a page");
        println!("page of {query:?}: {} rows in {:?}", page.rows.len(), begun.elapsed());
    }
    let begun = Instant::now();
    let id = domain::ShipmentId::numbered("S-0000007");
    store.shipment(id).await.expect("read");
    println!("one shipment: {:?}", begun.elapsed());
    drop(answers);
    store.close().await;
    drain.await.expect("no panic");
    std::fs::remove_dir_all(&folder).expect("removed");
}
