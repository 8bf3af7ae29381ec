//! Who gets in, what they may look at, and what ends a socket.

use crate::support::freight::{append, eta, planned, released, start};
use crate::support::live::{Opened, Socket};
use crate::support::server::{Hands, Running};
use crate::support::soon;
use domain::ShipmentId;
use domain::account::AccountRole;
use domain::live::{ClientFrame, Ping, ViewKey};
use tokio_tungstenite::tungstenite::http::StatusCode;

const OWN: &str = "SH-OWN";
const OTHER: &str = "SH-OTHER";

/// Views, and how subscribing to each is answered.
type Expected = Vec<(ViewKey, &'static str)>;

fn shipment(number: &str) -> ViewKey {
    ViewKey::Shipment { id: ShipmentId::numbered(number) }
}

async fn two_customers(folder: &tempfile::TempDir) -> Running {
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "BRISK")]).await;
    append(&running.store, vec![planned(OWN, &["SO-1"]), planned(OTHER, &["SO-2"])]).await;
    running
}

#[tokio::test]
async fn a_page_of_another_site_cannot_open_a_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let own = format!("http://{}", running.address);
    for (origin, is_welcome) in [
        (own.as_str(), true),
        ("http://evil.test", false),
        ("null", false),
        ("http://127.0.0.1.evil.test", false),
        ("http://127.0.0.1:1", false),
    ] {
        match Socket::try_open(running.address, running.address, &cookie, Some(origin)).await {
            Opened::Open(_) => assert!(is_welcome, "{origin} got in"),
            Opened::Refused(status) => {
                assert!(!is_welcome && status == StatusCode::FORBIDDEN, "{origin}: {status}");
            }
            Opened::Failed => panic!("{origin}: no answer"),
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn what_is_no_frame_ends_the_socket_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    for nonsense in ["hello", "7", r#"{"subscribe":[{"view":"moon"}]}"#, r#"{"after":"yesterday"}"#] {
        let mut socket = Socket::open(running.address, "").await;
        assert!(socket.say_text(nonsense).await);
        let frame = socket.expect_frame().await;
        assert_eq!((frame.kind.as_str(), frame.code.as_deref()), ("ended", Some("bad_frame")), "{nonsense}");
        assert_eq!(socket.close_code().await, Some(1002), "{nonsense}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_the_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    let mut socket = Socket::open(running.address, "").await;
    socket.say_text(&format!(r#"{{"pad":"{}"}}"#, "x".repeat(64 * 1024))).await;
    assert!(soon("the socket ends", socket.frame()).await.is_none());
    running.stop().await;
}

#[tokio::test]
async fn each_role_may_look_at_its_own_views_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    let customer = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let nobody = running.signed_in("nobody", AccountRole::Customer, None).await;
    let agent = running.signed_in("anna", AccountRole::Agent, None).await;
    let manager = running.signed_in("mona", AccountRole::Manager, None).await;
    let admin = running.signed_in("ada", AccountRole::Admin, None).await;
    let track = ViewKey::Track { token: "guessed".to_owned() };
    let unknown = shipment("SH-UNKNOWN");
    let table: [(&str, &str, Expected); 6] = [
        (
            "a stranger",
            "",
            vec![
                (ViewKey::Shipments, "sign_in_first"),
                (shipment(OWN), "sign_in_first"),
                (ViewKey::Desk, "sign_in_first"),
                (ViewKey::Kpis, "sign_in_first"),
                (track.clone(), "not_found"),
                (ViewKey::Freshness, "snapshot"),
            ],
        ),
        (
            "a customer",
            &customer,
            vec![
                (ViewKey::Shipments, "snapshot"),
                (shipment(OWN), "snapshot"),
                (shipment(OTHER), "not_found"),
                (unknown.clone(), "not_found"),
                (ViewKey::Desk, "not_for_role"),
                (ViewKey::Kpis, "not_for_role"),
                (track.clone(), "not_found"),
                (ViewKey::Freshness, "snapshot"),
            ],
        ),
        (
            "a customer's account without a customer",
            &nobody,
            vec![(ViewKey::Shipments, "not_for_role"), (shipment(OWN), "not_for_role")],
        ),
        (
            "an agent",
            &agent,
            vec![
                (ViewKey::Shipments, "snapshot"),
                (shipment(OTHER), "snapshot"),
                (unknown, "not_found"),
                (ViewKey::Desk, "snapshot"),
                (ViewKey::Kpis, "not_for_role"),
                (ViewKey::Freshness, "snapshot"),
            ],
        ),
        ("a manager", &manager, vec![(ViewKey::Desk, "snapshot"), (ViewKey::Kpis, "snapshot")]),
        ("an admin", &admin, vec![(ViewKey::Desk, "snapshot"), (ViewKey::Kpis, "snapshot")]),
    ];
    for (who, cookie, views) in table {
        let mut socket = Socket::open(running.address, cookie).await;
        for (view, expected) in views {
            let frame = socket.ask(&view, None).await;
            let met = if frame.kind == "refused" { frame.code.as_deref() } else { Some(frame.kind.as_str()) };
            assert_eq!(met, Some(expected), "{who}, {view:?}");
            assert!(frame.kind == "snapshot" || frame.content.is_none(), "{who}, {view:?}: {}", frame.text);
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn a_customer_gets_no_frame_about_anothers_shipment() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    let cookie = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    let mut heard = Vec::new();
    for view in [ViewKey::Shipments, shipment(OWN), shipment(OTHER), ViewKey::Freshness] {
        heard.push(socket.ask(&view, None).await);
    }
    let other = ShipmentId::numbered(OTHER);
    assert_eq!(heard[2].code.as_deref(), Some("not_found"), "no hint that it exists");
    heard.remove(2);
    for minutes in 10..30 {
        append(&running.store, vec![eta(OTHER, minutes, 1700 + minutes)]).await;
    }
    append(&running.store, vec![planned("SH-NEW", &["SO-2"])]).await;
    let last = append(&running.store, vec![eta(OWN, 30, 1800)]).await.seq.expect("positions").1;
    loop {
        let frame = socket.expect_frame().await;
        let is_last = frame.view == Some(shipment(OWN)) && frame.position() == last;
        heard.push(frame);
        if is_last {
            break;
        }
    }
    for frame in heard {
        for secret in [OTHER, "SH-NEW", "SO-2", "BRISK", &other.to_string()] {
            assert!(!frame.text.contains(secret), "{secret} in {}", frame.text);
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn signing_out_ends_the_sockets_of_that_session_and_of_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let elsewhere = running.session("anna").await;
    let mut first = Socket::open(running.address, &cookie).await;
    let mut second = Socket::open(running.address, &cookie).await;
    let mut other = Socket::open(running.address, &elsewhere).await;
    for socket in [&mut first, &mut second, &mut other] {
        socket.ask(&ViewKey::Desk, None).await;
    }
    let answer = running.post_form("/sign-out", &cookie, &[]).await;
    assert_eq!(answer.status(), 303);
    for socket in [&mut first, &mut second] {
        let frame = socket.expect_frame().await;
        assert_eq!((frame.kind.as_str(), frame.code.as_deref()), ("ended", Some("signed_out")));
        assert_eq!(socket.close_code().await, Some(1008));
    }
    let ping = ClientFrame { ping: Some(Ping { sent_ms: 5 }), ..ClientFrame::default() };
    assert!(other.say(&ping).await);
    assert_eq!(other.expect_frame().await.sent_ms, Some(5), "the other session goes on");
    let mut late = Socket::open(running.address, &cookie).await;
    assert_eq!(late.ask(&ViewKey::Desk, None).await.code.as_deref(), Some("sign_in_first"));
    running.stop().await;
}

#[tokio::test]
async fn removing_an_account_ends_its_sockets() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    let cookie = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    socket.ask(&ViewKey::Shipments, None).await;
    assert!(running.store.remove_account("carla").await.expect("a removal"));
    assert_eq!(socket.expect_frame().await.code.as_deref(), Some("signed_out"));
    running.stop().await;
}

#[tokio::test]
async fn a_socket_may_look_at_so_many_views_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = two_customers(&folder).await;
    let cookie = running.signed_in("anna", AccountRole::Agent, None).await;
    let plans: Vec<_> = (0..65).map(|index| planned(&format!("SH-{index}"), &[])).collect();
    append(&running.store, plans).await;
    let mut socket = Socket::open(running.address, &cookie).await;
    for index in 0..64 {
        assert_eq!(socket.ask(&shipment(&format!("SH-{index}")), None).await.kind, "snapshot");
    }
    assert_eq!(socket.ask(&shipment("SH-64"), None).await.code.as_deref(), Some("too_many_views"));
    let unsubscribe = ClientFrame { unsubscribe: vec![shipment("SH-0")], ..ClientFrame::default() };
    assert!(socket.say(&unsubscribe).await);
    assert_eq!(socket.ask(&shipment("SH-64"), None).await.kind, "snapshot", "there is room again");
    running.stop().await;
}
