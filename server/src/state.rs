//! What every handler can reach.

use crate::auth::Attempts;
use crate::live::Hub;
use crate::outbox::Post;
use app::presence::Presence;
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
    pub presence: Presence,
    pub post: Arc<Post>,
    pub leptos: LeptosOptions,
    /// Whether cookies are for https only: true behind a TLS proxy.
    #[from_ref(skip)]
    pub secure_cookies: bool,
    /// Whether `/components` shows what pages are made of.
    #[from_ref(skip)]
    pub has_gallery: bool,
}
