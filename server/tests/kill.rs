//! Law 1: nothing acknowledged is lost. The real binary is killed at random moments, and started again on the same
//! database, while senders deliver to it and repeat what was not answered.

mod support;

use domain::Event;
use domain::authority::Role;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::{Connection, Row, SqliteConnection};
use standardwebhooks::Webhook;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use support::freight::{arrived, cloud_event, eta, held_by_customs, planned, released, start};
use support::process::{Process, SECRET, free_port, prepare, run};
use support::server::client;
use support::soon;
use tokio::sync::{mpsc, watch};

const KILLS: u32 = 25;
const SENDERS: u64 = 6;

/// One message, and what a sender must know to repeat it.
struct Message {
    role: Role,
    id: String,
    content_type: &'static str,
    body: String,
    events: Vec<Event>,
}

/// What the senders and the killer share.
struct Run {
    port: u16,
    /// Requests begun so far: the killer strikes at one of them.
    begun: AtomicU64,
    is_over: AtomicBool,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_acknowledged_before_a_kill_is_in_the_journal_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    prepare(&database).await;
    let run_state =
        Arc::new(Run { port: free_port(), begun: AtomicU64::new(0), is_over: AtomicBool::new(false) });
    let (up, is_up) = watch::channel(false);
    let (struck, mut strikes) = mpsc::unbounded_channel();
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| tokio::spawn(send(sender, run_state.clone(), is_up.clone(), struck.clone())))
        .collect();

    let mut chance = StdRng::seed_from_u64(20);
    for _ in 0..KILLS {
        let mut process = Process::serve(&database, run_state.port);
        process.is_ready().await;
        let strike_at = run_state.begun.load(Ordering::Relaxed) + chance.random_range(1..60);
        up.send_replace(true);
        soon("requests are begun", async {
            while run_state.begun.load(Ordering::Relaxed) < strike_at {
                strikes.recv().await.expect("senders run");
            }
        })
        .await;
        process.kill();
        up.send_replace(false);
    }
    run_state.is_over.store(true, Ordering::Relaxed);
    let mut process = Process::serve(&database, run_state.port);
    process.is_ready().await;
    up.send_replace(true);
    let mut acknowledged = BTreeMap::new();
    for sender in senders {
        acknowledged.extend(soon("a sender ends", sender).await.expect("no panic"));
    }
    process.kill();

    check_journal(&database, &acknowledged).await;
    let (status, output) = run("verify", &database);
    assert!(status.success(), "{output}");
}

/// Delivers until the run is over, each message until it is acknowledged. Returns the events that were, by id, with the
/// position of their delivery's first and last event.
async fn send(
    sender: u64,
    run: Arc<Run>,
    mut is_up: watch::Receiver<bool>,
    struck: mpsc::UnboundedSender<()>,
) -> BTreeMap<String, (i64, i64)> {
    let mut chance = StdRng::seed_from_u64(sender);
    let http = client();
    let mut acknowledged = BTreeMap::new();
    let mut done: Vec<(Message, String)> = Vec::new();
    for number in 0.. {
        if run.is_over.load(Ordering::Relaxed) {
            break;
        }
        let message = message(&mut chance, sender, number);
        let answer = deliver(&http, &run, &message, &mut is_up, &struck).await;
        let receipt: store::Receipt = serde_json::from_str(&answer).expect("a receipt");
        assert_eq!(
            (receipt.accepted as usize, receipt.duplicates, receipt.quarantined),
            (message.events.len(), 0, 0),
            "{answer} to {}",
            message.body
        );
        let (first, last) = receipt.seq.expect("positions");
        acknowledged.extend(message.events.iter().map(|event| (event.id.to_string(), (first.0, last.0))));
        done.push((message, answer));
        // A sender that lost the answer sends the same again, before a kill or long after it.
        if chance.random_bool(0.2) {
            let (message, answer) = &done[chance.random_range(0..done.len())];
            assert_eq!(
                deliver(&http, &run, message, &mut is_up, &struck).await,
                *answer,
                "a repetition's answer"
            );
        }
    }
    acknowledged
}

