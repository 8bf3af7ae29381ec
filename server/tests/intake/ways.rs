//! The ways in: what senders do that is not in the contract's first sentence, and what they are answered.

use super::door::{Door, Sending, arrived, now, request, sign};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use chrono::TimeDelta;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use server::intake::Limits;
use std::io::Write;
use std::time::Duration;
use store::SourceConfig;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(body).expect("a pack");
    packed.finish().expect("a pack")
}

/// Sends a packed body, signed over `signed`.
async fn pack(door: &Door, id: &str, packed: &[u8], signed: &[u8]) -> (StatusCode, Value) {
    let sending = Sending::one("tms", id, packed.to_vec());
    let signature = sign(door.secret("tms"), id, now().timestamp(), signed);
    let mut request = request(&sending, now().timestamp(), Some(&signature));
    request.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
    let (status, _, answer) = door.ask(request).await;
    (status, answer)
}

#[tokio::test]
async fn a_packed_body_is_taken_whichever_form_was_signed_and_kept_as_people_read_it() {
    let door = Door::with(Limits { body: 2000, ..Limits::default() }).await;
    for (id, over_the_packed) in [("a", true), ("b", false)] {
        let body = arrived(id, "S-1").into_bytes();
        let packed = gzip(&body);
        let signed = if over_the_packed { &packed } else { &body };
        let (status, answer) = pack(&door, id, &packed, signed).await;
        assert_eq!((status, &answer["accepted"]), (StatusCode::ACCEPTED, &json!(1)), "{answer}");
        let kept = door.store.delivery(&"tms".parse().expect("a name"), id).await.expect("a read");
        assert_eq!(kept.expect("kept").body, body);
    }
    let bomb = gzip(&vec![b' '; 1 << 20]);
    let (status, answer) = pack(&door, "c", &bomb, &bomb).await;
    assert_eq!((status, &answer["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body_too_large")));
    let (status, answer) = pack(&door, "d", &bomb, b"something else").await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!("bad_signature")));
    let (status, answer) = pack(&door, "e", b"{}", b"{}").await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("no_gzip")));
    let body = arrived("f", "S-1").into_bytes();
    let packed = gzip(&body);
    let (status, answer) = pack(&door, "f", &packed[..packed.len() - 9], &body).await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("body_incomplete")));
    // What is packed without a word is unpacked; a list of encodings of which one packs is that one.
    for (id, encoding) in [("g", None), ("h", Some("identity, gzip"))] {
        let body = arrived(id, "S-1").into_bytes();
        let packed = gzip(&body);
        let sending = Sending::one("tms", id, packed.clone());
        let signature = sign(door.secret("tms"), id, now().timestamp(), &packed);
        let mut request = request(&sending, now().timestamp(), Some(&signature));
        if let Some(encoding) = encoding {
            request.headers_mut().insert("content-encoding", HeaderValue::from_static(encoding));
        }
        let (status, _, answer) = door.ask(request).await;
        assert_eq!((status, &answer["accepted"]), (StatusCode::ACCEPTED, &json!(1)), "{id}: {answer}");
    }
    // What can't be opened is said to be so, whatever was signed.
    let body = arrived("i", "S-1").into_bytes();
    let signature = sign(door.secret("tms"), "i", now().timestamp(), b"what was in it");
    let mut request = request(&Sending::one("tms", "i", body), now().timestamp(), Some(&signature));
    request.headers_mut().insert("content-encoding", HeaderValue::from_static("br"));
    let (status, _, answer) = door.ask(request).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("unsupported_encoding"))
    );
}

