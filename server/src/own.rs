//! What Syncline itself states: events that follow from time or from what others said, in deliveries like any other.

use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::{Event, SourceName};
use store::{AppendError, Delivery, StoreError};

/// Why nothing could be stated.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// One delivery of events; its id derives from theirs, so the same events are the same delivery.
pub(crate) fn delivery(events: Vec<Event>, now: DateTime<Utc>) -> Delivery {
    let ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    Delivery {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: crate::auth::token_hash(&ids.join("\n")),
        received_at: now,
        headers: Vec::new(),
        body: Vec::new(),
        content_type: "none".to_owned(),
        events,
        quarantined: Vec::new(),
        expected: None,
    }
}
