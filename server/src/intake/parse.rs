//! From the bytes of an authentic delivery to events and to what has to wait in quarantine. Pure: no IO, no clock,
//! and nothing that is in a body is ever dropped.

use super::envelope::Envelope;
use super::format::{Format, without_mark};
use super::lenient::{self, Mended};
use super::limits::Text;
use super::quality;
use super::rejection::{Code, Rejection, shown};
use super::shape::Shape;
use chrono::{DateTime, TimeDelta, Utc};
use domain::authority::Role;
use domain::fact::{FactError, Noun};
use domain::time::Moment;
use domain::unreadable::broken;
use domain::{Event, EventId, Fact, ShipmentId, SourceName};
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use store::{Doubt, Rejected};

/// Deepest nesting of an event.
const DEEPEST: usize = 128;
/// How far after its receipt an event may have happened.
const AHEAD: TimeDelta = TimeDelta::hours(24);
/// 2000-01-01T00:00:00Z
const EARLIEST: i64 = 946_684_800;

/// What a delivery holds. Every event of the body is in one of the two.
#[derive(Debug, Default)]
pub struct Parsed {
    pub events: Vec<Event>,
    pub quarantined: Vec<Rejected>,
    /// What of the events was not taken as it came, in their order.
    pub warnings: Vec<Warning>,
}

impl Parsed {
    /// Says whose numbers the events state that name nobody: those of the source's issuer, where it has one. Master data is the
    /// house's own.
    pub fn number_by(&mut self, issuer: Option<&str>) {
        for event in &mut self.events {
            number_by(event, issuer);
        }
    }
}

/// As [`Parsed::number_by`], of one event.
pub(crate) fn number_by(event: &mut Event, issuer: Option<&str>) {
    if matches!(event.fact.noun(), Noun::Shipment | Noun::Order) && event.issuer.is_none() {
        event.issuer = issuer.map(str::to_owned);
    }
}

/// Something that was taken in another way than it came, or left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The place of the event in the delivery, 0 for the first.
    pub position: u32,
    /// Where it stands: `data.stops[1].location.zone`.
    pub path: String,
    pub value: String,
    /// What was done, a sentence.
    pub done: String,
}

impl Warning {
    /// What is remembered of it, among others at the same place.
    pub fn doubt(&self, source: &SourceName, at: DateTime<Utc>) -> Doubt {
        let Self { path, value, done, .. } = self;
        // The places in lists say nothing of what a sender does.
        let path = path.split(']').map(|part| part.split_once('[').map_or(part, |(name, _)| name));
        let path = path.collect::<Vec<_>>().join("[]");
        Doubt {
            source: source.clone(),
            path,
            value: value.clone(),
            done: done.clone(),
            count: 1,
            last_at: at,
        }
    }
}

/// The body holds more events than are taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Who sent it and when it came.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    pub source: &'a SourceName,
    pub role: Role,
    pub received_at: DateTime<Utc>,
}

/// Reads a body. A bad event never blocks its neighbours: it goes to quarantine with its position, which counts the
/// elements of a batch or the lines of a file from 0. Of a batch that breaks off, what came before is taken.
pub fn parse(body: &[u8], format: Format, sender: Sender<'_>, most: usize) -> Result<Parsed, TooMany> {
    let body = without_mark(body);
    let mut parsed = Parsed::default();
    if format == Format::Lines {
        let filled = |line: &&[u8]| !line.trim_ascii().is_empty();
        if body.split(|byte| *byte == b'\n').filter(filled).count() > most {
            return Err(TooMany);
        }
        for (position, line) in (0..).zip(body.split(|byte| *byte == b'\n')) {
            if filled(&line) {
                match std::str::from_utf8(line) {
                    Ok(text) => parsed.take(position, text.trim(), sender),
                    Err(error) => parsed.refuse_bytes(position, line, error),
                }
            }
        }
        return Ok(parsed);
    }
    match std::str::from_utf8(body) {
        Err(error) => parsed.refuse_bytes(0, body, error),
        Ok(text) if format == Format::Batch => parsed.take_batch(text, sender, most)?,
        Ok(text) => parsed.take(0, text, sender),
    }
    Ok(parsed)
}

impl Parsed {
    fn take(&mut self, position: u32, text: &str, sender: Sender<'_>) {
        let (mut event_id, mut mended) = (None, Vec::new());
        match event(text, sender, &mut event_id, true, &mut mended) {
            Ok(event) => {
                self.events.push(event);
                let warn = |Mended { path, value, done }| Warning { position, path, value, done };
                self.warnings.extend(mended.into_iter().map(warn));
            }
            Err(rejection) => self.refuse(position, text, rejection, event_id),
        }
    }

