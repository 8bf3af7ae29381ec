//! The attributes of one CloudEvent, read without building a tree: each stays the slice of the text that states it.
//! Knows the rules of CloudEvents 1.0 and nothing about freight.

use super::rejection::{Code, Rejection, shown};
use domain::event::Sequence;
use domain::unreadable::broken;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Longest `id`, `source`, `subject` and `issuer`, in characters.
const LONGEST: usize = 255;

/// The attributes that Syncline reads; those that are absent or `null` are none.
#[derive(Debug, Default)]
pub struct Envelope<'a> {
    specversion: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    source: Option<&'a RawValue>,
    kind: Option<&'a RawValue>,
    subject: Option<&'a RawValue>,
    time: Option<&'a RawValue>,
    content_type: Option<&'a RawValue>,
    issuer: Option<&'a RawValue>,
    traceparent: Option<&'a RawValue>,
    sequence: Option<&'a RawValue>,
    base64: Option<&'a RawValue>,
    pub data: Option<&'a RawValue>,
    /// The first breach of the rules for names and types of attributes.
    fault: Option<String>,
}

impl<'a> Envelope<'a> {
    pub fn read(text: &'a str) -> Result<Self, Rejection> {
        serde_json::from_str(text).map_err(|error| match error.classify() {
            Category::Data => Rejection::new(
                Code::NotCloudevents,
                "this is no CloudEvent: an event is a JSON object with specversion, id, source, type, subject, time and data",
            ),
            _ => Rejection::new(Code::MalformedJson, format!("the event is no JSON: {}", broken(&error))),
        })
    }

    /// Checks what CloudEvents demands of attributes that Syncline does not read.
    pub fn check(&self) -> Result<(), Rejection> {
        if let Some(fault) = &self.fault {
            return Err(Rejection::new(Code::NotCloudevents, fault.clone()));
        }
        match self.specversion.map(RawValue::get) {
            Some("\"1.0\"") => Ok(()),
            Some(other) => Err(Rejection::new(
                Code::NotCloudevents,
                format!("`specversion` is {}: send \"1.0\"", shown(other, 40)),
            )),
            None => Err(missing("specversion", "send \"1.0\"")),
        }
    }

    pub fn id(&self) -> Result<Cow<'a, str>, Rejection> {
        required("id", self.id, "give each event an id that stays the same when it is sent again")
    }

    pub fn source(&self) -> Result<Cow<'a, str>, Rejection> {
        let source =
            required("source", self.source, "name the system that the event comes from, as a URI reference")?;
        if source.contains(char::is_whitespace) {
            let reason = format!("`source` is \"{}\": a URI reference has no blanks", shown(&source, 80));
            return Err(Rejection::new(Code::NotCloudevents, reason));
        }
        Ok(source)
    }

    /// The attribute `type`.
    pub fn kind(&self) -> Result<Cow<'a, str>, Rejection> {
        required("type", self.kind, "send one of the types listed at /contracts")
    }

    pub fn subject(&self) -> Result<Option<Cow<'a, str>>, Rejection> {
        optional("subject", self.subject)
    }

    pub fn time(&self) -> Result<Option<Cow<'a, str>>, Rejection> {
        optional("time", self.time)
    }

    pub fn issuer(&self) -> Result<Option<Cow<'a, str>>, Rejection> {
        optional("issuer", self.issuer)
    }

    /// Where the source puts the event among its events of one moment.
    pub fn sequence(&self) -> Result<Option<Sequence>, Rejection> {
        let Some(raw) = self.sequence else { return Ok(None) };
        // A number is as good as a text of its digits.
        if raw.get().parse::<u64>().is_ok() {
            return Ok(Some(Sequence::new(raw.get())));
        }
        let stated = optional("sequence", Some(raw))?.filter(|stated| !stated.is_empty());
        Ok(stated.map(Sequence::new))
    }

    /// The W3C trace context, if it looks like one; a broken one is read over, as that standard asks.
    pub fn traceparent(&self) -> Option<String> {
        let text = optional("traceparent", self.traceparent).ok()??;
        is_traceparent(&text).then(|| text.into_owned())
    }

    /// The payload as JSON.
    pub fn data(&self) -> Result<&'a str, Rejection> {
        let malformed = |reason: String| Err(Rejection::new(Code::MalformedData, reason));
        if let Some(stated) = optional("datacontenttype", self.content_type)? {
            let essence = stated.split(';').next().unwrap_or(&stated).trim().to_ascii_lowercase();
            if !essence.ends_with("/json") && !essence.ends_with("+json") {
                let stated = shown(&stated, 80);
                return malformed(format!(
                    "`datacontenttype` is \"{stated}\": send `data` as application/json"
                ));
            }
        }
        match (self.data, self.base64) {
            (Some(data), _) if data.get().contains("\\u0000") => {
                malformed("`data` holds the character \\u0000, which no text may hold: leave it out".into())
            }
            (Some(data), _) => Ok(data.get()),
            (None, Some(_)) => {
                malformed("`data_base64` is not read: send the payload as JSON under `data`".into())
            }
            (None, None) => {
                malformed("`data` is missing: send the payload that the kind's schema describes".into())
            }
        }
    }
}

