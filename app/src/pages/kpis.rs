//! The manager's board.

use crate::api::Board;
use crate::components::board::board;
use domain::live::ViewKey;
use leptos::prelude::*;

#[component]
pub fn Page() -> impl IntoView {
    board(Board::Kpis, "KPIs", Some(ViewKey::Kpis))
}