    fn take_batch(&mut self, text: &str, sender: Sender<'_>, most: usize) -> Result<(), TooMany> {
        let mut elements = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(text);
        let outcome =
            Elements { into: &mut elements, most }.deserialize(&mut reader).and_then(|()| reader.end());
        if elements.len() > most {
            return Err(TooMany);
        }
        for (position, element) in (0..).zip(&elements) {
            self.take(position, element.get(), sender);
        }
        if let Err(error) = outcome {
            // Where the last whole element ends, as an offset into the text that it is a slice of.
            let done = elements
                .last()
                .map_or(0, |last| last.get().as_ptr().addr() - text.as_ptr().addr() + last.get().len());
            let rest = text.get(done..).unwrap_or(text);
            let rejection = if error.is_data() {
                let reason = "a batch is a JSON array of events, and this is none: send one event as application/cloudevents+json";
                Rejection::new(Code::NotCloudevents, reason)
            } else {
                let reason = format!(
                    "the batch is no JSON: {}; {} events before that were read, send the others again",
                    broken(&error),
                    elements.len()
                );
                Rejection::new(Code::MalformedJson, reason)
            };
            self.refuse(elements.len() as u32, rest, rejection, None);
        }
        Ok(())
    }

    fn refuse(&mut self, position: u32, raw: &str, rejection: Rejection, event_id: Option<String>) {
        let Rejection { code, reason } = rejection;
        self.quarantined.push(Rejected {
            position,
            code: code.as_str().to_owned(),
            reason,
            raw: raw.to_owned(),
            event_id,
        });
    }

    fn refuse_bytes(&mut self, position: u32, bytes: &[u8], error: std::str::Utf8Error) {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let reason = format!("byte {at} is 0x{byte:02x}, which is no UTF-8 there: encode the text as UTF-8");
        let raw = String::from_utf8_lossy(bytes);
        self.refuse(position, &raw, Rejection::new(Code::NotUtf8, reason), None);
    }
}

/// Reads an event that waited in quarantine since its source does not own what it states, and that a second person let in.
pub fn claim(text: &str, sender: Sender<'_>) -> Result<Event, Rejection> {
    event(text, sender, &mut None, false, &mut Vec::new())
}

fn event(
    text: &str,
    sender: Sender<'_>,
    event_id: &mut Option<String>,
    must_own_it: bool,
    mended: &mut Vec<Mended>,
) -> Result<Event, Rejection> {
    if is_deeper(text, DEEPEST) {
        let reason =
            format!("values are nested deeper than {DEEPEST} levels: send only what the schema describes");
        return Err(Rejection::new(Code::TooDeep, reason));
    }
    let envelope = Envelope::read(text)?;
    let id = envelope.source().and_then(|source| Ok(EventId::new(&source, &envelope.id()?)));
    *event_id = id.as_ref().ok().map(ToString::to_string);
    envelope.check()?;
    let id = id?;
    let stated = envelope.kind()?;
    let (kind, noun) = kind(&stated)?;
    let Some(number) = numbered("subject", envelope.subject()?, mended)? else {
        let reason = format!("`subject` is missing: put your own number of the {} into it", word(noun));
        return Err(Rejection::new(Code::MissingSubject, reason));
    };
    let occurred_at = occurred_at(&envelope, sender.received_at)?;
    let data = envelope.data()?;
    let clean = match Shape::of(kind) {
        Some(shape) => {
            // What states the whole anew takes back what it leaves out.
            let restates = kind == "order.changed";
            lenient::read(data, shape, *occurred_at.offset(), restates, mended)?
        }
        None => None,
    };
    let mut fact = Fact::parse(kind, clean.as_deref().unwrap_or(data)).map_err(|error| match error {
        FactError::UnknownKind(_) => Rejection::new(Code::UnknownKind, error.to_string()),
        FactError::Malformed { path, message, .. } => {
            let path = if path == "." { "data".to_owned() } else { format!("data.{}", shown(&path, 120)) };
            Rejection::new(Code::MalformedData, format!("`{path}`: {message}"))
        }
    })?;
    if must_own_it {
        fact.check_authority(sender.role)
            .map_err(|conflict| Rejection::new(Code::AuthorityConflict, conflict.to_string()))?;
    }
    quality::check(&mut fact, &number, mended).map_err(|flaw| {
        Rejection::new(Code::ImplausibleData, format!("`data.{}` {}", flaw.at, flaw.fault))
    })?;
    let issuer = numbered("issuer", envelope.issuer()?, mended)?;
    if issuer.as_deref() == Some(ShipmentId::FEED) {
        let reason = format!(
            "`issuer` is \"{}\", which Syncline uses itself: name the system that gave the number",
            ShipmentId::FEED
        );
        return Err(Rejection::new(Code::ImplausibleData, reason));
    }
    Ok(Event {
        source: sender.source.clone(),
        role: sender.role,
        id,
        occurred_at,
        number,
        issuer,
        actor: None,
        correlation: envelope.traceparent(),
        sequence: envelope.sequence()?,
        fact,
    })
}

