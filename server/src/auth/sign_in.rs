//! `POST /sign-in` and `POST /sign-out`: plain forms, so that they work before any script has loaded.

use super::attempts::Origin;
use super::guard::{encode, session_token};
use super::{COOKIE, Identity, LONGEST, cookie, device, is_password, new_token, token_hash};
use crate::answer::Answer;
use crate::client::ClientAddress;
use crate::form::Form;
use crate::security::Who;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use chrono::TimeDelta;
use serde::Deserialize;
use std::sync::LazyLock;

/// A session lasts so long at most, whatever happens in it.
const SESSION: TimeDelta = TimeDelta::days(14);
/// What a stranger's password is compared with, so that an unknown name takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| super::hash_password(&new_token()).unwrap_or_default());

#[derive(Deserialize)]
struct SignIn {
    account: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The two forms' targets.
pub fn router() -> Router<AppState> {
    Router::new().route("/sign-in", post(sign_in)).route("/sign-out", post(sign_out))
}

async fn sign_in(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    let next = if is_own_path(&form.next) { form.next.as_str() } else { "/" };
    let again =
        |error: &str| Redirect::to(&format!("/sign-in?error={error}&next={}", encode(next))).into_response();
    if form.account.len() > LONGEST || form.password.len() > LONGEST {
        return again("wrong");
    }
    let Some(_check) = state.attempts.check(client.0).await else {
        return Answer::unavailable().into_response();
    };
    let known = match state.store.password_hash(&form.account).await {
        Ok(known) => known.filter(|(account, _)| !account.disabled),
        Err(error) => {
            tracing::error!(%error, "an account could not be read");
            return Answer::unavailable().into_response();
        }
    };
    let now = (state.clock)();
    let device_cookie = device::cookie_name(&state.site, &form.account);
    let given = cookie(&headers, &device_cookie).filter(|given| {
        known.as_ref().is_some_and(|(_, hash)| device::is_genuine(given, &form.account, hash, now))
    });
    let from = given.map_or(Origin::Client(client.0), |given| Origin::Device(given.to_owned()));
    // Asked only now: those who waited meanwhile count as well.
    if state.attempts.is_locked(&form.account, &from, now) {
        return again("locked");
    }
    // A name that is nobody's may be a password in the wrong field.
    let who = Who::new(known.as_ref().map_or("", |_| form.account.as_str()), client, &headers);
    let hash = known.as_ref().map_or(NOBODY.as_str(), |(_, hash)| hash.as_str()).to_owned();
    let password = form.password;
    let is_right = tokio::task::spawn_blocking(move || is_password(&password, &hash)).await.unwrap_or(false);
    let Some((account, hash)) = known.filter(|_| is_right) else {
        who.was_refused("sign_in_refused", "a wrong account or password");
        if state.attempts.failed(&form.account, &from, now) {
            who.was_refused("locked", "too many wrong passwords");
        }
        return again("wrong");
    };
    state.attempts.succeeded(&form.account, from);
    let (token, before) = (new_token(), session_token(&headers, &state.site).map(token_hash));
    let expires_at = now + state.sessions.idle(account.role);
    let session = token_hash(&token);
    let ends_at = now + SESSION;
    let begun =
        state.store.begin_session(&session, &form.account, expires_at, ends_at, before.as_deref()).await;
    if let Err(error) = begun {
        tracing::error!(%error, "a session could not be opened");
        return Answer::unavailable().into_response();
    }
    who.did("sign_in", account.role.as_str());
    let mut response =
        with_cookie(Redirect::to(next), &state.site.cookie(COOKIE), &token, SESSION, state.site.is_https);
    if let Some(device) = device::issue(&form.account, &hash, now) {
        set_cookie(&mut response, &device_cookie, &device, device::LASTS, state.site.is_https);
    }
    response
}

/// Whether a page of this server may be behind it: `//host` and `/\host` would lead elsewhere, and so would `/`, tab,
/// `/host`, since browsers leave tabs and line ends out.
pub fn is_own_path(next: &str) -> bool {
    next.starts_with('/')
        && !next[1..].starts_with(['/', '\\'])
        && next.bytes().all(|byte| byte.is_ascii_graphic())
}

async fn sign_out(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    Extension(client): Extension<ClientAddress>,
    headers: HeaderMap,
) -> Response {
    if let Some(session) = &identity.session {
        if let Err(error) = state.store.close_session(session).await {
            tracing::error!(%error, "a session could not be closed");
            return Answer::unavailable().into_response();
        }
        let account = identity.viewer.as_ref().map_or("", |viewer| viewer.account.as_str());
        Who::new(account, client, &headers).did("session_end", "signed out");
    }
    let (name, secure) = (state.site.cookie(COOKIE), state.site.is_https);
    let mut answer = with_cookie(Redirect::to("/sign-in"), &name, "", TimeDelta::zero(), secure);
    // What the browser keeps of lists and drafts is the account's. Only over https is it believed: seen.js does the same.
    let storage = HeaderValue::from_static("\"storage\"");
    answer.headers_mut().insert(HeaderName::from_static("clear-site-data"), storage);
    answer
}

/// The answer that leads to `to` and leaves a cookie.
pub fn with_cookie(to: Redirect, name: &str, value: &str, lasts: TimeDelta, secure: bool) -> Response {
    let mut response = to.into_response();
    set_cookie(&mut response, name, value, lasts, secure);
    response
}

/// Has an answer leave one more cookie.
pub fn set_cookie(response: &mut Response, name: &str, value: &str, lasts: TimeDelta, secure: bool) {
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", lasts.num_seconds());
    match HeaderValue::from_str(&cookie) {
        Ok(value) => {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        Err(error) => {
            tracing::error!(%error, "a cookie could not be written");
            *response = Answer::unavailable().into_response();
        }
    }
}