/// A single event, a batch or lines, about one of a few shipments.
fn message(chance: &mut StdRng, sender: u64, number: u64) -> Message {
    let role = if chance.random_bool(0.2) { Role::Erp } else { Role::Tms };
    let count = if chance.random_bool(0.5) { 1 } else { chance.random_range(2..20) };
    let events: Vec<Event> = (0..count)
        .map(|_| {
            let subject = chance.random_range(0..40);
            let (shipment, order) = (format!("SH-{subject}"), format!("SO-{subject}"));
            let minutes = chance.random_range(2..3000);
            match (role, chance.random_range(0..4)) {
                (Role::Erp, _) => released(&order, "ACME"),
                (_, 0) => planned(&shipment, &[&order]),
                (_, 1) => held_by_customs(&shipment, minutes),
                (_, 2) => arrived(&shipment, minutes, "1"),
                _ => eta(&shipment, minutes, minutes + 60),
            }
        })
        .collect();
    let lines: Vec<String> = events.iter().map(cloud_event).collect();
    let (content_type, body) = match (lines.as_slice(), chance.random_bool(0.5)) {
        ([one], _) => ("application/cloudevents+json", one.clone()),
        (all, true) => ("application/cloudevents-batch+json", format!("[{}]", all.join(","))),
        (all, false) => ("application/x-ndjson", all.join("\n")),
    };
    Message { role, id: format!("msg_{sender}_{number}"), content_type, body, events }
}

/// Sends a message until it is acknowledged, as a sender does: the same id and body, signed anew. Returns the answer.
async fn deliver(
    http: &reqwest::Client,
    run: &Run,
    message: &Message,
    is_up: &mut watch::Receiver<bool>,
    struck: &mpsc::UnboundedSender<()>,
) -> String {
    let key = Webhook::new(SECRET).expect("a secret");
    let url = format!("http://127.0.0.1:{}/intake/{}", run.port, message.role);
    loop {
        soon("the server comes back", is_up.wait_for(|is_up| *is_up)).await.expect("the killer lives");
        let timestamp = server::clock::now().timestamp();
        let signature = key.sign(&message.id, timestamp, message.body.as_bytes()).expect("a signature");
        let request = http
            .post(&url)
            .timeout(Duration::from_secs(10))
            .header("content-type", message.content_type)
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(message.body.clone());
        let answer = async {
            run.begun.fetch_add(1, Ordering::Relaxed);
            // The killer may have gone for good; then nobody counts any more.
            let _ = struck.send(());
            let answer = request.send().await?;
            let status = answer.status();
            reqwest::Result::Ok((status, answer.text().await?))
        };
        match answer.await {
            Ok((status, text)) if status.is_success() => return text,
            Ok((status, text)) => assert!(status.as_u16() == 503, "{status}: {text}"),
            // Killed before or after the commit: the sender can't know.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// Every acknowledged event is there, once, where its answer said, and nothing else is.
async fn check_journal(database: &Path, acknowledged: &BTreeMap<String, (i64, i64)>) {
    let url = format!("sqlite://{}", database.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("a database");
    let rows =
        sqlx::query("select seq, source_event_id from journal where source != 'syncline' order by seq")
            .fetch_all(&mut connection)
            .await
            .expect("rows");
    let mut journal: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for row in &rows {
        journal.entry(row.get("source_event_id")).or_default().push(row.get("seq"));
    }
    assert!(acknowledged.len() > 500, "only {} events were delivered", acknowledged.len());
    for (event, (first, last)) in acknowledged {
        let places = journal.get(event).unwrap_or_else(|| panic!("{event} was acknowledged and is lost"));
        assert_eq!(places.len(), 1, "{event} is there {} times", places.len());
        assert!(
            (first..=last).contains(&&places[0]),
            "{event} is at {}, not in {first} to {last}",
            places[0]
        );
    }
    assert_eq!(journal.len(), acknowledged.len(), "every message was repeated until it was acknowledged");
    let (count, last): (i64, i64) = sqlx::query_as("select count(*), max(seq) from journal")
        .fetch_one(&mut connection)
        .await
        .expect("a row");
    assert_eq!(count, last, "positions have no gaps");
    let broken: String =
        sqlx::query_scalar("pragma integrity_check").fetch_one(&mut connection).await.expect("a row");
    assert_eq!(broken, "ok");
    // The test's own first moment is long past: deadlines pass while it runs, and count as Syncline's own events.
    assert!(start() < server::clock::now());
}
