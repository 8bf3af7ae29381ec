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
        "no signature fits: sign `{{webhook-id}}.{{webhook-timestamp}}.{{body}}` with the source's secret, over the bytes exactly as sent"
    )]
    BadSignature,
    #[error(
        "this source is disabled: the signature fits, but the operator of this server takes nothing from it"
    )]
    SourceDisabled,
    #[error(
        "`webhook-timestamp` is {seconds} s from this server's clock, 300 are allowed: sign each attempt anew"
    )]
    Stale { seconds: i64 },
    #[error("the body is larger than {limit} bytes: split the delivery")]
    BodyTooLarge { limit: usize },
    #[error("the body did not arrive within {seconds} s: send smaller deliveries or from a faster line")]
    TooSlow { seconds: u64 },
    #[error("the body broke off before its end: send the delivery again")]
    Incomplete,
    #[error(
        "`{found}` is not understood: send application/cloudevents+json, application/cloudevents-batch+json or application/x-ndjson, not compressed"
    )]
    UnsupportedMediaType { found: String },
    #[error("the delivery holds more than {limit} events: split it")]
    TooManyEvents { limit: usize },
    #[error("more than {limit} deliveries a second: slow down and send this one again")]
    RateLimited { limit: u32 },
    #[error("too much is open from this address or source: wait for the answers to what was sent before")]
    TooMuchOpen,
    #[error("too much is waiting to be written: send the delivery again, with the same `webhook-id`")]
    Busy,
    #[error(
        "`webhook-id` was used before for another body: give each delivery an id of its own and repeat it only with the same bytes"
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
            Self::Stale { seconds: 412 },
            Self::BodyTooLarge { limit: 4 * 1024 * 1024 },
            Self::TooSlow { seconds: 15 },
            Self::Incomplete,
            Self::UnsupportedMediaType { found: "text/csv".into() },
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
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::TooSlow { .. } => "too_slow",
            Self::Incomplete => "body_incomplete",
            Self::UnsupportedMediaType { .. } => "unsupported_media_type",
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
            | Self::Stale { .. } => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge { .. } | Self::TooManyEvents { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::UnsupportedMediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
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
