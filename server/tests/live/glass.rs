//! What browsers report back.

use crate::support::freight::{append, eta, planned, quarantine, start};
use crate::support::live::Socket;
use crate::support::server::{Hands, Running};
use crate::support::until;
use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::latency::Leg;
use domain::live::{ClientFrame, Painted, ViewKey};

#[tokio::test]
async fn what_goes_to_quarantine_is_counted_on_an_open_board_though_no_position_is_added() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![planned("SH-1", &[])]).await;
    let cookie = running.signed_in("mona", AccountRole::Manager, None).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    let board = socket.ask(&ViewKey::Kpis, None).await;
    assert_eq!(board.content.expect("a board")["quarantined"], 0);
    quarantine(&running.store).await;
    loop {
        let change = socket.expect_frame().await;
        // That it waits becomes an event of its own a moment later; the count does not wait for it.
        assert_eq!(change.kind.as_str(), "change");
        assert!(change.position() >= board.as_of.expect("a position"));
        if change.content.expect("a board")["quarantined"] == 1 {
            break;
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn a_painted_position_becomes_the_legs_from_the_world_to_the_glass() {
    let folder = tempfile::tempdir().expect("a folder");
    let hands = Hands::at(start() + TimeDelta::minutes(15));
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    append(&running.store, vec![planned("SH-1", &[])]).await;
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    socket.ask(&ViewKey::Shipments, None).await;
    append(&running.store, vec![eta("SH-1", 10, 1700)]).await;
    let change = socket.expect_frame().await;
    let painted = Painted { seq: change.position(), at: hands.now() + TimeDelta::milliseconds(40) };
    assert!(socket.say(&ClientFrame { painted: Some(painted), ..ClientFrame::default() }).await);
    until("all legs are stored", async || {
        let (_, board) = running.store.kpis(hands.now()).await.expect("figures");
        Leg::ALL.iter().all(|leg| board.latency.iter().any(|figure| figure.leg == *leg && figure.count > 0))
    })
    .await;
    let (_, board) = running.store.kpis(hands.now()).await.expect("figures");
    let painted = board.latency.iter().find(|figure| figure.leg == Leg::Painted).expect("a leg");
    assert!((30.0..=50.0).contains(&painted.p50), "{painted:?}");
    running.stop().await;
}
