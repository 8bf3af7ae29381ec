//! `POST /display`: remembers how somebody wants pages to look, and leads back to where they were.

use crate::auth::{cookie, with_cookie};
use crate::form::Form;
use crate::state::AppState;
use app::display::Display;
use app::document::{Then, saying};
use axum::Router;
use axum::extract::State;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::post;
use chrono::TimeDelta;
use serde::Deserialize;

/// The cookie's name. It says nothing of who somebody is.
const COOKIE: &str = "syncline_display";
/// Browsers keep no cookie for longer than some 400 days.
const LASTS: TimeDelta = TimeDelta::days(365);

#[derive(Deserialize)]
struct Choice {
    choice: String,
}

pub fn router() -> Router<AppState> {
    Router::new().route("/display", post(choose))
}

/// What the request's cookie says.
pub fn chosen(headers: &HeaderMap) -> Display {
    cookie(headers, COOKIE).map(Display::from_cookie).unwrap_or_default()
}

async fn choose(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(Choice { choice }): Form<Choice>,
) -> Response {
    let value = chosen(&headers).with(&choice).to_cookie();
    with_cookie(Redirect::to(&came_from(&headers)), COOKIE, &value, LASTS, state.site.is_https)
}

/// The page that the form stood on. The guard has let only our own pages' forms through, and of the address only the path is
/// taken, so it leads nowhere else.
pub fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()?.parse::<Uri>().ok());
    let path = referer.and_then(|uri| uri.path_and_query().map(ToString::to_string));
    path.filter(|path| path.starts_with('/') && !path.starts_with("//")).unwrap_or_else(|| "/".to_owned())
}

/// What a form answers that was not taken: why, in one sentence, and the way back to where it stood.
pub fn not_done(state: &AppState, headers: &HeaderMap, status: StatusCode, why: &str) -> Response {
    let back = Then::Go { to: came_from(headers), label: "Back" };
    let page = saying("Not done", format!("Sorry: {why}."), back, &state.leptos, chosen(headers));
    (status, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn one_comes_back_to_the_page_that_one_was_on_and_nowhere_else() {
        for (referer, leads_to) in [
            ("http://127.0.0.1:3000/shipments?q=a%20b", "/shipments?q=a%20b"),
            ("https://evil.test//evil.test/", "/"),
            ("not an address", "/"),
        ] {
            let headers = HeaderMap::from_iter([(header::REFERER, HeaderValue::from_static(referer))]);
            assert_eq!(came_from(&headers), leads_to);
        }
        assert_eq!(came_from(&HeaderMap::new()), "/");
    }
}
