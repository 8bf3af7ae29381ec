//! The door: finds out who asks, turns away requests of other sites and people without the right role.

use super::{COOKIE, token_hash};
use crate::answer::Answer;
use crate::pages;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::{Area, Viewer};
use std::fmt::Write;

/// Who asks, as far as the cookie tells. Every request carries one.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    pub viewer: Option<Viewer>,
    /// The hash of the session's token.
    pub session: Option<String>,
}

/// Reads the session's cookie and puts an [`Identity`] into the request.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let identity = match session_token(request.headers()) {
        None => Identity::default(),
        Some(token) => {
            let session = token_hash(token);
            match state.store.session(&session, (state.clock)()).await {
                Ok(Some(viewer)) => Identity { viewer: Some(viewer), session: Some(session) },
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

/// The token in the session's cookie.
pub(super) fn session_token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
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

/// Refuses what another site's page sends with our visitor's cookie. A request without an `Origin` comes from no
/// page, or from our own; browsers always send it with a websocket's upgrade.
pub fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST);
    match text(header::ORIGIN) {
        Some(origin) => {
            let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
            host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
        }
        None => headers.get("sec-fetch-site").is_none_or(|site| site != "cross-site"),
    }
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
pub async fn guard(request: Request, next: Next) -> Response {
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_write && !same_origin(request.headers()) {
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
    fn another_sites_page_is_refused() {
        assert!(same_origin(&headers(&[("host", "syncline.test"), ("origin", "https://syncline.test")])));
        assert!(!same_origin(&headers(&[("host", "syncline.test"), ("origin", "https://evil.test")])));
        assert!(!same_origin(&headers(&[("host", "syncline.test"), ("sec-fetch-site", "cross-site")])));
        assert!(!same_origin(&headers(&[("origin", "null"), ("host", "syncline.test")])));
        assert!(same_origin(&headers(&[("host", "syncline.test")])));
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let headers = headers(&[("cookie", "theme=dark; syncline_session=abc-1; x=y")]);
        assert_eq!(session_token(&headers), Some("abc-1"));
    }
}
