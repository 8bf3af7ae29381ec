//! The laws that bind the store: a view is a function of the journal alone, and what arrives in another order gives the
//! same shipments.

mod common;

use chrono::{FixedOffset, TimeDelta};
use common::*;
use domain::charge::{Charge, ChargeKind};
use domain::fact::*;
use domain::measure::Money;
use domain::party::Tier;
use domain::{Event, ShipmentId};
use futures::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::collections::HashMap;
use std::path::Path;
use store::{Options, ViewHash, backup, rebuild_in_batches, restore, verify, view_hashes};

/// Lives of some shipments of three customers, as a TMS, an ERP and the desk would tell them: about 300 events.
fn history() -> Vec<Event> {
    let mut events = Vec::new();
    let customers = ["C-1", "C-2", "C-3"];
    for (place, code) in customers.iter().enumerate() {
        let tier = [Tier::Standard, Tier::Preferred, Tier::Strategic][place];
        let registered =
            |tier: Tier| Fact::CustomerRegistered(CustomerTerms { name: format!("Customer {code}"), tier });
        events.push(erp(&format!("c{place}"), code, 0, registered(Tier::Strategic)));
        events.push(erp(&format!("cc{place}"), code, 50, registered(tier)));
    }
    // One place is registered, so the others are missed; and a source falls silent in between.
    events.push(erp("place", "L-1", 0, Fact::LocationRegistered(place("Kiel"))));
    let silence = FeedSilence { heard_at: at(30), hides: 1, shipments: vec!["S-001".into()] };
    events.push(syncline("silence", "tms-north", 40, Fact::FeedFellSilent(silence)));
    for shipment in 0..18_i64 {
        let number = format!("S-{shipment:03}");
        let tms = |step: &str, minutes: i64, fact: Fact| {
            tms(&format!("{number}/{step}"), &number, minutes + shipment, fact)
        };
        let (one, other) = (format!("O-{shipment}"), format!("O-{}", (shipment + 1) % 18));
        let code = customers[shipment as usize % 3];
        events.push(erp(&format!("{one}/r"), &one, 2, released(code, &format!("Customer {code}"))));
        let orders = if shipment % 4 == 0 { vec![one.as_str(), other.as_str()] } else { vec![one.as_str()] };
        events.push(tms("plan", 5, planned(&orders)));
        if shipment % 5 == 0 {
            let answer = TenderAnswer { tender: "T1".into(), reason: Some("no truck".into()) };
            let offer = TenderOffer { tender: "T1".into(), carrier: carrier("Nordfracht"), expires_at: None };
            events.push(tms("offer", 6, Fact::TenderOffered(offer)));
            events.push(tms("reject", 7, Fact::TenderRejected(answer)));
            let offer = TenderOffer { tender: "T2".into(), carrier: carrier("Sudfracht"), expires_at: None };
            events.push(tms("offer2", 8, Fact::TenderOffered(offer)));
            let answer = TenderAnswer { tender: "T2".into(), reason: None };
            events.push(tms("accept", 9, Fact::TenderAccepted(answer)));
        }
        if shipment % 3 == 0 {
            events.push(tms("replan", 12, planned_to("Ulm", &[other.as_str()])));
            let retraction = Retraction { event: format!("{number}/replan"), reason: "typed wrong".into() };
            events.push(tms("unplan", 13, Fact::EventRetracted(retraction)));
        }
        events.push(tms("ready", 40, Fact::PickupReadied(at_stop("1"))));
        events.push(tms("arrive", 70, Fact::StopArrived(at_stop("1"))));
        events.push(tms("load", 90, Fact::StopLoaded(handled("1"))));
        events.push(tms("depart", 100, Fact::StopDeparted(at_stop("1"))));
        for step in 0..4 {
            events.push(tms(&format!("eta{step}"), 110 + step * 10, eta(1500 + step * shipment * 120)));
        }
        if shipment % 6 == 1 {
            let hold = CustomsStatement { office: "Hof".into(), reason: Some("papers".into()) };
            events.push(tms("hold", 120, Fact::CustomsHeld(hold.clone())));
            if shipment % 12 == 1 {
                events.push(tms("unhold", 220, Fact::CustomsReleased(hold)));
            }
        }
        if shipment % 2 == 0 {
            events.push(tms("deliver", 1550, Fact::StopDelivered(handled("2"))));
            let charge = |minor| {
                let amount = Money { minor, currency: "EUR".to_owned().try_into().expect("a currency") };
                let (charge, kind) = ("C1".to_owned(), ChargeKind::Linehaul);
                Fact::ChargeStated(Charge { charge, kind, amount, description: None })
            };
            events.push(tms("quote", 60, charge(50_000)));
            events.push(tms("charge", 1600, charge(50_000 + shipment * 100)));
            if shipment % 8 == 0 {
                // What was counted is restated: the delivery was a mistake, and came a day later.
                let event = format!("{number}/deliver");
                let retraction = Retraction { event, reason: "wrong stop".into() };
                events.push(tms("undeliver", 1700, Fact::EventRetracted(retraction)));
                events.push(tms("redeliver", 2990, Fact::StopDelivered(handled("2"))));
            }
        }
        let change =
            Fact::OrderChanged(terms(customers[(shipment as usize + shipment as usize / 6) % 3], "Renamed"));
        events.push(erp(&format!("{one}/c"), &one, 300 + shipment, change));
        let sharing = Sharing {
            token_hash: format!("{shipment:02x}"),
            customer: customer(code),
            label: "link".into(),
            expires_at: at(9000),
        };
        events.push(desk(&format!("{number}/share"), &number, 15, Fact::TrackingShared(sharing)));
        if shipment % 7 == 0 {
            let end = SharingEnd { token_hash: format!("{shipment:02x}") };
            events.push(desk(&format!("{number}/unshare"), &number, 16, Fact::TrackingRevoked(end)));
        }
    }
    // Each tells its moments on the clock of its own place.
    for (place, event) in events.iter_mut().enumerate() {
        let offset = FixedOffset::east_opt([7200, 0, -18_000][place % 3]).expect("an offset");
        event.occurred_at = event.occurred_at.with_timezone(&offset);
    }
    events
}

