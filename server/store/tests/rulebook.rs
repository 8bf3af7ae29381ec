//! The rules file in the store: from when on it holds, whatever is in memory; and who was faster.

mod common;

use common::*;
use domain::deadline::{Deadline, DeadlineKind};
use domain::fact::*;
use domain::rulebook::{Rulebook, SomeLimits, Special, When};
use domain::{Event, Seq, ShipmentId};
use store::{
    AppendError, DuePlace, Options, Order, PageRequest, ShipmentFilter, ViewHash, rebuild_in_batches, verify,
    view_hashes,
};

fn book(version: u32, pod_minutes: u32) -> Rulebook {
    let special = Special {
        when: When { carrier: Some("NOBODY".into()), ..When::default() },
        limits: SomeLimits { pod_minutes: Some(1), ..SomeLimits::default() },
        ..Special::default()
    };
    let mut book = Rulebook {
        version,
        reason: format!("proofs are due after {pod_minutes} minutes"),
        special: vec![special],
        ..Rulebook::default()
    };
    book.limits.pod_minutes = pod_minutes;
    book
}

fn change(id: &str, version: u32, pod_minutes: u32) -> Event {
    desk(id, Rulebook::NUMBER, 0, Fact::RulebookChanged(book(version, pod_minutes)))
}

/// Shipments that are delivered, and two files between them; some are heard of again after the second.
fn history() -> Vec<Event> {
    let number = |place: i64| format!("S-{place}");
    let told = |place: i64, step: &str, minutes: i64, fact| {
        tms(&format!("{}/{step}", number(place)), &number(place), minutes, fact)
    };
    let mut events = Vec::new();
    for place in 0..12 {
        events.push(told(place, "plan", 1, planned(&["O-1"])));
        events.push(told(place, "deliver", 600, Fact::StopDelivered(handled("2"))));
        match place {
            3 => events.push(change("r2", 2, 60)),
            7 => events.push(change("r3", 3, 30_000)),
            _ => {}
        }
    }
    for place in [0, 5, 9] {
        events.push(told(place, "depart", 610, Fact::StopDeparted(at_stop("2"))));
    }
    // What was due by the first file goes by under the third.
    let passed = Deadline { deadline: DeadlineKind::Pod, stop: "2".into(), due_at: at(600 + 1_440) };
    events.push(syncline("passed", &number(1), 600 + 1_440, Fact::DeadlinePassed(passed)));
    events
}

async fn pod_due(bench: &store::Store, place: i64) -> Option<i64> {
    let id = ShipmentId::numbered(&format!("S-{place}"));
    let mut due = bench
        .due_deadlines(at(1_000_000).to_utc(), DuePlace::default(), 1_000)
        .await
        .expect("read")
        .into_iter();
    let pod = due.rfind(|one| one.shipment == id && one.deadline.deadline == DeadlineKind::Pod)?;
    Some((pod.deadline.due_at - at(600)).num_minutes())
}

#[tokio::test]
async fn a_shipment_goes_by_the_file_that_held_at_its_last_event_whether_or_not_it_is_in_memory() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut seen: Vec<Vec<ViewHash>> = Vec::new();
    for cached in [1, 3, 1_000] {
        let path = folder.path().join(format!("{cached}.db"));
        let options = || Options { readers: 1, queue: 64, batch_events: 8, cached_shipments: cached };
        let (mut store, _) = open(&path, options()).await;
        for (place, event) in history().into_iter().enumerate() {
            if place % 10 == 9 {
                store.close().await;
                store = open(&path, options()).await.0;
            }
            store.append(delivery(&format!("d-{place}"), vec![event])).await.expect("taken");
        }
        for (place, minutes) in
            [(0, 30_000), (1, 30_000), (2, 1_440), (4, 60), (5, 30_000), (6, 60), (8, 30_000), (9, 30_000)]
        {
            assert_eq!(pod_due(&store, place).await, Some(minutes), "S-{place}, {cached} in memory");
        }
        store.close().await;
        assert_eq!(verify(&path).await.expect("verified").differences, []);
        seen.push(view_hashes(&path).await.expect("hashes"));
        for batch in [1, 5, 1_000] {
            let fresh = folder.path().join(format!("{cached}-{batch}.db"));
            let folded = rebuild_in_batches(&path, &fresh, batch, 1).await.expect("rebuilt");
            assert_eq!(&folded, seen.last().expect("hashes"), "in batches of {batch}");
        }
    }
}

#[tokio::test]
async fn of_two_who_change_the_rules_at_once_one_is_told_that_the_other_was_faster() {
    let bench = Bench::new().await;
    let put =
        |id: &str, version, minutes| bench.store.append(delivery(id, vec![change(id, version, minutes)]));
    let (one, other) = tokio::join!(put("a", 2, 60), put("b", 2, 90));
    let taken = one.expect("the first").seq.expect("a position");
    let refused = other.expect_err("the second");
    assert!(matches!(refused, AppendError::OldRules { stated: 2, current: 2 }), "{refused}");
    assert!(refused.to_string().contains("the next is 3, not 2"), "{refused}");
    assert!(put("c", 4, 90).await.is_err(), "no version is left out");
    put("d", 3, 90).await.expect("taken");
    let bench = bench.reopened().await;
    let known: Vec<_> =
        bench.store.rulebooks().await.expect("read").into_iter().map(|one| (one.book, one.seq)).collect();
    assert_eq!(known, [(book(2, 60), taken.0), (book(3, 90), Seq(taken.0.0 + 1))]);
}

#[tokio::test]
async fn a_shipments_page_calls_late_what_its_row_calls_late() {
    let bench = Bench::new().await;
    let mut strict = book(2, 1_440);
    strict.limits.eta_tolerance_minutes = 0;
    let change = desk("strict", Rulebook::NUMBER, 0, Fact::RulebookChanged(strict));
    bench.store.append(delivery("rules", vec![change])).await.expect("taken");
    bench.deliver("order", vec![erp("o", "O-1", 0, released("C-1", "Acme"))]).await;
    bench.deliver("plan", vec![tms("p", "S-1", 1, planned(&["O-1"]))]).await;
    // Five minutes after the promise: within what is usual, and late by this file.
    bench.deliver("late", vec![tms("e", "S-1", 2, eta(2885))]).await;
    let id = ShipmentId::numbered("S-1");
    let (_, page) = bench.store.shipment(id).await.expect("a reading").expect("a shipment");
    let request = PageRequest { order: Order::default(), before: None, limit: 1 };
    let rows = bench.store.shipment_rows(&ShipmentFilter::default(), &request).await.expect("a page").rows;
    assert_eq!((page.flags, page.flags.delayed), (rows[0].tracked.flags, true));
}
