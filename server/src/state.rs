//! What every handler can reach.

use crate::auth::{Attempts, Sessions};
use crate::live::Hub;
use crate::outbox::Post;
use crate::site::Site;
use app::presence::Presence;
use app::writes::Writes;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use store::{Clock, Store};

/// Cheap to clone; one per server.
#[derive(Clone, FromRef)]
pub struct AppState {
    pub store: Store,
    pub clock: Clock,
    pub hub: Hub,
    pub attempts: Attempts,
    pub sessions: Sessions,
    pub presence: Presence,
    pub writes: Writes,
    pub post: Arc<Post>,
    pub leptos: LeptosOptions,
    pub site: Arc<Site>,
    /// Whether `/components` shows what pages are made of.
    #[from_ref(skip)]
    pub has_gallery: bool,
}
