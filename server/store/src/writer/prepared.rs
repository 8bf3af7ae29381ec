//! What can be computed of a delivery before the writer sees it, so that the writer has less to do.

use crate::{Delivery, Expected, Rejected, StoreError};
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::{Event, SourceName};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// A delivery, ready to be written.
pub(crate) struct Prepared {
    pub source: SourceName,
    pub role: Role,
    pub id: String,
    pub received_at: DateTime<Utc>,
    /// JSON.
    pub headers: String,
    pub content_type: String,
    pub body: Vec<u8>,
    pub body_sha256: Vec<u8>,
    pub events: Vec<PreparedEvent>,
    pub quarantined: Vec<Rejected>,
    pub expected: Option<Expected>,
}

/// An event with its columns.
pub(crate) struct PreparedEvent {
    pub event: Arc<Event>,
    pub subject: Uuid,
    pub occurred_at: String,
    pub payload: String,
}

impl Prepared {
    pub(crate) fn new(delivery: Delivery) -> Result<Self, StoreError> {
        let events = delivery.events.into_iter().map(PreparedEvent::new).collect::<Result<_, _>>()?;
        Ok(Self {
            headers: serde_json::to_string(&delivery.headers)?,
            body_sha256: Sha256::digest(&delivery.body).to_vec(),
            source: delivery.source,
            role: delivery.role,
            id: delivery.id,
            received_at: delivery.received_at,
            content_type: delivery.content_type,
            body: delivery.body,
            events,
            quarantined: delivery.quarantined,
            expected: delivery.expected,
        })
    }
}

impl PreparedEvent {
    fn new(event: Event) -> Result<Self, StoreError> {
        Ok(Self {
            subject: event.subject(),
            occurred_at: event.occurred_at.to_rfc3339(),
            payload: event.fact.data()?,
            event: Arc::new(event),
        })
    }
}
