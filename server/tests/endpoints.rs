//! Endpoints as their operator keeps them by command, and what is said of them.

mod support;

use chrono::TimeDelta;
use domain::{CustomerId, Event};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use store::{Endpoint, Store};
use support::freight::{self, delivered, planned, pod, released};
use support::process::{Process, free_port};
use support::receiver::Receiver;
use support::server::{Hands, Running, client};
use support::until;

/// Runs `syncline endpoint …` to its end. Says whether it did what was wanted, and what it printed.
fn endpoint(database: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .arg("endpoint")
        .args(arguments)
        .arg("--database")
        .arg(database)
        .output()
        .expect("the binary starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn done(database: &Path, arguments: &[&str]) -> String {
    let (is_done, text) = endpoint(database, arguments);
    assert!(is_done, "{arguments:?}: {text}");
    text
}

fn refused(database: &Path, arguments: &[&str]) -> String {
    let (is_done, text) = endpoint(database, arguments);
    assert!(!is_done, "{arguments:?}: {text}");
    text
}

/// An order that is released, carried, delivered and signed for yesterday: the ERP may invoice it.
async fn prove(store: &Store, order: &str, shipment: &str) {
    let later = server::clock::now() - freight::start() - TimeDelta::days(2);
    let recent = |event: Event| Event { occurred_at: event.occurred_at + later, ..event };
    let story = [planned(shipment, &[order]), delivered(shipment, 1650), pod(shipment, 1700)];
    freight::append(store, vec![recent(released(order, "ACME"))]).await;
    freight::append(store, story.into_iter().map(recent).collect()).await;
}

async fn waiting(store: &Store) -> u64 {
    store.endpoint_summaries(false).await.expect("summaries").iter().map(|one| one.waiting).sum()
}

async fn named(running: &Running, name: &str) -> Endpoint {
    let all = running.store.endpoints().await.expect("endpoints");
    all.into_iter().find(|one| one.name == name).expect("an endpoint")
}

async fn running(folder: &tempfile::TempDir) -> Running {
    Running::start(&folder.path().join("test.db"), &Hands::at(server::clock::now())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_changed_under_what_waits_and_is_not_removed_from_under_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    let receiver = Receiver::start();
    let running = running(&folder).await;
    // Nobody listens there.
    done(&database, &["add", "erp", "--for", "erp", "--to", "http://127.0.0.1:9/", "--allow-private"]);
    let secret = named(&running, "erp").await.secret;
    done(&database, &["pause", "erp"]);
    prove(&running.store, "SO-1", "SH-1").await;
    until("it waits", async || waiting(&running.store).await == 1).await;

    let said = refused(&database, &["remove", "erp"]);
    assert!(said.contains("1 message waits for erp") && said.contains("--discard-waiting"), "{said}");
    let said = refused(&database, &["add", "erp", "--for", "erp", "--to", "https://erp.example/"]);
    assert!(said.contains("endpoint set erp --to"), "{said}");

    let to = receiver.url("/erp");
    let said = done(&database, &["set", "erp", "--to", &to]);
    assert!(said.contains("1 message waits") && said.contains("stays paused"), "{said}");
    let changed = named(&running, "erp").await;
    assert_eq!((changed.secret, changed.address.as_str()), (secret.clone(), to.as_str()));
    assert_eq!(changed.paused.as_deref(), Some("by hand"));

    // Two signatures, until the old secret is dropped.
    done(&database, &["rotate", "erp"]);
    done(&database, &["resume", "erp"]);
    until("it came", async || receiver.came_to("erp").await.len() == 1).await;
    let came = receiver.came_to("erp").await.remove(0);
    assert_eq!(came.signature.split(' ').filter(|one| one.starts_with("v1,")).count(), 2);
    let rotated = named(&running, "erp").await;
    assert_eq!(rotated.former_secret, secret);
    done(&database, &["rotate", "erp", "--drop-old"]);
    prove(&running.store, "SO-2", "SH-2").await;
    until("the next came", async || receiver.came_to("erp").await.len() == 2).await;
    assert_eq!(receiver.came_to("erp").await[1].signature.split(' ').count(), 1);

    done(&database, &["pause", "erp"]);
    prove(&running.store, "SO-3", "SH-3").await;
    until("it waits", async || waiting(&running.store).await == 1).await;
    let said = done(&database, &["remove", "erp", "--discard-waiting"]);
    assert!(said.contains("1 are withdrawn"), "{said}");
    assert!(running.store.endpoints().await.expect("endpoints").is_empty());
    let kept = running.store.outbox(10).await.expect("an outbox").messages;
    assert!(kept.iter().any(|one| one.state == "withdrawn"), "{kept:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_verifies_with_the_old_secret_and_with_the_new_one_while_there_are_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start();
    let running = running(&folder).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    let known = named(&running, "erp").await;
    let fresh = Some("whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHRlc3Rz".to_owned());
    let rotated = Endpoint { former_secret: known.secret.clone(), secret: fresh, ..known };
    running.store.put_endpoint(rotated).await.expect("kept");
    prove(&running.store, "SO-1", "SH-1").await;
    until("it came", async || receiver.came_to("erp").await.len() == 1).await;
    assert_eq!(receiver.came_to("erp").await[0].verified, json!(true), "by the receiver, with the old one");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_would_not_be_sent_to_is_refused_at_once_with_the_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    let running = running(&folder).await;
    prove(&running.store, "SO-1", "SH-1").await;
    let add = |to: &'static str, whom: &'static str| ["add", "one", "--for", whom, "--to", to];
    for (to, whom, part) in [
        ("https://127.0.0.1:3150/in", "erp", "--allow-private"),
        ("https://localhost/in", "erp", "--allow-private"),
        ("https://[::1]/in", "erp", "--allow-private"),
        ("http://93.184.216.34/in", "erp", "--allow-plain-http"),
        ("ftp://93.184.216.34/in", "erp", "https://… or mailto:…"),
        ("mailto:nobody", "erp", "no address of mail"),
        ("https://93.184.216.34/in", "customer:NOPE", "--allow-unknown-customer"),
        ("https://93.184.216.34/in", "accounting", domain::message::ADDRESSEES),
    ] {
        let said = refused(&database, &add(to, whom));
        assert!(said.contains(part), "{to} {whom}: {said}");
    }
    assert!(running.store.endpoints().await.expect("endpoints").is_empty());
    let said = done(&database, &["add", "--help"]);
    assert!(said.contains("desk, team-lead, manager, or customer:"), "{said}");
    let said = done(&database, &["add", "team", "--for", "desk", "--to", "mailto:desk@shipper.test"]);
    assert!(said.contains("--smtp-url"), "{said}");
    done(&database, &["add", "acme", "--for", "customer:ACME", "--to", "https://93.184.216.34/in"]);
    let endpoint = named(&running, "acme").await;
    assert_eq!(endpoint.addressee, domain::message::Addressee::Customer(CustomerId::numbered("ACME")));
    let said = done(&database, &["list"]);
    assert!(said.contains(" customer:ACME ") && said.contains("goes"), "{said}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_how_endpoints_stand_and_why_the_last_failure_was_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    let receiver = Receiver::start();
    let running = running(&folder).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    receiver.behave("erp", json!([410])).await;
    prove(&running.store, "SO-1", "SH-1").await;
    until("it is gone", async || {
        running.store.endpoints().await.expect("endpoints").iter().any(|one| one.paused.is_some())
    })
    .await;
    let said = done(&database, &["list"]);
    for part in ["paused: it answered 410 Gone", "last failure", "410 said the receiver"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    running.stop().await;
}

#[test]
fn a_switch_is_set_by_what_people_write_into_the_environment() {
    let serve = |name: &str, value: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
            // Ends before it serves: nothing can be made there.
            .args(["serve", "--listen", "127.0.0.1:0", "--database", "/dev/null/none/test.db"])
            .env(name, value)
            .output()
            .expect("the binary starts");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for name in ["SYNCLINE_NO_OUTBOUND", "SYNCLINE_SECURE_COOKIES"] {
        for value in ["1", "true", "yes", "on", "0", "false", "no", "off"] {
            let said = serve(name, value);
            assert!(
                said.contains("can't be made") && !said.contains("invalid value"),
                "{name}={value}: {said}"
            );
        }
        assert!(serve(name, "perhaps").contains("invalid value"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_show_what_waits_what_was_given_up_and_which_endpoint_is_paused() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    let receiver = Receiver::start();
    let running = running(&folder).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    receiver.behave("erp", json!([410])).await;
    prove(&running.store, "SO-1", "SH-1").await;
    until("it is gone", async || {
        running.store.endpoints().await.expect("endpoints").iter().any(|one| one.paused.is_some())
    })
    .await;
    prove(&running.store, "SO-2", "SH-2").await;
    until("both wait", async || waiting(&running.store).await == 2).await;
    running.stop().await;
    let (port, metrics) = (free_port(), free_port());
    let mut process = Process::serve_with(&database, port, &["--metrics-listen", &metrics.to_string()]);
    process.is_ready().await;
    let expected = [
        "syncline_outbox_waiting{endpoint=\"erp\"} 2",
        "syncline_outbox_given_up{endpoint=\"erp\"} 0",
        "syncline_endpoint_paused{endpoint=\"erp\"} 1",
        "syncline_endpoint_rests{endpoint=\"erp\"} 0",
        "syncline_outbox_oldest_waiting_seconds{endpoint=\"erp\"} ",
        "syncline_outbox_quiet 0",
        "syncline_journal_position ",
        "syncline_database_bytes ",
        "syncline_wal_bytes ",
        "syncline_open_exceptions ",
        "syncline_sockets 0",
        "syncline_feed_age_seconds{source=",
    ];
    let url = format!("http://127.0.0.1:{metrics}/metrics");
    until("all are there", async || {
        let Ok(answer) = client().get(&url).send().await else { return false };
        let text = answer.text().await.expect("a text");
        expected.iter().all(|line| text.contains(line))
    })
    .await;
    process.kill();
}
