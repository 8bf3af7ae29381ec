//! The pages: Leptos renders them whole on the server, so that they are readable before any script has loaded.

use crate::answer::Answer;
use crate::auth::{Identity, is_own_path, who};
use crate::display;
use crate::form::Query;
use crate::state::AppState;
use app::api::ApiError;
use app::context::{Aside, Context};
use app::{gallery, home_of, palette};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::account::Viewer;
use leptos::context::{provide_context, use_context};
use leptos::nonce::{provide_nonce, use_nonce};
use leptos::prelude::{AnyView, IntoAny as _};
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list};
use serde::Deserialize;
use std::sync::LazyLock;

/// Listed once in a process: while Leptos lists them, the content of every page that is being rendered anywhere in the
/// process is never loaded, and the page never ends (leptos-rs/leptos#4773).
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));

/// Server functions that give something out or change what holds for others; the security log tells who called them. What they
/// changed is in the journal.
const LOGGED: [&str; 3] = ["/api/share", "/api/revoke", "/api/rulebook/change"];

/// All pages and server functions.
pub fn router(has_gallery: bool) -> Router<AppState> {
    let pages = Router::new()
        .route("/api/{*name}", post(server_function).get(server_function))
        .route("/find", get(find))
        .leptos_routes_with_handler(ROUTES.clone(), get(page));
    if has_gallery { pages.route("/components", get(components)) } else { pages }
}

/// The paths at which Leptos draws pages, as the router has them.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(AxumRouteListing::path)
}

/// Whether Leptos draws a page at a path.
pub fn is_page(path: &str) -> bool {
    let segments = |path: &str| -> Vec<String> {
        path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
    };
    let asked = segments(path);
    paths().map(segments).any(|route| {
        let fits = |(named, asked): (&String, &String)| {
            named.starts_with('{') || named.starts_with(':') || named == asked
        };
        route.len() == asked.len() && route.iter().zip(&asked).all(fits)
    })
}

pub fn context(state: &AppState, identity: Identity, aside: Option<Aside>) -> Context {
    Context {
        store: state.store.clone(),
        clock: state.clock.clone(),
        presence: state.presence.clone(),
        writes: state.writes.clone(),
        sends_mail: state.post.is_set_up(),
        viewer: identity.viewer,
        session: identity.session,
        aside,
    }
}

/// Renders the page of a request; also what unknown paths get, as a page that says so.
pub async fn page(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    request: Request<Body>,
) -> Response {
    if let Some(elsewhere) = leads_to(request.uri(), identity.viewer.as_ref()) {
        return Redirect::to(&elsewhere).into_response();
    }
    let context = context(&state, identity, Some(Aside::default()));
    let options = state.leptos.clone();
    let display = display::chosen(request.headers());
    let viewer = context.viewer.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(context.clone());
            provide_policy();
        },
        move || app::shell(options.clone(), display, dialog(viewer.as_ref())),
    );
    render(request).await.into_response()
}

/// Where the pages lead that only lead on, whoever asks and whatever they accept: the start page, and the sign-in of somebody who
/// is signed in.
fn leads_to(uri: &Uri, viewer: Option<&Viewer>) -> Option<String> {
    let home = || home_of(viewer.map(|viewer| viewer.role)).to_owned();
    match uri.path() {
        "/" => Some(home()),
        "/sign-in" if viewer.is_some() => {
            let next = axum::extract::Query::<Next>::try_from_uri(uri).ok().map(|read| read.0.next);
            Some(next.filter(|next| next != "/" && is_own_path(next)).unwrap_or_else(home))
        }
        _ => None,
    }
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

/// Lets the scripts run that Leptos writes into this page, and no others: behind the escaping of every text stands the browser.
fn provide_policy() {
    provide_nonce();
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(Some(&nonce))) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// What a page may load and run; `nonce` marks the scripts that stand in it.
pub fn content_security_policy(nonce: Option<&str>) -> String {
    let marked = nonce.map_or(String::new(), |nonce| format!(" 'nonce-{nonce}'"));
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{marked}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         object-src 'none'; frame-ancestors 'none'"
    )
}

fn dialog(viewer: Option<&Viewer>) -> Option<AnyView> {
    viewer.map(|viewer| palette::dialog(viewer).into_any())
}

/// What pages are made of, in all states; for whoever changes a page.
async fn components(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
) -> Html<String> {
    let palette = dialog(identity.viewer.as_ref());
    Html(gallery::page(&state.leptos, display::chosen(&headers), palette, (state.clock)()))
}

/// Whether a path is one of the functions that our own pages call.
fn is_function(path: &str) -> bool {
    leptos::server_fn::axum::server_fn_paths().any(|(known, _)| known == path)
}

#[derive(Default, Deserialize)]
struct Words {
    #[serde(default)]
    q: String,
}

/// `GET /find?q=…`: the shipments that the words find, as the options of the command palette.
async fn find(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    Query(Words { q }): Query<Words>,
) -> Response {
    let context = context(&state, identity, None);
    let options = match &context.viewer {
        Some(viewer) => palette::found(&context, viewer, &q).await,
        None => Err(ApiError::SignIn),
    };
    match options {
        Ok(options) => Html(options).into_response(),
        Err(error) => (error.status(), format!("{error}\n")).into_response(),
    }
}

async fn server_function(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    request: Request<Body>,
) -> Response {
    let context = context(&state, identity, None);
    let (function, who) = (request.uri().path().to_owned(), who(&request));
    if !is_function(&function) {
        let message = "there is no such function: the pages' own are for the pages; what programs may use stands at /contracts";
        return Answer::new(StatusCode::NOT_FOUND, "not_found", message).into_response();
    }
    let response =
        leptos_axum::handle_server_fns_with_context(move || provide_context(context.clone()), request)
            .await
            .into_response();
    let (is_done, status) = (response.status().is_success(), response.status());
    if is_done && LOGGED.contains(&function.as_str()) {
        who.did("call", &function);
    } else if matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    ) {
        who.was_refused("refused", &function);
    }
    response
}
