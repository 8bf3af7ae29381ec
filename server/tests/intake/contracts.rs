//! What `/contracts` says is what the intake takes.

use super::door::{Door, Sending};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::authority::Role;
use server::contracts::example::EXAMPLES;
use server::contracts::{cloud_event, router};
use server::intake::Refusal;
use tower::ServiceExt;

async fn get(path: &str, accept: &str) -> (StatusCode, String) {
    let contracts: Router = router();
    let request = Request::get(path).header("accept", accept).body(Body::empty()).expect("a request");
    let response = contracts.oneshot(request).await.expect("infallible");
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await.expect("a body");
    (status, String::from_utf8(bytes.to_vec()).expect("text"))
}

#[tokio::test]
async fn every_example_is_accepted_from_its_owner() {
    let door = Door::open().await;
    for example in EXAMPLES.iter().filter(|example| example.is_outside()) {
        let kind = example.event.fact.kind();
        let (_, body) = get(&format!("/contracts/{kind}/example.json"), "*/*").await;
        let source = if example.event.role == Role::Erp { "erp" } else { "tms" };
        let (status, answer) = door.deliver(&Sending::one(source, kind, body)).await;
        assert_eq!((status, &answer["accepted"]), (StatusCode::ACCEPTED, &1.into()), "{kind}: {answer}");
    }
}

#[tokio::test]
async fn what_only_syncline_states_is_not_accepted_from_outside() {
    let door = Door::open().await;
    for example in EXAMPLES.iter().filter(|example| !example.is_outside()) {
        let kind = example.event.fact.kind();
        let body = cloud_event(&example.event).expect("json");
        let (status, answer) = door.deliver(&Sending::one("tms", kind, body)).await;
        assert_eq!((status, &answer["quarantined"]), (StatusCode::ACCEPTED, &1.into()), "{kind}");
        let waiting = door.store.integrations().await.expect("integrations").quarantine;
        assert_eq!(waiting[0].rejected.code, "authority_conflict", "{kind}: {}", waiting[0].rejected.reason);
    }
}

#[tokio::test]
async fn an_example_says_again_what_it_was_written_from() {
    let door = Door::open().await;
    let tms = EXAMPLES.iter().filter(|example| example.event.role == Role::Tms);
    let (mut lines, mut expected) = (String::new(), Vec::new());
    for example in tms {
        lines.push_str(&cloud_event(&example.event).expect("json"));
        lines.push('\n');
        expected.push(example.event.clone());
    }
    let source = "tms".parse().expect("a name");
    let sender = server::intake::Sender { source: &source, role: Role::Tms, received_at: super::door::now() };
    let parsed =
        server::intake::parse(lines.as_bytes(), server::intake::Format::Lines, sender, 100).expect("few");
    assert_eq!(parsed.events, expected);
    drop(door);
}

