//! How long, how many and how large what a source sends may be, by the name of the field. The schemas at `/contracts` are
//! decorated with it, and the door checks by those schemas: so what they say and what is refused can't differ.

use serde_json::{Map, Value, json};

/// Largest amount and quantity, in minor units and thousandths: keeps every sum within 64 bits.
const LARGEST: i64 = 1_000_000_000_000_000;
/// Longest text and longest list where nothing else is said.
pub const LONGEST_TEXT: usize = 4000;
pub const LONGEST_LIST: usize = 5000;

/// What a text is, which decides how it is read and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// What something is known by: blanks around it are cut off, letters are composed (NFC), nothing invisible stays.
    Number,
    Name,
    /// Who signed: somebody.
    Signer,
    /// What people write.
    Note,
    Country,
    Currency,
    Unit,
    Zone,
}

impl Text {
    /// What the texts of a field are.
    pub fn of(field: &str) -> Self {
        match field {
            "stop" | "stops" | "order" | "orders" | "line" | "tender" | "invoice" | "charge" | "document"
            | "event" | "code" | "raw_code" | "value" | "issuer" | "shipment" | "shipments" | "vehicle"
            | "number" | "replaced_by" | "office" => Self::Number,
            "signed_by" => Self::Signer,
            "note" | "reason" | "text" | "detail" | "answer" => Self::Note,
            "country" => Self::Country,
            "currency" => Self::Currency,
            "unit" => Self::Unit,
            "zone" => Self::Zone,
            _ => Self::Name,
        }
    }

    /// Longest, in characters.
    pub fn longest(self) -> usize {
        match self {
            Self::Number => 120,
            Self::Name | Self::Signer => 200,
            Self::Note => LONGEST_TEXT,
            Self::Zone => 60,
            Self::Country => 2,
            Self::Currency | Self::Unit => 3,
        }
    }

    /// Writes the limits of such a text into its schema.
    pub fn decorate(self, schema: &mut Map<String, Value>) {
        let pattern = match self {
            Self::Number => Some("^[^<\\u0000-\\u001f\\u007f]*\\S[^<\\u0000-\\u001f\\u007f]*$"),
            Self::Country => Some("^[A-Z]{2}$"),
            Self::Currency => Some("^[A-Z]{3}$"),
            Self::Unit => Some("^[A-Z0-9]{2,3}$"),
            Self::Signer => Some("[\\p{L}\\p{N}]"),
            Self::Name | Self::Note | Self::Zone => None,
        };
        if matches!(self, Self::Number | Self::Signer) {
            schema.insert("minLength".into(), json!(1));
        }
        schema.insert("maxLength".into(), json!(self.longest()));
        if let Some(pattern) = pattern {
            schema.insert("pattern".into(), json!(pattern));
        }
    }
}

fn items(field: &str) -> (Option<usize>, usize) {
    match field {
        "stops" => (Some(2), 500),
        "orders" => (None, 2000),
        "references" => (None, 200),
        _ => (None, LONGEST_LIST),
    }
}

fn range(field: &str) -> Option<(Value, Value)> {
    match field {
        "milli" => Some((json!(0), json!(LARGEST))),
        "minor" => Some((json!(-LARGEST), json!(LARGEST))),
        "latitude" => Some((json!(-90), json!(90))),
        "longitude" => Some((json!(-180), json!(180))),
        _ => None,
    }
}

/// Writes the limits into a schema that was generated from types, the definitions that it refers to included.
pub fn decorate(schema: &mut Value) {
    visit(schema, "");
}

/// `field` is the name of the property that the schema is of.
fn visit(schema: &mut Value, field: &str) {
    let Value::Object(schema) = schema else { return };
    let is = |schema: &Map<String, Value>, word: &str| match schema.get("type") {
        Some(Value::String(one)) => one == word,
        Some(Value::Array(several)) => several.iter().any(|one| one == word),
        _ => false,
    };
    let is_words = schema.contains_key("enum") || schema.contains_key("const");
    if is(schema, "string") && !is_words && !schema.contains_key("format") {
        Text::of(field).decorate(schema);
    }
    if let Some((least, most)) = range(field).filter(|_| is(schema, "integer") || is(schema, "number")) {
        schema.insert("minimum".into(), least);
        schema.insert("maximum".into(), most);
    }
    if is(schema, "array") {
        let (least, most) = items(field);
        schema.insert("maxItems".into(), json!(most));
        if let Some(least) = least {
            schema.insert("minItems".into(), json!(least));
        }
    }
    for (key, inner) in schema.iter_mut() {
        match (key.as_str(), inner) {
            ("properties", Value::Object(properties)) => {
                properties.iter_mut().for_each(|(name, schema)| visit(schema, name));
            }
            ("$defs", Value::Object(definitions)) => {
                definitions.iter_mut().for_each(|(name, schema)| visit(schema, &name.to_lowercase()));
            }
            ("items" | "additionalProperties", inner) => visit(inner, field),
            ("anyOf" | "oneOf" | "allOf", Value::Array(several)) => {
                for schema in several {
                    visit(schema, field);
                }
            }
            _ => {}
        }
    }
}
