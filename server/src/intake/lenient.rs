//! Reads a payload as people meant it. What can be read in one way only is read so; what can't costs its own field where nothing
//! depends on that field, and the event otherwise. Whatever was not taken as it came is told in a [`Mended`]. Pure.

mod moment;
mod text;
mod value;

pub(super) use text::{number, unfit};

use super::json::Json;
use super::rejection::{Code, Rejection, shown};
use super::shape::{Field, Shape};
use chrono::FixedOffset;
use chrono_tz::Tz;
use domain::unreadable;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What is told of one event at most; an answer has room for few.
const MOST: usize = 20;
/// Characters of a value that are repeated.
const SHOWN: usize = 60;
/// Objects and lists that may be left out or shortened where they can't be read: of their absence no more is concluded than that
/// nobody has said it. What takes goods away, or says how much was handed over, is not among them.
const DISPENSABLE: &[&str] =
    &["position", "references", "price", "carrier", "next", "conversions", "promised"];

/// Something that was not taken as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// From the event's root: `data.stops[1].location.zone`.
    pub path: String,
    pub value: String,
    /// What was done, a sentence.
    pub done: String,
}

/// Why a value can't be read.
struct Fault {
    at: String,
    /// Follows the path: `is "x": write a whole number`.
    says: String,
    code: Code,
    /// It can be left out where nothing depends on it; what is too long can't.
    is_soft: bool,
}

/// Reads `data`, the payload of a kind with this shape; none where it can be taken as it is. An event without offsets of its own
/// happened at `offset`. Where the payload `restates` the whole, more would be taken back by leaving it out.
pub fn read(
    data: &str,
    shape: &Shape,
    offset: FixedOffset,
    restates: bool,
    mended: &mut Vec<Mended>,
) -> Result<Option<String>, Rejection> {
    let mut json: Json<'_> = serde_json::from_str(data).map_err(|error| {
        Rejection::new(Code::MalformedData, format!("`data` is no JSON: {}", unreadable::unfit(&error)))
    })?;
    let mut reader = Reader {
        path: vec![Step::Name(Cow::Borrowed("data"))],
        mended,
        changed: false,
        offset,
        restates,
        zone: None,
        day: false,
    };
    reader.value(&mut json, shape).map_err(|fault| {
        let Fault { at, says, code, .. } = fault;
        Rejection::new(code, format!("`{}` {says}", shown(&at, 120)))
    })?;
    if !reader.changed {
        return Ok(None);
    }
    let text = serde_json::to_string(&json);
    text.map(Some)
        .map_err(|error| Rejection::new(Code::MalformedData, format!("`data` can't be read: {error}")))
}

/// Of those, what an order that is stated anew would lose with it.
const STATED_WHOLE: &[&str] = &["promised", "conversions"];

enum Step<'s> {
    Name(Cow<'s, str>),
    Index(usize),
}

struct Reader<'s, 'm> {
    path: Vec<Step<'s>>,
    mended: &'m mut Vec<Mended>,
    /// Whether the text has to be written anew.
    changed: bool,
    /// Of the moments nearby.
    offset: FixedOffset,
    /// Whether what is left out is taken back.
    restates: bool,
    /// Of the place nearby.
    zone: Option<Tz>,
    /// The moment that was read last was a day.
    day: bool,
}

type Outcome = Result<(), Fault>;

