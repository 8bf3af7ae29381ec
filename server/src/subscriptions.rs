//! `POST /notifications`: what somebody wants to be told. `/confirm/{token}` and `/unsubscribe/{token}`: the links of letters, for
//! whoever holds the letter; opening one changes nothing, since mail programs open links themselves.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::cli::endpoint::checked;
use crate::cli::source::draw_secret;
use crate::display::{chosen, not_done};
use crate::pages::context;
use crate::state::AppState;
use app::api::ApiError;
use app::context::new_token;
use app::document::{Then, saying};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use domain::account::Viewer;
use domain::message::Addressee;
use domain::subscription::{Channel, Choice, News, Pace, QuietHours, Subscription};
use std::collections::HashMap;
use store::{Endpoint, EndpointOf};

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/notifications", post(choose))
        .route("/confirm/{token}", get(ask_confirm).post(confirm))
        .route("/unsubscribe/{token}", get(ask_unsubscribe).post(unsubscribe))
}

type Fields = HashMap<String, String>;

async fn choose(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let Some(viewer) = identity.viewer.clone() else {
        return Answer::new(StatusCode::UNAUTHORIZED, "sign_in", "sign in first").into_response();
    };
    let context = context(&state, identity, None);
    let done = async {
        let subscription = meant(&fields, &viewer)?;
        if let Some(message) = subscription.fault(viewer.role) {
            return Err(ApiError::Invalid { message });
        }
        let addresses = [
            (Channel::Mail, fields.get("mail").map_or("", |one| one.trim())),
            (Channel::Webhook, fields.get("webhook").map_or("", |one| one.trim())),
        ];
        for (by, address) in addresses {
            let wanted = subscription.choices.iter().find(|one| one.by == by);
            if let Some(one) = wanted.filter(|_| address.is_empty()) {
                let (news, by) = (one.news.label(), by.as_str());
                let message = format!("`{news}` by {by} has nowhere to go: give an address, or choose `Not`");
                return Err(ApiError::Invalid { message });
            }
        }
        for (by, address) in addresses {
            send_to(&state, &viewer, by, address).await?;
        }
        context.subscribe(&viewer, subscription).await
    };
    match done.await {
        Ok(()) => Redirect::to("/notifications").into_response(),
        Err(error) => not_done(&state, &headers, error.status(), &error.to_string()),
    }
}

/// What the form means.
fn meant(fields: &Fields, viewer: &Viewer) -> Result<Subscription, ApiError> {
    let invalid = |message: String| ApiError::Invalid { message };
    let field = |name: &str| fields.get(name).map_or("", |value| value.trim());
    let hour = |name: &str| {
        let word = field(name);
        word.parse().map_err(|_| invalid(format!("`{word}` is no hour of the day: choose one of 0 to 23")))
    };
    let mut choices = Vec::new();
    for news in News::ALL {
        for by in Channel::ALL {
            let word = field(&format!("{}_{}", by.as_str(), news.as_str()));
            if !word.is_empty() {
                let pace = Pace::named(word).ok_or_else(|| invalid(format!("`{word}` is no pace")))?;
                choices.push(Choice { news, by, pace });
            }
        }
    }
    let quiet = match (field("quiet_from"), field("quiet_until")) {
        ("", "") => None,
        ("", _) | (_, "") => return Err(invalid("quiet hours need a beginning and an end".to_owned())),
        _ => Some(QuietHours { from_hour: hour("quiet_from")?, until_hour: hour("quiet_until")? }),
    };
    Ok(Subscription {
        customer: viewer.customer,
        choices,
        zone: field("zone").to_owned(),
        daily_hour: hour("daily_hour")?,
        quiet,
    })
}

