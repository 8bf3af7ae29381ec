//! Clients that do not read.

use crate::support::freight::{action, append, held_by_customs, planned, released, start};
use crate::support::live::{Glass, Socket};
use crate::support::server::{Hands, Running};
use domain::account::AccountRole;
use domain::authority::Role;
use domain::fact::ExceptionNote;
use domain::live::ViewKey;
use domain::{Event, Fact};

const SHIPMENT: &str = "SH-1";
/// Together with the length of the first note far more than the sockets' buffers and the server's inbox hold.
const NOTES: i64 = 220;
const LONG: usize = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_delays_nobody_and_is_given_a_fresh_reading() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![planned(SHIPMENT, &["SO-1"]), held_by_customs(SHIPMENT, 10)]).await;
    let (_, desk) = running.store.desk().await.expect("a desk");
    let exception = desk.exceptions.first().expect("a customs hold").id;
    let note = |minutes: i64, text: String| -> Event {
        let fact = Fact::ExceptionNoted(ExceptionNote { exception, text });
        action(Role::Desk, "anna", SHIPMENT, minutes, fact)
    };
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let (mut slow, mut fast) = (Glass::default(), Glass::default());
    let mut slow_socket = Socket::open(running.address, &cookie).await;
    let mut fast_socket = Socket::open(running.address, &cookie).await;
    slow.answered(slow_socket.ask(&ViewKey::Desk, None).await);
    fast.answered(fast_socket.ask(&ViewKey::Desk, None).await);

    append(&running.store, vec![note(11, "x".repeat(LONG))]).await;
    for minutes in 12..NOTES {
        let last = append(&running.store, vec![note(minutes, format!("note {minutes}"))]).await.seq;
        // The fast client has every change before the next one is made, whatever the slow one does.
        while fast.position(&ViewKey::Desk) < last.map(|(_, last)| last) {
            fast.changed(fast_socket.expect_frame().await);
        }
    }
    let end = fast.position(&ViewKey::Desk);

    let mut frames = 0;
    let mut fresh_readings = 0;
    while slow.position(&ViewKey::Desk) < end {
        let frame = slow_socket.expect_frame().await;
        frames += 1;
        fresh_readings += u32::from(frame.kind == "snapshot");
        slow.changed(frame);
    }
    assert!(fresh_readings > 0, "the inbox never overflowed: {frames} frames");
    assert!(frames < NOTES, "nothing was conflated: {frames} frames");
    assert_eq!(slow.content(&ViewKey::Desk), fast.content(&ViewKey::Desk));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stops_in_time_although_a_client_does_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![planned(SHIPMENT, &[])]).await;
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    socket.ask(&ViewKey::Shipments, None).await;
    running.stop().await;
    let frame = socket.expect_frame().await;
    assert_eq!((frame.kind.as_str(), frame.code.as_deref()), ("ended", Some("stopping")));
    assert_eq!(socket.close_code().await, Some(1012));
}
