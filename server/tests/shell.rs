//! What the server says and does when something is not as it should be: arguments, sessions, the disk, a customer's program.

mod support;

use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::fact::{Sharing, SharingEnd};
use domain::latency::Leg;
use domain::live::{ClientFrame, Painted, ViewKey};
use domain::{CustomerId, Fact, ShipmentId};
use reqwest::StatusCode;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use server::auth::token_hash;
use sqlx::{Connection, SqliteConnection};
use support::freight::{action, append, at, eta, planned, released, start};
use support::live::Socket;
use support::server::{Hands, PASSWORD, Running, options_with};
use support::until;

const TOKEN: &str = "a-token-of-a-link";

async fn server(folder: &tempfile::TempDir) -> Running {
    let hands = Hands::at(start() + TimeDelta::minutes(15));
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"])]).await;
    running
}

async fn database(folder: &tempfile::TempDir) -> SqliteConnection {
    let path = folder.path().join("test.db");
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("the database")
}

fn portal(minutes: i64, fact: Fact) -> domain::Event {
    action(domain::authority::Role::Portal, "carla", "SH-1", minutes, fact)
}

async fn share(running: &Running) {
    let customer = CustomerId::numbered("ACME");
    let link =
        Sharing { token_hash: token_hash(TOKEN), customer, label: "a".into(), expires_at: at(100_000) };
    append(&running.store, vec![portal(5, Fact::TrackingShared(link))]).await;
}

#[tokio::test]
async fn arguments_that_cannot_be_read_are_the_callers_fault_and_told_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let cookie = running.signed_in("ada", AccountRole::Admin, None).await;
    for function in ["shipment", "shipments", "act", "draw", "look", "share", "rulebook/change", "desk"] {
        for arguments in [json!({"id": "no id"}), json!([]), json!("x"), json!({"query": 7})] {
            let answer = running.call(function, &cookie, &arguments).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{function} {arguments}");
            let text = answer.text().await.expect("an answer");
            assert!(text.contains("unreadable"), "{function} {arguments}: {text}");
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn a_customers_program_cannot_fill_the_journal_or_the_desk() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let casper = running.signed_in("casper", AccountRole::Customer, Some("ACME")).await;
    let id = ShipmentId::numbered("SH-1");
    let before = running.store.as_of().await.expect("a position");
    let share = json!({"id": id, "customer": null, "label": "x", "days": 5});
    let mut refused = Vec::new();
    for _ in 0..20 {
        for answer in [
            running.call("share", &carla, &share).await,
            running
                .post_form(
                    "/cases/open",
                    &carla,
                    &[("shipment", &id.to_string()), ("kind", "question"), ("text", "where is it")],
                )
                .await,
        ] {
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                refused.push(answer.text().await.expect("an answer"));
            }
        }
    }
    let written = running.store.as_of().await.expect("a position").0 - before.0;
    assert_eq!((written, refused.len()), (30, 10));
    assert!(refused.iter().all(|text| text.contains("wait a moment")), "{refused:?}");
    assert_eq!(running.call("share", &casper, &share).await.status(), StatusCode::OK, "another account");
    running.hands.forward(TimeDelta::seconds(61));
    assert_eq!(running.call("share", &carla, &share).await.status(), StatusCode::OK, "a minute later");
    running.stop().await;
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = options_with(0, &["--idle-hours", "8", "--customer-idle-hours", "24"]);
    let running = Running::start_with(options, &folder.path().join("test.db"), &Hands::at(start())).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    running.account_with_password("carla", AccountRole::Customer, Some("ACME")).await;
    let sign_in = async |account: &str| {
        let answer = running.post_form("/sign-in", "", &[("account", account), ("password", PASSWORD)]).await;
        let cookie = answer.headers().get(SET_COOKIE).expect("a session").to_str().expect("text").to_owned();
        cookie.split(';').next().expect("a cookie").to_owned()
    };
    let is_in = async |cookie: &str| running.get("/shipments", cookie).await.status() == StatusCode::OK;
    let (anna, carla) = (sign_in("anna").await, sign_in("carla").await);
    for _ in 0..40 {
        running.hands.forward(TimeDelta::hours(5));
        // What prolongs it is written while nobody waits.
        let now = running.hands.now();
        assert!(is_in(&anna).await, "she is at work");
        let session = token_hash(anna.split_once('=').expect("a cookie").1);
        until("her session goes on", async || {
            let later = now + TimeDelta::hours(7);
            running.store.session(&session, later).await.expect("read").is_some()
        })
        .await;
    }
    assert!(!is_in(&carla).await, "a day later");
    running.hands.forward(TimeDelta::hours(9));
    assert!(!is_in(&anna).await, "overnight");
    let anna = sign_in("anna").await;
    for _ in 0..(14 * 24 / 7) {
        running.hands.forward(TimeDelta::hours(7));
        is_in(&anna).await;
    }
    running.hands.forward(TimeDelta::hours(1));
    assert!(!is_in(&anna).await, "two weeks are the end whatever happens");
    running.stop().await;
}

