//! Views that do not fit into a frame.

use crate::support::freight::{append, eta, event, planned, start};
use crate::support::live::Socket;
use crate::support::server::{Hands, Running};
use domain::account::AccountRole;
use domain::authority::Role;
use domain::live::ViewKey;
use domain::{Event, Fact, ShipmentId};

/// A plan whose stops have a name of 5 MiB.
fn planned_large(shipment: &str) -> Event {
    let Fact::ShipmentPlanned(mut plan) = planned(shipment, &[]).fact else { unreachable!("a plan") };
    plan.stops.iter_mut().for_each(|stop| stop.location.name = "x".repeat(5 << 20));
    event(Role::Tms, shipment, 2, Fact::ShipmentPlanned(plan))
}

#[tokio::test]
async fn a_view_that_fits_into_no_frame_is_refused_and_the_socket_lives_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![planned("SH-GROWS", &[])]).await;
    append(&running.store, vec![planned_large("SH-LARGE")]).await;
    append(&running.store, vec![planned("SH-SMALL", &[])]).await;
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let view = |number: &str| ViewKey::Shipment { id: ShipmentId::numbered(number) };
    let mut socket = Socket::open(running.address, &cookie).await;

    let answer = socket.ask(&view("SH-LARGE"), None).await;
    assert_eq!((answer.kind.as_str(), answer.code.as_deref()), ("refused", Some("too_large")));
    assert_eq!(socket.ask(&view("SH-GROWS"), None).await.kind, "snapshot");
    assert_eq!(socket.ask(&view("SH-SMALL"), None).await.kind, "snapshot");

    append(&running.store, vec![planned_large("SH-GROWS")]).await;
    let answer = socket.expect_frame().await;
    assert_eq!((answer.kind.as_str(), answer.code.as_deref()), ("refused", Some("too_large")));
    assert_eq!(answer.view, Some(view("SH-GROWS")));

    append(&running.store, vec![eta("SH-SMALL", 10, 1700)]).await;
    let change = socket.expect_frame().await;
    assert_eq!((change.kind.as_str(), change.view), ("change", Some(view("SH-SMALL"))));
    running.stop().await;
}
