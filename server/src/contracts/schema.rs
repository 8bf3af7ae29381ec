//! The JSON Schema of a whole event of one kind: the CloudEvents envelope around the payload's generated schema.

use super::example::example;
use crate::intake::limits::{self, Text};
use domain::Fact;
use domain::fact::Noun;
use serde_json::{Map, Value, json};

/// The schema of a kind, if the kind is known.
pub fn schema(kind: &str) -> Option<Value> {
    let mut data = Fact::schema(kind)?.to_value();
    limits::decorate(&mut data);
    let mut definitions = Map::new();
    if let Value::Object(object) = &mut data {
        object.remove("$schema");
        if let Some(Value::Object(own)) = object.remove("$defs") {
            definitions = own;
        }
    }
    let description = example(kind).map(|example| example.meaning);
    let subject = match Fact::noun_of(kind)? {
        Noun::Order => "The ERP's number of the order",
        Noun::Shipment => "The TMS's number of the shipment",
        Noun::Customer => "The ERP's code of the customer",
        Noun::Item => "The ERP's code of the item",
        Noun::Location => "The ERP's code of the location",
        Noun::Rulebook => "`rules`: there is one file",
        Noun::Feed => "The source's name",
        Noun::Account => "The name that the account signs in with",
    };
    let described =
        |text: &str| json!({"type": "string", "minLength": 1, "maxLength": 255, "description": text});
    let number = |text: &str| {
        let mut schema = json!({"type": "string", "description": text});
        if let Value::Object(schema) = &mut schema {
            Text::Number.decorate(schema);
        }
        schema
    };
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("/contracts/{kind}/schema.json"),
        "title": format!("syncline.{kind}.v1"),
        "description": description,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": described("Stays the same when the event is sent again; another event of the same source has another"),
            "source": described("The system that the event comes from, a URI reference"),
            "type": {"const": format!("syncline.{kind}.v1")},
            "subject": number(subject),
            "time": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened, with the offset from UTC of the place where it happened"
            },
            "datacontenttype": {"type": "string", "description": "application/json, or left out"},
            "issuer": number("Who gave the number in subject, where that is not the usual system"),
            "traceparent": {"type": "string", "description": "W3C trace context"},
            "sequence": described(
                "Where it stands among the source's events of one moment: whole numbers go by their value. Events of one moment \
                 go first by what can follow what (offered, accepted; arrived, departed; released, changed), then by this, then \
                 by the order in which they were received"
            ),
            "data": data
        }
    });
    if !definitions.is_empty() {
        whole["$defs"] = Value::Object(definitions);
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_in_a_schema_leads_somewhere() {
        for kind in Fact::KINDS {
            let schema = schema(kind).expect("a schema");
            let text = schema.to_string();
            for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(schema.pointer(reference).is_some(), "{kind}: {reference}");
            }
        }
        assert!(schema("truck.exploded").is_none());
    }
}
