//! `syncline import` by the real binary: killed or interrupted in the middle of a file, and run again, it takes each event
//! of the file in once.

mod support;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection, query_as, query_scalar};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use support::freight::{arrived, cloud_event};
use support::process::{prepare, run};
use support::until;

const EVENTS: usize = 20_000;
const SHIPMENTS: i64 = 2_000;
/// Lines that each run reads further than the one before it; no run that is struck reads to the end.
const FURTHER: usize = 3_500;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_or_interrupted_goes_on_to_the_end_without_loss_or_doubles() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    prepare(&database).await;
    let events: Vec<_> = (0..)
        .map(|number| arrived(&format!("SH-{}", number % SHIPMENTS), number, "1"))
        .take(EVENTS)
        .collect();
    let lines: Vec<String> = events.iter().map(|event| cloud_event(event) + "\n").collect();
    let file = folder.path().join("events.ndjson");
    std::fs::write(&file, lines.concat()).expect("a file");

    let mut chance = StdRng::seed_from_u64(19);
    let mut taken = 0;
    for (times, signal) in (1..).zip(["KILL", "INT", "KILL", "INT", "KILL"]) {
        let strike_at = taken + chance.random_range(0..2000);
        let mut import = start(&database, "-", Stdio::piped());
        let mut input = import.stdin.take().expect("its input");
        let fed = lines[..times * FURTHER].concat();
        // Its input stays open, so that it waits for more until it is struck.
        let feeding = std::thread::spawn(move || {
            // Fails when its reader has gone.
            let _ = input.write_all(fed.as_bytes());
            input
        });
        until("the import is in the middle", async || {
            let ended = import.try_wait().expect("a child of ours");
            assert!(ended.is_none(), "the import ended by itself: {ended:?}");
            count(&database).await > strike_at
        })
        .await;
        strike(&import, signal);
        let output = import.wait_with_output().expect("a child of ours");
        drop(feeding.join().expect("no panic"));
        assert!(!output.status.success());
        if signal == "INT" {
            assert!(said(&output).contains("run the same command again to go on"), "{}", said(&output));
        }
        taken = count(&database).await;
    }
    let events_in_file = i64::try_from(EVENTS).expect("few");
    assert!(taken < events_in_file, "something is left to be taken in");

    let output =
        start(&database, file.to_str().expect("text"), Stdio::null()).wait_with_output().expect("its end");
    let left = events_in_file - taken;
    let summary =
        format!("{left} accepted, 0 duplicates, 0 quarantined, {taken} taken by an earlier run in ");
    assert!(output.status.success() && said(&output).starts_with(&summary), "{summary}: {}", said(&output));
    let mut connection = look(&database).await;
    let rows: Vec<(String,)> =
        query_as("select source_event_id from journal").fetch_all(&mut connection).await.expect("rows");
    assert_eq!(rows.len(), EVENTS);
    let kept: BTreeSet<&str> = rows.iter().map(|(id,)| id.as_str()).collect();
    assert_eq!(kept, events.iter().map(|event| event.id.as_str()).collect());
    let bodies: i64 = query_scalar("select sum(length(body)) from inbound")
        .fetch_one(&mut connection)
        .await
        .expect("a sum");
    assert_eq!(bodies as usize, lines.concat().len(), "each line is kept raw once");
    let (status, output) = run("verify", &database);
    assert!(status.success(), "{output}");
}

fn start(database: &Path, file: &str, input: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(["import", file, "--source", "tms", "--database"])
        .arg(database)
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

fn strike(process: &Child, signal: &str) {
    let sent =
        Command::new("kill").args(["-s", signal, &process.id().to_string()]).status().expect("kill starts");
    assert!(sent.success(), "{sent}");
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat()
}

/// Only looks: whoever opens the database next recovers it by itself.
async fn look(database: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database).read_only(true).connect().await.expect("a database")
}

async fn count(database: &Path) -> i64 {
    query_scalar("select count(*) from journal").fetch_one(&mut look(database).await).await.expect("a count")
}