/// An attribute that is a number, as it is read; none where nothing is in it.
fn numbered(
    name: &str,
    stated: Option<Cow<'_, str>>,
    mended: &mut Vec<Mended>,
) -> Result<Option<String>, Rejection> {
    let Some(stated) = stated else { return Ok(None) };
    let number = match lenient::number(&stated) {
        Some(clean) => {
            mended.extend(clean.done.map(|done| Mended {
                path: name.to_owned(),
                value: format!("\"{}\"", shown(&stated, 60)),
                done: done.to_owned(),
            }));
            clean.text
        }
        None => stated.into_owned(),
    };
    let (length, longest) = (number.chars().count(), Text::Number.longest());
    let fault = if length > longest {
        format!("is {length} characters long, {longest} are taken: \"{}\"", shown(&number, 40))
    } else if let Some(fault) = lenient::unfit(&number) {
        format!("is \"{}\": {fault}", shown(&number, 60))
    } else {
        return Ok(Some(number).filter(|number| !number.is_empty()));
    };
    Err(Rejection::new(Code::NotCloudevents, format!("`{name}` {fault}")))
}

/// Takes `stop.arrived` out of `syncline.stop.arrived.v1`.
fn kind(stated: &str) -> Result<(&str, Noun), Rejection> {
    let unknown = || {
        let reason = format!(
            "`type` is \"{}\", which Syncline does not know: see /contracts for the list",
            shown(stated, 80)
        );
        Rejection::new(Code::UnknownKind, reason)
    };
    let rest = stated.strip_prefix("syncline.").ok_or_else(unknown)?;
    let (name, version) = rest.rsplit_once('.').ok_or_else(unknown)?;
    if let (Some(noun), "v1") = (Fact::noun_of(name), version) {
        return Ok((name, noun));
    }
    let versioned = version.strip_prefix('v').is_some_and(|digits| digits.parse::<u32>().is_ok());
    let meant = if versioned { name } else { rest };
    if Fact::noun_of(meant).is_none() {
        return Err(unknown());
    }
    let reason = format!("`type` is \"{}\": send it as \"syncline.{meant}.v1\"", shown(stated, 80));
    Err(Rejection::new(Code::UnknownVersion, reason))
}

fn occurred_at(envelope: &Envelope<'_>, received_at: DateTime<Utc>) -> Result<Moment, Rejection> {
    let Some(stated) = envelope.time()? else {
        return Err(Rejection::new(
            Code::MissingTime,
            "`time` is missing: put the moment when it happened into it, for example 2026-05-04T09:30:00+02:00",
        ));
    };
    let moment = DateTime::parse_from_rfc3339(&stated).map_err(|_| {
        let reason = format!(
            "`time` is \"{}\": write it with its offset from UTC, for example 2026-05-04T09:30:00+02:00",
            shown(&stated, 60)
        );
        Rejection::new(Code::BadTime, reason)
    })?;
    if moment.timestamp() < EARLIEST {
        let reason =
            format!("`time` is {}, before the year 2000: check the sender's clock", shown(&stated, 60));
        return Err(Rejection::new(Code::TooOld, reason));
    }
    if moment - AHEAD > received_at {
        let reason = format!(
            "`time` is {}, more than 24 hours after its receipt at {}: check the sender's clock and the offset",
            shown(&stated, 60),
            received_at.format("%Y-%m-%dT%H:%M:%SZ")
        );
        return Err(Rejection::new(Code::TooFarInFuture, reason));
    }
    Ok(moment)
}

fn word(noun: Noun) -> &'static str {
    match noun {
        Noun::Order => "order",
        Noun::Shipment => "shipment",
        Noun::Customer => "customer",
        Noun::Item => "item",
        Noun::Location => "location",
        Noun::Rulebook => "rules file",
        Noun::Feed => "source",
        Noun::Account => "account",
    }
}

/// Whether brackets outside of texts are nested deeper than `deepest`.
fn is_deeper(text: &str, deepest: usize) -> bool {
    if text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count() <= deepest {
        return false;
    }
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                if depth > deepest {
                    return true;
                }
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Collects the elements of an array, so that those before an error survive it.
struct Elements<'into, 'text> {
    into: &'into mut Vec<&'text RawValue>,
    most: usize,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        while let Some(element) = elements.next_element()? {
            self.into.push(element);
            if self.into.len() > self.most {
                return Err(serde::de::Error::custom("too many events"));
            }
        }
        Ok(())
    }
}