#[tokio::test]
async fn a_share_link_has_no_say_in_the_managers_latency() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    share(&running).await;
    let view = ViewKey::Track { token: TOKEN.to_owned() };
    let anna = running.signed_in("anna", AccountRole::Agent, None).await;
    let mut link = Socket::open(running.address, "").await;
    let mut known = Socket::open(running.address, &anna).await;
    assert_eq!(link.ask(&view, None).await.kind, "snapshot");
    known.ask(&ViewKey::Shipments, None).await;
    append(&running.store, vec![eta("SH-1", 10, 1700)]).await;
    let change = known.expect_frame().await;
    let painted = async |socket: &mut Socket, milliseconds| {
        let at = running.hands.now() + TimeDelta::milliseconds(milliseconds);
        let painted = Painted { seq: change.position(), at };
        assert!(socket.say(&ClientFrame { painted: Some(painted), ..ClientFrame::default() }).await);
    };
    painted(&mut link, 4_000).await;
    // Answered after what came before it.
    assert_eq!(link.ask(&ViewKey::Freshness, None).await.kind, "snapshot");
    painted(&mut known, 40).await;
    let legs = async || {
        let (_, board) = running.store.kpis(running.hands.now()).await.expect("figures");
        board.latency.into_iter().find(|figure| figure.leg == Leg::Painted && figure.count > 0)
    };
    until("the leg is stored", async || legs().await.is_some()).await;
    let leg = legs().await.expect("a leg");
    assert!(leg.count == 1 && leg.p50 < 100.0, "{leg:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_session_that_cannot_be_checked_any_more_ends_its_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    share(&running).await;
    let anna = running.signed_in("anna", AccountRole::Agent, None).await;
    let mut socket = Socket::open(running.address, &anna).await;
    let view = ViewKey::Track { token: TOKEN.to_owned() };
    assert_eq!(socket.ask(&view, None).await.kind, "snapshot");
    let mut database = database(&folder).await;
    sqlx::query("alter table sessions rename to gone").execute(&mut database).await.expect("renamed");
    // Each revocation of a link has its sockets checked at once; this one goes on.
    let mut minutes = 6;
    let ended = loop {
        let end = SharingEnd { token_hash: token_hash("another") };
        append(&running.store, vec![portal(minutes, Fact::TrackingRevoked(end))]).await;
        minutes += 1;
        let change = socket.expect_frame().await;
        if change.kind == "ended" {
            break change;
        }
        assert!(minutes < 12, "it goes on unchecked");
    };
    assert_eq!(ended.code.as_deref(), Some("unavailable"));
    assert!(minutes >= 9, "a single failure is no reason");
    sqlx::query("alter table gone rename to sessions").execute(&mut database).await.expect("renamed");
    running.stop().await;
}

#[tokio::test]
async fn a_server_that_cannot_write_is_not_ready_and_tells_strangers_no_position() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let ready = running.get("/readyz", "").await;
    assert_eq!(ready.status(), StatusCode::OK);
    assert_eq!(ready.text().await.expect("an answer"), "ready\n");
    let mut other = database(&folder).await;
    sqlx::query("begin immediate").execute(&mut other).await.expect("held");
    let stuck = tokio::spawn({
        let store = running.store.clone();
        async move { store.open_session("x", "nobody", start()).await }
    });
    until("the server is not ready", async || {
        running.get("/readyz", "").await.status() == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    let answer: Value =
        serde_json::from_str(&running.get("/readyz", "").await.text().await.expect("an answer"))
            .expect("JSON");
    assert_eq!(answer["code"], "unwritable");
    assert_eq!(running.get("/healthz", "").await.status(), StatusCode::OK, "it lives");
    sqlx::query("rollback").execute(&mut other).await.expect("let go");
    assert!(stuck.await.is_ok(), "no panic");
    until("it is ready again", async || running.get("/readyz", "").await.status() == StatusCode::OK).await;
    running.stop().await;
}
