//! Accounts and sources, for admins.

use crate::api::Board;
use crate::components::board::board;
use leptos::prelude::*;

#[component]
pub fn Page() -> impl IntoView {
    board(Board::Admin, "Admin", None)
}
