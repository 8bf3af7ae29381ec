//! What is taken though it is not as the contract says, what it costs, and what is too long.

use super::door::{Door, Sending, now};
use axum::http::StatusCode;
use domain::authority::Role;
use domain::{Event, Fact};
use serde_json::{Value, json};
use server::contracts::cloud_event;
use server::contracts::example::example;
use server::intake::{Format, Parsed, Sender, parse};

/// The example of a kind as JSON.
fn sample(kind: &str) -> Value {
    let event = &example(kind).expect(kind).event;
    serde_json::from_str(&cloud_event(event).expect("json")).expect("json")
}

fn read(event: &Value) -> Parsed {
    let kind = event["type"].as_str().and_then(|kind| kind.strip_prefix("syncline.")?.strip_suffix(".v1"));
    let role = example(kind.expect("a kind")).expect("an example").event.role;
    read_as(&event.to_string(), role)
}

fn read_as(text: &str, role: Role) -> Parsed {
    let source = role.as_str().parse().expect("a name");
    let sender = Sender { source: &source, role, received_at: now() };
    parse(text.as_bytes(), Format::Structured, sender, 10).expect("few")
}

/// Takes the example of a kind with the value at a pointer replaced (or put there); the event, and what was mended where.
fn taken(kind: &str, pointer: &str, value: Value) -> (Event, Vec<(String, String)>) {
    let parsed = read(&with(kind, pointer, value));
    let event =
        parsed.events.first().unwrap_or_else(|| panic!("{pointer}: {:?}", parsed.quarantined)).clone();
    (event, parsed.warnings.into_iter().map(|one| (one.path, one.done)).collect())
}

fn with(kind: &str, pointer: &str, value: Value) -> Value {
    let mut event = sample(kind);
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match event.pointer_mut(parent).expect(parent) {
        Value::Array(list) => list[name.parse::<usize>().expect("an index")] = value,
        parent => parent[name] = value,
    }
    event
}

/// What is said of the example of a kind with the value at a pointer replaced.
fn refused(kind: &str, pointer: &str, value: Value) -> String {
    let parsed = read(&with(kind, pointer, value));
    assert!(parsed.events.is_empty(), "{kind} {pointer} was taken");
    parsed.quarantined[0].reason.clone()
}

fn data(event: &Event) -> Value {
    serde_json::from_str(&event.fact.data().expect("json")).expect("json")
}

#[test]
fn null_says_as_much_as_nothing() {
    for (kind, field) in [
        ("stop.loaded", "lines"),
        ("shipment.planned", "references"),
        ("shipment.planned", "carrier"),
        ("order.released", "priority"),
        ("order.released", "promised"),
        ("customer.registered", "tier"),
    ] {
        let (event, warnings) = taken(kind, &format!("/data/{field}"), Value::Null);
        let mut absent = sample(kind);
        absent["data"].as_object_mut().expect("an object").remove(field);
        assert_eq!((&event, warnings), (&read(&absent).events[0], vec![]), "{kind} {field}");
    }
    let (event, _) = taken("order.released", "/data/lines", Value::Null);
    assert_eq!(data(&event)["lines"], json!([]));
}

