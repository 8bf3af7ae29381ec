//! OpenAPI 3.1 of `POST /intake/{source}`, and of what Syncline sends. The refusals are those that the intake knows.

use super::cloud_event;
use super::example::EXAMPLES;
use super::outgoing::{OUTGOING, Outgoing};
use crate::intake::{Format, Refusal, Taken, Warning};
use domain::Seq;
use serde_json::{Map, Value, json};
use store::{Reason, Receipt};

/// The document.
pub fn document() -> Value {
    let events: Vec<Value> = EXAMPLES
        .iter()
        .filter(|example| example.is_outside())
        .map(|example| json!({"$ref": format!("/contracts/{}/schema.json", example.event.fact.kind())}))
        .collect();
    let first = EXAMPLES.iter().find(|example| example.event.fact.kind() == "stop.arrived");
    let example = first
        .and_then(|example| cloud_event(&example.event).ok())
        .and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let warnings = vec![Warning {
        position: 2,
        path: "data.mode".into(),
        value: "\"multimodal\"".into(),
        done: "read as other".into(),
    }];
    let receipt = Receipt {
        delivery: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W".into(),
        accepted: 3,
        duplicates: 1,
        quarantined: 1,
        seq: Some((Seq(48_211), Seq(48_213))),
        reasons: vec![Reason {
            position: 4,
            code: "unknown_kind".into(),
            reason: "`type` is \"syncline.stop.weighed.v1\", which Syncline does not know".into(),
        }],
    };
    let taken = Taken { receipt, warnings, dry_run: false };
    let event = json!({"$ref": "#/components/schemas/Event"});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Syncline intake",
            "version": "1",
            "description": "Takes deliveries of CloudEvents 1.0, signed as Standard Webhooks describes. \
                What is authentic is never lost: what is not understood waits in quarantine, and the answer says so. \
                Answers 202 after everything is on disk; until then, send the delivery again with the same webhook-id."
        },
        "paths": {
            "/intake/{source}": {
                "post": {
                    "operationId": "deliver",
                    "summary": "Deliver events",
                    "parameters": [
                        {"name": "source", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"}},
                        {"name": "dry_run", "in": "query", "allowEmptyValue": true, "schema": {"type": "boolean"},
                         "description": "Only say what would be taken, quarantined and read otherwise, by what the delivery says alone; nothing of it is kept"},
                        {"name": "webhook-id", "in": "header", "required": true, "schema": {"type": "string", "maxLength": 255},
                         "description": "The delivery's id. The same id with the same body gets the same answer"},
                        {"name": "webhook-timestamp", "in": "header", "required": true, "schema": {"type": "integer"},
                         "description": "When it was signed, seconds since 1970, at most 300 s from now, or as old as the operator allows this source"},
                        {"name": "content-encoding", "in": "header", "schema": {"enum": ["gzip", "identity"]},
                         "description": "A packed body is signed as it is sent or as it is unpacked; its limit counts unpacked"},
                        {"name": "webhook-signature", "in": "header", "required": true, "schema": {"type": "string"},
                         "description": "v1, and the base64 of HMAC-SHA256 over {webhook-id}.{webhook-timestamp}.{body}; several with a blank between while a secret is replaced"}
                    ],
                    "requestBody": {
                        "required": true,
                        "content": {
                            Format::Structured.content_type(): {"schema": event, "example": example},
                            Format::Batch.content_type(): {"schema": {"type": "array", "items": event}},
                            Format::Lines.content_type(): {"schema": {"type": "string", "description": "One event a line"}}
                        }
                    },
                    "responses": responses(&taken)
                }
            }
        },
        "webhooks": webhooks(),
        "components": {
            "schemas": {
                "Event": {"oneOf": events},
                "Receipt": {
                    "type": "object",
                    "required": ["delivery", "accepted", "duplicates", "quarantined"],
                    "properties": {
                        "delivery": {"type": "string", "description": "The webhook-id"},
                        "dry_run": {"const": true, "description": "Nothing was kept; absent otherwise"},
                        "accepted": {"type": "integer"},
                        "duplicates": {"type": "integer", "description": "Events that were there already"},
                        "quarantined": {"type": "integer", "description": "Events that were not understood; they are kept"},
                        "seq": {
                            "type": "array", "prefixItems": [{"type": "integer"}, {"type": "integer"}], "items": false,
                            "description": "The first and the last position in the journal; absent where nothing was accepted"
                        },
                        "reasons": {
                            "type": "array", "maxItems": Receipt::REASONS,
                            "description": "Why the first of what is in quarantine are there; absent where nothing is",
                            "items": {
                                "type": "object",
                                "required": ["position", "code", "reason"],
                                "properties": {
                                    "position": {"type": "integer", "description": "The place in the delivery, 0 for the first"},
                                    "code": {"type": "string"},
                                    "reason": {"type": "string"}
                                }
                            }
                        },
                        "warnings": {
                            "type": "array", "maxItems": Receipt::REASONS,
                            "description": "The first values that were not taken as they came; absent where all were",
                            "items": {
                                "type": "object",
                                "required": ["position", "path", "value", "done"],
                                "properties": {
                                    "position": {"type": "integer", "description": "The place in the delivery, 0 for the first"},
                                    "path": {"type": "string", "description": "For example data.stops[1].location.zone"},
                                    "value": {"type": "string"},
                                    "done": {"type": "string", "description": "What was done with it, a sentence"}
                                }
                            }
                        }
                    }
                },
                "Refusal": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}}
                }
            }
        }
    })
}

/// What Syncline sends: one webhook for each kind of message.
fn webhooks() -> Value {
    let one = |one: &Outgoing| {
        let schema = json!({"$ref": format!("/contracts/messages/{}/schema.json", one.kind)});
        let content = json!({Format::Structured.content_type(): {"schema": schema, "example": one.event}});
        let signed = |name: &str, description: &str| json!({"name": name, "in": "header", "required": true, "schema": {"type": "string"}, "description": description});
        let webhook = json!({"post": {
            "operationId": one.kind,
            "summary": one.meaning,
            "description": format!("To: {}", one.to),
            "parameters": [
                signed("webhook-id", "The message's id, the same in each attempt: drop what you know by it"),
                signed("webhook-timestamp", "When this attempt was signed, seconds since 1970"),
                signed("webhook-signature", "v1, and the base64 of HMAC-SHA256 with the endpoint's secret over {webhook-id}.{webhook-timestamp}.{body}")
            ],
            "requestBody": {"required": true, "content": content},
            "responses": {
                "2XX": {"description": "Taken: it is not sent again"},
                "410": {"description": "Nobody is there any more: the endpoint is paused until somebody resumes it"},
                "default": {"description": "Anything else, or none within 15 s: it is sent again, later each time; Retry-After is heeded"}
            }
        }});
        (one.kind.clone(), webhook)
    };
    Value::Object(OUTGOING.iter().map(one).collect())
}

fn responses(taken: &Taken) -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".into(),
        json!({
            "description": "What would be answered (dry_run): nothing is kept",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}}
        }),
    );
    responses.insert(
        "202".into(),
        json!({
            "description": "Everything is on disk",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}, "example": taken}}
        }),
    );
    for refusal in Refusal::each() {
        let status = refusal.status();
        let entry = responses.entry(status.as_str()).or_insert_with(|| {
            json!({
                "description": status.canonical_reason().unwrap_or_default(),
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}, "examples": {}}}
            })
        });
        let example = json!({"value": {"code": refusal.code(), "message": refusal.to_string()}});
        entry["content"]["application/json"]["examples"][refusal.code()] = example;
    }
    Value::Object(responses)
}
