//! Shipments that become somebody else's: the customer who had them loses them from an open list.

use crate::support::freight::{append, at, event, planned, released, start, terms};
use crate::support::live::{Frame, Glass, Socket};
use crate::support::server::{Hands, Running};
use domain::account::AccountRole;
use domain::authority::Role;
use domain::live::ViewKey;
use domain::{Event, Fact};

const KEPT: &str = "SH-KEPT";
const LOST: &str = "SH-LOST";

/// ACME has both shipments, BRISK has an order of its own on neither.
async fn two_customers(folder: &tempfile::TempDir) -> Running {
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    let orders = [("SO-1", "ACME"), ("SO-2", "ACME"), ("SO-3", "BRISK")];
    append(&running.store, orders.map(|(order, customer)| released(order, customer)).to_vec()).await;
    append(&running.store, vec![planned(KEPT, &["SO-1"]), planned(LOST, &["SO-2"])]).await;
    running
}

/// The two ways in which ACME loses a shipment to BRISK.
fn handovers() -> [Event; 2] {
    [
        event(Role::Erp, "SO-2", 10, Fact::OrderChanged(terms("BRISK"))),
        Event { occurred_at: at(10), ..planned(LOST, &["SO-3"]) },
    ]
}

fn numbers(frame: &Frame) -> Vec<&str> {
    let rows = frame.content.as_ref().and_then(|content| content["rows"].as_array()).expect("rows");
    rows.iter().filter_map(|row| row["number"].as_str()).collect()
}

#[tokio::test]
async fn a_shipment_that_becomes_somebody_elses_leaves_my_open_list_at_once() {
    for handover in handovers() {
        let folder = tempfile::tempdir().expect("a folder");
        let running = two_customers(&folder).await;
        let acme = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
        let brisk = running.signed_in("casper", AccountRole::Customer, Some("BRISK")).await;
        let (mut mine, mut theirs) =
            (Socket::open(running.address, &acme).await, Socket::open(running.address, &brisk).await);
        assert_eq!(numbers(&mine.ask(&ViewKey::Shipments, None).await), [LOST, KEPT]);
        assert_eq!(numbers(&theirs.ask(&ViewKey::Shipments, None).await), [""; 0]);

        append(&running.store, vec![handover]).await;
        let news = mine.expect_frame().await;
        assert_eq!((news.kind.as_str(), numbers(&news)), ("snapshot", vec![KEPT]), "{}", news.text);
        let news = theirs.expect_frame().await;
        assert_eq!((news.kind.as_str(), numbers(&news)), ("change", vec![LOST]), "{}", news.text);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_shipment_that_became_somebody_elses_while_i_was_cut_off_is_gone_when_i_am_back() {
    for handover in handovers() {
        let folder = tempfile::tempdir().expect("a folder");
        let running = two_customers(&folder).await;
        let cookie = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
        let mut glass = Glass::default();
        let mut steady = Glass::default();
        let mut steady_socket = Socket::open(running.address, &cookie).await;
        glass.answered(Socket::open(running.address, &cookie).await.ask(&ViewKey::Shipments, None).await);
        steady.answered(steady_socket.ask(&ViewKey::Shipments, None).await);

        append(&running.store, vec![handover]).await;
        steady.changed(steady_socket.expect_frame().await);
        let running = running.restart().await;
        let mut socket = Socket::open(running.address, &cookie).await;
        let back = socket.ask(&ViewKey::Shipments, glass.position(&ViewKey::Shipments)).await;
        assert_eq!((back.kind.as_str(), numbers(&back)), ("snapshot", vec![KEPT]), "{}", back.text);
        glass.answered(back);
        assert_eq!(glass.content(&ViewKey::Shipments), steady.content(&ViewKey::Shipments));

        // Whoever has seen that needs only what changes from then on.
        let again = socket.ask(&ViewKey::Shipments, glass.position(&ViewKey::Shipments)).await;
        assert_eq!(again.kind, "current", "{}", again.text);
        running.stop().await;
    }
}
