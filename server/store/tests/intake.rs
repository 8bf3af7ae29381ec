//! What becomes of deliveries: each event once, each answer for good, each failure alone.

mod common;

use common::*;
use domain::ShipmentId;
use domain::fact::Fact;
use store::{AppendError, Receipt, Rejected};

#[tokio::test]
async fn a_delivery_is_answered_with_its_positions_and_kept_as_it_came() {
    let bench = Bench::new().await;
    let events =
        vec![tms("1", "S-1", 0, planned(&["O-1"])), tms("2", "S-1", 70, Fact::StopArrived(at_stop("1")))];
    let sent = delivery("d-1", events);
    let receipt = bench.store.append(sent.clone()).await.expect("taken");
    assert_eq!(
        serde_json::to_string(&receipt).expect("json"),
        r#"{"delivery":"d-1","accepted":2,"duplicates":0,"quarantined":0,"seq":[1,2]}"#
    );
    let kept = bench.store.delivery(&sent.source, "d-1").await.expect("read").expect("kept");
    assert_eq!((kept.body, kept.headers, kept.outcome), (sent.body, sent.headers, receipt));
    assert_eq!(bench.store.as_of().await.expect("read").0, 2);
}

#[tokio::test]
async fn a_repeated_delivery_gets_the_stored_answer_and_changes_nothing() {
    let bench = Bench::new().await;
    let sent = delivery("d-1", vec![tms("1", "S-1", 0, planned(&[]))]);
    let first = bench.store.append(sent.clone()).await.expect("taken");
    let again = bench.store.append(sent.clone()).await.expect("taken");
    assert_eq!(first, again);
    let bench = bench.reopened().await;
    assert_eq!(bench.store.append(sent.clone()).await.expect("taken"), first);
    assert_eq!(bench.store.as_of().await.expect("read").0, 1);

    let reworded = store::Delivery { body: b"attempt 2".to_vec(), ..sent.clone() };
    let receipt = bench.store.append(reworded).await.expect("the same in other words");
    assert_eq!((receipt.accepted, receipt.duplicates), (0, 1));

    let news = vec![tms("2", "S-1", 70, Fact::StopArrived(at_stop("1")))];
    let other = store::Delivery { body: b"other".to_vec(), events: news, ..sent };
    let refused = bench.store.append(other).await.expect_err("another body");
    assert!(matches!(refused, AppendError::Repeated { delivery } if delivery == "d-1"));
}

#[tokio::test]
async fn an_event_sent_again_counts_as_a_duplicate_in_one_delivery_and_in_another() {
    let bench = Bench::new().await;
    let arrived = tms("2", "S-1", 70, Fact::StopArrived(at_stop("1")));
    let receipt =
        bench.deliver("d-1", vec![tms("1", "S-1", 0, planned(&[])), arrived.clone(), arrived.clone()]).await;
    assert_eq!((receipt.accepted, receipt.duplicates), (2, 1));
    let receipt = bench.deliver("d-2", vec![arrived]).await;
    assert_eq!((receipt.accepted, receipt.duplicates, receipt.seq), (0, 1, None));
}

#[tokio::test]
async fn an_event_id_that_is_used_for_another_event_goes_to_quarantine() {
    let bench = Bench::new().await;
    bench.deliver("d-1", vec![tms("1", "S-1", 0, planned(&[]))]).await;
    let receipt = bench
        .deliver(
            "d-2",
            vec![tms("2", "S-1", 70, Fact::StopArrived(at_stop("1"))), tms("1", "S-1", 5, eta(9))],
        )
        .await;
    assert_eq!((receipt.accepted, receipt.quarantined), (1, 1));
    let page = bench.store.integrations().await.expect("read");
    assert_eq!(page.quarantined, 1);
    let kept = &page.quarantine[0].rejected;
    assert_eq!((kept.code.as_str(), kept.position, kept.event_id.as_deref()), ("id_reused", 1, Some("1")));
    assert!(
        kept.raw.contains("eta.changed") && kept.reason.contains("`shipment.planned` of `S-1`"),
        "{kept:?}"
    );
}

#[tokio::test]
async fn a_part_that_was_not_understood_does_not_block_the_others() {
    let bench = Bench::new().await;
    let rejected = Rejected {
        position: 0,
        code: "malformed".into(),
        reason: "no type".into(),
        raw: "{}".into(),
        event_id: None,
    };
    let sent = store::Delivery {
        quarantined: vec![rejected.clone()],
        ..delivery("d-1", vec![tms("1", "S-1", 0, planned(&[]))])
    };
    let receipt = bench.store.append(sent).await.expect("taken");
    assert_eq!((receipt.accepted, receipt.quarantined), (1, 1));
    assert!(bench.store.shipment(ShipmentId::numbered("S-1")).await.expect("read").is_some());
    let page = bench.store.integrations().await.expect("read");
    assert_eq!(page.quarantine[0].rejected, rejected);
    assert_eq!(page.deliveries[0].outcome, receipt);
}

