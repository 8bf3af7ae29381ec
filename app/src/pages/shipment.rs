//! One shipment: the same page for agents and customers, each with what they may see.

mod facts;
mod inside;
pub mod story;

use crate::api::{self, ApiError, AudienceShipment, ShareFor, ShareLine, ShipmentPage};
use crate::components::problem::Problem;
use crate::components::section::Section;
use crate::components::share::Share;
use crate::live::{Live, News};
use domain::live::ViewKey;
use domain::redaction::CustomerShipment;
use domain::view::ShipmentView;
use domain::{Seq, ShipmentId};
pub use facts::Facts;
use inside::Inside;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::de::DeserializeOwned;
use story::Story;

#[component]
pub fn Page() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<ShipmentId>().ok()));
    let page = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => api::shipment(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <p class="loading">"Loading"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(ShipmentPage { as_of, shipment: AudienceShipment::Internal(shipment), shares }) => {
                        view! { <ForAgents as_of shipment=*shipment shares /> }.into_any()
                    }
                    Ok(ShipmentPage { as_of, shipment: AudienceShipment::Customer(shipment), shares }) => {
                        view! { <ForCustomers as_of shipment=*shipment shares /> }.into_any()
                    }
                    Err(error) => view! { <Problem error /> }.into_any(),
                }
            })}
        </Transition>
    }
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

/// Says that a view is over, where it is.
pub fn refusal(refused: RwSignal<Option<String>>) -> impl IntoView {
    move || {
        refused.get().map(|message| {
            view! {
                <p class="refusal" role="alert">
                    {format!("This page is no longer kept up to date: {message}.")}
                </p>
            }
        })
    }
}

#[component]
fn ForAgents(as_of: Seq, shipment: ShipmentView, shares: Vec<ShareLine>) -> impl IntoView {
    let id = shipment.id;
    let customers = shipment
        .customers()
        .into_iter()
        .map(|customer| ShareFor { customer: customer.id(), name: customer.name.clone() })
        .collect::<Vec<_>>();
    let may_share = !customers.is_empty();
    let Followed { content, as_of, refused } = Followed::start(ViewKey::Shipment { id }, as_of, shipment);
    let facts = Memo::new(move |_| content.with(|shipment| Facts::from(shipment)));
    view! {
        {refusal(refused)}
        <Story facts as_of>
            <Inside shipment=content />
            {may_share.then(|| view! {
                <Section title="Share links" class="quiet-section">
                    <Share id shares customers />
                </Section>
            })}
        </Story>
    }
}

#[component]
fn ForCustomers(as_of: Seq, shipment: CustomerShipment, shares: Vec<ShareLine>) -> impl IntoView {
    let id = shipment.id;
    let Followed { content, as_of, refused } = Followed::start(ViewKey::Shipment { id }, as_of, shipment);
    let facts = Memo::new(move |_| content.with(|shipment| Facts::from(shipment)));
    view! {
        {refusal(refused)}
        <Story facts as_of>
            <Section title="Share links" class="quiet-section">
                <Share id shares customers=Vec::new() />
            </Section>
        </Story>
    }
}
