//! `POST /sign-in` and `POST /sign-out`: plain forms, so that they work before any script has loaded.

use super::guard::{encode, session_token};
use super::{COOKIE, is_password, new_token, token_hash};
use crate::answer::Answer;
use crate::form::Form;
use crate::state::AppState;
use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A session lasts so long, whatever happens in it.
const SESSION: TimeDelta = TimeDelta::days(14);
/// After so many wrong passwords in a row an account is closed for [`LOCKED`] to sign-ins from the address that gave
/// them; its owner, who comes from elsewhere, is not shut out by a stranger.
const TRIES: u32 = 5;
const LOCKED: TimeDelta = TimeDelta::minutes(1);
/// After so many from all addresses together the account takes only one wrong password in each [`PAUSE`].
const TRIES_OF_ALL: u32 = 50;
const PAUSE: TimeDelta = TimeDelta::seconds(2);
/// More names than this are not remembered at once; the oldest lock is forgotten first.
const NAMES: usize = 10_000;
/// Longest account name and password that are looked at, in bytes.
const LONGEST: usize = 1024;
/// Passwords that are checked at once: each check takes 19 MiB and a processor for tens of milliseconds, and anybody may
/// ask for one.
const CHECKS: usize = 2;
/// Sign-ins that may wait for their check; one more is told to come back.
const WAITING: usize = 64;
/// What a stranger's password is compared with, so that an unknown name takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| super::hash_password(&new_token()).unwrap_or_default());

/// How many in a row, and when the last one was: by account name and address, and for all addresses together.
type Wrong = HashMap<(String, Option<IpAddr>), (u32, DateTime<Utc>)>;

/// Wrong passwords lately, and how many may be checked now.
#[derive(Clone, Debug)]
pub struct Attempts {
    wrong: Arc<Mutex<Wrong>>,
    places: Arc<Semaphore>,
    checks: Arc<Semaphore>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            wrong: Arc::default(),
            places: Arc::new(Semaphore::new(CHECKS + WAITING)),
            checks: Arc::new(Semaphore::new(CHECKS)),
        }
    }
}

impl Attempts {
    fn is_locked(&self, account: &str, from: IpAddr, now: DateTime<Utc>) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let is_beyond = |from: Option<IpAddr>, tries: u32, closed: TimeDelta| {
            let known = wrong.get(&(account.to_owned(), from));
            known.is_some_and(|(times, last)| *times >= tries && now - *last < closed)
        };
        is_beyond(Some(from), TRIES, LOCKED) || is_beyond(None, TRIES_OF_ALL, PAUSE)
    }

    fn failed(&self, account: &str, from: IpAddr, now: DateTime<Utc>) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        for from in [Some(from), None] {
            if wrong.len() >= NAMES
                && let Some(oldest) =
                    wrong.iter().min_by_key(|(_, (_, last))| *last).map(|(who, _)| who.clone())
            {
                wrong.remove(&oldest);
            }
            let (times, last) = wrong.entry((account.to_owned(), from)).or_insert((0, now));
            *times = if now - *last < LOCKED { *times + 1 } else { 1 };
            *last = now;
        }
    }

    fn succeeded(&self, account: &str, from: IpAddr) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.remove(&(account.to_owned(), Some(from)));
    }
}

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
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Form(form): Form<SignIn>,
) -> Response {
    let from = peer.ip().to_canonical();
    let now = (state.clock)();
    let next = if is_own_path(&form.next) { form.next.as_str() } else { "/" };
    let again =
        |error: &str| Redirect::to(&format!("/sign-in?error={error}&next={}", encode(next))).into_response();
    if form.account.len() > LONGEST || form.password.len() > LONGEST {
        return again("wrong");
    }
    let Ok(_place) = state.attempts.places.try_acquire() else {
        return Answer::unavailable().into_response();
    };
    // Never closed, so never an error.
    let _check = state.attempts.checks.acquire().await;
    // Asked only now: those who waited meanwhile count as well.
    if state.attempts.is_locked(&form.account, from, now) {
        return again("locked");
    }
    let known = match state.store.password_hash(&form.account).await {
        Ok(known) => known.filter(|(account, _)| !account.disabled),
        Err(error) => {
            tracing::error!(%error, "an account could not be read");
            return Answer::unavailable().into_response();
        }
    };
    let hash = known.as_ref().map_or(NOBODY.as_str(), |(_, hash)| hash.as_str()).to_owned();
    let password = form.password;
    let is_right = tokio::task::spawn_blocking(move || is_password(&password, &hash)).await.unwrap_or(false);
    if !is_right || known.is_none() {
        state.attempts.failed(&form.account, from, now);
        return again("wrong");
    }
    state.attempts.succeeded(&form.account, from);
    let token = new_token();
    if let Err(error) = state.store.open_session(&token_hash(&token), &form.account, now + SESSION).await {
        tracing::error!(%error, "a session could not be opened");
        return Answer::unavailable().into_response();
    }
    with_cookie(Redirect::to(next), COOKIE, &token, SESSION, state.secure_cookies)
}

