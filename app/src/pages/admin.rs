//! Accounts and sources, for admins.

use crate::api::Board;
use crate::components::drawn::board;
use leptos::prelude::*;

#[component]
pub fn Page() -> impl IntoView {
    board(Board::Admin, None)
}
