//! A deadline that passes becomes one event, whether or not the server was running when it passed.

mod support;

use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::exception::Closing;
use domain::live::ViewKey;
use domain::rules::Rule;
use domain::{Seq, ShipmentId};
use server::deadlines;
use support::freight::{append, arrived, delivered, departed, planned, pod, released, start};
use support::live::Socket;
use support::server::{Hands, Running};
use support::until;

const SHIPMENT: &str = "SH-1";

async fn as_of(running: &Running) -> Seq {
    running.store.as_of().await.expect("a position")
}

async fn open_rules(running: &Running) -> Vec<Rule> {
    let (_, desk) = running.store.desk().await.expect("a desk");
    desk.exceptions.iter().map(|exception| exception.rule).collect()
}

#[tokio::test]
async fn a_proof_of_delivery_that_falls_due_while_the_server_is_down_opens_one_exception() {
    let folder = tempfile::tempdir().expect("a folder");
    let hands = Hands::at(start());
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(
        &running.store,
        vec![planned(SHIPMENT, &["SO-1"]), arrived(SHIPMENT, 300, "1"), delivered(SHIPMENT, 1600)],
    )
    .await;
    let before = as_of(&running).await;
    assert_eq!(open_rules(&running).await, []);
    running.stop().await;

    // The delivery was at minute 1600, its proof is due a day later.
    hands.forward(TimeDelta::minutes(1600 + 24 * 60 + 1));
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    until("the deadline has passed", async || as_of(&running).await > before).await;
    assert_eq!(open_rules(&running).await, [Rule::PodOverdue]);
    assert_eq!(as_of(&running).await, Seq(before.0 + 1), "one event");
    let running = running.restart().await;
    let again = deadlines::pass(&running.store, hands.now()).await.expect("a look");
    assert_eq!(again, 0, "it passes once");
    assert_eq!(as_of(&running).await, Seq(before.0 + 1));
    assert_eq!(open_rules(&running).await, [Rule::PodOverdue]);

    // A page that is open meanwhile hears of the proof, late as it is.
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    socket.ask(&ViewKey::Desk, None).await;
    append(&running.store, vec![pod(SHIPMENT, 1620)]).await;
    let change = socket.expect_frame().await;
    assert_eq!(change.content.as_ref().map(|desk| desk["open"].clone()), Some(0.into()), "{}", change.text);
    assert_eq!(open_rules(&running).await, []);
    let (_, shipment) =
        running.store.shipment(ShipmentId::numbered(SHIPMENT)).await.expect("a reading").expect("a shipment");
    let closings: Vec<_> = shipment.exceptions.iter().map(|exception| exception.closing.clone()).collect();
    assert_eq!(closings, [Some(Closing::LateData)]);
    running.stop().await;
}

#[tokio::test]
async fn a_pickup_that_nobody_came_to_opens_an_exception_while_the_page_is_open_and_closes_with_the_truck() {
    let folder = tempfile::tempdir().expect("a folder");
    let hands = Hands::at(start());
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    append(&running.store, vec![planned(SHIPMENT, &[]), planned("SH-2", &[])]).await;
    append(&running.store, vec![arrived("SH-2", 300, "1"), departed("SH-2", 310, "1")]).await;
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    socket.ask(&ViewKey::Desk, None).await;
    // The window ends at minute 360; an hour of grace.
    hands.forward(TimeDelta::minutes(421));
    let change = socket.expect_frame().await;
    let desk = change.content.expect("a desk");
    assert_eq!((&desk["open"], &desk["exceptions"][0]["rule"]), (&1.into(), &"missed_pickup".into()));
    assert_eq!(desk["exceptions"][0]["number"], SHIPMENT, "not the one whose truck had come");
    append(&running.store, vec![arrived(SHIPMENT, 430, "1")]).await;
    let change = socket.expect_frame().await;
    assert_eq!(change.content.expect("a desk")["open"], 0);
    running.stop().await;
}

#[tokio::test]
async fn a_proof_that_comes_in_time_leaves_no_deadline() {
    let folder = tempfile::tempdir().expect("a folder");
    let hands = Hands::at(start());
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    append(
        &running.store,
        vec![planned(SHIPMENT, &[]), arrived(SHIPMENT, 300, "1"), delivered(SHIPMENT, 1600)],
    )
    .await;
    let waiting = async || {
        running
            .store
            .due_deadlines(start() + TimeDelta::days(30), store::DuePlace::default(), 10)
            .await
            .expect("a look")
            .len()
    };
    assert_ne!(waiting().await, 0);
    append(&running.store, vec![pod(SHIPMENT, 1700)]).await;
    assert_eq!(waiting().await, 0);
    hands.forward(TimeDelta::days(30));
    assert_eq!(deadlines::pass(&running.store, hands.now()).await.expect("a look"), 0);
    running.stop().await;
}