fn options(batch_events: usize, cached_shipments: usize) -> Options {
    Options { readers: 1, queue: 64, batch_events, cached_shipments }
}

/// Delivers events in chunks, each of one source, and returns the views' hashes with the file.
async fn told(events: &[Event], chunk: usize, options: Options, path: &Path) -> Vec<ViewHash> {
    // Days go by meanwhile, so that what comes late restates figures.
    let (store, _) = open_by(path, options, clock(TimeDelta::hours(3))).await;
    let deliveries: Vec<_> = events
        .chunks(chunk)
        .enumerate()
        .map(|(place, chunk)| delivery(&format!("d-{place}"), chunk.to_vec()))
        .collect();
    // Some wait together, so that one transaction takes several.
    for together in deliveries.chunks(16) {
        let receipts = join_all(together.iter().cloned().map(|one| store.append(one))).await;
        assert!(receipts.iter().all(Result::is_ok), "{receipts:?}");
    }
    store.close().await;
    view_hashes(path).await.expect("hashes")
}

#[tokio::test]
async fn views_depend_neither_on_batches_nor_on_memory_nor_on_the_moment_of_folding() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let events = history();
    assert!((250..500).contains(&events.len()), "{}", events.len());
    let live = told(&events, 7, options(1, 3), &at("live.db")).await;
    assert!(
        live.iter().all(|view| view.rows > 0 || view.view == "set_aside"),
        "every view is exercised: {live:?}"
    );
    for (batch, name) in [(1, "one.db"), (37, "some.db"), (100_000, "all.db")] {
        let folded = rebuild_in_batches(&at("live.db"), &at(name), batch, 1).await.expect("rebuilt");
        assert_eq!(folded, live, "in batches of {batch}");
    }
    // A rebuilt file is as good as the first: it goes on, and can be rebuilt itself.
    let (store, _) = open(&at("some.db"), options(64, 100)).await;
    let more = vec![tms("late", "S-001", 3000, eta(9000))];
    assert_eq!(store.append(delivery("more", more)).await.expect("taken").accepted, 1);
    assert_eq!(
        store.append(delivery("d-0", events[..7].to_vec())).await.expect("the old answer").accepted,
        7
    );
    store.close().await;
    assert_eq!(verify(&at("some.db")).await.expect("verified").differences, []);
}

#[tokio::test]
async fn verify_finds_a_row_that_the_journal_does_not_say() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("live.db");
    told(&history(), 50, options(256, 100), &path).await;
    let verification = verify(&path).await.expect("verified");
    assert_eq!(verification.differences, []);
    assert_eq!(verification.as_of.0 as usize, history().len());

    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.expect("open");
    sqlx::query("update shipments set status = 'delivered' where number = 'S-001'")
        .execute(&pool)
        .await
        .expect("tampered");
    sqlx::query("update search set words = 'nothing' where rowid = 65536 * (select min(key) from shipments)")
        .execute(&pool)
        .await
        .expect("tampered");
    pool.close().await;
    let found: Vec<_> = verify(&path)
        .await
        .expect("verified")
        .differences
        .into_iter()
        .map(|difference| difference.stored.view)
        .collect();
    assert_eq!(found, ["shipments", "search"]);
}

