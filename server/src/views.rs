//! `POST /views` and `POST /views/forget`: saved views, one's own or shared with everybody at the desk. What is saved is the query of the page that the form stands on.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::display::{came_from, not_done};
use crate::form::{Form, Path};
use crate::state::AppState;
use app::api::VIEW_NAME;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::account::Viewer;
use serde::Deserialize;
use store::{SAVED_VIEWS, SavedView, StoreError};

/// The page whose views can be shared.
const DESK: &str = "desk";
/// Longer queries than any page's links make.
const QUERY: usize = 1000;

#[derive(Deserialize)]
struct Named {
    name: String,
    /// `yes` for a view that everybody at the desk has.
    #[serde(default)]
    shared: String,
}

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/views", post(save))
        .route("/views/forget", post(forget))
        .route("/desk/queues/{name}", get(shared))
}

/// `GET /desk/queues/{name}`: the shared queue of that name.
async fn shared(State(state): State<AppState>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match state.store.shared_view(DESK, &name).await {
        Ok(Some(view)) => Redirect::to(&format!("/desk?{}", view.query)).into_response(),
        Ok(None) => {
            let why = format!("nobody shares a queue named `{name}`: it may have been renamed or forgotten");
            not_done(&state, &headers, StatusCode::NOT_FOUND, &why)
        }
        Err(error) => failed(&error),
    }
}

async fn save(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(Named { name, shared }): Form<Named>,
) -> Response {
    let Some(viewer) = identity.viewer else { return signed_out() };
    let back = came_from(&headers);
    let Some((page, query)) = place(&viewer, &back) else { return nowhere(&state, &headers, &back) };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > VIEW_NAME || query.len() > QUERY {
        let why = format!("a view needs a name of 1 to {VIEW_NAME} characters: shorten it");
        return not_done(&state, &headers, StatusCode::UNPROCESSABLE_ENTITY, &why);
    }
    let shared_by = (shared == "yes" && page == DESK).then(|| viewer.account.clone());
    let is_shared = shared_by.is_some();
    let view = SavedView { name: name.to_owned(), query: query.to_owned(), shared_by };
    match state.store.save_view(&viewer.account, page, view).await {
        Ok(true) => Redirect::to(&back).into_response(),
        Ok(false) => {
            let why = if is_shared {
                format!(
                    "somebody else shares a queue named `{name}`, or there are {SAVED_VIEWS} shared ones: take another \
                     name, or forget one"
                )
            } else {
                format!("you have {SAVED_VIEWS} views of this page: forget one, then save this one")
            };
            not_done(&state, &headers, StatusCode::CONFLICT, &why)
        }
        Err(error) => failed(&error),
    }
}

async fn forget(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(Named { name, shared }): Form<Named>,
) -> Response {
    let Some(viewer) = identity.viewer else { return signed_out() };
    let back = came_from(&headers);
    let Some((page, _)) = place(&viewer, &back) else { return nowhere(&state, &headers, &back) };
    let is_shared = shared == "yes" && page == DESK;
    let may_all = viewer.role.may_approve();
    match state.store.forget_view(&viewer.account, page, &name, is_shared, may_all).await {
        Ok(false) if is_shared => {
            let why = format!("`{name}` is not yours to forget: ask who shared it, or a manager");
            not_done(&state, &headers, StatusCode::FORBIDDEN, &why)
        }
        Ok(_) => Redirect::to(&back).into_response(),
        Err(error) => failed(&error),
    }
}

/// The page that has views, and the query that it was shown with.
fn place<'a>(viewer: &Viewer, address: &'a str) -> Option<(&'static str, &'a str)> {
    use domain::account::Area;
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let pages = [("/shipments", Area::Shipments), ("/desk", Area::Desk)];
    let (page, _) = pages.into_iter().find(|(page, area)| *page == path && viewer.role.may_open(*area))?;
    Some((&page[1..], query))
}

fn signed_out() -> Response {
    Answer::new(StatusCode::UNAUTHORIZED, "sign_in", "sign in first").into_response()
}

fn nowhere(state: &AppState, headers: &HeaderMap, address: &str) -> Response {
    let why = format!("`{address}` is no list whose views can be saved");
    not_done(state, headers, StatusCode::UNPROCESSABLE_ENTITY, &why)
}

fn failed(error: &StoreError) -> Response {
    tracing::error!(%error, "a saved view could not be written");
    Answer::unavailable().into_response()
}
