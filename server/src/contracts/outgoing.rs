//! What Syncline sends to other systems and people: one example of each kind of message, and its schema, generated from the type.

use domain::Seq;
use domain::message::{Addressee, Message, Notice};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// A kind of message.
pub struct Outgoing {
    /// The `type` of the CloudEvent.
    pub kind: String,
    /// One sentence.
    pub meaning: &'static str,
    /// Who gets it.
    pub to: &'static str,
    /// An example, as it leaves.
    pub event: Value,
}

/// All kinds of messages.
pub static OUTGOING: LazyLock<Vec<Outgoing>> =
    LazyLock::new(|| (1..).zip(told()).filter_map(|(seq, told)| outgoing(seq, told)).collect());

/// The kind of that name.
pub fn example(kind: &str) -> Option<&'static Outgoing> {
    OUTGOING.iter().find(|one| one.kind == kind)
}

/// The JSON Schema of a whole message of one kind, if the kind is known.
pub fn schema(kind: &str) -> Option<Value> {
    let Outgoing { meaning, event, .. } = example(kind)?;
    let mut all = schemars::schema_for!(Notice).to_value();
    let name = event.pointer("/type")?;
    let own = all
        .get("oneOf")?
        .as_array()?
        .iter()
        .find(|one| one.pointer("/properties/type/const").is_some_and(|word| is_named(name, word)))?;
    let data = own.pointer("/properties/data").cloned()?;
    let text = |description: &str| json!({"type": "string", "description": description});
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("/contracts/messages/{kind}/schema.json"),
        "title": kind,
        "description": meaning,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text("The message's id, the same in each attempt"),
            "source": text("This installation"),
            "type": {"const": name},
            "subject": text("The number of the order or shipment that it is about"),
            "time": {"type": "string", "format": "date-time", "description": "When what it follows from was recorded"},
            "datacontenttype": {"const": "application/json"},
            "data": data
        }
    });
    if let Some(definitions) = all.as_object_mut().and_then(|all| all.remove("$defs")) {
        whole["$defs"] = definitions;
    }
    Some(whole)
}

/// Whether a CloudEvent's type is that of a notice, which may stand in it bare or between a prefix and a version.
fn is_named(kind: &Value, notice: &Value) -> bool {
    match (kind.as_str(), notice.as_str()) {
        (Some(kind), Some(notice)) => kind == notice || kind == format!("syncline.{notice}.v1"),
        _ => false,
    }
}

fn outgoing(seq: i64, told: Told) -> Option<Outgoing> {
    let (notice, to, data, meaning) = told;
    let notice: Notice = serde_json::from_value(json!({"type": notice, "data": data})).ok()?;
    let at = "2026-03-06T12:20:00Z".parse().ok()?;
    let addressee = to.split(',').next().and_then(|first| first.parse().ok()).unwrap_or(Addressee::Desk);
    let message = Message::new(Seq(48_211 + seq), &[], at, (addressee, notice));
    let event: Value = serde_json::from_str(&message.cloud_event().ok()?).ok()?;
    let kind = event.get("type")?.as_str()?.to_owned();
    Some(Outgoing { kind, meaning, to, event })
}

/// The name of a notice, who gets it, what it says, and what it means.
type Told = (&'static str, &'static str, Value, &'static str);

fn told() -> Vec<Told> {
    let (order, shipment) = (super::example::ORDER, super::example::SHIPMENT);
    let exception = "0b8f2f39-2d1c-5e0a-9a0e-6f2a6c1f7d11";
    let promised = json!({"from": "2026-03-06T08:00:00+01:00", "to": "2026-03-06T12:00:00+01:00"});
    let with = |more: Value| {
        let mut data = Map::from_iter([("shipment".to_owned(), json!(shipment))]);
        data.extend(more.as_object().cloned().unwrap_or_default());
        Value::Object(data)
    };
    vec![
        (
            "invoice.release",
            "erp",
            with(json!({"order": order, "reason": format!("{shipment} is delivered, signed by K. Brandt")})),
            "The delivery is confirmed: the order may be invoiced.",
        ),
        (
            "invoice.hold",
            "erp",
            with(json!({"order": order, "reason": format!("{shipment} is delivered, 1 carton is missing")})),
            "What was invoiced or might be is not, or no longer, confirmed: stop it.",
        ),
        (
            "plan.due",
            "erp",
            with(
                json!({"order": order, "rejections": 2, "reason": "no capacity", "expected": "2026-03-06T16:00:00+01:00"}),
            ),
            "Nobody carries the order now: it has to be planned anew.",
        ),
        (
            "expected_delivery.revised",
            "erp",
            with(
                json!({"order": order, "promised": promised, "expected": "2026-03-06T13:15:00+01:00", "is_late": true, "reason": "customs"}),
            ),
            "The goods are expected at another time than was told last.",
        ),
        (
            "shipment.cancel",
            "tms",
            with(json!({"order": order})),
            "The order was cancelled: call off what carries it.",
        ),
        (
            "delay.alert",
            "account-team",
            with(
                json!({"customer": "Fulda Medizintechnik GmbH", "order": order, "promised": promised, "expected": "2026-03-06T13:15:00+01:00"}),
            ),
            "A customer that counts for much waits longer than promised.",
        ),
        (
            "exception.escalated",
            "team-lead, manager",
            with(
                json!({"exception": exception, "rule": "eta_beyond_promise", "detail": "expected 1 h 15 min after the promise",
                "customer": "Fulda Medizintechnik GmbH", "assignee": null, "level": "team_lead"}),
            ),
            "An exception was not answered or resolved in time.",
        ),
        (
            "approval.requested",
            "manager",
            with(
                json!({"exception": exception, "what": "resolve", "by": "anna", "reason": "the customer agreed by telephone"}),
            ),
            "Somebody needs a second person's word.",
        ),
        (
            "case.written",
            "desk",
            with(
                json!({"customer": domain::CustomerId::numbered(super::example::CUSTOMER), "text": "Where is the tenth carton?"}),
            ),
            "A customer wrote in a case.",
        ),
        (
            "case.answered",
            "customer:, webhook:, mail:",
            with(json!({"text": "It comes with tomorrow's truck.", "is_closed": false})),
            "The service desk answered a customer's case, or closed it.",
        ),
        (
            "notification",
            "webhook:, mail:, customer:",
            with(
                json!({"news": "delayed", "text": "now expected today at 13:15", "path": format!("/shipments/{exception}")}),
            ),
            "News that somebody chose to be told; a customer's endpoint is told when a shipment of theirs is late, and when it is on time again.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_message_has_an_example_that_its_schema_describes() {
        let all = schemars::schema_for!(Notice).to_value();
        let kinds: Vec<&Value> = all["oneOf"]
            .as_array()
            .expect("kinds")
            .iter()
            .filter_map(|one| one.pointer("/properties/type/const"))
            .collect();
        for kind in &kinds {
            let found = OUTGOING.iter().filter(|one| is_named(&one.event["type"], kind)).count();
            assert_eq!(found, 1, "{kind}");
        }
        assert_eq!(OUTGOING.len(), kinds.len());
        for Outgoing { kind, event, .. } in OUTGOING.iter() {
            let schema = schema(kind).expect("a schema");
            let described = schema["properties"]["data"]["properties"].as_object().expect("fields");
            for (field, _) in event["data"].as_object().expect("data") {
                assert!(described.contains_key(field), "{kind}: {field}");
            }
            for reference in
                schema.to_string().split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next())
            {
                assert!(schema.pointer(reference).is_some(), "{kind}: {reference}");
            }
        }
    }
}