/// Whether a page of this server may be behind it: `//host` and `/\host` would lead elsewhere, and so would `/`, tab,
/// `/host`, since browsers leave tabs and line ends out.
pub fn is_own_path(next: &str) -> bool {
    next.starts_with('/')
        && !next[1..].starts_with(['/', '\\'])
        && next.bytes().all(|byte| byte.is_ascii_graphic())
}

async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if let Some(token) = session_token(&headers)
        && let Err(error) = state.store.close_session(&token_hash(token)).await
    {
        tracing::error!(%error, "a session could not be closed");
        return Answer::unavailable().into_response();
    }
    let mut answer =
        with_cookie(Redirect::to("/sign-in"), COOKIE, "", TimeDelta::zero(), state.secure_cookies);
    // What the browser keeps of lists and drafts is the account's. Only over https is it believed: seen.js does the same.
    let storage = HeaderValue::from_static("\"storage\"");
    answer.headers_mut().insert(HeaderName::from_static("clear-site-data"), storage);
    answer
}

/// The answer that leads to `to` and leaves a cookie.
pub fn with_cookie(to: Redirect, name: &str, value: &str, lasts: TimeDelta, secure: bool) -> Response {
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", lasts.num_seconds());
    let mut response = to.into_response();
    match HeaderValue::from_str(&cookie) {
        Ok(value) => {
            response.headers_mut().insert(header::SET_COOKIE, value);
            response
        }
        Err(error) => {
            tracing::error!(%error, "a cookie could not be written");
            Answer::unavailable().into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn a_stranger_who_guesses_shuts_out_nobody_but_himself() {
        let attempts = Attempts::default();
        let now = DateTime::UNIX_EPOCH;
        (0..20).for_each(|_| attempts.failed("anna", address(1), now));
        assert!(attempts.is_locked("anna", address(1), now));
        assert!(!attempts.is_locked("anna", address(2), now), "anna comes from elsewhere");
        assert!(!attempts.is_locked("amir", address(1), now), "another account");
        attempts.succeeded("anna", address(2));
        assert!(attempts.is_locked("anna", address(1), now), "her success does not help him");
        assert!(!attempts.is_locked("anna", address(1), now + LOCKED));
    }

    #[test]
    fn many_strangers_together_are_slowed_down() {
        let attempts = Attempts::default();
        let now = DateTime::UNIX_EPOCH;
        (0..TRIES_OF_ALL).for_each(|one| attempts.failed("anna", address(one as u8), now));
        assert!(attempts.is_locked("anna", address(200), now));
        assert!(!attempts.is_locked("anna", address(200), now + PAUSE));
        assert!(!attempts.is_locked("amir", address(200), now));
    }
}
