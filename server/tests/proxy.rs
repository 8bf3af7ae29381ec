//! Behind a proxy: who a client is, who is locked out, and what https asks for by itself.

mod support;

use domain::account::AccountRole;
use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Response, StatusCode};
use support::freight::start;
use support::server::{Hands, PASSWORD, Running, client, options_with};

/// The tests' own address stands for the proxy.
const PROXY: [&str; 2] = ["--trusted-proxy", "10.0.0.0/8,127.0.0.1"];

async fn server(folder: &tempfile::TempDir, options: &[&str]) -> Running {
    let options = options_with(0, options);
    let running = Running::start_with(options, &folder.path().join("test.db"), &Hands::at(start())).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    running
}

/// Signs in as a client that the proxy has seen at `from`, with what the browser sends along.
async fn sign_in(running: &Running, password: &str, from: &str, cookie: &str) -> Response {
    let mut headers = HeaderMap::new();
    let origin = format!("http://{}", running.address);
    headers.insert(ORIGIN, HeaderValue::from_str(&origin).expect("an origin"));
    headers
        .insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(from).expect("an address"));
    running.post_form_with("/sign-in", cookie, headers, &[("account", "anna"), ("password", password)]).await
}

async fn outcome(running: &Running, password: &str, from: &str, cookie: &str) -> &'static str {
    let answer = sign_in(running, password, from, cookie).await;
    let location = answer.headers().get(LOCATION).map(|to| to.to_str().expect("text").to_owned());
    match location.as_deref() {
        Some("/") => "in",
        Some(to) if to.contains("error=wrong") => "wrong",
        Some(to) if to.contains("error=locked") => "locked",
        other => panic!("{}: {other:?}", answer.status()),
    }
}

#[tokio::test]
async fn wrong_passwords_of_one_client_do_not_lock_out_the_owner_who_comes_through_the_same_proxy() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &PROXY).await;
    for one in 0..5 {
        // What stands left of what the proxy has seen is invented.
        let forged = format!("192.0.2.{one}, 203.0.113.7");
        assert_eq!(outcome(&running, "wrong", &forged, "").await, "wrong");
    }
    assert_eq!(outcome(&running, PASSWORD, "192.0.2.200, 203.0.113.7", "").await, "locked");
    assert_eq!(outcome(&running, PASSWORD, "203.0.113.7, 10.1.1.1", "").await, "locked", "by two proxies");
    assert_eq!(outcome(&running, PASSWORD, "198.51.100.1", "").await, "in");
    for one in 0..5 {
        assert_eq!(outcome(&running, "wrong", &format!("2001:db8::{one}"), "").await, "wrong");
    }
    assert_eq!(outcome(&running, PASSWORD, "2001:db8::ffff", "").await, "locked", "one network, one client");
    running.stop().await;
}

#[tokio::test]
async fn who_is_no_trusted_proxy_cannot_say_who_the_client_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &["--trusted-proxy", "10.0.0.0/8"]).await;
    for one in 0..5 {
        assert_eq!(outcome(&running, "wrong", &format!("192.0.2.{one}"), "").await, "wrong");
    }
    assert_eq!(outcome(&running, PASSWORD, "198.51.100.1", "").await, "locked");
    running.stop().await;
}

#[tokio::test]
async fn a_browser_that_signed_in_before_is_let_past_the_lock_that_strangers_caused() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &PROXY).await;
    let first = sign_in(&running, PASSWORD, "198.51.100.1", "").await;
    let cookies = first.headers().get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().expect("text"));
    let device = cookies.filter_map(|cookie| cookie.split(';').next()).find(|one| one.contains("device"));
    let device = device.expect("a cookie that the browser keeps").to_owned();
    for one in 0..50 {
        let from = format!("203.0.113.{one}");
        while outcome(&running, "wrong", &from, "").await != "wrong" {
            running.hands.forward(chrono::TimeDelta::seconds(1));
        }
    }
    assert_eq!(outcome(&running, PASSWORD, "198.51.100.1", "").await, "locked", "by strangers");
    assert_eq!(outcome(&running, PASSWORD, "198.51.100.1", &device).await, "in");
    let forged = format!("{}x", device.split_once('.').expect("a signature").0);
    assert_eq!(outcome(&running, PASSWORD, "198.51.100.1", &forged).await, "locked");
    for _ in 0..5 {
        assert_eq!(outcome(&running, "wrong", "198.51.100.1", &device).await, "wrong");
    }
    assert_eq!(outcome(&running, PASSWORD, "198.51.100.1", &device).await, "locked", "it guesses too");
    running.stop().await;
}

#[tokio::test]
async fn by_https_everything_is_for_https_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &["--public-url", "https://track.example"]).await;
    let form = [("account", "anna"), ("password", PASSWORD)];
    let answer = running.post_form("/sign-in", "", &form).await;
    let header =
        |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
    let strict = header("strict-transport-security");
    assert_eq!(strict.as_deref(), Some("max-age=31536000; includeSubDomains"));
    assert_eq!(header("cross-origin-opener-policy").as_deref(), Some("same-origin"));
    assert_eq!(header("cross-origin-resource-policy").as_deref(), Some("same-origin"));
    let cookies: Vec<&str> =
        answer.headers().get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().expect("text")).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in &cookies {
        assert!(cookie.starts_with("__Host-syncline_") && cookie.contains("; Secure"), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let session = cookies[0].split(';').next().expect("a cookie");
    assert_eq!(running.get("/desk", session).await.status(), StatusCode::OK);
    let bare = session.replacen("__Host-", "", 1);
    assert_eq!(
        running.get("/desk", &bare).await.status(),
        StatusCode::SEE_OTHER,
        "a neighbour may have set it"
    );
    let rebound = client()
        .post(running.url("/sign-in"))
        .header(ORIGIN, format!("http://{}", running.address))
        .header(COOKIE, "")
        .form(&form)
        .send()
        .await
        .expect("an answer");
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN, "a host that is not ours");
    running.stop().await;
}

#[tokio::test]
async fn a_new_sign_in_ends_the_session_that_the_browser_had() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder, &[]).await;
    let sign_in = async |cookie: &str| {
        let answer =
            running.post_form("/sign-in", cookie, &[("account", "anna"), ("password", PASSWORD)]).await;
        let cookie = answer.headers().get(SET_COOKIE).expect("a session").to_str().expect("text").to_owned();
        cookie.split(';').next().expect("a cookie").to_owned()
    };
    let old = sign_in("").await;
    let elsewhere = sign_in("").await;
    let new = sign_in(&old).await;
    assert_eq!(running.get("/desk", &old).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(running.get("/desk", &elsewhere).await.status(), StatusCode::OK, "another browser's");
    assert_eq!(running.get("/desk", &new).await.status(), StatusCode::OK);
    running.stop().await;
}
