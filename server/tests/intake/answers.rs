//! What the intake answers, and what is there afterwards.

use super::door::{Door, Sending, arrived, now, request, sign};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::ShipmentId;
use futures::future::select;
use serde_json::json;
use server::intake::Limits;
use std::time::Duration;
use store::{Options, SourceConfig};

async fn quarantine(door: &Door) -> Vec<(String, String)> {
    let found = door.store.integrations().await.expect("integrations").quarantine;
    found.into_iter().rev().map(|one| (one.rejected.code, one.rejected.reason)).collect()
}

#[tokio::test]
async fn a_delivery_is_kept_as_it_came_and_its_repetition_gets_the_same_answer() {
    let door = Door::open().await;
    let sending = Sending::batch(
        "tms",
        "msg_1",
        &[arrived("e-1", "S-1"), arrived("e-1", "S-1"), arrived("e-2", "S-2")],
    );
    let (status, first) = door.deliver(&sending).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(first, json!({"delivery":"msg_1","accepted":2,"duplicates":1,"quarantined":0,"seq":[1,2]}));
    let kept =
        door.store.delivery(&"tms".parse().expect("a name"), "msg_1").await.expect("a read").expect("kept");
    assert_eq!(kept.body, sending.body);
    assert!(kept.headers.iter().any(|(name, _)| name == "webhook-timestamp"));
    assert!(kept.headers.iter().all(|(name, _)| !name.contains("signature")));
    assert_eq!(door.deliver(&sending).await, (StatusCode::ACCEPTED, first));

    let other = Sending::one("tms", "msg_1", arrived("e-3", "S-3"));
    let (status, answer) = door.deliver(&other).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("delivery_id_reused")));

    let again = Sending::one("tms", "msg_2", arrived("e-1", "S-1"));
    let (_, answer) = door.deliver(&again).await;
    assert_eq!(answer, json!({"delivery":"msg_2","accepted":0,"duplicates":1,"quarantined":0}));
}

#[tokio::test]
async fn the_same_id_from_another_system_is_another_event() {
    let door = Door::open().await;
    let other = arrived("e-1", "S-1").replace("https://tms.example.com", "https://other.example.com");
    let (_, answer) = door.deliver(&Sending::batch("tms", "msg_1", &[arrived("e-1", "S-1"), other])).await;
    assert_eq!(answer["accepted"], 2);
}

#[tokio::test]
async fn one_bad_event_does_not_block_its_neighbours() {
    let door = Door::open().await;
    let bad = arrived("e-2", "S-2").replace("stop.arrived", "truck.exploded");
    let (status, answer) = door
        .deliver(&Sending::batch("tms", "msg_1", &[arrived("e-1", "S-1"), bad, arrived("e-3", "S-3")]))
        .await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!((&answer["accepted"], &answer["quarantined"]), (&json!(2), &json!(1)));
    let waiting = quarantine(&door).await;
    assert_eq!(waiting[0].0, "unknown_kind");
    assert!(waiting[0].1.contains("truck.exploded"));
}

#[tokio::test]
async fn an_id_with_another_content_waits_in_quarantine() {
    let door = Door::open().await;
    door.deliver(&Sending::one("tms", "msg_1", arrived("e-1", "S-1"))).await;
    let (_, answer) = door.deliver(&Sending::one("tms", "msg_2", arrived("e-1", "S-9"))).await;
    assert_eq!((&answer["accepted"], &answer["quarantined"]), (&json!(0), &json!(1)));
    assert!(answer["reasons"][0]["reason"].as_str().is_some_and(|reason| reason.len() > 20), "{answer}");
    assert_eq!(quarantine(&door).await[0].0, "id_reused");
}

