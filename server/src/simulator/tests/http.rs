//! The simulator against a server that is sometimes busy, sometimes rude, and checks signatures.

use crate::clock;
use crate::simulator::{Feed, Settings, Summary, Target, run};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use standardwebhooks::Webhook;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

const SECRET: &str = "whsec_c2ltdWxhdG9yLXRlc3Qtc2VjcmV0LTAwMDE=";

/// What a server has seen.
#[derive(Default)]
struct Seen {
    deliveries: usize,
    /// Events by content type.
    forms: HashMap<String, usize>,
    /// How often each delivery came.
    ids: HashMap<String, usize>,
    latest: Option<String>,
}

type Shared = Arc<Mutex<Seen>>;

/// Every fifth delivery finds the server busy, every seventh is refused.
async fn intake(
    State(seen): State<Shared>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    Webhook::new(SECRET).and_then(|key| key.verify(&body, &headers)).expect("a good signature");
    let text = |name: &str| headers[name].to_str().expect("text").to_owned();
    let form = text("content-type");
    let events: Vec<serde_json::Value> = match form.as_str() {
        "application/x-ndjson" => body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("an event"))
            .collect(),
        "application/cloudevents-batch+json" => serde_json::from_slice(&body).expect("events"),
        _ => vec![serde_json::from_slice(&body).expect("an event")],
    };
    assert!(events.iter().all(|event| event["source"].as_str().expect("a source").contains(&source)));
    let mut seen = seen.lock().expect("no other test panicked");
    seen.deliveries += 1;
    *seen.ids.entry(text("webhook-id")).or_default() += 1;
    if seen.deliveries % 5 == 0 {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "0")], "").into_response();
    }
    if seen.deliveries % 7 == 0 {
        return (StatusCode::BAD_REQUEST, r#"{"code":"bad_moon","message":"not today"}"#).into_response();
    }
    *seen.forms.entry(form).or_default() += events.len();
    for event in &events {
        let time = event["time"].as_str().expect("a time");
        let time: chrono::DateTime<chrono::FixedOffset> = time.parse().expect("a moment");
        assert!(time <= clock::now(), "{time} is in the future");
        seen.latest = Some(event["type"].as_str().expect("a type").to_owned());
    }
    let receipt =
        serde_json::json!({"delivery": "d", "accepted": events.len(), "duplicates": 0, "quarantined": 0});
    (StatusCode::ACCEPTED, receipt.to_string()).into_response()
}

async fn play(settings: Settings) -> (Summary, Shared) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Shared::default();
    let router = Router::new().route("/intake/{source}", post(intake)).with_state(seen.clone());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let feed = |name: &str| Feed { name: name.to_owned(), secret: SECRET.to_owned() };
    let target = Target { base, tms: feed("tms"), erp: feed("erp") };
    // Spawned, as the demo does it.
    let playing = tokio::spawn(run(settings, target, None, clock::now, std::future::pending()));
    let summary = playing.await.expect("it does not panic").expect("it begins");
    server.abort();
    (summary, seen)
}

fn settings() -> Settings {
    Settings { seed: 5, speed: 6000, history: 60, rate: None, count: None, first: 1, resume: None }
}

#[tokio::test]
async fn history_and_live_reach_a_busy_server_each_delivery_until_it_is_answered() {
    let (summary, seen) = play(Settings { count: Some(2200), ..settings() }).await;
    let seen = seen.lock().expect("the server did not panic");
    assert!(summary.events >= 2200, "{summary:?}");
    assert_eq!(summary.accepted, seen.forms.values().sum::<usize>() as u64);
    assert_eq!(summary.deliveries, seen.ids.len() as u64);
    assert_eq!(summary.retries + summary.deliveries, seen.deliveries as u64);
    assert!(summary.retries > 0 && summary.refused > 0, "{summary:?}");
    assert!(seen.forms["application/x-ndjson"] > 500 && seen.forms["application/cloudevents+json"] > 20);
    assert!(seen.latest.is_some());
}

#[tokio::test]
async fn a_rate_with_a_count_sends_that_many_events_and_ends() {
    let (summary, _) = play(Settings { rate: Some(1500), count: Some(1000), ..settings() }).await;
    assert!(summary.events >= 1000, "{summary:?}");
    let (summary, seen) = play(Settings { rate: Some(300), count: Some(120), ..settings() }).await;
    assert!(summary.events >= 120, "{summary:?}");
    assert!(seen.lock().expect("the server did not panic").forms["application/cloudevents+json"] > 80);
}
