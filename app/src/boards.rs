//! Pages that people read but do not work in. The server draws them, as the page and again on every change; the browser
//! only shows them, so they cost its bundle nothing and read the same without it.

mod admin;
mod integrations;
mod kpis;
pub mod table;

use crate::api::{ApiError, Board, Drawing, session};
use crate::context::{self, Context};
use domain::account::Area;
use leptos::prelude::*;

impl Board {
    pub fn area(self) -> Area {
        match self {
            Self::Kpis => Area::Kpis,
            Self::Integrations => Area::Integrations,
            Self::Admin => Area::Admin,
        }
    }
}

/// Draws a board for somebody who may open it.
pub async fn draw(context: &Context, board: Board, query: &str) -> Result<Drawing, ApiError> {
    // Moments are written as seen from the page's clock.
    provide_context(session());
    let drawn = match board {
        Board::Kpis => kpis::draw(context, query).await,
        Board::Integrations => integrations::draw(context).await,
        Board::Admin => admin::draw(context).await,
    };
    let (as_of, view) = drawn.map_err(context::failed)?;
    Ok(Drawing { as_of, html: view.to_html() })
}
