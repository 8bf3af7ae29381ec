//! `POST /outbox`: what an operator does about messages that leave, from the integrations page.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::client::ClientAddress;
use crate::display::not_done;
use crate::form::Form;
use crate::security::Who;
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
    Extension(client): Extension<ClientAddress>,
    headers: HeaderMap,
    Form(wanted): Form<Wanted>,
) -> Response {
    let Some(viewer) = identity.viewer else {
        return Answer::new(StatusCode::UNAUTHORIZED, "sign_in", "sign in first").into_response();
    };
    let who = Who::new(&viewer.account, client, &headers);
    if viewer.role == AccountRole::Customer {
        who.was_refused("refused", "/outbox");
        let message = "messages that leave are for people of the house";
        return Answer::new(StatusCode::FORBIDDEN, "forbidden", message).into_response();
    }
    let said = said(&wanted);
    match carry_out(&state, wanted, &viewer.account).await {
        Ok(true) => {
            who.did("outbox", &said);
            Redirect::to("/integrations").into_response()
        }
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

/// What the log says of it.
fn said(Wanted { act, endpoint, message, since }: &Wanted) -> String {
    let words = [act, endpoint, message, since].map(|word| word.chars().take(60).collect::<String>());
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Does what was wanted, if it names what there is.
async fn carry_out(state: &AppState, wanted: Wanted, account: &str) -> Result<bool, StoreError> {
    let Wanted { act, endpoint, message, since } = wanted;
    let now = (state.clock)();
    match act.as_str() {
        "pause" => state.store.set_paused(&endpoint, Some(format!("by {account}"))).await,
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
