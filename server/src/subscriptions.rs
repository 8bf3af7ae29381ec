//! `POST /notifications`: what somebody wants to be told. `/confirm/{token}` and `/unsubscribe/{token}`: the links of letters, for
//! whoever holds the letter; opening one changes nothing, since mail programs open links themselves.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::cli::endpoint::checked;
use crate::cli::source::draw_secret;
use crate::display::{chosen, not_done};
use crate::form::{Form, Path};
use crate::outbox::{Refused, is_private};
use crate::pages::context;
use crate::state::AppState;
use app::api::ApiError;
use app::context::{new_token, token_hash};
use app::document::{Then, saying};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::account::Viewer;
use domain::message::Addressee;
use domain::subscription::{Channel, Choice, News, Pace, QuietHours, Subscription};
use reqwest::Url;
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
                let message = format!("`{news}` by {by} has nowhere to go: give an address, or choose `Off`");
                return Err(ApiError::Invalid { message });
            }
        }
        let mut unconfirmed = Vec::new();
        for (by, address) in addresses {
            unconfirmed.extend(send_to(&state, &viewer, by, address).await?);
        }
        context.subscribe(&viewer, subscription).await?;
        for endpoint in &unconfirmed {
            state.post.ask(&state.store, endpoint, (state.clock)()).await?;
        }
        Ok(())
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

/// Sets where somebody is told news from now on; an empty address is nowhere. Returns the endpoint whose owner is still to be asked.
async fn send_to(
    state: &AppState,
    viewer: &Viewer,
    by: Channel,
    address: &str,
) -> Result<Option<Endpoint>, ApiError> {
    let addressee = Addressee::Person { by, account: viewer.account.clone() };
    let known = state.store.endpoint(EndpointOf::Person(&addressee)).await?;
    if address.is_empty() {
        if let Some(known) = known {
            state.store.remove_endpoint(&known.name, true).await?;
        }
        return Ok(None);
    }
    let address = match by {
        Channel::Mail => format!("mailto:{address}"),
        Channel::Webhook => address.to_owned(),
    };
    checked(&address).map_err(|error| ApiError::Invalid { message: format!("{error:#}") })?;
    let is_same = known.as_ref().is_some_and(|known| known.address == address);
    if let Some(message) = unfit(&address).filter(|_| !is_same) {
        return Err(ApiError::Invalid { message });
    }
    let endpoint = match known {
        Some(known) if is_same => Endpoint { paused: None, open_until: None, ..known },
        // No name that an operator gives has a dot.
        _ => Endpoint {
            secret: Some(match by {
                Channel::Mail => new_token(),
                Channel::Webhook => draw_secret(),
            }),
            confirmed: false,
            ..Endpoint::new(format!("{}.{}", viewer.account, by.as_str()), addressee, address)
        },
    };
    state.store.put_endpoint(endpoint.clone()).await?;
    Ok(Some(endpoint).filter(|endpoint| !endpoint.confirmed))
}

/// Why nothing would be sent to a webhook of somebody's own, as far as its address tells.
fn unfit(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| url.scheme() != "mailto")?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let is_here = host == "localhost" || host.trim_end_matches('.').ends_with("localhost");
    let private = host.trim_matches(['[', ']']).parse().ok().filter(|address| is_private(*address));
    match private {
        Some(address) => Some(Refused { host, address }.to_string()),
        None if is_here => Some(format!("`{host}` is this server itself: nothing is sent there")),
        None if url.scheme() != "https" => {
            Some(format!("`{address}` would be told in the clear: use https://…"))
        }
        None if !url.username().is_empty() || url.password().is_some() => {
            Some("the address holds a user or a password: the signature says that it is us".to_owned())
        }
        None if address.len() > 500 => Some("the address is longer than 500 characters".to_owned()),
        None => None,
    }
}

async fn ask_confirm(state: State<AppState>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    of_letter(&state, Link::Confirm(&token), &headers, async |endpoint| {
        let (whose, address) = (whose(endpoint), address_of(endpoint));
        let question = format!("Should news {whose} go to {address}? The letters say how they end.");
        Ok(("Is this your address?", question, Then::Press("Yes, it is mine")))
    })
    .await
}

