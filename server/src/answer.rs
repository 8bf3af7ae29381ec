//! The one shape of every refusal: a stable code and a sentence, never anything internal.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;

/// A refusal: `{"code":"busy","message":"…"}`.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    #[serde(skip)]
    status: StatusCode,
    pub code: &'static str,
    pub message: Cow<'static, str>,
    /// Seconds.
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Answer {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Something of ours failed; what, is in the log.
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "this can't be done now: try again")
            .retry_after(2)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