/// Sets where somebody is told news from now on; an empty address is nowhere.
async fn send_to(state: &AppState, viewer: &Viewer, by: Channel, address: &str) -> Result<(), ApiError> {
    let addressee = Addressee::Person { by, account: viewer.account.clone() };
    let known = state.store.endpoint(EndpointOf::Person(&addressee)).await?;
    if address.is_empty() {
        if let Some(known) = known {
            state.store.remove_endpoint(&known.name).await?;
        }
        return Ok(());
    }
    let address = match by {
        Channel::Mail => format!("mailto:{address}"),
        Channel::Webhook => address.to_owned(),
    };
    checked(&address).map_err(|error| ApiError::Invalid { message: format!("{error:#}") })?;
    let is_same = known.as_ref().is_some_and(|known| known.address == address);
    let endpoint = match known {
        Some(known) if is_same => Endpoint { paused: None, open_until: None, ..known },
        _ => Endpoint {
            // No name that an operator gives has a dot.
            name: format!("{}.{}", viewer.account, by.as_str()),
            addressee,
            address,
            secret: Some(match by {
                Channel::Mail => new_token(),
                Channel::Webhook => draw_secret(),
            }),
            allow_private: false,
            paused: None,
            open_until: None,
            confirmed: by == Channel::Webhook,
        },
    };
    let is_asked = !endpoint.confirmed && state.post.is_set_up();
    state.store.put_endpoint(endpoint.clone()).await?;
    if is_asked && state.post.may_ask(&viewer.account, (state.clock)()) {
        state.post.ask_to_confirm(&endpoint, &viewer.account).await.map_err(|error| {
            tracing::warn!(
                error = format!("{error:#}"),
                account = viewer.account,
                "an address can't be asked"
            );
            let message =
                "the address is kept, but no letter could be sent to it: save again in a minute".to_owned();
            ApiError::Invalid { message }
        })?;
    }
    Ok(())
}

async fn ask_confirm(state: State<AppState>, token: Path<String>, headers: HeaderMap) -> Response {
    let question = |account: &str, address: &str| {
        format!("Should news for {account} go to {address}? The letters say how they end.")
    };
    of_letter(&state, &token, &headers, async |endpoint, account| {
        Ok(("Is this your address?", question(account, address_of(endpoint)), Then::Press("Yes, it is mine")))
    })
    .await
}

async fn confirm(state: State<AppState>, token: Path<String>, headers: HeaderMap) -> Response {
    of_letter(&state, &token, &headers, async |endpoint, account| {
        state.store.confirm_endpoint(&endpoint.name).await?;
        let sentence = format!("News for {account} goes to {} from now on.", address_of(endpoint));
        Ok(("Thank you", sentence, choose_more()))
    })
    .await
}

async fn ask_unsubscribe(state: State<AppState>, token: Path<String>, headers: HeaderMap) -> Response {
    of_letter(&state, &token, &headers, async |endpoint, account| {
        let sentence = format!("Should no more news for {account} go to {}?", address_of(endpoint));
        Ok(("No more mail?", sentence, Then::Press("No more mail")))
    })
    .await
}

async fn unsubscribe(state: State<AppState>, token: Path<String>, headers: HeaderMap) -> Response {
    of_letter(&state, &token, &headers, async |endpoint, account| {
        let accounts = state.store.accounts().await?;
        if let Some(one) = accounts.into_iter().find(|one| one.account == account) {
            let viewer =
                Viewer { account: one.account, name: one.name, role: one.role, customer: one.customer };
            let identity = Identity { viewer: Some(viewer.clone()), session: None };
            let context = context(&state, identity, None);
            let mut chosen = context.subscription(&viewer).await?;
            chosen.choices.retain(|choice| choice.by != Channel::Mail);
            context.subscribe(&viewer, chosen).await?;
        }
        let sentence = format!("No more news goes to {}.", address_of(endpoint));
        state.store.remove_endpoint(&endpoint.name).await?;
        Ok(("No more mail", sentence, choose_more()))
    })
    .await
}

fn choose_more() -> Then {
    Then::Go { to: "/notifications".to_owned(), label: "Choose what you are told" }
}

fn address_of(endpoint: &Endpoint) -> &str {
    endpoint.address.trim_start_matches("mailto:")
}

/// Answers the link of a letter, if it still is one.
async fn of_letter(
    state: &AppState,
    token: &str,
    headers: &HeaderMap,
    answer: impl AsyncFnOnce(&Endpoint, &str) -> Result<(&'static str, String, Then), ApiError>,
) -> Response {
    let answered = async {
        let endpoint = state.store.endpoint(EndpointOf::Token(token)).await?.ok_or(ApiError::NotFound)?;
        let Addressee::Person { account, .. } = endpoint.addressee.clone() else {
            return Err(ApiError::NotFound);
        };
        answer(&endpoint, &account).await
    };
    let (status, (title, sentence, then)) = match answered.await {
        Ok(answer) => (StatusCode::OK, answer),
        Err(ApiError::NotFound) => {
            let sentence =
                "Its address was changed or removed meanwhile, or the link was cut off.".to_owned();
            (StatusCode::NOT_FOUND, ("This link leads nowhere any more", sentence, choose_more()))
        }
        Err(error) => {
            let then = Then::Press("Try again");
            (error.status(), ("Not done", format!("Sorry: {error}."), then))
        }
    };
    (status, Html(saying(title, sentence, then, &state.leptos, chosen(headers)))).into_response()
}
