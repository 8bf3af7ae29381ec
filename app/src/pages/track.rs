//! What a share link shows: the customer's view of one shipment, without signing in and without what needs an account.

use super::shipment::{Facts, Followed};
use crate::api::{self, ApiError, MapOf, TrackPage};
use crate::components::map::shipment_map;
use crate::components::page::or_problem;
use crate::components::position::refusal;
use crate::components::problem::{Missing, Problem};
use crate::pages::shipment::story::story;
use crate::plain::IntoPlain;
use domain::Seq;
use domain::live::ViewKey;
use domain::redaction::CustomerShipment;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Page() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    or_problem(
        move || token.get(),
        move || api::track(token.get_untracked()),
        move |found: Result<TrackPage, ApiError>| {
            match found {
            Ok(TrackPage { as_of, shipment, map }) => {
                view! { <Tracked token=token.get_untracked() as_of shipment map /> }.plain()
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

#[component]
fn Tracked(token: String, as_of: Seq, shipment: CustomerShipment, map: String) -> impl IntoView {
    let of = MapOf::Track(token.clone());
    let Followed { content, as_of, refused } = Followed::start(ViewKey::Track { token }, as_of, shipment);
    let facts =
        Memo::new(move |_| content.with(|shipment| Facts { cases: Vec::new(), ..Facts::from(shipment) }));
    view! {
        {refusal(refused)}
        {story(facts, as_of, shipment_map(of, map, facts), ().plain())}
    }
}
