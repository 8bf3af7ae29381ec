//! Messages on their way out, as the database keeps them.

mod common;

use chrono::TimeDelta;
use common::*;
use domain::Fact;
use domain::fact::{TenderAnswer, TenderOffer};
use store::{Endpoint, Outcome, Resend, Then};

fn erp_endpoint() -> Endpoint {
    Endpoint::new("erp", "erp".parse().expect("an addressee"), "https://erp.example/in")
}

#[tokio::test]
async fn a_message_that_is_being_sent_is_due_again_when_its_time_is_up_or_its_process_has_ended() {
    let bench = Bench::new().await;
    bench.store.put_endpoint(erp_endpoint()).await.expect("an endpoint");
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    let offer = TenderOffer { tender: "T1".into(), carrier: carrier("Nordfracht"), expires_at: None };
    let answer = TenderAnswer { tender: "T1".into(), reason: None };
    let story = vec![
        tms("1", "S-1", 1, planned(&["O-1"])),
        tms("2", "S-1", 2, Fact::TenderOffered(offer)),
        tms("3", "S-1", 3, Fact::TenderRejected(answer)),
    ];
    bench.deliver("d-2", story).await;
    let now = at(10).to_utc();
    let lease = TimeDelta::seconds(30);
    let due = async |bench: &Bench, now| bench.store.due_messages("erp", now, 8).await.expect("read");
    let first = due(&bench, now).await;
    assert_eq!(first.len(), 1);
    bench.store.claim(&[(first[0].id, now + lease)], now).await.expect("claimed");
    assert!(due(&bench, now).await.is_empty(), "it is on its way");
    assert_eq!(due(&bench, now + lease).await.len(), 1, "nobody knows whether it came");
    let bench = bench.reopened().await;
    assert!(due(&bench, now).await.is_empty());
    bench.store.release_claims(now).await.expect("released");
    assert_eq!(due(&bench, now).await.len(), 1, "whoever was sending it has ended");
    assert_eq!(due(&bench, now).await[0].attempts, 1, "and it counts as sent");
}

/// Offers that are declined, one after the other: a message to the ERP each.
async fn declined(bench: &Bench, order: &str, shipment: &str, times: i64) {
    bench
        .deliver(&format!("o-{order}"), vec![erp(&format!("o-{order}"), order, 0, released("C-1", "Acme"))])
        .await;
    bench.deliver(&format!("p-{shipment}"), vec![tms(shipment, shipment, 1, planned(&[order]))]).await;
    for time in 0..times {
        let tender = format!("T{time}");
        let offer = TenderOffer { tender: tender.clone(), carrier: carrier("Nordfracht"), expires_at: None };
        let answer = TenderAnswer { tender, reason: None };
        let story = vec![
            tms(&format!("{shipment}/o{time}"), shipment, 2 + 2 * time, Fact::TenderOffered(offer)),
            tms(&format!("{shipment}/r{time}"), shipment, 3 + 2 * time, Fact::TenderRejected(answer)),
        ];
        bench.deliver(&format!("{shipment}/{time}"), story).await;
    }
}

fn outcome(outgoing: &store::Outgoing, then: Then) -> Outcome {
    Outcome {
        outbox: outgoing.id,
        attempt: outgoing.attempts + 1,
        at: at(60).to_utc(),
        millis: 1,
        status: None,
        answer: "no".to_owned(),
        then,
    }
}

#[tokio::test]
async fn what_was_given_up_is_sent_anew_one_after_the_other_and_before_what_is_newer() {
    let bench = Bench::new().await;
    bench.store.put_endpoint(erp_endpoint()).await.expect("an endpoint");
    declined(&bench, "O-1", "S-1", 4).await;
    let due = async |minutes| bench.store.due_messages("erp", at(minutes).to_utc(), 8).await.expect("read");
    let mut given_up = Vec::new();
    for _ in 0..2 {
        let first = due(60).await.remove(0);
        let outcomes = vec![outcome(&first, Then::Dead)];
        bench.store.record_attempts("erp", outcomes).await.expect("kept");
        given_up.push(first.id);
    }
    let resend = Resend::Dead { endpoint: "erp".to_owned() };
    assert_eq!(bench.store.resend(resend, at(61).to_utc()).await.expect("queued"), 2);
    let mut order = Vec::new();
    loop {
        let all = due(100_000).await;
        let Some(first) = all.first() else { break };
        assert_eq!(all.len(), 1, "one about a subject is due at a time");
        order.push(first.id);
        bench.store.record_attempts("erp", vec![outcome(first, Then::Delivered)]).await.expect("kept");
    }
    assert_eq!(order.len(), 4);
    assert_eq!(order[..2], given_up, "what is newer comes last, and holds");
}

