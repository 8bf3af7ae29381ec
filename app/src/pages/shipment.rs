//! One shipment: the same page for agents and customers, each with what they may see.

mod facts;
mod inside;
pub mod story;

use crate::api::{self, ApiError, AudienceShipment, MapOf, ShareFor, ShareLine, ShipmentPage};
use crate::components::map::shipment_map;
use crate::components::page::content;
use crate::components::position::refusal;
use crate::components::section::section;
use crate::components::share::Share;
use crate::live::{Live, News};
use crate::plain::{IntoPlain, part};
use domain::live::ViewKey;
use domain::redaction::CustomerShipment;
use domain::view::ShipmentView;
use domain::{Seq, ShipmentId};
pub use facts::Facts;
use inside::inside;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::de::DeserializeOwned;
use story::story;

#[component]
pub fn Page() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    content(
        move || id.get(),
        move || {
            let id = id.with_untracked(|id| id.parse::<ShipmentId>().ok());
            async move {
                match id {
                    Some(id) => api::shipment(id).await,
                    None => Err(ApiError::NotFound),
                }
            }
        },
        |ShipmentPage { as_of, shipment, shares, map }| match shipment {
            AudienceShipment::Internal(shipment) => {
                view! { <ForAgents as_of shipment=*shipment shares map /> }.plain()
            }
            AudienceShipment::Customer(shipment) => {
                view! { <ForCustomers as_of shipment=*shipment shares map /> }.plain()
            }
        },
    )
}

/// A single view's content, kept live.
#[derive(Clone, Copy)]
pub struct Followed<T: Send + Sync + 'static> {
    pub content: RwSignal<T>,
    /// The journal position that the content holds at.
    pub as_of: RwSignal<Seq>,
    /// Why nothing more comes, if so.
    pub refused: RwSignal<Option<String>>,
}

impl<T: DeserializeOwned + PartialEq + Send + Sync> Followed<T> {
    /// Shows `content` and goes on from `as_of`.
    pub fn start(view: ViewKey, as_of: Seq, content: T) -> Self {
        let followed = Self {
            content: RwSignal::new(content),
            as_of: RwSignal::new(as_of),
            refused: RwSignal::new(None),
        };
        let Self { content, as_of: position, refused } = followed;
        Live::watch(view, as_of, move |seq, update: News<T>| match update {
            News::Current => position.set(seq),
            News::Snapshot(now) | News::Replayed(now) | News::Change(now) => {
                position.set(seq);
                if content.with_untracked(|known| *known != now) {
                    content.set(now);
                }
            }
            News::Refused(message) => refused.set(Some(message)),
        });
        followed
    }
}

#[component]
fn ForAgents(as_of: Seq, shipment: ShipmentView, shares: Vec<ShareLine>, map: String) -> impl IntoView {
    let id = shipment.id;
    let customers = shipment
        .customers()
        .into_iter()
        .map(|customer| ShareFor { customer: customer.id(), name: customer.name.clone() })
        .collect::<Vec<_>>();
    let may_share = !customers.is_empty();
    let Followed { content, as_of, refused } = Followed::start(ViewKey::Shipment { id }, as_of, shipment);
    let facts = Memo::new(move |_| content.with(|shipment| Facts::from(shipment)));
    let share = may_share.then(|| section("Share links", view! { <Share id shares customers /> }));
    let extra = view! {
        {part(move || content.with(inside))}
        {share}
    };
    view! {
        {refusal(refused)}
        {story(facts, as_of, shipment_map(MapOf::Shipment(id), map, facts), extra.plain())}
    }
}

#[component]
fn ForCustomers(
    as_of: Seq,
    shipment: CustomerShipment,
    shares: Vec<ShareLine>,
    map: String,
) -> impl IntoView {
    let id = shipment.id;
    let Followed { content, as_of, refused } = Followed::start(ViewKey::Shipment { id }, as_of, shipment);
    let facts = Memo::new(move |_| content.with(|shipment| Facts::from(shipment)));
    let share = section("Share links", view! { <Share id shares customers=Vec::new() /> });
    view! {
        {refusal(refused)}
        {story(facts, as_of, shipment_map(MapOf::Shipment(id), map, facts), share)}
    }
}
