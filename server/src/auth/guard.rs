//! The door: finds out who asks, turns away requests of other sites and people without the right role.

use super::{COOKIE, token_hash};
use crate::answer::Answer;
use crate::client::ClientAddress;
use crate::pages;
use crate::security::Who;
use crate::site::Site;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::{Area, Viewer};
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Who asks, as far as the cookie tells. Every request carries one.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    pub viewer: Option<Viewer>,
    /// The hash of the session's token.
    pub session: Option<String>,
}

/// Reads the session's cookie and puts an [`Identity`] into the request.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let identity = match session_token(request.headers(), &state.site) {
        None => Identity::default(),
        Some(token) => {
            let session = token_hash(token);
            match state.store.session(&session, (state.clock)()).await {
                Ok(Some(viewer)) => {
                    prolong(&state, &session, &viewer);
                    Identity { viewer: Some(viewer), session: Some(session) }
                }
                Ok(None) => Identity::default(),
                Err(error) => {
                    tracing::error!(%error, "a session could not be read");
                    return Answer::unavailable().into_response();
                }
            }
        }
    };
    request.extensions_mut().insert(identity);
    next.run(request).await
}

/// A session that is used goes on. Nobody waits for that.
fn prolong(state: &AppState, session: &str, viewer: &Viewer) {
    let Some(until) = state.sessions.used(session, viewer.role, (state.clock)()) else { return };
    let (store, session) = (state.store.clone(), session.to_owned());
    tokio::spawn(async move {
        if let Err(error) = store.prolong_session(&session, until).await {
            tracing::warn!(%error, "a session that is used was not prolonged");
        }
    });
}

/// The token in the session's cookie.
pub(super) fn session_token<'h>(headers: &'h HeaderMap, site: &Site) -> Option<&'h str> {
    cookie(headers, &site.cookie(COOKIE))
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The area behind a page's path, if the page is not for everybody.
fn area(path: &str) -> Option<Area> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "shipments" | "shipments.csv" => Some(Area::Shipments),
        "desk" => Some(Area::Desk),
        "kpis" => Some(Area::Kpis),
        "integrations" => Some(Area::Integrations),
        "admin" => Some(Area::Admin),
        "notifications" => Some(Area::Notifications),
        _ => None,
    }
}

/// Sends strangers to the sign-in page and turns away those without the right role; refuses other sites' writes.
pub async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_write && !site.is_own(request.headers()) {
        who(&request).was_refused("refused", "a request of another site");
        return Answer::new(StatusCode::FORBIDDEN, "bad_origin", "this request comes from another site")
            .into_response();
    }
    if let Some(area) = area(request.uri().path()) {
        let viewer = request.extensions().get::<Identity>().and_then(|identity| identity.viewer.as_ref());
        match viewer {
            None => {
                let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
                return Redirect::to(&format!("/sign-in?next={}", encode(next))).into_response();
            }
            Some(viewer) if !viewer.role.may_open(area) => {
                who(&request).was_refused("refused", request.uri().path());
                let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
                if !is_read || !pages::is_page(request.uri().path()) {
                    // Nothing but a page is run for who may not: whatever else answers might tell.
                    return Answer::new(StatusCode::FORBIDDEN, "not_for_role", "this is not for your role")
                        .into_response();
                }
                // The page says so itself: what it asks the server for is refused as well.
                let mut response = next.run(request).await;
                *response.status_mut() = StatusCode::FORBIDDEN;
                return response;
            }
            Some(_) => {}
        }
    }
    next.run(request).await
}

/// Who sends a request, for the log.
pub fn who(request: &Request) -> Who {
    let extensions = request.extensions();
    let viewer = extensions.get::<Identity>().and_then(|identity| identity.viewer.as_ref());
    let client = extensions.get::<ClientAddress>().copied();
    let client = client.unwrap_or(ClientAddress(Ipv4Addr::UNSPECIFIED.into()));
    Who::new(viewer.map_or("", |viewer| viewer.account.as_str()), client, request.headers())
}

/// Percent-encodes everything but what is safe in a query's value.
pub(super) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let headers = headers(&[("cookie", "theme=dark; syncline_session=abc-1; x=y")]);
        assert_eq!(cookie(&headers, COOKIE), Some("abc-1"));
    }
}
