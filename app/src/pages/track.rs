//! What a share link shows: the customer's view of one shipment, without signing in and without what needs an account.

use super::shipment::shown;
use crate::api::{self, ApiError, Drawing, Drawn};
use crate::components::page::or_problem;
use crate::components::problem::{Missing, Problem};
use crate::plain::IntoPlain;
use domain::live::ViewKey;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Page() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    or_problem(
        move || token.get(),
        move || api::draw(Drawn::Track(token.get_untracked())),
        move |found: Result<Drawing, ApiError>| {
            match found {
            Ok(drawing) => {
                let token = token.get_untracked();
                shown(Drawn::Track(token.clone()), ViewKey::Track { token }, drawing, None)
            }
            Err(ApiError::NotFound) => view! {
                <Missing
                    headline="This link shows nothing"
                    sentence="It has expired, was ended by whoever shared it, or was never given out. Ask them for a new one."
                />
            }
            .plain(),
            Err(error) => view! { <Problem error /> }.plain(),
        }
        },
    )
}
