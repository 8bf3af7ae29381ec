//! Who looks at the page, and what time it is: both come with the page, so that server and browser render the same.

use chrono::{DateTime, Utc};
use domain::account::{Area, Viewer};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Travels with the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// None for people who have not signed in.
    pub viewer: Option<Viewer>,
    /// The server's clock when it made the page.
    pub now: DateTime<Utc>,
}

/// The server's clock: at first as it came with the page, then ticking every second.
#[derive(Clone, Copy)]
pub struct Now(RwSignal<DateTime<Utc>>);

impl Session {
    /// Takes the session from the page (from the request, on the server) and puts it and the clock into the context.
    pub fn provide() -> Self {
        let written = || serde_json::to_string(&crate::api::session()).unwrap_or_default();
        let session =
            crate::wire::read(&SharedValue::new_str(written).into_inner()).unwrap_or_else(|error| {
                leptos::logging::error!("the session could not be read: {error}");
                Self::nobody()
            });
        let now = RwSignal::new(session.now);
        provide_context(Now(now));
        provide_context(session.clone());
        crate::live::Live::provide(session.now);
        Effect::new(move |_| {
            let tick = move || {
                if let Some(at) = crate::live::server_now() {
                    now.set(at);
                }
            };
            if let Err(error) = set_interval_with_handle(tick, Duration::from_secs(1)) {
                leptos::logging::error!("the clock could not start: {error:?}");
            }
        });
        session
    }

    /// The session of this page.
    pub fn current() -> Self {
        use_context().unwrap_or_else(Self::nobody)
    }

    /// Nobody, at no time: where there is no request to answer.
    pub fn nobody() -> Self {
        Self { viewer: None, now: DateTime::UNIX_EPOCH }
    }

    pub fn may_open(&self, area: Area) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.role.may_open(area))
    }
}

impl Now {
    /// The clock of this page.
    pub fn current() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(DateTime::UNIX_EPOCH)))
    }

    pub fn get(self) -> DateTime<Utc> {
        self.0.get()
    }

    /// The clock once, for what is not to follow it. None of a page that has gone.
    pub fn get_untracked(self) -> DateTime<Utc> {
        self.0.try_get_untracked().unwrap_or_default()
    }
}
