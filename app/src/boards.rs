//! What people read but do not work in. The server draws them, as the page and again on every change; the browser
//! only shows them, so they cost its bundle nothing and read the same without it.

mod admin;
mod case;
mod integrations;
pub mod kpis;
mod needs;
mod notifications;
mod outbox;
mod reasons;
mod rules;
pub mod shipment;
pub mod table;
mod work;

use crate::api::{ApiError, Board, Drawing, Drawn, session};
use crate::context::{self, Context};
use domain::account::Area;
use leptos::prelude::*;

impl Board {
    fn title(self) -> &'static str {
        match self {
            Self::Kpis => "KPIs",
            Self::Integrations => "Integrations",
            Self::Admin => "Admin",
            Self::Notifications => "Notifications",
        }
    }

    fn area(self) -> Area {
        match self {
            Self::Kpis => Area::Kpis,
            Self::Integrations => Area::Integrations,
            Self::Admin => Area::Admin,
            Self::Notifications => Area::Notifications,
        }
    }
}

/// Draws it for whoever asks, if they may see it.
pub async fn draw(context: &Context, what: &Drawn) -> Result<Drawing, ApiError> {
    // Moments are written as seen from the page's clock.
    provide_context(session());
    let (as_of, title, view) = match what {
        Drawn::Board { board, query } => {
            let (_, viewer) = context::open(board.area())?;
            let drawn = match board {
                Board::Kpis => kpis::draw(context, query).await,
                Board::Integrations => integrations::draw(context).await.map_err(Into::into),
                Board::Admin => admin::draw(context).await.map_err(Into::into),
                Board::Notifications => notifications::draw(context, &viewer).await.map_err(Into::into),
            };
            let (as_of, view) = drawn.map_err(context::answered)?;
            (as_of, board.title().to_owned(), view)
        }
        Drawn::Shipment(id) => {
            let (_, viewer) = context::open(Area::Shipments)?;
            shipment::draw(context, &viewer, *id).await.map_err(context::answered)?
        }
        Drawn::Case(id) => {
            let (_, viewer) = context::open(Area::Desk)?;
            let (as_of, view) = case::draw(context, &viewer, *id).await.map_err(context::answered)?;
            (as_of, String::new(), view)
        }
        Drawn::SeenBy { shipment, customer } => {
            // Only people of the house look through somebody else's eyes.
            context::open(Area::Desk)?;
            shipment::draw_as(context, *shipment, *customer).await.map_err(context::answered)?
        }
        Drawn::Needs => {
            let (_, viewer) = context::open(Area::Shipments)?;
            let (as_of, view) = needs::draw(context, &viewer).await.map_err(context::answered)?;
            (as_of, String::new(), view)
        }
        Drawn::Track(token) => shipment::draw_shared(context, token).await.map_err(context::answered)?,
    };
    Ok(Drawing { as_of, title, html: context.set_aside(view.to_html()) })
}
