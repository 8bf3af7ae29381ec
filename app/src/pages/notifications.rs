//! What somebody wants to be told, how and when: a form that works without scripts.

use crate::api::Board;
use crate::components::drawn::board;
use leptos::prelude::*;

#[component]
pub fn Page() -> impl IntoView {
    board(Board::Notifications, None)
}
