//! `POST /outbox`: what an operator does about messages that leave, from the integrations page.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::client::ClientAddress;
use crate::display::{chosen, not_done};
use crate::form::Form;
use crate::security::Who;
use crate::state::AppState;
use app::document::{Then, saying};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use chrono::{DateTime, NaiveDate, Utc};
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
    /// How many messages whoever asks has seen that it is about.
    #[serde(default)]
    sure: Option<u64>,
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
    match to_confirm(&state, &wanted).await {
        Ok(Some(count)) => return ask(&state, &headers, wanted, count),
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "the outbox could not be read");
            return Answer::unavailable().into_response();
        }
    }
    match carry_out(&state, wanted, &viewer.account).await {
        Ok(true) => {
            who.did("outbox", &said);
            Redirect::to("/integrations").into_response()
        }
        Ok(false) => {
            let why = "no such endpoint or message is known, or no day was chosen";
            not_done(&state, &headers, StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        Err(error) => {
            tracing::error!(%error, "the outbox could not be changed");
            Answer::unavailable().into_response()
        }
    }
}

/// How many messages would leave once more, where nobody has said yet that so many are meant.
async fn to_confirm(state: &AppState, wanted: &Wanted) -> Result<Option<u64>, StoreError> {
    let since = midnight(&wanted.since).filter(|_| wanted.act == "resend_since");
    let Some(since) = since else { return Ok(None) };
    let count = state.store.count_since(&wanted.endpoint, since).await?;
    // More may have come meanwhile; fewer is nobody's harm.
    Ok((count > 0 && wanted.sure.is_none_or(|sure| sure < count)).then_some(count))
}

fn ask(state: &AppState, headers: &HeaderMap, wanted: Wanted, count: u64) -> Response {
    let Wanted { endpoint, since, .. } = wanted;
    let messages = if count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
    let sentence = format!(
        "{messages} to {endpoint} since {since} (UTC) would leave once more, whether or not they were delivered, with the ids that \
         they had: a receiver can tell by them what it knows."
    );
    let fields = vec![
        ("act", "resend_since".to_owned()),
        ("endpoint", endpoint),
        ("since", since),
        ("sure", count.to_string()),
    ];
    let then = Then::Send {
        label: format!("Send {messages} once more"),
        to: "/outbox",
        fields,
        back: "/integrations".to_owned(),
    };
    Html(saying("Send again?", sentence, then, &state.leptos, chosen(headers))).into_response()
}

fn midnight(day: &str) -> Option<DateTime<Utc>> {
    Some(day.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}

/// What the log says of it.
fn said(Wanted { act, endpoint, message, since, .. }: &Wanted) -> String {
    let words = [act, endpoint, message, since].map(|word| word.chars().take(60).collect::<String>());
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Does what was wanted, if it names what there is.
async fn carry_out(state: &AppState, wanted: Wanted, account: &str) -> Result<bool, StoreError> {
    let Wanted { act, endpoint, message, since, .. } = wanted;
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
        "resend_since" => match midnight(&since) {
            Some(since) => {
                state.store.resend(Resend::Since { endpoint, since }, now).await?;
                Ok(true)
            }
            None => Ok(false),
        },
        _ => Ok(false),
    }
}
