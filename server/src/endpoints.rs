//! `POST /outbox`: what an operator does about messages that leave, from the integrations page.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::display::not_done;
use crate::form::Form;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use chrono::NaiveDate;
use domain::account::AccountRole;
use serde::Deserialize;
use store::{Resend, StoreError};

/// A button of the page, with what stands beside it.
#[derive(Deserialize)]
struct Wanted {
    act: String,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    since: String,
}

pub fn router() -> Router<AppState> {
    Router::new().route("/outbox", post(act))
}

async fn act(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(wanted): Form<Wanted>,
) -> Response {
    let role = identity.viewer.map(|viewer| viewer.role);
    match role {
        None => return Answer::new(StatusCode::UNAUTHORIZED, "sign_in", "sign in first").into_response(),
        Some(AccountRole::Customer) => {
            let message = "messages that leave are for people of the house";
            return Answer::new(StatusCode::FORBIDDEN, "forbidden", message).into_response();
        }
        Some(_) => {}
    }
    match carry_out(&state, wanted).await {
        Ok(true) => Redirect::to("/integrations").into_response(),
        Ok(false) => {
            let why = "there is no such endpoint, message or day";
            not_done(&state, &headers, StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        Err(error) => {
            tracing::error!(%error, "the outbox could not be changed");
            Answer::unavailable().into_response()
        }
    }
}

/// Does what was wanted, if it names what there is.
async fn carry_out(state: &AppState, wanted: Wanted) -> Result<bool, StoreError> {
    let Wanted { act, endpoint, message, since } = wanted;
    let now = (state.clock)();
    match act.as_str() {
        "pause" => state.store.set_paused(&endpoint, Some("by hand".to_owned())).await,
        "resume" => state.store.set_paused(&endpoint, None).await,
        "resend_dead" => {
            state.store.resend(Resend::Dead { endpoint }, now).await?;
            Ok(true)
        }
        "resend" => match message.parse() {
            Ok(id) => Ok(state.store.resend(Resend::One(id), now).await? > 0),
            Err(_) => Ok(false),
        },
        "resend_since" => match since.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0)) {
            Some(midnight) => {
                state.store.resend(Resend::Since { endpoint, since: midnight.and_utc() }, now).await?;
                Ok(true)
            }
            None => Ok(false),
        },
        _ => Ok(false),
    }
}
