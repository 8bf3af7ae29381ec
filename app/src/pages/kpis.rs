//! The manager's board.

use crate::api::Board;
use crate::components::drawn::board;
use domain::live::ViewKey;
use leptos::prelude::*;

#[component]
pub fn Page() -> impl IntoView {
    board(Board::Kpis, Some(ViewKey::Kpis))
}
