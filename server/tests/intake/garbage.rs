//! 10,000 mutated deliveries: the process stays up, nothing authentic is lost, and what is not understood says why.

use super::door::{Door, Sending, now, sign};
use axum::http::StatusCode;
use domain::authority::Role;
use futures::StreamExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use server::contracts::cloud_event;
use server::contracts::example::EXAMPLES;
use server::intake::Code;
use std::collections::BTreeMap;
use std::sync::Arc;

const DELIVERIES: u64 = 10_000;
const CONTENT_TYPES: [&str; 5] = [
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/x-ndjson",
    "application/json",
    "text/csv",
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Signed {
    Right,
    Missing,
    Wrong,
    Stale,
}

/// Delivery `number`, always the same.
fn mutated(number: u64) -> (Sending, Signed) {
    let mut rng = StdRng::seed_from_u64(0x5EED_0000 + number);
    let (source, role) = *[("tms", Role::Tms), ("erp", Role::Erp)].choose(&mut rng).expect("one");
    let own: Vec<_> = EXAMPLES.iter().filter(|example| example.event.role == role).collect();
    let count = rng.random_range(1..=4);
    let mut events: Vec<String> = (0..count)
        .map(|index| {
            let mut event = own.choose(&mut rng).expect("an example").event.clone();
            event.id = domain::EventId::new(event.id.origin(), &format!("g-{number}-{index}"));
            event.number = format!("{}-{}", event.number, rng.random_range(0..200));
            cloud_event(&event).expect("json")
        })
        .collect();
    for event in &mut events {
        match rng.random_range(0..8) {
            0 => *event = wrong_type(event, &mut rng),
            1 => *event = huge_number(event, &mut rng),
            2 => *event = deep(event, &mut rng),
            _ => {}
        }
    }
    let (content_type, mut body) = match rng.random_range(0..3) {
        0 => (CONTENT_TYPES[0], events.swap_remove(0).into_bytes()),
        1 => (CONTENT_TYPES[1], format!("[{}]", events.join(",")).into_bytes()),
        _ => (CONTENT_TYPES[2], events.join("\n").into_bytes()),
    };
    match rng.random_range(0..6) {
        0 => flip_bits(&mut body, &mut rng),
        1 => body.truncate(rng.random_range(0..=body.len())),
        2 => {
            let at = rng.random_range(0..=body.len());
            let bytes = [b"\xff".as_slice(), b"\xc3\x28", b"\xed\xa0\x80", b"\0"];
            body.splice(at..at, bytes.choose(&mut rng).expect("one").iter().copied());
        }
        3 => {
            let (from, length) = (rng.random_range(0..body.len()), rng.random_range(1..200));
            let to = (from + length).min(body.len());
            body[from..to].shuffle(&mut rng);
        }
        _ => {}
    }
    let content_type =
        if rng.random_ratio(1, 12) { CONTENT_TYPES.choose(&mut rng).expect("one") } else { content_type };
    let signed = match rng.random_range(0..12) {
        0 => Signed::Missing,
        1 => Signed::Wrong,
        2 => Signed::Stale,
        _ => Signed::Right,
    };
    (Sending { source, id: format!("garbage-{number}"), content_type, body: body.into() }, signed)
}

fn flip_bits(body: &mut [u8], rng: &mut StdRng) {
    for _ in 0..rng.random_range(1..=8) {
        let at = rng.random_range(0..body.len());
        body[at] ^= 1 << rng.random_range(0..8);
    }
}

/// All values in a JSON text, by their pointers.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), into));
        }
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), into));
        }
        _ => {}
    }
}

fn replace(event: &str, with: Value, rng: &mut StdRng) -> String {
    let mut value: Value = serde_json::from_str(event).expect("json");
    let mut all = Vec::new();
    pointers(&value, "", &mut all);
    if let Some(slot) = all.choose(rng).and_then(|pointer| value.pointer_mut(pointer)) {
        *slot = with;
    }
    value.to_string()
}

fn wrong_type(event: &str, rng: &mut StdRng) -> String {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!([]),
        json!({}),
        json!(""),
        json!("\u{0}\u{7f}\u{202e}"),
        json!("x".repeat(5000)),
        json!({"stop": {"stop": {}}}),
        json!("2026-02-30T25:61:00+99:00"),
        json!("+262142-12-31T23:59:59Z"),
        json!("0000-01-01T00:00:00Z"),
    ];
    replace(event, values.choose(rng).expect("one").clone(), rng)
}

fn huge_number(event: &str, rng: &mut StdRng) -> String {
    let marked = replace(event, json!("HUGE"), rng);
    let number = [
        "1e400",
        "-1e400",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
        "1e308",
        "0.00000000000000000000000000001",
        "123456789012345678901234567890123456789012345678901234567890",
    ];
    marked.replace("\"HUGE\"", number.choose(rng).expect("one"))
}

fn deep(event: &str, rng: &mut StdRng) -> String {
    let depth = *[50, 127, 129, 5_000, 50_000].choose(rng).expect("one");
    let (open, close) = *[("[", "]"), ("{\"a\":", "}")].choose(rng).expect("one");
    let marked = replace(event, json!("DEEP"), rng);
    marked.replace("\"DEEP\"", &format!("{}1{}", open.repeat(depth), close.repeat(depth)))
}

