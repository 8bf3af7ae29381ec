//! Reads what came over the wire in two steps: text into a tree, the tree into a type. Reading types straight from text
//! brings a copy of the parser for each of them, and the browser would load half as much again.

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};
use std::fmt::Display;

/// Why something could not be read. Says less than the library's error, which prints values of every kind and brings what
/// it takes to print them.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
#[expect(
    clippy::box_collection,
    reason = "every value that is read travels beside one: it has to be a thin pointer"
)]
pub struct Error(Box<String>);

impl Error {
    #[cold]
    #[inline(never)]
    fn new(reason: String) -> Self {
        Self(Box::new(reason))
    }
}

impl serde::de::Error for Error {
    #[cold]
    #[inline(never)]
    fn custom<T: Display>(reason: T) -> Self {
        Self::new(reason.to_string())
    }

    #[cold]
    #[inline(never)]
    fn invalid_type(_: Unexpected, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    #[cold]
    #[inline(never)]
    fn invalid_value(_: Unexpected, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    #[cold]
    #[inline(never)]
    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, not {length} of them"))
    }

    #[cold]
    #[inline(never)]
    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Self::new(format!("`{variant}` is no variant known here"))
    }

    #[cold]
    #[inline(never)]
    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(format!("`{field}` is no field known here"))
    }

    #[cold]
    #[inline(never)]
    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("`{field}` is missing"))
    }

    #[cold]
    #[inline(never)]
    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("`{field}` comes twice"))
    }
}

/// Reads a type from JSON.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    from_tree(serde_json::from_str(text).map_err(Error::custom)?)
}

/// Reads a type from a tree.
pub fn from_tree<T: DeserializeOwned>(tree: Value) -> Result<T, Error> {
    T::deserialize(Tree(tree))
}

struct Tree(Value);

#[cold]
#[inline(never)]
fn expected(what: &str) -> Error {
    Error::new(format!("expected {what}"))
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) => match (value.as_u64(), value.as_i64(), value.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (_, _, Some(value)) => visitor.visit_f64(value),
                _ => Err(expected("a number")),
            },
            Value::String(value) => visitor.visit_string(value),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(value) => visitor.visit_string(value),
            _ => Err(expected("a text")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(expected("a list")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
            _ => Err(expected("an object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (variant, content) = match self.0 {
            Value::String(variant) => (variant, Value::Null),
            Value::Object(fields) => fields.into_iter().next().ok_or_else(|| expected("a variant"))?,
            _ => return Err(expected("a variant")),
        };
        visitor.visit_enum(Variant { variant, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct tuple_struct
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Tree(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Fields {
    fields: serde_json::map::IntoIter,
    value: Value,
}

impl Fields {
    fn of(fields: Map<String, Value>) -> Self {
        Self { fields: fields.into_iter(), value: Value::Null }
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.fields.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Tree(Value::String(key))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Tree(std::mem::take(&mut self.value)))
    }
}

struct Variant {
    variant: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Tree;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Tree), Error> {
        let variant = seed.deserialize(StringDeserializer::<Error>::new(self.variant))?;
        Ok((variant, Tree(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Tree {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::exception::Closing;
    use domain::kpi::KpiBoard;
    use domain::status::Status;
    use domain::time::Moment;
    use std::collections::BTreeMap;

    /// Reads the same as the library does.
    fn check<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
        let known: T = serde_json::from_str(text).expect(text);
        assert_eq!(read::<T>(text).expect(text), known);
    }

    #[test]
    fn every_shape_is_read_as_the_library_reads_it() {
        check::<(i64, u8, f64, bool, Option<String>)>("[-7, 9, 1.5, true, null]");
        check::<Vec<Option<Status>>>(r#"["in_transit", null]"#);
        check::<Moment>(r#""2026-05-01T10:00:00+02:00""#);
        check::<Closing>(r#"{"how":"resolved","by":"mara","reason":"called them"}"#);
        check::<Result<BTreeMap<String, Vec<u32>>, String>>(r#"{"Ok":{"a":[1,2]}}"#);
        check::<KpiBoard>(
            r#"{"by_status":[["ordered",3]],"open_by_rule":[["customs_hold",1]],"open_by_severity":[],
                "promise_kept":1,"promise_broken":0,"without_promise":2,"events":9,"quarantined":0,
                "latency":[{"source":"tms","leg":"pushed","count":4,"p50":1,"p95":2.5,"p99":3,"skewed":0,
                            "since":"2026-05-01T10:00:00Z"}]}"#,
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(read::<Vec<u8>>("{}").is_err());
        assert!(read::<Status>(r#""lost""#).is_err());
        assert!(read::<Closing>("[]").is_err());
    }
}