impl<'s> Reader<'s, '_> {
    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            // Writing into a text in memory does not fail.
            let _ = match step {
                Step::Name(name) if path.is_empty() => write!(path, "{name}"),
                Step::Name(name) => write!(path, ".{name}"),
                Step::Index(index) => write!(path, "[{index}]"),
            };
        }
        path
    }

    fn mend(&mut self, value: String, done: impl Into<String>) {
        self.changed = true;
        self.tell(value, done);
    }

    fn tell(&mut self, value: String, done: impl Into<String>) {
        if self.mended.len() < MOST {
            self.mended.push(Mended { path: shown(&self.path(), 120), value, done: done.into() });
        }
    }

    fn fault(&self, code: Code, is_soft: bool, says: impl Into<String>) -> Fault {
        Fault { at: self.path(), says: says.into(), code, is_soft }
    }

    /// The value is of another type.
    fn other(&self, value: &Json<'_>, way_out: &str) -> Fault {
        self.fault(Code::MalformedData, true, format!("is {}: {way_out}", told(value)))
    }

    fn value(&mut self, value: &mut Json<'_>, shape: &'s Shape) -> Outcome {
        match shape {
            Shape::Any => self.any(value),
            Shape::Object(fields) => self.object(value, fields),
            Shape::Window => self.window(value),
            Shape::List { of, most } => self.list(value, of, *most),
            Shape::Words(words) => self.word(value, words),
            Shape::Text { is, most } => self.text(value, *is, *most),
            Shape::Whole { least, most } => self.whole(value, *least, *most),
            Shape::Decimal { least, most } => self.decimal(value, *least, *most),
            Shape::Flag => self.flag(value),
            Shape::Moment => self.moment(value, moment::Day::Nothing),
        }
    }

    fn object(&mut self, value: &mut Json<'_>, fields: &'s [Field]) -> Outcome {
        if !matches!(value, Json::Object(_)) {
            return Err(
                self.other(value, "write an object with fields of its own, as in the example at /contracts")
            );
        }
        let (offset, zone) = (self.offset, self.zone);
        self.look_around(value);
        let outcome = self.fields(value, fields);
        (self.offset, self.zone) = (offset, zone);
        outcome
    }

    fn fields(&mut self, value: &mut Json<'_>, fields: &'s [Field]) -> Outcome {
        let Json::Object(stated) = value else { return Ok(()) };
        let mut seen = vec![false; fields.len()];
        let mut left_out = Vec::new();
        let mut is_day = false;
        for (index, (name, value)) in stated.iter_mut().enumerate() {
            let Some(place) = fields.iter().position(|field| field.name == *name) else {
                self.unknown(name, value, fields);
                continue;
            };
            let field = &fields[place];
            self.path.push(Step::Name(Cow::Borrowed(&field.name)));
            if seen[place] {
                return Err(self.fault(Code::MalformedData, false, "is stated twice: state it once"));
            }
            seen[place] = self.field(value, field)?;
            if !seen[place] {
                left_out.push(index);
            }
            is_day |= std::mem::take(&mut self.day) && field.name == "eta";
            self.path.pop();
        }
        if !left_out.is_empty() {
            self.changed = true;
            let mut index = 0;
            stated.retain(|_| {
                index += 1;
                !left_out.contains(&(index - 1))
            });
        }
        if is_day && fields.iter().any(|field| field.name == "day") {
            stated.retain(|(name, _)| name != "day");
            stated.push((Cow::Borrowed("day"), Json::Flag(true)));
        }
        for (field, seen) in fields.iter().zip(seen) {
            if field.is_required && !seen {
                self.path.push(Step::Name(Cow::Borrowed(&field.name)));
                let substitute = self.substitute(field)?;
                self.path.pop();
                stated.push((Cow::Owned(field.name.clone()), substitute));
            }
        }
        Ok(())
    }

    /// Reads a field; false if it is to be left out.
    fn field(&mut self, value: &mut Json<'_>, field: &'s Field) -> Result<bool, Fault> {
        let is_list = matches!(field.shape, Shape::List { .. });
        if *value == Json::Null && field.is_required && is_list {
            *value = Json::List(Vec::new());
            self.changed = true;
            return Ok(true);
        }
        // As many programs write what they do not have.
        if *value == Json::Null || is_blank(value, field) {
            return Ok(false);
        }
        let name = field.name.as_str();
        let is_dispensable = field.shape.is_scalar()
            || DISPENSABLE.contains(&name) && !(self.restates && STATED_WHOLE.contains(&name));
        let depth = self.path.len();
        match self.value(value, &field.shape) {
            Ok(()) => Ok(true),
            Err(fault) if fault.is_soft && !field.is_required && is_dispensable => {
                self.path.truncate(depth);
                self.mend(told(value), format!("left out: `{}` {}", fault.at, fault.says));
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }

    fn unknown(&mut self, name: &str, value: &Json<'_>, fields: &'s [Field]) {
        self.path.push(Step::Name(Cow::Owned(shown(name, 40))));
        let known: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        let meant =
            nearest(name, &known).map_or(String::new(), |meant| format!(", `{meant}` is meant perhaps"));
        self.tell(told(value), format!("not read{meant}: the fields here are {}", known.join(", ")));
        self.path.pop();
    }

    /// What stands in for a required field that is absent, if anything can.
    fn substitute(&mut self, field: &'s Field) -> Result<Json<'static>, Fault> {
        if let Shape::Text { is: super::limits::Text::Zone, .. } = field.shape {
            let zone = self.zone_of_offset();
            self.mend(
                "absent".into(),
                format!("read as {zone}, by the offset of the moments that came with it"),
            );
            return Ok(Json::text(zone));
        }
        let word = match &field.shape {
            Shape::Words(words) => value::catch_all(words),
            _ => None,
        };
        if let Some(word) = word {
            self.mend("absent".into(), format!("read as {word}"));
            return Ok(Json::text(word.as_str()));
        }
        Err(self.fault(Code::MalformedData, true, format!("is missing: {}", wanted(&field.shape))))
    }

    fn list(&mut self, value: &mut Json<'_>, of: &'s Shape, most: usize) -> Outcome {
        let Json::List(list) = value else { return Err(self.other(value, "write a list, in brackets")) };
        if list.len() > most {
            let says = format!("has {} entries: at most {most} are taken", list.len());
            return Err(self.fault(Code::MalformedData, false, says));
        }
        let is_dispensable =
            matches!(self.path.last(), Some(Step::Name(name)) if DISPENSABLE.contains(&name.as_ref()));
        let mut left_out = Vec::new();
        let depth = self.path.len() + 1;
        for (index, entry) in list.iter_mut().enumerate() {
            self.path.push(Step::Index(index));
            match self.value(entry, of) {
                Ok(()) => {}
                Err(fault) if fault.is_soft && is_dispensable => {
                    self.path.truncate(depth);
                    self.mend(told(entry), format!("left out: `{}` {}", fault.at, fault.says));
                    left_out.push(index);
                }
                Err(fault) => return Err(fault),
            }
            self.path.pop();
        }
        let mut index = 0;
        list.retain(|_| {
            index += 1;
            !left_out.contains(&(index - 1))
        });
        Ok(())
    }

    /// What is not looked into is bounded all the same.
    fn any(&mut self, value: &mut Json<'_>) -> Outcome {
        let bounds = (super::limits::LONGEST_TEXT, super::limits::LONGEST_LIST);
        let (is, most, unit) = match value {
            Json::Text(text) => (text.chars().count(), bounds.0, "characters"),
            Json::List(list) => (list.len(), bounds.1, "entries"),
            Json::Object(fields) => (fields.len(), bounds.1, "fields"),
            _ => return Ok(()),
        };
        if is > most {
            let says = format!("has {is} {unit}: at most {most} are taken");
            return Err(self.fault(Code::MalformedData, false, says));
        }
        match value {
            Json::List(list) => list.iter_mut().try_for_each(|value| self.any(value)),
            Json::Object(fields) => fields.iter_mut().try_for_each(|(_, value)| self.any(value)),
            _ => Ok(()),
        }
    }
}

/// The name that somebody who wrote `name` meant, if one is near: a third of its letters differ at most.
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let plain = |text: &str| -> Vec<char> {
        text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).take(60).collect()
    };
    let wanted = plain(name);
    let near = known.iter().map(|known| (distance(&wanted, &plain(known)), *known));
    near.min().filter(|(distance, known)| distance * 3 <= known.chars().count()).map(|(_, known)| known)
}