#[tokio::test]
async fn the_commit_tells_the_hub_each_changed_shipment_once() {
    let bench = Bench::new().await;
    let events = vec![tms("1", "S-1", 0, planned(&[])), tms("2", "S-1", 70, Fact::StopArrived(at_stop("1")))];
    bench.deliver("d-1", events).await;
    bench.deliver("d-2", vec![tms("3", "S-2", 0, planned(&[]))]).await;
    let (folder, commits) = (bench.folder, bench.commits);
    bench.store.close().await;
    let told = commits.lock().expect("whole");
    let positions: Vec<_> = told.iter().map(|commit| (commit.first.0, commit.as_of.0)).collect();
    assert_eq!(positions, [(1, 2), (3, 3)]);
    assert_eq!(told[0].shipments.len(), 1);
    assert_eq!(told[0].shipments[0].seq.0, 2);
    assert_eq!(told[0].passages.len(), 2);
    assert_eq!(told[0].sources[0].source, "tms-north");
    drop(folder);
}

#[tokio::test]
async fn a_full_queue_refuses_and_what_waited_is_taken() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let (sender, mut commits) = tokio::sync::mpsc::channel(1);
    let options = store::Options { readers: 1, queue: 1, batch_events: 1, cached_shipments: 10 };
    let path = folder.path().join("syncline.db");
    let store = store::Store::open(&path, options, clock(chrono::TimeDelta::milliseconds(1)), sender)
        .await
        .expect("a store");
    let one = |id: &str| delivery(id, vec![tms(id, "S-1", 0, planned(&[]))]);
    // Nobody takes commits: the first lies in the channel, the writer waits with the second.
    store.append(one("1")).await.expect("taken");
    store.append(one("2")).await.expect("taken");
    let waiting = tokio::spawn({
        let store = store.clone();
        let third = one("3");
        async move { store.append(third).await }
    });
    let refused = loop {
        // Until the third is queued there is room, and the fourth would be taken in its place.
        tokio::task::yield_now().await;
        if let Err(error) = tokio::time::timeout(std::time::Duration::ZERO, store.append(one("4")))
            .await
            .unwrap_or(Ok(Receipt {
                delivery: String::new(),
                accepted: 0,
                duplicates: 0,
                quarantined: 0,
                seq: None,
                reasons: Vec::new(),
            }))
        {
            break error;
        }
    };
    assert!(matches!(refused, AppendError::Full), "{refused}");
    let drain = tokio::spawn(async move { while commits.recv().await.is_some() {} });
    let third = waiting.await.expect("no panic");
    assert!(third.is_ok() || matches!(third, Err(AppendError::Full)));
    store.close().await;
    drain.await.expect("no panic");
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let bench = Bench::new().await;
    let store = bench.store.clone();
    bench.store.close().await;
    let refused = store.append(delivery("d-1", vec![])).await.expect_err("closed");
    assert!(matches!(refused, AppendError::Stopped), "{refused}");
}

#[tokio::test]
async fn a_batch_that_the_disk_refuses_leaves_nothing_behind() {
    let bench = Bench::new().await;
    bench.deliver("d-1", vec![tms("1", "S-1", 0, planned(&[]))]).await;
    let pool =
        sqlx::SqlitePool::connect(&format!("sqlite://{}", bench.path().display())).await.expect("open");
    sqlx::query(
        "create trigger full before insert on shipments when new.number = 'S-2'
         begin select raise(abort, 'the disk is full'); end",
    )
    .execute(&pool)
    .await
    .expect("a trigger");
    let sent = delivery("d-2", vec![tms("2", "S-1", 5, eta(1500)), tms("3", "S-2", 0, planned(&[]))]);
    let refused = bench.store.append(sent.clone()).await.expect_err("refused");
    assert!(refused.to_string().contains("the disk is full"), "{refused}");
    assert_eq!(bench.store.as_of().await.expect("read").0, 1);
    sqlx::query("drop trigger full").execute(&pool).await.expect("dropped");
    pool.close().await;
    // The sender tries again; memory knows no more than the disk.
    let receipt = bench.store.append(sent).await.expect("taken");
    assert_eq!((receipt.accepted, receipt.seq.map(|(first, last)| (first.0, last.0))), (2, Some((2, 3))));
    let path = bench.path();
    let Bench { folder, store, .. } = bench;
    store.close().await;
    assert_eq!(store::verify(&path).await.expect("verified").differences, []);
    drop(folder);
}
