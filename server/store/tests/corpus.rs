//! Law 3 over freight as it really goes: a restart after every event with a memory of one subject, and a fresh fold in batches of any
//! size, show what was shown live.

mod common;

#[path = "../../../app/domain/tests/corpus/mod.rs"]
#[expect(dead_code, reason = "sentences and messages are the domain's tests' to read")]
mod reader;

use common::*;
use domain::redaction::redact;
use domain::{Event, OrderId, ShipmentId};
use reader::{Step, sequences};
use std::path::Path;
use std::sync::Arc;
use store::{Options, Store, rebuild_in_batches, verify, view_hashes};

fn small() -> Options {
    Options { readers: 1, queue: 64, batch_events: 256, cached_shipments: 1 }
}

/// What Syncline states of every order, as the server does after each event.
async fn look(store: &Store, orders: &[OrderId], when: usize) {
    for order in orders {
        for carried in store.carried(&[*order]).await.expect("a reading") {
            let legs = domain::legs::decide(&carried.order, &carried.shipments);
            let legs = legs.into_iter().map(|(tracked, leg)| {
                let number = &tracked.shipment.number;
                let fact = domain::Fact::LegStated(leg);
                syncline(&format!("leg {order} {number} {when}"), number, 0, fact)
            });
            let now = carried.order.entries().last().map(|entry| entry.recorded.event.occurred_at.to_utc());
            let gate = domain::gate::decide(&carried.order, &carried.shipments, now.unwrap_or_default());
            let gate =
                gate.map(|fact| syncline(&format!("gate {order} {when}"), &carried.order.number, 0, fact));
            let own: Vec<Event> = legs.chain(gate).collect();
            if !own.is_empty() {
                store.append(delivery(&format!("own {order} {when}"), own)).await.expect("taken");
            }
        }
    }
}

/// What is shown of it, restarted or not.
async fn check(store: &Store, step: &Step, name: &str) {
    if let Step::Reads { audience, shipment, status, .. } = step {
        let id = ShipmentId::numbered(shipment);
        let (_, view) = store.shipment(id).await.expect("a reading").expect("a shipment");
        let read = match audience.as_str() {
            "house" => view.status,
            code => redact(&view, customer(code)).expect("theirs").status,
        };
        let wanted = status.split(" · ").next().unwrap_or_default();
        assert_eq!(read.label(), wanted, "{name}: {audience} of {shipment}");
    }
}

#[tokio::test]
async fn the_corpus_reads_the_same_live_after_restarts_and_folded_anew() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let corpus = sequences(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/domain/tests/corpus"));
    let orders = ["4711", "4712"].map(OrderId::numbered);
    for sequence in &corpus {
        let mut live: Vec<_> = Vec::new();
        for is_restarted in [false, true] {
            let path = folder.path().join(format!("{}-{is_restarted}.db", sequence.name));
            let options = if is_restarted { small } else { Options::default };
            // What is recorded when depends on the events alone.
            let clock = || Arc::new(|| start().to_utc());
            let (mut store, _) = open_by(&path, options(), clock()).await;
            for (place, step) in sequence.steps.iter().enumerate() {
                let Step::Event(event) = step else {
                    check(&store, step, &sequence.name).await;
                    continue;
                };
                let id = format!("d{place}");
                store.append(delivery(&id, vec![(**event).clone()])).await.expect("taken");
                look(&store, &orders, place).await;
                if is_restarted {
                    store.close().await;
                    store = open_by(&path, small(), clock()).await.0;
                }
            }
            store.close().await;
            assert_eq!(verify(&path).await.expect("verified").differences, [], "{}", sequence.name);
            live.push(view_hashes(&path).await.expect("hashes"));
            for batch in [1, 7] {
                let fresh = folder.path().join("fresh.db");
                let folded = rebuild_in_batches(&path, &fresh, batch, 1).await.expect("rebuilt");
                assert_eq!(Some(&folded), live.last(), "{} in batches of {batch}", sequence.name);
                std::fs::remove_file(&fresh).expect("removed");
            }
        }
        assert_eq!(live[0], live[1], "{}, with restarts", sequence.name);
    }
}