#[test]
fn a_number_is_read_however_it_is_written_and_nobody_guesses_at_another() {
    let milli = "/data/lines/0/quantity/milli";
    let (plain, _) = taken("order.released", milli, json!(10));
    let (event, warnings) = taken("order.released", milli, json!(10.0));
    assert_eq!((&event, warnings.len()), (&plain, 0), "10.0 is 10");
    let (event, warnings) = taken("order.released", milli, json!("10"));
    assert_eq!(
        (&event, warnings),
        (&plain, vec![("data.lines[0].quantity.milli".into(), "read as 10".into())])
    );
    let (event, warnings) = taken("order.released", "/data/lines/0/line", json!(10));
    assert_eq!((&data(&event)["lines"][0]["line"], warnings.len()), (&json!("10"), 1));
    let (event, _) = taken("stop.arrived", "/data/stop", json!(1.0));
    assert_eq!(data(&event)["stop"], "1");
    let (event, _) = taken("position.reported", "/data/position/latitude", json!("50"));
    assert_eq!(data(&event)["position"]["latitude"], 50.0);
    for (value, said) in [(json!("ten"), "\"ten\""), (json!(10.5), "10.5"), (json!([]), "a list")] {
        assert_eq!(
            refused("order.released", milli, value),
            format!("`data.lines[0].quantity.milli` is {said}: write a whole number")
        );
    }
    assert_eq!(
        refused("order.released", milli, json!(-1)),
        "`data.lines[0].quantity.milli` is -1: it lies between 0 and 1000000000000000"
    );
}

#[test]
fn an_unknown_word_costs_itself_and_not_the_shipment() {
    for (kind, at, value, expect) in [
        ("shipment.planned", "/data/mode", json!("multimodal"), json!("other")),
        ("shipment.planned", "/data/mode", json!("LESS-THAN-TRUCKLOAD"), json!("less_than_truckload")),
        ("shipment.planned", "/data/references", json!([{"kind": "booking", "value": "BK1"}]), Value::Null),
        ("delay.reported", "/data/reason", json!("strike"), json!("other")),
        ("pod.received", "/data/discrepancy", json!({"kind": "wet"}), Value::Null),
        ("shipment.planned", "/data/mode", Value::Null, json!("other")),
        ("charge.stated", "/data/kind", json!("toll"), json!("accessorial")),
        ("order.released", "/data/priority", json!("urgent!"), json!("normal")),
        ("customer.registered", "/data/tier", json!("gold"), json!("standard")),
    ] {
        let (event, warnings) = taken(kind, at, value);
        assert_eq!(warnings.len(), 1, "{kind}: {warnings:?}");
        let data = data(&event);
        let found = data.pointer(at.trim_start_matches("/data")).expect("a value");
        match found {
            Value::String(_) => assert_eq!(found, &expect),
            Value::Array(list) => assert_eq!(list[0], json!({"kind": "other", "value": "BK1"})),
            other => assert_eq!(other["kind"], "other"),
        }
    }
    let said = refused("shipment.planned", "/data/stops/0/kind", json!("transit"));
    assert_eq!(said, "`data.stops[0].kind` is \"transit\": write one of pickup, cross_dock, delivery");
}

#[test]
fn a_zone_is_read_by_windows_name_or_by_the_offset_and_never_hides_a_plan() {
    let at = "/data/stops/0/location/zone";
    let zone = |value| {
        let (event, warnings) = taken("shipment.planned", at, value);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(warnings[0].0, "data.stops[0].location.zone");
        data(&event)["stops"][0]["location"]["zone"].as_str().expect("a zone").to_owned()
    };
    assert_eq!(zone(json!("W. Europe Standard Time")), "Europe/Berlin");
    assert_eq!(zone(json!("MEZ")), "Etc/GMT-1");
    assert_eq!(zone(Value::Null), "Etc/GMT-1");
    assert_eq!(zone(json!(7)), "Etc/GMT-1");
}

