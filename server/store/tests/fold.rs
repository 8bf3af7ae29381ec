//! Views that other code made, events that can't be read, files that are somebody else's.

mod common;

use common::*;
use domain::fact::{CustomsStatement, Fact};
use sqlx::SqlitePool;
use std::path::Path;
use store::{Options, Store, backup, rebuild, rebuild_in_batches, restore, verify, view_hashes};
use tempfile::TempDir;

async fn execute(path: &Path, statements: &[&'static str]) {
    let pool = SqlitePool::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.expect("open");
    for statement in statements {
        sqlx::query(*statement).execute(&pool).await.expect("a statement");
    }
    pool.close().await;
}

fn small() -> Options {
    Options { readers: 1, queue: 64, batch_events: 256, cached_shipments: 1 }
}

fn held() -> Fact {
    Fact::CustomsHeld(CustomsStatement { office: "Hof".into(), reason: None })
}

/// A file of three shipments, closed.
async fn told(path: &Path) {
    let (store, _) = open(path, small()).await;
    for number in ["S-1", "S-2", "S-3"] {
        let order = format!("O-{number}");
        let events = vec![erp(&format!("{number}/r"), &order, 0, released("C-1", "Acme"))];
        store.append(delivery(&format!("{number}/erp"), events)).await.expect("taken");
        let events = vec![
            tms(&format!("{number}/p"), number, 1, planned(&[&order])),
            tms(&format!("{number}/h"), number, 2, held()),
        ];
        store.append(delivery(&format!("{number}/tms"), events)).await.expect("taken");
    }
    store.close().await;
}

#[tokio::test]
async fn a_fold_with_a_memory_of_one_shipment_in_one_batch_gives_what_was_shown_live() {
    let folder = TempDir::new().expect("a folder");
    let (path, fresh) = (folder.path().join("live.db"), folder.path().join("fresh.db"));
    let (store, _) = open(&path, Options::default()).await;
    let plans = (0..40).map(|n| tms(&format!("p{n}"), &format!("S-{n}"), 1, planned(&["O-1"]))).collect();
    store.append(delivery("plans", plans)).await.expect("taken");
    store.append(delivery("order", vec![erp("o", "O-1", 0, released("C-1", "Acme"))])).await.expect("taken");
    let holds = (0..40).map(|n| tms(&format!("h{n}"), &format!("S-{n}"), 2, held())).collect();
    store.append(delivery("holds", holds)).await.expect("taken");
    store.close().await;
    let live = view_hashes(&path).await.expect("hashes");
    for batch in [1, 7, 41, 1000] {
        assert_eq!(rebuild_in_batches(&path, &fresh, batch, 1).await.expect("rebuilt"), live, "{batch}");
        std::fs::remove_file(&fresh).expect("removed");
    }
}

#[tokio::test]
async fn a_restart_after_every_event_with_a_memory_of_one_shipment_changes_no_view() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("live.db");
    for (place, step) in ["p", "h", "e"].iter().flat_map(|step| [0, 1, 2].map(|n| (n, *step))) {
        let (store, _) = open(&path, small()).await;
        let number = format!("S-{place}");
        let fact = match step {
            "p" => planned(&["O-1"]),
            "h" => held(),
            _ => eta(4000 + place),
        };
        let event = tms(&format!("{number}/{step}"), &number, 1 + place, fact);
        store.append(delivery(&format!("{number}/{step}"), vec![event])).await.expect("taken");
        let order = erp(&format!("{step}{place}"), "O-1", place, released("C-1", &format!("Acme {step}")));
        store.append(delivery(&format!("order/{number}/{step}"), vec![order])).await.expect("taken");
        store.close().await;
        assert_eq!(verify(&path).await.expect("verified").differences, [], "{number} {step}");
    }
}

#[tokio::test]
async fn views_of_other_code_are_folded_anew_when_the_store_is_opened_even_where_their_rows_cannot_be_read() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("old.db");
    told(&path).await;
    let right = view_hashes(&path).await.expect("hashes");
    execute(
        &path,
        &[
            "update exceptions set exception = '{}'",
            "update shipments set status = 'delivered'",
            "delete from deadlines",
            "update marks set value = 'another' where name = 'fold'",
        ],
    )
    .await;
    assert_ne!(view_hashes(&path).await.expect("hashes"), right);
    let (store, _) = open(&path, small()).await;
    store.close().await;
    assert_eq!(view_hashes(&path).await.expect("hashes"), right);
    assert_eq!(verify(&path).await.expect("verified").differences, []);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_set_aside_by_position_and_stops_neither_a_fold_nor_its_neighbours() {
    let folder = TempDir::new().expect("a folder");
    let (path, fresh) = (folder.path().join("live.db"), folder.path().join("fresh.db"));
    told(&path).await;
    // The first event of its subject: keys that follow must stay what they are.
    execute(&path, &["update journal set payload = '{\"no\":1}' where seq = 2"]).await;
    let verification = verify(&path).await.expect("verified");
    let (seq, error) = verification.damaged.expect("found");
    assert_eq!(seq.0, 2);
    assert!(error.contains("position 2"), "{error}");
    let folded = rebuild(&path, &fresh).await.expect("rebuilt all the same");
    let aside = folded.iter().find(|view| view.view == "set_aside").expect("a view");
    assert_eq!(aside.rows, 1);
    // As after an upgrade to a version that cannot read it.
    execute(&path, &["delete from marks where name = 'fold'"]).await;
    let (store, _) = open(&path, small()).await;
    store.append(delivery("more", vec![tms("more", "S-1", 9, eta(4000))])).await.expect("taken");
    store.close().await;
    let verification = verify(&path).await.expect("verified");
    assert_eq!((verification.differences, verification.damaged), (vec![], None));
}

