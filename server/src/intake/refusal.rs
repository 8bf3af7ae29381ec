//! Why a delivery is not taken at all: each refusal has a status, a stable code and a sentence. What is refused is
//! not kept, so the sender has to send it again; what is authentic and not understood goes to quarantine instead.

use crate::answer::Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why a delivery was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the header `{header}` is missing or empty: sign deliveries as Standard Webhooks describes")]
    Unsigned { header: &'static str },
    #[error("the header `{header}` {fault}: sign deliveries as Standard Webhooks describes")]
    BadHeader { header: &'static str, fault: &'static str },
    #[error(
        "no signature fits: sign `{{webhook-id}}.{{webhook-timestamp}}.{{body}}` with the secret of the source that the address names, over the bytes exactly as sent; an address without a source is answered so, too"
    )]
    BadSignature,
    #[error(
        "this source is disabled: the signature fits, but the operator of this server takes nothing from it"
    )]
    SourceDisabled,
    #[error(
        "`webhook-timestamp` is {seconds} s old, {allowed} are allowed: sign each attempt anew, or ask the operator of this server to allow this source more (`syncline source set NAME --tolerance 1d`)"
    )]
    Stale { seconds: i64, allowed: i64 },
    #[error("`webhook-timestamp` is {seconds} s ahead of this server's clock: check yours")]
    Ahead { seconds: i64 },
    #[error("the body is larger than {limit} bytes: split the delivery")]
    BodyTooLarge { limit: usize },
    #[error("the body did not arrive within {seconds} s: send smaller deliveries or from a faster line")]
    TooSlow { seconds: u64 },
    #[error("the body broke off before its end: send the delivery again")]
    Incomplete,
    #[error(
        "`{found}` is not understood: send application/cloudevents+json, application/cloudevents-batch+json or application/x-ndjson"
    )]
    UnsupportedMediaType { found: String },
    #[error("the text is said to be in {found}: send it in UTF-8")]
    UnsupportedCharset { found: String },
    #[error("the body is packed by `{found}`: send it as it is, or packed by gzip")]
    UnsupportedEncoding { found: String },
    #[error("`content-encoding` is gzip, and the body is none: send it packed, or leave the header out")]
    NoGzip,
    #[error(
        "headers `ce-…` are the binary mode of CloudEvents, in which no signature covers what they say: send the event in structured mode, as application/cloudevents+json"
    )]
    BinaryMode,
    #[error("`dry_run` is {found}: send `?dry_run` to keep nothing, and nothing of it to deliver")]
    BadDryRun { found: String },
    #[error("the delivery holds more than {limit} events: split it")]
    TooManyEvents { limit: usize },
    #[error("more than {limit} deliveries a second: slow down and send this one again")]
    RateLimited { limit: u32 },
    #[error("too much is open from this address or source: wait for the answers to what was sent before")]
    TooMuchOpen,
    #[error("too much is waiting to be written: send the delivery again, with the same `webhook-id`")]
    Busy,
    #[error(
        "`webhook-id` was used before for another body: give each delivery an id of its own, and repeat it only with the same events"
    )]
    DeliveryIdReused,
    #[error("the delivery could not be kept: send it again, with the same `webhook-id`")]
    Unavailable,
}

impl Refusal {
    /// One of each, as the description of the interface lists them.
    pub fn each() -> Vec<Self> {
        vec![
            Self::Unsigned { header: "webhook-signature" },
            Self::BadHeader { header: "webhook-timestamp", fault: "is no number of seconds since 1970" },
            Self::BadSignature,
            Self::SourceDisabled,
            Self::Stale { seconds: 412, allowed: 300 },
            Self::Ahead { seconds: 412 },
            Self::BodyTooLarge { limit: 4 * 1024 * 1024 },
            Self::TooSlow { seconds: 15 },
            Self::Incomplete,
            Self::UnsupportedMediaType { found: "text/csv".into() },
            Self::UnsupportedCharset { found: "iso-8859-1".into() },
            Self::UnsupportedEncoding { found: "br".into() },
            Self::NoGzip,
            Self::BinaryMode,
            Self::BadDryRun { found: "maybe".into() },
            Self::TooManyEvents { limit: 10_000 },
            Self::RateLimited { limit: 20_000 },
            Self::TooMuchOpen,
            Self::Busy,
            Self::DeliveryIdReused,
            Self::Unavailable,
        ]
    }

    /// The stable code that a sender's program can act on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsigned { .. } => "unsigned",
            Self::BadHeader { .. } | Self::BadSignature => "bad_signature",
            Self::SourceDisabled => "source_disabled",
            Self::Stale { .. } => "stale",
            Self::Ahead { .. } => "ahead",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::TooSlow { .. } => "too_slow",
            Self::Incomplete => "body_incomplete",
            Self::UnsupportedMediaType { .. } => "unsupported_media_type",
            Self::UnsupportedCharset { .. } => "unsupported_charset",
            Self::UnsupportedEncoding { .. } => "unsupported_encoding",
            Self::NoGzip => "no_gzip",
            Self::BinaryMode => "binary_mode",
            Self::BadDryRun { .. } => "bad_dry_run",
            Self::TooManyEvents { .. } => "too_many_events",
            Self::RateLimited { .. } => "rate_limited",
            Self::TooMuchOpen => "too_much_open",
            Self::Busy => "busy",
            Self::DeliveryIdReused => "delivery_id_reused",
            Self::Unavailable => "unavailable",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unsigned { .. }
            | Self::BadHeader { .. }
            | Self::BadSignature
            | Self::SourceDisabled
            | Self::Stale { .. }
            | Self::Ahead { .. } => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge { .. } | Self::TooManyEvents { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Incomplete | Self::NoGzip | Self::BadDryRun { .. } => StatusCode::BAD_REQUEST,
            Self::UnsupportedMediaType { .. }
            | Self::UnsupportedCharset { .. }
            | Self::UnsupportedEncoding { .. }
            | Self::BinaryMode => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited { .. } | Self::TooMuchOpen => StatusCode::TOO_MANY_REQUESTS,
            Self::DeliveryIdReused => StatusCode::CONFLICT,
            Self::Busy | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Seconds after which it is worth sending again unchanged, if it is.
    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::RateLimited { .. } | Self::TooMuchOpen | Self::Busy => Some(1),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let answer = Self::new(refusal.status(), refusal.code(), refusal.to_string());
        match refusal.retry_after() {
            Some(seconds) => answer.retry_after(seconds),
            None => answer,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Answer::from(self).into_response()
    }
}
