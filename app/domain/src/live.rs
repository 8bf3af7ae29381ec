//! The frames of `/live`, both ways, as JSON. DESIGN section 5, *Live*.

use crate::account::Audience;
use crate::authority::Role;
use crate::exception::ShipmentException;
use crate::id::{Seq, ShipmentId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What a socket may look at. As JSON: `{"view":"shipment","id":"…"}`, `{"view":"desk"}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum ViewKey {
    /// One shipment: [`crate::view::ShipmentView`] for people of the house, [`crate::redaction::CustomerShipment`]
    /// for customers.
    Shipment { id: ShipmentId },
    /// The rows of all shipments that the account may see: [`Rows`].
    Shipments,
    /// Open exceptions: [`Desk`].
    Desk,
    /// [`crate::kpi::KpiBoard`].
    Kpis,
    /// The age of each source's data: [`Freshness`].
    Freshness,
    /// What a share link shows: [`crate::redaction::CustomerShipment`]; needs no session.
    Track { token: String },
}

impl ViewKey {
    /// As it stands on the wire, without what it is about.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Shipment { .. } => "shipment",
            Self::Shipments => "shipments",
            Self::Desk => "desk",
            Self::Kpis => "kpis",
            Self::Freshness => "freshness",
            Self::Track { .. } => "track",
        }
    }
}

/// What the client says. Every part may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClientFrame {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscribe: Vec<ViewKey>,
    /// The position up to which the client knows the views that it subscribes to; absent means it knows nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsubscribe: Vec<ViewKey>,
    /// The last position that the browser has put on the glass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub painted: Option<Painted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ping: Option<Ping>,
}

/// A position that was painted, and when, on the server's clock as the client estimates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Painted {
    pub seq: Seq,
    pub at: DateTime<Utc>,
}

/// The client's heartbeat; also measures the offset of its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// The client's clock, milliseconds since 1970.
    pub sent_ms: i64,
}

/// What the server says. Views and their contents: see [`ViewKey`]. `content` stays unparsed until somebody who knows
/// the view's type reads it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The client knows the view's content already: nothing has changed since `after`.
    Current { view: ViewKey, as_of: Seq },
    /// All that changed since `after`, conflated: what the changes say holds at `as_of`.
    Replayed { view: ViewKey, as_of: Seq, content: Box<RawValue> },
    /// The whole content at `as_of`.
    Snapshot { view: ViewKey, as_of: Seq, content: Box<RawValue> },
    /// The view's content changed; `seq` ascends.
    Change { view: ViewKey, seq: Seq, content: Box<RawValue> },
    /// The view is not for this socket.
    Refused { view: ViewKey, code: String, message: String },
    /// The answer to a ping: the same `sent_ms`, and the server's clock.
    Pong { sent_ms: i64, now: DateTime<Utc> },
    /// The session ended, or the server stops: what follows is the close frame.
    Ended { code: String, message: String },
}

/// Rows of shipments, newest change first: `T` is [`crate::view::ShipmentRow`] or [`crate::view::TrackedRow`].
/// A snapshot holds the latest [`ROWS`]; a change holds the rows that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rows<T> {
    pub rows: Vec<T>,
}

/// How many rows a snapshot of the shipments view holds: the most recently changed.
pub const ROWS: usize = 100;
/// How many exceptions a snapshot of the desk holds: the most severe, the oldest first. More than anybody works through
/// from the top; conditions reach the others.
pub const EXCEPTIONS: usize = 200;

/// Exceptions. A snapshot holds the open ones, at most [`EXCEPTIONS`]; a change holds those that changed, the closed
/// ones among them included, and the number open now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Desk {
    pub exceptions: Vec<ShipmentException>,
    pub open: u64,
}

impl Desk {
    /// Takes a change in: replaces, adds and removes. The result is the same as a snapshot at the change's position,
    /// as long as no more than [`EXCEPTIONS`] are open.
    pub fn merge(&mut self, change: Self) {
        self.open = change.open;
        for exception in change.exceptions {
            self.exceptions.retain(|known| known.id != exception.id);
            if exception.is_open() {
                self.exceptions.push(exception);
            }
        }
        self.sort();
        self.exceptions.truncate(EXCEPTIONS);
    }

    /// See [`ShipmentException::urgency`].
    pub fn sort(&mut self) {
        self.exceptions.sort_by_key(ShipmentException::urgency);
    }
}

/// How old each source's data is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    pub sources: Vec<SourceAge>,
}

impl Freshness {
    /// As an audience may see it: people outside the house learn how old the ERP's and the TMS's data is, not what the
    /// sources are called.
    #[must_use]
    pub fn seen_by(self, audience: Audience) -> Self {
        if audience == Audience::Internal {
            return self;
        }
        let mut sources: Vec<SourceAge> = Vec::new();
        for age in self.sources.into_iter().filter(|age| age.role.is_outside()) {
            match sources.iter_mut().find(|known| known.role == age.role) {
                Some(known) => {
                    known.occurred_at = known.occurred_at.max(age.occurred_at);
                    known.recorded_at = known.recorded_at.max(age.recorded_at);
                }
                None => sources.push(SourceAge { source: age.role.as_str().to_owned(), ..age }),
            }
        }
        Self { sources }
    }
}

/// When a source last told us something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAge {
    /// The source's name; `erp` or `tms` for customers, who need not know more.
    pub source: String,
    pub role: Role,
    pub occurred_at: Option<DateTime<Utc>>,
    pub recorded_at: Option<DateTime<Utc>>,
}
