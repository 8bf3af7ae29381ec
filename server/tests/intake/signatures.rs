//! The published vectors of Standard Webhooks, and our own for rotation.

use super::door::{Sending, now, request, sign};
use axum::http::{HeaderMap, HeaderValue};
use chrono::DateTime;
use serde::Deserialize;
use server::cli::source::draw_secret;
use server::intake::{Key, Refusal, Signature};
use store::SourceConfig;

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: Option<String>,
    #[serde(default)]
    secrets: Vec<String>,
    id: String,
    timestamp: i64,
    now: i64,
    body: String,
    signature: String,
    expect: String,
}

fn judge(vector: &Vector) -> Result<(), Refusal> {
    let keys: Vec<_> = vector
        .secrets
        .iter()
        .chain(&vector.secret)
        .map(|secret| Key::parse(secret).expect("a secret"))
        .collect();
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", vector.id.parse().expect("a header"));
    headers.insert("webhook-timestamp", HeaderValue::from(vector.timestamp));
    headers.insert("webhook-signature", vector.signature.parse().expect("a header"));
    let signature = Signature::of(&headers)?;
    signature
        .check_age(DateTime::from_timestamp(vector.now, 0).expect("a moment"), SourceConfig::TOLERANCE)?;
    signature.check(vector.body.as_bytes(), &keys)
}

fn check(vectors: &str) {
    let vectors: Vec<Vector> = serde_json::from_str(vectors).expect("vectors");
    for vector in vectors {
        let code = judge(&vector).map_err(|refusal| refusal.code());
        let expect = match vector.expect.as_str() {
            valid if valid.starts_with("valid") => Ok(()),
            "invalid: too old" => Err("stale"),
            "invalid: too new" => Err("ahead"),
            "invalid: missing header" => Err("unsigned"),
            _ => Err("bad_signature"),
        };
        assert_eq!(code, expect, "{}", vector.name);
    }
}

#[test]
fn the_published_vectors_are_judged_as_published() {
    check(include_str!("../fixtures/standard-webhooks/known-vector.json"));
}

#[test]
fn a_secret_can_be_replaced_without_a_gap_and_nothing_else_passes() {
    check(include_str!("../fixtures/standard-webhooks/rotation-and-negatives.json"));
}

#[test]
fn the_reference_implementation_signs_what_is_accepted_here() {
    let secret = draw_secret();
    let body = "{\"ü\":1}";
    let reference = standardwebhooks::Webhook::new(&secret).expect("a secret");
    let signature = reference.sign("msg_1", now().timestamp(), body.as_bytes()).expect("a signature");
    assert_eq!(signature, sign(&secret, "msg_1", now().timestamp(), body.as_bytes()));
    let sending = Sending::one("tms", "msg_1", body);
    let request = request(&sending, now().timestamp(), Some(&signature));
    let signature = Signature::of(request.headers()).expect("a signature");
    let keys = [Key::parse(&secret).expect("a secret")];
    assert!(
        signature.check_age(now(), SourceConfig::TOLERANCE).is_ok()
            && signature.check(body.as_bytes(), &keys).is_ok()
    );
    assert!(signature.check(b"{\"\xff\":1}", &keys).is_err());
}

#[test]
fn what_is_no_secret_is_not_taken_for_one_and_not_repeated() {
    for bad in ["", "whsec_", "whsec_short", "hunter2hunter2hunter2!!", "whsec_c2hvcnQ="] {
        let error = Key::parse(bad).expect_err(bad).to_string();
        assert!(
            error.contains("base64") && (bad.is_empty() || !error.contains(bad) || bad == "whsec_"),
            "{error}"
        );
    }
}
