//! A delivery: what came in one message, and what became of it.

use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::{Event, ExceptionId, OrderId, Seq, SourceName};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One message of a source, authenticated and understood as far as it can be.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub source: SourceName,
    pub role: Role,
    /// The sender's id of the message (`webhook-id`), unique per source. The same id with the same body gets the
    /// stored answer again.
    pub id: String,
    pub received_at: DateTime<Utc>,
    /// As they came, secrets and signatures left out.
    pub headers: Vec<(String, String)>,
    /// Raw, kept as it came.
    pub body: Vec<u8>,
    pub content_type: String,
    /// What was understood, in the order of the message.
    pub events: Vec<Event>,
    /// What was not.
    pub quarantined: Vec<Rejected>,
    /// What has to hold still when it is taken in.
    pub expected: Option<Expected>,
}

/// A part of a delivery that changes nothing until somebody has looked at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The place in the delivery, 0 for the first.
    pub position: u32,
    /// Stable and short, for machines.
    pub code: String,
    /// One sentence that the sender can act on.
    pub reason: String,
    /// The part as it came.
    pub raw: String,
    /// The sender's id of the event, where it could be read.
    pub event_id: Option<String>,
}

/// What was true when somebody decided, and has to be true still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The version of an exception that somebody looked at when they acted: another refuses the delivery.
    Version { exception: ExceptionId, version: u32 },
    /// What Syncline decided of orders, and the position up to which it had read each with all that carries it: an event about
    /// what has changed since is left out, and decided anew.
    Unchanged(HashMap<OrderId, Seq>),
}

/// The answer to a delivery, given after everything is on disk. As JSON:
/// `{"delivery":"…","accepted":3,"duplicates":1,"quarantined":1,"seq":[48211,48213],
/// "reasons":[{"position":4,"code":"unknown_kind","reason":"…"}]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub delivery: String,
    pub accepted: u32,
    pub duplicates: u32,
    pub quarantined: u32,
    /// The first and the last journal position; absent where nothing was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<(Seq, Seq)>,
    /// Why the first [`Receipt::REASONS`] of what is in quarantine are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

/// Why a part of a delivery is in quarantine: place, code and sentence as in [`Rejected`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub position: u32,
    pub code: String,
    pub reason: String,
}

impl Receipt {
    /// How many reasons an answer gives at most; a delivery of garbage has thousands.
    pub const REASONS: usize = 10;
}

impl Rejected {
    /// What it has in common with others that wait for the same reason, and the number that it is about, as far as one can
    /// tell: `unknown_kind syncline.truck.exploded.v1`.
    pub(crate) fn cause(&self) -> (String, String) {
        #[derive(Default, Deserialize)]
        struct Head {
            #[serde(default, rename = "type")]
            kind: Option<String>,
            #[serde(default)]
            subject: Option<String>,
        }
        // What is no JSON, or says something else there, has no more in common than its code.
        let Head { kind, subject } = serde_json::from_str(&self.raw).unwrap_or_default();
        let shown = |text: String| text.chars().filter(|one| !one.is_control()).take(80).collect::<String>();
        let cause = match kind {
            Some(kind) => format!("{} {}", self.code, shown(kind)),
            None => self.code.clone(),
        };
        (cause, subject.map(shown).unwrap_or_default())
    }
}

impl From<&Rejected> for Reason {
    fn from(rejected: &Rejected) -> Self {
        Self { position: rejected.position, code: rejected.code.clone(), reason: rejected.reason.clone() }
    }
}

/// A delivery as it was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDelivery {
    pub source: SourceName,
    pub role: Role,
    pub id: String,
    pub received_at: DateTime<Utc>,
    pub content_type: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub outcome: Receipt,
}
