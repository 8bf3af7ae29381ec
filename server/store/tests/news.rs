//! What has news, and what was decided on something that has changed since.

mod common;

use common::*;
use domain::deadline::{Deadline, DeadlineKind};
use domain::fact::{CustomerTerms, Fact, InvoiceDecision};
use domain::party::Tier;
use domain::rulebook::{Rulebook, SomeLimits, Special, When};
use domain::{Event, OrderId, ShipmentId};
use std::collections::HashMap;
use store::{DuePlace, Expected, NewsPlace, Options, rebuild_in_batches, verify, view_hashes};

fn decision(id: &str) -> Event {
    let decision =
        InvoiceDecision { shipment: None, reason: "proven".into(), is_stuck: false, is_history: false };
    syncline(id, "O-1", 2000, Fact::InvoiceReleased(decision))
}

#[tokio::test]
async fn a_decision_on_an_order_of_which_something_has_changed_since_is_left_out_and_one_that_holds_is_kept()
{
    let bench = Bench::new().await;
    bench.deliver("order", vec![erp("o", "O-1", 0, released("C-1", "Acme"))]).await;
    bench.deliver("plan", vec![tms("p", "S-1", 1, planned(&["O-1"]))]).await;
    let order = OrderId::numbered("O-1");
    let decide = async |id: &str, as_of| {
        let mut decided = delivery(id, vec![decision(id)]);
        decided.expected = Some(Expected::Unchanged(HashMap::from([(order, as_of)])));
        bench.store.append(decided).await.expect("an answer").accepted
    };
    let read = bench.store.carried(&[order]).await.expect("a reading").remove(0).as_of();
    // What was proven is taken back while it is decided.
    bench.deliver("news", vec![tms("e", "S-1", 2, eta(1700))]).await;
    assert_eq!(decide("stale", read).await, 0);
    assert_eq!(bench.store.as_of().await.expect("a position").0, 3, "and the journal knows nothing of it");
    let read = bench.store.carried(&[order]).await.expect("a reading").remove(0).as_of();
    assert_eq!(decide("fresh", read).await, 1);
    let path = bench.path();
    bench.store.close().await;
    assert_eq!(verify(&path).await.expect("verified").differences, []);
}

#[tokio::test]
async fn only_orders_that_wait_or_that_several_shipments_carry_are_looked_at_and_each_news_once() {
    let bench = Bench::new().await;
    let plans = ["O-1", "O-2"].map(|order| tms(order, &format!("S-{order}"), 1, planned(&[order])));
    bench.deliver("plans", plans.to_vec()).await;
    bench.deliver("again", vec![tms("s", "S-SECOND", 2, planned(&["O-2"]))]).await;
    let shared = OrderId::numbered("O-2");
    let (as_of, all) = bench.store.orders_to_look_at(None, 10).await.expect("a look");
    assert_eq!((as_of.0, all), (3, vec![shared]));
    let mut place = NewsPlace::default();
    let mut seen = Vec::new();
    while let (Some(next), orders) = bench.store.orders_with_news(place, 1).await.expect("a look") {
        place = next;
        seen.push(orders);
    }
    assert_eq!(seen, [vec![], vec![shared], vec![shared]], "shipment by shipment");
    bench.deliver("news", vec![tms("e", "S-O-1", 3, eta(1700)), tms("f", "S-O-2", 3, eta(1700))]).await;
    let (last, orders) = bench.store.orders_with_news(place, 10).await.expect("a look");
    assert_eq!(orders, [shared]);
    assert_eq!(bench.store.orders_with_news(last.expect("news"), 10).await.expect("a look").0, None);
}

