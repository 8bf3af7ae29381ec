//! One shipment: the same page for agents and customers. The server draws what each may see; what is worked with here are
//! the share links.

use crate::api::{self, ApiError, Drawing, Drawn, ShipmentPage};
use crate::components::drawn::Following;
use crate::components::page::content;
use crate::components::position::refusal;
use crate::components::section::section;
use crate::components::share::Share;
use crate::plain::{IntoPlain, part};
use domain::live::ViewKey;
use domain::{CustomerId, ShipmentId};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn Page() -> impl IntoView {
    let params = use_params_map();
    let address = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let id = move || address.with_untracked(|id| id.parse::<ShipmentId>().ok());
    let search = use_query_map();
    let through = Memo::new(move |_| search.with(|query| query.get("as")?.parse::<CustomerId>().ok()));
    let own =
        move || through.get().map_or_else(|| page(address, id), |customer| seen_by(address, id, customer));
    part(own)
}

/// The shipment as one of its customers sees it; for people of the house.
fn seen_by(
    address: Memo<String>,
    id: impl Fn() -> Option<ShipmentId> + Copy + Send + Sync + 'static,
    customer: CustomerId,
) -> AnyView {
    content(
        move || address.get(),
        move || {
            let what = id().map(|shipment| Drawn::SeenBy { shipment, customer });
            async move {
                match what {
                    Some(what) => api::draw(what).await,
                    None => Err(ApiError::NotFound),
                }
            }
        },
        move |drawing: Drawing| {
            let Some(shipment) = id() else { return ().plain() };
            shown(Drawn::SeenBy { shipment, customer }, ViewKey::Shipment { id: shipment }, drawing, None)
        },
    )
}

fn page(
    address: Memo<String>,
    id: impl Fn() -> Option<ShipmentId> + Copy + Send + Sync + 'static,
) -> AnyView {
    content(
        move || address.get(),
        move || {
            let id = id();
            async move {
                match id {
                    Some(id) => api::shipment(id).await,
                    None => Err(ApiError::NotFound),
                }
            }
        },
        move |ShipmentPage { drawing, shares, customers, may_share }| {
            let Some(id) = id() else { return ().plain() };
            let share = may_share.then(|| section("Share links", view! { <Share id shares customers /> }));
            shown(Drawn::Shipment(id), ViewKey::Shipment { id }, drawing, share)
        },
    )
}

/// A shipment as it was drawn, kept live; `beside` is what this audience works with.
pub fn shown(what: Drawn, view: ViewKey, drawing: Drawing, beside: Option<AnyView>) -> AnyView {
    let Drawing { as_of, title, html } = drawing;
    let following = Following::start(what, Some(view), as_of);
    view! {
        <Title text=title />
        {refusal(following.refused)}
        <div class="shipment">
            {following.show(html)}
            {beside}
        </div>
    }
    .plain()
}