#[tokio::test]
async fn an_erp_that_says_delivered_changes_nothing_and_is_told() {
    let door = Door::open().await;
    door.deliver(&Sending::one("tms", "msg_1", arrived("e-1", "S-1"))).await;
    let shipment = ShipmentId::numbered("S-1");
    let before = door.store.shipment(shipment).await.expect("a read").expect("a shipment").1;
    let claim =
        arrived("e-9", "S-1").replace("stop.arrived", "stop.delivered").replace("tms.example", "erp.example");
    let (status, answer) = door.deliver(&Sending::one("erp", "msg_1", claim)).await;
    assert_eq!((status, &answer["quarantined"]), (StatusCode::ACCEPTED, &json!(1)));
    let after = door.store.shipment(shipment).await.expect("a read").expect("a shipment").1;
    assert_eq!(before, after);
    let waiting = quarantine(&door).await;
    assert_eq!(waiting[0].0, "authority_conflict");
    assert!(waiting[0].1.contains("the TMS does"), "{}", waiting[0].1);
}

#[tokio::test]
async fn who_is_not_authentic_is_refused_counted_and_learns_nothing() {
    let door = Door::open().await;
    let sending = Sending::one("tms", "msg_1", arrived("e-1", "S-1"));
    let stranger = Sending { source: "nobody", ..Sending::one("tms", "msg_1", arrived("e-1", "S-1")) };
    let at = now().timestamp();
    let wrong = sign(&server::cli::source::draw_secret(), "msg_1", at, &sending.body);
    let old = sign(door.secret("tms"), "msg_1", at - 301, &sending.body);
    let unsigned = door.knock(&sending, at, None).await;
    let bad = door.knock(&sending, at, Some(&wrong)).await;
    let stale = door.knock(&sending, at - 301, Some(&old)).await;
    for ((status, answer), code) in [(&unsigned, "unsigned"), (&bad, "bad_signature"), (&stale, "stale")] {
        assert_eq!((*status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!(code)));
    }
    assert_eq!(door.knock(&stranger, at, None).await, unsigned);
    assert_eq!(door.knock(&stranger, at, Some(&wrong)).await, bad);
    door.store.flush().await.expect("a flush");
    let kept = door.store.integrations().await.expect("integrations");
    assert_eq!((kept.deliveries.len(), kept.quarantined), (0, 0));
    let count = |known: bool| -> u64 {
        kept.refusals.iter().filter(|one| one.source.is_some() == known).map(|one| one.count).sum()
    };
    assert_eq!((count(true), count(false)), (3, 2));
}

#[tokio::test]
async fn a_source_that_is_disabled_or_changed_counts_from_the_next_reload() {
    let door = Door::open().await;
    let name = "tms".parse().expect("a name");
    let new = server::cli::source::draw_secret();
    let source = |secrets: Vec<String>, disabled| SourceConfig {
        disabled,
        ..SourceConfig::new(Clone::clone(&name), domain::authority::Role::Tms, secrets)
    };
    let old = door.secret("tms").to_owned();
    let try_with = async |secret: &str, id: &str| {
        let sending = Sending::one("tms", id, arrived(id, "S-1"));
        let signature = sign(secret, id, now().timestamp(), &sending.body);
        door.intake.reload().await.expect("a reload");
        let (status, answer) = door.knock(&sending, now().timestamp(), Some(&signature)).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    };
    let taken = || (StatusCode::ACCEPTED, String::new());
    let refused = |code: &str| (StatusCode::UNAUTHORIZED, code.to_owned());
    door.store.put_source(source(vec![old.clone(), new.clone()], false)).await.expect("a source");
    assert_eq!(try_with(&old, "a").await, taken());
    assert_eq!(try_with(&new, "b").await, taken());
    door.store.put_source(source(vec![new.clone()], false)).await.expect("a source");
    assert_eq!(try_with(&old, "c").await, refused("bad_signature"));
    door.store.put_source(source(vec![new.clone()], true)).await.expect("a source");
    assert_eq!(try_with(&new, "d").await, refused("source_disabled"));
    // Who does not have the secret learns nothing of the source.
    assert_eq!(try_with(&old, "e").await, refused("bad_signature"));
}

