//! What happens when nothing can be written: it is said, nothing acknowledged is lost, and it goes on by itself.

mod common;

use common::*;
use sqlx::SqlitePool;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use store::{AppendError, Health, Store, StoreError, verify};
use tempfile::TempDir;

/// A small disk of its own, where the test may mount one.
struct Disk(TempDir);

impl Disk {
    fn mount() -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Where it stays, the system takes it away with the machine.
        let _ = Command::new("umount").args(["-l"]).arg(self.path()).output();
    }
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(30), async {
        let mut looks = tokio::time::interval(Duration::from_millis(10));
        while !holds() {
            looks.tick().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited in vain: {what}"));
}

/// Delivers until it is refused. Returns how many deliveries were acknowledged, and the refusal.
async fn fill(store: &Store) -> (i64, AppendError) {
    for number in 0.. {
        let shipment = format!("S-{number}");
        let mut sent = delivery(&format!("d-{number}"), vec![tms(&shipment, &shipment, 0, planned(&[]))]);
        sent.body = vec![b'x'; 40_000];
        if let Err(error) = store.append(sent).await {
            return (number, error);
        }
    }
    unreachable!("a disk of some megabytes took everything")
}

async fn goes_on(path: &Path, acknowledged: i64, store: Store) {
    until("the store writes again", || store.health() == Health::Writable).await;
    let receipt = store.append(delivery("after", vec![tms("after", "S-after", 0, planned(&[]))])).await;
    let receipt = receipt.expect("taken again");
    assert_eq!(receipt.seq.expect("a position").0.0, acknowledged + 1, "what was refused is not there");
    store.close().await;
    // A fold needs room that the small disk lacks.
    let folder = TempDir::new().expect("a folder");
    let copy = folder.path().join("copy.db");
    store::backup(path, &copy).await.expect("sound");
    let verification = verify(&copy).await.expect("verified");
    assert_eq!((verification.as_of.0, verification.differences), (acknowledged + 1, vec![]));
}

fn is_unwritable(store: &Store) -> bool {
    matches!(store.health(), Health::Unwritable { .. })
}

#[tokio::test]
async fn a_full_disk_refuses_deliveries_until_there_is_room_and_loses_nothing() {
    let Some(disk) = Disk::mount() else { return };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 3 * 1024 * 1024]).expect("room");
    let path = disk.path().join("syncline.db");
    let (store, _) = open(&path, store::Options::default()).await;
    let (acknowledged, error) = fill(&store).await;
    assert!(acknowledged > 3, "{acknowledged}: {error}");
    until("the store says so", || is_unwritable(&store)).await;
    let Health::Unwritable { reason, .. } = store.health() else { panic!("it recovered without room") };
    assert!(reason.contains("full"), "{reason}");
    std::fs::remove_file(&ballast).expect("removed");
    goes_on(&path, acknowledged, store).await;
}

#[tokio::test]
async fn a_database_that_another_process_holds_is_written_again_once_it_is_let_go() {
    let bench = Bench::new().await;
    bench.deliver("first", vec![tms("1", "S-1", 0, planned(&[]))]).await;
    let pool = SqlitePool::connect(&format!("sqlite://{}", bench.path().display())).await.expect("open");
    let mut other = pool.acquire().await.expect("a connection");
    sqlx::query("begin immediate").execute(&mut *other).await.expect("held");
    let waiting = tokio::spawn({
        let store = bench.store.clone();
        async move { store.append(delivery("d", vec![tms("2", "S-2", 0, planned(&[]))])).await }
    });
    until("the writer counts as stuck", || is_unwritable(&bench.store)).await;
    let error = waiting.await.expect("no panic").expect_err("refused");
    assert!(matches!(error, AppendError::Store(StoreError::Batch(_))), "{error}");
    sqlx::query("rollback").execute(&mut *other).await.expect("let go");
    drop(other);
    pool.close().await;
    let path = bench.path();
    let Bench { folder, store, .. } = bench;
    goes_on(&path, 1, store).await;
    drop(folder);
}

#[tokio::test]
async fn a_database_that_is_taken_away_while_it_is_served_takes_nothing_in_until_it_is_put_back() {
    let bench = Bench::new().await;
    bench.deliver("before", vec![tms("S-1", "S-1", 0, planned(&[]))]).await;
    let (path, aside) = (bench.path(), bench.folder.path().join("aside.db"));
    std::fs::rename(&path, &aside).expect("moved");
    let refused = bench.store.append(delivery("gone", vec![tms("S-2", "S-2", 0, planned(&[]))])).await;
    assert!(refused.is_err(), "what went into it would be lost");
    until("it is said", || matches!(bench.store.health(), Health::Unwritable { .. })).await;
    std::fs::rename(&aside, &path).expect("moved back");
    until("it goes on", || matches!(bench.store.health(), Health::Writable)).await;
    bench.deliver("gone", vec![tms("S-2", "S-2", 0, planned(&[]))]).await;
    assert_eq!(bench.store.as_of().await.expect("read").0, 2);
    bench.store.close().await;
}