#[tokio::test]
async fn the_list_is_a_page_for_people_and_json_for_programs() {
    let (status, page) = get("/contracts", "text/html,application/json;q=0.9").await;
    assert_eq!(status, StatusCode::OK);
    let (_, json) = get("/contracts", "application/json").await;
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    for example in EXAMPLES.iter() {
        let kind = example.event.fact.kind();
        assert!(page.contains(&format!("syncline.{kind}.v1")), "{kind}");
        let listed =
            json["kinds"].as_array().expect("kinds").iter().find(|one| one["kind"] == kind).expect(kind);
        assert_eq!(listed["accepted_from_outside"], example.is_outside());
        let (status, schema) = get(&format!("/contracts/{kind}/schema.json"), "*/*").await;
        assert_eq!(status, StatusCode::OK);
        let schema: serde_json::Value = serde_json::from_str(&schema).expect("json");
        assert_eq!(schema["properties"]["type"]["const"], format!("syncline.{kind}.v1"));
    }
    assert_eq!(get("/contracts/truck.exploded/schema.json", "*/*").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_interface_descriptions_list_every_refusal_and_frame() {
    let (_, openapi) = get("/contracts/openapi.json", "*/*").await;
    let openapi: serde_json::Value = serde_json::from_str(&openapi).expect("json");
    let responses = &openapi["paths"]["/intake/{source}"]["post"]["responses"];
    for refusal in Refusal::each() {
        let examples = &responses[refusal.status().as_str()]["content"]["application/json"]["examples"];
        assert_eq!(examples[refusal.code()]["value"]["code"], refusal.code());
    }
    let (_, asyncapi) = get("/contracts/asyncapi.json", "*/*").await;
    let asyncapi: serde_json::Value = serde_json::from_str(&asyncapi).expect("json");
    for frame in ["current", "replayed", "snapshot", "change", "refused", "pong", "ended"] {
        let message = &asyncapi["channels"]["live"]["messages"][frame];
        assert_eq!(message["payload"]["properties"]["frame"]["const"], frame);
    }
}

#[tokio::test]
async fn what_syncline_sends_is_described_as_what_it_takes_is() {
    let (_, list) = get("/contracts", "application/json").await;
    let list: serde_json::Value = serde_json::from_str(&list).expect("json");
    let (_, page) = get("/contracts/", "text/html").await;
    let (_, openapi) = get("/contracts/openapi.json", "*/*").await;
    let openapi: serde_json::Value = serde_json::from_str(&openapi).expect("json");
    let messages = list["messages"].as_array().expect("messages");
    assert!(messages.iter().any(|one| one["meaning"].as_str().is_some_and(|said| said.contains("invoiced"))));
    for message in messages {
        let kind = message["type"].as_str().expect("a type");
        assert!(page.contains(&format!("id=\"message-{kind}\"")), "{kind}");
        let (status, schema) = get(message["schema"].as_str().expect("a path"), "*/*").await;
        assert_eq!(status, StatusCode::OK, "{kind}");
        let schema: serde_json::Value = serde_json::from_str(&schema).expect("json");
        let (_, example) = get(message["example"].as_str().expect("a path"), "*/*").await;
        let example: serde_json::Value = serde_json::from_str(&example).expect("json");
        assert_eq!(schema["properties"]["type"]["const"], example["type"]);
        let post = &openapi["webhooks"][kind]["post"];
        assert_eq!(post["requestBody"]["content"]["application/cloudevents+json"]["example"], example);
    }
    assert_eq!(get("/contracts/messages/order.exploded/schema.json", "*/*").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wrong_address_under_contracts_is_answered_with_the_right_one() {
    let contracts: Router = router();
    for (method, path, status, word) in [
        ("GET", "/contracts/stop.arrived", StatusCode::SEE_OTHER, ""),
        ("GET", "/contracts/invoice.release", StatusCode::SEE_OTHER, ""),
        ("GET", "/contracts/truck.exploded", StatusCode::NOT_FOUND, "see /contracts"),
        ("POST", "/contracts", StatusCode::METHOD_NOT_ALLOWED, "/intake/"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        let response = contracts.clone().oneshot(request).await.expect("infallible");
        assert_eq!(response.status(), status, "{path}");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 16).await.expect("a body");
        assert!(String::from_utf8_lossy(&bytes).contains(word), "{path}: {bytes:?}");
    }
}

#[tokio::test]
async fn the_schemas_state_the_limits_by_which_the_door_checks() {
    let (_, schema) = get("/contracts/shipment.planned/schema.json", "*/*").await;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("json");
    let at =
        |pointer: &str| schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {schema}")).clone();
    assert_eq!(at("/properties/data/properties/stops/minItems"), 2);
    assert_eq!(at("/properties/data/properties/stops/maxItems"), 500);
    assert_eq!(at("/properties/subject/maxLength"), 120);
    assert_eq!(at("/$defs/Location/properties/city/maxLength"), 200);
    assert_eq!(at("/$defs/Location/properties/country/pattern"), "^[A-Z]{2}$");
    assert_eq!(at("/$defs/Position/properties/latitude/maximum"), 90);
    let (_, schema) = get("/contracts/order.released/schema.json", "*/*").await;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("json");
    assert_eq!(schema.pointer("/$defs/Quantity/properties/milli/minimum"), Some(&0.into()));
    assert_eq!(schema.pointer("/$defs/Currency/pattern"), Some(&"^[A-Z]{3}$".into()));
}
