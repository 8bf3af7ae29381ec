//! An order that two shipments carry one after the other, on a running server.

mod support;

use domain::authority::Role;
use domain::fact::Cancellation;
use domain::rules::Rule;
use domain::status::Status;
use domain::{Event, Fact, OrderId, ShipmentId};
use store::SourceConfig;
use support::freight::{append, delivered, departed, event, planned_between, pod, released, start, window};
use support::server::{Hands, Running};
use support::until;

fn leg(shipment: &str, from: (&str, i64), to: (&str, i64)) -> Event {
    leg_of(&["SO-1"], shipment, from, to)
}

fn leg_of(orders: &[&str], shipment: &str, (from, leaves): (&str, i64), (to, comes): (&str, i64)) -> Event {
    let (from, to) = ((from, window(leaves, leaves + 60)), (to, window(comes, comes + 60)));
    planned_between(shipment, orders, from, to)
}

async fn status(running: &Running, shipment: &str) -> Option<Status> {
    let found = running.store.shipment(ShipmentId::numbered(shipment)).await.expect("a reading");
    found.map(|(_, shipment)| shipment.status)
}

/// Whether the order's invoice may leave, and why.
async fn gate(running: &Running) -> Option<(bool, String)> {
    let order = OrderId::numbered("SO-1");
    let carried = running.store.carried(&[order]).await.expect("a reading").pop()?;
    carried.order.state.gate.as_ref().map(|gate| (gate.released, gate.reason.clone()))
}

#[tokio::test]
async fn a_hub_is_no_consignee_whichever_leg_is_planned_first_and_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let hands = Hands::at(start());
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![leg("SH-2", ("Kassel", 1400), ("Bonn", 1600))]).await;
    append(&running.store, vec![leg("SH-1", ("Hamburg", 240), ("Kassel", 600))]).await;
    append(&running.store, vec![departed("SH-1", 270, "1"), delivered("SH-1", 610)]).await;
    until("the first leg is handed on", async || status(&running, "SH-1").await == Some(Status::InTransit))
        .await;
    let running = running.restart().await;
    append(&running.store, vec![departed("SH-2", 1410, "1"), delivered("SH-2", 1610), pod("SH-2", 1615)])
        .await;
    until("both legs read that the goods are there", async || {
        status(&running, "SH-1").await == Some(Status::Delivered)
            && status(&running, "SH-2").await == Some(Status::Delivered)
    })
    .await;
    until("the invoice leaves by the last leg alone", async || {
        gate(&running).await == Some((true, "SH-2 is delivered, signed by K. Ernst".to_owned()))
    })
    .await;
    running.stop().await;
    let verification = store::verify(&folder.path().join("test.db")).await.expect("verified");
    assert_eq!(verification.differences, []);
}

#[tokio::test]
async fn a_hub_is_the_end_again_when_the_second_leg_is_planned_without_the_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![leg("SH-1", ("Hamburg", 240), ("Kassel", 600))]).await;
    append(&running.store, vec![leg("SH-2", ("Kassel", 1400), ("Bonn", 1600))]).await;
    append(&running.store, vec![departed("SH-1", 270, "1"), delivered("SH-1", 610)]).await;
    until("the first leg is handed on", async || status(&running, "SH-1").await == Some(Status::InTransit))
        .await;
    let anew = leg_of(&["SO-9"], "SH-2", ("Kassel", 1400), ("Bonn", 1600));
    append(
        &running.store,
        vec![Event { occurred_at: anew.occurred_at + chrono::TimeDelta::minutes(5), ..anew }],
    )
    .await;
    until("it ends in Kassel", async || status(&running, "SH-1").await == Some(Status::AwaitingConfirmation))
        .await;
    running.stop().await;
    let verification = store::verify(&folder.path().join("test.db")).await.expect("verified");
    assert_eq!(verification.differences, []);
}

#[tokio::test]
async fn an_order_that_no_erp_has_released_is_somebodys_matter_once_its_goods_are_proven() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    let erp =
        SourceConfig::new("erp".parse().expect("a name"), Role::Erp, vec!["whsec_MfKQ9r8GKYqrTwjU".into()]);
    running.store.put_source(erp).await.expect("a source");
    append(&running.store, vec![leg("SH-1", ("Hamburg", 240), ("Kassel", 600))]).await;
    append(&running.store, vec![departed("SH-1", 270, "1"), delivered("SH-1", 610), pod("SH-1", 615)]).await;
    let opened = async || -> Vec<String> {
        let (_, desk) = running.store.desk().await.expect("a desk");
        desk.exceptions
            .iter()
            .filter(|one| one.rule == Rule::ProvenNotReleased)
            .map(|one| one.detail.clone())
            .collect()
    };
    until("it is said", async || {
        opened()
            .await
            .first()
            .is_some_and(|detail| detail.contains("no ERP has released an order of that number"))
    })
    .await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    until("its invoice leaves", async || gate(&running).await.is_some_and(|(is_released, _)| is_released))
        .await;
    until("and that was all", async || opened().await.is_empty()).await;
    let replaced = Cancellation { reason: None, replaced_by: vec!["SO-7".to_owned()] };
    append(&running.store, vec![event(Role::Erp, "SO-1", 700, Fact::OrderCancelled(replaced))]).await;
    until("nobody knows what replaces it", async || {
        opened().await.first().is_some_and(|detail| detail.starts_with("Order SO-7 is delivered and proven"))
    })
    .await;
    running.stop().await;
    let verification = store::verify(&folder.path().join("test.db")).await.expect("verified");
    assert_eq!(verification.differences, []);
}
