//! A shipment's page: one drawing for the house, its customers and whoever has a share link, each with what they may see.

mod facts;
mod inside;
mod stop;
mod story;

use crate::api::ApiError;
use crate::context::{Context, token_hash};
use crate::map::{self, Trip};
use domain::account::{Audience, Viewer};
use domain::redaction::CustomerShipment;
use domain::{Seq, ShipmentId, Tracked};
use facts::Facts;
use inside::inside;
use leptos::prelude::*;
use story::story;

type Page = (Seq, String, AnyView);

/// What an account sees of a shipment.
pub async fn draw(context: &Context, viewer: &Viewer, id: ShipmentId) -> Result<Page, ApiError> {
    let (as_of, tracked) = context.store.tracked(id).await?.ok_or(ApiError::NotFound)?;
    match viewer.audience().ok_or(ApiError::Forbidden)? {
        Audience::Internal => {
            let shipment = tracked.view();
            let map = map::svg(&Trip::of(&tracked)).unwrap_or_default();
            let page = story(&Facts::from(&shipment), as_of, map, Some(inside(&shipment)));
            Ok((as_of, title(&shipment.number), page))
        }
        Audience::Customer(customer) => {
            let own = tracked.redacted(customer).ok_or(ApiError::NotFound)?;
            Ok(for_customer(as_of, &tracked, &own, Facts::from(&own)))
        }
    }
}

/// What a share link shows.
pub async fn draw_shared(context: &Context, token: &str) -> Result<Page, ApiError> {
    let share = context.store.customer_of_share(&token_hash(token), (context.clock)()).await?;
    let share = share.ok_or(ApiError::NotFound)?;
    let (as_of, tracked) = context.store.tracked(share.shipment).await?.ok_or(ApiError::NotFound)?;
    let shipment = tracked.redacted(share.customer).ok_or(ApiError::NotFound)?;
    let facts = Facts { cases: Vec::new(), ..Facts::from(&shipment) };
    Ok(for_customer(as_of, &tracked, &shipment, facts))
}

fn for_customer(as_of: Seq, tracked: &Tracked, own: &CustomerShipment, facts: Facts) -> Page {
    let map = map::svg(&Trip::redacted(own, tracked)).unwrap_or_default();
    (as_of, title(&own.number), story(&facts, as_of, map, None))
}

fn title(number: &str) -> String {
    format!("Shipment {number}")
}