/// How many letters have to be put in, left out or changed (Levenshtein).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, one) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (place, other) in (1..).zip(to) {
            let changed = diagonal + usize::from(one != other);
            diagonal = row[place];
            row[place] = changed.min(diagonal + 1).min(row[place - 1] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// An optional text without any letter says as much as none.
fn is_blank(value: &Json<'_>, field: &Field) -> bool {
    !field.is_required
        && field.shape.is_scalar()
        && value.as_text().is_some_and(|text| text.trim().is_empty())
}

/// A value as a sentence repeats it.
fn told(value: &Json<'_>) -> String {
    match value {
        Json::Text(text) => format!("\"{}\"", shown(text, SHOWN)),
        Json::List(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// What to send in place of nothing.
fn wanted(shape: &Shape) -> String {
    match shape {
        Shape::Words(words) => format!("send one of {}", words.join(", ")),
        Shape::Moment => format!("send a moment with its offset from UTC, {}", moment::EXAMPLE),
        Shape::Window => "send a window, {\"from\": …, \"to\": …}".to_owned(),
        Shape::Whole { .. } => "send a whole number".to_owned(),
        Shape::Decimal { .. } => "send a number".to_owned(),
        Shape::Flag => "send true or false".to_owned(),
        Shape::Text { .. } => "send a text".to_owned(),
        Shape::List { .. } => "send a list, which may be empty".to_owned(),
        Shape::Object(_) | Shape::Any => "send it as in the example at /contracts".to_owned(),
    }
}
