//! Whoever keeps a place without using it loses it, and leaves places for others.

mod support;

use domain::live::{ClientFrame, ViewKey};
use reqwest::StatusCode;
use std::net::SocketAddr;
use support::freight::{append, planned, released, start};
use support::live::{Opened, Socket};
use support::server::{Hands, Running, options_with};
use support::{soon, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn server(folder: &tempfile::TempDir, options: &[&str]) -> Running {
    let options = options_with(0, options);
    let running = Running::start_with(options, &folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"])]).await;
    running
}

/// Sends bytes and returns what came until the server ended the connection.
async fn said_until_the_end(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    let mut said = Vec::new();
    // A reset ends it as well.
    let _ = soon("the server ends the connection", stream.read_to_end(&mut said)).await;
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn half_a_head_and_a_silent_connection_are_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &["--head-timeout", "0.2", "--idle-timeout", "0.4"]).await;
    assert_eq!(said_until_the_end(running.address, "GET /healthz HTTP/1.1\r\nhost: x\r\nx-half: ").await, "");
    assert_eq!(said_until_the_end(running.address, "GE").await, "");
    assert_eq!(said_until_the_end(running.address, "").await, "");
    let once = said_until_the_end(running.address, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(once.starts_with("HTTP/1.1 200") && once.ends_with("ok\n"), "kept, then ended: {once}");
    running.stop().await;
}

#[tokio::test]
async fn a_head_that_comes_letter_by_letter_has_its_time_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &["--head-timeout", "0.3"]).await;
    let mut stream = TcpStream::connect(running.address).await.expect("a connection");
    stream.write_all(b"GET / HTTP/1.1\r\nx-long: ").await.expect("sent");
    let (mut reading, mut writing) = stream.split();
    let mut answer = [0_u8; 16];
    let mut drops = tokio::time::interval(std::time::Duration::from_millis(20));
    soon("the server ends the connection", async {
        loop {
            tokio::select! {
                // Nothing, or a reset.
                _ = reading.read(&mut answer) => return,
                _ = drops.tick() => if writing.write_all(b"x").await.is_err() { return },
            }
        }
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn half_a_form_is_answered_that_it_took_too_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &["--body-timeout", "0.2"]).await;
    for path in ["/sign-in", "/api/shipments", "/views", "/nowhere"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nacc",
            running.address
        );
        let answer = said_until_the_end(running.address, &head).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("send it again"), "{path}: {answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_form_that_is_too_long_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &[]).await;
    let long = "x".repeat(300 * 1024);
    let answer = running.post_form("/sign-in", "", &[("account", &long)]).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().await.expect("an answer").contains("256 KiB"));
    running.stop().await;
}

#[tokio::test]
async fn one_client_takes_no_more_sockets_than_its_share_and_gets_them_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = ["--sockets", "3", "--sockets-of-a-client", "2"];
    let running = server(&folder, &options).await;
    let first = Socket::open(running.address, "").await;
    let second = Socket::open(running.address, "").await;
    let third = Socket::try_open(running.address, running.address, "", None).await;
    assert!(matches!(third, Opened::Refused(StatusCode::SERVICE_UNAVAILABLE)), "one too many");
    assert_eq!(running.get("/readyz", "").await.status(), StatusCode::OK);
    drop(first);
    until("its place is free again", async || {
        matches!(Socket::try_open(running.address, running.address, "", None).await, Opened::Open(_))
    })
    .await;
    drop(second);
    running.stop().await;
}

#[tokio::test]
async fn a_socket_that_looks_at_nothing_is_closed_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &["--viewless-timeout", "0.2"]).await;
    let mut idle = Socket::open(running.address, "").await;
    let frame = idle.expect_frame().await;
    assert_eq!((frame.kind.as_str(), frame.code.as_deref()), ("ended", Some("no_view")));
    let mut refused = Socket::open(running.address, "").await;
    let answer = refused.ask(&ViewKey::Desk, None).await;
    assert_eq!(answer.kind, "refused");
    assert_eq!(refused.expect_frame().await.code.as_deref(), Some("no_view"), "what is refused is no view");
    let mut looking = Socket::open(running.address, "").await;
    assert_eq!(looking.ask(&ViewKey::Freshness, None).await.kind, "snapshot");
    let mut later = Socket::open(running.address, "").await;
    assert_eq!(later.expect_frame().await.code.as_deref(), Some("no_view"));
    assert_eq!(looking.ask(&ViewKey::Freshness, None).await.kind, "snapshot", "it looks at something");
    running.stop().await;
}

#[tokio::test]
async fn a_view_that_a_message_names_many_times_is_read_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &[]).await;
    let mut socket = Socket::open(running.address, "").await;
    let many = ClientFrame { subscribe: vec![ViewKey::Freshness; 300], ..ClientFrame::default() };
    assert!(socket.say(&many).await);
    assert_eq!(socket.expect_frame().await.kind, "snapshot");
    // What comes next is the answer to what was asked next.
    assert_eq!(socket.ask(&ViewKey::Desk, None).await.code.as_deref(), Some("sign_in_first"));
    running.stop().await;
}
