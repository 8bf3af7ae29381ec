//! What one transaction changed, as the hub is told.

use chrono::{DateTime, Utc};
use domain::exception::ShipmentException;
use domain::live::SourceAge;
use domain::{CustomerId, Seq, SourceName, Tracked};
use std::sync::Arc;

/// Everything that is different after a transaction; it is on disk already.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The first position that it added; the position after `as_of` where it added none.
    pub first: Seq,
    /// The journal's last position now.
    pub as_of: Seq,
    pub committed_at: DateTime<Utc>,
    /// Each changed shipment once, as it is now.
    pub shipments: Vec<Arc<Tracked>>,
    /// Each changed exception once, as it is now, the closed ones included.
    pub exceptions: Vec<ShipmentException>,
    /// Customers whose shipment one of `shipments` is no longer, or was not for a moment.
    pub withdrawn_from: Vec<CustomerId>,
    /// How many exceptions are open now.
    pub open_exceptions: u64,
    /// The outside sources that said something.
    pub sources: Vec<SourceAge>,
    /// The accepted events from outside: position, source, when it happened, when it came.
    pub passages: Vec<(Seq, SourceName, DateTime<Utc>, DateTime<Utc>)>,
    /// Token hashes of the sessions that ended.
    pub ended_sessions: Vec<String>,
}
