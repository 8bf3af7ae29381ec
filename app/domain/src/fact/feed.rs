//! What Syncline itself finds about a source's feed as a whole: that it fell silent, and what of it could not be used.

use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Nothing has come from a source for too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedSilence {
    /// When something came last.
    pub heard_at: Moment,
    /// How many shipments on their way only this source tells of.
    pub hides: u32,
    /// Some of their numbers.
    #[serde(default)]
    pub shipments: Vec<String>,
}

/// Why a part of what a source said can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusedFor {
    /// It states what another owns.
    Claim,
    /// It uses a kind, a version or a value that nobody knows.
    UnknownCode,
    /// It can't be read at all.
    Unreadable,
}

/// Parts of what a source said wait in quarantine for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefusedParts {
    pub refused_for: RefusedFor,
    /// What all of them have in common: `unknown_kind syncline.truck.exploded.v1`.
    pub cause: String,
    pub count: u32,
    /// Some of the numbers that they are about.
    #[serde(default)]
    pub about: Vec<String>,
    /// Why the last of them waits.
    pub reason: String,
    /// The last of them, as quarantine counts.
    pub last: i64,
}

/// A part that waited in quarantine was taken in after all, by a second person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartAccepted {
    /// As quarantine counts.
    pub part: i64,
    /// The kind and number that it is about: `stop.delivered of SH-2026-000123`.
    pub named: String,
}

/// Messages to an endpoint do not get through. The subject is `endpoint` and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndpointFailure {
    /// Why, as people read it behind "it".
    pub why: String,
    /// How many messages were given up and not sent again since.
    pub given_up: u64,
}

/// An endpoint takes messages again, and none is given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndpointRecovery {
    pub endpoint: String,
}

impl RefusedFor {
    /// By the code with which quarantine keeps a part (`/contracts` lists them).
    pub fn of(code: &str) -> Self {
        match code {
            "authority_conflict" => Self::Claim,
            "unknown_kind" | "unknown_version" => Self::UnknownCode,
            _ => Self::Unreadable,
        }
    }
}

impl fmt::Display for PartAccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named)
    }
}
