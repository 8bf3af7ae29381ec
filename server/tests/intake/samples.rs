//! The samples of CloudEvents, and each reason for quarantine.

use super::door::now;
use domain::authority::Role;
use server::intake::{Code, Format, Parsed, Sender, parse, shown};

fn read(body: &[u8], format: Format, role: Role) -> Parsed {
    let source = role.as_str().parse().expect("a name");
    parse(body, format, Sender { source: &source, role, received_at: now() }, 10_000).expect("not too many")
}

fn check(body: &str, format: Format, expect: &[&str]) {
    let parsed = read(body.as_bytes(), format, Role::Tms);
    let codes: Vec<_> = parsed.quarantined.iter().map(|rejected| rejected.code.as_str()).collect();
    assert_eq!(codes, expect, "{} {:?}", shown(body, 200), parsed.quarantined.first().map(|one| &one.reason));
    for rejected in &parsed.quarantined {
        assert!(!rejected.reason.is_empty() && rejected.reason.len() < 2100, "{rejected:?}");
    }
}

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../fixtures/cloudevents/", $name))
    };
}

#[test]
fn the_samples_of_cloudevents_are_understood_as_far_as_freight_goes() {
    check(sample!("batch-empty.json"), Format::Batch, &[]);
    check(sample!("batch-two.json"), Format::Batch, &["unknown_kind"; 2]);
    check(sample!("structured-json-object.json"), Format::Structured, &["unknown_kind"]);
    check(sample!("structured-xml-string.json"), Format::Structured, &["unknown_kind"]);
    check(sample!("json-data-with-ext.json"), Format::Structured, &["unknown_kind"]);
    check(sample!("synthetic-shipment-batch.json"), Format::Batch, &["unknown_kind"; 4]);
}

#[test]
fn a_breach_of_the_rules_for_attributes_is_named() {
    check(sample!("negative-attribute-name.json"), Format::Structured, &["not_cloudevents"]);
    check(sample!("negative-number-too-long.json"), Format::Structured, &["not_cloudevents"]);
    let parsed = read(sample!("negative-attribute-name.json").as_bytes(), Format::Structured, Role::Tms);
    assert!(parsed.quarantined[0].reason.contains("`a_invalid_name`"));
    assert_eq!(parsed.quarantined[0].event_id.as_deref(), Some("http://localhost/source 1"));
    let parsed = read(sample!("negative-number-too-long.json").as_bytes(), Format::Structured, Role::Tms);
    assert!(parsed.quarantined[0].reason.contains("4247483647"));
}

/// A good event with some attributes replaced; an empty value takes the attribute out.
fn event(changes: &[(&str, &str)]) -> String {
    let mut attributes = vec![
        ("specversion", "\"1.0\""),
        ("id", "\"e-1\""),
        ("source", "\"https://tms.example.com\""),
        ("type", "\"syncline.stop.arrived.v1\""),
        ("subject", "\"S-1\""),
        ("time", "\"2026-03-24T09:30:00+01:00\""),
        ("data", "{\"stop\":\"1\"}"),
    ];
    for (name, value) in changes {
        attributes.retain(|(known, _)| known != name);
        if !value.is_empty() {
            attributes.push((name, value));
        }
    }
    let pairs: Vec<_> = attributes.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", pairs.join(","))
}

