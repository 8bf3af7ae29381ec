//! The way in, for operators: sources, their deliveries, and what was not understood.

use crate::api::Board;
use crate::components::drawn::board;
use domain::live::ViewKey;
use leptos::prelude::*;

#[component]
pub fn Page() -> impl IntoView {
    board(Board::Integrations, Some(ViewKey::Freshness))
}
