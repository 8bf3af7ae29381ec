//! A shipment's page: one drawing for the house, its customers and whoever has a share link, each with what they may see.

mod clock;
mod glance;
mod goods;
mod inside;
mod papers;
mod plan;
mod timeline;

use crate::api::ApiError;
use crate::components::section::section;
use crate::context::{Context, token_hash};
use crate::map::{self, Trip};
use crate::plain::IntoPlain;
use chrono::{DateTime, Utc};
use domain::account::{Audience, Viewer};
use domain::redaction::{CustomerShipment, whole};
use domain::view::ShipmentView;
use domain::{CustomerId, Seq, ShipmentId, Tracked};
use leptos::prelude::*;

pub use papers::{messages, reference};
pub use timeline::{Correction, Entry, for_house, list};

type Page = (Seq, String, AnyView);

/// What an account sees of a shipment.
pub async fn draw(context: &Context, viewer: &Viewer, id: ShipmentId) -> Result<Page, ApiError> {
    let (as_of, tracked) = context.store.tracked(id).await?.ok_or(ApiError::NotFound)?;
    let now = (context.clock)();
    match viewer.audience().ok_or(ApiError::Forbidden)? {
        Audience::Internal => {
            let shipment = tracked.view();
            let orders = shipment.orders.iter().map(|order| order.number.clone());
            let numbers: Vec<String> = orders.chain([shipment.number.clone()]).collect();
            let waiting = context.store.parts_about(&numbers, inside::PARTS).await?;
            let shown = Shown {
                shipment: whole(&shipment),
                map: picture(&Trip::of(&tracked)),
                as_of,
                now,
                is_borrowed: false,
            };
            Ok(shown.page(Some((&shipment, waiting)), true))
        }
        Audience::Customer(customer) => {
            let shipment = tracked.redacted(customer).ok_or(ApiError::NotFound)?;
            Ok(Shown::of_customer(shipment, &tracked, as_of, now).page(None, true))
        }
    }
}

/// What one of its customers sees, for people of the house.
pub async fn draw_as(context: &Context, id: ShipmentId, customer: CustomerId) -> Result<Page, ApiError> {
    let (as_of, tracked) = context.store.tracked(id).await?.ok_or(ApiError::NotFound)?;
    let name =
        tracked.view().customers().into_iter().find(|one| one.id() == customer).map(|one| one.name.clone());
    let (name, shipment) = name.zip(tracked.redacted(customer)).ok_or(ApiError::NotFound)?;
    let own = format!("/shipments/{id}");
    let (as_of, title, page) =
        Shown { is_borrowed: true, ..Shown::of_customer(shipment, &tracked, as_of, (context.clock)()) }
            .page(None, true);
    let page = view! {
        <p class="seen-by">
            {format!("You see what {name} sees. ")} <a href=own>"Back to your own view"</a>
        </p>
        {page}
    };
    Ok((as_of, title, page.plain()))
}

/// What a share link shows.
pub async fn draw_shared(context: &Context, token: &str) -> Result<Page, ApiError> {
    let now = (context.clock)();
    let share = context.store.customer_of_share(&token_hash(token), now).await?.ok_or(ApiError::NotFound)?;
    let (as_of, tracked) = context.store.tracked(share.shipment).await?.ok_or(ApiError::NotFound)?;
    let shipment = tracked.redacted(share.customer).ok_or(ApiError::NotFound)?;
    Ok(Shown::of_customer(shipment, &tracked, as_of, now).page(None, false))
}

fn picture(trip: &Trip) -> String {
    map::svg(trip).unwrap_or_default()
}

/// What everybody reads.
struct Shown {
    shipment: CustomerShipment,
    map: String,
    as_of: Seq,
    now: DateTime<Utc>,
    /// Whether somebody of the house looks through a customer's eyes, who then says nothing in their name.
    is_borrowed: bool,
}

impl Shown {
    fn of_customer(shipment: CustomerShipment, tracked: &Tracked, as_of: Seq, now: DateTime<Utc>) -> Self {
        let map = picture(&Trip::redacted(&shipment, tracked));
        Self { shipment, map, as_of, now, is_borrowed: false }
    }

    /// `inside` is what else people of the house see; who has no account gets less.
    fn page(self, inside: Option<(&ShipmentView, inside::Waiting)>, has_account: bool) -> Page {
        let (inside, waiting) = inside.unzip();
        let Self { mut shipment, map, as_of, now, is_borrowed } = self;
        clock::set(&mut shipment);
        let shipment = &shipment;
        let entries = match inside {
            Some(inside) => for_house(inside),
            None => timeline::for_customers(shipment),
        };
        let is_customer = has_account && inside.is_none() && !is_borrowed;
        let cases = has_account.then(|| papers::cases(shipment, is_customer)).flatten();
        let map = (!map.is_empty()).then(|| view! { <div class="map-frame" inner_html=map></div> });
        let page = view! {
            {glance::head(shipment, as_of, now, inside.is_some())}
            {glance::glance(shipment, now)}
            <div class="column">
                {map}
                {section("Stops", plan::stops(shipment, inside, now))}
                {section("Timeline", list(entries))}
            </div>
            <div class="column aside">
                {waiting.and_then(inside::waiting)}
                {inside.map(inside::inside)}
                {section("Orders", goods::orders(shipment, inside))}
                {papers::documents(shipment)}
                {papers::references(shipment)}
                {cases}
            </div>
        };
        (as_of, format!("Shipment {}", shipment.number), page.plain())
    }
}
