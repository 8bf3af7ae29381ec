//! What people's forms and addresses hold, read as axum reads it; where it can't be, that is said to people and not to programmers.

use crate::answer::Answer;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

/// A form that was posted.
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let read = axum::Form::<T>::from_request(request, state).await;
        read.map(|axum::Form(form)| Self(form)).map_err(|rejection| refused(&rejection).into_response())
    }
}

fn refused(rejection: &FormRejection) -> Answer {
    let status = rejection.status();
    let (code, message) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the form is larger than any of ours: write less"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("no_form", "this is no form: send it as application/x-www-form-urlencoded, as the page does")
        }
        _ => {
            ("bad_form", "the form does not hold what it should: open its page again and send it from there")
        }
    };
    Answer::new(status, code, message)
}

/// The fields behind an address's question mark. What can't be read says nothing.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequestParts<S> for Query<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        Ok(Self(read.map(|axum::extract::Query(query)| query).unwrap_or_default()))
    }
}

/// What stands in an address's path.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(path)| Self(path)).map_err(|_| {
            let message =
                "nothing has this address: it was cut off or written in another encoding than UTF-8";
            Answer::new(StatusCode::NOT_FOUND, "not_found", message).into_response()
        })
    }
}
