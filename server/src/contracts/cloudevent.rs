//! Writes an event as a source would send it. The intake reads what this writes.

use chrono::SecondsFormat;
use domain::Event;
use domain::event::Sequence;
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    time: String,
    datacontenttype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<&'a str>,
    data: Box<RawValue>,
}

/// The event as CloudEvents 1.0 JSON in structured mode, on one line.
pub fn cloud_event(event: &Event) -> serde_json::Result<String> {
    serde_json::to_string(&CloudEvent {
        specversion: "1.0",
        id: event.id.id(),
        source: event.id.origin(),
        kind: format!("syncline.{}.v1", event.fact.kind()),
        subject: &event.number,
        time: event.occurred_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        datacontenttype: "application/json",
        issuer: event.issuer.as_deref(),
        traceparent: event.correlation.as_deref(),
        sequence: event.sequence.as_ref().map(Sequence::as_str),
        data: RawValue::from_string(event.fact.data()?)?,
    })
}