#[tokio::test]
async fn each_limit_has_its_answer() {
    let limits = Limits { body: 2000, events: 3, ..Limits::default() };
    let door = Door::with(limits).await;
    let check = async |sending: Sending, status, code: &str| {
        let (found, answer) = door.deliver(&sending).await;
        assert_eq!((found, &answer["code"]), (status, &json!(code)), "{answer}");
        assert!(answer["message"].as_str().is_some_and(|message| message.len() > 20));
    };
    check(Sending::one("tms", "a", " ".repeat(2001)), StatusCode::PAYLOAD_TOO_LARGE, "body_too_large").await;
    let lines =
        Sending { content_type: "application/x-ndjson", ..Sending::one("tms", "b", "{}\n\n{}\n{}\n{}") };
    check(lines, StatusCode::PAYLOAD_TOO_LARGE, "too_many_events").await;
    let batch = Sending::batch("tms", "c", &["{}".into(), "{}".into(), "{}".into(), "{}".into()]);
    check(batch, StatusCode::PAYLOAD_TOO_LARGE, "too_many_events").await;
    let csv = Sending { content_type: "text/csv", ..Sending::one("tms", "d", "a;b") };
    check(csv, StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type").await;
}

#[tokio::test]
async fn a_body_larger_than_it_says_is_cut_off() {
    let door = Door::with(Limits { body: 100, ..Limits::default() }).await;
    let sending = Sending::one("tms", "a", "");
    let (mut head, _) = request(&sending, now().timestamp(), Some("v1,x")).into_parts();
    head.headers.insert("content-length", 5.into());
    let chunks = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 60]));
    let (status, _, answer) = door.ask(Request::from_parts(head, Body::from_stream(chunks))).await;
    assert_eq!((status, &answer["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body_too_large")));
}

#[tokio::test]
async fn a_sender_that_does_not_come_to_an_end_is_not_waited_for() {
    let door = Door::with(Limits { patience: Duration::from_millis(20), ..Limits::default() }).await;
    let (head, _) = request(&Sending::one("tms", "a", ""), now().timestamp(), Some("v1,x")).into_parts();
    let silence = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let (status, _, answer) = door.ask(Request::from_parts(head, Body::from_stream(silence))).await;
    assert_eq!((status, &answer["code"]), (StatusCode::REQUEST_TIMEOUT, &json!("too_slow")));
}

#[tokio::test]
async fn who_sends_too_fast_or_finds_no_room_is_told_when_to_come_back() {
    let fast = Door::with(Limits { rate: 1, ..Limits::default() }).await;
    let full = Door::with(Limits { memory: 10, ..Limits::default() }).await;
    assert_eq!(fast.deliver(&Sending::one("tms", "a", arrived("a", "S-1"))).await.0, StatusCode::ACCEPTED);
    for (door, expect, code) in [
        (&fast, StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        (&full, StatusCode::TOO_MANY_REQUESTS, "too_much_open"),
    ] {
        let (status, headers, answer) =
            door.ask(door.signed(&Sending::one("tms", "b", arrived("b", "S-1")))).await;
        assert_eq!((status, &answer["code"]), (expect, &json!(code)));
        assert_eq!(headers["retry-after"], "1");
    }
}

#[tokio::test]
async fn what_finds_the_queue_full_is_told_to_come_back_and_is_taken_then() {
    let options = Options { queue: 1, ..Options::default() };
    let (door, mut committed) = Door::unheard(Limits::default(), options).await;
    let sending = |id: &str| Sending::one("tms", id, arrived(id, "S-1"));
    for id in ["a", "b"] {
        assert_eq!(door.deliver(&sending(id)).await.0, StatusCode::ACCEPTED, "{id}");
    }
    // Now the writer waits for somebody to hear of `b`. Of two more one waits for the writer; for the other there is no
    // place, and its answer is the only one that can come.
    let [one, other] = ["c", "d"].map(|id| {
        let asking = door.ask(door.signed(&sending(id)));
        Box::pin(async move { (id, asking.await) })
    });
    let ((refused, (status, headers, answer)), waiting) = select(one, other).await.factor_first();
    assert_eq!((status, &answer["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("busy")));
    assert_eq!(headers["retry-after"], "1");

    tokio::spawn(async move { while committed.recv().await.is_some() {} });
    let (_, (status, _, answer)) = waiting.await;
    assert_eq!((status, &answer["seq"]), (StatusCode::ACCEPTED, &json!([3, 3])));
    let (status, answer) = door.deliver(&sending(refused)).await;
    assert_eq!(
        (status, &answer["seq"]),
        (StatusCode::ACCEPTED, &json!([4, 4])),
        "nothing of it had been kept"
    );
}
