//! What the security log tells, and what it never does.

mod support;

use domain::ShipmentId;
use domain::account::AccountRole;
use domain::authority::Role;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use support::freight::{append, planned, released, start};
use support::server::{Hands, PASSWORD, Running, client, options_with};
use tracing_subscriber::fmt::MakeWriter;

/// The log, kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text")
    }

    /// The security lines of an event.
    fn lines(&self, event: &str) -> Vec<Value> {
        let lines =
            self.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>();
        lines.into_iter().filter(|line| line["target"] == "security" && line["event"] == event).collect()
    }
}

#[tokio::test]
async fn who_came_in_who_was_refused_and_who_did_what_is_in_the_log_and_no_secret() {
    let kept = Kept::default();
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(kept.clone()).init();
    let folder = tempfile::tempdir().expect("a folder");
    let options = options_with(0, &["--trusted-proxy", "127.0.0.1"]);
    let running = Running::start_with(options, &folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"])]).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    running.source("tms", Role::Tms, "whsec_c3luY2xpbmUgdGVzdHMgc2lnbiB3aXRoIHRoaXM=").await;

    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static("203.0.113.7"));
    headers.insert(HeaderName::from_static("user-agent"), HeaderValue::from_static("a browser"));
    let sign_in = async |account: &str, password: &str| {
        let form = [("account", account), ("password", password)];
        running.post_form_with("/sign-in", "", headers.clone(), &form).await
    };
    for _ in 0..5 {
        sign_in("anna", "a wrong guess").await;
    }
    sign_in("my secret in the wrong field", "x").await;
    running.hands.forward(chrono::TimeDelta::minutes(2));
    let answer = sign_in("anna", PASSWORD).await;
    let cookie = answer.headers().get("set-cookie").expect("a session").to_str().expect("text").to_owned();
    let cookie = cookie.split(';').next().expect("a cookie");
    assert_eq!(running.get("/admin", cookie).await.status(), StatusCode::FORBIDDEN);
    let share = json!({"id": ShipmentId::numbered("SH-1"), "customer": null, "label": "x", "days": 5});
    let shared = running.call("share", cookie, &share).await.text().await.expect("a link");
    running.post_form("/outbox", cookie, &[("act", "resend_dead"), ("endpoint", "erp")]).await;
    let unsigned = client().post(running.url("/intake/tms")).body("{}").send().await.expect("an answer");
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    running.post_form("/sign-out", cookie, &[]).await;

    let refused = kept.lines("sign_in_refused");
    assert_eq!(refused.len(), 6);
    assert_eq!((&refused[0]["account"], &refused[5]["account"]), (&json!("anna"), &json!("")));
    for (event, count) in
        [("locked", 1), ("sign_in", 1), ("refused", 1), ("call", 1), ("outbox", 1), ("session_end", 1)]
    {
        let lines = kept.lines(event);
        assert_eq!(lines.len(), count, "{event}: {lines:?}");
        assert_eq!(lines[0]["account"], "anna", "{event}");
    }
    let came = &kept.lines("sign_in")[0];
    assert_eq!((&came["address"], &came["user_agent"]), (&json!("203.0.113.7"), &json!("a browser")));
    assert_eq!(kept.lines("outbox")[0]["what"], "resend_dead erp");
    assert_eq!(kept.lines("call")[0]["what"], "/api/share");
    let signature = &kept.lines("signature_refused")[0];
    assert_eq!((&signature["source"], &signature["address"]), (&json!("tms"), &json!("127.0.0.1")));
    assert!(signature["code"].is_string());
    let token = shared.split("/track/").nth(1).and_then(|rest| rest.get(..20)).expect("a token");
    let session = cookie.split_once('=').expect("a cookie").1;
    for secret in [PASSWORD, "a wrong guess", "my secret", token, session] {
        assert!(!kept.text().contains(secret), "the log tells {secret}");
    }
    running.stop().await;
}
