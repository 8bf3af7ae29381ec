//! Share links: a shipment without signing in, until the link is revoked or its time is over.

use crate::support::freight::{action, append, at, eta, planned, released, start};
use crate::support::live::Socket;
use crate::support::server::{Hands, Running};
use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::fact::{Sharing, SharingEnd};
use domain::live::ViewKey;
use domain::{CustomerId, Fact};
use server::auth::{new_token, token_hash};

const SHIPMENT: &str = "SH-SHARED";

async fn shared(running: &Running, minutes_valid: i64) -> String {
    let token = new_token();
    let sharing = Sharing {
        token_hash: token_hash(&token),
        customer: CustomerId::numbered("ACME"),
        label: "the consignee".to_owned(),
        expires_at: at(minutes_valid),
    };
    append(&running.store, vec![action(Role::Portal, "carla", SHIPMENT, 5, Fact::TrackingShared(sharing))])
        .await;
    token
}

async fn server(folder: &tempfile::TempDir) -> Running {
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "BRISK")]).await;
    append(&running.store, vec![planned(SHIPMENT, &["SO-1", "SO-2"])]).await;
    running
}

#[tokio::test]
async fn a_share_link_is_live_until_it_is_revoked_and_no_moment_longer() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let token = shared(&running, 600).await;
    let view = ViewKey::Track { token: token.clone() };
    let mut socket = Socket::open(running.address, "").await;
    let snapshot = socket.ask(&view, None).await;
    assert_eq!(snapshot.kind, "snapshot");
    assert!(snapshot.text.contains("SO-1"));

    append(&running.store, vec![eta(SHIPMENT, 10, 1700)]).await;
    let change = socket.expect_frame().await;
    assert_eq!((change.kind.as_str(), change.view.as_ref()), ("change", Some(&view)));
    for frame in [&snapshot, &change] {
        assert!(!frame.text.contains("BRISK") && !frame.text.contains("SO-2"), "{}", frame.text);
    }

    let end = SharingEnd { token_hash: token_hash(&token) };
    append(&running.store, vec![action(Role::Portal, "carla", SHIPMENT, 20, Fact::TrackingRevoked(end))])
        .await;
    append(&running.store, vec![eta(SHIPMENT, 30, 1800)]).await;
    let refused = socket.expect_frame().await;
    assert_eq!(
        (refused.kind.as_str(), refused.code.as_deref()),
        ("refused", Some("not_found")),
        "{}",
        refused.text
    );
    append(&running.store, vec![eta(SHIPMENT, 40, 1900)]).await;
    assert_eq!(
        socket.ask(&ViewKey::Freshness, None).await.kind,
        "snapshot",
        "nothing of the shipment came before"
    );
    assert_eq!(socket.ask(&view, None).await.code.as_deref(), Some("not_found"));
    running.stop().await;
}

#[tokio::test]
async fn revoking_one_link_leaves_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let (kept, revoked) = (shared(&running, 600).await, shared(&running, 600).await);
    let view = ViewKey::Track { token: kept };
    let mut socket = Socket::open(running.address, "").await;
    assert_eq!(socket.ask(&view, None).await.kind, "snapshot");
    let end = SharingEnd { token_hash: token_hash(&revoked) };
    append(&running.store, vec![action(Role::Portal, "carla", SHIPMENT, 20, Fact::TrackingRevoked(end))])
        .await;
    let last = append(&running.store, vec![eta(SHIPMENT, 30, 1800)]).await.seq.expect("positions").1;
    loop {
        let frame = socket.expect_frame().await;
        assert_eq!(frame.kind, "change", "{}", frame.text);
        if frame.position() == last {
            break;
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn a_share_link_ends_with_its_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let view = ViewKey::Track { token: shared(&running, 60).await };
    let mut socket = Socket::open(running.address, "").await;
    assert_eq!(socket.ask(&view, None).await.kind, "snapshot");
    running.hands.forward(TimeDelta::minutes(61));
    assert_eq!(socket.ask(&view, None).await.code.as_deref(), Some("not_found"));
    running.stop().await;
}

#[tokio::test]
async fn a_link_that_somebody_made_ends_when_their_account_is_another_customers() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    running.account("carla", AccountRole::Customer, Some("ACME")).await;
    let view = ViewKey::Track { token: shared(&running, 600).await };
    let mut socket = Socket::open(running.address, "").await;
    assert_eq!(socket.ask(&view, None).await.kind, "snapshot");
    running.account("carla", AccountRole::Customer, Some("BRISK")).await;
    let mut later = Socket::open(running.address, "").await;
    assert_eq!(later.ask(&view, None).await.kind, "refused");
    running.stop().await;
}
