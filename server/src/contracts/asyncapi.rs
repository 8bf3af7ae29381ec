//! AsyncAPI 3.0 of `GET /live`. The example frames are written from the types that the socket itself uses.

use chrono::{DateTime, Utc};
use domain::live::{ClientFrame, Painted, Ping, ServerFrame, ViewKey};
use domain::{Seq, ShipmentId};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The document.
pub fn document() -> Value {
    let now: DateTime<Utc> = super::example::EXAMPLES
        .first()
        .map_or(DateTime::UNIX_EPOCH, |example| example.event.occurred_at.to_utc());
    let shipment = || ViewKey::Shipment { id: ShipmentId::numbered("SH-26-000815") };
    let content = || RawValue::from_string("{}".into()).unwrap_or_default();
    let client = [
        (
            "subscribe",
            "Asks for views. `after` is the position up to which the client knows them; left out, it knows nothing.",
            ClientFrame {
                subscribe: vec![shipment(), ViewKey::Desk, ViewKey::Kpis],
                after: Some(Seq(48_211)),
                ..ClientFrame::default()
            },
        ),
        (
            "unsubscribe",
            "Asks for no more of a view.",
            ClientFrame { unsubscribe: vec![ViewKey::Desk], ..ClientFrame::default() },
        ),
        (
            "painted",
            "Reports the position that is on the glass, and since when.",
            ClientFrame { painted: Some(Painted { seq: Seq(48_213), at: now }), ..ClientFrame::default() },
        ),
        (
            "ping",
            "The heartbeat; measures the offset of the client's clock.",
            ClientFrame { ping: Some(Ping { sent_ms: now.timestamp_millis() }), ..ClientFrame::default() },
        ),
    ];
    let server = [
        (
            "current",
            "Nothing has changed since `after`.",
            ServerFrame::Current { view: ViewKey::Desk, as_of: Seq(48_211) },
        ),
        (
            "replayed",
            "All that changed since `after`, conflated.",
            ServerFrame::Replayed { view: ViewKey::Desk, as_of: Seq(48_213), content: content() },
        ),
        (
            "snapshot",
            "The whole content at `as_of`.",
            ServerFrame::Snapshot { view: shipment(), as_of: Seq(48_213), content: content() },
        ),
        (
            "change",
            "The content changed; `seq` ascends.",
            ServerFrame::Change { view: shipment(), seq: Seq(48_214), content: content() },
        ),
        (
            "refused",
            "The view is not for this socket.",
            ServerFrame::Refused {
                view: ViewKey::Kpis,
                code: "not_for_role".into(),
                message: "this view is not for the role customer".into(),
            },
        ),
        ("pong", "The answer to a ping.", ServerFrame::Pong { sent_ms: now.timestamp_millis(), now }),
        (
            "ended",
            "The session ended or the server stops; a close frame follows.",
            ServerFrame::Ended { code: "signed_out".into(), message: "you have signed out".into() },
        ),
    ];
    let mut messages = serde_json::Map::new();
    let (mut said, mut heard) = (Vec::new(), Vec::new());
    for (name, meaning, frame) in &client {
        said.push(reference(name));
        messages.insert((*name).to_owned(), message(meaning, frame));
    }
    for (name, meaning, frame) in &server {
        heard.push(reference(name));
        messages.insert((*name).to_owned(), message(meaning, frame));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Syncline live",
            "version": "1",
            "description": "One websocket for all views of a page. For each view that it subscribes to, a client gets exactly \
                one of current, replayed and snapshot, then changes with ascending seq. A client that is too slow gets \
                conflated changes or a new snapshot. Sent text frames are JSON; both sides ping."
        },
        "channels": {
            "live": {
                "address": "/live",
                "description": "Needs the cookie of a session, or a view `track` with the token of a share link. The Origin is checked.",
                "messages": messages
            }
        },
        "operations": {
            "say": {"action": "receive", "channel": {"$ref": "#/channels/live"}, "messages": said,
                "summary": "What clients send"},
            "hear": {"action": "send", "channel": {"$ref": "#/channels/live"}, "messages": heard,
                "summary": "What the server sends"}
        }
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/channels/live/messages/{name}")})
}

/// A message with the names and types of its first example as its schema.
fn message(meaning: &str, frame: &impl Serialize) -> Value {
    let example = serde_json::to_value(frame).unwrap_or_default();
    let properties: serde_json::Map<String, Value> = example
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let schema = match value {
                Value::String(word) if name == "frame" => json!({"const": word}),
                Value::String(_) => json!({"type": "string"}),
                Value::Number(_) => json!({"type": "integer"}),
                Value::Array(_) => json!({"type": "array"}),
                _ => json!({"type": "object"}),
            };
            (name.clone(), schema)
        })
        .collect();
    json!({
        "summary": meaning,
        "contentType": "application/json",
        "payload": {"type": "object", "properties": properties},
        "examples": [{"payload": example}]
    })
}