#[tokio::test]
async fn what_can_not_be_read_is_answered_with_what_to_do() {
    let door = Door::open().await;
    let check = async |change: &dyn Fn(&mut HeaderMap), code: &str, word: &str| {
        let mut request = door.signed(&Sending::one("tms", code, arrived("e-1", "S-1")));
        change(request.headers_mut());
        let (status, _, answer) = door.ask(request).await;
        assert_eq!((status, &answer["code"]), (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!(code)));
        assert!(answer["message"].as_str().is_some_and(|message| message.contains(word)), "{answer}");
    };
    let put = |name: &'static str, value: &'static str| {
        move |headers: &mut HeaderMap| {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    check(&put("content-encoding", "br"), "unsupported_encoding", "gzip").await;
    check(&put("content-type", "application/json; charset=iso-8859-1"), "unsupported_charset", "UTF-8").await;
    let binary = |headers: &mut HeaderMap| {
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("ce-specversion", HeaderValue::from_static("1.0"));
    };
    check(&binary, "binary_mode", "application/cloudevents+json").await;
    let mut request = door.signed(&Sending::one("tms", "ok", arrived("e-1", "S-1")));
    put("content-type", "application/json; charset=\"UTF-8\"")(request.headers_mut());
    assert_eq!(door.ask(request).await.0, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_byte_order_mark_before_an_array_is_read_over() {
    let door = Door::open().await;
    let body = format!("\u{feff}[{}]", arrived("e-1", "S-1"));
    let sending = Sending { content_type: "application/json", ..Sending::one("tms", "a", body) };
    assert_eq!(door.deliver(&sending).await.1["accepted"], 1);
}

#[tokio::test]
async fn svix_names_for_the_headers_mean_the_same() {
    let door = Door::open().await;
    let (mut head, body) = door.signed(&Sending::one("tms", "a", arrived("e-1", "S-1"))).into_parts();
    for name in ["id", "timestamp", "signature"] {
        let value = head.headers.remove(format!("webhook-{name}")).expect(name);
        let name: axum::http::HeaderName = format!("svix-{name}").parse().expect("a name");
        head.headers.insert(name, value);
    }
    assert_eq!(door.ask(Request::from_parts(head, body)).await.0, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_slash_behind_the_address_is_taken_and_other_addresses_and_methods_are_answered_in_json() {
    let door = Door::open().await;
    let (mut head, body) = door.signed(&Sending::one("tms", "a", arrived("e-1", "S-1"))).into_parts();
    head.uri = "/intake/tms/".parse().expect("a path");
    assert_eq!(door.ask(Request::from_parts(head, body)).await.0, StatusCode::ACCEPTED);
    for (method, path, status, code) in [
        ("GET", "/intake/tms", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        ("PUT", "/intake/tms/", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        ("POST", "/intake/", StatusCode::NOT_FOUND, "not_found"),
        ("POST", "/intake", StatusCode::NOT_FOUND, "not_found"),
        ("POST", "/intake/tms/events", StatusCode::NOT_FOUND, "not_found"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        let (found, headers, answer) = door.ask(request).await;
        assert_eq!((found, &answer["code"]), (status, &json!(code)), "{method} {path}");
        assert_eq!(headers.contains_key("allow"), status == StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn the_hand_shake_before_the_first_event_is_answered_whoever_asks() {
    let door = Door::open().await;
    for source in ["tms", "nobody"] {
        let request = Request::builder()
            .method("OPTIONS")
            .uri(format!("/intake/{source}"))
            .header("webhook-request-origin", "eventgrid.example")
            .body(Body::empty())
            .expect("a request");
        let (status, headers, _) = door.ask(request).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["webhook-allowed-origin"], "eventgrid.example");
        assert_eq!(headers["webhook-allowed-rate"], "1200000");
    }
}

#[tokio::test]
async fn a_retry_with_its_first_timestamp_is_taken_where_the_source_may_and_is_its_trouble_otherwise() {
    let door = Door::open().await;
    let name: domain::SourceName = "tms".parse().expect("a name");
    let late = async |id: &str, ago: TimeDelta, secret: &str| {
        let sending = Sending::one("tms", id, arrived(id, "S-1"));
        let at = (now() - ago).timestamp();
        door.knock(&sending, at, Some(&sign(secret, id, at, &sending.body))).await
    };
    let secret = door.secret("tms").to_owned();
    let (status, answer) = late("a", TimeDelta::seconds(360), &secret).await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!("stale")));
    let message = answer["message"].as_str().expect("a message");
    assert!(message.contains("360 s old, 300 are allowed") && message.contains("--tolerance"), "{message}");
    door.store.flush().await.expect("a flush");
    let refusals = door.store.integrations().await.expect("integrations").refusals;
    assert_eq!((refusals[0].source.as_ref(), refusals[0].code.as_str()), (Some(&name), "stale"));
    // Who has no secret learns nothing of it.
    let stranger = server::cli::source::draw_secret();
    assert_eq!(late("b", TimeDelta::seconds(360), &stranger).await.1["code"], "bad_signature");

    let source = SourceConfig::new(name, domain::authority::Role::Tms, vec![secret.clone()]);
    let tolerance = Duration::from_hours(24);
    door.store.put_source(SourceConfig { tolerance, ..source }).await.expect("a source");
    door.intake.reload().await.expect("a reload");
    assert_eq!(late("a", TimeDelta::hours(20), &secret).await.0, StatusCode::ACCEPTED);
    assert_eq!(late("c", TimeDelta::hours(25), &secret).await.1["code"], "stale");
    assert_eq!(late("d", TimeDelta::seconds(-400), &secret).await.1["code"], "ahead");
}

#[tokio::test]
async fn a_retry_that_counts_its_attempts_says_nothing_new() {
    let door = Door::open().await;
    let attempt = |number: u32, shipment: &str| {
        let event = arrived("e-1", shipment).replacen('{', &format!("{{\"attempt\":{number},"), 1);
        Sending::one("tms", "msg_1", event)
    };
    assert_eq!(door.deliver(&attempt(1, "S-1")).await.1["accepted"], 1);
    let (status, answer) = door.deliver(&attempt(2, "S-1")).await;
    assert_eq!((status, &answer["duplicates"]), (StatusCode::ACCEPTED, &json!(1)), "{answer}");
    let (status, answer) = door.deliver(&attempt(3, "S-2")).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("delivery_id_reused")));
    let more = Sending::batch("tms", "msg_1", &[arrived("e-1", "S-1"), arrived("e-2", "S-1")]);
    assert_eq!(door.deliver(&more).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_read_to_its_end_so_that_the_answer_is_seen() {
    let door = Door::with(Limits { body: 100, ..Limits::default() }).await;
    let (ended, mut end) = tokio::sync::mpsc::channel(1);
    let (head, _) = request(&Sending::one("tms", "a", ""), now().timestamp(), Some("v1,x")).into_parts();
    let chunks = futures::stream::iter((0..50).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1000])));
    let chunks = futures::StreamExt::chain(
        chunks,
        futures::stream::once(async move {
            ended.send(()).await.expect("somebody listens");
            Ok(Vec::new())
        }),
    );
    let (status, _, answer) = door.ask(Request::from_parts(head, Body::from_stream(chunks))).await;
    assert_eq!((status, &answer["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body_too_large")));
    assert!(end.try_recv().is_ok(), "the rest of the body was not read");
}

#[tokio::test]
async fn a_source_that_the_command_line_added_has_its_refusals_counted_as_its_own() {
    let door = Door::open().await;
    // Another process writes into the same file.
    let database = door.path.clone();
    let (commits, _nobody) = tokio::sync::mpsc::channel(1);
    let other = store::Store::open(&database, store::Options::default(), super::door::clock(), commits)
        .await
        .expect("a store");
    let name: domain::SourceName = "carrier".parse().expect("a name");
    let source = SourceConfig::new(name.clone(), domain::authority::Role::Tms, vec![]);
    other.put_source(source).await.expect("a source");
    other.close().await;
    door.intake.reload().await.expect("a reload");
    let sending = Sending { source: "carrier", ..Sending::one("tms", "a", arrived("e-1", "S-1")) };
    let csv = Sending { content_type: "text/csv", ..Sending::one("tms", "b", "a;b") };
    assert_eq!(door.knock(&sending, now().timestamp(), Some("v1,x")).await.1["code"], "bad_signature");
    assert_eq!(door.deliver(&csv).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    door.store.flush().await.expect("a flush");
    let page = door.store.integrations().await.expect("integrations");
    let counted: Vec<_> = page
        .refusals
        .iter()
        .map(|one| (one.source.as_ref().map(ToString::to_string), one.code.as_str(), one.count))
        .collect();
    assert_eq!(
        counted,
        [(Some("carrier".into()), "bad_signature", 1), (Some("tms".into()), "unsupported_media_type", 1)]
    );
    assert!(page.refusals.iter().all(|one| one.last_at == now()));
}
