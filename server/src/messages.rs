//! `GET /messages/{seq}`: the delivery that brought the event at a position of the journal, as it came; for people of the house.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use domain::Seq;
use domain::account::Area;

pub fn router() -> Router<AppState> {
    Router::new().route("/messages/{seq}", get(message))
}

async fn message(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    Path(seq): Path<i64>,
) -> Response {
    match &identity.viewer {
        None => return Answer::new(StatusCode::UNAUTHORIZED, "sign_in", "sign in first").into_response(),
        Some(viewer) if !viewer.role.may_open(Area::Desk) => {
            let message = "only people of the house see messages";
            return Answer::new(StatusCode::FORBIDDEN, "forbidden", message).into_response();
        }
        Some(_) => {}
    }
    match state.store.message(Seq(seq)).await {
        Ok(Some(message)) => {
            // As text whatever it says it is: nothing of a sender's runs in a browser here.
            let mut text = format!(
                "source: {}\ndelivery: {}\nreceived: {}\ncontent-type: {}\n\n",
                message.source,
                message.delivery,
                message.received_at.to_rfc3339(),
                message.content_type,
            )
            .into_bytes();
            text.extend(message.body);
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
        }
        Ok(None) => {
            let message = format!("the journal has no position {seq}");
            Answer::new(StatusCode::NOT_FOUND, "no_such_position", message).into_response()
        }
        Err(error) => {
            tracing::error!(%error, seq, "a message could not be read");
            Answer::unavailable().into_response()
        }
    }
}