#[tokio::test]
async fn a_deadline_that_is_kept_though_it_has_passed_keeps_no_other_from_being_looked_at() {
    let bench = Bench::new().await;
    let plans = (0..3).map(|n| tms(&format!("p{n}"), &format!("S-{n}"), 1, planned(&[]))).collect();
    bench.deliver("plans", plans).await;
    let later = at(100_000).to_utc();
    let mut place = DuePlace::default();
    let mut seen = Vec::new();
    loop {
        let due = bench.store.due_deadlines(later, place, 1).await.expect("a look");
        let Some(one) = due.first() else { break };
        seen.push(one.number.clone());
        place = one.place;
    }
    let all = bench.store.due_deadlines(later, DuePlace::default(), 100).await.expect("a look");
    assert_eq!(seen, all.iter().map(|one| one.number.clone()).collect::<Vec<_>>());
    assert!(seen.len() >= 3, "{seen:?}");
}

fn registered(id: &str, tier: Tier) -> Event {
    erp(id, "C-1", 0, Fact::CustomerRegistered(CustomerTerms { name: "Acme".into(), tier }))
}

/// Strategic customers' pickups are missed after ten minutes.
fn book() -> Event {
    let special = Special {
        when: When { tier: Some(Tier::Strategic), ..When::default() },
        limits: SomeLimits {
            pickup_grace_minutes: Some(10),
            eta_tolerance_minutes: Some(0),
            ..SomeLimits::default()
        },
        ..Special::default()
    };
    let book =
        Rulebook { version: 2, reason: "by tier".into(), special: vec![special], ..Rulebook::default() };
    desk("book", Rulebook::NUMBER, 0, Fact::RulebookChanged(book))
}

/// A customer becomes strategic and is standard again, while shipments are planned, late, missed and delivered.
fn history() -> Vec<Event> {
    let mut events = vec![book(), erp("o", "O-1", 0, released("C-1", "Acme"))];
    for place in 0..6 {
        let number = format!("S-{place}");
        let told = |step: &str, minutes, fact| tms(&format!("{number}/{step}"), &number, minutes, fact);
        events.push(told("plan", 1, planned(&["O-1"])));
        match place {
            1 => events.push(registered("c1", Tier::Strategic)),
            3 => events.push(registered("c2", Tier::Standard)),
            4 => events.push(registered("c3", Tier::Standard)),
            _ => {}
        }
        events.push(told("eta", 2, eta(2885)));
    }
    for place in 0..6 {
        let number = format!("S-{place}");
        let due_at = at(120 + 60);
        let passed = Deadline { deadline: DeadlineKind::Pickup, stop: "1".into(), due_at };
        events.push(syncline(&format!("{number}/due"), &number, 200, Fact::DeadlinePassed(passed)));
        events.push(tms(&format!("{number}/at"), &number, 300, Fact::StopArrived(at_stop("1"))));
        if place == 2 {
            events.push(registered("c4", Tier::Strategic));
        }
        events.push(tms(&format!("{number}/done"), &number, 2890, Fact::StopDelivered(handled("2"))));
    }
    events
}

#[tokio::test]
async fn a_customers_tier_holds_for_a_shipment_as_it_was_at_its_last_event_whatever_is_in_memory() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut seen = Vec::new();
    for cached in [1, 3, 1_000] {
        let path = folder.path().join(format!("{cached}.db"));
        let options = || Options { readers: 1, queue: 64, batch_events: 8, cached_shipments: cached };
        let (mut store, _) = open(&path, options()).await;
        for (place, event) in history().into_iter().enumerate() {
            if place % 4 == 3 {
                store.close().await;
                store = open(&path, options()).await.0;
            }
            store.append(delivery(&format!("d-{place}"), vec![event])).await.expect("taken");
        }
        let open = store.shipment(ShipmentId::numbered("S-1")).await.expect("a reading");
        assert!(open.is_some(), "S-1 is there");
        store.close().await;
        assert_eq!(verify(&path).await.expect("verified").differences, [], "{cached} in memory");
        seen.push(view_hashes(&path).await.expect("hashes"));
        for batch in [1, 7, 1_000] {
            let fresh = folder.path().join(format!("{cached}-{batch}.db"));
            let folded = rebuild_in_batches(&path, &fresh, batch, 1).await.expect("rebuilt");
            assert_eq!(&folded, seen.last().expect("hashes"), "in batches of {batch}");
        }
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]));
}
