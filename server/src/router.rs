//! Which path leads where, and what every answer carries.

use crate::answer::Answer;
use crate::auth::{self, Identity};
use crate::client::{self, ClientAddress};
use crate::intake::Intake;
use crate::live::{self, Access};
use crate::places::Full;
use crate::site::Site;
use crate::state::AppState;
use crate::{
    assets, contracts, display, endpoints, export, intake, messages, pages, subscriptions, views, work,
};
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router, middleware};
use std::error::Error as _;
use std::sync::Arc;
use store::Health;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::set_header::SetResponseHeaderLayer;

/// Largest form or server function call; deliveries have a limit of their own.
const CALL: usize = 256 * 1024;

/// The whole server.
pub fn router(state: AppState, intake: Intake) -> Router {
    let people = Router::new()
        .merge(pages::router(state.has_gallery))
        .merge(auth::router())
        .merge(contracts::router())
        .merge(display::router())
        .merge(endpoints::router())
        .merge(export::router())
        .merge(messages::router())
        .merge(subscriptions::router())
        .merge(views::router())
        .merge(work::router())
        .route("/live", get(live_socket))
        .fallback(get(assets_or_page).fallback(not_here))
        .layer(DefaultBodyLimit::max(CALL))
        .layer(middleware::from_fn_with_state(state.site.clone(), auth::guard))
        .layer(middleware::from_fn_with_state(state.site.clone(), in_time))
        .layer(middleware::from_fn_with_state(state.clone(), auth::identify))
        // What one person was shown is for nobody else, nor for the next one at the same browser. Files say otherwise.
        .layer(header_layer(header::CACHE_CONTROL, "no-store"))
        .layer(
            CompressionLayer::new()
                .compress_when(SizeAbove::new(1024).and(NotForContentType::new("application/wasm"))),
        );
    let site = state.site.clone();
    let app = Router::new()
        .merge(people)
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(state)
        .merge(intake::router(intake))
        .layer(CatchPanicLayer::custom(|_| Answer::unavailable().into_response()))
        .layer(middleware::from_fn_with_state(site.proxies.clone(), client::locate))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::X_FRAME_OPTIONS, "DENY"))
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy()))
        .layer(header_layer(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(header_layer(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        // The token of a share link stands in its address. Not `no-referrer`: with it browsers send `Origin: null` with
        // our own forms, which are then refused as another site's.
        .layer(header_layer(header::REFERRER_POLICY, "same-origin"));
    if site.is_https {
        app.layer(header_layer(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"))
    } else {
        app
    }
}

/// Reads what people send before anything looks at it: it is short, and has its time.
async fn in_time(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    if matches!(head.method, Method::GET | Method::HEAD) {
        return next.run(Request::from_parts(head, body)).await;
    }
    match tokio::time::timeout(site.body_timeout, axum::body::to_bytes(body, CALL)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(error)) => {
            let is_cut = error.source().is_none_or(|cause| !cause.is::<http_body_util::LengthLimitError>());
            let (status, code) = (StatusCode::PAYLOAD_TOO_LARGE, "too_large");
            let message = format!("a form holds {} KiB at most", CALL / 1024);
            if is_cut {
                let message = "the request was cut off";
                return Answer::new(StatusCode::BAD_REQUEST, "cut_off", message).into_response();
            }
            Answer::new(status, code, message).into_response()
        }
        Err(_) => {
            let message = format!("a form must be there within {:?}: send it again", site.body_timeout);
            let answer = Answer::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message);
            // What is left of it is not waited for.
            ([(header::CONNECTION, "close")], answer).into_response()
        }
    }
}

/// What holds where no page has said it more exactly.
fn policy() -> HeaderValue {
    HeaderValue::from_str(&pages::content_security_policy(None))
        .unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Tells no position: how much is in the journal is nobody's who has not signed in.
async fn ready(State(state): State<AppState>) -> Response {
    if let Health::Unwritable { reason, since } = state.store.health() {
        let message = format!("nothing can be written since {since}: {reason}");
        return Answer::new(StatusCode::SERVICE_UNAVAILABLE, "unwritable", message).into_response();
    }
    match state.store.as_of().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Answer::unavailable().into_response()
        }
    }
}

async fn live_socket(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !state.site.is_own(&headers) {
        let message = "a websocket may only be opened by a page of this server";
        return Answer::new(StatusCode::FORBIDDEN, "bad_origin", message).into_response();
    }
    let place = match state.site.sockets.take(address) {
        Ok(place) => place,
        Err(full) => {
            let (code, message) = match full {
                Full::ForClient => {
                    ("too_many_sockets", "too many live sockets are open from your address: close some")
                }
                Full::Everywhere => ("busy", "too many live sockets are open: try again"),
            };
            return Answer::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
                .retry_after(30)
                .into_response();
        }
    };
    let Identity { viewer, session } = identity;
    let viewless = state.site.viewless_timeout;
    live::upgrade(upgrade, state.hub, Access { viewer, session, viewless }, place)
}

/// Nothing is written at an address that is none. Who meant the intake is told where it is.
async fn not_here(method: Method, uri: Uri) -> Response {
    if uri.path().trim_matches('/').to_ascii_lowercase().starts_with("intake") {
        return intake::no_path().await;
    }
    let message = format!(
        "nothing takes {method} at {}: deliveries go to /intake/ and the name of your source",
        uri.path()
    );
    Answer::new(StatusCode::NOT_FOUND, "not_found", message).into_response()
}

async fn assets_or_page(state: State<AppState>, identity: Extension<Identity>, request: Request) -> Response {
    match assets::respond(&request) {
        Some(asset) => asset,
        None => pages::page(state, identity, request).await,
    }
}