#[test]
fn each_fault_has_its_code() {
    let one = |changes: &[(&str, &str)], expect: &[&str]| check(&event(changes), Format::Structured, expect);
    one(&[], &[]);
    one(&[("unsetextension", "null"), ("subject", "\"S\\u00e4-1\"")], &[]);
    one(&[("specversion", "")], &["not_cloudevents"]);
    one(&[("specversion", "\"0.3\"")], &["not_cloudevents"]);
    one(&[("id", "\"\"")], &["not_cloudevents"]);
    one(&[("id", "7")], &["not_cloudevents"]);
    one(&[("source", "null")], &["not_cloudevents"]);
    one(&[("source", "\"a b\"")], &["not_cloudevents"]);
    one(&[("subject", "\"S\\u001f1\"")], &["not_cloudevents"]);
    one(&[("extension", "{\"a\":1}")], &["not_cloudevents"]);
    one(&[("extension", "1.5")], &["not_cloudevents"]);
    one(&[("type", "\"syncline.truck.exploded.v1\"")], &["unknown_kind"]);
    one(&[("type", "\"stop.arrived\"")], &["unknown_kind"]);
    one(&[("type", "\"syncline.stop.arrived.v2\"")], &["unknown_version"]);
    one(&[("type", "\"syncline.stop.arrived\"")], &["unknown_version"]);
    one(&[("subject", "")], &["missing_subject"]);
    one(&[("subject", "\" \"")], &["missing_subject"]);
    one(&[("time", "")], &["missing_time"]);
    one(&[("time", "\"yesterday\"")], &["bad_time"]);
    one(&[("time", "\"2026-03-24T09:30:00\"")], &["bad_time"]);
    one(&[("time", "\"2026-03-26T12:00:01Z\"")], &["too_far_in_future"]);
    one(&[("time", "\"2026-03-26T12:00:00Z\"")], &[]);
    one(&[("time", "\"1999-12-31T23:59:59Z\"")], &["too_old"]);
    one(&[("data", "")], &["malformed_data"]);
    one(&[("data", "{\"stop\":[]}")], &["malformed_data"]);
    one(&[("data", "{\"stop\":\"\\u0000\"}")], &["malformed_data"]);
    one(&[("datacontenttype", "\"application/xml\"")], &["malformed_data"]);
    one(&[("data", ""), ("data_base64", "\"e30=\"")], &["malformed_data"]);
    one(&[("data", "{\"stop\":\" \"}")], &["implausible_data"]);
    one(&[("type", "\"syncline.order.cancelled.v1\""), ("data", "{}")], &["authority_conflict"]);
    one(&[("type", "\"syncline.deadline.passed.v1\""), ("data", "{}")], &["malformed_data"]);
    let deep = format!("{{\"stop\":\"1\",\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    one(&[("data", &deep)], &["too_deep"]);
    check("", Format::Structured, &["malformed_json"]);
    check("{\"a\":", Format::Structured, &["malformed_json"]);
    check("{} {}", Format::Structured, &["malformed_json"]);
    check("[]", Format::Structured, &["not_cloudevents"]);
    check("{}", Format::Batch, &["not_cloudevents"]);
    check("{\"id\":\"1\",\"id\":\"2\"}", Format::Structured, &["not_cloudevents"]);
}

#[test]
fn codes_are_listed_with_their_way_out() {
    for code in Code::ALL {
        assert!(code.way_out().ends_with('.'), "{}", code.as_str());
    }
}

#[test]
fn what_an_event_says_beside_its_data_is_kept() {
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let body = event(&[("issuer", "\"carrier\""), ("traceparent", &format!("\"{traceparent}\""))]);
    let parsed = read(body.as_bytes(), Format::Structured, Role::Tms);
    let event = &parsed.events[0];
    assert_eq!(event.occurred_at.to_rfc3339(), "2026-03-24T09:30:00+01:00");
    assert_eq!(event.id.as_str(), "https://tms.example.com e-1");
    assert_eq!((event.number.as_str(), event.issuer.as_deref()), ("S-1", Some("carrier")));
    assert_eq!(event.correlation.as_deref(), Some(traceparent));
}

#[test]
fn of_a_batch_that_breaks_off_the_whole_events_before_are_taken() {
    let text = format!("[{},{},{{\"specver", event(&[]), event(&[("id", "\"e-2\"")]));
    let parsed = read(text.as_bytes(), Format::Batch, Role::Tms);
    assert_eq!((parsed.events.len(), parsed.quarantined.len()), (2, 1));
    let rest = &parsed.quarantined[0];
    assert_eq!((rest.position, rest.code.as_str(), rest.raw.as_str()), (2, "malformed_json", ",{\"specver"));
}

#[test]
fn a_line_that_is_no_utf8_does_not_touch_its_neighbours() {
    let mut body = format!("\u{feff}{}\r\n\n", event(&[])).into_bytes();
    body.extend_from_slice(b"{\"\xff\":1}\n");
    body.extend_from_slice(event(&[("id", "\"e-2\"")]).as_bytes());
    let parsed = read(&body, Format::Lines, Role::Tms);
    assert_eq!(parsed.events.len(), 2);
    let bad = &parsed.quarantined[0];
    assert_eq!((bad.position, bad.code.as_str()), (2, "not_utf8"));
    assert!(bad.reason.contains("0xff"), "{}", bad.reason);
}
