//! What the payload of a kind looks like, compiled once from its JSON Schema (the one that `/contracts` serves), so that reading it
//! leniently follows the types wherever they go.

use super::limits::{self, LONGEST_LIST, LONGEST_TEXT, Text};
use domain::Fact;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Deepest that schemas refer to each other; below that anything goes.
const DEEPEST: usize = 16;

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Whatever it is, its texts and lists are bounded.
    Any,
    Object(Vec<Field>),
    /// `{"from": …, "to": …}`
    Window,
    List {
        of: Box<Shape>,
        most: usize,
    },
    Words(Vec<String>),
    Text {
        is: Text,
        most: usize,
    },
    Whole {
        least: i64,
        most: i64,
    },
    Decimal {
        least: f64,
        most: f64,
    },
    Flag,
    Moment,
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub is_required: bool,
    pub shape: Shape,
}

impl Shape {
    /// The shape of a kind's payload.
    pub fn of(kind: &str) -> Option<&'static Self> {
        static SHAPES: LazyLock<HashMap<&'static str, Shape>> = LazyLock::new(|| {
            let shape = |kind: &&'static str| {
                let mut schema = Fact::schema(kind)?.to_value();
                limits::decorate(&mut schema);
                Some((*kind, compile(&schema, &schema, "", 0)))
            };
            Fact::KINDS.iter().filter_map(shape).collect()
        });
        SHAPES.get(kind)
    }

    /// Whether what stands for it is a single value, which can be left out without changing what the others say.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Self::Any | Self::Object(_) | Self::Window | Self::List { .. })
    }
}

fn compile(schema: &Value, root: &Value, field: &str, depth: usize) -> Shape {
    if depth > DEEPEST {
        return Shape::Any;
    }
    let inner = |schema: &Value, field: &str| compile(schema, root, field, depth + 1);
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference
            .strip_prefix('#')
            .and_then(|pointer| root.pointer(pointer))
            .map_or(Shape::Any, |target| inner(target, field));
    }
    if let Some(words) = words(schema) {
        return Shape::Words(words);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(several) = schema.get(key).and_then(Value::as_array) {
            let mut some = several.iter().filter(|one| one.get("type").is_none_or(|kind| kind != "null"));
            return match (some.next(), some.next()) {
                (Some(one), None) => inner(one, field),
                _ => Shape::Any,
            };
        }
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ => return Shape::Any,
    };
    let number = |name: &str| schema.get(name).and_then(Value::as_f64);
    let whole = |name: &str| schema.get(name).and_then(Value::as_i64);
    let count = |name: &str, usual: usize| {
        schema.get(name).and_then(Value::as_u64).and_then(|count| count.try_into().ok()).unwrap_or(usual)
    };
    match kind {
        "object" => object(schema, &inner),
        "array" => match schema.get("items") {
            Some(items) => {
                Shape::List { of: Box::new(inner(items, field)), most: count("maxItems", LONGEST_LIST) }
            }
            None => Shape::Any,
        },
        "string" if schema.get("format").is_some_and(|format| format == "date-time") => Shape::Moment,
        "string" => Shape::Text { is: Text::of(field), most: count("maxLength", LONGEST_TEXT) },
        "integer" => {
            let most = if schema.get("format").is_some_and(|format| format == "uint32") {
                u32::MAX.into()
            } else {
                i64::MAX
            };
            Shape::Whole {
                least: whole("minimum").unwrap_or(i64::MIN),
                most: whole("maximum").unwrap_or(most),
            }
        }
        "number" => Shape::Decimal {
            least: number("minimum").unwrap_or(f64::MIN),
            most: number("maximum").unwrap_or(f64::MAX),
        },
        "boolean" => Shape::Flag,
        _ => Shape::Any,
    }
}

fn object(schema: &Value, inner: &impl Fn(&Value, &str) -> Shape) -> Shape {
    // A map with names of its own, or an object of one of several forms, is taken as it is.
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Shape::Any };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
    let fields: Vec<_> = properties
        .iter()
        .map(|(name, schema)| Field {
            name: name.clone(),
            is_required: is_required(name),
            shape: inner(schema, name),
        })
        .collect();
    let is_window = fields.len() == 2
        && ["from", "to"]
            .iter()
            .all(|end| fields.iter().any(|field| field.name == *end && field.shape == Shape::Moment));
    if is_window { Shape::Window } else { Shape::Object(fields) }
}

/// The words of an enumeration, if the schema is one.
fn words(schema: &Value) -> Option<Vec<String>> {
    if let Some(word) = schema.get("const").and_then(Value::as_str) {
        return Some(vec![word.to_owned()]);
    }
    if let Some(several) = schema.get("enum").and_then(Value::as_array) {
        return several.iter().map(|word| word.as_str().map(ToOwned::to_owned)).collect();
    }
    let several = schema.get("oneOf")?.as_array()?;
    let each: Option<Vec<_>> = several.iter().map(words).collect();
    each.map(|each| each.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<'s>(shape: &'s Shape, name: &str) -> &'s Field {
        match shape {
            Shape::Object(fields) => fields.iter().find(|field| field.name == name).expect(name),
            other => panic!("{other:?} has no fields"),
        }
    }

    #[test]
    fn a_shape_follows_the_types() {
        let plan = Shape::of("shipment.planned").expect("a shape");
        assert!(matches!(&field(plan, "mode").shape, Shape::Words(words) if words.contains(&"other".into())));
        assert!(field(plan, "stops").is_required && !field(plan, "references").is_required);
        let Shape::List { of: stop, most: 500 } = &field(plan, "stops").shape else { panic!("{plan:?}") };
        assert_eq!(field(stop, "planned").shape, Shape::Window);
        assert_eq!(field(stop, "stop").shape, Shape::Text { is: Text::Number, most: 120 });
        let place = &field(stop, "location").shape;
        assert_eq!(field(place, "city").shape, Shape::Text { is: Text::Name, most: 200 });
        let position = &field(place, "position").shape;
        assert_eq!(field(position, "latitude").shape, Shape::Decimal { least: -90.0, most: 90.0 });
        let eta = Shape::of("eta.changed").expect("a shape");
        assert_eq!((&field(eta, "eta").shape, &field(eta, "day").shape), (&Shape::Moment, &Shape::Flag));
    }

    #[test]
    fn no_payload_that_sources_send_is_beyond_checking() {
        for example in crate::contracts::example::EXAMPLES.iter().filter(|example| example.is_outside()) {
            let kind = example.event.fact.kind();
            assert!(matches!(Shape::of(kind), Some(Shape::Object(_))), "{kind}: {:?}", Shape::of(kind));
        }
    }
}