#[test]
fn what_nobody_reads_is_told_and_what_may_be_absent_is_left_out() {
    let (event, warnings) = taken("order.released", "/data/priorty", json!("critical"));
    assert_eq!(data(&event)["priority"], sample("order.released")["data"]["priority"]);
    assert_eq!(warnings[0].0, "data.priorty");
    assert!(warnings[0].1.contains("`priority` is meant perhaps"), "{warnings:?}");
    for (stated, meant) in
        [("Promised", true), ("promisedWindow", false), ("priority-", true), ("zzz", false)]
    {
        let (_, warnings) = taken("order.released", &format!("/data/{stated}"), json!("x"));
        assert_eq!(warnings[0].1.contains("meant perhaps"), meant, "{warnings:?}");
    }
    let (event, warnings) =
        taken("shipment.planned", "/data/stops/0/location/position", json!({"latitude": 95}));
    assert_eq!(data(&event)["stops"][0]["location"]["position"], Value::Null, "{warnings:?}");
    let (event, warnings) = taken("delay.reported", "/data/minutes", json!("soon"));
    assert_eq!((&data(&event)["minutes"], warnings.len()), (&Value::Null, 1));
    let (event, _) =
        taken("order.released", "/data/lines/0/price", json!({"minor": -100, "currency": "EUR"}));
    assert_eq!(data(&event)["lines"][0]["price"], Value::Null);
    // Without its discrepancy a proof would be clean, without its lines a delivery whole.
    assert!(refused("pod.received", "/data/discrepancy", json!("damaged")).contains("`data.discrepancy`"));
    assert!(
        refused("stop.delivered", "/data/lines", json!([{"line": "10"}])).contains("`data.lines[0].order`")
    );
}

#[test]
fn a_day_is_a_window_of_the_day_where_it_is() {
    let (event, warnings) = taken("shipment.planned", "/data/stops/0/planned", json!("2026-03-29"));
    let planned = &data(&event)["stops"][0]["planned"];
    // Clocks went forward in Basel.
    assert_eq!(planned, &json!({"from": "2026-03-29T00:00:00+01:00", "to": "2026-03-29T23:59:59+02:00"}));
    assert_eq!(warnings.len(), 2);
    let (event, _) = taken(
        "order.released",
        "/data/promised",
        json!({"from": "2026-03-05", "to": "2026-03-06T12:00:00Z"}),
    );
    assert_eq!(
        data(&event)["promised"],
        json!({"from": "2026-03-05T00:00:00+01:00", "to": "2026-03-06T12:00:00Z"})
    );
    let (event, _) = taken("eta.changed", "/data/eta", json!("2026-03-06"));
    let Fact::EtaChanged(eta) = &event.fact else { panic!("{event:?}") };
    assert_eq!((eta.eta.to_rfc3339().as_str(), eta.day), ("2026-03-06T23:59:59+01:00", true));
    let (event, _) = taken("appointment.scheduled", "/data/window", json!("2026-03-06"));
    assert_eq!(data(&event)["window"]["to"], "2026-03-06T23:59:59+01:00");
}

#[test]
fn a_moment_that_can_not_be_read_says_how_to_write_one() {
    assert_eq!(
        refused("eta.changed", "/data/eta", json!("2026-11-27T13:40:00")),
        "`data.eta` is \"2026-11-27T13:40:00\", without its offset from UTC: add it, for example 2026-05-04T09:30:00+02:00"
    );
    assert_eq!(
        refused("eta.changed", "/data/eta", json!("tomorrow")),
        "`data.eta` is \"tomorrow\": write a moment with its offset from UTC, for example 2026-05-04T09:30:00+02:00"
    );
    let turned = json!({"from": "2026-03-06T12:00:00Z", "to": "2026-03-05T12:00:00Z"});
    let (event, mended) = taken("order.released", "/data/promised", turned.clone());
    assert_eq!(data(&event).get("promised"), None);
    assert!(mended[0].1.contains("swap `from` and `to`"), "{mended:?}");
    assert!(refused("shipment.planned", "/data/stops/0/planned", turned).contains("swap `from` and `to`"));
    assert!(refused("eta.changed", "/data/eta", json!("1926-11-27T13:40:00Z")).contains("1926"));
}