/// Resident memory in KiB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?
        .trim()
        .trim_end_matches(" kB")
        .trim()
        .parse()
        .ok()
}

#[derive(Default)]
struct Sums {
    accepted: u64,
    duplicates: u64,
    quarantined: u64,
}

struct Knocked {
    number: u64,
    sending: Sending,
    signed: Signed,
    status: StatusCode,
    answer: Value,
    kept: Option<store::StoredDelivery>,
}

async fn knock(door: Arc<Door>, number: u64) -> Knocked {
    let (sending, signed) = mutated(number);
    let at = now().timestamp() - if signed == Signed::Stale { 400 } else { 0 };
    let secret = if signed == Signed::Wrong {
        server::cli::source::draw_secret()
    } else {
        door.secret(sending.source).to_owned()
    };
    let signature = sign(&secret, &sending.id, at, &sending.body);
    let (status, answer) = door.knock(&sending, at, (signed != Signed::Missing).then_some(&signature)).await;
    let source = sending.source.parse().expect("a name");
    let kept = door.store.delivery(&source, &sending.id).await.expect("a read");
    Knocked { number, sending, signed, status, answer, kept }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_mutated_deliveries_leave_nothing_lost_and_nothing_unexplained() {
    let door = Arc::new(Door::open().await);
    let (mut sums, mut answers) = (Sums::default(), BTreeMap::<(StatusCode, String), u64>::new());
    let mut reasons = BTreeMap::<String, u64>::new();
    let mut halfway = None;
    // Tasks of their own, so that they go on while this one looks into the store.
    let mut knocks = futures::stream::iter(0..DELIVERIES)
        .map(|number| tokio::spawn(knock(Arc::clone(&door), number)))
        .buffer_unordered(48);
    while let Some(knocked) = knocks.next().await {
        let Knocked { number, sending, signed, status, answer, kept } = knocked.expect("a knock");
        let code = answer["code"].as_str().unwrap_or_default().to_owned();
        *answers.entry((status, code.clone())).or_default() += 1;
        match signed {
            Signed::Right if status == StatusCode::ACCEPTED => {
                let count = |name: &str| answer[name].as_u64().expect(name);
                let all = count("accepted") + count("duplicates") + count("quarantined");
                let is_empty = sending.body.trim_ascii().is_empty() || sending.body.trim_ascii() == b"[]";
                assert!(all > 0 || is_empty, "{number}: {answer}");
                sums.accepted += count("accepted");
                sums.duplicates += count("duplicates");
                sums.quarantined += count("quarantined");
                let kept = kept.unwrap_or_else(|| panic!("{number} was acknowledged and is lost"));
                assert_eq!(kept.body, sending.body, "{number}");
            }
            Signed::Right => {
                assert_eq!(
                    (status, code.as_str()),
                    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
                    "{number}"
                );
                assert_eq!(sending.content_type, "text/csv");
            }
            Signed::Missing | Signed::Wrong | Signed::Stale => {
                let expect = match signed {
                    Signed::Missing => "unsigned",
                    Signed::Wrong => "bad_signature",
                    _ => "stale",
                };
                assert_eq!((status, code.as_str()), (StatusCode::UNAUTHORIZED, expect), "{number}");
                assert!(kept.is_none(), "{number} was refused and is kept");
            }
        }
        if number % 100 == 99 {
            for one in door.store.integrations().await.expect("integrations").quarantine {
                let Some(code) = Code::ALL.into_iter().find(|code| code.as_str() == one.rejected.code) else {
                    panic!("`{}` is no code", one.rejected.code)
                };
                assert!((10..2100).contains(&one.rejected.reason.len()), "{code:?}: {}", one.rejected.reason);
                *reasons.entry(one.rejected.code).or_default() += 1;
            }
        }
        if number == DELIVERIES / 2 {
            halfway = resident();
        }
    }
    drop(knocks);
    let end = resident();
    let kept = door.store.integrations().await.expect("integrations");
    let sum = |of: fn(&store::SourceSummary) -> u64| kept.sources.iter().map(of).sum::<u64>();
    assert_eq!(sum(|source| source.accepted), sums.accepted);
    assert_eq!(sum(|source| source.duplicates), sums.duplicates);
    assert_eq!(sum(|source| source.quarantined), sums.quarantined);
    assert!(sums.accepted > 4_000 && sums.quarantined > 4_000, "{} {}", sums.accepted, sums.quarantined);
    for code in ["malformed_json", "not_utf8", "too_deep", "not_cloudevents", "malformed_data"] {
        assert!(reasons.contains_key(code), "{code} was never met: {reasons:?}");
    }
    if let (Some(halfway), Some(end)) = (halfway, end) {
        assert!(end < halfway + 128 * 1024, "memory grew from {halfway} to {end} KiB: {answers:?}");
    }
    let path = door.path.clone();
    door.store.clone().close().await;
    let verification = store::verify(&path).await.expect("a verification");
    assert!(verification.differences.is_empty(), "{:?}", verification.differences);
}