#[tokio::test]
async fn one_shipment_that_cannot_be_read_keeps_no_other_from_being_told_of() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("live.db");
    told(&path).await;
    execute(&path, &["update exceptions set exception = '{}' where shipment = (select key from shipments where number = 'S-2')"])
        .await;
    let (store, _) = open(&path, small()).await;
    let news = |step: &str| ["S-1", "S-2", "S-3"].map(|one| tms(&format!("{one}/{step}"), one, 9, eta(4000)));
    let receipt = store.append(delivery("news", news("e").to_vec())).await.expect("an answer");
    assert_eq!((receipt.accepted, receipt.quarantined), (2, 1));
    assert_eq!(receipt.reasons[0].code, "unfoldable");
    // An order that it carries is told of all the same.
    let order = vec![erp("more", "O-S-2", 9, released("C-1", "Acme & Sons"))];
    assert_eq!(store.append(delivery("order", order)).await.expect("an answer").accepted, 1);
    let id = domain::ShipmentId::numbered("S-2");
    assert!(store.shipment(id).await.is_err(), "its page says so");
    assert!(store.carried(&[domain::OrderId::numbered("O-S-2")]).await.expect("a look").is_empty());
    assert_eq!(store.carried(&[domain::OrderId::numbered("O-S-1")]).await.expect("a look").len(), 1);
    store.close().await;
}

#[tokio::test]
async fn a_rebuild_of_a_file_that_lacks_the_newest_columns_works_and_a_failed_one_leaves_nothing() {
    let folder = TempDir::new().expect("a folder");
    let (path, fresh) = (folder.path().join("old.db"), folder.path().join("fresh.db"));
    told(&path).await;
    let right = view_hashes(&path).await.expect("hashes");
    execute(&path, &["alter table saved_views rename column name to former", "drop table marks"]).await;
    assert_eq!(rebuild(&path, &fresh).await.expect("rebuilt"), right);
    let nothing = folder.path().join("nothing.db");
    let other = folder.path().join("other.db");
    execute(&other, &["create table t (a)"]).await;
    assert!(rebuild(&other, &nothing).await.is_err());
    assert!(!nothing.exists());
}

#[tokio::test]
async fn another_programs_file_is_refused_and_stays_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("other.db");
    execute(&path, &["create table t (a)"]).await;
    let before = std::fs::read(&path).expect("read");
    let (commits, _nobody) = tokio::sync::mpsc::channel(1);
    let clock = clock(chrono::TimeDelta::zero());
    let error = Store::open(&path, small(), clock, commits).await.err().expect("refused").to_string();
    assert!(error.contains("no database of Syncline"), "{error}");
    let tables = SqlitePool::connect(&format!("sqlite://{}", path.display())).await.expect("open");
    let count: i64 =
        sqlx::query_scalar("select count(*) from sqlite_schema").fetch_one(&tables).await.expect("a count");
    assert_eq!((count, before.is_empty()), (1, false));
}

#[cfg(unix)]
#[tokio::test]
async fn a_database_and_every_copy_of_it_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (store, _) = open(&at("a.db"), small()).await;
    store.append(delivery("d", vec![tms("1", "S-1", 0, planned(&[]))])).await.expect("taken");
    backup(&at("a.db"), &at("b.db")).await.expect("backed up");
    rebuild(&at("a.db"), &at("c.db")).await.expect("rebuilt");
    restore(&at("b.db"), &at("d.db")).await.expect("restored");
    for file in std::fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file")) {
        let mode = file.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.path().display());
    }
    store.close().await;
}

#[tokio::test]
async fn a_restore_ends_all_sessions_and_says_what_came_back() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    told(&at("a.db")).await;
    execute(&at("a.db"), &["insert into sessions (token_hash, account, expires_at) values ('t', 'ada', 1)"])
        .await;
    backup(&at("a.db"), &at("b.db")).await.expect("backed up");
    let restored = restore(&at("b.db"), &at("c.db")).await.expect("restored");
    assert_eq!((restored.events, restored.ended_sessions), (9, 1));
    let error = restore(&at("b.db"), &at("c.db")).await.expect_err("in place").to_string();
    assert!(error.contains("move it away") && !error.contains("remove it"), "{error}");
}

#[tokio::test]
async fn a_damaged_database_is_not_backed_up() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    told(&at("a.db")).await;
    let mut bytes = std::fs::read(at("a.db")).expect("read");
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 8000] {
        *byte = 0xAA;
    }
    std::fs::write(at("a.db"), bytes).expect("written");
    let error = backup(&at("a.db"), &at("b.db")).await.expect_err("damaged").to_string();
    assert!(error.contains("damaged"), "{error}");
    assert!(!at("b.db").exists());
    let error = verify(&at("a.db")).await.expect_err("damaged").to_string();
    assert!(error.contains("damaged"), "{error}");
}