#[test]
fn numbers_are_compared_as_people_read_them() {
    for subject in [" SH-1", "SH-1 ", "SH-1\u{200b}", "\u{feff}SH-1"] {
        let (event, _) = taken("stop.arrived", "/subject", json!(subject));
        assert_eq!(event.number, "SH-1", "{subject:?}");
    }
    let (event, warnings) = taken("stop.arrived", "/subject", json!("SH-MU\u{308}1"));
    assert_eq!((event.number.as_str(), warnings.len()), ("SH-MÜ1", 0));
    assert_eq!(
        taken("stop.arrived", "/subject", json!("sh-1")).0.number,
        "sh-1",
        "case differs: another number"
    );
    assert_eq!(taken("stop.arrived", "/subject", json!("SH-1\u{200b}")).1[0].0, "subject");
    let (event, _) = taken("shipment.planned", "/data/orders", json!([" SO-4711 "]));
    assert_eq!(data(&event)["orders"], json!(["SO-4711"]));
    let (event, _) = taken("stop.arrived", "/data/stop", json!(" 1\u{200d}"));
    assert_eq!(data(&event)["stop"], "1");
    assert!(refused("stop.arrived", "/subject", json!("<b>SH-1")).contains('<'));
    assert!(refused("stop.arrived", "/data/stop", json!("<1>")).contains("`data.stop`"));
    assert!(refused("stop.arrived", "/data/stop", json!("1\u{7}1")).contains("control"));
}

#[test]
fn every_text_and_list_has_a_longest_length() {
    let long = |length| json!("ü".repeat(length));
    for (kind, at, path, longest) in [
        ("shipment.planned", "/data/stops/1/location/city", "data.stops[1].location.city", 200),
        ("shipment.planned", "/data/stops/1/stop", "data.stops[1].stop", 120),
        ("order.cancelled", "/data/reason", "data.reason", 4000),
        ("stop.arrived", "/data/raw_code", "data.raw_code", 120),
        ("stop.arrived", "/subject", "subject", 120),
        ("stop.arrived", "/id", "id", 255),
    ] {
        taken(kind, at, long(longest));
        let said = refused(kind, at, long(longest + 1));
        assert!(said.starts_with(&format!("`{path}` is {} characters long", longest + 1)), "{said}");
    }
    let said = refused("shipment.planned", "/data/orders", json!(vec!["SO-1"; 2001]));
    assert_eq!(said, "`data.orders` has 2001 entries: at most 2000 are taken");
}

#[test]
fn codes_are_those_that_exist() {
    let unit = "/data/lines/0/quantity/unit";
    let (event, warnings) = taken("order.released", unit, json!("ea"));
    assert_eq!((&data(&event)["lines"][0]["quantity"]["unit"], warnings.len()), (&json!("EA"), 1));
    let (event, warnings) = taken("order.released", unit, json!("FURLONG"));
    assert_eq!((&data(&event)["lines"][0]["quantity"]["unit"], warnings.len()), (&json!("FURLONG"), 1));
    assert!(refused("order.released", unit, json!("")).contains("Recommendation 20"));
    let currency = "/data/amount/currency";
    assert_eq!(data(&taken("order.invoiced", currency, json!("eur")).0)["amount"]["currency"], "EUR");
    for none in ["ZZZ", "XXX", "BTC", "EURO"] {
        assert!(refused("order.invoiced", currency, json!(none)).contains("ISO 4217"));
    }
    let country = "/data/country";
    let (event, warnings) = taken("location.registered", country, json!("Germany"));
    assert_eq!((&data(&event)["country"], warnings.len()), (&json!("Germany"), 1), "{warnings:?}");
    assert_eq!(data(&taken("location.registered", country, json!("de")).0)["country"], "DE");
    let (_, warnings) = taken("location.registered", "/subject", json!("L-7"));
    assert_eq!(warnings[0].0, "data.code");
    let twice = sample("order.released")["data"]["lines"][0].clone();
    assert!(refused("order.released", "/data/lines", json!([twice, twice])).contains("there twice"));
    assert_eq!(taken("order.released", "/data/lines", json!([])).1[0].0, "data.lines");
}

