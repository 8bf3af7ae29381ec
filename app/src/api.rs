//! What pages ask of the server: each function says who may, calls the store and maps the error. Never anything else.

mod data;
mod error;
mod text;
mod wire;
#[cfg(feature = "ssr")]
mod write;

pub use data::*;
pub use error::ApiError;
pub use wire::{Wire, read_answer};

#[cfg(feature = "ssr")]
use crate::boards;
#[cfg(feature = "ssr")]
use crate::context::{self, Context};
#[cfg(feature = "ssr")]
use crate::lists;
use crate::query::{DeskQuery, ShipmentsQuery};
use crate::session::Session;
#[cfg(feature = "ssr")]
use domain::account::Area;
use domain::exception::ShipmentException;
use domain::{CustomerId, ExceptionId, ShipmentId};
use leptos::prelude::*;
use text::Json;

/// The session of the request that is being answered.
pub fn session() -> Session {
    #[cfg(feature = "ssr")]
    if let Some(context) = use_context::<Context>() {
        return Session { now: (context.clock)(), viewer: context.viewer };
    }
    Session::nobody()
}

/// Makes the answer a 404, where there is one in the making.
pub fn answer_not_found() {
    #[cfg(feature = "ssr")]
    context::answer(&ApiError::NotFound);
}

/// The HTML of a drawing as the page begins with it. What the browser takes over it has as nodes already, so that the
/// page's own data comes without it.
pub fn html_of_page(html: String) -> String {
    #[cfg(feature = "ssr")]
    if let Some(context) = use_context::<Context>() {
        return context.kept(html);
    }
    html
}

/// The shipments that the account may see, the latest change first.
#[server(prefix = "/api", endpoint = "shipments", input = Json, output = Json)]
pub async fn shipments(query: ShipmentsQuery) -> Result<Wire<ShipmentList>, ApiError> {
    let (context, viewer) = context::open(Area::Shipments)?;
    let list = context.shipments(&viewer, &query, lists::ROWS).await.map_err(context::answered)?;
    let views = context.saved_views(&viewer, lists::PAGE).await.map_err(context::answered)?;
    let needs = if query.is_plain() { Some(boards::draw(&context, &Drawn::Needs).await?) } else { None };
    Wire::of(&ShipmentList { needs, views, ..list })
}

/// One shipment, redacted for customers, and its share links.
#[server(prefix = "/api", endpoint = "shipment", input = Json, output = Json)]
pub async fn shipment(id: ShipmentId) -> Result<Wire<ShipmentPage>, ApiError> {
    let (context, viewer) = context::open(Area::Shipments)?;
    Wire::of(&context.shipment(&viewer, id).await.map_err(context::answered)?)
}

/// What the server draws, as it is now, for whoever may see it: a board, a shipment, what a share link shows.
#[server(name = Draw, prefix = "/api", endpoint = "draw", input = Json, output = Json)]
pub async fn draw(what: Drawn) -> Result<Wire<Drawing>, ApiError> {
    let context = context::current()?;
    Wire::of(&boards::draw(&context, &what).await?)
}

/// The exceptions that fit, and the one that is looked at.
#[server(prefix = "/api", endpoint = "desk", input = Json, output = Json)]
pub async fn desk(query: DeskQuery, selected: Option<ExceptionId>) -> Result<Wire<DeskPage>, ApiError> {
    let (context, viewer) = context::open(Area::Desk)?;
    let views = context.saved_views(&viewer, lists::DESK).await.map_err(context::answered)?;
    let page = context.desk(&viewer, &query, selected).await.map_err(context::failed)?;
    Wire::of(&DeskPage { views, ..page })
}

/// The age of each source's data; people outside the house learn roles, not names.
#[server(prefix = "/api", endpoint = "freshness", input = Json, output = Json)]
pub async fn freshness() -> Result<Wire<Positioned<domain::live::Freshness>>, ApiError> {
    let context = context::current()?;
    let (as_of, content) = context.store.freshness().await.map_err(context::failed)?;
    Wire::of(&Positioned { as_of, content: context.freshness(content) })
}

/// Does something with an exception; refused when somebody was faster. Returns it as it is then.
#[server(name = SendAct, prefix = "/api", endpoint = "act", input = Json, output = Json)]
pub async fn act(on: Target, act: Act) -> Result<Wire<ShipmentException>, ApiError> {
    let (context, viewer) = context::open(Area::Desk)?;
    Wire::of(&context.act(&viewer, &on, act).await.map_err(context::answered)?)
}

/// The rules file in force, as it is written.
#[server(prefix = "/api", endpoint = "rulebook", input = Json, output = Json)]
pub async fn rulebook() -> Result<Wire<String>, ApiError> {
    let (context, _) = context::open(Area::Admin)?;
    Wire::of(&context.next_rulebook().await.map_err(context::failed)?)
}

/// Puts a rules file in force, or only says whether it could be. Returns its version.
#[server(prefix = "/api", endpoint = "rulebook/change", input = Json, output = Json)]
pub async fn change_rulebook(text: String, only_checks: bool) -> Result<Wire<u32>, ApiError> {
    let (context, viewer) = context::open(Area::Admin)?;
    Wire::of(&context.change_rulebook(&viewer, &text, only_checks).await.map_err(context::answered)?)
}

/// Says that the account looks at an exception. Returns the names of others who do.
#[server(prefix = "/api", endpoint = "look", input = Json, output = Json)]
pub async fn look(exception: ExceptionId) -> Result<Wire<Vec<String>>, ApiError> {
    let (context, viewer) = context::open(Area::Desk)?;
    let known = context.store.exception(exception).await.map_err(context::failed)?;
    let known = known.ok_or_else(|| context::answered(ApiError::NotFound))?;
    Wire::of(&context.presence.look(&viewer, known.id, (context.clock)()))
}

/// Makes a link that shows the shipment without signing in. Agents say for which of its customers, where it has
/// several.
#[server(prefix = "/api", endpoint = "share", input = Json, output = Json)]
pub async fn share(
    id: ShipmentId,
    customer: Option<CustomerId>,
    label: String,
    days: u32,
) -> Result<Wire<Shared>, ApiError> {
    let (context, viewer) = context::open(Area::Shipments)?;
    Wire::of(&context.share(&viewer, id, customer, label, days).await.map_err(context::answered)?)
}

/// Ends a share link. Returns those that are left.
#[server(prefix = "/api", endpoint = "revoke", input = Json, output = Json)]
pub async fn revoke(id: ShipmentId, token_hash: String) -> Result<Wire<Vec<ShareLine>>, ApiError> {
    let (context, viewer) = context::open(Area::Shipments)?;
    Wire::of(&context.revoke(&viewer, id, token_hash).await.map_err(context::answered)?)
}
