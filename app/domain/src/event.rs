//! The one envelope of every event, whatever it came from.

use crate::authority::Role;
use crate::fact::{Fact, Noun};
use crate::id::{CustomerId, ItemId, LocationId, OrderId, Seq, ShipmentId, SourceName};
use crate::rulebook::Rulebook;
use crate::subscription::Subscription;
use crate::time::Moment;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// The identity of an event within its [`SourceName`]: the CloudEvents `source` and `id`, joined by a space (which no
/// URI contains). The journal keeps each once, for as long as it lasts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    pub fn new(origin: &str, id: &str) -> Self {
        Self(format!("{origin} {id}"))
    }

    /// As it stands in the journal.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The CloudEvents `source`.
    pub fn origin(&self) -> &str {
        self.0.split_once(' ').map_or("", |(origin, _)| origin)
    }

    /// The CloudEvents `id`.
    pub fn id(&self) -> &str {
        self.0.split_once(' ').map_or(&self.0, |(_, id)| id)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The CloudEvents extension `sequence`: numbers go by their value and before all else, other texts by their letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(String);

impl Sequence {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whole numbers of any length by their digits, the longer the greater.
    fn key(&self) -> (bool, usize, &str) {
        let is_number = !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            let digits = self.0.trim_start_matches('0');
            (false, digits.len(), digits)
        } else {
            (true, 0, &self.0)
        }
    }
}

impl Ord for Sequence {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Sequence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One fact, who stated it, when it happened and what it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub source: SourceName,
    /// What the source may state; kept with the event, since a source's role may change later.
    pub role: Role,
    pub id: EventId,
    pub occurred_at: Moment,
    /// The source's own number of the shipment, order, customer, item or location.
    pub number: String,
    /// The issuer of `number`, where it is not the usual one of its noun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The account that acted, where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// W3C `traceparent` of the delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// Where the source itself puts it among its events of one moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<Sequence>,
    #[serde(flatten)]
    pub fact: Fact,
}

impl Event {
    /// The canonical id of what it is about.
    pub fn subject(&self) -> Uuid {
        match self.fact.noun() {
            Noun::Order => self.id_of(OrderId::of, OrderId::DEFAULT_ISSUER).0,
            Noun::Shipment => self.shipment().0,
            Noun::Customer => self.id_of(CustomerId::of, CustomerId::DEFAULT_ISSUER).0,
            Noun::Item => self.id_of(ItemId::of, ItemId::DEFAULT_ISSUER).0,
            Noun::Location => self.id_of(LocationId::of, LocationId::DEFAULT_ISSUER).0,
            Noun::Rulebook => Rulebook::subject(),
            Noun::Feed => ShipmentId::of_feed(&self.number).0,
            Noun::Account => Subscription::subject(&self.number),
        }
    }

    /// The id of the shipment that `number` names, for facts about shipments.
    pub fn shipment(&self) -> ShipmentId {
        self.id_of(ShipmentId::of, ShipmentId::DEFAULT_ISSUER)
    }

    /// Whether it is about a source's feed as a whole, or an exception of one.
    pub fn is_about_feed(&self) -> bool {
        match self.fact.noun() {
            Noun::Feed => true,
            Noun::Shipment => !self.role.is_outside() && self.issuer.as_deref() == Some(ShipmentId::FEED),
            _ => false,
        }
    }

    /// The id of the order that `number` names, for facts about orders.
    pub fn order(&self) -> OrderId {
        self.id_of(OrderId::of, OrderId::DEFAULT_ISSUER)
    }

    fn id_of<I>(&self, of: fn(&str, &str) -> I, usual: &str) -> I {
        of(self.issuer.as_deref().unwrap_or(usual), &self.number)
    }
}

/// What is older when it is recorded is history, and no news: importing a year tells nobody.
pub const HISTORY: TimeDelta = TimeDelta::days(7);

/// An event with its place in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub seq: Seq,
    pub recorded_at: DateTime<Utc>,
    pub event: Arc<Event>,
}

impl Recorded {
    /// Whether it happened long before it was told.
    pub fn is_history(&self) -> bool {
        self.recorded_at - self.event.occurred_at.to_utc() > HISTORY
    }

    /// The total order in which a subject's events are folded: when it happened, then the rank of who states it, then what
    /// can follow what, then, within one source, its own sequence and at last the order of receipt. Never the spelling of an
    /// id. Sources among each other go by their names, so that it does not matter which of them was heard first.
    pub fn fold_order(&self, other: &Self) -> Ordering {
        self.fold_key().cmp(&other.fold_key()).then(self.seq.cmp(&other.seq))
    }

    /// Whether both may be one event that came twice: nothing but the order of receipt tells them apart.
    pub(crate) fn is_tied_with(&self, other: &Self) -> bool {
        self.fold_key() == other.fold_key()
    }

    fn fold_key(&self) -> (Moment, Role, u8, &SourceName, Option<&Sequence>) {
        let event = &*self.event;
        (event.occurred_at, event.role, event.fact.step(), &event.source, event.sequence.as_ref())
    }
}