/// Whether a text has the form of W3C's `traceparent`, version 00.
pub fn is_traceparent(text: &str) -> bool {
    let hex = |part: Option<&str>, length| {
        part.is_some_and(|part: &str| {
            part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    };
    let mut parts = text.split('-');
    hex(parts.next(), 2)
        && hex(parts.next(), 32)
        && hex(parts.next(), 16)
        && hex(parts.next(), 2)
        && parts.next().is_none()
}

fn missing(name: &str, way_out: &str) -> Rejection {
    Rejection::new(Code::NotCloudevents, format!("`{name}` is missing: {way_out}"))
}

fn required<'a>(name: &str, value: Option<&'a RawValue>, way_out: &str) -> Result<Cow<'a, str>, Rejection> {
    match optional(name, value)? {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(missing(name, way_out)),
    }
}

fn optional<'a>(name: &str, value: Option<&'a RawValue>) -> Result<Option<Cow<'a, str>>, Rejection> {
    let Some(raw) = value else { return Ok(None) };
    let bad = |fault: String| Err(Rejection::new(Code::NotCloudevents, fault));
    let Some(text) = text(raw) else {
        return bad(format!("`{name}` is {}: send a text", shown(raw.get(), 80)));
    };
    if text.chars().any(char::is_control) {
        return bad(format!("`{name}` is \"{}\": control characters are not allowed", shown(&text, 80)));
    }
    // Bytes are counted at once, and are never fewer.
    if text.len() > LONGEST && text.chars().count() > LONGEST {
        let length = text.chars().count();
        return bad(format!("`{name}` is {length} characters long, 255 are taken: \"{}\"", shown(&text, 40)));
    }
    Ok(Some(text))
}

/// The text of a JSON string; none if it is no string.
fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(raw.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// What is wrong with an attribute that Syncline does not read.
fn extension_fault(name: &str, raw: &RawValue) -> Option<String> {
    let shown_name = shown(name, 40);
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Some(format!(
            "`{shown_name}` is no name of an attribute: use lower-case letters and digits only"
        ));
    }
    let value = raw.get();
    match value.as_bytes().first() {
        Some(b'"' | b't' | b'f') => None,
        Some(b'{' | b'[') => Some(format!(
            "`{shown_name}` is an object or array: attributes are texts, whole numbers or booleans"
        )),
        _ if value.parse::<i32>().is_ok() => None,
        _ => Some(format!(
            "`{shown_name}` is {}: a number in an attribute is whole and within -2147483648 and 2147483647",
            shown(value, 40)
        )),
    }
}

/// A key, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Key;
        impl<'de> Visitor<'de> for Key {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        reader.deserialize_str(Key)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Attributes;
        impl<'de> Visitor<'de> for Attributes {
            type Value = Envelope<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut envelope = Envelope::default();
                while let Some((Name(name), raw)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    if raw.get() == "null" {
                        continue;
                    }
                    let slot = match name.as_ref() {
                        "specversion" => &mut envelope.specversion,
                        "id" => &mut envelope.id,
                        "source" => &mut envelope.source,
                        "type" => &mut envelope.kind,
                        "subject" => &mut envelope.subject,
                        "time" => &mut envelope.time,
                        "datacontenttype" => &mut envelope.content_type,
                        "issuer" => &mut envelope.issuer,
                        "traceparent" => &mut envelope.traceparent,
                        "sequence" => &mut envelope.sequence,
                        "data" => &mut envelope.data,
                        "data_base64" => &mut envelope.base64,
                        other => {
                            if envelope.fault.is_none() {
                                envelope.fault = extension_fault(other, raw);
                            }
                            continue;
                        }
                    };
                    if slot.replace(raw).is_some() && envelope.fault.is_none() {
                        envelope.fault = Some(format!("`{name}` is stated twice: state each attribute once"));
                    }
                }
                Ok(envelope)
            }
        }
        reader.deserialize_map(Attributes)
    }
}