async fn confirm(state: State<AppState>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    of_letter(&state, Link::Confirm(&token), &headers, async |endpoint| {
        if !state.store.confirm(&token_hash(&token), (state.clock)()).await? {
            return Err(ApiError::NotFound);
        }
        let sentence = format!("News {} goes to {} from now on.", whose(endpoint), address_of(endpoint));
        Ok(("Thank you", sentence, choose_more()))
    })
    .await
}

async fn ask_unsubscribe(state: State<AppState>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    of_letter(&state, Link::End(&token), &headers, async |endpoint| {
        let sentence = format!("Should no more news {} go to {}?", whose(endpoint), address_of(endpoint));
        Ok(("No more mail?", sentence, Then::Press("No more mail")))
    })
    .await
}

async fn unsubscribe(state: State<AppState>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    of_letter(&state, Link::End(&token), &headers, async |endpoint| {
        if let Addressee::Person { account, .. } = &endpoint.addressee {
            choose_no_mail(&state, account).await?;
        }
        let sentence = format!("No more news goes to {}.", address_of(endpoint));
        state.store.remove_endpoint(&endpoint.name, true).await?;
        tracing::info!(endpoint = endpoint.name, "whoever reads its letters wants no more: it is removed");
        Ok(("No more mail", sentence, choose_more()))
    })
    .await
}

/// Takes all that an account chose to be told by mail out of what it chose.
async fn choose_no_mail(state: &AppState, account: &str) -> Result<(), ApiError> {
    let accounts = state.store.accounts().await?;
    let Some(one) = accounts.into_iter().find(|one| one.account == account) else { return Ok(()) };
    let viewer = Viewer { account: one.account, name: one.name, role: one.role, customer: one.customer };
    let identity = Identity { viewer: Some(viewer.clone()), session: None };
    let context = context(state, identity, None);
    let mut chosen = context.subscription(&viewer).await?;
    chosen.choices.retain(|choice| choice.by != Channel::Mail);
    context.subscribe(&viewer, chosen).await
}

fn choose_more() -> Then {
    Then::Go { to: "/notifications".to_owned(), label: "Choose what you are told" }
}

fn address_of(endpoint: &Endpoint) -> &str {
    endpoint.address.trim_start_matches("mailto:")
}

/// For whom an endpoint's news are.
fn whose(endpoint: &Endpoint) -> String {
    match &endpoint.addressee {
        Addressee::Person { account, .. } => format!("for {account}"),
        _ => "of your shipments".to_owned(),
    }
}

/// The links of letters: what confirms an address is spent within a day and ends nothing; what ends them confirms nothing.
enum Link<'a> {
    Confirm(&'a str),
    End(&'a str),
}

/// Answers the link of a letter, if it still is one.
async fn of_letter(
    state: &AppState,
    link: Link<'_>,
    headers: &HeaderMap,
    answer: impl AsyncFnOnce(&Endpoint) -> Result<(&'static str, String, Then), ApiError>,
) -> Response {
    let answered = async {
        let endpoint = match link {
            Link::Confirm(token) => state.store.asked(&token_hash(token), (state.clock)()).await?,
            Link::End(token) => state.store.endpoint(EndpointOf::Token(token)).await?,
        };
        answer(&endpoint.ok_or(ApiError::NotFound)?).await
    };
    let (status, (title, sentence, then)) = match answered.await {
        Ok(answer) => (StatusCode::OK, answer),
        Err(ApiError::NotFound) => {
            let sentence =
                "Its address was changed or removed meanwhile, the link is older than a day, or it was cut off.".to_owned();
            (StatusCode::NOT_FOUND, ("This link leads nowhere any more", sentence, choose_more()))
        }
        Err(error) => {
            let then = Then::Press("Try again");
            (error.status(), ("Not done", format!("Sorry: {error}."), then))
        }
    };
    (status, Html(saying(title, sentence, then, &state.leptos, chosen(headers)))).into_response()
}
