//! `POST /views` and `POST /views/forget`: saved views. What is saved is the query of the page that the form stands on.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::display::{came_from, not_done};
use crate::state::AppState;
use app::api::VIEW_NAME;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Form, Router};
use domain::account::Viewer;
use serde::Deserialize;
use store::{SAVED_VIEWS, SavedView, StoreError};

/// Longer queries than any page's links make.
const QUERY: usize = 1000;

#[derive(Deserialize)]
struct Named {
    name: String,
}

pub fn router() -> Router<AppState> {
    Router::new().route("/views", post(save)).route("/views/forget", post(forget))
}

async fn save(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(Named { name }): Form<Named>,
) -> Response {
    let Some(viewer) = identity.viewer else { return signed_out() };
    let back = came_from(&headers);
    let Some((page, query)) = place(&viewer, &back) else { return nowhere(&state, &headers, &back) };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > VIEW_NAME || query.len() > QUERY {
        let why = format!("a view needs a name of 1 to {VIEW_NAME} characters: shorten it");
        return not_done(&state, &headers, StatusCode::UNPROCESSABLE_ENTITY, &why);
    }
    let view = SavedView { name: name.to_owned(), query: query.to_owned() };
    match state.store.save_view(&viewer.account, page, view).await {
        Ok(true) => Redirect::to(&back).into_response(),
        Ok(false) => {
            let why = format!("you have {SAVED_VIEWS} views of this page: forget one, then save this one");
            not_done(&state, &headers, StatusCode::CONFLICT, &why)
        }
        Err(error) => failed(&error),
    }
}

async fn forget(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(Named { name }): Form<Named>,
) -> Response {
    let Some(viewer) = identity.viewer else { return signed_out() };
    let back = came_from(&headers);
    let Some((page, _)) = place(&viewer, &back) else { return nowhere(&state, &headers, &back) };
    match state.store.forget_view(&viewer.account, page, &name).await {
        Ok(()) => Redirect::to(&back).into_response(),
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
