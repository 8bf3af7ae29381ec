//! Which of the three forms of CloudEvents a body has, by its content type.

use super::refusal::Refusal;
use axum::http::{HeaderMap, header};

/// The form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One event: `application/cloudevents+json`.
    Structured,
    /// A JSON array of events: `application/cloudevents-batch+json`.
    Batch,
    /// One event a line: `application/x-ndjson`.
    Lines,
}

impl Format {
    /// By the content type, and among those of JSON by what the body holds.
    pub fn of(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let unsupported =
            |found: &str| Refusal::UnsupportedMediaType { found: found.chars().take(80).collect() };
        let Some(stated) = headers.get(header::CONTENT_TYPE) else {
            return Err(unsupported("a body without content-type"));
        };
        let stated = stated.to_str().unwrap_or("?");
        let mut parts = stated.split(';').map(str::trim);
        let essence = parts.next().unwrap_or(stated).to_ascii_lowercase();
        if !essence.starts_with("application/cloudevents") && headers.contains_key("ce-specversion") {
            return Err(Refusal::BinaryMode);
        }
        let charset = parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
        if let Some(charset) = charset.filter(|charset| !is_utf8(charset)) {
            return Err(Refusal::UnsupportedCharset { found: charset.chars().take(40).collect() });
        }
        match essence.as_str() {
            "application/cloudevents+json" | "application/cloudevents-batch+json" | "application/json" => {
                Ok(Self::by_content(body))
            }
            "application/x-ndjson" | "application/ndjson" => Ok(Self::Lines),
            _ => Err(unsupported(stated)),
        }
    }

    /// By what stands in it, since senders mix the names of the three up: a list, several lines of which each is an object, else
    /// one event.
    fn by_content(body: &[u8]) -> Self {
        let body = without_mark(body).trim_ascii();
        if body.starts_with(b"[") {
            return Self::Batch;
        }
        let mut lines =
            body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let is_whole = |line: &[u8]| line.starts_with(b"{") && line.ends_with(b"}");
        // Of lines that break off, those before are whole.
        match (lines.next(), lines.next()) {
            (Some(first), Some(_)) if is_whole(first) => Self::Lines,
            _ => Self::Structured,
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Structured => "application/cloudevents+json",
            Self::Batch => "application/cloudevents-batch+json",
            Self::Lines => "application/x-ndjson",
        }
    }
}

/// Whether texts of that name are texts of UTF-8; ASCII is.
fn is_utf8(charset: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
}

/// A body without the byte order mark that some write before it.
pub fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(content_type: &'static str, body: &str, expect: Option<Format>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        assert_eq!(Format::of(&headers, body.as_bytes()).ok(), expect, "{content_type} {body}");
    }

    #[test]
    fn the_content_type_says_the_form_and_plain_json_its_first_character() {
        check("application/cloudevents+json; charset=utf-8", "{}", Some(Format::Structured));
        check("Application/CloudEvents-Batch+JSON", "[]", Some(Format::Batch));
        check("application/x-ndjson", "", Some(Format::Lines));
        check("application/json", " [", Some(Format::Batch));
        check("application/json", "\u{feff}[", Some(Format::Batch));
        check("application/json", "{", Some(Format::Structured));
        check("application/cloudevents+json", "[{}]", Some(Format::Batch));
        check("application/cloudevents-batch+json", "{\"a\":1}\r\n{\"b\":2}\n", Some(Format::Lines));
        check("application/json", "{\n  \"a\": 1\n}", Some(Format::Structured));
        check("text/xml", "<a/>", None);
        assert!(Format::of(&HeaderMap::new(), b"{}").is_err());
    }
}