/// The shipments as everybody sees them, without anything that tells of the order of arrival.
async fn seen(path: &Path) -> Vec<serde_json::Value> {
    let (store, _) = open(path, options(64, 100)).await;
    let mut views = Vec::new();
    for shipment in 0..18 {
        let id = ShipmentId::numbered(&format!("S-{shipment:03}"));
        let (_, tracked) = store.tracked(id).await.expect("read").expect("known");
        let view = tracked.view();
        let customers: Vec<_> = view.customers().into_iter().map(|customer| customer.code.clone()).collect();
        views.push(serde_json::json!([
            String::from_utf8(tracked.shipment.canonical().expect("json")).expect("text"),
            view.status,
            view.flags,
            view.promised,
            view.orders,
            view.references,
            customers,
        ]));
    }
    store.close().await;
    views
}

/// The events as `told`, but for those that one source states of one moment: they keep the order that they have in `events`.
fn in_their_order(events: &[Event], told: Vec<Event>) -> Vec<Event> {
    let place = |event: &Event| events.iter().position(|one| one == event).expect("one of the events");
    let group = |event: &Event| (event.source.clone(), event.occurred_at);
    let mut waiting: HashMap<_, Vec<(usize, Event)>> = HashMap::new();
    for event in &told {
        waiting.entry(group(event)).or_default().push((place(event), event.clone()));
    }
    for group in waiting.values_mut() {
        group.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    }
    let next = |event: Event| waiting.get_mut(&group(&event)).and_then(Vec::pop).expect("as many").1;
    told.into_iter().map(next).collect()
}

#[test]
fn any_order_of_arrival_with_repetitions_gives_the_same_shipments_and_a_rebuild_the_same_views() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::TempDir::new().expect("a folder");
    let reference = runtime.block_on(async {
        let path = folder.path().join("reference.db");
        told(&history(), 40, options(256, 100), &path).await;
        seen(&path).await
    });
    let cases = std::sync::atomic::AtomicU32::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 10,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::default()
    });
    let arrivals = (Just(history()).prop_shuffle(), 1_usize..80, 1_usize..300, 1_usize..60);
    runner
        .run(&arrivals, |(mut events, chunk, batch, cached)| {
            let case = cases.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let again: Vec<Event> = events.iter().step_by(7).cloned().collect();
            events.splice(100..100, again);
            let events = in_their_order(&history(), events);
            let path = folder.path().join(format!("{case}.db"));
            let fresh = folder.path().join(format!("{case}-fresh.db"));
            runtime.block_on(async {
                let live = told(&events, chunk, options(batch, cached), &path).await;
                let folded = rebuild_in_batches(&path, &fresh, batch, cached).await.expect("rebuilt");
                prop_assert_eq!(folded, live);
                let seen = seen(&path).await;
                prop_assert_eq!(&seen, &reference);
                Ok::<_, TestCaseError>(())
            })
        })
        .expect("the law holds");
}

#[tokio::test]
async fn a_backup_is_taken_while_the_store_is_open_and_gives_everything_back() {
    let bench = Bench::new().await;
    let events = history();
    for (place, chunk) in events.chunks(60).enumerate() {
        bench.deliver(&format!("d-{place}"), chunk.to_vec()).await;
    }
    let copy = bench.folder.path().join("backup.db");
    let restored = bench.folder.path().join("restored.db");
    backup(&bench.path(), &copy).await.expect("backed up");
    assert!(backup(&bench.path(), &copy).await.is_err(), "a backup is never overwritten");
    bench.deliver("after", vec![tms("after", "S-999", 1, planned(&[]))]).await;
    restore(&copy, &restored).await.expect("restored");
    assert!(restore(&copy, &restored).await.is_err(), "a database is never overwritten");
    assert_eq!(verify(&restored).await.expect("verified").differences, []);
    let (store, _) = open(&restored, options(64, 100)).await;
    assert_eq!(store.as_of().await.expect("read").0 as usize, events.len());
    assert_eq!(store.append(delivery("d-0", events[..60].to_vec())).await.expect("known").accepted, 60);
    store.close().await;
}

#[tokio::test]
async fn what_is_no_backup_is_refused() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let (junk, into) = (folder.path().join("junk.db"), folder.path().join("into.db"));
    assert!(restore(&junk, &into).await.is_err(), "not there");
    std::fs::write(&junk, b"this is a text").expect("written");
    assert!(restore(&junk, &into).await.is_err(), "no database");
    let empty = folder.path().join("empty.db");
    let pool =
        sqlx::SqlitePool::connect(&format!("sqlite://{}?mode=rwc", empty.display())).await.expect("open");
    sqlx::query("create table journal (seq integer)").execute(&pool).await.expect("created");
    pool.close().await;
    assert!(restore(&empty, &into).await.is_err(), "no backup of Syncline");
    assert!(!into.exists());
}
