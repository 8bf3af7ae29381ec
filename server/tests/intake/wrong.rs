//! Wrong values of every type at every place of every contract: what is said of them is freight's and people's words, never the
//! program's own.

use super::door::{Door, Sending, now};
use axum::http::StatusCode;
use domain::authority::Role;
use serde_json::{Value, json};
use server::contracts::cloud_event;
use server::contracts::example::EXAMPLES;
use server::intake::{Format, Sender, parse};

/// What only a programmer of this program would understand.
const PROGRAMS: &[&str] = &[
    "expected ",
    "struct ",
    "variant",
    " line 1 column",
    "invalid type",
    "invalid value",
    "invalid length",
    "missing field",
    "unknown field",
    "duplicate field",
    "EOF",
    "premature end",
    "trailing",
    "Utf8Error",
    "utf-8 sequence",
    "sqlx",
    "os error",
    "i64",
    "i32",
    "u32",
    "u64",
    "f64",
    "usize",
    "Option",
    "Some(",
    "None",
    "Err(",
    "panicked",
    "serde",
    "tuple",
    "a sequence",
    "a map",
    "newtype",
    "unit value",
    "tagged",
    "enum",
    "ParseIntError",
    "digit found",
    "::",
];

fn is_plain(said: &str) -> Option<&'static str> {
    PROGRAMS.iter().find(|word| said.contains(**word)).copied()
}

/// One value of every type, and those that lie at the edges.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!(" "),
        json!("x"),
        json!("\u{7}"),
        json!("<b>"),
        json!("2026-13-45"),
        json!("2026-03-06T12:00:00"),
        json!("x".repeat(5000)),
        json!([]),
        json!([null]),
        json!([1, "x", {}]),
        json!({}),
        json!({"unknown": 1}),
        json!({"from": "x", "to": 3}),
    ]
}

/// Every place of a value, as pointers.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), into));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), into));
        }
        _ => {}
    }
}

/// What is said of a text: reasons and warnings.
fn said(text: &str, role: Role) -> Vec<String> {
    let source = role.as_str().parse().expect("a name");
    let sender = Sender { source: &source, role, received_at: now() };
    let parsed = parse(text.as_bytes(), Format::Structured, sender, 10).expect("few");
    let reasons = parsed.quarantined.into_iter().map(|one| one.reason);
    reasons.chain(parsed.warnings.into_iter().map(|one| format!("{} {}", one.path, one.done))).collect()
}

#[test]
fn of_wrong_values_of_every_type_in_every_field_nothing_is_said_in_the_programs_words() {
    let (mut tried, mut faults) = (0, Vec::new());
    for example in EXAMPLES.iter().filter(|example| example.is_outside()) {
        let sample: Value = serde_json::from_str(&cloud_event(&example.event).expect("json")).expect("json");
        let mut all = Vec::new();
        places(&sample, "", &mut all);
        for place in all.iter().filter(|place| !place.is_empty()) {
            let (parent, name) = place.rsplit_once('/').expect("a pointer");
            let without = |parent: &mut Value| {
                if let Value::Object(fields) = parent {
                    fields.remove(name);
                }
            };
            let mut events: Vec<Value> = values()
                .into_iter()
                .map(|value| {
                    let mut event = sample.clone();
                    *event.pointer_mut(place).expect("a place") = value;
                    event
                })
                .collect();
            let mut absent = sample.clone();
            absent.pointer_mut(parent).map(without).expect("a parent");
            events.push(absent);
            for event in events {
                tried += 1;
                for said in said(&event.to_string(), example.event.role) {
                    if let Some(word) = is_plain(&said) {
                        faults.push(format!("{} {place}: \"{word}\" in: {said}", example.event.fact.kind()));
                    }
                }
            }
        }
        // And what is no JSON at all, cut off at every tenth place or with another sign there.
        let text = sample.to_string();
        for at in (0..text.len()).step_by(10).filter(|at| text.is_char_boundary(*at)) {
            tried += 2;
            let cut = text[..at].to_owned();
            for broken in [cut.clone(), format!("{cut}}}{}", &text[at..])] {
                for said in said(&broken, example.event.role) {
                    if let Some(word) = is_plain(&said) {
                        faults.push(format!(
                            "{} cut at {at}: \"{word}\" in: {said}",
                            example.event.fact.kind()
                        ));
                    }
                }
            }
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} of {tried}:\n{}", faults.len(), faults[..faults.len().min(40)].join("\n"));
    assert!(tried > 5_000, "{tried}");
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_taken_and_keeps_nothing() {
    let door = Door::open().await;
    let example = EXAMPLES.iter().find(|one| one.event.fact.kind() == "stop.arrived").expect("an example");
    let good: Value = serde_json::from_str(&cloud_event(&example.event).expect("json")).expect("json");
    let mut unread = good.clone();
    unread["id"] = json!("2");
    unread["data"]["gat"] = json!("7");
    let mut bad = good.clone();
    bad["id"] = json!("3");
    bad["type"] = json!("syncline.stop.weighed.v1");
    let events: Vec<String> = [&good, &unread, &bad].into_iter().map(Value::to_string).collect();
    let sending = Sending::batch("tms", "msg_dry", &events);
    let (status, answer) = door.rehearse(&sending).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&answer["dry_run"], &answer["accepted"], &answer["quarantined"]),
        (&json!(true), &json!(2), &json!(1))
    );
    assert_eq!(answer["reasons"][0]["code"], "unknown_kind");
    assert_eq!(answer["warnings"][0]["path"], "data.gat");
    assert_eq!(answer.get("seq"), None);
    let known = door.store.integrations().await.expect("integrations");
    assert!(known.deliveries.is_empty() && known.quarantined == 0, "something was kept");
    // Afterwards the same delivery is taken as if it came for the first time.
    let (status, answer) = door.deliver(&sending).await;
    assert_eq!((status, &answer["accepted"], answer.get("dry_run")), (StatusCode::ACCEPTED, &json!(2), None));
    // However it is written; and a word that means neither is no leave to keep anything.
    let ask = async |query: &str, id: &str| {
        let mut request = door.signed(&Sending::batch("tms", id, &events));
        *request.uri_mut() = format!("/intake/tms?{query}").parse().expect("a path");
        let (status, _, answer) = door.ask(request).await;
        (status, answer.get("dry_run").is_some())
    };
    for query in ["DRY_RUN", "Dry-Run=1", "dryRun=True", "x=1&dry_run=on"] {
        assert_eq!(ask(query, query).await, (StatusCode::OK, true), "{query}");
    }
    for query in ["dry_run=off", "DRY_RUN=No", "x=dry_run"] {
        assert_eq!(ask(query, query).await, (StatusCode::ACCEPTED, false), "{query}");
    }
    assert_eq!(ask("dry_run=perhaps", "perhaps").await, (StatusCode::BAD_REQUEST, false));
    // Who can't sign learns nothing.
    assert_eq!(door.rehearse_unsigned(&sending).await, StatusCode::UNAUTHORIZED);
}