#[tokio::test]
async fn a_waiting_message_that_nothing_follows_any_more_does_not_keep_what_waits_behind_it() {
    let bench = Bench::new().await;
    bench.store.put_endpoint(erp_endpoint()).await.expect("an endpoint");
    declined(&bench, "O-1", "S-1", 2).await;
    let path = bench.path();
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.expect("open");
    // As after a fold anew by a version that says less.
    sqlx::query("delete from messages where id = (select message from outbox order by id limit 1)")
        .execute(&pool)
        .await
        .expect("gone");
    pool.close().await;
    let now = at(60).to_utc();
    let due = bench.store.due_messages("erp", now, 8).await.expect("read");
    assert_eq!(due.len(), 1, "the one behind it");
    let waiting = bench.store.endpoint_summaries(false).await.expect("a look")[0].waiting;
    assert_eq!(waiting, 1);
}

#[tokio::test]
async fn every_attempt_counts_and_leaves_a_trace_whatever_becomes_of_it() {
    let bench = Bench::new().await;
    bench.store.put_endpoint(erp_endpoint()).await.expect("an endpoint");
    declined(&bench, "O-1", "S-1", 1).await;
    let mut bench = bench;
    for attempt in 1..=10_u32 {
        let now = at(60 + i64::from(attempt) * 600).to_utc();
        let first = bench.store.due_messages("erp", now, 8).await.expect("read").remove(0);
        assert_eq!(first.attempts + 1, attempt);
        bench.store.claim(&[(first.id, now + TimeDelta::minutes(1))], now).await.expect("claimed");
        // The process ends while it sends, and starts again.
        bench = bench.reopened().await;
        bench.store.release_claims(now).await.expect("released");
        let waits = bench.store.due_messages("erp", now, 8).await.expect("read").is_empty();
        assert_eq!(waits, attempt > 8, "what ends the process again and again waits longer each time");
    }
    let outbox = bench.store.outbox(9).await.expect("an outbox");
    let attempts: Vec<_> = outbox.messages[0].attempts.iter().map(|one| (one.attempt, one.status)).collect();
    assert_eq!(attempts.first(), Some(&(10, None)));
    assert_eq!(attempts.len(), 10);
    assert!(outbox.messages[0].attempts[0].answer.starts_with("no answer is known"));
}

#[tokio::test]
async fn what_is_due_is_found_without_a_look_at_all_that_was_ever_sent() {
    let bench = Bench::new().await;
    let pool =
        sqlx::SqlitePool::connect(&format!("sqlite://{}", bench.path().display())).await.expect("open");
    let plan = async |statement: &'static str| {
        let rows: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(statement).fetch_all(&pool).await.expect("a plan");
        rows.into_iter().map(|(_, _, _, detail)| detail).collect::<Vec<_>>().join("; ")
    };
    let due = plan(
        "explain query plan select outbox.id from outbox indexed by outbox_due_of
         where endpoint = 'erp' and next_at is not null and next_at <= 5 order by next_at, outbox.id limit 8",
    )
    .await;
    assert!(due.contains("outbox_due_of (endpoint=? AND next_at") && !due.contains("TEMP B-TREE"), "{due}");
    let next = plan(
        "explain query plan select id from outbox indexed by outbox_waiting
         where endpoint = 'erp' and subject = 'O-1' and state = 'waiting' order by id limit 1",
    )
    .await;
    assert!(next.contains("outbox_waiting (endpoint=? AND subject=?)"), "{next}");
    let dead = plan(
        "explain query plan select id from outbox indexed by outbox_dead where state = 'dead' order by id desc limit 40",
    )
    .await;
    assert!(dead.contains("outbox_dead"), "{dead}");
    pool.close().await;
}