#[tokio::test]
async fn an_answer_says_what_was_not_taken_as_it_came_and_says_it_again() {
    let door = Door::open().await;
    let event = with("shipment.planned", "/data/mode", json!("multimodal")).to_string();
    let sending = Sending::one("tms", "msg_1", event);
    let (status, answer) = door.deliver(&sending).await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::ACCEPTED, &json!(1)));
    let warnings = answer["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 1, "{answer}");
    assert_eq!((&warnings[0]["position"], &warnings[0]["path"]), (&json!(0), &json!("data.mode")));
    assert_eq!(warnings[0]["value"], "\"multimodal\"");
    assert!(warnings[0]["done"].as_str().is_some_and(|done| done.starts_with("read as other")));
    assert_eq!(door.deliver(&sending).await.1, answer);

    let many: Vec<_> = (0..30)
        .map(|number| {
            let mut event = with("stop.arrived", "/data/gate", json!("7"));
            event["id"] = json!(format!("many-{number}"));
            event.to_string()
        })
        .collect();
    let (_, answer) = door.deliver(&Sending::batch("tms", "msg_2", &many)).await;
    assert_eq!((&answer["accepted"], answer["warnings"].as_array().map(Vec::len)), (&json!(30), Some(10)));

    door.store.flush().await.expect("a flush");
    let doubts = door.store.integrations().await.expect("integrations").doubts;
    let found: Vec<_> = doubts.iter().map(|one| (one.path.as_str(), one.count)).collect();
    // The first delivery came twice.
    assert_eq!(found, [("data.gate", 30), ("data.mode", 2)]);
    assert_eq!((doubts[1].value.as_str(), doubts[1].last_at), ("\"multimodal\"", now()));

    let mut zones = with("shipment.planned", "/data/stops/0/location/zone", json!("MEZ"));
    zones["data"]["stops"][1]["location"]["zone"] = json!("MEZ");
    zones["id"] = json!("zones");
    door.deliver(&Sending::one("tms", "msg_3", zones.to_string())).await;
    door.store.flush().await.expect("a flush");
    let doubts = door.store.integrations().await.expect("integrations").doubts;
    assert!(
        doubts.iter().any(|one| one.path == "data.stops[].location.zone" && one.count == 2),
        "{doubts:?}"
    );
}

#[test]
fn a_proof_is_signed_by_somebody() {
    for nobody in [json!(""), json!("  "), json!("-"), json!("…"), json!("\u{200b}")] {
        let said = refused("pod.received", "/data/signed_by", nobody.clone());
        assert!(said.contains("send the name of whoever signed"), "{nobody}: {said}");
    }
    let (event, _) = taken("pod.received", "/data/signed_by", json!(4711));
    assert_eq!(data(&event)["signed_by"], "4711");
}

#[test]
fn a_part_that_nothing_is_concluded_from_costs_itself() {
    for (kind, pointer) in [
        ("order.released", "/data/promised"),
        ("order.released", "/data/lines/0/price"),
        ("shipment.planned", "/data/carrier"),
        ("delivery.attempted", "/data/next"),
    ] {
        let (event, mended) = taken(kind, pointer, json!({"what": 7}));
        assert_eq!(data(&event).pointer(pointer.trim_start_matches("/data")), None, "{kind} {pointer}");
        assert!(mended.iter().any(|(_, done)| done.starts_with("left out")), "{mended:?}");
    }
    let said = refused("order.changed", "/data/promised", json!({"what": 7}));
    assert!(
        said.contains("data.promised"),
        "a change that leaves the promise out would take it back: {said}"
    );
    let said = refused("pod.received", "/data/discrepancy", json!({"kind": 7, "lines": "all"}));
    assert!(said.contains("discrepancy"), "what speaks against a proof is never left out: {said}");
}

#[test]
fn an_office_is_the_same_however_its_letters_are_made_up() {
    let (held, _) = taken("customs.held", "/data/office", json!("Zu\u{308}rich Kloten"));
    let Fact::CustomsHeld(statement) = &held.fact else { panic!("{held:?}") };
    assert_eq!(statement.office, "Z\u{fc}rich Kloten");
}
