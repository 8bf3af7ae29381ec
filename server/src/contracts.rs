//! `/contracts`: what a source may send, what Syncline sends and what `/live` says, generated from the types. Reads nothing and needs no
//! sign-in.

mod asyncapi;
mod cloudevent;
pub mod example;
mod openapi;
pub mod outgoing;
mod page;
mod schema;

pub use cloudevent::cloud_event;

use crate::answer::Answer;
use crate::form::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

/// The pages and documents under `/contracts`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/contracts", get(list))
        .route("/contracts/", get(list))
        .route("/contracts/{kind}", get(to_kind))
        .route("/contracts/openapi.json", get(async || Json(openapi::document())))
        .route("/contracts/asyncapi.json", get(async || Json(asyncapi::document())))
        .route("/contracts/{kind}/schema.json", get(kind_schema))
        .route("/contracts/{kind}/example.json", get(kind_example))
        .route("/contracts/messages/{kind}/schema.json", get(message_schema))
        .route("/contracts/messages/{kind}/example.json", get(message_example))
        .method_not_allowed_fallback(only_read)
}

/// HTML, or JSON for whoever asks for it.
async fn list(headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let json = accept.contains("application/json") && !accept.contains("text/html");
    let answer =
        if json { Json(page::listing()).into_response() } else { Html(page::page()).into_response() };
    ([(header::VARY, "accept")], answer).into_response()
}

/// Where the page speaks of a kind.
async fn to_kind(Path(kind): Path<String>) -> Response {
    if example::example(&kind).is_some() {
        Redirect::to(&format!("/contracts#{kind}")).into_response()
    } else if outgoing::example(&kind).is_some() {
        Redirect::to(&format!("/contracts#message-{kind}")).into_response()
    } else {
        unknown(&kind)
    }
}

async fn only_read() -> Response {
    let message = "contracts are read by GET: deliver to /intake/ and the name of your source";
    Answer::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).into_response()
}

async fn kind_schema(Path(kind): Path<String>) -> Response {
    schema::schema(&kind).map_or_else(|| unknown(&kind), |schema| answer("application/schema+json", &schema))
}

async fn kind_example(Path(kind): Path<String>) -> Response {
    match example::example(&kind).map(|example| cloud_event(&example.event)) {
        Some(Ok(text)) => ([(header::CONTENT_TYPE, "application/cloudevents+json")], text).into_response(),
        Some(Err(error)) => {
            tracing::error!(%error, kind, "an example can't be written");
            Answer::unavailable().into_response()
        }
        None => unknown(&kind),
    }
}

async fn message_schema(Path(kind): Path<String>) -> Response {
    outgoing::schema(&kind)
        .map_or_else(|| unknown(&kind), |schema| answer("application/schema+json", &schema))
}

async fn message_example(Path(kind): Path<String>) -> Response {
    outgoing::example(&kind)
        .map_or_else(|| unknown(&kind), |one| answer("application/cloudevents+json", &one.event))
}

fn answer(content_type: &'static str, document: &Value) -> Response {
    ([(header::CONTENT_TYPE, content_type)], document.to_string()).into_response()
}

fn unknown(kind: &str) -> Response {
    let message =
        format!("there is no kind `{}`: see /contracts for the list", crate::intake::shown(kind, 60));
    Answer::new(StatusCode::NOT_FOUND, "unknown_kind", message).into_response()
}
